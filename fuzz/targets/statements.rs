//! Statements of banks, in whatever encoding.

#![no_main]

use ambar::bank::format::{Item, SectionKind, read};
use ambar::bank::statement;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut faults = Vec::new();
    for item in read(bytes).1 {
        let Item::Section(section) = item else { continue };
        match section.kind {
            SectionKind::Account => drop(statement::balance(&section, &mut faults)),
            SectionKind::Document => drop(statement::payment(&section, &mut faults)),
        }
    }
});
