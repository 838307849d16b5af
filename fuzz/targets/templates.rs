//! Label templates, as somebody writes them; one that is taken fills its own example.

#![no_main]

use ambar::labels::{LabelError, PrinterModel, Template, fill};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match Template::parse("any", text) {
    Ok(template) => drop(fill(&template, &template.example(), PrinterModel::zpl(8))),
    Err(LabelError::Template { line, .. }) => assert!(line >= 1),
    Err(error) => panic!("another error: {error}"),
});
