//! A label template: what its head says and the elements of its body.
//!
//! **Invariant:** a [`Template`] that exists is consistent: every placeholder names a declared
//! field, every field is used, every element lies on the label.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::LabelError;
use super::body::{self, Element, Part};
use super::codes::Code;

/// The line that begins and ends the head.
const FENCE: &str = "+++";

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Words for people, in any alphabet.
    Text,
    /// Printable ASCII, as Code 128.
    Code128,
    /// 13 digits with a right check digit, or 12 of UPC-A.
    Ean13,
    /// A product's barcode, whatever it is: EAN-13 if it is one, else Code 128.
    ProductBarcode,
    /// A GS1 element string without brackets, `<GS>` where a separator is due, as GS1-128.
    #[serde(rename = "gs1_128")]
    Gs1Code128,
    /// 18 digits with a right check digit, as GS1-128 with AI 00.
    Sscc,
    /// 14 digits with a right check digit, as ITF.
    Itf14,
    /// A number of Почта России: the 14 digits of a domestic parcel (ШПИ) as ITF or Code 128, or an
    /// international one (S10) as Code 128.
    Postal,
    /// Any text as Data Matrix; a marking code with its separators becomes GS1 Data Matrix.
    Datamatrix,
    /// A GS1 element string as Data Matrix, refused if it is none.
    Gs1Datamatrix,
    /// Any text as QR code.
    Qr,
}

/// What to do with a value that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Refuse the label.
    Refuse,
    /// Make it smaller down to the field's `min`, then refuse.
    Shrink,
    /// Break it into lines and make it smaller down to `min`, then refuse.
    Wrap,
}

/// Where in its room a drawing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

impl Align {
    /// How much of the room that is left over goes before the drawing.
    pub(super) const fn offset(self, left_over: u32) -> u32 {
        match self {
            Self::Left => 0,
            Self::Centre => left_over / 2,
            Self::Right => left_over,
        }
    }
}

/// One field that a template takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    pub name: String,
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    pub fit: Fit,
    /// The least height of a line of text, in dots of the template's resolution.
    #[serde(default = "text_height_min")]
    pub min: u32,
    pub max_characters: usize,
    pub example: String,
}

/// 2 mm at 8 dots per millimetre, which leaves capitals of 1.25 mm.
const fn text_height_min() -> u32 {
    16
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    ru: String,
    en: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Media {
    width_mm: u32,
    height_mm: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: String,
    title: Title,
    media: Media,
    dots_per_mm: u32,
    #[serde(rename = "field", default)]
    fields: Vec<FieldSpec>,
}

/// A label template, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    head: Head,
    elements: Vec<Element>,
}

impl Template {
    /// Reads a template. `name` is that of its file; the head must say the same.
    pub fn parse(name: &str, source: &str) -> Result<Self, LabelError> {
        let error = |line: usize, problem: String| LabelError::Template {
            template: name.to_owned(),
            line,
            problem,
        };
        let (head_text, body_text) = split(source)
            .ok_or_else(|| error(1, format!("the head must stand between two lines {FENCE}")))?;
        let head: Head = toml::from_str(head_text).map_err(|toml| {
            let before = toml.span().and_then(|span| head_text.get(..span.start)).unwrap_or("");
            error(2 + before.matches('\n').count(), toml.message().to_owned())
        })?;
        check_head(name, &head).map_err(|problem| error(1, problem))?;
        // The body begins behind the head and its two fences.
        let first_line = head_text.matches('\n').count() + 3;
        let elements =
            body::parse(body_text).map_err(|(line, problem)| error(first_line + line, problem))?;
        let template = Self { head, elements };
        let problem = template.elements.iter().find_map(|element| {
            template.problem_of(element).map(|problem| error(first_line + element.line, problem))
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
        let used: BTreeSet<&str> =
            template.elements.iter().flat_map(Element::placeholders).collect();
        match template.fields().iter().find(|field| !used.contains(field.name.as_str())) {
            Some(field) => Err(error(1, format!("the body does not use the field {}", field.name))),
            None => Ok(template),
        }
    }

    pub fn name(&self) -> &str {
        &self.head.name
    }

    pub fn title_ru(&self) -> &str {
        &self.head.title.ru
    }

    pub fn title_en(&self) -> &str {
        &self.head.title.en
    }

    pub const fn width_mm(&self) -> u32 {
        self.head.media.width_mm
    }

    pub const fn height_mm(&self) -> u32 {
        self.head.media.height_mm
    }

    /// The resolution that positions and sizes in the body are written for.
    pub const fn dots_per_mm(&self) -> u32 {
        self.head.dots_per_mm
    }

    pub fn fields(&self) -> &[FieldSpec] {
        &self.head.fields
    }

    /// The example value of every field: what previews and test prints show.
    pub fn example(&self) -> BTreeMap<String, String> {
        let pair = |field: &FieldSpec| (field.name.clone(), field.example.clone());
        self.fields().iter().map(pair).collect()
    }

    pub(super) fn field(&self, name: &str) -> Option<&FieldSpec> {
        self.fields().iter().find(|field| field.name == name)
    }

    pub(super) fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// What is wrong with an element in this template.
    fn problem_of(&self, element: &Element) -> Option<String> {
        let width = self.width_mm() * self.dots_per_mm();
        let height = self.height_mm() * self.dots_per_mm();
        if element.x.saturating_add(element.width) > width
            || element.y.saturating_add(element.total_height()) > height
        {
            return Some(format!("the element leaves the label of {width}x{height} dots"));
        }
        for name in element.placeholders() {
            let Some(field) = self.field(name) else {
                return Some(format!("the field {name} is not declared in the head"));
            };
            if !element.drawing.can_draw(field.kind) {
                return Some(format!("the field {name} cannot be drawn by this command"));
            }
        }
        let command = element.drawing.command()?;
        let [Part::Field(name)] = element.content.as_slice() else {
            return Some("a bar code holds exactly one field and nothing else".to_owned());
        };
        let field = self.field(name).filter(|field| !field.example.is_empty())?;
        let error = Code::new(field.kind, command, &field.example).err()?;
        Some(format!("the example of {name} is no such bar code: {error:?}"))
    }
}

/// Head and body, without the fences.
fn split(source: &str) -> Option<(&str, &str)> {
    let rest = source.strip_prefix(FENCE)?.strip_prefix('\n')?;
    let end = format!("\n{FENCE}\n");
    let at = rest.find(&end)?;
    Some((&rest[..=at], &rest[at + end.len()..]))
}

fn check_head(name: &str, head: &Head) -> Result<(), String> {
    if head.name != name {
        return Err(format!("the head says {} but the file is called {name}", head.name));
    }
    if !matches!(head.dots_per_mm, 6 | 8 | 12 | 24) {
        return Err(format!("dots_per_mm is {}, not 6, 8, 12 or 24", head.dots_per_mm));
    }
    if !(1..=500).contains(&head.media.width_mm) || !(1..=500).contains(&head.media.height_mm) {
        return Err("media must be 1 to 500 mm wide and high".to_owned());
    }
    let mut names = BTreeSet::new();
    match head.fields.iter().find(|field| !names.insert(field.name.as_str())) {
        Some(field) => Err(format!("the field {} is declared twice", field.name)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"+++
name = "probe"
title = { ru = "Проба", en = "Probe" }
media = { width_mm = 58, height_mm = 40 }
dots_per_mm = 8

[[field]]
name = "code"
kind = "code128"
required = true
fit = "shrink"
max_characters = 20
example = "A1"
+++
^XA
^FO10,10^FB440,1,0,C^BY2^BCN,80^FD{code}^FS
^XZ
"#;

    fn error_of(source: &str) -> String {
        Template::parse("probe", source).unwrap_err().to_string()
    }

    #[test]
    fn a_good_template_is_read() {
        let template = Template::parse("probe", GOOD).unwrap();
        assert_eq!((template.title_ru(), template.title_en()), ("Проба", "Probe"));
        assert_eq!((template.width_mm(), template.height_mm()), (58, 40));
        assert_eq!(template.example()["code"], "A1");
    }

    #[test]
    fn every_error_names_template_and_line() {
        for (from, to, line, what) in [
            ("+++\nname", "name", 1, "the head must stand between"),
            ("\"probe\"", "\"other\"", 1, "the head says other"),
            ("dots_per_mm = 8", "dots_per_mm = 7", 1, "not 6, 8, 12 or 24"),
            ("kind = \"code128\"", "kind = \"qrcode\"", 9, "unknown variant"),
            ("required = true", "requird = true", 10, "unknown field"),
            ("{code}", "{other}", 16, "the field other is not declared"),
            ("{code}", "No {code}", 16, "exactly one field"),
            ("^BCN,80", "^BCN,800", 16, "leaves the label"),
            ("^BY2^BCN,80", "^BEN,80", 16, "^BY"),
            ("^BY2^BCN,80", "^BY3^BEN,80", 16, "cannot be drawn"),
            ("kind = \"code128\"", "kind = \"sscc\"", 16, "example"),
            ("440,1,0,C^BY2^BCN,80", "300,1,0,C^BY2^BQN", 16, "cannot be drawn"),
            ("^BCN,80", "^BQN,2", 16, "takes no other parameter"),
            ("^FS\n", "\n", 17, "^FS"),
            ("^FD{code}", "^FD{code}^FD{code}", 16, "^FD stands twice"),
            ("^BCN,80", "^BCN,80^A0N,20", 16, "two drawings"),
            ("^XZ", "", 16, "^XZ"),
            ("^FO10", "^JUS^FO10", 16, "^JU"),
            ("^FB440,1,0,C^BY2^BCN,80^FD{code}", "^GB10,10,2", 1, "does not use the field code"),
        ] {
            let broken = GOOD.replace(from, to);
            assert_ne!(broken, GOOD);
            let message = error_of(&broken);
            let start = format!("label template probe, line {line}: ");
            assert!(message.starts_with(&start) && message.contains(what), "{message} / {what}");
        }
    }
}
