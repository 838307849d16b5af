//! What a printer says about itself, in one vocabulary for all languages.

use crate::text_enum;

text_enum! {
    /// Why a printer does not print.
    pub enum PrinterFault {
        /// Out of labels (нет этикеток).
        MediaOut = "media_out",
        RibbonOut = "ribbon_out",
        HeadOpen = "head_open",
        /// Somebody pressed pause on the printer.
        Paused = "paused",
        TooHot = "too_hot",
        /// It prints, but badly.
        TooCold = "too_cold",
        MemoryLost = "memory_lost",
        HeadDefect = "head_defect",
        Jam = "jam",
        Cutter = "cutter",
        Other = "other",
    }
}

text_enum! {
    /// What somebody should do soon.
    pub enum PrinterWarning {
        CalibrateMedia = "calibrate_media",
        CleanHead = "clean_head",
        ReplaceHead = "replace_head",
        MediaLow = "media_low",
        Other = "other",
    }
}

impl PrinterFault {
    /// Whether nothing is printed until somebody comes.
    pub const fn stops(self) -> bool {
        !matches!(self, Self::TooCold)
    }

    /// Whether the label in print is spoiled by it. A pause waits for the end of the label.
    pub const fn spoils(self) -> bool {
        !matches!(self, Self::Paused | Self::TooHot | Self::TooCold)
    }
}

/// One answer to "how are you". What the printer does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrinterStatus {
    /// Sorted, each once.
    pub faults: Vec<PrinterFault>,
    /// Formats in the buffer that are not drawn yet.
    pub formats_waiting: Option<u32>,
    /// A format has begun and its end was not seen.
    pub partial: Option<bool>,
    /// Labels of the batch in print that are still to come.
    pub labels_left: Option<u32>,
    /// The motor runs, as far as the printer tells.
    pub printing: Option<bool>,
    /// In peel mode a printed label hangs there and is to be taken off.
    pub label_hangs: bool,
}

impl PrinterStatus {
    pub(super) fn with_faults(mut faults: Vec<PrinterFault>) -> Self {
        faults.sort_unstable();
        faults.dedup();
        Self { faults, ..Self::default() }
    }

    pub fn is_stopped(&self) -> bool {
        self.faults.iter().any(|fault| fault.stops())
    }

    /// Whether something is in the printer, or comes out of it just now.
    pub fn is_busy(&self) -> bool {
        self.formats_waiting.is_some_and(|count| count > 0)
            || self.labels_left.is_some_and(|count| count > 0)
            || self.printing == Some(true)
    }

    /// The faults that stop it, as words: `media_out, head_open`.
    pub fn stop_words(&self) -> String {
        let stops = self.faults.iter().filter(|fault| fault.stops());
        stops.map(|fault| fault.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// What a printer calls itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub model: String,
    pub firmware: String,
    /// Its head, if it says a number.
    pub dots_per_mm: Option<u32>,
    pub memory: String,
}
