//! `ambar demo`: a day of a warehouse from an empty directory, then the server goes on.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::serve::{self, Server};
use crate::config::{DataArgs, ListenArgs};
use crate::db::{Db, Location};
use crate::integrity;
use crate::sandbox::day::{self, DayReport, Doors};

/// Beside the current folder, unless `--data-dir` tells otherwise.
const FOLDER: &str = "demo-data";
/// Holds the log-ins, and which database the demo made here.
const MARK: &str = "demo.txt";
const MARK_DATABASE: &str = "database: ";
const PAPERS: &str = "papers";
const DATABASE_FILES: [&str; 3] = ["ambar.db", "ambar.db-wal", "ambar.db-shm"];

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    listen: ListenArgs,
    /// End after the day instead of serving on.
    #[arg(long)]
    once: bool,
    /// Play anew in a folder that you named, over the day that a demo played there. A database that
    /// no demo made is never touched.
    #[arg(long)]
    fresh: bool,
}

/// Whether a folder was named on the command line or in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    Named,
    Default,
}

/// The exit status is 0 only if the whole day went as it should and nothing differs at its end.
pub(super) async fn run(
    data: &DataArgs,
    folder: Folder,
    args: DemoArgs,
) -> anyhow::Result<ExitCode> {
    let data_dir = match folder {
        Folder::Named => data.data_dir.clone(),
        Folder::Default => PathBuf::from(FOLDER),
    };
    let data = DataArgs { data_dir, ..data.clone() };
    make_room(&data, folder, &args).await?;
    let listen = free_doors(&args.listen)?;
    let server = serve::start(&data, &listen).await?;
    let played = play(&server, &data).await;
    if let Err(error) = &played {
        println!("день не сыгран: {error:#}");
    }
    let sound = played.is_ok() && verify(&server).await?;
    if sound && !args.once {
        println!("сервер работает дальше, остановить: Ctrl+C");
        serve::wait_for_signal().await?;
    }
    server.stop().await;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An empty folder: what a demo made is emptied, in a folder that was named only when told so.
///
/// **Invariant:** nothing is deleted unless the database itself is the one that the mark names, so
/// that neither a mark left behind nor one copied along gives somebody's goods away.
async fn make_room(data: &DataArgs, named: Folder, args: &DemoArgs) -> anyhow::Result<()> {
    std::fs::create_dir_all(&data.data_dir)
        .with_context(|| format!("нельзя создать папку {}", data.data_dir.display()))?;
    if data.server_url().is_some() || !data.file().exists() {
        return Ok(());
    }
    let folder = data.data_dir.display();
    let mark = std::fs::read_to_string(data.data_dir.join(MARK)).unwrap_or_default();
    let base = mark.lines().next().unwrap_or_default();
    if is_served(base).await {
        bail!(
            "в папке {folder} уже работает демо: {base}. Остановите его или дайте другую --data-dir"
        );
    }
    let marked = mark.lines().find_map(|line| line.strip_prefix(MARK_DATABASE));
    if marked.is_none() || marked != birth_text(data).await.as_deref() {
        bail!(
            "в папке {folder} уже есть база данных, и сделало её не демо: она не тронута. Дайте другую папку в --data-dir"
        );
    }
    if named == Folder::Named && !args.fresh {
        bail!(
            "в папке {folder} уже есть база данных прошлого демо. Сыграть заново: --fresh, открыть её: ambar --data-dir {folder} serve"
        );
    }
    empty(&data.data_dir)
}

/// How the mark names the embedded database; nothing where there is none that can be read.
async fn birth_text(data: &DataArgs) -> Option<String> {
    let db = Db::open(&Location::File(data.file())).await.ok()?;
    let birth = day::birth(&db).await.ok().flatten();
    db.close().await;
    birth.map(|birth| birth.to_string())
}

fn empty(folder: &Path) -> anyhow::Result<()> {
    for name in DATABASE_FILES.iter().chain(&[MARK]) {
        match std::fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{}/{name}", folder.display()));
            }
            _ => {}
        }
    }
    let papers = folder.join(PAPERS);
    if papers.exists() {
        std::fs::remove_dir_all(&papers).with_context(|| papers.display().to_string())?;
    }
    Ok(())
}

async fn is_served(base: &str) -> bool {
    let answer = crate::net::client().get(format!("{base}/livez")).send().await;
    answer.is_ok_and(|response| response.status().is_success())
}

/// The wanted ports, or free ones where somebody has them.
fn free_doors(wanted: &ListenArgs) -> anyhow::Result<ListenArgs> {
    let scanner: SocketAddr = match wanted.scanner_listen.as_str() {
        "off" => "127.0.0.1:0".parse()?,
        text => text.parse().context("--scanner-listen: ожидается адрес:порт")?,
    };
    Ok(ListenArgs {
        listen: free(wanted.listen),
        scanner_listen: free(scanner).to_string(),
        public_url: wanted.public_url.clone(),
    })
}

fn free(wanted: SocketAddr) -> SocketAddr {
    match std::net::TcpListener::bind(wanted) {
        Ok(_) => wanted,
        Err(_) => SocketAddr::new(wanted.ip(), 0),
    }
}

async fn play(server: &Server, data: &DataArgs) -> anyhow::Result<DayReport> {
    let base = format!("http://{}", server.http);
    let scanners = server.scanners.context("дверь для сканеров закрыта")?;
    let Some(setup_path) = crate::access::service::first_start(&server.app).await? else {
        bail!("база данных не пуста: демо нужна пустая");
    };
    let papers = data.data_dir.join(PAPERS);
    let mark = data.data_dir.join(MARK);
    let birth = day::birth(&server.app.db).await?.context("у базы данных нет начала")?;
    let head = format!("{base}\n{MARK_DATABASE}{birth}\n");
    std::fs::write(&mark, &head).with_context(|| mark.display().to_string())?;
    println!("ambar: {base}  (API: {base}/docs), сканеры по TCP: {scanners}");
    let doors = Doors { base: base.clone(), scanners, setup_path };
    let report = day::play(&doors, &papers).await?;
    println!();
    println!("Войти: {base}, описание API: {base}/docs");
    for line in &report.log_ins {
        println!("  {line}");
    }
    println!("Акты и реестры: {}", papers.display());
    let text = format!("{head}{}\n", report.log_ins.join("\n"));
    std::fs::write(&mark, text).with_context(|| mark.display().to_string())?;
    Ok(report)
}

/// Recomputes everything from history.
async fn verify(server: &Server) -> anyhow::Result<bool> {
    let report = integrity::verify(&server.app.db).await?;
    for found in &report.differences {
        println!("{}: {}: {} != {}", found.rule, found.subject, found.stored, found.recomputed);
    }
    println!("verify: {} entries, {} differences", report.entries, report.differences.len());
    Ok(report.differences.is_empty())
}
