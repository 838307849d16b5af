//! Papers: HTML from compiled templates, XLSX and CSV from one model of a table.
//!
//! [`Sheet`] is what a register or an act says; [`xlsx`] and [`csv`] write it. HTML forms are askama
//! templates in `document-templates/`, filled by the capability whose paper it is.
//!
//! **Invariant:** the same model gives the same bytes: no clock, no random name, no machine.
//! **Invariant:** data is never code. Cells are written as texts and numbers and never as formulas,
//! and the templates escape what they insert.
//!
//! Deliberately absent: numbers of papers (`series`), and where the data comes from.

pub mod csv;
pub mod pdf;
pub mod post_forms;
#[cfg(test)]
pub(crate) mod read_back;
mod sheet;
pub mod typography;
pub mod words;
pub mod xlsx;

pub use sheet::{Cell, Column, Sheet};

use crate::fault::{Fault, FieldFault, InputError, Kind};

/// A paper that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("the workbook was not written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("the text file was not written: {0}")]
    Csv(String),
    #[error("the page was not written: {0}")]
    Html(#[from] askama::Error),
    #[error(transparent)]
    Pdf(#[from] pdf::PaperError),
}

impl DocumentError {
    /// Data that a form cannot hold; everything else is our own fault.
    const fn input(&self) -> Option<&InputError> {
        match self {
            Self::Pdf(pdf::PaperError::Input(input)) => Some(input),
            _ => None,
        }
    }
}

/// What else goes wrong was checked before: it is a defect of this program.
impl Fault for DocumentError {
    fn code(&self) -> &'static str {
        self.input().map_or("internal", Fault::code)
    }

    fn kind(&self) -> Kind {
        self.input().map_or(Kind::Internal, Fault::kind)
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        self.input().map(Fault::args).unwrap_or_default()
    }

    fn fields(&self) -> Vec<FieldFault> {
        self.input().map(Fault::fields).unwrap_or_default()
    }
}
