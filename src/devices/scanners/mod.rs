//! Scanners: what they send, what they are told.
//!
//! The descriptions are `firmware-protocols/scanners/*.toml`, built into the program.

mod decoder;
mod event;
mod feedback;
mod heard;
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
pub use heard::{FeedbackReader, Heard};
pub use message::{MessageEvent, MessageProtocol, OutgoingMessage};
pub use protocol::{Channel, Language, ScannerProtocol, Setup, StreamProtocol, Title};
pub use symbology::Symbology;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../firmware-protocols/scanners/", $name, ".toml")))),*]
    };
}

/// Name and text of each file. A new device is a line here.
const FILES: &[(&str, &str)] = files![
    "android-atol",
    "android-chainway",
    "android-datalogic",
    "android-geenk",
    "android-honeywell",
    "android-idata",
    "android-m3",
    "android-newland",
    "android-point-mobile",
    "android-seuic",
    "android-sunmi",
    "android-urovo",
    "cipherlab-cradle",
    "cognex-dataman",
    "datalogic",
    "datalogic-matrix",
    "generic-mqtt-json",
    "honeywell",
    "honeywell-host-ack",
    "keyboard-wedge",
    "line-tcp",
    "newland",
    "newland-nls",
    "serial-cr",
    "serial-crlf",
    "serial-lf",
    "serial-silence",
    "sick-cola-a",
    "sick-cola-b",
    "stx-etx",
    "stx-etx-bcc",
    "wearable-gateway",
    "zebra-datawedge",
    "zebra-iot-mqtt",
    "zebra-ssi",
];

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
