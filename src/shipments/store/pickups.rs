//! Calls for couriers.

use serde_json::Value;

use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, PickupId, WarehouseId};
use crate::shipments::pickups::{PickupLoad, PickupRow, PickupState};
use crate::units::{CubicCentimetres, Day, Grams, UtcMicros};
use crate::{args, record};

record! {
    struct LoadRow {
        parcels: i64,
        weight_g: Grams,
        volume_mm3: i64,
    }
}

/// What is packed or loaded and registered by an account. A parcel without packaging travels in the
/// box that its goods came in.
const LOAD_WAITING: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(p.weight_g), 0) AS BIGINT),
         CAST(COALESCE(SUM(COALESCE(g.length_mm * g.width_mm * g.height_mm,
             (SELECT SUM(l.quantity * pr.length_mm * pr.width_mm * pr.height_mm)
              FROM parcel_line l JOIN product pr ON pr.id = l.product_id
              WHERE l.parcel_id = p.id))), 0) AS BIGINT)
     FROM parcel p JOIN shipment s ON s.parcel_id = p.id
     LEFT JOIN packaging g ON g.id = p.packaging_id
     WHERE p.warehouse_id = $1 AND p.state IN ('packed', 'loaded')
       AND s.account_id = $2 AND s.state = 'registered'";

const PICKUP_INSERT: &str = "INSERT INTO carrier_pickup
     (id, warehouse_id, account_id, carrier, number, day, starts_at, ends_at, ask, state, reference,
         created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', '', $10, $11) ON CONFLICT DO NOTHING";

const PICKUP_FIND: &str = "SELECT id, warehouse_id, account_id, carrier, number, day, starts_at,
         ends_at, ask, state, sent_at, reference, problem, created_by, created_at, told_at,
         cancelled_at
     FROM carrier_pickup WHERE id = $1";

const PICKUP_LIVE: &str = "SELECT id, warehouse_id, account_id, carrier, number, day, starts_at,
         ends_at, ask, state, sent_at, reference, problem, created_by, created_at, told_at,
         cancelled_at
     FROM carrier_pickup
     WHERE account_id = $1 AND day = $2 AND warehouse_id = $3 AND state <> 'cancelled'";

const PICKUP_LIST: &str = "SELECT id, warehouse_id, account_id, carrier, number, day, starts_at,
         ends_at, ask, state, sent_at, reference, problem, created_by, created_at, told_at,
         cancelled_at
     FROM carrier_pickup
     WHERE (warehouse_id = $1 OR $1 IS NULL) AND (state = $2 OR $2 IS NULL)
       AND (day = $3 OR $3 IS NULL) AND id < $4
     ORDER BY id DESC LIMIT $5";

/// From here on the carrier may know of it. Nobody else may have said so since it was read.
const PICKUP_SEND: &str = "UPDATE carrier_pickup SET sent_at = $2
     WHERE id = $1 AND state = 'waiting' AND (sent_at IS NULL OR sent_at = $3)";

/// The carrier did not get it.
const PICKUP_UNSEND: &str = "UPDATE carrier_pickup SET sent_at = NULL, problem = $2
     WHERE id = $1 AND state = 'waiting'";

const PICKUP_CHECKING: &str = "UPDATE carrier_pickup
     SET state = 'checking', reference = $2, problem = NULL
     WHERE id = $1 AND state IN ('waiting', 'checking')";

const PICKUP_TOLD: &str = "UPDATE carrier_pickup
     SET state = 'told', reference = $2, problem = $3, told_at = $4
     WHERE id = $1 AND state IN ('waiting', 'checking')";

const PICKUP_REFUSED: &str = "UPDATE carrier_pickup
     SET state = 'refused', problem = $2, sent_at = NULL, reference = ''
     WHERE id = $1 AND state IN ('waiting', 'checking')";

const PICKUP_UNCLEAR: &str = "UPDATE carrier_pickup SET state = 'unclear', problem = $2
     WHERE id = $1 AND state IN ('waiting', 'checking')";

const PICKUP_PROBLEM: &str = "UPDATE carrier_pickup SET problem = $2
     WHERE id = $1 AND state IN ('waiting', 'checking', 'cancelling')";

/// It is being taken back, and for that the carrier's number is needed.
const PICKUP_REFERENCE: &str = "UPDATE carrier_pickup SET reference = $2
     WHERE id = $1 AND state = 'cancelling'";

/// Nobody but us has heard of it.
const PICKUP_DROP: &str = "UPDATE carrier_pickup
     SET state = 'cancelled', cancelled_at = $2, problem = NULL
     WHERE id = $1 AND state = 'waiting' AND sent_at IS NULL";

const PICKUP_CANCELLING: &str = "UPDATE carrier_pickup SET state = 'cancelling', problem = NULL
     WHERE id = $1 AND state = $2 AND sent_at IS NOT NULL";

const PICKUP_CANCELLED: &str = "UPDATE carrier_pickup
     SET state = 'cancelled', cancelled_at = $3, problem = NULL
     WHERE id = $1 AND state = $2";

/// The carrier does not take it back.
const PICKUP_STANDS: &str = "UPDATE carrier_pickup
     SET state = 'told', problem = $2, told_at = COALESCE(told_at, $3)
     WHERE id = $1 AND state = 'cancelling'";

/// The carrier may have it, and its number never came.
const PICKUP_LOST: &str = "UPDATE carrier_pickup SET state = 'unclear', problem = $2
     WHERE id = $1 AND state = 'cancelling'";

const PICKUP_AGAIN: &str = "UPDATE carrier_pickup
     SET state = 'waiting', sent_at = NULL, reference = '', problem = NULL
     WHERE id = $1 AND state = $2";

const PICKUP_CONFIRMED: &str = "UPDATE carrier_pickup
     SET state = 'told', told_at = $2, problem = NULL
     WHERE id = $1 AND state = 'unclear'";

pub(super) const QUERIES: &[&str] = &[
    LOAD_WAITING,
    PICKUP_INSERT,
    PICKUP_FIND,
    PICKUP_LIVE,
    PICKUP_LIST,
    PICKUP_SEND,
    PICKUP_UNSEND,
    PICKUP_CHECKING,
    PICKUP_TOLD,
    PICKUP_REFUSED,
    PICKUP_UNCLEAR,
    PICKUP_PROBLEM,
    PICKUP_REFERENCE,
    PICKUP_DROP,
    PICKUP_CANCELLING,
    PICKUP_CANCELLED,
    PICKUP_STANDS,
    PICKUP_LOST,
    PICKUP_AGAIN,
    PICKUP_CONFIRMED,
];

/// What waits here for the courier of an account.
pub(in crate::shipments) async fn load_waiting(
    tx: &mut Tx,
    warehouse: WarehouseId,
    account: CarrierAccountId,
) -> Result<PickupLoad, DbError> {
    let row: LoadRow = tx.fetch_one(LOAD_WAITING, args![warehouse, account]).await?;
    let volume = CubicCentimetres::of_cubic_millimetres(row.volume_mm3);
    Ok(PickupLoad { parcels: row.parcels, weight_g: row.weight_g, volume_cm3: volume.get() })
}

/// False: the account has a call for that day.
pub(in crate::shipments) async fn pickup_insert(
    tx: &mut Tx,
    pickup: &PickupRow,
) -> Result<bool, DbError> {
    let values = args![
        pickup.id,
        pickup.warehouse,
        pickup.account,
        &pickup.carrier,
        &pickup.number,
        pickup.day,
        pickup.starts_at,
        pickup.ends_at,
        pickup.ask.clone(),
        pickup.created_by,
        pickup.created_at,
    ];
    Ok(tx.execute(PICKUP_INSERT, values).await? == 1)
}

pub(in crate::shipments) async fn pickup_find(
    tx: &mut Tx,
    id: PickupId,
) -> Result<Option<PickupRow>, DbError> {
    tx.fetch_optional(PICKUP_FIND, args![id]).await
}

/// The call of an account for a day.
pub(in crate::shipments) async fn pickup_live(
    tx: &mut Tx,
    account: CarrierAccountId,
    day: Day,
    warehouse: WarehouseId,
) -> Result<Option<PickupRow>, DbError> {
    tx.fetch_optional(PICKUP_LIVE, args![account, day, warehouse]).await
}

/// Which calls a list shows.
#[derive(Debug, Clone)]
pub(in crate::shipments) struct PickupFilter {
    pub(in crate::shipments) warehouse: Option<WarehouseId>,
    pub(in crate::shipments) state: Option<PickupState>,
    pub(in crate::shipments) day: Option<Day>,
    pub(in crate::shipments) before: PickupId,
}

pub(in crate::shipments) async fn pickup_list(
    tx: &mut Tx,
    filter: &PickupFilter,
    limit: i64,
) -> Result<Vec<PickupRow>, DbError> {
    let values = args![filter.warehouse, filter.state, filter.day, filter.before, limit];
    tx.fetch_all(PICKUP_LIST, values).await
}

/// False: it was told, or given up, since it was read.
pub(in crate::shipments) async fn pickup_send(
    tx: &mut Tx,
    id: PickupId,
    before: Option<UtcMicros>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_SEND, args![id, now, before]).await? == 1)
}

pub(in crate::shipments) async fn pickup_unsend(
    tx: &mut Tx,
    id: PickupId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_UNSEND, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn pickup_checking(
    tx: &mut Tx,
    id: PickupId,
    reference: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_CHECKING, args![id, reference]).await? == 1)
}

pub(in crate::shipments) async fn pickup_told(
    tx: &mut Tx,
    id: PickupId,
    reference: &str,
    note: Option<Value>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_TOLD, args![id, reference, note, now]).await? == 1)
}

pub(in crate::shipments) async fn pickup_refused(
    tx: &mut Tx,
    id: PickupId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_REFUSED, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn pickup_unclear(
    tx: &mut Tx,
    id: PickupId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_UNCLEAR, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn pickup_problem(
    tx: &mut Tx,
    id: PickupId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_PROBLEM, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn pickup_reference(
    tx: &mut Tx,
    id: PickupId,
    reference: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_REFERENCE, args![id, reference]).await? == 1)
}

/// False: it is being told.
pub(in crate::shipments) async fn pickup_drop(
    tx: &mut Tx,
    id: PickupId,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_DROP, args![id, now]).await? == 1)
}

pub(in crate::shipments) async fn pickup_cancelling(
    tx: &mut Tx,
    id: PickupId,
    from: PickupState,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_CANCELLING, args![id, from]).await? == 1)
}

pub(in crate::shipments) async fn pickup_cancelled(
    tx: &mut Tx,
    id: PickupId,
    from: PickupState,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_CANCELLED, args![id, from, now]).await? == 1)
}

pub(in crate::shipments) async fn pickup_stands(
    tx: &mut Tx,
    id: PickupId,
    problem: Value,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_STANDS, args![id, problem, now]).await? == 1)
}

pub(in crate::shipments) async fn pickup_lost(
    tx: &mut Tx,
    id: PickupId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_LOST, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn pickup_again(
    tx: &mut Tx,
    id: PickupId,
    from: PickupState,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_AGAIN, args![id, from]).await? == 1)
}

pub(in crate::shipments) async fn pickup_confirmed(
    tx: &mut Tx,
    id: PickupId,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKUP_CONFIRMED, args![id, now]).await? == 1)
}
