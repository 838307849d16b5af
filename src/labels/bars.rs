//! Bar codes: which bars, how wide, and what ZPL calls them.

use barcoders::sym::code128::Code128;
use barcoders::sym::ean13::EAN13;
use datamatrix::{DataMatrix, SymbolList};

use super::bitmap::Bitmap;
use crate::barcodes::{BarcodeError, Gs1, Gtin};

/// The widest module that `^BY` can say.
const MODULE_DOTS_MAX: u32 = 10;

/// A bar code that the printer draws itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bars {
    pub(super) symbology: Symbology,
    /// What stands in `^FD`, before escaping.
    pub(super) data: String,
    /// Black and white modules, without quiet zones.
    pub(super) modules: Vec<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbology {
    Code128,
    /// Code 128 with invocation codes in its data.
    Code128Spelled,
    Ean13,
}

impl Symbology {
    /// Modules that must stay white on the left and on the right.
    const fn quiet_modules(self) -> (u32, u32) {
        match self {
            Self::Code128 | Self::Code128Spelled => (10, 10),
            Self::Ean13 => (11, 7),
        }
    }

    /// The narrowest module that scanners read for certain, in micrometres.
    const fn module_um_min(self) -> u32 {
        match self {
            Self::Code128 | Self::Code128Spelled => 250,
            Self::Ean13 => 264,
        }
    }
}

/// The narrowest module of a Data Matrix with a marking code, in micrometres.
const MATRIX_MODULE_UM_MIN: u32 = 254;

impl Bars {
    /// Code 128 of printable ASCII.
    ///
    /// The printer is left to choose subsets itself (mode A), which gives the shortest code, as it
    /// does here. Data with `>`, `^` or `~` is the exception: they are signs of ZPL's own, so such
    /// data is spelled in subset B by the table of invocation codes (mode N). A character that
    /// Code 128 cannot show is given back.
    pub(super) fn code128(text: &str) -> Result<Self, char> {
        if let Some(illegal) = text.chars().find(|character| !matches!(character, ' '..='~')) {
            return Err(illegal);
        }
        let has_signs = text.contains(['>', '^', '~']);
        let parts =
            if has_signs { vec![Part::B(text.to_owned())] } else { subsets(text.as_bytes()) };
        let spell = |part: &Part| match part {
            Part::B(characters) => format!("Ɓ{characters}"),
            Part::C(characters) => format!("Ć{characters}"),
        };
        let spelled: String = parts.iter().map(spell).collect();
        let modules = Code128::new(spelled).expect("all characters are printable ASCII").encode();
        let (symbology, data) = if has_signs {
            let codes = text.replace('>', ">0").replace('^', "><").replace('~', ">=");
            (Symbology::Code128Spelled, format!(">:{codes}"))
        } else {
            (Symbology::Code128, text.to_owned())
        };
        Ok(Self { symbology, data, modules: as_bits(&modules) })
    }

    /// EAN-13 of 13 digits, or of 12 (UPC-A), whose check digit is right.
    pub(super) fn ean13(text: &str) -> Result<Self, BarcodeError> {
        let gtin = Gtin::parse(text)?;
        let digits = match gtin.ean13() {
            Some(digits) if matches!(text.len(), 12 | 13) => digits,
            _ => return Err(BarcodeError::Length { found: text.len() }),
        };
        let modules = EAN13::new(digits).expect("the check digit was verified").encode();
        // ^BE computes the thirteenth digit itself.
        let data = digits[..12].to_owned();
        Ok(Self { symbology: Symbology::Ean13, data, modules: as_bits(&modules) })
    }

    /// Width with both quiet zones, in modules.
    pub(super) fn total_modules(&self) -> u32 {
        let (left, right) = self.symbology.quiet_modules();
        left + right + u32::try_from(self.modules.len()).unwrap_or(u32::MAX / 64)
    }

    /// Width of the left quiet zone, in modules.
    pub(super) const fn quiet_left(&self) -> u32 {
        self.symbology.quiet_modules().0
    }

    /// The widest module between the legible minimum and `wanted` at which the code fits.
    pub(super) fn module_that_fits(&self, wanted: Module, width: u32) -> Option<u32> {
        wanted
            .choices(self.symbology.module_um_min())
            .find(|module| self.total_modules() * module <= width)
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
        let widest = self.dots.clamp(legible.min(MODULE_DOTS_MAX), MODULE_DOTS_MAX);
        let narrowest = if self.may_shrink { legible.min(widest) } else { widest };
        (narrowest..=widest).rev()
    }
}

/// Data Matrix ECC 200 as a picture of at most `room` dots a side, quiet zone included.
///
/// Text that is a GS1 element string begins with FNC1, as marking codes must. It is drawn here and
/// not by the printer: there is then no escape character that the data could hold.
pub(super) fn data_matrix(text: &str, wanted: Module, room: u32) -> Option<Bitmap> {
    let squares = SymbolList::default().enforce_square();
    let matrix = if Gs1::parse(text).is_ok() {
        DataMatrix::encode_gs1(text.as_bytes(), squares)
    } else {
        DataMatrix::encode_str(text, squares)
    };
    let picture = matrix.ok()?.bitmap();
    let side = u32::try_from(picture.width()).ok()? + 2;
    let module = wanted.choices(MATRIX_MODULE_UM_MIN).find(|module| side * module <= room)?;
    let mut bitmap = Bitmap::new(side * module, side * module);
    for (x, y) in picture.pixels() {
        let dot = |place: usize| u32::try_from(place).map(|place| (place + 1) * module).ok();
        bitmap.blacken_rectangle(dot(x)?, dot(y)?, module, module);
    }
    Some(bitmap)
}

fn as_bits(modules: &[u8]) -> Vec<bool> {
    modules.iter().map(|module| *module == 1).collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    B(String),
    C(String),
}

/// Cuts the text into parts of subset B and C with the fewest symbols. Works from the end: the cost
/// of the rest in either subset is known before the choice is made.
fn subsets(text: &[u8]) -> Vec<Part> {
    let is_pair =
        |at: usize| text.get(at..at + 2).is_some_and(|two| two.iter().all(u8::is_ascii_digit));
    let mut cost = vec![[0_usize; 2]; text.len() + 2];
    for at in (0..text.len()).rev() {
        let stay_b = 1 + cost[at + 1][0];
        let stay_c = if is_pair(at) { 1 + cost[at + 2][1] } else { usize::MAX / 2 };
        cost[at] = [stay_b.min(1 + stay_c), stay_c.min(1 + stay_b)];
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut in_c = cost[0][1] <= cost[0][0];
    let mut at = 0;
    while at < text.len() {
        let stay_b = 1 + cost[at + 1][0];
        let stay_c = if is_pair(at) { 1 + cost[at + 2][1] } else { usize::MAX / 2 };
        in_c = if in_c {
            stay_c <= 1 + stay_b
        } else {
            // Of two equal ways the printers take this one (ISO/IEC 15417, annex E).
            let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            1 + stay_c < stay_b || (1 + stay_c == stay_b && digits.is_multiple_of(2))
        };
        let length = if in_c { 2 } else { 1 };
        let taken: String = text[at..at + length].iter().copied().map(char::from).collect();
        match parts.last_mut() {
            Some(Part::B(part)) if !in_c => part.push_str(&taken),
            Some(Part::C(part)) if in_c => part.push_str(&taken),
            _ => parts.push(if in_c { Part::C(taken) } else { Part::B(taken) }),
        }
        at += length;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_go_in_pairs_where_that_is_shorter() {
        let part = |text: &str| subsets(text.as_bytes());
        assert_eq!(part("123456"), [Part::C("123456".into())]);
        assert_eq!(part("12345"), [Part::C("1234".into()), Part::B("5".into())]);
        assert_eq!(part("BN-12-K"), [Part::B("BN-12-K".into())]);
        let short = part("A1234B");
        assert_eq!(short, [Part::B("A".into()), Part::C("1234".into()), Part::B("B".into())]);
        let long = part("AB12345678C");
        assert_eq!(long, [Part::B("AB".into()), Part::C("12345678".into()), Part::B("C".into())]);
    }

    #[test]
    fn code_128_spells_out_the_signs_of_zpl() {
        assert_eq!(Bars::code128("AB123456").unwrap().data, "AB123456");
        assert_eq!(Bars::code128("1>8^~").unwrap().data, ">:1>08><>=");
        assert_eq!(Bars::code128("Я"), Err('Я'));
        let bars = Bars::code128("1234").unwrap();
        assert_eq!(bars.total_modules(), 11 * 4 + 13 + 20, "start, two pairs, check, stop, quiet");
    }

    #[test]
    fn ean_13_takes_twelve_digits_after_checking_the_last() {
        assert_eq!(Bars::ean13("4601234567893").unwrap().data, "460123456789");
        assert_eq!(Bars::ean13("036000291452").unwrap().data, "003600029145");
        assert!(matches!(Bars::ean13("4601234567890"), Err(BarcodeError::CheckDigit { .. })));
        assert!(matches!(Bars::ean13("96385074"), Err(BarcodeError::Length { .. })));
    }

    #[test]
    fn a_module_never_gets_too_narrow_to_read() {
        let bars = Bars::ean13("4601234567893").unwrap();
        let module = |dots, may_shrink, dots_per_mm| Module { dots, may_shrink, dots_per_mm };
        assert_eq!(bars.module_that_fits(module(3, false, 8), 339), Some(3));
        assert_eq!(bars.module_that_fits(module(3, false, 8), 338), None);
        assert_eq!(bars.module_that_fits(module(5, true, 8), 339), Some(3));
        assert_eq!(bars.module_that_fits(module(1, false, 8), 400), Some(3), "0.264 mm at least");
        assert_eq!(bars.module_that_fits(module(15, false, 24), 4000), Some(10), "^BY has no more");
    }

    proptest! {
        #[test]
        fn any_printable_text_becomes_bars(text in "[ -~]{1,40}") {
            let bars = Bars::code128(&text).unwrap();
            prop_assert_eq!(bars.modules.len() % 11, 2);
            let whole: String = subsets(text.as_bytes())
                .into_iter()
                .map(|part| match part { Part::B(text) | Part::C(text) => text })
                .collect();
            prop_assert_eq!(whole, text);
        }
    }
}
