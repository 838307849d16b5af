//! Archives in which carriers send files.

use std::io::{BufRead, BufReader, Cursor, Read};

use serde::de::DeserializeOwned;
use zip::ZipArchive;

use super::CarrierError;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The unpacked bytes of a file in a ZIP archive.
///
/// One that is longer than `bytes_max` is refused: nobody needs half of it.
pub(super) fn file_in(
    carrier: &'static str,
    archive: &[u8],
    name: &str,
    bytes_max: u64,
) -> Result<Vec<u8>, CarrierError> {
    let malformed =
        |error: String| CarrierError::malformed(carrier, format!("an archive, {name}: {error}"));
    let broken = |error: zip::result::ZipError| malformed(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    let entry = archive.by_name(name);
    let mut bytes = Vec::new();
    let read = entry.map_err(broken)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes);
    match u64::try_from(read.map_err(|error| malformed(error.to_string()))?) {
        Ok(length) if length <= bytes_max => Ok(bytes),
        _ => Err(malformed(format!("more than {bytes_max} bytes"))),
    }
}

/// What the first file of a ZIP archive says in JSON, whatever it is called. It is read as it is unpacked:
/// the text is never in memory.
///
/// One that is longer than `bytes_max` is refused.
pub(super) fn json_in<T: DeserializeOwned>(
    carrier: &'static str,
    archive: &[u8],
    bytes_max: u64,
) -> Result<T, CarrierError> {
    let malformed =
        |error: String| CarrierError::malformed(carrier, format!("an archive: {error}"));
    let broken = |error: zip::result::ZipError| malformed(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    let mut text = archive.by_index(0).map_err(broken)?.take(bytes_max);
    let mut reader = BufReader::new(&mut text);
    let begins = reader.fill_buf().map_err(|error| malformed(error.to_string()))?;
    if begins.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    serde_json::from_reader(reader).map_err(|error| match text.limit() {
        0 => malformed(format!("not read in the first {bytes_max} bytes: {error}")),
        _ => malformed(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn json_is_read_while_it_is_unpacked_and_not_for_ever() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("22_11_2026.txt", SimpleFileOptions::default()).unwrap();
        archive.write_all(b"\xef\xbb\xbf[1, 2, 3]").unwrap();
        let archive = archive.finish().unwrap().into_inner();
        let read = |bytes_max| json_in::<Vec<i64>>("test", &archive, bytes_max);
        assert_eq!(read(12).unwrap(), [1, 2, 3]);
        let refused = read(11).unwrap_err().to_string();
        assert!(refused.contains("the first 11 bytes"), "{refused}");
        let refused = json_in::<String>("test", &archive, 99).unwrap_err();
        assert!(matches!(refused, CarrierError::Malformed { .. }), "{refused}");
    }

    #[test]
    fn a_file_is_unpacked_whole_or_not_at_all() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["first.txt", "second.txt"] {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            archive.write_all(name.as_bytes()).unwrap();
        }
        let archive = archive.finish().unwrap().into_inner();
        let read = |name, bytes_max| file_in("test", &archive, name, bytes_max);
        assert_eq!(read("first.txt", 9).unwrap(), b"first.txt");
        assert_eq!(read("second.txt", 10).unwrap(), b"second.txt");
        for (name, bytes_max, said) in
            [("second.txt", 9, "more than 9 bytes"), ("third.txt", 99, "third.txt")]
        {
            let refused = read(name, bytes_max).unwrap_err();
            assert!(matches!(refused, CarrierError::Malformed { .. }), "{refused}");
            assert!(refused.to_string().contains(said), "{refused}");
        }
        assert!(file_in("test", b"%PDF-1.4", "first.txt", 99).is_err());
    }
}
