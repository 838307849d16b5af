//! Printers: what they say about themselves, and how each model is asked.
//!
//! A model is data ([`PrinterProtocol`]): `firmware-protocols/printers/<model>.toml` names its
//! language, the questions it answers, what proves that a label came out, and its timings, with test
//! vectors of its own. Replies are read by [`ReplyReader`].
//!
//! **Invariant:** a reader holds at most [`REPLY_BYTES_MAX`] bytes and never panics.
//! **Invariant:** the same bytes give the same reply however they are cut.
//! **Invariant:** what a printer leaves unsaid stays unsaid: silence is neither "ready" nor "off".
//!
//! Deliberately absent: sockets, deadlines, and what to do about a printer that stopped. Those
//! belong to `printing`.

mod alert;
mod copies;
pub mod fuzz;
mod protocol;
mod reply;
mod status;
#[cfg(test)]
mod tests;
mod tspl;
mod zpl;

pub use alert::Alert;
pub use copies::with_copies;
pub use protocol::{Confirmation, Language, PrinterProtocol, Question, StatusByte, Timings};
pub use reply::{REPLY_BYTES_MAX, Reply, ReplyKind, ReplyReader};
pub use status::{Identity, PrinterFault, PrinterStatus, PrinterWarning};

/// What is wrong with a description or with what a printer answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrinterError {
    #[error("the printer's description is wrong: {problem}")]
    Description { problem: String },
    /// The reply ended before it was whole.
    #[error("the reply is incomplete: {lines} lines")]
    Incomplete { lines: usize },
    #[error("the reply is longer than {max_bytes} bytes")]
    TooLong { max_bytes: usize },
    #[error("field {field} of line {line} of the reply cannot be read")]
    Field { line: usize, field: usize },
}
