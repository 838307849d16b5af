//! Bytes as a protocol file writes them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};

/// A TOML string (`"\r"`, `"\u0002"`), or `{ hex = "0D0A" }` where text cannot say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or { hex = \"…\" }")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                Ok(Bytes(text.as_bytes().to_vec()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bytes, A::Error> {
                let Some((key, digits)) = map.next_entry::<String, String>()? else {
                    return Err(A::Error::missing_field("hex"));
                };
                if key != "hex" {
                    return Err(A::Error::unknown_field(&key, &["hex"]));
                }
                if map.next_key::<String>()?.is_some() {
                    return Err(A::Error::custom("nothing stands beside hex"));
                }
                let digits: String = digits.split_whitespace().collect();
                hex::decode(digits).map(Bytes).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Where `part` begins in `whole`.
pub(super) fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    whole.windows(part.len().max(1)).position(|window| window == part)
}
