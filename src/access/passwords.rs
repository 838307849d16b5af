//! Secrets that people choose: passwords and PINs, as argon2id hashes.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

pub const PASSWORD_LENGTH_MIN: usize = 8;

/// The hash of a secret. Takes tens of milliseconds on purpose, so it runs beside the server's threads.
pub async fn hash(secret: String) -> String {
    let work = move || {
        Argon2::default()
            .hash_password(secret.as_bytes())
            .expect("the default parameters take any secret")
            .to_string()
    };
    tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
}

/// Whether `secret` is the one behind `hash`. Without a hash the same time is spent, so that an
/// unknown login answers no faster than a known one.
pub async fn verify(secret: String, hash: Option<String>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let work = move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let matches = PasswordHash::new(&text)
            .is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok());
        known && matches
    };
    tokio::task::spawn_blocking(work).await.expect("verifying does not panic")
}

/// A PIN has four to eight digits that are not all the same.
pub fn pin_is_strong(pin: &str) -> bool {
    let all_same = pin.chars().all(|digit| pin.starts_with(digit));
    (4..=8).contains(&pin.len()) && pin.chars().all(|c| c.is_ascii_digit()) && !all_same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_secret_opens() {
        let hashed = hash("амбар-2026".to_owned()).await;
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("амбар-2026".to_owned(), Some(hashed.clone())).await);
        assert!(!verify("амбар-2027".to_owned(), Some(hashed)).await);
        assert!(!verify(String::new(), None).await);
    }

    #[test]
    fn weak_pins_are_told_apart() {
        assert!(pin_is_strong("1234") && pin_is_strong("90210"));
        assert!(!pin_is_strong("1111") && !pin_is_strong("123") && !pin_is_strong("12a4"));
    }
}
