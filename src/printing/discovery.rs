//! Printers that announce themselves on the local network, and asking one of them who it is.
//!
//! **Invariant:** [`browse`] listens and asks by multicast only. Nobody's port 9100 is connected to
//! until a person names one address ([`identify`]): some printers print whatever they are sent.

use std::collections::BTreeMap;
use std::time::Duration;

use mdns_sd::{ServiceDaemon, ServiceEvent};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use super::PrintError;
use super::link::Link;
use crate::devices::printer::{PrinterProtocol, Reply};

/// How long is listened.
pub const BROWSE_TIME: Duration = Duration::from_secs(3);
/// Raw printing on port 9100, and LPD.
const SERVICES: [&str; 2] = ["_pdl-datastream._tcp.local.", "_printer._tcp.local."];
const FOUND_MAX: usize = 200;
/// Asked in this order: a question of the wrong language prints nothing.
const MODELS: [&str; 2] = ["zebra-zpl", "tspl"];

/// A printer that announces itself.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Found {
    /// As it calls itself.
    pub name: String,
    pub host: String,
    pub addresses: Vec<String>,
    pub port: i64,
    /// Its words about the make, if it has any.
    pub product: Option<String>,
}

/// Listens for printers that announce themselves.
pub async fn browse(time: Duration) -> Result<Vec<Found>, PrintError> {
    let failed = |error: mdns_sd::Error| PrintError::DiscoveryFailed { why: error.to_string() };
    let daemon = ServiceDaemon::new().map_err(failed)?;
    let deadline = Instant::now() + time;
    let mut found = BTreeMap::new();
    for (part, service) in (1..).zip(SERVICES) {
        let events = daemon.browse(service).map_err(failed)?;
        // Each kind of service gets its share of the time.
        let until = deadline - time / 2 * (2 - part);
        while let Ok(Ok(event)) = timeout_at(until, events.recv_async()).await {
            if let ServiceEvent::ServiceResolved(info) = event
                && found.len() < FOUND_MAX
            {
                let mut addresses: Vec<String> =
                    info.get_addresses_v4().iter().map(ToString::to_string).collect();
                addresses.sort();
                let printer = Found {
                    name: info
                        .get_fullname()
                        .trim_end_matches(service)
                        .trim_end_matches('.')
                        .to_owned(),
                    host: info.get_hostname().trim_end_matches('.').to_owned(),
                    addresses,
                    port: i64::from(info.get_port()),
                    product: info.get_property_val_str("ty").map(str::to_owned),
                };
                found.insert(info.get_fullname().to_owned(), printer);
            }
        }
    }
    if let Err(error) = daemon.shutdown() {
        tracing::debug!(%error, "the browser of printers ends later");
    }
    Ok(found.into_values().collect())
}

/// What an address answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Identified {
    /// As the printer calls itself.
    pub product: String,
    pub firmware: Option<String>,
    pub dots_per_mm: Option<u32>,
    /// Which of /v1/printer-models answered.
    pub model: String,
}

/// Asks one address who it is, in ZPL and then in TSPL.
pub async fn identify(host: &str, port: i64) -> Result<Identified, PrintError> {
    let address = format!("{host}:{port}");
    let mut why = String::from("no answer");
    for name in MODELS {
        let model = PrinterProtocol::find(name).expect("it is built in");
        let Some(question) = model.identify() else { continue };
        let mut link = Link::new(host, port, model.timings());
        match link.ask(model, question).await {
            Ok(Reply::Identity(identity)) => {
                link.close().await;
                return Ok(Identified {
                    product: identity.model,
                    firmware: Some(identity.firmware),
                    dots_per_mm: identity.dots_per_mm,
                    model: name.to_owned(),
                });
            }
            Ok(Reply::Value(Some(product))) => {
                link.close().await;
                let model = name.to_owned();
                return Ok(Identified { product, firmware: None, dots_per_mm: None, model });
            }
            Ok(_) => {}
            Err(error) => why = super::task::words_of(&error),
        }
    }
    Err(PrintError::NotIdentified { address, why })
}
