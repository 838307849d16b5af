//! The description of a line scanner, read from TOML.

use encoding_rs::Encoding;
use serde::Deserialize;

use super::LineError;
use super::reply::Feedback;

/// The description that is built into the program.
pub(super) const LINE_TCP: &str =
    include_str!("../../../firmware-protocols/scanners/line-tcp.toml");

/// A frame of this length holds the largest QR code twice over.
const FRAME_BYTES_MAX: usize = 16_384;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Start {
    None,
    Optional,
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum End {
    Cr,
    Lf,
    CrLf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Beyond {
    Discard,
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrameRules {
    pub(super) start: Start,
    pub(super) end: End,
    pub(super) frame_max_bytes: usize,
    pub(super) beyond: Beyond,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Identity {
    pub(super) hello: bool,
    pub(super) sequence: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    pub(super) word: String,
    pub(super) sound: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplyRules {
    pub(super) line_end: String,
    encoding: String,
    pub(super) columns: usize,
    pub(super) rows: usize,
    ok: Verdict,
    warn: Verdict,
    error: Verdict,
}

/// How one kind of line scanner talks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineProtocol {
    name: String,
    title: String,
    pub(super) frame: FrameRules,
    pub(super) identity: Identity,
    pub(super) reply: ReplyRules,
    /// The test vectors of the file: for the tests alone.
    #[serde(default, rename = "vector")]
    _vectors: toml::Table,
}

impl LineProtocol {
    /// The scanner of `firmware-protocols/scanners/line-tcp.toml`.
    pub fn line_tcp() -> Self {
        Self::parse(LINE_TCP).expect("a test reads the built-in description")
    }

    /// Reads a description.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let wrong = |problem: String| LineError::Description { problem };
        let protocol: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if !(1..=FRAME_BYTES_MAX).contains(&protocol.frame.frame_max_bytes) {
            return Err(wrong(format!("frame_max_bytes must be 1 to {FRAME_BYTES_MAX}")));
        }
        if protocol.reply.columns < 4 || protocol.reply.rows == 0 {
            return Err(wrong("a display has at least 4 columns and a row".to_owned()));
        }
        if Encoding::for_label(protocol.reply.encoding.as_bytes()).is_none() {
            return Err(wrong(format!("the encoding {} is not known", protocol.reply.encoding)));
        }
        Ok(protocol)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn title(&self) -> &str {
        &self.title
    }
}

impl ReplyRules {
    pub(super) const fn verdict(&self, feedback: Feedback) -> &Verdict {
        match feedback {
            Feedback::Ok => &self.ok,
            Feedback::Warn => &self.warn,
            Feedback::Error => &self.error,
        }
    }

    pub(super) fn encoding(&self) -> &'static Encoding {
        Encoding::for_label(self.encoding.as_bytes())
            .expect("checked when the description was read")
    }
}
