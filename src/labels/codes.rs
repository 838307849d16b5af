//! The value of a field as a bar code: checked, encoded, and what a decoder must read from it.

use std::borrow::Cow;

use super::bitmap::Bitmap;
use super::symbols::code128::{self, Code128};
use super::symbols::linear;
use super::symbols::matrix::{self, Correction, Lead, Matrix, Shape};
use super::template::FieldKind;
use crate::barcodes::{BarcodeError, Element, Gs1, Gtin, PostalNumber, check_digit};

/// Why a value is not the bar code that its field wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CodeError {
    Character(char),
    Number(BarcodeError),
    TooMuch,
}

/// A bar code, not yet placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    Bars(Bars),
    Matrix { matrix: Matrix, quiet: u32 },
}

/// A linear code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bars {
    pub(super) symbology: Symbology,
    /// Black and white modules, without quiet zones.
    pub(super) modules: Vec<bool>,
    /// The narrowest module that its readers are promised, in micrometres.
    module_um_min: u32,
}

/// What a printer has to know to draw a linear code itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Symbology {
    /// Printable ASCII.
    Code128 { text: String },
    /// With its FNC1, as GS1 wants it.
    Gs1Code128 {
        /// The data behind FNC1 if it is nothing but pairs of digits, and so of one subset.
        digits: Option<String>,
    },
    /// 13 digits.
    Ean13 { digits: String },
    /// An even number of digits; a wide stripe is three modules.
    Itf { digits: String },
}

/// How wide a wide stripe of ITF is, in modules: with 3 there are no halves of dots.
pub(super) const ITF_WIDE: u32 = 3;

/// GS1 logistic labels (General Specifications, symbol specification table 5).
const LOGISTIC_UM_MIN: u32 = 495;
/// General and packaged Code 128 and ITF: 0.25 mm, 2 dots of a 203 dpi head.
const PLAIN_UM_MIN: u32 = 250;
const EAN_UM_MIN: u32 = 264;
/// Marking codes, and so every two-dimensional code.
const MATRIX_UM_MIN: u32 = 254;

impl Symbology {
    /// Modules that must stay white on the left and on the right.
    const fn quiet_modules(&self) -> (u32, u32) {
        match self {
            Self::Ean13 { .. } => (11, 7),
            Self::Code128 { .. } | Self::Gs1Code128 { .. } | Self::Itf { .. } => (10, 10),
        }
    }
}

impl Bars {
    fn code128(text: &str) -> Result<Self, CodeError> {
        if let Some(illegal) = text.chars().find(|character| !matches!(character, ' '..='~')) {
            return Err(CodeError::Character(illegal));
        }
        let signs = code128::signs(text).ok_or(CodeError::TooMuch)?;
        let code = Code128::encode(&signs).ok_or(CodeError::TooMuch)?;
        Ok(Self {
            symbology: Symbology::Code128 { text: text.to_owned() },
            modules: code.modules(),
            module_um_min: PLAIN_UM_MIN,
        })
    }

    fn gs1(element_string: &str) -> Result<Self, CodeError> {
        let illegal = |character: &char| !matches!(character, ' '..='~' | '\u{1d}');
        if let Some(illegal) = element_string.chars().find(illegal) {
            return Err(CodeError::Character(illegal));
        }
        let signs = code128::gs1_signs(element_string).ok_or(CodeError::TooMuch)?;
        let code = Code128::encode(&signs).ok_or(CodeError::TooMuch)?;
        let is_pairs = element_string.bytes().all(|byte| byte.is_ascii_digit())
            && element_string.len().is_multiple_of(2);
        Ok(Self {
            modules: code.modules(),
            symbology: Symbology::Gs1Code128 {
                digits: is_pairs.then(|| element_string.to_owned()),
            },
            module_um_min: LOGISTIC_UM_MIN,
        })
    }

    fn ean13(text: &str) -> Result<Self, CodeError> {
        let gtin = Gtin::parse(text).map_err(CodeError::Number)?;
        let digits = match gtin.ean13() {
            Some(digits) if matches!(text.len(), 12 | 13) => digits.to_owned(),
            _ => return Err(CodeError::Number(BarcodeError::Length { found: text.len() })),
        };
        let modules = linear::ean13(&digits).ok_or(CodeError::TooMuch)?;
        Ok(Self { symbology: Symbology::Ean13 { digits }, modules, module_um_min: EAN_UM_MIN })
    }

    fn itf(digits: &str, module_um_min: u32) -> Result<Self, CodeError> {
        let stripes = linear::itf(digits).ok_or(CodeError::TooMuch)?;
        Ok(Self {
            symbology: Symbology::Itf { digits: digits.to_owned() },
            modules: linear::widen(&stripes, 1, ITF_WIDE),
            module_um_min,
        })
    }

    /// Width with both quiet zones, in modules.
    pub(super) fn total_modules(&self) -> u32 {
        let (left, right) = self.symbology.quiet_modules();
        left + right + u32::try_from(self.modules.len()).unwrap_or(u32::MAX / 64)
    }

    /// The bars as dots, without quiet zones.
    pub(super) fn picture(&self, module: u32, height: u32) -> Bitmap {
        let width = u32::try_from(self.modules.len()).unwrap_or(0) * module;
        let mut picture = Bitmap::new(width, height);
        let mut x = 0;
        for run in self.modules.chunk_by(|left, right| left == right) {
            let width = u32::try_from(run.len()).unwrap_or(0) * module;
            if run[0] {
                picture.blacken_rectangle(x, 0, width, height);
            }
            x += width;
        }
        picture
    }

    /// Width of the left quiet zone, in modules.
    pub(super) const fn quiet_left(&self) -> u32 {
        self.symbology.quiet_modules().0
    }
}

impl Code {
    /// The value as the bar code of its kind, by the command that draws it.
    pub(super) fn new(kind: FieldKind, command: Command, value: &str) -> Result<Self, CodeError> {
        let code = match kind {
            FieldKind::Text | FieldKind::Code128 => Self::Bars(Bars::code128(value)?),
            FieldKind::Gs1Code128 => {
                Gs1::parse(value).map_err(CodeError::Number)?;
                Self::Bars(Bars::gs1(value)?)
            }
            FieldKind::Sscc => {
                digits(value, 18)?;
                Self::Bars(Bars::gs1(&format!("00{value}"))?)
            }
            FieldKind::Ean13 => Self::Bars(Bars::ean13(value)?),
            FieldKind::ProductBarcode => match Bars::ean13(value) {
                Ok(bars) => Self::Bars(bars),
                Err(_) => Self::Bars(Bars::code128(value)?),
            },
            FieldKind::Itf14 => {
                digits(value, 14)?;
                Self::Bars(Bars::itf(value, LOGISTIC_UM_MIN)?)
            }
            FieldKind::Postal => {
                let number = PostalNumber::parse(value).map_err(CodeError::Number)?;
                Self::Bars(match (&number, command) {
                    (PostalNumber::Domestic(digits), Command::Itf) => {
                        Bars::itf(digits, PLAIN_UM_MIN)?
                    }
                    // ITF has no letters, and the rules of S10 want Code 128.
                    (number, _) => Bars::code128(number.as_str())?,
                })
            }
            FieldKind::Datamatrix | FieldKind::Gs1Datamatrix => {
                let lead = match Gs1::parse(value) {
                    Ok(_) => Lead::Gs1,
                    Err(error) if kind == FieldKind::Gs1Datamatrix => {
                        return Err(CodeError::Number(error));
                    }
                    Err(_) => Lead::Plain,
                };
                let matrix = matrix::data_matrix(value.as_bytes(), lead, Shape::Square)
                    .ok_or(CodeError::TooMuch)?;
                Self::Matrix { matrix, quiet: 1 }
            }
            FieldKind::Qr => {
                let matrix =
                    matrix::qr(value.as_bytes(), Correction::Medium).ok_or(CodeError::TooMuch)?;
                Self::Matrix { matrix, quiet: 4 }
            }
        };
        Ok(code)
    }

    /// Width with quiet zones, in modules.
    pub(super) fn total_modules(&self) -> u32 {
        match self {
            Self::Bars(bars) => bars.total_modules(),
            Self::Matrix { matrix, quiet } => matrix.width + 2 * quiet,
        }
    }

    /// The widest module between the legible minimum and `wanted` at which the code fits.
    pub(super) fn module_that_fits(&self, wanted: Module, width: u32) -> Option<u32> {
        let um_min = match self {
            Self::Bars(bars) => bars.module_um_min,
            Self::Matrix { .. } => MATRIX_UM_MIN,
        };
        wanted.choices(um_min).find(|module| self.total_modules() * module <= width)
    }
}

/// Which command of the template draws a code that can be drawn in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Itf,
    Other,
}

/// Exactly so many digits with the right check digit.
fn digits(value: &str, count: usize) -> Result<(), CodeError> {
    if value.len() != count {
        let found = value.chars().count();
        return Err(CodeError::Number(BarcodeError::Length { found }));
    }
    let wrong = |_| CodeError::Number(BarcodeError::NotDigits);
    let data = value.get(..count - 1).ok_or(BarcodeError::NotDigits).map_err(wrong)?;
    let expected = check_digit(data).map_err(CodeError::Number)?;
    match value.chars().next_back() {
        Some(found) if found == expected => Ok(()),
        Some(found) if found.is_ascii_digit() => {
            Err(CodeError::Number(BarcodeError::CheckDigit { expected, found }))
        }
        _ => Err(CodeError::Number(BarcodeError::NotDigits)),
    }
}

/// The value as people read it beside its bars.
pub(super) fn for_people(kind: FieldKind, value: &str) -> Cow<'_, str> {
    match kind {
        FieldKind::Sscc => format!("(00) {value}").into(),
        FieldKind::Gs1Code128 | FieldKind::Gs1Datamatrix => match Gs1::parse(value) {
            Ok(gs1) => {
                let element = |element: &Element| format!("({}) {}", element.ai, element.value);
                gs1.elements().iter().map(element).collect::<Vec<_>>().join(" ").into()
            }
            Err(_) => value.into(),
        },
        FieldKind::Postal => match PostalNumber::parse(value) {
            // Office, month, number, check digit.
            Ok(PostalNumber::Domestic(digits)) => grouped(&digits, &[6, 2, 5, 1]).into(),
            // Service, three groups of digits, country.
            Ok(PostalNumber::International(number)) => grouped(&number, &[2, 3, 3, 3, 2]).into(),
            Err(_) => value.into(),
        },
        _ => value.into(),
    }
}

/// ASCII cut into groups of these lengths.
fn grouped(text: &str, lengths: &[usize]) -> String {
    let mut rest = text;
    let mut groups = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (group, behind) = rest.split_at_checked(*length).unwrap_or((rest, ""));
        groups.push(group);
        rest = behind;
    }
    groups.join(" ")
}

/// What a decoder must read: the AIM identifier and the data behind it.
pub(super) fn expected(kind: FieldKind, command: Command, value: &str) -> (&'static str, String) {
    let own = || value.to_owned();
    match kind {
        FieldKind::Text | FieldKind::Code128 => ("]C0", own()),
        FieldKind::Gs1Code128 => ("]C1", own()),
        FieldKind::Sscc => ("]C1", format!("00{value}")),
        FieldKind::Ean13 | FieldKind::ProductBarcode => match Gtin::parse(value) {
            Ok(gtin) if matches!(value.len(), 12 | 13) => {
                ("]E0", gtin.ean13().unwrap_or(value).to_owned())
            }
            _ => ("]C0", own()),
        },
        FieldKind::Postal => match (PostalNumber::parse(value), command) {
            (Ok(PostalNumber::Domestic(digits)), Command::Itf) => ("]I", digits),
            (Ok(number), _) => ("]C0", number.as_str().to_owned()),
            (Err(_), _) => ("]C0", own()),
        },
        FieldKind::Itf14 => ("]I", own()),
        FieldKind::Datamatrix | FieldKind::Gs1Datamatrix => {
            if Gs1::parse(value).is_ok() {
                ("]d2", own())
            } else {
                ("]d1", own())
            }
        }
        FieldKind::Qr => ("]Q1", own()),
    }
}

/// The module a template asks for, in dots of the printer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Module {
    pub(super) dots: u32,
    pub(super) may_shrink: bool,
    pub(super) dots_per_mm: u32,
}

impl Module {
    /// From the widest to the narrowest that may be tried.
    fn choices(self, um_min: u32) -> impl Iterator<Item = u32> {
        let legible = (um_min * self.dots_per_mm).div_ceil(1000).max(1);
        let widest = self.dots.max(legible);
        let narrowest = if self.may_shrink { legible } else { widest };
        (narrowest..=widest).rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(kind: FieldKind, value: &str) -> Result<Code, CodeError> {
        Code::new(kind, Command::Other, value)
    }

    #[test]
    fn numbers_are_checked_before_they_are_printed() {
        let wrong =
            |expected, found| CodeError::Number(BarcodeError::CheckDigit { expected, found });
        assert!(code(FieldKind::Sscc, "346006820000000014").is_ok());
        assert_eq!(code(FieldKind::Sscc, "346006820000000015"), Err(wrong('4', '5')));
        assert_eq!(code(FieldKind::Postal, "10200080000010"), Err(wrong('4', '0')));
        assert!(code(FieldKind::Postal, "10200080000014").is_ok());
        assert_eq!(code(FieldKind::Postal, "RR123456780RU"), Err(wrong('5', '0')));
        let neither = Err(CodeError::Number(BarcodeError::NotPostal));
        assert_eq!(code(FieldKind::Postal, "RR12345678"), neither);
        assert!(code(FieldKind::Itf14, "14601234567890").is_ok());
        assert!(code(FieldKind::Itf14, "1460123456789").is_err());
        assert!(code(FieldKind::Itf14, "1460123456789Я").is_err());
        assert_eq!(code(FieldKind::Ean13, "4601234567890"), Err(wrong('3', '0')));
        assert!(code(FieldKind::Gs1Code128, "0246012345678933704").is_err());
        assert!(code(FieldKind::Gs1Datamatrix, "http://example").is_err());
    }

    #[test]
    fn upc_a_is_printed_as_ean_13_and_other_products_as_code_128() {
        let ean = |code| matches!(code, Ok(Code::Bars(Bars { symbology: Symbology::Ean13 { digits }, .. })) if digits == "0036000291452");
        assert!(ean(code(FieldKind::ProductBarcode, "036000291452")));
        assert!(ean(code(FieldKind::Ean13, "036000291452")));
        assert!(!ean(code(FieldKind::ProductBarcode, "96385074")));
        assert_eq!(code(FieldKind::Code128, "Я"), Err(CodeError::Character('Я')));
    }

    #[test]
    fn a_module_never_gets_too_narrow_to_read() {
        let ean = code(FieldKind::Ean13, "4601234567893").unwrap();
        let module = |dots, may_shrink, dots_per_mm| Module { dots, may_shrink, dots_per_mm };
        assert_eq!(ean.module_that_fits(module(3, false, 8), 339), Some(3));
        assert_eq!(ean.module_that_fits(module(3, false, 8), 338), None);
        assert_eq!(ean.module_that_fits(module(5, true, 8), 339), Some(3));
        assert_eq!(ean.module_that_fits(module(1, false, 8), 400), Some(3), "0.264 mm at least");
        let sscc = code(FieldKind::Sscc, "346006820000000014").unwrap();
        for (dots_per_mm, dots) in [(6, 3), (8, 4), (12, 6), (24, 12)] {
            assert_eq!(sscc.module_that_fits(module(1, true, dots_per_mm), 9_999), Some(dots));
        }
    }

    #[test]
    fn postal_numbers_of_both_kinds_are_printed() {
        let printed = |command, value| match Code::new(FieldKind::Postal, command, value) {
            Ok(Code::Bars(bars)) => bars.symbology,
            other => panic!("{other:?}"),
        };
        let code128 = |text: &str| Symbology::Code128 { text: text.to_owned() };
        let itf = Symbology::Itf { digits: "10200080000014".to_owned() };
        assert_eq!(printed(Command::Itf, "102000 80 00001 4"), itf);
        assert_eq!(printed(Command::Other, "10200080000014"), code128("10200080000014"));
        for command in [Command::Itf, Command::Other] {
            assert_eq!(printed(command, "RR123456785RU"), code128("RR123456785RU"));
            let read = expected(FieldKind::Postal, command, "RR123456785RU");
            assert_eq!(read, ("]C0", "RR123456785RU".to_owned()));
        }
    }

    #[test]
    fn people_read_numbers_in_groups() {
        assert_eq!(for_people(FieldKind::Postal, "RR123456785RU"), "RR 123 456 785 RU");
        assert_eq!(for_people(FieldKind::Postal, "10200080000014"), "102000 80 00001 4");
        assert_eq!(for_people(FieldKind::Sscc, "346006820000000014"), "(00) 346006820000000014");
        let contents = for_people(FieldKind::Gs1Code128, "02046012345678933748");
        assert_eq!(contents, "(02) 04601234567893 (37) 48");
    }
}
