//! Scanners: what they send, what they are told.
//!
//! The descriptions are `firmware-protocols/scanners/*.toml`, built into the program.

mod decoder;
mod event;
mod feedback;
mod message;
mod protocol;
mod ssi;
mod symbology;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub use decoder::ScannerDecoder;
pub use event::{DeviceScan, Outcome, Repeat, ScannerEvent};
pub use feedback::{Reply, Verdict};
pub use message::{MessageEvent, MessageProtocol, OutgoingMessage};
pub use protocol::{Channel, Language, ScannerProtocol, Setup, StreamProtocol, Title};
pub use symbology::Symbology;

/// Name and text of each file. A new device is a line here.
const FILES: &[(&str, &str)] =
    &[("line-tcp", include_str!("../../../firmware-protocols/scanners/line-tcp.toml"))];

static SCANNERS: LazyLock<Vec<ScannerProtocol>> = LazyLock::new(|| {
    let parse = |(file, text): &(&str, &str)| {
        ScannerProtocol::parse(file, text).expect("a test reads every description")
    };
    FILES.iter().map(parse).collect()
});

/// All scanners that the program knows.
pub fn scanners() -> &'static [ScannerProtocol] {
    &SCANNERS
}

/// The scanner of `firmware-protocols/scanners/<name>.toml`.
pub fn scanner(name: &str) -> Option<&'static ScannerProtocol> {
    scanners().iter().find(|scanner| scanner.name() == name)
}
