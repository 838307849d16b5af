//! What people ask of couriers.

use chrono::NaiveTime;
use serde_json::{Value, json};

use super::{CALL, CANCEL, PickupCancelWay, PickupError, PickupLoad, PickupRow, PickupState};
use crate::carriers::model::{Address, Contact, PickupAsk, Spot};
use crate::carriers::registry::name_of;
use crate::carriers::{Carrier, zone};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{CarrierAccountId, PickupId, WarehouseId};
use crate::jobs::enqueue;
use crate::secrets::Vault;
use crate::series;
use crate::shipments::store::pickups as store;
use crate::shipments::{AccountRow, Connectors, Origin, ShipmentError, accounts};
use crate::units::{Day, UtcMicros};

const COMMENT_MAX: usize = 200;
const NAME_MAX: usize = 200;
const PHONE_MAX: usize = 20;
const PARCELS_MAX: i64 = 100_000;
const WEIGHT_G_MAX: i64 = 100_000_000;
const VOLUME_CM3_MAX: i64 = 1_000_000_000;

/// A courier that somebody wants.
#[derive(Debug, Clone)]
pub(in crate::shipments) struct PickupIn {
    pub(in crate::shipments) warehouse: WarehouseId,
    pub(in crate::shipments) account: CarrierAccountId,
    pub(in crate::shipments) day: Day,
    /// The clock of the place.
    pub(in crate::shipments) from: NaiveTime,
    pub(in crate::shipments) to: NaiveTime,
    /// The door of the account without it.
    pub(in crate::shipments) address: Option<Address>,
    /// Of the account without it.
    pub(in crate::shipments) contact: Option<Contact>,
    pub(in crate::shipments) comment: String,
    /// What waits for the account's carrier without it.
    pub(in crate::shipments) load: Option<PickupLoad>,
}

impl PickupIn {
    fn contact(&self, origin: &Origin) -> Contact {
        self.contact.clone().unwrap_or_else(|| origin.sender.contact.clone())
    }

    fn door(&self, origin: &Origin) -> Option<Address> {
        match (&self.address, &origin.from) {
            (Some(address), _) | (None, Spot::Door(address)) => Some(address.clone()),
            (None, Spot::Point { .. }) => None,
        }
    }

    /// When the courier may come: from and to.
    fn hours(&self, door: &Address) -> Result<(UtcMicros, UtcMicros), PickupError> {
        let at = |time| zone::instant_of(self.day.date().and_time(time), &door.postcode);
        match (at(self.from), at(self.to)) {
            (Some(from), Some(to)) if from < to => Ok((from, to)),
            _ => {
                let (from, to) = (clock(self.from), clock(self.to));
                Err(PickupError::TimesReversed { from, to })
            }
        }
    }
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn minute(time: NaiveTime) -> i64 {
    time.signed_duration_since(NaiveTime::MIN).num_minutes()
}

/// Calls a courier: the call is stored with its number, the queue tells the carrier.
pub(in crate::shipments) async fn pickup_create(
    tx: &mut Tx,
    ctx: &Ctx,
    (connectors, vault): (&Connectors, &Vault),
    input: &PickupIn,
) -> Result<PickupRow, PickupError> {
    let account = account_of(tx, input).await?;
    let carrier = || name_of(&account.carrier).to_owned();
    if connectors.of(vault, &account)?.pickups().is_none() {
        return Err(PickupError::NotOffered { carrier: carrier() });
    }
    let origin = account.origin();
    let Some(door) = input.door(&origin) else {
        return Err(PickupError::WithoutDoor { carrier: carrier() });
    };
    let contact = input.contact(&origin);
    check(input, &contact)?;
    let (starts_at, ends_at) = input.hours(&door)?;
    if starts_at < ctx.now {
        return Err(PickupError::InThePast { day: input.day, from: clock(input.from) });
    }
    let load = match input.load {
        Some(load) => load,
        None => store::load_waiting(tx, input.warehouse, account.id).await?,
    };
    if load.parcels == 0 {
        return Err(PickupError::NothingWaits { carrier: carrier() });
    }
    let number = series::number_next(tx, &format!("pickup:{}", input.warehouse)).await?;
    let number = format!("C{number:06}");
    let ask = PickupAsk {
        number: number.clone(),
        from: Spot::Door(door),
        contact,
        day: input.day,
        from_minute: minute(input.from),
        to_minute: minute(input.to),
        parcels: load.parcels,
        weight_g: load.weight_g,
        volume_cm3: load.volume_cm3,
        comment: input.comment.trim().to_owned(),
        reference: None,
    };
    let pickup = PickupRow {
        id: PickupId::new(),
        warehouse: input.warehouse,
        account: account.id,
        carrier: account.carrier.clone(),
        number,
        day: input.day,
        starts_at,
        ends_at,
        ask: serde_json::to_value(&ask).unwrap_or(Value::Null),
        state: PickupState::Waiting,
        sent_at: None,
        reference: String::new(),
        problem: None,
        created_by: ctx.actor,
        created_at: ctx.now,
        told_at: None,
        cancelled_at: None,
    };
    insert(tx, ctx, pickup).await
}

async fn insert(tx: &mut Tx, ctx: &Ctx, pickup: PickupRow) -> Result<PickupRow, PickupError> {
    if !store::pickup_insert(tx, &pickup).await? {
        let there = store::pickup_live(tx, pickup.account, pickup.day, pickup.warehouse).await?;
        return Err(match there {
            Some(PickupRow { number, day, state, .. }) => PickupError::Taken { number, day, state },
            // It was cancelled since.
            None => tx.conflict().into(),
        });
    }
    enqueue(tx, ctx, CALL, &pickup.id.to_string(), json!({})).await?;
    Ok(pickup)
}

/// An account of this warehouse that is in use.
async fn account_of(tx: &mut Tx, input: &PickupIn) -> Result<AccountRow, PickupError> {
    let account = accounts::account_find(tx, input.account).await?;
    if account.warehouse != input.warehouse {
        return Err(ShipmentError::AccountUnknown { account: input.account }.into());
    }
    if !account.active {
        return Err(ShipmentError::NoAccount { carrier: account.carrier }.into());
    }
    Ok(account)
}

fn check(input: &PickupIn, contact: &Contact) -> Result<(), PickupError> {
    let mut faults = InputFaults::default();
    faults.text("contact.name", &contact.name, NAME_MAX);
    faults.text("contact.phone", &contact.phone, PHONE_MAX);
    if let Some(address) = &input.address {
        faults.text("address.city", &address.city, NAME_MAX);
        faults.text("address.line", &address.line, NAME_MAX);
    }
    if input.comment.chars().count() > COMMENT_MAX {
        faults.note("comment", "too_long");
    }
    if let Some(load) = &input.load {
        faults.range("load.parcels", load.parcels, 1..=PARCELS_MAX);
        faults.range("load.weight_g", load.weight_g.get(), 1..=WEIGHT_G_MAX);
        faults.range("load.volume_cm3", load.volume_cm3, 1..=VOLUME_CM3_MAX);
    }
    Ok(faults.finish()?)
}

pub(in crate::shipments) async fn pickup_find(
    tx: &mut Tx,
    pickup: PickupId,
) -> Result<PickupRow, PickupError> {
    store::pickup_find(tx, pickup).await?.ok_or(PickupError::NotFound { pickup })
}

fn can_take_back(carrier: &dyn Carrier) -> bool {
    carrier.pickups().is_some_and(|pickups| pickups.taking_back().is_some())
}

/// Takes a call back; one that is gone stays gone.
pub(in crate::shipments) async fn pickup_cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    (connectors, vault): (&Connectors, &Vault),
    id: PickupId,
    way: PickupCancelWay,
) -> Result<(), PickupError> {
    let pickup = pickup_find(tx, id).await?;
    let is_told_now = match pickup.state {
        PickupState::Waiting | PickupState::Checking => true,
        PickupState::Cancelling => pickup.reference.is_empty(),
        _ => false,
    };
    let done = match (pickup.state, way) {
        (PickupState::Cancelled, _) | (PickupState::Cancelling, PickupCancelWay::Interface) => true,
        (PickupState::Waiting, _) if pickup.sent_at.is_none() => {
            store::pickup_drop(tx, id, ctx.now).await?
        }
        (PickupState::Refused, _) => {
            store::pickup_cancelled(tx, id, PickupState::Refused, ctx.now).await?
        }
        (_, PickupCancelWay::ByPhone) if is_told_now => {
            return Err(PickupError::BeingTold { number: pickup.number });
        }
        (from, PickupCancelWay::ByPhone) => store::pickup_cancelled(tx, id, from, ctx.now).await?,
        (from, PickupCancelWay::Interface) => {
            let account = accounts::account_find(tx, pickup.account).await?;
            let can = can_take_back(connectors.of(vault, &account)?.as_ref());
            if !can || (pickup.reference.is_empty() && !is_told_now) {
                let carrier = name_of(&pickup.carrier).to_owned();
                return Err(PickupError::ByPhone { carrier, number: pickup.number });
            }
            enqueue(tx, ctx, CANCEL, &id.to_string(), json!({})).await?;
            store::pickup_cancelling(tx, id, from).await?
        }
    };
    // Otherwise the queue was faster: what to do is looked at anew.
    if done { Ok(()) } else { Err(tx.conflict().into()) }
}

/// Tells a call anew, after a person mended what was wrong or heard that the carrier does not have it.
pub(in crate::shipments) async fn pickup_retry(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PickupId,
) -> Result<(), PickupError> {
    let pickup = pickup_find(tx, id).await?;
    if !matches!(pickup.state, PickupState::Refused | PickupState::Unclear) {
        return Err(PickupError::WrongState { state: pickup.state });
    }
    if pickup.ends_at <= ctx.now {
        return Err(PickupError::TooLate { number: pickup.number });
    }
    if !store::pickup_again(tx, id, pickup.state).await? {
        return Err(tx.conflict().into());
    }
    enqueue(tx, ctx, CALL, &id.to_string(), json!({})).await?;
    Ok(())
}

/// A person heard that the carrier has the call. Once more is no error.
pub(in crate::shipments) async fn pickup_confirm(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PickupId,
) -> Result<(), PickupError> {
    let pickup = pickup_find(tx, id).await?;
    match pickup.state {
        PickupState::Told => Ok(()),
        PickupState::Unclear if store::pickup_confirmed(tx, id, ctx.now).await? => Ok(()),
        PickupState::Unclear => Err(tx.conflict().into()),
        state => Err(PickupError::WrongState { state }),
    }
}
