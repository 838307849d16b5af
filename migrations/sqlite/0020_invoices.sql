-- A carrier's invoice (счёт, акт оказанных услуг) as it came. All sums are kopecks, VAT included.
CREATE TABLE carrier_invoice (
    id BLOB NOT NULL,
    carrier TEXT NOT NULL,
    -- The carrier's; it counts by years.
    number TEXT NOT NULL,
    year INTEGER NOT NULL,
    day TEXT NOT NULL,
    -- What it is for, where the carrier said so.
    period_from TEXT,
    period_to TEXT,
    -- What is to be paid, as the carrier stated it.
    total_kopecks INTEGER NOT NULL,
    -- The sum of its lines, where it states one.
    listed_kopecks INTEGER,
    vat_kopecks INTEGER,
    -- On the whole: negative is a discount, positive a fee.
    discount_kopecks INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- SHA-256 of what it says: the same invoice in another file has the same.
    content BLOB NOT NULL,
    -- SHA-256 of its lines with the numbers that they have here.
    numbering BLOB NOT NULL,
    file TEXT NOT NULL,
    line_count INTEGER NOT NULL,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    -- Who accepted or rejected it, when, and why it was rejected.
    decided_by BLOB,
    decided_at INTEGER,
    reason TEXT,
    PRIMARY KEY (id),
    CONSTRAINT carrier_invoice_state CHECK (state IN ('loading', 'draft', 'accepted', 'rejected')),
    CONSTRAINT carrier_invoice_decided CHECK ((state IN ('accepted', 'rejected')) = (decided_at IS NOT NULL)),
    CONSTRAINT carrier_invoice_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT carrier_invoice_period CHECK (period_from <= period_to),
    CONSTRAINT carrier_invoice_lines CHECK (line_count > 0)
) STRICT;
CREATE UNIQUE INDEX carrier_invoice_number ON carrier_invoice (carrier, number, year) WHERE state <> 'rejected';
CREATE UNIQUE INDEX carrier_invoice_content ON carrier_invoice (carrier, content) WHERE state <> 'rejected';
CREATE INDEX carrier_invoice_turned_down ON carrier_invoice (carrier, content) WHERE state = 'rejected';
-- One line, with what is known of its parcel beside it.
CREATE TABLE carrier_invoice_line (
    invoice_id BLOB NOT NULL REFERENCES carrier_invoice (id),
    -- As the carrier counts, or the line of its file.
    line INTEGER NOT NULL,
    track TEXT NOT NULL,
    number TEXT NOT NULL,
    order_number TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- The carrier's words for it.
    words TEXT NOT NULL,
    amount_kopecks INTEGER NOT NULL,
    vat_kopecks INTEGER,
    weight_g INTEGER,
    service_day TEXT,
    -- Carrier, subject, kind, day and amount: the same charge has the same on any invoice.
    identity TEXT NOT NULL,
    -- None: no parcel of ours.
    parcel_id BLOB REFERENCES parcel (id),
    owner_id BLOB REFERENCES owner (id),
    quoted_kopecks INTEGER,
    declared_g INTEGER,
    weighed_g INTEGER,
    PRIMARY KEY (invoice_id, line),
    CONSTRAINT carrier_invoice_line_line CHECK (line > 0),
    CONSTRAINT carrier_invoice_line_kind CHECK (kind IN (
        'delivery', 'return', 'cod_fee', 'insurance', 'storage', 'weight_surcharge',
        'address_correction', 'pickup', 'packaging', 'other')),
    CONSTRAINT carrier_invoice_line_owner CHECK ((parcel_id IS NULL) = (owner_id IS NULL))
) STRICT;
CREATE INDEX carrier_invoice_line_identity ON carrier_invoice_line (identity, invoice_id, line);
-- What does not agree. Line 0 is the invoice as a whole.
CREATE TABLE carrier_invoice_exception (
    invoice_id BLOB NOT NULL REFERENCES carrier_invoice (id),
    line INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- Kopecks or grams, as the kind is.
    expected INTEGER,
    found INTEGER,
    resolution TEXT,
    -- To whom a person gave it.
    owner_id BLOB REFERENCES owner (id),
    reason TEXT,
    resolved_by BLOB,
    resolved_at INTEGER,
    PRIMARY KEY (invoice_id, line, kind),
    CONSTRAINT carrier_invoice_exception_line CHECK (line >= 0),
    CONSTRAINT carrier_invoice_exception_kind CHECK (kind IN (
        'unknown_parcel', 'not_our_carrier', 'duplicate', 'credit_of_operator', 'amount_differs',
        'weight_above_ours', 'vat_differs', 'total_differs')),
    CONSTRAINT carrier_invoice_exception_resolution CHECK (resolution IN ('pass_on', 'owner', 'operator', 'spread', 'separate')),
    CONSTRAINT carrier_invoice_exception_owner CHECK (resolution IS NOT NULL OR owner_id IS NULL),
    CONSTRAINT carrier_invoice_exception_given CHECK (resolution IS NULL OR (resolution = 'owner') = (owner_id IS NOT NULL)),
    CONSTRAINT carrier_invoice_exception_resolved CHECK ((resolution IS NULL) = (resolved_at IS NULL)),
    CONSTRAINT carrier_invoice_exception_reason CHECK ((resolution IS NULL) = (reason IS NULL))
) STRICT;
-- What an accepted line costs, and whom: append-only. There is nothing to add a markup in.
CREATE TABLE carrier_charge (
    id BLOB NOT NULL,
    invoice_id BLOB NOT NULL REFERENCES carrier_invoice (id),
    -- 0: the difference between the stated total and the lines.
    line INTEGER NOT NULL,
    parcel_id BLOB REFERENCES parcel (id),
    -- None: no shop pays it; the reason says why.
    owner_id BLOB REFERENCES owner (id),
    kind TEXT NOT NULL,
    service_day TEXT,
    -- Of the invoice.
    day TEXT NOT NULL,
    invoiced_kopecks INTEGER NOT NULL,
    -- With its part of what the invoice says of the whole.
    passed_kopecks INTEGER NOT NULL,
    written_off_kopecks INTEGER NOT NULL,
    reason TEXT,
    identity TEXT NOT NULL,
    -- A charge that a person said to be another one like it.
    ordinal INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT carrier_charge_line UNIQUE (invoice_id, line),
    CONSTRAINT carrier_charge_once UNIQUE (identity, ordinal),
    CONSTRAINT carrier_charge_kind CHECK (kind IN (
        'delivery', 'return', 'cod_fee', 'insurance', 'storage', 'weight_surcharge',
        'address_correction', 'pickup', 'packaging', 'other')),
    CONSTRAINT carrier_charge_owner CHECK (owner_id IS NULL OR written_off_kopecks = 0),
    CONSTRAINT carrier_charge_nobody CHECK (owner_id IS NOT NULL OR (passed_kopecks = 0 AND reason IS NOT NULL)),
    CONSTRAINT carrier_charge_ordinal CHECK (ordinal > 0)
) STRICT;
CREATE INDEX carrier_charge_owner ON carrier_charge (owner_id, day, invoice_id) WHERE owner_id IS NOT NULL;
CREATE INDEX carrier_charge_parcel ON carrier_charge (parcel_id) WHERE parcel_id IS NOT NULL;
-- What the operator bears: a carrier may give it back.
CREATE INDEX carrier_charge_operator ON carrier_charge (parcel_id) WHERE owner_id IS NULL;

-- INSERT OR REPLACE would slip past the trigger that refuses a delete.
CREATE TRIGGER carrier_charge_is_new BEFORE INSERT ON carrier_charge
WHEN EXISTS (SELECT 1 FROM carrier_charge WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'carrier_charge_is_immutable');
END;
CREATE TRIGGER carrier_charge_is_not_updated BEFORE UPDATE ON carrier_charge
BEGIN
    SELECT RAISE(ABORT, 'carrier_charge_is_immutable');
END;
CREATE TRIGGER carrier_charge_is_not_deleted BEFORE DELETE ON carrier_charge
BEGIN
    SELECT RAISE(ABORT, 'carrier_charge_is_immutable');
END;
-- What was accepted stays accepted.
CREATE TRIGGER carrier_invoice_stays BEFORE UPDATE ON carrier_invoice
WHEN OLD.state = 'accepted' AND (NEW.state <> 'accepted' OR NEW.total_kopecks <> OLD.total_kopecks)
BEGIN
    SELECT RAISE(ABORT, 'carrier_invoice_stays');
END;
