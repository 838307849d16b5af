//! Weights as digits.

/// Digits of a weight, sign and point not counted.
const DIGITS_MAX: usize = 12;

/// Tenths of a gram of `1.250` and `kg`: by splitting on blanks, with a point only. A half is rounded
/// away from zero.
pub(super) fn tenths_g(number: &[u8], unit: &[u8]) -> Option<i64> {
    // Tenths of a gram in a unit, times ten thousand: a pound is 453.59237 g.
    let factor: i128 = match unit.trim_ascii() {
        b"g" => 100_000,
        b"kg" => 100_000_000,
        b"t" => 100_000_000_000,
        b"lb" => 45_359_237,
        _ => return None,
    };
    let number = number.trim_ascii();
    let (sign, digits) = match number.split_first()? {
        (b'-', rest) => (-1, rest.trim_ascii_start()),
        (b'+', rest) => (1, rest.trim_ascii_start()),
        _ => (1, number),
    };
    let mut value: i128 = 0;
    let mut divisor: i128 = 10_000;
    let mut count = 0;
    let mut is_behind_point = false;
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                count += 1;
                // Asked before the product: a line may be longer than any number holds.
                if count > DIGITS_MAX {
                    return None;
                }
                value = value * 10 + i128::from(byte - b'0');
                if is_behind_point {
                    divisor *= 10;
                }
            }
            b'.' if !is_behind_point => is_behind_point = true,
            _ => return None,
        }
    }
    if count == 0 {
        return None;
    }
    let scaled = value * factor;
    i64::try_from(sign * ((scaled + divisor / 2) / divisor)).ok()
}

/// Kilograms with three digits behind the point, or four where a tenth of a gram asks for it.
pub(super) fn kilograms(tenths_g: i64) -> String {
    let sign = if tenths_g < 0 { "-" } else { "" };
    let whole = tenths_g.unsigned_abs();
    let (kg, rest) = (whole / 10_000, whole % 10_000);
    if rest % 10 == 0 {
        format!("{sign}{kg}.{:03}", rest / 10)
    } else {
        format!("{sign}{kg}.{rest:04}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_becomes_tenths_of_a_gram() {
        for (number, unit, expected) in [
            ("1.250", "kg", 12_500),
            ("-0.150", "kg", -1_500),
            ("- 0.150", "kg", -1_500),
            ("12.34", "g", 123),
            ("12.35", "g", 124),
            ("-12.35", "g", -124),
            ("0.001", "t", 10_000),
            ("1", "lb", 4_536),
            ("100.00", "lb", 453_592),
        ] {
            assert_eq!(tenths_g(number.as_bytes(), unit.as_bytes()), Some(expected), "{number}");
        }
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for (number, unit) in [
            ("", "kg"),
            ("-", "kg"),
            (".", "kg"),
            ("1,5", "kg"),
            ("1.5.0", "kg"),
            ("1", "oz"),
            ("1234567890123", "kg"),
            ("1 2", "kg"),
        ] {
            assert_eq!(tenths_g(number.as_bytes(), unit.as_bytes()), None, "{number} {unit}");
        }
        assert_eq!(tenths_g(&[b'1'; 4096], b"kg"), None, "more digits than any number holds");
    }

    #[test]
    fn kilograms_are_read_as_they_were_written() {
        for weight in [0, 1, 10, 12_340, -1_500, 99_999_999] {
            assert_eq!(tenths_g(kilograms(weight).as_bytes(), b"kg"), Some(weight));
        }
    }
}
