//! Labels that carriers send as pictures or papers.

#![no_main]

use ambar::labels::{MediaSize, PrinterModel, graphic_label};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Small, so that there is time for many.
    let media = MediaSize { width_mm: 20, height_mm: 20 };
    let _ = graphic_label(bytes, media, PrinterModel::zpl(6));
});
