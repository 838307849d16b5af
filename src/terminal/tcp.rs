//! The handheld's door over plain TCP, for scanners that send a line per scan and show a line back.
//!
//! A device greets with its token (`HELLO amdev-…`), then sends scans, with `#<number> ` before each
//! if it can count. The bytes are those of `firmware-protocols/scanners/line-tcp.toml`.
//!
//! **Invariant:** scans of one connection are taken one after the other, and each is answered before
//! the next is read: a device that floods slows down itself alone.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Feedback;
use super::service::{self, ScanIn, Terminal};
use super::session::ScanOut;
use crate::access::caller::principal_of;
use crate::app::App;
use crate::devices::{
    DeviceScan, Reply, ScannerDecoder, ScannerEvent, StreamProtocol, Verdict, scanner,
};
use crate::fault::{Code, Fault, Kind};
use crate::i18n::{self, Language};

const CONNECTIONS_MAX: usize = 2_000;
/// A device that says nothing for a shift is gone.
const IDLE_TIME_MAX: Duration = Duration::from_secs(12 * 3600);
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);
/// A connection that does not greet is not kept.
const HELLO_TIME_MAX: Duration = Duration::from_secs(30);
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_millis(200);

/// A line that is too long or damaged; the sentence stands on the screen.
pub const FRAME_INVALID: Code = Code { code: "frame_invalid", kind: Kind::Invalid, facts: &[] };

/// Serves devices until it is told to stop; those under way get their answer.
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) {
    let line = scanner("line-tcp").and_then(|scanner| scanner.stream());
    let protocol = Arc::clone(line.expect("the line scanner is built in"));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, address)) = accepted else {
            // Out of file handles, most likely: others may close theirs.
            tokio::time::sleep(PAUSE_AFTER_TROUBLE).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%address, "too many scanners are connected");
            continue;
        };
        let (app, protocol, stop) = (app.clone(), Arc::clone(&protocol), stop.clone());
        tasks.spawn(async move {
            // Boxed: the dialogue of every flow lies in this future.
            let talk = Box::pin(converse(&app, stream, &protocol));
            let ended = stop.run_until_cancelled(talk).await;
            if let Some(Err(error)) = ended {
                tracing::debug!(%address, %error, "a scanner went away");
            }
            drop(place);
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn converse(
    app: &App,
    mut stream: TcpStream,
    protocol: &Arc<StreamProtocol>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut decoder = ScannerDecoder::new(protocol);
    let mut terminal = None;
    let mut buffer = [0; 1024];
    loop {
        let patience = if terminal.is_some() { IDLE_TIME_MAX } else { HELLO_TIME_MAX };
        let Ok(read) = timeout(patience, stream.read(&mut buffer)).await else { return Ok(()) };
        let count = read?;
        if count == 0 {
            return Ok(());
        }
        let mut input = &buffer[..count];
        while let Some(event) = decoder.next(&mut input) {
            let Some(bytes) = answer(app, &mut terminal, protocol, event).await else { continue };
            match timeout(WRITE_TIME_MAX, stream.write_all(&bytes)).await {
                Ok(written) => written?,
                Err(_) => return Ok(()),
            }
        }
        if decoder.is_closed() {
            return Ok(());
        }
    }
}

/// The bytes that the device gets for what it said.
async fn answer(
    app: &App,
    terminal: &mut Option<Terminal>,
    protocol: &StreamProtocol,
    event: ScannerEvent,
) -> Option<Vec<u8>> {
    let reply = match event {
        ScannerEvent::SendNow(bytes) => return Some(bytes.to_vec()),
        ScannerEvent::Hello { token } => greet(app, terminal, &token).await,
        ScannerEvent::Scan(scan) => take_scan(app, *terminal, scan).await,
        ScannerEvent::Fault(fault) => {
            tracing::warn!(%fault, "a scanner sent a wrong frame");
            refusal(None, FRAME_INVALID.code, &[])
        }
        ScannerEvent::NoRead
        | ScannerEvent::Heartbeat
        | ScannerEvent::Answer { .. }
        | ScannerEvent::Battery { .. } => return None,
    };
    Some(protocol.feedback(&reply))
}

async fn take_scan(app: &App, terminal: Option<Terminal>, scan: DeviceScan) -> Reply {
    let sequence = scan.sequence;
    let Some(terminal) = terminal else {
        return refusal(sequence, "unauthenticated", &[]);
    };
    let scan = ScanIn {
        sequence,
        happened_at: None,
        data: crate::barcodes::read_bytes(&scan.data).raw,
        symbology: scan.symbology.map(|symbology| symbology.to_string()),
    };
    match service::scan(app, terminal, scan).await {
        Ok(answer) => reply(sequence, &answer),
        Err(error) => refusal(sequence, error.code(), &error.args()),
    }
}

async fn greet(app: &App, terminal: &mut Option<Terminal>, token: &str) -> Reply {
    let known = match principal_of(app, token).await {
        Ok(principal) => Terminal::of(&principal),
        Err(error) => return refusal(None, error.code(), &error.args()),
    };
    match known {
        Ok(known) => {
            *terminal = Some(known);
            match service::screen(app, known).await {
                Ok(screen) => reply(None, &screen),
                Err(error) => refusal(None, error.code(), &error.args()),
            }
        }
        Err(error) => refusal(None, error.code(), &error.args()),
    }
}

/// The verdict, what to know, what to do now, and the lines of the screen.
fn reply(sequence: Option<i64>, answer: &ScanOut) -> Reply {
    let verdict = match answer.feedback {
        Feedback::Ok => Verdict::Ok,
        Feedback::Warn => Verdict::Warn,
        Feedback::Error => Verdict::Error,
    };
    let mut lines: Vec<String> = answer.message.iter().cloned().collect();
    lines.push(answer.screen.title.clone());
    lines.extend(answer.screen.lines.iter().cloned());
    Reply { sequence, verdict, lines }
}

fn refusal(sequence: Option<i64>, code: &str, args: &[(&str, String)]) -> Reply {
    let line = i18n::fault_text(Language::Russian, code, args);
    Reply { sequence, verdict: Verdict::Error, lines: vec![line] }
}
