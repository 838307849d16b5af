//! Bins by ranges: aisles of racks of levels of cells, with codes from a pattern and a walking
//! sequence.
//!
//! **Invariant:** the sequence of a bin follows from its coordinates alone, so that a layout can be
//! generated again with wider ranges and the bins that exist keep their place on the way.

use serde::{Deserialize, Serialize};

use crate::fault::InputFaults;

/// The most bins that one run makes.
const BINS_MAX: i64 = 20_000;
/// The largest number of an aisle, a rack, a level or a cell.
const AISLE_MAX: i64 = 9_999;
const RACK_MAX: i64 = 9_999;
const LEVEL_MAX: i64 = 99;
const CELL_MAX: i64 = 99;

/// A range of numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Range {
    pub from: i64,
    pub to: i64,
}

impl Default for Range {
    /// A single one.
    fn default() -> Self {
        Self { from: 1, to: 1 }
    }
}

impl Range {
    fn numbers(self) -> impl Iterator<Item = i64> {
        self.from..=self.to
    }

    const fn count(self) -> i64 {
        self.to - self.from + 1
    }

    fn check(self, faults: &mut InputFaults, field: &str, max: i64) {
        faults.range(&format!("{field}.from"), self.from, 0..=max);
        faults.range(&format!("{field}.to"), self.to, self.from..=max);
    }
}

/// The shape of a zone, and how its bins are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BinLayout {
    /// Such as `A-{aisle:02}-{rack:02}-{level}`; `{cell}` too. The number says to how many digits
    /// zeros are put in front.
    pub pattern: String,
    #[serde(default)]
    pub aisles: Range,
    #[serde(default)]
    pub racks: Range,
    #[serde(default)]
    pub levels: Range,
    #[serde(default)]
    pub cells: Range,
}

/// One bin of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedBin {
    pub code: String,
    pub aisle: String,
    /// The position on a picker's way, from the coordinates.
    pub sequence: i64,
}

#[derive(Debug, Clone, Copy)]
struct Coordinates {
    aisle: i64,
    rack: i64,
    level: i64,
    cell: i64,
}

impl Coordinates {
    fn of(&self, name: &str) -> Option<i64> {
        match name {
            "aisle" => Some(self.aisle),
            "rack" => Some(self.rack),
            "level" => Some(self.level),
            "cell" => Some(self.cell),
            _ => None,
        }
    }

    /// Up one aisle and down the next (змейкой), so that nobody walks back empty-handed.
    const fn sequence(&self) -> i64 {
        let rack = if self.aisle % 2 == 0 { RACK_MAX - self.rack } else { self.rack };
        let aisle_and_rack = self.aisle * (RACK_MAX + 1) + rack;
        (aisle_and_rack * (LEVEL_MAX + 1) + self.level) * (CELL_MAX + 1) + self.cell
    }
}

impl BinLayout {
    /// Notes everything that is wrong with the layout.
    pub fn check(&self, faults: &mut InputFaults) {
        let ranges = [
            ("aisles", "aisle", self.aisles, AISLE_MAX),
            ("racks", "rack", self.racks, RACK_MAX),
            ("levels", "level", self.levels, LEVEL_MAX),
            ("cells", "cell", self.cells, CELL_MAX),
        ];
        for (field, _, range, max) in ranges {
            range.check(faults, field, max);
        }
        let count = ranges.iter().try_fold(1_i64, |product, (_, _, range, _)| {
            product.checked_mul(range.to.checked_sub(range.from)?.checked_add(1)?)
        });
        if count.is_none_or(|count| count > BINS_MAX) {
            faults.note("pattern", "too_large");
        }
        let Some(parts) = parts(&self.pattern) else {
            faults.note("pattern", "bad_format");
            return;
        };
        let named =
            |name: &str| parts.iter().any(|part| matches!(part, Part::Number(n, _) if *n == name));
        for (_, name, range, _) in ranges {
            // Two bins would get one code.
            if range.to > range.from && !named(name) {
                faults.note("pattern", "duplicate");
            }
        }
    }

    /// All bins, in walking order. Call [`BinLayout::check`] first.
    pub fn bins(&self) -> Vec<PlannedBin> {
        let parts = parts(&self.pattern).unwrap_or_default();
        let mut bins = Vec::new();
        for aisle in self.aisles.numbers() {
            for rack in self.racks.numbers() {
                for level in self.levels.numbers() {
                    for cell in self.cells.numbers() {
                        let at = Coordinates { aisle, rack, level, cell };
                        bins.push(PlannedBin {
                            code: written(&parts, &at),
                            aisle: aisle.to_string(),
                            sequence: at.sequence(),
                        });
                    }
                }
            }
        }
        bins.sort_by_key(|bin| bin.sequence);
        bins
    }

    /// How many bins the layout has.
    pub const fn count(&self) -> i64 {
        self.aisles.count() * self.racks.count() * self.levels.count() * self.cells.count()
    }
}

#[derive(Debug, Clone, Copy)]
enum Part<'p> {
    Text(&'p str),
    Number(&'p str, usize),
}

/// The pattern in parts, or nothing if it cannot be read.
fn parts(pattern: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        parts.push(Part::Text(&rest[..open]));
        let close = open + rest[open..].find('}')?;
        let inner = &rest[open + 1..close];
        let (name, width) = inner.split_once(':').unwrap_or((inner, "0"));
        if !matches!(name, "aisle" | "rack" | "level" | "cell") {
            return None;
        }
        let width: usize = width.parse().ok().filter(|width| *width <= 6)?;
        parts.push(Part::Number(name, width));
        rest = &rest[close + 1..];
    }
    if rest.contains('}') {
        return None;
    }
    parts.push(Part::Text(rest));
    Some(parts)
}

fn written(parts: &[Part<'_>], at: &Coordinates) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Number(name, width) => {
            let number = at.of(name).expect("the pattern was read with these names");
            format!("{number:0width$}")
        }
    };
    parts.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> BinLayout {
        BinLayout {
            pattern: "A-{aisle:02}-{rack:02}-{level}".to_owned(),
            aisles: Range { from: 1, to: 2 },
            racks: Range { from: 1, to: 2 },
            levels: Range { from: 1, to: 2 },
            cells: Range::default(),
        }
    }

    fn is_right(layout: &BinLayout) -> bool {
        let mut faults = InputFaults::default();
        layout.check(&mut faults);
        faults.finish().is_ok()
    }

    #[test]
    fn the_way_goes_up_one_aisle_and_down_the_next() {
        assert!(is_right(&layout()));
        let codes: Vec<_> = layout().bins().into_iter().map(|bin| bin.code).collect();
        let expected = [
            "A-01-01-1",
            "A-01-01-2",
            "A-01-02-1",
            "A-01-02-2",
            "A-02-02-1",
            "A-02-02-2",
            "A-02-01-1",
            "A-02-01-2",
        ];
        assert_eq!(codes, expected);
    }

    #[test]
    fn a_wider_layout_keeps_the_sequence_of_the_bins_that_exist() {
        let wider = BinLayout { racks: Range { from: 1, to: 9 }, ..layout() };
        let old = layout().bins();
        let new = wider.bins();
        assert!(old.iter().all(|bin| new.contains(bin)));
    }

    #[test]
    fn a_pattern_that_names_two_bins_alike_is_refused() {
        let pattern = |text: &str| BinLayout { pattern: text.to_owned(), ..layout() };
        assert!(!is_right(&pattern("A-{aisle}-{rack}")));
        assert!(!is_right(&pattern("A-{aisle}-{rack}-{level}-{shelf}")));
        assert!(!is_right(&pattern("A-{aisle}-{rack}-{level")));
        assert!(!is_right(&BinLayout { aisles: Range { from: 2, to: 1 }, ..layout() }));
    }
}
