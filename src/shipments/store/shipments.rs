//! The rows of shipments.

use serde_json::Value;

use crate::carriers::model::{DeliveryMode, Quote, Registered, ShipmentAsk, ShipmentRef};
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, CarrierFileId, OwnerId, ParcelId, ShipmentId, WarehouseId};
use crate::shipments::files::FileRow;
use crate::shipments::{Shipment, ShipmentState};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    struct NumberRow {
        number: String,
    }
}

const SHIPMENT_INSERT: &str = "INSERT INTO shipment
     (id, parcel_id, owner_id, warehouse_id, account_id, carrier, number, state, mode, point_code,
         tariff, carrier_ref, track, created_by, device_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', $12, $13, $14)
     ON CONFLICT DO NOTHING";

const NUMBER_LAST: &str =
    "SELECT number FROM shipment WHERE parcel_id = $1 ORDER BY id DESC LIMIT 1";

const SHIPMENT_FIND: &str = "SELECT id, parcel_id, owner_id, warehouse_id, account_id, carrier,
         number, state, mode, point_code, tariff, quote, quoted_kopecks, ask, sent_at, carrier_ref,
         track, problem, label_id, status, status_at, attention, heard_at, poll_at, created_by,
         device_id, created_at, registered_at, told_until
     FROM shipment WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)";

const SHIPMENT_OF_PARCEL: &str =
    "SELECT id, parcel_id, owner_id, warehouse_id, account_id, carrier,
         number, state, mode, point_code, tariff, quote, quoted_kopecks, ask, sent_at, carrier_ref,
         track, problem, label_id, status, status_at, attention, heard_at, poll_at, created_by,
         device_id, created_at, registered_at, told_until
     FROM shipment WHERE parcel_id = $1 AND state NOT IN ('cancelling', 'cancelled')";

const SHIPMENT_LIST: &str = "SELECT id, parcel_id, owner_id, warehouse_id, account_id, carrier,
         number, state, mode, point_code, tariff, quote, quoted_kopecks, ask, sent_at, carrier_ref,
         track, problem, label_id, status, status_at, attention, heard_at, poll_at, created_by,
         device_id, created_at, registered_at, told_until
     FROM shipment
     WHERE (owner_id = $1 OR $1 IS NULL) AND (state = $2 OR $2 IS NULL)
       AND (carrier = $3 OR $3 IS NULL) AND (attention = $4 OR $4 IS NULL) AND id < $5
     ORDER BY id DESC LIMIT $6";

/// Nothing happens to a parcel before it is handed over, which asks at once.
const FIRST_NEWS_SECONDS: i64 = 3600;

/// A chosen tariff, with the offer it was chosen from.
const SHIPMENT_CHOOSE: &str = "UPDATE shipment
     SET account_id = $2, carrier = $3, tariff = $4, mode = $5, quote = $6, quoted_kopecks = $7,
         state = 'waiting', problem = NULL
     WHERE id = $1 AND state IN ('choosing', 'waiting') AND sent_at IS NULL";

/// From here on the carrier may know of it. Nobody else may have said so since it was read.
const SHIPMENT_SEND: &str = "UPDATE shipment SET ask = $2, sent_at = $3, told_until = $4
     WHERE id = $1 AND state = 'waiting' AND sent_at IS NULL";

/// It may go out once more, unless it was given up.
const SHIPMENT_SEND_AGAIN: &str = "UPDATE shipment SET told_until = $2
     WHERE id = $1 AND state IN ('waiting', 'checking') AND sent_at IS NOT NULL";

/// That attempt has ended: it cannot go out any more, only arrive.
const SHIPMENT_SENT: &str = "UPDATE shipment SET told_until = $2 WHERE id = $1 AND told_until = $3";

/// That attempt left nothing at the carrier: it is as it was before.
const SHIPMENT_UNSEND: &str = "UPDATE shipment SET sent_at = $2, told_until = $3
     WHERE id = $1 AND state IN ('waiting', 'checking', 'cancelling') AND told_until = $4";

const SHIPMENT_CHECKING: &str = "UPDATE shipment
     SET state = 'checking', carrier_ref = $2, track = $3, problem = $4, told_until = NULL
     WHERE id = $1 AND state IN ('waiting', 'checking')";

/// Once: who has seen it is not called again.
const SHIPMENT_UNCONFIRMED: &str = "UPDATE shipment SET attention = 'unconfirmed'
     WHERE id = $1 AND state = 'checking' AND attention IS NULL AND seen_at IS NULL";

const SHIPMENT_REGISTERED: &str = "UPDATE shipment
     SET state = 'registered', carrier_ref = $2, track = $3, registered_at = $4, problem = $5,
         status = 'created', status_at = $4, heard_at = $4, poll_at = $6, told_until = NULL,
         attention = NULLIF(attention, 'unconfirmed')
     WHERE id = $1 AND state IN ('waiting', 'checking')";

const SHIPMENT_REFUSED: &str = "UPDATE shipment
     SET state = 'refused', problem = $2, told_until = NULL,
         attention = NULLIF(attention, 'unconfirmed')
     WHERE id = $1 AND state IN ('choosing', 'waiting', 'checking')";

const SHIPMENT_PROBLEM: &str = "UPDATE shipment SET problem = $2
     WHERE id = $1 AND state IN ('choosing', 'waiting', 'checking', 'cancelling', 'registered')";

/// Nothing is at the carrier, so it is told anew: under a number that it has never heard.
const SHIPMENT_RETRY: &str = "UPDATE shipment
     SET state = $2, number = $3, tariff = '', quote = NULL, quoted_kopecks = NULL, ask = NULL,
         sent_at = NULL, told_until = NULL, carrier_ref = '', track = '', problem = NULL
     WHERE id = $1 AND state = 'refused'";

/// Unless it has been told since it was read: what may be at the carrier is taken back there.
const SHIPMENT_LEAVE: &str = "UPDATE shipment
     SET state = $2, poll_at = NULL, attention = NULLIF(attention, 'unconfirmed')
     WHERE id = $1 AND state = $3 AND (sent_at = $4 OR (sent_at IS NULL AND $4 IS NULL))";

/// Unless somebody has learnt since it was read that the carrier has it.
const SHIPMENT_CANCELLED: &str = "UPDATE shipment
     SET state = 'cancelled', poll_at = NULL, problem = NULL, told_until = NULL,
         attention = NULLIF(attention, 'problem')
     WHERE id = $1 AND state = 'cancelling' AND carrier_ref = $2";

/// The carrier keeps it: people have to talk to the carrier.
const SHIPMENT_KEPT: &str = "UPDATE shipment
     SET problem = $2, attention = COALESCE(attention, 'problem')
     WHERE id = $1 AND state = 'cancelling'";

/// Somebody wants it taken back again.
const SHIPMENT_CANCEL_AGAIN: &str = "UPDATE shipment
     SET problem = NULL, attention = NULLIF(attention, 'problem')
     WHERE id = $1 AND state = 'cancelling' AND problem IS NOT NULL";

/// The carrier took it while it was being given up here.
const SHIPMENT_TOO_LATE: &str = "UPDATE shipment
     SET state = 'cancelling', carrier_ref = $2, track = $3, told_until = NULL
     WHERE id = $1 AND state IN ('cancelling', 'cancelled')";

const SHIPMENT_LABEL: &str = "UPDATE shipment SET label_id = $2 WHERE id = $1 AND label_id IS NULL";

const PARCEL_CARRIER: &str = "UPDATE parcel SET carrier = $2, pickup_point = ''
     WHERE id = $1 AND state = 'packed'";

const FILE_INSERT: &str = "INSERT INTO carrier_file
     (id, media, name, sha256, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6)";

const FILE_FIND: &str =
    "SELECT id, media, name, sha256, bytes, created_at FROM carrier_file WHERE id = $1";

pub(super) const QUERIES: &[&str] = &[
    SHIPMENT_INSERT,
    NUMBER_LAST,
    SHIPMENT_FIND,
    SHIPMENT_OF_PARCEL,
    SHIPMENT_LIST,
    SHIPMENT_CHOOSE,
    SHIPMENT_SEND,
    SHIPMENT_SEND_AGAIN,
    SHIPMENT_SENT,
    SHIPMENT_UNSEND,
    SHIPMENT_CHECKING,
    SHIPMENT_UNCONFIRMED,
    SHIPMENT_REGISTERED,
    SHIPMENT_REFUSED,
    SHIPMENT_PROBLEM,
    SHIPMENT_RETRY,
    SHIPMENT_LEAVE,
    SHIPMENT_CANCELLED,
    SHIPMENT_KEPT,
    SHIPMENT_CANCEL_AGAIN,
    SHIPMENT_TOO_LATE,
    SHIPMENT_LABEL,
    PARCEL_CARRIER,
    FILE_INSERT,
    FILE_FIND,
];

/// False: the parcel has a shipment.
pub(in crate::shipments) async fn shipment_insert(
    tx: &mut Tx,
    shipment: &Shipment,
) -> Result<bool, DbError> {
    let values = args![
        shipment.id,
        shipment.parcel,
        shipment.owner,
        shipment.warehouse,
        shipment.account,
        &shipment.carrier,
        &shipment.number,
        shipment.state,
        shipment.mode,
        &shipment.point_code,
        &shipment.tariff,
        shipment.created_by,
        shipment.device,
        shipment.created_at,
    ];
    Ok(tx.execute(SHIPMENT_INSERT, values).await? == 1)
}

/// The number of the latest shipment of a parcel.
pub(in crate::shipments) async fn number_last(
    tx: &mut Tx,
    parcel: ParcelId,
) -> Result<Option<String>, DbError> {
    let row: Option<NumberRow> = tx.fetch_optional(NUMBER_LAST, args![parcel]).await?;
    Ok(row.map(|row| row.number))
}

pub(in crate::shipments) async fn shipment_find(
    tx: &mut Tx,
    id: ShipmentId,
    owner: Option<OwnerId>,
) -> Result<Option<Shipment>, DbError> {
    tx.fetch_optional(SHIPMENT_FIND, args![id, owner]).await
}

pub(in crate::shipments) async fn shipment_of_parcel(
    tx: &mut Tx,
    parcel: ParcelId,
) -> Result<Option<Shipment>, DbError> {
    tx.fetch_optional(SHIPMENT_OF_PARCEL, args![parcel]).await
}

/// Which shipments a list shows.
#[derive(Debug, Clone)]
pub(in crate::shipments) struct ShipmentFilter {
    pub(in crate::shipments) owner: Option<OwnerId>,
    pub(in crate::shipments) state: Option<ShipmentState>,
    pub(in crate::shipments) carrier: Option<String>,
    pub(in crate::shipments) attention: Option<super::super::Attention>,
    pub(in crate::shipments) before: ShipmentId,
}

pub(in crate::shipments) async fn shipment_list(
    tx: &mut Tx,
    filter: &ShipmentFilter,
    limit: i64,
) -> Result<Vec<Shipment>, DbError> {
    let values = args![
        filter.owner,
        filter.state,
        filter.carrier.clone(),
        filter.attention,
        filter.before,
        limit,
    ];
    tx.fetch_all(SHIPMENT_LIST, values).await
}

/// The offer that a shipment goes by.
#[derive(Debug, Clone)]
pub(in crate::shipments) struct Choice {
    pub(in crate::shipments) account: CarrierAccountId,
    pub(in crate::shipments) carrier: String,
    pub(in crate::shipments) mode: DeliveryMode,
    pub(in crate::shipments) quote: Quote,
}

pub(in crate::shipments) async fn shipment_choose(
    tx: &mut Tx,
    id: ShipmentId,
    choice: &Choice,
) -> Result<bool, DbError> {
    let quote = serde_json::to_value(&choice.quote).unwrap_or_default();
    let values = args![
        id,
        choice.account,
        &choice.carrier,
        &choice.quote.tariff,
        choice.mode,
        quote,
        choice.quote.price_kopecks,
    ];
    Ok(tx.execute(SHIPMENT_CHOOSE, values).await? == 1)
}

pub(in crate::shipments) async fn shipment_send(
    tx: &mut Tx,
    id: ShipmentId,
    ask: &ShipmentAsk,
    now: UtcMicros,
    told_until: UtcMicros,
) -> Result<bool, DbError> {
    let ask = serde_json::to_value(ask).unwrap_or_default();
    Ok(tx.execute(SHIPMENT_SEND, args![id, ask, now, told_until]).await? == 1)
}

pub(in crate::shipments) async fn shipment_send_again(
    tx: &mut Tx,
    id: ShipmentId,
    told_until: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_SEND_AGAIN, args![id, told_until]).await? == 1)
}

/// The attempt until `told_until` arrives by `arrives`, if it does.
pub(in crate::shipments) async fn shipment_sent(
    tx: &mut Tx,
    id: ShipmentId,
    told_until: UtcMicros,
    arrives: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_SENT, args![id, arrives, told_until]).await? == 1)
}

/// Takes back that the attempt until `told_until` may have gone out; `before` it is as it was.
pub(in crate::shipments) async fn shipment_unsend(
    tx: &mut Tx,
    before: &Shipment,
    told_until: UtcMicros,
) -> Result<bool, DbError> {
    let values = args![before.id, before.sent_at, before.told_until, told_until];
    Ok(tx.execute(SHIPMENT_UNSEND, values).await? == 1)
}

/// With a problem, somebody is called to look at it.
pub(in crate::shipments) async fn shipment_checking(
    tx: &mut Tx,
    id: ShipmentId,
    reference: &ShipmentRef,
    problem: Option<Value>,
) -> Result<bool, DbError> {
    let calls = problem.is_some();
    let values = args![id, &reference.id, &reference.track, problem];
    let is_checking = tx.execute(SHIPMENT_CHECKING, values).await? == 1;
    if is_checking && calls {
        tx.execute(SHIPMENT_UNCONFIRMED, args![id]).await?;
    }
    Ok(is_checking)
}

pub(in crate::shipments) async fn shipment_registered(
    tx: &mut Tx,
    id: ShipmentId,
    registered: &Registered,
    warning: Option<Value>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let reference = &registered.reference;
    let asked = now.plus_seconds(FIRST_NEWS_SECONDS);
    let values = args![id, &reference.id, &reference.track, now, warning, asked];
    Ok(tx.execute(SHIPMENT_REGISTERED, values).await? == 1)
}

pub(in crate::shipments) async fn shipment_refused(
    tx: &mut Tx,
    id: ShipmentId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_REFUSED, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn shipment_problem(
    tx: &mut Tx,
    id: ShipmentId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_PROBLEM, args![id, problem]).await? == 1)
}

pub(in crate::shipments) async fn shipment_retry(
    tx: &mut Tx,
    id: ShipmentId,
    state: ShipmentState,
    number: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_RETRY, args![id, state, number]).await? == 1)
}

/// From what it was `read` as to `to`, and out of the questions to the carrier.
pub(in crate::shipments) async fn shipment_leave(
    tx: &mut Tx,
    read: &Shipment,
    to: ShipmentState,
) -> Result<bool, DbError> {
    let values = args![read.id, to, read.state, read.sent_at];
    Ok(tx.execute(SHIPMENT_LEAVE, values).await? == 1)
}

pub(in crate::shipments) async fn shipment_cancelled(
    tx: &mut Tx,
    read: &Shipment,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_CANCELLED, args![read.id, &read.carrier_ref]).await? == 1)
}

pub(in crate::shipments) async fn shipment_kept(
    tx: &mut Tx,
    id: ShipmentId,
    problem: Value,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_KEPT, args![id, problem]).await? == 1)
}

/// False: nothing is known to be wrong with its cancelling.
pub(in crate::shipments) async fn shipment_cancel_again(
    tx: &mut Tx,
    id: ShipmentId,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_CANCEL_AGAIN, args![id]).await? == 1)
}

pub(in crate::shipments) async fn shipment_too_late(
    tx: &mut Tx,
    id: ShipmentId,
    reference: &ShipmentRef,
) -> Result<bool, DbError> {
    let values = args![id, &reference.id, &reference.track];
    Ok(tx.execute(SHIPMENT_TOO_LATE, values).await? == 1)
}

/// False: it has one already.
pub(in crate::shipments) async fn shipment_label(
    tx: &mut Tx,
    id: ShipmentId,
    file: CarrierFileId,
) -> Result<bool, DbError> {
    Ok(tx.execute(SHIPMENT_LABEL, args![id, file]).await? == 1)
}

/// The parcel goes with this carrier, which sorts by point itself: its manifest is for all points.
pub(in crate::shipments) async fn parcel_carrier(
    tx: &mut Tx,
    parcel: ParcelId,
    carrier: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(PARCEL_CARRIER, args![parcel, carrier]).await? == 1)
}

pub(in crate::shipments) async fn file_insert(tx: &mut Tx, file: &FileRow) -> Result<(), DbError> {
    let values = args![
        file.id,
        file.media,
        &file.name,
        file.sha256.clone(),
        file.bytes.clone(),
        file.created_at,
    ];
    tx.insert(FILE_INSERT, values).await
}

pub(in crate::shipments) async fn file_find(
    tx: &mut Tx,
    file: CarrierFileId,
) -> Result<Option<FileRow>, DbError> {
    tx.fetch_optional(FILE_FIND, args![file]).await
}

/// All shipments of a warehouse are about its parcels.
pub(in crate::shipments) const fn fresh(
    id: ShipmentId,
    parcel: ParcelId,
    owner: OwnerId,
    warehouse: WarehouseId,
    now: UtcMicros,
) -> Shipment {
    Shipment {
        id,
        parcel,
        owner,
        warehouse,
        account: None,
        carrier: String::new(),
        number: String::new(),
        state: ShipmentState::Waiting,
        mode: DeliveryMode::Door,
        point_code: String::new(),
        tariff: String::new(),
        quote: None,
        quoted_kopecks: None,
        ask: None,
        sent_at: None,
        carrier_ref: String::new(),
        track: String::new(),
        problem: None,
        label: None,
        status: None,
        status_at: None,
        attention: None,
        heard_at: None,
        poll_at: None,
        created_by: None,
        device: None,
        created_at: now,
        registered_at: None,
        told_until: None,
    }
}
