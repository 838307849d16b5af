//! The other linear symbologies: EAN and UPC, ITF, Code 39 and 93.

use barcoders::sym::code39::Code39;
use barcoders::sym::code93::Code93;
use barcoders::sym::ean8::EAN8;
use barcoders::sym::ean13::EAN13;

/// A bar or space of an interleaved or Code 39 symbol: narrow, or wide by the ratio in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::labels) struct Stripe {
    pub(in crate::labels) is_black: bool,
    pub(in crate::labels) is_wide: bool,
}

fn bits(modules: &[u8]) -> Vec<bool> {
    modules.iter().map(|module| *module == 1).collect()
}

/// EAN-13 of 12 digits, or of 13 whose check digit is right.
pub(in crate::labels) fn ean13(digits: &str) -> Option<Vec<bool>> {
    EAN13::new(digits).ok().map(|code| bits(&code.encode()))
}

/// EAN-8 of 7 digits, or of 8 whose check digit is right.
pub(in crate::labels) fn ean8(digits: &str) -> Option<Vec<bool>> {
    EAN8::new(digits).ok().map(|code| bits(&code.encode()))
}

/// Which of the six digits of UPC-E use the even table, by the check digit, for number system 0;
/// number system 1 has it the other way round.
const UPC_E_PARITY: [&str; 10] = [
    "EEEOOO", "EEOEOO", "EEOOEO", "EEOOOE", "EOEEOO", "EOOEEO", "EOOOEE", "EOEOEO", "EOEOOE",
    "EOOEOE",
];

/// The left-hand odd patterns of EAN digits, as widths of space, bar, space, bar.
const EAN_WIDTHS: [&str; 10] =
    ["3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112"];

/// UPC-E of number system, six digits and check digit.
pub(in crate::labels) fn upc_e(system: u8, digits: [u8; 6], check: u8) -> Option<Vec<bool>> {
    let parity = UPC_E_PARITY.get(usize::from(check)).filter(|_| system < 2)?;
    let mut modules = vec![true, false, true];
    for (digit, parity) in digits.iter().zip(parity.bytes()) {
        let widths = EAN_WIDTHS.get(usize::from(*digit))?;
        let is_even = (parity == b'E') == (system == 0);
        let widths: Vec<u8> =
            if is_even { widths.bytes().rev().collect() } else { widths.bytes().collect() };
        for (index, width) in widths.iter().enumerate() {
            modules.extend(std::iter::repeat_n(index % 2 == 1, usize::from(width - b'0')));
        }
    }
    modules.extend([false, true, false, true, false, true]);
    Some(modules)
}

/// The wide ones of five stripes, by digit.
const ITF_WIDE: [&str; 10] =
    ["NNWWN", "WNNNW", "NWNNW", "WWNNN", "NNWNW", "WNWNN", "NWWNN", "NNNWW", "WNNWN", "NWNWN"];

/// Interleaved 2 of 5 of an even number of digits.
pub(in crate::labels) fn itf(digits: &str) -> Option<Vec<Stripe>> {
    let wide = |digit: u8| ITF_WIDE.get(usize::from(digit.wrapping_sub(b'0')));
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let narrow = |is_black| Stripe { is_black, is_wide: false };
    let mut stripes = vec![narrow(true), narrow(false), narrow(true), narrow(false)];
    for pair in digits.as_bytes().chunks_exact(2) {
        for (bar, space) in wide(pair[0])?.bytes().zip(wide(pair[1])?.bytes()) {
            stripes.push(Stripe { is_black: true, is_wide: bar == b'W' });
            stripes.push(Stripe { is_black: false, is_wide: space == b'W' });
        }
    }
    stripes.push(Stripe { is_black: true, is_wide: true });
    stripes.extend([narrow(false), narrow(true)]);
    Some(stripes)
}

/// Code 39 with its start and stop signs; with a check sign if that is wanted.
pub(in crate::labels) fn code39(text: &str, with_check: bool) -> Option<Vec<Stripe>> {
    let code = if with_check { Code39::with_checksum(text) } else { Code39::new(text) };
    let modules = bits(&code.ok()?.encode());
    let stripe = |run: &[bool]| Stripe { is_black: run[0], is_wide: run.len() > 1 };
    Some(modules.chunk_by(|left, right| left == right).map(stripe).collect())
}

pub(in crate::labels) fn code93(text: &str) -> Option<Vec<bool>> {
    Code93::new(text).ok().map(|code| bits(&code.encode()))
}

/// Stripes as modules: a wide one is `wide` modules.
pub(in crate::labels) fn widen(stripes: &[Stripe], narrow: u32, wide: u32) -> Vec<bool> {
    let dots = |stripe: &Stripe| if stripe.is_wide { wide } else { narrow };
    stripes
        .iter()
        .flat_map(|stripe| std::iter::repeat_n(stripe.is_black, dots(stripe) as usize))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(modules: &[bool]) -> String {
        modules.iter().map(|module| if *module { '1' } else { '0' }).collect()
    }

    #[test]
    fn itf_is_that_of_another_encoder() {
        let stripes = itf("1234567895").unwrap();
        let other = barcoders::sym::tf::TF::interleaved("1234567895").unwrap().encode();
        let (ours, other) = (widen(&stripes, 1, 3), bits(&other));
        // That one ends in a bar of two modules, which is neither narrow nor wide.
        assert_eq!(ours[..ours.len() - 5], other[..other.len() - 4]);
        assert_eq!(ours[ours.len() - 5..], [true, true, true, false, true]);
        assert_eq!(itf("123"), None);
        assert_eq!(itf("12a4"), None);
    }

    #[test]
    fn upc_e_has_the_published_bars() {
        // 0 123456 5, which an independent decoder reads.
        let modules = upc_e(0, [1, 2, 3, 4, 5, 6], 5).unwrap();
        assert_eq!(text(&modules), "101011001100100110111101001110101110010101111010101");
    }

    #[test]
    fn wrong_check_digits_are_refused() {
        assert!(ean13("4601234567893").is_some() && ean13("4601234567890").is_none());
        assert!(ean8("96385074").is_some() && ean8("96385075").is_none());
        assert_eq!(ean8("9638507"), ean8("96385074"));
    }

    #[test]
    fn code_39_knows_narrow_and_wide() {
        let stripes = code39("A1", false).unwrap();
        assert_eq!(stripes.iter().filter(|stripe| stripe.is_wide).count(), 3 * 4);
        assert_eq!(code39("а", false), None);
        assert!(code93("TEST93").is_some());
    }
}
