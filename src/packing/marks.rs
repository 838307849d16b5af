//! Marking codes (Честный ЗНАК) at the packing table: which code a scan gives to a piece. Pure.
//!
//! **Invariant:** a piece of marked goods is packed with its own code or not at all; a maker's barcode
//! or a typed number never stands for it.

use crate::barcodes::MarkingCode;
use crate::packing::{PackError, PackLine};
use crate::units::Pieces;

/// The code of the one piece of marked goods that was scanned.
pub fn mark_scanned<'a>(
    article: &str,
    pieces: Pieces,
    mark: Option<&'a MarkingCode>,
) -> Result<&'a MarkingCode, PackError> {
    let article = article.to_owned();
    if pieces.get() != 1 {
        return Err(PackError::MarkOneByOne { article });
    }
    match mark {
        None => Err(PackError::MarkNeeded { article }),
        // Without its tail a code is worth nothing to the cash register that it goes to.
        Some(mark) if !mark.has_tail => Err(PackError::MarkDamaged),
        Some(mark) => Ok(mark),
    }
}

/// The code that pieces of this line must bring; none for goods that are not marked.
pub(super) fn mark_wanted<'a>(
    line: &PackLine,
    pieces: Pieces,
    mark: Option<&'a MarkingCode>,
) -> Result<Option<&'a MarkingCode>, PackError> {
    if line.marked { mark_scanned(&line.article, pieces, mark).map(Some) } else { Ok(None) }
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
