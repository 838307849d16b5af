//! What a template of a paper says, as `document-templates/forms/*.toml` has it.
//!
//! Lengths are millimetres from the upper left corner of the page, sizes of letters are points.

use serde::Deserialize;

use super::fill::{Phrase, Place};

/// A length in micrometres, written in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(from = "f64")]
pub(super) struct Length(pub(super) i64);

/// The height of an em in micrometres, written in points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "f64")]
pub(super) struct Size(pub(super) i64);

#[expect(
    clippy::cast_possible_truncation,
    clippy::float_arithmetic,
    reason = "people write millimetres with a point; from here on lengths are whole micrometres"
)]
mod written {
    use super::{Length, Size};

    const UM_PER_MM: f64 = 1_000.0;
    const UM_PER_POINT: f64 = 25_400.0 / 72.0;

    impl From<f64> for Length {
        fn from(millimetres: f64) -> Self {
            Self((millimetres * UM_PER_MM).round() as i64)
        }
    }

    impl From<f64> for Size {
        fn from(points: f64) -> Self {
            Self((points * UM_PER_POINT).round() as i64)
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Face {
    #[default]
    Sans,
    /// The same with its outlines drawn thicker.
    SansStrong,
    Serif,
    SerifBold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Along {
    #[default]
    Left,
    Centre,
    Right,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CodeKind {
    Postal,
    Code128,
    Datamatrix,
}

/// A paper.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    /// What the file is called by readers, filled from the model.
    pub(super) title: Phrase,
    pub(super) width: Length,
    pub(super) height: Length,
    pub(super) content: Content,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Content {
    Form(Form),
    Flow(Flow),
}

/// A form: pages with everything at its place, one set of them for each item of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    /// The list in the model.
    pub(super) each: String,
    /// The pages of one item.
    pub(super) sides: Vec<Side>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Side {
    /// Where copies of the elements begin; once in the corner unless told.
    #[serde(default = "once")]
    pub(super) copies: Vec<(Length, Length)>,
    pub(super) elements: Vec<Element>,
}

fn once() -> Vec<(Length, Length)> {
    vec![(Length(0), Length(0))]
}

/// Something at its place, always or where the model has something at `when`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Element {
    #[serde(default)]
    pub(super) when: Option<String>,
    #[serde(flatten)]
    pub(super) drawing: Drawing,
}

const fn thin() -> Length {
    Length(200)
}

const fn hair() -> Length {
    Length(150)
}

/// Left, top, width and height.
pub(super) type Area = [Length; 4];

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "draw", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Drawing {
    /// A box; the area is that of its edges, of which half the line lies on either side.
    Frame {
        at: Area,
        #[serde(default = "thin")]
        line: Length,
        #[serde(default)]
        dashed: bool,
    },
    /// A box with slanting lines in it.
    Hatched { at: Area },
    /// A level line: left, height, width.
    Rule {
        at: [Length; 3],
        #[serde(default = "hair")]
        line: Length,
        #[serde(default)]
        dashed: bool,
    },
    /// An upright line: left, top, height.
    Upright {
        at: [Length; 3],
        #[serde(default = "hair")]
        line: Length,
        #[serde(default)]
        dashed: bool,
    },
    /// Words of the form on a baseline: left and height.
    Say {
        at: [Length; 2],
        text: Phrase,
        size: Size,
        #[serde(default)]
        face: Face,
        #[serde(default)]
        along: Along,
    },
    /// A paragraph of the form: left, top and width.
    Passage { at: [Length; 3], text: Phrase, size: Size },
    /// Data on ruled lines: the baselines stand a little above the heights of `rules`. A text that
    /// is too long for letters that are easily read stands in smaller ones above the last rule.
    Write {
        left: Length,
        rules: Vec<Length>,
        width: Length,
        text: Phrase,
        size: Size,
        #[serde(default)]
        along: Along,
    },
    /// Data in an area, in as many lines as it holds.
    Fill {
        at: Area,
        text: Phrase,
        size: Size,
        #[serde(default = "least")]
        least: Size,
        #[serde(default)]
        along: Along,
        #[serde(default)]
        face: Face,
    },
    /// One character to a cell: left, top, width and height of the first.
    Cells {
        at: Area,
        count: usize,
        /// From the left of a cell to that of the next; its width unless told.
        #[serde(default)]
        pitch: Option<Length>,
        text: Phrase,
        size: Size,
    },
    /// A box with a cross where the model has something: left, top and side.
    Tick { at: [Length; 3], on: String },
    /// A bar code in the middle of its area.
    Code { at: Area, code: CodeKind, value: Place },
    /// A table with as many rows as fit, whatever the model has.
    Rows(Box<Rows>),
}

/// Rows of equal height with their columns, for as many items as a sheet holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rows {
    pub(super) left: Length,
    pub(super) top: Length,
    pub(super) height: Length,
    pub(super) count: usize,
    pub(super) items: String,
    pub(super) columns: Vec<RowColumn>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowColumn {
    pub(super) width: Length,
    pub(super) text: Phrase,
    pub(super) size: Size,
    #[serde(default)]
    pub(super) along: Along,
}

/// 4.5 points.
const fn least() -> Size {
    Size(1_588)
}

/// A paper whose length is that of its data.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flow {
    pub(super) margins: Margins,
    /// In the upper right corner from the second page on.
    pub(super) running: Phrase,
    pub(super) before: Vec<Block>,
    pub(super) table: Table,
    /// More tables behind the first, each left out where it has no rows.
    #[serde(default)]
    pub(super) sections: Vec<Section>,
    /// Stands under the last table, never on a page without a row.
    pub(super) after: Vec<Block>,
    /// Who signs: a word, and what is to be written.
    pub(super) signatures: Vec<(String, String)>,
}

/// A table with what stands before it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub(super) before: Vec<Block>,
    pub(super) table: Table,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Margins {
    pub(super) side: Length,
    pub(super) top: Length,
    pub(super) bottom: Length,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Block {
    Text {
        text: Phrase,
        size: Size,
        #[serde(default = "serif")]
        face: Face,
        #[serde(default)]
        along: Along,
        #[serde(default)]
        when: Option<String>,
        #[serde(default)]
        space: Length,
    },
    /// A label and its value; nothing where the value is empty.
    Pair { label: String, text: Phrase, size: Size, indent: Length },
}

const fn serif() -> Face {
    Face::Serif
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// The list in the model.
    pub(super) rows: String,
    pub(super) size: Size,
    pub(super) columns: Vec<Column>,
    /// The words before the sums of a page; `{count}` are its rows.
    pub(super) page_total: Phrase,
    /// The words before the sums of all.
    pub(super) total: Phrase,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) title: String,
    /// One column has none and takes what is left.
    #[serde(default)]
    pub(super) width: Option<Length>,
    #[serde(default)]
    pub(super) along: Along,
    /// Of the row, or `{line}` for its number.
    pub(super) text: Phrase,
    /// What is added up.
    #[serde(default)]
    pub(super) sum: Option<Place>,
}
