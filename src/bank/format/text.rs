//! Encodings of the file. Its own word for that (`Кодировка`) is often wrong, so it is not asked.

use encoding_rs::{IBM866, UTF_8, WINDOWS_1251};

use super::folded;
use crate::text_enum;

text_enum! {
    pub enum Encoding {
        Utf8 = "utf-8",
        /// windows-1251, in the file `Windows`.
        Windows = "windows-1251",
        /// cp866, in the file `DOS`.
        Dos = "cp866",
    }
}

/// Words of which each file has one.
const WORDS: [&str; 3] = ["секция", "версияформата", "кодировка"];

impl Encoding {
    pub const fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Windows => WINDOWS_1251,
            Self::Dos => IBM866,
        }
    }

    /// What the head of a file says of it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dos => "DOS",
            Self::Utf8 | Self::Windows => "Windows",
        }
    }

    /// The bytes of a text, or a letter that the encoding does not have.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        let has = |letter: &char| {
            let mut buffer = [0; 4];
            !self.codec().encode(letter.encode_utf8(&mut buffer)).2
        };
        match text.chars().find(|letter| !letter.is_ascii() && !has(letter)) {
            Some(letter) => Err(letter),
            None => Ok(self.codec().encode(text).0.into_owned()),
        }
    }
}

/// The encoding of a file, by its first bytes if it is not UTF-8 as a whole.
pub fn encoding_of(head: &[u8]) -> Encoding {
    let is_readable = |encoding: Encoding| {
        let text: String = folded(&encoding.codec().decode_without_bom_handling(head).0).collect();
        WORDS.iter().any(|word| text.contains(word))
    };
    if !is_readable(Encoding::Windows) && is_readable(Encoding::Dos) {
        Encoding::Dos
    } else {
        Encoding::Windows
    }
}
