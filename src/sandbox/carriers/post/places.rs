//! Post offices, pick-up points and lockers of the sandbox.

use std::io::{Cursor, Write};

use axum::Json;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::super::BadManner;
use super::{At, fault, internal, not_found};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Office,
    PickupPoint,
    Locker,
}

/// A place that hands parcels out.
#[derive(Debug, Clone, Copy)]
pub(super) struct PostPlace {
    pub(super) index: &'static str,
    kind: Kind,
    pub(super) region: &'static str,
    pub(super) city: &'static str,
    street: &'static str,
    house: &'static str,
    latitude: &'static str,
    longitude: &'static str,
    pub(super) weight_max_g: i64,
    takes_money: TakesMoney,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TakesMoney {
    Cash,
    Card,
    No,
}

impl PostPlace {
    pub(super) fn is_locker(&self) -> bool {
        self.kind == Kind::Locker
    }

    pub(super) fn is_partner(&self) -> bool {
        self.kind != Kind::Office
    }

    pub(super) fn takes_money(&self) -> bool {
        self.takes_money != TakesMoney::No
    }
}

const fn place(
    (index, kind): (&'static str, Kind),
    (region, city): (&'static str, &'static str),
    (street, house): (&'static str, &'static str),
    (latitude, longitude): (&'static str, &'static str),
    (weight_max_g, takes_money): (i64, TakesMoney),
) -> PostPlace {
    PostPlace {
        index,
        kind,
        region,
        city,
        street,
        house,
        latitude,
        longitude,
        weight_max_g,
        takes_money,
    }
}

const MOSCOW: (&str, &str) = ("г Москва", "Москва");
const PETERSBURG: (&str, &str) = ("г Санкт-Петербург", "Санкт-Петербург");
const NOVOSIBIRSK: (&str, &str) = ("обл Новосибирская", "Новосибирск");
const KAZAN: (&str, &str) = ("Респ Татарстан", "Казань");
const OFFICE: (i64, TakesMoney) = (50_000, TakesMoney::Cash);

pub(super) const PLACES: [PostPlace; 18] = [
    place(("101000", Kind::Office), MOSCOW, ("ул Мясницкая", "26"), ("55.764", "37.6375"), OFFICE),
    place(("109012", Kind::Office), MOSCOW, ("ул Никольская", "7"), ("55.7565", "37.622"), OFFICE),
    place(("115551", Kind::Office), MOSCOW, ("ш Каширское", "92"), ("55.6195", "37.711"), OFFICE),
    place(("125009", Kind::Office), MOSCOW, ("ул Тверская", "9"), ("55.7598", "37.61"), OFFICE),
    place(
        ("910001", Kind::Locker),
        MOSCOW,
        ("ул Земляной Вал", "33"),
        ("55.7577", "37.6598"),
        (15_000, TakesMoney::Card),
    ),
    place(
        ("910002", Kind::Locker),
        MOSCOW,
        ("ул Ладожская", "5"),
        ("55.772", "37.682"),
        (15_000, TakesMoney::No),
    ),
    place(
        ("920001", Kind::PickupPoint),
        MOSCOW,
        ("ул Большая Семёновская", "16"),
        ("55.7815", "37.708"),
        (15_000, TakesMoney::Card),
    ),
    place(
        ("190000", Kind::Office),
        PETERSBURG,
        ("ул Почтамтская", "9"),
        ("59.9325", "30.306"),
        OFFICE,
    ),
    place(
        ("191025", Kind::Office),
        PETERSBURG,
        ("пр-кт Невский", "65"),
        ("59.9329", "30.3497"),
        OFFICE,
    ),
    place(
        ("910101", Kind::Locker),
        PETERSBURG,
        ("ул Садовая", "38"),
        ("59.926", "30.318"),
        (15_000, TakesMoney::Card),
    ),
    place(
        ("920101", Kind::PickupPoint),
        PETERSBURG,
        ("пр-кт Московский", "10"),
        ("59.924", "30.318"),
        (3_000, TakesMoney::Cash),
    ),
    place(
        ("630099", Kind::Office),
        NOVOSIBIRSK,
        ("ул Советская", "33"),
        ("55.0287", "82.9175"),
        OFFICE,
    ),
    place(
        ("630005", Kind::Office),
        NOVOSIBIRSK,
        ("ул Крылова", "3"),
        ("55.0415", "82.926"),
        OFFICE,
    ),
    place(
        ("910201", Kind::Locker),
        NOVOSIBIRSK,
        ("пр-кт Карла Маркса", "7"),
        ("54.983", "82.893"),
        (15_000, TakesMoney::Card),
    ),
    place(
        ("920201", Kind::PickupPoint),
        NOVOSIBIRSK,
        ("ул Фрунзе", "57"),
        ("55.0377", "82.9315"),
        (15_000, TakesMoney::No),
    ),
    place(("420111", Kind::Office), KAZAN, ("ул Кремлёвская", "8"), ("55.7935", "49.1145"), OFFICE),
    place(
        ("910301", Kind::Locker),
        KAZAN,
        ("ул Баумана", "44"),
        ("55.7905", "49.1145"),
        (15_000, TakesMoney::Card),
    ),
    place(
        ("920301", Kind::PickupPoint),
        KAZAN,
        ("ул Пушкина", "17"),
        ("55.7876", "49.1285"),
        (15_000, TakesMoney::Cash),
    ),
];

pub(super) fn find(index: &str) -> Option<&'static PostPlace> {
    PLACES.iter().find(|place| place.index == index)
}

pub(super) async fn office(
    State(post): At,
    uri: OriginalUri,
    Path(index): Path<String>,
) -> Response {
    let Some(place) = find(&index) else { return not_found("PostOffice", &index) };
    let is_closed = post.manners.takes(BadManner::ClosedPoint, &uri.to_string());
    let (type_code, type_id) = match place.kind {
        Kind::Office => ("ГОПС", 8),
        Kind::PickupPoint => ("ПВЗ", 41),
        Kind::Locker => ("ПОЧТОМАТ", 40),
    };
    let days = (1..=7).map(|day| {
        json!({
            "weekday-id": day,
            "begin-worktime": "08:00:00.000",
            "end-worktime": "20:00:00.000",
        })
    });
    let mut told = json!({
        "postal-code": place.index,
        "type-code": type_code,
        "type-id": type_id,
        "address-source": format!("{}, {}", place.street, place.house),
        "region": place.region,
        "settlement": place.city,
        "is-closed": false,
        "is-temporary-closed": is_closed,
        "is-private-category": false,
        "works-on-saturdays": true,
        "works-on-sundays": true,
        "working-hours": days.collect::<Vec<_>>(),
    });
    if is_closed {
        told["temporary-closed-reason"] = json!("на ремонт");
    }
    Json(told).into_response()
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "type")]
    kind: String,
}

pub(super) async fn passport(
    State(post): At,
    uri: OriginalUri,
    Query(asked): Query<Asked>,
) -> Response {
    let wanted = match asked.kind.as_str() {
        "ALL" => None,
        "OPS" => Some(Kind::Office),
        "PVZ" => Some(Kind::PickupPoint),
        "APS" => Some(Kind::Locker),
        _ => return fault(StatusCode::BAD_REQUEST, "1003", "type", "BAD_REQUEST"),
    };
    let mut places: Vec<&PostPlace> =
        PLACES.iter().filter(|place| wanted.is_none_or(|kind| place.kind == kind)).collect();
    if post.manners.takes(BadManner::ClosedPoint, &uri.to_string()) {
        places.remove(0);
    }
    let elements: Vec<Value> = places.into_iter().map(element).collect();
    let passport = json!({
        "passportElements": elements,
        "unloadingDate": "22.11.2026",
        "vsnapshot": "1",
    });
    let name = format!("{}22_ноября_2026.txt", asked.kind);
    match zipped(&[(name, passport.to_string().into_bytes())]) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/zip")], bytes).into_response(),
        Err(error) => internal(&error.to_string()),
    }
}

/// Files in an archive.
pub(super) fn zipped(files: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), SimpleFileOptions::default())?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Flags and numbers as texts, as the real one has them.
fn element(place: &PostPlace) -> Value {
    let flag = |holds: bool| if holds { "1" } else { "0" };
    let money = place.takes_money;
    json!({
        "address": {
            "addressType": "DEFAULT",
            "index": place.index,
            "region": place.region,
            "place": format!("г {}", place.city),
            "street": place.street,
            "house": place.house,
            "manualInput": false,
        },
        "type": match place.kind {
            Kind::Office => "ГОПС",
            Kind::PickupPoint => "ПВЗ",
            Kind::Locker => "Почтомат",
        },
        "latitude": place.latitude,
        "longitude": place.longitude,
        "workTime": ["пн, открыто: 08:00 - 20:00", "вс, выходной"],
        "holidays": [],
        "ecom": flag(place.is_partner()),
        "onlineParcel": "1",
        "ecomOptions": {
            "cardPayment": flag(money == TakesMoney::Card || money == TakesMoney::Cash),
            "cashPayment": flag(money == TakesMoney::Cash),
            "contentsChecking": "0",
            "functionalityChecking": "0",
            "partialRedemption": flag(place.kind == Kind::PickupPoint),
            "returnAvailable": flag(place.kind == Kind::PickupPoint),
            "weightLimit": (place.weight_max_g / 1_000).to_string(),
            "withFitting": "0",
            "typesize": if place.is_locker() { "L" } else { "XL" },
        },
    })
}
