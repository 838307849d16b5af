//! Post offices, pick-up points and lockers.

use serde_json::Value;

use crate::carriers::amounts;
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel};
use crate::carriers::post::wire::{Passport, PassportAddress, PassportElement};
use crate::units::{Grams, Kopecks};

/// Which passport is unloaded (`type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum PassportKind {
    Offices,
    PickupPoints,
    Lockers,
}

impl PassportKind {
    const ALL: [Self; 3] = [Self::Offices, Self::PickupPoints, Self::Lockers];

    pub(in super::super) const fn as_str(self) -> &'static str {
        match self {
            Self::Offices => "OPS",
            Self::PickupPoints => "PVZ",
            Self::Lockers => "APS",
        }
    }

    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    const fn point(self) -> PointKind {
        match self {
            Self::Offices => PointKind::PostOffice,
            Self::PickupPoints => PointKind::Office,
            Self::Lockers => PointKind::Locker,
        }
    }
}

/// All points of a passport. Those without an index cannot be named and are left out.
pub(in super::super) fn points_of(passport: &Passport, kind: PassportKind) -> Vec<PointModel> {
    passport.passport_elements.iter().filter_map(|element| point(element, kind)).collect()
}

fn point(element: &PassportElement, kind: PassportKind) -> Option<PointModel> {
    let index = text(&element.address.index).filter(|index| !index.is_empty())?;
    let options = &element.ecom_options;
    let (cash, card) = (flag(&options.cash_payment), flag(&options.card_payment));
    let is_office = kind == PassportKind::Offices;
    let takes_money = is_office || cash == Some(true) || card == Some(true);
    let hands_out = match (flag(&element.ecom), flag(&element.online_parcel)) {
        (Some(false), Some(false)) => Some(is_office),
        (None, None) => None,
        _ => Some(true),
    };
    let says_no_money = cash == Some(false) && card == Some(false);
    Some(PointModel {
        name: name(&element.kind, &index, kind),
        kind: if element.kind.to_uppercase().contains("ПОЧТОМАТ") {
            PointKind::Locker
        } else {
            kind.point()
        },
        region: element.address.region.clone().unwrap_or_default(),
        city: element.address.place.clone().unwrap_or_default(),
        postcode: index.clone(),
        code: index,
        address: street(&element.address),
        latitude: degrees(&element.latitude),
        longitude: degrees(&element.longitude),
        hours: element.work_time.join("; "),
        phone: String::new(),
        hint: element.address.location.clone().unwrap_or_default(),
        limits: PointLimits {
            weight_max_g: text(&options.weight_limit).and_then(|limit| weight(&limit)),
            sides_max_mm: text(&options.typesize).and_then(|size| sides(&size)),
            cod_max_kopecks: (says_no_money && !takes_money).then_some(Kopecks::new(0)),
            ..PointLimits::default()
        },
        cash: cash.or(is_office.then_some(true)).into(),
        card: card.into(),
        partial_buy_out: flag(&options.partial_redemption).into(),
        hands_out: hands_out.into(),
        takes_in: if is_office { Answers::Yes } else { flag(&options.return_available).into() },
        is_closed: false,
    })
}

fn name(kind: &str, index: &str, passport: PassportKind) -> String {
    let what = match passport {
        _ if !kind.is_empty() => kind,
        PassportKind::Offices => "Отделение",
        PassportKind::PickupPoints => "ПВЗ",
        PassportKind::Lockers => "Почтомат",
    };
    format!("{what} {index}")
}

fn street(address: &PassportAddress) -> String {
    let part = |label: &str, part: &Option<String>| {
        let text = part.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        Some(format!("{label}{text}"))
    };
    let parts = [
        part("", &address.area),
        part("", &address.street),
        part("", &address.house),
        part("лит. ", &address.letter),
        part("корп. ", &address.corpus),
        part("стр. ", &address.building),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A text or a number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `"0"`, `"1"`, a number or a boolean.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        _ => match text(value)?.as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
    }
}

fn degrees(value: &Value) -> Option<f64> {
    let degrees: f64 = text(value)?.replace(',', ".").parse().ok()?;
    (degrees.is_finite() && degrees.abs() <= 180.0).then_some(degrees)
}

/// The unit is not told: nothing under a thousand can be grams.
fn weight(limit: &str) -> Option<Grams> {
    let value = amounts::decimal(limit).ok()?;
    if value <= rust_decimal::Decimal::ZERO {
        return None;
    }
    if value < rust_decimal::Decimal::ONE_THOUSAND {
        return amounts::grams(limit).ok();
    }
    value.trunc().try_into().ok().map(Grams::new)
}

/// Sides of the largest size that fits, longest first.
fn sides(size: &str) -> Option<[i64; 3]> {
    super::order::SIZES.iter().find(|(name, _)| *name == size).map(|(_, sides)| *sides)
}
