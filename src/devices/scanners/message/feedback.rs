//! From a verdict to a message for the device.

use serde::Deserialize;
use serde_json::Value;

use super::super::feedback::{Reply, Verdict, lines_of_display};
use super::MessageProtocol;

const LINES_MAX: usize = 9;

/// What to send to the device, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// An MQTT topic or the path of a request; empty: the answer to the device's own message.
    pub address: String,
    /// JSON.
    pub body: String,
}

/// How a verdict sounds and looks; put into the message as it is written here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signal {
    sound: String,
    colour: String,
}

/// `[message.feedback]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedbackRules {
    #[serde(default)]
    address: String,
    /// With `{{verdict}} {{sound}} {{colour}} {{line1}} … {{line9}} {{sequence}} {{device}}`.
    body: String,
    columns: usize,
    rows: usize,
    ok: Signal,
    warn: Signal,
    error: Signal,
}

impl FeedbackRules {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if self.columns < 4 || !(1..=LINES_MAX).contains(&self.rows) {
            let problem = format!("at least 4 columns, and 1 to {LINES_MAX} rows");
            return Err(("message.feedback.columns", problem));
        }
        // A text that breaks every template which forgot its quotes.
        let lines = vec!["\"".to_owned(); self.rows];
        for verdict in Verdict::ALL {
            let reply = Reply { sequence: Some(1), verdict: *verdict, lines: lines.clone() };
            let body = self.body("device", &reply);
            if serde_json::from_str::<Value>(&body).is_err() {
                let problem = format!("does not give JSON for {}: {body}", verdict.as_str());
                return Err(("message.feedback.body", problem));
            }
            if body.contains("{{") {
                return Err(("message.feedback.body", format!("an unknown name: {body}")));
            }
        }
        Ok(())
    }

    const fn signal(&self, verdict: Verdict) -> &Signal {
        match verdict {
            Verdict::Ok => &self.ok,
            Verdict::Warn => &self.warn,
            Verdict::Error => &self.error,
        }
    }

    fn body(&self, device: &str, reply: &Reply) -> String {
        let shown = lines_of_display(&reply.lines, self.columns, self.rows);
        let signal = self.signal(reply.verdict);
        let number = reply.sequence.map_or_else(|| "null".to_owned(), |number| number.to_string());
        let value = |name: &str| -> Option<String> {
            Some(match name {
                "verdict" => reply.verdict.as_str().to_owned(),
                "sound" => signal.sound.clone(),
                "colour" => signal.colour.clone(),
                "sequence" => number.clone(),
                "device" => escaped(device),
                name => {
                    let row: usize = name.strip_prefix("line")?.parse().ok()?;
                    (1..=LINES_MAX).contains(&row).then_some(())?;
                    shown.get(row - 1).map(|line| escaped(line)).unwrap_or_default()
                }
            })
        };
        filled(&self.body, value)
    }
}

impl MessageProtocol {
    /// The feedback for a device; nothing if its file describes none, or if the name of the device
    /// cannot stand in an address.
    pub fn feedback(&self, device: &str, reply: &Reply) -> Option<OutgoingMessage> {
        let rules = self.rules.feedback.as_ref()?;
        let asks_name = rules.address.contains("{{device}}");
        if asks_name && !is_plain(device) {
            return None;
        }
        let address = rules.address.replace("{{device}}", device);
        Some(OutgoingMessage { address, body: rules.body(device, reply) })
    }
}

/// A name without signs that mean something in a topic or a path.
fn is_plain(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    !name.is_empty() && name.len() <= 64 && name.chars().all(is_plain) && !name.starts_with('.')
}

/// The text as it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The template with its names filled in; what was filled in is not looked at again, and unknown
/// names stay.
fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let named = after.split_once("}}");
        if let Some((text, after)) = named.and_then(|(name, after)| Some((value(name)?, after))) {
            out.push_str(&text);
            rest = after;
        } else {
            out.push_str("{{");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
