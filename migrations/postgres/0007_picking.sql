CREATE TABLE wave (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    number TEXT COLLATE "C" NOT NULL,
    carrier TEXT COLLATE "C",
    cutoff_at TIMESTAMPTZ,
    state TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT wave_number_unique UNIQUE (warehouse_id, number),
    CONSTRAINT wave_state CHECK (state IN ('released', 'done', 'cancelled'))
);
CREATE TABLE batch (
    id UUID NOT NULL,
    wave_id UUID NOT NULL REFERENCES wave (id),
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    number TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    device_id UUID,
    actor_id UUID,
    claimed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT batch_number_unique UNIQUE (warehouse_id, number),
    CONSTRAINT batch_state CHECK (state IN ('open', 'picking', 'picked', 'cancelled'))
);
CREATE INDEX batch_work ON batch (warehouse_id, state, priority, id) WHERE state IN ('open', 'picking');
CREATE INDEX batch_wave ON batch (wave_id);
-- The slots of a cart: one order each, and the tote that was put there.
CREATE TABLE batch_slot (
    batch_id UUID NOT NULL REFERENCES batch (id),
    slot BIGINT NOT NULL,
    order_id UUID NOT NULL REFERENCES shop_order (id),
    tote_id UUID REFERENCES place (id),
    open BOOLEAN NOT NULL,
    PRIMARY KEY (batch_id, slot),
    CONSTRAINT batch_slot_number CHECK (slot > 0)
);
CREATE UNIQUE INDEX batch_slot_order_open ON batch_slot (order_id) WHERE open;
CREATE UNIQUE INDEX batch_slot_tote_open ON batch_slot (tote_id) WHERE open AND tote_id IS NOT NULL;
CREATE INDEX batch_slot_order ON batch_slot (order_id);
-- A task is the hard reservation (жёсткий резерв) of a line: so many pieces of this lot in this bin.
CREATE TABLE pick_task (
    id UUID NOT NULL,
    batch_id UUID NOT NULL REFERENCES batch (id),
    slot BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    order_id UUID NOT NULL REFERENCES shop_order (id),
    order_line_id UUID NOT NULL REFERENCES order_line (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    product_id UUID NOT NULL REFERENCES product (id),
    lot_id UUID NOT NULL REFERENCES lot (id),
    place_id UUID NOT NULL REFERENCES place (id),
    quantity BIGINT NOT NULL,
    picked BIGINT NOT NULL,
    -- The rest that nobody will pick from this place any more.
    dropped BIGINT NOT NULL,
    drop_reason TEXT COLLATE "C",
    -- Pieces are still to be picked. A column of its own, so that an index of the open tasks
    -- stays as it is while pieces are counted.
    is_open BOOLEAN NOT NULL GENERATED ALWAYS AS (picked + dropped < quantity) STORED,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT pick_task_progress CHECK (quantity > 0 AND picked >= 0 AND dropped >= 0 AND picked + dropped <= quantity),
    CONSTRAINT pick_task_drop CHECK ((dropped > 0) = (drop_reason IS NOT NULL)),
    CONSTRAINT pick_task_drop_reason CHECK (drop_reason IN ('short', 'damaged', 'cancelled', 'other_lot'))
);
CREATE INDEX pick_task_batch ON pick_task (batch_id, sequence, id);
CREATE INDEX pick_task_held ON pick_task (place_id, product_id, lot_id) WHERE is_open;
CREATE INDEX pick_task_order ON pick_task (order_id, order_line_id);
-- Goods of a cancelled order on their way back to the shelf.
CREATE TABLE put_back (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    order_id UUID NOT NULL REFERENCES shop_order (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    product_id UUID NOT NULL REFERENCES product (id),
    lot_id UUID NOT NULL REFERENCES lot (id),
    place_id UUID NOT NULL REFERENCES place (id),
    quantity BIGINT NOT NULL,
    done BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT put_back_progress CHECK (quantity > 0 AND done >= 0 AND done <= quantity)
);
CREATE INDEX put_back_order ON put_back (order_id);
CREATE INDEX put_back_open ON put_back (place_id, product_id, lot_id) WHERE done < quantity;
