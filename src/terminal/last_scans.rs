//! What this node remembers of each device's last scan, to save reading it back.
//!
//! Only a shortcut. Another node may have taken a scan of the device since: then the chain of its
//! scans (`command.previous_key` is unique) refuses what was built on an old state, and the state is
//! read from the database.

use std::collections::HashMap;
use std::sync::Mutex;

use super::session::Session;
use crate::ids::DeviceId;

/// The state of a device after its last scan.
#[derive(Debug, Clone)]
pub struct LastScan {
    pub sequence: i64,
    pub session: Session,
}

/// By device; as many as are enrolled.
#[derive(Debug, Default)]
pub struct LastScans {
    known: Mutex<HashMap<DeviceId, LastScan>>,
}

impl LastScans {
    /// Hands the state out once, so that nobody goes on from it twice.
    pub fn take(&self, device: DeviceId) -> Option<LastScan> {
        self.known.lock().expect("no holder panics").remove(&device)
    }

    /// Keeps the state after a scan that was noted.
    pub fn put(&self, device: DeviceId, last: LastScan) {
        let mut known = self.known.lock().expect("no holder panics");
        if known.get(&device).is_none_or(|other| other.sequence < last.sequence) {
            known.insert(device, last);
        }
    }
}
