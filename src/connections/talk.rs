//! One device on a stream of bytes: its scans go to the dialogue, the verdicts go back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::FRAME_INVALID;
use crate::access::caller::principal_of;
use crate::access::{AccessError, TokenKind};
use crate::app::App;
use crate::devices::{
    DeviceScan, FrameFault, Novelty, Repeat, RepeatFilter, Reply, ScannerDecoder, ScannerEvent,
    StreamProtocol, Verdict,
};
use crate::fault::Fault;
use crate::i18n::{self, Language};
use crate::terminal::service::{self, ScanIn, Terminal};
use crate::terminal::{Feedback, ScanOut};

/// A device that says nothing for a shift is gone.
const IDLE_TIME_MAX: Duration = Duration::from_hours(12);
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);
/// A connection whose device does not say who it is is not kept.
const HELLO_TIME_MAX: Duration = Duration::from_secs(30);
/// Wrong frames in a row after which the device is mad and the connection is closed.
const FAULTS_MAX: u32 = 50;
/// Wrong tokens after which somebody is guessing.
const REFUSED_TOKENS_MAX: u32 = 5;
/// The same data sooner than this is no second scan, whatever the description says: no hand is so
/// quick, but a laser that lies before a code is.
const REPEAT_WITHIN_MIN: Duration = Duration::from_millis(120);
/// Scans that a device may send at once, and how fast it may go on. A man scans three in a second.
const BURST: u32 = 20;
const SCAN_EVERY: Duration = Duration::from_millis(100);

/// Who is at the other end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Identity {
    /// The connection was set up for this device.
    Known(Terminal),
    /// The device greets, or scans the code of its own label.
    Told,
}

/// The last scan of a connection, to answer it again.
struct Last {
    data: Vec<u8>,
    reply: Reply,
}

/// The state of one connection.
pub(super) struct Talk<'a> {
    app: &'a App,
    protocol: &'a Arc<StreamProtocol>,
    protocol_name: &'a str,
    peer: &'a str,
    terminal: Option<Terminal>,
    /// With which the device said who it is; it may be taken back at any time.
    token: Option<String>,
    last: Option<Last>,
    repeats: RepeatFilter,
    pace: Pace,
    faults: u32,
    refused_tokens: u32,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        app: &'a App,
        protocol: &'a Arc<StreamProtocol>,
        protocol_name: &'a str,
        peer: &'a str,
        identity: Identity,
    ) -> Self {
        let terminal = match identity {
            Identity::Known(terminal) => Some(terminal),
            Identity::Told => None,
        };
        Self {
            app,
            protocol,
            protocol_name,
            peer,
            terminal,
            token: None,
            last: None,
            repeats: RepeatFilter::new(protocol.repeat_within().max(REPEAT_WITHIN_MIN)),
            pace: Pace::new(),
            faults: 0,
            refused_tokens: 0,
        }
    }

    /// Serves the device until it goes away or has to.
    pub(super) async fn run<S>(mut self, mut stream: S) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.note_connected();
        let mut decoder = ScannerDecoder::new(self.protocol);
        let mut buffer = [0; 1024];
        loop {
            let mut events = Vec::new();
            match timeout(self.patience(&decoder), stream.read(&mut buffer)).await {
                Ok(read) => match read? {
                    0 => return Ok(()),
                    count => {
                        let mut input = &buffer[..count];
                        while let Some(event) = decoder.next(&mut input) {
                            self.take(&mut stream, event).await?;
                        }
                    }
                },
                Err(_) if decoder.is_in_frame() => decoder.idle(|event| events.push(event)),
                Err(_) => return Ok(()),
            }
            for event in events {
                self.take(&mut stream, event).await?;
            }
            if decoder.is_closed() || self.is_mad() {
                tracing::warn!(
                    peer = self.peer,
                    protocol = self.protocol_name,
                    "a device is cut off"
                );
                return Ok(());
            }
        }
    }

    fn patience(&self, decoder: &ScannerDecoder) -> Duration {
        if decoder.is_in_frame() {
            return self.protocol.patience();
        }
        match (self.terminal, self.protocol.heartbeat_within()) {
            (None, _) => HELLO_TIME_MAX,
            (Some(_), Some(heartbeat)) => heartbeat,
            (Some(_), None) => IDLE_TIME_MAX,
        }
    }

    const fn is_mad(&self) -> bool {
        self.faults >= FAULTS_MAX || self.refused_tokens >= REFUSED_TOKENS_MAX
    }

    async fn take<S>(&mut self, stream: &mut S, event: ScannerEvent) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(bytes) = self.answer(event).await else { return Ok(()) };
        match timeout(WRITE_TIME_MAX, stream.write_all(&bytes)).await {
            Ok(written) => written,
            Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
        }
    }

    /// The bytes that the device gets for what it said.
    async fn answer(&mut self, event: ScannerEvent) -> Option<Vec<u8>> {
        let reply = match event {
            ScannerEvent::SendNow(bytes) => return Some(bytes.to_vec()),
            ScannerEvent::Hello { token } => self.greet(&token).await,
            ScannerEvent::Scan(scan) => self.scan(scan).await,
            ScannerEvent::Fault(fault) => self.complain(&fault),
            ScannerEvent::Battery { percent } => {
                if let Some(terminal) = self.terminal {
                    self.app.presence.battery(terminal.device, percent);
                }
                return None;
            }
            ScannerEvent::NoRead | ScannerEvent::Heartbeat | ScannerEvent::Answer { .. } => {
                self.note_connected();
                return None;
            }
        };
        Some(self.protocol.feedback(&reply))
    }

    fn complain(&mut self, fault: &FrameFault) -> Reply {
        self.faults += 1;
        tracing::warn!(peer = self.peer, %fault, "a device sent a wrong frame");
        refusal(None, FRAME_INVALID.code, &[])
    }

    async fn scan(&mut self, scan: DeviceScan) -> Reply {
        self.faults = 0;
        if self.is_repeated(&scan)
            && let Some(last) = self.last.as_ref().filter(|last| last.data == scan.data)
        {
            return last.reply.clone();
        }
        let text = crate::barcodes::read_bytes(&scan.data).raw;
        if let Some(token) = token_of(&text) {
            return self.greet(token).await;
        }
        if let Err(error) = self.still_known().await {
            return refusal(scan.sequence, error.code(), &error.args());
        }
        let Some(terminal) = self.terminal else {
            return refusal(scan.sequence, "unauthenticated", &[]);
        };
        self.pace.wait().await;
        let taken = ScanIn {
            sequence: scan.sequence,
            happened_at: None,
            data: text,
            symbology: scan.symbology.map(|symbology| symbology.to_string()),
            source: None,
        };
        // Boxed: the dialogue of every flow lies in this future.
        let reply = match Box::pin(service::scan(self.app, terminal, taken)).await {
            Ok(answer) => reply_of(scan.sequence, &answer),
            Err(error) => refusal(scan.sequence, error.code(), &error.args()),
        };
        // What waited behind a slow answer was sent in the same moment as this scan.
        self.repeats.judge(&scan.data, self.app.clock.now());
        self.last = Some(Last { data: scan.data, reply: reply.clone() });
        reply
    }

    /// Whether the scan was answered before: the device says so, or it sends the same again sooner
    /// than anybody can scan. A number of its own is looked up by the dialogue instead.
    fn is_repeated(&mut self, scan: &DeviceScan) -> bool {
        let is_soon = self.repeats.judge(&scan.data, self.app.clock.now()) == Novelty::Repeated;
        scan.sequence.is_none() && (is_soon || scan.repeat == Repeat::Again)
    }

    /// Whether the token that the device greeted with still opens the door, as each request would
    /// be asked.
    async fn still_known(&self) -> Result<(), AccessError> {
        match &self.token {
            Some(token) => principal_of(self.app, token).await.map(drop),
            None => Ok(()),
        }
    }

    async fn greet(&mut self, token: &str) -> Reply {
        let known = match principal_of(self.app, token).await {
            Ok(principal) => Terminal::of(&principal),
            Err(error) => {
                self.refused_tokens += 1;
                return refusal(None, error.code(), &error.args());
            }
        };
        let terminal = match known {
            Ok(terminal) => terminal,
            Err(error) => return refusal(None, error.code(), &error.args()),
        };
        self.terminal = Some(terminal);
        self.token = Some(token.to_owned());
        self.last = None;
        self.note_connected();
        match service::screen(self.app, terminal).await {
            Ok(screen) => reply_of(None, &screen),
            Err(error) => refusal(None, error.code(), &error.args()),
        }
    }

    fn note_connected(&self) {
        if let Some(terminal) = self.terminal {
            let now = self.app.clock.now();
            self.app.presence.here(terminal.device, self.protocol_name, self.peer, now);
        }
    }
}

impl Drop for Talk<'_> {
    /// However a conversation ended, by the device, by us or by a stop, the device is gone.
    fn drop(&mut self) {
        if let Some(terminal) = self.terminal {
            self.app.presence.gone(terminal.device, self.app.clock.now());
        }
    }
}

/// The code of a device's own label, with which it says who it is.
fn token_of(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_token = TokenKind::of(&text.to_ascii_lowercase()) == Some(TokenKind::Device);
    is_token.then_some(text)
}

/// The verdict, what to know, what to do now, and the lines of the screen.
pub(super) fn reply_of(sequence: Option<i64>, answer: &ScanOut) -> Reply {
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

pub(super) fn refusal(sequence: Option<i64>, code: &str, args: &[(&str, String)]) -> Reply {
    let line = i18n::fault_text(Language::Russian, code, args);
    Reply { sequence, verdict: Verdict::Error, lines: vec![line] }
}

/// Lets a burst through and then one scan at a time.
#[derive(Debug)]
pub(super) struct Pace {
    left: u32,
    since: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { left: BURST, since: Instant::now() }
    }

    pub(super) async fn wait(&mut self) {
        let earned = self.since.elapsed().as_millis() / SCAN_EVERY.as_millis();
        if let Ok(earned @ 1..) = u32::try_from(earned) {
            self.left = self.left.saturating_add(earned).min(BURST);
            self.since = Instant::now();
        }
        if self.left == 0 {
            tokio::time::sleep(SCAN_EVERY).await;
            self.since = Instant::now();
        } else {
            self.left -= 1;
        }
    }
}
