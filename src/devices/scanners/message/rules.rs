//! `[message]` of a protocol file.

use serde::Deserialize;

use super::feedback::FeedbackRules;

const MESSAGE_BYTES_MAX: usize = 1 << 20;
const EVENTS_MAX: usize = 10_000;

/// A JSON pointer (RFC 6901) from the reading; with `^` before it, from the whole message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Pointer(pub(super) String);

impl Pointer {
    fn is_valid(&self) -> bool {
        let path = self.0.strip_prefix('^').unwrap_or(&self.0);
        path.is_empty() || path.starts_with('/')
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoding {
    #[default]
    Text,
    Hex,
    Base64,
    /// A list of numbers.
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) at: Pointer,
    #[serde(default)]
    pub(super) encoding: Encoding,
}

/// Tells a reading without a code: by the word for failure, or by any word but that for success.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoReadRule {
    pub(super) at: Pointer,
    #[serde(default)]
    pub(super) is: Option<String>,
    #[serde(default)]
    pub(super) is_not: Option<String>,
}

impl NoReadRule {
    pub(super) fn matches(&self, told: &str) -> bool {
        match (&self.is, &self.is_not) {
            (Some(word), _) => told == word,
            (None, Some(word)) => told != word,
            (None, None) => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MessageRules {
    pub(super) max_bytes: usize,
    pub(super) max_events: usize,
    #[serde(default)]
    pub(super) topic: Option<String>,
    /// Where the readings are: a list or a single one.
    #[serde(default)]
    pub(super) list: Pointer,
    /// The first of these that is there is the data.
    pub(super) data: Vec<Source>,
    #[serde(default)]
    pub(super) symbology: Option<Pointer>,
    #[serde(default)]
    pub(super) happened_at: Option<Pointer>,
    #[serde(default)]
    pub(super) device: Option<Pointer>,
    #[serde(default)]
    pub(super) sequence: Option<Pointer>,
    #[serde(default)]
    pub(super) battery: Option<Pointer>,
    #[serde(default)]
    pub(super) no_read: Option<NoReadRule>,
    /// What tells one event from another: the first of these groups of which anything is there.
    #[serde(default)]
    pub(super) key: Vec<Vec<Pointer>>,
    #[serde(default)]
    pub(super) repeat_within_ms: u64,
    #[serde(default)]
    pub(super) feedback: Option<FeedbackRules>,
}

impl MessageRules {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=MESSAGE_BYTES_MAX).contains(&self.max_bytes) {
            return Err(("message.max_bytes", format!("must be 1 to {MESSAGE_BYTES_MAX}")));
        }
        if !(1..=EVENTS_MAX).contains(&self.max_events) {
            return Err(("message.max_events", format!("must be 1 to {EVENTS_MAX}")));
        }
        if self.data.is_empty() {
            return Err(("message.data", "name one place of the data at least".to_owned()));
        }
        let no_read = self.no_read.iter().map(|rule| &rule.at);
        let single =
            [&self.symbology, &self.happened_at, &self.device, &self.sequence, &self.battery];
        let pointers = self
            .data
            .iter()
            .map(|source| &source.at)
            .chain(self.key.iter().flatten())
            .chain([&self.list]);
        let pointers = pointers.chain(single.into_iter().flatten()).chain(no_read);
        for pointer in pointers {
            if !pointer.is_valid() {
                let problem = format!("{} is no JSON pointer: it begins with /", pointer.0);
                return Err(("message.data", problem));
            }
        }
        if self.topic.as_ref().is_some_and(|topic| topic.matches('+').count() > 1) {
            return Err(("message.topic", "one + at most: it names the device".to_owned()));
        }
        match &self.feedback {
            Some(feedback) => feedback.check(),
            None => Ok(()),
        }
    }

    /// Which level of the topic names the device.
    pub(super) fn device_level(&self) -> Option<usize> {
        self.topic.as_ref()?.split('/').position(|level| level == "+")
    }
}
