//! From a verdict to the bytes that a device sounds and shows.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use serde::Deserialize;

use super::super::bytes::Bytes;
use super::protocol::{Packets, StreamProtocol};
use super::ssi;

crate::text_enum! {
    /// The verdict on a scan, as the man with the scanner hears it.
    #[schema(as = ScanVerdict)]
    pub enum Verdict {
        Ok = "ok",
        /// Look at the screen.
        Warn = "warn",
        /// Stop.
        Error = "error",
    }
}

/// The sign that a text went on behind the edge of the display. Every encoding has it.
const CUT: &str = "..";

/// What a device should sound and show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The number of the scan that is answered, if it had one.
    pub sequence: Option<i64>,
    pub verdict: Verdict,
    /// Texts for the display; each begins a new line there.
    pub lines: Vec<String>,
}

/// `[feedback]`: for each verdict the commands to send, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedbackRules {
    #[serde(default)]
    pub(super) ok: Vec<Bytes>,
    #[serde(default)]
    pub(super) warn: Vec<Bytes>,
    #[serde(default)]
    pub(super) error: Vec<Bytes>,
    /// Stands around the number of the scan, before all else.
    #[serde(default)]
    before_number: Bytes,
    #[serde(default)]
    after_number: Bytes,
    /// Ends the whole.
    #[serde(default)]
    end: Bytes,
    /// The device is blocked until it is answered, at most for so long.
    #[serde(default)]
    pub(super) within_ms: u64,
}

impl FeedbackRules {
    pub(super) fn around_number(&self) -> (&[u8], &[u8]) {
        (&self.before_number, &self.after_number)
    }

    pub(super) fn end(&self) -> &[u8] {
        &self.end
    }

    pub(super) fn of(&self, verdict: Verdict) -> &[Bytes] {
        match verdict {
            Verdict::Ok => &self.ok,
            Verdict::Warn => &self.warn,
            Verdict::Error => &self.error,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cyrillic {
    #[default]
    AsItIs,
    /// In Latin letters, for displays without Cyrillic.
    Latin,
}

/// `[display]`: what the device can show.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DisplayRules {
    encoding: String,
    #[serde(default)]
    cyrillic: Cyrillic,
    columns: usize,
    rows: usize,
    /// Before the first line.
    #[serde(default)]
    before: Bytes,
    /// Between two lines.
    #[serde(default)]
    between: Bytes,
    /// Behind each line.
    #[serde(default)]
    line_end: Bytes,
}

impl DisplayRules {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if self.columns < 4 {
            return Err(("display.columns", "a display has at least 4 columns".to_owned()));
        }
        if self.rows == 0 {
            return Err(("display.rows", "a display has at least a row".to_owned()));
        }
        if Encoding::for_label(self.encoding.as_bytes()).is_none() {
            let problem = format!("the encoding {} is not known", self.encoding);
            return Err(("display.encoding", problem));
        }
        Ok(())
    }

    pub(super) fn encoding_name(&self) -> &str {
        &self.encoding
    }

    pub(super) fn line_end(&self) -> &[u8] {
        &self.line_end
    }

    fn encoding(&self) -> &'static Encoding {
        Encoding::for_label(self.encoding.as_bytes())
            .expect("checked when the description was read")
    }

    fn show(&self, texts: &[String], out: &mut Vec<u8>) {
        let lines = match self.cyrillic {
            Cyrillic::AsItIs => lines_of_display(texts, self.columns, self.rows),
            Cyrillic::Latin => {
                let texts: Vec<String> = texts.iter().map(|text| in_latin(text)).collect();
                lines_of_display(&texts, self.columns, self.rows)
            }
        };
        for (number, line) in lines.iter().enumerate() {
            out.extend_from_slice(if number == 0 { &self.before } else { &self.between });
            encode(line, self.encoding(), out);
            out.extend_from_slice(&self.line_end);
        }
    }
}

/// `[commands]`: what stands around each command, and the commands that have a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandRules {
    #[serde(default)]
    before: Bytes,
    #[serde(default)]
    after: Bytes,
    /// Whether each command travels in a frame like the device's own.
    #[serde(default)]
    envelope: Envelope,
    #[serde(default)]
    named: BTreeMap<String, Vec<Bytes>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Envelope {
    #[default]
    None,
    Frame,
}

impl CommandRules {
    pub(super) fn check(&self, feedback: &FeedbackRules) -> Result<(), (&'static str, String)> {
        let all = [&feedback.ok, &feedback.warn, &feedback.error];
        if all.into_iter().chain(self.named.values()).flatten().any(|bytes| bytes.is_empty()) {
            return Err(("feedback.ok", "a command has at least one byte".to_owned()));
        }
        Ok(())
    }
}

impl StreamProtocol {
    /// The bytes to send for a verdict. Texts are broken between words into the columns of the
    /// display; what its rows cannot show is replaced by two dots.
    pub fn feedback(&self, reply: &Reply) -> Vec<u8> {
        let rules = &self.feedback;
        let mut out = Vec::new();
        if let Some(number) = reply.sequence
            && !(rules.before_number.is_empty() && rules.after_number.is_empty())
        {
            out.extend_from_slice(&rules.before_number);
            out.extend_from_slice(number.to_string().as_bytes());
            out.extend_from_slice(&rules.after_number);
        }
        self.wrap_commands(rules.of(reply.verdict), &mut out);
        if let Some(display) = &self.display {
            display.show(&reply.lines, &mut out);
        }
        out.extend_from_slice(&rules.end);
        out
    }

    /// The bytes of a command by its name in the file: `trigger_on`.
    pub fn command(&self, name: &str) -> Option<Vec<u8>> {
        let commands = self.commands.named.get(name)?;
        let mut out = Vec::new();
        self.wrap_commands(commands, &mut out);
        Some(out)
    }

    /// The names that `command` knows.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.commands.named.keys().map(String::as_str)
    }

    pub(super) fn wrap_commands(&self, commands: &[Bytes], out: &mut Vec<u8>) {
        for command in commands {
            out.extend_from_slice(&self.commands.before);
            match (self.commands.envelope, self.packets) {
                (Envelope::None, _) => out.extend_from_slice(command),
                (Envelope::Frame, Packets::None) => {
                    out.extend_from_slice(&self.frame.wrap(command));
                }
                (Envelope::Frame, Packets::Ssi) => {
                    out.extend_from_slice(&ssi::host_packet(command));
                }
            }
            out.extend_from_slice(&self.commands.after);
        }
    }
}

pub(super) fn lines_of_display(texts: &[String], columns: usize, rows: usize) -> Vec<String> {
    let mut lines: Vec<String> = texts.iter().flat_map(|text| broken(text, columns)).collect();
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            mark_cut(last, columns);
        }
    }
    lines
}

/// One text as lines of at most `columns` characters. A word longer than a line goes on in the next.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let plain = text.replace(char::is_control, " ");
    let mut lines: Vec<String> = Vec::new();
    for word in plain.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + length <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => {
                let characters: Vec<char> = word.chars().collect();
                lines.extend(characters.chunks(columns).map(|piece| piece.iter().collect()));
            }
        }
    }
    lines
}

/// Russian letters in Latin ones, by sound: for a display that has no others.
fn in_latin(text: &str) -> String {
    const LATIN: [&str; 32] = [
        "a", "b", "v", "g", "d", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s",
        "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya",
    ];
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let small = match letter {
            'Ё' | 'ё' => Some("e"),
            'А'..='Я' => LATIN.get(letter as usize - 'А' as usize).copied(),
            'а'..='я' => LATIN.get(letter as usize - 'а' as usize).copied(),
            '№' => Some("No"),
            _ => None,
        };
        match small {
            Some(latin) if letter.is_uppercase() => {
                let mut characters = latin.chars();
                out.extend(characters.next().map(|first| first.to_ascii_uppercase()));
                out.push_str(characters.as_str());
            }
            Some(latin) => out.push_str(latin),
            None => out.push(letter),
        }
    }
    out
}

/// Makes room for the sign behind the last whole word that leaves it.
fn mark_cut(line: &mut String, columns: usize) {
    while line.chars().count() + CUT.len() > columns {
        match line.rfind(' ') {
            Some(space) => line.truncate(space),
            None => {
                line.pop();
            }
        }
    }
    line.push_str(CUT);
}

/// A letter that the display's encoding lacks becomes a question mark, one for one, so that the
/// columns stay right.
fn encode(text: &str, encoding: &'static Encoding, out: &mut Vec<u8>) {
    for character in text.chars() {
        let mut utf8 = [0; 4];
        let (bytes, _, had_errors) = encoding.encode(character.encode_utf8(&mut utf8));
        if had_errors {
            out.push(b'?');
        } else {
            out.extend_from_slice(&bytes);
        }
    }
}
