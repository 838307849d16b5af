//! What the carrier refuses in requests.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use chrono::{NaiveDateTime, TimeDelta};
use rust_decimal::Decimal;
use serde_json::Value;

use super::super::reading::{Reading, Wrong};
use super::money::{COMPANY, ENTREPRENEUR};
use super::points::{Warehouse, is_branch, warehouse};
use crate::carriers::amounts::JsonDecimal;
use crate::units::Day;

const TYPES: [i64; 4] = [1, 3, 7, 12];
const RATES: [&str; 5] = ["НДС22", "НДС10", "НДС7", "НДС5", "БезНДС"];
const GROUPS: [i64; 12] = [1, 2, 4, 5, 6, 9, 10, 13, 14, 17, 19, 35];

/// What a request says, once nothing is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) types: Vec<i64>,
    pub(super) number: String,
    pub(super) correlation: String,
    pub(super) day: String,
    pub(super) from_door: bool,
    pub(super) to_door: bool,
    /// A city or an address.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) weight_g: i64,
    pub(super) declared_kopecks: i64,
    pub(super) cod_kopecks: i64,
}

fn faults(wrong: RefCell<Vec<Wrong>>, read: Read) -> Result<Read, Vec<Wrong>> {
    let wrong = wrong.into_inner();
    if wrong.is_empty() { Ok(read) } else { Err(wrong) }
}

pub(super) fn price(body: &Value) -> Result<Read, Vec<Wrong>> {
    let wrong = RefCell::new(Vec::new());
    let reading = Reading::new(body, &wrong);
    let mut read = Read::default();
    let types = reading.get("types").and_then(Value::as_array);
    read.types = types.into_iter().flatten().filter_map(Value::as_i64).collect();
    if read.types.is_empty() {
        reading.note("types", "обязательное поле не заполнено");
    }
    for (index, kind) in read.types.iter().enumerate() {
        if !TYPES.contains(kind) {
            let path = format!("types[{index}]");
            reading.note(&path, "идентификатор тарифа не найден среди доступных");
        }
    }
    moment(&reading, "plannedDateTime");
    read.from_door = reading.flag("isPickUp");
    read.to_door = reading.flag("isDelivery");
    read.from = if read.from_door {
        handling(&reading, "pickupServices");
        reading.text("pickup.address")
    } else {
        city(&reading, "senderWarehouseId")
    };
    read.to = if read.to_door {
        handling(&reading, "deliveryServices");
        reading.text("delivery.address")
    } else {
        city(&reading, "receiverWarehouseId")
    };
    if reading.flag("isInsurance") {
        read.declared_kopecks = reading.positive("isInsurancePrice").kopecks().get();
    }
    for field in ["needReturnDocuments", "needArrangeTransportationDocuments", "isHyperMarket"] {
        reading.flag(field);
    }
    for cargo in reading.list("cargos") {
        read.weight_g += size(&cargo).grams().get();
        cargo.flag("isHP");
        cargo.whole("sealingPositionsCount");
    }
    faults(wrong, read)
}

/// `2026-11-25T00:00:00`.
fn moment(reading: &Reading<'_>, path: &str) -> NaiveDateTime {
    let read = NaiveDateTime::parse_from_str(&reading.text(path), "%Y-%m-%dT%H:%M:%S");
    if read.is_err() {
        reading.note(path, "не соответствует формату yyyy-MM-ddTHH:mm:ss");
    }
    read.unwrap_or_default()
}

/// The days whose accounting documents are asked for.
pub(super) fn documents(body: &Value) -> Result<RangeInclusive<Day>, Vec<Wrong>> {
    let wrong = RefCell::new(Vec::new());
    let reading = Reading::new(body, &wrong);
    if !is_branch(&reading.text("branchId")) {
        reading.note("branchId", "филиал не найден");
    }
    let (begin, end) = (moment(&reading, "dateBegin"), moment(&reading, "dateEnd"));
    if end < begin || end - begin > TimeDelta::days(60) {
        reading.note("dateEnd", "период должен быть не более 60 дней");
    }
    let (inn, (company, kpp)) = (reading.text("INN"), COMPANY);
    if inn == company && reading.text("KPP") != kpp {
        reading.note("KPP", "КПП не соответствует контрагенту");
    }
    if inn == ENTREPRENEUR && reading.has("KPP") {
        reading.note("KPP", "у индивидуального предпринимателя нет КПП");
    }
    if ![company, ENTREPRENEUR].contains(&inn.as_str()) {
        reading.note("INN", "контрагент не найден");
    }
    reading.text("token");
    let wrong = wrong.into_inner();
    let day = |moment: NaiveDateTime| Day::from_date(moment.date());
    if wrong.is_empty() { Ok(day(begin)..=day(end)) } else { Err(wrong) }
}

fn handling(reading: &Reading<'_>, path: &str) {
    reading.flag(&format!("{path}.isLoading"));
    reading.whole(&format!("{path}.floor"));
    reading.flag(&format!("{path}.isElevator"));
    reading.whole(&format!("{path}.carryingDistance"));
}

fn house(reading: &Reading<'_>, path: &str) -> Option<&'static Warehouse> {
    let found = warehouse(&reading.text(path));
    if found.is_none() {
        reading.note(path, "склад не найден");
    }
    found
}

fn city(reading: &Reading<'_>, path: &str) -> String {
    house(reading, path).map(|house| house.city.to_owned()).unwrap_or_default()
}

/// Checks sides and volume; answers the weight.
fn size(cargo: &Reading<'_>) -> JsonDecimal {
    let sides = ["length", "width", "height"].map(|side| cargo.positive(side));
    if sides.iter().any(|side| side.0.scale() > 2) {
        cargo.note("length", "габариты указываются с точностью до 0,01 м");
    }
    if sides.iter().any(|side| side.millimetres_of_m() > 20_000) {
        cargo.note("length", "габариты указываются в метрах");
    }
    let least = Decimal::new(1, 2);
    let volume = cargo.positive("volume").0;
    let product = sides.iter().fold(Decimal::ONE, |product, side| product * side.0);
    if volume + least < product {
        cargo.note("volume", "объём меньше произведения сторон");
    }
    cargo.positive("weight")
}

pub(super) fn submit(body: &Value, closed: Option<&str>) -> Result<Read, Vec<Wrong>> {
    let wrong = RefCell::new(Vec::new());
    let reading = Reading::new(body, &wrong);
    let mut read = Read::default();
    let order_type = reading.whole("common.orderType");
    if ![0, 3, 4, 14].contains(&order_type) {
        reading.note("common.orderType", "недопустимый способ передачи груза");
    }
    read.from_door = order_type != 0;
    reading.day("common.plannedDate");
    read.day = reading.text("common.plannedDate");
    sender(&reading, &mut read);
    let cargos = reading.list("cargos");
    if cargos.len() != 1 {
        reading.note("cargos", "ожидался один груз");
    }
    for cargo in cargos {
        common(&cargo, &mut read);
        receiver(&cargo, &mut read, closed);
        services(&cargo, &mut read);
    }
    faults(wrong, read)
}

fn phones(reading: &Reading<'_>, path: &str) {
    let phones = reading.list(path);
    if phones.is_empty() || phones.len() > 3 {
        reading.note(path, "укажите от одного до трёх телефонов");
    }
    for phone in phones {
        let text = phone.text("phone");
        let digits = text.strip_prefix('+').unwrap_or_default();
        if digits.is_empty() || text.len() > 19 || !digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            phone.note("phone", "телефон состоит из + и цифр, не более 19 знаков");
        }
    }
}

fn sender(reading: &Reading<'_>, read: &mut Read) {
    let legal_form = reading.whole("sender.legalForm");
    let digits = match legal_form {
        1 => 10,
        2 => 12,
        _ => 0,
    };
    if reading.text("sender.inn").len() != digits {
        reading.note("sender.inn", "ИНН не соответствует правовой форме");
    }
    for field in ["sender.title", "sender.fs", "sender.person"] {
        reading.text(field);
    }
    reading.one_of("sender.countryOfRegistrationCode", &["643"]);
    phones(reading, "sender.personPhones");
    read.from = if read.from_door {
        reading.text("sender.addressStock")
    } else {
        city(reading, "sender.warehouseId")
    };
}

fn common(cargo: &Reading<'_>, read: &mut Read) {
    let kind = cargo.whole("common.type");
    if !TYPES.contains(&kind) && kind != 5 {
        cargo.note("common.type", "идентификатор тарифа не найден среди доступных");
    }
    if cargo.whole("common.positionsCount") != 1 {
        cargo.note("common.positionsCount", "ожидалось одно место");
    }
    cargo.text("common.description");
    read.number = cargo.text("common.orderNumber");
    if read.number.chars().count() > 50 {
        cargo.note("common.orderNumber", "не более 50 символов");
    }
    if cargo.has("common.customerCorrelation") {
        read.correlation = cargo.text("common.customerCorrelation");
    }
    for side in ["common.length", "common.width", "common.height", "common.volume"] {
        cargo.positive(side);
    }
    let weight = cargo.positive("common.weight");
    read.weight_g = weight.grams().get();
    let mut total = Decimal::ZERO;
    for place in cargo.list("common.cargoPlaceList") {
        total += size(&place).0 * Decimal::from(place.whole("quantity"));
    }
    if total != weight.0 {
        cargo.note("common.cargoPlaceList", "вес мест не равен весу груза");
    }
    if cargo.has("common.clientPositionsBarcode") {
        cargo.text("common.typeClientBarcode");
    }
}

fn receiver(cargo: &Reading<'_>, read: &mut Read, closed: Option<&str>) {
    if cargo.whole("receiver.legalForm") != 3 {
        cargo.note("receiver.legalForm", "ожидалось физическое лицо");
    }
    for field in ["receiver.title", "receiver.person", "receiver.individual.lastName"] {
        cargo.text(field);
    }
    phones(cargo, "receiver.personPhones");
    read.to_door = cargo.flag("services.delivery.enabled");
    if read.to_door {
        read.to = cargo.text("receiver.addressStock");
        handling(cargo, "services.delivery");
        payer(cargo, "services.delivery");
        return;
    }
    let path = "receiver.warehouseId";
    let Some(house) = house(cargo, path) else { return };
    house.city.clone_into(&mut read.to);
    if !house.gives_out || closed == Some(house.id) {
        cargo.note(path, "отделение не выдаёт грузы");
    }
    if house.weight_max_kg > 0 && read.weight_g > house.weight_max_kg * 1_000 {
        cargo.note(path, "вес груза больше допустимого для отделения");
    }
}

fn payer(cargo: &Reading<'_>, service: &str) {
    let path = format!("{service}.payer.type");
    if ![1, 2, 3].contains(&cargo.whole(&path)) {
        cargo.note(&path, "неизвестный плательщик");
    }
}

fn services(cargo: &Reading<'_>, read: &mut Read) {
    payer(cargo, "services.transporting");
    if cargo.flag("services.insurance.enabled") {
        read.declared_kopecks = cargo.positive("services.insurance.cost").kopecks().get();
        payer(cargo, "services.insurance");
    }
    for service in ["hardPacking", "sealing", "strapping", "documentsReturning", "storing"] {
        cargo.flag(&format!("services.{service}.enabled"));
    }
    let cash = "services.cashOnDelivery";
    if !cargo.has(cash) {
        return;
    }
    let at = |field: &str| format!("{cash}.{field}");
    cargo.flag(&at("enabled"));
    cargo.flag(&at("includeTES"));
    cargo.positive(&at("actualCost"));
    let sum = cargo.positive(&at("cashOnDeliverySum"));
    let mut parts = Decimal::ZERO;
    if cargo.has(&at("sellerServices")) {
        cargo.text(&at("sellerPhone"));
        for service in cargo.list(&at("sellerServices")) {
            if !(1..=7).contains(&service.whole("type")) {
                service.note("type", "неизвестная услуга");
            }
            service.one_of("rateVAT", &RATES);
            parts += service.positive("sumIncludingVAT").0;
        }
    }
    for line in cargo.list(&at("specification.specifications")) {
        parts += goods(&line).0;
    }
    if parts != sum.0 {
        cargo.note(&at("cashOnDeliverySum"), "не равна сумме товаров и услуг");
    }
    read.cod_kopecks = sum.kopecks().get();
}

/// One line of goods; answers what is to be paid for it.
fn goods(line: &Reading<'_>) -> JsonDecimal {
    for field in ["title", "vendorCode", "vendorName", "vendorINN", "vendorPhone"] {
        line.text(field);
    }
    line.one_of("rateVAT", &RATES);
    let amount = line.whole("amount");
    let times = Decimal::from(amount);
    line.number("actualCostPerUnit");
    line.number("actualCostTotal");
    let (unit, total) = (line.positive("sumPerUnit"), line.positive("sumTotal"));
    if unit.0 * times != total.0 {
        line.note("sumTotal", "не равна цене за единицу, умноженной на количество");
    }
    match line.whole("calculationSubject") {
        1 => {}
        33 => {
            if amount != 1 || line.whole("measureOfQuantity") != 0 {
                line.note("amount", "маркированный товар указывается поштучно");
            }
            if !GROUPS.contains(&line.whole("groupMarkedGood")) {
                line.note("groupMarkedGood", "группа маркированных товаров не принимается");
            }
            let code = line.text("markingCode");
            if code.contains('\u{1d}') || code.contains('=') {
                line.note("markingCode", "код передаётся в кодировке URL");
            }
        }
        _ => line.note("calculationSubject", "неизвестный признак предмета расчёта"),
    }
    total
}
