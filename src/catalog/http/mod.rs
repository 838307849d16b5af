//! The catalogue over HTTP.

mod acceptance;
mod bins;
mod owners;
mod products;
mod units;

use utoipa_axum::router::OpenApiRouter;

use super::CatalogError;
use crate::access::Scope;
use crate::app::App;
use crate::fault::InputError;
use crate::ids::OwnerId;

pub fn router() -> OpenApiRouter<App> {
    owners::router()
        .merge(products::router())
        .merge(acceptance::router())
        .merge(bins::router())
        .merge(units::router())
}

/// Whose goods a request is about: a shop's own, or those that the operator's people name.
fn owner_of(scope: Scope, wanted: Option<OwnerId>) -> Result<OwnerId, CatalogError> {
    match (scope.owner(), wanted) {
        (Some(own), Some(wanted)) if own != wanted => Err(CatalogError::NotFound { what: "owner" }),
        (own, wanted) => {
            own.or(wanted).ok_or_else(|| InputError::one("owner_id", "missing").into())
        }
    }
}
