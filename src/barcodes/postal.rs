//! Numbers of postal items: ШПИ inside Russia, S10 between countries.

use std::fmt;

use super::BarcodeError;
use super::gtin::verify_check_digit;

/// The number of a postal item with a right check digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostalNumber {
    /// 14 digits: post office 6, month counter 2, number 5, check digit of GTIN-14. Each is also a
    /// valid GTIN-14; only the task can tell which is meant.
    Domestic(String),
    /// Two letters of the service, eight digits, check digit, country (UPU S10).
    International(String),
}

impl PostalNumber {
    /// Reads a number, with or without the spaces that are printed between its groups.
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        let text: String =
            text.chars().filter(|c| *c != ' ').collect::<String>().to_ascii_uppercase();
        if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            verify_check_digit(&text)?;
            return Ok(Self::Domestic(text));
        }
        let bytes = text.as_bytes();
        let is_letter = |at: usize| bytes[at].is_ascii_uppercase();
        let is_s10 = bytes.len() == 13
            && [0, 1, 11, 12].into_iter().all(is_letter)
            && bytes[2..11].iter().all(u8::is_ascii_digit);
        if !is_s10 {
            return Err(BarcodeError::NotPostal);
        }
        let expected = s10_check_digit(&bytes[2..10]);
        let found = char::from(bytes[10]);
        if found == expected {
            Ok(Self::International(text))
        } else {
            Err(BarcodeError::CheckDigit { expected, found })
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Domestic(number) | Self::International(number) => number,
        }
    }
}

impl fmt::Display for PostalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The weighted sum of the eight digits, modulo 11, taken from 11; 10 becomes 0 and 11 becomes 5.
fn s10_check_digit(digits: &[u8]) -> char {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, w)| u32::from(digit - b'0') * w).sum();
    match 11 - sum % 11 {
        10 => '0',
        11 => '5',
        check => char::from_digit(check, 10).expect("a number below ten is a digit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_post_are_read() {
        for number in ["RR123456785RU", "ZA000000005CN", "RR473124829SE"] {
            assert_eq!(PostalNumber::parse(number).unwrap().to_string(), number);
        }
        let spaced = PostalNumber::parse("102000 80 00001 4").unwrap();
        assert_eq!(spaced, PostalNumber::Domestic("10200080000014".to_owned()));
        assert_eq!(PostalNumber::parse("rr123456785ru").unwrap().as_str(), "RR123456785RU");
    }

    #[test]
    fn each_defect_has_its_own_error() {
        let wrong = |expected, found| BarcodeError::CheckDigit { expected, found };
        for (text, error) in [
            ("RR123456780RU", wrong('5', '0')),
            ("10200080000015", wrong('4', '5')),
            ("RR12345678RU", BarcodeError::NotPostal),
            ("R1123456785RU", BarcodeError::NotPostal),
            ("", BarcodeError::NotPostal),
            ("РР123456785РУ", BarcodeError::NotPostal),
        ] {
            assert_eq!(PostalNumber::parse(text), Err(error), "{text}");
        }
    }
}
