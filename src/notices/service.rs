//! Endpoints of shops, what is sent to them again, and the hosts that the operator trusts.

use serde_json::{Value, json};

use super::publish::{Notice, publish, wake};
use super::reach;
use super::store::{self, Endpoint, Event};
use super::{EndpointState, NoticeError, ShopEventKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{OwnerId, WebhookEndpointId};
use crate::secrets::{Secret, Vault};

const ENDPOINTS_MAX: i64 = 10;
const URL_LENGTH_MAX: usize = 500;
const HOSTS_MAX: usize = 100;
/// How long the secret before still signs.
const OLD_SECRET_SECONDS: i64 = 24 * 3600;

/// An endpoint to be made.
#[derive(Debug, Clone)]
pub(super) struct NewEndpoint {
    pub(super) id: WebhookEndpointId,
    pub(super) owner: OwnerId,
    pub(super) url: String,
    /// Empty for all.
    pub(super) kinds: Vec<ShopEventKind>,
    pub(super) secret: Secret,
}

/// What the secrets of an endpoint are sealed for.
pub(super) fn secret_context(id: WebhookEndpointId) -> String {
    format!("webhook_endpoint/{id}/secret")
}

/// The endpoint is told of what happens from now on.
pub(super) async fn endpoint_create(
    tx: &mut Tx,
    ctx: &Ctx,
    vault: &Vault,
    new: &NewEndpoint,
) -> Result<Endpoint, NoticeError> {
    let url = url_checked(tx, &new.url).await?;
    if !store::owner_is_there(tx, new.owner).await? {
        return Err(NoticeError::NotFound { what: "owner" });
    }
    let secret = vault.seal(&secret_context(new.id), new.secret.bytes())?;
    let counted = store::endpoint_counted(tx, new.owner).await?;
    if counted.endpoints > ENDPOINTS_MAX {
        return Err(NoticeError::TooMany { limit: ENDPOINTS_MAX });
    }
    let endpoint = Endpoint {
        id: new.id,
        owner: new.owner,
        url,
        secret,
        secret_old: None,
        secret_old_until: None,
        kinds: json!(new.kinds),
        state: EndpointState::Active,
        reason: None,
        sent_seq: counted.last_seq,
        last_seq: counted.last_seq,
        attempts: 0,
        next_try_at: None,
        failing_since: None,
        last_try_at: None,
        last_status: None,
        last_trouble: None,
        created_at: ctx.now,
    };
    store::endpoint_insert(tx, &endpoint).await?;
    Ok(endpoint)
}

async fn url_checked(tx: &mut Tx, text: &str) -> Result<String, NoticeError> {
    let mut faults = InputFaults::default();
    faults.text("url", text, URL_LENGTH_MAX);
    faults.finish()?;
    match reach::url_check(text.trim(), &store::hosts(tx).await?) {
        Ok(url) => Ok(url.into()),
        Err(why) => Err(NoticeError::UrlRefused { why }),
    }
}

/// Sends elsewhere, or other kinds, from the next event on.
pub(super) async fn endpoint_change(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
    url: &str,
    kinds: &[ShopEventKind],
) -> Result<Endpoint, NoticeError> {
    let endpoint = endpoint_find(tx, owner, id).await?;
    let url = url_checked(tx, url).await?;
    store::endpoint_change(tx, id, &url, json!(kinds)).await?;
    wake(tx, ctx, endpoint.owner).await?;
    endpoint_find(tx, owner, id).await
}

/// `owner`: whose it must be; null for the operator.
pub(super) async fn endpoint_find(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
) -> Result<Endpoint, NoticeError> {
    let found = store::endpoint_find(tx, id, owner).await?;
    found.ok_or(NoticeError::EndpointUnknown { endpoint: id })
}

pub(super) async fn endpoint_list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    after: WebhookEndpointId,
    limit: i64,
) -> Result<Vec<Endpoint>, DbError> {
    store::endpoint_list(tx, owner, after, limit).await
}

/// Holds back what happens from now on.
pub(super) async fn endpoint_pause(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
) -> Result<Endpoint, NoticeError> {
    endpoint_find(tx, owner, id).await?;
    store::endpoint_pause(tx, id).await?;
    endpoint_find(tx, owner, id).await
}

/// Goes on where it stopped, with what was held back first.
pub(super) async fn endpoint_resume(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
) -> Result<Endpoint, NoticeError> {
    let endpoint = endpoint_find(tx, owner, id).await?;
    store::endpoint_resume(tx, id).await?;
    wake(tx, ctx, endpoint.owner).await?;
    endpoint_find(tx, owner, id).await
}

/// Sends the event `from` and all behind it again, or leaves out what comes before it.
pub(super) async fn endpoint_replay(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
    from: i64,
) -> Result<Endpoint, NoticeError> {
    let endpoint = endpoint_find(tx, owner, id).await?;
    if from < 1 {
        return Err(InputError::one("from", "too_small").into());
    }
    if from > endpoint.last_seq + 1 {
        return Err(NoticeError::CursorAhead { last: endpoint.last_seq });
    }
    store::endpoint_replay(tx, id, from - 1).await?;
    wake(tx, ctx, endpoint.owner).await?;
    endpoint_find(tx, owner, id).await
}

/// Another secret signs; the one before signs as well for a day.
pub(super) async fn endpoint_rotate(
    tx: &mut Tx,
    ctx: &Ctx,
    vault: &Vault,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
    secret: &Secret,
) -> Result<Endpoint, NoticeError> {
    endpoint_find(tx, owner, id).await?;
    let sealed = vault.seal(&secret_context(id), secret.bytes())?;
    store::endpoint_rotate(tx, id, &sealed, ctx.now.plus_seconds(OLD_SECRET_SECONDS)).await?;
    endpoint_find(tx, owner, id).await
}

pub(super) async fn endpoint_remove(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
) -> Result<Endpoint, NoticeError> {
    let endpoint = endpoint_find(tx, owner, id).await?;
    if store::endpoint_delete(tx, id).await? {
        store::endpoint_uncounted(tx, endpoint.owner).await?;
    }
    Ok(endpoint)
}

/// An event for this endpoint alone, whatever kinds it asked for.
pub(super) async fn endpoint_test(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    id: WebhookEndpointId,
) -> Result<Endpoint, NoticeError> {
    let endpoint = endpoint_find(tx, owner, id).await?;
    if endpoint.state != EndpointState::Active {
        return Err(NoticeError::NotActive { endpoint: id });
    }
    let data = json!({ "endpoint_id": id });
    let notice = Notice { kind: ShopEventKind::WebhookTest, subject: id.to_string(), data };
    publish(tx, ctx, endpoint.owner, vec![notice]).await?;
    endpoint_find(tx, owner, id).await
}

/// Whether an endpoint is to be told of an event.
pub(super) fn wants(endpoint: &Endpoint, event: &Event) -> bool {
    if event.kind == ShopEventKind::WebhookTest {
        return event.subject == endpoint.id.to_string();
    }
    match endpoint.kinds.as_array() {
        Some(kinds) if !kinds.is_empty() => kinds.contains(&Value::from(event.kind.as_str())),
        _ => true,
    }
}

pub(super) async fn events_after(
    tx: &mut Tx,
    owner: OwnerId,
    after: i64,
    kind: Option<ShopEventKind>,
    limit: i64,
) -> Result<Vec<Event>, NoticeError> {
    let last = store::last_seq(tx, owner).await?;
    if after > last {
        return Err(NoticeError::CursorAhead { last });
    }
    Ok(store::events_after(tx, owner, after, kind, limit).await?)
}

pub(super) async fn hosts(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    store::hosts(tx).await
}

/// Names all hosts that may be told over http and may be inside the own network.
pub(super) async fn hosts_set(tx: &mut Tx, names: &[String]) -> Result<Vec<String>, NoticeError> {
    if names.len() > HOSTS_MAX {
        return Err(InputError::one("names", "too_long").into());
    }
    let mut hosts = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let host = reach::host_read(name)
            .ok_or_else(|| InputError::one(format!("names[{index}]"), "bad_format"))?;
        hosts.push(host);
    }
    store::hosts_set(tx, &hosts).await?;
    Ok(store::hosts(tx).await?)
}
