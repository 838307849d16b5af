//! Every application identifier with the form of its value and the company it keeps.
//!
//! The table is `identifiers.csv`, made from GS1's machine-readable syntax dictionary. A format is a
//! list of parts: `N` digits, `X` character set 82, `Y` character set 39, `Z` base64url; a length, or
//! `..` and the greatest one; then the checks of its content. A part in brackets may be missing.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::content::Check;

/// Which characters a part of a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Digits,
    Set82,
    Set39,
    Base64Url,
}

impl Alphabet {
    pub(super) const fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Set82 => is_value_byte(byte),
            Self::Set39 => {
                matches!(byte, b'#' | b'-' | b'/')
                    || byte.is_ascii_digit()
                    || byte.is_ascii_uppercase()
            }
            Self::Base64Url => matches!(byte, b'-' | b'_' | b'=') || byte.is_ascii_alphanumeric(),
        }
    }
}

/// Character set 82 of GS1: everything a value of text may hold.
pub(in crate::barcodes) const fn is_value_byte(byte: u8) -> bool {
    matches!(byte, b'!' | b'"' | b'%'..=b'?' | b'A'..=b'Z' | b'_' | b'a'..=b'z')
}

/// One part of a value. Only the last part of a format can be of variable length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) alphabet: Alphabet,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) is_optional: bool,
    pub(super) checks: Vec<Check>,
}

/// An application identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// Two to four digits.
    pub ai: String,
    /// GS1's short title of the value: `BATCH/LOT`. Coupons have none.
    pub title: String,
    pub(super) parts: Vec<Part>,
    /// One of these groups must stand on the same item; `3nn` means any AI that begins with 3.
    pub(super) needs: Vec<Vec<String>>,
    pub(super) excludes: Vec<String>,
    /// Sequences of qualifiers that may follow it in the path of a Digital Link, if it can lead one.
    pub(super) link_qualifiers: Option<Vec<Vec<String>>>,
    /// Whether it may stand in the query of a Digital Link.
    pub(super) is_link_attribute: bool,
}

impl Identifier {
    /// The least and the greatest number of characters of the value.
    pub fn lengths(&self) -> (usize, usize) {
        let min = self.parts.iter().filter(|part| !part.is_optional).map(|part| part.min).sum();
        (min, self.parts.iter().map(|part| part.max).sum())
    }

    /// Whether FNC1 must end the value unless it is the last.
    pub fn needs_separator(&self) -> bool {
        predefined_length(&self.ai[..2]).is_none()
    }
}

/// How many digits an AI has, by its first two.
pub(super) fn ai_length(first_two: &str) -> Option<usize> {
    match two_digits(first_two)? {
        0..=22 | 30 | 37 | 90..=99 => Some(2),
        23..=25 | 40..=42 | 71 => Some(3),
        31..=36 | 39 | 43 | 70 | 72 | 80..=82 => Some(4),
        _ => None,
    }
}

/// The length, AI included, of AIs that need no separator; true even for AIs not yet assigned.
pub(super) fn predefined_length(first_two: &str) -> Option<usize> {
    match two_digits(first_two)? {
        0 => Some(20),
        1..=3 | 41 => Some(16),
        4 => Some(18),
        11..=19 => Some(8),
        20 => Some(4),
        31..=36 => Some(10),
        _ => None,
    }
}

/// A sign before a number is no digit, although `parse` takes it for one.
fn two_digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

static IDENTIFIERS: LazyLock<Vec<Identifier>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_bytes!("identifiers.csv").as_slice());
    let rows = reader.records().map(|row| row.expect("a test reads the whole table"));
    rows.flat_map(|row| identifiers_of(&row)).collect()
});

static BY_AI: LazyLock<HashMap<&'static str, &'static Identifier>> =
    LazyLock::new(|| IDENTIFIERS.iter().map(|known| (known.ai.as_str(), known)).collect());

/// All identifiers, in their order.
pub fn identifiers() -> &'static [Identifier] {
    &IDENTIFIERS
}

pub(super) fn identifier(ai: &str) -> Option<&'static Identifier> {
    BY_AI.get(ai).copied()
}

/// A row of the table, which may stand for a range of identifiers.
fn identifiers_of(row: &csv::StringRecord) -> Vec<Identifier> {
    let [ai, format, needs, excludes, link_key, link_attribute, title] =
        std::array::from_fn(|column| &row[column]);
    let (first, last) = ai.split_once('-').unwrap_or((ai, ai));
    let number = |text: &str| text.parse::<u32>().expect("an AI is a number");
    let words = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let group = |text: &str| text.split('+').map(str::to_owned).collect::<Vec<_>>();
    let one = |ai: u32| Identifier {
        ai: format!("{ai:0width$}", width = first.len()),
        title: title.to_owned(),
        parts: format.split_ascii_whitespace().map(part_of).collect(),
        needs: needs.split_ascii_whitespace().map(group).collect(),
        excludes: words(excludes),
        link_qualifiers: link_key
            .strip_prefix("key")
            .map(|sequences| sequences.split(" or ").map(words).collect()),
        is_link_attribute: link_attribute == "yes",
    };
    (number(first)..=number(last)).map(one).collect()
}

/// `N6:day`, `X..20`, `[N4:time]`.
fn part_of(text: &str) -> Part {
    let inner = text.trim_matches(['[', ']']);
    let mut words = inner.split(':');
    let shape = words.next().expect("a split has a first word");
    let (alphabet, length) = shape.split_at(1);
    let alphabet = match alphabet {
        "N" => Alphabet::Digits,
        "X" => Alphabet::Set82,
        "Y" => Alphabet::Set39,
        "Z" => Alphabet::Base64Url,
        other => unreachable!("the table has the alphabet {other}"),
    };
    let greatest = length.trim_start_matches("..").parse().expect("a part has a length");
    Part {
        alphabet,
        min: if length.starts_with("..") { 1 } else { greatest },
        max: greatest,
        is_optional: inner.len() < text.len(),
        checks: words
            .map(|word| Check::parse(word).expect("a check of the table exists"))
            .collect(),
    }
}

/// Whether a pattern such as `01` or `31nn` means this AI.
pub(super) fn matches(pattern: &str, ai: &str) -> bool {
    pattern.len() == ai.len()
        && pattern.bytes().zip(ai.bytes()).all(|(wanted, found)| wanted == b'n' || wanted == found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let all = identifiers();
        assert_eq!(BY_AI.len(), all.len(), "no AI stands there twice");
        assert_eq!(all.len(), 541);
        for known in all {
            assert_eq!(ai_length(&known.ai[..2]), Some(known.ai.len()), "{}", known.ai);
            assert!(!known.parts.is_empty(), "{}", known.ai);
            let (min, max) = known.lengths();
            assert!(1 <= min && min <= max && max <= 99, "{}", known.ai);
            if let Some(length) = predefined_length(&known.ai[..2]) {
                assert_eq!((min, max), (length - known.ai.len(), length - known.ai.len()));
            }
            let (_, fixed) = known.parts.split_last().unwrap();
            assert!(fixed.iter().all(|part| part.min == part.max), "{}", known.ai);
            let named = known.needs.iter().flatten().chain(&known.excludes);
            for pattern in named.chain(known.link_qualifiers.iter().flatten().flatten()) {
                assert!(all.iter().any(|other| matches(pattern, &other.ai)), "{pattern}");
            }
        }
    }

    #[test]
    fn the_keys_of_links_are_those_of_the_standard() {
        let keys: Vec<_> = identifiers()
            .iter()
            .filter(|known| known.link_qualifiers.is_some())
            .map(|known| known.ai.as_str())
            .collect();
        let expected = [
            "00", "01", "253", "255", "401", "402", "414", "415", "417", "8003", "8004", "8006",
            "8010", "8013", "8017", "8018",
        ];
        assert_eq!(keys, expected);
    }
}
