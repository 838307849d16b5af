//! A filled label in dots of one printer: the model that both languages are written from.
//!
//! **Invariant:** whatever the density, an element stays within the edges that the template gave it:
//! edges are scaled, not sizes, so that rounding cannot push anything off the label.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::bitmap::Bitmap;
use super::body::{Drawing, Element, Part};
use super::codes::{self, Bars, Code, CodeError, Command, Module};
use super::printer::{PrinterModel, Text};
use super::template::{Align, FieldKind, FieldSpec, Fit, Template};
use super::text::{self, Arranged, Drawn, Room};
use super::{ExpectedCode, LabelError};

/// Everything on the label, at its place.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width_mm: u32,
    pub(super) height_mm: u32,
    /// In dots.
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
    /// Text that we drew.
    Text(Rc<Drawn>),
    /// Text that the printer writes itself.
    Words {
        text: Arranged,
        width: u32,
        align: Align,
    },
    Bars {
        bars: Bars,
        module: u32,
        height: u32,
    },
    Frame {
        width: u32,
        height: u32,
        thickness: u32,
    },
}

/// Lays a template out for a printer.
pub(super) fn place(
    template: &Template,
    fields: &BTreeMap<String, String>,
    printer: PrinterModel,
) -> Result<Layout, LabelError> {
    let dots_per_mm = printer.dots_per_mm;
    if !matches!(dots_per_mm, 6 | 8 | 12 | 24) {
        return Err(LabelError::Resolution { dots_per_mm });
    }
    check_fields(template, fields)?;
    let at_scale = Placer { template, fields, printer };
    let placed = template
        .elements()
        .iter()
        .filter_map(|element| at_scale.place(element).transpose())
        .collect::<Result<_, _>>()?;
    Ok(Layout {
        width_mm: template.width_mm(),
        height_mm: template.height_mm(),
        width: template.width_mm() * dots_per_mm,
        height: template.height_mm() * dots_per_mm,
        placed,
    })
}

/// What decoders must find on a label that was filled with these values, element by element.
pub(super) fn expected(
    template: &Template,
    fields: &BTreeMap<String, String>,
) -> Vec<ExpectedCode> {
    let code = |element: &Element| {
        let command = element.drawing.command()?;
        let spec = template.field(element.placeholders().next()?)?;
        let value = fields.get(&spec.name).filter(|value| !value.trim().is_empty())?;
        let (aim, data) = codes::expected(spec.kind, command, value);
        Some(ExpectedCode { field: spec.name.clone(), aim, data })
    };
    template.elements().iter().filter_map(code).collect()
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

/// An element's edges in dots of the printer.
#[derive(Clone, Copy)]
struct Area {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

struct Placer<'a> {
    template: &'a Template,
    fields: &'a BTreeMap<String, String>,
    printer: PrinterModel,
}

impl Placer<'_> {
    /// The element at its place; none if an optional field of it is missing.
    fn place(&self, element: &Element) -> Result<Option<Placed>, LabelError> {
        let (x, y) = (self.scale(element.x), self.scale(element.y));
        let area = Area {
            x,
            y,
            width: self.scale(element.x + element.width) - x,
            height: self.scale(element.y + element.total_height()) - y,
        };
        let placed = match element.drawing {
            Drawing::Text { height, lines } => {
                let Some(value) = self.words(element) else { return Ok(None) };
                self.text(element, &value, height, lines, area)?
            }
            Drawing::Bars { module, .. } | Drawing::Matrix { module, .. } => {
                let Some((spec, value)) = self.code_field(element) else { return Ok(None) };
                self.code(element, spec, value, module, area)?
            }
            Drawing::Frame { thickness, .. } => {
                if self.words(element).is_none() {
                    return Ok(None);
                }
                let thickness = self.scale(thickness).max(1);
                let (width, height) = (area.width.max(thickness), area.height.max(thickness));
                Placed { x, y, what: What::Frame { width, height, thickness } }
            }
        };
        Ok(Some(placed))
    }

    fn text(
        &self,
        element: &Element,
        value: &str,
        height: u32,
        lines: u32,
        area: Area,
    ) -> Result<Placed, LabelError> {
        let name = element.placeholders().next().unwrap_or("text of the template");
        let spec = self.template.field(name);
        let height_min = spec.map_or(height, |spec| spec.min.min(height));
        let line = area.height / lines;
        let margin_percent = self.printer.text.width_margin_percent();
        let room = Room {
            width: area.width * 100 / (100 + margin_percent),
            height: line,
            height_min: self.scale(height_min).min(line),
            lines,
            align: element.align,
            fit: spec.map_or(Fit::Refuse, |spec| spec.fit),
        };
        let does_not_fit = || self.does_not_fit(name);
        if let Text::UnicodeFont(_) = self.printer.text {
            let text = Arranged::new(value, room).ok_or_else(does_not_fit)?;
            let what = What::Words { text, width: area.width, align: element.align };
            return Ok(Placed { x: area.x, y: area.y, what });
        }
        let drawn = text::drawn(value, room).ok_or_else(does_not_fit)?;
        Ok(Placed { x: area.x + drawn.x, y: area.y + drawn.y, what: What::Text(drawn) })
    }

    fn code(
        &self,
        element: &Element,
        spec: &FieldSpec,
        value: &str,
        module: u32,
        area: Area,
    ) -> Result<Placed, LabelError> {
        let command = element.drawing.command().unwrap_or(Command::Other);
        let code = Code::new(spec.kind, command, value)
            .map_err(|error| self.wrong_code(&spec.name, error))?;
        let wanted = self.module(module, spec.fit != Fit::Refuse);
        let module = code
            .module_that_fits(wanted, area.width)
            .ok_or_else(|| self.does_not_fit(&spec.name))?;
        let left_over = area.width - code.total_modules() * module;
        let x = area.x + element.align.offset(left_over);
        Ok(match code {
            Code::Bars(bars) => Placed {
                x: x + bars.quiet_left() * module,
                y: area.y,
                what: What::Bars { bars, module, height: area.height },
            },
            Code::Matrix { matrix, quiet } => {
                let picture = matrix.picture(module, quiet);
                let y = area.y + Align::Centre.offset(area.height.saturating_sub(picture.height()));
                Placed { x, y, what: What::Picture(picture) }
            }
        })
    }

    fn does_not_fit(&self, field: &str) -> LabelError {
        LabelError::DoesNotFit {
            template: self.template.name().to_owned(),
            field: field.to_owned(),
        }
    }

    fn wrong_code(&self, field: &str, error: CodeError) -> LabelError {
        let (template, field) = (self.template.name().to_owned(), field.to_owned());
        match error {
            CodeError::Character(character) => LabelError::Character { template, field, character },
            CodeError::Number(source) => LabelError::Number { template, field, source },
            CodeError::TooMuch => LabelError::DoesNotFit { template, field },
        }
    }

    /// A field's value; an empty one counts as missing.
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    fn code_field(&self, element: &Element) -> Option<(&FieldSpec, &str)> {
        let name = element.placeholders().next()?;
        Some((self.template.field(name)?, self.field(name)?))
    }

    /// What the element says: its own text with the values of its fields.
    fn words(&self, element: &Element) -> Option<String> {
        let part = |part: &Part| match part {
            Part::Static(text) => Some(Cow::Owned(text.clone())),
            Part::Field(name) => {
                let kind = self.template.field(name).map_or(FieldKind::Text, |spec| spec.kind);
                self.field(name).map(|value| codes::for_people(kind, value))
            }
        };
        element.content.iter().map(part).collect()
    }

    /// Dots of the template as dots of the printer, to the nearest.
    const fn scale(&self, dots: u32) -> u32 {
        let from = self.template.dots_per_mm();
        (dots * self.printer.dots_per_mm * 2 + from) / (from * 2)
    }

    /// A module is never rounded up: the code would become wider than it was drawn.
    const fn module(&self, dots: u32, may_shrink: bool) -> Module {
        let dots_per_mm = self.printer.dots_per_mm;
        let dots = dots * dots_per_mm / self.template.dots_per_mm();
        Module { dots, may_shrink, dots_per_mm }
    }
}
