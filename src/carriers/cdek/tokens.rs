//! Access tokens, for the whole process: the carrier wants one an hour, not one a call.
//!
//! **Invariant:** a token belongs to one host, one client id and one secret: who changes the secret
//! gets no token of the old one.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::Mutex as AsyncMutex;

use super::account::Credentials;

/// A token is renewed before it ends.
const EARLY: Duration = Duration::from_mins(1);

type Key = [u8; 32];

/// The place of one token; whoever asks for a new one holds it meanwhile.
pub(super) type Slot = Arc<AsyncMutex<Option<Token>>>;

/// An access token. Not to be shown.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: String,
    ends: Instant,
}

impl Token {
    pub(super) fn new(value: String, lives_s: u64) -> Self {
        let lives = Duration::from_secs(lives_s).saturating_sub(EARLY);
        let now = Instant::now();
        Self { value, ends: now.checked_add(lives).unwrap_or(now) }
    }

    pub(super) fn is_alive(&self) -> bool {
        Instant::now() < self.ends
    }
}

static SLOTS: LazyLock<Mutex<HashMap<Key, Slot>>> = LazyLock::new(Mutex::default);

pub(super) fn slot(base_url: &str, credentials: &Credentials) -> Slot {
    let mut hash = Sha256::new();
    for part in [base_url, &credentials.client_id, &credentials.client_secret] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut slots = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(slots.entry(hash.finalize().into()).or_default())
}
