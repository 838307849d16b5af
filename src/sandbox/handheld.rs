//! A handheld in somebody's hand: over HTTP with a full screen, or over TCP with a few lines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// How long a scan is sent again before the person gives up.
const ATTEMPTS_MAX: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// What the person sees after a scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// `ok`, `warn` or `error`.
    pub feedback: String,
    pub flow: String,
    pub expect: String,
    /// Message, title and lines, one below the other.
    pub lines: Vec<String>,
}

impl Shown {
    pub fn is_error(&self) -> bool {
        self.feedback == "error"
    }

    /// The whole screen as one text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

enum Door {
    Http { client: reqwest::Client, bases: Vec<String>, current: usize },
    Tcp { address: SocketAddr, stream: Option<BufReader<TcpStream>> },
}

/// One device with its counter.
pub struct Handheld {
    door: Door,
    token: String,
    /// Outlives the one who holds the device.
    counter: Arc<AtomicI64>,
}

impl Handheld {
    /// A handheld that knows several nodes and goes on at the next when one is gone.
    pub fn http(client: reqwest::Client, bases: Vec<String>, token: &str) -> Self {
        let door = Door::Http { client, bases, current: 0 };
        Self { door, token: token.to_owned(), counter: Arc::default() }
    }

    /// A scanner that sends a line per scan.
    pub fn tcp(address: SocketAddr, token: &str) -> Self {
        let door = Door::Tcp { address, stream: None };
        Self { door, token: token.to_owned(), counter: Arc::default() }
    }

    /// The same device in other hands: it goes on counting.
    #[must_use]
    pub fn counting_on(self, counter: &Arc<AtomicI64>) -> Self {
        Self { counter: Arc::clone(counter), ..self }
    }

    /// The number of the last scan.
    pub fn sequence(&self) -> i64 {
        self.counter.load(Ordering::Relaxed)
    }

    /// Scans once, and again with the same number until there is an answer.
    pub async fn scan(&mut self, data: &str) -> anyhow::Result<Shown> {
        self.counter.fetch_add(1, Ordering::Relaxed);
        self.repeat_last(data).await
    }

    /// Sends the last number again: what a device does whose answer was lost.
    pub async fn repeat_last(&mut self, data: &str) -> anyhow::Result<Shown> {
        let mut last = None;
        for _ in 0..ATTEMPTS_MAX {
            match self.send(data).await {
                Ok(Some(shown)) => return Ok(shown),
                Ok(None) => {}
                Err(error) => last = Some(error),
            }
            self.next_node();
            tokio::time::sleep(PAUSE).await;
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("the server stays unavailable")))
            .with_context(|| format!("скан № {} «{data}» не принят", self.sequence()))
    }

    fn next_node(&mut self) {
        match &mut self.door {
            Door::Http { bases, current, .. } => *current = (*current + 1) % bases.len(),
            Door::Tcp { stream, .. } => *stream = None,
        }
    }

    /// One attempt. `None`: the server is there but cannot take it now.
    async fn send(&mut self, data: &str) -> anyhow::Result<Option<Shown>> {
        let sequence = self.sequence();
        match &mut self.door {
            Door::Http { client, bases, current } => {
                let url = format!("{}/v1/terminal/scans", bases[*current]);
                let body = json!({ "seq": sequence, "data": data });
                let response = client.post(url).bearer_auth(&self.token).json(&body).send().await?;
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
            Door::Tcp { address, stream } => {
                if stream.is_none() {
                    *stream = Some(greet(*address, &self.token).await?);
                }
                let connected = stream.as_mut().expect("connected above");
                let lines = ask(connected, &format!("#{sequence} {data}")).await?;
                Ok(Some(shown_of_lines(lines)))
            }
        }
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

fn shown_of_lines(mut lines: Vec<String>) -> Shown {
    let verdict = if lines.is_empty() { String::new() } else { lines.remove(0) };
    let feedback =
        ["ERROR", "WARN"].into_iter().find(|word| verdict.contains(word)).unwrap_or("OK");
    Shown { feedback: feedback.to_lowercase(), lines, ..Shown::default() }
}

async fn greet(address: SocketAddr, token: &str) -> anyhow::Result<BufReader<TcpStream>> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    let lines = ask(&mut stream, &format!("HELLO {token}")).await?;
    if shown_of_lines(lines.clone()).is_error() {
        bail!("сканер не узнан: {}", lines.join(" "));
    }
    Ok(stream)
}

/// Sends a line and reads the reply up to its empty line.
async fn ask(stream: &mut BufReader<TcpStream>, line: &str) -> anyhow::Result<Vec<String>> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the server closed the connection");
        }
        let text = line.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Ok(lines);
        }
        lines.push(text.to_owned());
    }
}
