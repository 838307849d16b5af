//! Replies of every printer: the first byte chooses the model.

#![no_main]

use ambar::devices::printer::{PrinterProtocol, fuzz};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let models = PrinterProtocol::all();
    fuzz::reply(&models[usize::from(*choice) % models.len()], bytes);
});
