//! Codes that people and scanners read: their form, and the key to search by.

use crate::barcodes::{Gtin, InternalNumber, OwnCode, OwnKind, WeighedPattern};
use crate::fault::InputFaults;

pub(super) const ARTICLE_LENGTH_MAX: usize = 60;
const OWNER_CODE_LENGTH_MAX: usize = 40;

/// A product number as it is stored: the shortest spelling, which is what stands on the goods.
pub(super) fn gtin_value(faults: &mut InputFaults, field: &str, value: &str) -> String {
    let value = value.trim();
    match Gtin::parse(value) {
        Ok(gtin) => gtin.spellings().pop().unwrap_or_else(|| value.to_owned()),
        Err(crate::barcodes::BarcodeError::CheckDigit { .. }) => {
            faults.note(field, "bad_check_digit");
            value.to_owned()
        }
        Err(_) => {
            faults.note(field, "bad_format");
            value.to_owned()
        }
    }
}

/// Whether a text has the form of our own series, which nobody else gives out.
pub(super) fn is_of_our_series(value: &str) -> bool {
    InternalNumber::from_article(value).is_ok() || InternalNumber::from_ean13(value).is_ok()
}

/// An article or a barcode: visible characters without blanks at the ends. What looks like the
/// pattern of weighed goods must be one.
pub(super) fn printable(faults: &mut InputFaults, field: &str, value: &str) {
    faults.text(field, value, ARTICLE_LENGTH_MAX);
    let is_wrong_pattern = WeighedPattern::is_meant(value) && WeighedPattern::parse(value).is_err();
    if value.trim() != value || value.chars().any(char::is_control) || is_wrong_pattern {
        faults.note(field, "bad_format");
    }
}

/// The code of a warehouse, zone, bin or handling unit, as it is printed: upper case.
pub(super) fn place_code(faults: &mut InputFaults, field: &str, code: &str) -> String {
    if let Ok(own) = OwnCode::new(OwnKind::Bin, code) {
        return own.code().to_owned();
    }
    faults.note(field, if code.is_empty() { "missing" } else { "bad_format" });
    code.to_owned()
}

/// The short code of an owner: lower-case letters, digits, `-` and `_`.
pub(super) fn owner_code(faults: &mut InputFaults, field: &str, code: &str) {
    faults.text(field, code, OWNER_CODE_LENGTH_MAX);
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !code.chars().all(legal) {
        faults.note(field, "bad_format");
    }
}

/// What a product is searched by. Folded here, since `SQLite` does not fold Cyrillic letters.
pub(super) fn search_key(article: &str, name: &str) -> String {
    folded(&format!("{article} {name}"))
}

pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('ё', "е")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_does_not_care_for_case_or_yo() {
        assert_eq!(search_key("АБ-1", "Ёлка"), "аб-1 елка");
    }

    #[test]
    fn a_product_number_is_stored_as_it_stands_on_the_goods() {
        let mut faults = InputFaults::default();
        assert_eq!(gtin_value(&mut faults, "v", "04601234567893"), "4601234567893");
        assert_eq!(gtin_value(&mut faults, "v", "96385074"), "96385074");
        assert!(faults.finish().is_ok());
        let mut faults = InputFaults::default();
        gtin_value(&mut faults, "v", "4601234567890");
        assert!(faults.finish().is_err());
    }
}
