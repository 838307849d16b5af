-- What a shop's agency contract (агентский договор) says, from a day on. All sums are kopecks.
CREATE TABLE agency_terms (
    owner_id BLOB NOT NULL REFERENCES owner (id),
    valid_from TEXT NOT NULL,
    contract_number TEXT NOT NULL,
    contract_day TEXT NOT NULL,
    -- The operator, as the contract calls it.
    agent_name TEXT NOT NULL,
    agent_inn TEXT NOT NULL,
    -- Of what was collected, in hundredths of a per cent, and at least so much of each parcel.
    fee_bp INTEGER NOT NULL,
    fee_minimum_kopecks INTEGER NOT NULL,
    -- What the shop owes may be taken from what is due to it.
    set_off INTEGER NOT NULL CHECK (set_off IN (0, 1)),
    -- The shop may have money that the bank does not have yet.
    advance INTEGER NOT NULL CHECK (advance IN (0, 1)),
    payout_minimum_kopecks INTEGER NOT NULL,
    -- The shop as the other party, and where its money goes.
    payee_name TEXT NOT NULL,
    payee_inn TEXT NOT NULL,
    payee_kpp TEXT,
    payee_account TEXT NOT NULL,
    payee_bank_name TEXT NOT NULL,
    payee_bic TEXT NOT NULL,
    payee_corr_account TEXT NOT NULL,
    written_by BLOB,
    written_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, valid_from),
    CONSTRAINT agency_terms_fee CHECK (fee_bp BETWEEN 0 AND 10000 AND fee_minimum_kopecks >= 0),
    CONSTRAINT agency_terms_minimum CHECK (payout_minimum_kopecks >= 0)
) STRICT;
-- The agent's report (отчёт агента) to a shop about a period. What is owed to the shop is positive in
-- its payable, what the shop owes is positive in its charges.
CREATE TABLE agent_report (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    -- None before it is accepted: the series has no gaps.
    number TEXT,
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The contract that holds on the last day.
    terms_from TEXT NOT NULL,
    line_count INTEGER NOT NULL DEFAULT 0,
    -- The end of the report before it.
    opening_payable_kopecks INTEGER NOT NULL DEFAULT 0,
    opening_charges_kopecks INTEGER NOT NULL DEFAULT 0,
    received_kopecks INTEGER NOT NULL DEFAULT 0,
    advanced_kopecks INTEGER NOT NULL DEFAULT 0,
    refunded_kopecks INTEGER NOT NULL DEFAULT 0,
    fee_kopecks INTEGER NOT NULL DEFAULT 0,
    -- The VAT inside the fee: the operator's rate of the last day.
    fee_vat_rate TEXT NOT NULL DEFAULT 'exempt',
    fee_vat_kopecks INTEGER NOT NULL DEFAULT 0,
    carrier_kopecks INTEGER NOT NULL DEFAULT 0,
    -- What other postings took from the payable and from the charges.
    paid_kopecks INTEGER NOT NULL DEFAULT 0,
    settled_kopecks INTEGER NOT NULL DEFAULT 0,
    -- To be taken from the payable for the charges.
    set_off_kopecks INTEGER NOT NULL DEFAULT 0,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    -- Who drew it up last.
    made_by BLOB,
    made_at INTEGER NOT NULL,
    -- Who accepted or rejected it, when, and why it was rejected.
    decided_by BLOB,
    decided_at INTEGER,
    reason TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY (owner_id, terms_from) REFERENCES agency_terms (owner_id, valid_from),
    CONSTRAINT agent_report_number UNIQUE (number),
    CONSTRAINT agent_report_state CHECK (state IN ('draft', 'accepted', 'rejected')),
    CONSTRAINT agent_report_period CHECK (from_day <= to_day),
    CONSTRAINT agent_report_numbered CHECK ((state = 'accepted') = (number IS NOT NULL)),
    CONSTRAINT agent_report_decided CHECK ((state = 'draft') = (decided_at IS NULL)),
    CONSTRAINT agent_report_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT agent_report_set_off CHECK (set_off_kopecks >= 0)
) STRICT;
CREATE UNIQUE INDEX agent_report_draft ON agent_report (owner_id) WHERE state = 'draft';
CREATE UNIQUE INDEX agent_report_accepted ON agent_report (owner_id, to_day) WHERE state = 'accepted';
CREATE INDEX agent_report_of_owner ON agent_report (owner_id, id);
-- The money of one parcel in a report. Lines of a draft come and go with it; those of an accepted report
-- stay. A rejected one has none.
CREATE TABLE agent_report_line (
    report_id BLOB NOT NULL REFERENCES agent_report (id),
    line INTEGER NOT NULL,
    kind TEXT NOT NULL,
    parcel_id BLOB NOT NULL REFERENCES cod (parcel_id),
    -- Of the parcel, and the shop's of its order.
    number TEXT NOT NULL,
    order_number TEXT NOT NULL,
    carrier TEXT NOT NULL,
    -- When the money came, was registered or was given back.
    day TEXT NOT NULL,
    -- Negative: given back to the buyer.
    amount_kopecks INTEGER NOT NULL,
    fee_kopecks INTEGER NOT NULL,
    PRIMARY KEY (report_id, line),
    CONSTRAINT agent_report_line_kind CHECK (kind IN ('received', 'advanced', 'refunded')),
    CONSTRAINT agent_report_line_amount CHECK (amount_kopecks <> 0 AND (amount_kopecks > 0 OR kind = 'refunded')),
    CONSTRAINT agent_report_line_fee CHECK (fee_kopecks >= 0)
) STRICT;
CREATE UNIQUE INDEX agent_report_line_parcel ON agent_report_line (parcel_id, kind, report_id);
-- A carrier's invoice as it concerns the shop: in one report.
CREATE TABLE agent_report_charge (
    owner_id BLOB NOT NULL REFERENCES owner (id),
    invoice_id BLOB NOT NULL REFERENCES carrier_invoice (id),
    report_id BLOB NOT NULL REFERENCES agent_report (id),
    line_count INTEGER NOT NULL,
    -- The shop's lines as the carrier invoiced them, and with their part of what concerns the whole.
    invoiced_kopecks INTEGER NOT NULL,
    cost_kopecks INTEGER NOT NULL,
    -- What the ledger charged.
    charged_kopecks INTEGER NOT NULL,
    PRIMARY KEY (owner_id, invoice_id)
) STRICT;
CREATE INDEX agent_report_charge_report ON agent_report_charge (report_id, invoice_id);
-- A payment, a set-off or a correction over the accounts of the shop: in one report.
CREATE TABLE agent_report_settlement (
    transfer_id BLOB NOT NULL REFERENCES money_transfer (id),
    report_id BLOB NOT NULL REFERENCES agent_report (id),
    day TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- What it took from the payable, and from the charges.
    payable_kopecks INTEGER NOT NULL,
    charges_kopecks INTEGER NOT NULL,
    PRIMARY KEY (transfer_id)
) STRICT;
CREATE INDEX agent_report_settlement_report ON agent_report_settlement (report_id, day, transfer_id);
-- What carriers took back: rare, and looked for by each report.
CREATE INDEX cod_refunds ON cod (owner_id, refunded_on, parcel_id) WHERE refunded_on IS NOT NULL;

-- What was accepted stays as it is.
CREATE TRIGGER agent_report_stays BEFORE UPDATE ON agent_report
WHEN OLD.state <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_is_not_deleted BEFORE DELETE ON agent_report
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_line_is_not_updated BEFORE UPDATE ON agent_report_line
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_line_stays BEFORE DELETE ON agent_report_line
WHEN EXISTS (SELECT 1 FROM agent_report WHERE id = OLD.report_id AND state <> 'draft')
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_charge_is_not_updated BEFORE UPDATE ON agent_report_charge
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_charge_stays BEFORE DELETE ON agent_report_charge
WHEN EXISTS (SELECT 1 FROM agent_report WHERE id = OLD.report_id AND state <> 'draft')
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_settlement_is_not_updated BEFORE UPDATE ON agent_report_settlement
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
CREATE TRIGGER agent_report_settlement_stays BEFORE DELETE ON agent_report_settlement
WHEN EXISTS (SELECT 1 FROM agent_report WHERE id = OLD.report_id AND state <> 'draft')
BEGIN
    SELECT RAISE(ABORT, 'agent_report_stays');
END;
