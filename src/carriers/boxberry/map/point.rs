//! `ListPoints`.

use crate::carriers::amounts;
use crate::carriers::boxberry::wire::PointIn;
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};
use crate::units::Kopecks;

/// A point as it is described. Whether it sells a part of a parcel only `PointsDescription` says,
/// one point a call: that stays unknown.
pub(crate) fn point(said: &PointIn) -> PointModel {
    let is_prepaid = said.only_prepaid_orders.flag();
    let (latitude, longitude) = coordinates(&said.gps.0);
    let takes_card = match (is_prepaid, said.acquiring.flag()) {
        (Some(true), _) => Some(false),
        (_, card) => card,
    };
    let postcode: String = said.address.0.chars().take(6).collect();
    let is_postcode = postcode.len() == 6 && postcode.bytes().all(|byte| byte.is_ascii_digit());
    PointModel {
        code: said.code.0.clone(),
        kind: match said.postamat.flag() {
            Some(true) => PointKind::Locker,
            _ => PointKind::Office,
        },
        name: said.name.0.clone(),
        region: said.area.0.clone(),
        city: said.city_name.0.clone(),
        postcode: if is_postcode { postcode } else { String::new() },
        address: said.address_reduce.0.clone(),
        latitude,
        longitude,
        hours: said.work_shedule.0.clone(),
        phone: said.phone.0.clone(),
        hint: said.trip_description.0.clone(),
        limits: PointLimits {
            weight_max_g: amounts::grams(&said.load_limit.0).ok(),
            // 120 × 80 × 50 cm anywhere.
            sides_max_mm: Some([1_200, 800, 500]),
            longest_max_mm: None,
            sum_of_sides_max_mm: None,
            volume_max_cm3: amounts::cubic_centimetres(&said.volume_limit.0).ok(),
            cod_max_kopecks: (is_prepaid == Some(true)).then_some(Kopecks::ZERO),
        },
        cash: Answers::from(is_prepaid.map(|is_prepaid| !is_prepaid)),
        card: Answers::from(takes_card),
        partial_buy_out: Answers::Unknown,
        hands_out: Answers::Yes,
        takes_in: Answers::Unknown,
        is_closed: false,
    }
}

/// `60.005783,30.258888`.
fn coordinates(gps: &str) -> (Option<f64>, Option<f64>) {
    let Some((latitude, longitude)) = gps.split_once(',') else { return (None, None) };
    match (latitude.trim().parse(), longitude.trim().parse()) {
        (Ok(latitude), Ok(longitude)) => (Some(latitude), Some(longitude)),
        _ => (None, None),
    }
}
