//! Scanners that send one line for each scan and show a few lines back.
//!
//! The description is data ([`LineProtocol`]); `firmware-protocols/scanners/line-tcp.toml` is the one
//! that is built in, and its test vectors are run by the tests here.
//!
//! A reply is a line with the number of the scan, the verdict and its sound, then the lines for the
//! display, then an empty line, by which the device knows that the reply is whole.
//!
//! **Invariant:** a decoder holds at most one frame of `frame_max_bytes`.
//! **Invariant:** the same bytes give the same frames however they are cut.
//! **Invariant:** no text of a reply reaches the device as a control character.

mod decoder;
mod protocol;
mod reply;
#[cfg(test)]
mod tests;

pub use decoder::{LineDecoder, LineFrame};
pub use protocol::LineProtocol;
pub use reply::{Feedback, Reply};

/// What is wrong with a description or with what a device sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    #[error("the protocol description is wrong: {problem}")]
    Description { problem: String },
    #[error("a frame is longer than {max_bytes} bytes")]
    TooLong { max_bytes: usize },
    #[error("{bytes} bytes stand before the start of a frame")]
    Garbage { bytes: usize },
    #[error("the greeting has no usable token")]
    BadHello,
    #[error("the number of the scan has more than 18 digits")]
    BadSequence,
}
