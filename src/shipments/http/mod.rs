//! Accounts, terms, shipments, rates, carriers' acts, couriers and the Post's forms over HTTP.

mod accounts;
mod acts;
mod forms;
mod pickups;
mod rates;
mod shipments;

use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use super::FileRow;
use crate::app::App;
use crate::http::download;

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
fn file_out(file: FileRow) -> Response {
    download(file.media.media_type(), &file.name, file.bytes)
}
