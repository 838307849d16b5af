//! Graphics in ZPL: hexadecimal with its compression (ACS), `:B64:` and `:Z64:`.
//!
//! **Invariant:** reading never makes more bytes than it was allowed, however much is promised.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc::{CRC_16_XMODEM, Crc};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::labels::bitmap::Bitmap;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Both digits of every byte.
const DIGITS: [[u8; 2]; 256] = {
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        digits[byte] = [HEX[byte >> 4], HEX[byte & 0xF]];
        byte += 1;
    }
    digits
};

/// What stands behind `:Z64:` and `:B64:` data.
static CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);

/// The data of `^GFA`: `,` fills a row with white, `:` repeats the row above, `G`–`Y` and `g`–`z`
/// repeat the next digit. `!` would fill with black, but some take its "ones" for the digit 1.
pub(in crate::labels) fn to_acs(picture: &Bitmap) -> Vec<u8> {
    let mut data = Vec::with_capacity(picture.bytes().len() / 2);
    let mut above: Option<&[u8]> = None;
    for row in picture.rows() {
        if above == Some(row) {
            data.push(b':');
        } else {
            compress_row(row, &mut data);
        }
        above = Some(row);
    }
    data
}

fn compress_row(row: &[u8], data: &mut Vec<u8>) {
    let bytes = row.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let ends_white = bytes > 0 && row[bytes - 1].trailing_zeros() >= 4;
    let kept = bytes * 2 - usize::from(ends_white);
    // Runs are looked for in whole bytes: few begin or end within one, and labels are many.
    let whole = &row[..kept / 2];
    data.reserve(row.len() * 2 + 8);
    let mut at = 0;
    while let Some(byte) = whole.get(at) {
        let digits = DIGITS[usize::from(*byte)];
        if whole.get(at + 1) != Some(byte) || digits[0] != digits[1] {
            data.extend_from_slice(&digits);
            at += 1;
            continue;
        }
        let run = whole[at..].iter().take_while(|next| *next == byte).count();
        push_count(run * 2, data);
        data.push(digits[0]);
        at += run;
    }
    if !kept.is_multiple_of(2) {
        data.push(DIGITS[usize::from(row[kept / 2])][0]);
    }
    if kept < row.len() * 2 {
        data.push(b',');
    }
}

/// Writes how often the next digit stands there: `z` 400, `g` 20 … `y` 380, `G` 1 … `Y` 19, added
/// up. A single digit stands for itself.
fn push_count(count: usize, data: &mut Vec<u8>) {
    if count < 2 {
        return;
    }
    let letter = |first: u8, number: usize| {
        first + u8::try_from(number - 1).expect("at most 20 letters are counted")
    };
    data.extend(std::iter::repeat_n(b'z', count / 400));
    let rest = count % 400;
    if rest >= 20 {
        data.push(letter(b'g', rest / 20));
    }
    if !rest.is_multiple_of(20) {
        data.push(letter(b'G', rest % 20));
    }
}

/// Bytes as `:Z64:`, base64 and checksum.
pub(in crate::labels) fn to_z64(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("writing to memory does not fail");
    let text = STANDARD.encode(encoder.finish().expect("writing to memory does not fail"));
    let crc = CRC.checksum(text.as_bytes());
    format!(":Z64:{text}:{crc:04X}").into_bytes()
}

/// What a graphic turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::labels) struct Graphic {
    pub(in crate::labels) bytes: Vec<u8>,
    /// What is odd about it, though it was read.
    pub(in crate::labels) oddity: Option<String>,
}

/// Reads the data of a graphic, `bytes_max` bytes at most.
pub(in crate::labels) fn read(data: &[u8], row_bytes: usize, bytes_max: usize) -> Graphic {
    let wrapped = |tag: &[u8]| data.trim_ascii_start().strip_prefix(tag);
    match (wrapped(b":Z64:"), wrapped(b":B64:")) {
        (Some(rest), _) => read_base64(rest, bytes_max, true),
        (_, Some(rest)) => read_base64(rest, bytes_max, false),
        _ => read_acs(data, row_bytes, bytes_max),
    }
}

fn read_base64(data: &[u8], bytes_max: usize, is_deflated: bool) -> Graphic {
    let mut parts = data.split(|byte| *byte == b':');
    let text: Vec<u8> = parts
        .next()
        .unwrap_or_default()
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let crc = parts.next().and_then(|crc| std::str::from_utf8(crc.trim_ascii()).ok());
    let stated = crc.and_then(|crc| u16::from_str_radix(crc, 16).ok());
    let mut oddity = (stated != Some(CRC.checksum(&text)))
        .then(|| "the checksum of the graphic is wrong".to_owned());
    let bytes = match STANDARD.decode(&text) {
        Ok(bytes) => bytes,
        Err(error) => {
            return Graphic { bytes: Vec::new(), oddity: Some(format!("no base64: {error}")) };
        }
    };
    if !is_deflated {
        let bytes = bytes.into_iter().take(bytes_max).collect();
        return Graphic { bytes, oddity };
    }
    let mut inflated = Vec::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let read = ZlibDecoder::new(bytes.as_slice()).take(limit).read_to_end(&mut inflated);
    if let Err(error) = read {
        oddity = Some(format!("the graphic cannot be inflated: {error}"));
    }
    Graphic { bytes: inflated, oddity }
}

/// Digits of a row on their way into bytes.
struct Rows {
    bytes: Vec<u8>,
    row: Vec<u8>,
    digits: usize,
    bytes_max: usize,
}

impl Rows {
    fn is_full(&self) -> bool {
        self.bytes.len() >= self.bytes_max
    }

    /// Adds a digit so many times; a run may go over the end of its row.
    fn push(&mut self, digit: u8, count: usize) {
        let mut left = count;
        while left > 0 && !self.is_full() {
            let now = left.min(self.digits - self.row.len());
            self.row.extend(std::iter::repeat_n(digit, now));
            left -= now;
            if self.row.len() == self.digits {
                self.end_row();
            }
        }
    }

    /// Fills the rest of the row, or a whole row if none is begun.
    fn fill(&mut self, digit: u8) {
        self.push(digit, self.digits - self.row.len());
    }

    fn end_row(&mut self) {
        self.bytes.extend(self.row.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
        self.row.clear();
    }

    fn repeat_above(&mut self) {
        let row_bytes = self.digits / 2;
        if self.is_full() {
            return;
        }
        match self.bytes.len().checked_sub(row_bytes) {
            Some(start) => self.bytes.extend_from_within(start..),
            None => self.bytes.resize(self.bytes.len() + row_bytes, 0),
        }
        self.row.clear();
    }
}

fn read_acs(data: &[u8], row_bytes: usize, bytes_max: usize) -> Graphic {
    if row_bytes == 0 || row_bytes > bytes_max {
        let oddity = Some("the graphic has rows of no or too many bytes".to_owned());
        return Graphic { bytes: Vec::new(), oddity };
    }
    let digits = row_bytes * 2;
    let mut rows = Rows { bytes: Vec::new(), row: Vec::with_capacity(digits), digits, bytes_max };
    let (mut count, mut strangers) = (0_usize, 0_usize);
    for byte in data {
        match byte {
            b'G'..=b'Y' => count += usize::from(byte - b'G') + 1,
            b'g'..=b'z' => count += (usize::from(byte - b'g') + 1) * 20,
            b',' => rows.fill(0x0),
            b'!' => rows.fill(0xF),
            b':' => rows.repeat_above(),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => match char::from(*byte).to_digit(16) {
                Some(digit) => {
                    rows.push(u8::try_from(digit).unwrap_or(0), count.max(1).min(digits * 64));
                    count = 0;
                }
                None => strangers += 1,
            },
        }
        // A run longer than any label cannot be meant.
        count = count.min(1 << 20);
    }
    if !rows.row.is_empty() {
        rows.fill(0);
    }
    let oddity = (strangers > 0).then(|| format!("{strangers} characters are no graphic data"));
    rows.bytes.truncate(bytes_max);
    Graphic { bytes: rows.bytes, oddity }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_are_compressed_as_zpl_defines() {
        let mut bitmap = Bitmap::new(16, 4);
        bitmap.blacken_rectangle(0, 0, 16, 2);
        bitmap.blacken(15, 3);
        assert_eq!(to_acs(&bitmap), b"JF:,0001");
    }

    #[test]
    fn the_checksum_is_that_of_public_files() {
        assert_eq!(CRC.checksum(b"123456789"), 0x31C3);
    }

    #[test]
    fn a_bomb_is_not_inflated() {
        let bomb = to_z64(&vec![0; 1 << 20]);
        assert_eq!(read(&bomb, 10, 1_000).bytes.len(), 1_000);
        assert_eq!(read(b"zzzzzzzzzzzzzzzzzzzzzz0", 2, 64).bytes.len(), 64);
    }

    #[test]
    fn what_is_odd_is_said() {
        let mut wrong = to_z64(b"abc");
        *wrong.last_mut().unwrap() ^= 1;
        let graphic = read(&wrong, 3, 100);
        assert_eq!(graphic.bytes, b"abc");
        assert_eq!(graphic.oddity.unwrap(), "the checksum of the graphic is wrong");
        assert!(read(b":Z64:eJw:", 3, 100).oddity.is_some());
        assert!(read(b":B64:?", 3, 100).oddity.unwrap().starts_with("no base64"));
        assert!(read(b"0G", 0, 100).oddity.is_some());
        assert_eq!(read(b"0#0", 1, 100).oddity.unwrap(), "1 characters are no graphic data");
    }

    proptest! {
        #[test]
        fn any_picture_is_read_back(
            width in 1_u32..2_000,
            spots in proptest::collection::vec((any::<u32>(), 0_u32..6, 0_u32..1_000), 0..12),
        ) {
            let mut bitmap = Bitmap::new(width, 6);
            for (x, y, length) in spots {
                bitmap.blacken_rectangle(x % width, y, length, 1);
            }
            let row_bytes = bitmap.row_bytes() as usize;
            for data in [to_acs(&bitmap), to_z64(bitmap.bytes())] {
                let graphic = read(&data, row_bytes, 10_000);
                prop_assert_eq!(&graphic.bytes, bitmap.bytes());
                prop_assert_eq!(graphic.oddity, None);
            }
        }

        #[test]
        fn arbitrary_data_is_bounded(data in any::<Vec<u8>>(), row_bytes in 0_usize..40) {
            prop_assert!(read(&data, row_bytes, 500).bytes.len() <= 500);
            let tagged = [b":Z64:".as_slice(), &data].concat();
            prop_assert!(read(&tagged, row_bytes, 500).bytes.len() <= 500);
        }
    }
}
