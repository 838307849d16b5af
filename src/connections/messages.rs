//! Devices that send whole messages, by whatever way: each event goes to the dialogue once.

use super::talk::{refusal, reply_of};
use crate::app::App;
use crate::devices::{MessageEvent, MessageProtocol, Novelty, OutgoingMessage, ScannerEvent};
use crate::fault::{Fault, Kind};
use crate::terminal::service::{self, ScanIn, Source, Terminal};
use crate::terminal::{ScanOut, TerminalError};

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
    app.presence.spoke(terminal.device, protocol_name, &device, app.clock.now());
    let (reply, screen) = match event.event {
        ScannerEvent::Scan(scan) => {
            let sequence = scan.sequence;
            // A number of its own makes a scan happen once, and needs no other key.
            let source = event.key.filter(|_| sequence.is_none());
            let taken = ScanIn {
                sequence,
                happened_at: event.happened_at,
                data: crate::barcodes::read_bytes(&scan.data).raw,
                symbology: scan.symbology.map(|symbology| symbology.to_string()),
                source: source.map(|key| Source { key, again_within: protocol.repeat_within() }),
            };
            match scan_once(app, protocol, terminal, taken).await {
                Ok(answer) => (reply_of(sequence, &answer), Some(answer)),
                Err(error) if error.kind() == Kind::Unavailable => return Err(Undelivered),
                Err(error) => (refusal(sequence, error.code(), &error.args()), None),
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
    Ok(Answered { message: protocol.feedback(&device, &reply), screen })
}

/// Takes a scan, or shows where the dialogue stands if it was taken a moment ago.
async fn scan_once(
    app: &App,
    protocol: &MessageProtocol,
    terminal: Terminal,
    scan: ScanIn,
) -> Result<ScanOut, TerminalError> {
    let device = terminal.device;
    let key = scan.source.as_ref().map(|source| source.key.clone());
    if let Some(key) = &key
        && app.repeats.judge(device, protocol, key, app.clock.now()) == Novelty::Repeated
    {
        return service::screen(app, terminal).await;
    }
    // Boxed: the dialogue of every flow lies in this future.
    let outcome = Box::pin(service::scan(app, terminal, scan)).await;
    if let (Err(_), Some(key)) = (&outcome, &key) {
        app.repeats.forget(device, key);
    }
    outcome
}
