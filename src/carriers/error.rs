//! Why a carrier did not do what it was asked: what matters is whether anything may have happened.

use std::fmt;

use super::model::Reason;
use crate::documents::DocumentError;
use crate::fault::{Code, Fault, Kind};

/// The answer of a carrier that is none.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// The carrier says no, in its own words. Nothing was done; the same again will be refused too.
    #[error("{carrier} refuses: {}", words(.reasons))]
    Refused { carrier: &'static str, reasons: Vec<Reason> },
    /// The carrier does not know us: the contract's keys are wrong or have ended.
    #[error("{carrier} does not accept the credentials: {said}")]
    Credentials { carrier: &'static str, said: String },
    /// Too many requests. Nothing was done.
    #[error("{carrier} asks to wait: {said}")]
    Limited { carrier: &'static str, said: String, seconds: Option<i64> },
    /// Nothing was done: there was no connection, or nothing was to be changed.
    #[error("{carrier} is not available: {said}")]
    Unavailable { carrier: &'static str, said: String },
    /// The request went out and no readable answer came back: it may have been done. Ask by our own
    /// number before anything else.
    #[error("{carrier} may or may not have done it: {said}")]
    Unclear { carrier: &'static str, said: String },
    /// The answer is not what the carrier's description says.
    #[error("{carrier} answered something unreadable: {said}")]
    Malformed { carrier: &'static str, said: String },
    /// There is no such thing at the carrier.
    #[error("{carrier} does not know {what}")]
    Unknown { carrier: &'static str, what: String },
    /// What is asked cannot be said in the carrier's words: a missing phone, a weight out of range.
    #[error("not for {carrier}: {field} {problem}")]
    NotSayable { carrier: &'static str, field: &'static str, problem: String },
    /// The account of the carrier is described wrongly.
    #[error("the account of {carrier}: {problem}")]
    Account { carrier: String, problem: String },
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl CarrierError {
    /// The trouble is with the shipments that were asked for, not with the carrier: others may be
    /// answered.
    pub const fn is_of_asked(&self) -> bool {
        matches!(
            self,
            Self::Refused { .. }
                | Self::Unknown { .. }
                | Self::NotSayable { .. }
                | Self::Malformed { .. }
        )
    }
}

/// What cannot be said in the carrier's words.
pub(super) fn not_sayable(
    carrier: &'static str,
    field: &'static str,
    problem: impl Into<String>,
) -> CarrierError {
    CarrierError::NotSayable { carrier, field, problem: problem.into() }
}

fn words(reasons: &[Reason]) -> String {
    let one = |reason: &Reason| match (reason.code.as_str(), reason.text.as_str()) {
        ("", text) => text.to_owned(),
        (code, "") => code.to_owned(),
        (code, text) => format!("{text} ({code})"),
    };
    reasons.iter().map(one).collect::<Vec<_>>().join("; ")
}

const fn code(code: &'static str, kind: Kind) -> Code {
    Code { code, kind, facts: &["carrier", "said"] }
}

impl CarrierError {
    /// All codes of carriers, for the list in `docs/problems.md`.
    pub const CODES: &'static [Code] = &[
        code("carrier_refused", Kind::Conflict),
        code("carrier_credentials", Kind::Unavailable),
        code("carrier_limited", Kind::Unavailable),
        code("carrier_unavailable", Kind::Unavailable),
        code("carrier_unclear", Kind::Unavailable),
        code("carrier_malformed", Kind::Unavailable),
        code("carrier_unknown_thing", Kind::Conflict),
        code("carrier_not_sayable", Kind::Invalid),
        code("carrier_account", Kind::Invalid),
    ];

    /// One reason to refuse.
    pub fn refused(
        carrier: &'static str,
        code: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self::Refused { carrier, reasons: vec![Reason::new(code, text)] }
    }

    /// An answer that is not what the carrier's description says.
    pub fn malformed(carrier: &'static str, said: impl fmt::Display) -> Self {
        Self::Malformed { carrier, said: said.to_string() }
    }

    /// It may have been done, or not.
    pub fn unclear(carrier: &'static str, said: impl fmt::Display) -> Self {
        Self::Unclear { carrier, said: said.to_string() }
    }

    /// There is no such thing at the carrier.
    pub fn unknown(carrier: &'static str, what: impl Into<String>) -> Self {
        Self::Unknown { carrier, what: what.into() }
    }

    /// Whether the same request may be sent again without asking first what became of it.
    pub const fn nothing_happened(&self) -> bool {
        !matches!(self, Self::Unclear { .. } | Self::Malformed { .. })
    }

    /// Whether it may go better later, without anybody doing anything.
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Limited { .. }
                | Self::Unavailable { .. }
                | Self::Unclear { .. }
                | Self::Malformed { .. }
        )
    }

    /// The carrier's own words, for people.
    pub fn said(&self) -> String {
        match self {
            Self::Refused { reasons, .. } => words(reasons),
            Self::Credentials { said, .. }
            | Self::Limited { said, .. }
            | Self::Unavailable { said, .. }
            | Self::Unclear { said, .. }
            | Self::Malformed { said, .. } => said.clone(),
            Self::Unknown { what, .. } => what.clone(),
            Self::NotSayable { field, problem, .. } => format!("{field}: {problem}"),
            Self::Account { problem, .. } => problem.clone(),
            Self::Document(error) => error.to_string(),
        }
    }

    fn carrier(&self) -> &str {
        match self {
            Self::Refused { carrier, .. }
            | Self::Credentials { carrier, .. }
            | Self::Limited { carrier, .. }
            | Self::Unavailable { carrier, .. }
            | Self::Unclear { carrier, .. }
            | Self::Malformed { carrier, .. }
            | Self::Unknown { carrier, .. }
            | Self::NotSayable { carrier, .. } => carrier,
            Self::Account { carrier, .. } => carrier,
            Self::Document(_) => "",
        }
    }
}

impl Fault for CarrierError {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "carrier_refused",
            Self::Credentials { .. } => "carrier_credentials",
            Self::Limited { .. } => "carrier_limited",
            Self::Unavailable { .. } => "carrier_unavailable",
            Self::Unclear { .. } => "carrier_unclear",
            Self::Malformed { .. } => "carrier_malformed",
            Self::Unknown { .. } => "carrier_unknown_thing",
            Self::NotSayable { .. } => "carrier_not_sayable",
            Self::Account { .. } => "carrier_account",
            Self::Document(error) => error.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Refused { .. } | Self::Unknown { .. } => Kind::Conflict,
            Self::NotSayable { .. } | Self::Account { .. } => Kind::Invalid,
            Self::Credentials { .. }
            | Self::Limited { .. }
            | Self::Unavailable { .. }
            | Self::Unclear { .. }
            | Self::Malformed { .. } => Kind::Unavailable,
            Self::Document(error) => error.kind(),
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Document(error) => error.args(),
            _ => vec![("carrier", self.carrier().to_owned()), ("said", self.said())],
        }
    }
}
