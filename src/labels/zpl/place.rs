//! Where a drawn element goes, turned as it is asked to be.

use crate::labels::bitmap::{Bitmap, Turn};

/// What the place of a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// `^FO`: the corner.
    Corner,
    /// `^FO` with justification right: the corner on the other side.
    FarCorner,
    /// `^FT`: where the baseline begins.
    Baseline,
}

/// Something to put on a label, before it is turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) picture: Bitmap,
    /// The part of the picture that counts for its place: letters hang out of it.
    pub(super) cell: Cell,
    /// From the top of the picture.
    pub(super) baseline: u32,
    pub(super) turn: Turn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Piece {
    /// A picture that is all cell and stands on its lower edge.
    pub(super) const fn whole(picture: Bitmap, turn: Turn) -> Self {
        let (width, height) = (picture.width(), picture.height());
        Self { picture, cell: Cell { x: 0, y: 0, width, height }, baseline: height, turn }
    }

    /// The point of the turned picture that goes to the place of the field.
    pub(super) fn point(&self, anchor: Anchor) -> (i64, i64) {
        let [width, height, baseline] =
            [self.picture.width(), self.picture.height(), self.baseline].map(i64::from);
        let [left, top, across, down] =
            [self.cell.x, self.cell.y, self.cell.width, self.cell.height].map(i64::from);
        let (right, bottom) = (left + across, top + down);
        match (anchor, self.turn) {
            (Anchor::Corner, Turn::None) => (left, top),
            (Anchor::FarCorner, Turn::None) => (right, top),
            (Anchor::Baseline, Turn::None) => (left, baseline),
            (Anchor::Corner, Turn::Quarter) => (height - bottom, left),
            (Anchor::FarCorner, Turn::Quarter) => (height - top, left),
            (Anchor::Baseline, Turn::Quarter) => (height - baseline, left),
            (Anchor::Corner, Turn::Half) => (width - right, height - bottom),
            (Anchor::FarCorner, Turn::Half) => (width - left, height - bottom),
            (Anchor::Baseline, Turn::Half) => (width - left, height - baseline),
            (Anchor::Corner, Turn::ThreeQuarters) => (top, width - right),
            (Anchor::FarCorner, Turn::ThreeQuarters) => (bottom, width - right),
            (Anchor::Baseline, Turn::ThreeQuarters) => (baseline, width - left),
        }
    }
}
