//! Offices and lockers.

use crate::carriers::cdek::wire::{Cell, Office};
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};
use crate::units::{Grams, Kopecks};

/// What a locker takes when the carrier names no other weight.
const LOCKER_WEIGHT_MAX: Grams = Grams::new(15_000);

/// A point; nothing when it has no code.
pub(in super::super) fn point(office: &Office) -> Option<PointModel> {
    let Office { code, location, .. } = office;
    if code.0.is_empty() {
        return None;
    }
    let kind = if office.kind.0 == "POSTAMAT" { PointKind::Locker } else { PointKind::Office };
    let phones: Vec<&str> = office.phones.iter().map(|phone| phone.number.0.as_str()).collect();
    let hints: Vec<&str> = [&office.address_comment, &office.note]
        .into_iter()
        .map(|word| word.0.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    let is_cod = office.allowed_cod;
    let pays =
        |how: Option<bool>| Answers::from(if is_cod == Some(false) { Some(false) } else { how });
    let partial = if kind == PointKind::Locker { Answers::No } else { Answers::Unknown };
    let takes_in = if office.take_only == Some(true) { Some(false) } else { office.is_reception };
    Some(PointModel {
        code: code.0.clone(),
        kind,
        name: if office.name.0.is_empty() { code.0.clone() } else { office.name.0.clone() },
        region: location.region.0.clone(),
        city: location.city.0.clone(),
        postcode: location.postal_code.0.clone(),
        address: location.address.0.clone(),
        latitude: location.latitude,
        longitude: location.longitude,
        hours: office.work_time.0.clone(),
        phone: phones.join(", "),
        hint: hints.join(". "),
        limits: limits(office, kind),
        cash: pays(office.have_cash),
        card: pays(office.have_cashless),
        partial_buy_out: partial,
        hands_out: Answers::from(office.is_handout),
        takes_in: Answers::from(takes_in),
        is_closed: false,
    })
}

fn limits(office: &Office, kind: PointKind) -> PointLimits {
    let named = office.weight_max.map(crate::carriers::amounts::JsonDecimal::grams);
    let named = named.filter(|grams| grams.get() > 0);
    let usual = (kind == PointKind::Locker).then_some(LOCKER_WEIGHT_MAX);
    // What a cell takes is said by the largest one.
    let largest = office.dimensions.iter().map(sides).max_by_key(volume);
    PointLimits {
        weight_max_g: named.or(usual),
        sides_max_mm: largest.filter(|sides| sides.iter().all(|side| *side > 0)),
        cod_max_kopecks: (office.allowed_cod == Some(false)).then_some(Kopecks::new(0)),
        ..PointLimits::default()
    }
}

fn sides(cell: &Cell) -> [i64; 3] {
    let mut sides = [cell.width, cell.height, cell.depth]
        .map(crate::carriers::amounts::JsonDecimal::millimetres_of_cm);
    sides.sort_unstable_by(|one, other| other.cmp(one));
    sides
}

fn volume(sides: &[i64; 3]) -> i64 {
    sides.iter().fold(1, |volume, side| volume.saturating_mul(*side))
}
