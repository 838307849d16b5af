//! СДЭК of the sandbox, API v2: orders are taken at once and checked later, papers are drawn later,
//! everything wants a token.
//!
//! Requests are read from raw JSON, and a field that the real one does not know is refused, so that a
//! misspelt one does not pass unseen.

mod auth;
mod calculator;
mod checks;
mod forms;
mod hooks;
mod intakes;
mod money;
mod offices;
mod orders;
mod reading;
mod state;
#[cfg(test)]
mod tests;
mod way;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use serde_json::json;

use self::state::State;
use super::{Held, Manners, StandIn, Step};
use crate::carriers::registry::Account;
use crate::units::Clock;

/// The keys that it accepts.
pub const LOGIN: &str = "sandbox-account";
pub const PASSWORD: &str = "sandbox-secure-password";
/// The office where parcels are brought.
pub const OFFICE: &str = "MSK5";

/// The stand-in of СДЭК.
pub struct Cdek {
    manners: Manners,
    clock: Clock,
    state: Mutex<State>,
}

impl Default for Cdek {
    fn default() -> Self {
        Self::new(Clock::system())
    }
}

/// A contract with the stand-in at this address.
pub fn account(url: &str) -> Account {
    Account {
        base_url: Some(url.to_owned()),
        settings: json!({
            "shipment_point": OFFICE,
            "sender_city_code": 44,
            "label_format": "A6",
            "prealert": "on"
        }),
        credentials: json!({ "client_id": LOGIN, "client_secret": PASSWORD }),
        time_max: None,
    }
}

impl Cdek {
    pub fn new(clock: Clock) -> Self {
        Self { manners: Manners::default(), clock, state: Mutex::default() }
    }

    /// Tokens that were given out.
    pub fn tokens(&self) -> usize {
        self.state().tokens.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandIn for Cdek {
    fn carrier(&self) -> &'static str {
        "cdek"
    }

    fn routes(self: Arc<Self>) -> Router {
        let orders = get(orders::find).post(orders::create);
        let order = get(orders::one).delete(orders::delete);
        let intake = get(intakes::one).delete(intakes::delete);
        let hooks = get(hooks::list).post(hooks::subscribe);
        Router::new()
            .route("/v2/orders", orders)
            .route("/v2/orders/{uuid}", order)
            .route("/v2/calculator/tarifflist", post(calculator::tariff_list))
            .route("/v2/calculator/tariffAndService", post(calculator::tariff_and_service))
            .route("/v2/deliverypoints", get(offices::list))
            .route("/v2/print/barcodes", post(forms::barcodes))
            .route("/v2/print/barcodes/{file}", get(forms::one))
            .route("/v2/print/orders", post(forms::waybills))
            .route("/v2/print/orders/{file}", get(forms::one))
            .route("/v2/prealert", post(forms::prealert))
            .route("/v2/prealert/{uuid}", get(forms::prealert_one))
            .route("/v2/intakes", post(intakes::create))
            .route("/v2/intakes/{uuid}", intake)
            .route("/v2/webhooks", hooks)
            .route("/v2/webhooks/{uuid}", axum::routing::delete(hooks::remove))
            .route("/v2/registries", get(money::registries))
            .route("/v2/payment", get(money::payment))
            .route("/v2/check", get(money::check))
            .layer(from_fn_with_state(Arc::clone(&self), auth::check))
            .route("/v2/oauth/token", post(auth::token))
            .with_state(self)
    }

    fn manners(&self) -> &Manners {
        &self.manners
    }

    fn held(&self) -> Vec<Held> {
        self.state().held()
    }

    fn couriers(&self) -> usize {
        self.state().intakes.values().filter(|intake| intake.stands()).count()
    }

    fn advance(&self, number: &str, step: Step) -> Result<(), String> {
        let now = self.clock.now();
        self.state().advance(number, step, now)
    }

    fn webhook_body(&self, number: &str) -> Option<Vec<u8>> {
        self.state().event(number)
    }

    fn webhook_url(&self) -> Option<String> {
        self.state().hook_url()
    }
}
