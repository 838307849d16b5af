//! What keyboards, code pages and scanner settings do to a code, and how it is undone.
//!
//! Each rule has a name ([`Repair`]) and its own test. A rule works only where the damage is
//! certain: where the damaged text could not have been in the symbol.

use super::gs1::{GS, Gs1};
use super::gtin::Gtin;

crate::text_enum! {
    /// One change that was made to what the scanner sent.
    pub enum Repair {
        /// The bytes were not UTF-8 and were read as Latin-1.
        NotUtf8 = "not_utf8",
        /// Control characters or invisible marks were taken out.
        ControlRemoved = "control_removed",
        /// The text had been typed through a Russian keyboard layout.
        LayoutUndone = "layout_undone",
        /// A sign for FNC1 at the beginning was taken off.
        Fnc1Removed = "fnc1_removed",
        /// Visible substitutes were turned back into the separator.
        SeparatorRestored = "separator_restored",
        /// The separators of a marking code were lost; only one place for them was possible.
        SeparatorGuessed = "separator_guessed",
    }
}

/// The keys of a US keyboard, plain and with Shift, and below them what the Russian layout types.
/// Keys that type the same in both are left out.
const LATIN: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?@#$^&|";
const RUSSIAN: &str = "ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,\"№;:?/";

/// What programs and scanners show in place of the separator. None of these has a place in a GS1
/// value, except the letters between `<` and `>`, which are looked at more closely.
const SUBSTITUTES: &[&str] = &["{GS}", "␝", "^]", "_x001D_", "\\u001d", "\\x1d", "|"];
const SPELLED: &str = "<GS>";
/// Behind these a spelled separator is certain: nothing else follows the serial of a marking code.
const AFTER_SERIAL: &[&str] = &["91", "92", "93", "8005", "3103", "335", "240"];

/// Serial numbers of marking codes have one of these lengths; which one depends on the goods.
const SERIAL_LENGTHS: &[usize] = &[6, 7, 13, 20];

/// Takes out control characters (the separator stays) and invisible marks.
pub(super) fn remove_control(text: &str) -> Option<String> {
    let is_noise = |character: char| {
        (character.is_control() && character != GS)
            || matches!(character, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
    };
    text.contains(is_noise).then(|| text.replace(is_noise, ""))
}

/// Undoes the Russian layout if the whole text came through it: it has Cyrillic letters, no Latin
/// ones, and only characters that this layout can type.
pub(super) fn undo_layout(text: &str) -> Option<String> {
    let is_cyrillic = |character: char| matches!(character, 'А'..='я' | 'Ё' | 'ё' | '№');
    if !text.contains(is_cyrillic) || text.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    text.chars().map(latin_key).collect()
}

fn latin_key(character: char) -> Option<char> {
    match RUSSIAN.chars().position(|russian| russian == character) {
        Some(index) => LATIN.chars().nth(index),
        None if character.is_ascii() => Some(character),
        None => None,
    }
}

/// Takes off signs of FNC1 before the first application identifier. The caller knows from them
/// that the rest is GS1.
pub(super) fn remove_fnc1(text: &str) -> Option<&str> {
    let rest = ["\u{1d}", "è", "\\F"].into_iter().find_map(|sign| text.strip_prefix(sign))?;
    rest.starts_with(|character: char| character.is_ascii_digit()).then_some(rest)
}

/// Puts separators back where a substitute stands, in a text that is GS1 for certain.
pub(super) fn restore_separators(text: &str) -> Option<String> {
    let mut restored = text.to_owned();
    for substitute in SUBSTITUTES {
        restored = restored.replace(substitute, "\u{1d}");
    }
    for follower in AFTER_SERIAL {
        restored = restored.replace(&format!("{SPELLED}{follower}"), &format!("{GS}{follower}"));
    }
    (restored != text).then_some(restored)
}

/// Puts the lost separators of a marking code (Честный ЗНАК) back if exactly one way to do so
/// gives a composition that is in use. Two ways cannot be told apart by the text alone.
pub(super) fn guess_separators(text: &str) -> Option<String> {
    let (head, rest) = text.split_at_checked(18)?;
    if text.contains(GS) || !head.starts_with("01") || !head.ends_with("21") {
        return None;
    }
    Gtin::parse(&head[2..16]).ok()?;
    let mut fits = SERIAL_LENGTHS.iter().filter_map(|length| {
        let (serial, tail) = rest.split_at_checked(*length)?;
        Some(format!("{head}{serial}{GS}{}", separate_tail(tail)?))
    });
    let only = fits.next()?;
    (fits.next().is_none() && Gs1::parse(&only).is_ok()).then_some(only)
}

/// Separates what may follow the serial: AI and length of value, one composition a line.
fn separate_tail(tail: &str) -> Option<String> {
    const COMPOSITIONS: &[&[(&str, usize)]] = &[
        &[("93", 4)],
        &[("93", 4), ("3103", 6)],
        &[("8005", 6), ("93", 4)],
        &[("91", 4), ("92", 44)],
        &[("91", 4), ("92", 88)],
    ];
    COMPOSITIONS.iter().find_map(|composition| {
        let mut rest = tail;
        let mut parts = Vec::new();
        for (ai, length) in *composition {
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
    fn both_rows_of_keys_have_the_same_length() {
        assert_eq!(LATIN.chars().count(), RUSSIAN.chars().count());
    }

    #[test]
    fn a_text_in_russian_layout_is_typed_back() {
        let typed = "0104670540176099215эЦ9Гь\u{1d}93вПМя";
        assert_eq!(undo_layout(typed).unwrap(), "0104670540176099215'W9Um\u{1d}93dGVz");
        assert_eq!(undo_layout("ИТ-Ф-01"), Some("BN-A-01".to_owned()));
        assert_eq!(undo_layout("4601234567893"), None, "nothing shows a layout");
        assert_eq!(undo_layout("Кружка XL"), None, "two alphabets did not come through one layout");
        assert_eq!(undo_layout("Ёж – зверь"), None, "a dash is on no key");
    }

    #[test]
    fn control_characters_go_and_the_separator_stays() {
        assert_eq!(remove_control("\u{feff}ab\u{1d}c\r\n").unwrap(), "ab\u{1d}c");
        assert_eq!(remove_control("ab c "), None);
    }

    #[test]
    fn signs_of_fnc1_are_taken_off() {
        assert_eq!(remove_fnc1("è0104601234567893"), Some("0104601234567893"));
        assert_eq!(remove_fnc1("\u{1d}0104601234567893"), Some("0104601234567893"));
        assert_eq!(remove_fnc1("ère"), None);
    }

    #[test]
    fn substitutes_of_the_separator_are_turned_back() {
        for substitute in ["{GS}", "␝", "^]", "_x001D_", "\\u001d", "|", "<GS>"] {
            let text = format!("0104670540176099215'W9Um{substitute}93dGVz");
            let restored = restore_separators(&text).unwrap();
            assert_eq!(restored, "0104670540176099215'W9Um\u{1d}93dGVz", "{substitute}");
        }
        let legal = "010467054017609921<GS>12";
        assert_eq!(restore_separators(legal), None, "these letters may be a serial number");
    }

    #[test]
    fn lost_separators_are_found_where_only_one_place_is_possible() {
        let tobacco = "0104640030090754210001%ix800515000093vRdW";
        let expected = "0104640030090754210001%ix\u{1d}8005150000\u{1d}93vRdW";
        assert_eq!(guess_separators(tobacco).unwrap(), expected);
        assert_eq!(guess_separators("0104670540176099215'W9Um93dGVz").unwrap().len(), 31);
        assert_eq!(guess_separators("010467054017609921ABC"), None);
        assert_eq!(guess_separators("Я"), None);
    }
}
