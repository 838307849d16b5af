//! The test vectors at the end of a description, whatever the class of the device.

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct File<D, E> {
    vector: Vectors<D, E>,
}

/// Bytes in to their meaning, and meaning to bytes out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vectors<D, E> {
    // Not every device says something, or is told something.
    #[serde(default = "Vec::new")]
    pub(super) decode: Vec<D>,
    #[serde(default = "Vec::new")]
    pub(super) encode: Vec<E>,
}

/// The vectors of a description.
pub(super) fn vectors_of<D: DeserializeOwned, E: DeserializeOwned>(text: &str) -> Vectors<D, E> {
    toml::from_str::<File<D, E>>(text).unwrap().vector
}
