//! The connection to one printer: bytes out, answers in, each with a deadline.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::devices::printer::{PrinterProtocol, Question, Reply, ReplyReader, Timings};

/// A label goes out in pieces: one that the printer takes proves that it goes on.
const PIECE_BYTES: usize = 4096;
const CLOSE_TIME_MAX: Duration = Duration::from_millis(500);

/// Why a printer could not be asked or told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LinkError {
    /// No connection comes about.
    Offline(String),
    /// The connection broke, and nobody knows what of the last bytes arrived.
    Lost(String),
    /// Connected, and no answer in time: probably stopped, certainly not off.
    Silent,
}

/// A connection that is made when it is needed.
#[derive(Debug)]
pub(super) struct Link {
    address: String,
    timings: Timings,
    stream: Option<TcpStream>,
}

impl Link {
    pub(super) fn new(host: &str, port: i64, timings: Timings) -> Self {
        Self { address: format!("{host}:{port}"), timings, stream: None }
    }

    pub(super) async fn open(&mut self) -> Result<(), LinkError> {
        if self.stream.is_some() {
            return Ok(());
        }
        let connect = TcpStream::connect(&self.address);
        match timeout(self.timings.connect_max(), connect).await {
            Ok(Ok(stream)) => {
                // A question is a few bytes, and its answer is waited for.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a printer's connection keeps its delay");
                }
                self.stream = Some(stream);
                Ok(())
            }
            Ok(Err(error)) => Err(LinkError::Offline(format!("{}: {error}", self.address))),
            Err(_) => Err(LinkError::Offline(format!("{}: no answer", self.address))),
        }
    }

    /// Asks, and waits for the whole answer.
    pub(super) async fn ask(
        &mut self,
        protocol: &PrinterProtocol,
        question: &Question,
    ) -> Result<Reply, LinkError> {
        self.open().await?;
        self.drain()?;
        self.write(question.command.as_bytes()).await?;
        let mut reader = ReplyReader::new(question.reply, protocol);
        let deadline = tokio::time::Instant::now() + self.timings.reply_max();
        let mut buffer = [0; 1024];
        loop {
            let Some(stream) = &mut self.stream else {
                return Err(LinkError::Lost(format!("{}: closed", self.address)));
            };
            let count = match tokio::time::timeout_at(deadline, stream.read(&mut buffer)).await {
                Ok(Ok(0)) => return Err(self.lost("the printer closed the connection")),
                Ok(Ok(count)) => count,
                Ok(Err(error)) => return Err(self.lost(&error.to_string())),
                // A clone may leave out the last line end.
                Err(_) => return reader.finish().map_err(|_| LinkError::Silent),
            };
            match reader.push(&buffer[..count]) {
                None => {}
                Some(Ok(reply)) => return Ok(reply),
                Some(Err(error)) => {
                    tracing::warn!(printer = %self.address, %error, "a printer's answer is not understood");
                    return Err(LinkError::Silent);
                }
            }
        }
    }

    /// Writes all of it, or tells that nobody knows how much arrived.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        for piece in bytes.chunks(PIECE_BYTES) {
            let Some(stream) = &mut self.stream else {
                return Err(LinkError::Lost(format!("{}: closed", self.address)));
            };
            match timeout(self.timings.write_max(), stream.write_all(piece)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(self.lost(&error.to_string())),
                Err(_) => return Err(self.lost("the printer stopped taking data")),
            }
        }
        Ok(())
    }

    /// Ends the sending side and waits until the printer has read all and closes, too.
    pub(super) async fn finish(&mut self, within: Duration) -> Result<(), LinkError> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let end = async {
            stream.shutdown().await?;
            let mut buffer = [0; 1024];
            while stream.read(&mut buffer).await? > 0 {}
            Ok::<_, std::io::Error>(())
        };
        let ended = timeout(within, end).await;
        self.stream = None;
        match ended {
            // Some never close from their side; all bytes were taken.
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(error)) => Err(LinkError::Lost(format!("{}: {error}", self.address))),
        }
    }

    /// Closes politely: what was written is read before the end.
    pub(super) async fn close(&mut self) {
        // Whatever went wrong with a connection that is given up, it is given up.
        let _ = self.finish(CLOSE_TIME_MAX).await;
    }

    /// Gives a connection up that is of no use.
    pub(super) fn drop_stream(&mut self) {
        self.stream = None;
    }

    fn lost(&mut self, why: &str) -> LinkError {
        self.stream = None;
        LinkError::Lost(format!("{}: {why}", self.address))
    }

    /// Throws away what arrived unasked: alerts, and answers that came too late.
    fn drain(&mut self) -> Result<(), LinkError> {
        let Some(stream) = &self.stream else { return Ok(()) };
        let mut buffer = [0; 1024];
        loop {
            match stream.try_read(&mut buffer) {
                Ok(0) => return Err(self.lost("the printer closed the connection")),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(self.lost(&error.to_string())),
            }
        }
    }
}
