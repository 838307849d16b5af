//! What a manifest is.

use serde::{Deserialize, Serialize};

use super::loading::Loading;
use crate::ids::{ManifestId, ParcelId, WarehouseId};
use crate::units::{Day, UtcMicros};
use crate::{record, text_enum};

text_enum! {
    pub enum ManifestState {
        Open = "open",
        Closed = "closed",
        /// Opened by mistake; nothing was loaded.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// How a parcel stands to a manifest.
    pub enum EntryState {
        Expected = "expected",
        Loaded = "loaded",
        /// Was expected and stayed behind.
        Missing = "missing",
        /// Was expected and is no more: cancelled, or packed anew.
        Removed = "removed",
    }
}

text_enum! {
    /// What becomes of expected parcels that are not loaded at closing.
    #[derive(Default)]
    pub enum MissingParcels {
        /// They are named, and the manifest stays open.
        #[default]
        Refuse = "refuse",
        /// They stay behind for the next manifest.
        Release = "release",
    }
}

/// What there is one open manifest for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestKey {
    pub warehouse: WarehouseId,
    pub carrier: String,
    /// Empty for carriers that fetch everything for all points together.
    pub pickup_point: String,
    pub day: Day,
}

record! {
    /// A manifest without its parcels.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct ManifestHead {
        pub id: ManifestId,
        pub warehouse: WarehouseId,
        pub number: String,
        pub carrier: String,
        pub pickup_point: String,
        pub day: Day,
        pub state: ManifestState,
        pub act_number: Option<String>,
        pub created_at: UtcMicros,
        pub closed_at: Option<UtcMicros>,
    }
}

record! {
    /// How many parcels of a manifest stand how.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct Progress {
        /// Not loaded yet.
        pub expected: i64,
        pub loaded: i64,
        /// Stayed behind at closing.
        pub missing: i64,
    }
}

record! {
    /// A carrier and pick-up point with parcels that wait for their truck.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct LoadOption {
        pub carrier: String,
        pub pickup_point: String,
        pub parcels: i64,
    }
}

/// What a scan on loading came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Loaded {
    pub parcel_id: ParcelId,
    pub parcel: String,
    /// `already` on a second scan of the same parcel, which changes nothing.
    pub result: Loading,
    pub progress: Progress,
}

/// What closing came to; the same on every repeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Closed {
    pub manifest_id: ManifestId,
    pub number: String,
    pub act_number: String,
    pub closed_at: UtcMicros,
    /// How many parcels were handed over.
    pub parcels: usize,
    /// Numbers of parcels that stayed behind for the next manifest.
    pub missing: Vec<String>,
}
