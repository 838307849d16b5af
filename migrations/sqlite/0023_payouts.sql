-- A run of payouts: proposed by one person, approved by another. All sums are kopecks.
CREATE TABLE payout_run (
    id BLOB NOT NULL,
    -- From which it is paid.
    account_id BLOB NOT NULL REFERENCES bank_account (id),
    -- Parcels that were reported by this day.
    cut_off TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Who proposed it, or made it anew last.
    made_by BLOB,
    made_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    -- Why it was rejected.
    reason TEXT,
    -- What its payment orders say of who pays, and their day.
    payer TEXT,
    order_day TEXT,
    PRIMARY KEY (id),
    CONSTRAINT payout_run_state CHECK (state IN ('draft', 'approved', 'rejected')),
    CONSTRAINT payout_run_decided CHECK ((state = 'draft') = (decided_at IS NULL)),
    CONSTRAINT payout_run_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT payout_run_orders CHECK ((state = 'approved') = (payer IS NOT NULL) AND (payer IS NULL) = (order_day IS NULL))
) STRICT;
CREATE UNIQUE INDEX payout_run_open ON payout_run (account_id) WHERE state = 'draft';
-- What one shop is paid by a run.
CREATE TABLE payout (
    id BLOB NOT NULL,
    run_id BLOB NOT NULL REFERENCES payout_run (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    state TEXT NOT NULL,
    parcels INTEGER NOT NULL,
    -- Of the parcels; less the shop's debt, less charges that are set off: what is ordered to be paid.
    gross_kopecks INTEGER NOT NULL,
    debt_kopecks INTEGER NOT NULL,
    set_off_kopecks INTEGER NOT NULL,
    net_kopecks INTEGER NOT NULL,
    contract_number TEXT NOT NULL,
    contract_day TEXT NOT NULL,
    -- What the payment order says.
    payee TEXT NOT NULL,
    purpose TEXT NOT NULL,
    order_number TEXT,
    -- The transfer of its parcels' steps.
    transfer_id BLOB REFERENCES money_transfer (id),
    -- The money came back, or never left: when, why, by which receipt.
    returned_on TEXT,
    returned_at INTEGER,
    returned_by BLOB,
    return_reason TEXT,
    return_document_id BLOB REFERENCES bank_document (id),
    return_transfer_id BLOB REFERENCES money_transfer (id),
    PRIMARY KEY (id),
    CONSTRAINT payout_state CHECK (state IN ('draft', 'ordered', 'returned', 'rejected')),
    CONSTRAINT payout_parcels CHECK (parcels > 0),
    CONSTRAINT payout_sums CHECK (debt_kopecks >= 0 AND set_off_kopecks >= 0 AND net_kopecks > 0
        AND net_kopecks = gross_kopecks - debt_kopecks - set_off_kopecks),
    CONSTRAINT payout_ordered CHECK ((state IN ('ordered', 'returned')) = (order_number IS NOT NULL)
        AND (order_number IS NULL) = (transfer_id IS NULL)),
    CONSTRAINT payout_returned CHECK ((state = 'returned') = (returned_on IS NOT NULL)
        AND (returned_on IS NULL) = (returned_at IS NULL)
        AND (returned_on IS NULL) = (return_reason IS NULL)
        AND (returned_on IS NULL) = (return_transfer_id IS NULL)
        AND (return_document_id IS NULL OR returned_on IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX payout_once ON payout (run_id, owner_id);
-- What is due to a shop is in one open run.
CREATE UNIQUE INDEX payout_draft ON payout (owner_id) WHERE state = 'draft';
CREATE INDEX payout_of_owner ON payout (owner_id, id);
CREATE INDEX payout_of_run ON payout (run_id, id);
-- Who is not paid by a run, and why.
CREATE TABLE payout_left_out (
    run_id BLOB NOT NULL REFERENCES payout_run (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    reason TEXT NOT NULL,
    due_kopecks INTEGER NOT NULL,
    debt_kopecks INTEGER NOT NULL,
    charges_kopecks INTEGER NOT NULL,
    PRIMARY KEY (run_id, owner_id),
    CONSTRAINT payout_left_out_reason CHECK (reason IN (
        'held', 'no_terms', 'nothing_due', 'debt', 'set_off', 'below_minimum', 'in_another_run'))
) STRICT;
-- A shop that nothing is paid to until a person releases it.
CREATE TABLE payout_hold (
    -- Of the command that held it.
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    held_at INTEGER NOT NULL,
    held_by BLOB,
    reason TEXT NOT NULL,
    released_at INTEGER,
    released_by BLOB,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX payout_hold_open ON payout_hold (owner_id) WHERE released_at IS NULL;
-- What was reported to a shop and is not paid.
CREATE INDEX cod_unpaid ON cod (owner_id, reported_on, parcel_id) WHERE paid_kopecks < reported_kopecks;
