//! Bar code fields: what `^BC`, `^BE`, `^BX` and the others draw.

use std::borrow::Cow;

use crate::barcodes::check_digit;
use crate::labels::bitmap::{Bitmap, Turn};
use crate::labels::symbols::code128::{self, Code128, Sign};
use crate::labels::symbols::linear::{self, Stripe};
use crate::labels::symbols::matrix::{self, Correction, Lead, Matrix, Shape};

use super::ELEMENT_DOTS_MAX;
use super::command::Command;
use super::field::{self, Font};
use super::place::{Cell, Piece};

/// What `^BY` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) module: u32,
    /// Of wide to narrow, in tenths.
    pub(super) ratio_tenths: u32,
    pub(super) height: u32,
}

impl Bar {
    pub(super) const DEFAULT: Self = Self { module: 2, ratio_tenths: 30, height: 10 };

    /// Dots of a wide stripe, to the nearest.
    const fn wide(self) -> u32 {
        (self.module * self.ratio_tenths + 5) / 10
    }
}

/// Where a code shows its data for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caption {
    None,
    Below,
    Above,
}

/// Bars of a code as dots across, with what people read.
struct Bars {
    dots: Vec<bool>,
    caption: String,
}

/// Draws a bar code; the text says why it cannot be drawn.
pub(super) fn draw(
    command: &Command<'_>,
    bar: Bar,
    turn: Turn,
    data: &[u8],
) -> Result<Piece, Cow<'static, str>> {
    match command.name {
        [b'B', b'X'] => data_matrix(command, bar, turn, data),
        [b'B', b'Q'] => qr(command, turn, data),
        [b'B', b'3'] => linear(command, bar, turn, [2, 3, 4], &code39(command, bar, data)?),
        [b'B', b'C'] => linear(command, bar, turn, [1, 2, 3], &code128(command, bar, data)?),
        [b'B', b'2'] => linear(command, bar, turn, [1, 2, 3], &itf(command, bar, data)?),
        [b'B', b'A'] => linear(command, bar, turn, [1, 2, 3], &code93(bar, data)?),
        _ => linear(command, bar, turn, [1, 2, 3], &retail(command.name[1], bar, data)?),
    }
}

/// Whether a command begins a bar code that is drawn.
pub(super) const fn is_known(name: [u8; 2]) -> bool {
    matches!(name, [b'B', b'C' | b'E' | b'8' | b'U' | b'9' | b'2' | b'3' | b'A' | b'X' | b'Q'])
}

/// `places` are those of height, caption and caption above among the parameters.
fn linear(
    command: &Command<'_>,
    bar: Bar,
    turn: Turn,
    places: [usize; 3],
    bars: &Bars,
) -> Result<Piece, Cow<'static, str>> {
    let height = command.number(places[0]).filter(|height| *height > 0).unwrap_or(bar.height);
    let caption = match (command.letter(places[1]), command.letter(places[2])) {
        (Some(b'N'), _) => Caption::None,
        (_, Some(b'Y')) => Caption::Above,
        _ => Caption::Below,
    };
    let width = u32::try_from(bars.dots.len()).unwrap_or(u32::MAX);
    let letters = Font::new(b'0', Some((bar.module * 10).clamp(18, 100)), None);
    let words = match caption {
        Caption::None => None,
        Caption::Below | Caption::Above => field::draw(&bars.caption, letters, None, Turn::None),
    };
    let room = if words.is_some() { letters.height + letters.height / 2 } else { 0 };
    let words_width = words.as_ref().map_or(0, |words| words.piece.picture.width());
    let (across, down) = (width.max(words_width), height.saturating_add(room));
    if u64::from(across) * u64::from(down) > ELEMENT_DOTS_MAX {
        return Err("a bar code is larger than any label".into());
    }
    let mut picture = Bitmap::new(across, down);
    let top = if caption == Caption::Above { room } else { 0 };
    let left = (across - width) / 2;
    let mut x = left;
    for run in bars.dots.chunk_by(|left, right| left == right) {
        let wide = u32::try_from(run.len()).unwrap_or(0);
        if run[0] {
            picture.blacken_rectangle(x, top, wide, height);
        }
        x += wide;
    }
    if let Some(words) = words {
        let words = words.piece;
        let y = if caption == Caption::Above { 0 } else { height + letters.height / 4 };
        let x = i64::from((across - words_width) / 2);
        let y = i64::from(y) - i64::from(words.cell.y);
        picture.paint(x, y, &words.picture, crate::labels::bitmap::Ink::Black);
    }
    let cell = Cell { x: left, y: 0, width, height: down };
    Ok(Piece { picture, cell, baseline: top + height, turn })
}

fn by_module(modules: &[bool], bar: Bar) -> Vec<bool> {
    modules.iter().flat_map(|module| std::iter::repeat_n(*module, bar.module as usize)).collect()
}

fn by_ratio(stripes: &[Stripe], bar: Bar) -> Vec<bool> {
    linear::widen(stripes, bar.module, bar.wide())
}

fn printable(data: &[u8]) -> String {
    data.iter().filter(|byte| (b' '..=b'~').contains(byte)).copied().map(char::from).collect()
}

fn digits_of(data: &[u8]) -> String {
    data.iter().filter(|byte| byte.is_ascii_digit()).copied().map(char::from).collect()
}

fn code128(command: &Command<'_>, bar: Bar, data: &[u8]) -> Result<Bars, Cow<'static, str>> {
    let no_ascii = "Code 128 holds ASCII only";
    let encode = |signs: &[Sign]| Code128::encode(signs).ok_or(Cow::Borrowed(no_ascii));
    let ascii = |bytes: &[u8]| bytes.iter().copied().map(Sign::Ascii).collect::<Vec<_>>();
    let (code, caption) = match command.letter(5) {
        Some(b'A') => (encode(&ascii(data))?, printable(data)),
        Some(b'D') => {
            let signs = bracketed(data);
            (encode(&signs)?, printable(data))
        }
        Some(b'U') => {
            let digits = digits_of(data);
            let body = digits.get(..17).ok_or("mode U of ^BC takes 17 digits or more")?;
            let check = check_digit(body).map_err(|_| "mode U of ^BC takes digits")?;
            let text = format!("00{body}{check}");
            let signs = code128::gs1_signs(&text).ok_or(no_ascii)?;
            (encode(&signs)?, text)
        }
        _ => invoked(data)?,
    };
    Ok(Bars { dots: by_module(&code.modules(), bar), caption })
}

/// Mode N: `>` and a sign choose subsets and say what cannot be typed.
fn invoked(data: &[u8]) -> Result<(Code128, String), Cow<'static, str>> {
    const SWITCH: [(u8, u8); 3] = [(b'5', 99), (b'6', 100), (b'7', 101)];
    let (start, mut rest) = match data {
        [b'>', b'9', rest @ ..] => (103, rest),
        [b'>', b';', rest @ ..] => (105, rest),
        [b'>', b':', rest @ ..] | rest => (104, rest),
    };
    let mut subset = start;
    let (mut symbols, mut caption) = (vec![start], String::new());
    loop {
        let (symbol, after) = match rest {
            [] => break,
            [b'>', b'8', after @ ..] => (102, after),
            [b'>', sign @ (b'5' | b'6' | b'7'), after @ ..] => {
                let found = SWITCH.iter().find(|(name, _)| name == sign);
                let symbol = found.map_or(100, |(_, symbol)| *symbol);
                subset = match symbol {
                    99 => 105,
                    100 => 104,
                    _ => 103,
                };
                (symbol, after)
            }
            [tens, ones, after @ ..]
                if subset == 105 && tens.is_ascii_digit() && ones.is_ascii_digit() =>
            {
                caption.extend([char::from(*tens), char::from(*ones)]);
                ((tens - b'0') * 10 + ones - b'0', after)
            }
            [_, after @ ..] if subset == 105 => (255, after),
            _ => {
                let (byte, after) = plain(rest);
                if (b' '..=b'~').contains(&byte) {
                    caption.push(char::from(byte));
                }
                let symbol = match (subset, byte) {
                    (103, 0..=31) => byte + 64,
                    (103, 32..=95) | (104, 32..=127) => byte - 32,
                    _ => return Err("a character is not in its subset of Code 128".into()),
                };
                (symbol, after)
            }
        };
        rest = after;
        // Subset C holds pairs of digits; printers leave out what is none.
        if symbol != 255 {
            symbols.push(symbol);
        }
    }
    Ok((Code128::of_symbols(symbols), caption))
}

/// The byte at the front of mode N's data, spelled out or not.
fn plain(data: &[u8]) -> (u8, &[u8]) {
    match data {
        [b'>', b'0', after @ ..] => (b'>', after),
        [b'>', b'<', after @ ..] => (b'^', after),
        [b'>', b'=', after @ ..] => (b'~', after),
        [b'>', b'1', after @ ..] => (127, after),
        [byte, after @ ..] => (*byte, after),
        [] => (b' ', data),
    }
}

/// Mode D: AIs in brackets; FNC1 first, and behind every value whose length its AI does not say.
fn bracketed(data: &[u8]) -> Vec<Sign> {
    let mut signs = vec![Sign::Fnc1];
    let mut parts = data.split(|byte| *byte == b'(').peekable();
    signs.extend(parts.next().unwrap_or_default().iter().copied().map(Sign::Ascii));
    while let Some(part) = parts.next() {
        let bytes: Vec<u8> = part.iter().copied().filter(|byte| *byte != b')').collect();
        let is_fixed = matches!(
            bytes.as_slice(),
            [b'0', b'0'..=b'4', ..]
                | [b'1', b'1'..=b'9', ..]
                | [b'2', b'0', ..]
                | [b'3', b'1'..=b'6', ..]
                | [b'4', b'1', ..]
        );
        signs.extend(bytes.into_iter().map(Sign::Ascii));
        if !is_fixed && parts.peek().is_some() {
            signs.push(Sign::Fnc1);
        }
    }
    signs
}

/// EAN and UPC: so many digits as printers take, filled with zeros or cut as they do.
fn retail(name: u8, bar: Bar, data: &[u8]) -> Result<Bars, Cow<'static, str>> {
    let count = match name {
        b'E' => 12,
        b'8' => 7,
        b'U' => 11,
        _ => 10,
    };
    let mut digits = digits_of(data);
    digits.truncate(count);
    let digits = format!("{digits:0>count$}");
    let check = |digits: &str| check_digit(digits).map_err(|_| Cow::Borrowed("no digits"));
    let refused = "no EAN or UPC can be made of the data";
    let (modules, caption) = match name {
        b'E' => (linear::ean13(&digits), format!("{digits}{}", check(&digits)?)),
        b'8' => (linear::ean8(&digits), format!("{digits}{}", check(&digits)?)),
        b'U' => (linear::ean13(&format!("0{digits}")), format!("{digits}{}", check(&digits)?)),
        _ => {
            let short = upc_e_digits(digits.as_bytes()).ok_or("the number has no UPC-E form")?;
            let check = check(&format!("0{digits}"))?;
            let last = u8::try_from(check).map_or(0, |check| check.wrapping_sub(b'0'));
            let text: String = short.iter().map(|digit| char::from(digit + b'0')).collect();
            (linear::upc_e(0, short, last), format!("0{text}{check}"))
        }
    };
    let modules = modules.ok_or(refused)?;
    Ok(Bars { dots: by_module(&modules, bar), caption })
}

/// The six digits of UPC-E for the five of maker and five of article of UPC-A.
fn upc_e_digits(digits: &[u8]) -> Option<[u8; 6]> {
    let number: Vec<u8> = digits.iter().map(|byte| byte - b'0').collect();
    let [m1, m2, m3, m4, m5, p1, p2, p3, p4, p5] = *number else { return None };
    match (m3, m4, m5, p1, p2, p3, p4) {
        (0..=2, 0, 0, 0, 0, _, _) => Some([m1, m2, p3, p4, p5, m3]),
        (_, 0, 0, 0, 0, 0, _) => Some([m1, m2, m3, p4, p5, 3]),
        (_, _, 0, 0, 0, 0, 0) => Some([m1, m2, m3, m4, p5, 4]),
        (_, _, _, 0, 0, 0, 0) if p5 >= 5 => Some([m1, m2, m3, m4, m5, p5]),
        _ => None,
    }
}

fn itf(command: &Command<'_>, bar: Bar, data: &[u8]) -> Result<Bars, Cow<'static, str>> {
    let mut digits = digits_of(data);
    if command.letter(4) == Some(b'Y')
        && let Ok(check) = check_digit(&digits)
    {
        digits.push(check);
    }
    if !digits.len().is_multiple_of(2) {
        digits.insert(0, '0');
    }
    let stripes = linear::itf(&digits).ok_or("ITF holds digits only")?;
    Ok(Bars { dots: by_ratio(&stripes, bar), caption: digits })
}

fn code39(command: &Command<'_>, bar: Bar, data: &[u8]) -> Result<Bars, Cow<'static, str>> {
    let text = printable(data).to_ascii_uppercase();
    let with_check = command.letter(1) == Some(b'Y');
    let stripes = linear::code39(&text, with_check)
        .ok_or("Code 39 holds capitals, digits and seven signs only")?;
    Ok(Bars { dots: by_ratio(&stripes, bar), caption: format!("*{text}*") })
}

fn code93(bar: Bar, data: &[u8]) -> Result<Bars, Cow<'static, str>> {
    let text = printable(data).to_ascii_uppercase();
    let modules =
        linear::code93(&text).ok_or("Code 93 is drawn of capitals, digits and seven signs only")?;
    Ok(Bars { dots: by_module(&modules, bar), caption: text })
}

fn picture(matrix: &Matrix, module: u32, turn: Turn) -> Result<Piece, Cow<'static, str>> {
    let dots = u64::from(matrix.width * module) * u64::from(matrix.height * module);
    if dots > ELEMENT_DOTS_MAX {
        return Err("a code is larger than any label".into());
    }
    Ok(Piece::whole(matrix.picture(module, 0), turn))
}

fn data_matrix(
    command: &Command<'_>,
    bar: Bar,
    turn: Turn,
    data: &[u8],
) -> Result<Piece, Cow<'static, str>> {
    if command.number(2).is_some_and(|quality| quality != 200) {
        return Err("Data Matrix is drawn with quality 200 only".into());
    }
    let module = command.number(1).filter(|module| *module > 0).unwrap_or(bar.height).min(200);
    let escape = command.parameter(6).map_or(b'~', |escape| escape[0]);
    let (lead, data) = unescaped(data, escape);
    let side = |index: usize| command.number(index).unwrap_or(0) as usize;
    let shape = match (side(3), side(4), command.letter(7)) {
        (0, 0, Some(b'2')) => Shape::Rectangle,
        (0, 0, _) => Shape::Square,
        (columns, rows, _) => Shape::Exact { columns, rows },
    };
    let matrix = matrix::data_matrix(&data, lead, shape)
        .or_else(|| matrix::data_matrix(&data, lead, Shape::Square))
        .ok_or("the data is more than a Data Matrix holds")?;
    picture(&matrix, module, turn)
}

/// Data of `^BX`: the escape sign and `1` are FNC1, with `d` and three digits a byte, twice itself.
fn unescaped(data: &[u8], escape: u8) -> (Lead, Vec<u8>) {
    let mut bytes = Vec::with_capacity(data.len());
    let (mut lead, mut rest) = (Lead::Plain, data);
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != escape {
            bytes.push(*first);
            continue;
        }
        match after {
            [b'1', after @ ..] => {
                if bytes.is_empty() && lead == Lead::Plain {
                    lead = Lead::Gs1;
                } else {
                    bytes.push(0x1D);
                }
                rest = after;
            }
            [b'd' | b'D', number @ ..] if number.len() >= 3 => {
                let text = std::str::from_utf8(&number[..3]).unwrap_or_default();
                if let Ok(byte) = text.parse() {
                    bytes.push(byte);
                    rest = &number[3..];
                }
            }
            [next, after @ ..] if *next == escape => {
                bytes.push(escape);
                rest = after;
            }
            _ => bytes.push(escape),
        }
    }
    (lead, bytes)
}

/// Real heads draw a QR code ten dots lower than they are told.
const DROP: u32 = 10;

/// Data of `^BQ`: level of correction, mode, a comma, and in manual mode a letter for the kind.
fn qr(command: &Command<'_>, turn: Turn, data: &[u8]) -> Result<Piece, Cow<'static, str>> {
    let module = command.number(2).unwrap_or(2).clamp(1, 100);
    let (head, text) = match data {
        [level, mode, b',', text @ ..] => ((*level, *mode), text),
        _ => return Err("the data of ^BQ begins with level, mode and a comma".into()),
    };
    let correction = match head.0 {
        b'L' => Correction::Low,
        b'Q' => Correction::Quartile,
        b'H' => Correction::High,
        _ => Correction::Medium,
    };
    let text = match (head.1, text) {
        (b'M', [b'B', _, _, _, _, text @ ..] | [b'N' | b'A' | b'K', text @ ..]) => text,
        _ => text,
    };
    let matrix = matrix::qr(text, correction).ok_or("the data is more than a QR code holds")?;
    let mut piece = picture(&matrix, module, turn)?;
    let mut lower = Bitmap::new(piece.picture.width(), piece.picture.height() + DROP);
    lower.paint(0, i64::from(DROP), &piece.picture, crate::labels::bitmap::Ink::Black);
    piece.baseline = lower.height();
    piece.picture = lower;
    Ok(piece)
}
