//! Points as they are stored.

use serde_json::Value;

use super::city::city_key;
use super::fit::PointRules;
use super::sphere::Place;
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};
use crate::commands::body_hash;
use crate::units::{Grams, Kopecks, UtcMicros};
use crate::{args, db, record};

/// Texts of carriers are cut behind so many letters.
const TEXT_MAX: usize = 4_000;

record! {
    /// A point as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PointRow {
        pub carrier: String,
        pub code: String,
        pub kind: PointKind,
        pub name: String,
        pub region: String,
        pub city: String,
        pub city_key: String,
        pub postcode: String,
        pub address: String,
        pub latitude_udeg: Option<i64>,
        pub longitude_udeg: Option<i64>,
        pub hours: String,
        pub phone: String,
        pub hint: String,
        pub weight_max_g: Option<Grams>,
        pub side_long_max_mm: Option<i64>,
        pub side_middle_max_mm: Option<i64>,
        pub side_short_max_mm: Option<i64>,
        pub longest_max_mm: Option<i64>,
        pub sum_of_sides_max_mm: Option<i64>,
        pub volume_max_cm3: Option<i64>,
        pub cod_max_kopecks: Option<Kopecks>,
        pub cash: Answers,
        pub card: Answers,
        pub partial_buy_out: Answers,
        pub hands_out: Answers,
        pub takes_in: Answers,
        pub is_closed: bool,
        pub content_hash: Vec<u8>,
        pub changed_at: UtcMicros,
        pub closed_at: Option<UtcMicros>,
    }
}

impl PointRow {
    /// The row of a point that its carrier describes like this.
    pub(super) fn of(
        carrier: &str,
        point: &PointModel,
        content_hash: Vec<u8>,
        now: UtcMicros,
    ) -> Self {
        let place = place_of(point);
        let limits = &point.limits;
        let side = |index: usize| limits.sides_max_mm.map(|sides| sides[index]);
        Self {
            carrier: carrier.to_owned(),
            code: point.code.clone(),
            kind: point.kind,
            name: point.name.clone(),
            region: point.region.clone(),
            city: point.city.clone(),
            city_key: city_key(&point.city),
            postcode: point.postcode.clone(),
            address: point.address.clone(),
            latitude_udeg: place.map(Place::latitude_udeg),
            longitude_udeg: place.map(Place::longitude_udeg),
            hours: point.hours.clone(),
            phone: point.phone.clone(),
            hint: point.hint.clone(),
            weight_max_g: limits.weight_max_g,
            side_long_max_mm: side(0),
            side_middle_max_mm: side(1),
            side_short_max_mm: side(2),
            longest_max_mm: limits.longest_max_mm,
            sum_of_sides_max_mm: limits.sum_of_sides_max_mm,
            volume_max_cm3: limits.volume_max_cm3,
            cod_max_kopecks: limits.cod_max_kopecks,
            cash: point.cash,
            card: point.card,
            partial_buy_out: point.partial_buy_out,
            hands_out: point.hands_out,
            takes_in: point.takes_in,
            is_closed: point.is_closed,
            content_hash,
            changed_at: now,
            closed_at: point.is_closed.then_some(now),
        }
    }

    pub(super) fn args(&self) -> Vec<db::Arg> {
        args![
            &self.carrier,
            &self.code,
            self.kind,
            &self.name,
            &self.region,
            &self.city,
            &self.city_key,
            &self.postcode,
            &self.address,
            self.latitude_udeg,
            self.longitude_udeg,
            &self.hours,
            &self.phone,
            &self.hint,
            self.weight_max_g,
            self.side_long_max_mm,
            self.side_middle_max_mm,
            self.side_short_max_mm,
            self.longest_max_mm,
            self.sum_of_sides_max_mm,
            self.volume_max_cm3,
            self.cod_max_kopecks,
            self.cash,
            self.card,
            self.partial_buy_out,
            self.hands_out,
            self.takes_in,
            self.is_closed,
            self.content_hash.clone(),
            self.changed_at,
            self.closed_at,
        ]
    }

    pub fn limits(&self) -> PointLimits {
        let sides = (self.side_long_max_mm, self.side_middle_max_mm, self.side_short_max_mm);
        PointLimits {
            weight_max_g: self.weight_max_g,
            sides_max_mm: match sides {
                (Some(long), Some(middle), Some(short)) => Some([long, middle, short]),
                _ => None,
            },
            longest_max_mm: self.longest_max_mm,
            sum_of_sides_max_mm: self.sum_of_sides_max_mm,
            volume_max_cm3: self.volume_max_cm3,
            cod_max_kopecks: self.cod_max_kopecks,
        }
    }

    /// What it takes. One that its carrier does not name any more is closed, too.
    pub fn rules(&self) -> PointRules {
        PointRules {
            limits: self.limits(),
            cash: self.cash,
            card: self.card,
            partial_buy_out: self.partial_buy_out,
            hands_out: self.hands_out,
            takes_in: self.takes_in,
            is_closed: self.closed_at.is_some(),
        }
    }
}

record! {
    /// How far the points of a carrier are known.
    #[derive(Debug, Clone, PartialEq)]
    pub struct SourceRow {
        pub carrier: String,
        pub version: i64,
        pub due_at: UtcMicros,
        pub points: i64,
        pub finished_at: Option<UtcMicros>,
        pub problem: Option<Value>,
        pub failed_at: Option<UtcMicros>,
    }
}

fn place_of(point: &PointModel) -> Option<Place> {
    Place::of_degrees(point.latitude?, point.longitude?)
}

/// A point with texts that both engines store and limits that mean something. Nothing for one without
/// a code.
pub(super) fn cleaned(mut point: PointModel) -> Option<PointModel> {
    for text in [
        &mut point.code,
        &mut point.name,
        &mut point.region,
        &mut point.city,
        &mut point.postcode,
        &mut point.address,
        &mut point.hours,
        &mut point.phone,
        &mut point.hint,
    ] {
        clean(text);
    }
    let limits = &mut point.limits;
    for limit in
        [&mut limits.longest_max_mm, &mut limits.sum_of_sides_max_mm, &mut limits.volume_max_cm3]
    {
        *limit = limit.filter(|most| *most > 0);
    }
    limits.weight_max_g = limits.weight_max_g.filter(|most| most.is_positive());
    limits.cod_max_kopecks = limits.cod_max_kopecks.filter(|most| most.get() >= 0);
    limits.sides_max_mm = limits.sides_max_mm.filter(|sides| sides.iter().all(|side| *side > 0));
    if let Some(sides) = &mut limits.sides_max_mm {
        sides.sort_unstable_by(|one, other| other.cmp(one));
    }
    (!point.code.is_empty()).then_some(point)
}

fn clean(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', "");
    }
    let kept = text.trim();
    if kept.len() != text.len() || kept.len() > TEXT_MAX {
        *text = kept.chars().take(TEXT_MAX).collect();
    }
}

/// The print of what a carrier says of a point, to the millionth of a degree.
pub(super) fn content_hash(point: &PointModel) -> Vec<u8> {
    let place = place_of(point).map(|place| (place.latitude_udeg(), place.longitude_udeg()));
    let point = PointModel { latitude: None, longitude: None, ..point.clone() };
    body_hash(&(place, point)).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point() -> PointModel {
        PointModel {
            code: " MSK1\0 ".to_owned(),
            kind: PointKind::Office,
            name: "На Мясницкой".to_owned(),
            region: String::new(),
            city: "г. Москва".to_owned(),
            postcode: "101000".to_owned(),
            address: "x".repeat(TEXT_MAX + 1),
            latitude: Some(55.76),
            longitude: Some(37.64),
            hours: String::new(),
            phone: String::new(),
            hint: String::new(),
            limits: PointLimits {
                weight_max_g: Some(Grams::new(-1)),
                sides_max_mm: Some([100, 300, 200]),
                longest_max_mm: Some(0),
                ..PointLimits::default()
            },
            cash: Answers::Yes,
            card: Answers::No,
            partial_buy_out: Answers::Unknown,
            hands_out: Answers::Yes,
            takes_in: Answers::Unknown,
            is_closed: false,
        }
    }

    #[test]
    fn what_cannot_be_stored_is_cleaned_away() {
        let cleaned = cleaned(point()).unwrap();
        assert_eq!(cleaned.code, "MSK1");
        assert_eq!(cleaned.address.len(), TEXT_MAX);
        assert_eq!(cleaned.limits.weight_max_g, None);
        assert_eq!(cleaned.limits.longest_max_mm, None);
        assert_eq!(cleaned.limits.sides_max_mm, Some([300, 200, 100]));
        assert_eq!(super::cleaned(PointModel { code: " \0".to_owned(), ..point() }), None);
    }

    #[test]
    fn the_print_changes_with_what_is_said_and_not_below_a_millionth_of_a_degree() {
        let print = content_hash(&point());
        let nearly = PointModel { latitude: Some(55.760_000_1), ..point() };
        assert_eq!(content_hash(&nearly), print);
        let moved = PointModel { latitude: Some(55.760_002), ..point() };
        assert_ne!(content_hash(&moved), print);
        assert_ne!(content_hash(&PointModel { is_closed: true, ..point() }), print);
    }

    #[test]
    fn a_row_says_what_the_carrier_said() {
        let now = UtcMicros::from_micros(1_780_000_000_000_000);
        let point = cleaned(point()).unwrap();
        let row = PointRow::of("cdek", &point, content_hash(&point), now);
        assert_eq!(row.limits(), point.limits);
        assert_eq!(row.rules(), PointRules::from(&point));
        assert_eq!((row.latitude_udeg, row.longitude_udeg), (Some(55_760_000), Some(37_640_000)));
        assert_eq!(row.city_key, "москва");
        let nowhere = PointModel { latitude: Some(f64::NAN), ..point };
        assert_eq!(PointRow::of("cdek", &nowhere, Vec::new(), now).longitude_udeg, None);
    }
}
