//! Checksums of frames.

use crc::{CRC_16_IBM_3740, CRC_16_MODBUS, CRC_16_XMODEM, Crc};
use serde::Deserialize;

static XMODEM: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
static CCITT: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
static MODBUS: Crc<u16> = Crc::<u16>::new(&CRC_16_MODBUS);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CheckKind {
    /// All bytes by exclusive or.
    Xor,
    /// The two's complement of the sum, in one byte.
    #[serde(rename = "twos_complement_8")]
    TwosComplement8,
    /// The same in two bytes.
    #[serde(rename = "twos_complement_16")]
    TwosComplement16,
    /// Polynomial 0x1021, start 0, zero bits appended: CRC-16/XMODEM.
    Crc16Xmodem,
    /// The same with start 0xFFFF.
    Crc16Ccitt,
    /// Polynomial 0x8005 reflected, start 0xFFFF.
    Crc16Modbus,
    /// The remainder of the message itself by 0x1021, nothing appended (Масса-К).
    #[serde(rename = "remainder_1021")]
    Remainder1021,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    #[default]
    Big,
    Little,
}

impl CheckKind {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Xor | Self::TwosComplement8 => 1,
            _ => 2,
        }
    }

    pub(super) fn of(self, bytes: &[u8]) -> u16 {
        match self {
            Self::Xor => u16::from(bytes.iter().fold(0, |all, byte| all ^ byte)),
            Self::TwosComplement8 => sum(bytes).wrapping_neg() & 0xFF,
            Self::TwosComplement16 => sum(bytes).wrapping_neg(),
            Self::Crc16Xmodem => XMODEM.checksum(bytes),
            Self::Crc16Ccitt => CCITT.checksum(bytes),
            Self::Crc16Modbus => MODBUS.checksum(bytes),
            Self::Remainder1021 => remainder_1021(bytes),
        }
    }
}

fn sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |all: u16, byte| all.wrapping_add(u16::from(*byte)))
}

/// No library knows a remainder of the message itself.
fn remainder_1021(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).rev().fold(crc, |crc, bit| {
            let shifted = (crc << 1) | (u16::from(*byte) >> bit & 1);
            if crc & 0x8000 == 0 { shifted } else { shifted ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_check_value_of_each_kind() {
        for (kind, expected) in [
            (CheckKind::Xor, 0x31),
            (CheckKind::TwosComplement8, 0x23),
            (CheckKind::TwosComplement16, 0xFE23),
            (CheckKind::Crc16Xmodem, 0x31C3),
            (CheckKind::Crc16Ccitt, 0x29B1),
            (CheckKind::Crc16Modbus, 0x4B37),
        ] {
            assert_eq!(kind.of(b"123456789"), expected, "{kind:?}");
        }
    }

    #[test]
    fn the_remainder_is_that_of_a_live_scale() {
        assert_eq!(CheckKind::Remainder1021.of(&[0x23]), 0x0023);
        let body = [0x24, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0];
        assert_eq!(CheckKind::Remainder1021.of(&body), 0x23FC);
    }
}
