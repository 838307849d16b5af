//! Secrets that the program must be able to read again: passwords of carriers and brokers, signing
//! keys. They lie encrypted in the database; the key lies outside of it.
//!
//! **Invariant:** a sealed value opens for the context it was sealed for alone, so that one that was
//! copied to another row is refused like one that was damaged.
//! **Invariant:** a missing or wrong key is a named error of whoever needs a secret, never the end of
//! the program; a key file is never overwritten.
//! **Invariant:** [`Secret`] shows nothing of itself, neither to the log nor as JSON.
//!
//! Deliberately absent: tokens that only have to be recognised; `access` keeps their hashes.

mod key;
mod vault;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::db::{Arg, DbError, FromColumn, Row};
use crate::{faults, text_enum};

pub use self::key::{KEY_FILE, KeyId, KeyVariables};
pub use self::vault::{Sealed, Vault};

faults! {
    /// Why a secret can be neither kept nor read.
    pub enum VaultError {
        /// There is no key to work with.
        KeyMissing { why: KeyTrouble } => "secret_key_missing", Unavailable, "no key of secrets: {why}";
        /// Sealed with a key that is not here.
        KeyWrong { key: KeyId } => "secret_key_wrong", Unavailable, "the secret was sealed with the key {key}, which is not here";
        /// Changed, cut, or moved from its place.
        Damaged => "secret_damaged", Conflict, "the sealed secret was changed or belongs elsewhere";
    }
}

text_enum! {
    /// What is wrong about the key.
    pub enum KeyTrouble {
        VariableInvalid = "variable_invalid",
        FileInvalid = "file_invalid",
        FileUnreadable = "file_unreadable",
    }
}

/// What of a secret is shown.
const SHOWN: &str = "***";

/// A secret in the clear. It is wiped when it is dropped.
///
/// As JSON it is read but never written: three stars stand for it, so that the body of a request can
/// be noted as it is.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text, which most secrets are.
    pub fn text(&self) -> Result<&str, VaultError> {
        std::str::from_utf8(&self.0).map_err(|_| VaultError::Damaged)
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SHOWN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl utoipa::PartialSchema for Secret {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .into()
    }
}

impl utoipa::ToSchema for Secret {}

impl From<Sealed> for Arg {
    fn from(sealed: Sealed) -> Self {
        Self::Bytes(Some(sealed.into_bytes()))
    }
}

impl From<&Sealed> for Arg {
    fn from(sealed: &Sealed) -> Self {
        sealed.clone().into()
    }
}

impl From<Option<Sealed>> for Arg {
    fn from(sealed: Option<Sealed>) -> Self {
        Self::Bytes(sealed.map(Sealed::into_bytes))
    }
}

impl From<Option<&Sealed>> for Arg {
    fn from(sealed: Option<&Sealed>) -> Self {
        sealed.cloned().into()
    }
}

impl FromColumn for Sealed {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        Vec::from_column(row, index).map(Self::from_bytes)
    }
}
