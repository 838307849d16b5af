//! Scanners that publish to an MQTT broker.
//!
//! **Invariant:** a message is acknowledged to the broker after its scan is on the disk. One that was
//! not is delivered again, and its key makes that harmless.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use rumqttc::{
    AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS, SubscribeReasonCode,
};
use tokio::sync::mpsc;
use url::Url;

use super::messages::{self, Undelivered};
use super::service::password_context;
use super::store::{self, Connection};
use super::supervisor::Report;
use crate::app::App;
use crate::db::Tx;
use crate::devices::{MessageEvent, MessageProtocol};
use crate::fault::Fault;
use crate::i18n::{Language, fault_text};
use crate::secrets::{Secret, VaultError};
use crate::terminal::service::Terminal;

const PORT_USUAL: u16 = 1883;
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// Messages that were received and wait for the dialogue.
const WAITING_MAX: usize = 64;

/// A broker and the topics to listen to: `mqtt://user@host:1883/scanners/+/scan`. The password is kept
/// apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MqttAddress {
    host: String,
    port: u16,
    user: Option<String>,
    filter: String,
}

impl MqttAddress {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "mqtt")?;
        let decoded = |text: &str| Some(percent_decode_str(text).decode_utf8().ok()?.into_owned());
        // `#`, the wildcard for everything below, begins a fragment in an address.
        let below = url.fragment().map_or(String::new(), |rest| format!("#{rest}"));
        let filter = format!("{}{below}", decoded(url.path().trim_start_matches('/'))?);
        let user = match url.username() {
            "" => None,
            user => Some(decoded(user)?),
        };
        let host = url.host_str()?.to_owned();
        let port = url.port().unwrap_or(PORT_USUAL);
        (!filter.is_empty()).then_some(Self { host, port, user, filter })
    }

    fn options(&self, client: &str, password: &Secret) -> Result<MqttOptions, VaultError> {
        let mut options = MqttOptions::new(client, &self.host, self.port);
        options.set_keep_alive(KEEP_ALIVE);
        // The broker keeps what comes while we are away.
        options.set_clean_session(false);
        options.set_manual_acks(true);
        options.set_max_packet_size(MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX);
        if let Some(user) = &self.user {
            options.set_credentials(user, password.text()?);
        }
        Ok(options)
    }
}

/// Serves a broker until the connection breaks.
pub(super) async fn serve(
    report: Report<'_>,
    protocol: &MessageProtocol,
    address: &MqttAddress,
) -> std::io::Result<()> {
    let Report { app, connection } = report;
    let client_id = format!("ambar-{}", connection.id);
    let options = password_of(app, connection)
        .and_then(|password| address.options(&client_id, &password))
        .map_err(|fault| told(&fault))?;
    let (client, event_loop) = AsyncClient::new(options, WAITING_MAX);
    let (sender, mut waiting) = mpsc::channel(WAITING_MAX);
    let receiving = receive(event_loop, &client, &address.filter, sender, report);
    let working = async {
        while let Some(message) = waiting.recv().await {
            take(app, connection, protocol, &client, message).await?;
        }
        Ok(())
    };
    tokio::try_join!(receiving, working).map(drop)
}

/// The password of the broker; empty where there is none.
fn password_of(app: &App, connection: &Connection) -> Result<Secret, VaultError> {
    match &connection.password {
        Some(sealed) => app.vault.open(&password_context(connection.id), sealed),
        None => Ok(Secret::from("")),
    }
}

/// The sentence of the fault: it stands in the list of connections and says what to do.
fn told(fault: &VaultError) -> std::io::Error {
    std::io::Error::other(fault_text(Language::Russian, fault.code(), &fault.args()))
}

async fn receive(
    mut event_loop: EventLoop,
    client: &AsyncClient,
    filter: &str,
    sender: mpsc::Sender<Publish>,
    report: Report<'_>,
) -> std::io::Result<()> {
    loop {
        match event_loop.poll().await.map_err(std::io::Error::other)? {
            Event::Incoming(Packet::ConnAck(_)) => {
                client.try_subscribe(filter, QoS::AtLeastOnce).map_err(std::io::Error::other)?;
            }
            Event::Incoming(Packet::SubAck(answer)) => {
                if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                    return Err(std::io::Error::other("the broker refuses the topic"));
                }
                report.up().await;
            }
            Event::Incoming(Packet::Publish(message)) => {
                sender.send(message).await.map_err(std::io::Error::other)?;
            }
            _ => {}
        }
    }
}

async fn take(
    app: &App,
    connection: &Connection,
    protocol: &MessageProtocol,
    client: &AsyncClient,
    message: Publish,
) -> std::io::Result<()> {
    // What a broker keeps of a topic is an old scan, not a new one.
    let events =
        if message.retain { Vec::new() } else { protocol.read(&message.topic, &message.payload) };
    for event in events {
        let Some(terminal) = terminal_of(app, connection, &event).await? else {
            let device = event.device.as_deref().unwrap_or("?");
            tracing::warn!(connection = connection.name, device, "no such device is enrolled");
            continue;
        };
        let taken = messages::take(app, protocol, &connection.protocol, terminal, event).await;
        let answered =
            taken.map_err(|Undelivered| std::io::Error::other("the database is away"))?;
        if let Some(feedback) = answered.message {
            // A late verdict is worse than none: it is not kept for later.
            let sent = client.try_publish(feedback.address, QoS::AtMostOnce, false, feedback.body);
            if let Err(error) = sent {
                tracing::warn!(%error, "a verdict could not be published");
            }
        }
    }
    client.try_ack(&message).map_err(std::io::Error::other)
}

/// The device of the connection, or that of the name which stands in the message.
async fn terminal_of(
    app: &App,
    connection: &Connection,
    event: &MessageEvent,
) -> std::io::Result<Option<Terminal>> {
    let warehouse = connection.warehouse;
    if let Some(device) = connection.device {
        return Ok(Some(Terminal { device, warehouse }));
    }
    let Some(name) = event.device.clone() else { return Ok(None) };
    let find = async move |tx: &mut Tx| store::device_by_name(tx, &name, warehouse).await;
    let found = app.db.read(find).await.map_err(std::io::Error::other)?;
    Ok(found.map(|device| Terminal { device, warehouse }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_wrong_ones_are_not() {
        let address = MqttAddress::parse("mqtt://a%40m@broker.local:1884/scan/+/data").unwrap();
        assert_eq!((address.host.as_str(), address.port), ("broker.local", 1884));
        assert_eq!(address.filter, "scan/+/data");
        assert_eq!(address.user.as_deref(), Some("a@m"));
        let all = MqttAddress::parse("mqtt://10.0.0.5/scanners/#").unwrap();
        assert_eq!((all.port, all.filter.as_str()), (1883, "scanners/#"));
        for wrong in ["", "10.0.0.5", "http://x/y", "mqtt://", "mqtt://host", "mqtt://host/"] {
            assert_eq!(MqttAddress::parse(wrong), None, "{wrong}");
        }
    }
}
