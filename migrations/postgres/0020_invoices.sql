-- A carrier's invoice (счёт, акт оказанных услуг) as it came. All sums are kopecks, VAT included.
CREATE TABLE carrier_invoice (
    id UUID NOT NULL,
    carrier TEXT COLLATE "C" NOT NULL,
    -- The carrier's; it counts by years.
    number TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    day DATE NOT NULL,
    -- What it is for, where the carrier said so.
    period_from DATE,
    period_to DATE,
    -- What is to be paid, as the carrier stated it.
    total_kopecks BIGINT NOT NULL,
    -- The sum of its lines, where it states one.
    listed_kopecks BIGINT,
    vat_kopecks BIGINT,
    -- On the whole: negative is a discount, positive a fee.
    discount_kopecks BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of what it says: the same invoice in another file has the same.
    content BYTEA NOT NULL,
    -- SHA-256 of its lines with the numbers that they have here.
    numbering BYTEA NOT NULL,
    file TEXT COLLATE "C" NOT NULL,
    line_count BIGINT NOT NULL,
    created_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    -- Who accepted or rejected it, when, and why it was rejected.
    decided_by UUID,
    decided_at TIMESTAMPTZ,
    reason TEXT COLLATE "C",
    PRIMARY KEY (id),
    CONSTRAINT carrier_invoice_state CHECK (state IN ('loading', 'draft', 'accepted', 'rejected')),
    CONSTRAINT carrier_invoice_decided CHECK ((state IN ('accepted', 'rejected')) = (decided_at IS NOT NULL)),
    CONSTRAINT carrier_invoice_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT carrier_invoice_period CHECK (period_from <= period_to),
    CONSTRAINT carrier_invoice_lines CHECK (line_count > 0)
);
CREATE UNIQUE INDEX carrier_invoice_number ON carrier_invoice (carrier, number, year) WHERE state <> 'rejected';
CREATE UNIQUE INDEX carrier_invoice_content ON carrier_invoice (carrier, content) WHERE state <> 'rejected';
CREATE INDEX carrier_invoice_turned_down ON carrier_invoice (carrier, content) WHERE state = 'rejected';
-- One line, with what is known of its parcel beside it.
CREATE TABLE carrier_invoice_line (
    invoice_id UUID NOT NULL REFERENCES carrier_invoice (id),
    -- As the carrier counts, or the line of its file.
    line BIGINT NOT NULL,
    track TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    order_number TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- The carrier's words for it.
    words TEXT COLLATE "C" NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    vat_kopecks BIGINT,
    weight_g BIGINT,
    service_day DATE,
    -- Carrier, subject, kind, day and amount: the same charge has the same on any invoice.
    identity TEXT COLLATE "C" NOT NULL,
    -- None: no parcel of ours.
    parcel_id UUID REFERENCES parcel (id),
    owner_id UUID REFERENCES owner (id),
    quoted_kopecks BIGINT,
    declared_g BIGINT,
    weighed_g BIGINT,
    PRIMARY KEY (invoice_id, line),
    CONSTRAINT carrier_invoice_line_line CHECK (line > 0),
    CONSTRAINT carrier_invoice_line_kind CHECK (kind IN (
        'delivery', 'return', 'cod_fee', 'insurance', 'storage', 'weight_surcharge',
        'address_correction', 'pickup', 'packaging', 'other')),
    CONSTRAINT carrier_invoice_line_owner CHECK ((parcel_id IS NULL) = (owner_id IS NULL))
);
CREATE INDEX carrier_invoice_line_identity ON carrier_invoice_line (identity, invoice_id, line);
-- What does not agree. Line 0 is the invoice as a whole.
CREATE TABLE carrier_invoice_exception (
    invoice_id UUID NOT NULL REFERENCES carrier_invoice (id),
    line BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- Kopecks or grams, as the kind is.
    expected BIGINT,
    found BIGINT,
    resolution TEXT COLLATE "C",
    -- To whom a person gave it.
    owner_id UUID REFERENCES owner (id),
    reason TEXT COLLATE "C",
    resolved_by UUID,
    resolved_at TIMESTAMPTZ,
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
);
-- What an accepted line costs, and whom: append-only. There is nothing to add a markup in.
CREATE TABLE carrier_charge (
    id UUID NOT NULL,
    invoice_id UUID NOT NULL REFERENCES carrier_invoice (id),
    -- 0: the difference between the stated total and the lines.
    line BIGINT NOT NULL,
    parcel_id UUID REFERENCES parcel (id),
    -- None: no shop pays it; the reason says why.
    owner_id UUID REFERENCES owner (id),
    kind TEXT COLLATE "C" NOT NULL,
    service_day DATE,
    -- Of the invoice.
    day DATE NOT NULL,
    invoiced_kopecks BIGINT NOT NULL,
    -- With its part of what the invoice says of the whole.
    passed_kopecks BIGINT NOT NULL,
    written_off_kopecks BIGINT NOT NULL,
    reason TEXT COLLATE "C",
    identity TEXT COLLATE "C" NOT NULL,
    -- A charge that a person said to be another one like it.
    ordinal BIGINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT carrier_charge_line UNIQUE (invoice_id, line),
    CONSTRAINT carrier_charge_once UNIQUE (identity, ordinal),
    CONSTRAINT carrier_charge_kind CHECK (kind IN (
        'delivery', 'return', 'cod_fee', 'insurance', 'storage', 'weight_surcharge',
        'address_correction', 'pickup', 'packaging', 'other')),
    CONSTRAINT carrier_charge_owner CHECK (owner_id IS NULL OR written_off_kopecks = 0),
    CONSTRAINT carrier_charge_nobody CHECK (owner_id IS NOT NULL OR (passed_kopecks = 0 AND reason IS NOT NULL)),
    CONSTRAINT carrier_charge_ordinal CHECK (ordinal > 0)
);
CREATE INDEX carrier_charge_owner ON carrier_charge (owner_id, day, invoice_id) WHERE owner_id IS NOT NULL;
CREATE INDEX carrier_charge_parcel ON carrier_charge (parcel_id) WHERE parcel_id IS NOT NULL;
-- What the operator bears: a carrier may give it back.
CREATE INDEX carrier_charge_operator ON carrier_charge (parcel_id) WHERE owner_id IS NULL;

CREATE TRIGGER carrier_charge_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON carrier_charge
    FOR EACH STATEMENT EXECUTE FUNCTION money_is_immutable();
-- What was accepted stays accepted.
CREATE FUNCTION carrier_invoice_stays() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'carrier_invoice_stays' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER carrier_invoice_stays BEFORE UPDATE ON carrier_invoice FOR EACH ROW
    WHEN (OLD.state = 'accepted' AND (NEW.state <> 'accepted' OR NEW.total_kopecks <> OLD.total_kopecks))
    EXECUTE FUNCTION carrier_invoice_stays();
