//! A device whose app sends its scans as messages.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{ScreenPage, Shown};
use crate::devices::MessageProtocol;
use crate::sandbox::devices::SandboxMessageDevice;
use crate::units::Clock;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How the messages travel; with the name of the protocol as the server knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageWay {
    /// A request for each.
    Http(&'static str),
    WebSocket(&'static str),
}

pub(super) struct MessageDoor {
    device: SandboxMessageDevice,
    way: MessageWay,
    page: ScreenPage,
    socket: Option<Socket>,
}

impl MessageDoor {
    pub(super) fn new(protocol: &Arc<MessageProtocol>, way: MessageWay, page: ScreenPage) -> Self {
        Self { device: SandboxMessageDevice::new(protocol, "app"), way, page, socket: None }
    }

    /// `None`: the server is there but cannot take it now.
    pub(super) async fn send(
        &mut self,
        token: &str,
        sequence: i64,
        data: &str,
    ) -> anyhow::Result<Option<Shown>> {
        let now = Clock::system().now();
        let message = self.device.numbered(data.as_bytes(), now, sequence);
        let message = message.context("такой скан этим сообщением не передать")?;
        let answer = match self.way {
            MessageWay::Http(name) => self.request(name, token, message).await?,
            MessageWay::WebSocket(name) => Some(self.exchange(name, token, message).await?),
        };
        let Some(answer) = answer else { return Ok(None) };
        ensure!(answer["seq"] == sequence, "скан № {sequence}, а отвечено {answer}");
        let heard = answer["verdict"].as_str().context("в ответе нет вердикта")?;
        let (_, shown) = self.page.look(token).await?;
        shown.must_agree(heard)?;
        Ok(Some(shown))
    }

    async fn request(
        &self,
        name: &str,
        token: &str,
        message: String,
    ) -> anyhow::Result<Option<Value>> {
        let url = format!("{}/v1/device-messages/{name}", self.page.base);
        let request = self.page.client.post(url).bearer_auth(token);
        let content = "application/json";
        let response = request.header("content-type", content).body(message).send().await?;
        let status = response.status();
        if status.is_server_error() {
            return Ok(None);
        }
        let answer: Value = response.json().await?;
        ensure!(status.is_success(), "{status}: {answer}");
        Ok(Some(answer))
    }

    /// After trouble the device connects anew.
    async fn exchange(
        &mut self,
        name: &str,
        token: &str,
        message: String,
    ) -> anyhow::Result<Value> {
        let mut socket = match self.socket.take() {
            Some(socket) => socket,
            None => connected(&self.page.base, name, token).await?,
        };
        socket.send(Message::text(message)).await?;
        let answer = loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => break serde_json::from_str(text.as_str())?,
                Some(Ok(Message::Close(_))) | None => bail!("the server closed the connection"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        };
        self.socket = Some(socket);
        Ok(answer)
    }
}

async fn connected(base: &str, name: &str, token: &str) -> anyhow::Result<Socket> {
    let address = base.replacen("http", "ws", 1);
    let mut request = format!("{address}/v1/device-socket/{name}").into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
    let (socket, _) = connect_async(request).await?;
    Ok(socket)
}
