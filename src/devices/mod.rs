//! Codecs for scanners, printers and scales, without I/O and without a clock.
//!
//! A device is described as data in `firmware-protocols/<class>/<model>.toml`, which also holds the
//! device's own test vectors. Code here interprets such a description.
//!
//! # Scanners
//!
//! [`scanners`] lists the descriptions, [`scanner`] finds one by name. A
//! [`ScannerProtocol`] speaks one of two languages:
//!
//! - [`StreamProtocol`], a stream of bytes (TCP, serial, keyboard). The owner of the connection keeps
//!   a [`ScannerDecoder`]: `while let Some(event) = decoder.next(&mut input)`, and between the events
//!   it may wait for whatever it likes. [`ScannerEvent::SendNow`] must go out at once; a
//!   [`ScannerEvent::Scan`] is answered by the bytes of [`StreamProtocol::feedback`]. When nothing
//!   came for [`StreamProtocol::patience`] inside a frame, it calls [`ScannerDecoder::idle`]; when
//!   [`ScannerDecoder::is_closed`], it hangs up.
//! - [`MessageProtocol`], whole JSON messages (HTTP, WebSocket, MQTT): [`MessageProtocol::read`] gives
//!   the same events with the device, time and key that the message names;
//!   [`MessageProtocol::feedback`] gives the message to send and its topic or path.
//!
//! [`StreamProtocol::device_bytes`] is the side of the device: what it would send to say an event.
//!
//! # Printers
//!
//! [`printer`]: each model's questions and answers; who asks them is `printing`.
//!
//! # Scales
//!
//! [`scales`] and [`scale`] find a [`ScaleProtocol`]. Its owner sends [`ScaleProtocol::request`] two to
//! five times a second if [`ScaleProtocol::is_polled`], feeds what comes to a [`ScaleDecoder`], sends
//! [`ScaleEvent::SendNow`] at once, and lets [`StableWeight`] say when a weight is the parcel's.
//!
//! **Invariant:** a decoder takes bytes in any cut and never panics; the same bytes give the same
//! events however they are cut; its memory is bounded by `max_bytes` of the description.
//! **Invariant:** no text of a reply reaches a device as a control character.
//!
//! Deliberately absent: sockets, serial ports, timeouts. Those belong to whoever owns the
//! connection.

mod bytes;
mod check;
mod fault;
mod frame;
mod framer;
pub mod fuzz;
pub mod printer;
mod repeat;
pub mod scales;
pub mod scanners;
#[cfg(test)]
mod vectors;

pub use fault::{FrameFault, ProtocolError};
pub use repeat::{Novelty, RepeatFilter};
pub use scales::{
    Done, Load, Motion, Refusal, ScaleDecoder, ScaleEvent, ScaleProtocol, ScaleRequest, SerialLine,
    StableRules, StableStep, StableWeight, Weight, scale, scales,
};
pub use scanners::{
    Channel, DeviceScan, FeedbackReader, Heard, Language, MessageEvent, MessageProtocol, Outcome,
    OutgoingMessage, Repeat, Reply, ScannerDecoder, ScannerEvent, ScannerProtocol, Setup,
    StreamProtocol, Symbology, Title, Verdict, scanner, scanners,
};
