//! Product numbers (GTIN-8, 12, 13, 14) and the check digit that all GS1 numbers share.
//!
//! **Invariant:** a [`Gtin`] is 14 digits with a right check digit; two spellings of one number are
//! equal because both are padded with zeros on the left (GS1 General Specifications, 7.9).

use std::fmt;

use super::BarcodeError;

const DIGITS: usize = 14;

/// The mod-10 check digit of GTIN, SSCC and GLN for `data` without it.
///
/// From the right the digits count three times and once in turn; the check digit completes the sum
/// to a multiple of ten.
pub fn check_digit(data: &str) -> Result<char, BarcodeError> {
    if data.is_empty() {
        return Err(BarcodeError::Length { found: 0 });
    }
    let mut sum = 0_u32;
    for (index, character) in data.chars().rev().enumerate() {
        let digit = character.to_digit(10).ok_or(BarcodeError::NotDigits)?;
        // Reduced at every step, so that no length of input can overflow the sum.
        sum = (sum + if index % 2 == 0 { digit * 3 } else { digit }) % 10;
    }
    Ok(char::from_digit((10 - sum) % 10, 10).expect("a number below ten is a digit"))
}

/// Checks that the last digit of `text` is the check digit of the others.
pub(super) fn verify_check_digit(text: &str) -> Result<(), BarcodeError> {
    let found = text.chars().next_back().ok_or(BarcodeError::Length { found: 0 })?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BarcodeError::NotDigits);
    }
    let expected = check_digit(&text[..text.len() - 1])?;
    if expected == found { Ok(()) } else { Err(BarcodeError::CheckDigit { expected, found }) }
}

/// A product number with a verified check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin(String);

impl Gtin {
    /// Reads 8, 12, 13 or 14 digits.
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        if !matches!(text.len(), 8 | 12 | 13 | 14) {
            return Err(BarcodeError::Length { found: text.chars().count() });
        }
        verify_check_digit(text)?;
        Ok(Self(format!("{text:0>DIGITS$}")))
    }

    /// Expands the eight digits of a UPC-E symbol, which leaves out zeros of a UPC-A number.
    pub fn from_upc_e(text: &str) -> Result<Self, BarcodeError> {
        if text.len() != 8 {
            return Err(BarcodeError::Length { found: text.chars().count() });
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BarcodeError::NotDigits);
        }
        if !text.starts_with(['0', '1']) {
            return Err(BarcodeError::Length { found: 8 });
        }
        let (system, digits, check) = (&text[..1], &text[1..7], &text[7..]);
        let body = match &digits[5..] {
            last @ ("0" | "1" | "2") => format!("{}{last}0000{}", &digits[..2], &digits[2..5]),
            "3" => format!("{}00000{}", &digits[..3], &digits[3..5]),
            "4" => format!("{}00000{}", &digits[..4], &digits[4..5]),
            last => format!("{}0000{last}", &digits[..5]),
        };
        Self::parse(&format!("{system}{body}{check}"))
    }

    /// All 14 digits: the form in which numbers are compared and stored.
    pub fn as_14(&self) -> &str {
        &self.0
    }

    /// The 13 digits of an EAN-13 symbol; none for a packaging level above the item.
    pub fn ean13(&self) -> Option<&str> {
        self.0.strip_prefix('0')
    }

    /// Every spelling of the same number: 14 digits and each shorter one that loses only zeros.
    pub fn spellings(&self) -> Vec<String> {
        [DIGITS, 13, 12, 8]
            .into_iter()
            .map(|length| self.0.split_at(DIGITS - length))
            .filter(|(dropped, _)| dropped.bytes().all(|byte| byte == b'0'))
            .map(|(_, kept)| kept.to_owned())
            .collect()
    }

    /// Whether the number is for the use inside one company (EAN-13 beginning 02, 04 or 20–29,
    /// EAN-8 beginning 0 or 2): its meaning differs from owner to owner.
    pub fn is_in_store(&self) -> bool {
        let ean13 = &self.0[1..];
        let ean8 = self.0.starts_with("000000") && matches!(self.0.as_bytes()[6], b'0' | b'2');
        let company = ["02", "04", "2"].iter().any(|prefix| ean13.starts_with(prefix));
        self.0.starts_with('0') && (company || ean8)
    }
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gtin({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn check_digits_agree_with_published_numbers() {
        for (data, digit) in [
            ("9638507", '4'),
            ("03600029145", '2'),
            ("460123456789", '3'),
            ("1460123456789", '0'),
            ("34600682000000001", '4'),
            ("460123400000", '0'),
        ] {
            assert_eq!(check_digit(data), Ok(digit), "{data}");
        }
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        let upc = Gtin::parse("036000291452").unwrap();
        assert_eq!(upc, Gtin::parse("0036000291452").unwrap());
        assert_eq!(upc.spellings(), ["00036000291452", "0036000291452", "036000291452"]);
        let short = Gtin::parse("96385074").unwrap();
        assert_eq!(short.spellings().last().unwrap(), "96385074");
        let case = Gtin::parse("14601234567890").unwrap();
        assert_eq!(case.spellings(), ["14601234567890"], "a case is never equal to its item");
        assert_eq!(case.ean13(), None);
    }

    #[test]
    fn upc_e_expands_to_upc_a() {
        assert_eq!(Gtin::from_upc_e("01234565"), Gtin::parse("012345000065"));
        assert!(Gtin::from_upc_e("91234565").is_err());
        assert!(Gtin::from_upc_e("0123456x").is_err());
    }

    #[test]
    fn in_store_numbers_are_known() {
        for (data, in_store) in [
            ("290000000001", true),
            ("200123401234", true),
            ("020000000000", true),
            ("040000000000", true),
            ("460123456789", false),
            ("2000000", true),
            ("9638507", false),
            ("1290000000001", false),
        ] {
            let text = format!("{data}{}", check_digit(data).unwrap());
            assert_eq!(Gtin::parse(&text).unwrap().is_in_store(), in_store, "{text}");
        }
    }

    #[test]
    fn a_wrong_digit_says_what_was_expected() {
        let wrong = Gtin::parse("4601234567890");
        assert_eq!(wrong, Err(BarcodeError::CheckDigit { expected: '3', found: '0' }));
        assert_eq!(Gtin::parse("460123456789x"), Err(BarcodeError::NotDigits));
        assert_eq!(Gtin::parse("46012"), Err(BarcodeError::Length { found: 5 }));
    }

    proptest! {
        #[test]
        fn any_single_wrong_digit_is_caught(data in "[0-9]{13}", at in 0_usize..14, add in 1_u8..10) {
            let mut text = format!("{data}{}", check_digit(&data).unwrap()).into_bytes();
            text[at] = b'0' + (text[at] - b'0' + add) % 10;
            prop_assert!(Gtin::parse(std::str::from_utf8(&text).unwrap()).is_err());
        }

        #[test]
        fn arbitrary_text_does_not_panic(text in ".{0,16}") {
            let _ = Gtin::parse(&text);
            let _ = Gtin::from_upc_e(&text);
            let _ = check_digit(&text);
        }
    }
}
