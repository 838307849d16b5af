CREATE TABLE shop_order (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    -- Counted per owner: a number tells nothing about other shops.
    number TEXT NOT NULL,
    external_number TEXT NOT NULL,
    state TEXT NOT NULL,
    policy TEXT NOT NULL,
    priority INTEGER NOT NULL,
    promised_at INTEGER,
    carrier TEXT NOT NULL,
    pickup_point TEXT NOT NULL,
    recipient TEXT NOT NULL,
    cod_kopecks INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT shop_order_number_unique UNIQUE (owner_id, number),
    CONSTRAINT shop_order_external_unique UNIQUE (owner_id, external_number),
    CONSTRAINT shop_order_state CHECK (state IN ('accepted', 'reserved', 'released', 'picking', 'picked', 'packed', 'shipped', 'cancelled')),
    CONSTRAINT shop_order_policy CHECK (policy IN ('complete_only', 'partial', 'backorder')),
    CONSTRAINT shop_order_cod CHECK (cod_kopecks >= 0)
) STRICT;
CREATE INDEX shop_order_work ON shop_order (warehouse_id, state, priority, promised_at, id);
CREATE INDEX shop_order_owner ON shop_order (owner_id, id);
CREATE TABLE order_line (
    id BLOB NOT NULL,
    order_id BLOB NOT NULL REFERENCES shop_order (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    line_number INTEGER NOT NULL,
    ordered INTEGER NOT NULL,
    -- Taken off by a change, a cancellation or a close-short, always with an event that says why.
    cancelled INTEGER NOT NULL,
    packed INTEGER NOT NULL,
    shipped INTEGER NOT NULL,
    price_kopecks INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT order_line_number_unique UNIQUE (order_id, line_number),
    CONSTRAINT order_line_ordered CHECK (ordered > 0 AND price_kopecks >= 0),
    CONSTRAINT order_line_progress CHECK (cancelled >= 0 AND shipped >= 0 AND shipped <= packed AND packed + cancelled <= ordered)
) STRICT;
CREATE INDEX order_line_product ON order_line (product_id, order_id);
CREATE TABLE order_event (
    id BLOB NOT NULL,
    order_id BLOB NOT NULL REFERENCES shop_order (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    actor_id BLOB,
    device_id BLOB,
    happened_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX order_event_order ON order_event (order_id, id);
-- Rows of a file that were refused: they are listed until they are imported rightly.
CREATE TABLE import_refusal (
    id BLOB NOT NULL,
    owner_id BLOB REFERENCES owner (id),
    file_hash BLOB NOT NULL,
    file_name TEXT NOT NULL,
    line INTEGER NOT NULL,
    column_name TEXT,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT import_refusal_unique UNIQUE (file_hash, line, code)
) STRICT;
