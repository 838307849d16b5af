//! Why a label cannot be made.

use crate::barcodes::BarcodeError;

/// A template or data of which no label can be made.
#[derive(Debug, thiserror::Error)]
pub enum LabelError {
    #[error("there is no label template {name}")]
    UnknownTemplate { name: String },
    #[error("label template {template}, line {line}: {problem}")]
    Template { template: String, line: usize, problem: String },
    #[error("label {template} has no field {field}")]
    UnknownField { template: String, field: String },
    #[error("label {template} needs the field {field}")]
    MissingField { template: String, field: String },
    #[error("field {field} of label {template} has {found} characters, more than {max}")]
    TooLong { template: String, field: String, found: usize, max: usize },
    #[error(
        "field {field} of label {template} cannot have the character {character:?} in a bar code"
    )]
    Character { template: String, field: String, character: char },
    #[error("field {field} of label {template} is not a right number: {source}")]
    Number { template: String, field: String, source: BarcodeError },
    #[error("field {field} does not fit on label {template}")]
    DoesNotFit { template: String, field: String },
    #[error("printers have 6, 8, 12 or 24 dots per millimetre, not {dots_per_mm}")]
    Resolution { dots_per_mm: u32 },
    #[error("the picture of the label cannot be written: {why}")]
    Picture { why: String },
    #[error("the file is no label that can be drawn: {why}")]
    Graphic { why: String },
    #[error(transparent)]
    Pdf(#[from] super::pdf::PdfError),
    #[error("the label cannot be drawn: {0}")]
    Zpl(#[from] super::zpl::ZplError),
}
