//! Statuses: lists have names only, the last one has a number too.

use std::sync::LazyLock;

use serde_json::Value;

use super::malformed;
use crate::carriers::CarrierError;
use crate::carriers::boxberry::wire::{LastStatusIn, StatusIn, StatusesIn};
use crate::carriers::local::moscow;
use crate::carriers::model::{Leg, TrackEvent};
use crate::carriers::statuses::StatusTable;

pub(crate) static STATUSES: LazyLock<StatusTable> =
    LazyLock::new(|| StatusTable::parse(include_str!("../status.csv")));

/// Names in small letters and their codes; a row of the table may have several names.
static NAMES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut names = Vec::new();
    for code in STATUSES.codes() {
        let all = STATUSES.find(code).map(|row| row.name.as_str()).unwrap_or_default();
        names.extend(all.split(';').map(|name| (plain(name), code.to_owned())));
    }
    names
});

/// Times in answers of all years; Moscow.
const PATTERNS: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%y %I:%M:%S %p"];

const PARTIAL: &str = "150.partial";

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace('ё', "е")
}

/// The code of a name: spelling changes over the years and tails are added, so the longest known
/// beginning counts.
fn code_of(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let fitting = NAMES.iter().filter(|(known, _)| name.starts_with(known.as_str()));
    fitting.max_by_key(|(known, _)| known.len()).map(|(_, code)| code.as_str())
}

/// All events of a parcel. A name that is in no table takes the number that the last status has,
/// if it is that one; otherwise the name itself is the code.
pub(crate) fn events(
    said: &StatusesIn,
    last: &LastStatusIn,
) -> Result<Vec<TrackEvent>, CarrierError> {
    let is_partial = said.partly.flag() == Some(true);
    said.statuses.iter().map(|raw| event(raw, last, is_partial)).collect()
}

fn event(raw: &Value, last: &LastStatusIn, is_partial: bool) -> Result<TrackEvent, CarrierError> {
    let status: StatusIn = serde_json::from_value(raw.clone()).map_err(malformed)?;
    // A time that nobody can read is that of the last status.
    let at = moscow(&status.date.0, &PATTERNS).or_else(|| moscow(&last.date.0, &PATTERNS));
    let at = at.ok_or_else(|| malformed(format!("a status at {:?}", status.date.0)))?;
    let name = status.name.0.trim();
    let is_last = plain(name) == plain(&last.name.0);
    let code = match code_of(name) {
        Some("150") if is_partial => PARTIAL,
        Some(code) => code,
        None if is_last && !last.id.0.is_empty() => &last.id.0,
        None => name,
    };
    let is_back = ["160", "170", "180", "190"].contains(&code);
    Ok(TrackEvent {
        code: code.to_owned(),
        words: name.to_owned(),
        at,
        place: status.comment.0.trim().to_owned(),
        leg: if is_back { Leg::Return } else { Leg::Direct },
        meaning: STATUSES.meaning(code),
        raw: raw.clone(),
    })
}

/// What changes when something happened to a parcel.
pub(crate) fn mark(last: &LastStatusIn) -> String {
    format!("{} {}", last.id.0, last.date.0)
}
