//! Carriers: one unified model, one folder each.
//!
//! A capability of a carrier is a trait of its own; a carrier answers which it has. What one cannot
//! do is therefore not called and refused, it cannot be called.
//!
//! **Invariant:** nothing here reads or writes the database, and nothing runs inside a transaction.
//! **Invariant:** every carrier code has a carrier: one that nobody has programmed is served by files
//! ([`file`]).

pub mod file;
mod model;
pub mod registry;

pub use model::{ExportFile, ExportFormat, ManifestModel, ParcelModel, RecipientModel};

use crate::documents::DocumentError;
use crate::fault::{Fault, Kind};

/// Why a carrier did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl Fault for CarrierError {
    fn code(&self) -> &'static str {
        match self {
            Self::Document(error) => error.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Document(error) => error.kind(),
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Document(error) => error.args(),
        }
    }
}

/// A carrier (перевозчик).
pub trait Carrier: Send + Sync {
    /// What orders and parcels name it by.
    fn code(&self) -> &str;

    /// What papers name it by.
    fn name(&self) -> &str;

    /// Takes registers of what was handed over, as files.
    fn manifests(&self) -> Option<&dyn ManifestExport> {
        None
    }
}

/// The capability of taking a manifest as files (реестр передачи).
pub trait ManifestExport {
    /// The register of a closed manifest in every format the carrier reads.
    fn manifest_export(&self, manifest: &ManifestModel) -> Result<Vec<ExportFile>, CarrierError>;
}
