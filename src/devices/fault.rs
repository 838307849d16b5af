//! What is wrong with a protocol file or with what a device sent.

/// A protocol file that cannot be used, by the line and the key to look at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}, {key}: {problem}")]
pub struct ProtocolError {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub key: String,
    pub problem: String,
}

impl ProtocolError {
    /// What the TOML reader found, at the line it names.
    pub(super) fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let before = text.get(..at).unwrap_or_default();
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let whole = text.get(begin..).unwrap_or_default().lines().next().unwrap_or_default();
        let key = whole.split('=').next().unwrap_or_default().trim();
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            key: key.to_owned(),
            problem: error.message().to_owned(),
        }
    }

    /// A value that reads well but cannot be. `key` is written with its table: `frame.max_bytes`.
    pub(super) fn of_key(file: &str, text: &str, key: &str, problem: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: line_of(text, key),
            key: key.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

/// The line of a key, else of its table, else the first.
fn line_of(text: &str, key: &str) -> usize {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    let mut inside = table.is_empty();
    let mut found = 1;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line.trim_matches(['[', ']']) == table;
            if inside {
                found = number;
            }
        } else if inside && line.split('=').next().unwrap_or_default().trim() == name {
            return number;
        }
    }
    found
}

/// What a device sent that its description forbids. Its connection goes on unless the description
/// says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    #[error("a frame is longer than {max_bytes} bytes")]
    TooLong { max_bytes: usize },
    #[error("{bytes} bytes stand before the start of a frame")]
    Garbage { bytes: usize },
    #[error("a frame broke off after {bytes} bytes")]
    Cut { bytes: usize },
    #[error("the check of a frame does not agree with its bytes")]
    WrongCheck,
    #[error("the greeting has no usable token")]
    BadHello,
    #[error("the number of the scan has more than 18 digits")]
    BadSequence,
    #[error("the frame has not the form of its protocol")]
    BadForm,
    #[error("the message is not JSON")]
    NotJson,
    #[error("the message has nothing at {pointer}")]
    NoData { pointer: String },
    #[error("what stands at {pointer} is not in its encoding")]
    BadEncoding { pointer: String },
    #[error("the message holds more than {max} readings")]
    TooMany { max: usize },
}

impl FrameFault {
    /// The stable name in logs and test vectors.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::Garbage { .. } => "garbage",
            Self::Cut { .. } => "cut",
            Self::WrongCheck => "wrong_check",
            Self::BadHello => "bad_hello",
            Self::BadSequence => "bad_sequence",
            Self::BadForm => "bad_form",
            Self::NotJson => "not_json",
            Self::NoData { .. } => "no_data",
            Self::BadEncoding { .. } => "bad_encoding",
            Self::TooMany { .. } => "too_many",
        }
    }
}
