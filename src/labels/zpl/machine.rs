//! The state of a printer, and what each command does to it.

use std::collections::BTreeMap;

use crate::labels::bitmap::{Bitmap, Ink, Turn};
use crate::labels::template::Align;

use super::code::{self, Bar};
use super::command::{Command, Format};
use super::field::{self, Block, Font};
use super::place::{Anchor, Piece};
use super::settings::{Charset, Settings, turn_of};
use super::shape::{self, Lean};
use super::store::Store;
use super::{
    COMMANDS_MAX, Drawing, DrawnLabel, ELEMENT_DOTS_MAX, LABELS_MAX, MediaSize, PAINTED_DOTS_MAX,
    PICTURE_BYTES_MAX, Problem, ROW_BYTES_MAX, Warning, ZplError, graphic,
};

/// The most data of one field, as printers have it.
const FIELD_BYTES_MAX: usize = 3_072;
/// The most warnings that are kept: more help nobody.
const WARNINGS_MAX: usize = 200;

/// `^A` as it stands: letter, turn, height and width.
#[derive(Debug, Clone, Copy)]
struct AskedFont {
    letter: u8,
    turn: Option<Turn>,
    height: Option<u32>,
    width: Option<u32>,
}

/// What has been said since the last `^FS`.
#[derive(Debug, Clone, Default)]
struct Field<'a> {
    origin: Option<(i64, i64, Option<Anchor>)>,
    font: Option<AskedFont>,
    block: Option<Block>,
    hex: Option<u8>,
    is_reversed: bool,
    code: Option<(Command<'a>, Bar, Turn)>,
    shape: Option<(Bitmap, Ink)>,
    data: Option<&'a [u8]>,
    number: Option<u32>,
}

/// A printer that draws.
pub(super) struct Machine<'a> {
    dots_per_mm: u32,
    size: MediaSize,
    settings: Settings,
    store: Store<'a>,
    field: Field<'a>,
    /// The label at hand; none outside of `^XA` and `^XZ`.
    canvas: Option<Bitmap>,
    copies: u32,
    /// Where the next `^FT` without a place goes on.
    pen: (i64, i64),
    painted: u64,
    commands: usize,
    picture_bytes: usize,
    line: usize,
    labels: Vec<DrawnLabel>,
    warnings: Vec<Warning>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(dots_per_mm: u32, size: MediaSize) -> Self {
        Self {
            dots_per_mm,
            size,
            settings: Settings::default(),
            store: Store::default(),
            field: Field::default(),
            canvas: None,
            copies: 1,
            pen: (0, 0),
            painted: 0,
            commands: 0,
            picture_bytes: 0,
            line: 1,
            labels: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> Drawing {
        if self.canvas.is_some() {
            self.warn("the last label has no ^XZ and does not print");
        }
        Drawing { labels: self.labels, warnings: self.warnings }
    }

    pub(super) fn run(&mut self, format: &Format<'a>) -> Result<(), ZplError> {
        let commands = format.commands.as_slice();
        let mut at = 0;
        while let Some(command) = commands.get(at) {
            let rest = &commands[at..];
            let to_end = rest.iter().position(|command| command.name == *b"XZ");
            at += 1;
            match &command.name {
                b"DF" => {
                    let length = to_end.unwrap_or(rest.len());
                    self.store.keep_format(command.data, rest[1..length].to_vec());
                    // A format that is stored does not print.
                    self.canvas = None;
                    self.field = Field::default();
                    at += length;
                }
                b"XF" => self.recall(command, &rest[..to_end.unwrap_or(rest.len())])?,
                _ => self.obey(command)?,
            }
        }
        Ok(())
    }

    /// `^XF`: a stored format, its variable fields filled from the rest of the label.
    fn recall(&mut self, command: &Command<'a>, label: &[Command<'a>]) -> Result<(), ZplError> {
        self.line = command.line;
        let Some(stored) = self.store.format(command.data).map(<[Command<'a>]>::to_vec) else {
            self.warn("^XF names a format that was not stored");
            return Ok(());
        };
        let mut values: BTreeMap<u32, Command<'a>> = BTreeMap::new();
        let mut number = None;
        for command in label {
            match &command.name {
                b"FN" => number = command.number(0),
                b"FD" | b"FV" => {
                    values.extend(number.take().map(|number| (number, *command)));
                }
                _ => {}
            }
        }
        for command in &stored {
            match &command.name {
                b"XF" | b"DF" => self.warn("a stored format recalls another one"),
                b"FN" => {
                    self.obey(command)?;
                    if let Some(value) = command.number(0).and_then(|number| values.get(&number)) {
                        self.obey(value)?;
                    }
                }
                _ => self.obey(command)?,
            }
        }
        Ok(())
    }

    fn obey(&mut self, command: &Command<'a>) -> Result<(), ZplError> {
        self.line = command.line;
        self.commands += 1;
        let error = |problem| ZplError { offset: command.offset, line: command.line, problem };
        if self.commands > COMMANDS_MAX {
            return Err(error(Problem::TooManyCommands));
        }
        match (command.prefix, &command.name) {
            (b'^', b"XA") => self.begin().map_err(error),
            (b'^', b"XZ") => self.end().map_err(error),
            (b'^', b"FS") => self.end_field().map_err(error),
            (b'^', [b'A', font]) => {
                self.font(command, *font);
                Ok(())
            }
            (b'^', [b'B', b'Y']) => {
                self.settings.bar(command);
                Ok(())
            }
            (b'^', [b'B', _]) => {
                self.code(command);
                Ok(())
            }
            (b'^', [b'F' | b'G' | b'X', _]) => {
                self.field_command(command);
                Ok(())
            }
            (b'^', [b'I', b'D']) => {
                self.store.forget(command.data);
                Ok(())
            }
            (b'^', [b'P', b'Q']) => {
                self.copies = command.number(0).unwrap_or(1).max(1);
                Ok(())
            }
            (b'^', _) => {
                let paper = self.size.width_mm * self.dots_per_mm;
                if let Err(what) = self.settings.obey(command, paper) {
                    self.warn(what);
                }
                Ok(())
            }
            _ => {
                self.control(command);
                Ok(())
            }
        }
    }

    fn warn(&mut self, what: impl Into<String>) {
        if self.warnings.len() < WARNINGS_MAX {
            self.warnings.push(Warning { line: self.line, what: what.into() });
        }
    }

    /// Counts dots that are about to be painted.
    fn work(&mut self, dots: u64) -> Result<(), Problem> {
        self.painted = self.painted.saturating_add(dots);
        if self.painted > PAINTED_DOTS_MAX { Err(Problem::TooMuchToPaint) } else { Ok(()) }
    }

    fn begin(&mut self) -> Result<(), Problem> {
        if self.canvas.is_some() {
            self.warn("^XA stands inside of a label");
        }
        let (width, height) =
            (self.size.width_mm * self.dots_per_mm, self.size.height_mm * self.dots_per_mm);
        self.work(u64::from(width) * u64::from(height))?;
        self.canvas = Some(Bitmap::new(width, height));
        self.field = Field::default();
        self.copies = 1;
        self.settings.reverses_all = false;
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        if self.field.origin.is_some() {
            self.warn("the last field has no ^FS");
            self.end_field()?;
        }
        let Some(mut picture) = self.canvas.take() else { return Ok(()) };
        let dots = u64::from(picture.width()) * u64::from(picture.height());
        if self.settings.is_mirrored {
            self.work(dots)?;
            picture = picture.mirrored();
        }
        if self.settings.is_inverted {
            self.work(dots)?;
            picture = picture.turned(Turn::Half);
        }
        self.picture_bytes += picture.bytes().len();
        if self.labels.len() >= LABELS_MAX || self.picture_bytes > PICTURE_BYTES_MAX {
            return Err(Problem::TooManyLabels);
        }
        self.labels.push(DrawnLabel { picture, copies: self.copies });
        Ok(())
    }

    /// `~` commands: downloads, and orders to the machine that do not show on paper.
    fn control(&mut self, command: &Command<'a>) {
        match &command.name {
            b"DG" => {
                let row_bytes = command.size(2).unwrap_or(0);
                self.download(command, command.size(1).unwrap_or(0), row_bytes, command.behind(3));
            }
            b"DY" => match (command.letter(1), command.letter(2)) {
                (Some(b'A' | b'B' | b'C'), Some(b'G')) => {
                    let row_bytes = command.size(4).unwrap_or(0);
                    let total = command.size(3).unwrap_or(0);
                    self.download(command, total, row_bytes, command.behind(5));
                }
                // A font: text is drawn with ours.
                (_, Some(b'T' | b'E')) => {}
                _ => self.warn("~DY is known for graphics (G) and fonts (T, E) only"),
            },
            b"DU" | b"DT" | b"DS" | b"SD" | b"JA" | b"JC" | b"JD" | b"JE" | b"JF" | b"JL"
            | b"JN" | b"JO" | b"JP" | b"JR" | b"JS" | b"JX" | b"PH" | b"PP" | b"PR" | b"PS"
            | b"HB" | b"HD" | b"HI" | b"HM" | b"HQ" | b"HS" | b"HU" | b"RO" | b"TA" | b"WC"
            | b"CC" | b"CD" | b"CT" | b"EG" => {}
            _ => self.warn(format!("{} is not known", command.title())),
        }
    }

    fn download(&mut self, command: &Command<'a>, total: usize, row_bytes: usize, data: &[u8]) {
        if !(1..=ROW_BYTES_MAX).contains(&row_bytes) {
            self.warn("the graphic has no rows, or wider ones than any label");
            return;
        }
        let limit = total.min(self.store.bytes_left());
        if limit < total {
            self.warn("the graphic is larger than the memory that is left");
        }
        let read = if command.letter(1) == Some(b'B') && command.name == *b"DY" {
            graphic::Graphic { bytes: data.iter().copied().take(limit).collect(), oddity: None }
        } else {
            graphic::read(data, row_bytes, limit)
        };
        if let Some(oddity) = read.oddity {
            self.warn(oddity);
        }
        let row_bytes = u32::try_from(row_bytes).expect("it is at most that of the widest label");
        if !read.bytes.is_empty() {
            let name = command.parameter(0).unwrap_or(b"UNKNOWN");
            self.store.keep_graphic(name, Bitmap::from_rows(row_bytes, read.bytes));
        }
    }

    fn code(&mut self, command: &Command<'a>) {
        if !code::is_known(command.name) {
            self.warn(format!("{} is not drawn", command.title()));
        }
        let turn = command.letter(0).and_then(turn_of).unwrap_or(self.settings.turn);
        self.field.code = Some((*command, self.settings.bar, turn));
    }

    fn font(&mut self, command: &Command<'a>, font: u8) {
        let turn = command.letter(0).and_then(turn_of);
        let (height, width) = (command.number(1), command.number(2));
        self.field.font = Some(AskedFont { letter: font, turn, height, width });
    }

    fn field_command(&mut self, command: &Command<'a>) {
        match &command.name {
            b"FO" => self.place(command, Anchor::Corner),
            b"FT" => self.place(command, Anchor::Baseline),
            b"FD" | b"FV" => self.field.data = Some(command.data),
            b"FH" => self.field.hex = Some(command.data.first().copied().unwrap_or(b'_')),
            b"FN" => self.field.number = command.number(0),
            b"FR" => self.field.is_reversed = true,
            b"FB" => {
                self.field.block = Some(Block {
                    width: command.number(0).unwrap_or(0).min(12_000),
                    lines_max: command.number(1).unwrap_or(1).clamp(1, 999),
                    spacing: command.signed(2).unwrap_or(0).clamp(-999, 999),
                    align: match command.letter(3) {
                        Some(b'C') => Align::Centre,
                        Some(b'R') => Align::Right,
                        _ => Align::Left,
                    },
                    hanging: command.number(4).unwrap_or(0).min(9_999),
                });
            }
            b"FW" => {
                if let Some(turn) = command.letter(0).and_then(turn_of) {
                    self.settings.turn = turn;
                }
            }
            b"FX" => {}
            b"GB" | b"GC" | b"GD" | b"GE" => self.shape(command),
            b"GF" => self.graphic(command),
            b"XG" => self.recall_graphic(command),
            _ => self.warn(format!("{} is not known", command.title())),
        }
    }

    fn place(&mut self, command: &Command<'a>, anchor: Anchor) {
        let (x, y) = match (anchor, command.signed(0), command.signed(1)) {
            // Behind the text before.
            (Anchor::Baseline, None, None) => self.pen,
            (_, x, y) => {
                let (left, top) = self.settings.home;
                let x = x.unwrap_or(0) + left - self.settings.shift;
                (x, y.unwrap_or(0) + top + self.settings.top)
            }
        };
        let anchor = match (anchor, command.number(2)) {
            (Anchor::Corner, Some(1)) => Anchor::FarCorner,
            (other, _) => other,
        };
        self.field.origin = Some((x, y, Some(anchor)));
    }

    fn shape(&mut self, command: &Command<'a>) {
        let thickness = |index| command.number(index).unwrap_or(1).max(1);
        let ink = |index| match command.letter(index) {
            Some(b'W') => Ink::White,
            _ => Ink::Black,
        };
        let is_circle = command.name == *b"GC";
        let thick = thickness(if is_circle { 1 } else { 2 });
        let width = command.number(0).unwrap_or(0).max(thick);
        let height = if is_circle { width } else { command.number(1).unwrap_or(0).max(thick) };
        if u64::from(width + thick) * u64::from(height) > ELEMENT_DOTS_MAX {
            self.warn(format!("{} is larger than any label", command.title()));
            return;
        }
        let lean = if command.letter(4) == Some(b'L') { Lean::Left } else { Lean::Right };
        self.field.shape = Some(match &command.name {
            b"GB" => {
                let rounding = command.number(4).unwrap_or(0);
                (shape::frame(width, height, thick, rounding), ink(3))
            }
            b"GD" => (shape::diagonal(width, height, thick, lean), ink(3)),
            _ => (shape::ellipse(width, height, thick), ink(if is_circle { 2 } else { 3 })),
        });
    }

    fn graphic(&mut self, command: &Command<'a>) {
        let row_bytes = command.size(3).unwrap_or(0);
        let total = command.size(2).or(command.size(1)).unwrap_or(0);
        let most = usize::try_from(ELEMENT_DOTS_MAX / 8).unwrap_or(usize::MAX);
        if !(1..=ROW_BYTES_MAX).contains(&row_bytes) || total > most {
            self.warn("^GF has no rows, or more than any label");
            return;
        }
        let data = command.behind(4);
        let read = if command.letter(0) == Some(b'B') {
            graphic::Graphic { bytes: data.iter().copied().take(total).collect(), oddity: None }
        } else {
            graphic::read(data, row_bytes, total)
        };
        if let Some(oddity) = read.oddity {
            self.warn(oddity);
        }
        let row_bytes = u32::try_from(row_bytes).expect("it is at most that of the widest label");
        self.field.shape = Some((Bitmap::from_rows(row_bytes, read.bytes), Ink::Black));
    }

    fn recall_graphic(&mut self, command: &Command<'a>) {
        let name = command.parameter(0).unwrap_or_default();
        let Some(graphic) = self.store.graphic(name) else {
            self.warn("^XG names a graphic that was not stored");
            return;
        };
        let times = |index| command.number(index).unwrap_or(1).clamp(1, 10);
        let (across, down) = (times(1), times(2));
        let dots = u64::from(graphic.width() * across) * u64::from(graphic.height() * down);
        if dots > ELEMENT_DOTS_MAX {
            self.warn("^XG is larger than any label");
            return;
        }
        let graphic = graphic.clone();
        let graphic =
            if (across, down) == (1, 1) { graphic } else { graphic.magnified(across, down) };
        self.field.shape = Some((graphic, Ink::Black));
    }

    /// `^FS`: draws what was said.
    fn end_field(&mut self) -> Result<(), Problem> {
        let field = std::mem::take(&mut self.field);
        let Some((x, y, anchor)) = field.origin else { return Ok(()) };
        let anchor = anchor.unwrap_or(Anchor::Corner);
        let reversed = field.is_reversed || self.settings.reverses_all;
        if let Some((picture, ink)) = field.shape {
            let ink = if reversed { Ink::Invert } else { ink };
            return self.paint(&Piece::whole(picture, Turn::None), (x, y), anchor, ink);
        }
        let Some(data) = field.data else { return Ok(()) };
        let data = self.data(data, field.hex);
        let ink = if reversed { Ink::Invert } else { Ink::Black };
        if let Some((command, bar, turn)) = field.code {
            if !code::is_known(command.name) {
                return Ok(());
            }
            return match code::draw(&command, bar, turn, &data) {
                Ok(piece) => self.paint(&piece, (x, y), anchor, ink),
                Err(why) => {
                    self.warn(why);
                    Ok(())
                }
            };
        }
        let text = self.decoded(&data);
        let (font, turn) = self.field_font(field.font);
        self.work(font.work(text.chars().count()))?;
        let Some(drawn) = field::draw(&text, font, field.block, turn) else {
            self.warn("a text is larger than any label");
            return Ok(());
        };
        if let Some(oddity) = drawn.oddity {
            self.warn(oddity);
        }
        self.pen = (x + i64::from(drawn.advance), y);
        self.paint(&drawn.piece, (x, y), anchor, ink)
    }

    fn field_font(&self, asked: Option<AskedFont>) -> (Font, Turn) {
        let (letter, height, width) = self.settings.font;
        let turn = self.settings.turn;
        let Some(asked) = asked else { return (Font::new(letter, height, width), turn) };
        let (height, width) = match (asked.height, asked.width) {
            (None, None) => (height, width),
            given => given,
        };
        (Font::new(asked.letter, height, width), asked.turn.unwrap_or(turn))
    }

    /// A field's bytes: line ends vanish, `^FH` escapes are resolved.
    fn data(&mut self, data: &[u8], hex: Option<u8>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(data.len().min(FIELD_BYTES_MAX));
        let mut rest = data;
        while let [first, after @ ..] = rest {
            rest = after;
            let nibble = |byte: u8| char::from(byte).to_digit(16);
            match (hex == Some(*first), after) {
                (true, [high, low, behind @ ..]) => match (nibble(*high), nibble(*low)) {
                    (Some(high), Some(low)) => {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(0));
                        rest = behind;
                    }
                    _ => bytes.push(*first),
                },
                _ if matches!(first, b'\r' | b'\n') => {}
                _ => bytes.push(*first),
            }
        }
        if bytes.len() > FIELD_BYTES_MAX {
            self.warn(format!("a field holds {FIELD_BYTES_MAX} bytes, the rest is cut off"));
            bytes.truncate(FIELD_BYTES_MAX);
        }
        bytes
    }

    fn decoded(&mut self, data: &[u8]) -> String {
        match self.settings.charset {
            Charset::Utf8 => String::from_utf8_lossy(data).into_owned(),
            Charset::Single(encoding) => encoding.decode_without_bom_handling(data).0.into_owned(),
        }
    }

    fn paint(
        &mut self,
        piece: &Piece,
        (x, y): (i64, i64),
        anchor: Anchor,
        ink: Ink,
    ) -> Result<(), Problem> {
        self.work(u64::from(piece.picture.width()) * u64::from(piece.picture.height()))?;
        let (left, top) = piece.point(anchor);
        let Some(canvas) = &mut self.canvas else {
            self.warn("a field stands outside of a label");
            return Ok(());
        };
        if piece.turn == Turn::None {
            canvas.paint(x - left, y - top, &piece.picture, ink);
        } else {
            canvas.paint(x - left, y - top, &piece.picture.turned(piece.turn), ink);
        }
        Ok(())
    }
}
