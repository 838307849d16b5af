//! The description of a scanner, read from TOML.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::super::bytes::Bytes;
use super::super::fault::ProtocolError;
use super::super::frame::FrameRules;
use super::feedback::{CommandRules, DisplayRules, FeedbackRules};
use super::message::MessageProtocol;
use super::symbology::Symbologies;

/// A text for people in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub ru: String,
    pub en: String,
}

/// Something to bring the device into the state that its file describes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    pub title: Title,
    /// The text of a configuration barcode, to be printed and scanned.
    #[serde(default)]
    pub scan: Option<String>,
    /// The name of a command to be sent.
    #[serde(default)]
    pub command: Option<String>,
}

crate::text_enum! {
    /// How a device can be connected.
    pub enum Channel {
        /// It types into a page.
        Keyboard = "keyboard",
        /// We connect to it.
        TcpClient = "tcp_client",
        /// It connects to us.
        TcpServer = "tcp_server",
        Serial = "serial",
        Http = "http",
        WebSocket = "websocket",
        Mqtt = "mqtt",
    }
}

/// One file of `firmware-protocols/scanners/`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScannerProtocol {
    name: String,
    title: Title,
    channels: Vec<Channel>,
    port: Option<u16>,
    setup: Vec<Setup>,
    language: Language,
}

/// What a scanner speaks.
#[derive(Debug, Clone, PartialEq)]
pub enum Language {
    /// Bytes one after the other: read them with a [`ScannerDecoder`](super::ScannerDecoder).
    Stream(Arc<StreamProtocol>),
    /// Whole JSON messages.
    Message(Arc<MessageProtocol>),
}

impl ScannerProtocol {
    /// Reads a description. `file` names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ProtocolError> {
        let parsed: File =
            toml::from_str(text).map_err(|error| ProtocolError::of_toml(file, text, &error))?;
        let wrong = |key: &str, problem: &str| ProtocolError::of_key(file, text, key, problem);
        if parsed.channels.is_empty() {
            return Err(wrong("channels", "a device is connected by one channel at least"));
        }
        let language = match (parsed.frame, parsed.message) {
            (Some(frame), None) => {
                let stream = StreamProtocol {
                    frame,
                    identity: parsed.identity,
                    data: parsed.data,
                    packets: parsed.packets,
                    answer: parsed.answer,
                    replies: parsed.reply,
                    feedback: parsed.feedback,
                    display: parsed.display,
                    commands: parsed.commands,
                    symbologies: parsed.symbologies,
                };
                stream.check().map_err(|(key, problem)| wrong(key, &problem))?;
                Language::Stream(Arc::new(stream))
            }
            (None, Some(rules)) => {
                let message = MessageProtocol::new(rules, parsed.symbologies)
                    .map_err(|(key, problem)| wrong(key, &problem))?;
                Language::Message(Arc::new(message))
            }
            _ => return Err(wrong("frame", "a file has either [frame] or [message]")),
        };
        for setup in &parsed.setup {
            if setup.scan.is_some() == setup.command.is_some() {
                return Err(wrong("setup.title", "a setup has either scan or command"));
            }
        }
        Ok(Self {
            name: parsed.name,
            title: parsed.title,
            channels: parsed.channels,
            port: parsed.port,
            setup: parsed.setup,
            language,
        })
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn title(&self) -> &Title {
        &self.title
    }

    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// The usual TCP port of a device that we connect to.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    pub fn setup(&self) -> &[Setup] {
        &self.setup
    }

    pub const fn language(&self) -> &Language {
        &self.language
    }

    /// The rules of a device that sends a stream of bytes.
    pub const fn stream(&self) -> Option<&Arc<StreamProtocol>> {
        match &self.language {
            Language::Stream(stream) => Some(stream),
            Language::Message(_) => None,
        }
    }

    /// The rules of a device that sends whole messages.
    pub const fn message(&self) -> Option<&Arc<MessageProtocol>> {
        match &self.language {
            Language::Message(message) => Some(message),
            Language::Stream(_) => None,
        }
    }
}

/// How a device that sends a stream of bytes talks.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamProtocol {
    pub(super) frame: FrameRules,
    pub(super) identity: Identity,
    pub(super) data: DataRules,
    pub(super) packets: Packets,
    pub(super) answer: AnswerRules,
    pub(super) replies: Vec<ReplyRule>,
    pub(super) feedback: FeedbackRules,
    pub(super) display: Option<DisplayRules>,
    pub(super) commands: CommandRules,
    pub(super) symbologies: Symbologies,
}

impl StreamProtocol {
    /// After this silence in the middle of a frame, call `ScannerDecoder::idle`.
    pub const fn patience(&self) -> Duration {
        self.frame.patience()
    }

    /// The same data from the same device within this time is the same scan; zero: never.
    pub const fn repeat_within(&self) -> Duration {
        Duration::from_millis(self.data.repeat_within_ms)
    }

    /// The device waits for the feedback and is blocked until then, or gives up after this time.
    pub const fn feedback_within(&self) -> Option<Duration> {
        match self.feedback.within_ms {
            0 => None,
            ms => Some(Duration::from_millis(ms)),
        }
    }

    /// A watchdog for devices that send signs of life: silence for longer means that it is gone.
    pub const fn heartbeat_within(&self) -> Option<Duration> {
        match self.data.heartbeat_within_ms {
            0 => None,
            ms => Some(Duration::from_millis(ms)),
        }
    }

    /// Whether each frame is answered before anybody has looked at it.
    pub fn acknowledges(&self) -> bool {
        !self.answer.accept.is_empty()
    }

    /// Whether a damaged frame is noticed.
    pub const fn has_check(&self) -> bool {
        self.frame.check.is_some()
    }

    /// Whether the device may introduce itself in the first frame.
    pub const fn greets(&self) -> bool {
        self.identity.hello
    }

    /// The name of the encoding of its display, if it has one.
    pub fn display_encoding(&self) -> Option<&str> {
        self.display.as_ref().map(DisplayRules::encoding_name)
    }

    /// Whether a scan carries the device's own number, so that it can be sent again.
    pub const fn numbers_scans(&self) -> bool {
        self.identity.sequence
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(problem) = self.frame.problem() {
            return Err(problem);
        }
        if self.packets == Packets::Ssi && self.frame.length.is_none() {
            return Err(("packets", "SSI packets have a length".to_owned()));
        }
        if let Some(display) = &self.display {
            display.check()?;
        }
        self.commands.check(&self.feedback)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    /// The first frame may be `HELLO <token>`.
    #[serde(default)]
    pub(super) hello: bool,
    /// A scan may begin with `#<number> `.
    #[serde(default)]
    pub(super) sequence: bool,
}

/// What a telegram with several codes means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AimRule {
    /// A beginning like `]C1` is data.
    #[default]
    Keep,
    /// It is taken off and handed on as the symbology.
    Split,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataRules {
    #[serde(default)]
    pub(super) prefix: Bytes,
    #[serde(default)]
    pub(super) suffix: Bytes,
    #[serde(default)]
    pub(super) aim: AimRule,
    /// Stands between the codes of one telegram; each is a scan of its own.
    #[serde(default)]
    pub(super) separator: Bytes,
    #[serde(default)]
    pub(super) no_read: Bytes,
    #[serde(default)]
    pub(super) heartbeat: Bytes,
    #[serde(default)]
    pub(super) heartbeat_within_ms: u64,
    #[serde(default)]
    pub(super) repeat_within_ms: u64,
}

/// What lies inside a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Packets {
    /// The data of a scan.
    #[default]
    None,
    /// Zebra SSI: opcode, source, status, data.
    Ssi,
}

/// What goes back at once, before anybody has looked at the scan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerRules {
    #[serde(default)]
    pub(super) accept: Bytes,
    #[serde(default)]
    pub(super) refuse: Bytes,
}

/// A frame that answers something we sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyRule {
    #[serde(default)]
    pub(super) begins: Bytes,
    #[serde(default)]
    pub(super) ends: Bytes,
    pub(super) means: super::event::Outcome,
}

/// A whole file. Test vectors are for the tests alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: Title,
    channels: Vec<Channel>,
    port: Option<u16>,
    #[serde(default)]
    setup: Vec<Setup>,
    frame: Option<FrameRules>,
    message: Option<super::message::MessageRules>,
    #[serde(default)]
    identity: Identity,
    #[serde(default)]
    data: DataRules,
    #[serde(default)]
    packets: Packets,
    #[serde(default)]
    answer: AnswerRules,
    #[serde(default)]
    reply: Vec<ReplyRule>,
    #[serde(default)]
    feedback: FeedbackRules,
    display: Option<DisplayRules>,
    #[serde(default)]
    commands: CommandRules,
    #[serde(default)]
    symbologies: Symbologies,
    #[serde(default, rename = "vector")]
    _vectors: toml::Table,
}
