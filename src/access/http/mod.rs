//! Access over HTTP: sessions, users, devices, keys, and the page of a one-time link.
//!
//! Tokens and links are shown once: the answer of a create carries them, and the same request
//! repeated under its key answers without them (`null`), since no table holds them.

mod doors;
mod sessions;
mod setup;
mod users;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn router() -> OpenApiRouter<App> {
    sessions::router().merge(users::router()).merge(doors::router())
}

pub use self::setup::router as setup_router;
