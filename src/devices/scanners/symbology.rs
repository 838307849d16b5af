//! What kind of barcode was read, as far as the device tells.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

/// The kind of a barcode.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Symbology {
    /// The identifier of ISO/IEC 15424: `]d2`.
    Aim([u8; 3]),
    /// The maker's own name, which may not tell GS1 from plain data.
    Named(Arc<str>),
}

impl Symbology {
    /// Reads `]d2`, else takes the text for the maker's name.
    pub fn of(text: &str) -> Self {
        aim_of(text.as_bytes())
            .filter(|_| text.len() == 3)
            .map_or_else(|| Self::Named(text.into()), Self::Aim)
    }

    /// `]d2`, if the device said so or its file knows.
    pub const fn aim(&self) -> Option<[u8; 3]> {
        match self {
            Self::Aim(aim) => Some(*aim),
            Self::Named(_) => None,
        }
    }
}

impl fmt::Display for Symbology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aim(aim) => aim.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte))),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// The identifier at the beginning of data.
pub(super) fn aim_of(data: &[u8]) -> Option<[u8; 3]> {
    match data {
        [b']', letter, modifier, ..]
            if letter.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() =>
        {
            Some([b']', *letter, *modifier])
        }
        _ => None,
    }
}

/// `[symbologies]`: the device's code to `]E0`, or to a name where the code does not tell enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Symbologies(BTreeMap<String, Symbology>);

impl Symbologies {
    /// What the device calls so; unknown codes are kept as they are.
    pub(super) fn named(&self, code: &str) -> Symbology {
        self.0.get(code).cloned().unwrap_or_else(|| Symbology::of(code))
    }

    /// The same for a code of one byte, written in the file as two hexadecimal digits.
    pub(super) fn numbered(&self, code: u8) -> Symbology {
        let mut digits = [0; 2];
        hex::encode_to_slice([code], &mut digits).expect("two digits for a byte");
        digits.make_ascii_uppercase();
        self.named(std::str::from_utf8(&digits).expect("digits are ASCII"))
    }

    /// The device's code for a symbology, for the side of the device.
    pub(super) fn code_of(&self, symbology: &Symbology) -> Option<&str> {
        self.0.iter().find(|(_, known)| *known == symbology).map(|(code, _)| code.as_str())
    }
}

impl<'de> Deserialize<'de> for Symbologies {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = BTreeMap::<String, String>::deserialize(deserializer)?;
        Ok(Self(table.into_iter().map(|(code, text)| (code, Symbology::of(&text))).collect()))
    }
}
