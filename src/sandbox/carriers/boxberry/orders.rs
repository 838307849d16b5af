//! What the stand-in holds, and the checks of `ParselCreate`.

use serde_json::{Map, Value};

use super::points::{self, Kind};
use crate::units::UtcMicros;

/// An order of the cabinet.
pub(super) struct Order {
    pub(super) number: String,
    pub(super) track: String,
    pub(super) weight_g: i64,
    pub(super) cod_kopecks: i64,
    pub(super) declared_kopecks: i64,
    /// Of kind 1: the code of the point.
    pub(super) point: Option<&'static str>,
    pub(super) reception: String,
    pub(super) is_deleted: bool,
    pub(super) act: Option<String>,
    pub(super) statuses: Vec<Status>,
    pub(super) is_partial: bool,
    pub(super) class: i64,
}

#[derive(Clone)]
pub(super) struct Status {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) at: UtcMicros,
}

/// An act with its parcels.
pub(super) struct Act {
    pub(super) id: String,
    pub(super) tracks: Vec<String>,
    pub(super) at: UtcMicros,
}

const ORDER_FIELDS: [&str; 20] = [
    "order_id",
    "updateByTrack",
    "partner_token",
    "PalletNumber",
    "barcode",
    "price",
    "payment_sum",
    "delivery_sum",
    "vid",
    "shop",
    "kurdost",
    "export",
    "customer",
    "items",
    "weights",
    "issue",
    "fitting",
    "notice",
    "sender_name",
    "supplier_track",
];
const ITEM_FIELDS: [&str; 11] = [
    "id",
    "name",
    "UnitName",
    "nds",
    "price",
    "quantity",
    "marking_crpt",
    "supplier_name",
    "supplier_inn",
    "supplier_phone",
    "weight",
];
const CUSTOMER_FIELDS: [&str; 12] = [
    "fio", "phone", "phone2", "email", "name", "address", "inn", "kpp", "r_s", "bank", "kor_s",
    "bik",
];
const COURIER_FIELDS: [&str; 9] = [
    "index",
    "citi",
    "addressp",
    "delivery_date",
    "timesfrom1",
    "timesto1",
    "timep",
    "comentk",
    "type",
];
const WEIGHTS_FIELDS: [&str; 5] = ["weight", "barcode", "x", "y", "z"];
const RATES: [i64; 7] = [-1, 0, 5, 7, 10, 20, 22];

/// A scalar as text, whatever it came as.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Decimal roubles in kopecks.
pub(super) fn kopecks(value: Option<&Value>) -> Result<i64, String> {
    roubles(&text(value))
}

pub(super) fn roubles(text: &str) -> Result<i64, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = format!("{part:0<2}");
    let wrong = || format!("Неверная сумма: {text}");
    if part.len() > 2 || whole.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let part: i64 = part.parse().map_err(|_| wrong())?;
    Ok(whole * 100 + part)
}

fn only(object: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("Неизвестное поле {name}")),
        None => Ok(()),
    }
}

fn part<'a>(order: &'a Map<String, Value>, name: &str) -> Result<&'a Map<String, Value>, String> {
    order.get(name).and_then(Value::as_object).ok_or_else(|| format!("Не заполнено поле {name}"))
}

fn needed(object: &Map<String, Value>, name: &str) -> Result<String, String> {
    let found = text(object.get(name));
    if found.trim().is_empty() {
        Err(format!("Не заполнено поле {name}"))
    } else {
        Ok(found)
    }
}

/// Checks `sdata` as the carrier does; an order without its track and times.
pub(super) fn read(sdata: &Value, default_reception: &str) -> Result<Order, String> {
    let order = sdata.as_object().ok_or("Неверный формат sdata")?;
    only(order, &ORDER_FIELDS)?;
    let order_id = needed(order, "order_id")?;
    let allowed = |letter: char| letter.is_alphanumeric() || "-/.,_№ ".contains(letter);
    if order_id.chars().count() > 35 || !order_id.chars().all(allowed) {
        return Err("Недопустимый номер заказа в ИМ".to_owned());
    }
    let customer = part(order, "customer")?;
    only(customer, &CUSTOMER_FIELDS)?;
    needed(customer, "fio")?;
    let phone: String = needed(customer, "phone")?;
    if phone.chars().filter(char::is_ascii_digit).count() < 10 {
        return Err("Некорректный телефон получателя".to_owned());
    }
    let weights = part(order, "weights")?;
    let weight_g = place(weights)?;
    let cod_kopecks = kopecks(Some(&needed(order, "payment_sum")?.into()))?;
    let declared_kopecks = kopecks(order.get("price")).unwrap_or(0);
    if declared_kopecks > 30_000_000 {
        return Err("Объявленная стоимость больше 300000".to_owned());
    }
    items(order)?;
    let (point, class) = destination(order, weight_g, cod_kopecks)?;
    let shop = order.get("shop").and_then(Value::as_object);
    let reception = shop.map(|shop| text(shop.get("name1"))).unwrap_or_default();
    let reception = if reception.is_empty() { default_reception.to_owned() } else { reception };
    if !points::RECEPTIONS.contains(&reception.as_str()) {
        return Err(format!("Пункт приема {reception} не найден"));
    }
    Ok(Order {
        number: order_id,
        track: String::new(),
        weight_g,
        cod_kopecks,
        declared_kopecks,
        point,
        reception,
        is_deleted: false,
        act: None,
        statuses: Vec::new(),
        is_partial: text(order.get("issue")) == "2",
        class,
    })
}

fn place(weights: &Map<String, Value>) -> Result<i64, String> {
    only(weights, &WEIGHTS_FIELDS)?;
    let whole = |name: &str| -> Result<i64, String> {
        let text = text(weights.get(name));
        let wrong = "Габариты и вес каждого места должны быть целыми числами";
        text.parse().map_err(|_| wrong.to_owned())
    };
    let weight_g = whole("weight")?;
    if !(5..=31_000).contains(&weight_g) {
        return Err("Вес места должен быть от 5 до 31000 г".to_owned());
    }
    let mut sides = [whole("x")?, whole("y")?, whole("z")?];
    sides.sort_unstable();
    if sides[0] < 1 || sides[0] > 50 || sides[1] > 80 || sides[2] > 120 {
        return Err("Превышены габариты места".to_owned());
    }
    Ok(weight_g)
}

fn items(order: &Map<String, Value>) -> Result<(), String> {
    let items = order.get("items").and_then(Value::as_array).filter(|items| !items.is_empty());
    for item in items.ok_or("Не заполнено поле items")? {
        let item = item.as_object().ok_or("Неверный формат items")?;
        only(item, &ITEM_FIELDS)?;
        needed(item, "name")?;
        kopecks(Some(&needed(item, "price")?.into()))?;
        needed(item, "quantity")?.parse::<i64>().map_err(|_| "Неверное количество")?;
        if let Some(rate) = item.get("nds")
            && !text(Some(rate)).parse().is_ok_and(|rate: i64| RATES.contains(&rate))
        {
            return Err("Недопустимая ставка НДС".to_owned());
        }
        let mark = text(item.get("marking_crpt"));
        if !mark.is_empty() && ![28, 127].contains(&mark.chars().count()) {
            return Err("Некорректный код маркировки".to_owned());
        }
    }
    Ok(())
}

fn destination(
    order: &Map<String, Value>,
    weight_g: i64,
    cod_kopecks: i64,
) -> Result<(Option<&'static str>, i64), String> {
    match needed(order, "vid")?.as_str() {
        "1" => {
            let code = needed(part(order, "shop")?, "name")?;
            let point = points::find(&code).ok_or("Код пункта выдачи не найден")?;
            if point.kind == Kind::Prepaid && cod_kopecks > 0 {
                return Err("Пункт выдачи не принимает оплату при получении".to_owned());
            }
            if weight_g > point.load_kg * 1_000 {
                return Err("Вес посылки больше допустимого для пункта выдачи".to_owned());
            }
            Ok((Some(point.code), points::city(point.city).map_or(0, |city| city.class)))
        }
        "2" => {
            let courier = part(order, "kurdost")?;
            only(courier, &COURIER_FIELDS)?;
            needed(courier, "citi")?;
            needed(courier, "addressp")?;
            let index = needed(courier, "index")?;
            let city = points::city_of_postcode(&index).ok_or("Индекс не обслуживается")?;
            Ok((None, city.class))
        }
        _ => Err("Недопустимый вид доставки".to_owned()),
    }
}
