//! A filled label in dots of one printer: the model that both ZPL and the picture are made of.

use std::collections::BTreeMap;

use super::LabelError;
use super::bars::{self, Bars, Module};
use super::bitmap::Bitmap;
use super::body::{Drawing, Element, Part};
use super::template::{Align, FieldKind, FieldSpec, Fit, Template};
use super::text::{self, Room};

/// Everything on the label, at its place.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) placed: Vec<Placed>,
}

#[derive(Debug)]
pub(super) struct Placed {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Picture(Bitmap),
    Bars { bars: Bars, module: u32, height: u32 },
    Frame { width: u32, height: u32, thickness: u32 },
}

/// Lays a template out for a printer.
pub(super) fn place(
    template: &Template,
    fields: &BTreeMap<String, String>,
    dots_per_mm: u32,
) -> Result<Layout, LabelError> {
    if !matches!(dots_per_mm, 6 | 8 | 12 | 24) {
        return Err(LabelError::Resolution { dots_per_mm });
    }
    check_fields(template, fields)?;
    let at_scale = Placer { template, fields, dots_per_mm };
    let placed = template
        .elements()
        .iter()
        .filter_map(|element| at_scale.place(element).transpose())
        .collect::<Result<_, _>>()?;
    Ok(Layout {
        width: template.width_mm() * dots_per_mm,
        height: template.height_mm() * dots_per_mm,
        placed,
    })
}

fn check_fields(template: &Template, fields: &BTreeMap<String, String>) -> Result<(), LabelError> {
    let owned = |field: &str| (template.name().to_owned(), field.to_owned());
    for (name, value) in fields {
        let Some(spec) = template.field(name) else {
            let (template, field) = owned(name);
            return Err(LabelError::UnknownField { template, field });
        };
        let found = value.chars().count();
        if found > spec.max_characters {
            let (template, field) = owned(name);
            return Err(LabelError::TooLong { template, field, found, max: spec.max_characters });
        }
    }
    let is_missing = |spec: &&FieldSpec| {
        spec.required && fields.get(&spec.name).is_none_or(|value| value.trim().is_empty())
    };
    match template.fields().iter().find(is_missing) {
        Some(spec) => {
            let (template, field) = owned(&spec.name);
            Err(LabelError::MissingField { template, field })
        }
        None => Ok(()),
    }
}

struct Placer<'a> {
    template: &'a Template,
    fields: &'a BTreeMap<String, String>,
    dots_per_mm: u32,
}

impl Placer<'_> {
    /// The element at its place; none if an optional field of it is missing.
    fn place(&self, element: &Element) -> Result<Option<Placed>, LabelError> {
        let Some(value) = self.value(element) else { return Ok(None) };
        let name = element.placeholders().next().unwrap_or("text of the template");
        let spec = self.template.field(name);
        let does_not_fit = || LabelError::DoesNotFit {
            template: self.template.name().to_owned(),
            field: name.to_owned(),
        };
        let (x, y) = (self.scale(element.x), self.scale(element.y));
        let width = self.scale(element.width);
        let may_shrink = spec.is_some_and(|spec| spec.fit != Fit::Refuse);
        let placed = match element.drawing {
            Drawing::Text { height, lines } => {
                let height_min = spec.map_or(height, |spec| spec.min.min(height));
                let room = Room {
                    width,
                    height: self.scale(height),
                    height_min: self.scale(height_min),
                    lines,
                    align: element.align,
                    fit: spec.map_or(Fit::Refuse, |spec| spec.fit),
                };
                let picture = text::draw(&value, room).ok_or_else(does_not_fit)?;
                Placed { x, y, what: What::Picture(picture) }
            }
            Drawing::Code128 { module, height } | Drawing::Ean13 { module, height } => {
                let kind = spec.map_or(FieldKind::Code128, |spec| spec.kind);
                let bars = self.bars(kind, name, &value)?;
                let wanted = self.module(module, may_shrink);
                let module = bars.module_that_fits(wanted, width).ok_or_else(does_not_fit)?;
                let left_over = width - bars.total_modules() * module;
                let x = x + element.align.offset(left_over) + bars.quiet_left() * module;
                Placed { x, y, what: What::Bars { bars, module, height: self.scale(height) } }
            }
            Drawing::Matrix { module } => {
                let wanted = self.module(module, may_shrink);
                let picture = bars::data_matrix(&value, wanted, width).ok_or_else(does_not_fit)?;
                let x = x + element.align.offset(width - picture.width());
                let y = y + Align::Centre.offset(width - picture.height());
                Placed { x, y, what: What::Picture(picture) }
            }
            Drawing::Frame { height, thickness } => {
                let thickness = self.scale(thickness).max(1);
                let height = self.scale(height).max(thickness);
                let width = width.max(thickness);
                Placed { x, y, what: What::Frame { width, height, thickness } }
            }
        };
        Ok(Some(placed))
    }

    /// What the element shows: its own text with the values of its fields.
    fn value(&self, element: &Element) -> Option<String> {
        let part = |part: &Part| match part {
            Part::Static(text) => Some(text.clone()),
            Part::Field(name) => {
                self.fields.get(name).filter(|value| !value.trim().is_empty()).cloned()
            }
        };
        element.content.iter().map(part).collect()
    }

    fn bars(&self, kind: FieldKind, field: &str, value: &str) -> Result<Bars, LabelError> {
        let template = || self.template.name().to_owned();
        let ean13 = Bars::ean13(value);
        match (kind, ean13) {
            (FieldKind::Ean13 | FieldKind::ProductBarcode, Ok(bars)) => Ok(bars),
            (FieldKind::Ean13, Err(source)) => {
                Err(LabelError::Number { template: template(), field: field.to_owned(), source })
            }
            _ => Bars::code128(value).map_err(|character| LabelError::Character {
                template: template(),
                field: field.to_owned(),
                character,
            }),
        }
    }

    /// Dots of the template as dots of the printer, to the nearest.
    const fn scale(&self, dots: u32) -> u32 {
        let from = self.template.dots_per_mm();
        (dots * self.dots_per_mm * 2 + from) / (from * 2)
    }

    /// A module is never rounded up: the code would become wider than it was drawn.
    const fn module(&self, dots: u32, may_shrink: bool) -> Module {
        let dots = dots * self.dots_per_mm / self.template.dots_per_mm();
        Module { dots, may_shrink, dots_per_mm: self.dots_per_mm }
    }
}
