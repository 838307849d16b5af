//! What goes out to shops: events as a feed, and the same events as signed webhooks.
//!
//! A capability tells with [`publish`], in the transaction of what happened. Each event takes the next
//! number of its owner; the row of the counter is locked until the commit, so that numbers become
//! visible in their order and a reader with a cursor misses nothing. After the commit one job per
//! owner sends to the endpoints, by the specification of [Standard
//! Webhooks](https://www.standardwebhooks.com).
//!
//! **Invariant:** an endpoint gets its events in their order, each at least once, with the same
//! `webhook-id` each time. One that takes no event is asked again for three days, with growing pauses,
//! and is then disabled with its reason; the events stay, and it can go on where it stopped.
//! **Invariant:** an address of a shop never leads into the own network, unless the operator named its
//! host (`reach`).
//! **Invariant:** one endpoint is served by one run at a time, by the lease in its row.
//!
//! Deliberately absent: reading what a receiver answers beside its status.

mod handler;
pub mod http;
mod publish;
mod reach;
pub mod service;
pub mod signature;
mod store;

use crate::commands::CommandError;
use crate::fault::InputError;
use crate::ids::WebhookEndpointId;
use crate::secrets::VaultError;
use crate::{faults, text_enum};

pub use self::handler::ShopWebhooks;
pub use self::publish::{Notice, publish};
pub use self::store::QUERIES;

/// The kind of the jobs that send; their subject is the owner.
pub const JOB_KIND: &str = "shop_webhook";

faults! {
    /// Why a shop cannot be told.
    pub enum NoticeError {
        EndpointUnknown { endpoint: WebhookEndpointId } => "webhook_endpoint_unknown", NotFound, "there is no endpoint {endpoint}";
        /// We do not send there.
        UrlRefused { why: UrlTrouble } => "webhook_url_refused", Invalid, "the address is refused: {why}";
        TooMany { limit: i64 } => "webhook_endpoints_too_many", Conflict, "an owner has {limit} endpoints at most";
        NotActive { endpoint: WebhookEndpointId } => "webhook_endpoint_not_active", Conflict, "the endpoint {endpoint} is not active";
        /// Nothing has that number yet.
        CursorAhead { last: i64 } => "event_cursor_ahead", Invalid, "the last event is {last}";
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
    }
    wraps { Input(InputError), Command(CommandError), Vault(VaultError) }
}

text_enum! {
    /// What happened, as a shop's program hears it.
    pub enum ShopEventKind {
        /// A parcel is somewhere else on its way.
        ParcelStatusChanged = "parcel.status_changed",
        /// Somebody has to do something about a parcel.
        ParcelProblem = "parcel.problem",
        /// Asked for by the shop, for one endpoint alone.
        WebhookTest = "webhook.test",
    }
}

text_enum! {
    pub enum EndpointState {
        Active = "active",
        /// By request.
        Paused = "paused",
        /// By us; the reason is told.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Why an endpoint was disabled.
    pub enum DisabledReason {
        /// It answered 410.
        Gone = "gone",
        /// It took nothing for three days.
        Failing = "failing",
    }
}

text_enum! {
    /// Why the last message was not taken.
    pub enum DeliveryTrouble {
        /// The answer was another status than 2xx.
        Status = "status",
        TimedOut = "timed_out",
        /// No connection, no TLS, or the connection broke.
        Unreachable = "unreachable",
        /// The host leads into a network that is not public.
        AddressRefused = "address_refused",
        /// The key of secrets is missing: see the program's log.
        SecretUnreadable = "secret_unreadable",
    }
}

text_enum! {
    /// What is wrong about an address.
    pub enum UrlTrouble {
        NotAnAddress = "not_an_address",
        NotHttps = "not_https",
        HasCredentials = "has_credentials",
        PrivateAddress = "private_address",
    }
}
