CREATE TABLE inbound (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    number TEXT COLLATE "C" NOT NULL,
    external_number TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    dock_bin_id UUID REFERENCES place (id),
    expected_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT inbound_number_unique UNIQUE (owner_id, number),
    CONSTRAINT inbound_external_unique UNIQUE (owner_id, external_number),
    CONSTRAINT inbound_kind CHECK (kind IN ('announced', 'blind')),
    CONSTRAINT inbound_state CHECK (state IN ('announced', 'receiving', 'closed', 'cancelled')),
    CONSTRAINT inbound_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX inbound_open ON inbound (warehouse_id, state, id);
CREATE TABLE inbound_line (
    id UUID NOT NULL,
    inbound_id UUID NOT NULL REFERENCES inbound (id),
    product_id UUID NOT NULL REFERENCES product (id),
    expected BIGINT NOT NULL,
    received BIGINT NOT NULL,
    damaged BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT inbound_line_unique UNIQUE (inbound_id, product_id),
    CONSTRAINT inbound_line_quantities CHECK (expected >= 0 AND received >= 0 AND damaged >= 0 AND damaged <= received)
);
-- A delivery that was closed is corrected by a document of its own, never edited.
CREATE TABLE inbound_reversal (
    id UUID NOT NULL,
    inbound_id UUID NOT NULL REFERENCES inbound (id),
    number TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    actor_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT inbound_reversal_number_unique UNIQUE (inbound_id, number),
    CONSTRAINT inbound_reversal_reason CHECK (LENGTH(reason) > 0)
);
-- What a receiver counted in one go: the lines of the act of acceptance. The id is the ledger line's.
CREATE TABLE receipt (
    id UUID NOT NULL,
    inbound_id UUID NOT NULL REFERENCES inbound (id),
    product_id UUID NOT NULL REFERENCES product (id),
    lot_id UUID NOT NULL REFERENCES lot (id),
    condition TEXT COLLATE "C" NOT NULL,
    quantity BIGINT NOT NULL,
    -- Set for goods that a reversal sent back; the others came in.
    reversal_id UUID REFERENCES inbound_reversal (id),
    actor_id UUID,
    device_id UUID,
    counted_at TIMESTAMPTZ NOT NULL,
    undone_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT receipt_quantity CHECK (quantity > 0),
    CONSTRAINT receipt_condition CHECK (condition IN ('available', 'damaged')),
    CONSTRAINT receipt_reversal_stays CHECK (reversal_id IS NULL OR undone_at IS NULL)
);
CREATE INDEX receipt_inbound ON receipt (inbound_id, id);
-- Things at the dock that are not this delivery's goods, and at closing every difference.
CREATE TABLE discrepancy (
    id UUID NOT NULL,
    inbound_id UUID NOT NULL REFERENCES inbound (id),
    kind TEXT COLLATE "C" NOT NULL,
    product_id UUID REFERENCES product (id),
    barcode TEXT COLLATE "C",
    quantity BIGINT NOT NULL,
    note TEXT COLLATE "C",
    actor_id UUID,
    noted_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT discrepancy_kind CHECK (kind IN ('shortage', 'surplus', 'damage', 'unknown_goods', 'other_owner', 'refused')),
    CONSTRAINT discrepancy_quantity CHECK (quantity > 0)
);
CREATE INDEX discrepancy_inbound ON discrepancy (inbound_id);
-- A bin that was proposed to somebody on his way, so that nobody else is sent to the same one.
CREATE TABLE bin_claim (
    place_id UUID NOT NULL REFERENCES place (id),
    device_id UUID NOT NULL,
    product_id UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (place_id)
);
