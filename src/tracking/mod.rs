//! What becomes of parcels on their way: carriers are asked, queues are read, messages are taken, and
//! all of it is folded into one status.
//!
//! What a carrier tells comes in by three doors, and all of them end in [`ingest`]: the poller asks
//! for shipments that are due ([`poll`], or by [`tickets`]), it empties the queues of carriers that keep one, and a
//! message that a carrier sends by itself ([`hooks`]) makes its shipment due at once. What people enter
//! ([`by_hand`]) is an event like any other.
//!
//! **Invariant:** every event is kept for ever as it came, once. Status and attention are folded from
//! the kept events alone ([`rules`]), so that neither order nor repetition matters. An event that a
//! carrier's history as a whole makes something else of is kept in each reading; the last one counts.
//! **Invariant:** a message is never believed: it only makes its shipment be asked for.
//! **Invariant:** a queue is confirmed after the commit of what it told, never before.
//! **Invariant:** whoever asks a carrier has moved the time of the next question first, so that nodes
//! do not ask twice; and no carrier is asked inside a transaction.
//!
//! Deliberately absent: telling shops (`notices`), closed points (`points`), money.

mod announce;
mod by_hand;
pub mod hooks;
pub mod http;
mod ingest;
mod patience;
mod poll;
mod queue;
mod renamed;
pub mod rules;
mod service;
mod silence;
mod store;
mod store_tracks;
mod tickets;

use tokio::sync::Notify;

use crate::carriers::model::DeliveryStatus;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::ShipmentId;
use crate::secrets::VaultError;
use crate::shipments::{ShipmentError, ShipmentState};

pub use self::hooks::{HookTaken, hooks_regularly, message_take, subscribe_all};
pub use self::ingest::{Ingested, ingest};
pub use self::poll::{Poller, track_regularly};
pub use self::silence::{silence_note, silence_regularly};
pub use self::store::{POSTGRES_QUERIES, QUERIES};
pub use self::tickets::store::QUERIES as TICKET_QUERIES;

faults! {
    /// Why a shipment is not asked for, or its attention not put aside.
    pub enum TrackingError {
        /// No account has this address, or it is not in use.
        HookUnknown => "carrier_hook_unknown", NotFound, "nobody listens at this address";
        /// It would undo what is known, and nobody said why.
        ReasonMissing { status: DeliveryStatus } => "shipment_reason_missing", Conflict, "the shipment is {status}: a reason is needed";
        /// Its carrier tells nothing of it.
        NotTracked { state: ShipmentState } => "shipment_not_tracked", Conflict, "a shipment that is {state} is not tracked";
        /// Somebody put it aside, or something else calls for attention now.
        AttentionGone => "shipment_attention_gone", Conflict, "the shipment does not call for this attention";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Shipment(ShipmentError),
        Vault(VaultError),
    }
}

impl TrackingError {
    const fn unknown(shipment: ShipmentId) -> Self {
        Self::Shipment(ShipmentError::NotFound { shipment })
    }
}

/// Wakes the poller of this node when a shipment became due out of turn.
#[derive(Debug, Default)]
pub struct Bell(Notify);

impl Bell {
    /// After the commit.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    async fn rung(&self) {
        self.0.notified().await;
    }
}
