-- An account of the operator's at a bank. What it was opened with is on the account of the money
-- ledger, too: the balance before the earliest statement.
CREATE TABLE bank_account (
    id UUID NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    bic TEXT COLLATE "C" NOT NULL,
    bank_name TEXT COLLATE "C" NOT NULL,
    corr_account TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    inn TEXT COLLATE "C" NOT NULL,
    kpp TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    opened_on DATE,
    opened_kopecks BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT bank_account_number UNIQUE (number)
);
-- A statement of one account in one file.
CREATE TABLE bank_statement (
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES bank_account (id),
    file_name TEXT COLLATE "C" NOT NULL,
    file_hash BYTEA NOT NULL,
    from_day DATE,
    to_day DATE,
    opening_kopecks BIGINT,
    income_kopecks BIGINT,
    outcome_kopecks BIGINT,
    closing_kopecks BIGINT,
    documents BIGINT NOT NULL,
    warnings JSONB NOT NULL,
    imported_by UUID,
    imported_at TIMESTAMPTZ NOT NULL,
    -- None: its import broke off.
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT bank_statement_file UNIQUE (account_id, file_hash)
);
-- A document of a statement, once: its identity is the hash of what makes it this one.
CREATE TABLE bank_document (
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES bank_account (id),
    statement_id UUID NOT NULL REFERENCES bank_statement (id),
    identity BYTEA NOT NULL,
    direction TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    booked_on DATE NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    matched_kopecks BIGINT NOT NULL DEFAULT 0,
    -- A person said that no register is behind it.
    aside BOOLEAN NOT NULL DEFAULT FALSE,
    -- It carries out a payment order of ours.
    ordered BOOLEAN NOT NULL DEFAULT FALSE,
    party_account TEXT COLLATE "C" NOT NULL,
    party_inn TEXT COLLATE "C",
    party_name TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    fields JSONB NOT NULL,
    transfer_id UUID NOT NULL REFERENCES money_transfer (id),
    PRIMARY KEY (id),
    CONSTRAINT bank_document_identity UNIQUE (identity),
    CONSTRAINT bank_document_direction CHECK (direction IN ('in', 'out', 'own_in', 'own_out')),
    CONSTRAINT bank_document_amount CHECK (amount_kopecks > 0),
    CONSTRAINT bank_document_matched CHECK (
        matched_kopecks >= 0 AND matched_kopecks <= amount_kopecks AND (matched_kopecks = 0 OR direction = 'in' OR (direction = 'out' AND NOT ordered)))
);
CREATE INDEX bank_document_of_account ON bank_document (account_id, id);
CREATE INDEX bank_document_booked ON bank_document (account_id, booked_on, direction, amount_kopecks);
CREATE INDEX bank_document_to_match ON bank_document (booked_on, id)
    WHERE direction = 'in' AND matched_kopecks < amount_kopecks AND NOT aside;
CREATE INDEX bank_document_open ON bank_document (id) WHERE direction = 'in' AND matched_kopecks < amount_kopecks;
CREATE INDEX bank_document_unexplained ON bank_document (id)
    WHERE direction = 'out' AND NOT ordered AND matched_kopecks < amount_kopecks;
-- What a receipt is for, or a payment that no order of ours explains. Undone by a correcting transfer, never deleted.
CREATE TABLE bank_match (
    transfer_id UUID NOT NULL REFERENCES money_transfer (id),
    document_id UUID NOT NULL REFERENCES bank_document (id),
    what TEXT COLLATE "C" NOT NULL,
    register_id UUID,
    -- Whose register it is, or whose account.
    carrier TEXT COLLATE "C",
    owner_id UUID REFERENCES owner (id),
    amount_kopecks BIGINT NOT NULL,
    how TEXT COLLATE "C" NOT NULL,
    matched_by UUID,
    matched_at TIMESTAMPTZ NOT NULL,
    undo_id UUID REFERENCES money_transfer (id),
    PRIMARY KEY (transfer_id),
    CONSTRAINT bank_match_amount CHECK (amount_kopecks > 0),
    CONSTRAINT bank_match_how CHECK (how IN ('rule', 'person')),
    CONSTRAINT bank_match_what CHECK (
        what IN ('register', 'carrier_claims', 'carrier_settlement', 'owner_charges', 'owner_payable')),
    CONSTRAINT bank_match_of_register CHECK ((what = 'register') = (register_id IS NOT NULL)),
    CONSTRAINT bank_match_of_carrier CHECK (
        (what IN ('register', 'carrier_claims', 'carrier_settlement')) = (carrier IS NOT NULL)),
    CONSTRAINT bank_match_of_owner CHECK ((what IN ('owner_charges', 'owner_payable')) = (owner_id IS NOT NULL))
);
CREATE INDEX bank_match_document ON bank_match (document_id, transfer_id);
CREATE INDEX bank_match_register ON bank_match (register_id, transfer_id);
-- A payment order of ours that the bank was told of: what goes out by its number and sum is it.
CREATE TABLE bank_order (
    -- The payout's, or whatever it pays.
    id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES bank_account (id),
    number TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    payee_account TEXT COLLATE "C" NOT NULL,
    -- The document by which it left the account.
    document_id UUID,
    -- The bank did not carry it out: no document is it any more.
    withdrawn_on DATE,
    PRIMARY KEY (id),
    CONSTRAINT bank_order_number UNIQUE (account_id, number, day),
    CONSTRAINT bank_order_amount CHECK (amount_kopecks > 0),
    CONSTRAINT bank_order_withdrawn CHECK (withdrawn_on IS NULL OR document_id IS NULL)
);
