//! Carriers' units: decimal roubles, kilograms, centimetres. Exact, never through a float.
//!
//! What a carrier sends may be a number, a text, with a point or a comma, with blanks between
//! thousands; what is sent to it is a JSON number or a text of the places it wants.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::units::{Grams, Kopecks};

/// A text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an amount: {0:?}")]
pub struct AmountError(String);

/// A decimal number as carriers write it.
pub fn decimal(text: &str) -> Result<Decimal, AmountError> {
    let plain: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| if letter == ',' { '.' } else { letter })
        .collect();
    let read = Decimal::from_str_exact(&plain).or_else(|_| Decimal::from_scientific(&plain));
    read.map_err(|_| AmountError(text.chars().take(40).collect()))
}

fn thousandths(value: Decimal, factor: i64) -> Option<i64> {
    let scaled = value.checked_mul(Decimal::from(factor))?;
    let whole = scaled.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(whole).ok()
}

/// Kopecks of decimal roubles, a half kopeck rounded away from zero.
pub fn kopecks(roubles: &str) -> Result<Kopecks, AmountError> {
    scaled(roubles, 100).map(Kopecks::new)
}

/// Grams of decimal kilograms.
pub fn grams(kilograms: &str) -> Result<Grams, AmountError> {
    scaled(kilograms, 1_000).map(Grams::new)
}

/// Millimetres of decimal centimetres.
pub fn millimetres(centimetres: &str) -> Result<i64, AmountError> {
    scaled(centimetres, 10)
}

/// Cubic centimetres of decimal cubic metres.
pub fn cubic_centimetres(cubic_metres: &str) -> Result<i64, AmountError> {
    scaled(cubic_metres, 1_000_000)
}

fn scaled(text: &str, factor: i64) -> Result<i64, AmountError> {
    thousandths(decimal(text)?, factor).ok_or_else(|| AmountError(text.to_owned()))
}

/// `1234.50`: roubles with two places.
pub fn roubles_text(kopecks: Kopecks) -> String {
    Decimal::new(kopecks.get(), 2).to_string()
}

/// `1.250`: kilograms with three places.
pub fn kilograms_text(grams: Grams) -> String {
    Decimal::new(grams.get(), 3).to_string()
}

/// `0.004`: cubic metres of three sides, with `places` decimals, rounded up: carriers round up too,
/// and a parcel is never declared smaller than it is.
pub fn cubic_metres_text(sides_mm: [i64; 3], places: u32) -> String {
    let [length, width, height] = sides_mm.map(|side| Decimal::new(side, 3));
    let volume = length.saturating_mul(width).saturating_mul(height);
    let least = Decimal::new(1, places);
    let rounded = volume.round_dp_with_strategy(places, RoundingStrategy::AwayFromZero);
    let mut rounded = rounded.max(least);
    rounded.rescale(places);
    rounded.to_string()
}

/// `0.034`: cubic metres with three places, rounded up, at least one of the last.
pub fn cubic_metres_of_cm3_text(cubic_centimetres: i64) -> String {
    let litres = cubic_centimetres.saturating_add(999) / 1_000;
    Decimal::new(litres.max(1), 3).to_string()
}

/// Whole centimetres, rounded up, at least one.
pub const fn centimetres(millimetres: i64) -> i64 {
    let up = millimetres.saturating_add(9) / 10;
    if up < 1 { 1 } else { up }
}

/// A decimal of JSON: a number or a text when it comes, a number when it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JsonDecimal(pub Decimal);

impl JsonDecimal {
    /// Roubles.
    pub fn of_kopecks(kopecks: Kopecks) -> Self {
        Self(Decimal::new(kopecks.get(), 2).normalize())
    }

    /// Kilograms.
    pub fn of_grams(grams: Grams) -> Self {
        Self(Decimal::new(grams.get(), 3).normalize())
    }

    /// Metres.
    pub fn of_millimetres(millimetres: i64) -> Self {
        Self(Decimal::new(millimetres, 3).normalize())
    }

    /// Cubic metres of three sides, rounded up to `places` decimals.
    pub fn of_cubic_metres(sides_mm: [i64; 3], places: u32) -> Self {
        let text = cubic_metres_text(sides_mm, places);
        Self(decimal(&text).expect("a volume is a decimal").normalize())
    }

    /// Rounded up to `places` decimals, for carriers that take no more.
    #[must_use]
    pub fn rounded_up(self, places: u32) -> Self {
        let rounded = self.0.round_dp_with_strategy(places, RoundingStrategy::AwayFromZero);
        Self(rounded.normalize())
    }

    /// Read as metres.
    pub fn millimetres_of_m(self) -> i64 {
        thousandths(self.0, 1_000).unwrap_or(i64::MAX)
    }

    /// Read as cubic metres.
    pub fn cm3_of_m3(self) -> i64 {
        thousandths(self.0, 1_000_000).unwrap_or(i64::MAX)
    }

    /// Read as roubles. An amount out of all range is the largest there is.
    pub fn kopecks(self) -> Kopecks {
        Kopecks::new(thousandths(self.0, 100).unwrap_or(i64::MAX))
    }

    /// Read as kilograms.
    pub fn grams(self) -> Grams {
        Grams::new(thousandths(self.0, 1_000).unwrap_or(i64::MAX))
    }

    /// Read as centimetres.
    pub fn millimetres_of_cm(self) -> i64 {
        thousandths(self.0, 10).unwrap_or(i64::MAX)
    }
}

impl Serialize for JsonDecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: Result<serde_json::Number, _> = serde_json::from_str(&self.0.to_string());
        number.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Said {
            Number(serde_json::Number),
            Text(String),
        }
        let text = match Said::deserialize(deserializer)? {
            Said::Number(number) => number.to_string(),
            Said::Text(text) => text,
        };
        decimal(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_all_spellings_are_read_exactly() {
        for (text, expected) in [
            ("150,36", 15_036),
            ("1 234.5", 123_450),
            ("0.1", 10),
            ("671", 67_100),
            ("1e2", 10_000),
        ] {
            assert_eq!(kopecks(text).unwrap().get(), expected, "{text}");
        }
        assert_eq!(kopecks("0.005").unwrap().get(), 1, "a half is rounded away from zero");
        assert_eq!(grams("1.2504").unwrap().get(), 1_250);
        assert_eq!(millimetres("20.5").unwrap(), 205);
        for text in ["", "12 руб", "NaN", "1.2.3", "99999999999999999999"] {
            assert!(kopecks(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_go_out_as_carriers_want_them() {
        assert_eq!(roubles_text(Kopecks::new(123_450)), "1234.50");
        assert_eq!(kilograms_text(Grams::new(1_250)), "1.250");
        assert_eq!(centimetres(201), 21);
        assert_eq!(centimetres(0), 1);
        assert_eq!(cubic_metres_text([200, 150, 100], 3), "0.003");
        assert_eq!(cubic_metres_text([200, 150, 101], 3), "0.004");
        assert_eq!(cubic_metres_text([10, 10, 10], 2), "0.01");
        assert_eq!(cubic_metres_of_cm3_text(34_001), "0.035");
        assert_eq!(cubic_centimetres("0.48").unwrap(), 480_000);
    }

    #[test]
    fn metres_are_rounded_up_and_read_back() {
        let metres = JsonDecimal::of_millimetres(1_871);
        assert_eq!(metres.rounded_up(2), JsonDecimal::of_millimetres(1_880));
        assert_eq!(metres.millimetres_of_m(), 1_871);
        let volume = JsonDecimal::of_cubic_metres([300, 300, 201], 3);
        assert_eq!(serde_json::to_string(&volume).unwrap(), "0.019");
        assert_eq!(volume.cm3_of_m3(), 19_000);
    }

    #[test]
    fn json_numbers_keep_their_kopecks() {
        for kopecks in [0, 1, 10, 99, 43_554, 2_147_483_647, 5_000_000_001] {
            let json =
                serde_json::to_string(&JsonDecimal::of_kopecks(Kopecks::new(kopecks))).unwrap();
            assert!(!json.contains('"'), "{json}");
            let back: JsonDecimal = serde_json::from_str(&json).unwrap();
            assert_eq!(back.kopecks().get(), kopecks, "{json}");
        }
        let text: JsonDecimal = serde_json::from_str("\"435,54\"").unwrap();
        assert_eq!(text.kopecks().get(), 43_554);
    }
}
