//! Which devices are there, what their batteries say, and when they scanned last.
//!
//! Kept in memory by the node that a device talks to, and written down every few seconds in one
//! statement, so that a scan costs nothing for it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::store;
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::ids::DeviceId;
use crate::units::UtcMicros;

const WRITE_EVERY: Duration = Duration::from_secs(5);
/// A device that keeps its connection open counts as seen so often, although it is silent.
const SEEN_AGAIN_SECONDS: i64 = 60;
/// Nobody wrote for so long: the device, or the node that it was connected to, is gone.
pub(super) const SEEN_SECONDS_MAX: i64 = 180;
/// What a device speaks that has only sent scans to our own interface.
const PROTOCOL_USUAL: &str = "http";

/// What is known of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) connected: bool,
    pub(super) protocol: String,
    pub(super) address: String,
    pub(super) battery_percent: Option<i64>,
    pub(super) at: UtcMicros,
    pub(super) last_scan_at: Option<UtcMicros>,
}

impl Seen {
    fn spoke(&mut self, protocol: &str, address: &str) {
        self.connected = true;
        protocol.clone_into(&mut self.protocol);
        address.clone_into(&mut self.address);
    }
}

/// The devices of this node that were heard of since the last writing.
#[derive(Debug, Default)]
pub struct Presence {
    devices: Mutex<HashMap<DeviceId, Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    seen: Seen,
    /// It keeps a connection open, so that its silence says nothing.
    is_held: bool,
    is_written: bool,
}

impl Presence {
    fn change(&self, device: DeviceId, now: UtcMicros, work: impl FnOnce(&mut Entry)) {
        let mut devices = self.devices.lock().expect("no holder panics");
        let entry = devices.entry(device).or_insert_with(|| Entry {
            seen: Seen {
                connected: true,
                protocol: PROTOCOL_USUAL.to_owned(),
                address: String::new(),
                battery_percent: None,
                at: now,
                last_scan_at: None,
            },
            is_held: false,
            is_written: false,
        });
        work(entry);
        entry.seen.at = now;
        entry.is_written = false;
    }

    /// A device keeps a connection open, until it is [`Self::gone`].
    pub(super) fn here(&self, device: DeviceId, protocol: &str, address: &str, now: UtcMicros) {
        self.change(device, now, |entry| {
            entry.is_held = true;
            entry.seen.spoke(protocol, address);
        });
    }

    /// A device sent a message; nobody knows whether it is still there afterwards.
    pub(super) fn spoke(&self, device: DeviceId, protocol: &str, address: &str, now: UtcMicros) {
        self.change(device, now, |entry| entry.seen.spoke(protocol, address));
    }

    pub(super) fn gone(&self, device: DeviceId, now: UtcMicros) {
        self.change(device, now, |entry| {
            entry.is_held = false;
            entry.seen.connected = false;
        });
    }

    pub(super) fn battery(&self, device: DeviceId, percent: u8) {
        let mut devices = self.devices.lock().expect("no holder panics");
        if let Some(entry) = devices.get_mut(&device) {
            entry.seen.battery_percent = Some(i64::from(percent.min(100)));
            entry.is_written = false;
        }
    }

    /// A scan of a device was taken, by whatever way it came.
    pub fn scanned(&self, device: DeviceId, now: UtcMicros) {
        self.change(device, now, |entry| entry.seen.last_scan_at = Some(now));
    }

    fn unwritten(&self, now: UtcMicros) -> Vec<(DeviceId, Seen)> {
        let mut devices = self.devices.lock().expect("no holder panics");
        for entry in devices.values_mut() {
            if entry.is_held && now.seconds_since(entry.seen.at) >= SEEN_AGAIN_SECONDS {
                entry.seen.at = now;
                entry.is_written = false;
            }
        }
        let mut found: Vec<_> = devices
            .iter_mut()
            .filter(|(_, entry)| !entry.is_written)
            .map(|(device, entry)| {
                entry.is_written = true;
                (*device, entry.seen.clone())
            })
            .collect();
        found.sort_by_key(|(device, _)| *device);
        found
    }

    fn write_again(&self, devices: &[(DeviceId, Seen)]) {
        let mut known = self.devices.lock().expect("no holder panics");
        for (device, _) in devices {
            if let Some(entry) = known.get_mut(device) {
                entry.is_written = false;
            }
        }
    }
}

/// Writes presence down until it is told to stop, and once more then.
pub async fn write_regularly(app: App, stop: CancellationToken) {
    loop {
        let is_last = stop.is_cancelled();
        if let Err(error) = write(&app).await {
            tracing::warn!(%error, "the presence of devices could not be written");
        }
        if is_last {
            return;
        }
        stop.run_until_cancelled(tokio::time::sleep(WRITE_EVERY)).await;
    }
}

/// Writes down what changed since the last time.
async fn write(app: &App) -> Result<(), DbError> {
    let devices = app.presence.unwritten(app.clock.now());
    if devices.is_empty() {
        return Ok(());
    }
    let rows = devices.clone();
    let work = async move |tx: &mut Tx| store::presence_write(tx, &rows).await;
    let written = app.db.write(work).await;
    if written.is_err() {
        app.presence.write_again(&devices);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_connection_that_is_kept_open_speaks_for_a_silent_device() {
        let presence = Presence::default();
        let (held, asking) = (DeviceId::new(), DeviceId::new());
        let now = UtcMicros::from_micros(1_780_000_000_000_000);
        presence.here(held, "zebra-ssi", "10.0.0.7", now);
        presence.spoke(asking, "generic-mqtt-json", "ring-7", now);
        assert_eq!(presence.unwritten(now).len(), 2);
        let later = now.plus_seconds(SEEN_AGAIN_SECONDS);
        let again: Vec<_> = presence.unwritten(later).into_iter().map(|(id, _)| id).collect();
        assert_eq!(again, [held]);
        presence.gone(held, later);
        assert!(presence.unwritten(later).iter().all(|(_, seen)| !seen.connected));
        assert!(presence.unwritten(later.plus_seconds(SEEN_AGAIN_SECONDS)).is_empty());
    }
}
