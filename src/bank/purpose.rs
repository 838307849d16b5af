//! Numbers of registers in the purpose of a payment, as carriers write it.

use std::sync::LazyLock;

use regex::{Match, Regex};

/// A number of so many letters and digits is no accident.
const LONG: usize = 6;

/// Patterns by carrier; the empty code is any carrier. The first group is a number.
const PATTERNS: &[(&str, &str)] = &[
    ("", r"(?i)реестр\p{L}*[\s.:]*(?:(?:№|N|#|ном\p{L}*)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)"),
    ("", r"(?i)register[\s.:]*(?:(?:№|No|N|#)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)"),
    ("", r"(?i)\b(?:отч[её]т|акт)\p{L}*\s+(?:агента\s+)?(?:№|N|#)[\s.:]*([\p{L}\d][\p{L}\d/_\-]*)"),
    ("dpd", r"(?i)НПП[\s.:]*(?:(?:№|N|#)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)"),
];

/// What stands between a number and the next one of a list: `71 от 20.11.2026, № 72 и 73`.
const MORE: &str = r"(?i)^(?:\s*от\s*[\d.]+(?:\s*г(?:ода|\.)?)?)?\s*(?:[,;+&]|и\s)\s*(?:(?:№|N|#)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)";

/// What makes a number the day of a date.
const DATE: &str = r"^\.\d{1,2}\.\d{2}";

static READY: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).expect("the patterns are checked by a test");
    PATTERNS.iter().map(|(carrier, pattern)| (*carrier, compile(pattern))).collect()
});

static NEXT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(MORE).expect("the patterns are checked by a test"));

static DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(DATE).expect("the patterns are checked by a test"));

/// Money of buyers, whatever the number.
static ABOUT_COD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)реестр|налож|\bНПП\b").expect("the patterns are checked by a test")
});

/// Whether the purpose says that it is money of buyers.
pub(super) fn is_about_cod(purpose: &str) -> bool {
    ABOUT_COD.is_match(purpose)
}

/// Whether the purpose has a number where carriers write one.
pub(super) fn tells_number(purpose: &str) -> bool {
    READY.iter().any(|(_, regex)| regex.is_match(purpose))
}

/// The words of a purpose that are long enough to be a number by themselves.
pub(super) fn long_words(purpose: &str) -> impl Iterator<Item = String> {
    let is_part = |letter: char| letter.is_alphanumeric() || "/-_".contains(letter);
    let words = purpose.split(move |letter| !is_part(letter));
    words.map(plain).filter(|word| word.chars().count() >= LONG)
}

/// A number of which nothing but letters and digits counts, with the letters that look alike as one.
pub(super) fn plain(number: &str) -> String {
    let letter = |letter: char| match letter {
        'А' => 'A',
        'В' => 'B',
        'Е' | 'Ё' => 'E',
        'К' => 'K',
        'М' => 'M',
        'Н' => 'H',
        'О' => 'O',
        'Р' => 'P',
        'С' => 'C',
        'Т' => 'T',
        'Х' => 'X',
        other => other,
    };
    let upper = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
    let plain: String = upper.map(letter).collect();
    plain.trim_start_matches('0').to_owned()
}

/// Whether the purpose names the number: where a carrier writes it, or anywhere if it is long enough
/// to be no accident.
pub(super) fn names(purpose: &str, carrier: &str, number: &str) -> bool {
    let wanted = plain(number);
    if wanted.is_empty() {
        return false;
    }
    captured(purpose, carrier).any(|found| plain(found.as_str()) == wanted)
        || long_words(purpose).any(|word| word == wanted)
}

/// What stands where a carrier writes the number of a register.
fn captured<'a>(purpose: &'a str, carrier: &str) -> impl Iterator<Item = Match<'a>> {
    READY
        .iter()
        .filter(move |(whose, _)| whose.is_empty() || *whose == carrier)
        .flat_map(move |(_, regex)| regex.captures_iter(purpose))
        .filter_map(|found| found.get(1))
}

/// Whether the purpose tells numbers of registers, and this is none of them. Of a list all are told. A
/// number that no pattern captures whole is never another.
pub(super) fn names_another(purpose: &str, carrier: &str, number: &str) -> bool {
    let wanted = plain(number);
    let is_whole = |letter: char| letter.is_alphanumeric() || "/_-".contains(letter);
    if wanted.is_empty() || !number.trim().chars().all(is_whole) {
        return false;
    }
    let told: Vec<&str> =
        captured(purpose, carrier).flat_map(|first| list(purpose, first)).collect();
    !told.is_empty()
        && !told.iter().any(|one| plain(one) == wanted)
        && !long_words(purpose).any(|word| word == wanted)
}

/// A number and those that follow it in a list; no words and no dates.
fn list<'a>(purpose: &'a str, first: Match<'a>) -> Vec<&'a str> {
    let mut numbers = Vec::new();
    let (mut number, mut rest) = (first.as_str(), &purpose[first.end()..]);
    while number.contains(|letter: char| letter.is_ascii_digit()) && !DAY.is_match(rest) {
        numbers.push(number);
        let Some(next) = NEXT.captures(rest).and_then(|found| found.get(1)) else { break };
        (number, rest) = (next.as_str(), &rest[next.end()..]);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_as_people_write_them() {
        let purposes = [
            "Перечисление НП по реестру № 00127 от 20.11.2026",
            "оплата по реестрам N127, без НДС",
            "РЕЕСТР: 127; НДС не облагается",
            "По отчёту агента № 127",
        ];
        for purpose in purposes {
            assert!(names(purpose, "cdek", "127"), "{purpose}");
            assert!(!names(purpose, "cdek", "27"), "{purpose}");
        }
        assert!(!names("по договору 127 от 20.11.2026", "cdek", "127"), "short and elsewhere");
        assert!(names("НП, IM-1270-11", "cdek", "IM-1270-11"), "long enough anywhere");
        assert!(names("по реестру АВ-12", "cdek", "AB-12"), "letters that look alike");
        assert!(names("НПП 77", "dpd", "77") && !names("НПП 77", "cdek", "77"));
        assert!(!names("по реестру", "cdek", ""));
        assert!(!names("по контракту № 127", "cdek", "127"), "a contract is no act");
        assert!(is_about_cod("Возмещение наложенных платежей") && is_about_cod("НПП 77"));
        assert!(!is_about_cod("Оплата по счёту 5 за хранение") && !tells_number("по счёту 5"));
    }

    #[test]
    fn another_number_is_told_where_a_carrier_writes_one() {
        let others = ["По реестру № 72", "реестр 72 от 71.10.2026", "По реестрам 72, 73 и 74"];
        for purpose in others {
            assert!(names_another(purpose, "cdek", "71"), "{purpose}");
        }
        let silent = [
            "По реестру № 0071",
            "По реестрам № 70, 71 и 72",
            "Реестр 70 от 20.11.2026 г., № 71 от 21.11.2026",
            "Реестр 72, реестр 71",
            "По реестру от 20.11.2026",
            "По реестру за ноябрь",
            "По реестру 20.11.2026",
            "По контракту № 72",
            "НПП 72",
            "Перевод 72",
        ];
        for purpose in silent {
            assert!(!names_another(purpose, "cdek", "71"), "{purpose}");
        }
        assert!(names_another("НПП 72", "dpd", "71"));
        assert!(!names_another("По реестру № 72", "cdek", ""), "nothing to compare");
        assert!(!names_another("По реестру № 7.2", "cdek", "7.2"), "captured in part");
    }
}
