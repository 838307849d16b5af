//! Streams of bytes of every scale: the first byte chooses the protocol.

#![no_main]

use ambar::devices::{fuzz, scales};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    fuzz::scale(&scales()[usize::from(*choice) % scales().len()], bytes);
});
