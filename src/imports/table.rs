//! A file as rows of text: CSV or XLSX, plain or packed, in the encodings that shops send.
//!
//! The file is read twice: once to know its hash, its encoding and how long it is, and once row by
//! row, so that a CSV of any length takes little memory.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use calamine::{Data, Reader as _};
use encoding_rs::{Decoder, Encoding, IBM866, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::ImportError;
use super::map::folded;

const BUFFER_BYTES: usize = 64 * 1024;
/// An XLSX is unpacked in memory.
const XLSX_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Among so many rows the heading is looked for, where it need not be the first.
pub const HEADING_ROWS_MAX: usize = 10;

/// Where the bytes come from.
#[derive(Debug, Clone)]
pub enum Source {
    File(PathBuf),
    Bytes(Arc<[u8]>),
}

/// What is known about a file after it was read through once.
#[derive(Debug, Clone)]
pub struct Survey {
    pub file: String,
    pub hash: [u8; 32],
    /// Lines, with the heading, as far as line ends tell.
    pub lines: u64,
    encoding: &'static Encoding,
    xlsx: bool,
}

/// One row of text cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: i64,
    pub cells: Vec<String>,
}

/// The rows of a file behind its heading.
pub struct Table {
    pub headings: Vec<String>,
    /// Of a workbook.
    pub sheet: String,
    /// Its other sheets that are not empty.
    pub sheets_unread: Vec<String>,
    file: String,
    rows: Rows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    First,
    Nowhere,
}

enum Rows {
    Csv(Box<csv::Reader<Box<dyn Read + Send>>>),
    Sheet(std::vec::IntoIter<Row>),
}

impl Source {
    fn open(&self, file: &str) -> Result<Box<dyn Read + Send>, ImportError> {
        let failed = |e: std::io::Error| unreadable(file, &e);
        let mut raw: Box<dyn Read + Send> = match self {
            Self::File(path) => Box::new(std::fs::File::open(path).map_err(failed)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        };
        let mut magic = Vec::new();
        raw.by_ref().take(2).read_to_end(&mut magic).map_err(failed)?;
        let packed = magic == [0x1f, 0x8b];
        let whole = Cursor::new(magic).chain(raw);
        Ok(if packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
    }

    /// Reads the file through once.
    pub fn survey(&self, file: &str) -> Result<Survey, ImportError> {
        let mut reader = self.open(file)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut decoder = UTF_8.new_decoder_without_bom_handling();
        let mut text = vec![0; BUFFER_BYTES * 4];
        let (mut lines, mut is_utf8, mut head, mut last) = (0, true, Vec::new(), b'\n');
        loop {
            let count = reader.read(&mut buffer).map_err(|e| unreadable(file, &e))?;
            let part = &buffer[..count];
            hash.update(part);
            lines += part.split(|byte| *byte == b'\n').skip(1).count() as u64;
            last = part.last().copied().unwrap_or(last);
            head.extend(part.iter().take(BUFFER_BYTES - head.len()));
            if is_utf8 {
                let (result, ..) =
                    decoder.decode_to_utf8_without_replacement(part, &mut text, count == 0);
                is_utf8 = matches!(result, encoding_rs::DecoderResult::InputEmpty);
            }
            if count == 0 {
                break;
            }
        }
        Ok(Survey {
            file: file.to_owned(),
            hash: hash.finalize().into(),
            lines: lines + u64::from(last != b'\n'),
            encoding: encoding_of(&head, is_utf8),
            xlsx: head.starts_with(b"PK\x03\x04"),
        })
    }

    /// Opens the file as text. What is not Unicode has the encoding that `choose` says by its first bytes.
    pub fn text(
        &self,
        survey: &Survey,
        choose: impl Fn(&[u8]) -> &'static Encoding,
    ) -> Result<Box<dyn BufRead + Send>, ImportError> {
        let mut survey = survey.clone();
        if ![UTF_8, UTF_16LE, UTF_16BE].contains(&survey.encoding) {
            let mut head = Vec::new();
            let mut reader = self.open(&survey.file)?.take(BUFFER_BYTES as u64);
            reader.read_to_end(&mut head).map_err(|e| unreadable(&survey.file, &e))?;
            survey.encoding = choose(&head);
        }
        let reader = self.open(&survey.file)?;
        Ok(Box::new(BufReader::new(Decoding::new(&survey, reader))))
    }

    /// Opens the file row by row; its first row is the heading.
    pub fn table(&self, survey: &Survey) -> Result<Table, ImportError> {
        self.rows(survey, Heading::First)
    }

    /// Opens a file whose heading stands somewhere among its rows: all of them are rows.
    pub fn bare(&self, survey: &Survey) -> Result<Table, ImportError> {
        self.rows(survey, Heading::Nowhere)
    }

    fn rows(&self, survey: &Survey, heading: Heading) -> Result<Table, ImportError> {
        let file = survey.file.clone();
        let reader = self.open(&file)?;
        if survey.xlsx {
            return sheet(file, reader, heading);
        }
        let mut text = Decoding::new(survey, reader);
        let mut head = Vec::new();
        text.by_ref()
            .take(BUFFER_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(|e| unreadable(&file, &e))?;
        let delimiter = match heading {
            Heading::First => delimiter(&head),
            Heading::Nowhere => delimiter_among(&head),
        };
        let whole: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(text));
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(heading == Heading::First)
            .trim(csv::Trim::All)
            .from_reader(whole);
        let headings = match heading {
            Heading::First => {
                let headings = csv.headers().map_err(|e| unreadable(&file, &e))?;
                headings.iter().map(str::to_owned).collect()
            }
            Heading::Nowhere => Vec::new(),
        };
        let (sheet, sheets_unread) = (String::new(), Vec::new());
        Ok(Table { headings, sheet, sheets_unread, file, rows: Rows::Csv(Box::new(csv)) })
    }
}

impl Table {
    /// The next row that is not empty.
    pub fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        loop {
            let row = match &mut self.rows {
                Rows::Sheet(rows) => rows.next(),
                Rows::Csv(csv) => {
                    let mut record = csv::StringRecord::new();
                    let more =
                        csv.read_record(&mut record).map_err(|e| unreadable(&self.file, &e))?;
                    let line = record.position().map_or(0, csv::Position::line);
                    more.then(|| Row {
                        line: i64::try_from(line).unwrap_or(i64::MAX),
                        cells: record.iter().map(str::to_owned).collect(),
                    })
                }
            };
            match row {
                Some(row) if row.cells.iter().all(String::is_empty) => {}
                other => return Ok(other),
            }
        }
    }
}

fn unreadable(file: &str, why: &dyn std::fmt::Display) -> ImportError {
    ImportError::Unreadable { file: file.to_owned(), why: why.to_string() }
}

/// Beginnings of words that headings of such files have, without case, blanks and punctuation.
const HEADING_WORDS: [&str; 16] = [
    "номер",
    "сумм",
    "заказ",
    "отправл",
    "наклад",
    "артикул",
    "наимен",
    "назван",
    "колич",
    "колво",
    "цена",
    "стоим",
    "дата",
    "адрес",
    "ячейк",
    "код",
];

/// The encoding of a file, by its first bytes where it is not UTF-8 as a whole: UTF-16 says so itself, and
/// of those with one byte a letter it is the one in which more words of headings can be read.
fn encoding_of(head: &[u8], is_utf8: bool) -> &'static Encoding {
    let words = |encoding: &'static Encoding| {
        let text = folded(&encoding.decode_without_bom_handling(head).0);
        HEADING_WORDS.iter().filter(|word| text.contains(*word)).count()
    };
    match head {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if is_utf8 => UTF_8,
        _ if words(IBM866) > words(WINDOWS_1251) => IBM866,
        _ => WINDOWS_1251,
    }
}

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The character that most often parts the heading, quotes left out.
fn delimiter(head: &[u8]) -> u8 {
    let row = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| count_of(row, *delimiter));
    best.unwrap_or(b',')
}

/// The same where the heading is one of the first rows: what parts most of them into as many cells.
fn delimiter_among(head: &[u8]) -> u8 {
    let rows: Vec<&[u8]> = head.split(|byte| *byte == b'\n').take(HEADING_ROWS_MAX).collect();
    let cells = |delimiter: u8| {
        let counts: Vec<usize> = rows.iter().map(|row| count_of(row, delimiter)).collect();
        let alike = |count: usize| counts.iter().filter(|other| **other == count).count() * count;
        counts.iter().map(|count| alike(*count)).max().unwrap_or(0)
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| cells(*delimiter)).unwrap_or(b',')
}

/// How often a row is parted, quotes left out.
fn count_of(row: &[u8], delimiter: u8) -> usize {
    let mut quoted = false;
    let mut parts = |byte: &u8| {
        quoted ^= *byte == b'"';
        !quoted && *byte == delimiter
    };
    row.iter().filter(|byte| parts(byte)).count()
}

/// The first sheet of a workbook.
fn sheet(
    file: String,
    mut reader: Box<dyn Read + Send>,
    heading: Heading,
) -> Result<Table, ImportError> {
    let mut bytes = Vec::new();
    reader
        .by_ref()
        .take(XLSX_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(&file, &e))?;
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| unreadable(&file, &e))?;
    let mut names = book.sheet_names().into_iter();
    let sheet = names.next().unwrap_or_default();
    let others: Vec<String> = names.collect();
    let mut sheets_unread = Vec::new();
    for other in others {
        // One that cannot be read is one that nobody read.
        let is_empty = book.worksheet_range(&other).is_ok_and(|range| range.is_empty());
        if !is_empty {
            sheets_unread.push(other);
        }
    }
    let range = match book.worksheet_range_at(0) {
        Some(range) => range.map_err(|e| unreadable(&file, &e))?,
        None => return Err(unreadable(&file, &"no sheet")),
    };
    let first = range.start().map_or(0, |(row, _)| i64::from(row)) + 1;
    let mut rows = (first..)
        .zip(range.rows())
        .map(|(line, row)| Row { line, cells: row.iter().map(cell_text).collect() });
    let headings = match heading {
        Heading::First => rows.next().map(|row| row.cells).unwrap_or_default(),
        Heading::Nowhere => Vec::new(),
    };
    let rows: Vec<Row> = rows.collect();
    Ok(Table { headings, sheet, sheets_unread, file, rows: Rows::Sheet(rows.into_iter()) })
}

/// Numbers as people typed them: a workbook knows no whole ones.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::DateTimeIso(text) | Data::String(text) => text.trim().to_owned(),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
        }
        other => other.to_string().trim().to_owned(),
    }
}

/// Bytes of an encoding as UTF-8.
struct Decoding {
    decoder: Decoder,
    from: Box<dyn Read + Send>,
    raw: Vec<u8>,
    text: Cursor<Vec<u8>>,
    /// Line ends are `\r\n`. The CSV reader would count such a line to the one before.
    drops_returns: bool,
    ended: bool,
}

impl Decoding {
    fn new(survey: &Survey, from: Box<dyn Read + Send>) -> Self {
        Self {
            decoder: survey.encoding.new_decoder_with_bom_removal(),
            from,
            raw: vec![0; BUFFER_BYTES],
            text: Cursor::default(),
            drops_returns: survey.lines > 1,
            ended: false,
        }
    }
}

impl Read for Decoding {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let count = self.text.read(target)?;
            if count > 0 || self.ended || target.is_empty() {
                return Ok(count);
            }
            let got = self.from.read(&mut self.raw)?;
            self.ended = got == 0;
            let room = self.decoder.max_utf8_buffer_length(got).unwrap_or(BUFFER_BYTES * 4);
            let mut text = vec![0; room];
            let (_, _, written, _) =
                self.decoder.decode_to_utf8(&self.raw[..got], &mut text, self.ended);
            text.truncate(written);
            if self.drops_returns {
                text.retain(|byte| *byte != b'\r');
            }
            self.text = Cursor::new(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> (Vec<String>, Vec<Row>) {
        let source = Source::Bytes(bytes.into());
        let survey = source.survey("f.csv").unwrap();
        let mut table = source.table(&survey).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            rows.push(row);
        }
        (table.headings, rows)
    }

    #[test]
    fn encodings_and_delimiters_are_found_out() {
        let text = "Артикул;Кол-во\r\nЁ-1;2\r\n;\r\nЖ-2;3";
        let (cp1251, ..) = WINDOWS_1251.encode(text);
        let with_bom = format!("\u{feff}{text}");
        let tabbed = text.replace(';', "\t");
        let (cp866, ..) = IBM866.encode(text);
        let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            with_bom.encode_utf16().flat_map(bytes).collect()
        };
        let (little, big) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        let plain = [text.as_bytes(), &cp1251, with_bom.as_bytes(), tabbed.as_bytes()];
        for bytes in plain.into_iter().chain([&*cp866, &little, &big]) {
            let (headings, rows) = rows(bytes);
            assert_eq!(headings, ["Артикул", "Кол-во"]);
            assert_eq!(rows[0], Row { line: 2, cells: vec!["Ё-1".into(), "2".into()] });
            assert_eq!((rows[1].line, rows.len()), (4, 2));
        }
    }
}
