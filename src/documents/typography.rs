//! Numbers and words as Russian papers write them.

use crate::units::Grams;

/// A whole number of the smallest unit with a decimal comma: `decimal(1250, 3)` is `1,250`.
pub fn decimal(value: i64, places: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let unit = 10_u64.pow(places);
    let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
    let width = usize::try_from(places).unwrap_or(0);
    format!("{sign}{whole},{rest:0width$}")
}

/// `1,250 кг`; the space does not break.
pub fn kilograms(weight: Grams) -> String {
    format!("{}\u{a0}кг", decimal(weight.get(), 3))
}

/// The form of a noun after a number: `1 место`, `2 места`, `5 мест`.
pub fn plural(count: usize, forms: [&str; 3]) -> String {
    format!("{count}\u{a0}{}", noun(u64::try_from(count).unwrap_or(u64::MAX), forms))
}

/// The same without the number.
pub const fn noun(count: u64, [one, few, many]: [&str; 3]) -> &str {
    match (count % 100, count % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_numbers() {
        let places = |count| plural(count, ["место", "места", "мест"]).replace('\u{a0}', " ");
        let said: Vec<String> = [0, 1, 2, 5, 11, 14, 21, 104, 111].map(places).to_vec();
        let expected = [
            "0 мест",
            "1 место",
            "2 места",
            "5 мест",
            "11 мест",
            "14 мест",
            "21 место",
            "104 места",
            "111 мест",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn weights_have_a_comma() {
        assert_eq!(kilograms(Grams::new(50)), "0,050\u{a0}кг");
        assert_eq!(decimal(-123_456, 2), "-1234,56");
    }
}
