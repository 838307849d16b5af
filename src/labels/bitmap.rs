//! A picture of one bit per dot: painting, turning, and PNG.
//!
//! **Invariant:** bits behind the last dot of a row are white.

use super::LabelError;

/// Black and white dots, row by row, eight to a byte, the leftmost in the highest bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    row_bytes: usize,
    bits: Vec<u8>,
}

/// What painting does to the dots that are black in what is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    White,
    /// Black becomes white and white black.
    Invert,
}

/// Clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Ink {
    const fn apply(self, byte: &mut u8, mask: u8) {
        match self {
            Self::Black => *byte |= mask,
            Self::White => *byte &= !mask,
            Self::Invert => *byte ^= mask,
        }
    }
}

impl Bitmap {
    pub(super) fn new(width: u32, height: u32) -> Self {
        let row_bytes = width.div_ceil(8) as usize;
        Self { width, height, row_bytes, bits: vec![0; row_bytes * height as usize] }
    }

    /// A picture of whole rows of bytes, as `^GF` has them. A last row that is cut is white.
    pub(super) fn from_rows(row_bytes: u32, mut rows: Vec<u8>) -> Self {
        let bytes = row_bytes.max(1) as usize;
        let height = u32::try_from(rows.len().div_ceil(bytes)).unwrap_or(0);
        rows.resize(bytes * height as usize, 0);
        Self { width: row_bytes * 8, height, row_bytes: row_bytes as usize, bits: rows }
    }

    pub const fn width(&self) -> u32 {
        self.width
    }

    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Bytes of one row, padded to whole bytes.
    pub(super) fn row_bytes(&self) -> u32 {
        self.width.div_ceil(8)
    }

    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.bits.chunks_exact(self.row_bytes.max(1))
    }

    /// All bytes, row by row.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bits
    }

    pub fn is_black(&self, x: u32, y: u32) -> bool {
        x < self.width
            && y < self.height
            && self.bits[y as usize * self.row_bytes + x as usize / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Makes a dot black; a dot outside the picture is left out.
    pub(super) fn blacken(&mut self, x: u32, y: u32) {
        if x < self.width && y < self.height {
            self.bits[y as usize * self.row_bytes + x as usize / 8] |= 0x80 >> (x % 8);
        }
    }

    pub(super) fn blacken_rectangle(&mut self, x: u32, y: u32, width: u32, height: u32) {
        self.fill(i64::from(x), i64::from(y), i64::from(width), i64::from(height), Ink::Black);
    }

    /// Fills a rectangle; what lies outside the picture is left out.
    pub(super) fn fill(&mut self, x: i64, y: i64, width: i64, height: i64, ink: Ink) {
        let clip = |value: i64, most: u32| {
            usize::try_from(value.clamp(0, i64::from(most))).expect("it lies between two u32")
        };
        let (left, right) = (clip(x, self.width), clip(x.saturating_add(width), self.width));
        let (top, bottom) = (clip(y, self.height), clip(y.saturating_add(height), self.height));
        if left >= right {
            return;
        }
        let (first, last) = (left / 8, (right - 1) / 8);
        let (head, tail) = (0xFF_u8 >> (left % 8), 0xFF_u8 << (7 - (right - 1) % 8));
        for row in self.bits.chunks_exact_mut(self.row_bytes).take(bottom).skip(top) {
            if first == last {
                ink.apply(&mut row[first], head & tail);
                continue;
            }
            ink.apply(&mut row[first], head);
            row[first + 1..last].iter_mut().for_each(|byte| ink.apply(byte, 0xFF));
            ink.apply(&mut row[last], tail);
        }
    }

    /// Paints the black dots of another picture with its corner at `x`, `y`; what lies outside is
    /// left out.
    pub(super) fn paint(&mut self, x: i64, y: i64, from: &Self, ink: Ink) {
        let shift = u32::try_from(x.rem_euclid(8)).expect("a remainder of eight is small");
        let byte_at = x.div_euclid(8);
        let padding = 0xFF_u8 << (7 - (self.width.wrapping_sub(1)) % 8);
        let above = usize::try_from(y.min(0).unsigned_abs()).unwrap_or(usize::MAX);
        let first = usize::try_from(y.max(0)).unwrap_or(usize::MAX);
        if self.width == 0 {
            return;
        }
        let targets = self.bits.chunks_exact_mut(self.row_bytes).skip(first);
        for (target, source) in targets.zip(from.rows().skip(above)) {
            paint_row(target, byte_at, shift, source, ink);
            if let Some(last) = target.last_mut() {
                *last &= padding;
            }
        }
    }

    /// The picture turned clockwise.
    pub(super) fn turned(&self, turn: Turn) -> Self {
        let (width, height) = (self.width, self.height);
        let mut turned = match turn {
            Turn::None => return self.clone(),
            Turn::Half => Self::new(width, height),
            Turn::Quarter | Turn::ThreeQuarters => Self::new(height, width),
        };
        for (y, row) in self.rows().enumerate() {
            let y = u32::try_from(y).expect("rows are counted in u32");
            for (index, byte) in row.iter().enumerate().filter(|(_, byte)| **byte != 0) {
                let first = u32::try_from(index * 8).expect("columns are counted in u32");
                for x in (first..first + 8).filter(|x| byte & (0x80 >> (x % 8)) != 0) {
                    match turn {
                        Turn::None => {}
                        Turn::Quarter => turned.blacken(height - 1 - y, x),
                        Turn::Half => turned.blacken(width - 1 - x, height - 1 - y),
                        Turn::ThreeQuarters => turned.blacken(y, width - 1 - x),
                    }
                }
            }
        }
        turned
    }

    /// Left and right exchanged.
    pub(super) fn mirrored(&self) -> Self {
        let mut mirrored = Self::new(self.width, self.height);
        for y in 0..self.height {
            for x in (0..self.width).filter(|x| self.is_black(*x, y)) {
                mirrored.blacken(self.width - 1 - x, y);
            }
        }
        mirrored
    }

    /// Every dot as a square of `across` by `down` dots.
    pub(super) fn magnified(&self, across: u32, down: u32) -> Self {
        let mut large = Self::new(self.width * across, self.height * down);
        for y in 0..self.height {
            for x in (0..self.width).filter(|x| self.is_black(*x, y)) {
                large.blacken_rectangle(x * across, y * down, across, down);
            }
        }
        large
    }

    /// Without the white rows above and below, and how many those above were.
    pub(super) fn trimmed(mut self) -> (u32, Self) {
        let has_ink = |row: &[u8]| row.iter().any(|byte| *byte != 0);
        let Some(first) = self.rows().position(has_ink) else {
            return (0, Self::new(self.width, 1));
        };
        let last = self.height as usize - self.rows().rev().position(has_ink).unwrap_or(0);
        self.bits.truncate(last * self.row_bytes);
        self.bits.drain(..first * self.row_bytes);
        let rows = |count| u32::try_from(count).expect("rows are counted in u32");
        self.height = rows(last - first);
        (rows(first), self)
    }

    /// The picture as PNG of one bit per dot, black on white.
    pub fn png(&self) -> Result<Vec<u8>, LabelError> {
        let mut file = Vec::with_capacity(self.bits.len() / 8 + 256);
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_compression(png::Compression::Fast);
        let white: Vec<u8> = self.bits.iter().map(|byte| !byte).collect();
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&white)?;
            writer.finish()
        });
        match written {
            Ok(()) => Ok(file),
            Err(error) => Err(LabelError::Picture { why: error.to_string() }),
        }
    }
}

fn paint_row(target: &mut [u8], byte_at: i64, shift: u32, source: &[u8], ink: Ink) {
    let inside = usize::try_from(byte_at).ok().and_then(|at| target.get_mut(at..));
    if let (Ink::Black, Some(inside)) = (ink, inside)
        && inside.len() > source.len()
    {
        for (index, byte) in source.iter().enumerate() {
            let [left, right] = (u16::from(*byte) << (8 - shift)).to_be_bytes();
            inside[index] |= left;
            inside[index + 1] |= right;
        }
        return;
    }
    for (index, byte) in source.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        let at = byte_at.saturating_add(i64::try_from(index).unwrap_or(i64::MAX));
        let halves = (u16::from(*byte) << (8 - shift)).to_be_bytes();
        for (place, mask) in [at, at.saturating_add(1)].into_iter().zip(halves) {
            let byte = usize::try_from(place).ok().and_then(|place| target.get_mut(place));
            if let Some(byte) = byte {
                ink.apply(byte, mask);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spotted(width: u32, spots: &[(u32, u32)]) -> Bitmap {
        let mut bitmap = Bitmap::new(width, 9);
        for (x, y) in spots {
            bitmap.blacken(x % width, y % 9);
        }
        bitmap
    }

    #[test]
    fn white_rows_are_trimmed() {
        let mut bitmap = Bitmap::new(10, 9);
        bitmap.blacken_rectangle(2, 3, 4, 2);
        let (first, trimmed) = bitmap.trimmed();
        assert_eq!((first, trimmed.height()), (3, 2));
        assert_eq!(Bitmap::new(10, 9).trimmed().1.height(), 1);
    }

    #[test]
    fn a_png_is_one_bit_deep() {
        let mut bitmap = Bitmap::new(10, 3);
        bitmap.blacken(9, 2);
        let read = image::load_from_memory(&bitmap.png().unwrap()).unwrap().into_luma8();
        assert_eq!(read.dimensions(), (10, 3));
        assert_eq!((read.get_pixel(9, 2).0, read.get_pixel(8, 2).0), ([0], [255]));
    }

    proptest! {
        #[test]
        fn four_quarters_are_a_whole_turn(
            width in 1_u32..40,
            spots in proptest::collection::vec((any::<u32>(), any::<u32>()), 0..20),
        ) {
            let bitmap = spotted(width, &spots);
            let half = bitmap.turned(Turn::Quarter).turned(Turn::Quarter);
            prop_assert_eq!(&half, &bitmap.turned(Turn::Half));
            prop_assert_eq!(half.turned(Turn::ThreeQuarters).turned(Turn::ThreeQuarters), bitmap.clone());
            prop_assert_eq!(bitmap.mirrored().mirrored(), bitmap);
        }

        #[test]
        fn painting_is_painting_dot_by_dot(
            width in 1_u32..40,
            x in -50_i64..50,
            y in -12_i64..12,
            spots in proptest::collection::vec((any::<u32>(), any::<u32>()), 0..30),
        ) {
            let from = spotted(width, &spots);
            let mut painted = Bitmap::new(37, 10);
            painted.paint(x, y, &from, Ink::Invert);
            for (column, row) in (0..37_u32).flat_map(|x| (0..10_u32).map(move |y| (x, y))) {
                let at = |to: u32, by: i64| u32::try_from(i64::from(to) - by).unwrap_or(u32::MAX);
                let expected = from.is_black(at(column, x), at(row, y));
                prop_assert_eq!(painted.is_black(column, row), expected);
            }
            painted.paint(x, y, &from, Ink::White);
            prop_assert!(painted.bytes().iter().all(|byte| *byte == 0));
        }

        #[test]
        fn filling_is_blackening_each_dot(x in -9_i64..60, width in 0_i64..60, y in -3_i64..9) {
            let mut filled = Bitmap::new(37, 6);
            filled.fill(x, y, width, 2, Ink::Black);
            for column in 0..37_u32 {
                for row in 0..6_u32 {
                    let inside = (x..x + width).contains(&i64::from(column))
                        && (y..y + 2).contains(&i64::from(row));
                    prop_assert_eq!(filled.is_black(column, row), inside);
                }
            }
        }
    }
}
