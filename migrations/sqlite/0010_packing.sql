CREATE TABLE packaging (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    length_mm INTEGER NOT NULL,
    width_mm INTEGER NOT NULL,
    height_mm INTEGER NOT NULL,
    load_max_g INTEGER NOT NULL,
    tare_g INTEGER NOT NULL,
    suits_fragile INTEGER NOT NULL CHECK (suits_fragile IN (0, 1)),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    PRIMARY KEY (id),
    CONSTRAINT packaging_code_unique UNIQUE (warehouse_id, code),
    CONSTRAINT packaging_sizes CHECK (length_mm > 0 AND width_mm > 0 AND height_mm > 0 AND load_max_g > 0 AND tare_g >= 0)
) STRICT;
-- A parcel is a handling unit (its id is the place's) with an order's goods in it.
CREATE TABLE parcel (
    id BLOB NOT NULL REFERENCES place (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    order_id BLOB NOT NULL REFERENCES shop_order (id),
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    -- None: the goods travel in the box they came in.
    packaging_id BLOB REFERENCES packaging (id),
    carrier TEXT NOT NULL,
    pickup_point TEXT NOT NULL,
    cod_kopecks INTEGER NOT NULL,
    weight_g INTEGER,
    -- The scale that said so, and its own words; without it the weight was typed.
    scale_id BLOB,
    scale_words BLOB,
    expected_weight_g INTEGER,
    short_reason TEXT,
    created_at INTEGER NOT NULL,
    closed_at INTEGER,
    -- Its label was scanned back.
    verified_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT parcel_number_unique UNIQUE (number),
    CONSTRAINT parcel_state CHECK (state IN ('open', 'packed', 'loaded', 'handed_over', 'cancelled')),
    CONSTRAINT parcel_weight CHECK (state IN ('open', 'cancelled') OR (weight_g > 0 AND closed_at IS NOT NULL)),
    CONSTRAINT parcel_cod CHECK (cod_kopecks >= 0)
) STRICT;
CREATE INDEX parcel_order ON parcel (order_id);
CREATE UNIQUE INDEX parcel_order_open ON parcel (order_id) WHERE state = 'open';
CREATE INDEX parcel_ready ON parcel (warehouse_id, carrier, pickup_point, id) WHERE state IN ('packed', 'loaded');
CREATE TABLE parcel_line (
    parcel_id BLOB NOT NULL REFERENCES parcel (id),
    order_line_id BLOB NOT NULL REFERENCES order_line (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    lot_id BLOB NOT NULL REFERENCES lot (id),
    quantity INTEGER NOT NULL,
    -- Closed with a marking code for each piece.
    marked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (parcel_id, order_line_id, lot_id),
    CONSTRAINT parcel_line_quantity CHECK (quantity > 0),
    CONSTRAINT parcel_line_marked CHECK (marked IN (0, 1))
) STRICT;
-- A marking code (Честный ЗНАК) of one packed piece. What was taken out again is not kept; what a
-- parcel gave back when it was given up or returned is free for another one.
CREATE TABLE marking_code (
    parcel_id BLOB NOT NULL REFERENCES parcel (id),
    -- What identifies the piece (КИ).
    piece TEXT NOT NULL,
    -- The whole code, with its separators (GS) as they are.
    code TEXT NOT NULL,
    -- Fourteen digits; fur has none.
    gtin TEXT,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    order_line_id BLOB NOT NULL REFERENCES order_line (id),
    lot_id BLOB NOT NULL REFERENCES lot (id),
    state TEXT NOT NULL,
    packed_at INTEGER NOT NULL,
    freed_at INTEGER,
    PRIMARY KEY (parcel_id, piece),
    CONSTRAINT marking_code_state CHECK (state IN ('in_parcel', 'free')),
    CONSTRAINT marking_code_freed CHECK ((state = 'free') = (freed_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX marking_code_live ON marking_code (piece) WHERE state = 'in_parcel';
-- The last weight that stood still at a packing table, until a parcel takes it.
CREATE TABLE scale_reading (
    device_id BLOB NOT NULL REFERENCES device (id),
    scale_id BLOB NOT NULL,
    weight_g INTEGER NOT NULL,
    words BLOB NOT NULL,
    read_at INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    PRIMARY KEY (device_id),
    CONSTRAINT scale_reading_weight CHECK (weight_g > 0),
    CONSTRAINT scale_reading_taken CHECK (taken IN (0, 1))
) STRICT;
