//! `ambar serve`: the server, until it is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::{DataArgs, ListenArgs};
use crate::connections;
use crate::db::migrate;
use crate::fault::Fault;
use crate::fiscal;
use crate::i18n::{Language, fault_text};
use crate::invoices;
use crate::jobs::{JobHandler, Workers, WorkersHandle};
use crate::notices::ShopWebhooks;
use crate::orders;
use crate::points;
use crate::printing::{PrintService, PrintServiceHandle, PrintSettings};
use crate::reconciliation;
use crate::registers;
use crate::shipments;
use crate::shipments::daily::{self, DailyAsk};
use crate::tracking;
use crate::units::Clock;

/// How long requests may take to end after the server was told to stop.
const SHUTDOWN_TIME_MAX: Duration = Duration::from_secs(20);

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    listen: ListenArgs,
}

/// A running server.
pub(super) struct Server {
    pub(super) app: App,
    pub(super) http: SocketAddr,
    pub(super) scanners: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    workers: WorkersHandle,
    printing: PrintServiceHandle,
}

pub(super) async fn run(data: &DataArgs, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let server = start(data, &args.listen).await?;
    announce(&server, &args.listen).await?;
    wait_for_signal().await?;
    tracing::info!("stopping");
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn migrate(data: &DataArgs) -> anyhow::Result<ExitCode> {
    let db = open(data).await?;
    db.close().await;
    println!("схема базы данных обновлена");
    Ok(ExitCode::SUCCESS)
}

/// The command line of a server of its own on this data, up to where it listens.
pub(super) fn arguments(data: &DataArgs) -> Vec<String> {
    let mut arguments = vec!["serve".to_owned(), "--data-dir".to_owned()];
    arguments.push(data.data_dir.to_string_lossy().into_owned());
    if let Some(url) = data.server_url() {
        arguments.extend(["--database-url".to_owned(), url.to_owned()]);
    }
    arguments
}

/// Opens the database and brings its schema up to date.
pub(super) async fn open(data: &DataArgs) -> anyhow::Result<crate::db::Db> {
    if data.server_url().is_none() {
        std::fs::create_dir_all(&data.data_dir)
            .with_context(|| format!("нельзя создать папку {}", data.data_dir.display()))?;
    }
    migrate::open_migrated(&data.location()).await.context("база данных не открывается")
}

/// The program's state on this data.
pub(super) async fn open_app(data: &DataArgs) -> anyhow::Result<App> {
    Ok(App::new(open(data).await?, Clock::system(), data.vault()))
}

/// Starts everything that serves.
pub(super) async fn start(data: &DataArgs, listen: &ListenArgs) -> anyhow::Result<Server> {
    let app = open_app(data).await?;
    let stop = CancellationToken::new();
    let mut tasks = Vec::new();

    let listener = bind(listen.listen).await?;
    let http = listener.local_addr()?;
    let router = crate::http::router::router(app.clone());
    let stopped = stop.clone().cancelled_owned();
    tasks.push(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "the HTTP service ended");
        }
    }));

    let promises = orders::reserve_regularly(app.clone(), orders::RESERVE_EVERY, stop.clone());
    tasks.push(tokio::spawn(promises));

    let refresh = points::refresh_regularly(app.clone(), points::REFRESH_CHECK_EVERY, stop.clone());
    tasks.push(tokio::spawn(refresh));

    tasks.push(tokio::spawn(daily::ask_regularly(app.clone(), asks(), stop.clone())));

    let daily = reconciliation::CHECK_EVERY;
    tasks.push(tokio::spawn(reconciliation::run_regularly(app.clone(), daily, stop.clone())));

    tasks.push(tokio::spawn(connections::supervisor::run(app.clone(), stop.clone())));
    tasks.push(tokio::spawn(connections::write_regularly(app.clone(), stop.clone())));
    tasks.extend(track(&app, listen.public_url.clone(), &stop));

    let mut scanners = None;
    let workers = Workers::start(app.clone(), handlers());
    let printing = PrintService::start(app.clone(), PrintSettings::default());
    if listen.scanner_listen != "off" {
        let address: SocketAddr = listen
            .scanner_listen
            .parse()
            .context("--scanner-listen: ожидается адрес:порт или off")?;
        let listener = bind(address).await?;
        scanners = Some(listener.local_addr()?);
        let serve = connections::tcp::serve(app.clone(), listener, stop.clone());
        tasks.push(tokio::spawn(serve));
    }
    Ok(Server { app, http, scanners, stop, tasks, workers, printing })
}

impl Server {
    /// Stops taking requests, lets those under way end, and closes the database.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        let all = futures::future::join_all(self.tasks);
        if tokio::time::timeout(SHUTDOWN_TIME_MAX, all).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        self.workers.stop().await;
        self.printing.stop().await;
        self.app.db.close().await;
    }
}

/// Carriers are asked what became of parcels, and told where to tell it, if they can reach us.
fn track(app: &App, public_url: Option<String>, stop: &CancellationToken) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![
        tokio::spawn(tracking::track_regularly(app.clone(), stop.clone())),
        tokio::spawn(tracking::silence_regularly(app.clone(), stop.clone())),
    ];
    if let Some(url) = public_url {
        tasks.push(tokio::spawn(tracking::hooks_regularly(app.clone(), url, stop.clone())));
    }
    tasks
}

/// What carriers are asked for daily.
fn asks() -> Vec<DailyAsk> {
    [registers::ASKS, fiscal::ASKS, invoices::ASKS].concat()
}

/// What the workers of a node can do.
fn handlers() -> Vec<Arc<dyn JobHandler>> {
    let mut handlers = shipments::handlers();
    handlers.push(Arc::new(ShopWebhooks::default()));
    handlers.extend(points::handlers());
    handlers.extend(daily::handlers(&asks()));
    handlers.extend(reconciliation::handlers());
    handlers
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("адрес {address} занят или недоступен: выберите другой"))
}

/// Prints where the server is, and at the first start the administrator's link.
async fn announce(server: &Server, listen: &ListenArgs) -> anyhow::Result<()> {
    let base = listen.public_url.clone().unwrap_or_else(|| format!("http://{}", server.http));
    println!("ambar работает: {base}  (API: {base}/docs)");
    if let Some(scanners) = server.scanners {
        println!("сканеры по TCP: {scanners}");
    }
    if let Some(trouble) = server.app.vault.trouble() {
        println!("{}", fault_text(Language::Russian, trouble.code(), &trouble.args()));
    }
    if let Some(path) = crate::access::service::first_start(&server.app).await? {
        println!("первый запуск: задайте пароль администратора, ссылка одноразовая, на сутки:");
        println!("  {base}{path}");
    }
    Ok(())
}

pub(super) async fn wait_for_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
