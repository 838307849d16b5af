//! A laid out label as ZPL II.
//!
//! **Invariant:** only `^FD` takes data, always behind `^FH`, and [`escape`] leaves no byte in it
//! that means anything to a printer.
//!
//! Linear codes are left to the printer, which draws them sharply at any speed, if it needs no
//! escape signs for them; two-dimensional ones are sent as pictures, since `^BX` and `^BQ` have signs
//! that data may hold.

use std::fmt::Write;

use crate::labels::bitmap::Bitmap;
use crate::labels::codes::{Bars, ITF_WIDE, Symbology};
use crate::labels::font;
use crate::labels::layout::{Layout, Placed, What};
use crate::labels::printer::{Text, UnicodeFont};
use crate::labels::template::Align;
use crate::labels::text::Arranged;

use super::graphic;

/// The widest module that `^BY` can say.
const MODULE_DOTS_MAX: u32 = 10;

/// Everything persists in a printer: character set, home, shifts and orientation of another
/// program's label.
const OPENING: &str = "^XA\n^CI28^LH0,0^LS0^LT0^PON\n";

/// Writes one label, `^XA` to `^XZ`.
pub(in crate::labels) fn label(layout: &Layout, text: Text) -> Vec<u8> {
    let mut zpl = String::with_capacity(8 << 10);
    zpl.push_str(OPENING);
    writing(writeln!(zpl, "^PW{}^LL{}", layout.width, layout.height));
    for placed in &layout.placed {
        writing(write_placed(placed, text, &mut zpl));
    }
    zpl.push_str("^XZ\n");
    zpl.into_bytes()
}

/// Writes a label that is one picture: the shorter of the two compressions.
pub(in crate::labels) fn picture(picture: &Bitmap) -> Vec<u8> {
    let mut zpl = String::from(OPENING);
    writing(writeln!(zpl, "^PW{}^LL{}", picture.width(), picture.height()));
    let acs = graphic::to_acs(picture);
    let z64 = graphic::to_z64(picture.bytes());
    zpl.push_str("^FO0,0");
    push_graphic(picture, if z64.len() < acs.len() { &z64 } else { &acs }, &mut zpl);
    zpl.push_str("^FS\n^XZ\n");
    zpl.into_bytes()
}

/// The commands that store our font in a printer, once.
pub(in crate::labels) fn font_download() -> Vec<u8> {
    let file = UnicodeFont::Downloaded.file();
    let head = format!("~DU{file},{},", font::FILE.len());
    [head.as_bytes(), &graphic::to_z64(font::FILE), b"\n"].concat()
}

fn writing(written: std::fmt::Result) {
    written.expect("writing to a string does not fail");
}

fn write_placed(placed: &Placed, text: Text, zpl: &mut String) -> std::fmt::Result {
    let (x, y) = (placed.x, placed.y);
    match &placed.what {
        What::Picture(bitmap) => {
            write!(zpl, "^FO{x},{y}")?;
            push_graphic(bitmap, &graphic::to_acs(bitmap), zpl);
        }
        What::Text(drawn) => {
            write!(zpl, "^FO{x},{y}")?;
            push_graphic(&drawn.picture, drawn.acs(), zpl);
        }
        What::Bars { bars, module, height } => {
            write!(zpl, "^FO{x},{y}")?;
            write_bars(bars, *module, *height, zpl)?;
        }
        What::Frame { width, height, thickness } => {
            write!(zpl, "^FO{x},{y}^GB{width},{height},{thickness}")?;
        }
        What::Words { text: words, width, align } => {
            let font = match text {
                Text::UnicodeFont(font) => font,
                Text::Graphic => UnicodeFont::Resident,
            };
            return write_words(words, (x, y), (*width, *align), font, zpl);
        }
    }
    zpl.push_str("^FS\n");
    Ok(())
}

/// Each line by its baseline. A font whose widths are not ours is aligned by the printer.
fn write_words(
    words: &Arranged,
    (x, y): (u32, u32),
    (width, align): (u32, Align),
    font: UnicodeFont,
    zpl: &mut String,
) -> std::fmt::Result {
    let em = font::em_of_line(words.size);
    for line in words.lines() {
        let baseline = y + line.top + font::baseline(words.size);
        let letter = match align {
            Align::Left => 'L',
            Align::Centre => 'C',
            Align::Right => 'R',
        };
        match font {
            UnicodeFont::Downloaded => write!(zpl, "^FT{},{baseline}", x + line.x)?,
            UnicodeFont::Resident => write!(zpl, "^FT{x},{baseline}^FB{width},1,0,{letter}")?,
        }
        writeln!(zpl, "^A@N,{em},{em},{}^FH_^FD{}^FS", font.file(), escape(&line.text))?;
    }
    Ok(())
}

fn push_graphic(picture: &Bitmap, data: &[u8], zpl: &mut String) {
    let row = picture.row_bytes();
    let total = row * picture.height();
    writing(write!(zpl, "^GFA,{total},{total},{row},"));
    zpl.push_str(std::str::from_utf8(data).expect("compressed graphics are ASCII"));
}

/// The command that draws the bars; a picture where its data would have to be spelled out: readers
/// of ZPL differ in that.
fn write_bars(bars: &Bars, module: u32, height: u32, zpl: &mut String) -> std::fmt::Result {
    let native = match &bars.symbology {
        _ if module > MODULE_DOTS_MAX => None,
        // The printer chooses subsets itself, and chooses as we do.
        Symbology::Code128 { text } if !text.contains(['>', '^', '~']) => {
            Some((format!("^BCN,{height},N,N,N,A"), escape(text)))
        }
        Symbology::Gs1Code128 { digits: Some(digits), .. } => {
            Some((format!("^BCN,{height},N,N,N,N"), format!(">;>8{digits}")))
        }
        Symbology::Code128 { .. } | Symbology::Gs1Code128 { .. } => None,
        // ^BE computes the thirteenth digit itself.
        Symbology::Ean13 { digits } => Some((format!("^BEN,{height},N,N"), escape(&digits[..12]))),
        Symbology::Itf { digits } => Some((format!("^B2N,{height},N,N,N"), escape(digits))),
    };
    let Some((command, data)) = native else {
        let picture = bars.picture(module, height);
        push_graphic(&picture, &graphic::to_acs(&picture), zpl);
        return Ok(());
    };
    write!(zpl, "^BY{module},{ITF_WIDE}.0{command}^FH_^FD{data}")
}

/// Data for a field behind `^FH_`: all but letters, digits and a few harmless signs as `_` and two
/// hexadecimal digits.
pub(in crate::labels) fn escape(data: &str) -> String {
    let mut escaped = String::with_capacity(data.len() * 2);
    for byte in data.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b':' | b'-' | b'.' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => writing(write!(escaped, "_{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_with_a_meaning_is_left_in_data() {
        assert_eq!(escape("5^3 ~ _"), "5_5E3_20_7E_20_5F");
        assert_eq!(escape("X^FS^FO0,0^GB8"), "X_5EFS_5EFO0_2C0_5EGB8");
        assert_eq!(escape("a>8/b"), "a_3E8/b");
    }

    #[test]
    fn the_font_is_sent_with_its_size_and_checksum() {
        let sent = font_download();
        let head = format!("~DUE:AMBAR.TTF,{},:Z64:", font::FILE.len());
        assert!(sent.starts_with(head.as_bytes()));
        let data = &sent[head.len() - 5..];
        let read = graphic::read(data, 1, usize::MAX >> 1);
        assert_eq!((read.bytes.len(), read.oddity), (font::FILE.len(), None));
    }
}
