//! Numbers of registers in the purpose of a payment, as carriers write it.

use std::sync::LazyLock;

use regex::Regex;

/// A number of so many letters and digits is no accident.
const LONG: usize = 6;

/// Patterns by carrier; the empty code is any carrier. The first group is a number.
const PATTERNS: &[(&str, &str)] = &[
    ("", r"(?i)реестр\p{L}*[\s.:]*(?:(?:№|N|#|ном\p{L}*)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)"),
    ("", r"(?i)register[\s.:]*(?:(?:№|No|N|#)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)"),
    ("", r"(?i)(?:отч[её]т|акт)\p{L}*\s+(?:агента\s+)?(?:№|N|#)[\s.:]*([\p{L}\d][\p{L}\d/_\-]*)"),
    ("dpd", r"(?i)НПП[\s.:]*(?:(?:№|N|#)[\s.:]*)?([\p{L}\d][\p{L}\d/_\-]*)"),
];

static READY: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).expect("the patterns are checked by a test");
    PATTERNS.iter().map(|(carrier, pattern)| (*carrier, compile(pattern))).collect()
});

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
    let is_wanted = |found: &str| plain(found) == wanted;
    let is_told = READY
        .iter()
        .filter(|(whose, _)| whose.is_empty() || *whose == carrier)
        .flat_map(|(_, regex)| regex.captures_iter(purpose))
        .any(|found| found.get(1).is_some_and(|number| is_wanted(number.as_str())));
    is_told || long_words(purpose).any(|word| word == wanted)
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
        assert!(is_about_cod("Возмещение наложенных платежей") && is_about_cod("НПП 77"));
        assert!(!is_about_cod("Оплата по счёту 5 за хранение") && !tells_number("по счёту 5"));
    }
}
