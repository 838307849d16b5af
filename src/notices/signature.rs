//! Signatures of Standard Webhooks (specification 1.0.0, "Signature scheme", symmetric): HMAC-SHA256 of
//! `id.timestamp.body` under the bytes of the secret, as `v1,` and base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::secrets::Secret;

/// What stands before the base64 of a secret.
const PREFIX: &str = "whsec_";
/// The specification wants 24 to 64 bytes.
const SECRET_BYTES: usize = 32;

/// A fresh secret as the receiver gets it: `whsec_…`.
pub fn secret_make() -> Secret {
    let bytes: Zeroizing<[u8; SECRET_BYTES]> = Zeroizing::new(rand::rng().random());
    let base64 = Zeroizing::new(STANDARD.encode(*bytes));
    Secret::from(format!("{PREFIX}{}", *base64))
}

/// One signature, such as `v1,K5oZ…`; nothing if `secret` is none.
///
/// `timestamp`: seconds since 1970, of this attempt.
pub fn sign(secret: &Secret, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let base64 = secret.text().ok()?.strip_prefix(PREFIX)?;
    let key = Zeroizing::new(STANDARD.decode(base64).ok()?);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length is a key of HMAC");
    for part in [id, ".", &timestamp.to_string(), ".", body] {
        mac.update(part.as_bytes());
    }
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let made = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        // Computed by OpenSSL from the same values.
        assert_eq!(made.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn secrets_are_long_random_and_readable() {
        let secret = secret_make();
        assert_ne!(secret.bytes(), secret_make().bytes());
        assert!(sign(&secret, "evt_1", 1, "{}").is_some());
        let bytes = STANDARD.decode(secret.text().unwrap().strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!(bytes.len(), SECRET_BYTES);
        for wrong in ["", "MfKQ9r8GKYqrTwjU", "whsec_***"] {
            assert_eq!(sign(&Secret::from(wrong), "evt_1", 1, "{}"), None);
        }
    }
}
