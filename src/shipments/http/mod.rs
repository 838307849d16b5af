//! Accounts, terms, shipments, rates, carriers' acts, couriers and the Post's forms over HTTP.

mod accounts;
mod acts;
mod forms;
mod pickups;
mod rates;
mod shipments;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;

use super::FileRow;
use crate::app::App;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(accounts::router())
        .merge(acts::router())
        .merge(pickups::router())
        .merge(forms::router())
        .merge(rates::router())
        .merge(shipments::router())
}

/// A carrier's file as it came.
fn download(file: FileRow) -> Response {
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media.media_type()));
    // The name is a courtesy.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
