//! The rows of manifests.

use serde_json::Value;

use super::loading::ParcelFacts;
use super::model::{EntryState, LoadOption, ManifestHead, ManifestKey, ManifestState, Progress};
use crate::carriers::ManifestModel;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{
    LotId, ManifestId, OrderId, OrderLineId, OwnerId, ParcelId, ProductId, WarehouseId,
};
use crate::units::{Day, Grams, Kopecks, Pieces, UtcMicros};
use crate::{args, record};

record! {
    pub(super) struct WarehouseRow {
        pub(super) code: String,
        pub(super) name: String,
    }
}

record! {
    struct NumberRow {
        number: String,
    }
}

record! {
    struct JsonRow {
        value: Value,
    }
}

record! {
    /// A manifest in a list.
    pub(super) struct ManifestRow {
        pub(super) id: ManifestId,
        pub(super) warehouse: WarehouseId,
        pub(super) number: String,
        pub(super) carrier: String,
        pub(super) pickup_point: String,
        pub(super) day: Day,
        pub(super) state: ManifestState,
        pub(super) act_number: Option<String>,
        pub(super) created_at: UtcMicros,
        pub(super) closed_at: Option<UtcMicros>,
        pub(super) expected: i64,
        pub(super) loaded: i64,
        pub(super) missing: i64,
    }
}

record! {
    /// A parcel of a manifest.
    pub(super) struct EntryRow {
        pub(super) parcel: ParcelId,
        pub(super) number: String,
        pub(super) state: EntryState,
        pub(super) loaded_at: Option<UtcMicros>,
        pub(super) order: OrderId,
        pub(super) order_number: String,
        pub(super) shop: String,
        pub(super) recipient: Value,
        pub(super) weight_g: Grams,
        pub(super) cod_kopecks: Kopecks,
    }
}

record! {
    /// So many pieces in a loaded parcel.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct ContentRow {
        pub(super) parcel: ParcelId,
        pub(super) owner: OwnerId,
        pub(super) order: OrderId,
        pub(super) line: OrderLineId,
        pub(super) product: ProductId,
        pub(super) lot: LotId,
        pub(super) pieces: Pieces,
    }
}

const WAREHOUSE_FIND: &str = "SELECT code, name FROM warehouse WHERE id = $1";

const MANIFEST_INSERT: &str = "INSERT INTO manifest
     (id, warehouse_id, number, carrier, pickup_point, day, state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT DO NOTHING";

const MANIFEST_OPEN: &str = "SELECT id, warehouse_id, number, carrier, pickup_point, day, state,
         act_number, created_at, closed_at
     FROM manifest WHERE warehouse_id = $1 AND carrier = $2 AND pickup_point = $3 AND day = $4
       AND state = 'open'";

const MANIFEST_LATEST: &str = "SELECT id, warehouse_id, number, carrier, pickup_point, day, state,
         act_number, created_at, closed_at
     FROM manifest WHERE warehouse_id = $1 AND carrier = $2 AND pickup_point = $3 AND state = 'open'
     ORDER BY day DESC LIMIT 1";

const MANIFEST_FIND: &str = "SELECT id, warehouse_id, number, carrier, pickup_point, day, state,
         act_number, created_at, closed_at
     FROM manifest WHERE id = $1";

const MANIFEST_BY_NUMBER: &str =
    "SELECT id, warehouse_id, number, carrier, pickup_point, day, state,
         act_number, created_at, closed_at
     FROM manifest WHERE warehouse_id = $1 AND number = $2";

// Changes nothing, but holds the row until the end of the transaction on both engines.
const MANIFEST_HOLD: &str = "UPDATE manifest SET state = state WHERE id = $1
     RETURNING id, warehouse_id, number, carrier, pickup_point, day, state, act_number, created_at,
         closed_at";

/// Parcels that wait for this carrier and point, and that no manifest has.
const PARCELS_COLLECT: &str = "INSERT INTO manifest_parcel (manifest_id, parcel_id, state)
     SELECT $1, p.id, 'expected' FROM parcel p JOIN shop_order o ON o.id = p.order_id
     WHERE p.warehouse_id = $2 AND p.carrier = $3 AND p.pickup_point = $4
       AND p.state IN ('packed', 'loaded') AND p.state = 'packed' AND o.state <> 'cancelled'
       AND NOT EXISTS (SELECT 1 FROM manifest_parcel mp
           WHERE mp.parcel_id = p.id AND mp.state IN ('expected', 'loaded'))
     ON CONFLICT DO NOTHING";

const PARCEL_FACTS: &str =
    "SELECT p.id, p.number, p.state, p.warehouse_id, p.carrier, p.pickup_point,
         o.state, mp.manifest_id, m.number, mp.state, w.scan_back, p.verified_at, s.state
     FROM parcel p JOIN shop_order o ON o.id = p.order_id
     JOIN warehouse w ON w.id = p.warehouse_id
     LEFT JOIN manifest_parcel mp ON mp.parcel_id = p.id AND mp.state IN ('expected', 'loaded')
     LEFT JOIN manifest m ON m.id = mp.manifest_id
     LEFT JOIN shipment s ON s.parcel_id = p.id AND s.state NOT IN ('cancelling', 'cancelled')
     WHERE p.number = $1";

const ENTRY_LOAD: &str = "INSERT INTO manifest_parcel (manifest_id, parcel_id, state, loaded_at)
     VALUES ($1, $2, 'loaded', $3)
     ON CONFLICT (manifest_id, parcel_id)
     DO UPDATE SET state = excluded.state, loaded_at = excluded.loaded_at";

const ENTRY_UNLOAD: &str = "UPDATE manifest_parcel SET state = 'expected', loaded_at = NULL
     WHERE manifest_id = $1 AND parcel_id = $2 AND state = 'loaded'";

const ENTRIES_LEFT: &str = "UPDATE manifest_parcel
     SET state = CASE WHEN (SELECT p.state FROM parcel p WHERE p.id = manifest_parcel.parcel_id) = 'packed'
         THEN 'missing' ELSE 'removed' END
     WHERE manifest_id = $1 AND state = 'expected'";

const ENTRIES_REMOVE: &str = "UPDATE manifest_parcel SET state = 'removed'
     WHERE manifest_id = $1 AND state = 'expected'";

const ENTRIES_OF_ORDER_REMOVE: &str = "UPDATE manifest_parcel SET state = 'removed'
     WHERE state = 'expected' AND parcel_id IN (SELECT id FROM parcel WHERE order_id = $1)";

const PROGRESS: &str = "SELECT
         COUNT(*) FILTER (WHERE mp.state = 'expected' AND p.state = 'packed'),
         COUNT(*) FILTER (WHERE mp.state = 'loaded'),
         COUNT(*) FILTER (WHERE mp.state = 'missing')
     FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id WHERE mp.manifest_id = $1";

const PARCELS_MISSING: &str =
    "SELECT p.number FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id
     WHERE mp.manifest_id = $1 AND mp.state = 'expected' AND p.state = 'packed'
     ORDER BY p.number LIMIT $2";

const LOAD_OPTIONS: &str = "SELECT carrier, pickup_point, COUNT(*) FROM parcel
     WHERE warehouse_id = $1 AND state IN ('packed', 'loaded')
     GROUP BY carrier, pickup_point ORDER BY carrier, pickup_point LIMIT $2";

const ENTRY_LIST: &str =
    "SELECT p.id, p.number, mp.state, mp.loaded_at, o.id, o.external_number, ow.name,
         o.recipient, COALESCE(p.weight_g, 0), p.cod_kopecks
     FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id
     JOIN shop_order o ON o.id = p.order_id JOIN owner ow ON ow.id = p.owner_id
     WHERE mp.manifest_id = $1 AND (mp.state = $2 OR $2 IS NULL) AND mp.parcel_id > $3
     ORDER BY mp.parcel_id LIMIT $4";

const ENTRIES_LOADED: &str =
    "SELECT p.id, p.number, mp.state, mp.loaded_at, o.id, o.external_number, ow.name,
         o.recipient, COALESCE(p.weight_g, 0), p.cod_kopecks
     FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id
     JOIN shop_order o ON o.id = p.order_id JOIN owner ow ON ow.id = p.owner_id
     WHERE mp.manifest_id = $1 AND mp.state = 'loaded' ORDER BY p.number";

const CONTENTS: &str =
    "SELECT l.parcel_id, p.owner_id, p.order_id, l.order_line_id, l.product_id, l.lot_id,
         l.quantity
     FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id
     JOIN parcel_line l ON l.parcel_id = p.id
     WHERE mp.manifest_id = $1 AND mp.state = 'loaded'
     ORDER BY l.product_id, l.lot_id, l.parcel_id, l.order_line_id";

const MANIFEST_CLOSE: &str = "UPDATE manifest
     SET state = 'closed', act_number = $2, closed_at = $3, closed_by = $4, act = $5
     WHERE id = $1 AND state = 'open'";

const MANIFEST_CANCEL: &str =
    "UPDATE manifest SET state = 'cancelled' WHERE id = $1 AND state = 'open'";

const MANIFEST_ACT: &str = "SELECT act FROM manifest WHERE id = $1 AND act IS NOT NULL";

const MANIFEST_LIST: &str = "SELECT m.id, m.warehouse_id, m.number, m.carrier, m.pickup_point, m.day, m.state,
         m.act_number, m.created_at, m.closed_at,
         (SELECT COUNT(*) FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id
          WHERE mp.manifest_id = m.id AND mp.state = 'expected' AND p.state = 'packed'),
         (SELECT COUNT(*) FROM manifest_parcel mp WHERE mp.manifest_id = m.id AND mp.state = 'loaded'),
         (SELECT COUNT(*) FROM manifest_parcel mp WHERE mp.manifest_id = m.id AND mp.state = 'missing')
     FROM manifest m
     WHERE (m.warehouse_id = $1 OR $1 IS NULL) AND (m.state = $2 OR $2 IS NULL)
       AND (m.carrier = $3 OR $3 IS NULL) AND (m.day = $4 OR $4 IS NULL) AND m.id < $5
     ORDER BY m.id DESC LIMIT $6";

pub const QUERIES: &[&str] = &[
    WAREHOUSE_FIND,
    MANIFEST_INSERT,
    MANIFEST_OPEN,
    MANIFEST_LATEST,
    MANIFEST_FIND,
    MANIFEST_BY_NUMBER,
    MANIFEST_HOLD,
    PARCELS_COLLECT,
    PARCEL_FACTS,
    ENTRY_LOAD,
    ENTRY_UNLOAD,
    ENTRIES_LEFT,
    ENTRIES_REMOVE,
    ENTRIES_OF_ORDER_REMOVE,
    PROGRESS,
    PARCELS_MISSING,
    LOAD_OPTIONS,
    ENTRY_LIST,
    ENTRIES_LOADED,
    CONTENTS,
    MANIFEST_CLOSE,
    MANIFEST_CANCEL,
    MANIFEST_ACT,
    MANIFEST_LIST,
];

pub(super) async fn warehouse_find(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Option<WarehouseRow>, DbError> {
    tx.fetch_optional(WAREHOUSE_FIND, args![warehouse]).await
}

/// False: there is an open one for this key.
pub(super) async fn manifest_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &ManifestKey,
    number: &str,
) -> Result<bool, DbError> {
    let values = args![
        ManifestId::new(),
        key.warehouse,
        number,
        &key.carrier,
        &key.pickup_point,
        key.day,
        ctx.now
    ];
    Ok(tx.execute(MANIFEST_INSERT, values).await? == 1)
}

pub(super) async fn manifest_open(
    tx: &mut Tx,
    key: &ManifestKey,
) -> Result<Option<ManifestHead>, DbError> {
    let values = args![key.warehouse, &key.carrier, &key.pickup_point, key.day];
    tx.fetch_optional(MANIFEST_OPEN, values).await
}

/// The open manifest of the latest day.
pub(super) async fn manifest_latest(
    tx: &mut Tx,
    warehouse: WarehouseId,
    carrier: &str,
    pickup_point: &str,
) -> Result<Option<ManifestHead>, DbError> {
    tx.fetch_optional(MANIFEST_LATEST, args![warehouse, carrier, pickup_point]).await
}

pub(super) async fn manifest_find(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Option<ManifestHead>, DbError> {
    tx.fetch_optional(MANIFEST_FIND, args![manifest]).await
}

pub(super) async fn manifest_by_number(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
) -> Result<Option<ManifestHead>, DbError> {
    tx.fetch_optional(MANIFEST_BY_NUMBER, args![warehouse, number]).await
}

pub(super) async fn manifest_hold(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Option<ManifestHead>, DbError> {
    tx.fetch_optional(MANIFEST_HOLD, args![manifest]).await
}

pub(super) async fn parcels_collect(tx: &mut Tx, manifest: &ManifestHead) -> Result<u64, DbError> {
    let values = args![manifest.id, manifest.warehouse, &manifest.carrier, &manifest.pickup_point];
    tx.execute(PARCELS_COLLECT, values).await
}

pub(super) async fn parcel_facts(
    tx: &mut Tx,
    number: &str,
) -> Result<Option<ParcelFacts>, DbError> {
    tx.fetch_optional(PARCEL_FACTS, args![number]).await
}

/// Puts a parcel on a manifest. If another manifest took it at the same moment, the whole is run
/// again and finds it there.
pub(super) async fn entry_load(
    tx: &mut Tx,
    manifest: ManifestId,
    parcel: ParcelId,
    at: UtcMicros,
) -> Result<(), DbError> {
    match tx.execute(ENTRY_LOAD, args![manifest, parcel, at]).await {
        Ok(_) => Ok(()),
        Err(DbError::Unique) => Err(tx.conflict()),
        Err(error) => Err(error),
    }
}

pub(super) async fn entry_unload(
    tx: &mut Tx,
    manifest: ManifestId,
    parcel: ParcelId,
) -> Result<bool, DbError> {
    Ok(tx.execute(ENTRY_UNLOAD, args![manifest, parcel]).await? == 1)
}

/// What was expected and not loaded is missing, or is no parcel any more.
pub(super) async fn entries_left(tx: &mut Tx, manifest: ManifestId) -> Result<(), DbError> {
    tx.execute(ENTRIES_LEFT, args![manifest]).await.map(drop)
}

pub(super) async fn entries_remove(tx: &mut Tx, manifest: ManifestId) -> Result<(), DbError> {
    tx.execute(ENTRIES_REMOVE, args![manifest]).await.map(drop)
}

pub(super) async fn entries_of_order_remove(tx: &mut Tx, order: OrderId) -> Result<u64, DbError> {
    tx.execute(ENTRIES_OF_ORDER_REMOVE, args![order]).await
}

pub(super) async fn progress(tx: &mut Tx, manifest: ManifestId) -> Result<Progress, DbError> {
    tx.fetch_one(PROGRESS, args![manifest]).await
}

/// Numbers of parcels that are expected and not loaded.
pub(super) async fn parcels_missing(
    tx: &mut Tx,
    manifest: ManifestId,
    count_max: i64,
) -> Result<Vec<String>, DbError> {
    let rows: Vec<NumberRow> = tx.fetch_all(PARCELS_MISSING, args![manifest, count_max]).await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

pub(super) async fn load_options(
    tx: &mut Tx,
    warehouse: WarehouseId,
    count_max: i64,
) -> Result<Vec<LoadOption>, DbError> {
    tx.fetch_all(LOAD_OPTIONS, args![warehouse, count_max]).await
}

pub(super) async fn entry_list(
    tx: &mut Tx,
    manifest: ManifestId,
    state: Option<EntryState>,
    after: ParcelId,
    limit: i64,
) -> Result<Vec<EntryRow>, DbError> {
    tx.fetch_all(ENTRY_LIST, args![manifest, state, after, limit]).await
}

pub(super) async fn entries_loaded(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Vec<EntryRow>, DbError> {
    tx.fetch_all(ENTRIES_LOADED, args![manifest]).await
}

/// What lies in the loaded parcels, in the order of stock keys.
pub(super) async fn contents(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Vec<ContentRow>, DbError> {
    tx.fetch_all(CONTENTS, args![manifest]).await
}

pub(super) async fn manifest_close(
    tx: &mut Tx,
    ctx: &Ctx,
    manifest: ManifestId,
    act: &ManifestModel,
) -> Result<(), DbError> {
    let document = serde_json::to_value(act).expect("our own types can be written as JSON");
    let values = args![manifest, &act.act_number, act.closed_at, ctx.actor, document];
    tx.execute(MANIFEST_CLOSE, values).await.map(drop)
}

pub(super) async fn manifest_cancel(tx: &mut Tx, manifest: ManifestId) -> Result<(), DbError> {
    tx.execute(MANIFEST_CANCEL, args![manifest]).await.map(drop)
}

/// What the act says; nothing before the closing.
pub(super) async fn manifest_act(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Option<ManifestModel>, DbError> {
    let row: Option<JsonRow> = tx.fetch_optional(MANIFEST_ACT, args![manifest]).await?;
    let parse = |row: JsonRow| serde_json::from_value(row.value);
    row.map(parse).transpose().map_err(|error| DbError::Engine(Box::new(error)))
}

/// Which manifests a list shows.
#[derive(Debug, Clone)]
pub(super) struct ManifestFilter {
    pub(super) warehouse: Option<WarehouseId>,
    pub(super) state: Option<ManifestState>,
    pub(super) carrier: Option<String>,
    pub(super) day: Option<Day>,
    pub(super) before: ManifestId,
}

pub(super) async fn manifest_list(
    tx: &mut Tx,
    filter: &ManifestFilter,
    limit: i64,
) -> Result<Vec<ManifestRow>, DbError> {
    let values = args![
        filter.warehouse,
        filter.state,
        filter.carrier.clone(),
        filter.day,
        filter.before,
        limit
    ];
    tx.fetch_all(MANIFEST_LIST, values).await
}
