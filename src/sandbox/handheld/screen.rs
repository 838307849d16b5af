//! The full screen over HTTP: on the handheld itself, or beside a device that only beeps.

use std::time::Duration;

use anyhow::bail;
use serde_json::{Value, json};

use super::Shown;

const LOOKS_MAX: u32 = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// Scans go out and screens come back, at one node or another.
pub(super) struct ScreenDoor {
    client: reqwest::Client,
    bases: Vec<String>,
    current: usize,
}

impl ScreenDoor {
    pub(super) const fn new(client: reqwest::Client, bases: Vec<String>) -> Self {
        Self { client, bases, current: 0 }
    }

    pub(super) fn next_node(&mut self) {
        self.current = (self.current + 1) % self.bases.len();
    }

    pub(super) async fn send(
        &self,
        token: &str,
        sequence: i64,
        data: &str,
    ) -> anyhow::Result<Option<Shown>> {
        let url = format!("{}/v1/terminal/scans", self.bases[self.current]);
        let body = json!({ "seq": sequence, "data": data });
        let response = self.client.post(url).bearer_auth(token).json(&body).send().await?;
        let status = response.status();
        if status.is_server_error() {
            return Ok(None);
        }
        let answer: Value = response.json().await?;
        if !status.is_success() {
            bail!("{status}: {answer}");
        }
        Ok(Some(shown_of(&answer)))
    }
}

/// Shows what a device without a display would show.
#[derive(Debug, Clone)]
pub struct ScreenPage {
    pub(super) client: reqwest::Client,
    pub(super) base: String,
}

impl ScreenPage {
    pub fn new(client: reqwest::Client, base: &str) -> Self {
        Self { client, base: base.to_owned() }
    }

    /// The number of the last scan that was taken, and the screen behind it.
    pub async fn look(&self, token: &str) -> anyhow::Result<(i64, Shown)> {
        let url = format!("{}/v1/terminal/screen", self.base);
        let response = self.client.get(url).bearer_auth(token).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        match answer["seq"].as_i64() {
            Some(sequence) if status.is_success() => Ok((sequence, shown_of(&answer))),
            _ => bail!("{status}: {answer}"),
        }
    }

    /// The screen when the scan behind number `before` is taken.
    pub(super) async fn look_after(&self, token: &str, before: i64) -> anyhow::Result<Shown> {
        for _ in 0..LOOKS_MAX {
            let (sequence, shown) = self.look(token).await?;
            if sequence > before {
                return Ok(shown);
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("скан за № {before} не принят")
    }
}

fn shown_of(answer: &Value) -> Shown {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let screen = &answer["screen"];
    let mut lines: Vec<String> =
        answer["message"].as_str().map(str::to_owned).into_iter().collect();
    lines.push(text(&screen["title"]));
    lines.extend(screen["lines"].as_array().into_iter().flatten().map(text));
    Shown {
        feedback: text(&answer["feedback"]),
        flow: text(&screen["flow"]),
        expect: text(&screen["expect"]),
        lines,
    }
}
