//! What is wrong with an order: at once, and when it is looked at more closely.

use std::collections::BTreeSet;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::offices::{OFFICES, Office, office};
use super::reading::{Faults, said_so};
use super::state::cod_kopecks;

const ORDER: [&str; 14] = [
    "type",
    "number",
    "tariff_code",
    "comment",
    "shipment_point",
    "from_location",
    "delivery_point",
    "to_location",
    "delivery_recipient_cost",
    "sender",
    "seller",
    "recipient",
    "services",
    "packages",
];
const PERSON: [&str; 5] = ["company", "name", "tin", "email", "phones"];
const LOCATION: [&str; 9] = [
    "code",
    "fias_guid",
    "postal_code",
    "country_code",
    "region",
    "city",
    "kladr_code",
    "address",
    "region_code",
];
const PACKAGE: [&str; 7] = ["number", "weight", "length", "width", "height", "comment", "items"];
const ITEM: [&str; 7] = ["name", "ware_key", "marking", "payment", "cost", "weight", "amount"];
const VAT_RATES: [i64; 6] = [0, 5, 7, 10, 16, 22];
/// The most that is collected in a city, in kopecks.
const CITY_LIMIT: i64 = 25_000_000;

/// Tariffs of the sandbox: number, mode, name, price of a class of distance in roubles.
pub(super) const TARIFFS: [(i64, i64, &str, i64); 10] = [
    (136, 4, "Посылка склад-склад", 240),
    (137, 3, "Посылка склад-дверь", 390),
    (138, 2, "Посылка дверь-склад", 380),
    (139, 1, "Посылка дверь-дверь", 510),
    (233, 3, "Экономичная посылка склад-дверь", 330),
    (234, 4, "Экономичная посылка склад-склад", 190),
    (368, 7, "Посылка склад-постамат", 215),
    (366, 6, "Посылка дверь-постамат", 355),
    (482, 3, "Экспресс склад-дверь", 690),
    (483, 4, "Экспресс склад-склад", 530),
];

pub(super) fn mode(tariff: i64) -> Option<i64> {
    TARIFFS.iter().find(|one| one.0 == tariff).map(|one| one.1)
}

/// What the first look finds: fields and their types.
pub(super) fn at_once(body: &Value) -> Vec<Value> {
    let mut faults = Faults::default();
    faults.only(body, "order", &ORDER);
    let kind = if body.get("type").is_some() { faults.whole(body, "type") } else { 1 };
    if let Some(number) = faults.text_if(body, "number", 40)
        && !number.is_ascii()
    {
        faults.add("v2_invalid_format", "Номер содержит недопустимые символы");
    }
    faults.whole(body, "tariff_code");
    faults.text_if(body, "comment", 255);
    ends(body, &mut faults);
    person(&body["recipient"], "recipient", &mut faults);
    if faults.list(&body["recipient"], "phones").is_empty() {
        faults.add("v2_field_is_empty", "Не указан телефон получателя");
    }
    if body.get("sender").is_some() {
        person(&body["sender"], "sender", &mut faults);
    }
    if let Some(seller) = body.get("seller") {
        faults.only(seller, "seller", &["name", "inn", "phone", "ownership_form", "address"]);
    }
    if let Some(fee) = body.get("delivery_recipient_cost") {
        money(fee, &mut faults);
    }
    services(body, &mut faults);
    for package in faults.list(body, "packages") {
        places(package, kind, &mut faults);
    }
    faults.0
}

/// Where it begins and ends: an office or an address, never both.
fn ends(body: &Value, faults: &mut Faults) {
    let sides = [
        ("shipment_point", "from_location", "v2_shipment_address_multivalued"),
        ("delivery_point", "to_location", "v2_delivery_address_multivalued"),
    ];
    for (point, location, both) in sides {
        match (body.get(point), body.get(location)) {
            (Some(_), Some(_)) => faults.add(both, "Переданы одновременно офис и адрес"),
            (None, None) => faults.add("v2_field_is_empty", format!("Не заполнен {point}")),
            (Some(_), None) => {
                faults.text(body, point, 20);
            }
            (None, Some(place)) => {
                faults.only(place, location, &LOCATION);
                faults.text(place, "address", 255);
                let names = ["code", "fias_guid", "postal_code", "city", "kladr_code"];
                if names.iter().all(|name| place.get(name).is_none()) {
                    faults.add("v2_recipient_location_not_recognized", "Город не определён");
                }
            }
        }
    }
}

fn person(person: &Value, at: &str, faults: &mut Faults) {
    faults.only(person, at, &PERSON);
    let name = faults.text(person, "name", 255);
    if name.contains('/') {
        faults.add("error_validate_receiver_name_incorrect_symbol", "Недопустимый символ в имени");
    }
    if !name.is_empty() && name.chars().all(|sign| sign.is_ascii_digit()) {
        faults.add("error_validate_receiver_name_only_digits", "Имя состоит из цифр");
    }
    for phone in person["phones"].as_array().into_iter().flatten() {
        faults.only(phone, "phones", &["number", "additional"]);
        let number = faults.text(phone, "number", 24);
        let digits = number.strip_prefix('+').unwrap_or_default();
        if digits.len() < 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            faults.add("v2_invalid_format", "Телефон не в международном формате");
        }
    }
}

fn services(body: &Value, faults: &mut Faults) {
    if body.get("services").is_none() {
        return;
    }
    for service in faults.list(body, "services") {
        faults.only(service, "services", &["code", "parameter"]);
        match faults.text(service, "code", 255) {
            "PART_DELIV" | "TRYING_ON" | "SMS" | "BAN_ATTACHMENT_INSPECTION" => {}
            code => faults.add("v2_unable_add_service", format!("Услугу {code} нельзя добавить")),
        }
    }
}

/// A sum that is collected with the VAT in it.
fn money(money: &Value, faults: &mut Faults) {
    faults.only(money, "payment", &["value", "vat_sum", "vat_rate"]);
    let value = faults.roubles(money, "value");
    if value > Decimal::from(50_000_000) {
        faults.add("v2_invalid_format", "Сумма больше 50000000");
    }
    if money.get("vat_rate").is_none() {
        return;
    }
    let rate = faults.whole(money, "vat_rate");
    if !VAT_RATES.contains(&rate) {
        faults.add("error_validate_good_vat_rate_diff", format!("Ставка НДС {rate} не действует"));
    }
    if money.get("vat_sum").is_none() {
        faults.add("error_validate_good_vat_sum_empty", "Не заполнена сумма НДС");
    }
}

fn places(package: &Value, kind: i64, faults: &mut Faults) {
    faults.only(package, "packages", &PACKAGE);
    faults.text(package, "number", 255);
    if faults.whole(package, "weight") < 1 {
        faults.add("ve_package_weight_too_small", "Вес места не указан");
    }
    for side in ["length", "width", "height"] {
        faults.whole(package, side);
    }
    if kind != 1 {
        return;
    }
    let items = faults.list(package, "items");
    if items.len() > 126 {
        faults.add("v2_number_items_is_more_126", "Более 126 позиций");
    }
    for item in items {
        faults.only(item, "items", &ITEM);
        faults.text(item, "name", 255);
        faults.text(item, "ware_key", 20);
        faults.roubles(item, "cost");
        faults.whole(item, "weight");
        let amount = faults.whole(item, "amount");
        if !(1..=999).contains(&amount) {
            faults.add("error_validate_package_im_wrong_amount", "Количество от 1 до 999");
        }
        if item.get("marking").is_some() && amount != 1 {
            faults.add("v2_order_item_amount_incorrect", "Маркированный товар: количество 1");
        }
        match item.get("payment") {
            Some(payment) => money(payment, faults),
            None => faults.add("v2_field_is_empty", "Не заполнена оплата за товар"),
        }
    }
}

/// What the second look finds: places, goods, sums. The offer may change the point.
pub(super) struct Closer {
    pub(super) faults: Vec<Value>,
    pub(super) warnings: Vec<Value>,
    pub(super) delivery_point: Option<String>,
}

pub(super) fn closer(body: &Value) -> Closer {
    let mut faults = Faults::default();
    let mut warnings = Vec::new();
    let tariff = body["tariff_code"].as_i64().unwrap_or_default();
    let Some(mode) = mode(tariff) else {
        faults.add("err_result_service_empty", "Тариф не оказывается на данном направлении");
        return Closer { faults: faults.0, warnings, delivery_point: None };
    };
    if matches!(mode, 3 | 4 | 7) != body.get("shipment_point").is_some()
        || matches!(mode, 1 | 3) != body.get("to_location").is_some()
    {
        faults.add("v2_outdated_tariff", "Режим тарифа не соответствует адресам");
    }
    if let Some(code) = body["shipment_point"].as_str()
        && !office(code).is_some_and(|office| office.takes_in)
    {
        faults.add("code_invalid", format!("Офис {code} не принимает заказы"));
    }
    let delivery_point = body["delivery_point"].as_str().and_then(|code| {
        let Some(asked) = office(code) else {
            faults.add("code_invalid", format!("Офис {code} не найден"));
            return None;
        };
        weight(body, asked, &mut faults);
        let suits = suiting(body, asked);
        if suits.code != asked.code {
            let words = format!("ПВЗ {code} заменён на {}", suits.code);
            warnings.push(said_so("v2_delivery_point_changed", &words));
        }
        Some(suits.code.to_owned())
    });
    goods(body, &mut faults);
    Closer { faults: faults.0, warnings, delivery_point }
}

/// The office itself, or the first one of the city that takes payment.
fn suiting<'a>(body: &Value, asked: &'a Office) -> &'a Office {
    if asked.has_cod || cod_kopecks(body) == 0 {
        return asked;
    }
    let mut others = OFFICES.iter().filter(|one| one.city_code == asked.city_code);
    others.find(|one| one.has_cod && !one.is_locker).unwrap_or(asked)
}

fn weight(body: &Value, office: &Office, faults: &mut Faults) {
    let packages = body["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let grams: i64 = packages.iter().filter_map(|one| one["weight"].as_i64()).sum();
    if office.is_locker && packages.len() > 1 {
        faults.add("error_validate_postamat_package_count", "В постамат одно место");
    }
    let Some(kilograms) = office.weight_max_kg else { return };
    if grams > kilograms * 1_000 {
        let code = if office.is_locker {
            "error_validate_postamat_package_weight"
        } else {
            "ERR_PVZ_WEIGHT_LIMIT"
        };
        faults.add(code, format!("Вес больше {kilograms} кг"));
    }
    let partial = json!("PART_DELIV");
    let services = body["services"].as_array().into_iter().flatten();
    if office.is_locker && services.into_iter().any(|one| one["code"] == partial) {
        faults.add("v2_unable_add_service", "В постамат нет частичной доставки");
    }
}

fn goods(body: &Value, faults: &mut Faults) {
    let packages = body["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let numbers: BTreeSet<&str> =
        packages.iter().filter_map(|one| one["number"].as_str()).collect();
    if numbers.len() != packages.len() {
        faults.add("error_validate_package_number_not_unique", "Номер места не уникален");
    }
    let zero = |one: &Value| ["length", "width", "height"].iter().any(|side| one[side] == json!(0));
    if packages.iter().any(zero) {
        faults.add("error_validate_package_one_of_size_is_zero", "Размер места равен нулю");
    }
    if packages.iter().filter_map(|one| one["weight"].as_i64()).sum::<i64>() > 50_000 {
        faults.add("ve_package_weight_large", "Вес больше допустимого для тарифа");
    }
    if body["type"] == json!(2) && cod_kopecks(body) > 0 {
        faults.add("error_validate_good_payment_not_suite", "Наложенный платёж недоступен");
    }
    if cod_kopecks(body) > CITY_LIMIT {
        let code = "error_validate_receiver_city_cash_limit";
        faults.add(code, "Сумма наложенного платежа больше лимита города");
    }
    let items = packages.iter().flat_map(|one| one["items"].as_array().into_iter().flatten());
    let payments = items.map(|item| &item["payment"]);
    for money in payments.chain(body.get("delivery_recipient_cost")) {
        vat(money, faults);
    }
    let services = body["services"].as_array().into_iter().flatten();
    let pieces: i64 = packages
        .iter()
        .flat_map(|one| one["items"].as_array().into_iter().flatten())
        .filter_map(|item| item["amount"].as_i64())
        .sum();
    if pieces < 2 && services.into_iter().any(|one| one["code"] == json!("PART_DELIV")) {
        faults.add("v2_unable_add_service", "Частичная доставка: не менее двух единиц");
    }
}

/// The VAT must be what lies in the sum, to the kopeck.
fn vat(money: &Value, faults: &mut Faults) {
    let Some(rate) = money["vat_rate"].as_i64() else { return };
    let mut unread = Faults::default();
    let value = unread.roubles(money, "value");
    let told = unread.roubles(money, "vat_sum");
    let inside = value
        .checked_mul(Decimal::from(rate))
        .and_then(|product| product.checked_div(Decimal::from(100 + rate)))
        .unwrap_or_default()
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    if told != inside {
        let words = format!("Сумма НДС не соответствует ставке, ожидается {inside}");
        faults.add("error_validate_good_vat_sum_not_appropriate", words);
    }
}
