//! JSON messages of every device that sends them: the first byte chooses the protocol.

#![no_main]

use ambar::devices::{fuzz, scanners};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let messages: Vec<_> = scanners().iter().filter_map(|scanner| scanner.message()).collect();
    fuzz::message(messages[usize::from(*choice) % messages.len()], bytes);
});
