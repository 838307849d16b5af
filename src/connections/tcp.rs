//! Scanners on TCP: those that connect to us, and those that we connect to.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::talk::{Identity, Talk};
use crate::app::App;
use crate::devices::{ScannerProtocol, StreamProtocol};

const CONNECTIONS_MAX: usize = 2_000;
const CONNECT_TIME_MAX: Duration = Duration::from_secs(3);
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_millis(200);
/// What the door that is always open speaks.
const USUAL_PROTOCOL: &str = "line-tcp";

/// Serves scanners of the usual protocol until it is told to stop; those under way get their answer.
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) {
    let protocol = crate::devices::scanner(USUAL_PROTOCOL).expect("a test reads every description");
    serve_protocol(app, listener, protocol, Identity::Told, stop).await;
}

/// Serves whatever connects to `listener`.
pub(super) async fn serve_protocol(
    app: App,
    listener: TcpListener,
    protocol: &'static ScannerProtocol,
    identity: Identity,
    stop: CancellationToken,
) {
    let Some(stream_protocol) = protocol.stream() else { return };
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, address)) = accepted else {
            // Out of file handles, most likely: others may close theirs.
            tokio::time::sleep(PAUSE_AFTER_TROUBLE).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%address, "too many scanners are connected");
            continue;
        };
        let (app, stop) = (app.clone(), stop.clone());
        tasks.spawn(async move {
            let peer = address.ip().to_string();
            let talk =
                serve_stream(&app, stream, protocol.name(), stream_protocol, &peer, identity);
            if let Some(Err(error)) = stop.run_until_cancelled(talk).await {
                tracing::debug!(%address, %error, "a scanner went away");
            }
            drop(place);
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn serve_stream(
    app: &App,
    stream: TcpStream,
    name: &str,
    protocol: &Arc<StreamProtocol>,
    peer: &str,
    identity: Identity,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    Talk::new(app, protocol, name, peer, identity).run(stream).await
}

/// A connection to a device that waits for one.
pub(super) async fn connect(address: &str) -> std::io::Result<TcpStream> {
    let connecting = timeout(CONNECT_TIME_MAX, TcpStream::connect(address)).await;
    let stream = connecting.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}
