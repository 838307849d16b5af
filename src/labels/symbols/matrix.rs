//! Two-dimensional symbols: Data Matrix (ECC 200) and QR.

use datamatrix::{DataMatrix, SymbolList};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::labels::bitmap::Bitmap;

/// The black modules of a square or rectangle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::labels) struct Matrix {
    pub(in crate::labels) width: u32,
    pub(in crate::labels) height: u32,
    black: Vec<bool>,
}

impl Matrix {
    fn new(width: usize, height: usize) -> Option<Self> {
        let side = |side| u32::try_from(side).ok();
        let black = vec![false; width * height];
        Some(Self { width: side(width)?, height: side(height)?, black })
    }

    /// From the top; black is true.
    pub(in crate::labels) fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.black.chunks_exact(self.width as usize)
    }

    /// The symbol with `quiet` white modules around it, a module being `module` dots a side.
    pub(in crate::labels) fn picture(&self, module: u32, quiet: u32) -> Bitmap {
        let side = |modules: u32| (modules + 2 * quiet) * module;
        let mut picture = Bitmap::new(side(self.width), side(self.height));
        for y in 0..self.height {
            for x in (0..self.width).filter(|x| self.black[(y * self.width + x) as usize]) {
                picture.blacken_rectangle(
                    (x + quiet) * module,
                    (y + quiet) * module,
                    module,
                    module,
                );
            }
        }
        picture
    }
}

/// Which sizes of Data Matrix may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::labels) enum Shape {
    Square,
    Rectangle,
    /// Exactly so many columns and rows; 0 leaves one of them open.
    Exact {
        columns: usize,
        rows: usize,
    },
}

/// What a Data Matrix begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::labels) enum Lead {
    Plain,
    /// FNC1 first: GS1. Separators in the data are `<GS>`.
    Gs1,
}

/// Data Matrix of any bytes; none if they are too many.
pub(in crate::labels) fn data_matrix(data: &[u8], lead: Lead, shape: Shape) -> Option<Matrix> {
    let list = match shape {
        Shape::Square => SymbolList::default().enforce_square(),
        Shape::Rectangle => SymbolList::default().enforce_rectangular(),
        Shape::Exact { columns, rows } => {
            let mut list = SymbolList::default();
            if columns > 0 {
                list = list.enforce_width_in(columns..=columns);
            }
            if rows > 0 {
                list = list.enforce_height_in(rows..=rows);
            }
            list
        }
    };
    // Longer data than the largest symbol holds would be tried in every mode for nothing.
    if list.is_empty() || data.len() > 3_200 {
        return None;
    }
    let code = match (lead, std::str::from_utf8(data)) {
        (Lead::Gs1, _) => DataMatrix::encode_gs1(data, list),
        // Latin letters as they are, others as UTF-8 that says so (ECI).
        (Lead::Plain, Ok(text)) => DataMatrix::encode_str(text, list),
        (Lead::Plain, Err(_)) => DataMatrix::encode(data, list),
    };
    let bitmap = code.ok()?.bitmap();
    let mut matrix = Matrix::new(bitmap.width(), bitmap.height())?;
    for (x, y) in bitmap.pixels() {
        matrix.black[y * bitmap.width() + x] = true;
    }
    Some(matrix)
}

/// How much damage a QR code survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::labels) enum Correction {
    Low,
    Medium,
    Quartile,
    High,
}

/// QR code of a text (UTF-8) or bytes; none if they are too many.
pub(in crate::labels) fn qr(data: &[u8], correction: Correction) -> Option<Matrix> {
    let level = match correction {
        Correction::Low => QrCodeEcc::Low,
        Correction::Medium => QrCodeEcc::Medium,
        Correction::Quartile => QrCodeEcc::Quartile,
        Correction::High => QrCodeEcc::High,
    };
    let code = match std::str::from_utf8(data) {
        Ok(text) => QrCode::encode_text(text, level),
        Err(_) => QrCode::encode_binary(data, level),
    };
    let code = code.ok()?;
    let side = code.size();
    let mut matrix = Matrix::new(usize::try_from(side).ok()?, usize::try_from(side).ok()?)?;
    for (index, black) in matrix.black.iter_mut().enumerate() {
        let index = i32::try_from(index).ok()?;
        *black = code.get_module(index % side, index / side);
    }
    Some(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marking_code_of_31_characters_is_20_modules_a_side() {
        let code = "0104670540176099215'W9Um\u{1d}93dGVz";
        let matrix = data_matrix(code.as_bytes(), Lead::Gs1, Shape::Square).unwrap();
        assert_eq!((matrix.width, matrix.height), (20, 20));
        let read = DataMatrix::decode(&matrix.black, 20).unwrap();
        assert!(read.ends_with(code.as_bytes()), "{read:?}");
    }

    #[test]
    fn too_much_data_makes_no_symbol() {
        assert_eq!(data_matrix(&[b'x'; 3_000], Lead::Plain, Shape::Square), None);
        assert_eq!(qr(&[b'x'; 3_000], Correction::Low), None);
        let exact = Shape::Exact { columns: 10, rows: 10 };
        assert_eq!(data_matrix(&[b'x'; 100], Lead::Plain, exact), None);
        assert!(data_matrix(b"123", Lead::Plain, exact).is_some_and(|matrix| matrix.width == 10));
        assert!(data_matrix(b"123", Lead::Plain, Shape::Rectangle).is_some_and(|m| m.width == 18));
    }

    #[test]
    fn pictures_have_their_quiet_zone() {
        let picture = qr("Амбар".as_bytes(), Correction::Medium).unwrap().picture(3, 4);
        assert_eq!(picture.width(), (21 + 8) * 3);
        assert!(!picture.is_black(11, 11) && picture.is_black(12, 12));
    }
}
