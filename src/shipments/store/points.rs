//! Shipments and the points that they go to.

use crate::args;
use crate::db::{Arg, DbError, Tx};
use crate::ids::ShipmentId;
use crate::record;
use crate::units::UtcMicros;

record! {
    struct IdRow {
        id: ShipmentId,
    }
}

/// Points that were closed at one time: the shipments that are on their way to them. News of other
/// trouble is left as it is.
const POINTS_CLOSED: &str = "UPDATE shipment SET attention = 'point_closed'
     WHERE carrier = $1 AND point_code <> '' AND poll_at IS NOT NULL AND attention IS NULL
       AND state NOT IN ('cancelling', 'cancelled')
       AND (status IS NULL OR status NOT IN
           ('delivered', 'partly_delivered', 'returning', 'returned', 'lost', 'cancelled'))
       AND point_code IN
           (SELECT code FROM delivery_point WHERE carrier = $1 AND closed_at = $2)";

const POINTS_REOPENED: &str = "UPDATE shipment SET attention = NULL
     WHERE carrier = $1 AND point_code <> '' AND poll_at IS NOT NULL
       AND attention = 'point_closed' AND point_code IN (/*list*/) RETURNING id";

/// A shipment that is made, or taken by its carrier, when its point is closed already.
const POINT_IS_CLOSED: &str = "UPDATE shipment SET attention = 'point_closed'
     WHERE id = $1 AND point_code <> '' AND attention IS NULL AND EXISTS
         (SELECT 1 FROM delivery_point AS p
          WHERE p.carrier = shipment.carrier AND p.code = shipment.point_code
            AND p.closed_at IS NOT NULL)";

pub(super) const QUERIES: &[&str] = &[POINTS_CLOSED, POINTS_REOPENED, POINT_IS_CLOSED];

pub(in crate::shipments) async fn points_closed(
    tx: &mut Tx,
    carrier: &str,
    at: UtcMicros,
) -> Result<u64, DbError> {
    tx.execute(POINTS_CLOSED, args![carrier, at]).await
}

pub(in crate::shipments) async fn points_reopened(
    tx: &mut Tx,
    carrier: &str,
    codes: &[String],
) -> Result<Vec<ShipmentId>, DbError> {
    let list = codes.iter().map(Arg::from).collect();
    let rows: Vec<IdRow> = tx.fetch_in(POINTS_REOPENED, args![carrier], list).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(in crate::shipments) async fn point_is_closed(
    tx: &mut Tx,
    id: ShipmentId,
) -> Result<bool, DbError> {
    Ok(tx.execute(POINT_IS_CLOSED, args![id]).await? == 1)
}
