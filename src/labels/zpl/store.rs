//! What an input keeps in the printer's memory: graphics and formats, by name.

use std::collections::HashMap;

use crate::labels::bitmap::Bitmap;

use super::STORED_BYTES_MAX;
use super::command::Command;

/// Graphics and formats by their names, drive and extension left out.
#[derive(Debug, Default)]
pub(super) struct Store<'a> {
    graphics: HashMap<Vec<u8>, Bitmap>,
    formats: HashMap<Vec<u8>, Vec<Command<'a>>>,
    bytes: usize,
}

impl<'a> Store<'a> {
    /// How many bytes a further graphic may have.
    pub(super) const fn bytes_left(&self) -> usize {
        STORED_BYTES_MAX.saturating_sub(self.bytes)
    }

    pub(super) fn keep_graphic(&mut self, name: &[u8], graphic: Bitmap) {
        self.forget(name);
        self.bytes += graphic.bytes().len();
        self.graphics.insert(key(name), graphic);
    }

    pub(super) fn graphic(&self, name: &[u8]) -> Option<&Bitmap> {
        self.graphics.get(&key(name))
    }

    pub(super) fn forget(&mut self, name: &[u8]) {
        if key(name) == b"*" {
            *self = Self::default();
        } else if let Some(old) = self.graphics.remove(&key(name)) {
            self.bytes -= old.bytes().len();
        }
    }

    pub(super) fn keep_format(&mut self, name: &[u8], commands: Vec<Command<'a>>) {
        self.formats.insert(key(name), commands);
    }

    pub(super) fn format(&self, name: &[u8]) -> Option<&[Command<'a>]> {
        self.formats.get(&key(name)).map(Vec::as_slice)
    }
}

/// `R:LOGO.GRF` as `LOGO`: printers find it by any of its spellings.
fn key(name: &[u8]) -> Vec<u8> {
    let behind_drive = name.splitn(2, |byte| *byte == b':').last().unwrap_or(name);
    let bare = behind_drive.split(|byte| *byte == b'.').next().unwrap_or(behind_drive);
    bare.trim_ascii().to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_with_and_without_drive_and_extension() {
        let mut store = Store::default();
        store.keep_graphic(b"R:Logo.GRF", Bitmap::new(8, 2));
        assert!(store.graphic(b"LOGO").is_some() && store.graphic(b"e:logo.grf").is_some());
        assert_eq!(store.bytes_left(), STORED_BYTES_MAX - 2);
        store.forget(b"R:LOGO.GRF");
        assert!(store.graphic(b"LOGO").is_none());
        assert_eq!(store.bytes_left(), STORED_BYTES_MAX);
        store.keep_format(b"E:A.ZPL", Vec::new());
        store.forget(b"*:*.*");
        assert!(store.format(b"A").is_none());
    }
}
