//! The body of a template: the subset of ZPL in which labels are drawn.
//!
//! ```text
//! ^XA … ^XZ                      one label
//! ^FX text ^FS                   a remark
//! ^FOx,y ^GBw,h,t ^FS            a frame or, if t is the smaller side, a line
//! ^FOx,y ^FBw,n,0,j ^A0N,h ^FD…^FS          text of height h in w dots and n lines; j is L, C or R
//! ^FOx,y ^FBw,1,0,j ^BYm ^BCN,h ^FD{f}^FS   Code 128 or GS1-128, module m
//! ^FOx,y ^FBw,1,0,j ^BYm ^BEN,h ^FD{f}^FS   EAN-13 (or a product's barcode)
//! ^FOx,y ^FBw,1,0,j ^BYm ^B2N,h ^FD{f}^FS   ITF
//! ^FOx,y ^FBw,1,0,j ^BYm ^BXN ^FD{f}^FS     Data Matrix in a square of w dots
//! ^FOx,y ^FBw,1,0,j ^BYm ^BQN ^FD{f}^FS     QR in a square of w dots
//! ```
//!
//! `{name}` stands for a field. `^FB` before a bar code is the room for it with its quiet zones,
//! which ZPL itself does not know. An element with a missing optional field is left out whole; a
//! frame may name a field in `^FD` for that purpose alone.
//!
//! **Invariant:** a command outside this subset is an error, so that a template can do nothing to a
//! printer but draw.

use super::codes;
use super::template::{Align, FieldKind};

/// One thing on the label, in dots of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Line of the body, counted from 0.
    pub(super) line: usize,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) align: Align,
    pub(super) drawing: Drawing,
    pub(super) content: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawing {
    Text { height: u32, lines: u32 },
    Bars { bars: BarCommand, module: u32, height: u32 },
    Matrix { matrix: MatrixCommand, module: u32 },
    Frame { height: u32, thickness: u32 },
}

/// Which linear code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BarCommand {
    Code128,
    Ean13,
    Itf,
}

/// Which two-dimensional code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatrixCommand {
    Datamatrix,
    Qr,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Static(String),
    Field(String),
}

impl Element {
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.content.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            Part::Static(_) => None,
        })
    }

    pub(super) const fn total_height(&self) -> u32 {
        match self.drawing {
            Drawing::Text { height, lines } => height.saturating_mul(lines),
            Drawing::Bars { height, .. } | Drawing::Frame { height, .. } => height,
            Drawing::Matrix { .. } => self.width,
        }
    }
}

impl Drawing {
    /// How a bar code is drawn that can be drawn in two ways; none if this is no bar code.
    pub(super) const fn command(self) -> Option<codes::Command> {
        match self {
            Self::Bars { bars: BarCommand::Itf, .. } => Some(codes::Command::Itf),
            Self::Bars { .. } | Self::Matrix { .. } => Some(codes::Command::Other),
            Self::Text { .. } | Self::Frame { .. } => None,
        }
    }

    /// A bar code is drawn as the field's kind says; its data may stand beside it as text, too.
    pub(super) const fn can_draw(self, kind: FieldKind) -> bool {
        match self {
            Self::Text { .. } | Self::Frame { .. } => true,
            Self::Bars { bars: BarCommand::Code128, .. } => matches!(
                kind,
                FieldKind::Code128 | FieldKind::Gs1Code128 | FieldKind::Sscc | FieldKind::Postal
            ),
            Self::Bars { bars: BarCommand::Ean13, .. } => {
                matches!(kind, FieldKind::Ean13 | FieldKind::ProductBarcode)
            }
            Self::Bars { bars: BarCommand::Itf, .. } => {
                matches!(kind, FieldKind::Itf14 | FieldKind::Postal)
            }
            Self::Matrix { matrix: MatrixCommand::Datamatrix, .. } => {
                matches!(kind, FieldKind::Datamatrix | FieldKind::Gs1Datamatrix)
            }
            Self::Matrix { matrix: MatrixCommand::Qr, .. } => matches!(kind, FieldKind::Qr),
        }
    }
}

/// Line and problem.
type BodyError = (usize, String);

/// One command: two letters, then parameters up to the next command.
struct Command<'a> {
    line: usize,
    name: &'a str,
    parameters: &'a str,
}

/// What has been said of the element since its `^FO`.
#[derive(Default)]
struct Draft<'a> {
    said: Vec<&'a str>,
    origin: Option<(u32, u32)>,
    block: Option<(u32, u32, Align)>,
    module: Option<u32>,
    drawing: Option<Drawing>,
    frame_width: u32,
    content: Option<Vec<Part>>,
    is_remark: bool,
}

/// Reads a body into its elements.
pub(super) fn parse(body: &str) -> Result<Vec<Element>, BodyError> {
    let commands = commands(body)?;
    let last_line = commands.last().map_or(0, |command| command.line);
    let inner = match commands.as_slice() {
        [first, inner @ .., last] if first.name == "XA" && last.name == "XZ" => inner,
        _ => return Err((last_line, "the body must begin with ^XA and end with ^XZ".to_owned())),
    };
    let mut elements = Vec::new();
    let mut draft = Draft::default();
    for command in inner {
        let at_line = |problem: String| (command.line, problem);
        if command.name == "FS" {
            elements.extend(draft.finish(command.line).map_err(at_line)?);
            draft = Draft::default();
        } else {
            draft.take(command).map_err(at_line)?;
        }
    }
    if draft.origin.is_some() || draft.is_remark {
        return Err((last_line, "the last element has no ^FS".to_owned()));
    }
    Ok(elements)
}

fn commands(body: &str) -> Result<Vec<Command<'_>>, BodyError> {
    if let Some(at) = body.find('~') {
        let line = body[..at].matches('\n').count();
        return Err((line, "a template gives no ~ command".to_owned()));
    }
    let mut line = 0;
    let mut commands = Vec::new();
    for (index, text) in body.split('^').enumerate() {
        if index == 0 {
            if !text.trim().is_empty() {
                return Err((0, "text stands before the first command".to_owned()));
            }
        } else {
            let (name, parameters) = text
                .split_at_checked(2)
                .ok_or_else(|| (line, "a command has two letters after ^".to_owned()))?;
            commands.push(Command {
                line,
                name,
                parameters: parameters.trim_matches(['\r', '\n']),
            });
        }
        line += text.matches('\n').count();
    }
    Ok(commands)
}

impl<'a> Draft<'a> {
    fn take(&mut self, command: &Command<'a>) -> Result<(), String> {
        let parameters = command.parameters;
        if self.origin.is_none() && !matches!(command.name, "FO" | "FX") {
            return Err(format!("^{} stands outside of an element", command.name));
        }
        if self.said.contains(&command.name) {
            return Err(format!("^{} stands twice in one element", command.name));
        }
        self.said.push(command.name);
        match command.name {
            "FX" if self.origin.is_none() => self.is_remark = true,
            "FO" => {
                let [x, y] = numbers(parameters)?;
                self.origin = Some((x, y));
            }
            "FB" => self.block = Some(block(parameters)?),
            "BY" => {
                let [module] = numbers(parameters)?;
                self.module = Some(module);
            }
            "FD" => self.content = Some(content(parameters)?),
            "GB" | "A0" | "BC" | "BE" | "B2" | "BX" | "BQ" if self.drawing.is_some() => {
                return Err("two drawings stand in one element".to_owned());
            }
            "GB" => {
                let [width, height, thickness] = numbers(parameters)?;
                self.frame_width = width;
                self.drawing = Some(Drawing::Frame { height, thickness });
            }
            "A0" | "BC" | "BE" | "B2" | "BX" | "BQ" => {
                self.drawing = Some(self.drawing_of(command)?);
            }
            other => return Err(format!("^{other} is not part of the template language")),
        }
        Ok(())
    }

    fn drawing_of(&self, command: &Command<'_>) -> Result<Drawing, String> {
        let name = command.name;
        let rest = command
            .parameters
            .strip_prefix('N')
            .ok_or_else(|| format!("^{name} must have the orientation N"))?;
        let height = |rest: &str| -> Result<u32, String> {
            let [height] = numbers(rest.strip_prefix(',').unwrap_or(rest))?;
            Ok(height)
        };
        if name == "A0" {
            let lines = self.block.map_or(1, |(_, lines, _)| lines);
            return Ok(Drawing::Text { height: height(rest)?, lines });
        }
        let module = self.module.ok_or_else(|| format!("^{name} needs ^BY before it"))?;
        let bars = |bars| Ok(Drawing::Bars { bars, module, height: height(rest)? });
        match name {
            "BC" => bars(BarCommand::Code128),
            "BE" => bars(BarCommand::Ean13),
            "B2" => bars(BarCommand::Itf),
            _ if !rest.is_empty() => {
                Err(format!("^{name} takes no other parameter; its module is that of ^BY"))
            }
            "BX" => Ok(Drawing::Matrix { matrix: MatrixCommand::Datamatrix, module }),
            _ => Ok(Drawing::Matrix { matrix: MatrixCommand::Qr, module }),
        }
    }

    /// The element that `^FS` ends; none for a remark.
    fn finish(self, line: usize) -> Result<Option<Element>, String> {
        if self.is_remark {
            return Ok(None);
        }
        let (x, y) = self.origin.ok_or("^FS stands outside of an element")?;
        let drawing = self.drawing.ok_or("the element says nothing to draw")?;
        if matches!(drawing, Drawing::Frame { .. }) {
            let (width, align) = (self.frame_width, Align::Left);
            let content = self.content.unwrap_or_default();
            if content.iter().any(|part| matches!(part, Part::Static(_))) {
                return Err("a frame has no text of its own".to_owned());
            }
            return Ok(Some(Element { line, x, y, width, align, drawing, content }));
        }
        let (width, _, align) = self.block.ok_or("the element needs ^FB, the room it may take")?;
        let content = self.content.ok_or("the element needs ^FD, its data")?;
        Ok(Some(Element { line, x, y, width, align, drawing, content }))
    }
}

/// Exactly `N` whole numbers with commas between them.
fn numbers<const N: usize>(text: &str) -> Result<[u32; N], String> {
    let wrong = || format!("{N} whole numbers are expected instead of {text:?}");
    let numbers: Vec<u32> =
        text.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
    // Positions stay small enough for every scaling and sum to fit.
    if numbers.iter().any(|number| *number > 20_000) {
        return Err(wrong());
    }
    numbers.try_into().map_err(|_| wrong())
}

fn block(text: &str) -> Result<(u32, u32, Align), String> {
    let wrong = || format!("^FB takes width, lines, 0 and L, C or R instead of {text:?}");
    let (sizes, align) = text.rsplit_once(',').ok_or_else(wrong)?;
    let align = match align {
        "L" => Align::Left,
        "C" => Align::Centre,
        "R" => Align::Right,
        _ => return Err(wrong()),
    };
    let [width, lines, spacing] = numbers(sizes)?;
    if width == 0 || lines == 0 || spacing != 0 {
        return Err(wrong());
    }
    Ok((width, lines, align))
}

fn content(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or("a placeholder has no closing brace")?;
        if !before.is_empty() {
            parts.push(Part::Static(before.to_owned()));
        }
        parts.push(Part::Field(name.to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Static(rest.to_owned()));
    }
    if parts.is_empty() {
        return Err("^FD is empty".to_owned());
    }
    Ok(parts)
}
