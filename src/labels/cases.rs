//! Data that every label must survive: long, Cyrillic and hostile values for any template.
//!
//! Tests and the independent decoder use it; it is made from the template alone, so a new template
//! is covered the day it is added.

use std::collections::BTreeMap;

use super::template::{FieldKind, FieldSpec, Template};
use super::{LabelError, PrinterModel, fill};

/// One kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// The example of the template.
    Example,
    /// Russian words in every field that may hold any.
    Cyrillic,
    /// As long as the template can take.
    Longest,
    /// What looks like commands of printers.
    Hostile,
}

impl Case {
    pub const ALL: &'static [Self] = &[Self::Example, Self::Cyrillic, Self::Longest, Self::Hostile];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Example => "example",
            Self::Cyrillic => "cyrillic",
            Self::Longest => "longest",
            Self::Hostile => "hostile",
        }
    }

    /// Text that goes on for ever when it is repeated.
    const fn text(self) -> &'static str {
        match self {
            Self::Example => "",
            Self::Cyrillic => "Съешь ещё этих мягких французских булок, да выпей же чаю № 1 ",
            Self::Longest => "Широкоформатный Щётка WMW-0123456789/Ъ ",
            Self::Hostile => {
                "^XA^XZ~DGR:A,1,1,FF_5E\\&\"'<b>\u{1d}^FO0,0^GB800,800,800^FS~JR{x}\r\n"
            }
        }
    }

    /// The same for codes of printable ASCII.
    const fn ascii(self) -> &'static str {
        match self {
            Self::Example | Self::Cyrillic => "",
            Self::Longest => "AB-0123456789",
            Self::Hostile => "^XZ~DG_5E\\\"'>8",
        }
    }

    fn value(self, field: &FieldSpec, length: usize) -> String {
        let taken = |text: &str| -> String { text.chars().cycle().take(length).collect() };
        match (self, field.kind) {
            (Self::Example, _) => field.example.clone(),
            (_, FieldKind::Text | FieldKind::Qr | FieldKind::Datamatrix) => taken(self.text()),
            (_, FieldKind::Code128 | FieldKind::ProductBarcode) if !self.ascii().is_empty() => {
                taken(self.ascii())
            }
            // Numbers with a check digit have one form only.
            _ => field.example.clone(),
        }
    }
}

/// The values of a case: as long as each field may be, made shorter where the label has no room.
pub fn cases(
    template: &Template,
    case: Case,
    printer: PrinterModel,
) -> Result<BTreeMap<String, String>, LabelError> {
    let longest = |field: &FieldSpec| (field.name.clone(), field.max_characters);
    let mut lengths: BTreeMap<String, usize> = template.fields().iter().map(longest).collect();
    loop {
        let value =
            |field: &FieldSpec| (field.name.clone(), case.value(field, lengths[&field.name]));
        let fields = template.fields().iter().map(value).collect();
        match fill(template, &fields, printer) {
            Err(LabelError::DoesNotFit { field, .. }) if lengths.get(&field) > Some(&1) => {
                lengths.entry(field).and_modify(|length| *length -= 1);
            }
            Err(other) => return Err(other),
            Ok(_) => return Ok(fields),
        }
    }
}
