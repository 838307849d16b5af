//! What shipments have to do with the points that they go to.

use super::model::Shipment;
use super::store::points as store;
use super::{AUTO, ShipmentError};
use crate::carriers::model::{DeliveryMode, PointKind, QuoteAsk};
use crate::db::{DbError, Tx};
use crate::ids::ShipmentId;
use crate::points::{self, PointRow};
use crate::units::UtcMicros;

/// Points of a carrier were closed at this time: the shipments on their way to them want attention.
pub async fn points_closed(tx: &mut Tx, carrier: &str, at: UtcMicros) -> Result<u64, DbError> {
    store::points_closed(tx, carrier, at).await
}

/// Points are open again: what was said about their shipments is taken back.
pub async fn points_reopened(tx: &mut Tx, carrier: &str, codes: &[String]) -> Result<(), DbError> {
    store::points_reopened(tx, carrier, codes).await.map(drop)
}

/// Marks a shipment whose point is closed already.
pub(super) async fn mark_if_closed(tx: &mut Tx, id: ShipmentId) -> Result<bool, DbError> {
    store::point_is_closed(tx, id).await
}

/// Where a parcel for a point, or for none, ends. A point that is not known is no locker.
pub(super) async fn mode_of(
    tx: &mut Tx,
    carrier: &str,
    point_code: &str,
) -> Result<DeliveryMode, DbError> {
    if point_code.is_empty() {
        return Ok(DeliveryMode::Door);
    }
    let point = points::find::point(tx, carrier, point_code).await?;
    let is_locker = point.is_some_and(|point| point.kind == PointKind::Locker);
    Ok(if is_locker { DeliveryMode::Locker } else { DeliveryMode::Point })
}

/// The point of a shipment, as far as it is known.
pub(super) async fn point_of(
    tx: &mut Tx,
    shipment: &Shipment,
) -> Result<Option<PointRow>, DbError> {
    if shipment.point_code.is_empty() || shipment.carrier == AUTO {
        return Ok(None);
    }
    points::find::point(tx, &shipment.carrier, &shipment.point_code).await
}

/// Refuses a parcel that its point will not take. One that nobody knows is left to the carrier.
pub(super) fn check(point: Option<&PointRow>, ask: &QuoteAsk) -> Result<(), ShipmentError> {
    let Some(point) = point else { return Ok(()) };
    let fit = points::fits(&point.rules(), &ask.package, ask.cod_kopecks, ask.buy_out);
    fit.map_err(|misfit| ShipmentError::PointUnfit {
        point: point.code.clone(),
        reason: misfit.reason,
        actual: misfit.figure(misfit.actual),
        limit: misfit.figure(misfit.limit),
    })
}
