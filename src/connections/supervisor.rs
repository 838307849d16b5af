//! Keeps the configured connections up: takes leases, starts and ends connections, tries again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::mqtt::{self, MqttAddress};
use super::serial::SerialAddress;
use super::store::{self, Connection};
use super::talk::{Identity, Talk};
use super::{ConnectionChannel, ConnectionState, DeviceClass, scale, tcp};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::devices::{self, ScannerProtocol};
use crate::ids::{ConnectionId, new_uuid};
use crate::terminal::service::Terminal;

const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A node that was not heard of for so long has lost its connections.
const LEASE_SECONDS: i64 = 15;
const LEASE: Duration = Duration::from_secs(15);
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LAST: Duration = Duration::from_mins(1);
/// A connection that held for so long was a good one: the next trouble is tried quickly again.
const GOOD: Duration = Duration::from_secs(30);

/// A connection that this node keeps up.
struct Kept {
    connection: Connection,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Kept {
    /// Whether the row still says what the connection was started for.
    fn is_as(&self, row: &Connection) -> bool {
        let of = |c: &Connection| {
            (c.protocol.clone(), c.channel, c.address.clone(), c.password.clone(), c.device)
        };
        of(&self.connection) == of(row) && !self.task.is_finished()
    }
}

/// Keeps connections up until it is told to stop.
pub async fn run(app: App, stop: CancellationToken) {
    let node = new_uuid();
    let mut kept: HashMap<ConnectionId, Kept> = HashMap::new();
    let mut leased_at = Instant::now();
    while !stop.is_cancelled() {
        match lease(&app, node).await {
            Ok(rows) => {
                leased_at = Instant::now();
                renew(&app, &mut kept, rows).await;
            }
            Err(error) => {
                tracing::warn!(%error, "the connections of this node could not be renewed");
                // Another node may have taken them: two would disturb each other.
                if leased_at.elapsed() >= LEASE {
                    end(kept.drain().map(|(_, kept)| kept)).await;
                }
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
    }
    end(kept.into_values()).await;
    let leave = async move |tx: &mut Tx| store::connections_leave(tx, node).await;
    if let Err(error) = app.db.write(leave).await {
        tracing::warn!(%error, "the leases of this node end by themselves");
    }
}

/// What this node has to keep up. Leases are written down only when half of their time is over or
/// there is something to take.
async fn lease(app: &App, node: Uuid) -> Result<Vec<Connection>, DbError> {
    let now = app.clock.now();
    let soon = now.plus_seconds(LEASE_SECONDS / 2);
    let look = async move |tx: &mut Tx| store::connections_are_due(tx, node, now, soon).await;
    if app.db.read(look).await? {
        let until = now.plus_seconds(LEASE_SECONDS);
        let work = async move |tx: &mut Tx| store::connections_lease(tx, node, now, until).await;
        app.db.write::<_, DbError, _>(work).await?;
    }
    app.db.read(async move |tx: &mut Tx| store::connections_held(tx, node).await).await
}

/// Ends what is not wanted any more and starts what is new.
async fn renew(app: &App, kept: &mut HashMap<ConnectionId, Kept>, rows: Vec<Connection>) {
    let is_wanted = |id: &ConnectionId, kept: &mut Kept| {
        rows.iter().any(|row| row.id == *id && kept.is_as(row))
    };
    let unwanted: Vec<_> = kept.extract_if(|id, kept| !is_wanted(id, kept)).collect();
    end(unwanted.into_iter().map(|(_, kept)| kept)).await;
    for connection in rows {
        kept.entry(connection.id).or_insert_with(|| {
            let stop = CancellationToken::new();
            let keeping = keep_up(app.clone(), connection.clone(), stop.clone());
            Kept { connection, stop, task: tokio::spawn(keeping) }
        });
    }
}

async fn end(connections: impl Iterator<Item = Kept>) {
    let stopped: Vec<_> = connections.inspect(|kept| kept.stop.cancel()).collect();
    for kept in stopped {
        if let Err(error) = kept.task.await {
            tracing::error!(%error, connection = kept.connection.name, "a connection panicked");
        }
    }
}

/// Connects again and again, with longer pauses the longer it fails.
async fn keep_up(app: App, connection: Connection, stop: CancellationToken) {
    let pauses = || {
        ExponentialBuilder::default()
            .with_min_delay(RETRY_FIRST)
            .with_max_delay(RETRY_LAST)
            .without_max_times()
            .with_jitter()
            .build()
    };
    let mut waits = pauses();
    loop {
        let begun = Instant::now();
        // Boxed: what a scan does lies in this future.
        let life = Box::pin(serve(&app, &connection, &stop));
        let Some(ended) = stop.run_until_cancelled(life).await else {
            return;
        };
        if stop.is_cancelled() {
            return;
        }
        let reason = ended.err().map_or_else(|| "closed".to_owned(), |error| error.to_string());
        note(&app, &connection, ConnectionState::Down, Some(reason)).await;
        if begun.elapsed() >= GOOD {
            waits = pauses();
        }
        let wait = waits.next().unwrap_or(RETRY_LAST);
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

async fn note(app: &App, connection: &Connection, state: ConnectionState, reason: Option<String>) {
    let (id, now) = (connection.id, app.clock.now());
    if let Some(reason) = &reason {
        tracing::warn!(connection = connection.name, reason, "a device is not connected");
    }
    let work =
        async move |tx: &mut Tx| store::connection_state(tx, id, state, reason.clone(), now).await;
    if let Err(error) = app.db.write(work).await {
        tracing::warn!(%error, "the state of a connection could not be noted");
    }
}

/// A connection that is coming up.
#[derive(Clone, Copy)]
pub(super) struct Report<'a> {
    pub(super) app: &'a App,
    pub(super) connection: &'a Connection,
}

impl Report<'_> {
    /// The other side has answered.
    pub(super) async fn up(self) {
        note(self.app, self.connection, ConnectionState::Up, None).await;
    }
}

/// One life of a connection.
async fn serve(
    app: &App,
    connection: &Connection,
    stop: &CancellationToken,
) -> std::io::Result<()> {
    let report = Report { app, connection };
    let wrong = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidInput, what.to_owned());
    if connection.class == DeviceClass::Scale {
        return scale::serve(report).await;
    }
    let protocol =
        devices::scanner(&connection.protocol).ok_or_else(|| wrong("unknown protocol"))?;
    match connection.channel {
        ConnectionChannel::TcpServer => {
            let listener = TcpListener::bind(&connection.address).await?;
            report.up().await;
            let (app, stop) = (app.clone(), stop.clone());
            tcp::serve_protocol(app, listener, protocol, identity(connection), stop).await;
            Ok(())
        }
        ConnectionChannel::TcpClient => {
            let stream = tcp::connect(&connection.address).await?;
            report.up().await;
            talk(app, connection, protocol, stream).await
        }
        ConnectionChannel::Serial => {
            let address =
                SerialAddress::parse(&connection.address).ok_or_else(|| wrong("address"))?;
            let stream = address.open()?;
            report.up().await;
            talk(app, connection, protocol, stream).await
        }
        ConnectionChannel::Mqtt => {
            let address =
                MqttAddress::parse(&connection.address).ok_or_else(|| wrong("address"))?;
            let messages = protocol.message().ok_or_else(|| wrong("unknown protocol"))?;
            mqtt::serve(report, messages, &address).await
        }
    }
}

const fn identity(connection: &Connection) -> Identity {
    match connection.device {
        Some(device) => Identity::Known(Terminal { device, warehouse: connection.warehouse }),
        None => Identity::Told,
    }
}

async fn talk<S>(
    app: &App,
    connection: &Connection,
    protocol: &ScannerProtocol,
    stream: S,
) -> std::io::Result<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let Some(stream_protocol) = protocol.stream() else { return Ok(()) };
    let (name, peer) = (protocol.name(), connection.address.as_str());
    Talk::new(app, stream_protocol, name, peer, identity(connection)).run(stream).await
}
