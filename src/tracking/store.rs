//! The rows of tracking: events, what shipments came to, who is asked when.

use serde_json::Value;

use super::rules::{EventSource, Fact};
use super::store_tracks::{COURSES_BY_ID, FORMER_INSERT, FORMERS, TRACK_SET, renamed};
use crate::carriers::model::{DeliveryStatus, EventFlag, Leg};
use crate::db::{Arg, DbError, Tx};
use crate::ids::{
    CarrierAccountId, CarrierMessageId, OrderId, OwnerId, ParcelId, ShipmentId, TrackingEventId,
    UserId, WarehouseId,
};
use crate::shipments::{Attention, ShipmentState};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    struct IdRow {
        id: ShipmentId,
    }
}

record! {
    /// What a shipment has come to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Course {
        pub(super) id: ShipmentId,
        pub(super) owner: OwnerId,
        pub(super) parcel: ParcelId,
        pub(super) carrier: String,
        pub(super) number: String,
        pub(super) carrier_ref: String,
        pub(super) track: String,
        pub(super) state: ShipmentState,
        pub(super) status: Option<DeliveryStatus>,
        pub(super) status_at: Option<UtcMicros>,
        pub(super) attention: Option<Attention>,
        pub(super) heard_at: Option<UtcMicros>,
        pub(super) poll_at: Option<UtcMicros>,
        pub(super) asked_at: Option<UtcMicros>,
        pub(super) seen_at: Option<UtcMicros>,
        pub(super) registered_at: Option<UtcMicros>,
    }
}

record! {
    /// A shipment that is to be asked for.
    #[derive(Debug, Clone)]
    pub(super) struct Due {
        pub(super) id: ShipmentId,
        pub(super) number: String,
        pub(super) carrier_ref: String,
        pub(super) track: String,
        pub(super) ask: Option<Value>,
        pub(super) status: Option<DeliveryStatus>,
        pub(super) heard_at: Option<UtcMicros>,
    }
}

record! {
    /// An event as it is kept.
    #[derive(Debug, Clone, PartialEq)]
    pub(super) struct EventRow {
        pub(super) id: TrackingEventId,
        pub(super) shipment: ShipmentId,
        pub(super) owner: OwnerId,
        pub(super) print: Vec<u8>,
        pub(super) code: String,
        pub(super) words: String,
        pub(super) at: UtcMicros,
        pub(super) place: String,
        pub(super) leg: Leg,
        pub(super) status: Option<DeliveryStatus>,
        pub(super) flag: Option<EventFlag>,
        pub(super) is_known: bool,
        pub(super) source: EventSource,
        /// Who entered it.
        pub(super) actor: Option<UserId>,
        pub(super) raw: Value,
        pub(super) received_at: UtcMicros,
    }
}

record! {
    struct PrintRow {
        shipment: ShipmentId,
        print: Vec<u8>,
    }
}

record! {
    /// What the rules need of an event, and its words for the shop.
    struct FactRow {
        shipment: ShipmentId,
        print: Vec<u8>,
        code: String,
        words: String,
        at: UtcMicros,
        place: String,
        leg: Leg,
        status: Option<DeliveryStatus>,
        flag: Option<EventFlag>,
        is_known: bool,
        source: EventSource,
        received_at: UtcMicros,
    }
}

record! {
    struct QueueRow {
        next_at: UtcMicros,
    }
}

record! {
    /// What people and shops call a shipment.
    #[derive(Debug, Clone)]
    pub(super) struct Names {
        pub(super) shipment: ShipmentId,
        pub(super) parcel_number: String,
        pub(super) order: OrderId,
        pub(super) external_number: String,
    }
}

record! {
    /// A shipment that somebody should look at.
    #[derive(Debug, Clone)]
    pub(super) struct AttentionRow {
        pub(super) id: ShipmentId,
        pub(super) owner: OwnerId,
        pub(super) warehouse: WarehouseId,
        pub(super) parcel: ParcelId,
        pub(super) carrier: String,
        pub(super) number: String,
        pub(super) track: String,
        pub(super) attention: Attention,
        pub(super) status: Option<DeliveryStatus>,
        pub(super) status_at: Option<UtcMicros>,
        pub(super) heard_at: Option<UtcMicros>,
    }
}

const COURSES_BY_NUMBER: &str =
    "SELECT id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status, status_at,
         attention, heard_at, poll_at, asked_at, seen_at, registered_at
     FROM shipment WHERE carrier = $1 AND number IN (/*list*/)";

const COURSES_BY_REF: &str =
    "SELECT id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status, status_at,
         attention, heard_at, poll_at, asked_at, seen_at, registered_at
     FROM shipment WHERE carrier = $1 AND carrier_ref <> '' AND carrier_ref IN (/*list*/)";

const COURSES_BY_TRACK: &str =
    "SELECT id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status, status_at,
         attention, heard_at, poll_at, asked_at, seen_at, registered_at
     FROM shipment WHERE carrier = $1 AND track <> '' AND track IN (/*list*/)";

const COURSE_FIND: &str =
    "SELECT id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status, status_at,
         attention, heard_at, poll_at, asked_at, seen_at, registered_at
     FROM shipment WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)";

/// Locks the shipments until the commit, so that nobody folds the events of one at the same time.
const COURSES_LOCK: &str = "UPDATE shipment SET number = number WHERE id IN (/*list*/)
     RETURNING id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status,
         status_at, attention, heard_at, poll_at, asked_at, seen_at, registered_at";

const PRINTS: &str =
    "SELECT shipment_id, print FROM tracking_event WHERE shipment_id IN (/*list*/)";

const EVENT_INSERT: &str = "INSERT INTO tracking_event
     (id, shipment_id, owner_id, print, code, words, happened_at, place, leg, status, flag,
         is_known, source, actor_id, raw, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     ON CONFLICT (shipment_id, print) DO NOTHING";

const FACTS: &str = "SELECT shipment_id, print, code, words, happened_at, place, leg, status, flag,
         is_known, source, received_at
     FROM tracking_event WHERE shipment_id IN (/*list*/)";

const COURSE_SET: &str = "UPDATE shipment
     SET status = $2, status_at = $3, attention = $4, heard_at = $5, poll_at = $6 WHERE id = $1";

/// The same of many: `PostgreSQL` plans and starts each statement at more cost than a row has.
const COURSES_SET: &str = "UPDATE shipment
     SET status = v.column2, status_at = v.column3, attention = v.column4, heard_at = v.column5,
         poll_at = v.column6
     FROM (VALUES (CAST($1 AS uuid), CAST($2 AS text), CAST($3 AS timestamptz),
         CAST($4 AS text), CAST($5 AS timestamptz), CAST($6 AS timestamptz))) AS v
     WHERE shipment.id = v.column1";

const NAMES: &str = "SELECT s.id, p.number, o.id, o.external_number
     FROM shipment s JOIN parcel p ON p.id = s.parcel_id JOIN shop_order o ON o.id = p.order_id
     WHERE s.id IN (/*list*/)";

const DUE: &str = "SELECT id, number, carrier_ref, track, ask, status, heard_at FROM shipment
     WHERE account_id = $1 AND poll_at <= $2 AND state = 'registered'
     ORDER BY poll_at, id LIMIT $3";

/// Whoever claimed it before has moved its time into the future, or away.
const DUE_CLAIM: &str = "UPDATE shipment SET poll_at = $1, asked_at = $2
     WHERE poll_at <= $2 AND state = 'registered' AND id IN (/*list*/) RETURNING id";

/// A question that was not answered is asked again earlier, unless somebody moved it meanwhile.
const DUE_AGAIN: &str = "UPDATE shipment SET poll_at = $2
     WHERE (poll_at = $1 OR (poll_at IS NULL AND $1 IS NULL))
       AND state = 'registered' AND id IN (/*list*/) RETURNING id";

const WANTED: &str = "UPDATE shipment SET poll_at = $1
     WHERE state = 'registered' AND (poll_at IS NULL OR poll_at > $1) AND id IN (/*list*/)
     RETURNING id";

const QUEUE_NEXT: &str = "SELECT next_at FROM tracking_queue WHERE account_id = $1";

const QUEUE_CLAIM: &str = "INSERT INTO tracking_queue (account_id, next_at) VALUES ($1, $2)
     ON CONFLICT (account_id) DO UPDATE SET next_at = excluded.next_at
         WHERE tracking_queue.next_at <= $3";

const QUEUE_MOVE: &str =
    "UPDATE tracking_queue SET next_at = $3 WHERE account_id = $1 AND next_at = $2";

const MESSAGE_INSERT: &str = "INSERT INTO carrier_message
     (id, account_id, sha256, body, received_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (account_id, sha256) DO NOTHING";

const SILENT: &str = "UPDATE shipment SET attention = 'silent'
     WHERE attention IS NULL AND id IN
         (SELECT id FROM shipment
          WHERE carrier = $1 AND heard_at < $2 AND (seen_at IS NULL OR seen_at < $2)
            AND state = 'registered' AND attention IS NULL AND poll_at IS NOT NULL
            AND (status IS NULL OR status NOT IN ('delivered', 'returned', 'lost', 'cancelled'))
          ORDER BY heard_at, id LIMIT $3)
     RETURNING id, owner_id, parcel_id, carrier, number, carrier_ref, track, state, status,
         status_at, attention, heard_at, poll_at, asked_at, seen_at, registered_at";

const SEEN: &str = "UPDATE shipment SET attention = NULL, seen_at = $3
     WHERE id = $1 AND attention = $2";

const EVENTS: &str =
    "SELECT id, shipment_id, owner_id, print, code, words, happened_at, place, leg,
         status, flag, is_known, source, actor_id, raw, received_at
     FROM tracking_event WHERE shipment_id = $1
     ORDER BY happened_at DESC, id DESC LIMIT $2";

const ATTENTION_LIST: &str = "SELECT id, owner_id, warehouse_id, parcel_id, carrier, number, track,
         attention, status, status_at, heard_at
     FROM shipment
     WHERE attention IS NOT NULL AND (owner_id = $1 OR $1 IS NULL)
       AND (attention = $2 OR $2 IS NULL) AND (carrier = $3 OR $3 IS NULL) AND id < $4
     ORDER BY id DESC LIMIT $5";

pub const QUERIES: &[&str] = &[
    COURSES_BY_NUMBER,
    COURSES_BY_REF,
    COURSES_BY_TRACK,
    COURSES_BY_ID,
    FORMERS,
    FORMER_INSERT,
    TRACK_SET,
    COURSE_FIND,
    COURSES_LOCK,
    PRINTS,
    EVENT_INSERT,
    FACTS,
    COURSE_SET,
    NAMES,
    DUE,
    DUE_CLAIM,
    DUE_AGAIN,
    WANTED,
    QUEUE_NEXT,
    QUEUE_CLAIM,
    QUEUE_MOVE,
    MESSAGE_INSERT,
    SILENT,
    SEEN,
    EVENTS,
    ATTENTION_LIST,
];

/// Those that only `PostgreSQL` understands.
pub const POSTGRES_QUERIES: &[&str] = &[COURSES_SET];

/// What a shipment is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Number,
    CarrierRef,
    Track,
}

impl Key {
    fn of(self, course: &Course) -> &str {
        match self {
            Self::Number => &course.number,
            Self::CarrierRef => &course.carrier_ref,
            Self::Track => &course.track,
        }
    }
}

/// The shipments of a carrier with one of these numbers, ids or tracks, each with what it was found
/// by. A track is also one that a shipment had before.
pub(super) async fn courses_by(
    tx: &mut Tx,
    carrier: &str,
    key: Key,
    values: Vec<&str>,
) -> Result<Vec<(String, Course)>, DbError> {
    let list = values.iter().map(|value| Arg::from(*value)).collect();
    let sql = match key {
        Key::Number => COURSES_BY_NUMBER,
        Key::CarrierRef => COURSES_BY_REF,
        Key::Track => COURSES_BY_TRACK,
    };
    let courses: Vec<Course> = tx.fetch_in(sql, args![carrier], list).await?;
    let mut found: Vec<(String, Course)> =
        courses.into_iter().map(|course| (key.of(&course).to_owned(), course)).collect();
    if key == Key::Track {
        found.extend(renamed(tx, carrier, values).await?);
    }
    Ok(found)
}

pub(super) async fn course_find(
    tx: &mut Tx,
    id: ShipmentId,
    owner: Option<OwnerId>,
) -> Result<Option<Course>, DbError> {
    tx.fetch_optional(COURSE_FIND, args![id, owner]).await
}

/// The shipments as they are now, theirs until the commit.
pub(super) async fn courses_lock(tx: &mut Tx, ids: &[ShipmentId]) -> Result<Vec<Course>, DbError> {
    tx.fetch_in(COURSES_LOCK, args![], list(ids)).await
}

fn list(ids: &[ShipmentId]) -> Vec<Arg> {
    ids.iter().map(|id| Arg::from(*id)).collect()
}

/// Which events of these shipments are kept.
pub(super) async fn prints(
    tx: &mut Tx,
    ids: &[ShipmentId],
) -> Result<Vec<(ShipmentId, Vec<u8>)>, DbError> {
    let rows: Vec<PrintRow> = tx.fetch_in(PRINTS, args![], list(ids)).await?;
    Ok(rows.into_iter().map(|row| (row.shipment, row.print)).collect())
}

/// How many of these were new.
pub(super) async fn events_insert(tx: &mut Tx, events: &[EventRow]) -> Result<u64, DbError> {
    let row = |event: &EventRow| {
        args![
            event.id,
            event.shipment,
            event.owner,
            event.print.clone(),
            &event.code,
            &event.words,
            event.at,
            &event.place,
            event.leg,
            event.status,
            event.flag,
            event.is_known,
            event.source,
            event.actor,
            event.raw.clone(),
            event.received_at,
        ]
    };
    tx.insert_many(EVENT_INSERT, events.iter().map(row).collect()).await
}

/// A kept event for the rules, with what shops are told of it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) shipment: ShipmentId,
    pub(super) fact: Fact,
    pub(super) words: String,
    pub(super) place: String,
    pub(super) received_at: UtcMicros,
}

/// All events of these shipments, not yet marked as seen by anybody.
pub(super) async fn kept(tx: &mut Tx, ids: &[ShipmentId]) -> Result<Vec<Kept>, DbError> {
    let rows: Vec<FactRow> = tx.fetch_in(FACTS, args![], list(ids)).await?;
    let kept = |row: FactRow| Kept {
        shipment: row.shipment,
        fact: Fact {
            print: row.print,
            code: row.code,
            at: row.at,
            leg: row.leg,
            status: row.status,
            flag: row.flag,
            source: row.source,
            is_known: row.is_known,
            is_seen: false,
        },
        words: row.words,
        place: row.place,
        received_at: row.received_at,
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// Writes what shipments have come to, each of them once.
pub(super) async fn courses_set(tx: &mut Tx, courses: &[&Course]) -> Result<(), DbError> {
    let values = |course: &&Course| {
        args![
            course.id,
            course.status,
            course.status_at,
            course.attention,
            course.heard_at,
            course.poll_at,
        ]
    };
    let sql = tx.dialect().choose(COURSE_SET, COURSES_SET);
    tx.insert_many(sql, courses.iter().map(values).collect()).await.map(drop)
}

pub(super) async fn names(tx: &mut Tx, ids: &[ShipmentId]) -> Result<Vec<Names>, DbError> {
    tx.fetch_in(NAMES, args![], list(ids)).await
}

/// The shipments of an account that are to be asked for, the longest due first.
pub(super) async fn due(
    tx: &mut Tx,
    account: CarrierAccountId,
    now: UtcMicros,
    count_max: i64,
) -> Result<Vec<Due>, DbError> {
    tx.fetch_all(DUE, args![account, now, count_max]).await
}

/// Those that no other node asks for.
pub(super) async fn due_claim(
    tx: &mut Tx,
    ids: &[ShipmentId],
    next: Option<UtcMicros>,
    now: UtcMicros,
) -> Result<Vec<ShipmentId>, DbError> {
    let list = ids.iter().copied().map(Arg::from).collect();
    let rows: Vec<IdRow> = tx.fetch_in(DUE_CLAIM, args![next, now], list).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// From `claimed` to `again`.
pub(super) async fn due_again(
    tx: &mut Tx,
    ids: &[ShipmentId],
    claimed: Option<UtcMicros>,
    again: UtcMicros,
) -> Result<(), DbError> {
    let list = ids.iter().copied().map(Arg::from).collect();
    let _: Vec<IdRow> = tx.fetch_in(DUE_AGAIN, args![claimed, again], list).await?;
    Ok(())
}

/// Asked for at `at`, or earlier if they are due earlier. Answers how many were not.
pub(super) async fn wanted(
    tx: &mut Tx,
    ids: &[ShipmentId],
    at: UtcMicros,
) -> Result<usize, DbError> {
    let list = ids.iter().copied().map(Arg::from).collect();
    let rows: Vec<IdRow> = tx.fetch_in(WANTED, args![at], list).await?;
    Ok(rows.len())
}

/// When the queue of an account is fetched again; nothing: it never was.
pub(super) async fn queue_next(
    tx: &mut Tx,
    account: CarrierAccountId,
) -> Result<Option<UtcMicros>, DbError> {
    let row: Option<QueueRow> = tx.fetch_optional(QUEUE_NEXT, args![account]).await?;
    Ok(row.map(|row| row.next_at))
}

/// Takes the queue of an account until `until`. False: another node has it, or it is not time.
pub(super) async fn queue_claim(
    tx: &mut Tx,
    account: CarrierAccountId,
    until: UtcMicros,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(QUEUE_CLAIM, args![account, until, now]).await? == 1)
}

/// False: the claim was lost.
pub(super) async fn queue_move(
    tx: &mut Tx,
    account: CarrierAccountId,
    claimed: UtcMicros,
    next: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(QUEUE_MOVE, args![account, claimed, next]).await? == 1)
}

/// False: it was told before.
pub(super) async fn message_insert(
    tx: &mut Tx,
    account: CarrierAccountId,
    sha256: Vec<u8>,
    body: Vec<u8>,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let values = args![CarrierMessageId::new(), account, sha256, body, now];
    Ok(tx.execute(MESSAGE_INSERT, values).await? == 1)
}

/// Marks shipments of which nothing was heard since `before`, and answers them.
pub(super) async fn silent(
    tx: &mut Tx,
    carrier: &str,
    before: UtcMicros,
    count_max: i64,
) -> Result<Vec<Course>, DbError> {
    tx.fetch_all(SILENT, args![carrier, before, count_max]).await
}

/// False: it calls for another attention, or for none.
pub(super) async fn seen(
    tx: &mut Tx,
    id: ShipmentId,
    attention: Attention,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SEEN, args![id, attention, now]).await? == 1)
}

/// The newest events of a shipment, newest first.
pub(super) async fn events(
    tx: &mut Tx,
    shipment: ShipmentId,
    limit: i64,
) -> Result<Vec<EventRow>, DbError> {
    tx.fetch_all(EVENTS, args![shipment, limit]).await
}

/// Which shipments a list of attention shows.
#[derive(Debug, Clone)]
pub(super) struct AttentionFilter {
    pub(super) owner: Option<OwnerId>,
    pub(super) attention: Option<Attention>,
    pub(super) carrier: Option<String>,
    pub(super) before: ShipmentId,
}

pub(super) async fn attention_list(
    tx: &mut Tx,
    filter: &AttentionFilter,
    limit: i64,
) -> Result<Vec<AttentionRow>, DbError> {
    let values =
        args![filter.owner, filter.attention, filter.carrier.clone(), filter.before, limit];
    tx.fetch_all(ATTENTION_LIST, values).await
}
