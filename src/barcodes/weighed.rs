//! Goods with a weight or a price in their EAN-13, as scales in shops print them.
//!
//! The digits mean something only inside one company, and each lays them out differently. So the
//! barcode of such a product is stored as its pattern: `2012345WWWWWC` is item 20 12345, five digits
//! of grams and the check digit. What was scanned is looked up by every pattern that it could be.

use super::BarcodeError;
use super::gtin::verify_check_digit;

const LENGTH: usize = 13;
/// How many digits of an EAN-13 may be the weight or price.
const VALUE_DIGITS: std::ops::RangeInclusive<usize> = 4..=6;

/// What the digits inside the barcode count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Grams(i64),
    Kopecks(i64),
}

/// The layout of one product's barcodes: digits of the item, `W` grams or `P` kopecks, `V` a check
/// digit of the price that is not verified, `C` the check digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeighedPattern(String);

impl WeighedPattern {
    /// Whether a text claims to be a pattern, so that a wrong one is an error and no other barcode.
    pub fn is_meant(text: &str) -> bool {
        text.len() == LENGTH && text.starts_with('2') && text.ends_with('C')
    }

    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        if text.len() != LENGTH {
            return Err(BarcodeError::Length { found: text.chars().count() });
        }
        let body = text.strip_suffix('C').filter(|body| body.starts_with('2'));
        let body = body.ok_or(BarcodeError::NotInternal)?;
        let value = body.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('V');
        let is_one_letter = ['W', 'P'].iter().any(|letter| value.trim_matches(*letter).is_empty());
        let checks = body.matches('V').count();
        if is_one_letter && VALUE_DIGITS.contains(&value.len()) && checks <= 1 {
            Ok(Self(text.to_owned()))
        } else {
            Err(BarcodeError::NotInternal)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The weight or price in an EAN-13 of this product; none if it is of another one.
    pub fn measure(&self, ean13: &str) -> Option<Measure> {
        let is_right = ean13.len() == LENGTH && verify_check_digit(ean13).is_ok();
        let fits = |(wanted, found): (u8, u8)| !wanted.is_ascii_digit() || wanted == found;
        if !is_right || !self.0.bytes().zip(ean13.bytes()).all(fits) {
            return None;
        }
        let first = self.0.find(['W', 'P'])?;
        let value = ean13[first..LENGTH - 1].parse().ok()?;
        Some(if self.0.contains('W') { Measure::Grams(value) } else { Measure::Kopecks(value) })
    }
}

/// Every pattern that an EAN-13 could be of.
pub(super) fn patterns_of(ean13: &str) -> Vec<String> {
    let data = LENGTH - 1;
    let mut patterns = Vec::new();
    for letter in ["W", "P"] {
        for length in VALUE_DIGITS {
            let value = letter.repeat(length);
            patterns.push(format!("{}{value}C", &ean13[..data - length]));
            patterns.push(format!("{}V{value}C", &ean13[..data - length - 1]));
        }
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_read_by_the_pattern_of_its_product() {
        let pattern = WeighedPattern::parse("2012345WWWWWC").unwrap();
        assert_eq!(pattern.measure("2012345012349"), Some(Measure::Grams(1234)));
        assert_eq!(pattern.measure("2012346012348"), None, "another item");
        assert_eq!(pattern.measure("2012345012340"), None, "a wrong check digit");
        let price = WeighedPattern::parse("221234VPPPPPC").unwrap();
        assert_eq!(price.measure("2212347009907"), Some(Measure::Kopecks(990)));
    }

    #[test]
    fn a_scan_is_looked_up_by_every_pattern_it_could_be() {
        let patterns = patterns_of("2012345012349");
        assert_eq!(patterns.len(), 12);
        for pattern in ["2012345WWWWWC", "201234WWWWWWC", "20123450PPPPC", "201234VPPPPPC"] {
            assert!(patterns.iter().any(|known| known == pattern), "{pattern}");
        }
        for pattern in &patterns {
            let read = WeighedPattern::parse(pattern).unwrap();
            assert!(read.measure("2012345012349").is_some(), "{pattern}");
        }
    }

    #[test]
    fn other_layouts_are_refused() {
        for text in
            ["", "2012345WWWWW", "4612345WWWWWC", "2012345WWPPPC", "20123456789WC", "20VV345WWWWWC"]
        {
            assert!(WeighedPattern::parse(text).is_err(), "{text}");
        }
        assert!(WeighedPattern::is_meant("2012345WWPPPC"));
        assert!(!WeighedPattern::is_meant("2012345012349"));
    }
}
