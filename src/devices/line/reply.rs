//! From a verdict to the bytes that a device sounds and shows.

use encoding_rs::Encoding;

use super::protocol::LineProtocol;

crate::text_enum! {
    /// The verdict on a scan, as the man with the scanner hears it.
    pub enum Feedback {
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
    pub feedback: Feedback,
    /// Texts for the display; each begins a new line there.
    pub lines: Vec<String>,
}

impl LineProtocol {
    /// The bytes to send. Texts are broken between words into the columns of the display; what its
    /// rows cannot show is replaced by two dots.
    pub fn encode_reply(&self, reply: &Reply) -> Vec<u8> {
        let rules = &self.reply;
        let verdict = rules.verdict(reply.feedback);
        let number = reply.sequence.map(|number| format!("#{number} ")).unwrap_or_default();
        let mut out =
            format!("{number}{}{}{}", verdict.word, verdict.sound, rules.line_end).into_bytes();
        for line in lines_of_display(&reply.lines, rules.columns, rules.rows) {
            encode(&line, rules.encoding(), &mut out);
            out.extend_from_slice(rules.line_end.as_bytes());
        }
        out.extend_from_slice(rules.line_end.as_bytes());
        out
    }
}

fn lines_of_display(texts: &[String], columns: usize, rows: usize) -> Vec<String> {
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
