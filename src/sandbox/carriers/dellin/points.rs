//! The terminals of the stand-in.

use serde_json::{Value, json};

#[expect(clippy::struct_excessive_bools, reason = "the carrier's file tells them so")]
pub(super) struct Terminal {
    pub(super) id: &'static str,
    pub(super) city: &'static str,
    name: &'static str,
    address: &'static str,
    full_address: &'static str,
    latitude: &'static str,
    longitude: &'static str,
    /// A small point in a shop rather than a terminal.
    is_pvz: bool,
    pub(super) takes_cod: bool,
    pub(super) receives: bool,
    pub(super) gives_out: bool,
    pub(super) weight_max_kg: i64,
    /// Length, width, height in metres, as the file tells them.
    sides_max: [&'static str; 3],
}

/// КЛАДР codes in the order of the distance from the first.
pub(super) const CITIES: [(&str, &str); 5] = [
    ("Москва", "7700000000000000000000000"),
    ("Санкт-Петербург", "7800000000000000000000000"),
    ("Казань", "1600000100000000000000000"),
    ("Екатеринбург", "6600000100000000000000000"),
    ("Новосибирск", "5400000100000000000000000"),
];

const USUAL: Terminal = Terminal {
    id: "36",
    city: "Москва",
    name: "Москва Юго-Восток (основной)",
    address: "ул. Промышленная, 12А",
    full_address: "115516, Москва г, Промышленная ул, дом № 12А",
    latitude: "55.621480",
    longitude: "37.642790",
    is_pvz: false,
    takes_cod: true,
    receives: true,
    gives_out: true,
    weight_max_kg: 20_000,
    sides_max: ["13.6", "2.4", "2.4"],
};

pub(super) const TERMINALS: [Terminal; 10] = [
    USUAL,
    Terminal {
        id: "296",
        name: "Москва Север",
        address: "Дмитровское ш., 116",
        full_address: "127591, Москва г, Дмитровское ш, дом № 116",
        latitude: "55.888110",
        longitude: "37.533020",
        ..USUAL
    },
    Terminal {
        id: "1412",
        name: "Москва ПВЗ Тверская",
        address: "ул. Тверская, 18",
        full_address: "125009, Москва г, Тверская ул, дом № 18",
        latitude: "55.765730",
        longitude: "37.605330",
        is_pvz: true,
        weight_max_kg: 20,
        sides_max: ["0.6", "0.5", "0.4"],
        ..USUAL
    },
    Terminal {
        id: "39",
        city: "Санкт-Петербург",
        name: "Санкт-Петербург Шушары",
        address: "Московское ш., 19",
        full_address: "196626, Санкт-Петербург г, Московское ш, дом № 19",
        latitude: "59.812350",
        longitude: "30.386770",
        ..USUAL
    },
    Terminal {
        id: "1507",
        city: "Санкт-Петербург",
        name: "Санкт-Петербург ПВЗ Лиговский",
        address: "Лиговский пр., 50",
        full_address: "191040, Санкт-Петербург г, Лиговский пр, дом № 50",
        latitude: "59.926290",
        longitude: "30.360610",
        is_pvz: true,
        takes_cod: false,
        weight_max_kg: 15,
        sides_max: ["0.54", "0.39", "0.39"],
        ..USUAL
    },
    Terminal {
        id: "108",
        city: "Казань",
        name: "Казань",
        address: "ул. Тихорецкая, 7",
        full_address: "420054, Татарстан Респ, Казань г, Тихорецкая ул, дом № 7",
        latitude: "55.743560",
        longitude: "49.147510",
        ..USUAL
    },
    Terminal {
        id: "764",
        city: "Казань",
        name: "Казань, склад без выдачи",
        address: "ул. Родины, 33",
        full_address: "420087, Татарстан Респ, Казань г, Родины ул, дом № 33",
        latitude: "",
        longitude: "",
        gives_out: false,
        ..USUAL
    },
    Terminal {
        id: "125",
        city: "Екатеринбург",
        name: "Екатеринбург",
        address: "ул. Шефская, 2Г",
        full_address: "620137, Свердловская обл, Екатеринбург г, Шефская ул, дом № 2Г",
        latitude: "56.879880",
        longitude: "60.669930",
        ..USUAL
    },
    Terminal {
        id: "62",
        city: "Новосибирск",
        name: "Новосибирск",
        address: "ул. Станционная, 60/1",
        full_address: "630096, Новосибирская обл, Новосибирск г, Станционная ул, дом № 60/1",
        latitude: "54.992640",
        longitude: "82.820650",
        ..USUAL
    },
    Terminal {
        id: "1618",
        city: "Новосибирск",
        name: "Новосибирск ПВЗ Красный проспект",
        address: "Красный пр., 22",
        full_address: "630007, Новосибирская обл, Новосибирск г, Красный пр, дом № 22",
        latitude: "55.024310",
        longitude: "82.920420",
        is_pvz: true,
        weight_max_kg: 30,
        sides_max: ["0.54", "0.39", "0.39"],
        ..USUAL
    },
];

pub(super) fn terminal(id: &str) -> Option<&'static Terminal> {
    TERMINALS.iter().find(|terminal| terminal.id == id)
}

/// How far a city is from another, in steps; an unknown one is far.
pub(super) fn distance(one: &str, other: &str) -> i64 {
    let place = |text: &str| {
        let found = CITIES.iter().position(|(city, code)| text.contains(city) || text == *code);
        found.unwrap_or(CITIES.len())
    };
    i64::try_from(place(one).abs_diff(place(other))).unwrap_or_default()
}

/// The file of all terminals, without the one that is closed.
pub(super) fn file(closed: Option<&str>) -> Value {
    let cities = CITIES.iter().enumerate().map(|(index, (city, code))| {
        let here = TERMINALS.iter().filter(|terminal| terminal.city == *city);
        let open = here.filter(|terminal| closed != Some(terminal.id));
        json!({
            "id": (index + 1).to_string(),
            "name": city,
            "code": code,
            "cityID": 200_601 + index,
            "latitude": "55.755800",
            "longitude": "37.617600",
            "timeshift": "0",
            "terminals": { "terminal": open.map(terminal_json).collect::<Vec<_>>() },
        })
    });
    json!({ "city": cities.collect::<Vec<_>>() })
}

fn terminal_json(terminal: &Terminal) -> Value {
    let metres = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let [length, width, height] = terminal.sides_max.map(metres);
    json!({
        "id": terminal.id,
        "name": terminal.name,
        "address": terminal.address,
        "fullAddress": terminal.full_address,
        "latitude": terminal.latitude,
        "longitude": terminal.longitude,
        "isPVZ": terminal.is_pvz,
        "cashOnDelivery": terminal.takes_cod,
        "mainPhone": "8 (800) 100-80-00",
        "receiveCargo": terminal.receives,
        "giveoutCargo": terminal.gives_out,
        "calcSchedule": {
            "derival": "пн-пт: 09:00-20:00",
            "arrival": "пн-пт: 08:00-20:00; сб: 09:00-17:00",
        },
        "maxWeight": terminal.weight_max_kg,
        "maxLength": length,
        "maxWidth": width,
        "maxHeight": height,
    })
}
