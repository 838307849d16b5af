//! The paths under `/_sandbox/`: how tests, the demo and people move a stand-in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::manners::misbehave;
use super::{Held, Misbehaviour, StandIn, Step};

/// The carrier's own routes behind its manners, and the control beside them.
pub(super) fn around(stand_in: Arc<dyn StandIn>) -> Router {
    let own = Arc::clone(&stand_in).routes();
    let own = own.layer(from_fn_with_state(Arc::clone(&stand_in), misbehave));
    let control = Router::new()
        .route("/_sandbox", get(about))
        .route("/_sandbox/shipments", get(held))
        .route("/_sandbox/shipments/{number}/{step}", post(advance))
        .route("/_sandbox/manners", post(misbehave_so).delete(behave))
        .with_state(stand_in);
    own.merge(control)
}

type At = State<Arc<dyn StandIn>>;

async fn about(State(stand_in): At) -> Json<Value> {
    Json(json!({ "carrier": stand_in.carrier(), "shipments": stand_in.held().len() }))
}

async fn held(State(stand_in): At) -> Json<Vec<Held>> {
    Json(stand_in.held())
}

async fn misbehave_so(State(stand_in): At, Json(how): Json<Misbehaviour>) -> StatusCode {
    stand_in.manners().misbehave(how);
    StatusCode::NO_CONTENT
}

async fn behave(State(stand_in): At) -> StatusCode {
    stand_in.manners().behave();
    StatusCode::NO_CONTENT
}

async fn advance(
    State(stand_in): At,
    Path((number, step)): Path<(String, Step)>,
) -> (StatusCode, String) {
    if let Err(problem) = stand_in.advance(&number, step) {
        return (StatusCode::CONFLICT, problem);
    }
    if let (Some(url), Some(body)) = (stand_in.webhook_url(), stand_in.webhook_body(&number)) {
        tokio::spawn(async move {
            let request = crate::net::client().post(url);
            let request = request.header("content-type", "application/json").body(body);
            if let Err(error) = request.send().await {
                tracing::info!(error = %error.without_url(), "a webhook of the sandbox was lost");
            }
        });
    }
    (StatusCode::NO_CONTENT, String::new())
}
