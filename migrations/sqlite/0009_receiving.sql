CREATE TABLE inbound (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    number TEXT NOT NULL,
    external_number TEXT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    dock_bin_id BLOB REFERENCES place (id),
    expected_on TEXT,
    created_at INTEGER NOT NULL,
    closed_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT inbound_number_unique UNIQUE (owner_id, number),
    CONSTRAINT inbound_external_unique UNIQUE (owner_id, external_number),
    CONSTRAINT inbound_kind CHECK (kind IN ('announced', 'blind')),
    CONSTRAINT inbound_state CHECK (state IN ('announced', 'receiving', 'closed', 'cancelled')),
    CONSTRAINT inbound_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL))
) STRICT;
CREATE INDEX inbound_open ON inbound (warehouse_id, state, id);
CREATE TABLE inbound_line (
    id BLOB NOT NULL,
    inbound_id BLOB NOT NULL REFERENCES inbound (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    expected INTEGER NOT NULL,
    received INTEGER NOT NULL,
    damaged INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT inbound_line_unique UNIQUE (inbound_id, product_id),
    CONSTRAINT inbound_line_quantities CHECK (expected >= 0 AND received >= 0 AND damaged >= 0 AND damaged <= received)
) STRICT;
-- A delivery that was closed is corrected by a document of its own, never edited.
CREATE TABLE inbound_reversal (
    id BLOB NOT NULL,
    inbound_id BLOB NOT NULL REFERENCES inbound (id),
    number TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor_id BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT inbound_reversal_number_unique UNIQUE (inbound_id, number),
    CONSTRAINT inbound_reversal_reason CHECK (LENGTH(reason) > 0)
) STRICT;
-- What a receiver counted in one go: the lines of the act of acceptance. The id is the ledger line's.
CREATE TABLE receipt (
    id BLOB NOT NULL,
    inbound_id BLOB NOT NULL REFERENCES inbound (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    lot_id BLOB NOT NULL REFERENCES lot (id),
    condition TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    -- Set for goods that a reversal sent back; the others came in.
    reversal_id BLOB REFERENCES inbound_reversal (id),
    actor_id BLOB,
    device_id BLOB,
    counted_at INTEGER NOT NULL,
    undone_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT receipt_quantity CHECK (quantity > 0),
    CONSTRAINT receipt_condition CHECK (condition IN ('available', 'damaged')),
    CONSTRAINT receipt_reversal_stays CHECK (reversal_id IS NULL OR undone_at IS NULL)
) STRICT;
CREATE INDEX receipt_inbound ON receipt (inbound_id, id);
-- Things at the dock that are not this delivery's goods, and at closing every difference.
CREATE TABLE discrepancy (
    id BLOB NOT NULL,
    inbound_id BLOB NOT NULL REFERENCES inbound (id),
    kind TEXT NOT NULL,
    product_id BLOB REFERENCES product (id),
    barcode TEXT,
    quantity INTEGER NOT NULL,
    note TEXT,
    actor_id BLOB,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT discrepancy_kind CHECK (kind IN ('shortage', 'surplus', 'damage', 'unknown_goods', 'other_owner', 'refused')),
    CONSTRAINT discrepancy_quantity CHECK (quantity > 0)
) STRICT;
CREATE INDEX discrepancy_inbound ON discrepancy (inbound_id);
-- A bin that was proposed to somebody on his way, so that nobody else is sent to the same one.
CREATE TABLE bin_claim (
    place_id BLOB NOT NULL REFERENCES place (id),
    device_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (place_id)
) STRICT;
