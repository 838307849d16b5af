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

use super::Feedback as Verdict;
use super::service::{self, ScanIn, Terminal};
use super::session::ScanOut;
use crate::access::caller::principal_of;
use crate::app::App;
use crate::devices::line::{Feedback, LineDecoder, LineFrame, LineProtocol, Reply};
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
    let protocol = Arc::new(LineProtocol::line_tcp());
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
    protocol: &LineProtocol,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut decoder = LineDecoder::new(protocol);
    let mut terminal = None;
    let mut buffer = [0; 1024];
    loop {
        let patience = if terminal.is_some() { IDLE_TIME_MAX } else { HELLO_TIME_MAX };
        let Ok(read) = timeout(patience, stream.read(&mut buffer)).await else { return Ok(()) };
        let count = read?;
        if count == 0 {
            return Ok(());
        }
        for frame in decoder.push(&buffer[..count]) {
            let reply = match frame {
                Ok(frame) => answer(app, &mut terminal, frame).await,
                Err(error) => {
                    tracing::warn!(%error, "a scanner sent a wrong frame");
                    refusal(None, FRAME_INVALID.code, &[])
                }
            };
            let bytes = protocol.encode_reply(&reply);
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

async fn answer(app: &App, terminal: &mut Option<Terminal>, frame: LineFrame) -> Reply {
    match frame {
        LineFrame::Hello { token } => greet(app, terminal, &token).await,
        LineFrame::Scan { sequence, data } => {
            let Some(terminal) = *terminal else {
                return refusal(sequence, "unauthenticated", &[]);
            };
            let scan = ScanIn {
                sequence,
                happened_at: None,
                data: crate::barcodes::read_bytes(&data).raw,
                symbology: None,
            };
            match service::scan(app, terminal, scan).await {
                Ok(answer) => reply(sequence, &answer),
                Err(error) => refusal(sequence, error.code(), &error.args()),
            }
        }
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
    let feedback = match answer.feedback {
        Verdict::Ok => Feedback::Ok,
        Verdict::Warn => Feedback::Warn,
        Verdict::Error => Feedback::Error,
    };
    let mut lines: Vec<String> = answer.message.iter().cloned().collect();
    lines.push(answer.screen.title.clone());
    lines.extend(answer.screen.lines.iter().cloned());
    Reply { sequence, feedback, lines }
}

fn refusal(sequence: Option<i64>, code: &str, args: &[(&str, String)]) -> Reply {
    let line = i18n::fault_text(Language::Russian, code, args);
    Reply { sequence, feedback: Feedback::Error, lines: vec![line] }
}
