//! A scale of any protocol, listening on a TCP port.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::devices::{
    Done, Load, Motion, Refusal, ScaleEvent, ScaleProtocol, ScaleRequest, Weight,
};

/// How often a scale that is not asked sends its weight.
const PERIOD: Duration = Duration::from_millis(50);
/// What a polled CAS waits for after its acknowledgement.
const DC1: u8 = 0x11;

/// How the scale behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScaleMood {
    #[default]
    Calm,
    /// The weight does not come to rest.
    Restless,
    Overloaded,
    /// It takes the connection and says nothing.
    Silent,
}

#[derive(Debug, Default)]
struct State {
    on_pan_tenths_g: i64,
    tare_tenths_g: i64,
    mood: ScaleMood,
    /// How often somebody was told the weight since it last changed.
    told: u32,
}

/// A scale on a port of its own, weighing as long as the program runs.
#[derive(Debug, Clone)]
pub struct SandboxScale {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    told: Arc<Notify>,
}

impl SandboxScale {
    pub async fn start(protocol: &Arc<ScaleProtocol>) -> std::io::Result<Self> {
        Self::on(protocol, TcpListener::bind("127.0.0.1:0").await?)
    }

    /// A scale that listens where it is told to.
    pub fn on(protocol: &Arc<ScaleProtocol>, listener: TcpListener) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let scale = Self { address, state: Arc::default(), told: Arc::default() };
        let (protocol, conversing) = (Arc::clone(protocol), scale.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (protocol, scale) = (Arc::clone(&protocol), conversing.clone());
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, &protocol, &scale).await {
                        tracing::debug!(%error, "a sandbox scale lost its connection");
                    }
                });
            }
        });
        Ok(scale)
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts something on the pan instead of what lay there.
    pub fn load(&self, grams: i64) {
        self.change(|state| state.on_pan_tenths_g = grams.saturating_mul(10));
    }

    /// Takes everything off.
    pub fn unload(&self) {
        self.load(0);
    }

    pub fn set_mood(&self, mood: ScaleMood) {
        self.change(|state| state.mood = mood);
    }

    /// Waits until the weight that lies there now was told so often.
    pub async fn told(&self, times: u32) {
        loop {
            let next = self.told.notified();
            if self.state.lock().unwrap_or_else(PoisonError::into_inner).told >= times {
                return;
            }
            next.await;
        }
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        how(&mut state);
        state.told = 0;
    }
}

async fn converse(
    mut stream: TcpStream,
    protocol: &ScaleProtocol,
    scale: &SandboxScale,
) -> std::io::Result<()> {
    let state = &*scale.state;
    stream.set_nodelay(true)?;
    let mut buffer = [0; 256];
    let mut asked: Vec<u8> = Vec::new();
    loop {
        if protocol.is_polled() {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            asked.extend_from_slice(&buffer[..count]);
            let answer = answers(&mut asked, protocol, state);
            stream.write_all(&answer).await?;
            scale.told.notify_waiters();
        } else {
            match timeout(PERIOD, stream.read(&mut buffer)).await {
                Ok(Ok(0)) => return Ok(()),
                Ok(Err(error)) => return Err(error),
                Ok(Ok(_)) | Err(_) => {}
            }
            let answer = said(protocol, &weighed(state), state);
            stream.write_all(&answer).await?;
            scale.told.notify_waiters();
        }
    }
}

/// The answers to all requests in the bytes that came; an unfinished one stays.
fn answers(asked: &mut Vec<u8>, protocol: &ScaleProtocol, state: &Mutex<State>) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(first) = asked.first().copied() {
        let known = ScaleRequest::ALL.iter().find_map(|request| {
            let bytes = protocol.request(*request)?;
            asked.starts_with(&bytes).then_some((*request, bytes.len()))
        });
        if let Some((request, length)) = known {
            asked.drain(..length);
            let event = match request {
                // A polled CAS acknowledges first.
                ScaleRequest::Weigh if length == 1 => ScaleEvent::SendNow([DC1].into()),
                request => carried_out(request, state),
            };
            out.extend(said(protocol, &event, state));
        } else if first == DC1 {
            asked.drain(..1);
            out.extend(said(protocol, &weighed(state), state));
        } else if asked.len() > 64 || !may_begin_request(asked, protocol) {
            asked.drain(..1);
        } else {
            break;
        }
    }
    out
}

fn may_begin_request(asked: &[u8], protocol: &ScaleProtocol) -> bool {
    let requests = ScaleRequest::ALL.iter().filter_map(|request| protocol.request(*request));
    requests.into_iter().any(|bytes| bytes.starts_with(asked))
}

fn carried_out(request: ScaleRequest, state: &Mutex<State>) -> ScaleEvent {
    let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
    match request {
        ScaleRequest::Weigh | ScaleRequest::WeighStable => {
            drop(now);
            weighed(state)
        }
        ScaleRequest::Zero if now.on_pan_tenths_g > 200 => ScaleEvent::Refused(Refusal::CannotZero),
        ScaleRequest::Zero => {
            now.on_pan_tenths_g = 0;
            ScaleEvent::Done(Done::Zero)
        }
        ScaleRequest::Tare => {
            now.tare_tenths_g = now.on_pan_tenths_g;
            ScaleEvent::Done(Done::Tare)
        }
        ScaleRequest::ClearTare => {
            now.tare_tenths_g = 0;
            ScaleEvent::Done(Done::Tare)
        }
    }
}

fn weighed(state: &Mutex<State>) -> ScaleEvent {
    let now = state.lock().unwrap_or_else(PoisonError::into_inner);
    if now.mood == ScaleMood::Overloaded {
        return ScaleEvent::Overload;
    }
    let motion = if now.mood == ScaleMood::Restless { Motion::Moving } else { Motion::Stable };
    let load = if now.tare_tenths_g == 0 { Load::Gross } else { Load::Net };
    let tenths_g = now.on_pan_tenths_g - now.tare_tenths_g;
    ScaleEvent::Weight(Weight { tenths_g, motion, load })
}

/// The bytes of what the scale says; none if it is silent or has no word for it.
fn said(protocol: &ScaleProtocol, event: &ScaleEvent, state: &Mutex<State>) -> Vec<u8> {
    let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
    if now.mood == ScaleMood::Silent {
        return Vec::new();
    }
    // Something else may have been put there in between.
    let is_current = |weight: &Weight| weight.tenths_g == now.on_pan_tenths_g - now.tare_tenths_g;
    if matches!(event, ScaleEvent::Weight(weight) if is_current(weight)) {
        now.told = now.told.saturating_add(1);
    }
    drop(now);
    protocol.device_bytes(event).unwrap_or_default()
}
