//! Codes of the state's marking system (Честный ЗНАК).
//!
//! A code identifies one piece by GTIN and serial (КИ); behind them stands a cryptographic tail that
//! carriers and cash registers want as it was read. Pieces are compared by КИ, case and all.
//!
//! Compositions follow the operator's "Описание структуры кодов Data Matrix" and field experience.

use super::gs1::{GS, Gs1};
use super::gtin::Gtin;

/// Serial numbers have one of these lengths; which one depends on the goods.
const SERIAL_LENGTHS: [usize; 4] = [6, 7, 13, 20];

/// What may follow the serial: AI and length of the value.
const TAILS: [&[(&str, usize)]; 7] = [
    &[("93", 4)],
    &[("93", 4), ("3103", 6)],
    &[("93", 4), ("3350", 6)],
    &[("93", 4), ("3353", 6)],
    &[("8005", 6), ("93", 4)],
    &[("91", 4), ("92", 44)],
    &[("91", 4), ("92", 88)],
];

/// Substitutes for the separator that are also legal characters of a serial.
const SPELLED: [&str; 2] = ["<GS>", "GS"];

crate::text_enum! {
    /// How a code is built.
    pub enum MarkingForm {
        /// GS1 element string: 01, 21 and a tail.
        Gs1 = "gs1",
        /// A pack of tobacco: 29 characters without any AI.
        TobaccoPack = "tobacco_pack",
        /// Fur: `RU-430302-AAA7582720`.
        Fur = "fur",
    }
}

/// A marking code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkingCode {
    pub form: MarkingForm,
    /// What identifies the piece (КИ).
    pub piece: String,
    /// All of it, with the separators (GS) of the symbol and without FNC1 at its beginning: what
    /// carriers and cash registers want.
    pub full: String,
    pub gtin: Option<Gtin>,
    /// Whether the tail was read too. A piece without it can be stored but not sold.
    pub has_tail: bool,
}

impl MarkingCode {
    /// The code in a GS1 element string that names a product and a serial.
    pub(super) fn of_gs1(gs1: &Gs1) -> Option<Self> {
        let (gtin, serial) = (gs1.get("01")?, gs1.serial()?);
        Some(Self {
            form: MarkingForm::Gs1,
            piece: format!("01{gtin}21{serial}"),
            full: gs1.text(),
            gtin: gs1.gtin(),
            has_tail: ["91", "92", "93"].iter().any(|ai| gs1.get(ai).is_some()),
        })
    }

    /// The codes that are not GS1 element strings.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("RU-") {
            let is_fur = rest.len() == 17
                && rest.bytes().enumerate().all(|(at, byte)| match at {
                    0..=5 | 10..=16 => byte.is_ascii_digit(),
                    6 => byte == b'-',
                    _ => byte.is_ascii_uppercase(),
                });
            return is_fur.then(|| Self {
                form: MarkingForm::Fur,
                piece: text.to_owned(),
                full: text.to_owned(),
                gtin: None,
                has_tail: true,
            });
        }
        // GTIN 14, serial 7, greatest price 4, check 4.
        if text.len() != 29 || !text.bytes().all(super::gs1::is_value_byte) {
            return None;
        }
        let gtin = Gtin::parse(&text[..14]).ok()?;
        Some(Self {
            form: MarkingForm::TobaccoPack,
            piece: text[..21].to_owned(),
            full: text.to_owned(),
            gtin: Some(gtin),
            has_tail: true,
        })
    }
}

/// Whether a text begins as most marking codes do: a product number with a right check digit, and a
/// serial.
pub(super) fn begins(text: &str) -> bool {
    text.split_at_checked(18).is_some_and(|(head, _)| {
        head.starts_with("01") && head.ends_with("21") && Gtin::parse(&head[2..16]).is_ok()
    })
}

/// Puts the lost separators of a marking code back if exactly one way to do so gives a composition
/// that is in use. Two ways cannot be told apart by the text alone.
pub(super) fn separated(text: &str) -> Option<String> {
    let (head, rest) = text.split_at_checked(18)?;
    if !begins(text) || text.contains(GS) {
        return None;
    }
    let mut fits = SERIAL_LENGTHS.iter().filter_map(|length| {
        let (serial, tail) = rest.split_at_checked(*length)?;
        let whole = format!("{head}{serial}{GS}{}", separated_tail(tail)?);
        Gs1::parse(&whole).is_ok().then_some(whole)
    });
    let only = fits.next()?;
    fits.next().is_none().then_some(only)
}

fn separated_tail(tail: &str) -> Option<String> {
    TAILS.iter().find_map(|composition| {
        let mut rest = tail;
        let mut parts = Vec::new();
        for (ai, length) in *composition {
            rest = SPELLED.iter().find_map(|sign| rest.strip_prefix(sign)).unwrap_or(rest);
            rest.strip_prefix(ai)?;
            let (part, after) = rest.split_at_checked(ai.len() + length)?;
            parts.push(part);
            rest = after;
        }
        rest.is_empty().then(|| parts.join("\u{1d}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_composition_is_split_at_its_only_place() {
        let tail_88 = "A".repeat(88);
        let tail_44 = "b".repeat(44);
        for (serial, tail, whole) in [
            ("5'W9Um", "93dGVz".to_owned(), "5'W9Um\u{1d}93dGVz".to_owned()),
            (
                "0001%ix",
                "800515000093vRdW".to_owned(),
                "0001%ix\u{1d}8005150000\u{1d}93vRdW".to_owned(),
            ),
            (
                "5bcdEf",
                "93AAAA3103001250".to_owned(),
                "5bcdEf\u{1d}93AAAA\u{1d}3103001250".to_owned(),
            ),
            (
                "5bcdEfg",
                "93AAAA3353030000".to_owned(),
                "5bcdEfg\u{1d}93AAAA\u{1d}3353030000".to_owned(),
            ),
            (
                "5abcdefghijkl",
                format!("91EE0692{tail_88}"),
                format!("5abcdefghijkl\u{1d}91EE06\u{1d}92{tail_88}"),
            ),
            (
                "5abcdefghijklmnopqrs",
                format!("91EE0692{tail_44}"),
                format!("5abcdefghijklmnopqrs\u{1d}91EE06\u{1d}92{tail_44}"),
            ),
            ("5'W9Um", "<GS>93dGVz".to_owned(), "5'W9Um\u{1d}93dGVz".to_owned()),
            ("5'W9Um", "GS93dGVz".to_owned(), "5'W9Um\u{1d}93dGVz".to_owned()),
        ] {
            let text = format!("010467054017609921{serial}{tail}");
            assert_eq!(separated(&text), Some(format!("010467054017609921{whole}")), "{text}");
        }
    }

    #[test]
    fn what_fits_no_composition_is_left() {
        for text in [
            "010467054017609921ABC",
            "010467054017609021ABCDEF93AAAA",
            "0104670540176099215abcde93xxx93yyyy",
            "Я",
            "",
        ] {
            assert_eq!(separated(text), None, "{text}");
        }
    }

    #[test]
    fn codes_without_identifiers_are_known_by_their_form() {
        let pack = MarkingCode::of_text("04606203085248lTLKgaMAB5qGxeT").unwrap();
        assert_eq!(
            (pack.form, pack.piece.as_str()),
            (MarkingForm::TobaccoPack, "04606203085248lTLKgaM")
        );
        assert_eq!(MarkingCode::of_text("04606203085249lTLKgaMAB5qGxeT"), None, "a wrong GTIN");
        let fur = MarkingCode::of_text("RU-430302-AAA7582720").unwrap();
        assert_eq!((fur.form, fur.gtin), (MarkingForm::Fur, None));
        assert_eq!(MarkingCode::of_text("RU-430302-AA77582720"), None);
        assert_eq!(MarkingCode::of_text("RU-"), None);
    }
}
