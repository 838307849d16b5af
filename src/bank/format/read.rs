//! Reading, line by line.

use std::borrow::Cow;

use super::{Encoding, Fault, FaultCode, Field, MAGIC, Section, SectionKind, encoding_of, is_key};

const ACCOUNT: (&str, &str) = ("СекцияРасчСчет", "КонецРасчСчет");
const DOCUMENT: (&str, &str) = ("СекцияДокумент", "КонецДокумента");
const END: &str = "КонецФайла";
/// How marks begin, those of sections that nobody knows too.
const BEGINS: &str = "Секция";
const ENDS: &str = "Конец";

/// What a line, or the last one of a section, came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A line outside of all sections.
    Head(Field),
    Section(Section),
    Fault(Fault),
}

#[derive(Debug)]
enum State {
    /// Before the first line.
    Start,
    /// Outside of sections.
    Between,
    Inside(Section),
    /// In a section that nobody knows.
    Skipping,
    /// After the last line, or the file is something else.
    Over,
}

/// Takes lines and tells what they come to.
#[derive(Debug)]
pub struct Reader {
    state: State,
    line: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self { state: State::Start, line: 0 }
    }
}

impl Reader {
    /// The next line, with or without its end.
    pub fn push(&mut self, line: &str, mut sink: impl FnMut(Item)) {
        self.line += 1;
        let text = line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
        if text.is_empty() {
            return;
        }
        let state = std::mem::replace(&mut self.state, State::Over);
        self.state = match state {
            State::Start if is_key(text, MAGIC) => State::Between,
            State::Start => {
                sink(self.fault("", FaultCode::NotExchange, text));
                State::Over
            }
            State::Over => State::Over,
            State::Skipping if starts(text, ENDS) && !is_key(text, END) => State::Between,
            State::Skipping if !starts(text, BEGINS) && !is_key(text, END) => State::Skipping,
            State::Between | State::Skipping => self.between(text, &mut sink),
            State::Inside(section) => self.inside(section, text, &mut sink),
        };
    }

    /// The file is over.
    pub fn finish(self, mut sink: impl FnMut(Item)) {
        match &self.state {
            State::Over => {}
            State::Start => sink(self.fault("", FaultCode::NotExchange, "")),
            // What was cut may be cut in the middle of a sum: it is not used.
            State::Inside(section) => sink(self.fault(mark(section), FaultCode::EndMissing, "")),
            State::Between | State::Skipping => sink(self.fault("", FaultCode::EndMissing, "")),
        }
    }

    fn fault(&self, key: &str, code: FaultCode, value: &str) -> Item {
        Item::Fault(Fault::new(self.line, key, code, value))
    }

    fn field(&self, text: &str) -> Option<Field> {
        let (key, value) = text.split_once('=')?;
        let (key, value) = (key.trim(), value.trim());
        let is_there = !key.is_empty();
        is_there.then(|| Field { line: self.line, key: printable(key), value: printable(value) })
    }

    fn between(&self, text: &str, sink: &mut impl FnMut(Item)) -> State {
        if is_key(text, END) {
            return State::Over;
        }
        if starts(text, BEGINS) {
            let (key, title) = text.split_once('=').unwrap_or((text, ""));
            let kind = match key.trim() {
                key if is_key(key, ACCOUNT.0) => SectionKind::Account,
                key if is_key(key, DOCUMENT.0) => SectionKind::Document,
                key => {
                    sink(self.fault(key, FaultCode::SectionUnknown, title));
                    return State::Skipping;
                }
            };
            let title = title.trim().to_owned();
            return State::Inside(Section { kind, title, line: self.line, fields: Vec::new() });
        }
        match self.field(text) {
            Some(field) => sink(Item::Head(field)),
            None => sink(self.fault("", FaultCode::LineUnreadable, text)),
        }
        State::Between
    }

    fn inside(&self, mut section: Section, text: &str, sink: &mut impl FnMut(Item)) -> State {
        if is_key(text, ACCOUNT.1) || is_key(text, DOCUMENT.1) {
            sink(Item::Section(section));
            return State::Between;
        }
        let key = text.split_once('=').map_or(text, |(key, _)| key.trim());
        if is_key(text, END) || is_key(key, ACCOUNT.0) || is_key(key, DOCUMENT.0) {
            sink(Item::Fault(Fault::new(
                section.line,
                mark(&section),
                FaultCode::SectionNotClosed,
                "",
            )));
            sink(Item::Section(section));
            return self.between(text, sink);
        }
        match (self.field(text), section.fields.last_mut()) {
            (Some(field), _) => section.fields.push(field),
            // Some banks break long purposes into lines.
            (None, Some(last)) if !text.contains('=') => {
                last.value.push(' ');
                last.value.push_str(&printable(text));
            }
            (None, _) => sink(self.fault("", FaultCode::LineUnreadable, text)),
        }
        State::Inside(section)
    }
}

/// Control characters are blanks: a database refuses some of them.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn mark(section: &Section) -> &'static str {
    match section.kind {
        SectionKind::Account => ACCOUNT.0,
        SectionKind::Document => DOCUMENT.0,
    }
}

fn starts(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|start| is_key(start, mark))
}

/// Reads a whole file that is in memory.
pub fn read(bytes: &[u8]) -> (Encoding, Vec<Item>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (encoding, text) = if let Ok(text) = std::str::from_utf8(bytes) {
        (Encoding::Utf8, Cow::Borrowed(text))
    } else {
        let encoding = encoding_of(bytes);
        (encoding, encoding.codec().decode_without_bom_handling(bytes).0)
    };
    let mut items = Vec::new();
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.push(line, |item| items.push(item));
    }
    reader.finish(|item| items.push(item));
    (encoding, items)
}
