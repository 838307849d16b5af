//! What packing, people and shops ask of shipments.

use super::model::{Shipment, ShipmentState};
use super::store::shipments as store;
use super::store::{accounts as account_store, facts};
use super::{AUTO, ShipmentError, points, work};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{OwnerId, ParcelId, ShipmentId, WarehouseId};
use crate::packing::ParcelState;

/// A parcel that is ready to be told to a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShipment {
    pub parcel: ParcelId,
    pub parcel_number: String,
    pub owner: OwnerId,
    pub warehouse: WarehouseId,
    /// A carrier's code, or [`AUTO`].
    pub carrier: String,
    /// The carrier's code of the buyer's point; empty for a door.
    pub point_code: String,
}

/// A parcel was closed. If there is a contract with its carrier, it gets a shipment; one of a carrier
/// without a contract goes by files.
pub async fn parcel_ready(
    tx: &mut Tx,
    ctx: &Ctx,
    new: &NewShipment,
) -> Result<Option<ShipmentId>, ShipmentError> {
    let account = if new.carrier == AUTO {
        None
    } else {
        let found = account_store::account_of(tx, new.warehouse, &new.carrier, new.owner).await?;
        let Some(account) = found else { return Ok(None) };
        Some(account.id)
    };
    let state = if account.is_some() { ShipmentState::Waiting } else { ShipmentState::Choosing };
    let mode = points::mode_of(tx, &new.carrier, &new.point_code).await?;
    let before = store::number_last(tx, new.parcel).await?;
    let shipment = Shipment {
        account,
        carrier: new.carrier.clone(),
        number: number_after(&new.parcel_number, before.as_deref()),
        state,
        mode,
        point_code: new.point_code.clone(),
        created_by: ctx.actor,
        device: ctx.device,
        ..store::fresh(ShipmentId::new(), new.parcel, new.owner, new.warehouse, ctx.now)
    };
    if !store::shipment_insert(tx, &shipment).await? {
        // Another one was made since we looked.
        return Err(tx.conflict().into());
    }
    if !new.point_code.is_empty() {
        points::mark_if_closed(tx, shipment.id).await?;
    }
    store::parcel_carrier(tx, new.parcel, &new.carrier).await?;
    work::register_enqueue(tx, ctx, shipment.id).await?;
    Ok(Some(shipment.id))
}

/// The number of the next attempt: a carrier may remember those that it refused.
fn number_after(parcel: &str, before: Option<&str>) -> String {
    let Some(before) = before else { return parcel.to_owned() };
    let attempt = before.strip_prefix(parcel).and_then(|rest| rest.strip_prefix('R'));
    let attempt: u32 = attempt.and_then(|rest| rest.parse().ok()).unwrap_or(1);
    format!("{parcel}R{}", attempt + 1)
}

async fn shipment_find(tx: &mut Tx, id: ShipmentId) -> Result<Shipment, ShipmentError> {
    let found = store::shipment_find(tx, id, None).await?;
    found.ok_or(ShipmentError::NotFound { shipment: id })
}

/// Tells a refused shipment anew, after somebody mended what was wrong: prices are asked again, and
/// the carrier hears a number that it does not know.
pub async fn shipment_retry(tx: &mut Tx, ctx: &Ctx, id: ShipmentId) -> Result<(), ShipmentError> {
    let shipment = shipment_find(tx, id).await?;
    let facts = facts::parcel_facts(tx, shipment.parcel).await?;
    let facts = facts.ok_or(ShipmentError::ParcelUnknown)?;
    let state =
        if shipment.account.is_some() { ShipmentState::Waiting } else { ShipmentState::Choosing };
    let number = number_after(&facts.number, Some(&shipment.number));
    if !store::shipment_retry(tx, id, state, &number).await? {
        return Err(ShipmentError::WrongState { state: shipment.state });
    }
    work::register_enqueue(tx, ctx, id).await?;
    Ok(())
}

/// Gives a shipment up. What the carrier may know of is taken back there.
pub async fn shipment_cancel(tx: &mut Tx, ctx: &Ctx, id: ShipmentId) -> Result<(), ShipmentError> {
    let shipment = shipment_find(tx, id).await?;
    give_up(tx, ctx, &shipment).await
}

async fn give_up(tx: &mut Tx, ctx: &Ctx, shipment: &Shipment) -> Result<(), ShipmentError> {
    let told = shipment.sent_at.is_some() && shipment.state != ShipmentState::Refused;
    let to = match shipment.state {
        ShipmentState::Cancelled => return Ok(()),
        ShipmentState::Cancelling => return cancel_again(tx, ctx, shipment.id).await,
        _ if told => ShipmentState::Cancelling,
        _ => ShipmentState::Cancelled,
    };
    let facts = facts::parcel_facts(tx, shipment.parcel).await?;
    let facts = facts.ok_or(ShipmentError::ParcelUnknown)?;
    if matches!(facts.state, ParcelState::Loaded | ParcelState::HandedOver) {
        return Err(ShipmentError::ParcelNotHere { number: facts.number });
    }
    if !store::shipment_leave(tx, shipment, to).await? {
        return Err(tx.conflict().into());
    }
    if to == ShipmentState::Cancelling {
        work::cancel_enqueue(tx, ctx, shipment.id).await?;
    }
    Ok(())
}

/// What the carrier would not take back may have been settled with it since. Two runs of the work do no
/// harm: what is gone is gone.
async fn cancel_again(tx: &mut Tx, ctx: &Ctx, id: ShipmentId) -> Result<(), ShipmentError> {
    if store::shipment_cancel_again(tx, id).await? {
        work::cancel_enqueue(tx, ctx, id).await?;
    }
    Ok(())
}

/// The parcel is taken apart: its shipment goes with it.
pub async fn parcel_withdraw(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: ParcelId,
) -> Result<(), ShipmentError> {
    match store::shipment_of_parcel(tx, parcel).await? {
        Some(shipment) => give_up(tx, ctx, &shipment).await,
        None => Ok(()),
    }
}

/// Sends a packed parcel with another carrier, or to another point. The shipment that it had is given
/// up; the parcel need not be packed anew.
pub async fn carrier_change(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: ParcelId,
    carrier: &str,
    point_code: &str,
) -> Result<ShipmentId, ShipmentError> {
    let facts = facts::parcel_facts(tx, parcel).await?.ok_or(ShipmentError::ParcelUnknown)?;
    if facts.state != ParcelState::Packed {
        return Err(ShipmentError::ParcelNotHere { number: facts.number });
    }
    parcel_withdraw(tx, ctx, parcel).await?;
    let new = NewShipment {
        parcel,
        parcel_number: facts.number,
        owner: facts.owner,
        warehouse: facts.warehouse,
        carrier: carrier.to_owned(),
        point_code: point_code.to_owned(),
    };
    let made = parcel_ready(tx, ctx, &new).await?;
    made.ok_or(ShipmentError::NoAccount { carrier: new.carrier })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_has_a_number_of_its_own() {
        assert_eq!(number_after("PR-7", None), "PR-7");
        assert_eq!(number_after("PR-7", Some("PR-7")), "PR-7R2");
        assert_eq!(number_after("PR-7", Some("PR-7R2")), "PR-7R3");
    }
}
