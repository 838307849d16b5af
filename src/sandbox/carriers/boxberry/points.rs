//! Towns and points of the stand-in.

use serde_json::{Value, json};

/// A town: code, name, region, КЛАДР, distance class from Moscow, first digits of postcodes.
pub(super) struct City {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) region: &'static str,
    kladr: &'static str,
    pub(super) class: i64,
    pub(super) postcodes: &'static [&'static str],
}

pub(super) const CITIES: [City; 4] = [
    City {
        code: "068",
        name: "Москва",
        region: "Москва",
        kladr: "7700000000000",
        class: 0,
        postcodes: &["10", "11", "12"],
    },
    City {
        code: "0116",
        name: "Санкт-Петербург",
        region: "Санкт-Петербург",
        kladr: "7800000000000",
        class: 1,
        postcodes: &["19"],
    },
    City {
        code: "034",
        name: "Казань",
        region: "Татарстан",
        kladr: "1600000100000",
        class: 2,
        postcodes: &["420"],
    },
    City {
        code: "0151",
        name: "Новосибирск",
        region: "Новосибирская",
        kladr: "5400000100000",
        class: 3,
        postcodes: &["630"],
    },
];

/// A point. `kind`: ordinary, prepaid only, or a locker.
pub(super) struct Point {
    pub(super) code: &'static str,
    pub(super) city: &'static str,
    address: &'static str,
    gps: &'static str,
    pub(super) kind: Kind,
    pub(super) load_kg: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ordinary,
    Prepaid,
    Locker,
}

const fn point(
    code: &'static str,
    city: &'static str,
    address: &'static str,
    gps: &'static str,
    kind: Kind,
    load_kg: i64,
) -> Point {
    Point { code, city, address, gps, kind, load_kg }
}

pub(super) const POINTS: [Point; 12] = [
    point(
        "99451",
        "068",
        "115478, Москва г, Каширское ш, д.24, строение 7",
        "55.651,37.646",
        Kind::Ordinary,
        15,
    ),
    point(
        "00932",
        "068",
        "101000, Москва г, Мясницкая ул, д.17",
        "55.7635,37.6370",
        Kind::Ordinary,
        31,
    ),
    point(
        "77021",
        "068",
        "127055, Москва г, Новослободская ул, д.20",
        "55.7811,37.5990",
        Kind::Prepaid,
        15,
    ),
    point(
        "04854",
        "068",
        "109559, Москва г, Совхозная ул, д.3",
        "55.6772,37.7610",
        Kind::Locker,
        10,
    ),
    point(
        "78031",
        "0116",
        "197227, Санкт-Петербург г, Комендантская пл, д.8, литер А",
        "60.005783,30.258888",
        Kind::Ordinary,
        15,
    ),
    point(
        "78044",
        "0116",
        "196135, Санкт-Петербург г, Алтайская ул, д.16",
        "59.849681,30.327345",
        Kind::Ordinary,
        31,
    ),
    point(
        "78102",
        "0116",
        "191023, Санкт-Петербург г, Садовая ул, д.28",
        "59.9301,30.3302",
        Kind::Locker,
        5,
    ),
    point(
        "16011",
        "034",
        "420021, Казань г, Габдуллы Тукая ул, д.75",
        "55.7772,49.1068",
        Kind::Ordinary,
        15,
    ),
    point(
        "16024",
        "034",
        "420107, Казань г, Петербургская ул, д.40",
        "55.7811,49.1335",
        Kind::Prepaid,
        15,
    ),
    point(
        "54001",
        "0151",
        "630099, Новосибирск г, Ленина ул, д.12",
        "55.0302,82.9140",
        Kind::Ordinary,
        31,
    ),
    point(
        "54017",
        "0151",
        "630087, Новосибирск г, Карла Маркса пр-кт, д.57",
        "54.9806,82.8934",
        Kind::Ordinary,
        15,
    ),
    point(
        "54030",
        "0151",
        "630005, Новосибирск г, Фрунзе ул, д.88",
        "55.0410,82.9420",
        Kind::Locker,
        10,
    ),
];

/// Where parcels are taken in.
pub(super) const RECEPTIONS: [&str; 2] = ["010", "00127"];

pub(super) fn find(code: &str) -> Option<&'static Point> {
    POINTS.iter().find(|point| point.code == code)
}

pub(super) fn city(code: &str) -> Option<&'static City> {
    CITIES.iter().find(|city| city.code == code)
}

pub(super) fn city_of_postcode(zip: &str) -> Option<&'static City> {
    CITIES.iter().find(|city| city.postcodes.iter().any(|start| zip.starts_with(start)))
}

/// A point as `ListPoints` shows it.
pub(super) fn shown(point: &Point) -> Value {
    let city = city(point.city).map_or("", |city| city.name);
    let area = self::city(point.city).map_or("", |city| city.region);
    let reduced = point.address.splitn(3, ", ").nth(2).unwrap_or_default();
    let yes = |is: bool| if is { "Yes" } else { "No" };
    json!({
        "Code": point.code,
        "Name": format!("{city}_{}", point.code),
        "Address": point.address,
        "AddressReduce": reduced,
        "Phone": "8-800-222-80-00",
        "WorkShedule": "пн-вс: 10.00-21.00",
        "TripDescription": "Вход с улицы.",
        "DeliveryPeriod": 2,
        "CityCode": point.city,
        "CityName": city,
        "TariffZone": "2",
        "Settlement": city,
        "Area": area,
        "Country": "РОССИЯ",
        "CountryCode": "643",
        "GPS": point.gps,
        "OnlyPrepaidOrders": yes(point.kind == Kind::Prepaid),
        "Acquiring": yes(point.kind != Kind::Prepaid),
        "DigitalSignature": "No",
        "TypeOfOffice": "СПВЗ",
        "NalKD": "No",
        "Metro": "",
        "VolumeLimit": "0.48",
        "LoadLimit": point.load_kg,
        "Postamat": point.kind == Kind::Locker,
    })
}

pub(super) fn cities() -> Value {
    let shown = CITIES.iter().map(|city| {
        json!({
            "Code": city.code, "Name": city.name, "Region": city.region, "District": "",
            "Prefix": "г", "UniqName": city.name, "Kladr": city.kladr, "CountryCode": "643",
            "PickupPoint": "1", "CourierDelivery": "1",
        })
    });
    Value::Array(shown.collect())
}
