-- Words of hot rows are domains here: a CHECK of the table is read and parsed anew by each statement.
CREATE DOMAIN stock_condition AS TEXT COLLATE "C" CONSTRAINT balance_condition CHECK (
    VALUE IN ('available', 'hold', 'quarantine', 'damaged', 'returns'));
CREATE DOMAIN stock_reason AS TEXT COLLATE "C" CONSTRAINT stock_entry_reason CHECK (
    VALUE IN ('opening', 'receipt', 'receipt_undo', 'putaway', 'move', 'pick', 'pick_undo', 'put_back',
              'pack', 'unpack', 'handover', 'count_found', 'count_lost', 'condition'));
CREATE TABLE balance (
    place_id UUID NOT NULL REFERENCES place (id),
    product_id UUID NOT NULL,
    lot_id UUID NOT NULL,
    condition stock_condition NOT NULL,
    owner_id UUID NOT NULL,
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    arrived_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (place_id, product_id, lot_id, condition),
    FOREIGN KEY (product_id, owner_id) REFERENCES product (id, owner_id),
    FOREIGN KEY (lot_id, product_id) REFERENCES lot (id, product_id),
    CONSTRAINT balance_on_hand CHECK (on_hand >= 0),
    CONSTRAINT balance_reserved CHECK (reserved >= 0 AND reserved <= on_hand)
);
CREATE INDEX balance_product ON balance (product_id, place_id);
CREATE INDEX balance_owner ON balance (owner_id, product_id);
-- What orders can be promised: per warehouse and product, stock that no pick task holds yet.
CREATE TABLE availability (
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    product_id UUID NOT NULL REFERENCES product (id),
    owner_id UUID NOT NULL REFERENCES owner (id),
    unallocated BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT availability_unallocated CHECK (unallocated >= 0),
    CONSTRAINT availability_reserved CHECK (reserved >= 0 AND reserved <= unallocated)
);
CREATE INDEX availability_product ON availability (product_id, owner_id);
-- The ledger: append-only. Its trigger moves the balances, and through them every key is checked:
-- what leaves has a balance row, what arrives makes one, and virtual places are looked up. Foreign
-- keys of its own would ask the same again for every scan.
CREATE TABLE stock_entry (
    id UUID NOT NULL,
    command_id UUID NOT NULL,
    reason stock_reason NOT NULL,
    owner_id UUID NOT NULL,
    product_id UUID NOT NULL,
    lot_id UUID NOT NULL,
    quantity BIGINT NOT NULL,
    from_place_id UUID NOT NULL,
    from_condition stock_condition NOT NULL,
    to_place_id UUID NOT NULL,
    to_condition stock_condition NOT NULL,
    -- Picks and their undoing only: the task whose reservation is used up or restored.
    pick_task_id UUID,
    -- The paper behind it: a delivery, an order, a count, a manifest.
    document_id UUID,
    actor_id UUID,
    device_id UUID,
    note TEXT COLLATE "C",
    happened_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT stock_entry_quantity CHECK (quantity > 0),
    CONSTRAINT stock_entry_moves_something CHECK (from_place_id <> to_place_id OR from_condition <> to_condition),
    CONSTRAINT stock_entry_task CHECK ((pick_task_id IS NOT NULL) = (reason = 'pick' OR reason = 'pick_undo'))
);
CREATE INDEX stock_entry_product ON stock_entry (product_id, id);
-- Promises to orders before a wave: soft reservations (мягкий резерв). Warehouse, product and owner
-- are those of a row of availability: the trigger asks for it, and foreign keys need not ask again.
CREATE TABLE reservation (
    order_line_id UUID NOT NULL REFERENCES order_line (id),
    warehouse_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    product_id UUID NOT NULL,
    quantity BIGINT NOT NULL,
    reserved_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (order_line_id),
    CONSTRAINT reservation_quantity CHECK (quantity > 0)
);
CREATE INDEX reservation_product ON reservation (warehouse_id, product_id);
-- Counts of a bin, asked for by people or by a short pick.
CREATE TABLE stock_count (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    place_id UUID NOT NULL REFERENCES place (id),
    cause TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- A difference beyond this is posted only after somebody else has counted again.
    tolerance BIGINT NOT NULL,
    recount_of UUID REFERENCES stock_count (id),
    -- This count closed the bin for picking, and opens it again.
    froze BOOLEAN NOT NULL,
    -- Lines of the ledger with a greater id were written while somebody counted.
    mark_id UUID,
    device_id UUID,
    actor_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT stock_count_state CHECK (state IN ('open', 'counting', 'closed', 'cancelled')),
    CONSTRAINT stock_count_tolerance CHECK (tolerance >= 0),
    CONSTRAINT stock_count_cause CHECK (cause IN ('planned', 'short_pick', 'zero_check', 'request'))
);
CREATE UNIQUE INDEX stock_count_open ON stock_count (place_id) WHERE state IN ('open', 'counting');
CREATE TABLE stock_count_line (
    count_id UUID NOT NULL REFERENCES stock_count (id),
    product_id UUID NOT NULL REFERENCES product (id),
    lot_id UUID NOT NULL REFERENCES lot (id),
    condition TEXT COLLATE "C" NOT NULL,
    counted BIGINT NOT NULL,
    expected BIGINT,
    PRIMARY KEY (count_id, product_id, lot_id, condition),
    CONSTRAINT stock_count_line_counted CHECK (counted >= 0)
);

-- Moves the balances of one entry. The two balance rows are touched in the order of their keys, so
-- that opposing moves do not wait for each other in a circle.
CREATE FUNCTION stock_entry_moves() RETURNS trigger AS $$
DECLARE
    way RECORD;
    arrives BOOLEAN;
    taken BIGINT := CASE WHEN NEW.reason = 'pick' THEN NEW.quantity ELSE 0 END;
    restored BIGINT := CASE WHEN NEW.reason = 'pick_undo' THEN NEW.quantity ELSE 0 END;
    remaining BIGINT;
    freed BIGINT := 0;
    arrives_first BOOLEAN := (NEW.to_place_id, NEW.to_condition) < (NEW.from_place_id, NEW.from_condition);
BEGIN
    SELECT s.warehouse_id,
           s.pickable AS from_pickable, s.kind IN ('bin', 'pallet', 'tote', 'box', 'parcel') AS from_physical,
           t.pickable AS to_pickable, t.kind IN ('bin', 'pallet', 'tote', 'box', 'parcel') AS to_physical
        INTO way FROM place AS s JOIN place AS t ON t.warehouse_id = s.warehouse_id
        WHERE s.id = NEW.from_place_id AND t.id = NEW.to_place_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stock_across_warehouses' USING ERRCODE = 'check_violation';
    END IF;

    -- The two rows in the order of their keys.
    FOREACH arrives IN ARRAY ARRAY[arrives_first, NOT arrives_first] LOOP
        IF arrives AND way.to_physical THEN
            INSERT INTO balance AS b
                (place_id, product_id, lot_id, condition, owner_id, on_hand, reserved, arrived_at)
            VALUES (NEW.to_place_id, NEW.product_id, NEW.lot_id, NEW.to_condition, NEW.owner_id,
                    NEW.quantity, restored, NEW.recorded_at)
            ON CONFLICT (place_id, product_id, lot_id, condition)
            DO UPDATE SET on_hand = b.on_hand + excluded.on_hand, reserved = b.reserved + excluded.reserved;
        ELSIF NOT arrives AND way.from_physical THEN
            UPDATE balance SET on_hand = on_hand - NEW.quantity, reserved = reserved - taken
                WHERE place_id = NEW.from_place_id AND product_id = NEW.product_id
                  AND lot_id = NEW.lot_id AND condition = NEW.from_condition
                  AND owner_id = NEW.owner_id
                RETURNING on_hand INTO remaining;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'stock_missing' USING ERRCODE = 'check_violation';
            END IF;
            IF remaining = 0 THEN
                DELETE FROM balance
                    WHERE place_id = NEW.from_place_id AND product_id = NEW.product_id
                      AND lot_id = NEW.lot_id AND condition = NEW.from_condition;
            END IF;
        END IF;
    END LOOP;

    IF NEW.pick_task_id IS NOT NULL THEN
        UPDATE pick_task AS p SET picked = picked + taken - restored
            WHERE p.id = NEW.pick_task_id AND p.product_id = NEW.product_id AND p.lot_id = NEW.lot_id
              AND p.place_id = CASE WHEN taken > 0 THEN NEW.from_place_id ELSE NEW.to_place_id END
              AND (taken = 0 OR EXISTS (SELECT 1 FROM batch AS b
                                        WHERE b.id = p.batch_id AND b.state = 'picking'
                                          AND b.device_id = NEW.device_id));
        IF NOT FOUND THEN
            RAISE EXCEPTION 'pick_task_mismatch' USING ERRCODE = 'check_violation';
        END IF;
    END IF;

    IF way.to_pickable AND NEW.to_condition = 'available' THEN
        freed := freed + NEW.quantity - restored;
    END IF;
    IF way.from_pickable AND NEW.from_condition = 'available' THEN
        freed := freed - NEW.quantity + taken;
    END IF;
    IF freed <> 0 THEN
        PERFORM availability_free(way.warehouse_id, NEW.product_id, NEW.owner_id, freed);
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION availability_free(warehouse UUID, product UUID, owner UUID, freed BIGINT) RETURNS void AS $$
BEGIN
    IF freed > 0 THEN
        INSERT INTO availability AS a (warehouse_id, product_id, owner_id, unallocated, reserved)
        VALUES (warehouse, product, owner, freed, 0)
        ON CONFLICT (warehouse_id, product_id)
        DO UPDATE SET unallocated = a.unallocated + excluded.unallocated;
    ELSIF freed < 0 THEN
        UPDATE availability SET unallocated = unallocated + freed
            WHERE warehouse_id = warehouse AND product_id = product;
    END IF;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER stock_entry_moves AFTER INSERT ON stock_entry
    FOR EACH ROW EXECUTE FUNCTION stock_entry_moves();

CREATE FUNCTION stock_entry_is_immutable() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'stock_entry_is_immutable' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER stock_entry_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_entry
    FOR EACH STATEMENT EXECUTE FUNCTION stock_entry_is_immutable();

-- A soft reservation takes from what is available; the CHECK of availability refuses too much. Many
-- reservations of one statement change each product's row once, in the order of the keys.
CREATE FUNCTION reservation_holds() RETURNS trigger AS $$
DECLARE
    change RECORD;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        FOR change IN SELECT warehouse_id, product_id, owner_id, CAST(SUM(quantity) AS BIGINT) AS quantity
            FROM gone GROUP BY warehouse_id, product_id, owner_id ORDER BY warehouse_id, product_id
        LOOP
            PERFORM availability_promise(
                change.warehouse_id, change.product_id, change.owner_id, -change.quantity);
        END LOOP;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        FOR change IN SELECT warehouse_id, product_id, owner_id, CAST(SUM(quantity) AS BIGINT) AS quantity
            FROM added GROUP BY warehouse_id, product_id, owner_id ORDER BY warehouse_id, product_id
        LOOP
            PERFORM availability_promise(
                change.warehouse_id, change.product_id, change.owner_id, change.quantity);
        END LOOP;
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION availability_promise(warehouse UUID, product UUID, owner UUID, promised BIGINT) RETURNS void AS $$
BEGIN
    UPDATE availability SET reserved = reserved + promised
        WHERE warehouse_id = warehouse AND product_id = product AND owner_id = owner;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'availability_reserved' USING ERRCODE = 'check_violation';
    END IF;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER reservation_holds AFTER INSERT ON reservation
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reservation_holds();
CREATE TRIGGER reservation_changes AFTER UPDATE ON reservation
    REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reservation_holds();
CREATE TRIGGER reservation_ends AFTER DELETE ON reservation
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reservation_holds();

-- A pick task holds stock of one bin, and what is dropped from it is free again.
CREATE FUNCTION pick_task_holds() RETURNS trigger AS $$
DECLARE
    held BIGINT := NEW.quantity - NEW.dropped;
    pickable_place BOOLEAN;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        held := OLD.dropped - NEW.dropped;
    END IF;
    UPDATE balance SET reserved = reserved + held
        WHERE place_id = NEW.place_id AND product_id = NEW.product_id AND lot_id = NEW.lot_id
          AND condition = 'available';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'stock_missing' USING ERRCODE = 'check_violation';
    END IF;
    SELECT pickable INTO pickable_place FROM place WHERE id = NEW.place_id;
    IF pickable_place THEN
        PERFORM availability_free(NEW.warehouse_id, NEW.product_id, NEW.owner_id, -held);
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER pick_task_holds AFTER INSERT OR UPDATE OF dropped ON pick_task
    FOR EACH ROW EXECUTE FUNCTION pick_task_holds();

CREATE FUNCTION pick_task_is_kept() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'pick_task_is_kept' USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER pick_task_is_kept BEFORE DELETE ON pick_task
    FOR EACH ROW EXECUTE FUNCTION pick_task_is_kept();
CREATE TRIGGER pick_task_keeps_its_key BEFORE UPDATE OF quantity, place_id, product_id, lot_id ON pick_task
    FOR EACH ROW EXECUTE FUNCTION pick_task_is_kept();

-- A place that opens or closes for picking brings or takes all that lies in it. Entries under way
-- are waited for, since they have read the old state.
CREATE FUNCTION place_opens() RETURNS trigger AS $$
BEGIN
    LOCK TABLE stock_entry, pick_task IN SHARE ROW EXCLUSIVE MODE;
    PERFORM availability_free(NEW.warehouse_id, b.product_id, b.owner_id,
            CASE WHEN NEW.pickable THEN b.free ELSE -b.free END)
        FROM (SELECT product_id, owner_id, CAST(SUM(on_hand - reserved) AS BIGINT) AS free
              FROM balance WHERE place_id = NEW.id AND condition = 'available'
              GROUP BY product_id, owner_id ORDER BY product_id) AS b;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER place_opens AFTER UPDATE OF pickable ON place
    FOR EACH ROW WHEN (OLD.pickable IS DISTINCT FROM NEW.pickable) EXECUTE FUNCTION place_opens();
