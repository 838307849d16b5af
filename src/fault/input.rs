//! Wrong input: all wrong fields at once, each with what is wrong about it.

use super::{Fault, Kind};

/// One wrong field of a request or a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldFault {
    /// The path in the body, such as `lines[2].quantity`.
    pub field: String,
    /// What is wrong, in `snake_case`; its sentence is `field-<code>` in `locales/`.
    #[schema(value_type = String)]
    pub code: &'static str,
}

/// The codes a field can have.
pub const FIELD_CODES: &[&str] = &[
    "missing",
    "too_long",
    "too_small",
    "too_large",
    "bad_format",
    "unknown",
    "duplicate",
    "reserved",
    "bad_check_digit",
];

/// Characters of a reason that somebody writes down for others to read.
const REASON_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} field(s) are wrong, first {}", fields.len(), fields.first().map_or("", |f| f.field.as_str()))]
pub struct InputError {
    fields: Vec<FieldFault>,
}

impl InputError {
    /// For a single wrong field.
    pub fn one(field: impl Into<String>, code: &'static str) -> Self {
        debug_assert!(FIELD_CODES.contains(&code), "{code} has no sentence");
        Self { fields: vec![FieldFault { field: field.into(), code }] }
    }
}

impl Fault for InputError {
    fn code(&self) -> &'static str {
        "input_invalid"
    }

    fn kind(&self) -> Kind {
        Kind::Invalid
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        let names: Vec<&str> = self.fields.iter().map(|f| f.field.as_str()).collect();
        vec![("fields", names.join(", "))]
    }

    fn fields(&self) -> Vec<FieldFault> {
        self.fields.clone()
    }
}

/// The reason of a decision as it is kept: in the field `reason`, and without blanks around it.
pub fn reason_checked(reason: &str) -> Result<&str, InputError> {
    let mut faults = InputFaults::default();
    faults.reason(reason);
    faults.finish()?;
    Ok(reason.trim())
}

/// Collects the wrong fields of one input.
#[derive(Debug, Default)]
pub struct InputFaults {
    fields: Vec<FieldFault>,
}

impl InputFaults {
    pub fn note(&mut self, field: impl Into<String>, code: &'static str) {
        debug_assert!(FIELD_CODES.contains(&code), "{code} has no sentence");
        self.fields.push(FieldFault { field: field.into(), code });
    }

    /// A text that must be there and must not be longer than `length_max` characters.
    pub fn text(&mut self, field: &str, value: &str, length_max: usize) {
        if value.trim().is_empty() {
            self.note(field, "missing");
        } else if value.chars().count() > length_max {
            self.note(field, "too_long");
        }
    }

    /// Why somebody decided something: must be there, in 500 characters at most.
    pub fn reason(&mut self, value: &str) {
        self.text("reason", value, REASON_MAX);
    }

    pub fn range(&mut self, field: &str, value: i64, range: std::ops::RangeInclusive<i64>) {
        if value < *range.start() {
            self.note(field, "too_small");
        } else if value > *range.end() {
            self.note(field, "too_large");
        }
    }

    pub fn finish(self) -> Result<(), InputError> {
        if self.fields.is_empty() { Ok(()) } else { Err(InputError { fields: self.fields }) }
    }
}
