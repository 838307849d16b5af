//! A scanner of any protocol of bytes, in hand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{ScreenPage, Shown};
use crate::devices::{DeviceScan, StreamProtocol};
use crate::sandbox::devices::{Manners, Response, SandboxScanner};

/// A connection that was just set up comes up within seconds.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// How a scanner and the server come together.
#[derive(Debug, Clone)]
pub enum StreamWay {
    /// It connects to this address and says who it is: by its greeting, or by scanning its label.
    Out(SocketAddr),
    /// The server connects to it and knows which one it is.
    In(Arc<WaitingScanner>),
}

/// A scanner on a port of its own. It stays connected when it goes from hand to hand.
#[derive(Debug)]
pub struct WaitingScanner {
    listener: TcpListener,
    scanner: Mutex<Option<SandboxScanner>>,
}

impl WaitingScanner {
    pub async fn bind() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        Ok(Self { listener, scanner: Mutex::new(None) })
    }

    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

pub(super) struct StreamDoor {
    protocol: Arc<StreamProtocol>,
    way: StreamWay,
    page: Option<ScreenPage>,
    /// Of a scanner that connects itself.
    connected: Option<SandboxScanner>,
}

impl StreamDoor {
    pub(super) fn new(
        protocol: &Arc<StreamProtocol>,
        way: StreamWay,
        page: Option<ScreenPage>,
    ) -> Self {
        Self { protocol: Arc::clone(protocol), way, page, connected: None }
    }

    pub(super) fn sends_numbers(&self) -> bool {
        self.protocol.numbers_scans()
    }

    /// After trouble the scanner connects anew.
    pub(super) async fn send(
        &mut self,
        token: &str,
        sequence: i64,
        data: &str,
    ) -> anyhow::Result<Shown> {
        let scan = DeviceScan { sequence: Some(sequence), ..DeviceScan::of(data) };
        match self.way.clone() {
            StreamWay::Out(address) => {
                let mut scanner = match self.connected.take() {
                    Some(scanner) => scanner,
                    None => come(&self.protocol, address, token).await?,
                };
                let shown = self.scan(&mut scanner, token, &scan).await?;
                self.connected = Some(scanner);
                Ok(shown)
            }
            StreamWay::In(waiting) => {
                let mut place = waiting.scanner.lock().await;
                let mut scanner = match place.take() {
                    Some(scanner) => scanner,
                    None => called(&self.protocol, &waiting.listener).await?,
                };
                let shown = self.scan(&mut scanner, token, &scan).await?;
                *place = Some(scanner);
                Ok(shown)
            }
        }
    }

    async fn scan(
        &self,
        scanner: &mut SandboxScanner,
        token: &str,
        scan: &DeviceScan,
    ) -> anyhow::Result<Shown> {
        let Some(page) = &self.page else {
            let response = scanner.scan(scan, Manners::Good).await?;
            return shown_on_display(&response);
        };
        if !scanner.hears_verdicts() {
            let (before, _) = page.look(token).await?;
            scanner.scan(scan, Manners::Good).await?;
            return page.look_after(token, before).await;
        }
        let response = scanner.scan(scan, Manners::Good).await?;
        let heard = response.verdict.context("сканер не услышал вердикта")?;
        let (_, shown) = page.look(token).await?;
        shown.must_agree(heard.as_str())?;
        Ok(shown)
    }
}

/// Switches a scanner on: it connects and says who it is.
async fn come(
    protocol: &Arc<StreamProtocol>,
    address: SocketAddr,
    token: &str,
) -> anyhow::Result<SandboxScanner> {
    let connecting = async {
        loop {
            match SandboxScanner::connect(protocol, address).await {
                Ok(scanner) => return scanner,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    let connected = timeout(CONNECT_TIME_MAX, connecting).await;
    let mut scanner = connected.with_context(|| format!("по адресу {address} никто не слушает"))?;
    // The answer is the verdict on whatever was scanned last; a refused token refuses the next scan.
    if protocol.greets() {
        scanner.hello(token).await?;
    } else {
        scanner.scan(&DeviceScan::of(token), Manners::Good).await?;
    }
    Ok(scanner)
}

async fn called(
    protocol: &Arc<StreamProtocol>,
    listener: &TcpListener,
) -> anyhow::Result<SandboxScanner> {
    let accepting = timeout(CONNECT_TIME_MAX, SandboxScanner::accept(protocol, listener)).await;
    Ok(accepting.context("к сканеру никто не подключился")??)
}

/// What stands on a display of a few lines of UTF-8.
fn shown_on_display(response: &Response) -> anyhow::Result<Shown> {
    let heard = response.verdict.context("сканер не услышал вердикта")?;
    let text = String::from_utf8_lossy(&response.text);
    let lines = text.split("\r\n").filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Ok(Shown { feedback: heard.as_str().to_owned(), lines, ..Shown::default() })
}
