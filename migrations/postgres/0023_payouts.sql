-- A run of payouts: proposed by one person, approved by another. All sums are kopecks.
CREATE TABLE payout_run (
    id UUID NOT NULL,
    -- From which it is paid.
    account_id UUID NOT NULL REFERENCES bank_account (id),
    -- Parcels that were reported by this day.
    cut_off DATE NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- Who proposed it, or made it anew last.
    made_by UUID,
    made_at TIMESTAMPTZ NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMPTZ,
    -- Why it was rejected.
    reason TEXT COLLATE "C",
    -- What its payment orders say of who pays, and their day.
    payer JSONB,
    order_day DATE,
    PRIMARY KEY (id),
    CONSTRAINT payout_run_state CHECK (state IN ('draft', 'approved', 'rejected')),
    CONSTRAINT payout_run_decided CHECK ((state = 'draft') = (decided_at IS NULL)),
    CONSTRAINT payout_run_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT payout_run_orders CHECK ((state = 'approved') = (payer IS NOT NULL) AND (payer IS NULL) = (order_day IS NULL))
);
CREATE UNIQUE INDEX payout_run_open ON payout_run (account_id) WHERE state = 'draft';
-- What one shop is paid by a run.
CREATE TABLE payout (
    id UUID NOT NULL,
    run_id UUID NOT NULL REFERENCES payout_run (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    state TEXT COLLATE "C" NOT NULL,
    parcels BIGINT NOT NULL,
    -- Of the parcels; less the shop's debt, less charges that are set off: what is ordered to be paid.
    gross_kopecks BIGINT NOT NULL,
    debt_kopecks BIGINT NOT NULL,
    set_off_kopecks BIGINT NOT NULL,
    net_kopecks BIGINT NOT NULL,
    contract_number TEXT COLLATE "C" NOT NULL,
    contract_day DATE NOT NULL,
    -- What the payment order says.
    payee JSONB NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    order_number TEXT COLLATE "C",
    -- The transfer of its parcels' steps.
    transfer_id UUID REFERENCES money_transfer (id),
    -- The money came back, or never left: when, why, by which receipt.
    returned_on DATE,
    returned_at TIMESTAMPTZ,
    returned_by UUID,
    return_reason TEXT COLLATE "C",
    return_document_id UUID REFERENCES bank_document (id),
    return_transfer_id UUID REFERENCES money_transfer (id),
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
);
CREATE UNIQUE INDEX payout_once ON payout (run_id, owner_id);
-- What is due to a shop is in one open run.
CREATE UNIQUE INDEX payout_draft ON payout (owner_id) WHERE state = 'draft';
CREATE INDEX payout_of_owner ON payout (owner_id, id);
CREATE INDEX payout_of_run ON payout (run_id, id);
-- Who is not paid by a run, and why.
CREATE TABLE payout_left_out (
    run_id UUID NOT NULL REFERENCES payout_run (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    reason TEXT COLLATE "C" NOT NULL,
    due_kopecks BIGINT NOT NULL,
    debt_kopecks BIGINT NOT NULL,
    charges_kopecks BIGINT NOT NULL,
    PRIMARY KEY (run_id, owner_id),
    CONSTRAINT payout_left_out_reason CHECK (reason IN (
        'held', 'no_terms', 'nothing_due', 'debt', 'set_off', 'below_minimum', 'in_another_run'))
);
-- A shop that nothing is paid to until a person releases it.
CREATE TABLE payout_hold (
    -- Of the command that held it.
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    held_at TIMESTAMPTZ NOT NULL,
    held_by UUID,
    reason TEXT COLLATE "C" NOT NULL,
    released_at TIMESTAMPTZ,
    released_by UUID,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX payout_hold_open ON payout_hold (owner_id) WHERE released_at IS NULL;
-- What was reported to a shop and is not paid.
CREATE INDEX cod_unpaid ON cod (owner_id, reported_on, parcel_id) WHERE paid_kopecks < reported_kopecks;
