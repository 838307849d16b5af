//! A label printer: takes ZPL over TCP and counts what came out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// A printer on a port of its own, printing as long as the program runs.
#[derive(Debug, Clone)]
pub struct SandboxPrinter {
    address: SocketAddr,
    labels: Arc<AtomicU64>,
}

impl SandboxPrinter {
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let printer = Self { address: listener.local_addr()?, labels: Arc::default() };
        let labels = Arc::clone(&printer.labels);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                // What arrives before the connection breaks is printed as far as it is whole.
                if let Err(error) = stream.read_to_end(&mut bytes).await {
                    tracing::debug!(%error, "a sandbox printer lost its connection");
                }
                labels.fetch_add(whole_labels(&bytes), Ordering::Relaxed);
            }
        });
        Ok(printer)
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Labels that came out so far.
    pub fn labels(&self) -> u64 {
        self.labels.load(Ordering::Relaxed)
    }
}

/// Counts labels that begin with `^XA` and end with `^XZ`.
fn whole_labels(bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let whole = text.split("^XA").skip(1).filter(|label| label.contains("^XZ")).count();
    u64::try_from(whole).expect("a count fits into 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_label_does_not_count() {
        assert_eq!(whole_labels(b"^XA^FDa^FS^XZ^XA^FDb^FS^XZ"), 2);
        assert_eq!(whole_labels(b"^XA^FDa^FS^XZ^XA^FDb"), 1);
        assert_eq!(whole_labels(b""), 0);
    }
}
