//! What a printer says unasked: alerts pushed to a listener.

use super::{PrinterFault, PrinterWarning};

/// One line of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    Stopped(PrinterFault),
    Cleared(PrinterFault),
    Warned(PrinterWarning),
    /// All labels of a `^PQ` came out.
    BatchDone,
    /// In peel mode a label hangs there.
    LabelReady,
    LabelTaken,
    /// An alert that means nothing to us, as it was sent.
    Other(String),
}

/// The words of an alert before its time and serial number are longer nowhere.
const WORDS_MAX: usize = 200;

impl Alert {
    /// Reads a line such as `ERROR CONDITION: HEAD OPEN [05-22-2026 10:11:12] [18J1234]`.
    pub fn parse(line: &str) -> Self {
        let words = line.split('[').next().unwrap_or_default();
        let words: String = words.chars().take(WORDS_MAX).collect();
        let words = words.trim().to_ascii_uppercase();
        let (kind, what) = words.split_once(':').unwrap_or(("", &words));
        let what = what.trim();
        let fault = match what {
            "PAPER OUT" => Some(PrinterFault::MediaOut),
            "RIBBON OUT" => Some(PrinterFault::RibbonOut),
            "HEAD OPEN" => Some(PrinterFault::HeadOpen),
            "PRINTER PAUSED" => Some(PrinterFault::Paused),
            "HEAD TOO HOT" => Some(PrinterFault::TooHot),
            "CUTTER JAMMED" => Some(PrinterFault::Cutter),
            _ => None,
        };
        match (kind.trim(), fault, what) {
            ("ERROR CLEARED" | "ALERT CLEARED", Some(fault), _) => Self::Cleared(fault),
            (_, Some(fault), _) => Self::Stopped(fault),
            (_, None, "PQ JOB COMPLETED") => Self::BatchDone,
            (_, None, "LABEL READY") => Self::LabelReady,
            (_, None, "LABEL TAKEN") => Self::LabelTaken,
            (_, None, "MEDIA LOW") => Self::Warned(PrinterWarning::MediaLow),
            (_, None, "CLEAN PRINTHEAD") => Self::Warned(PrinterWarning::CleanHead),
            (_, None, "REPLACE HEAD") => Self::Warned(PrinterWarning::ReplaceHead),
            (_, None, _) => Self::Other(words),
        }
    }
}
