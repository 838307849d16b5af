//! The points of the stand-in.

use serde_json::{Value, json};

pub(super) struct Point {
    pub(super) id: &'static str,
    name: &'static str,
    kind: &'static str,
    city: &'static str,
    address: &'static str,
    zip_code: &'static str,
    latitude: &'static str,
    longitude: &'static str,
    pub(super) takes_cod: bool,
    /// Length, width, height of a cell.
    sides_max_mm: [i64; 3],
    pub(super) weight_max_mg: i64,
    /// Roubles with VAT up to the base weight.
    rate: &'static str,
    days: i64,
}

const USUAL: Point = Point {
    id: "01a5f3f6-0000-4000-8000-000000000001",
    name: "Пятёрочка 4021 (касса)",
    kind: "TOBACCO",
    city: "Москва",
    address: "г Москва, ул Мясницкая, д 13",
    zip_code: "101000",
    latitude: "55.763110",
    longitude: "37.635130",
    takes_cod: true,
    sides_max_mm: [600, 400, 300],
    weight_max_mg: 15_000_000,
    rate: "168.00",
    days: 1,
};

pub(super) const POINTS: [Point; 6] = [
    USUAL,
    Point {
        id: "01a5f3f6-0000-4000-8000-000000000002",
        name: "Постамат 5post Тверская",
        kind: "POSTAMAT",
        address: "г Москва, ул Тверская, д 12",
        zip_code: "125009",
        latitude: "55.763980",
        longitude: "37.607210",
        takes_cod: false,
        sides_max_mm: [580, 380, 360],
        ..USUAL
    },
    Point {
        id: "01a5f3f6-0000-4000-8000-000000000003",
        name: "Пятёрочка 7710 (касса)",
        city: "Санкт-Петербург",
        address: "г Санкт-Петербург, Невский пр-кт, д 74",
        zip_code: "191025",
        latitude: "59.933100",
        longitude: "30.344800",
        rate: "189.60",
        days: 2,
        ..USUAL
    },
    Point {
        id: "01a5f3f6-0000-4000-8000-000000000004",
        name: "Пятёрочка 9034 (касса)",
        city: "Казань",
        address: "Респ Татарстан, г Казань, ул Баумана, д 44",
        zip_code: "420111",
        latitude: "55.790480",
        longitude: "49.114710",
        rate: "210.00",
        days: 3,
        ..USUAL
    },
    Point {
        id: "01a5f3f6-0000-4000-8000-000000000005",
        name: "Постамат 5post Пушкина",
        kind: "POSTAMAT",
        city: "Казань",
        address: "Респ Татарстан, г Казань, ул Пушкина, д 2",
        zip_code: "420107",
        latitude: "55.786200",
        longitude: "49.124100",
        sides_max_mm: [400, 300, 200],
        weight_max_mg: 5_000_000,
        rate: "204.00",
        days: 3,
        ..USUAL
    },
    Point {
        id: "01a5f3f6-0000-4000-8000-000000000006",
        name: "Пункт выдачи 5post",
        kind: "ISSUE_POINT",
        city: "Новосибирск",
        address: "Новосибирская обл, г Новосибирск, Красный пр-кт, д 50",
        zip_code: "630091",
        latitude: "55.036970",
        longitude: "82.920000",
        rate: "276.00",
        days: 6,
        ..USUAL
    },
];

pub(super) fn point(id: &str) -> Option<&'static Point> {
    POINTS.iter().find(|point| point.id == id)
}

pub(super) fn point_json(point: &Point) -> Value {
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let [length, width, height] = point.sides_max_mm;
    json!({
        "id": point.id,
        "name": point.name,
        "type": point.kind,
        "workHours": [
            { "day": "MON", "opensAt": "08:00:00", "closesAt": "23:00:00" },
            { "day": "SUN", "opensAt": "09:00:00", "closesAt": "22:00:00" },
        ],
        "fullAddress": point.address,
        "address": {
            "country": "Россия",
            "zipCode": point.zip_code,
            "city": point.city,
            "lat": number(point.latitude),
            "lng": number(point.longitude),
        },
        "cellLimits": {
            "maxCellWidth": width, "maxCellHeight": height, "maxCellLength": length,
            "maxWeight": point.weight_max_mg,
        },
        "returnAllowed": true,
        "cashAllowed": point.takes_cod,
        "cardAllowed": point.takes_cod,
        "extStatus": "ACTIVE",
        "deliverySL": [{ "sl": point.days }, { "sl": point.days + 1 }],
        "rate": [{
            "zone": "1",
            "rateType": "HUBD_DDU",
            "rateCurrency": "RUB",
            "vat": 22,
            "rateValueWithVat": number(point.rate),
            "rateExtraValueWithVat": 24.4,
        }],
    })
}
