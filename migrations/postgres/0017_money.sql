-- An account of the money ledger: a kind, and whose it is. All sums are kopecks.
CREATE TABLE money_account (
    id UUID NOT NULL,
    -- Kind, owner, carrier and document in one text: nobody opens an account twice.
    key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    owner_id UUID REFERENCES owner (id),
    carrier TEXT COLLATE "C",
    -- A register, an invoice, a payout or a bank account.
    document_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT money_account_key UNIQUE (key),
    CONSTRAINT money_account_kind CHECK (kind IN (
        'cod_at_buyer', 'cod_at_carrier', 'cod_registered', 'cod_pending', 'cod_received',
        'owner_payable', 'owner_charges', 'owner_advance', 'payout_clearing', 'register_clearing',
        'pass_through', 'carrier_settlement', 'carrier_claims', 'bank', 'bank_suspense',
        'bank_outgoing', 'bank_opening', 'agent_fee', 'write_off')),
    CONSTRAINT money_account_owner CHECK ((owner_id IS NOT NULL) = (kind IN (
        'cod_at_buyer', 'cod_at_carrier', 'cod_registered', 'cod_pending', 'cod_received',
        'owner_payable', 'owner_charges', 'owner_advance', 'payout_clearing'))),
    CONSTRAINT money_account_carrier CHECK ((carrier IS NOT NULL) = (kind IN (
        'cod_at_buyer', 'cod_at_carrier', 'cod_registered', 'register_clearing', 'pass_through',
        'carrier_settlement', 'carrier_claims'))),
    CONSTRAINT money_account_document CHECK ((document_id IS NOT NULL) = (kind IN (
        'payout_clearing', 'register_clearing', 'pass_through', 'bank', 'bank_suspense', 'bank_outgoing', 'bank_opening')))
);
CREATE INDEX money_account_of_owner ON money_account (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX money_account_of_kind ON money_account (kind, id);
CREATE TABLE money_balance (
    account_id UUID NOT NULL REFERENCES money_account (id),
    debit_kopecks BIGINT NOT NULL,
    credit_kopecks BIGINT NOT NULL,
    PRIMARY KEY (account_id),
    CONSTRAINT money_balance_sides CHECK (debit_kopecks >= 0 AND credit_kopecks >= 0)
);
-- What went over an account on a day: the balance of any day is a short sum.
CREATE TABLE money_turnover (
    account_id UUID NOT NULL REFERENCES money_account (id),
    day DATE NOT NULL,
    debit_kopecks BIGINT NOT NULL,
    credit_kopecks BIGINT NOT NULL,
    PRIMARY KEY (account_id, day),
    CONSTRAINT money_turnover_sides CHECK (debit_kopecks >= 0 AND credit_kopecks >= 0)
);
CREATE INDEX money_turnover_day ON money_turnover (day, account_id);
-- The one book. Whoever posts holds this row, so that no period closes over a posting under way.
CREATE TABLE money_book (
    name TEXT COLLATE "C" NOT NULL,
    closed_until DATE,
    PRIMARY KEY (name),
    CONSTRAINT money_book_one CHECK (name = 'money')
);
INSERT INTO money_book (name, closed_until) VALUES ('money', NULL);
CREATE TABLE money_period (
    last_day DATE NOT NULL,
    command_id UUID NOT NULL,
    closed_by UUID,
    closed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (last_day)
);
-- The ledger: append-only. Its trigger moves the balances. A correction is a new transfer that says
-- which one it corrects.
CREATE TABLE money_transfer (
    id UUID NOT NULL,
    command_id UUID NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    debit_id UUID NOT NULL,
    credit_id UUID NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    -- The day of the books.
    day DATE NOT NULL,
    document_id UUID,
    corrects_id UUID REFERENCES money_transfer (id),
    note TEXT COLLATE "C",
    actor_id UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT money_transfer_amount CHECK (amount_kopecks > 0),
    CONSTRAINT money_transfer_sides CHECK (debit_id <> credit_id)
);
CREATE INDEX money_transfer_debit ON money_transfer (debit_id, day, id);
CREATE INDEX money_transfer_credit ON money_transfer (credit_id, day, id);
CREATE INDEX money_transfer_document ON money_transfer (document_id, id) WHERE document_id IS NOT NULL;
CREATE INDEX money_transfer_corrects ON money_transfer (corrects_id) WHERE corrects_id IS NOT NULL;
-- Cash on delivery of a parcel: how far its money has come. The steps move the sums.
CREATE TABLE cod (
    parcel_id UUID NOT NULL REFERENCES parcel (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    order_id UUID NOT NULL REFERENCES shop_order (id),
    carrier TEXT COLLATE "C" NOT NULL,
    -- To be taken from the buyer; what is not taken after all is released.
    expected_kopecks BIGINT NOT NULL DEFAULT 0,
    released_kopecks BIGINT NOT NULL DEFAULT 0,
    collected_kopecks BIGINT NOT NULL DEFAULT 0,
    registered_kopecks BIGINT NOT NULL DEFAULT 0,
    received_kopecks BIGINT NOT NULL DEFAULT 0,
    -- Promised to the shop before the bank has it, as its contract says.
    advanced_kopecks BIGINT NOT NULL DEFAULT 0,
    reported_kopecks BIGINT NOT NULL DEFAULT 0,
    paid_kopecks BIGINT NOT NULL DEFAULT 0,
    -- Taken back by the carrier, who gave it back to the buyer.
    refunded_kopecks BIGINT NOT NULL DEFAULT 0,
    -- How the buyer paid, once it is known.
    method TEXT COLLATE "C",
    -- The last day of each step.
    expected_on DATE,
    collected_on DATE,
    registered_on DATE,
    received_on DATE,
    reported_on DATE,
    paid_on DATE,
    refunded_on DATE,
    -- When the carrier was last asked what became of it.
    asked_on DATE,
    -- The buyer took a part: the register will say how much that was.
    is_partial BOOLEAN NOT NULL DEFAULT FALSE,
    -- Held back from reports and payouts: why, since which day, and who said so last.
    disputed TEXT COLLATE "C",
    disputed_on DATE,
    disputed_by UUID,
    PRIMARY KEY (parcel_id),
    CONSTRAINT cod_expected CHECK (expected_kopecks >= 0),
    CONSTRAINT cod_released CHECK (released_kopecks >= 0),
    CONSTRAINT cod_collected CHECK (collected_kopecks >= 0 AND collected_kopecks + released_kopecks <= expected_kopecks),
    CONSTRAINT cod_registered CHECK (registered_kopecks >= 0 AND registered_kopecks <= collected_kopecks),
    CONSTRAINT cod_received CHECK (received_kopecks >= 0 AND received_kopecks <= registered_kopecks),
    CONSTRAINT cod_advanced CHECK (advanced_kopecks >= 0),
    CONSTRAINT cod_reported CHECK (reported_kopecks >= 0 AND reported_kopecks <= received_kopecks + advanced_kopecks),
    CONSTRAINT cod_paid CHECK (paid_kopecks >= 0 AND paid_kopecks <= reported_kopecks),
    CONSTRAINT cod_refunded CHECK (refunded_kopecks >= 0 AND refunded_kopecks <= registered_kopecks),
    CONSTRAINT cod_method CHECK (method IN ('cash', 'card')),
    CONSTRAINT cod_disputed CHECK ((disputed IS NULL) = (disputed_on IS NULL)
        AND (disputed_by IS NULL OR disputed IS NOT NULL))
);
CREATE INDEX cod_owner ON cod (owner_id, parcel_id);
CREATE INDEX cod_carrier ON cod (carrier, parcel_id);
-- What is not at the shop yet.
CREATE INDEX cod_open ON cod (owner_id, carrier, parcel_id) WHERE paid_kopecks < expected_kopecks - released_kopecks;
CREATE INDEX cod_unregistered ON cod (carrier, collected_on, parcel_id)
    WHERE registered_kopecks < collected_kopecks OR (is_partial AND registered_kopecks = 0);
CREATE INDEX cod_unreported ON cod (owner_id, received_on, parcel_id) WHERE reported_kopecks < received_kopecks;
CREATE INDEX cod_usual ON cod (carrier, registered_on) WHERE registered_on IS NOT NULL;
-- One step of a parcel's money: append-only, each by a transfer.
CREATE TABLE cod_step (
    parcel_id UUID NOT NULL REFERENCES cod (parcel_id),
    step TEXT COLLATE "C" NOT NULL,
    transfer_id UUID NOT NULL REFERENCES money_transfer (id),
    -- Negative: taken back.
    amount_kopecks BIGINT NOT NULL,
    day DATE NOT NULL,
    document_id UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (parcel_id, step, transfer_id),
    CONSTRAINT cod_step_step CHECK (step IN (
        'expected', 'released', 'collected', 'registered', 'received', 'advanced', 'advance_cleared',
        'reported', 'paid', 'refunded')),
    CONSTRAINT cod_step_amount CHECK (amount_kopecks <> 0)
);
CREATE INDEX cod_step_document ON cod_step (document_id, step, parcel_id) WHERE document_id IS NOT NULL;

-- Moves the balances of all transfers of a statement, each account once and in the order of their ids,
-- so that two postings do not wait for each other in a circle.
CREATE FUNCTION money_transfer_moves() RETURNS trigger AS $$
DECLARE
    until DATE;
BEGIN
    SELECT closed_until INTO until FROM money_book WHERE name = 'money' FOR SHARE;
    IF EXISTS (SELECT 1 FROM added WHERE day <= until) THEN
        RAISE EXCEPTION 'money_period_closed' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO money_balance AS b (account_id, debit_kopecks, credit_kopecks)
        SELECT account_id, SUM(debit), SUM(credit)
        FROM (SELECT debit_id AS account_id, amount_kopecks AS debit, 0 AS credit FROM added
              UNION ALL
              SELECT credit_id, 0, amount_kopecks FROM added) AS sides
        GROUP BY account_id ORDER BY account_id
        ON CONFLICT (account_id) DO UPDATE
        SET debit_kopecks = b.debit_kopecks + excluded.debit_kopecks,
            credit_kopecks = b.credit_kopecks + excluded.credit_kopecks;
    INSERT INTO money_turnover AS t (account_id, day, debit_kopecks, credit_kopecks)
        SELECT account_id, day, SUM(debit), SUM(credit)
        FROM (SELECT debit_id AS account_id, day, amount_kopecks AS debit, 0 AS credit FROM added
              UNION ALL
              SELECT credit_id, day, 0, amount_kopecks FROM added) AS sides
        GROUP BY account_id, day ORDER BY account_id, day
        ON CONFLICT (account_id, day) DO UPDATE
        SET debit_kopecks = t.debit_kopecks + excluded.debit_kopecks,
            credit_kopecks = t.credit_kopecks + excluded.credit_kopecks;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER money_transfer_moves AFTER INSERT ON money_transfer
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION money_transfer_moves();

CREATE FUNCTION money_is_immutable() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '%_is_immutable', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER money_transfer_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON money_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION money_is_immutable();
CREATE TRIGGER money_period_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON money_period
    FOR EACH STATEMENT EXECUTE FUNCTION money_is_immutable();
CREATE TRIGGER cod_step_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON cod_step
    FOR EACH STATEMENT EXECUTE FUNCTION money_is_immutable();

-- A period opens for nobody again.
CREATE FUNCTION money_book_goes_on() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.closed_until > COALESCE(OLD.closed_until, DATE '0001-01-01') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'money_book_goes_on' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER money_book_goes_on BEFORE UPDATE OR DELETE ON money_book
    FOR EACH ROW EXECUTE FUNCTION money_book_goes_on();

-- Moves the sums of parcels; their CHECKs refuse what cannot be.
CREATE FUNCTION cod_step_moves() RETURNS trigger AS $$
BEGIN
    UPDATE cod SET
        expected_kopecks = cod.expected_kopecks + s.expected,
        released_kopecks = cod.released_kopecks + s.released,
        collected_kopecks = cod.collected_kopecks + s.collected,
        registered_kopecks = cod.registered_kopecks + s.registered,
        received_kopecks = cod.received_kopecks + s.received,
        advanced_kopecks = cod.advanced_kopecks + s.advanced - s.cleared,
        reported_kopecks = cod.reported_kopecks + s.reported + s.advanced,
        paid_kopecks = cod.paid_kopecks + s.paid,
        refunded_kopecks = cod.refunded_kopecks + s.refunded,
        expected_on = COALESCE(s.expected_on, cod.expected_on),
        collected_on = COALESCE(s.collected_on, cod.collected_on),
        registered_on = COALESCE(s.registered_on, cod.registered_on),
        received_on = COALESCE(s.received_on, cod.received_on),
        reported_on = COALESCE(s.reported_on, cod.reported_on),
        paid_on = COALESCE(s.paid_on, cod.paid_on),
        refunded_on = COALESCE(s.refunded_on, cod.refunded_on)
    FROM (SELECT parcel_id,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'expected'), 0) AS expected,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'released'), 0) AS released,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'collected'), 0) AS collected,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'registered'), 0) AS registered,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'received'), 0) AS received,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'advanced'), 0) AS advanced,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'advance_cleared'), 0) AS cleared,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'reported'), 0) AS reported,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'paid'), 0) AS paid,
              COALESCE(SUM(amount_kopecks) FILTER (WHERE step = 'refunded'), 0) AS refunded,
              MAX(day) FILTER (WHERE step = 'expected') AS expected_on,
              MAX(day) FILTER (WHERE step = 'collected') AS collected_on,
              MAX(day) FILTER (WHERE step = 'registered') AS registered_on,
              MAX(day) FILTER (WHERE step = 'received') AS received_on,
              MAX(day) FILTER (WHERE step IN ('reported', 'advanced')) AS reported_on,
              MAX(day) FILTER (WHERE step = 'paid') AS paid_on,
              MAX(day) FILTER (WHERE step = 'refunded') AS refunded_on
          FROM added GROUP BY parcel_id ORDER BY parcel_id) AS s
    WHERE cod.parcel_id = s.parcel_id;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER cod_step_moves AFTER INSERT ON cod_step
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION cod_step_moves();
