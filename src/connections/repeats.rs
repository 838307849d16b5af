//! Messages that say the same event again: delivered twice, or a tag that lies before its reader.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::devices::{MessageProtocol, Novelty, RepeatFilter};
use crate::ids::DeviceId;
use crate::units::UtcMicros;

/// What the devices of this node said lately, by whatever way it came.
#[derive(Debug, Default)]
pub struct Repeats {
    devices: Mutex<HashMap<DeviceId, RepeatFilter>>,
}

impl Repeats {
    /// Judges an event by its key and remembers it.
    pub(super) fn judge(
        &self,
        device: DeviceId,
        protocol: &MessageProtocol,
        key: &str,
        now: UtcMicros,
    ) -> Novelty {
        let mut devices = self.devices.lock().expect("no holder panics");
        let filter =
            devices.entry(device).or_insert_with(|| RepeatFilter::new(protocol.repeat_within()));
        filter.judge(key.as_bytes(), now)
    }

    /// The event was not taken after all and will be delivered again.
    pub(super) fn forget(&self, device: DeviceId, key: &str) {
        let mut devices = self.devices.lock().expect("no holder panics");
        if let Some(filter) = devices.get_mut(&device) {
            filter.forget(key.as_bytes());
        }
    }
}
