//! Carriers: one unified model, one folder each.
//!
//! A capability of a carrier is a trait of its own; a carrier answers which it has. What one cannot
//! do is therefore not called and refused, it cannot be called.
//!
//! A folder has `client` (requests and answers over [`exchange`]), `wire` (the carrier's types and
//! units), `map` (ours to theirs and back, pure) and `status.csv` (its codes as data).
//!
//! **Invariant:** nothing here reads or writes the database, and nothing runs inside a transaction.
//! **Invariant:** every carrier code has a carrier: one that nobody has programmed is served by files
//! ([`file`]).
//! **Invariant:** whoever changes something at a carrier first learns whether it was done before:
//! [`Shipping::find`] asks by our own number.

mod account;
pub mod amounts;
mod archive;
pub mod attempt;
pub mod boxberry;
pub mod cdek;
#[cfg(test)]
mod conformance;
pub mod dellin;
pub mod dpd;
mod error;
pub mod exchange;
pub mod file;
pub mod fivepost;
mod local;
pub mod model;
pub mod own;
pub mod pek;
pub mod post;
pub mod registry;
pub mod soap;
pub mod statuses;
pub mod street;
mod terminals;
pub mod zone;

use std::time::Duration;

use futures::future::BoxFuture;

pub use error::CarrierError;
use error::not_sayable;
use model::{
    CarrierFile, CarrierInvoice, CodRegister, CodTransfer, EventBatch, FiscalReceipt, Handover,
    HandoverAsk, KeptEvent, LabelAsk, LabelState, Pickup, PickupAsk, PointsPage, Quote, QuoteAsk,
    Registration, ShipmentAsk, ShipmentRef, Track, WebhookHint,
};
pub use model::{ExportFile, ExportFormat, ManifestModel, ParcelModel, RecipientModel};

use crate::units::Day;

/// What a carrier will have answered.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, CarrierError>>;

/// A carrier (перевозчик).
pub trait Carrier: Send + Sync {
    /// What orders and parcels name it by.
    fn code(&self) -> &str;

    /// What papers name it by.
    fn name(&self) -> &str;

    /// Takes registers of what was handed over, as files.
    fn manifests(&self) -> Option<&dyn ManifestExport> {
        None
    }

    fn quoting(&self) -> Option<&dyn Quoting> {
        None
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        None
    }

    fn labels(&self) -> Option<&dyn Labels> {
        None
    }

    /// Makes acts of its own.
    fn handovers(&self) -> Option<&dyn Handovers> {
        None
    }

    /// Can be called to fetch parcels.
    fn pickups(&self) -> Option<&dyn Pickups> {
        None
    }

    fn points(&self) -> Option<&dyn Points> {
        None
    }

    /// Tells of shipments that are asked for.
    fn tracking(&self) -> Option<&dyn Tracking> {
        None
    }

    /// Tells of many shipments by a ticket that is collected later.
    fn ticket_tracking(&self) -> Option<&dyn TicketTracking> {
        None
    }

    /// Tells of all shipments by a queue.
    fn event_queue(&self) -> Option<&dyn EventQueue> {
        None
    }

    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }

    /// Tells by its interface what it collected and paid.
    fn registers(&self) -> Option<&dyn Registers> {
        None
    }

    /// Tells of the money of single shipments what registers would tell.
    fn money_news(&self) -> Option<&dyn MoneyNews> {
        None
    }

    /// Tells by its interface which receipts its cash registers gave.
    fn receipts(&self) -> Option<&dyn Receipts> {
        None
    }

    /// Tells by its interface what it charges for its services.
    fn invoices(&self) -> Option<&dyn Invoicing> {
        None
    }
}

/// The capability of taking a manifest as files (реестр передачи).
pub trait ManifestExport {
    /// The register of a closed manifest in every format the carrier reads.
    fn manifest_export(&self, manifest: &ManifestModel) -> Result<Vec<ExportFile>, CarrierError>;
}

/// Naming prices.
pub trait Quoting: Send + Sync {
    /// All offers for one parcel. None: it does not go there.
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>>;
}

/// Taking shipments.
pub trait Shipping: Send + Sync {
    /// What the carrier knows of our number; nothing when it has never heard of it.
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>>;

    /// Registers a shipment. Only called when [`Shipping::find`] knew nothing, or nothing was sent
    /// before.
    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration>;

    /// Takes a shipment back that was not handed over. One that is gone already is no error.
    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()>;
}

/// Drawing labels.
pub trait Labels: Send + Sync {
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState>;
}

/// Making acts (акт, партия, Ф.103).
pub trait Handovers: Send + Sync {
    /// Makes the act of a manifest; the same one when it was made before.
    fn hand_over<'a>(&'a self, ask: &'a HandoverAsk) -> Answer<'a, Handover>;
}

/// Fetching parcels (забор, заявка на курьера).
///
/// No carrier finds a call by our number or lists its calls: what a second one does is all that tells
/// whether it may be told again after an answer was lost.
pub trait Pickups: Send + Sync {
    fn twice(&self) -> TwiceCalled;

    /// Calls a courier, or tells what became of the call that `ask.reference` names.
    fn pick_up<'a>(&'a self, ask: &'a PickupAsk) -> Answer<'a, Pickup>;

    /// Takes calls back; nothing where only people do, by phone.
    fn taking_back(&self) -> Option<&dyn PickupsBack> {
        None
    }
}

/// What a carrier does with the same call told twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwiceCalled {
    /// It sends one courier and says [`Pickup::There`]: telling again is how it is asked.
    OneComes,
    /// It sends two: what may have been told is never told again by itself.
    TwoCome,
}

/// Taking calls of couriers back.
pub trait PickupsBack: Send + Sync {
    /// Takes back a call by the carrier's number. One that is gone already is no error.
    fn pickup_cancel<'a>(&'a self, reference: &'a str) -> Answer<'a, ()>;
}

/// Naming its points.
pub trait Points: Send + Sync {
    /// A part of all points, from the beginning without `from`.
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage>;
}

/// Telling what became of shipments.
pub trait Tracking: Send + Sync {
    /// Shipments in one question.
    fn count_max(&self) -> usize;

    /// How often the carrier wants to be asked about the same shipment at most.
    fn interval(&self) -> Duration;

    /// What is known of each; those that the carrier does not know are left out.
    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>>;
}

/// Telling what became of many shipments, a while after it was asked: by a ticket (билет).
///
/// The ticket is kept by whoever asked; it ends, then [`TicketTracking::collect`] says
/// [`CarrierError::Unknown`] and a new one is asked for. Asking changes nothing at the carrier.
pub trait TicketTracking: Send + Sync {
    /// Shipments of one ticket.
    fn count_max(&self) -> usize;

    /// So many shipments on their way are better asked for one by one, where the carrier has
    /// [`Tracking`] as well.
    fn singles_max(&self) -> usize;

    /// The pause before a ticket is collected, and before it is tried again.
    fn interval(&self) -> Duration;

    /// The ticket.
    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, String>;

    /// What is known of each of the shipments that the ticket is for; those that the carrier does
    /// not know are left out. Nothing: it is not ready yet.
    fn collect<'a>(
        &'a self,
        ticket: &'a str,
        shipments: &'a [ShipmentRef],
    ) -> Answer<'a, Option<Vec<Track>>>;
}

/// Telling what happened, once, until it is confirmed.
pub trait EventQueue: Send + Sync {
    /// The pause after the last batch.
    fn interval(&self) -> Duration;

    fn next(&self) -> Answer<'_, Option<EventBatch>>;

    /// The batch is stored here and will not be told again.
    fn confirm<'a>(&'a self, batch: &'a str) -> Answer<'a, ()>;
}

/// Telling by itself.
pub trait Webhooks: Send + Sync {
    /// What a message speaks of; several shipments in one are told one by one.
    fn read(&self, body: &[u8]) -> Result<Vec<WebhookHint>, CarrierError>;

    /// Sees to it that messages go to this address; nothing changes if they do already.
    fn subscribe<'a>(&'a self, url: &'a str) -> Answer<'a, ()>;
}

/// Telling what was collected.
pub trait Registers: Send + Sync {
    /// Registers of a day; one of them may come days later.
    fn registers(&self, day: Day) -> Answer<'_, Vec<CodRegister>>;
}

/// Telling of the money of single shipments, where no registers are told.
pub trait MoneyNews: Send + Sync {
    /// So many shipments are asked for in a day at most.
    fn count_max(&self) -> usize;

    /// Events of the money of these shipments, beside what tracking tells by itself. Each that
    /// was answered comes back, without events, too; an error comes only when nothing was told.
    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>>;

    /// What the events of one shipment come to; nothing before its money is settled.
    fn settled(&self, events: &[KeptEvent]) -> Option<CodTransfer>;
}

/// Telling receipts that buyers got (чеки).
pub trait Receipts: Send + Sync {
    /// Receipts of a day; one of them may come days later. What lacks the numbers of a receipt is left
    /// out.
    fn receipts(&self, day: Day) -> Answer<'_, Vec<FiscalReceipt>>;
}

/// Telling what is charged for services (счета, акты).
pub trait Invoicing: Send + Sync {
    /// Invoices dated in these days, the last one included: all of them or none. One may come weeks
    /// after its day. What has no lines is left out.
    fn invoices(&self, from: Day, to: Day) -> Answer<'_, Vec<CarrierInvoice>>;
}

/// The file of a label that is there.
impl From<CarrierFile> for LabelState {
    fn from(file: CarrierFile) -> Self {
        Self::Ready(file)
    }
}
