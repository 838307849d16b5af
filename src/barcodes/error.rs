//! Why a text is not the code it was taken for.

use super::gs1::Check;

/// A text that is not the code it was read as, or a number that cannot become a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    #[error("the code must consist of digits")]
    NotDigits,
    #[error("a code of this kind cannot have {found} characters")]
    Length { found: usize },
    #[error("the check digit is {found} but should be {expected}")]
    CheckDigit { expected: char, found: char },
    #[error("the series of internal barcodes has no number {serial}")]
    SeriesExhausted { serial: i64 },
    #[error("the code is not one of the internal series")]
    NotInternal,
    #[error("the code does not begin with one of our prefixes")]
    NotOwn,
    #[error("the code has no part between its prefix and its check character")]
    OwnIncomplete,
    #[error("the character {character:?} at position {position} is not allowed in our codes")]
    OwnCharacter { character: char, position: usize },
    #[error(
        "the check character is {found} but should be {expected}: the label is damaged or mistyped"
    )]
    OwnCheck { expected: char, found: char },
    #[error("no application identifier is known at position {position}")]
    UnknownAi { position: usize },
    #[error("the value of ({ai}) is empty")]
    EmptyValue { ai: String },
    #[error("the value of ({ai}) is too short: {found} characters instead of {wanted}")]
    ValueTooShort { ai: String, wanted: usize, found: usize },
    #[error("the value of ({ai}) is too long: {found} characters instead of {wanted}")]
    ValueTooLong { ai: String, wanted: usize, found: usize },
    #[error("the value of ({ai}) must consist of digits")]
    ValueNotDigits { ai: String },
    #[error("the value of ({ai}) has the character {character:?} that GS1 does not allow")]
    ValueCharacter { ai: String, character: char },
    #[error("the check digit of ({ai}) is {found} but should be {expected}")]
    ValueCheckDigit { ai: String, expected: char, found: char },
    #[error("the value of ({ai}) is not a day of the calendar")]
    ValueNotADay { ai: String },
    #[error("the value of ({ai}) breaks the rule {rule}")]
    ValueRule { ai: String, rule: Check },
    #[error("the text is not a web address that begins with http:// or https://")]
    NotALink,
    #[error("the address holds no number that identifies something, such as /01/ and a GTIN")]
    LinkKeyMissing,
    #[error("({ai}) cannot stand where it does in the address")]
    LinkPlace { ai: String },
    #[error("the code is not a postal number")]
    NotPostal,
}
