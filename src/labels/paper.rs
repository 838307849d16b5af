//! Bar codes for papers: the same symbols, as rectangles of modules for a page without dots.

use super::codes::{Code, CodeError, Command};
use super::template::FieldKind;
use crate::barcodes::BarcodeError;

/// A bar code in modules; a linear one is one module high and as tall as its place allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperSymbol {
    pub width: u32,
    pub height: u32,
    /// Modules that must stay white around it; above and below only where there are rows.
    pub quiet: u32,
    /// The black rectangles: column, row, columns. Each is one module high.
    pub runs: Vec<(u32, u32, u32)>,
}

/// Why a value is no bar code of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    #[error("the value has a character or a length that this bar code cannot have")]
    Format,
    #[error("the check digit is wrong")]
    CheckDigit,
    #[error("the value is too long for a bar code")]
    TooLong,
}

/// The value as a bar code: Почта's domestic numbers as ITF, everything else as its kind says.
pub fn paper_symbol(kind: FieldKind, value: &str) -> Result<PaperSymbol, SymbolError> {
    let code = Code::new(kind, Command::Itf, value).map_err(|error| match error {
        CodeError::Number(BarcodeError::CheckDigit { .. }) => SymbolError::CheckDigit,
        CodeError::Number(_) | CodeError::Character(_) => SymbolError::Format,
        CodeError::TooMuch => SymbolError::TooLong,
    })?;
    Ok(match code {
        Code::Bars(bars) => PaperSymbol {
            width: u32::try_from(bars.modules.len()).unwrap_or(u32::MAX),
            height: 1,
            quiet: bars.quiet_left(),
            runs: runs(&bars.modules, 0),
        },
        Code::Matrix { matrix, quiet } => PaperSymbol {
            width: matrix.width,
            height: matrix.height,
            quiet,
            runs: (0..).zip(matrix.rows()).flat_map(|(row, black)| runs(black, row)).collect(),
        },
    })
}

fn runs(modules: &[bool], row: u32) -> Vec<(u32, u32, u32)> {
    let mut found = Vec::new();
    let mut column = 0;
    for run in modules.chunk_by(|left, right| left == right) {
        let length = u32::try_from(run.len()).unwrap_or(0);
        if run[0] {
            found.push((column, row, length));
        }
        column += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domestic_number_is_itf_and_an_international_one_code_128() {
        let domestic = paper_symbol(FieldKind::Postal, "80093053624992").unwrap();
        // Start, seven pairs of 18 modules, stop: a wide stripe is three modules.
        assert_eq!((domestic.width, domestic.height, domestic.quiet), (4 + 7 * 18 + 5, 1, 10));
        assert_eq!(domestic.runs[..2], [(0, 0, 1), (2, 0, 1)]);
        let international = paper_symbol(FieldKind::Postal, "RD025500807SE").unwrap();
        assert_eq!(international.runs[..2], [(0, 0, 2), (3, 0, 1)]);
        let wrong = paper_symbol(FieldKind::Postal, "80093053624993");
        assert_eq!(wrong, Err(SymbolError::CheckDigit));
        assert_eq!(paper_symbol(FieldKind::Postal, "8009"), Err(SymbolError::Format));
    }

    #[test]
    fn a_matrix_has_its_solid_edges() {
        let symbol = paper_symbol(FieldKind::Datamatrix, "ST00012|149000").unwrap();
        assert_eq!(symbol.width, symbol.height);
        assert!(symbol.runs.contains(&(0, symbol.height - 1, symbol.width)), "the lower edge");
    }
}
