//! The whole answer of a carrier.

use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::Effect;
use crate::carriers::CarrierError;

const START_CHARS: usize = 200;

/// An answer that was read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    carrier: &'static str,
    effect: Effect,
    status: StatusCode,
    media_type: String,
    bytes: Vec<u8>,
}

impl Reply {
    pub(super) fn new(
        carrier: &'static str,
        effect: Effect,
        status: StatusCode,
        media_type: String,
        bytes: Vec<u8>,
    ) -> Self {
        Self { carrier, effect, status, media_type, bytes }
    }

    pub const fn status(&self) -> StatusCode {
        self.status
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A page of a gateway instead of an answer.
    pub fn is_html(&self) -> bool {
        let start = self.bytes.trim_ascii_start();
        let looks = [&b"<!doctype html"[..], b"<html"];
        self.media_type.starts_with("text/html")
            || looks.iter().any(|look| {
                start.get(..look.len()).is_some_and(|head| head.eq_ignore_ascii_case(look))
            })
    }

    pub fn is_json(&self) -> bool {
        !self.is_html() && serde_json::from_slice::<serde::de::IgnoredAny>(&self.bytes).is_ok()
    }

    /// The answer as JSON, whatever its status says: many carriers tell refusals in the body.
    ///
    /// A 5xx whose body is not what was expected is the carrier's trouble, and unclear when
    /// something was to be changed.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, CarrierError> {
        if !self.is_html()
            && let Ok(value) = serde_json::from_slice(&self.bytes)
        {
            return Ok(value);
        }
        Err(self.unreadable())
    }

    /// Why the body could not be read: for bodies in other forms, too.
    pub fn unreadable(&self) -> CarrierError {
        let (carrier, said) = (self.carrier, format!("{}: {}", self.status, self.start()));
        match (self.effect, self.status) {
            (_, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                CarrierError::Credentials { carrier, said }
            }
            (_, StatusCode::NOT_FOUND) => CarrierError::Unknown { carrier, what: said },
            (Effect::Changes, _) => CarrierError::Unclear { carrier, said },
            (Effect::Reads, status) if status.is_server_error() => {
                CarrierError::Unavailable { carrier, said }
            }
            (Effect::Reads, _) => CarrierError::Malformed { carrier, said },
        }
    }

    /// Refuses statuses of the 5xx kind before the body is looked at.
    pub fn sound(self) -> Result<Self, CarrierError> {
        if self.status.is_server_error() { Err(self.unreadable()) } else { Ok(self) }
    }

    /// The first words of the body, for people.
    pub fn start(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        text.chars().filter(|letter| !letter.is_control()).take(START_CHARS).collect()
    }
}
