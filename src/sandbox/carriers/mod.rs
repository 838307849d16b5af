//! Carriers that are not there: HTTP stand-ins with the real ones' paths, shapes, units and states,
//! and their bad manners on demand.
//!
//! A stand-in refuses what the real carrier would refuse. Beside the carrier's own paths each answers
//! under `/_sandbox/` ([`control`]): what it holds, what happens next to a parcel, how it misbehaves.

pub mod all;
pub mod boxberry;
pub mod cdek;
mod control;
pub mod dellin;
pub mod dpd;
pub mod fivepost;
mod manners;
mod paper;
pub mod pek;
pub mod post;
mod reading;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::manners::{BadManner, Manners, Misbehaviour};
use crate::text_enum;

/// One carrier of the sandbox: its state and its paths.
pub trait StandIn: Send + Sync + 'static {
    /// The code of the carrier.
    fn carrier(&self) -> &'static str;

    /// The carrier's own paths. Misbehaviour at the level of HTTP is added around it.
    fn routes(self: Arc<Self>) -> Router;

    /// How it misbehaves: what concerns the content is asked here by the routes themselves.
    fn manners(&self) -> &Manners;

    /// Every shipment that exists here, also those cancelled.
    fn held(&self) -> Vec<Held>;

    /// Lets the next thing happen to a shipment, named by our number. Answers what is wrong with it.
    fn advance(&self, number: &str, step: Step) -> Result<(), String>;

    /// Calls for couriers that stand, of a carrier that takes them.
    fn couriers(&self) -> usize {
        0
    }

    /// What a webhook of this carrier would send for the last event of a shipment, where it has any.
    fn webhook_body(&self, _number: &str) -> Option<Vec<u8>> {
        None
    }

    /// Where webhooks go, once somebody subscribed.
    fn webhook_url(&self) -> Option<String> {
        None
    }
}

/// A shipment as its carrier knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Our number.
    pub number: String,
    pub track: String,
    pub is_cancelled: bool,
    pub weight_g: i64,
    /// What is to be collected.
    pub cod_kopecks: i64,
    /// It is in an act, a batch or a register.
    pub is_handed_over: bool,
}

text_enum! {
    /// What can happen to a shipment.
    pub enum Step {
        Accept = "accept",
        Transit = "transit",
        Arrive = "arrive",
        OutForDelivery = "out_for_delivery",
        Deliver = "deliver",
        FailAttempt = "fail_attempt",
        Return = "return",
        Returned = "returned",
        Lose = "lose",
    }
}

impl Step {
    /// The usual way to a buyer.
    pub const WAY: [Self; 4] = [Self::Accept, Self::Transit, Self::Arrive, Self::Deliver];
}

/// A stand-in that listens; it stops when this is dropped.
pub struct Standing {
    pub stand_in: Arc<dyn StandIn>,
    address: SocketAddr,
    _stop: DropGuard,
}

impl Standing {
    /// Listens on a port of this machine that is free.
    pub async fn start(stand_in: Arc<dyn StandIn>) -> std::io::Result<Self> {
        Self::start_at(stand_in, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn start_at(stand_in: Arc<dyn StandIn>, at: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(at).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let router = control::around(Arc::clone(&stand_in));
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            let serving = axum::serve(listener, router).into_future();
            tokio::select! {
                ended = serving => {
                    if let Err(error) = ended {
                        tracing::warn!(%error, "a carrier of the sandbox ended");
                    }
                }
                () = stopped => {}
            }
        });
        Ok(Self { stand_in, address, _stop: stop.drop_guard() })
    }

    /// `http://127.0.0.1:40123`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
