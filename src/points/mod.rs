//! Delivery points (пункты выдачи) of all carriers: imported, refreshed, found by city and by
//! distance.
//!
//! Once a day each carrier is asked for its points by a job ([`refresh`]), and what changed is written
//! ([`import`]). Searching goes through an index in the memory of each node ([`find`]), which is made
//! anew when the count of imports in the database has moved, whichever node imported.
//!
//! **Invariant:** an import that repeats what is known writes no point.
//! **Invariant:** a point is never deleted. One that its carrier does not name any more is closed, and
//! only by an import that came to its end; one that would close more than half of the points of a
//! carrier is refused until a person accepts it.
//! **Invariant:** whoever closes a point marks the shipments bound to it in the same transaction.
//! **Invariant:** what a point takes is judged by one rule ([`fits`]): in the search, and before a
//! carrier is told of a shipment.
//!
//! Deliberately absent: spellings of cities beyond letters (an address service knows those), and
//! floats outside `sphere.rs`.

mod city;
pub mod find;
mod fit;
pub mod http;
pub mod import;
mod index;
mod model;
pub mod refresh;
mod sphere;
mod store;

use crate::carriers::CarrierError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::shipments::ShipmentError;

pub use self::city::city_key;
pub use self::find::{Found, Near, Payment, PointQuery};
pub use self::fit::{Misfit, MisfitReason, PointRules, fits};
pub use self::import::{Closing, ImportReport, import};
pub use self::index::PointIndex;
pub use self::model::{PointRow, SourceRow};
pub use self::refresh::{REFRESH_CHECK_EVERY, handlers, queue_due, refresh_regularly};
pub use self::store::QUERIES;

faults! {
    /// Why points are not found or not taken in.
    pub enum PointsError {
        NotFound { carrier: String, code: String } => "delivery_point_not_found", NotFound, "{carrier} has no point {code}";
        /// The carrier has no interface that names its points, or no account that is in use.
        NotTold { carrier: String } => "delivery_points_not_told", Conflict, "{carrier} does not name its points";
        /// Another import of the same carrier is under way.
        Busy { carrier: String } => "delivery_points_busy", Conflict, "the points of {carrier} are being imported";
        /// Most of the points would be closed: rather the answer is wrong.
        Implausible { carrier: String, closing: usize, open: usize } => "delivery_points_implausible", Conflict, "{closing} of {open} points of {carrier} would be closed";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Carrier(CarrierError),
        Shipment(ShipmentError),
    }
}
