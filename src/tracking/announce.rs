//! Telling shops what became of their parcels.

use std::collections::HashMap;

use serde_json::json;

use super::store::{self, Course, Names};
use crate::carriers::model::DeliveryStatus;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::ShipmentId;
use crate::notices::{Notice, ShopEventKind, publish};
use crate::shipments::Attention;

/// What is new about a shipment.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// As it is now.
    pub(super) course: Course,
    pub(super) status_before: Option<DeliveryStatus>,
    pub(super) attention_before: Option<Attention>,
    /// The buyer took a part of the goods.
    pub(super) is_partial: bool,
    pub(super) was_partial: bool,
    /// The carrier's words for where it is, and the place.
    pub(super) words: String,
    pub(super) place: String,
}

impl Change {
    fn moved(&self) -> bool {
        self.course.status != self.status_before
    }

    /// What a shop can do something about. The rest is the operator's.
    fn trouble(&self) -> Option<Attention> {
        let now = self.course.attention;
        now.filter(|attention| {
            Some(*attention) != self.attention_before
                && matches!(attention, Attention::Problem | Attention::Silent)
        })
    }
}

/// Tells the shops, in this transaction. To be called at its end: the counters of the owners are
/// locked from here on.
pub(super) async fn announce(tx: &mut Tx, ctx: &Ctx, changes: &[Change]) -> Result<(), DbError> {
    let mut told: Vec<&Change> =
        changes.iter().filter(|change| change.moved() || change.trouble().is_some()).collect();
    told.sort_by_key(|change| (change.course.owner, change.course.id));
    let ids: Vec<ShipmentId> = told.iter().map(|change| change.course.id).collect();
    let names = store::names(tx, &ids).await?;
    let names: HashMap<ShipmentId, Names> =
        names.into_iter().map(|names| (names.shipment, names)).collect();
    for of_owner in told.chunk_by(|one, other| one.course.owner == other.course.owner) {
        let notices =
            of_owner.iter().filter_map(|change| Some((change, names.get(&change.course.id)?)));
        let notices = notices.flat_map(|(change, names)| notices_of(change, names)).collect();
        publish(tx, ctx, of_owner[0].course.owner, notices).await?;
    }
    Ok(())
}

fn notices_of(change: &Change, names: &Names) -> Vec<Notice> {
    let course = &change.course;
    let data = json!({
        "shipment_id": course.id,
        "parcel_id": course.parcel,
        "parcel_number": names.parcel_number,
        "order_id": names.order,
        "order_number": names.external_number,
        "carrier": course.carrier,
        "track": course.track,
        "status": course.status,
        "status_at": course.status_at,
    });
    let notice = |kind, data| Notice { kind, subject: course.parcel.to_string(), data };
    let mut notices = Vec::new();
    if change.moved() {
        let mut moved = data.clone();
        moved["status_before"] = json!(change.status_before);
        moved["words"] = json!(change.words);
        moved["place"] = json!(change.place);
        notices.push(notice(ShopEventKind::ParcelStatusChanged, moved));
    }
    if let Some(trouble) = change.trouble() {
        let mut data = data;
        data["attention"] = json!(trouble);
        notices.push(notice(ShopEventKind::ParcelProblem, data));
    }
    notices
}
