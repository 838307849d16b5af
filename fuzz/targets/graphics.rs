//! Labels that carriers send as pictures or papers.

#![no_main]

use ambar::labels::{MediaSize, PrinterModel, graphic_label};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let media = MediaSize { width_mm: 100, height_mm: 150 };
    let _ = graphic_label(bytes, media, PrinterModel::zpl(8));
});
