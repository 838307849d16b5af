-- An account of the operator's at a bank. What it was opened with is on the account of the money
-- ledger, too: the balance before the earliest statement.
CREATE TABLE bank_account (
    id BLOB NOT NULL,
    number TEXT NOT NULL,
    bic TEXT NOT NULL,
    bank_name TEXT NOT NULL,
    corr_account TEXT NOT NULL,
    name TEXT NOT NULL,
    inn TEXT NOT NULL,
    kpp TEXT,
    active INTEGER NOT NULL,
    opened_on TEXT,
    opened_kopecks INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT bank_account_number UNIQUE (number),
    CONSTRAINT bank_account_active CHECK (active IN (0, 1))
) STRICT;
-- A statement of one account in one file.
CREATE TABLE bank_statement (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES bank_account (id),
    file_name TEXT NOT NULL,
    file_hash BLOB NOT NULL,
    from_day TEXT,
    to_day TEXT,
    opening_kopecks INTEGER,
    income_kopecks INTEGER,
    outcome_kopecks INTEGER,
    closing_kopecks INTEGER,
    documents INTEGER NOT NULL,
    warnings TEXT NOT NULL,
    imported_by BLOB,
    imported_at INTEGER NOT NULL,
    -- None: its import broke off.
    finished_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT bank_statement_file UNIQUE (account_id, file_hash)
) STRICT;
-- A document of a statement, once: its identity is the hash of what makes it this one.
CREATE TABLE bank_document (
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES bank_account (id),
    statement_id BLOB NOT NULL REFERENCES bank_statement (id),
    identity BLOB NOT NULL,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    amount_kopecks INTEGER NOT NULL,
    matched_kopecks INTEGER NOT NULL DEFAULT 0,
    -- A person said that no register is behind it.
    aside INTEGER NOT NULL DEFAULT 0 CHECK (aside IN (0, 1)),
    -- It carries out a payment order of ours.
    ordered INTEGER NOT NULL DEFAULT 0 CHECK (ordered IN (0, 1)),
    party_account TEXT NOT NULL,
    party_inn TEXT,
    party_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    fields TEXT NOT NULL,
    transfer_id BLOB NOT NULL REFERENCES money_transfer (id),
    PRIMARY KEY (id),
    CONSTRAINT bank_document_identity UNIQUE (identity),
    CONSTRAINT bank_document_direction CHECK (direction IN ('in', 'out', 'own_in', 'own_out')),
    CONSTRAINT bank_document_amount CHECK (amount_kopecks > 0),
    CONSTRAINT bank_document_matched CHECK (
        matched_kopecks >= 0 AND matched_kopecks <= amount_kopecks AND (matched_kopecks = 0 OR direction = 'in' OR (direction = 'out' AND NOT ordered)))
) STRICT;
CREATE INDEX bank_document_of_account ON bank_document (account_id, id);
CREATE INDEX bank_document_booked ON bank_document (account_id, booked_on, direction, amount_kopecks);
CREATE INDEX bank_document_to_match ON bank_document (booked_on, id)
    WHERE direction = 'in' AND matched_kopecks < amount_kopecks AND NOT aside;
CREATE INDEX bank_document_open ON bank_document (id) WHERE direction = 'in' AND matched_kopecks < amount_kopecks;
CREATE INDEX bank_document_unexplained ON bank_document (id)
    WHERE direction = 'out' AND NOT ordered AND matched_kopecks < amount_kopecks;
-- What a receipt is for, or a payment that no order of ours explains. Undone by a correcting transfer, never deleted.
CREATE TABLE bank_match (
    transfer_id BLOB NOT NULL REFERENCES money_transfer (id),
    document_id BLOB NOT NULL REFERENCES bank_document (id),
    what TEXT NOT NULL,
    register_id BLOB,
    -- Whose register it is, or whose account.
    carrier TEXT,
    owner_id BLOB REFERENCES owner (id),
    amount_kopecks INTEGER NOT NULL,
    how TEXT NOT NULL,
    matched_by BLOB,
    matched_at INTEGER NOT NULL,
    undo_id BLOB REFERENCES money_transfer (id),
    PRIMARY KEY (transfer_id),
    CONSTRAINT bank_match_amount CHECK (amount_kopecks > 0),
    CONSTRAINT bank_match_how CHECK (how IN ('rule', 'person')),
    CONSTRAINT bank_match_what CHECK (
        what IN ('register', 'carrier_claims', 'carrier_settlement', 'owner_charges', 'owner_payable')),
    CONSTRAINT bank_match_of_register CHECK ((what = 'register') = (register_id IS NOT NULL)),
    CONSTRAINT bank_match_of_carrier CHECK (
        (what IN ('register', 'carrier_claims', 'carrier_settlement')) = (carrier IS NOT NULL)),
    CONSTRAINT bank_match_of_owner CHECK ((what IN ('owner_charges', 'owner_payable')) = (owner_id IS NOT NULL))
) STRICT;
CREATE INDEX bank_match_document ON bank_match (document_id, transfer_id);
CREATE INDEX bank_match_register ON bank_match (register_id, transfer_id);
-- A payment order of ours that the bank was told of: what goes out by its number and sum is it.
CREATE TABLE bank_order (
    -- The payout's, or whatever it pays.
    id BLOB NOT NULL,
    account_id BLOB NOT NULL REFERENCES bank_account (id),
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    amount_kopecks INTEGER NOT NULL,
    payee_account TEXT NOT NULL,
    -- The document by which it left the account.
    document_id BLOB,
    -- The bank did not carry it out: no document is it any more.
    withdrawn_on TEXT,
    PRIMARY KEY (id),
    CONSTRAINT bank_order_number UNIQUE (account_id, number, day),
    CONSTRAINT bank_order_amount CHECK (amount_kopecks > 0),
    CONSTRAINT bank_order_withdrawn CHECK (withdrawn_on IS NULL OR document_id IS NULL)
) STRICT;
