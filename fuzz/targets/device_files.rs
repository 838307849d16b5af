//! Descriptions of devices, as somebody writes them.

#![no_main]

use ambar::devices::{fuzz, printer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    fuzz::description(text);
    printer::fuzz::description(text);
});
