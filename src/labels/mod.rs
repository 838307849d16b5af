//! Labels: templates as files, filled with data, printed as ZPL or shown as a picture.
//!
//! A template is `label-templates/<name>.zpl`: a head in TOML, then a body in a subset of ZPL. It is
//! read once into elements ([`Template`]); filling lays the elements out in dots of the printer
//! ([`fill`] writes them as ZPL, [`preview_png`] draws the same layout).
//!
//! **Invariant:** data never becomes a command. Text is drawn by us and sent as a picture, bar code
//! data is escaped; a test counts the commands for arbitrary data.
//! **Invariant:** nothing is cut off silently. What does not fit is made smaller down to the
//! template's limit, broken into lines where the template allows it, or refused.
//! **Invariant:** Cyrillic prints on every printer, whatever fonts it has.
//!
//! Deliberately absent: sending (that is `devices`), serial counters of the printer, stored formats.

mod bars;
mod bitmap;
mod body;
mod error;
mod layout;
mod preview;
mod template;
mod text;
mod zpl;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use error::LabelError;
pub use preview::preview_png;
pub use template::{FieldKind, FieldSpec, Fit, Template};

/// What a label needs to know of the printer it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrinterModel {
    /// 6, 8, 12 or 24: heads of 152, 203, 300 and 600 dpi.
    pub dots_per_mm: u32,
}

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../label-templates/", $name, ".zpl")))),*]
    };
}

/// Every template of this release: a new file gets a line here.
const SOURCES: &[(&str, &str)] =
    embedded!["item", "bin", "tote", "pallet", "parcel", "badge", "device", "command", "marking"];

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

/// One label as ZPL for that printer, from `^XA` to `^XZ`.
///
/// An empty value counts as missing. Copies are the print job's business.
pub fn fill(
    template: &Template,
    fields: &BTreeMap<String, String>,
    printer: PrinterModel,
) -> Result<Vec<u8>, LabelError> {
    let layout = layout::place(template, fields, printer.dots_per_mm)?;
    Ok(zpl::write(&layout))
}

#[cfg(test)]
mod tests;
