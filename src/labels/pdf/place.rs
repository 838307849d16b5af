//! Where a page lies on the label.
//!
//! - A page much larger than the label (half as much area again) is a sheet with a label on it: it is
//!   cut down to what is printed on it and [`MARGIN_UM`] of white around, and never made larger.
//! - A page of about the label's size keeps its own size, so that its bars keep their widths, if
//!   nothing that is printed on it would be lost.
//! - Any other page is made as large as fits.
//!
//! A page that lies is turned clockwise if the label stands, and the other way round.

/// White that is left around what is cut out of a sheet: bars need it beside them.
const MARGIN_UM: u64 = 2_000;
/// How much a page may differ from the label to be printed in its own size.
const ALIKE_PERCENT: u64 = 10;

/// A size in micrometres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width_um: u64,
    pub(super) height_um: u64,
}

/// A part of a page, in micrometres from its top left corner.
#[expect(clippy::struct_field_names, reason = "the unit belongs to each name")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left_um: u64,
    pub(super) top_um: u64,
    pub(super) right_um: u64,
    pub(super) bottom_um: u64,
}

/// What to draw: the point of the page that comes to the middle of the label, the scale, and whether
/// to turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placement {
    /// Twice the distance from the page's left and top edges.
    pub(super) middle_twice_um: (u64, u64),
    pub(super) scale: Scale,
    pub(super) turn: Turn,
}

/// `to` micrometres on the label for `from` micrometres on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) to: u64,
    pub(super) from: u64,
}

/// Clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    Quarter,
}

impl Size {
    const fn area(self) -> u64 {
        self.width_um * self.height_um
    }

    const fn lies(self) -> bool {
        self.width_um > self.height_um
    }

    const fn turned(self, turn: Turn) -> Self {
        match turn {
            Turn::None => self,
            Turn::Quarter => Self { width_um: self.height_um, height_um: self.width_um },
        }
    }
}

impl Area {
    const fn size(self) -> Size {
        Size { width_um: self.right_um - self.left_um, height_um: self.bottom_um - self.top_um }
    }

    const fn middle_twice(self) -> (u64, u64) {
        (self.left_um + self.right_um, self.top_um + self.bottom_um)
    }
}

impl Scale {
    const OWN: Self = Self { to: 1, from: 1 };

    /// The largest at which `size` fits into `room`.
    const fn fitting(size: Size, room: Size) -> Self {
        let by_width = Self { to: room.width_um, from: size.width_um };
        let by_height = Self { to: room.height_um, from: size.height_um };
        if by_width.to * by_height.from < by_height.to * by_width.from {
            by_width
        } else {
            by_height
        }
    }

    const fn is_about_own(self) -> bool {
        let difference = self.to.abs_diff(self.from);
        difference * 100 <= self.from * ALIKE_PERCENT
    }

    const fn or_own_if_larger(self) -> Self {
        if self.to > self.from { Self::OWN } else { self }
    }
}

/// Places a page, of which `printed` is not white, on a label.
pub(super) fn place(page: Size, printed: Area, label: Size) -> Placement {
    let whole = Area { left_um: 0, top_um: 0, right_um: page.width_um, bottom_um: page.height_um };
    let is_sheet = page.area() * 2 > label.area() * 3;
    let shown = if is_sheet { with_margin(printed) } else { whole };
    let can_turn = label.width_um != label.height_um && page.width_um != page.height_um;
    let turn =
        if can_turn && shown.size().lies() != label.lies() { Turn::Quarter } else { Turn::None };
    let fitting = Scale::fitting(shown.size().turned(turn), label);
    let scale = if is_sheet {
        fitting.or_own_if_larger()
    } else if fitting.is_about_own() && fits_in_own_size(page, printed, label.turned(turn)) {
        Scale::OWN
    } else {
        fitting
    };
    Placement { middle_twice_um: shown.middle_twice(), scale, turn }
}

/// The area and white around it, which may reach over the page: that is white, too. A sheet's edge
/// on the left and above cannot be passed, so that side gets less.
const fn with_margin(area: Area) -> Area {
    Area {
        left_um: area.left_um.saturating_sub(MARGIN_UM),
        top_um: area.top_um.saturating_sub(MARGIN_UM),
        right_um: area.right_um + MARGIN_UM,
        bottom_um: area.bottom_um + MARGIN_UM,
    }
}

/// Whether everything printed lies on the label when both middles lie on each other.
const fn fits_in_own_size(page: Size, printed: Area, label: Size) -> bool {
    const fn fits(page: u64, from: u64, to: u64, room: u64) -> bool {
        page <= room || (2 * from + room >= page && 2 * to <= page + room)
    }
    fits(page.width_um, printed.left_um, printed.right_um, label.width_um)
        && fits(page.height_um, printed.top_um, printed.bottom_um, label.height_um)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: Size = mm(100, 150);

    const fn mm(width: u64, height: u64) -> Size {
        Size { width_um: width * 1_000, height_um: height * 1_000 }
    }

    const fn area(left: u64, top: u64, right: u64, bottom: u64) -> Area {
        Area {
            left_um: left * 1_000,
            top_um: top * 1_000,
            right_um: right * 1_000,
            bottom_um: bottom * 1_000,
        }
    }

    #[test]
    fn a_page_like_the_label_keeps_its_size_if_nothing_is_lost() {
        let a6 = |printed| place(mm(105, 148), printed, LABEL);
        let kept = a6(area(3, 3, 102, 145));
        assert_eq!((kept.scale, kept.middle_twice_um), (Scale::OWN, (105_000, 148_000)));
        let shrunk = a6(area(1, 3, 102, 145));
        assert_eq!(shrunk.scale, Scale { to: 100_000, from: 105_000 });
        let small = place(mm(75, 120), area(0, 0, 75, 120), LABEL);
        assert_eq!(small.scale, Scale { to: 150_000, from: 120_000 });
    }

    #[test]
    fn a_sheet_is_cut_down_to_its_label_and_never_enlarged() {
        let a4 = |printed| place(mm(210, 297), printed, LABEL);
        let corner = a4(area(10, 10, 100, 150));
        assert_eq!((corner.scale, corner.turn), (Scale::OWN, Turn::None));
        assert_eq!(corner.middle_twice_um, (110_000, 160_000));
        let lying = a4(area(0, 0, 140, 90));
        assert_eq!((lying.scale, lying.turn), (Scale::OWN, Turn::Quarter));
        let whole = a4(area(5, 5, 205, 292));
        assert_eq!(whole.scale, Scale { to: 100_000, from: 204_000 });
    }

    #[test]
    fn a_lying_page_is_turned_unless_the_label_lies_or_is_square() {
        let turn = |label| place(mm(150, 100), area(5, 5, 95, 95), label).turn;
        assert_eq!(turn(LABEL), Turn::Quarter);
        assert_eq!(turn(mm(150, 100)), Turn::None);
        assert_eq!(turn(mm(150, 150)), Turn::None);
    }
}
