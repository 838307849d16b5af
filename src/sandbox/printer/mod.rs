//! Label printers: they take ZPL or TSPL over TCP, print label by label, and fail on command.
//!
//! A printer keeps what truly came out, label by label, as the bytes that were sent. Troubles happen
//! at once ([`SandboxPrinter::trouble`]) or in the middle of the n-th label of its life
//! ([`SandboxPrinter::trouble_at`]) and last until [`SandboxPrinter::mend`].
//!
//! **Invariant:** a label that was spoiled in the middle is printed again by the printer once it is
//! mended, as Zebra's printers do; a power cut loses it with all that waited.

mod state;
mod tspl;
mod zpl;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use self::state::State;

/// What a printer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    Zpl,
    Tspl,
    /// TSPL that drops a label in silence when anything but a bitmap stands in it.
    TsplBitmapOnly,
}

/// What a printer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Status, name and odometer.
    All,
    /// No odometer, as clones.
    NoOdometer,
    Nothing,
}

/// What becomes of half a label when its connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remnant {
    Dropped,
    /// It waits for its end for ever.
    Kept,
}

/// How a printer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Build {
    pub speech: Speech,
    pub answers: Answers,
    pub remnant: Remnant,
    /// From the first to the last line of one label.
    pub pace: Duration,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            speech: Speech::Zpl,
            answers: Answers::All,
            remnant: Remnant::Dropped,
            pace: Duration::from_millis(1),
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    PaperOut,
    RibbonOut,
    HeadOpen,
    /// The label in print is finished.
    Pause,
    /// This label takes twenty times as long.
    Slow,
    /// The printer ends its side of all connections and goes on reading.
    HalfClose,
    /// All connections are reset.
    Reset,
    /// Everything is lost but the odometer.
    PowerCut,
    /// It prints, and answers nothing.
    Silence,
}

impl Trouble {
    pub const ALL: [Self; 9] = [
        Self::PaperOut,
        Self::RibbonOut,
        Self::HeadOpen,
        Self::Pause,
        Self::Slow,
        Self::HalfClose,
        Self::Reset,
        Self::PowerCut,
        Self::Silence,
    ];
}

/// What happens to the open connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    None,
    HalfClose,
    Reset,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    work: Notify,
    cut: watch::Sender<(u64, Cut)>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

/// A printer on a port of its own, printing as long as the program runs.
#[derive(Debug, Clone)]
pub struct SandboxPrinter {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl SandboxPrinter {
    /// A ZPL printer that answers everything.
    pub async fn start() -> std::io::Result<Self> {
        Self::start_with(Build::default()).await
    }

    pub async fn start_with(build: Build) -> std::io::Result<Self> {
        Self::on(build, TcpListener::bind("127.0.0.1:0").await?)
    }

    /// A printer that listens where it is told to.
    pub fn on(build: Build, listener: TcpListener) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(build)),
            work: Notify::new(),
            cut: watch::Sender::new((0, Cut::None)),
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        tokio::spawn(motor(Arc::clone(&shared), build.pace));
        Ok(Self { address, shared })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Labels that came out so far.
    pub fn labels(&self) -> u64 {
        u64::try_from(self.shared.state().printed.len()).expect("a count fits into 64 bits")
    }

    /// The bytes of each label that came out whole, in order, without the number of its copies.
    pub fn printed(&self) -> Vec<Vec<u8>> {
        self.shared.state().printed.clone()
    }

    /// Labels that were begun and not finished: waste paper.
    pub fn spoiled(&self) -> u64 {
        self.shared.state().spoiled
    }

    /// The most connections that were open at once.
    pub fn connections_max(&self) -> usize {
        self.shared.state().connections_max
    }

    /// Lets it happen now.
    pub fn trouble(&self, trouble: Trouble) {
        let cut = self.shared.state().happen(trouble);
        self.shared.cut(cut);
    }

    /// Lets it happen in the middle of this label, counted from 1 over the printer's life.
    pub fn trouble_at(&self, label: u64, trouble: Trouble) {
        self.shared.state().plan.push((label, trouble));
    }

    /// Whether something is wrong that waits for somebody.
    pub fn is_troubled(&self) -> bool {
        self.shared.state().is_troubled()
    }

    /// Loads labels, closes the head, switches on: whatever is wrong is mended.
    pub fn mend(&self) {
        self.shared.state().mend();
        self.shared.work.notify_one();
    }
}

impl Shared {
    fn cut(&self, cut: Cut) {
        if cut != Cut::None {
            self.cut.send_modify(|now| *now = (now.0 + 1, cut));
        }
        self.work.notify_one();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Without power nobody is there: the connection ends before a byte.
        if !shared.state().has_power() {
            continue;
        }
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    shared.state().connected();
    let mut cut = shared.cut.subscribe();
    let mut buffer = [0; 4096];
    let mut is_half = false;
    loop {
        tokio::select! {
            changed = cut.changed() => {
                let what = if changed.is_ok() { cut.borrow_and_update().1 } else { Cut::Reset };
                match what {
                    Cut::Reset => {
                        // What was not read is gone, and the other side hears of it at once.
                        let _ = stream.set_zero_linger();
                        break;
                    }
                    Cut::HalfClose => is_half = stream.shutdown().await.is_ok(),
                    Cut::None => {}
                }
            }
            read = stream.read(&mut buffer) => {
                let Ok(count @ 1..) = read else { break };
                let answer = shared.state().take(&buffer[..count]);
                shared.work.notify_one();
                if !is_half && !answer.is_empty() && stream.write_all(&answer).await.is_err() {
                    break;
                }
            }
        }
    }
    shared.state().disconnected();
}

/// Prints what was taken, label by label.
async fn motor(shared: Arc<Shared>, pace: Duration) {
    loop {
        let number = shared.state().begin();
        let Some(number) = number else {
            shared.work.notified().await;
            continue;
        };
        tokio::time::sleep(pace / 2).await;
        let (cut, slowness) = shared.state().middle(number);
        shared.cut(cut);
        tokio::time::sleep(pace / 2 * slowness).await;
        shared.state().end();
    }
}

#[cfg(test)]
mod tests;
