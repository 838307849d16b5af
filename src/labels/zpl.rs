//! A laid out label as ZPL II.
//!
//! **Invariant:** only `^FD` takes data, always behind `^FH`, and [`escape`] leaves no byte in it
//! that means anything to a printer.

use std::fmt::Write;

use super::bars::Symbology;
use super::layout::{Layout, Placed, What};

/// Writes one label, `^XA` to `^XZ`.
pub(super) fn write(layout: &Layout) -> Vec<u8> {
    // Home, shifts and orientation of another program's label persist in the printer.
    let mut zpl =
        format!("^XA\n^CI28^LH0,0^LS0^LT0^PON\n^PW{}^LL{}\n", layout.width, layout.height);
    for placed in &layout.placed {
        write_placed(placed, &mut zpl).expect("writing to a string does not fail");
    }
    zpl.push_str("^XZ\n");
    zpl.into_bytes()
}

fn write_placed(placed: &Placed, zpl: &mut String) -> std::fmt::Result {
    write!(zpl, "^FO{},{}", placed.x, placed.y)?;
    match &placed.what {
        What::Picture(bitmap) => {
            let row = bitmap.row_bytes();
            let total = row * bitmap.height();
            write!(zpl, "^GFA,{total},{total},{row},{}", bitmap.to_graphic_field())?;
        }
        What::Bars { bars, module, height } => {
            write!(zpl, "^BY{module}")?;
            match bars.symbology {
                Symbology::Code128 => write!(zpl, "^BCN,{height},N,N,N,A")?,
                Symbology::Code128Spelled => write!(zpl, "^BCN,{height},N,N,N,N")?,
                Symbology::Ean13 => write!(zpl, "^BEN,{height},N,N")?,
            }
            write!(zpl, "^FH_^FD{}", escape(&bars.data))?;
        }
        What::Frame { width, height, thickness } => {
            write!(zpl, "^GB{width},{height},{thickness}")?;
        }
    }
    zpl.push_str("^FS\n");
    Ok(())
}

/// Data for a field behind `^FH_`: all but letters, digits and a few harmless signs as `_` and two
/// hexadecimal digits.
///
/// `>` stays: it is the sign of Code 128's invocation codes, which only bars that spell them have.
pub(super) fn escape(data: &str) -> String {
    let mut escaped = String::with_capacity(data.len());
    for byte in data.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'>' | b':' | b';' | b'-' | b'.' | b'/' => {
                escaped.push(char::from(byte));
            }
            _ => write!(escaped, "_{byte:02X}").expect("writing to a string does not fail"),
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
        assert_eq!(escape(">:AB>512"), ">:AB>512");
    }
}
