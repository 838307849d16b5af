//! The feed of events, and endpoints for webhooks. A shop sees and manages its own.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::{self, NewEndpoint};
use super::store::{Endpoint, Event};
use super::{
    DeliveryTrouble, DisabledReason, EndpointState, NoticeError, ShopEventKind, signature,
};
use crate::access::Scope;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{CommandId, OwnerId, ShopEventId, WebhookEndpointId};
use crate::units::UtcMicros;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(event_list))
        .routes(routes!(endpoint_list, endpoint_create))
        .routes(routes!(endpoint_get))
        .routes(routes!(endpoint_change))
        .routes(routes!(endpoint_pause))
        .routes(routes!(endpoint_resume))
        .routes(routes!(endpoint_remove))
        .routes(routes!(endpoint_rotate))
        .routes(routes!(endpoint_replay))
        .routes(routes!(endpoint_test))
        .routes(routes!(host_list, host_set))
}

/// Something that happened to a shop's parcels (событие).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct EventOut {
    /// Without gaps, per shop: the cursor behind this event.
    seq: i64,
    /// The `webhook-id` of its messages.
    id: ShopEventId,
    #[serde(rename = "type")]
    kind: ShopEventKind,
    /// Whom it happened to.
    subject: String,
    timestamp: UtcMicros,
    data: Value,
}

impl From<Event> for EventOut {
    fn from(event: Event) -> Self {
        Self {
            seq: event.seq,
            id: event.id,
            kind: event.kind,
            subject: event.subject,
            timestamp: event.occurred_at,
            data: event.data,
        }
    }
}

/// A part of the feed, oldest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct EventsOut {
    items: Vec<EventOut>,
    /// Ask with this `after` for what comes next, also when there was nothing.
    next: i64,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// Events behind this number; from the first one unless told.
    after: Option<i64>,
    /// How many, 50 unless told, 500 at most.
    limit: Option<i64>,
    /// Events of this kind only.
    kind: Option<ShopEventKind>,
    /// Whose events, for the operator.
    owner_id: Option<OwnerId>,
}

/// Events of a shop behind a cursor, oldest first (лента событий).
#[utoipa::path(
    get, path = "/v1/events", tag = "notices", params(EventQuery),
    responses((status = 200, body = EventsOut), (status = "default", body = ProblemBody))
)]
async fn event_list(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    QueryParams(query): QueryParams<EventQuery>,
) -> Result<Json<EventsOut>, Problem> {
    let owner = owner_of(caller.scope(), query.owner_id)?;
    let limit = PageParams { limit: query.limit, after: None }.limit();
    let after = query.after.unwrap_or(0).max(0);
    let read =
        async move |tx: &mut Tx| service::events_after(tx, owner, after, query.kind, limit).await;
    let events = app.db.read(read).await?;
    let next = events.last().map_or(after, |event| event.seq);
    Ok(Json(EventsOut { items: events.into_iter().map(EventOut::from).collect(), next }))
}

/// Whose events: a shop's own, or those of the shop that the operator names.
fn owner_of(scope: Scope, named: Option<OwnerId>) -> Result<OwnerId, NoticeError> {
    match (scope, named) {
        (Scope::Owner(own), None) => Ok(own),
        (Scope::Owner(own), Some(named)) if named == own => Ok(own),
        (Scope::Owner(_), Some(_)) => Err(NoticeError::NotFound { what: "owner" }),
        (Scope::All, Some(named)) => Ok(named),
        (Scope::All, None) => Err(InputError::one("owner_id", "missing").into()),
    }
}

/// Where a shop is told of events (адрес для вебхуков).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct EndpointOut {
    id: WebhookEndpointId,
    owner_id: OwnerId,
    url: String,
    /// Empty for all.
    kinds: Vec<ShopEventKind>,
    state: EndpointState,
    /// Why it was disabled.
    reason: Option<DisabledReason>,
    /// The last event that was delivered or not wanted.
    sent_seq: i64,
    /// The last event that there is.
    last_seq: i64,
    /// How often the next event was tried.
    attempts: i64,
    next_try_at: Option<UtcMicros>,
    /// It has taken nothing since then.
    failing_since: Option<UtcMicros>,
    last_try_at: Option<UtcMicros>,
    /// The HTTP status of its last answer.
    last_status: Option<i64>,
    last_trouble: Option<DeliveryTrouble>,
    /// Until then messages carry the signature of the secret before, too.
    old_secret_until: Option<UtcMicros>,
    created_at: UtcMicros,
}

impl From<Endpoint> for EndpointOut {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id,
            owner_id: endpoint.owner,
            url: endpoint.url,
            // Kinds that this version knows.
            kinds: serde_json::from_value(endpoint.kinds).unwrap_or_default(),
            state: endpoint.state,
            reason: endpoint.reason,
            sent_seq: endpoint.sent_seq,
            last_seq: endpoint.last_seq,
            attempts: endpoint.attempts,
            next_try_at: endpoint.next_try_at,
            failing_since: endpoint.failing_since,
            last_try_at: endpoint.last_try_at,
            last_status: endpoint.last_status,
            last_trouble: endpoint.last_trouble,
            old_secret_until: endpoint.secret_old_until,
            created_at: endpoint.created_at,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct EndpointIn {
    /// Whose, for the operator.
    owner_id: Option<OwnerId>,
    /// `https://…`; a host that leads into a private network is refused.
    url: String,
    /// Nothing or empty for all.
    #[serde(default)]
    kinds: Vec<ShopEventKind>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct EndpointSecretOut {
    endpoint: EndpointOut,
    /// `whsec_…`, shown once: `null` when the request is repeated.
    secret: Option<String>,
}

/// What a rotation's command remembers: the endpoint, and which run made the secret.
#[derive(Debug, Serialize, Deserialize)]
struct Rotated {
    endpoint: EndpointOut,
    made_by: CommandId,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EndpointQuery {
    /// Endpoints of this shop only.
    owner_id: Option<OwnerId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// The endpoints with how they are (адреса для вебхуков).
#[utoipa::path(
    get, path = "/v1/webhook-endpoints", tag = "notices", params(EndpointQuery),
    responses((status = 200, body = Page<EndpointOut>), (status = "default", body = ProblemBody))
)]
async fn endpoint_list(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    QueryParams(query): QueryParams<EndpointQuery>,
) -> Result<Json<Page<EndpointOut>>, Problem> {
    let page = PageParams { limit: query.limit, after: query.after };
    let limit = page.limit();
    let after = page.after()?.unwrap_or(WebhookEndpointId::from_uuid(uuid::Uuid::nil()));
    let owner = match (caller.scope(), query.owner_id) {
        (Scope::All, named) => named,
        (scope, named) => Some(owner_of(scope, named)?),
    };
    let read = async move |tx: &mut Tx| service::endpoint_list(tx, owner, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(EndpointOut::from).collect();
    Ok(Json(Page::new(items, limit, |endpoint: &EndpointOut| endpoint.id.to_string())))
}

/// Tells an endpoint of what happens from now on, and shows its secret once (подписать).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints", tag = "notices", request_body = EndpointIn,
    responses((status = 201, body = EndpointSecretOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_create(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    Body(body): Body<EndpointIn>,
) -> Result<(StatusCode, Json<EndpointSecretOut>), Problem> {
    let owner = owner_of(caller.scope(), body.owner_id)?;
    let id = WebhookEndpointId::new();
    let secret = signature::secret_make();
    let new = NewEndpoint {
        id,
        owner,
        url: body.url.clone(),
        kinds: body.kinds.clone(),
        secret: secret.clone(),
    };
    let vault = app.vault.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let endpoint = service::endpoint_create(tx, ctx, &vault, &new).await?;
        Ok::<_, NoticeError>(EndpointOut::from(endpoint))
    };
    let endpoint = app.command(&caller, key, "webhook_endpoint_create", &body, work).await?;
    let shown = secret.text().map_err(NoticeError::from)?.to_owned();
    let secret = (endpoint.id == id).then_some(shown);
    Ok((StatusCode::CREATED, Json(EndpointSecretOut { endpoint, secret })))
}

/// One endpoint with how it is (адрес для вебхуков).
#[utoipa::path(
    get, path = "/v1/webhook-endpoints/{id}", tag = "notices",
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_get(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    IdPath(id): IdPath<WebhookEndpointId>,
) -> Result<Json<EndpointOut>, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| service::endpoint_find(tx, owner, id).await;
    Ok(Json(app.db.read(read).await?.into()))
}

/// Another address or other kinds for an endpoint.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct EndpointChangeIn {
    url: String,
    /// Empty for all.
    kinds: Vec<ShopEventKind>,
}

/// Sends to another address, or other kinds, from now on (изменить).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/change", tag = "notices",
    request_body = EndpointChangeIn,
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_change(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
    Body(body): Body<EndpointChangeIn>,
) -> Result<Json<EndpointOut>, Problem> {
    let (owner, change) = (caller.scope().owner(), body.clone());
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let (url, kinds) = (&change.url, &change.kinds);
        service::endpoint_change(tx, ctx, owner, id, url, kinds).await.map(EndpointOut::from)
    };
    let noted = (id, body);
    Ok(Json(app.command(&caller, key, "webhook_endpoint_change", &noted, work).await?))
}

/// Holds events back until the endpoint is resumed (приостановить).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/pause", tag = "notices",
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_pause(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
) -> Result<Json<EndpointOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::endpoint_pause(tx, owner, id).await.map(EndpointOut::from)
    };
    Ok(Json(app.command(&caller, key, "webhook_endpoint_pause", &id, work).await?))
}

/// Goes on where a paused or disabled endpoint stopped (возобновить).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/resume", tag = "notices",
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_resume(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
) -> Result<Json<EndpointOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::endpoint_resume(tx, ctx, owner, id).await.map(EndpointOut::from)
    };
    Ok(Json(app.command(&caller, key, "webhook_endpoint_resume", &id, work).await?))
}

/// Forgets an endpoint; the events stay in the feed (удалить).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/remove", tag = "notices",
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_remove(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
) -> Result<Json<EndpointOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        service::endpoint_remove(tx, owner, id).await.map(EndpointOut::from)
    };
    Ok(Json(app.command(&caller, key, "webhook_endpoint_remove", &id, work).await?))
}

/// Gives an endpoint another secret; the one before signs as well for a day (сменить секрет).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/rotate-secret", tag = "notices",
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointSecretOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_rotate(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
) -> Result<Json<EndpointSecretOut>, Problem> {
    let owner = caller.scope().owner();
    let (secret, this_run, vault) = (signature::secret_make(), CommandId::new(), app.vault.clone());
    let shown = secret.text().map_err(NoticeError::from)?.to_owned();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let rotated = service::endpoint_rotate(tx, ctx, &vault, owner, id, &secret).await?;
        Ok::<_, NoticeError>(Rotated { endpoint: rotated.into(), made_by: this_run })
    };
    let rotated = app.command(&caller, key, "webhook_endpoint_rotate", &id, work).await?;
    let secret = (rotated.made_by == this_run).then_some(shown);
    Ok(Json(EndpointSecretOut { endpoint: rotated.endpoint, secret }))
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ReplayIn {
    /// The `seq` of the first event to be sent.
    from: i64,
}

/// Sends events again from a number on, or leaves out those before it (отправить заново).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/replay", tag = "notices", request_body = ReplayIn,
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_replay(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
    Body(body): Body<ReplayIn>,
) -> Result<Json<EndpointOut>, Problem> {
    let (owner, from) = (caller.scope().owner(), body.from);
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::endpoint_replay(tx, ctx, owner, id, from).await.map(EndpointOut::from)
    };
    let noted = (id, body);
    Ok(Json(app.command(&caller, key, "webhook_endpoint_replay", &noted, work).await?))
}

/// Sends a test event to this endpoint alone (проверить).
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/test", tag = "notices",
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = EndpointOut), (status = "default", body = ProblemBody))
)]
async fn endpoint_test(
    State(app): State<App>,
    caller: Caller<rights::WebhooksManage>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WebhookEndpointId>,
) -> Result<Json<EndpointOut>, Problem> {
    let owner = caller.scope().owner();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        service::endpoint_test(tx, ctx, owner, id).await.map(EndpointOut::from)
    };
    Ok(Json(app.command(&caller, key, "webhook_endpoint_test", &id, work).await?))
}

/// Hosts that may be told over http and may be inside the operator's network.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct HostsOut {
    names: Vec<String>,
}

/// The hosts that the operator trusts (доверенные узлы).
#[utoipa::path(
    get, path = "/v1/webhook-hosts", tag = "notices",
    responses((status = 200, body = HostsOut), (status = "default", body = ProblemBody))
)]
async fn host_list(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
) -> Result<Json<HostsOut>, Problem> {
    let names = app.db.read(async |tx: &mut Tx| service::hosts(tx).await).await?;
    Ok(Json(HostsOut { names }))
}

/// Names all hosts that the operator trusts, in place of those before (доверенные узлы).
#[utoipa::path(
    put, path = "/v1/webhook-hosts", tag = "notices", request_body = HostsOut,
    responses((status = 200, body = HostsOut), (status = "default", body = ProblemBody))
)]
async fn host_set(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    Body(body): Body<HostsOut>,
) -> Result<Json<HostsOut>, Problem> {
    let names = body.names.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let names = service::hosts_set(tx, &names).await?;
        Ok::<_, NoticeError>(HostsOut { names })
    };
    Ok(Json(app.command(&caller, key, "webhook_hosts_set", &body, work).await?))
}
