//! `ambar sandbox`: devices and carriers that are not there, to try a server with.
//!
//! What is scanned or put on the scale is typed, a line for each.

use std::io::BufRead;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use encoding_rs::{Encoding, UTF_8};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::sandbox_carriers::{self, CarriersArgs};
use super::serve::wait_for_signal;
use crate::devices::{self, DeviceScan, ScaleProtocol, StreamProtocol, Verdict};
use crate::labels::{self, MediaSize};
use crate::sandbox::devices::{Manners, Response, SandboxScale, SandboxScanner, ScaleMood};
use crate::sandbox::printer::{Build, SandboxPrinter, Speech, Trouble};

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
    /// A label printer: each label that comes out is told, and each word of standard input is a trouble.
    Printer(PrinterArgs),
    /// Carriers: where each listens, a contract with it, and how it is made to misbehave are printed.
    Carriers(CarriersArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum PrinterLanguage {
    Zpl,
    Tspl,
}

#[derive(Debug, Args)]
struct PrinterArgs {
    language: PrinterLanguage,
    /// Wait here for the server to connect.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Write each label into this folder: as it came, and of ZPL a picture.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The paper, in millimetres, for the picture.
    #[arg(long, default_value = "100x150", value_parser = super::label::size)]
    size: MediaSize,
    #[arg(long, default_value_t = 8)]
    dpmm: u32,
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
    match args.device {
        Simulated::Scanner(args) => scanner(&args, typed_lines()).await,
        Simulated::Scale(args) => scale(&args, typed_lines()).await,
        Simulated::Printer(args) => printer(&args, typed_lines()).await,
        Simulated::Carriers(args) => sandbox_carriers::run(&args).await,
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

/// What a person may do to a printer.
const TROUBLES: [(&str, Trouble); 9] = [
    ("бумага", Trouble::PaperOut),
    ("лента", Trouble::RibbonOut),
    ("крышка", Trouble::HeadOpen),
    ("пауза", Trouble::Pause),
    ("медленно", Trouble::Slow),
    ("полуразрыв", Trouble::HalfClose),
    ("разрыв", Trouble::Reset),
    ("питание", Trouble::PowerCut),
    ("молчит", Trouble::Silence),
];
const MEND: &str = "исправен";
const LOOK_EVERY: Duration = Duration::from_millis(100);

async fn printer(
    args: &PrinterArgs,
    mut typed: mpsc::UnboundedReceiver<String>,
) -> anyhow::Result<()> {
    let speech = match args.language {
        PrinterLanguage::Zpl => Speech::Zpl,
        PrinterLanguage::Tspl => Speech::Tspl,
    };
    let build = Build { speech, ..Build::default() };
    let printer = SandboxPrinter::on(build, bind(args.listen).await?)?;
    println!("принтер слушает: {}", printer.address());
    let words: Vec<&str> = TROUBLES.iter().map(|(word, _)| *word).collect();
    println!("{}; номер этикетки перед словом — на ней; {MEND}", words.join(", "));
    let mut out = 0;
    loop {
        // The words may end; the printer prints on until it is stopped.
        while let Ok(line) = typed.try_recv() {
            if let Err(error) = happen(&printer, line.trim()) {
                println!("  {error}");
            }
        }
        let printed = printer.printed();
        for label in &printed[out..] {
            out += 1;
            println!("  этикетка {out}, байтов {}", label.len());
            write_label(args, out, label)?;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn happen(printer: &SandboxPrinter, words: &str) -> anyhow::Result<()> {
    if words == MEND {
        printer.mend();
        return Ok(());
    }
    let (label, word) = match words.split_once(' ') {
        Some((label, word)) => (Some(label.parse::<u64>()?), word.trim()),
        None => (None, words),
    };
    let found = TROUBLES.iter().find(|(known, _)| *known == word);
    let (_, trouble) = found.with_context(|| format!("непонятно: {words}"))?;
    match label {
        Some(label) => printer.trouble_at(label, *trouble),
        None => printer.trouble(*trouble),
    }
    Ok(())
}

fn write_label(args: &PrinterArgs, number: usize, label: &[u8]) -> anyhow::Result<()> {
    let Some(folder) = &args.out else { return Ok(()) };
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let file = |ending: &str| folder.join(format!("{number:04}.{ending}"));
    if args.language == PrinterLanguage::Tspl {
        std::fs::write(file("tspl"), label)?;
        return Ok(());
    }
    std::fs::write(file("zpl"), label)?;
    let drawing = labels::zpl::draw(label, args.dpmm, args.size)?;
    if let Some(drawn) = drawing.labels.first() {
        std::fs::write(file("png"), drawn.picture.png()?)?;
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

    #[tokio::test]
    async fn every_trouble_of_a_printer_has_a_word() {
        let printer = SandboxPrinter::start().await.expect("it listens");
        for trouble in Trouble::ALL {
            assert!(TROUBLES.iter().any(|(_, known)| *known == trouble), "{trouble:?}");
        }
        assert!(happen(&printer, "бумага").is_ok() && printer.is_troubled());
        assert!(happen(&printer, MEND).is_ok() && !printer.is_troubled());
        assert!(happen(&printer, "3 крышка").is_ok() && !printer.is_troubled());
        assert!(happen(&printer, "огонь").is_err() && happen(&printer, "x крышка").is_err());
    }

    #[test]
    fn an_unknown_device_is_refused_with_those_that_are_known() {
        let error = stream_protocol("zebra").expect_err("no such file").to_string();
        assert!(error.contains("zebra-ssi") && !error.contains("zebra-datawedge"), "{error}");
        let error = scale_protocol("masa").expect_err("no such file").to_string();
        assert!(error.contains("massa-k-100"), "{error}");
    }
}
