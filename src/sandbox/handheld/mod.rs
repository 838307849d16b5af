//! A handheld in somebody's hand, whatever it speaks: ambar's own JSON with a full screen, a scanner's
//! protocol on a stream of bytes, or the messages of an app.
//!
//! **Invariant:** whoever holds a device without a display reads the screen beside it, and the verdict
//! that the device heard is the one on that screen.

mod message;
mod screen;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};

use self::message::MessageDoor;
pub use self::message::MessageWay;
use self::screen::ScreenDoor;
pub use self::screen::ScreenPage;
use self::stream::StreamDoor;
pub use self::stream::{StreamWay, WaitingScanner};
use crate::devices::{MessageProtocol, StreamProtocol};

/// How long a scan is sent again before the person gives up.
const ATTEMPTS_MAX: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// What the person sees after a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// `ok`, `warn` or `error`.
    pub feedback: String,
    pub flow: String,
    pub expect: String,
    /// Message, title and lines, one below the other.
    pub lines: Vec<String>,
}

impl Shown {
    pub fn is_error(&self) -> bool {
        self.feedback == "error"
    }

    /// The whole screen as one text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// What was heard has to be what is shown.
    fn must_agree(&self, heard: &str) -> anyhow::Result<()> {
        let Self { feedback, .. } = self;
        ensure!(heard == feedback, "услышано {heard}, а на экране {feedback}: {}", self.text());
        Ok(())
    }
}

/// The way of the scans.
enum Door {
    Screen(ScreenDoor),
    Stream(StreamDoor),
    Message(MessageDoor),
}

/// One device with its counter.
pub struct Handheld {
    door: Door,
    token: String,
    /// Outlives the one who holds the device.
    counter: Arc<AtomicI64>,
}

impl Handheld {
    /// A handheld that knows several nodes and goes on at the next when one is gone.
    pub fn http(client: reqwest::Client, bases: Vec<String>, token: &str) -> Self {
        Self::with(Door::Screen(ScreenDoor::new(client, bases)), token)
    }

    /// A scanner that sends bytes. Without a page it has a display, which is read instead.
    pub fn stream(
        protocol: &Arc<StreamProtocol>,
        way: StreamWay,
        page: Option<ScreenPage>,
        token: &str,
    ) -> Self {
        Self::with(Door::Stream(StreamDoor::new(protocol, way, page)), token)
    }

    /// A device whose app sends messages to the server at this page.
    pub fn message(
        protocol: &Arc<MessageProtocol>,
        way: MessageWay,
        page: ScreenPage,
        token: &str,
    ) -> Self {
        Self::with(Door::Message(MessageDoor::new(protocol, way, page)), token)
    }

    fn with(door: Door, token: &str) -> Self {
        Self { door, token: token.to_owned(), counter: Arc::default() }
    }

    /// The same device in other hands: it goes on counting.
    #[must_use]
    pub fn counting_on(self, counter: &Arc<AtomicI64>) -> Self {
        Self { counter: Arc::clone(counter), ..self }
    }

    /// The number of the last scan.
    pub fn sequence(&self) -> i64 {
        self.counter.load(Ordering::Relaxed)
    }

    /// Scans once, and again with the same number until there is an answer.
    pub async fn scan(&mut self, data: &str) -> anyhow::Result<Shown> {
        self.counter.fetch_add(1, Ordering::Relaxed);
        self.repeat_last(data).await
    }

    /// Sends the last number again: what a device does whose answer was lost.
    ///
    /// One that sends no numbers is not repeated after trouble: it would be another scan.
    pub async fn repeat_last(&mut self, data: &str) -> anyhow::Result<Shown> {
        let mut last = None;
        for _ in 0..ATTEMPTS_MAX {
            match self.send(data).await {
                Ok(Some(shown)) => return Ok(shown),
                Ok(None) => {}
                Err(error) => last = Some(error),
            }
            if !self.sends_numbers() {
                break;
            }
            if let Door::Screen(door) = &mut self.door {
                door.next_node();
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("the server stays unavailable")))
            .with_context(|| format!("скан № {} «{data}» не принят", self.sequence()))
    }

    fn sends_numbers(&self) -> bool {
        match &self.door {
            Door::Screen(_) | Door::Message(_) => true,
            Door::Stream(door) => door.sends_numbers(),
        }
    }

    /// One attempt. `None`: the server is there but cannot take it now.
    async fn send(&mut self, data: &str) -> anyhow::Result<Option<Shown>> {
        let sequence = self.sequence();
        // Boxed: the buffers of a connection lie in these futures.
        match &mut self.door {
            Door::Screen(door) => Box::pin(door.send(&self.token, sequence, data)).await,
            Door::Stream(door) => Box::pin(door.send(&self.token, sequence, data)).await.map(Some),
            Door::Message(door) => Box::pin(door.send(&self.token, sequence, data)).await,
        }
    }
}
