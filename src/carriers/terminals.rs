//! Which terminal of a carrier would serve a city: some carriers name a price to a terminal only, and
//! a buyer who looks at prices has not chosen one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::CarrierError;
use super::model::{Address, Answers, Package, PointLimits, PointModel};

/// Lists of terminals change by the month.
const FRESH: Duration = Duration::from_hours(12);

/// When the list was loaded, and the list.
type Kept<T> = Option<(Instant, Arc<Vec<T>>)>;

/// The terminals of one carrier, kept for a while.
#[derive(Debug)]
pub(super) struct Terminals<T = PointModel> {
    known: Arc<Mutex<Kept<T>>>,
}

impl<T> Default for Terminals<T> {
    fn default() -> Self {
        Self { known: Arc::default() }
    }
}

impl<T: Send + Sync + 'static> Terminals<T> {
    /// The list, loaded when it is missing or old. One caller loads, the others wait for it.
    ///
    /// Who asks for prices does not wait for long, and a list may have many parts: it is loaded to
    /// its end even if its caller has gone, and the next one has it.
    pub(super) async fn all(
        &self,
        carrier: &'static str,
        load: impl Future<Output = Result<Vec<T>, CarrierError>> + Send + 'static,
    ) -> Result<Arc<Vec<T>>, CarrierError> {
        let known = Arc::clone(&self.known);
        let loading = tokio::spawn(async move {
            let mut known = known.lock().await;
            if let Some((at, points)) = known.as_ref()
                && at.elapsed() < FRESH
            {
                return Ok(Arc::clone(points));
            }
            let points = Arc::new(load.await?);
            *known = Some((Instant::now(), Arc::clone(&points)));
            Ok(points)
        });
        loading.await.unwrap_or_else(|error| {
            Err(CarrierError::Unavailable { carrier, said: error.to_string() })
        })
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

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_list_is_loaded_to_its_end_though_nobody_waits_for_it() {
        let terminals = Terminals::<&str>::default();
        let (arrive, arrived) = oneshot::channel();
        let impatient = terminals.all("test", async move { Ok(arrived.await.unwrap()) });
        assert!(tokio::time::timeout(Duration::from_millis(1), impatient).await.is_err());
        arrive.send(vec!["MSK1"]).unwrap();
        let again = terminals.all("test", async { panic!("it is loaded once") });
        assert_eq!(*again.await.unwrap(), ["MSK1"]);
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_loaded_is_tried_again() {
        let terminals = Terminals::<&str>::default();
        let down = async { Err(CarrierError::malformed("test", "no list")) };
        assert!(terminals.all("test", down).await.is_err());
        let crash = async { panic!("a list that cannot be read") };
        assert!(terminals.all("test", crash).await.unwrap_err().may_pass());
        assert!(terminals.all("test", async { Ok(Vec::new()) }).await.unwrap().is_empty());
    }
}
