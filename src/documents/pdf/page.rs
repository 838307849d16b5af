//! A page as what is drawn on it, in micrometres from the upper left corner.

use super::font::{self, Glyph};
use super::template::{Along, Face};

/// One thing on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    Text {
        x: i64,
        baseline: i64,
        em: i64,
        glyphs: Vec<Glyph>,
        is_strong: bool,
    },
    /// A line of that thickness.
    Line {
        from: (i64, i64),
        to: (i64, i64),
        thickness: i64,
        style: Style,
    },
    Frame {
        x: i64,
        y: i64,
        width: i64,
        height: i64,
        thickness: i64,
        style: Style,
    },
    /// Black areas: left, top, width and height.
    Black(Vec<(i64, i64, i64, i64)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Solid,
    Dashed,
    /// Behind writing.
    Pale,
}

impl Style {
    pub(super) const fn of(is_dashed: bool) -> Self {
        if is_dashed { Self::Dashed } else { Self::Solid }
    }
}

/// A page being drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) ops: Vec<Op>,
}

impl Page {
    /// A line of text between `left` and `left + width`.
    pub(super) fn text(
        &mut self,
        (left, baseline): (i64, i64),
        width: i64,
        along: Along,
        (face, em): (Face, i64),
        glyphs: Vec<Glyph>,
    ) {
        if glyphs.is_empty() {
            return;
        }
        let over = width - font::width(&glyphs, em);
        let x = match along {
            Along::Left => left,
            Along::Centre => left + over / 2,
            Along::Right => left + over,
        };
        self.ops.push(Op::Text { x, baseline, em, glyphs, is_strong: face == Face::SansStrong });
    }

    pub(super) fn frame(&mut self, at: (i64, i64, i64, i64), thickness: i64, style: Style) {
        let (x, y, width, height) = at;
        self.ops.push(Op::Frame { x, y, width, height, thickness, style });
    }

    pub(super) fn line(&mut self, from: (i64, i64), to: (i64, i64), thickness: i64, style: Style) {
        self.ops.push(Op::Line { from, to, thickness, style });
    }

    /// Slanting lines inside an area.
    pub(super) fn hatch(&mut self, (x, y, width, height): (i64, i64, i64, i64)) {
        const DISTANCE: i64 = 2_000;
        let mut offset = DISTANCE;
        while offset < width + height {
            let from = (x + (offset - height).max(0), y + offset.min(height));
            let to = (x + offset.min(width), y + (offset - width).max(0));
            self.line(from, to, 100, Style::Pale);
            offset += DISTANCE;
        }
    }
}
