//! Entries for whoever throws random bytes at the replies of printers.

use super::{Alert, PrinterProtocol, ReplyKind, ReplyReader};

/// Reads bytes whole and byte by byte, as each form of reply of a model; both must say the same.
pub fn reply(model: &PrinterProtocol, bytes: &[u8]) {
    for kind in ReplyKind::ALL {
        let read = |cut: usize| {
            let mut reader = ReplyReader::new(*kind, model);
            let pushed = bytes.chunks(cut).find_map(|chunk| reader.push(chunk));
            pushed.unwrap_or_else(|| reader.finish())
        };
        assert_eq!(read(bytes.len().max(1)), read(1), "the same bytes, cut otherwise");
    }
    let _ = Alert::parse(&String::from_utf8_lossy(bytes));
}

/// Reads a description of a printer.
pub fn description(text: &str) {
    let _ = PrinterProtocol::parse(text);
}
