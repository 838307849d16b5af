//! Data in every field of every template: it never becomes a command.

#![no_main]

use std::collections::BTreeMap;

use ambar::labels::{PrinterModel, fill, templates, zpl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, Vec<String>)| {
    let (choice, density, values) = input;
    let template = &templates()[usize::from(choice) % templates().len()];
    let mut fields: BTreeMap<String, String> = template.example();
    for (value, (_, field)) in values.into_iter().zip(fields.iter_mut()) {
        if !value.is_empty() {
            *field = value;
        }
    }
    let dots_per_mm = [6, 8, 12, 24][usize::from(density) % 4];
    let Ok(label) = fill(template, &fields, PrinterModel::zpl(dots_per_mm)) else { return };
    assert!(label.starts_with(b"^XA") && label.trim_ascii_end().ends_with(b"^XZ"));
    let format = zpl::parse(&label).expect("what we write can be read");
    let ends = format.commands.iter().filter(|command| command.name == *b"XZ");
    assert_eq!(ends.count(), 1, "one label, whatever the data");
    assert!(format.commands.iter().all(|command| command.prefix == b'^'), "no control command");
});
