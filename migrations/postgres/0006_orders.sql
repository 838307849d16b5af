CREATE TABLE shop_order (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    -- Counted per owner: a number tells nothing about other shops.
    number TEXT COLLATE "C" NOT NULL,
    external_number TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    policy TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    promised_at TIMESTAMPTZ,
    carrier TEXT COLLATE "C" NOT NULL,
    pickup_point TEXT COLLATE "C" NOT NULL,
    recipient JSONB NOT NULL,
    cod_kopecks BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT shop_order_number_unique UNIQUE (owner_id, number),
    CONSTRAINT shop_order_external_unique UNIQUE (owner_id, external_number),
    CONSTRAINT shop_order_state CHECK (state IN ('accepted', 'reserved', 'released', 'picking', 'picked', 'packed', 'shipped', 'cancelled')),
    CONSTRAINT shop_order_policy CHECK (policy IN ('complete_only', 'partial', 'backorder')),
    CONSTRAINT shop_order_cod CHECK (cod_kopecks >= 0)
);
CREATE INDEX shop_order_work ON shop_order (warehouse_id, state, priority, promised_at, id);
CREATE INDEX shop_order_owner ON shop_order (owner_id, id);
CREATE TABLE order_line (
    id UUID NOT NULL,
    order_id UUID NOT NULL REFERENCES shop_order (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    product_id UUID NOT NULL REFERENCES product (id),
    line_number BIGINT NOT NULL,
    ordered BIGINT NOT NULL,
    -- Taken off by a change, a cancellation or a close-short, always with an event that says why.
    cancelled BIGINT NOT NULL,
    packed BIGINT NOT NULL,
    shipped BIGINT NOT NULL,
    price_kopecks BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT order_line_number_unique UNIQUE (order_id, line_number),
    CONSTRAINT order_line_ordered CHECK (ordered > 0 AND price_kopecks >= 0),
    CONSTRAINT order_line_progress CHECK (cancelled >= 0 AND shipped >= 0 AND shipped <= packed AND packed + cancelled <= ordered)
);
CREATE INDEX order_line_product ON order_line (product_id, order_id);
CREATE TABLE order_event (
    id UUID NOT NULL,
    order_id UUID NOT NULL REFERENCES shop_order (id),
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    detail JSONB NOT NULL,
    actor_id UUID,
    device_id UUID,
    happened_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX order_event_order ON order_event (order_id, id);
-- Rows of a file that were refused: they are listed until they are imported rightly.
CREATE TABLE import_refusal (
    id UUID NOT NULL,
    owner_id UUID REFERENCES owner (id),
    file_hash BYTEA NOT NULL,
    file_name TEXT COLLATE "C" NOT NULL,
    line BIGINT NOT NULL,
    column_name TEXT COLLATE "C",
    code TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT import_refusal_unique UNIQUE (file_hash, line, code)
);
