//! Every identifier by the rules of the table, and whole element strings by hand.

use proptest::prelude::*;

use super::content::Check;
use super::*;
fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn a_logistic_label_is_read_to_its_end() {
    let gs1 = Gs1::parse("010460123456789310AB-77\u{1d}1726123121XYZ").unwrap();
    assert_eq!(gs1.gtin(), Some(Gtin::parse("4601234567893").unwrap()));
    assert_eq!((gs1.lot(), gs1.serial()), (Some("AB-77"), Some("XYZ")));
    assert_eq!(gs1.expires_on(), Some(day("2026-12-31")));
}

#[test]
fn a_pallet_says_what_it_holds() {
    let gs1 = Gs1::parse("00346006820000000014020460123456789337120\u{1d}3103001250").unwrap();
    assert_eq!(gs1.sscc(), Some("346006820000000014"));
    assert_eq!(gs1.gtin(), Some(Gtin::parse("4601234567893").unwrap()));
    assert_eq!((gs1.count(), gs1.net_weight_g()), (Some(120), Some(1250)));
}

#[test]
fn superfluous_separators_are_tolerated() {
    let gs1 = Gs1::parse("0104601234567893\u{1d}17260200\u{1d}10A\u{1d}").unwrap();
    assert_eq!(gs1.expires_on(), Some(day("2026-02-28")), "day 00 is the last of the month");
    assert_eq!(gs1.elements().len(), 3);
}

#[test]
fn each_defect_has_its_own_error() {
    let ai = |ai: &str| ai.to_owned();
    let cases = [
        ("", BarcodeError::UnknownAi { position: 0 }),
        ("0104601234567893?", BarcodeError::UnknownAi { position: 16 }),
        ("05", BarcodeError::UnknownAi { position: 0 }),
        ("10", BarcodeError::EmptyValue { ai: ai("10") }),
        ("10\u{1d}21A", BarcodeError::EmptyValue { ai: ai("10") }),
        ("01046", BarcodeError::ValueTooShort { ai: ai("01"), wanted: 14, found: 3 }),
        (
            "10123456789012345678901",
            BarcodeError::ValueTooLong { ai: ai("10"), wanted: 20, found: 21 },
        ),
        ("30x", BarcodeError::ValueNotDigits { ai: ai("30") }),
        ("10a b", BarcodeError::ValueCharacter { ai: ai("10"), character: ' ' }),
        (
            "0104601234567890",
            BarcodeError::ValueCheckDigit { ai: ai("01"), expected: '3', found: '0' },
        ),
        ("17261301", BarcodeError::ValueNotADay { ai: ai("17") }),
        ("17260230", BarcodeError::ValueNotADay { ai: ai("17") }),
        ("70032612001200", BarcodeError::ValueNotADay { ai: ai("7003") }),
        ("70032612012400", BarcodeError::ValueRule { ai: ai("7003"), rule: Check::Time }),
    ];
    for (text, error) in cases {
        assert_eq!(Gs1::parse(text), Err(error), "{text:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_text_does_not_panic(text in "(00|01|02|10|17|21|37|310[0-9]|[\u{1d}0-9A-zЯ])*") {
        if let Ok(gs1) = Gs1::parse(&text) {
            let _ = (gs1.gtin(), gs1.expires_on(), gs1.count(), gs1.net_weight_g());
            let length: usize = gs1.elements().iter().map(|e| e.ai.len() + e.value.len()).sum();
            prop_assert!(length <= text.len());
        }
    }
}

/// A text that obeys one part of a format, as short or as long as allowed.
fn sample(part: &Part, length: usize) -> String {
    let by_content = part.checks.iter().find_map(|check| {
        let text = match check {
            Check::CheckDigit => {
                let data = "4".repeat(length - 1);
                return Some(format!("{data}{}", check_digit(&data).unwrap()));
            }
            Check::CheckPair => "1987654Ad4X4bL5ttr2310c2K",
            Check::DayOrMonth => "260200",
            Check::Day => "260228",
            Check::LongDay => "20240229",
            Check::Time => "2359",
            Check::Currency | Check::Country | Check::CountryOr999 => "643",
            Check::CountryLetters => "RU",
            Check::Percent => "%D0%A2",
            Check::Flag | Check::Winding => "1",
            Check::Hyphen => "-",
            Check::Zero => "0",
            Check::Iban => "MU43BOMM0101123456789101000MUR",
            Check::PlaceInSequence => "1/3",
            Check::PieceOfTotal => "0102",
            Check::Media => "80",
            Check::Package => "PX",
            Check::Importer => "_",
            Check::Sex => "2",
            _ => return None,
        };
        Some(text.to_owned())
    });
    let has_prefix = part.checks.iter().any(|c| matches!(c, Check::Prefix | Check::PrefixSecond));
    by_content.unwrap_or_else(|| "1".repeat(if has_prefix { length.max(4) } else { length }))
}

fn whole(known: &Identifier, length_of: impl Fn(&Part) -> usize) -> String {
    known.parts.iter().map(|part| sample(part, length_of(part))).collect()
}

#[test]
fn every_identifier_takes_its_shortest_and_longest_value() {
    for known in identifiers() {
        let mandatory = |part: &&Part| !part.is_optional;
        let shortest: String =
            known.parts.iter().filter(mandatory).map(|part| sample(part, part.min)).collect();
        for value in [shortest, whole(known, |part| part.max)] {
            let text = format!("{}{value}", known.ai);
            let read = Gs1::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read.get(&known.ai), Some(value.as_str()), "{text}");
            assert_eq!(read.text(), text);
        }
    }
}

#[test]
fn every_identifier_refuses_other_lengths_and_alphabets() {
    for known in identifiers() {
        let ai = || known.ai.clone();
        let (min, max) = known.lengths();
        let longest = "1".repeat(max + 1);
        let too_long = BarcodeError::ValueTooLong { ai: ai(), wanted: max, found: max + 1 };
        assert_eq!(check_value(known, &longest), Err(too_long));
        assert_eq!(check_value(known, ""), Err(BarcodeError::EmptyValue { ai: ai() }));
        let right = whole(known, |part| part.max);
        if min > 1 {
            let cut = check_value(known, &right[..min - 1]);
            assert!(cut.is_err(), "{} {cut:?}", known.ai);
        }
        for character in [' ', '#', '@', 'Я', '\u{1d}', '^'] {
            let wrong: String = std::iter::once(character).chain(right.chars().skip(1)).collect();
            let is_legal =
                |part: &Part| u8::try_from(character).is_ok_and(|byte| part.alphabet.has(byte));
            if known.parts.first().is_some_and(is_legal) {
                continue;
            }
            let refused = check_value(known, &wrong);
            let right_reason = matches!(
                &refused,
                Err(BarcodeError::ValueCharacter { .. } | BarcodeError::ValueNotDigits { .. })
            );
            assert!(right_reason, "({}) {wrong}: {refused:?}", known.ai);
        }
    }
}

#[test]
fn every_check_digit_and_day_is_looked_at() {
    let mut checked = 0;
    for known in identifiers() {
        let mut at = 0;
        let right = whole(known, |part| part.max);
        for part in &known.parts {
            let end = at + sample(part, part.max).len();
            if part.checks.contains(&Check::CheckDigit) {
                let mut wrong = right.clone().into_bytes();
                wrong[end - 1] = b'0' + (wrong[end - 1] - b'0' + 1) % 10;
                let refused = check_value(known, std::str::from_utf8(&wrong).unwrap());
                assert!(
                    matches!(refused, Err(BarcodeError::ValueCheckDigit { .. })),
                    "{}",
                    known.ai
                );
                checked += 1;
            }
            if part.checks.iter().any(|c| matches!(c, Check::Day | Check::DayOrMonth)) {
                let wrong = format!("{}261301{}", &right[..at], &right[end..]);
                let refused = check_value(known, &wrong);
                assert_eq!(refused, Err(BarcodeError::ValueNotADay { ai: known.ai.clone() }));
                checked += 1;
            }
            at = end;
        }
    }
    assert_eq!(checked, 35, "numbers with check digits, and days");
}

#[test]
fn only_values_of_unknown_length_need_a_separator() {
    for (ai, needs) in [
        ("00", false),
        ("01", false),
        ("17", false),
        ("3103", false),
        ("410", false),
        ("10", true),
        ("21", true),
        ("37", true),
        ("3922", true),
        ("422", true),
        ("7003", true),
        ("93", true),
    ] {
        assert_eq!(identifier(ai).unwrap().needs_separator(), needs, "{ai}");
    }
}

#[test]
fn pairs_that_break_the_rules_are_told_and_read_all_the_same() {
    let alone = |ai: &str| Finding::Alone { ai: ai.to_owned() };
    let pair = |ai: &str, other: &str| Finding::Pair { ai: ai.to_owned(), other: other.to_owned() };
    for (text, findings) in [
        ("010460123456789321A", vec![]),
        ("21A", vec![alone("21")]),
        ("0204601234567893", vec![alone("02")]),
        ("375", vec![alone("37")]),
        (
            "01046012345678930204601234567893\u{1d}371",
            vec![pair("01", "37"), pair("02", "01"), alone("37")],
        ),
        ("010460123456789310A\u{1d}10B", vec![Finding::Twice { ai: "10".to_owned() }]),
        ("010460123456789310A\u{1d}10A", vec![]),
        (
            "0104601234567893310300125031020001250".get(..36).unwrap(),
            vec![pair("3103", "3102"), pair("3102", "3103")],
        ),
    ] {
        assert_eq!(Gs1::parse(text).unwrap().findings(), findings, "{text}");
    }
}

#[test]
fn brackets_that_people_type_are_read() {
    for (typed, text) in [
        ("(01)04601234567893", "0104601234567893"),
        ("(01)04601234567893(10)AB-77(17)261231", "010460123456789310AB-77\u{1d}17261231"),
        ("(10)A(B)C(21)X", "10A(B)C\u{1d}21X"),
        ("(00)346006820000000014 ", "00346006820000000014"),
    ] {
        assert_eq!(Gs1::parse_bracketed(typed).unwrap().text(), text, "{typed}");
    }
    for typed in ["", "(", "(01", "()", "(05)1", "01(10)A", "(01)046012345678 93"] {
        assert!(Gs1::parse_bracketed(typed).is_err(), "{typed}");
    }
}
