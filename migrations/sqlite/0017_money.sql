-- An account of the money ledger: a kind, and whose it is. All sums are kopecks.
CREATE TABLE money_account (
    id BLOB NOT NULL,
    -- Kind, owner, carrier and document in one text: nobody opens an account twice.
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner_id BLOB REFERENCES owner (id),
    carrier TEXT,
    -- A register, an invoice, a payout or a bank account.
    document_id BLOB,
    created_at INTEGER NOT NULL,
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
) STRICT;
CREATE INDEX money_account_of_owner ON money_account (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX money_account_of_kind ON money_account (kind, id);
CREATE TABLE money_balance (
    account_id BLOB NOT NULL REFERENCES money_account (id),
    debit_kopecks INTEGER NOT NULL,
    credit_kopecks INTEGER NOT NULL,
    PRIMARY KEY (account_id),
    CONSTRAINT money_balance_sides CHECK (debit_kopecks >= 0 AND credit_kopecks >= 0)
) STRICT;
-- What went over an account on a day: the balance of any day is a short sum.
CREATE TABLE money_turnover (
    account_id BLOB NOT NULL REFERENCES money_account (id),
    day TEXT NOT NULL,
    debit_kopecks INTEGER NOT NULL,
    credit_kopecks INTEGER NOT NULL,
    PRIMARY KEY (account_id, day),
    CONSTRAINT money_turnover_sides CHECK (debit_kopecks >= 0 AND credit_kopecks >= 0)
) STRICT;
CREATE INDEX money_turnover_day ON money_turnover (day, account_id);
-- The one book. Whoever posts holds this row, so that no period closes over a posting under way.
CREATE TABLE money_book (
    name TEXT NOT NULL,
    closed_until TEXT,
    PRIMARY KEY (name),
    CONSTRAINT money_book_one CHECK (name = 'money')
) STRICT;
INSERT INTO money_book (name, closed_until) VALUES ('money', NULL);
CREATE TABLE money_period (
    last_day TEXT NOT NULL,
    command_id BLOB NOT NULL,
    closed_by BLOB,
    closed_at INTEGER NOT NULL,
    PRIMARY KEY (last_day)
) STRICT;
-- The ledger: append-only. Its trigger moves the balances. A correction is a new transfer that says
-- which one it corrects.
CREATE TABLE money_transfer (
    id BLOB NOT NULL,
    command_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    debit_id BLOB NOT NULL,
    credit_id BLOB NOT NULL,
    amount_kopecks INTEGER NOT NULL,
    -- The day of the books.
    day TEXT NOT NULL,
    document_id BLOB,
    corrects_id BLOB REFERENCES money_transfer (id),
    note TEXT,
    actor_id BLOB,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT money_transfer_amount CHECK (amount_kopecks > 0),
    CONSTRAINT money_transfer_sides CHECK (debit_id <> credit_id)
) STRICT;
CREATE INDEX money_transfer_debit ON money_transfer (debit_id, day, id);
CREATE INDEX money_transfer_credit ON money_transfer (credit_id, day, id);
CREATE INDEX money_transfer_document ON money_transfer (document_id, id) WHERE document_id IS NOT NULL;
CREATE INDEX money_transfer_corrects ON money_transfer (corrects_id) WHERE corrects_id IS NOT NULL;
-- Cash on delivery of a parcel: how far its money has come. The steps move the sums.
CREATE TABLE cod (
    parcel_id BLOB NOT NULL REFERENCES parcel (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    order_id BLOB NOT NULL REFERENCES shop_order (id),
    carrier TEXT NOT NULL,
    -- To be taken from the buyer; what is not taken after all is released.
    expected_kopecks INTEGER NOT NULL DEFAULT 0,
    released_kopecks INTEGER NOT NULL DEFAULT 0,
    collected_kopecks INTEGER NOT NULL DEFAULT 0,
    registered_kopecks INTEGER NOT NULL DEFAULT 0,
    received_kopecks INTEGER NOT NULL DEFAULT 0,
    -- Promised to the shop before the bank has it, as its contract says.
    advanced_kopecks INTEGER NOT NULL DEFAULT 0,
    reported_kopecks INTEGER NOT NULL DEFAULT 0,
    paid_kopecks INTEGER NOT NULL DEFAULT 0,
    -- Taken back by the carrier, who gave it back to the buyer.
    refunded_kopecks INTEGER NOT NULL DEFAULT 0,
    -- How the buyer paid, once it is known.
    method TEXT,
    -- The last day of each step.
    expected_on TEXT,
    collected_on TEXT,
    registered_on TEXT,
    received_on TEXT,
    reported_on TEXT,
    paid_on TEXT,
    refunded_on TEXT,
    -- When the carrier was last asked what became of it.
    asked_on TEXT,
    -- The buyer took a part: the register will say how much that was.
    is_partial INTEGER NOT NULL DEFAULT 0 CHECK (is_partial IN (0, 1)),
    -- Held back from reports and payouts: why, since which day, and who said so last.
    disputed TEXT,
    disputed_on TEXT,
    disputed_by BLOB,
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
) STRICT;
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
    parcel_id BLOB NOT NULL REFERENCES cod (parcel_id),
    step TEXT NOT NULL,
    transfer_id BLOB NOT NULL REFERENCES money_transfer (id),
    -- Negative: taken back.
    amount_kopecks INTEGER NOT NULL,
    day TEXT NOT NULL,
    document_id BLOB,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (parcel_id, step, transfer_id),
    CONSTRAINT cod_step_step CHECK (step IN (
        'expected', 'released', 'collected', 'registered', 'received', 'advanced', 'advance_cleared',
        'reported', 'paid', 'refunded')),
    CONSTRAINT cod_step_amount CHECK (amount_kopecks <> 0)
) STRICT;
CREATE INDEX cod_step_document ON cod_step (document_id, step, parcel_id) WHERE document_id IS NOT NULL;

-- INSERT OR REPLACE would slip past the trigger that refuses a delete.
CREATE TRIGGER money_transfer_is_new BEFORE INSERT ON money_transfer
WHEN EXISTS (SELECT 1 FROM money_transfer WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'money_transfer_is_immutable');
END;
CREATE TRIGGER money_transfer_moves AFTER INSERT ON money_transfer
BEGIN
    SELECT RAISE(ABORT, 'money_period_closed')
        WHERE NEW.day <= (SELECT closed_until FROM money_book WHERE name = 'money');
    INSERT INTO money_balance (account_id, debit_kopecks, credit_kopecks)
        VALUES (NEW.debit_id, NEW.amount_kopecks, 0)
        ON CONFLICT (account_id) DO UPDATE SET debit_kopecks = debit_kopecks + excluded.debit_kopecks;
    INSERT INTO money_balance (account_id, debit_kopecks, credit_kopecks)
        VALUES (NEW.credit_id, 0, NEW.amount_kopecks)
        ON CONFLICT (account_id) DO UPDATE SET credit_kopecks = credit_kopecks + excluded.credit_kopecks;
    INSERT INTO money_turnover (account_id, day, debit_kopecks, credit_kopecks)
        VALUES (NEW.debit_id, NEW.day, NEW.amount_kopecks, 0)
        ON CONFLICT (account_id, day) DO UPDATE SET debit_kopecks = debit_kopecks + excluded.debit_kopecks;
    INSERT INTO money_turnover (account_id, day, debit_kopecks, credit_kopecks)
        VALUES (NEW.credit_id, NEW.day, 0, NEW.amount_kopecks)
        ON CONFLICT (account_id, day) DO UPDATE SET credit_kopecks = credit_kopecks + excluded.credit_kopecks;
END;
CREATE TRIGGER money_transfer_is_not_updated BEFORE UPDATE ON money_transfer
BEGIN
    SELECT RAISE(ABORT, 'money_transfer_is_immutable');
END;
CREATE TRIGGER money_transfer_is_not_deleted BEFORE DELETE ON money_transfer
BEGIN
    SELECT RAISE(ABORT, 'money_transfer_is_immutable');
END;
CREATE TRIGGER money_period_is_not_updated BEFORE UPDATE ON money_period
BEGIN
    SELECT RAISE(ABORT, 'money_period_is_immutable');
END;
CREATE TRIGGER money_period_is_not_deleted BEFORE DELETE ON money_period
BEGIN
    SELECT RAISE(ABORT, 'money_period_is_immutable');
END;
-- A period opens for nobody again.
CREATE TRIGGER money_book_goes_on BEFORE UPDATE ON money_book
WHEN NEW.closed_until IS NULL OR NEW.closed_until <= OLD.closed_until
BEGIN
    SELECT RAISE(ABORT, 'money_book_goes_on');
END;
CREATE TRIGGER money_book_stays BEFORE DELETE ON money_book
BEGIN
    SELECT RAISE(ABORT, 'money_book_goes_on');
END;

-- Moves the sums of a parcel; its CHECKs refuse what cannot be.
CREATE TRIGGER cod_step_moves AFTER INSERT ON cod_step
BEGIN
    UPDATE cod SET
        expected_kopecks = expected_kopecks + CASE WHEN NEW.step = 'expected' THEN NEW.amount_kopecks ELSE 0 END,
        released_kopecks = released_kopecks + CASE WHEN NEW.step = 'released' THEN NEW.amount_kopecks ELSE 0 END,
        collected_kopecks = collected_kopecks + CASE WHEN NEW.step = 'collected' THEN NEW.amount_kopecks ELSE 0 END,
        registered_kopecks = registered_kopecks + CASE WHEN NEW.step = 'registered' THEN NEW.amount_kopecks ELSE 0 END,
        received_kopecks = received_kopecks + CASE WHEN NEW.step = 'received' THEN NEW.amount_kopecks ELSE 0 END,
        advanced_kopecks = advanced_kopecks + CASE NEW.step WHEN 'advanced' THEN NEW.amount_kopecks WHEN 'advance_cleared' THEN -NEW.amount_kopecks ELSE 0 END,
        reported_kopecks = reported_kopecks + CASE WHEN NEW.step IN ('reported', 'advanced') THEN NEW.amount_kopecks ELSE 0 END,
        paid_kopecks = paid_kopecks + CASE WHEN NEW.step = 'paid' THEN NEW.amount_kopecks ELSE 0 END,
        refunded_kopecks = refunded_kopecks + CASE WHEN NEW.step = 'refunded' THEN NEW.amount_kopecks ELSE 0 END,
        expected_on = CASE WHEN NEW.step = 'expected' THEN NEW.day ELSE expected_on END,
        collected_on = CASE WHEN NEW.step = 'collected' THEN NEW.day ELSE collected_on END,
        registered_on = CASE WHEN NEW.step = 'registered' THEN NEW.day ELSE registered_on END,
        received_on = CASE WHEN NEW.step = 'received' THEN NEW.day ELSE received_on END,
        reported_on = CASE WHEN NEW.step IN ('reported', 'advanced') THEN NEW.day ELSE reported_on END,
        paid_on = CASE WHEN NEW.step = 'paid' THEN NEW.day ELSE paid_on END,
        refunded_on = CASE WHEN NEW.step = 'refunded' THEN NEW.day ELSE refunded_on END
    WHERE parcel_id = NEW.parcel_id;
END;
CREATE TRIGGER cod_step_is_not_updated BEFORE UPDATE ON cod_step
BEGIN
    SELECT RAISE(ABORT, 'cod_step_is_immutable');
END;
CREATE TRIGGER cod_step_is_not_deleted BEFORE DELETE ON cod_step
BEGIN
    SELECT RAISE(ABORT, 'cod_step_is_immutable');
END;
