//! What a PDF may cost: known before anything of it is drawn.
//!
//! **Invariant:** whatever a file says of itself, drawing it takes bounded memory and work.
//!
//! A few kilobytes of PDF can unpack to gigabytes, and forms that call each other draw for ever. The
//! renderer bounds neither. So streams are first unpacked here, to nowhere and up to a limit, and a
//! page is first interpreted into a device that draws nothing and counts.

use std::io::Read;
use std::panic::resume_unwind;

use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask,
};
use hayro::kurbo::BezPath;

use super::PdfError;
use crate::labels::graphic::FILE_BYTES_MAX;

/// All streams of a file together.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// Lines, letters and pictures of one page.
const STEPS_MAX: u64 = 500_000;
/// A picture of A4 at 600 dpi.
const IMAGE_DOTS_MAX: u64 = 7_100 * 5_000;
/// All pictures of a page together.
const PAGE_DOTS_MAX: u64 = 2 * IMAGE_DOTS_MAX;

/// Refuses files that are too large, are encrypted, or unpack to too much.
pub(super) fn check_file(file: &[u8]) -> Result<(), PdfError> {
    if file.len() > FILE_BYTES_MAX {
        return Err(PdfError::TooLarge { bytes: file.len(), max: FILE_BYTES_MAX });
    }
    if is_encrypted(file) {
        return Err(PdfError::Encrypted);
    }
    let mut unpacked = 0;
    let mut read = 0;
    let mut at = 0;
    while let Some(start) = stream_from(file, at) {
        let (packed, plain) = unpack(&file[start..], UNPACKED_BYTES_MAX - unpacked);
        unpacked += plain;
        read += packed;
        // Streams may be hidden in streams, but not again and again.
        if unpacked >= UNPACKED_BYTES_MAX || read > 8 * FILE_BYTES_MAX as u64 {
            return Err(PdfError::TooMuch);
        }
        at = start;
    }
    Ok(())
}

/// Whether the file has the entry of encryption in its trailer, which itself is never encrypted.
fn is_encrypted(file: &[u8]) -> bool {
    const KEY: &[u8] = b"/Encrypt";
    file.windows(KEY.len() + 1).any(|at| {
        at.starts_with(KEY)
            && (at[KEY.len()].is_ascii_whitespace() || b"/<[".contains(&at[KEY.len()]))
    })
}

/// Where the data of the next stream begins.
fn stream_from(file: &[u8], at: usize) -> Option<usize> {
    const WORD: &[u8] = b"stream";
    let found = file.get(at..)?.windows(WORD.len()).position(|window| window == WORD)?;
    let after = at + found + WORD.len();
    let blank = |byte: &&u8| byte.is_ascii_whitespace();
    Some(after + file[after..].iter().take(2).take_while(blank).count())
}

/// How many bytes were unpacked from how many; none if this is not packed so.
fn unpack(data: &[u8], most: u64) -> (u64, u64) {
    let mut zlib = ZlibDecoder::new(data);
    let plain = drain(&mut zlib, most);
    let (packed, plain) = if zlib.total_in() > 2 {
        (zlib.total_in(), plain)
    } else {
        let mut deflate = DeflateDecoder::new(data);
        let plain = drain(&mut deflate, most);
        (deflate.total_in(), plain)
    };
    (packed, plain)
}

fn drain(from: &mut impl Read, most: u64) -> u64 {
    let mut buffer = vec![0; 32 << 10];
    let mut plain = 0;
    while plain < most {
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(bytes) => plain += bytes as u64,
        }
    }
    plain
}

/// Stops the interpreter, which has no other way to be stopped, where a page costs too much.
pub(super) struct TooMuch;

/// Draws nothing, and counts.
#[derive(Default)]
pub(super) struct Counter {
    steps: u64,
    image_dots: u64,
}

impl Counter {
    fn step(&mut self, cost: usize) {
        self.steps += 1 + cost as u64;
        if self.steps > STEPS_MAX {
            resume_unwind(Box::new(TooMuch));
        }
    }
}

impl<'a> Device<'a> for Counter {
    fn draw_path(&mut self, path: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.step(path.elements().len());
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.step(clip.path.elements().len());
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        // Each is a picture as large as the page.
        self.step(1_000);
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {
        self.step(8 * run.glyphs().len());
    }

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.step(0);
        let dots = u64::from(image.width()) * u64::from(image.height());
        self.image_dots += dots;
        if dots > IMAGE_DOTS_MAX || self.image_dots > PAGE_DOTS_MAX {
            resume_unwind(Box::new(TooMuch));
        }
    }

    fn pop_clip(&mut self) {
        self.step(0);
    }

    fn pop_transparency_group(&mut self) {
        self.step(0);
    }
}
