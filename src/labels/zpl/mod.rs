//! ZPL II: written for our own labels, read and drawn for everybody's.
//!
//! [`draw`] shows what a printer would print: our previews are drawn by it from the very bytes that
//! are sent, and so are the labels of carriers. It knows the commands that our templates and
//! carriers' labels use; every other one is named in [`Drawing::warnings`].
//!
//! **Invariant:** no input makes it panic, and none makes it take more than a fixed amount of memory
//! or work: sizes are checked before anything is allocated, and what was painted is counted.
//! **Invariant:** nothing is left out silently: what is not drawn as asked is a warning with its line.
//!
//! Deliberately absent: PDF417, Aztec and `MaxiCode` symbols (named as not drawn), the printer's own
//! fonts (drawn with ours at their size), serial counters.

mod code;
mod command;
mod field;
pub(super) mod graphic;
mod machine;
mod place;
mod settings;
mod shape;
mod store;
#[cfg(test)]
mod tests;
pub(super) mod write;

use super::bitmap::Bitmap;
use machine::Machine;

pub use command::{Command, Format, parse};

/// The longest input: a long label with its graphics is under 2 MiB.
const INPUT_BYTES_MAX: usize = 16 << 20;
/// The most commands, those of recalled formats counted again.
const COMMANDS_MAX: usize = 200_000;
/// The largest label a side, in millimetres.
const SIDE_MM_MAX: u32 = 500;
/// The most labels of one input.
const LABELS_MAX: usize = 500;
/// The most bytes of all pictures together.
const PICTURE_BYTES_MAX: usize = 64 << 20;
/// The most bytes of stored graphics.
const STORED_BYTES_MAX: usize = 16 << 20;
/// The most dots of one element: the largest label at 24 dots/mm.
const ELEMENT_DOTS_MAX: u64 = 12_000 * 12_000;
/// The most bytes in a row of a graphic: the widest label at 24 dots/mm.
const ROW_BYTES_MAX: usize = 12_000 / 8;
/// The most dots to paint for one input, whatever they come to on paper.
const PAINTED_DOTS_MAX: u64 = 4_000_000_000;

/// Why an input cannot be drawn at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, byte {offset}: {problem}")]
pub struct ZplError {
    /// From the beginning of the input.
    pub offset: usize,
    /// From 1.
    pub line: usize,
    pub problem: Problem,
}

/// What is wrong with an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the input is longer than {INPUT_BYTES_MAX} bytes")]
    InputTooLong,
    #[error("there are more than {COMMANDS_MAX} commands")]
    TooManyCommands,
    #[error("a command is cut off")]
    CommandCut,
    #[error("a graphic is shorter than it says")]
    GraphicCut,
    #[error("there are more labels than can be drawn at once")]
    TooManyLabels,
    #[error("there is more to paint than on any label")]
    TooMuchToPaint,
    #[error("a label is 1 to {SIDE_MM_MAX} mm wide and high")]
    Size,
    #[error("printers have 6, 8, 12 or 24 dots per millimetre")]
    Resolution,
}

/// The paper, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaSize {
    pub width_mm: u32,
    pub height_mm: u32,
}

/// What an input came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    pub labels: Vec<DrawnLabel>,
    pub warnings: Vec<Warning>,
}

/// One label as it comes out of the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnLabel {
    pub picture: Bitmap,
    /// How many of it the input asks for.
    pub copies: u32,
}

/// Something that a printer might do otherwise, or that is not drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// From 1.
    pub line: usize,
    pub what: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Draws every label of an input, on paper of that size, with a head of 6, 8, 12 or 24 dots per
/// millimetre. For fuzzing, too: any bytes give a drawing or an error.
pub fn draw(input: &[u8], dots_per_mm: u32, size: MediaSize) -> Result<Drawing, ZplError> {
    let at_start = |problem| ZplError { offset: 0, line: 1, problem };
    if !matches!(dots_per_mm, 6 | 8 | 12 | 24) {
        return Err(at_start(Problem::Resolution));
    }
    if [size.width_mm, size.height_mm].iter().any(|side| !(1..=SIDE_MM_MAX).contains(side)) {
        return Err(at_start(Problem::Size));
    }
    let format = parse(input)?;
    let mut machine = Machine::new(dots_per_mm, size);
    machine.run(&format)?;
    Ok(machine.finish())
}
