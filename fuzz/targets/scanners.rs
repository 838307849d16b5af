//! Streams of bytes of every scanner: the first byte chooses the protocol.

#![no_main]

use ambar::devices::{fuzz, scanners};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let streams: Vec<_> = scanners().iter().filter_map(|scanner| scanner.stream()).collect();
    fuzz::scanner(streams[usize::from(*choice) % streams.len()], bytes);
});
