//! The key: from the environment, or from a file that the first start makes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use rand::RngExt;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{KeyTrouble, Secret};
use crate::ids::new_uuid;

/// The name of the key file in the data directory.
pub const KEY_FILE: &str = "secret.key";

pub(super) const KEY_BYTES: usize = 32;
/// A key file is one short line.
const FILE_BYTES_MAX: u64 = 1_024;

/// What the environment says of keys, each base64 of 32 bytes.
#[derive(Debug, Clone, Default)]
pub struct KeyVariables {
    /// Of `AMBAR_SECRET_KEY`.
    pub current: Option<Secret>,
    /// Of `AMBAR_SECRET_KEY_OLD`: still opens what was sealed before.
    pub old: Option<Secret>,
}

impl KeyVariables {
    /// A variable that is set to nothing says nothing.
    pub fn from_environment() -> Self {
        let variable = |name| {
            let text = std::env::var(name).ok().filter(|text| !text.trim().is_empty());
            text.map(Secret::from)
        };
        Self { current: variable("AMBAR_SECRET_KEY"), old: variable("AMBAR_SECRET_KEY_OLD") }
    }
}

/// Which key it is, without telling the key: the first bytes of a hash of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; Self::BYTES]);

impl KeyId {
    pub(super) const BYTES: usize = 8;

    pub(super) const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> [u8; Self::BYTES] {
        self.0
    }

    fn of(key: &[u8; KEY_BYTES]) -> Self {
        let hash = Sha256::new().chain_update("ambar secret key").chain_update(key).finalize();
        Self(std::array::from_fn(|index| hash[index]))
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

pub(super) struct Key {
    pub(super) id: KeyId,
    /// Wipes the key when it is dropped.
    pub(super) cipher: XChaCha20Poly1305,
}

impl Key {
    pub(super) fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Self {
        Self { id: KeyId::of(bytes), cipher: XChaCha20Poly1305::new(bytes.into()) }
    }

    /// Reads base64 of 32 bytes.
    pub(super) fn from_text(text: &Secret) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.text().ok()?.trim()).ok()?);
        Some(Self::from_bytes(bytes.as_slice().try_into().ok()?))
    }
}

/// The key of the file; nothing if there is no file.
pub(super) fn file_read(folder: &Path) -> Result<Option<Key>, KeyTrouble> {
    let path = folder.join(KEY_FILE);
    let read = || -> io::Result<Secret> {
        let file = File::open(&path)?;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "others may read the key file: chmod 600");
        }
        let mut text = Vec::new();
        file.take(FILE_BYTES_MAX).read_to_end(&mut text)?;
        Ok(text.into())
    };
    match read() {
        Ok(text) => Key::from_text(&text).map(Some).ok_or(KeyTrouble::FileInvalid),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&path, &error)),
    }
}

/// The key of the file, which is made if there is none.
pub(super) fn file_read_or_make(folder: &Path) -> Result<Key, KeyTrouble> {
    if let Some(key) = file_read(folder)? {
        return Ok(key);
    }
    let path = folder.join(KEY_FILE);
    file_make(folder, &path).map_err(|error| unreadable(&path, &error))?;
    // Another start may have been faster: its key counts.
    file_read(folder)?.ok_or(KeyTrouble::FileUnreadable)
}

fn unreadable(path: &Path, error: &io::Error) -> KeyTrouble {
    tracing::error!(path = %path.display(), %error, "the key file can be neither read nor made");
    KeyTrouble::FileUnreadable
}

/// Makes a key file, whole or not at all, unless there is one.
fn file_make(folder: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let partial = folder.join(format!("{KEY_FILE}.{}", new_uuid().simple()));
    let made = file_write(&partial).and_then(|()| fs::hard_link(&partial, path));
    let removed = fs::remove_file(&partial);
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        other => other?,
    }
    removed?;
    tracing::info!(path = %path.display(), "a key of secrets was made");
    File::open(folder)?.sync_all()
}

fn file_write(path: &Path) -> io::Result<()> {
    let key: Zeroizing<[u8; KEY_BYTES]> = Zeroizing::new(rand::rng().random());
    let text = Zeroizing::new(STANDARD.encode(*key) + "\n");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
