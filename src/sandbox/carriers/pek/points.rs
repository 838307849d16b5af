//! The warehouses of the stand-in.

use serde_json::{Value, json};

pub(super) struct Warehouse {
    pub(super) id: &'static str,
    division: &'static str,
    pub(super) city: &'static str,
    name: &'static str,
    address: &'static str,
    latitude: &'static str,
    longitude: &'static str,
    is_point: bool,
    pub(super) gives_out: bool,
    /// Zero: none.
    pub(super) weight_max_kg: i64,
    /// Of a side, in metres.
    side_max: &'static str,
}

/// In the order of the distance from the first.
pub(super) const CITIES: [&str; 5] =
    ["Москва", "Санкт-Петербург", "Казань", "Екатеринбург", "Новосибирск"];

const USUAL: Warehouse = Warehouse {
    id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668909",
    division: "d0000000-0000-4000-8000-000000000001",
    city: "Москва",
    name: "Москва Восток",
    address: "г Москва, 1-й Вязовский проезд, д 4 стр 19",
    latitude: "55.720710",
    longitude: "37.788270",
    is_point: false,
    gives_out: true,
    weight_max_kg: 0,
    side_max: "0",
};

pub(super) const WAREHOUSES: [Warehouse; 9] = [
    USUAL,
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668910",
        division: "d0000000-0000-4000-8000-000000000002",
        name: "Москва ПВЗ Бауманская",
        address: "г Москва, ул Бауманская, д 32",
        latitude: "55.772520",
        longitude: "37.679180",
        is_point: true,
        weight_max_kg: 30,
        side_max: "1.2",
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668911",
        division: "d0000000-0000-4000-8000-000000000003",
        city: "Санкт-Петербург",
        name: "Санкт-Петербург Север",
        address: "г Санкт-Петербург, ул Хрустальная, д 18",
        latitude: "59.906270",
        longitude: "30.414350",
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668912",
        division: "d0000000-0000-4000-8000-000000000004",
        city: "Санкт-Петербург",
        name: "Санкт-Петербург ПВЗ Невский",
        address: "г Санкт-Петербург, Невский пр-кт, д 173",
        latitude: "59.925560",
        longitude: "30.382990",
        is_point: true,
        weight_max_kg: 10,
        side_max: "0.6",
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668913",
        division: "d0000000-0000-4000-8000-000000000005",
        city: "Казань",
        name: "Казань",
        address: "Татарстан Респ, г Казань, ул Родины, д 7",
        latitude: "55.755180",
        longitude: "49.178660",
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668914",
        division: "d0000000-0000-4000-8000-000000000006",
        city: "Казань",
        name: "Казань, только приём",
        address: "Татарстан Респ, г Казань, ул Тэцевская, д 4",
        latitude: "55.857940",
        longitude: "49.104790",
        gives_out: false,
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668915",
        division: "d0000000-0000-4000-8000-000000000007",
        city: "Екатеринбург",
        name: "Екатеринбург",
        address: "Свердловская обл, г Екатеринбург, ул Таватуйская, д 1Д",
        latitude: "56.883390",
        longitude: "60.504360",
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668916",
        division: "d0000000-0000-4000-8000-000000000008",
        city: "Новосибирск",
        name: "Новосибирск",
        address: "Новосибирская обл, г Новосибирск, ул Троллейная, д 87",
        latitude: "54.978080",
        longitude: "82.855560",
        ..USUAL
    },
    Warehouse {
        id: "5e2ba5d2-6a0f-11e3-9f3e-00155d668917",
        division: "d0000000-0000-4000-8000-000000000009",
        city: "Новосибирск",
        name: "Новосибирск ПВЗ Ленина",
        address: "Новосибирская обл, г Новосибирск, ул Ленина, д 20",
        latitude: "55.029240",
        longitude: "82.909150",
        is_point: true,
        weight_max_kg: 30,
        side_max: "1.2",
        ..USUAL
    },
];

pub(super) fn warehouse(id: &str) -> Option<&'static Warehouse> {
    WAREHOUSES.iter().find(|warehouse| warehouse.id == id)
}

/// How far an address or a city is from another, in steps; an unknown one is far.
pub(super) fn distance(one: &str, other: &str) -> i64 {
    let place = |text: &str| {
        let found = CITIES.iter().position(|city| text.contains(city));
        found.unwrap_or(CITIES.len())
    };
    i64::try_from(place(one).abs_diff(place(other))).unwrap_or_default()
}

/// The branch of a city, by its place in the list.
pub(super) fn branch_id(index: usize) -> String {
    format!("3c9ae4a5-0000-4000-8000-{index:012}")
}

pub(super) fn is_branch(id: &str) -> bool {
    (0..CITIES.len()).any(|index| branch_id(index) == id)
}

/// All branches, without the warehouse that is closed: its division is still told.
pub(super) fn branches(closed: Option<&str>) -> Value {
    let branches = CITIES.iter().enumerate().map(|(index, city)| {
        let here = || WAREHOUSES.iter().filter(|house| house.city == *city);
        json!({
            "id": branch_id(index),
            "title": city,
            "country": "Россия",
            "timezone": "+03:00",
            "cities": [{
                "cityId": format!("c0000000-0000-4000-8000-{index:012}"),
                "title": city,
                "divisions": here().map(|house| house.division).collect::<Vec<_>>(),
            }],
            "divisions": here().map(|house| division(house, closed)).collect::<Vec<_>>(),
        })
    });
    json!({ "branches": branches.collect::<Vec<_>>() })
}

fn division(house: &Warehouse, closed: Option<&str>) -> Value {
    let operations: &[&str] = if house.gives_out {
        &["Прием грузов", "Выдача грузов"]
    } else {
        &["Прием грузов"]
    };
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let days: Vec<Value> = (1..=5)
        .map(|day| {
            json!({ "dayOfWeek": day.to_string(), "workFrom": "09:00", "workTo": "20:00",
                    "dinnerFrom": null, "dinnerTo": null })
        })
        .collect();
    let warehouse = json!({
        "id": house.id,
        "divisionId": house.division,
        "name": house.name,
        "address": house.address,
        "addressDivision": format!("Россия, {}", house.address),
        "coordinatesobj": {
            "latitude": number(house.latitude), "longitude": number(house.longitude),
        },
        "telephone": "8 (800) 222-00-62",
        "pointerDescription": "Вход со двора",
        "departmentClosingDate": null,
        "maxWeight": house.weight_max_kg,
        "maxVolume": 0,
        "maxWeightPerPlace": house.weight_max_kg,
        "maxDimension": number(house.side_max),
        "divisionTimeOfWork": days,
    });
    let warehouses = if closed == Some(house.id) { json!([]) } else { json!([warehouse]) };
    json!({
        "id": house.division,
        "name": house.name,
        "departmentTypeId": i64::from(house.is_point),
        "departmentType": if house.is_point { "ПВЗ" } else { "Отделение компании" },
        "warehouses": warehouses,
        "kindsOfTransportation": [
            { "type": 3, "description": "Автоперевозка", "operations": operations },
        ],
    })
}
