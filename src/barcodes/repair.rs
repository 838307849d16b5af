//! What keyboards, code pages and scanner settings do to a code, and how it is undone.
//!
//! Each rule has a name ([`Repair`]) and its own test. A rule works only where the damage is
//! certain: where the damaged text could not have been in the symbol.

use super::gs1::{GS, Gs1};
use super::scan::{Aim, begins_as_gs1};
use super::{Gtin, OwnCode};

crate::text_enum! {
    /// One change that was made to what the scanner sent.
    pub enum Repair {
        /// The bytes were not UTF-8 and were read as Latin-1.
        NotUtf8 = "not_utf8",
        /// Control characters or invisible marks were taken out.
        ControlRemoved = "control_removed",
        /// The text had been typed through a Russian keyboard layout.
        LayoutUndone = "layout_undone",
        /// Caps Lock had exchanged upper and lower case.
        CaseUndone = "case_undone",
        /// The same code arrived twice in one scan.
        DoubleRemoved = "double_removed",
        /// The brackets that labels show around identifiers had been typed.
        BracketsRemoved = "brackets_removed",
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
/// value.
const SUBSTITUTES: &[&str] = &["{GS}", "␝", "^]", "_x001D_", "\\u001d", "\\x1d", "|", " "];

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
    let mut restored = text.trim().to_owned();
    for substitute in SUBSTITUTES {
        restored = restored.replace(substitute, "\u{1d}");
    }
    (restored != text && Gs1::parse(&restored).is_ok()).then_some(restored)
}

/// Undoes Caps Lock where the symbology identifier proves it: its letter is in the wrong case for
/// what follows, and letters of both cases are there, so that nothing was merely capitalised.
pub(super) fn undo_case(text: &str) -> Option<String> {
    let (aim, _) = Aim::split(text)?;
    let swapped: String = text.chars().map(swapped_case).collect();
    let (right, rest) = Aim::split(&swapped)?;
    let has_both = text.contains(|c: char| c.is_ascii_uppercase())
        && text.contains(|c: char| c.is_ascii_lowercase());
    (!aim.is_gs1() && right.is_gs1() && has_both && begins_as_gs1(rest)).then_some(swapped)
}

const fn swapped_case(character: char) -> char {
    if character.is_ascii_uppercase() {
        character.to_ascii_lowercase()
    } else {
        character.to_ascii_uppercase()
    }
}

/// One half of a text that is the same code twice, with a line end between or without. A half that
/// means nothing by itself may be half of an article.
pub(super) fn remove_double(text: &str) -> Option<&str> {
    let mut lines = text.split(['\r', '\n', '\t']).filter(|line| !line.is_empty());
    if let (Some(first), Some(second)) = (lines.next(), lines.next()) {
        return (first == second && lines.all(|line| line == first)).then_some(first);
    }
    let (half, other) = text.split_at_checked(text.len() / 2)?;
    (half == other && means_something(half)).then_some(half)
}

fn means_something(text: &str) -> bool {
    let data = Aim::split(text).map_or(text, |(_, data)| data);
    Gtin::parse(data).is_ok() || OwnCode::parse(data).is_ok() || begins_as_gs1(data)
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
        for substitute in ["{GS}", "␝", "^]", "_x001D_", "\\u001d", "\\x1d", "|", " "] {
            let text = format!("0104670540176099215'W9Um{substitute}93dGVz");
            let restored = restore_separators(&text).unwrap();
            assert_eq!(restored, "0104670540176099215'W9Um\u{1d}93dGVz", "{substitute}");
        }
        let legal = "010467054017609921<GS>12";
        assert_eq!(restore_separators(legal), None, "these letters may be a serial number");
        assert_eq!(restore_separators("0104670540176099 Кружка"), None);
    }

    #[test]
    fn caps_lock_is_undone_where_the_identifier_proves_it() {
        let typed = "]D20104670540176099215'w9uM\u{1d}93DgvZ";
        assert_eq!(undo_case(typed).unwrap(), "]d20104670540176099215'W9Um\u{1d}93dGVz");
        let capitals = "]D20104670540176099215'W9UM";
        assert_eq!(undo_case(capitals), None, "capitalised, and the serial is lost");
        assert_eq!(undo_case("0104670540176099215'w9uM"), None, "nothing proves it");
        assert_eq!(undo_case("]C0abC"), None);
    }

    #[test]
    fn a_code_that_came_twice_is_taken_once() {
        for (text, once) in [
            ("46012345678934601234567893", "4601234567893"),
            ("4601234567893\r\n4601234567893", "4601234567893"),
            ("A-17\tA-17\tA-17", "A-17"),
            ("]E04601234567893]E04601234567893", "]E04601234567893"),
            ("01046012345678930104601234567893", "0104601234567893"),
        ] {
            assert_eq!(remove_double(text), Some(once), "{text:?}");
        }
        assert_eq!(remove_double("4601234567893\r2900000012349"), None, "two codes");
        assert_eq!(remove_double("1212"), None, "it may be an article");
        assert_eq!(remove_double(""), None);
    }
}
