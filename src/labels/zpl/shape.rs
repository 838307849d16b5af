//! Boxes, circles, ellipses and diagonals as dots.

use crate::labels::bitmap::{Bitmap, Ink};

/// `^GB`: a frame, or a filled box if it has no inside; `rounding` of 0–8 eighths of the shorter
/// side's half.
pub(super) fn frame(width: u32, height: u32, thickness: u32, rounding: u32) -> Bitmap {
    let mut picture = Bitmap::new(width, height);
    let radius = width.min(height) * rounding.min(8) / 16;
    fill_rounded(&mut picture, 0, radius, Ink::Black);
    if width > 2 * thickness && height > 2 * thickness {
        fill_rounded(&mut picture, thickness, radius.saturating_sub(thickness), Ink::White);
    }
    picture
}

/// A rectangle with round corners, `inset` dots inside the picture's edges.
fn fill_rounded(picture: &mut Bitmap, inset: u32, radius: u32, ink: Ink) {
    let (width, height) = (picture.width() - 2 * inset, picture.height() - 2 * inset);
    for row in 0..height {
        let from_edge = row.min(height - 1 - row);
        let indent = corner_indent(radius, from_edge);
        let x = i64::from(inset + indent);
        let across = i64::from(width.saturating_sub(2 * indent));
        picture.fill(x, i64::from(inset + row), across, 1, ink);
    }
}

/// How far a quarter of a circle stands back in a row.
fn corner_indent(radius: u32, row: u32) -> u32 {
    if row >= radius {
        return 0;
    }
    let (radius, up) = (u64::from(radius), u64::from(radius - row));
    let across = (radius * radius).saturating_sub(up * up).isqrt();
    u32::try_from(radius - across).unwrap_or(0)
}

/// `^GE`, and `^GC` with equal sides: a ring, or a filled one if it has no inside.
pub(super) fn ellipse(width: u32, height: u32, thickness: u32) -> Bitmap {
    let mut picture = Bitmap::new(width, height);
    fill_ellipse(&mut picture, 0, Ink::Black);
    if width > 2 * thickness && height > 2 * thickness {
        fill_ellipse(&mut picture, thickness, Ink::White);
    }
    picture
}

fn fill_ellipse(picture: &mut Bitmap, inset: u32, ink: Ink) {
    let width = u64::from(picture.width() - 2 * inset);
    let height = u64::from(picture.height() - 2 * inset);
    for row in 0..height {
        // Twice the distance from the middle, so that everything is a whole number.
        let from_middle = (2 * row + 1).abs_diff(height);
        let square = (height * height).saturating_sub(from_middle * from_middle);
        let across = (width * width * square / (height * height)).isqrt();
        let left = i64::try_from((width - across.min(width)) / 2).unwrap_or(0);
        let across = i64::try_from(across).unwrap_or(0);
        let y = i64::try_from(row).unwrap_or(0) + i64::from(inset);
        picture.fill(left + i64::from(inset), y, across, 1, ink);
    }
}

/// Which way a diagonal leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lean {
    /// From below left to above right.
    Right,
    Left,
}

/// `^GD`: a line from corner to corner, `thickness` dots across.
pub(super) fn diagonal(width: u32, height: u32, thickness: u32, lean: Lean) -> Bitmap {
    let mut picture = Bitmap::new(width + thickness, height);
    for row in 0..height {
        let down = u64::from(row) * u64::from(width) / u64::from(height.max(1));
        let down = u32::try_from(down).unwrap_or(0);
        let x = match lean {
            Lean::Left => down,
            Lean::Right => width - down.min(width),
        };
        picture.fill(i64::from(x), i64::from(row), i64::from(thickness), 1, Ink::Black);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink(picture: &Bitmap) -> u32 {
        picture.bytes().iter().map(|byte| byte.count_ones()).sum()
    }

    #[test]
    fn a_frame_has_an_inside_and_a_line_has_none() {
        assert_eq!(ink(&frame(20, 10, 2, 0)), 20 * 10 - 16 * 6);
        assert_eq!(ink(&frame(20, 3, 3, 0)), 60);
        assert!(ink(&frame(20, 20, 20, 8)) < 330, "a disc");
        assert!(!frame(40, 40, 2, 8).is_black(0, 0));
    }

    #[test]
    fn rings_are_round_and_diagonals_lean() {
        let disc = ellipse(100, 100, 100);
        assert!(ink(&disc).abs_diff(7_854) < 120, "{}", ink(&disc));
        assert!(!ellipse(100, 60, 5).is_black(50, 30));
        let left = diagonal(50, 50, 4, Lean::Left);
        assert!(left.is_black(1, 1) && !left.is_black(40, 1));
        assert!(diagonal(50, 50, 4, Lean::Right).is_black(49, 1));
    }
}
