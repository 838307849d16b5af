//! Random tokens: made here, shown once, stored as a hash.

use rand::RngExt;
use sha2::{Digest, Sha256};

/// What a token opens. The kind stands in its text, so that a lost one can be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Session,
    Device,
    ApiKey,
    Setup,
}

impl TokenKind {
    const ALL: [Self; 4] = [Self::Session, Self::Device, Self::ApiKey, Self::Setup];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "amses",
            Self::Device => "amdev",
            Self::ApiKey => "amkey",
            Self::Setup => "amset",
        }
    }

    /// The kind of a token by its text.
    pub fn of(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| {
            token.strip_prefix(kind.prefix()).is_some_and(|rest| rest.starts_with('-'))
        })
    }
}

/// A fresh token with 160 random bits, in characters that any scanner can read. That of a device has
/// 80: it is scanned from a label, and a laser reads no wider bar code.
pub fn make(kind: TokenKind) -> String {
    let bits: [u8; 20] = rand::rng().random();
    let length = if kind == TokenKind::Device { 10 } else { bits.len() };
    format!("{}-{}", kind.prefix(), hex::encode(&bits[..length]))
}

/// What is stored of a token. A scanner may have changed the case of its letters.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.to_ascii_lowercase()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_kind_and_its_hash_ignores_case() {
        let token = make(TokenKind::Device);
        assert_eq!(TokenKind::of(&token), Some(TokenKind::Device));
        assert_eq!(hash(&token), hash(&token.to_ascii_uppercase()));
        assert_ne!(hash(&token), hash(&make(TokenKind::Device)));
        assert_eq!(TokenKind::of("amdevil"), None);
    }
}
