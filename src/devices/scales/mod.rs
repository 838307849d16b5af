//! Scales: what they weigh, what they are asked.
//!
//! The descriptions are `firmware-protocols/scales/*.toml`, built into the program.
//!
//! **Invariant:** a weight is a whole number of tenths of a gram; nothing is computed with fractions.

mod cas;
mod decimal;
mod decoder;
mod event;
mod massa_k;
mod mt_sics;
mod protocol;
mod stable;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

pub use decoder::ScaleDecoder;
pub use event::{Done, Load, Motion, Refusal, ScaleEvent, ScaleRequest, Weight};
pub use protocol::{ScaleProtocol, SerialLine};
pub use stable::{StableRules, StableStep, StableWeight};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../firmware-protocols/scales/", $name, ".toml")))),*]
    };
}

/// Name and text of each file. A new device is a line here.
const FILES: &[(&str, &str)] = files!["cas", "cas-continuous", "massa-k-100", "mt-sics"];

static SCALES: LazyLock<Vec<Arc<ScaleProtocol>>> = LazyLock::new(|| {
    let parse = |(file, text): &(&str, &str)| {
        Arc::new(ScaleProtocol::parse(file, text).expect("a test reads every description"))
    };
    FILES.iter().map(parse).collect()
});

/// All scales that the program knows.
pub fn scales() -> &'static [Arc<ScaleProtocol>] {
    &SCALES
}

/// The scale of `firmware-protocols/scales/<name>.toml`.
pub fn scale(name: &str) -> Option<&'static Arc<ScaleProtocol>> {
    scales().iter().find(|scale| scale.name() == name)
}
