CREATE TABLE balance (
    place_id BLOB NOT NULL REFERENCES place (id),
    product_id BLOB NOT NULL,
    lot_id BLOB NOT NULL,
    condition TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    PRIMARY KEY (place_id, product_id, lot_id, condition),
    FOREIGN KEY (product_id, owner_id) REFERENCES product (id, owner_id),
    FOREIGN KEY (lot_id, product_id) REFERENCES lot (id, product_id),
    CONSTRAINT balance_on_hand CHECK (on_hand >= 0),
    CONSTRAINT balance_reserved CHECK (reserved >= 0 AND reserved <= on_hand),
    CONSTRAINT balance_condition CHECK (condition IN ('available', 'hold', 'quarantine', 'damaged', 'returns'))
) STRICT;
CREATE INDEX balance_product ON balance (product_id, place_id);
CREATE INDEX balance_owner ON balance (owner_id, product_id);
-- What orders can be promised: per warehouse and product, stock that no pick task holds yet.
CREATE TABLE availability (
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    owner_id BLOB NOT NULL REFERENCES owner (id),
    unallocated INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT availability_unallocated CHECK (unallocated >= 0),
    CONSTRAINT availability_reserved CHECK (reserved >= 0 AND reserved <= unallocated)
) STRICT;
CREATE INDEX availability_product ON availability (product_id, owner_id);
-- The ledger: append-only. Its trigger moves the balances, and through them every key is checked:
-- what leaves has a balance row, what arrives makes one, and virtual places are looked up. Foreign
-- keys of its own would ask the same again for every scan.
CREATE TABLE stock_entry (
    id BLOB NOT NULL,
    command_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    lot_id BLOB NOT NULL,
    quantity INTEGER NOT NULL,
    from_place_id BLOB NOT NULL,
    from_condition TEXT NOT NULL,
    to_place_id BLOB NOT NULL,
    to_condition TEXT NOT NULL,
    -- Picks and their undoing only: the task whose reservation is used up or restored.
    pick_task_id BLOB,
    -- The paper behind it: a delivery, an order, a count, a manifest.
    document_id BLOB,
    actor_id BLOB,
    device_id BLOB,
    note TEXT,
    happened_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT stock_entry_quantity CHECK (quantity > 0),
    CONSTRAINT stock_entry_moves_something CHECK (from_place_id <> to_place_id OR from_condition <> to_condition),
    CONSTRAINT stock_entry_task CHECK ((pick_task_id IS NOT NULL) = (reason IN ('pick', 'pick_undo'))),
    CONSTRAINT stock_entry_reason CHECK (reason IN (
        'opening', 'receipt', 'receipt_undo', 'putaway', 'move', 'pick', 'pick_undo', 'put_back',
        'pack', 'unpack', 'handover', 'count_found', 'count_lost', 'condition'))
) STRICT;
CREATE INDEX stock_entry_product ON stock_entry (product_id, id);
-- Promises to orders before a wave: soft reservations (мягкий резерв). Warehouse, product and owner
-- are those of a row of availability: the trigger asks for it, and foreign keys need not ask again.
CREATE TABLE reservation (
    order_line_id BLOB NOT NULL REFERENCES order_line (id),
    warehouse_id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    quantity INTEGER NOT NULL,
    reserved_at INTEGER NOT NULL,
    PRIMARY KEY (order_line_id),
    CONSTRAINT reservation_quantity CHECK (quantity > 0)
) STRICT;
CREATE INDEX reservation_product ON reservation (warehouse_id, product_id);
-- Counts of a bin, asked for by people or by a short pick.
CREATE TABLE stock_count (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    place_id BLOB NOT NULL REFERENCES place (id),
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    -- A difference beyond this is posted only after somebody else has counted again.
    tolerance INTEGER NOT NULL,
    recount_of BLOB REFERENCES stock_count (id),
    -- This count closed the bin for picking, and opens it again.
    froze INTEGER NOT NULL CHECK (froze IN (0, 1)),
    -- Lines of the ledger with a greater id were written while somebody counted.
    mark_id BLOB,
    device_id BLOB,
    actor_id BLOB,
    created_at INTEGER NOT NULL,
    closed_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT stock_count_state CHECK (state IN ('open', 'counting', 'closed', 'cancelled')),
    CONSTRAINT stock_count_tolerance CHECK (tolerance >= 0),
    CONSTRAINT stock_count_cause CHECK (cause IN ('planned', 'short_pick', 'zero_check', 'request'))
) STRICT;
CREATE UNIQUE INDEX stock_count_open ON stock_count (place_id) WHERE state IN ('open', 'counting');
CREATE TABLE stock_count_line (
    count_id BLOB NOT NULL REFERENCES stock_count (id),
    product_id BLOB NOT NULL REFERENCES product (id),
    lot_id BLOB NOT NULL REFERENCES lot (id),
    condition TEXT NOT NULL,
    counted INTEGER NOT NULL,
    expected INTEGER,
    PRIMARY KEY (count_id, product_id, lot_id, condition),
    CONSTRAINT stock_count_line_counted CHECK (counted >= 0)
) STRICT;

-- INSERT OR REPLACE would slip past the trigger that refuses a delete.
CREATE TRIGGER stock_entry_is_new BEFORE INSERT ON stock_entry
WHEN EXISTS (SELECT 1 FROM stock_entry WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'stock_entry_is_immutable');
END;

-- Moves the balances of one entry.
CREATE TRIGGER stock_entry_moves AFTER INSERT ON stock_entry
BEGIN
    SELECT RAISE(ABORT, 'stock_across_warehouses')
        WHERE NOT EXISTS (SELECT 1 FROM place AS s JOIN place AS t ON t.warehouse_id = s.warehouse_id
                          WHERE s.id = NEW.from_place_id AND t.id = NEW.to_place_id);
    SELECT RAISE(ABORT, 'stock_missing')
        WHERE (SELECT kind FROM place WHERE id = NEW.from_place_id) IN ('bin', 'pallet', 'tote', 'box', 'parcel')
          AND NOT EXISTS (SELECT 1 FROM balance
                          WHERE place_id = NEW.from_place_id AND product_id = NEW.product_id
                            AND lot_id = NEW.lot_id AND condition = NEW.from_condition
                            AND owner_id = NEW.owner_id);
    UPDATE balance SET on_hand = on_hand - NEW.quantity,
                       reserved = reserved - CASE WHEN NEW.reason = 'pick' THEN NEW.quantity ELSE 0 END
        WHERE place_id = NEW.from_place_id AND product_id = NEW.product_id
          AND lot_id = NEW.lot_id AND condition = NEW.from_condition;
    DELETE FROM balance
        WHERE place_id = NEW.from_place_id AND product_id = NEW.product_id
          AND lot_id = NEW.lot_id AND condition = NEW.from_condition AND on_hand = 0;
    INSERT INTO balance (place_id, product_id, lot_id, condition, owner_id, on_hand, reserved, arrived_at)
        SELECT NEW.to_place_id, NEW.product_id, NEW.lot_id, NEW.to_condition, NEW.owner_id, NEW.quantity,
               CASE WHEN NEW.reason = 'pick_undo' THEN NEW.quantity ELSE 0 END, NEW.recorded_at
        FROM place WHERE id = NEW.to_place_id AND kind IN ('bin', 'pallet', 'tote', 'box', 'parcel')
        ON CONFLICT (place_id, product_id, lot_id, condition)
        DO UPDATE SET on_hand = on_hand + excluded.on_hand, reserved = reserved + excluded.reserved;

    SELECT RAISE(ABORT, 'pick_task_mismatch')
        WHERE NEW.pick_task_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM pick_task AS p JOIN batch AS b ON b.id = p.batch_id
                          WHERE p.id = NEW.pick_task_id AND p.product_id = NEW.product_id AND p.lot_id = NEW.lot_id
                            AND p.place_id = CASE WHEN NEW.reason = 'pick' THEN NEW.from_place_id ELSE NEW.to_place_id END
                            AND (NEW.reason <> 'pick' OR b.state = 'picking' AND b.device_id = NEW.device_id));
    UPDATE pick_task SET picked = picked + CASE WHEN NEW.reason = 'pick' THEN NEW.quantity ELSE -NEW.quantity END
        WHERE id = NEW.pick_task_id;

    -- What becomes free for orders by this move, without what a pick task holds.
    INSERT INTO availability (warehouse_id, product_id, owner_id, unallocated, reserved)
        SELECT s.warehouse_id, NEW.product_id, NEW.owner_id, NEW.quantity, 0
        FROM place AS s JOIN place AS t ON t.id = NEW.to_place_id
        WHERE s.id = NEW.from_place_id AND NEW.reason <> 'pick_undo'
          AND (t.pickable AND NEW.to_condition = 'available')
          AND NOT (s.pickable AND NEW.from_condition = 'available')
        ON CONFLICT (warehouse_id, product_id)
        DO UPDATE SET unallocated = unallocated + excluded.unallocated;
    UPDATE availability SET unallocated = unallocated - NEW.quantity
        WHERE product_id = NEW.product_id AND NEW.reason <> 'pick'
          AND warehouse_id = (SELECT s.warehouse_id
                              FROM place AS s JOIN place AS t ON t.id = NEW.to_place_id
                              WHERE s.id = NEW.from_place_id
                                AND (s.pickable AND NEW.from_condition = 'available')
                                AND NOT (t.pickable AND NEW.to_condition = 'available'));
END;

CREATE TRIGGER stock_entry_is_not_updated BEFORE UPDATE ON stock_entry
BEGIN
    SELECT RAISE(ABORT, 'stock_entry_is_immutable');
END;
CREATE TRIGGER stock_entry_is_not_deleted BEFORE DELETE ON stock_entry
BEGIN
    SELECT RAISE(ABORT, 'stock_entry_is_immutable');
END;

-- A soft reservation takes from what is available; the CHECK of availability refuses too much.
CREATE TRIGGER reservation_holds AFTER INSERT ON reservation
BEGIN
    SELECT RAISE(ABORT, 'availability_reserved')
        WHERE NOT EXISTS (SELECT 1 FROM availability
                          WHERE warehouse_id = NEW.warehouse_id AND product_id = NEW.product_id
                            AND owner_id = NEW.owner_id);
    UPDATE availability SET reserved = reserved + NEW.quantity
        WHERE warehouse_id = NEW.warehouse_id AND product_id = NEW.product_id;
END;
CREATE TRIGGER reservation_changes AFTER UPDATE ON reservation
BEGIN
    UPDATE availability SET reserved = reserved - OLD.quantity
        WHERE warehouse_id = OLD.warehouse_id AND product_id = OLD.product_id;
    UPDATE availability SET reserved = reserved + NEW.quantity
        WHERE warehouse_id = NEW.warehouse_id AND product_id = NEW.product_id;
END;
CREATE TRIGGER reservation_ends AFTER DELETE ON reservation
BEGIN
    UPDATE availability SET reserved = reserved - OLD.quantity
        WHERE warehouse_id = OLD.warehouse_id AND product_id = OLD.product_id;
END;

-- A pick task holds stock of one bin, and what is dropped from it is free again.
CREATE TRIGGER pick_task_holds AFTER INSERT ON pick_task
BEGIN
    SELECT RAISE(ABORT, 'stock_missing')
        WHERE NOT EXISTS (SELECT 1 FROM balance
                          WHERE place_id = NEW.place_id AND product_id = NEW.product_id
                            AND lot_id = NEW.lot_id AND condition = 'available');
    UPDATE balance SET reserved = reserved + NEW.quantity - NEW.dropped
        WHERE place_id = NEW.place_id AND product_id = NEW.product_id
          AND lot_id = NEW.lot_id AND condition = 'available';
    UPDATE availability SET unallocated = unallocated - (NEW.quantity - NEW.dropped)
        WHERE warehouse_id = NEW.warehouse_id AND product_id = NEW.product_id
          AND (SELECT pickable FROM place WHERE id = NEW.place_id);
END;
CREATE TRIGGER pick_task_drops AFTER UPDATE OF dropped ON pick_task
BEGIN
    UPDATE balance SET reserved = reserved + OLD.dropped - NEW.dropped
        WHERE place_id = NEW.place_id AND product_id = NEW.product_id
          AND lot_id = NEW.lot_id AND condition = 'available';
    UPDATE availability SET unallocated = unallocated + NEW.dropped - OLD.dropped
        WHERE warehouse_id = NEW.warehouse_id AND product_id = NEW.product_id
          AND (SELECT pickable FROM place WHERE id = NEW.place_id);
END;
CREATE TRIGGER pick_task_is_kept BEFORE DELETE ON pick_task
BEGIN
    SELECT RAISE(ABORT, 'pick_task_is_kept');
END;
CREATE TRIGGER pick_task_keeps_its_key BEFORE UPDATE OF quantity, place_id, product_id, lot_id ON pick_task
BEGIN
    SELECT RAISE(ABORT, 'pick_task_is_kept');
END;

-- A place that opens or closes for picking brings or takes all that lies in it.
CREATE TRIGGER place_opens AFTER UPDATE OF pickable ON place
WHEN OLD.pickable <> NEW.pickable
BEGIN
    INSERT INTO availability (warehouse_id, product_id, owner_id, unallocated, reserved)
        SELECT NEW.warehouse_id, product_id, owner_id, SUM(on_hand - reserved), 0
        FROM balance WHERE place_id = NEW.id AND condition = 'available' AND NEW.pickable
        GROUP BY product_id, owner_id
        ON CONFLICT (warehouse_id, product_id)
        DO UPDATE SET unallocated = unallocated + excluded.unallocated;
    UPDATE availability
        SET unallocated = unallocated - (SELECT SUM(b.on_hand - b.reserved) FROM balance AS b
                                         WHERE b.place_id = NEW.id AND b.condition = 'available'
                                           AND b.product_id = availability.product_id)
        WHERE warehouse_id = NEW.warehouse_id AND NOT NEW.pickable
          AND product_id IN (SELECT product_id FROM balance
                             WHERE place_id = NEW.id AND condition = 'available');
END;
