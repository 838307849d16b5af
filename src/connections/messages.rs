//! Devices that send whole messages, by whatever way: each event goes to the dialogue once.

use super::talk::{refusal, reply_of};
use crate::app::App;
use crate::devices::{MessageEvent, MessageProtocol, OutgoingMessage, Reply, ScannerEvent};
use crate::fault::{Fault, Kind};
use crate::terminal::ScanOut;
use crate::terminal::service::{self, ScanIn, Terminal};

/// What a message led to.
#[derive(Debug)]
pub(super) struct Answered {
    /// For the device, in its own language, if its file describes one.
    pub(super) message: Option<OutgoingMessage>,
    pub(super) screen: Option<ScanOut>,
}

/// Trouble of the system: the message has to be delivered again.
#[derive(Debug)]
pub(super) struct Undelivered;

/// Takes one event of a message.
pub(super) async fn take(
    app: &App,
    protocol: &MessageProtocol,
    protocol_name: &str,
    terminal: Terminal,
    event: MessageEvent,
) -> Result<Answered, Undelivered> {
    let device = event.device.unwrap_or_else(|| terminal.device.to_string());
    app.presence.here(terminal.device, protocol_name, &device, app.clock.now());
    let (reply, screen) = match event.event {
        ScannerEvent::Scan(scan) => {
            let taken = ScanIn {
                sequence: scan.sequence,
                happened_at: event.happened_at,
                data: crate::barcodes::read_bytes(&scan.data).raw,
                symbology: scan.symbology.map(|symbology| symbology.to_string()),
                source_key: event.key,
            };
            // Boxed: the dialogue of every flow lies in this future.
            match Box::pin(service::scan(app, terminal, taken)).await {
                Ok(answer) => (reply_of(scan.sequence, &answer), Some(answer)),
                Err(error) if error.kind() == Kind::Unavailable => return Err(Undelivered),
                Err(error) => (refusal(scan.sequence, error.code(), &error.args()), None),
            }
        }
        ScannerEvent::Fault(fault) => {
            tracing::warn!(device, %fault, "a device sent a wrong message");
            (refusal(None, super::FRAME_INVALID.code, &[]), None)
        }
        ScannerEvent::Battery { percent } => {
            app.presence.battery(terminal.device, percent);
            return Ok(Answered { message: None, screen: None });
        }
        _ => return Ok(Answered { message: None, screen: None }),
    };
    Ok(Answered { message: feedback(protocol, &device, &reply), screen })
}

fn feedback(protocol: &MessageProtocol, device: &str, reply: &Reply) -> Option<OutgoingMessage> {
    protocol.feedback(device, reply)
}
