//! How far an order is registered.

use super::events::statuses;
use super::reasons;
use crate::carriers::cdek::client::invalid;
use crate::carriers::cdek::wire::{Envelope, OrderEntity, Problem};
use crate::carriers::model::{Registered, Registration, ShipmentRef};

/// The carrier replaced the point by itself.
const POINT_CHANGED: &str = "v2_delivery_point_changed";

/// Whether the order was deleted.
pub(in super::super) fn is_gone(answer: &Envelope<OrderEntity>) -> bool {
    let removed =
        answer.requests.iter().any(|one| one.kind.0 == "DELETE" && one.state.0 == "SUCCESSFUL");
    let entity = answer.entity.as_ref();
    removed
        || entity.is_some_and(|entity| statuses(entity).iter().any(|one| one.code.0 == "REMOVED"))
}

/// What an order says of itself: it is one only when it is validated and has a number.
pub(in super::super) fn registration(
    asked: &ShipmentRef,
    answer: &Envelope<OrderEntity>,
) -> Option<Registration> {
    if let Some(errors) = invalid(&answer.requests, "CREATE") {
        return Some(Registration::Refused(reasons(errors)));
    }
    let entity = answer.entity.as_ref()?;
    if is_gone(answer) {
        return None;
    }
    let all = statuses(entity);
    if let Some(wrong) = all.iter().find(|one| one.code.0 == "INVALID") {
        let problem = Problem { code: wrong.code.clone(), message: wrong.name.clone() };
        return Some(Registration::Refused(reasons(&[problem])));
    }
    let reference = ShipmentRef {
        id: entity.uuid.0.clone(),
        track: entity.cdek_number.0.clone(),
        ..asked.clone()
    };
    let is_validated =
        answer.requests.iter().any(|one| one.kind.0 == "CREATE" && one.state.0 == "SUCCESSFUL")
            || all.iter().any(|one| one.code.0 != "ACCEPTED");
    if reference.track.is_empty() || !is_validated {
        return Some(Registration::Pending(reference));
    }
    let warnings: Vec<Problem> =
        answer.requests.iter().flat_map(|one| one.warnings.iter().cloned()).collect();
    let is_moved = warnings.iter().any(|one| one.code.0 == POINT_CHANGED);
    let point = Some(entity.delivery_point.0.clone()).filter(|code| is_moved && !code.is_empty());
    let total = entity.delivery_detail.as_ref().and_then(|detail| detail.total_sum);
    Some(Registration::Registered(Registered {
        reference,
        warnings: reasons(&warnings),
        price_kopecks: total.map(crate::carriers::amounts::JsonDecimal::kopecks),
        point_changed_to: point,
    }))
}
