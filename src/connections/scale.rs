//! Scales at packing tables: asked a few times a second; a weight that came to rest is noted for the
//! next parcel.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::serial::SerialAddress;
use super::supervisor::Report;
use super::{ConnectionChannel, tcp};
use crate::db::{DbError, Tx};
use crate::devices::{
    self, ScaleDecoder, ScaleEvent, ScaleProtocol, ScaleRequest, StableRules, StableStep,
    StableWeight,
};
use crate::ids::DeviceId;
use crate::packing::{self, Reading};
use crate::units::Grams;

const ASK_EVERY: Duration = Duration::from_millis(250);
/// A scale that says nothing for so long is off.
const SILENCE_MAX: Duration = Duration::from_secs(10);
const WRITE_TIME_MAX: Duration = Duration::from_secs(5);
/// While a parcel stands on the scale this is said again, so that its weight does not grow old.
const SAID_AGAIN_EVERY: Duration = Duration::from_secs(10);
/// As much of a scale's words as is kept with the weight.
const WORDS_MAX: usize = 64;

/// Serves a scale until the connection breaks.
pub(super) async fn serve(report: Report<'_>) -> std::io::Result<()> {
    let connection = report.connection;
    let wrong = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidInput, what.to_owned());
    let protocol = devices::scale(&connection.protocol).ok_or_else(|| wrong("unknown protocol"))?;
    let device = connection.device.ok_or_else(|| wrong("the scale stands at no table"))?;
    let ended = match connection.channel {
        ConnectionChannel::TcpClient => {
            let stream = tcp::connect(&connection.address).await?;
            report.up().await;
            Watch::new(report, protocol, device).run(stream).await
        }
        ConnectionChannel::Serial => {
            let address =
                SerialAddress::parse(&connection.address).ok_or_else(|| wrong("address"))?;
            let stream = address.open()?;
            report.up().await;
            Watch::new(report, protocol, device).run(stream).await
        }
        ConnectionChannel::TcpServer | ConnectionChannel::Mqtt => return Err(wrong("channel")),
    };
    let gone = async move |tx: &mut Tx| packing::weight_gone(tx, device).await;
    report.app.db.write(gone).await.map_err(std::io::Error::other)?;
    ended
}

/// One scale, watched.
struct Watch<'a> {
    report: Report<'a>,
    protocol: &'static ScaleProtocol,
    device: DeviceId,
    decoder: ScaleDecoder,
    stable: StableWeight,
    /// The last bytes that the scale sent.
    words: Vec<u8>,
    /// When it was last said that a weight stands there.
    said_at: Option<Instant>,
}

impl<'a> Watch<'a> {
    fn new(
        report: Report<'a>,
        protocol: &'static std::sync::Arc<ScaleProtocol>,
        device: DeviceId,
    ) -> Self {
        Self {
            report,
            protocol,
            device,
            decoder: ScaleDecoder::new(protocol),
            stable: StableWeight::new(StableRules::default()),
            words: Vec::new(),
            said_at: None,
        }
    }

    async fn run<S>(mut self, mut stream: S) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let request = self.protocol.request(ScaleRequest::Weigh);
        let mut buffer = [0; 256];
        let mut heard_at = Instant::now();
        loop {
            if let Some(request) = &request {
                send(&mut stream, request).await?;
            }
            // Listens until it is time to ask again.
            let ask_at = tokio::time::Instant::now() + ASK_EVERY;
            while let Ok(read) = tokio::time::timeout_at(ask_at, stream.read(&mut buffer)).await {
                let count = read?;
                if count == 0 {
                    return Ok(());
                }
                heard_at = Instant::now();
                self.take(&mut stream, &buffer[..count]).await?;
            }
            if let Some(event) = self.decoder.idle() {
                self.judge(&event).await?;
            }
            if heard_at.elapsed() > SILENCE_MAX || self.decoder.is_closed() {
                return Err(std::io::ErrorKind::TimedOut.into());
            }
        }
    }

    async fn take<S>(&mut self, stream: &mut S, mut input: &[u8]) -> std::io::Result<()>
    where
        S: AsyncWrite + Unpin,
    {
        self.words.extend_from_slice(input);
        let surplus = self.words.len().saturating_sub(WORDS_MAX);
        self.words.drain(..surplus);
        while let Some(event) = self.decoder.next(&mut input) {
            if let ScaleEvent::SendNow(bytes) = &event {
                send(stream, bytes).await?;
            }
            self.judge(&event).await?;
        }
        Ok(())
    }

    async fn judge(&mut self, event: &ScaleEvent) -> std::io::Result<()> {
        if let ScaleEvent::Fault(fault) = event {
            tracing::warn!(scale = self.report.connection.name, %fault, "a wrong frame");
        }
        let told = match self.stable.take(event) {
            StableStep::Taken { tenths_g } => self.note(tenths_g).await,
            StableStep::Occupied => self.say_again().await,
            StableStep::Empty | StableStep::Overloaded => self.forget().await,
            StableStep::Settling => Ok(()),
        };
        told.map_err(std::io::Error::other)
    }

    async fn note(&mut self, tenths_g: i64) -> Result<(), DbError> {
        let app = self.report.app;
        let reading = Reading {
            device: self.device,
            scale: self.report.connection.id,
            // To the nearest gram.
            weight: Grams::new((tenths_g + 5) / 10),
            words: std::mem::take(&mut self.words),
            read_at: app.clock.now(),
        };
        let work = async move |tx: &mut Tx| packing::weight_note(tx, &reading).await;
        app.db.write(work).await?;
        self.said_at = Some(Instant::now());
        Ok(())
    }

    async fn say_again(&mut self) -> Result<(), DbError> {
        let is_due = self.said_at.is_some_and(|said_at| said_at.elapsed() >= SAID_AGAIN_EVERY);
        if !is_due {
            return Ok(());
        }
        let (app, device) = (self.report.app, self.device);
        let now = app.clock.now();
        let work = async move |tx: &mut Tx| packing::weight_still(tx, device, now).await;
        app.db.write(work).await?;
        self.said_at = Some(Instant::now());
        Ok(())
    }

    async fn forget(&mut self) -> Result<(), DbError> {
        if self.said_at.take().is_none() {
            return Ok(());
        }
        let device = self.device;
        let work = async move |tx: &mut Tx| packing::weight_gone(tx, device).await;
        self.report.app.db.write(work).await
    }
}

async fn send<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> std::io::Result<()> {
    match timeout(WRITE_TIME_MAX, stream.write_all(bytes)).await {
        Ok(written) => written,
        Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
    }
}
