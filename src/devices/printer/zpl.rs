//! Replies of ZPL printers: `~HS`, `~HQES`, `~HI` and values of `getvar`.

use super::{Identity, PrinterError, PrinterFault, PrinterStatus, PrinterWarning};

/// Lines of `~HS` with fewer fields were cut; later ones are absent on some clones.
const HOST_FIELDS_MIN: usize = 9;
const HOST_LINES: usize = 3;

/// Reads the three lines of `~HS`. The second field of the second line is unused: the head is the
/// third, the ribbon the fourth.
pub(super) fn host_status(lines: &[String]) -> Result<PrinterStatus, PrinterError> {
    let [first, second, ..] = lines else {
        return Err(PrinterError::Incomplete { lines: lines.len() });
    };
    if lines.len() < HOST_LINES {
        return Err(PrinterError::Incomplete { lines: lines.len() });
    }
    let (first, second) = (Line::of(1, first)?, Line::of(2, second)?);
    let mut faults = Vec::new();
    let mut note = |is_set: bool, fault| {
        if is_set {
            faults.push(fault);
        }
    };
    note(first.flag(2)?, PrinterFault::MediaOut);
    note(first.flag(3)?, PrinterFault::Paused);
    note(first.flag(10)?, PrinterFault::MemoryLost);
    note(first.flag(11)?, PrinterFault::TooCold);
    note(first.flag(12)?, PrinterFault::TooHot);
    note(second.flag(3)?, PrinterFault::HeadOpen);
    // Without transfer mode the flag says only that there is no ribbon, which is right.
    note(second.flag(4)? && second.flag(5)?, PrinterFault::RibbonOut);
    Ok(PrinterStatus {
        formats_waiting: Some(first.number(5)?),
        partial: Some(first.flag(8)?),
        labels_left: Some(second.number(9)?),
        label_hangs: second.flag(8)?,
        ..PrinterStatus::with_faults(faults)
    })
}

/// One line of `~HS`, its fields counted from 1 as in the manual.
struct Line<'a> {
    line: usize,
    fields: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(line: usize, text: &'a str) -> Result<Self, PrinterError> {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        if fields.len() < HOST_FIELDS_MIN {
            return Err(PrinterError::Field { line, field: fields.len() + 1 });
        }
        Ok(Self { line, fields })
    }

    /// A field that a clone leaves out at the end counts as not set.
    fn number(&self, field: usize) -> Result<u32, PrinterError> {
        let Some(text) = self.fields.get(field - 1) else { return Ok(0) };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_number { text.parse().ok() } else { None };
        number.ok_or(PrinterError::Field { line: self.line, field })
    }

    fn flag(&self, field: usize) -> Result<bool, PrinterError> {
        match self.number(field)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(PrinterError::Field { line: self.line, field }),
        }
    }
}

/// Whether a line without STX and ETX can be one of `~HS`: numbers and commas.
pub(super) fn looks_like_host_line(line: &str) -> bool {
    line.contains(',') && line.bytes().all(|byte| byte.is_ascii_digit() || b", ".contains(&byte))
}

/// The low group of errors. A copied table has the paper feed at 400; the manual has it at 4000.
const ERROR_BITS: &[(u32, PrinterFault)] = &[
    (0x1, PrinterFault::MediaOut),
    (0x2, PrinterFault::RibbonOut),
    (0x4, PrinterFault::HeadOpen),
    (0x8, PrinterFault::Cutter),
    (0x10, PrinterFault::TooHot),
    (0x20, PrinterFault::TooHot),
    (0x40, PrinterFault::HeadDefect),
    (0x80, PrinterFault::HeadDefect),
    (0x100, PrinterFault::Other),
    (0x200, PrinterFault::HeadDefect),
    (0x1000, PrinterFault::Jam),
    (0x2000, PrinterFault::Other),
    (0x4000, PrinterFault::Jam),
    (0x8000, PrinterFault::Jam),
    (0x1_0000, PrinterFault::Paused),
    (0x2_0000, PrinterFault::Jam),
    (0x4_0000, PrinterFault::MediaOut),
    (0x8_0000, PrinterFault::MediaOut),
];

const WARNING_BITS: &[(u32, PrinterWarning)] = &[
    (0x1, PrinterWarning::CalibrateMedia),
    (0x2, PrinterWarning::CleanHead),
    (0x4, PrinterWarning::ReplaceHead),
    (0x8, PrinterWarning::MediaLow),
];

/// Reads `~HQES`: after `ERRORS:` and `WARNINGS:` a flag and two groups of eight hexadecimal digits.
pub(super) fn host_errors(
    text: &str,
) -> Result<(PrinterStatus, Vec<PrinterWarning>), PrinterError> {
    let errors = group(text, "ERRORS:", 1)?;
    let warnings = group(text, "WARNINGS:", 2)?;
    let mut faults: Vec<PrinterFault> =
        ERROR_BITS.iter().filter(|(bit, _)| errors & bit != 0).map(|(_, fault)| *fault).collect();
    let known = ERROR_BITS.iter().fold(0, |all, (bit, _)| all | bit);
    if errors & !known != 0 {
        faults.push(PrinterFault::Other);
    }
    let mut told: Vec<PrinterWarning> =
        WARNING_BITS.iter().filter(|(bit, _)| warnings & bit != 0).map(|(_, told)| *told).collect();
    if warnings & !0xF != 0 {
        told.push(PrinterWarning::Other);
    }
    Ok((PrinterStatus::with_faults(faults), told))
}

/// The low group behind a title; zero when the flag before it says that there is nothing.
fn group(text: &str, title: &str, line: usize) -> Result<u32, PrinterError> {
    let rest = text.split_once(title).map(|(_, rest)| rest);
    let mut words = rest.unwrap_or_default().split_whitespace();
    let (flag, _high, low) = (words.next(), words.next(), words.next());
    if flag == Some("0") {
        return Ok(0);
    }
    let low = low.filter(|low| low.len() == 8 && low.bytes().all(|byte| byte.is_ascii_hexdigit()));
    low.and_then(|low| u32::from_str_radix(low, 16).ok())
        .ok_or(PrinterError::Field { line, field: 3 })
}

/// Reads `~HI`: model, firmware, dots per millimetre, memory, options.
pub(super) fn host_identity(text: &str) -> Result<Identity, PrinterError> {
    let mut fields = text.split(',').map(str::trim);
    let (Some(model), Some(firmware)) = (fields.next(), fields.next()) else {
        return Err(PrinterError::Field { line: 1, field: 2 });
    };
    let dots_per_mm = fields.next().and_then(|field| field.parse().ok());
    let memory = fields.next().unwrap_or_default().to_owned();
    let (model, firmware) = (model.to_owned(), firmware.to_owned());
    Ok(Identity { model, firmware, dots_per_mm, memory })
}

/// A value of `getvar`; `?` is the printer's word for a name that it does not know.
pub(super) fn value(text: &str) -> Option<String> {
    let text = text.trim();
    (text != "?" && !text.is_empty()).then(|| text.to_owned())
}

/// The first number in a value: `1234 LABELS` on some firmwares.
pub(super) fn count(text: &str) -> Option<i64> {
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
