//! Marking codes (Честный ЗНАК) at the packing table: which code a scan gives to a piece. Pure.
//!
//! **Invariant:** a piece of marked goods is packed with its own code or not at all; a maker's barcode
//! or a typed number never stands for it.

use crate::barcodes::{MarkingCode, Scan};
use crate::packing::{PackError, PackLine};
use crate::units::Pieces;

/// The code of the one piece of marked goods that was scanned.
pub fn mark_scanned(article: &str, pieces: Pieces, scan: &Scan) -> Result<MarkingCode, PackError> {
    let article = article.to_owned();
    if pieces.get() != 1 {
        return Err(PackError::MarkOneByOne { article });
    }
    match scan.marking() {
        None => Err(PackError::MarkNeeded { article }),
        // Without its tail a code is worth nothing to the cash register that it goes to.
        Some(code) if !code.has_tail => Err(PackError::MarkDamaged),
        Some(code) => Ok(code.clone()),
    }
}

/// The code that pieces of these lines must bring; none for goods that are not marked.
pub(super) fn mark_wanted<'a>(
    line: &PackLine,
    pieces: Pieces,
    mark: Option<&'a MarkingCode>,
) -> Result<Option<&'a MarkingCode>, PackError> {
    let article = || line.article.clone();
    match mark {
        _ if !line.marked => Ok(None),
        None => Err(PackError::MarkNeeded { article: article() }),
        Some(_) if pieces.get() != 1 => Err(PackError::MarkOneByOne { article: article() }),
        Some(mark) => Ok(Some(mark)),
    }
}

/// Refuses to close a parcel of which a marked piece has no code.
pub(super) fn marks_complete(lines: &[PackLine]) -> Result<(), PackError> {
    match lines.iter().find(|line| line.unmarked().is_positive()) {
        None => Ok(()),
        Some(line) => {
            let (article, missing) = (line.article.clone(), line.unmarked());
            Err(PackError::MarksMissing { article, missing })
        }
    }
}
