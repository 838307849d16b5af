//! `ambar sandbox`: devices that are not there, to try a server with.
//!
//! What is scanned or put on the scale is typed, a line for each.

use std::io::BufRead;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use encoding_rs::{Encoding, UTF_8};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::serve::wait_for_signal;
use crate::devices::{self, DeviceScan, ScaleProtocol, StreamProtocol, Verdict};
use crate::sandbox::devices::{Manners, Response, SandboxScale, SandboxScanner, ScaleMood};

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    #[command(subcommand)]
    device: Simulated,
}

#[derive(Debug, Subcommand)]
enum Simulated {
    /// A scanner: each line of standard input is scanned, and what it hears and shows is printed.
    Scanner(ScannerArgs),
    /// A scale: each number of standard input is put on it, in grams; 0 empties it.
    Scale(ScaleArgs),
}

#[derive(Debug, Args)]
struct ScannerArgs {
    /// A file of `firmware-protocols/scanners/` without its ending: `zebra-ssi`.
    protocol: String,
    /// Connect to the server here: `127.0.0.1:9200`.
    #[arg(long, required_unless_present = "listen", conflicts_with = "listen")]
    connect: Option<SocketAddr>,
    /// Wait here for the server to connect.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Who it is: said in its greeting, or scanned from its label where the protocol has no greeting.
    #[arg(long)]
    token: Option<String>,
}

#[derive(Debug, Args)]
struct ScaleArgs {
    /// A file of `firmware-protocols/scales/` without its ending: `massa-k-100`.
    protocol: String,
    /// Wait here for the server to connect.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// Plays the device until its input ends or it is told to stop.
pub(super) async fn run(args: SandboxArgs) -> anyhow::Result<ExitCode> {
    tokio::select! {
        played = play(args) => played?,
        stopped = wait_for_signal() => stopped?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn play(args: SandboxArgs) -> anyhow::Result<()> {
    let typed = typed_lines();
    match args.device {
        Simulated::Scanner(args) => scanner(&args, typed).await,
        Simulated::Scale(args) => scale(&args, typed).await,
    }
}

/// The lines of standard input. A thread of its own reads them, so that nobody waits for a line when the
/// program ends.
fn typed_lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if !line.is_empty() && sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

async fn scanner(
    args: &ScannerArgs,
    mut typed: mpsc::UnboundedReceiver<String>,
) -> anyhow::Result<()> {
    let protocol = stream_protocol(&args.protocol)?;
    let mut scanner = match (args.connect, args.listen) {
        (Some(address), _) => {
            let connected = SandboxScanner::connect(protocol, address).await;
            connected.with_context(|| format!("по адресу {address} никто не отвечает"))?
        }
        (None, Some(address)) => {
            let listener = bind(address).await?;
            println!("сканер {} ждёт сервер: {}", args.protocol, listener.local_addr()?);
            SandboxScanner::accept(protocol, &listener).await?
        }
        (None, None) => bail!("укажите --connect или --listen"),
    };
    println!("сканер {} на связи; строка — скан, конец — Ctrl+D", args.protocol);
    if let Some(token) = &args.token {
        let response = if protocol.greets() {
            scanner.hello(token).await?
        } else {
            scanner.scan(&DeviceScan::of(token.as_str()), Manners::Good).await?
        };
        tell(protocol, &response);
    }
    while let Some(line) = typed.recv().await {
        // Without a number: the server counts, and the real device of this name goes on with its own.
        tell(protocol, &scanner.scan(&DeviceScan::of(line), Manners::Good).await?);
    }
    Ok(())
}

fn stream_protocol(name: &str) -> anyhow::Result<&'static Arc<StreamProtocol>> {
    let streams = || devices::scanners().iter().filter(|known| known.stream().is_some());
    let found = streams().find(|known| known.name() == name);
    found.and_then(|known| known.stream()).with_context(|| {
        let names: Vec<&str> = streams().map(devices::ScannerProtocol::name).collect();
        format!("нет сканера {name} с потоком байтов; есть: {}", names.join(", "))
    })
}

/// Prints what the device heard and shows.
fn tell(protocol: &StreamProtocol, response: &Response) {
    if response.accepted + response.refused > 0 {
        println!("  кадр принят {}, отклонён {}", response.accepted, response.refused);
    }
    println!(
        "  {}",
        match response.verdict {
            Some(Verdict::Ok) => "слышно: принято",
            Some(Verdict::Warn) => "слышно: внимание",
            Some(Verdict::Error) => "слышно: ошибка",
            None => "ничего не слышно",
        }
    );
    let encoding =
        protocol.display_encoding().and_then(|name| Encoding::for_label(name.as_bytes()));
    let (text, ..) = encoding.unwrap_or(UTF_8).decode(&response.text);
    for line in text.split(char::is_control).filter(|line| !line.is_empty()) {
        println!("  | {line}");
    }
}

async fn scale(args: &ScaleArgs, mut typed: mpsc::UnboundedReceiver<String>) -> anyhow::Result<()> {
    let protocol = scale_protocol(&args.protocol)?;
    let scale = SandboxScale::on(protocol, bind(args.listen).await?)?;
    println!("весы {} слушают: {}", args.protocol, scale.address());
    println!("число — граммы на весах, 0 — пусто; спокойно, качается, перегруз, молчит");
    while let Some(line) = typed.recv().await {
        if let Err(error) = put(&scale, line.trim()) {
            println!("  {error}");
        }
    }
    // It goes on weighing what lies there until it is stopped.
    std::future::pending().await
}

fn scale_protocol(name: &str) -> anyhow::Result<&'static Arc<ScaleProtocol>> {
    devices::scale(name).with_context(|| {
        let names: Vec<&str> = devices::scales().iter().map(|known| known.name()).collect();
        format!("нет весов {name}; есть: {}", names.join(", "))
    })
}

fn put(scale: &SandboxScale, word: &str) -> anyhow::Result<()> {
    match word {
        "" => {}
        "спокойно" | "calm" => scale.set_mood(ScaleMood::Calm),
        "качается" | "restless" => scale.set_mood(ScaleMood::Restless),
        "перегруз" | "overloaded" => scale.set_mood(ScaleMood::Overloaded),
        "молчит" | "silent" => scale.set_mood(ScaleMood::Silent),
        number => {
            let grams: i64 = number.parse().with_context(|| format!("непонятно: {number}"))?;
            ensure!(grams >= 0, "граммов не бывает меньше нуля");
            scale.load(grams);
        }
    }
    Ok(())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("адрес {address} занят или недоступен: выберите другой"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_scale_takes_grams_and_moods_and_nothing_else() {
        let listener = bind("127.0.0.1:0".parse().expect("an address")).await.expect("a port");
        let protocol = scale_protocol("massa-k-100").expect("it is known");
        let scale = SandboxScale::on(protocol, listener).expect("it listens");
        for word in ["", "1250", "0", "качается", "calm"] {
            assert!(put(&scale, word).is_ok(), "{word}");
        }
        for word in ["-5", "1,5", "громко"] {
            assert!(put(&scale, word).is_err(), "{word}");
        }
    }

    #[test]
    fn an_unknown_device_is_refused_with_those_that_are_known() {
        let error = stream_protocol("zebra").expect_err("no such file").to_string();
        assert!(error.contains("zebra-ssi") && !error.contains("zebra-datawedge"), "{error}");
        let error = scale_protocol("masa").expect_err("no such file").to_string();
        assert!(error.contains("massa-k-100"), "{error}");
    }
}
