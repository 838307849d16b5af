//! Batches (партии) and their check-in.

use serde::Deserialize;

use super::BatchError;

/// Answer of `POST /1.0/user/shipment`, of deletions and of moves.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct BatchReply {
    pub(in super::super) batches: Vec<Batch>,
    pub(in super::super) errors: Vec<BatchError>,
}

/// A batch. Its name is digits, as text.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct Batch {
    pub(in super::super) batch_name: String,
    /// CREATED, FROZEN, ACCEPTED, SENT, ARCHIVED.
    pub(in super::super) batch_status: String,
}

/// Answer of `POST /1.0/batch/{name}/checkin`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(in super::super) struct CheckinReply {
    #[serde(rename = "f103-sent")]
    pub(in super::super) f103_sent: Option<bool>,
    pub(in super::super) error_code: Option<String>,
}
