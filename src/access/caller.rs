//! The caller of an endpoint: authenticated, with the right that the endpoint asks for.
//!
//! A handler names the right in its signature (`Caller<rights::CatalogRead>`, and `Staff<…>` where shops have
//! no business), so that one without a check does not exist.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Mutex;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;

use super::tokens::{self, TokenKind};
use super::{AccessError, Principal, Right, Scope, store};
use crate::app::App;
use crate::db::Tx;
use crate::http::Problem;
use crate::units::UtcMicros;

/// The cookie that holds a desk session in a browser.
pub const SESSION_COOKIE: &str = "ambar_session";

/// How long a token is believed without asking the database: a revoked one lives that much longer.
const CACHE_SECONDS: i64 = 5;
const CACHE_ENTRIES_MAX: usize = 10_000;

/// A right as a type.
pub trait RequiredRight: Send + Sync + 'static {
    const RIGHT: Right;
}

/// One type per right that an endpoint can ask for.
pub mod rights {
    use super::{RequiredRight, Right};

    macro_rules! rights {
        ($($name:ident),* $(,)?) => {$(
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl RequiredRight for $name {
                const RIGHT: Right = Right::$name;
            }
        )*};
    }

    rights!(
        CatalogRead,
        CatalogWrite,
        AcceptanceWaive,
        OwnersWrite,
        WarehouseRead,
        WarehouseWrite,
        ReceivingRead,
        ReceivingAnnounce,
        ReceivingWork,
        StockRead,
        StockAdjust,
        OrdersRead,
        OrdersWrite,
        PickingPlan,
        PickingWork,
        PackingWork,
        ManifestsRead,
        ManifestsWork,
        PrintingWork,
        CarriersManage,
        AccessManage,
        AuditRead,
        JobsManage,
        WebhooksManage,
        MoneyRead,
        MoneyWork,
        MoneyApprove,
    );
}

/// Who called, with the right `R`.
#[derive(Debug, Clone)]
pub struct Caller<R> {
    pub principal: Principal,
    right: PhantomData<R>,
}

impl<R> Caller<R> {
    pub const fn scope(&self) -> Scope {
        self.principal.scope()
    }
}

impl<R: RequiredRight> FromRequestParts<App> for Caller<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = authenticate(parts, app).await?;
        if !principal.may(R::RIGHT) {
            return Err(AccessError::Forbidden { right: R::RIGHT.as_str() }.into());
        }
        Ok(Self { principal, right: PhantomData })
    }
}

/// A [`Caller`] of the operator's. Shops are refused, whatever their rights: the thing is not theirs.
#[derive(Debug, Clone)]
pub struct Staff<R>(Caller<R>);

impl<R> Deref for Staff<R> {
    type Target = Caller<R>;

    fn deref(&self) -> &Caller<R> {
        &self.0
    }
}

impl<R: RequiredRight> FromRequestParts<App> for Staff<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::<R>::from_request_parts(parts, app).await?;
        match caller.scope().owner() {
            Some(_) => Err(AccessError::Forbidden { right: R::RIGHT.as_str() }.into()),
            None => Ok(Self(caller)),
        }
    }
}

/// Anybody who is logged in, whatever the rights.
#[derive(Debug, Clone)]
pub struct AnyCaller(pub Principal);

impl FromRequestParts<App> for AnyCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(authenticate(parts, app).await?))
    }
}

/// The token itself of somebody who is logged in, for ending exactly this session.
pub struct OwnToken(pub String);

impl FromRequestParts<App> for OwnToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        token_of(parts).map(Self).ok_or_else(|| AccessError::Unauthenticated.into())
    }
}

/// Principals by the hash of their token, for a few seconds.
#[derive(Debug, Default)]
pub struct TokenCache {
    known: Mutex<HashMap<Vec<u8>, (Principal, UtcMicros)>>,
}

impl TokenCache {
    fn get(&self, token_hash: &[u8], now: UtcMicros) -> Option<Principal> {
        let known = self.known.lock().expect("no holder panics");
        let (principal, until) = known.get(token_hash)?;
        (*until > now).then(|| principal.clone())
    }

    fn put(&self, token_hash: Vec<u8>, principal: Principal, now: UtcMicros) {
        let mut known = self.known.lock().expect("no holder panics");
        if known.len() >= CACHE_ENTRIES_MAX {
            known.clear();
        }
        known.insert(token_hash, (principal, now.plus_seconds(CACHE_SECONDS)));
    }

    /// Forgets all, after something was revoked on this node.
    pub fn clear(&self) {
        self.known.lock().expect("no holder panics").clear();
    }
}

async fn authenticate(parts: &Parts, app: &App) -> Result<Principal, Problem> {
    let token = token_of(parts).ok_or(AccessError::Unauthenticated)?;
    Ok(principal_of(app, &token).await?)
}

/// The principal behind a token, for every door into the system.
pub async fn principal_of(app: &App, token: &str) -> Result<Principal, AccessError> {
    let kind = TokenKind::of(&token.to_ascii_lowercase()).ok_or(AccessError::Unauthenticated)?;
    let token_hash = tokens::hash(token);
    let now = app.clock.now();
    if let Some(principal) = app.tokens.get(&token_hash, now) {
        return Ok(principal);
    }
    let hash = token_hash.clone();
    let found = app
        .db
        .read(async move |tx: &mut Tx| {
            let hash = hash.clone();
            match kind {
                TokenKind::Session => store::session_principal(tx, hash, now).await,
                TokenKind::ApiKey => store::api_key_principal(tx, hash).await,
                TokenKind::Device => store::device_principal(tx, hash).await,
                TokenKind::Setup => Ok(None),
            }
        })
        .await?;
    let principal = found.ok_or(AccessError::Unauthenticated)?;
    app.tokens.put(token_hash, principal.clone(), now);
    Ok(principal)
}

fn token_of(parts: &Parts) -> Option<String> {
    if let Some(header) = parts.headers.get(AUTHORIZATION) {
        let text = header.to_str().ok()?;
        let (scheme, token) = text.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned());
    }
    let cookies = parts.headers.get(COOKIE)?.to_str().ok()?;
    cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, value)| value.to_owned())
}
