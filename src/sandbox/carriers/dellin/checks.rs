//! What the carrier refuses in requests.

use std::cell::RefCell;

use rust_decimal::Decimal;
use serde_json::Value;

use super::super::reading::{Reading, Wrong};
use super::points::terminal;

const KINDS: [&str; 5] = ["auto", "express", "letter", "avia", "small"];
const RATES: [i64; 6] = [0, 5, 7, 10, 20, 22];
const PERSON: &str = "0xAB91FEEA04F6D4AD48DF42161B6C2E7A";

/// What a request says, once nothing is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) kind: String,
    pub(super) number: String,
    pub(super) day: String,
    pub(super) from_door: bool,
    pub(super) to_door: bool,
    /// A city's name or code, or an address.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) weight_g: i64,
    pub(super) declared_kopecks: i64,
    pub(super) cod_kopecks: i64,
}

pub(super) fn calculator(body: &Value) -> Result<Read, Vec<Wrong>> {
    let wrong = RefCell::new(Vec::new());
    let reading = Reading::new(body, &wrong);
    let mut read = Read::default();
    delivery(&reading, &mut read);
    cargo(&reading, &mut read);
    reading.one_of("members.requester.role", &["sender", "receiver", "third", "payer"]);
    payment(&reading);
    faults(wrong, read)
}

pub(super) fn request(body: &Value, closed: Option<&str>) -> Result<Read, Vec<Wrong>> {
    let wrong = RefCell::new(Vec::new());
    let reading = Reading::new(body, &wrong);
    let mut read = Read::default();
    if !reading.flag("inOrder") {
        reading.note("inOrder", "черновики не исполняются");
    }
    if reading.has("orderNumber") {
        read.number = reading.text("orderNumber");
    }
    delivery(&reading, &mut read);
    cargo(&reading, &mut read);
    uid(&reading, "cargo.freightUID");
    members(&reading);
    payment(&reading);
    cash(&reading, &mut read);
    if !read.to_door {
        let id = reading.text("delivery.arrival.terminalID");
        let takes_cod = terminal(&id).is_some_and(|terminal| terminal.takes_cod);
        if closed == Some(id.as_str()) {
            reading.note("delivery.arrival.terminalID", "терминал закрыт");
        }
        if read.cod_kopecks > 0 && !takes_cod {
            reading.note("payment.cashOnDelivery", "терминал не принимает наложенный платёж");
        }
    }
    faults(wrong, read)
}

fn faults(wrong: RefCell<Vec<Wrong>>, read: Read) -> Result<Read, Vec<Wrong>> {
    let wrong = wrong.into_inner();
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

fn delivery(reading: &Reading<'_>, read: &mut Read) {
    read.kind = reading.one_of("delivery.deliveryType.type", &KINDS);
    reading.day("delivery.derival.produceDate");
    read.day = reading.text("delivery.derival.produceDate");
    (read.from_door, read.from) = end(reading, "delivery.derival");
    (read.to_door, read.to) = end(reading, "delivery.arrival");
    if read.kind == "small" && !(read.from_door && read.to_door) {
        reading.note("delivery.deliveryType.type", "малый груз возят от адреса до адреса");
    }
    if reading.has("delivery.arrival.produceDate") {
        reading.note("delivery.arrival.produceDate", "неизвестное поле");
    }
}

/// Whether it is a door, and what is told of the place.
fn end(reading: &Reading<'_>, path: &str) -> (bool, String) {
    let at = |field: &str| format!("{path}.{field}");
    if reading.one_of(&at("variant"), &["terminal", "address"]) == "terminal" {
        let id = reading.text(&at("terminalID"));
        let known = terminal(&id).filter(|terminal| {
            if path.ends_with("derival") { terminal.receives } else { terminal.gives_out }
        });
        if known.is_none() {
            reading.note(&at("terminalID"), "необходимо указать терминал");
        }
        return (false, known.map(|terminal| terminal.city.to_owned()).unwrap_or_default());
    }
    reading.text(&at("time.worktimeStart"));
    reading.text(&at("time.worktimeEnd"));
    let place = if reading.has(&at("city")) { at("city") } else { at("address.search") };
    let text = reading.text(&place);
    if place.ends_with("city") && text.len() != 25 {
        reading.note(&place, "код КЛАДР состоит из 25 цифр");
    }
    (true, text)
}

fn cargo(reading: &Reading<'_>, read: &mut Read) {
    if reading.whole("cargo.quantity") != 1 {
        reading.note("cargo.quantity", "ожидалось одно место");
    }
    let sides = ["cargo.length", "cargo.width", "cargo.height"].map(|side| reading.positive(side));
    let weight = reading.positive("cargo.weight");
    let total = reading.positive("cargo.totalWeight");
    if weight.0 > total.0 {
        reading.note("cargo.weight", "место тяжелее всего груза");
    }
    let volume = reading.positive("cargo.totalVolume");
    let product = sides.iter().fold(Decimal::ONE, |product, side| product * side.0);
    if volume.0 < product {
        reading.note("cargo.totalVolume", "объём меньше произведения сторон");
    }
    if sides.iter().any(|side| side.millimetres_of_m() > 20_000) {
        reading.note("cargo.length", "габариты указываются в метрах");
    }
    read.weight_g = total.grams().get();
    let id = reading.get("delivery.arrival.terminalID").and_then(Value::as_str);
    if let Some(terminal) = id.and_then(terminal)
        && read.weight_g > terminal.weight_max_kg * 1_000
    {
        reading.note("cargo.totalWeight", "превышен вес для терминала получателя");
    }
    if reading.has("cargo.insurance") {
        read.declared_kopecks = reading.positive("cargo.insurance.statedValue").kopecks().get();
        reading.one_of("cargo.insurance.payer", &["sender", "receiver", "third"]);
        reading.flag("cargo.insurance.term");
    }
}

fn uid(reading: &Reading<'_>, path: &str) {
    let text = reading.text(path);
    let digits = text.strip_prefix("0x").unwrap_or_default();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        reading.note(path, "UID имеет вид 0x и 32 шестнадцатеричные цифры");
    }
}

fn phone(reading: &Reading<'_>, path: &str) {
    let text = reading.text(path);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() != 11 || !digits || !text.starts_with('7') {
        reading.note(path, "телефон состоит из 11 цифр и начинается с 7");
    }
}

fn members(reading: &Reading<'_>) {
    reading.one_of("members.requester.role", &["sender", "receiver", "third", "payer"]);
    let sender = "members.sender.counteragent";
    uid(reading, &format!("{sender}.form"));
    reading.text(&format!("{sender}.name"));
    let inn = reading.text(&format!("{sender}.inn"));
    if ![10, 12].contains(&inn.len()) {
        reading.note(&format!("{sender}.inn"), "ИНН состоит из 10 или 12 цифр");
    }
    for person in reading.list("members.sender.contactPersons") {
        person.text("name");
    }
    for number in reading.list("members.sender.phoneNumbers") {
        phone(&number, "number");
    }
    let receiver = "members.receiver.counteragent";
    let form = reading.text(&format!("{receiver}.form"));
    if form != PERSON || !reading.flag(&format!("{receiver}.isAnonym")) {
        reading.note(receiver, "без документов выдаётся только анонимному физическому лицу");
    }
    reading.text(&format!("{receiver}.name"));
    phone(reading, &format!("{receiver}.phone"));
}

fn payment(reading: &Reading<'_>) {
    reading.one_of("payment.type", &["noncash", "cash"]);
    reading.one_of("payment.primaryPayer", &["sender", "receiver", "third"]);
    if reading.has("payment.paymentCity") && reading.text("payment.paymentCity").len() != 25 {
        reading.note("payment.paymentCity", "код КЛАДР состоит из 25 цифр");
    }
}

fn cash(reading: &Reading<'_>, read: &mut Read) {
    if !reading.has("payment.cashOnDelivery") {
        return;
    }
    read.number = reading.text("payment.cashOnDelivery.orderNumber");
    reading.day("payment.cashOnDelivery.orderDate");
    reading.one_of("payment.cashOnDelivery.paymentType", &["cash", "card"]);
    let products = reading.list("payment.cashOnDelivery.products");
    if products.is_empty() {
        reading.note("payment.cashOnDelivery.products", "нет товаров");
    }
    for product in products {
        product.text("productName");
        product.text("productCode");
        let amount = product.whole("productAmount");
        if amount < 1 {
            product.note("productAmount", "должно быть больше нуля");
        }
        let cost = product.positive("costWithVAT").kopecks().get();
        if product.has("VATRate") && !RATES.contains(&product.whole("VATRate")) {
            product.note("VATRate", "неизвестная ставка НДС");
        }
        if product.has("marking") && product.flag("marking") {
            let codes = product.list("markingCodes").len();
            if i64::try_from(codes) != Ok(amount) {
                product.note("markingCodes", "число кодов не равно количеству");
            }
        }
        read.cod_kopecks += cost.saturating_mul(amount);
    }
}
