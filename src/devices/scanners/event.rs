//! What scanners say, whatever they speak.

use std::sync::Arc;

use super::super::fault::FrameFault;
use super::symbology::Symbology;

/// One thing that a device said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerEvent {
    /// These bytes must go back before anything else is done.
    SendNow(Arc<[u8]>),
    /// The device says who it is, in the first frame of a connection.
    Hello {
        token: String,
    },
    Scan(DeviceScan),
    /// The device looked for a code and found none.
    NoRead,
    /// A sign of life.
    Heartbeat,
    /// The answer to something that we sent.
    Answer {
        outcome: Outcome,
        text: Vec<u8>,
    },
    Battery {
        percent: u8,
    },
    Fault(FrameFault),
}

/// A scan, as it stood between start and end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceScan {
    /// The device's own number. A number that was seen before is the same scan sent again.
    pub sequence: Option<i64>,
    pub data: Vec<u8>,
    /// What stood beside the data about its kind. Absent: it may still begin with `]C1`.
    pub symbology: Option<Symbology>,
    pub repeat: Repeat,
}

impl DeviceScan {
    /// Data of which the device tells nothing more.
    pub fn of(data: impl Into<Vec<u8>>) -> Self {
        Self { data: data.into(), ..Self::default() }
    }
}

crate::text_enum! {
    /// Whether the device itself says that it sent this before.
    #[derive(Default)]
    pub enum Repeat {
        #[default]
        No = "no",
        /// The same scan again: show the same feedback, do nothing.
        Again = "again",
    }
}

crate::text_enum! {
    /// How the device took what we sent.
    pub enum Outcome {
        Accepted = "accepted",
        Refused = "refused",
        /// A value or a state.
        Told = "told",
    }
}
