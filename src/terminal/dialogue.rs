//! What a dialogue takes in and gives out. Pure data; sentences are keys until the very end.

use serde::{Deserialize, Serialize};

use crate::barcodes::{Aim, CommandCode, OwnCode, OwnKind, Scan};
use crate::text_enum;

text_enum! {
    /// The verdict on a scan.
    #[derive(Default)]
    pub enum Feedback {
        #[default]
        Ok = "ok",
        /// Taken, but look at the screen.
        Warn = "warn",
        /// Not taken; nothing changed.
        Error = "error",
    }
}

text_enum! {
    /// What is heard. `Done` tells that a piece of work is finished.
    pub enum Sound {
        Good = "good",
        Attention = "attention",
        Error = "error",
        Done = "done",
    }
}

text_enum! {
    /// The colour of the whole screen.
    pub enum Colour {
        Green = "green",
        Yellow = "yellow",
        Red = "red",
    }
}

text_enum! {
    /// What the screen asks for, so that a device can show the right picture and keyboard.
    pub enum Expect {
        Badge = "badge",
        Pin = "pin",
        Choice = "choice",
        Document = "document",
        Bin = "bin",
        Item = "item",
        Tote = "tote",
        HandlingUnit = "handling_unit",
        Parcel = "parcel",
        Lot = "lot",
        Date = "date",
        Quantity = "quantity",
        Weight = "weight",
        Dimensions = "dimensions",
        Packaging = "packaging",
        Reason = "reason",
        Confirm = "confirm",
        Anything = "anything",
    }
}

impl Feedback {
    pub const fn colour(self) -> Colour {
        match self {
            Self::Ok => Colour::Green,
            Self::Warn => Colour::Yellow,
            Self::Error => Colour::Red,
        }
    }
}

/// A sentence to be said in the language of whoever holds the device: a key of `locales/` and values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    key: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Vec<(String, String)>,
}

impl Text {
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), args: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn say(&self, language: crate::i18n::Language) -> String {
        let args: Vec<(&str, String)> =
            self.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        crate::i18n::text(language, &self.key, &args)
    }
}

/// One screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The one big line: what to do now.
    pub title: Text,
    /// Few and short: where, what, how many.
    pub lines: Vec<Text>,
    pub expect: Expect,
    /// Done and in all.
    pub progress: Option<(i64, i64)>,
    /// Whether the last scan can be taken back.
    pub undo: bool,
}

impl View {
    pub fn new(title: Text, expect: Expect) -> Self {
        Self { title, lines: Vec::new(), expect, progress: None, undo: false }
    }

    #[must_use]
    pub fn line(mut self, line: Text) -> Self {
        self.lines.push(line);
        self
    }

    #[must_use]
    pub fn progress(mut self, done: i64, all: i64) -> Self {
        self.progress = Some((done, all));
        self
    }

    #[must_use]
    pub fn with_undo(mut self) -> Self {
        self.undo = true;
        self
    }
}

/// What one scan came to in a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<S> {
    pub state: S,
    pub feedback: Feedback,
    /// Said above the screen, once.
    pub message: Option<Text>,
}

impl<S> Step<S> {
    pub const fn ok(state: S) -> Self {
        Self { state, feedback: Feedback::Ok, message: None }
    }

    pub const fn warn(state: S, message: Text) -> Self {
        Self { state, feedback: Feedback::Warn, message: Some(message) }
    }

    /// Not what the step expects. Nothing may have been changed.
    pub const fn error(state: S, message: Text) -> Self {
        Self { state, feedback: Feedback::Error, message: Some(message) }
    }

    #[must_use]
    pub fn saying(mut self, message: Text) -> Self {
        self.message = Some(message);
        self
    }

    pub fn map<T>(self, into: impl FnOnce(S) -> T) -> Step<T> {
        Step { state: into(self.state), feedback: self.feedback, message: self.message }
    }
}

/// What was scanned or typed, read in every way that makes sense.
#[derive(Debug, Clone)]
pub struct Input {
    pub scan: Scan,
    command: Option<CommandCode>,
}

/// A typed number is never longer: longer digits are barcodes.
const NUMBER_DIGITS_MAX: usize = 6;

impl Input {
    /// Reads a scan. A command is a code of the wall sheet, or its word typed: in English, also
    /// through the Russian layout, or in Russian.
    pub fn read(data: &str) -> Self {
        Self::read_as(data, None)
    }

    /// Reads a scan whose device named the symbology: `]d2`, or its maker's word for it.
    pub fn read_as(data: &str, symbology: Option<&str>) -> Self {
        let scan = crate::barcodes::read_as(data, symbology.and_then(Aim::named));
        let command = match scan.own() {
            Some(own) => own.command(),
            None => scan.texts().find_map(CommandCode::typed),
        };
        Self { scan, command }
    }

    /// The input as a message names it: what a person typed in Russian is shown as it was typed,
    /// not as the Latin letters of its keys.
    pub fn shown(&self) -> &str {
        let raw = self.scan.raw.trim();
        let russian = raw.chars().any(|c| matches!(c, 'А'..='я' | 'Ё' | 'ё'));
        if russian { raw } else { self.text() }
    }

    pub const fn command(&self) -> Option<CommandCode> {
        self.command
    }

    pub fn is_command(&self, command: CommandCode) -> bool {
        self.command == Some(command)
    }

    /// A typed number: up to six digits.
    pub fn number(&self) -> Option<i64> {
        let text = self.scan.text.trim();
        let is_number = !text.is_empty()
            && text.len() <= NUMBER_DIGITS_MAX
            && text.chars().all(|c| c.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    }

    /// The code behind one of our own labels of this kind.
    pub fn own(&self, kind: OwnKind) -> Option<&str> {
        self.scan.own().filter(|own| own.kind() == kind).map(OwnCode::code)
    }

    pub fn text(&self) -> &str {
        &self.scan.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::flows::menu;

    /// Written in capitals, and nothing to type.
    const NO_WORDS: &[&str] = &[
        "ДД", "ММ", "ГГГГ", "PIN", "API", "CSV", "XLSX", "TCP", "ID", "UTF", "ZPL", "HTTP", "FNC",
        "GS",
    ];

    #[test]
    fn commands_are_read_from_every_keyboard() {
        for (typed, command) in [
            ("готово", CommandCode::Done),
            (" Готово \r\n", CommandCode::Done),
            ("done", CommandCode::Done),
            ("ВЩТУ", CommandCode::Done),
            ("вщту", CommandCode::Done),
            ("Нуы", CommandCode::Yes),
            ("да", CommandCode::Yes),
            ("нет", CommandCode::No),
        ] {
            assert_eq!(Input::read(typed).command(), Some(command), "{typed}");
        }
        assert_eq!(Input::read("дача").command(), None);
    }

    #[test]
    fn messages_name_what_was_typed() {
        assert_eq!(Input::read(" готово\r\n").shown(), "готово");
        assert_eq!(Input::read("4601234567893\r\n").shown(), "4601234567893");
    }

    /// Every word in capitals that a Russian screen shows is something to type or scan, and is taken.
    #[test]
    fn what_russian_screens_ask_to_type_is_accepted() {
        let texts = [
            include_str!("../../locales/ru/terminal.ftl"),
            include_str!("../../locales/ru/manifests.ftl"),
            include_str!("../../locales/ru/packing.ftl"),
            include_str!("../../locales/ru/picking.ftl"),
            include_str!("../../locales/ru/receiving.ftl"),
            include_str!("../../locales/ru/stock.ftl"),
        ];
        let mut asked = std::collections::BTreeSet::new();
        for text in texts {
            let words = text.split(|c: char| !c.is_alphabetic());
            let loud =
                |word: &&str| word.chars().count() > 1 && word.chars().all(char::is_uppercase);
            asked.extend(words.filter(loud).filter(|word| !NO_WORDS.contains(word)));
        }
        for word in &asked {
            let command = Input::read(word).command();
            assert!(command.is_some(), "{word} is asked for and not accepted");
            let russian = CommandCode::russian_words(command.expect("was just found"));
            assert!(russian.contains(word), "{word} is no Russian word");
        }
        assert!(asked.contains("ГОТОВО") && asked.len() > 8, "{asked:?}");
    }

    #[test]
    fn the_works_of_the_menu_are_chosen_by_the_words_on_it() {
        let shown = include_str!("../../locales/ru/terminal.ftl");
        for flow in crate::terminal::flows::Flow::ALL {
            let start = format!("menu-{flow} = {{ $number }} ");
            let title = shown.lines().find_map(|line| line.strip_prefix(&start));
            let title = title.expect("every work has a line");
            assert_eq!(menu::choice(&Input::read(title)), Some(*flow), "{title}");
        }
    }
}
