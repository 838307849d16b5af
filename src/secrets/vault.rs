//! Sealing and opening: XChaCha20-Poly1305 (RFC 8439 with a nonce of 24 random bytes), the context as
//! associated data.

use std::path::Path;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngExt;

use super::key::{self, KEY_BYTES, Key, KeyId, KeyVariables};
use super::{KeyTrouble, Secret, VaultError};

/// How the bytes of a sealed value are laid out: this, the id of the key, the nonce, the cipher text
/// with its tag.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + KeyId::BYTES;

/// A secret as it lies in the database. It tells nothing but the key that opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The key that opens it; nothing if these are no bytes of a sealed value.
    pub fn key_id(&self) -> Option<KeyId> {
        self.parts().map(|(_, id, _, _)| id)
    }

    /// The head, which is authenticated with the context, the key, the nonce and the cipher text.
    fn parts(&self) -> Option<(&[u8], KeyId, XNonce, &[u8])> {
        let (head, rest) = self.0.split_at_checked(HEAD_BYTES)?;
        let (nonce, text) = rest.split_at_checked(NONCE_BYTES)?;
        let (format, id) = head.split_first()?;
        let id = KeyId::from_bytes(id.try_into().ok()?);
        (*format == FORMAT).then_some((head, id, XNonce::try_from(nonce).ok()?, text))
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key_id() {
            Some(id) => write!(f, "sealed with {id}"),
            None => f.write_str("sealed, damaged"),
        }
    }
}

/// The key of this installation and older ones that still open. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<Keys>,
}

struct Keys {
    current: Result<Key, KeyTrouble>,
    old: Vec<Key>,
}

impl Vault {
    /// The key of the environment, or else of the key file, which is made if there is none.
    ///
    /// Where there is no key a vault comes back as well: its [`Vault::trouble`] says what is wrong.
    pub fn load(data_dir: &Path, variables: &KeyVariables) -> Self {
        let old = variables.old.as_ref().and_then(|text| {
            let key = Key::from_text(text);
            if key.is_none() {
                tracing::error!("AMBAR_SECRET_KEY_OLD is not base64 of {KEY_BYTES} bytes");
            }
            key
        });
        let (current, file) = match &variables.current {
            // Whoever moves from the file to the variable loses nothing: the file still opens.
            Some(text) => {
                let current = Key::from_text(text).ok_or(KeyTrouble::VariableInvalid);
                (current, key::file_read(data_dir).ok().flatten())
            }
            None => (key::file_read_or_make(data_dir), None),
        };
        if let Err(trouble) = &current {
            tracing::error!(%trouble, "there is no key of secrets");
        }
        Self { keys: Arc::new(Keys { current, old: old.into_iter().chain(file).collect() }) }
    }

    /// A vault of this key, with no environment and no file.
    pub fn of_key(bytes: [u8; KEY_BYTES]) -> Self {
        Self { keys: Arc::new(Keys { current: Ok(Key::from_bytes(&bytes)), old: Vec::new() }) }
    }

    /// Why there is no key, if so.
    pub fn trouble(&self) -> Option<VaultError> {
        let why = *self.keys.current.as_ref().err()?;
        Some(VaultError::KeyMissing { why })
    }

    /// Encrypts. `context` names the one place where the value will lie, such as
    /// `connection/con_…/password`; only with it does it open again.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Sealed, VaultError> {
        let key = self.current()?;
        let mut bytes = vec![FORMAT];
        bytes.extend(key.id.bytes());
        let nonce: [u8; NONCE_BYTES] = rand::rng().random();
        let aad = associated(&bytes, context);
        let text = key
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad })
            .expect("no secret is as long as the cipher's limit of 256 GiB");
        bytes.extend(nonce);
        bytes.extend(text);
        Ok(Sealed(bytes))
    }

    /// Decrypts what was sealed for the same context.
    pub fn open(&self, context: &str, sealed: &Sealed) -> Result<Secret, VaultError> {
        let (head, id, nonce, text) = sealed.parts().ok_or(VaultError::Damaged)?;
        let cipher = self.cipher(id)?;
        let aad = associated(head, context);
        let plain = cipher.decrypt(&nonce, Payload { msg: text, aad: &aad });
        plain.map(Secret::from).map_err(|_| VaultError::Damaged)
    }

    /// Whether the value was sealed with the key of today.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        self.keys.current.as_ref().is_ok_and(|key| Some(key.id) == sealed.key_id())
    }

    fn current(&self) -> Result<&Key, VaultError> {
        self.keys.current.as_ref().map_err(|why| VaultError::KeyMissing { why: *why })
    }

    fn cipher(&self, id: KeyId) -> Result<&XChaCha20Poly1305, VaultError> {
        let mut all = self.keys.current.iter().chain(&self.keys.old);
        if let Some(key) = all.find(|key| key.id == id) {
            return Ok(&key.cipher);
        }
        self.current()?;
        Err(VaultError::KeyWrong { key: id })
    }
}

/// What is authenticated beside the secret. The head has one length, so the two cannot be confused.
fn associated(head: &[u8], context: &str) -> Vec<u8> {
    [head, context.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "connection/1/password";

    #[test]
    fn a_secret_opens_where_it_was_sealed_and_nowhere_else() {
        let vault = Vault::of_key([7; KEY_BYTES]);
        for plain in ["", "п@роль", &"x".repeat(10_000)] {
            let sealed = vault.seal(HERE, plain.as_bytes()).unwrap();
            assert_eq!(vault.open(HERE, &sealed).unwrap().text().unwrap(), plain);
            assert!(vault.is_current(&sealed));
            let elsewhere = vault.open("connection/2/password", &sealed);
            assert!(matches!(elsewhere, Err(VaultError::Damaged)), "{elsewhere:?}");
        }
        let one = vault.seal(HERE, b"same").unwrap();
        assert_ne!(one, vault.seal(HERE, b"same").unwrap(), "equal secrets do not look equal");
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let vault = Vault::of_key([7; KEY_BYTES]);
        let bytes = vault.seal(HERE, b"secret").unwrap().into_bytes();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            assert!(vault.open(HERE, &Sealed::from_bytes(changed)).is_err(), "byte {index}");
            let cut = Sealed::from_bytes(bytes[..index].to_vec());
            let opened = vault.open(HERE, &cut);
            assert!(matches!(opened, Err(VaultError::Damaged)), "cut at {index}: {opened:?}");
        }
    }

    #[test]
    fn another_key_is_told_by_its_name() {
        let sealed = Vault::of_key([1; KEY_BYTES]).seal(HERE, b"secret").unwrap();
        let other = Vault::of_key([2; KEY_BYTES]);
        let told = other.open(HERE, &sealed).unwrap_err();
        let key = sealed.key_id().unwrap();
        assert!(matches!(told, VaultError::KeyWrong { key: named } if named == key), "{told:?}");
        assert!(!other.is_current(&sealed));
    }

    #[test]
    fn nothing_shows_a_secret() {
        let secret = Secret::from("п@роль");
        assert_eq!(
            format!("{secret:?} {}", serde_json::to_string(&secret).unwrap()),
            "*** \"***\""
        );
        let sealed = Vault::of_key([7; KEY_BYTES]).seal(HERE, secret.bytes()).unwrap();
        let id = sealed.key_id().unwrap();
        assert_eq!(format!("{sealed:?}"), format!("sealed with {id}"));
    }
}
