//! What the buyer of a parcel pays for on delivery, as its carrier was told it or would be told.

use super::ShipmentError;
use super::compose::Known;
use super::model::{Origin, Shipment, ShipmentState};
use super::store::accounts as account_store;
use super::store::facts::{self, ParcelFacts};
use super::store::shipments as store;
use crate::carriers::model::{Item, Seller, ShipmentAsk};
use crate::db::{DbError, Tx, from_json};
use crate::ids::{OwnerId, ParcelId};
use crate::taxes::{self, VatRate};
use crate::units::{Day, Kopecks};

/// The goods of a parcel with what is paid for each piece on delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidGoods {
    pub owner: OwnerId,
    /// The day of the sale, whose rates of VAT they have.
    pub day: Day,
    /// As the carrier was told; otherwise as it would be told on the day.
    pub is_told: bool,
    pub seller: Seller,
    pub items: Vec<Item>,
    pub delivery_fee_kopecks: Kopecks,
    pub delivery_fee_vat: VatRate,
}

/// Nothing of another owner: it looks like a parcel that does not exist.
pub async fn paid_goods(
    tx: &mut Tx,
    parcel: ParcelId,
    owner: Option<OwnerId>,
    today: Day,
) -> Result<PaidGoods, ShipmentError> {
    let known = facts::parcel_facts(tx, parcel).await?;
    let known = known.filter(|facts| owner.is_none_or(|owner| owner == facts.owner));
    let known = known.ok_or(ShipmentError::ParcelUnknown)?;
    let of = known.owner;
    let shipment = store::shipment_of_parcel(tx, parcel).await?;
    // What was refused may be told otherwise the next time.
    let stands = |one: &Shipment| one.sent_at.is_some() && one.state != ShipmentState::Refused;
    let told = shipment.filter(stands).and_then(|one| one.ask);
    if let Some(told) = told {
        let ask: ShipmentAsk = from_json(&told)?;
        return Ok(PaidGoods {
            owner: of,
            day: ask.day,
            is_told: true,
            seller: ask.seller,
            items: ask.items,
            delivery_fee_kopecks: ask.delivery_fee_kopecks,
            delivery_fee_vat: ask.delivery_fee_vat,
        });
    }
    let known = all_known(tx, parcel, known, Origin::default(), today).await?;
    let (items, delivery_fee_kopecks) = known.items_with_cod();
    Ok(PaidGoods {
        owner: of,
        day: today,
        is_told: false,
        seller: known.seller(),
        items,
        delivery_fee_kopecks,
        delivery_fee_vat: known.delivery_fee_vat(),
    })
}

/// Everything that a parcel's papers of a day are made of.
pub(super) async fn all_known(
    tx: &mut Tx,
    id: ParcelId,
    parcel: ParcelFacts,
    origin: Origin,
    day: Day,
) -> Result<Known, DbError> {
    let items = facts::item_facts(tx, id).await?;
    let marks = facts::mark_facts(tx, id).await?;
    let terms = account_store::terms_find(tx, parcel.owner).await?;
    let vat = taxes::mode_on(tx, Some(parcel.owner), day).await?;
    Ok(Known { parcel, items, marks, origin, terms, vat, day })
}
