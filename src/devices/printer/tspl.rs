//! Replies of TSPL printers: the byte of `<ESC>!?` and the four of `<ESC>!S`.

use super::{PrinterFault, PrinterStatus, StatusByte};

/// Bits of the byte, for values that no table knows. The byte is an enumeration with combinations
/// and no clean mask, so the table of the model goes first.
const BITS: &[(u8, PrinterFault)] = &[
    (0x01, PrinterFault::HeadOpen),
    (0x02, PrinterFault::Jam),
    (0x04, PrinterFault::MediaOut),
    (0x08, PrinterFault::RibbonOut),
    (0x10, PrinterFault::Paused),
    (0x80, PrinterFault::Other),
];
const PRINTING: u8 = 0x20;

/// Reads the byte by the model's table, or by its bits.
pub(super) fn status_byte(byte: u8, table: &[StatusByte]) -> PrinterStatus {
    let faults = match table.iter().find(|known| known.value == byte) {
        Some(known) => known.faults.clone(),
        None => BITS.iter().filter(|(bit, _)| byte & bit != 0).map(|(_, fault)| *fault).collect(),
    };
    let is_printing = table
        .iter()
        .find(|known| known.value == byte)
        .map_or(byte & PRINTING != 0, |known| known.printing);
    PrinterStatus { printing: Some(is_printing), ..PrinterStatus::with_faults(faults) }
}

/// Reads the four bytes of `<ESC>!S`; each has 40 set, so that none is a control character.
pub(super) fn status_words(bytes: [u8; 4]) -> PrinterStatus {
    let [state, _warning, error, media] = bytes;
    let mut faults = match state {
        b'`' => vec![PrinterFault::Paused],
        b'E' => vec![PrinterFault::Other],
        _ => Vec::new(),
    };
    let tables: [(u8, &[(u8, PrinterFault)]); 2] = [
        (
            error,
            &[
                (0, PrinterFault::TooHot),
                (1, PrinterFault::TooHot),
                (3, PrinterFault::Cutter),
                (4, PrinterFault::MemoryLost),
            ],
        ),
        (
            media,
            &[(0, PrinterFault::MediaOut), (1, PrinterFault::Jam), (2, PrinterFault::RibbonOut)],
        ),
    ];
    for (byte, table) in tables {
        let set = table.iter().filter(|(bit, _)| byte & (1 << bit) != 0);
        faults.extend(set.map(|(_, fault)| *fault));
    }
    // What is named says more than "error".
    if faults.len() > 1 {
        faults.retain(|fault| *fault != PrinterFault::Other);
    }
    PrinterStatus {
        printing: Some(matches!(state, b'P' | b'W' | b'F' | b'B' | b'C')),
        label_hangs: state == b'L',
        ..PrinterStatus::with_faults(faults)
    }
}
