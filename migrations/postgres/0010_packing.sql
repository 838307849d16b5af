CREATE TABLE packaging (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    length_mm BIGINT NOT NULL,
    width_mm BIGINT NOT NULL,
    height_mm BIGINT NOT NULL,
    load_max_g BIGINT NOT NULL,
    tare_g BIGINT NOT NULL,
    suits_fragile BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT packaging_code_unique UNIQUE (warehouse_id, code),
    CONSTRAINT packaging_sizes CHECK (length_mm > 0 AND width_mm > 0 AND height_mm > 0 AND load_max_g > 0 AND tare_g >= 0)
);
-- A parcel is a handling unit (its id is the place's) with an order's goods in it.
CREATE TABLE parcel (
    id UUID NOT NULL REFERENCES place (id),
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    order_id UUID NOT NULL REFERENCES shop_order (id),
    number TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- None: the goods travel in the box they came in.
    packaging_id UUID REFERENCES packaging (id),
    carrier TEXT COLLATE "C" NOT NULL,
    pickup_point TEXT COLLATE "C" NOT NULL,
    cod_kopecks BIGINT NOT NULL,
    weight_g BIGINT,
    -- The scale that said so, and its own words; without it the weight was typed.
    scale_id UUID,
    scale_words BYTEA,
    expected_weight_g BIGINT,
    short_reason TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    -- Its label was scanned back.
    verified_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT parcel_number_unique UNIQUE (number),
    CONSTRAINT parcel_state CHECK (state IN ('open', 'packed', 'loaded', 'handed_over', 'cancelled')),
    CONSTRAINT parcel_weight CHECK (state IN ('open', 'cancelled') OR (weight_g > 0 AND closed_at IS NOT NULL)),
    CONSTRAINT parcel_cod CHECK (cod_kopecks >= 0)
);
CREATE INDEX parcel_order ON parcel (order_id);
CREATE UNIQUE INDEX parcel_order_open ON parcel (order_id) WHERE state = 'open';
CREATE INDEX parcel_ready ON parcel (warehouse_id, carrier, pickup_point, id) WHERE state IN ('packed', 'loaded');
CREATE TABLE parcel_line (
    parcel_id UUID NOT NULL REFERENCES parcel (id),
    order_line_id UUID NOT NULL REFERENCES order_line (id),
    product_id UUID NOT NULL REFERENCES product (id),
    lot_id UUID NOT NULL REFERENCES lot (id),
    quantity BIGINT NOT NULL,
    -- Closed with a marking code for each piece.
    marked BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (parcel_id, order_line_id, lot_id),
    CONSTRAINT parcel_line_quantity CHECK (quantity > 0)
);
-- A marking code (Честный ЗНАК) of one packed piece. What was taken out again is not kept; what a
-- parcel gave back when it was given up or returned is free for another one.
CREATE TABLE marking_code (
    parcel_id UUID NOT NULL REFERENCES parcel (id),
    -- What identifies the piece (КИ).
    piece TEXT COLLATE "C" NOT NULL,
    -- The whole code, with its separators (GS) as they are.
    code TEXT COLLATE "C" NOT NULL,
    -- Fourteen digits; fur has none.
    gtin TEXT COLLATE "C",
    owner_id UUID NOT NULL REFERENCES owner (id),
    product_id UUID NOT NULL REFERENCES product (id),
    order_line_id UUID NOT NULL REFERENCES order_line (id),
    lot_id UUID NOT NULL REFERENCES lot (id),
    state TEXT COLLATE "C" NOT NULL,
    packed_at TIMESTAMPTZ NOT NULL,
    freed_at TIMESTAMPTZ,
    PRIMARY KEY (parcel_id, piece),
    CONSTRAINT marking_code_state CHECK (state IN ('in_parcel', 'free')),
    CONSTRAINT marking_code_freed CHECK ((state = 'free') = (freed_at IS NOT NULL))
);
CREATE UNIQUE INDEX marking_code_live ON marking_code (piece) WHERE state = 'in_parcel';
-- The last weight that stood still at a packing table, until a parcel takes it.
CREATE TABLE scale_reading (
    device_id UUID NOT NULL REFERENCES device (id),
    scale_id UUID NOT NULL,
    weight_g BIGINT NOT NULL,
    words BYTEA NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    taken BOOLEAN NOT NULL,
    PRIMARY KEY (device_id),
    CONSTRAINT scale_reading_weight CHECK (weight_g > 0)
);
