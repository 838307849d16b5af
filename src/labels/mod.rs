//! Labels: templates as files, filled with data, printed as ZPL or shown as a picture.
//!
//! A template is `label-templates/<name>.zpl`: a head in TOML, then a body in a subset of ZPL. It is
//! read once into elements ([`Template`]); filling lays the elements out in dots of the printer and
//! writes them in its language ([`fill`]). [`zpl`] reads ZPL and draws it; a preview is what is sent,
//! drawn ([`preview_png`]).
//!
//! **Invariant:** data never becomes a command. Text is drawn by us and sent as a picture, bar code
//! data is escaped; a test counts the commands for arbitrary data.
//! **Invariant:** nothing is cut off silently. What does not fit is made smaller down to the
//! template's limit, broken into lines where the template allows it, or refused.
//! **Invariant:** Cyrillic prints on every printer, whatever fonts it has.
//! **Invariant:** a bar code has the module that its symbology promises at every density: in dots
//! the least that are at least so many micrometres.
//!
//! Deliberately absent: sending (that is `devices`), serial counters of the printer, stored formats.

mod bitmap;
mod body;
mod cases;
mod codes;
mod error;
mod font;
mod graphic;
mod layout;
mod paper;
mod pdf;
mod printer;
mod symbols;
mod template;
mod text;
mod tspl;
pub mod zpl;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use bitmap::Bitmap;
pub use cases::{Case, cases};
pub use error::LabelError;
pub use graphic::{graphic_label, graphic_labels, graphic_picture};
pub use paper::{PaperSymbol, SymbolError, paper_symbol};
pub use pdf::PdfError;
pub use printer::{Commands, Language, PrinterModel, Text, UnicodeFont};
pub use template::{FieldKind, FieldSpec, Fit, Template};
pub use zpl::MediaSize;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../label-templates/", $name, ".zpl")))),*]
    };
}

/// Every template of this release: a new file gets a line here.
const SOURCES: &[(&str, &str)] = embedded![
    "item",
    "item_43x25",
    "bin",
    "tote",
    "cart",
    "pallet",
    "pallet_sscc",
    "parcel",
    "parcel_75x120",
    "carrier_route",
    "post_address",
    "return",
    "badge",
    "device",
    "printer",
    "command",
    "marking",
];

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let load = |(name, source): &(&str, &str)| {
        Template::parse(name, source).expect("a test loads every embedded template")
    };
    SOURCES.iter().map(load).collect()
});

/// All embedded templates.
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

/// The embedded template of that name.
pub fn template(name: &str) -> Result<&'static Template, LabelError> {
    TEMPLATES
        .iter()
        .find(|template| template.name() == name)
        .ok_or_else(|| LabelError::UnknownTemplate { name: name.to_owned() })
}

/// One label for that printer, in its language: `^XA` to `^XZ`, or `SIZE` to `PRINT`.
///
/// An empty value counts as missing. Copies are the print job's business.
pub fn fill(
    template: &Template,
    fields: &BTreeMap<String, String>,
    printer: PrinterModel,
) -> Result<Vec<u8>, LabelError> {
    match (printer.language, printer.commands) {
        (Language::Zpl, Commands::All) => {
            Ok(zpl::write::label(&layout::place(template, fields, printer)?, printer.text))
        }
        (Language::Zpl, Commands::BitmapOnly) => {
            let filled = fill(template, fields, PrinterModel::zpl(printer.dots_per_mm))?;
            Ok(zpl::write::picture(&drawn(template, &filled, printer.dots_per_mm)?))
        }
        (Language::Tspl, commands) => {
            let printer = PrinterModel { text: Text::Graphic, ..printer };
            Ok(tspl::label(&layout::place(template, fields, printer)?, commands))
        }
    }
}

/// The label as a PNG of the printer's dots, black on white: drawn from the very ZPL that
/// [`fill`] makes.
pub fn preview_png(
    template: &Template,
    fields: &BTreeMap<String, String>,
    dots_per_mm: u32,
) -> Result<Vec<u8>, LabelError> {
    let zpl = fill(template, fields, PrinterModel::zpl(dots_per_mm))?;
    drawn(template, &zpl, dots_per_mm)?.png()
}

fn drawn(template: &Template, zpl: &[u8], dots_per_mm: u32) -> Result<Bitmap, LabelError> {
    let size = MediaSize { width_mm: template.width_mm(), height_mm: template.height_mm() };
    let mut drawing = zpl::draw(zpl, dots_per_mm, size)?;
    let label = drawing.labels.pop().expect("what we write is one label");
    Ok(label.picture)
}

/// The font itself (TrueType, `DejaVu Sans Condensed`), for others who write with it.
pub const fn font_file() -> &'static [u8] {
    font::FILE
}

/// A number of Почта России in the groups that people read; any other text as it is.
pub fn postal_groups(number: &str) -> String {
    codes::for_people(FieldKind::Postal, number).into_owned()
}

/// The commands that store our font in a ZPL printer, once, before
/// [`UnicodeFont::Downloaded`] is used. About half a megabyte of flash.
pub fn font_download() -> Vec<u8> {
    zpl::write::font_download()
}

/// One bar code that a decoder must find on a label.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExpectedCode {
    pub field: String,
    /// AIM identifier; of ITF only its first two characters, since scanners differ in the third.
    pub aim: &'static str,
    pub data: String,
}

/// What decoders must find on a label that is filled with these values.
pub fn expected_codes(template: &Template, fields: &BTreeMap<String, String>) -> Vec<ExpectedCode> {
    layout::expected(template, fields)
}

#[cfg(test)]
mod tests;
