//! A scanner of any stream protocol, on a TCP connection.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::devices::{
    DeviceScan, FeedbackReader, Heard, Repeat, Reply, ScannerEvent, StreamProtocol, Verdict,
};

/// How often a frame is sent again that was refused.
const ATTEMPTS_MAX: u32 = 3;
/// Silence after which a feedback that could go on is over.
const PAUSE: Duration = Duration::from_millis(60);

/// How a scanner sends its next scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    Good,
    /// Byte by byte.
    InPieces,
    /// Bytes that mean nothing stand before it.
    GarbageBefore,
    /// The first half, silence, then the whole.
    CutThenWhole,
    /// With a wrong check, then right when it is refused. Without a check in the protocol: good.
    WrongCheckFirst,
    /// The same frame twice, as if the acknowledgement was lost.
    Twice,
    /// As often as said, without waiting for anything: a code that lies before the scanner.
    Flood {
        times: u32,
    },
}

/// What came back for a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// Frames that were acknowledged, and that were refused.
    pub accepted: u32,
    pub refused: u32,
    /// The last verdict, if the device could hear it.
    pub verdict: Option<Verdict>,
    /// What stands on its display, in the display's own encoding.
    pub text: Vec<u8>,
    /// The verdict of every scan that was answered.
    pub verdicts: u32,
}

/// One device in somebody's hand.
#[derive(Debug)]
pub struct SandboxScanner {
    protocol: Arc<StreamProtocol>,
    stream: TcpStream,
    reader: FeedbackReader,
    heard: VecDeque<Heard>,
    patience: Duration,
}

impl SandboxScanner {
    /// A device that connects to the server.
    pub async fn connect(
        protocol: &Arc<StreamProtocol>,
        address: SocketAddr,
    ) -> std::io::Result<Self> {
        Self::on(protocol, TcpStream::connect(address).await?)
    }

    /// A device to which the server connects: a fixed reader, a terminal server.
    pub async fn accept(
        protocol: &Arc<StreamProtocol>,
        listener: &TcpListener,
    ) -> std::io::Result<Self> {
        let (stream, _) = listener.accept().await?;
        Self::on(protocol, stream)
    }

    fn on(protocol: &Arc<StreamProtocol>, stream: TcpStream) -> std::io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            protocol: Arc::clone(protocol),
            stream,
            reader: FeedbackReader::new(protocol),
            heard: VecDeque::new(),
            patience: Duration::from_secs(10),
        })
    }

    /// How long it waits for an answer; ten seconds unless told.
    #[must_use]
    pub const fn waiting(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Names itself, where the protocol can, and waits for the answer.
    pub async fn hello(&mut self, token: &str) -> std::io::Result<Response> {
        let event = ScannerEvent::Hello { token: token.to_owned() };
        let bytes = self.protocol.device_bytes(&event).unwrap_or_default();
        self.send(&bytes).await?;
        self.response(1).await
    }

    /// Says something that nobody answers: a sign of life, nothing read.
    pub async fn say(&mut self, event: &ScannerEvent) -> std::io::Result<()> {
        let bytes = self.protocol.device_bytes(event).unwrap_or_default();
        self.send(&bytes).await
    }

    /// Scans, sends again what is refused, and waits for the verdict if the device can hear one.
    pub async fn scan(&mut self, scan: &DeviceScan, manners: Manners) -> std::io::Result<Response> {
        let event = ScannerEvent::Scan(scan.clone());
        let bytes = self.protocol.device_bytes(&event).unwrap_or_default();
        let mut scans = 1;
        match manners {
            Manners::Good => self.send(&bytes).await?,
            Manners::InPieces => {
                for byte in &bytes {
                    self.send(&[*byte]).await?;
                }
            }
            Manners::GarbageBefore => {
                self.send(b"\x00\xFFzz\x7F").await?;
                tokio::time::sleep(self.protocol.patience() + PAUSE).await;
                self.send(&bytes).await?;
            }
            Manners::CutThenWhole => {
                self.send(&bytes[..bytes.len() / 2]).await?;
                tokio::time::sleep(self.protocol.patience() + PAUSE).await;
                self.send(&bytes).await?;
            }
            Manners::WrongCheckFirst => {
                let damaged = self.protocol.damaged_device_bytes(&event);
                self.send(damaged.as_deref().unwrap_or(&bytes)).await?;
            }
            Manners::Twice => {
                self.send(&bytes).await?;
                self.send(&self.again(scan)).await?;
                scans = 2;
            }
            Manners::Flood { times } => {
                for _ in 0..times {
                    self.send(&bytes).await?;
                }
                scans = times;
            }
        }
        let mut response = self.response(scans).await?;
        for _ in 0..ATTEMPTS_MAX {
            if response.refused == 0 || response.verdict.is_some() {
                break;
            }
            self.send(&self.again(scan)).await?;
            let refused = response.refused;
            response = self.response(1).await?;
            response.refused += refused;
            if response.accepted > 0 {
                break;
            }
        }
        Ok(response)
    }

    /// The same scan once more, marked as such where the protocol can.
    fn again(&self, scan: &DeviceScan) -> Vec<u8> {
        let again = DeviceScan { repeat: Repeat::Again, ..scan.clone() };
        self.protocol.device_bytes(&ScannerEvent::Scan(again)).unwrap_or_default()
    }

    async fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Whether every verdict can be heard by this device.
    pub fn hears_verdicts(&self) -> bool {
        Verdict::ALL.iter().all(|verdict| {
            let reply = Reply { sequence: None, verdict: *verdict, lines: Vec::new() };
            !self.protocol.feedback(&reply).is_empty()
        })
    }

    /// Waits until so many frames are answered, or one is refused.
    async fn response(&mut self, frames: u32) -> std::io::Result<Response> {
        let mut out = Response::default();
        loop {
            let waits_for_ack = self.protocol.acknowledges() && out.accepted + out.refused < frames;
            let waits_for_verdict =
                out.refused == 0 && self.hears_verdicts() && out.verdicts < frames;
            if !waits_for_ack && !waits_for_verdict {
                return Ok(out);
            }
            match self.next_heard().await? {
                None => return Ok(out),
                Some(Heard::Accepted) => out.accepted += 1,
                Some(Heard::Refused) => out.refused += 1,
                Some(Heard::Command { .. }) => {}
                Some(Heard::Verdict { verdict, text, .. }) => {
                    out.verdict = Some(verdict);
                    out.verdicts += 1;
                    out.text = text;
                }
            }
        }
    }

    /// The next thing that the server said; nothing if it stays silent or hangs up.
    async fn next_heard(&mut self) -> std::io::Result<Option<Heard>> {
        let mut buffer = [0; 1024];
        let mut wait = self.patience;
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return Ok(Some(heard));
            }
            let heard = &mut self.heard;
            if let Ok(read) = timeout(wait, self.stream.read(&mut buffer)).await {
                let count = read?;
                if count == 0 {
                    return Ok(None);
                }
                self.reader.push(&buffer[..count], |one| heard.push_back(one));
                wait = PAUSE;
            } else {
                self.reader.idle(|one| heard.push_back(one));
                if self.heard.is_empty() {
                    return Ok(None);
                }
            }
        }
    }
}
