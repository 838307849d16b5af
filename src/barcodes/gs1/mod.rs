//! GS1 element strings: application identifiers (AI) and their values.
//!
//! A value whose AI has a *predefined* length needs no separator; any other ends at FNC1, which a
//! scanner sends as `<GS>` (byte 1D), or at the end (GS1 General Specifications, 7.8).
//!
//! **Invariant:** a [`Gs1`] was read to its end: every AI is known, and its value has the length, the
//! characters and the content that the standard wants.
//! **Invariant:** rules about which AIs must stand together are [`Finding`]s, not errors: foreign
//! labels break them and are usable all the same.

mod content;
mod dictionary;
mod link;
mod lists;

pub use self::content::Check;
pub(super) use self::dictionary::is_value_byte;
pub use self::dictionary::{Identifier, identifiers};
use self::dictionary::{Part, ai_length, identifier, matches, predefined_length};
pub use self::link::read_link;
use super::BarcodeError;
use super::gtin::{Gtin, check_digit};
use crate::units::Day;

/// The separator, FNC1 inside a symbol.
pub const GS: char = '\u{1d}';

/// One application identifier with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub ai: String,
    pub value: String,
}

/// A whole element string, in the order of the symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gs1 {
    elements: Vec<Element>,
}

/// A rule of the standard that a readable label breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// None of the AIs stands there without which this one says nothing.
    Alone { ai: String },
    /// Two AIs that exclude each other.
    Pair { ai: String, other: String },
    /// One AI twice with different values.
    Twice { ai: String },
}

impl Gs1 {
    /// Reads an element string to its end. A leading separator is not part of it.
    pub fn parse(text: &str) -> Result<Self, BarcodeError> {
        let mut elements = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let position = text.len() - rest.len();
            let (element, after) = read_element(rest, position)?;
            elements.push(element);
            // A separator after a value that does not need one is tolerated.
            rest = after.strip_prefix(GS).unwrap_or(after);
        }
        if elements.is_empty() {
            return Err(BarcodeError::UnknownAi { position: 0 });
        }
        Ok(Self { elements })
    }

    /// Reads what a label shows to people: `(01)04601234567893(10)AB-77`. A bracket may also belong
    /// to a value, so only those that hold a known AI count.
    pub fn parse_bracketed(text: &str) -> Result<Self, BarcodeError> {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text.trim();
        while !rest.is_empty() {
            let position = text.len() - rest.len();
            let known = bracketed(rest).ok_or(BarcodeError::UnknownAi { position })?;
            let value = &rest[known.ai.len() + 2..];
            let is_next = |(at, _): &(usize, &str)| bracketed(&value[*at..]).is_some();
            let end = value.match_indices('(').find(is_next).map_or(value.len(), |(at, _)| at);
            plain.push_str(&known.ai);
            plain.push_str(&value[..end]);
            rest = &value[end..];
            if !rest.is_empty() && known.needs_separator() {
                plain.push(GS);
            }
        }
        Self::parse(&plain)
    }

    /// Checks elements that came one by one, as in a Digital Link.
    fn of_elements(elements: Vec<Element>) -> Result<Self, BarcodeError> {
        for Element { ai, value } in &elements {
            let known = identifier(ai).ok_or(BarcodeError::UnknownAi { position: 0 })?;
            check_value(known, value)?;
        }
        Ok(Self { elements })
    }

    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The element string with separators where they are needed, without FNC1 at its beginning.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (index, element) in self.elements.iter().enumerate() {
            text.push_str(&element.ai);
            text.push_str(&element.value);
            let is_last = index + 1 == self.elements.len();
            if !is_last && predefined_length(&element.ai[..2]).is_none() {
                text.push(GS);
            }
        }
        text
    }

    /// The rules about pairs of AIs that this label breaks.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (index, element) in self.elements.iter().enumerate() {
            let ai = || element.ai.clone();
            let Some(known) = identifier(&element.ai) else { continue };
            let has = |pattern: &String| self.elements.iter().any(|e| matches(pattern, &e.ai));
            let is_complete = |group: &Vec<String>| group.iter().all(has);
            if !known.needs.is_empty() && !known.needs.iter().any(is_complete) {
                found.push(Finding::Alone { ai: ai() });
            }
            for other in self.elements.iter().filter(|other| other.ai != element.ai) {
                if known.excludes.iter().any(|pattern| matches(pattern, &other.ai)) {
                    found.push(Finding::Pair { ai: ai(), other: other.ai.clone() });
                }
            }
            let twice = |other: &Element| other.ai == element.ai && other.value != element.value;
            if self.elements[..index].iter().any(twice) {
                found.push(Finding::Twice { ai: ai() });
            }
        }
        found
    }

    /// The value of an AI, the first one if it stands there twice.
    pub fn get(&self, ai: &str) -> Option<&str> {
        self.elements.iter().find(|element| element.ai == ai).map(|element| element.value.as_str())
    }

    /// The product: AI 01, or 02 on a handling unit that holds nothing else.
    pub fn gtin(&self) -> Option<Gtin> {
        let value = self.get("01").or_else(|| self.get("02"))?;
        Gtin::parse(value).ok()
    }

    pub fn sscc(&self) -> Option<&str> {
        self.get("00")
    }

    pub fn lot(&self) -> Option<&str> {
        self.get("10")
    }

    pub fn serial(&self) -> Option<&str> {
        self.get("21")
    }

    /// The last day of use: AI 17, else 7003, else 15 (best before).
    pub fn expires_on(&self) -> Option<Day> {
        let exact = self.get("17").or_else(|| self.get("7003")).or_else(|| self.get("15"))?;
        content::day_of(exact.get(..6)?).map(Day::from_date)
    }

    /// How many pieces: AI 37 (of the contained product) or 30.
    pub fn count(&self) -> Option<i64> {
        self.get("37").or_else(|| self.get("30"))?.parse().ok()
    }

    /// Net weight (AI 310n), if it is a whole number of grams.
    pub fn net_weight_g(&self) -> Option<i64> {
        let element = self.elements.iter().find(|element| element.ai.starts_with("310"))?;
        let decimals: u32 = element.ai[3..].parse().ok()?;
        let value: i64 = element.value.parse().ok()?;
        if decimals <= 3 {
            return Some(value * 10_i64.pow(3 - decimals));
        }
        let divisor = 10_i64.pow(decimals - 3);
        (value % divisor == 0).then_some(value / divisor)
    }
}

/// The AI in a bracket at the beginning of a text.
fn bracketed(text: &str) -> Option<&'static Identifier> {
    let (ai, _) = text.strip_prefix('(')?.split_once(')')?;
    identifier(ai)
}

fn read_element(rest: &str, position: usize) -> Result<(Element, &str), BarcodeError> {
    let unknown = BarcodeError::UnknownAi { position };
    let first_two = rest.get(..2).ok_or(unknown.clone())?;
    let ai = ai_length(first_two).and_then(|length| rest.get(..length)).ok_or(unknown.clone())?;
    let known = identifier(ai).ok_or(unknown)?;
    let body = &rest[ai.len()..];
    let separator = body.find(GS).unwrap_or(body.len());
    let end = match predefined_length(first_two) {
        Some(length) => {
            let wanted = length - ai.len();
            if separator < wanted || !body.is_char_boundary(wanted) {
                return Err(too_short_or_empty(ai, wanted, separator.min(wanted)));
            }
            wanted
        }
        None => separator,
    };
    let value = &body[..end];
    check_value(known, value)?;
    Ok((Element { ai: ai.to_owned(), value: value.to_owned() }, &body[end..]))
}

fn too_short_or_empty(ai: &str, wanted: usize, found: usize) -> BarcodeError {
    let ai = ai.to_owned();
    match found {
        0 => BarcodeError::EmptyValue { ai },
        _ => BarcodeError::ValueTooShort { ai, wanted, found },
    }
}

/// Checks a value part by part.
fn check_value(known: &Identifier, value: &str) -> Result<(), BarcodeError> {
    let found = value.chars().count();
    let (_, max) = known.lengths();
    if found > max {
        return Err(BarcodeError::ValueTooLong { ai: known.ai.clone(), wanted: max, found });
    }
    // Set 82 and base64url together; all are ASCII, so that bytes are characters from here on.
    let is_legal = |character: &char| {
        u8::try_from(*character).is_ok_and(|byte| {
            known.parts.iter().any(|part| part.alphabet.has(byte)) || is_value_byte(byte)
        })
    };
    if let Some(character) = value.chars().find(|character| !is_legal(character)) {
        return Err(BarcodeError::ValueCharacter { ai: known.ai.clone(), character });
    }
    let mut rest = value;
    for part in &known.parts {
        if rest.is_empty() && part.is_optional {
            break;
        }
        if rest.len() < part.min {
            let wanted = value.len() - rest.len() + part.min;
            return Err(too_short_or_empty(&known.ai, wanted, found));
        }
        let (text, after) = rest.split_at(rest.len().min(part.max));
        check_part(&known.ai, part, text)?;
        rest = after;
    }
    Ok(())
}

fn check_part(ai: &str, part: &Part, text: &str) -> Result<(), BarcodeError> {
    let ai = || ai.to_owned();
    if let Some(wrong) = text.bytes().find(|byte| !part.alphabet.has(*byte)) {
        return Err(match part.alphabet {
            dictionary::Alphabet::Digits => BarcodeError::ValueNotDigits { ai: ai() },
            _ => BarcodeError::ValueCharacter { ai: ai(), character: char::from(wrong) },
        });
    }
    let Some(broken) = part.checks.iter().find(|check| !check.holds(text)) else {
        return Ok(());
    };
    Err(match broken {
        Check::CheckDigit => {
            let (data, found) = text.split_at(text.len() - 1);
            let expected = check_digit(data)?;
            let found = found.chars().next().unwrap_or(expected);
            BarcodeError::ValueCheckDigit { ai: ai(), expected, found }
        }
        Check::Day | Check::DayOrMonth | Check::LongDay => BarcodeError::ValueNotADay { ai: ai() },
        other => BarcodeError::ValueRule { ai: ai(), rule: *other },
    })
}

#[cfg(test)]
mod tests;
