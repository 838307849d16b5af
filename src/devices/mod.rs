//! Codecs for scanners, printers and scales, without I/O and without a clock.
//!
//! A device is described as data in `firmware-protocols/<class>/<model>.toml`, which also holds the
//! device's own test vectors. Code here interprets such a description.
//!
//! **Invariant:** a decoder takes bytes in any cut and never panics; its memory is bounded.
//!
//! Deliberately absent: sockets, serial ports, timeouts. Those belong to whoever owns the
//! connection.

pub mod line;

pub use line::{Feedback, LineDecoder, LineError, LineFrame, LineProtocol, Reply};
