//! Several copies of one label, counted by the printer.

use super::Language;

const ZPL_END: &[u8] = b"^XZ";
const TSPL_PRINT: &[u8] = b"PRINT 1,1";

/// The bytes that make a printer print a label so many times. What already says a number of its own,
/// or has no end that we know, is sent again and again instead.
pub fn with_copies(language: Language, label: &[u8], copies: usize) -> Vec<u8> {
    if copies == 1 {
        return label.to_vec();
    }
    let body = label.trim_ascii_end();
    let told = match language {
        Language::Zpl => body
            .strip_suffix(ZPL_END)
            .filter(|head| !contains(head, b"^PQ") && !contains(head, ZPL_END))
            .map(|head| [head, format!("^PQ{copies}^XZ").as_bytes()].concat()),
        Language::Tspl => body
            .strip_suffix(TSPL_PRINT)
            .map(|head| [head, format!("PRINT 1,{copies}\r\n").as_bytes()].concat()),
    };
    told.unwrap_or_else(|| label.repeat(copies))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
