//! Scanners and scales that are not there: they speak the protocols of `firmware-protocols/` over real
//! sockets, with good manners or bad ones.
//!
//! What a device sends is made by the codec's other direction, which the vectors of each file prove.

pub mod message;
pub mod scale;
pub mod scanner;
#[cfg(test)]
mod tests;

pub use message::SandboxMessageDevice;
pub use scale::{SandboxScale, ScaleMood};
pub use scanner::{Manners, Response, SandboxScanner};
