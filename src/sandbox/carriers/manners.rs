//! Bad manners of carriers, switched on and off.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::text_enum;

text_enum! {
    /// What a carrier does to those who trust it.
    pub enum BadManner {
        /// Does what it was asked and never answers.
        SilentAfterAccept = "silent_after_accept",
        /// Does what it was asked and cuts the connection.
        CutAfterAccept = "cut_after_accept",
        /// Takes a shipment and finds it wrong later, where it checks later; refuses it where not.
        RefuseLater = "refuse_later",
        ServerError = "server_error",
        TooManyRequests = "too_many_requests",
        Slow = "slow",
        /// Does what it was asked and answers half a body.
        BrokenBody = "broken_body",
        /// Does nothing, and its gateway answers with a page.
        Html = "html",
        /// Does what it was asked, and its gateway answers with a page, as if all was well.
        HtmlAfterAccept = "html_after_accept",
        /// Does what it was asked, too late for its gateway.
        GatewayTimeout = "gateway_timeout",
        /// Tells every event twice.
        DuplicateEvents = "duplicate_events",
        /// Tells events in a wrong order.
        DisorderedEvents = "disordered_events",
        /// The point is closed: of lists it is left out, shipments to it are refused.
        ClosedPoint = "closed_point",
        /// The keys have ended.
        KeysEnded = "keys_ended",
        /// A tariff that was quoted is gone.
        TariffGone = "tariff_gone",
        /// Tells a code that is in no table.
        UnknownCode = "unknown_code",
    }
}

/// One manner, for whom and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misbehaviour {
    pub manner: BadManner,
    /// How often; for ever without it.
    #[serde(default)]
    pub times: Option<u32>,
    /// Only requests whose `GET /path?query` contains this.
    #[serde(default)]
    pub path: String,
}

impl Misbehaviour {
    /// Once, at any path.
    pub const fn once(manner: BadManner) -> Self {
        Self { manner, times: Some(1), path: String::new() }
    }

    /// Until it is told to behave.
    pub const fn always(manner: BadManner) -> Self {
        Self { manner, times: None, path: String::new() }
    }

    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }
}

/// How one carrier behaves at the moment.
#[derive(Debug, Default)]
pub struct Manners {
    bad: Mutex<Vec<Misbehaviour>>,
}

impl Manners {
    pub fn misbehave(&self, how: Misbehaviour) {
        self.bad.lock().unwrap_or_else(PoisonError::into_inner).push(how);
    }

    pub fn behave(&self) {
        self.bad.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether it misbehaves so now; uses up one time of it.
    pub fn takes(&self, manner: BadManner, path: &str) -> bool {
        let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
        let found = bad.iter().position(|how| how.manner == manner && path.contains(&how.path));
        let Some(index) = found else { return false };
        if let Some(times) = &mut bad[index].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                bad.remove(index);
            }
        }
        true
    }
}

/// How long a silent carrier keeps its callers.
const SILENCE: Duration = Duration::from_hours(1);
const SLOWNESS: Duration = Duration::from_millis(700);

fn page() -> impl IntoResponse {
    let page = "<!DOCTYPE html><html><body>Ведутся технические работы</body></html>";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page)
}

/// What can be done to a caller without knowing what it is about.
pub(super) async fn misbehave(
    State(stand_in): State<std::sync::Arc<dyn super::StandIn>>,
    request: Request,
    next: Next,
) -> Response {
    let manners = stand_in.manners();
    let path = format!("{} {}", request.method(), request.uri());
    if manners.takes(BadManner::ServerError, &path) {
        return (StatusCode::INTERNAL_SERVER_ERROR, "upstream failed").into_response();
    }
    if manners.takes(BadManner::TooManyRequests, &path) {
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], "slow down")
            .into_response();
    }
    if manners.takes(BadManner::Html, &path) {
        return (StatusCode::BAD_GATEWAY, page()).into_response();
    }
    if manners.takes(BadManner::Slow, &path) {
        tokio::time::sleep(SLOWNESS).await;
    }
    let is_silent = manners.takes(BadManner::SilentAfterAccept, &path);
    let is_cut = manners.takes(BadManner::CutAfterAccept, &path);
    let is_broken = manners.takes(BadManner::BrokenBody, &path);
    let is_page = manners.takes(BadManner::HtmlAfterAccept, &path);
    let is_late = manners.takes(BadManner::GatewayTimeout, &path);
    let response = next.run(request).await;
    if is_silent {
        tokio::time::sleep(SILENCE).await;
    }
    if is_cut {
        let cut = futures::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("cut")) });
        return Response::new(Body::from_stream(cut));
    }
    if is_page {
        return page().into_response();
    }
    if is_late {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    if is_broken {
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        let bytes = bytes.unwrap_or_default();
        return (status, bytes.slice(..bytes.len() / 2)).into_response();
    }
    response
}
