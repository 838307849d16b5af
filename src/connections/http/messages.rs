//! Devices that send their scans as messages: one request each, or over a WebSocket.

use axum::Json;
use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::access::caller::AnyCaller;
use crate::app::App;
use crate::connections::ConnectionError;
use crate::connections::messages::{self, Answered, Undelivered};
use crate::devices::{self, MessageProtocol};
use crate::http::{Problem, ProblemBody};
use crate::terminal::ScanOut;
use crate::terminal::service::Terminal;

const SOCKET_MESSAGE_BYTES_MAX: usize = 256 * 1024;

fn protocol_of(name: &str) -> Result<&'static MessageProtocol, ConnectionError> {
    let known = devices::scanner(name)
        .ok_or_else(|| ConnectionError::ProtocolUnknown { protocol: name.to_owned() })?;
    let messages = known.message().map(AsRef::as_ref);
    messages.ok_or_else(|| ConnectionError::NoMessages { protocol: name.to_owned() })
}

/// Takes a device's message in its own language and answers in it (сообщение устройства).
///
/// A device whose language has no answer gets the screen, as from `/v1/terminal/scans`.
#[utoipa::path(
    post, path = "/v1/device-messages/{protocol}", tag = "devices",
    params(("protocol" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, body = ScanOut), (status = 204), (status = "default", body = ProblemBody))
)]
pub(super) async fn device_message(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let terminal = Terminal::of(&principal)?;
    let protocol = protocol_of(&name)?;
    let last = take_all(&app, protocol, &name, terminal, &body).await?;
    Ok(match last {
        Some(Answered { message: Some(message), .. }) => {
            ([(header::CONTENT_TYPE, "application/json")], message.body).into_response()
        }
        Some(Answered { screen: Some(screen), .. }) => Json(screen).into_response(),
        _ => axum::http::StatusCode::NO_CONTENT.into_response(),
    })
}

/// Takes everything that a message says, in its order, and answers the last verdict.
async fn take_all(
    app: &App,
    protocol: &MessageProtocol,
    name: &str,
    terminal: Terminal,
    body: &[u8],
) -> Result<Option<Answered>, Problem> {
    let mut last = None;
    for event in protocol.read("", body) {
        let taken = messages::take(app, protocol, name, terminal, event).await;
        let answered = taken.map_err(|Undelivered| Problem::of("database_unavailable", vec![]))?;
        if answered.message.is_some() || answered.screen.is_some() {
            last = Some(answered);
        }
    }
    Ok(last)
}

/// The same over a WebSocket, a message for each (сообщения устройства по WebSocket).
#[utoipa::path(
    get, path = "/v1/device-socket/{protocol}", tag = "devices",
    params(("protocol" = String, Path)),
    responses((status = 101), (status = "default", body = ProblemBody))
)]
pub(super) async fn device_socket(
    State(app): State<App>,
    AnyCaller(principal): AnyCaller,
    Path(name): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let terminal = Terminal::of(&principal)?;
    let protocol = protocol_of(&name)?;
    // Who may not come in is told so first.
    let Ok(upgrade) = upgrade else { return Err(ConnectionError::NotASocket.into()) };
    let upgrade = upgrade.max_message_size(SOCKET_MESSAGE_BYTES_MAX);
    Ok(upgrade.on_upgrade(move |socket| async move {
        app.presence.here(terminal.device, &name, "", app.clock.now());
        if let Err(error) = converse(&app, socket, protocol, &name, terminal).await {
            tracing::debug!(%error, "a device went away");
        }
        app.presence.gone(terminal.device, app.clock.now());
    }))
}

async fn converse(
    app: &App,
    mut socket: WebSocket,
    protocol: &MessageProtocol,
    name: &str,
    terminal: Terminal,
) -> Result<(), axum::Error> {
    while let Some(message) = socket.recv().await {
        let body = match message? {
            Message::Text(text) => Bytes::from(text),
            Message::Binary(bytes) => bytes,
            Message::Close(_) => return Ok(()),
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        // A device that gets no answer sends its message again.
        let Ok(last) = take_all(app, protocol, name, terminal, &body).await else { return Ok(()) };
        let answer = match last {
            Some(Answered { message: Some(message), .. }) => message.body,
            Some(Answered { screen: Some(screen), .. }) => {
                serde_json::to_string(&screen).map_err(axum::Error::new)?
            }
            _ => continue,
        };
        socket.send(Message::Text(answer.into())).await?;
    }
    Ok(())
}
