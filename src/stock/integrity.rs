//! Balances, promises and marking codes recomputed from the stock's ledger: rules of `verify`.

/// `on_hand` of each balance is what arrived less what left; virtual places have none. These are left
/// out at the end: before, the planner may look through the ledger once for each place.
const ON_HAND: &str = "SELECT 'balance_on_hand', keys.place_id, keys.stored, keys.recomputed FROM (
    SELECT place_id, product_id, lot_id, condition,
           CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT place_id, product_id, lot_id, condition, on_hand AS stored, 0 AS moved FROM balance
        UNION ALL
        SELECT to_place_id, product_id, lot_id, to_condition, 0, quantity FROM stock_entry
        UNION ALL
        SELECT from_place_id, product_id, lot_id, from_condition, 0, -quantity FROM stock_entry
    ) AS lines
    GROUP BY place_id, product_id, lot_id, condition
) AS keys JOIN place p ON p.id = keys.place_id
WHERE keys.stored <> keys.recomputed AND p.kind IN ('bin', 'pallet', 'tote', 'box', 'parcel') LIMIT $1";

/// `reserved` of each balance is what open pick tasks hold.
const RESERVED: &str = "SELECT 'balance_reserved', place_id, stored, recomputed FROM (
    SELECT place_id, product_id, lot_id,
           CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(held) AS BIGINT) AS recomputed
    FROM (
        SELECT place_id, product_id, lot_id, reserved AS stored, 0 AS held FROM balance
        UNION ALL
        SELECT place_id, product_id, lot_id, 0, quantity - picked - dropped FROM pick_task
    ) AS lines
    GROUP BY place_id, product_id, lot_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// `picked` of each task is what its entries say.
const PICKED: &str = "SELECT 'pick_task_picked', task_id, stored, recomputed FROM (
    SELECT task_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT id AS task_id, picked AS stored, 0 AS moved FROM pick_task
        UNION ALL
        SELECT pick_task_id, 0, CASE WHEN reason = 'pick' THEN quantity ELSE -quantity END
        FROM stock_entry WHERE pick_task_id IS NOT NULL
    ) AS lines
    GROUP BY task_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What can be promised is what lies in pickable places and no task holds.
const UNALLOCATED: &str = "SELECT 'availability_unallocated', product_id, stored, recomputed FROM (
    SELECT warehouse_id, product_id,
           CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(free) AS BIGINT) AS recomputed
    FROM (
        SELECT warehouse_id, product_id, unallocated AS stored, 0 AS free FROM availability
        UNION ALL
        SELECT p.warehouse_id, b.product_id, 0, b.on_hand - b.reserved
        FROM balance b JOIN place p ON p.id = b.place_id
        WHERE p.pickable AND b.condition = 'available'
    ) AS lines
    GROUP BY warehouse_id, product_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What is promised is what the reservations say.
const PROMISED: &str = "SELECT 'availability_reserved', product_id, stored, recomputed FROM (
    SELECT warehouse_id, product_id,
           CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(held) AS BIGINT) AS recomputed
    FROM (
        SELECT warehouse_id, product_id, reserved AS stored, 0 AS held FROM availability
        UNION ALL
        SELECT warehouse_id, product_id, 0, quantity FROM reservation
    ) AS lines
    GROUP BY warehouse_id, product_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// No product has stock under another owner's name.
const OWNERS: &str = "SELECT 'entry_owner', e.id, CAST(1 AS BIGINT), CAST(0 AS BIGINT)
    FROM stock_entry e JOIN product p ON p.id = e.product_id
    WHERE p.owner_id <> e.owner_id LIMIT $1";

/// Codes of marked pieces are never more than the pieces of their line; of a parcel that was closed
/// with them, never fewer.
const MARKS: &str = "SELECT 'parcel_marks', keys.parcel_id, keys.codes, keys.pieces FROM (
    SELECT parcel_id, order_line_id, product_id, lot_id, CAST(SUM(codes) AS BIGINT) AS codes,
           CAST(SUM(pieces) AS BIGINT) AS pieces, CAST(SUM(needed) AS BIGINT) AS needed
    FROM (
        SELECT parcel_id, order_line_id, product_id, lot_id, 0 AS codes, quantity AS pieces,
               CASE WHEN marked THEN quantity ELSE 0 END AS needed FROM parcel_line
        UNION ALL
        SELECT parcel_id, order_line_id, product_id, lot_id, 1, 0, 0 FROM marking_code
    ) AS lines
    GROUP BY parcel_id, order_line_id, product_id, lot_id
) AS keys JOIN parcel p ON p.id = keys.parcel_id
WHERE p.state <> 'cancelled' AND (keys.codes > keys.pieces OR keys.codes < keys.needed) LIMIT $1";

/// A parcel that was given up holds no code, and none holds another shop's.
const MARK_PLACES: &str =
    "SELECT 'marking_code_place', m.parcel_id, CAST(1 AS BIGINT), CAST(0 AS BIGINT)
    FROM marking_code m JOIN parcel p ON p.id = m.parcel_id
    WHERE m.owner_id <> p.owner_id OR (p.state = 'cancelled' AND m.state = 'in_parcel') LIMIT $1";

/// Lines of the ledger.
pub const COUNT: &str = "SELECT COUNT(*) FROM stock_entry";

pub const RULES: &[&str] =
    &[ON_HAND, RESERVED, PICKED, UNALLOCATED, PROMISED, OWNERS, MARKS, MARK_PLACES];
