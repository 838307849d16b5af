//! Carriers' acts.

use serde_json::Value;

use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, CarrierFileId, ManifestId};
use crate::shipments::Shipment;
use crate::shipments::acts::CarrierActState;
use crate::units::{Day, UtcMicros};
use crate::{args, record};

record! {
    struct AccountIdRow {
        account: CarrierAccountId,
    }
}

record! {
    /// The act of one account.
    #[derive(Debug, Clone)]
    pub(in crate::shipments) struct ActRow {
        pub(in crate::shipments) account: CarrierAccountId,
        pub(in crate::shipments) state: CarrierActState,
        pub(in crate::shipments) reference: Option<String>,
        pub(in crate::shipments) numbers: Value,
        pub(in crate::shipments) refused: Value,
        pub(in crate::shipments) problem: Option<Value>,
        pub(in crate::shipments) created_at: UtcMicros,
        pub(in crate::shipments) done_at: Option<UtcMicros>,
    }
}

record! {
    pub(in crate::shipments) struct HeadRow {
        pub(in crate::shipments) number: String,
        pub(in crate::shipments) act_number: Option<String>,
        pub(in crate::shipments) day: Day,
    }
}

record! {
    /// A file of an act.
    pub(in crate::shipments) struct ActFileRow {
        pub(in crate::shipments) account: CarrierAccountId,
        pub(in crate::shipments) file: CarrierFileId,
        pub(in crate::shipments) name: String,
    }
}

const SHIPMENTS_ON: &str = "SELECT s.id, s.parcel_id, s.owner_id, s.warehouse_id, s.account_id,
         s.carrier, s.number, s.state, s.mode, s.point_code, s.tariff, s.quote, s.quoted_kopecks,
         s.ask, s.sent_at, s.carrier_ref, s.track, s.problem, s.label_id, s.status, s.status_at,
         s.attention, s.heard_at, s.poll_at, s.created_by, s.device_id, s.created_at,
         s.registered_at, s.told_until
     FROM manifest_parcel mp JOIN shipment s ON s.parcel_id = mp.parcel_id
     WHERE mp.manifest_id = $1 AND mp.state = 'loaded' AND s.account_id = $2
       AND s.state = 'registered'
     ORDER BY s.number";

/// One act for each account that the loaded parcels went by.
const ACTS_INSERT: &str = "INSERT INTO carrier_act
     (manifest_id, account_id, state, numbers, refused, created_at)
     SELECT x.manifest_id, x.account_id, 'waiting', '[]', '[]', $2
     FROM (SELECT DISTINCT mp.manifest_id, s.account_id
         FROM manifest_parcel mp JOIN shipment s ON s.parcel_id = mp.parcel_id
         WHERE mp.manifest_id = $1 AND mp.state = 'loaded' AND s.state = 'registered') x
     WHERE x.account_id IS NOT NULL
     ON CONFLICT DO NOTHING RETURNING account_id";

const ACT_FIND: &str = "SELECT account_id, state, reference, numbers, refused, problem, created_at,
         done_at
     FROM carrier_act WHERE manifest_id = $1 AND account_id = $2";

const ACTS_OF: &str = "SELECT account_id, state, reference, numbers, refused, problem, created_at,
         done_at
     FROM carrier_act WHERE manifest_id = $1 ORDER BY account_id";

const ACT_REFERENCE: &str = "UPDATE carrier_act SET reference = $3
     WHERE manifest_id = $1 AND account_id = $2 AND state = 'waiting'";

const ACT_PROBLEM: &str = "UPDATE carrier_act SET state = $3, problem = $4
     WHERE manifest_id = $1 AND account_id = $2 AND state = 'waiting'";

const ACT_DONE: &str = "UPDATE carrier_act
     SET state = 'done', numbers = $3, refused = $4, done_at = $5, problem = NULL
     WHERE manifest_id = $1 AND account_id = $2 AND state = 'waiting'";

const ACTS_AGAIN: &str =
    "UPDATE carrier_act SET state = 'waiting', problem = NULL, reference = NULL
     WHERE manifest_id = $1 AND state = 'refused' RETURNING account_id";

const ACT_FILE_ADD: &str =
    "INSERT INTO carrier_act_file (manifest_id, account_id, file_id) VALUES ($1, $2, $3)";

const ACT_FILES: &str =
    "SELECT a.account_id, f.id, f.name FROM carrier_act_file a JOIN carrier_file f
         ON f.id = a.file_id
     WHERE a.manifest_id = $1 ORDER BY f.id";

const ACT_FILE_OWNED: &str =
    "SELECT a.account_id, f.id, f.name FROM carrier_act_file a JOIN carrier_file f
         ON f.id = a.file_id
     WHERE a.manifest_id = $1 AND f.id = $2";

const MANIFEST_HEAD: &str = "SELECT number, act_number, day FROM manifest WHERE id = $1";

/// The carrier has the parcels now: there may be news.
const NEWS_DUE: &str = "UPDATE shipment SET poll_at = $2
     WHERE state = 'registered' AND parcel_id IN
         (SELECT parcel_id FROM manifest_parcel WHERE manifest_id = $1 AND state = 'loaded')";

const LEFT_OUT: &str = "UPDATE shipment SET attention = 'problem', problem = $2
     WHERE number = $1 AND state = 'registered'";

pub(super) const QUERIES: &[&str] = &[
    SHIPMENTS_ON,
    ACTS_INSERT,
    ACT_FIND,
    ACTS_OF,
    ACT_REFERENCE,
    ACT_PROBLEM,
    ACT_DONE,
    ACTS_AGAIN,
    ACT_FILE_ADD,
    ACT_FILES,
    ACT_FILE_OWNED,
    MANIFEST_HEAD,
    NEWS_DUE,
    LEFT_OUT,
];

pub(in crate::shipments) async fn shipments_on(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
) -> Result<Vec<Shipment>, DbError> {
    tx.fetch_all(SHIPMENTS_ON, args![manifest, account]).await
}

/// The accounts whose acts were not asked for before.
pub(in crate::shipments) async fn acts_insert(
    tx: &mut Tx,
    manifest: ManifestId,
    now: UtcMicros,
) -> Result<Vec<CarrierAccountId>, DbError> {
    let rows: Vec<AccountIdRow> = tx.fetch_all(ACTS_INSERT, args![manifest, now]).await?;
    Ok(rows.into_iter().map(|row| row.account).collect())
}

pub(in crate::shipments) async fn act_find(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
) -> Result<Option<ActRow>, DbError> {
    tx.fetch_optional(ACT_FIND, args![manifest, account]).await
}

pub(in crate::shipments) async fn acts_of(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Vec<ActRow>, DbError> {
    tx.fetch_all(ACTS_OF, args![manifest]).await
}

pub(in crate::shipments) async fn act_reference(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
    reference: &str,
) -> Result<(), DbError> {
    tx.execute(ACT_REFERENCE, args![manifest, account, reference]).await.map(drop)
}

pub(in crate::shipments) async fn act_problem(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
    state: CarrierActState,
    problem: Value,
) -> Result<(), DbError> {
    tx.execute(ACT_PROBLEM, args![manifest, account, state, problem]).await.map(drop)
}

pub(in crate::shipments) async fn act_done(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
    numbers: Value,
    refused: Value,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let values = args![manifest, account, numbers, refused, now];
    Ok(tx.execute(ACT_DONE, values).await? == 1)
}

/// The accounts whose refused acts are asked for anew.
pub(in crate::shipments) async fn acts_again(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Vec<CarrierAccountId>, DbError> {
    let rows: Vec<AccountIdRow> = tx.fetch_all(ACTS_AGAIN, args![manifest]).await?;
    Ok(rows.into_iter().map(|row| row.account).collect())
}

pub(in crate::shipments) async fn act_file_add(
    tx: &mut Tx,
    manifest: ManifestId,
    account: CarrierAccountId,
    file: CarrierFileId,
) -> Result<(), DbError> {
    tx.insert(ACT_FILE_ADD, args![manifest, account, file]).await
}

pub(in crate::shipments) async fn act_files(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Vec<ActFileRow>, DbError> {
    tx.fetch_all(ACT_FILES, args![manifest]).await
}

/// Whether the file belongs to an act of this manifest.
pub(in crate::shipments) async fn act_file_is_of(
    tx: &mut Tx,
    manifest: ManifestId,
    file: CarrierFileId,
) -> Result<bool, DbError> {
    let row: Option<ActFileRow> = tx.fetch_optional(ACT_FILE_OWNED, args![manifest, file]).await?;
    Ok(row.is_some())
}

pub(in crate::shipments) async fn manifest_head(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Option<HeadRow>, DbError> {
    tx.fetch_optional(MANIFEST_HEAD, args![manifest]).await
}

pub(in crate::shipments) async fn news_due(
    tx: &mut Tx,
    manifest: ManifestId,
    at: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(NEWS_DUE, args![manifest, at]).await.map(drop)
}

/// The carrier left a parcel out of its act: somebody should look.
pub(in crate::shipments) async fn left_out(
    tx: &mut Tx,
    number: &str,
    problem: Value,
) -> Result<(), DbError> {
    tx.execute(LEFT_OUT, args![number, problem]).await.map(drop)
}
