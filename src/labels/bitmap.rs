//! A picture of one bit per dot, and how ZPL sends it.

/// Black and white dots, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bitmap {
    width: u32,
    height: u32,
    black: Vec<bool>,
}

impl Bitmap {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, black: vec![false; width as usize * height as usize] }
    }

    pub(super) const fn width(&self) -> u32 {
        self.width
    }

    pub(super) const fn height(&self) -> u32 {
        self.height
    }

    pub(super) fn is_black(&self, x: u32, y: u32) -> bool {
        x < self.width && y < self.height && self.black[self.index(x, y)]
    }

    /// Makes a dot black; a dot outside the picture is left out.
    pub(super) fn blacken(&mut self, x: u32, y: u32) {
        if x < self.width && y < self.height {
            let index = self.index(x, y);
            self.black[index] = true;
        }
    }

    pub(super) fn blacken_rectangle(&mut self, x: u32, y: u32, width: u32, height: u32) {
        for row in y..y.saturating_add(height).min(self.height) {
            for column in x..x.saturating_add(width).min(self.width) {
                self.blacken(column, row);
            }
        }
    }

    const fn index(&self, x: u32, y: u32) -> usize {
        y as usize * self.width as usize + x as usize
    }

    /// Bytes of one row, padded to whole bytes.
    pub(super) const fn row_bytes(&self) -> u32 {
        self.width.div_ceil(8)
    }

    /// The data of `^GFA`, with the compression that ZPL defines for hexadecimal graphics: `,` and
    /// `!` fill a row with white or black, `:` repeats the row above, `G`–`Y` and `g`–`z` repeat
    /// the next digit.
    pub(super) fn to_graphic_field(&self) -> String {
        let mut data = String::new();
        let mut above: Option<Vec<u8>> = None;
        for y in 0..self.height {
            let row = self.row_digits(y);
            if above.as_ref() == Some(&row) {
                data.push(':');
            } else {
                compress_row(&row, &mut data);
            }
            above = Some(row);
        }
        data
    }

    /// One row as hexadecimal digits.
    fn row_digits(&self, y: u32) -> Vec<u8> {
        let digit = |first: u32| {
            (0..4).fold(0_u8, |bits, bit| bits << 1 | u8::from(self.is_black(first + bit, y)))
        };
        (0..self.row_bytes() * 2).map(|nibble| digit(nibble * 4)).collect()
    }
}

fn compress_row(row: &[u8], data: &mut String) {
    let last = row.last().copied().unwrap_or(0);
    let tail = match last {
        0x0 => Some(','),
        0xF => Some('!'),
        _ => None,
    };
    let kept = match tail {
        Some(_) => row.iter().rposition(|digit| *digit != last).map_or(0, |index| index + 1),
        None => row.len(),
    };
    for run in row[..kept].chunk_by(|left, right| left == right) {
        push_count(run.len(), data);
        let digit = char::from_digit(u32::from(run[0]), 16).expect("a nibble is one digit");
        data.push(digit.to_ascii_uppercase());
    }
    data.extend(tail);
}

/// Writes how often the next digit stands there: `z` 400, `g` 20 … `y` 380, `G` 1 … `Y` 19, added
/// up. A single digit stands for itself.
fn push_count(count: usize, data: &mut String) {
    if count < 2 {
        return;
    }
    let letter = |first: u8, number: usize| {
        char::from(first + u8::try_from(number - 1).expect("at most 20 letters are counted"))
    };
    data.extend(std::iter::repeat_n('z', count / 400));
    let rest = count % 400;
    if rest >= 20 {
        data.push(letter(b'g', rest / 20));
    }
    if !rest.is_multiple_of(20) {
        data.push(letter(b'G', rest % 20));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads the data of `^GFA` as a printer does.
    pub(in crate::labels) fn decode(data: &str, row_bytes: usize) -> Vec<Vec<u8>> {
        let digits = row_bytes * 2;
        let (mut rows, mut row, mut count) = (Vec::<Vec<u8>>::new(), Vec::new(), 0);
        for character in data.chars() {
            match character {
                'G'..='Y' => count += character as usize - 'G' as usize + 1,
                'g'..='z' => count += (character as usize - 'g' as usize + 1) * 20,
                ',' => row.resize(digits, 0),
                '!' => row.resize(digits, 0xF),
                ':' => row.clone_from(rows.last().unwrap()),
                _ => {
                    let digit = u8::try_from(character.to_digit(16).unwrap()).unwrap();
                    row.extend(std::iter::repeat_n(digit, count.max(1)));
                    count = 0;
                }
            }
            assert!(row.len() <= digits, "a run ends within its row");
            if row.len() == digits {
                rows.push(std::mem::take(&mut row));
            }
        }
        assert!(row.is_empty());
        rows
    }

    #[test]
    fn rows_are_compressed_as_zpl_defines() {
        let mut bitmap = Bitmap::new(16, 4);
        bitmap.blacken_rectangle(0, 0, 16, 2);
        bitmap.blacken(15, 3);
        assert_eq!(bitmap.to_graphic_field(), "!:,I01");
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
            let rows = decode(&bitmap.to_graphic_field(), bitmap.row_bytes() as usize);
            let expected: Vec<_> = (0..6).map(|y| bitmap.row_digits(y)).collect();
            prop_assert_eq!(rows, expected);
        }
    }
}
