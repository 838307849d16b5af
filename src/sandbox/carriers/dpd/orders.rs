//! What the stand-in holds, and the checks of `createOrder2`.

use super::points;
use crate::carriers::soap::Element;
use crate::units::UtcMicros;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// DPD's people look at it; after so many questions it is decided.
    Pending {
        questions: u32,
        refusal: Option<String>,
    },
    Taken,
    Refused(String),
    Cancelled,
}

pub(super) struct Order {
    pub(super) number: String,
    /// Empty until it is taken.
    pub(super) track: String,
    pub(super) state: State,
    pub(super) day: String,
    pub(super) weight_g: i64,
    pub(super) cod_kopecks: i64,
    pub(super) goes_to_point: bool,
    pub(super) is_listed: bool,
    /// The order by which it goes back.
    pub(super) return_track: String,
}

/// Something that happened: told as a state of a parcel and as an event of an order.
#[derive(Clone)]
pub(super) struct Happening {
    pub(super) number: String,
    pub(super) track: String,
    pub(super) return_track: String,
    pub(super) state: Option<&'static str>,
    pub(super) is_return: bool,
    pub(super) event: (&'static str, &'static str, &'static str),
    pub(super) cod_kopecks: i64,
    pub(super) at: UtcMicros,
    pub(super) is_state_confirmed: bool,
    pub(super) is_event_confirmed: bool,
}

pub(super) const SERVICES: [(&str, &str); 4] = [
    ("PCL", "DPD OPTIMUM"),
    ("ECN", "DPD ECONOMY"),
    ("CUR", "DPD CLASSIC domestic"),
    ("NDY", "DPD EXPRESS"),
];

const HEADER: [&str; 5] =
    ["datePickup", "payer", "senderAddress", "pickupTimePeriod", "regularNum"];
const ORDER: [&str; 18] = [
    "orderNumberInternal",
    "serviceCode",
    "serviceVariant",
    "cargoNumPack",
    "cargoWeight",
    "cargoVolume",
    "cargoRegistered",
    "cargoValue",
    "cargoCategory",
    "deliveryTimePeriod",
    "paymentType",
    "extraParam",
    "dataInt",
    "receiverAddress",
    "returnAddress",
    "extraService",
    "parcel",
    "unitLoad",
];
const ADDRESS: [&str; 26] = [
    "code",
    "name",
    "terminalCode",
    "addressString",
    "countryName",
    "index",
    "region",
    "city",
    "street",
    "streetAbbr",
    "house",
    "houseKorpus",
    "str",
    "vlad",
    "extraInfo",
    "office",
    "flat",
    "workTimeFrom",
    "workTimeTo",
    "dinnerTimeFrom",
    "dinnerTimeTo",
    "contactFio",
    "contactPhone",
    "contactEmail",
    "instructions",
    "needPass",
];
const UNIT: [&str; 9] = [
    "article",
    "descript",
    "declared_value",
    "parcel_num",
    "npp_amount",
    "vat_percent",
    "without_vat",
    "count",
    "client_code",
];
const EXTRA: [&str; 2] = ["esCode", "param"];
const EXTRA_CODES: [&str; 15] = [
    "SMS", "EML", "ЭСД", "ЭСЗ", "ВДО", "ДВД", "НПП", "ПОД", "ПРД", "ТРМ", "ОЖД", "ЧСТ", "ОБР",
    "КГТ", "БЛГ",
];

/// Children have no namespace, known names, and the order of the schema.
pub(super) fn sequence(element: &Element, names: &[&str]) -> Result<(), String> {
    let mut at = 0;
    for child in &element.children {
        if !child.namespace.is_empty() {
            return Err(format!("unexpected element (uri:{})", child.namespace));
        }
        let found = names.iter().position(|name| *name == child.name);
        let index = found.ok_or_else(|| format!("unexpected element {}", child.name))?;
        if index < at {
            return Err(format!("{} stands too late", child.name));
        }
        at = index;
    }
    Ok(())
}

pub(super) fn needed<'a>(element: &'a Element, name: &str) -> Result<&'a str, String> {
    let text = element.text_of(name);
    if text.is_empty() {
        Err(format!("Не заполнен параметр «{name}»"))
    } else {
        Ok(text)
    }
}

/// A decimal of at most `places` digits after its point, in units of the last of them.
pub(super) fn decimal(text: &str, places: usize) -> Result<i64, String> {
    let wrong = || format!("Неверное число {text}");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > places {
        return Err(wrong());
    }
    format!("{whole}{part:0<places$}").parse().map_err(|_| wrong())
}

/// Whether children are wrong in a way that the schema forbids.
pub(super) fn schema(orders: &Element) -> Result<(), String> {
    sequence(orders, &["auth", "header", "order"])?;
    let header = orders.child("header").ok_or("header is missing")?;
    sequence(header, &HEADER)?;
    let sender = header.child("senderAddress").ok_or("senderAddress is missing")?;
    sequence(sender, &ADDRESS)?;
    for order in orders.all("order") {
        sequence(order, &ORDER)?;
        sequence(order.child("receiverAddress").ok_or("receiverAddress is missing")?, &ADDRESS)?;
        for unit in order.all("unitLoad") {
            sequence(unit, &UNIT)?;
        }
        for extra in order.all("extraService") {
            sequence(extra, &EXTRA)?;
        }
    }
    Ok(())
}

/// Checks an order as the carrier does: what it refuses it says in `errorMessage`.
pub(super) fn read(header: &Element, order: &Element) -> Result<Order, String> {
    let day = needed(header, "datePickup")?.to_owned();
    chrono::NaiveDate::parse_from_str(&day, "%Y-%m-%d").map_err(|_| "Неверная дата забора")?;
    needed(header, "pickupTimePeriod")?;
    let service = needed(order, "serviceCode")?;
    if !SERVICES.iter().any(|(code, _)| *code == service) {
        return Err(format!("Услуга {service} недоступна"));
    }
    let variant = needed(order, "serviceVariant")?;
    let (from, to) = match variant {
        "ДД" => (false, false),
        "ДТ" => (false, true),
        "ТД" => (true, false),
        "ТТ" => (true, true),
        _ => return Err("Неверный вариант услуги".to_owned()),
    };
    if needed(order, "cargoNumPack")?.parse() != Ok(1) {
        return Err("Неверное число мест".to_owned());
    }
    let weight_g = decimal(needed(order, "cargoWeight")?, 3)?;
    if weight_g <= 0 {
        return Err("Вес должен быть больше нуля".to_owned());
    }
    let volume = order.text_of("cargoVolume");
    if !volume.is_empty() {
        decimal(volume, 2)?;
    }
    if !["true", "false"].contains(&needed(order, "cargoRegistered")?) {
        return Err("Неверный признак ценного груза".to_owned());
    }
    needed(order, "cargoCategory")?;
    place(header.child("senderAddress").ok_or("Нет адреса отправителя")?, from)?;
    let receiver = order.child("receiverAddress").ok_or("Нет адреса получателя")?;
    place(receiver, to)?;
    let cod_kopecks = goods(order)?;
    if to {
        limits(receiver.text_of("terminalCode"), weight_g, cod_kopecks)?;
    }
    let is_odd = receiver.text_of("street").starts_with("Неизвестная");
    let state = if is_odd { State::Pending { questions: 2, refusal: None } } else { State::Taken };
    Ok(Order {
        number: needed(order, "orderNumberInternal")?.to_owned(),
        track: String::new(),
        state,
        day,
        weight_g,
        cod_kopecks,
        goes_to_point: to,
        is_listed: false,
        return_track: String::new(),
    })
}

fn place(address: &Element, is_terminal: bool) -> Result<(), String> {
    if !address.text_of("code").is_empty() {
        return Ok(());
    }
    if is_terminal {
        let code = needed(address, "terminalCode")?;
        points::find(code).ok_or_else(|| format!("Терминал {code} не найден"))?;
    } else {
        for name in ["countryName", "city", "street"] {
            needed(address, name)?;
        }
        if address.text_of("house").is_empty() && address.text_of("vlad").is_empty() {
            return Err("Не заполнен параметр «Дом»".to_owned());
        }
        if address.text_of("street").starts_with("ул") {
            let street = address.text_of("street");
            return Err(format!("ORA-20815: Улица с названием “{street}” неизвестна."));
        }
    }
    for name in ["name", "contactFio", "contactPhone"] {
        needed(address, name)?;
    }
    Ok(())
}

/// What is collected: goods' lines say it, and together they are the value.
fn goods(order: &Element) -> Result<i64, String> {
    let (mut declared, mut collected, mut lines) = (0, 0, 0);
    for unit in order.all("unitLoad") {
        needed(unit, "descript")?;
        let count: i64 = needed(unit, "count")?.parse().map_err(|_| "Неверное количество")?;
        let value = unit.text_of("declared_value");
        declared += if value.is_empty() { 0 } else { decimal(value, 2)? * count };
        let amount = unit.text_of("npp_amount");
        collected += if amount.is_empty() { 0 } else { decimal(amount, 2)? * count };
        match (unit.text_of("vat_percent"), unit.text_of("without_vat")) {
            ("0" | "5" | "7" | "10" | "20" | "22", "") | ("", "true") => {}
            _ => return Err("Неверная ставка НДС".to_owned()),
        }
        lines += 1;
    }
    let value = order.text_of("cargoValue");
    if lines > 0 && !value.is_empty() && decimal(value, 2)? != declared {
        return Err("Объявленная ценность не равна сумме вложений".to_owned());
    }
    for extra in order.all("extraService") {
        let code = needed(extra, "esCode")?;
        if !EXTRA_CODES.contains(&code) {
            return Err(format!("Неизвестная опция {code}"));
        }
        if code == "НПП" {
            return Err("Опция НПП в России не используется".to_owned());
        }
        if code == "ЧСТ" && lines == 0 {
            return Err("Для ЧСТ нужны вложения".to_owned());
        }
    }
    Ok(collected)
}

fn limits(code: &str, weight_g: i64, cod_kopecks: i64) -> Result<(), String> {
    let Some(point) = points::find(code) else { return Ok(()) };
    if weight_g > point.weight_max_kg * 1_000 {
        return Err(format!("Вес больше допустимого для пункта {code}"));
    }
    if cod_kopecks > point.cod_max * 100 {
        return Err(format!("Сумма наложенного платежа больше допустимой для пункта {code}"));
    }
    Ok(())
}
