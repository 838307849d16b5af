//! Towns, points and terminals of the stand-in.

use super::xml::{around, leaf};

/// A town: name, number of its region, distance class from Moscow, first digits of postcodes.
pub(super) struct City {
    id: i64,
    pub(super) name: &'static str,
    region: &'static str,
    pub(super) region_code: &'static str,
    pub(super) class: i64,
    postcodes: &'static [&'static str],
}

const fn city(
    id: i64,
    name: &'static str,
    region: &'static str,
    region_code: &'static str,
    class: i64,
    postcodes: &'static [&'static str],
) -> City {
    City { id, name, region, region_code, class, postcodes }
}

/// The last two have one name: without a region it is ambiguous.
pub(super) const CITIES: [City; 6] = [
    city(49_694_102, "Москва", "Москва", "77", 0, &["10", "11", "12"]),
    city(49_694_167, "Санкт-Петербург", "Санкт-Петербург", "78", 1, &["19"]),
    city(48_951_627, "Новосибирск", "Новосибирская", "54", 3, &["630"]),
    city(49_012_889, "Казань", "Татарстан", "16", 2, &["420"]),
    city(10_798_925_337, "Кировск", "Мурманская", "51", 3, &["1842"]),
    city(195_664_235, "Кировск", "Ленинградская", "47", 1, &["1873"]),
];

pub(super) fn city_of_postcode(postcode: &str) -> Option<&'static City> {
    CITIES.iter().find(|city| city.postcodes.iter().any(|start| postcode.starts_with(start)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Point,
    Locker,
    Terminal,
}

pub(super) struct Point {
    pub(super) code: &'static str,
    pub(super) kind: Kind,
    region_code: &'static str,
    street: &'static str,
    house: &'static str,
    place: (&'static str, &'static str),
    /// Kilograms of one parcel; terminals have no limit.
    pub(super) weight_max_kg: i64,
    /// Roubles; zero: takes no money.
    pub(super) cod_max: i64,
}

const fn point(
    code: &'static str,
    kind: Kind,
    region_code: &'static str,
    (street, house): (&'static str, &'static str),
    place: (&'static str, &'static str),
    (weight_max_kg, cod_max): (i64, i64),
) -> Point {
    Point { code, kind, region_code, street, house, place, weight_max_kg, cod_max }
}

pub(super) const POINTS: [Point; 12] = [
    point(
        "001G",
        Kind::Point,
        "78",
        ("Алтайская", "16"),
        ("59.849681", "30.327345"),
        (20, 100_000),
    ),
    point("117B", Kind::Point, "78", ("Садовая", "28"), ("59.930100", "30.330200"), (15, 0)),
    point("502P", Kind::Locker, "78", ("Типанова", "27"), ("59.853100", "30.344000"), (5, 15_000)),
    point(
        "020M",
        Kind::Point,
        "77",
        ("Мясницкая", "17"),
        ("55.763500", "37.637000"),
        (30, 100_000),
    ),
    point("077M", Kind::Point, "77", ("Новослободская", "20"), ("55.781100", "37.599000"), (15, 0)),
    point("610P", Kind::Locker, "77", ("Совхозная", "3"), ("55.677200", "37.761000"), (10, 15_000)),
    point(
        "301K",
        Kind::Point,
        "16",
        ("Габдуллы Тукая", "75"),
        ("55.777200", "49.106800"),
        (20, 100_000),
    ),
    point("401N", Kind::Point, "54", ("Ленина", "12"), ("55.030200", "82.914000"), (20, 200_000)),
    point(
        "M11",
        Kind::Terminal,
        "77",
        ("Шоссейная", "90"),
        ("55.689700", "37.721200"),
        (1_000, 250_000),
    ),
    point(
        "LED",
        Kind::Terminal,
        "78",
        ("Салова", "53"),
        ("59.884000", "30.378000"),
        (1_000, 250_000),
    ),
    point(
        "KZN",
        Kind::Terminal,
        "16",
        ("Аделя Кутуя", "116"),
        ("55.780100", "49.190200"),
        (1_000, 250_000),
    ),
    point(
        "OVB",
        Kind::Terminal,
        "54",
        ("Петухова", "79"),
        ("54.953000", "82.905500"),
        (1_000, 250_000),
    ),
];

pub(super) fn find(code: &str) -> Option<&'static Point> {
    POINTS.iter().find(|point| point.code == code)
}

fn schedule(operation: &str) -> String {
    let table = leaf("weekDays", "Пн,Вт,Ср,Чт,Пт,Сб,Вс") + &leaf("workTime", "10:00 - 21:00");
    around("schedule", &(leaf("operation", operation) + &around("timetable", &table)))
}

fn extra(code: &str, param: Option<(&str, String)>) -> String {
    let param =
        param.map(|(name, value)| around("params", &(leaf("name", name) + &leaf("value", value))));
    around("extraService", &(leaf("esCode", code) + &param.unwrap_or_default()))
}

/// A point of `getParcelShops` or a terminal of `getTerminalsSelfDelivery2`.
pub(super) fn shown(point: &Point) -> String {
    let city = CITIES.iter().find(|city| city.region_code == point.region_code);
    let Some(city) = city else { return String::new() };
    let address = [
        leaf("cityId", city.id.to_string()),
        leaf("countryCode", "RU"),
        leaf("regionCode", city.region_code),
        leaf("regionName", city.region),
        leaf("cityCode", format!("{}000000000", city.region_code)),
        leaf("cityName", city.name),
        leaf("street", point.street),
        leaf("streetAbbr", "ул"),
        leaf("houseNo", point.house),
    ];
    let mut parts = Vec::new();
    if point.kind == Kind::Terminal {
        parts.push(leaf("terminalCode", point.code));
        parts.push(leaf("terminalName", format!("{} - {}", city.name, point.code)));
    } else {
        parts.push(leaf("code", point.code));
        parts.push(leaf("parcelShopType", if point.kind == Kind::Locker { "П" } else { "ПВП" }));
        parts.push(leaf("state", "Open"));
    }
    parts.push(around("address", &address.concat()));
    let (latitude, longitude) = point.place;
    let place = leaf("latitude", latitude) + &leaf("longitude", longitude);
    parts.push(around("geoCoordinates", &place));
    if point.kind != Kind::Terminal {
        let kilograms = point.weight_max_kg.to_string();
        let limits = [
            leaf("maxShipmentWeight", &kilograms),
            leaf("maxWeight", &kilograms),
            leaf("maxLength", "60"),
            leaf("maxWidth", "40"),
            leaf("maxHeight", "40"),
            leaf("dimensionSum", "140"),
        ];
        parts.push(around("limits", &limits.concat()));
    }
    let takes_money = point.cod_max > 0;
    let operations = ["SelfPickup", "SelfDelivery"].into_iter();
    let operations = operations.chain(takes_money.then_some("Payment"));
    let cards = takes_money.then_some("PaymentByBankCard");
    parts.extend(operations.chain(cards).map(schedule));
    if takes_money {
        parts.push(extra("НПП", Some(("sum_npp", point.cod_max.to_string()))));
    }
    parts.push(extra("ОЖД", Some(("reason_delay", "ПРИМ, ПРОС".to_owned()))));
    if point.kind == Kind::Terminal {
        parts.push(extra("ЧСТ", None));
    }
    let services = leaf("serviceCode", "PCL") + &leaf("serviceCode", "ECN");
    parts.push(around("services", &services));
    parts.concat()
}
