//! Devices on a serial port or its USB likeness.

use tokio_serial::{DataBits, Parity, SerialPortBuilderExt, SerialStream, StopBits};

/// A port and how it is set: `/dev/ttyUSB0,9600,8N1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SerialAddress {
    path: String,
    baud: u32,
    data_bits: DataBits,
    parity: Parity,
    stop_bits: StopBits,
}

impl SerialAddress {
    /// Reads an address; speed and frame may be left out and are 9600 and 8N1 then.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(str::trim);
        let path = parts.next().filter(|path| !path.is_empty())?.to_owned();
        let baud = parts.next().unwrap_or("9600").parse().ok().filter(|baud| *baud > 0)?;
        let frame = parts.next().unwrap_or("8N1").to_ascii_uppercase();
        if parts.next().is_some() {
            return None;
        }
        let &[data_bits, parity, stop_bits] = frame.as_bytes() else { return None };
        Some(Self {
            path,
            baud,
            data_bits: match data_bits {
                b'7' => DataBits::Seven,
                b'8' => DataBits::Eight,
                _ => return None,
            },
            parity: match parity {
                b'N' => Parity::None,
                b'E' => Parity::Even,
                b'O' => Parity::Odd,
                _ => return None,
            },
            stop_bits: match stop_bits {
                b'1' => StopBits::One,
                b'2' => StopBits::Two,
                _ => return None,
            },
        })
    }

    pub(super) fn open(&self) -> std::io::Result<SerialStream> {
        let port = tokio_serial::new(&self.path, self.baud)
            .data_bits(self.data_bits)
            .parity(self.parity)
            .stop_bits(self.stop_bits);
        Ok(port.open_native_async()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_wrong_ones_are_not() {
        let usual = SerialAddress::parse("/dev/ttyUSB0").unwrap();
        assert_eq!(Some(&usual), SerialAddress::parse("/dev/ttyUSB0, 9600, 8n1").as_ref());
        let scale = SerialAddress::parse("/dev/ttyS1,4800,8E1").unwrap();
        assert_eq!((scale.baud, scale.parity), (4800, Parity::Even));
        for wrong in [
            "",
            ",9600",
            "/dev/x,fast",
            "/dev/x,0",
            "/dev/x,9600,9N1",
            "/dev/x,9600,8N1,x",
            "/dev/x,1,8X1",
        ] {
            assert_eq!(SerialAddress::parse(wrong), None, "{wrong}");
        }
    }
}
