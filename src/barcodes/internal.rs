//! The operator's own numbers for goods that came without a barcode.
//!
//! One serial number gives both the EAN-13 that is stuck on the goods and the article that people
//! read out. The prefix 29 belongs to the range that GS1 leaves to companies, so it can never be a
//! maker's number; 20–28 stay free for the shops' own weighed goods.
//!
//! **Invariant:** serial, EAN-13 and article stand for each other without loss.

use super::BarcodeError;
use super::gtin::{check_digit, verify_check_digit};

const EAN_PREFIX: &str = "29";
const ARTICLE_PREFIX: &str = "AMB-";
const SERIAL_DIGITS: usize = 10;
const SERIAL_MAX: i64 = 9_999_999_999;

/// A number of the internal series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InternalNumber(i64);

impl InternalNumber {
    /// Takes the next serial number of the series, counted from 1.
    pub const fn new(serial: i64) -> Result<Self, BarcodeError> {
        if serial < 1 || serial > SERIAL_MAX {
            return Err(BarcodeError::SeriesExhausted { serial });
        }
        Ok(Self(serial))
    }

    pub const fn serial(self) -> i64 {
        self.0
    }

    /// `29`, ten digits of the serial, check digit.
    pub fn ean13(self) -> String {
        let data = format!("{EAN_PREFIX}{:0SERIAL_DIGITS$}", self.0);
        let check = check_digit(&data).expect("the number consists of digits");
        format!("{data}{check}")
    }

    /// `AMB-0000001234`.
    pub fn article(self) -> String {
        format!("{ARTICLE_PREFIX}{:0SERIAL_DIGITS$}", self.0)
    }

    /// Reads back what [`Self::ean13`] wrote.
    pub fn from_ean13(text: &str) -> Result<Self, BarcodeError> {
        let rest = text.strip_prefix(EAN_PREFIX).ok_or(BarcodeError::NotInternal)?;
        if text.len() != EAN_PREFIX.len() + SERIAL_DIGITS + 1 {
            return Err(BarcodeError::NotInternal);
        }
        verify_check_digit(text)?;
        Self::from_digits(&rest[..SERIAL_DIGITS])
    }

    /// Reads back what [`Self::article`] wrote, in either case.
    pub fn from_article(text: &str) -> Result<Self, BarcodeError> {
        let text = text.to_ascii_uppercase();
        let digits = text.strip_prefix(ARTICLE_PREFIX).ok_or(BarcodeError::NotInternal)?;
        if digits.len() != SERIAL_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BarcodeError::NotInternal);
        }
        Self::from_digits(digits)
    }

    fn from_digits(digits: &str) -> Result<Self, BarcodeError> {
        Self::new(digits.parse().map_err(|_| BarcodeError::NotInternal)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Gtin;
    use super::*;

    #[test]
    fn the_first_and_the_last_number_are_as_designed() {
        let first = InternalNumber::new(1234).unwrap();
        assert_eq!(first.article(), "AMB-0000001234");
        assert_eq!(&first.ean13()[..12], "290000001234");
        assert!(InternalNumber::new(SERIAL_MAX).is_ok());
        for serial in [0, -1, SERIAL_MAX + 1] {
            assert_eq!(InternalNumber::new(serial), Err(BarcodeError::SeriesExhausted { serial }));
        }
    }

    #[test]
    fn other_numbers_are_refused() {
        assert_eq!(InternalNumber::from_ean13("4601234567893"), Err(BarcodeError::NotInternal));
        assert_eq!(InternalNumber::from_ean13("29"), Err(BarcodeError::NotInternal));
        assert_eq!(InternalNumber::from_article("AMB-12"), Err(BarcodeError::NotInternal));
        assert_eq!(InternalNumber::from_article("AMB-000000+123"), Err(BarcodeError::NotInternal));
    }

    proptest! {
        #[test]
        fn every_serial_survives_both_forms(serial in 1..=SERIAL_MAX) {
            let number = InternalNumber::new(serial).unwrap();
            prop_assert_eq!(InternalNumber::from_ean13(&number.ean13()), Ok(number));
            prop_assert_eq!(InternalNumber::from_article(&number.article().to_lowercase()), Ok(number));
            prop_assert!(Gtin::parse(&number.ean13()).unwrap().is_in_store());
        }
    }
}
