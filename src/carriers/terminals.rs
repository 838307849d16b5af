//! Which terminal of a carrier would serve a city: some carriers name a price to a terminal only, and
//! a buyer who looks at prices has not chosen one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::CarrierError;
use super::model::{Address, Answers, Package, PointLimits, PointModel};

/// Lists of terminals change by the month.
const FRESH: Duration = Duration::from_hours(12);

/// The terminals of one carrier, kept for a while.
#[derive(Debug)]
pub(super) struct Terminals<T = PointModel> {
    known: Mutex<Option<(Instant, Arc<Vec<T>>)>>,
}

impl<T> Default for Terminals<T> {
    fn default() -> Self {
        Self { known: Mutex::new(None) }
    }
}

impl<T> Terminals<T> {
    /// The list, loaded when it is missing or old. One caller loads, the others wait for it.
    pub(super) async fn all(
        &self,
        load: impl Future<Output = Result<Vec<T>, CarrierError>>,
    ) -> Result<Arc<Vec<T>>, CarrierError> {
        let mut known = self.known.lock().await;
        if let Some((at, points)) = known.as_ref()
            && at.elapsed() < FRESH
        {
            return Ok(Arc::clone(points));
        }
        let points = Arc::new(load.await?);
        *known = Some((Instant::now(), Arc::clone(&points)));
        Ok(points)
    }
}

/// The first open terminal of the city that hands out such a parcel.
pub(super) fn serving<'a>(
    points: &'a [PointModel],
    address: &Address,
    package: &Package,
) -> Option<&'a PointModel> {
    points.iter().find(|point| serves(point, address, package))
}

/// Whether a point is open, in the city of the address, and hands out such a parcel.
pub(super) fn serves(point: &PointModel, address: &Address, package: &Package) -> bool {
    plain(&point.city) == plain(&address.city)
        && !point.is_closed
        && point.hands_out != Answers::No
        && admits(&point.limits, package)
}

fn plain(city: &str) -> String {
    city.trim().to_lowercase().replace('ё', "е")
}

/// Whether a parcel is within the limits. What is not said is not limited.
pub(super) fn admits(limits: &PointLimits, package: &Package) -> bool {
    let sides = package.sides_mm();
    let volume_mm3 = sides.iter().fold(1_i64, |volume, side| volume.saturating_mul(*side));
    limits.weight_max_g.is_none_or(|max| package.weight_g <= max)
        && limits.longest_max_mm.is_none_or(|max| sides[0] <= max)
        && limits.sum_of_sides_max_mm.is_none_or(|max| sides.iter().sum::<i64>() <= max)
        && limits.volume_max_cm3.is_none_or(|max| volume_mm3 <= max.saturating_mul(1_000))
        && limits.sides_max_mm.is_none_or(|max| {
            let mut max = max;
            max.sort_unstable_by(|one, other| other.cmp(one));
            sides.iter().zip(max).all(|(side, max)| *side <= max)
        })
}
