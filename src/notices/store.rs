//! Events, their numbers, endpoints and trusted hosts as rows.

use serde_json::Value;
use uuid::Uuid;

use super::{DeliveryTrouble, DisabledReason, EndpointState, ShopEventKind};
use crate::db::{Count, DbError, Tx};
use crate::ids::{OwnerId, ShopEventId, WebhookEndpointId};
use crate::secrets::Sealed;
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// Numbers that were taken, up to `last`. The event whose number is `queued_seq` needs a job.
    pub(super) struct Numbers {
        pub last: i64,
        pub queued_seq: Option<i64>,
    }
}

record! {
    /// An event as it is told.
    #[derive(Debug, Clone, PartialEq)]
    pub(super) struct Event {
        pub seq: i64,
        pub id: ShopEventId,
        pub kind: ShopEventKind,
        pub subject: String,
        pub data: Value,
        pub occurred_at: UtcMicros,
    }
}

record! {
    #[derive(Debug, Clone)]
    pub(super) struct Endpoint {
        pub id: WebhookEndpointId,
        pub owner: OwnerId,
        pub url: String,
        pub secret: Sealed,
        pub secret_old: Option<Sealed>,
        pub secret_old_until: Option<UtcMicros>,
        /// Empty for all.
        pub kinds: Value,
        pub state: EndpointState,
        pub reason: Option<DisabledReason>,
        pub sent_seq: i64,
        pub last_seq: i64,
        pub attempts: i64,
        pub next_try_at: Option<UtcMicros>,
        pub failing_since: Option<UtcMicros>,
        pub last_try_at: Option<UtcMicros>,
        pub last_status: Option<i64>,
        pub last_trouble: Option<DeliveryTrouble>,
        pub created_at: UtcMicros,
    }
}

record! {
    struct Host {
        name: String,
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) at: UtcMicros,
    pub(super) status: Option<i64>,
    pub(super) trouble: Option<DeliveryTrouble>,
}

/// What becomes of an endpoint that did not take an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setback {
    Again { at: UtcMicros },
    Disabled { reason: DisabledReason },
}

const NUMBERS_TAKE: &str =
    "INSERT INTO shop_event_series (owner_id, last_seq, endpoints) VALUES ($1, $2, 0)
     ON CONFLICT (owner_id) DO UPDATE SET last_seq = shop_event_series.last_seq + $2,
         queued_seq = CASE WHEN shop_event_series.endpoints = 0 THEN NULL
             ELSE COALESCE(shop_event_series.queued_seq, shop_event_series.last_seq + 1) END
     RETURNING last_seq, queued_seq";

const EVENT_INSERT: &str =
    "INSERT INTO shop_event (owner_id, seq, id, kind, subject, data, occurred_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const EVENTS_AFTER: &str = "SELECT seq, id, kind, subject, data, occurred_at FROM shop_event
     WHERE owner_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";

const EVENTS_OF_KIND_AFTER: &str =
    "SELECT seq, id, kind, subject, data, occurred_at FROM shop_event
     WHERE owner_id = $1 AND seq > $2 AND kind = $4 ORDER BY seq LIMIT $3";

const LAST_SEQ: &str = "SELECT last_seq FROM shop_event_series WHERE owner_id = $1";

const OWNER_COUNT: &str = "SELECT COUNT(*) FROM owner WHERE id = $1";

const ENDPOINTS_COUNTED: &str =
    "INSERT INTO shop_event_series (owner_id, last_seq, endpoints) VALUES ($1, 0, 1)
     ON CONFLICT (owner_id) DO UPDATE SET endpoints = shop_event_series.endpoints + 1
     RETURNING last_seq, endpoints";

const ENDPOINTS_UNCOUNTED: &str =
    "UPDATE shop_event_series SET endpoints = endpoints - 1 WHERE owner_id = $1";

const ENDPOINT_INSERT: &str = "INSERT INTO webhook_endpoint
     (id, owner_id, url, secret, kinds, state, sent_seq, attempts, created_at)
     VALUES ($1, $2, $3, $4, $5, 'active', $6, 0, $7)";

const ENDPOINT_FIND: &str = "SELECT e.id, e.owner_id, e.url, e.secret, e.secret_old,
         e.secret_old_until, e.kinds, e.state, e.reason, e.sent_seq, s.last_seq, e.attempts,
         e.next_try_at, e.failing_since, e.last_try_at, e.last_status, e.last_trouble, e.created_at
     FROM webhook_endpoint e JOIN shop_event_series s ON s.owner_id = e.owner_id
     WHERE e.id = $1 AND (e.owner_id = $2 OR $2 IS NULL)";

const ENDPOINT_LIST: &str = "SELECT e.id, e.owner_id, e.url, e.secret, e.secret_old,
         e.secret_old_until, e.kinds, e.state, e.reason, e.sent_seq, s.last_seq, e.attempts,
         e.next_try_at, e.failing_since, e.last_try_at, e.last_status, e.last_trouble, e.created_at
     FROM webhook_endpoint e JOIN shop_event_series s ON s.owner_id = e.owner_id
     WHERE (e.owner_id = $1 OR $1 IS NULL) AND e.id > $2 ORDER BY e.id LIMIT $3";

/// A change of the state takes the lease away: whoever sends at the moment stops.
const ENDPOINT_PAUSE: &str =
    "UPDATE webhook_endpoint SET state = 'paused', reason = NULL, lease_id = NULL,
         leased_until = NULL WHERE id = $1";

const ENDPOINT_RESUME: &str =
    "UPDATE webhook_endpoint SET state = 'active', reason = NULL, attempts = 0, next_try_at = NULL,
         failing_since = NULL, lease_id = NULL, leased_until = NULL WHERE id = $1";

const ENDPOINT_REPLAY: &str =
    "UPDATE webhook_endpoint SET sent_seq = $2, attempts = 0, next_try_at = NULL, lease_id = NULL,
         leased_until = NULL WHERE id = $1";

const ENDPOINT_ROTATE: &str =
    "UPDATE webhook_endpoint SET secret_old = secret, secret_old_until = $3, secret = $2
     WHERE id = $1";

const ENDPOINT_CHANGE: &str = "UPDATE webhook_endpoint SET url = $2, kinds = $3, lease_id = NULL,
         leased_until = NULL WHERE id = $1";

const ENDPOINT_DELETE: &str = "DELETE FROM webhook_endpoint WHERE id = $1";

const WAKE_TAKEN: &str = "UPDATE shop_event_series SET queued_seq = NULL WHERE owner_id = $1";

const ENDPOINTS_LEASE: &str = "UPDATE webhook_endpoint SET lease_id = $2, leased_until = $4
     WHERE owner_id = $1 AND state = 'active'
       AND sent_seq < (SELECT last_seq FROM shop_event_series WHERE owner_id = $1)
       AND (next_try_at IS NULL OR next_try_at <= $3)
       AND (leased_until IS NULL OR leased_until <= $3)";

const ENDPOINTS_LEASED: &str = "SELECT e.id, e.owner_id, e.url, e.secret, e.secret_old,
         e.secret_old_until, e.kinds, e.state, e.reason, e.sent_seq, s.last_seq, e.attempts,
         e.next_try_at, e.failing_since, e.last_try_at, e.last_status, e.last_trouble, e.created_at
     FROM webhook_endpoint e JOIN shop_event_series s ON s.owner_id = e.owner_id
     WHERE e.owner_id = $1 AND e.lease_id = $2";

/// Those that another run is sending to.
const ENDPOINTS_BUSY: &str = "SELECT COUNT(*) FROM webhook_endpoint
     WHERE owner_id = $1 AND state = 'active' AND lease_id <> $2 AND leased_until > $3";

const DELIVERED: &str = "UPDATE webhook_endpoint
     SET sent_seq = $3, attempts = 0, next_try_at = NULL, failing_since = NULL, last_try_at = $4,
         last_status = $5, last_trouble = NULL
     WHERE id = $1 AND lease_id = $2";

const REFUSED: &str = "UPDATE webhook_endpoint
     SET sent_seq = $3, attempts = attempts + 1, last_try_at = $4, last_status = $5,
         last_trouble = $6, failing_since = COALESCE(failing_since, $4), next_try_at = $7,
         state = $8, reason = $9, lease_id = NULL, leased_until = NULL
     WHERE id = $1 AND lease_id = $2";

const RELEASED: &str = "UPDATE webhook_endpoint
     SET sent_seq = $3, lease_id = NULL, leased_until = NULL WHERE id = $1 AND lease_id = $2";

const HOSTS: &str = "SELECT name FROM webhook_host ORDER BY name";

const HOSTS_DELETE: &str = "DELETE FROM webhook_host";

const HOST_INSERT: &str = "INSERT INTO webhook_host (name) VALUES ($1) ON CONFLICT DO NOTHING";

pub const QUERIES: &[&str] = &[
    NUMBERS_TAKE,
    EVENT_INSERT,
    EVENTS_AFTER,
    EVENTS_OF_KIND_AFTER,
    LAST_SEQ,
    OWNER_COUNT,
    ENDPOINTS_COUNTED,
    ENDPOINTS_UNCOUNTED,
    ENDPOINT_INSERT,
    ENDPOINT_FIND,
    ENDPOINT_LIST,
    ENDPOINT_PAUSE,
    ENDPOINT_RESUME,
    ENDPOINT_REPLAY,
    ENDPOINT_ROTATE,
    ENDPOINT_CHANGE,
    ENDPOINT_DELETE,
    WAKE_TAKEN,
    ENDPOINTS_LEASE,
    ENDPOINTS_LEASED,
    ENDPOINTS_BUSY,
    DELIVERED,
    REFUSED,
    RELEASED,
    HOSTS,
    HOSTS_DELETE,
    HOST_INSERT,
];

pub(super) async fn numbers_take(
    tx: &mut Tx,
    owner: OwnerId,
    count: i64,
) -> Result<Numbers, DbError> {
    tx.fetch_one(NUMBERS_TAKE, args![owner, count]).await
}

pub(super) async fn events_insert(
    tx: &mut Tx,
    owner: OwnerId,
    events: &[Event],
) -> Result<(), DbError> {
    let row = |event: &Event| {
        args![
            owner,
            event.seq,
            event.id,
            event.kind,
            &event.subject,
            event.data.clone(),
            event.occurred_at,
        ]
    };
    tx.insert_many(EVENT_INSERT, events.iter().map(row).collect()).await.map(drop)
}

/// Events of the owner behind `after`, of one kind or of all, in their order.
pub(super) async fn events_after(
    tx: &mut Tx,
    owner: OwnerId,
    after: i64,
    kind: Option<ShopEventKind>,
    limit: i64,
) -> Result<Vec<Event>, DbError> {
    match kind {
        None => tx.fetch_all(EVENTS_AFTER, args![owner, after, limit]).await,
        Some(kind) => tx.fetch_all(EVENTS_OF_KIND_AFTER, args![owner, after, limit, kind]).await,
    }
}

/// The number of the owner's last event; 0 before the first.
pub(super) async fn last_seq(tx: &mut Tx, owner: OwnerId) -> Result<i64, DbError> {
    let found: Option<Count> = tx.fetch_optional(LAST_SEQ, args![owner]).await?;
    Ok(found.map_or(0, |last| last.value))
}

pub(super) async fn owner_is_there(tx: &mut Tx, owner: OwnerId) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Count>(OWNER_COUNT, args![owner]).await?.value > 0)
}

record! {
    /// An owner's counter after another endpoint was counted.
    pub(super) struct Counted {
        pub last_seq: i64,
        pub endpoints: i64,
    }
}

pub(super) async fn endpoint_counted(tx: &mut Tx, owner: OwnerId) -> Result<Counted, DbError> {
    tx.fetch_one(ENDPOINTS_COUNTED, args![owner]).await
}

pub(super) async fn endpoint_uncounted(tx: &mut Tx, owner: OwnerId) -> Result<(), DbError> {
    tx.execute(ENDPOINTS_UNCOUNTED, args![owner]).await.map(drop)
}

pub(super) async fn endpoint_insert(tx: &mut Tx, endpoint: &Endpoint) -> Result<(), DbError> {
    let values = args![
        endpoint.id,
        endpoint.owner,
        &endpoint.url,
        &endpoint.secret,
        endpoint.kinds.clone(),
        endpoint.sent_seq,
        endpoint.created_at,
    ];
    tx.execute(ENDPOINT_INSERT, values).await.map(drop)
}

/// `owner`: whose it must be; null for the operator.
pub(super) async fn endpoint_find(
    tx: &mut Tx,
    id: WebhookEndpointId,
    owner: Option<OwnerId>,
) -> Result<Option<Endpoint>, DbError> {
    tx.fetch_optional(ENDPOINT_FIND, args![id, owner]).await
}

pub(super) async fn endpoint_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    after: WebhookEndpointId,
    limit: i64,
) -> Result<Vec<Endpoint>, DbError> {
    tx.fetch_all(ENDPOINT_LIST, args![owner, after, limit]).await
}

pub(super) async fn endpoint_pause(tx: &mut Tx, id: WebhookEndpointId) -> Result<(), DbError> {
    tx.execute(ENDPOINT_PAUSE, args![id]).await.map(drop)
}

pub(super) async fn endpoint_resume(tx: &mut Tx, id: WebhookEndpointId) -> Result<(), DbError> {
    tx.execute(ENDPOINT_RESUME, args![id]).await.map(drop)
}

/// Puts the cursor: what comes behind `sent_seq` is sent next.
pub(super) async fn endpoint_replay(
    tx: &mut Tx,
    id: WebhookEndpointId,
    sent_seq: i64,
) -> Result<(), DbError> {
    tx.execute(ENDPOINT_REPLAY, args![id, sent_seq]).await.map(drop)
}

/// The secret of now goes on signing until `old_until`.
pub(super) async fn endpoint_rotate(
    tx: &mut Tx,
    id: WebhookEndpointId,
    secret: &Sealed,
    old_until: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(ENDPOINT_ROTATE, args![id, secret, old_until]).await.map(drop)
}

pub(super) async fn endpoint_change(
    tx: &mut Tx,
    id: WebhookEndpointId,
    url: &str,
    kinds: Value,
) -> Result<(), DbError> {
    tx.execute(ENDPOINT_CHANGE, args![id, url, kinds]).await.map(drop)
}

pub(super) async fn endpoint_delete(tx: &mut Tx, id: WebhookEndpointId) -> Result<bool, DbError> {
    Ok(tx.execute(ENDPOINT_DELETE, args![id]).await? == 1)
}

/// From here on an event queues another job.
pub(super) async fn wake_taken(tx: &mut Tx, owner: OwnerId) -> Result<(), DbError> {
    tx.execute(WAKE_TAKEN, args![owner]).await.map(drop)
}

/// Takes what may be sent to now, for the run `lease`.
pub(super) async fn endpoints_lease(
    tx: &mut Tx,
    owner: OwnerId,
    lease: Uuid,
    now: UtcMicros,
    until: UtcMicros,
) -> Result<Vec<Endpoint>, DbError> {
    tx.execute(ENDPOINTS_LEASE, args![owner, lease, now, until]).await?;
    tx.fetch_all(ENDPOINTS_LEASED, args![owner, lease]).await
}

/// Whether another run is sending to endpoints of this owner.
pub(super) async fn endpoints_are_busy(
    tx: &mut Tx,
    owner: OwnerId,
    lease: Uuid,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Count>(ENDPOINTS_BUSY, args![owner, lease, now]).await?.value > 0)
}

/// False when the lease was taken away.
pub(super) async fn delivered(
    tx: &mut Tx,
    id: WebhookEndpointId,
    lease: Uuid,
    seq: i64,
    attempt: Attempt,
) -> Result<bool, DbError> {
    let values = args![id, lease, seq, attempt.at, attempt.status];
    Ok(tx.execute(DELIVERED, values).await? == 1)
}

/// Notes that the event behind `sent_seq` was not taken. False when the lease was taken away.
pub(super) async fn refused(
    tx: &mut Tx,
    id: WebhookEndpointId,
    lease: Uuid,
    sent_seq: i64,
    attempt: Attempt,
    setback: Setback,
) -> Result<bool, DbError> {
    let (state, reason, next) = match setback {
        Setback::Again { at } => (EndpointState::Active, None, Some(at)),
        Setback::Disabled { reason } => (EndpointState::Disabled, Some(reason), None),
    };
    let values = args![
        id,
        lease,
        sent_seq,
        attempt.at,
        attempt.status,
        attempt.trouble,
        next,
        state,
        reason
    ];
    Ok(tx.execute(REFUSED, values).await? == 1)
}

pub(super) async fn released(
    tx: &mut Tx,
    id: WebhookEndpointId,
    lease: Uuid,
    sent_seq: i64,
) -> Result<(), DbError> {
    tx.execute(RELEASED, args![id, lease, sent_seq]).await.map(drop)
}

pub(super) async fn hosts(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let hosts: Vec<Host> = tx.fetch_all(HOSTS, vec![]).await?;
    Ok(hosts.into_iter().map(|host| host.name).collect())
}

pub(super) async fn hosts_set(tx: &mut Tx, names: &[String]) -> Result<(), DbError> {
    tx.execute(HOSTS_DELETE, vec![]).await?;
    let rows = names.iter().map(|name| args![name]).collect();
    tx.insert_many(HOST_INSERT, rows).await.map(drop)
}
