//! Cutting ZPL into commands.

use super::{COMMANDS_MAX, INPUT_BYTES_MAX, Problem, ZplError};

/// One command with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// `^` or `~`, whatever sign the input uses for it.
    pub prefix: u8,
    /// Two letters in upper case; of `^A` the second is the font.
    pub name: [u8; 2],
    /// Everything up to the next command.
    pub data: &'a [u8],
    /// What stands between parameters.
    pub delimiter: u8,
    pub offset: usize,
    /// From 1.
    pub line: usize,
}

/// The commands of an input, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format<'a> {
    pub commands: Vec<Command<'a>>,
}

/// Cuts an input into commands. Follows changes of the prefixes and the delimiter; whatever stands
/// outside of commands is no part of the result.
pub fn parse(input: &[u8]) -> Result<Format<'_>, ZplError> {
    if input.len() > INPUT_BYTES_MAX {
        return Err(ZplError { offset: 0, line: 1, problem: Problem::InputTooLong });
    }
    let mut cutter = Cutter { input, at: 0, line: 1, format: b'^', control: b'~', delimiter: b',' };
    let mut commands = Vec::new();
    while let Some(command) = cutter.next()? {
        if commands.len() >= COMMANDS_MAX {
            return Err(cutter.error(Problem::TooManyCommands));
        }
        commands.push(command);
    }
    Ok(Format { commands })
}

struct Cutter<'a> {
    input: &'a [u8],
    at: usize,
    line: usize,
    format: u8,
    control: u8,
    delimiter: u8,
}

impl<'a> Cutter<'a> {
    const fn error(&self, problem: Problem) -> ZplError {
        ZplError { offset: self.at, line: self.line, problem }
    }

    /// Goes on by so many bytes.
    fn advance(&mut self, count: usize) {
        let end = (self.at + count).min(self.input.len());
        self.line += self.input[self.at..end].split(|byte| *byte == b'\n').count() - 1;
        self.at = end;
    }

    fn rest(&self) -> &'a [u8] {
        &self.input[self.at..]
    }

    fn to_next_prefix(&self) -> usize {
        let is_prefix = |byte: &u8| *byte == self.format || *byte == self.control;
        self.rest().iter().position(is_prefix).unwrap_or(self.rest().len())
    }

    fn next(&mut self) -> Result<Option<Command<'a>>, ZplError> {
        self.advance(self.to_next_prefix());
        let Some(first) = self.rest().first() else { return Ok(None) };
        let prefix = if *first == self.format { b'^' } else { b'~' };
        let (offset, line) = (self.at, self.line);
        let Some(name) = self.rest().get(1..3) else {
            return Err(self.error(Problem::CommandCut));
        };
        let name = [name[0].to_ascii_uppercase(), name[1].to_ascii_uppercase()];
        self.advance(3);
        let delimiter = self.delimiter;
        let length = match name {
            [b'C', b'C' | b'D' | b'T'] => self.change_sign(name[1])?,
            [b'G', b'F'] if self.rest().first() == Some(&b'B') => self.binary_length(1, 4)?,
            [b'D', b'Y'] if prefix == b'~' && self.is_binary_download() => {
                self.binary_length(3, 5)?
            }
            _ => self.to_next_prefix(),
        };
        let data = &self.rest()[..length];
        self.advance(length);
        Ok(Some(Command { prefix, name, data, delimiter, offset, line }))
    }

    /// The sign that stands behind `^CC`, `^CD` or `^CT` is in use from here on.
    fn change_sign(&mut self, which: u8) -> Result<usize, ZplError> {
        let sign = *self.rest().first().ok_or_else(|| self.error(Problem::CommandCut))?;
        match which {
            b'C' => self.format = sign,
            b'T' => self.control = sign,
            _ => self.delimiter = sign,
        }
        Ok(1)
    }

    fn is_binary_download(&self) -> bool {
        let second = self.rest().split(|byte| *byte == self.delimiter).nth(1);
        second.is_some_and(|format| matches!(format, b"B" | b"b"))
    }

    /// Length of a command whose data is binary: `of` is the place of the parameter with the number
    /// of bytes, `before` how many parameters stand before them.
    fn binary_length(&self, of: usize, before: usize) -> Result<usize, ZplError> {
        let rest = self.rest();
        let mut parameters = rest.splitn(before + 1, |byte| *byte == self.delimiter);
        let cut = || self.error(Problem::GraphicCut);
        let number = parameters.nth(of).and_then(|text| std::str::from_utf8(text).ok());
        let number: usize = number.and_then(|text| text.trim().parse().ok()).ok_or_else(cut)?;
        let data = parameters.nth(before - of - 1).ok_or_else(cut)?;
        if number > data.len() {
            return Err(cut());
        }
        Ok(rest.len() - data.len() + number)
    }
}

impl<'a> Command<'a> {
    pub(super) fn parameter(&self, index: usize) -> Option<&'a [u8]> {
        let delimiter = self.delimiter;
        let parameter = self.data.split(|byte| *byte == delimiter).nth(index)?.trim_ascii();
        (!parameter.is_empty()).then_some(parameter)
    }

    /// A whole number of at most 32000; none if it is missing, negative or no number.
    pub(super) fn number(&self, index: usize) -> Option<u32> {
        let text = std::str::from_utf8(self.parameter(index)?).ok()?;
        text.parse::<u64>().ok().map(|number| u32::try_from(number).unwrap_or(32_000).min(32_000))
    }

    /// A number that may be negative.
    pub(super) fn signed(&self, index: usize) -> Option<i64> {
        let text = std::str::from_utf8(self.parameter(index)?).ok()?;
        text.parse::<i64>().ok().map(|number| number.clamp(-32_000, 32_000))
    }

    /// A number of up to seven digits: sizes of graphics.
    pub(super) fn size(&self, index: usize) -> Option<usize> {
        let text = std::str::from_utf8(self.parameter(index)?).ok()?;
        text.parse::<usize>().ok().filter(|size| *size <= INPUT_BYTES_MAX * 64)
    }

    /// The first letter of a parameter, in upper case.
    pub(super) fn letter(&self, index: usize) -> Option<u8> {
        self.parameter(index).map(|parameter| parameter[0].to_ascii_uppercase())
    }

    /// What stands behind so many parameters, delimiters included.
    pub(super) fn behind(&self, parameters: usize) -> &'a [u8] {
        let delimiter = self.delimiter;
        self.data.splitn(parameters + 1, |byte| *byte == delimiter).nth(parameters).unwrap_or(&[])
    }

    /// `^FO` for people.
    pub(super) fn title(&self) -> String {
        let letter = |byte: u8| if byte.is_ascii_graphic() { char::from(byte) } else { '?' };
        [self.prefix, self.name[0], self.name[1]].map(letter).iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(input: &[u8]) -> Vec<String> {
        parse(input).unwrap().commands.iter().map(Command::title).collect()
    }

    #[test]
    fn commands_end_at_the_next_prefix() {
        let format = parse(b"^XA\r\n^FO10,20^FDa\nb^FS\n^xz").unwrap();
        let lines: Vec<usize> = format.commands.iter().map(|command| command.line).collect();
        assert_eq!(lines, [1, 2, 2, 3, 4]);
        assert_eq!((format.commands[1].number(0), format.commands[1].number(2)), (Some(10), None));
        assert_eq!(format.commands[4].title(), "^XZ");
    }

    #[test]
    fn changed_signs_are_followed() {
        assert_eq!(
            names(b"^XA^CC!!FO1,2!CD;!FO3;4!CT#"),
            ["^XA", "^CC", "^FO", "^CD", "^FO", "^CT"]
        );
        assert_eq!(names(b"~CT#^XA#HS"), ["~CT", "^XA", "~HS"]);
        let format = parse(b"^CD;^FO3;4").unwrap();
        assert_eq!(format.commands[1].number(1), Some(4));
    }

    #[test]
    fn binary_graphics_may_hold_prefixes() {
        assert_eq!(names(b"^XA^GFB,4,4,2,^^~~^FS"), ["^XA", "^GF", "^FS"]);
        assert_eq!(names(b"~DYR:A.GRF,B,G,2,1,^^^XA"), ["~DY", "^XA"]);
        let cut = parse(b"\n^GFB,400,4,2,^^").unwrap_err();
        assert_eq!((cut.line, cut.problem), (2, Problem::GraphicCut));
        assert_eq!(parse(b"^X").unwrap_err().problem, Problem::CommandCut);
    }
}
