//! Archives in which carriers send files.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::CarrierError;

/// The unpacked bytes of a file in a ZIP archive: of the named one, or of the first.
///
/// One that is longer than `bytes_max` is refused: nobody needs half of it.
pub(super) fn file_in(
    carrier: &'static str,
    archive: &[u8],
    name: Option<&str>,
    bytes_max: u64,
) -> Result<Vec<u8>, CarrierError> {
    let malformed = |error: String| {
        let file = name.unwrap_or("the first file");
        CarrierError::malformed(carrier, format!("an archive, {file}: {error}"))
    };
    let broken = |error: zip::result::ZipError| malformed(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    let entry = match name {
        Some(name) => archive.by_name(name),
        None => archive.by_index(0),
    };
    let mut bytes = Vec::new();
    let read = entry.map_err(broken)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes);
    match u64::try_from(read.map_err(|error| malformed(error.to_string()))?) {
        Ok(length) if length <= bytes_max => Ok(bytes),
        _ => Err(malformed(format!("more than {bytes_max} bytes"))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn a_file_is_unpacked_whole_or_not_at_all() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["first.txt", "second.txt"] {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            archive.write_all(name.as_bytes()).unwrap();
        }
        let archive = archive.finish().unwrap().into_inner();
        let read = |name, bytes_max| file_in("test", &archive, name, bytes_max);
        assert_eq!(read(None, 9).unwrap(), b"first.txt");
        assert_eq!(read(Some("second.txt"), 10).unwrap(), b"second.txt");
        for (name, bytes_max, said) in
            [(Some("second.txt"), 9, "more than 9 bytes"), (Some("third.txt"), 99, "third.txt")]
        {
            let refused = read(name, bytes_max).unwrap_err();
            assert!(matches!(refused, CarrierError::Malformed { .. }), "{refused}");
            assert!(refused.to_string().contains(said), "{refused}");
        }
        assert!(file_in("test", b"%PDF-1.4", None, 99).is_err());
    }
}
