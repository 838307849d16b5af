//! The description of a model, read from TOML.

use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;

use super::{PrinterError, PrinterFault, ReplyKind};
use crate::text_enum;

text_enum! {
    /// What a printer's labels are written in.
    #[schema(as = PrinterLanguage)]
    pub enum Language {
        Zpl = "zpl",
        Tspl = "tspl",
    }
}

text_enum! {
    /// What can prove that a label came out.
    pub enum Confirmation {
        /// A counter of labels for the printer's whole life.
        Odometer = "odometer",
        /// Formats and labels in the buffer go down to nothing.
        Counters = "counters",
        /// It was seen printing, and then ready.
        PrintingSeen = "printing_seen",
        /// Nothing: the printer never answers.
        None = "none",
    }
}

/// A question to the printer and the form of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Sent as it is.
    pub command: String,
    pub reply: ReplyKind,
}

/// What a value of the status byte means on this model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusByte {
    pub value: u8,
    #[serde(default)]
    pub faults: Vec<PrinterFault>,
    #[serde(default)]
    pub printing: bool,
}

/// How long is waited, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "units stand in names")]
pub struct Timings {
    connect_max_ms: u64,
    /// For one piece of the label's bytes: a stopped printer takes none when its buffer is full.
    write_max_ms: u64,
    /// For one answer.
    reply_max_ms: u64,
    /// Between two looks at a printer that prints.
    poll_ms: u64,
    /// Between two looks at one that stopped.
    poll_stopped_ms: u64,
    /// A printer that had nothing to do for so long prints nothing more of what it was sent.
    settle_ms: u64,
    /// From the moment a label is drawn until it is out: counters are at nothing before.
    label_ms: u64,
}

impl Timings {
    /// Short waits, for simulated printers.
    pub const fn quick() -> Self {
        Self {
            connect_max_ms: 500,
            write_max_ms: 500,
            reply_max_ms: 250,
            poll_ms: 2,
            poll_stopped_ms: 10,
            settle_ms: 400,
            label_ms: 20,
        }
    }

    pub const fn connect_max(&self) -> Duration {
        Duration::from_millis(self.connect_max_ms)
    }

    pub const fn write_max(&self) -> Duration {
        Duration::from_millis(self.write_max_ms)
    }

    pub const fn reply_max(&self) -> Duration {
        Duration::from_millis(self.reply_max_ms)
    }

    pub const fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    pub const fn poll_stopped(&self) -> Duration {
        Duration::from_millis(self.poll_stopped_ms)
    }

    pub const fn label(&self) -> Duration {
        Duration::from_millis(self.label_ms)
    }

    pub const fn settle(&self) -> Duration {
        Duration::from_millis(self.settle_ms)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Capabilities {
    /// It has, or takes, a font with Cyrillic.
    unicode_font: bool,
    /// Any command but those around a bitmap makes it drop the label without a word.
    bitmap_only: bool,
}

/// How one model of printer is talked to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterProtocol {
    name: String,
    title: String,
    language: Language,
    confirmation: Confirmation,
    status: Option<Question>,
    odometer: Option<Question>,
    identify: Option<Question>,
    errors: Option<Question>,
    /// Makes the printer forget all that it was sent and has not printed.
    clear: Option<String>,
    capabilities: Capabilities,
    timings: Timings,
    #[serde(default)]
    status_byte: Vec<StatusByte>,
    /// The test vectors of the file: for the tests alone.
    #[serde(default, rename = "vector")]
    _vectors: toml::Table,
}

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../firmware-protocols/printers/", $name, ".toml")))),*]
    };
}

/// Every model of this release: a new file gets a line here.
pub(super) const SOURCES: &[(&str, &str)] = embedded![
    "zebra-zpl",
    "zebra-linkos",
    "zpl-clone",
    "zpl-silent",
    "tspl",
    "tspl-y486",
    "tspl-bitmap-only",
    "tspl-silent"
];

static MODELS: LazyLock<Vec<PrinterProtocol>> = LazyLock::new(|| {
    let load = |(name, source): &(&str, &str)| {
        let model = PrinterProtocol::parse(source).expect("a test loads every embedded model");
        assert_eq!(model.name(), *name, "a model is named like its file");
        model
    };
    SOURCES.iter().map(load).collect()
});

impl PrinterProtocol {
    /// All embedded models.
    pub fn all() -> &'static [Self] {
        &MODELS
    }

    /// The embedded model of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.name == name)
    }

    /// Reads a description.
    pub fn parse(text: &str) -> Result<Self, PrinterError> {
        let wrong = |problem: String| PrinterError::Description { problem };
        let model: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let needs_status = model.confirmation != Confirmation::None;
        if needs_status && model.status.is_none() {
            return Err(wrong(format!("{} needs a status question", model.confirmation)));
        }
        if model.confirmation == Confirmation::Odometer && model.odometer.is_none() {
            return Err(wrong("odometer needs a question for it".to_owned()));
        }
        if model.timings.poll_ms == 0 || model.timings.poll_stopped_ms == 0 {
            return Err(wrong("poll_ms and poll_stopped_ms are at least 1".to_owned()));
        }
        Ok(model)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub const fn language(&self) -> Language {
        self.language
    }

    pub const fn confirmation(&self) -> Confirmation {
        self.confirmation
    }

    pub const fn status(&self) -> Option<&Question> {
        self.status.as_ref()
    }

    pub const fn odometer(&self) -> Option<&Question> {
        self.odometer.as_ref()
    }

    pub const fn identify(&self) -> Option<&Question> {
        self.identify.as_ref()
    }

    /// A longer answer to why it stopped.
    pub const fn errors(&self) -> Option<&Question> {
        self.errors.as_ref()
    }

    pub fn clear(&self) -> Option<&[u8]> {
        self.clear.as_deref().map(str::as_bytes)
    }

    pub const fn has_unicode_font(&self) -> bool {
        self.capabilities.unicode_font
    }

    pub const fn is_bitmap_only(&self) -> bool {
        self.capabilities.bitmap_only
    }

    pub const fn timings(&self) -> Timings {
        self.timings
    }

    pub(super) fn status_bytes(&self) -> &[StatusByte] {
        &self.status_byte
    }
}
