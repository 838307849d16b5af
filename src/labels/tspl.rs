//! A laid out label as TSPL.
//!
//! **Invariant:** data never becomes a command. Text and two-dimensional codes are pictures; of
//! linear codes only those are left to the printer whose data has none of TSPL's own signs, and the
//! others are pictures, too.
//!
//! A [`Commands::BitmapOnly`] printer gets the whole label as one picture: some clones drop a job
//! silently for any other command.

use std::fmt::Write;

use super::bitmap::Bitmap;
use super::codes::{Bars, ITF_WIDE, Symbology};
use super::layout::{Layout, Placed, What};
use super::printer::Commands;

/// The distance between two labels on the usual roll.
const GAP_MM: u32 = 2;

/// Writes one label, `SIZE` to `PRINT`.
pub(super) fn label(layout: &Layout, commands: Commands) -> Vec<u8> {
    let mut job = Job::new(layout.width_mm, layout.height_mm, commands);
    match commands {
        Commands::All => layout.placed.iter().for_each(|placed| job.place(placed)),
        Commands::BitmapOnly => job.bitmap(0, 0, &draw(layout)),
    }
    job.finish()
}

/// Writes a label that is one picture.
pub(super) fn picture(width_mm: u32, height_mm: u32, picture: &Bitmap) -> Vec<u8> {
    let mut job = Job::new(width_mm, height_mm, Commands::BitmapOnly);
    job.bitmap(0, 0, picture);
    job.finish()
}

/// The whole label as one picture.
fn draw(layout: &Layout) -> Bitmap {
    let mut whole = Bitmap::new(layout.width, layout.height);
    for placed in &layout.placed {
        let (x, y) = (i64::from(placed.x), i64::from(placed.y));
        let mut paint = |picture: &Bitmap| whole.paint(x, y, picture, super::bitmap::Ink::Black);
        match &placed.what {
            What::Picture(picture) => paint(picture),
            What::Text(drawn) => paint(&drawn.picture),
            What::Words { text, .. } => {
                let (left, top, picture) = text.picture();
                let (x, y) = (x + i64::from(left), y + i64::from(top));
                whole.paint(x, y, &picture, super::bitmap::Ink::Black);
            }
            What::Bars { bars, module, height } => paint(&bars.picture(*module, *height)),
            What::Frame { width, height, thickness } => {
                for (x, y, width, height) in frame(*width, *height, *thickness) {
                    whole.blacken_rectangle(placed.x + x, placed.y + y, width, height);
                }
            }
        }
    }
    whole
}

/// The four sides of a frame; one bar if it has no inside.
fn frame(width: u32, height: u32, thick: u32) -> Vec<(u32, u32, u32, u32)> {
    if width <= 2 * thick || height <= 2 * thick {
        return vec![(0, 0, width, height)];
    }
    vec![
        (0, 0, width, thick),
        (0, height - thick, width, thick),
        (0, 0, thick, height),
        (width - thick, 0, thick, height),
    ]
}

struct Job {
    bytes: Vec<u8>,
}

impl Job {
    fn new(width_mm: u32, height_mm: u32, commands: Commands) -> Self {
        let mut job = Self { bytes: Vec::new() };
        job.line(&format!("SIZE {width_mm} mm,{height_mm} mm"));
        job.line(&format!("GAP {GAP_MM} mm,0 mm"));
        if commands == Commands::All {
            // Settings of another program's label persist.
            job.line("DIRECTION 1");
            job.line("REFERENCE 0,0");
        }
        job.line("CLS");
        job
    }

    fn line(&mut self, line: &str) {
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.extend_from_slice(b"\r\n");
    }

    fn finish(mut self) -> Vec<u8> {
        self.line("PRINT 1,1");
        self.bytes
    }

    fn place(&mut self, placed: &Placed) {
        let (x, y) = (placed.x, placed.y);
        match &placed.what {
            What::Picture(picture) => self.bitmap(x, y, picture),
            What::Text(drawn) => self.bitmap(x, y, &drawn.picture),
            What::Words { text, .. } => {
                let (left, top, picture) = text.picture();
                self.bitmap(x + left, y + top, &picture);
            }
            What::Bars { bars, module, height } => match native(bars, x, y, *module, *height) {
                Some(line) => self.line(&line),
                None => self.bitmap(x, y, &bars.picture(*module, *height)),
            },
            What::Frame { width, height, thickness } => {
                for (left, top, width, height) in frame(*width, *height, *thickness) {
                    self.line(&format!("BAR {},{},{width},{height}", x + left, y + top));
                }
            }
        }
    }

    /// In TSPL a bit of 0 is black. Nothing on a label overlaps, so the plainest mode will do.
    fn bitmap(&mut self, x: u32, y: u32, picture: &Bitmap) {
        const OVERWRITE: u32 = 0;
        let mut head = String::new();
        let (row, height) = (picture.row_bytes(), picture.height());
        write!(head, "BITMAP {x},{y},{row},{height},{OVERWRITE},")
            .expect("writing to a string does not fail");
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend(picture.bytes().iter().map(|byte| !byte));
        self.bytes.extend_from_slice(b"\r\n");
    }
}

/// The `BARCODE` line of a code whose data means nothing to TSPL; none for any other.
fn native(bars: &Bars, x: u32, y: u32, module: u32, height: u32) -> Option<String> {
    let (name, data, wide) = match &bars.symbology {
        Symbology::Code128 { text } => ("128", text.as_str(), 1),
        Symbology::Ean13 { digits } => ("EAN13", &digits[..12], 1),
        Symbology::Itf { digits } => ("25", digits.as_str(), ITF_WIDE),
        // FNC1 has a spelling that firmwares differ in.
        Symbology::Gs1Code128 { .. } => return None,
    };
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b' ');
    let wide = wide * module;
    data.bytes()
        .all(is_plain)
        .then(|| format!("BARCODE {x},{y},\"{name}\",{height},0,0,{module},{wide},\"{data}\""))
}
