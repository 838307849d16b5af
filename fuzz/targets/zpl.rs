//! ZPL of anybody: read, and drawn small.

#![no_main]

use ambar::labels::{MediaSize, zpl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = zpl::parse(bytes) {
        assert!(error.line >= 1 && error.offset <= bytes.len());
    }
    let _ = zpl::draw(bytes, 6, MediaSize { width_mm: 43, height_mm: 25 });
});
