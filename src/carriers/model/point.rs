//! Delivery points (пункты выдачи): offices, lockers, post offices, terminals.

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::units::{Grams, Kopecks};

text_enum! {
    /// What a point is.
    pub enum PointKind {
        Office = "office",
        Locker = "locker",
        PostOffice = "post_office",
        Terminal = "terminal",
        /// A till of a shop that hands parcels out.
        Till = "till",
    }
}

text_enum! {
    /// What a carrier says about an ability of a point.
    pub enum Answers {
        Yes = "yes",
        No = "no",
        Unknown = "unknown",
    }
}

impl From<Option<bool>> for Answers {
    fn from(said: Option<bool>) -> Self {
        match said {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// The largest parcel that a point takes; what a carrier does not say is not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointLimits {
    pub weight_max_g: Option<Grams>,
    /// Longest, middle and shortest side of the cell or of what is accepted.
    pub sides_max_mm: Option<[i64; 3]>,
    pub longest_max_mm: Option<i64>,
    pub sum_of_sides_max_mm: Option<i64>,
    pub volume_max_cm3: Option<i64>,
    /// The most that may be collected there; zero: nothing.
    pub cod_max_kopecks: Option<Kopecks>,
}

/// A point as its carrier describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointModel {
    /// The carrier's code, as text: it may begin with zeros.
    pub code: String,
    pub kind: PointKind,
    pub name: String,
    pub region: String,
    pub city: String,
    pub postcode: String,
    pub address: String,
    /// WGS 84 degrees; nothing where the carrier gave none.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// For people.
    pub hours: String,
    pub phone: String,
    pub hint: String,
    pub limits: PointLimits,
    pub cash: Answers,
    pub card: Answers,
    pub partial_buy_out: Answers,
    /// Hands parcels out to buyers.
    pub hands_out: Answers,
    /// Takes parcels from senders.
    pub takes_in: Answers,
    /// Closed for now or for good: nothing may be sent there.
    pub is_closed: bool,
}

/// A part of all points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PointsPage {
    pub points: Vec<PointModel>,
    /// What to ask with for the next part; nothing after the last.
    pub next: Option<String>,
}
