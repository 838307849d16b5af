//! What the Post refuses in an order, with its codes. Read from the raw JSON.

use serde_json::Value;

use super::orders::Complaint;
use super::{POSTOFFICE, places};

/// Every field that an order may have.
const FIELDS: &[&str] = &[
    "order-num",
    "group-name",
    "inner-num",
    "branch-name",
    "comment",
    "sender-comment",
    "seller-id",
    "add-to-mmo",
    "mail-type",
    "mail-category",
    "mail-direct",
    "mass",
    "transport-type",
    "transport-mode",
    "payment-method",
    "notice-payment-method",
    "postoffice-code",
    "envelope-type",
    "dimension",
    "dimension-type",
    "wo-mail-rank",
    "tariff-count",
    "with-discount",
    "surname",
    "given-name",
    "middle-name",
    "recipient-name",
    "tel-address",
    "address-type-to",
    "index-to",
    "str-index-to",
    "region-to",
    "area-to",
    "place-to",
    "location-to",
    "street-to",
    "house-to",
    "slash-to",
    "letter-to",
    "building-to",
    "corpus-to",
    "vladenie-to",
    "room-to",
    "office-to",
    "hotel-to",
    "num-address-type-to",
    "raw-address",
    "manual-address-input",
    "sender-name",
    "tel-address-from",
    "address-from",
    "insr-value",
    "payment",
    "compulsory-payment",
    "delivery-with-cod",
    "prepaid-amount",
    "payment-details",
    "fragile",
    "courier",
    "delivery-to-door",
    "sms-notice-recipient",
    "with-simple-notice",
    "with-order-of-notice",
    "with-electronic-notice",
    "inventory",
    "completeness-checking",
    "vsd",
    "easy-return",
    "no-return",
    "with-packaging",
    "shelf-life-days",
    "time-slot-id",
    "ecom-data",
    "goods",
    "fiscal-data",
    "customs-declaration",
];
const GOODS_FIELDS: &[&str] = &[
    "description",
    "quantity",
    "value",
    "insr-value",
    "vat-rate",
    "lineattr",
    "payattr",
    "code",
    "item-number",
    "good-id",
    "goods-type",
    "service-type",
    "supplier-inn",
    "supplier-name",
    "supplier-phone",
    "country-code",
    "customs-declaration-number",
    "excise",
    "weight",
];
const MAIL_TYPES: [&str; 7] = [
    "POSTAL_PARCEL",
    "ONLINE_PARCEL",
    "ONLINE_COURIER",
    "EMS",
    "EMS_OPTIMAL",
    "PARCEL_CLASS_1",
    "ECOM",
];
const VAT_RATES: [i64; 12] = [-1, 0, 5, 7, 10, 20, 22, 105, 107, 110, 120, 122];
/// Sides in centimetres, longest first.
const SIZES: [(&str, [i64; 3]); 4] =
    [("S", [26, 17, 8]), ("M", [30, 20, 15]), ("L", [40, 27, 18]), ("XL", [53, 26, 22])];

/// Everything that is wrong with an order; nothing when it is right.
pub(super) fn complaints(order: &Value) -> Vec<Complaint> {
    let mut list = List(Vec::new());
    list.unknown(order, FIELDS);
    kind(order, &mut list);
    size(order, &mut list);
    addressee(order, &mut list);
    address(order, &mut list);
    money(order, &mut list);
    goods(order, &mut list);
    list.0
}

struct List(Vec<Complaint>);

impl List {
    fn add(&mut self, code: &str, text: impl Into<String>) {
        self.0.push((code.to_owned(), text.into()));
    }

    fn unless(&mut self, holds: bool, code: &str, text: &str) {
        if !holds {
            self.add(code, text);
        }
    }

    fn unknown(&mut self, object: &Value, fields: &[&str]) {
        for name in object.as_object().into_iter().flat_map(|object| object.keys()) {
            if !fields.contains(&name.as_str()) {
                self.add("UNDEFINED", format!("unknown field {name}"));
            }
        }
    }

    /// An amount: whole, not negative, or nothing.
    fn amount(&mut self, order: &Value, field: &str, code: &str) -> i64 {
        match &order[field] {
            Value::Null => 0,
            value => value.as_i64().filter(|amount| *amount >= 0).unwrap_or_else(|| {
                self.add(code, format!("{field} is no amount in kopecks"));
                0
            }),
        }
    }
}

fn text<'a>(order: &'a Value, field: &str) -> &'a str {
    order[field].as_str().unwrap_or_default()
}

fn is_partner(order: &Value) -> bool {
    !order["ecom-data"].is_null()
}

fn kind(order: &Value, list: &mut List) {
    list.unless(!text(order, "order-num").is_empty(), "UNDEFINED", "Нет номера заказа");
    let mail_type = text(order, "mail-type");
    if mail_type.is_empty() {
        list.add("EMPTY_MAIL_TYPE", "Не указан вид РПО");
    } else {
        list.unless(MAIL_TYPES.contains(&mail_type), "ILLEGAL_MAIL_TYPE", "Неверный вид РПО");
    }
    let category = text(order, "mail-category");
    let is_right = match (mail_type, is_partner(order)) {
        ("ONLINE_PARCEL", true) => category.starts_with("COMBINED_"),
        ("ECOM", _) => !category.starts_with("COMBINED") && !category.contains("CASH_ON"),
        (_, true) => false,
        _ => ["ORDINARY", "WITH_DECLARED_VALUE", "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY"]
            .contains(&category),
    };
    list.unless(is_right, "ILLEGAL_MAIL_CATEGORY", "Неверная категория РПО");
    let is_home = order["mail-direct"].as_i64() == Some(643);
    list.unless(is_home, "ILLEGAL_MAIL_DIRECT", "Неверная страна");
    let office = text(order, "postoffice-code");
    list.unless(office == POSTOFFICE, "ILLEGAL_POSTOFFICE_CODE", "Неверный индекс места приёма");
    let is_cashless = ["", "CASHLESS"].contains(&text(order, "payment-method"));
    list.unless(is_cashless, "ILLEGAL_PAYMENT_METHOD", "Неверный способ оплаты");
    let transport = &order["transport-type"];
    let known = ["SURFACE", "AVIA", "COMBINED", "EXPRESS", "STANDARD"];
    let is_known = transport.is_null() || transport.as_str().is_some_and(|it| known.contains(&it));
    list.unless(is_known, "ILLEGAL_TRANSPORT_TYPE", "Неверный вид транспортировки");
    list.unless(order["fragile"].is_boolean(), "ILLEGAL_FRAGILE", "Неверная отметка \"Осторожно\"");
    let count = order["tariff-count"].as_i64();
    list.unless(matches!(count, Some(1 | 2)), "UNDEFINED", "tariff-count is 1 or 2");
}

fn size(order: &Value, list: &mut List) {
    let mail_type = text(order, "mail-type");
    let most = if mail_type.starts_with("EMS") { 31_500 } else { 20_000 };
    match order["mass"].as_i64() {
        Some(mass) if mass > most => list.add("ILLEGAL_MASS_EXCESS", "Вес больше допустимого"),
        Some(mass) if mass > 0 => {}
        _ => list.add("EMPTY_MASS", "Не указан вес"),
    }
    let side = |name: &str| order["dimension"][name].as_i64().filter(|side| *side > 0);
    let sides = [side("length"), side("width"), side("height")];
    let [Some(length), Some(width), Some(height)] = sides else {
        return list.add("UNDEFINED", "dimension wants three whole sides");
    };
    let mut sides = [length, width, height];
    sides.sort_unstable_by(|one, other| other.cmp(one));
    let told = text(order, "dimension-type");
    if !is_partner(order) && told.is_empty() {
        return;
    }
    let is_right = match SIZES.iter().find(|(name, _)| *name == told) {
        Some((_, most)) => sides.iter().zip(most).all(|(side, most)| side <= most),
        None => told == "OVERSIZED" && sides[0] <= 60 && sides.iter().sum::<i64>() <= 120,
    };
    list.unless(is_right, "UNDEFINED", "dimension does not fit dimension-type");
}

fn addressee(order: &Value, list: &mut List) {
    for field in ["surname", "given-name"] {
        list.unless(!text(order, field).is_empty(), "ILLEGAL_INITIALS", "Неверное ФИО");
    }
    let has_name = !text(order, "recipient-name").is_empty();
    list.unless(has_name, "ILLEGAL_RECIPIENT_NAME", "Не указан получатель");
    let is_mobile = order["tel-address"]
        .as_i64()
        .is_some_and(|tel| (79_000_000_000..=79_999_999_999).contains(&tel));
    list.unless(is_mobile, "EMPTY_TELADDRESS", "Телефон: число 79XXXXXXXXX");
}

fn address(order: &Value, list: &mut List) {
    let types = ["DEFAULT", "PO_BOX", "DEMAND", "UNIT"];
    let kind = text(order, "address-type-to");
    list.unless(types.contains(&kind), "ILLEGAL_ADDRESS_TYPE_TO", "Неверный тип адреса");
    list.unless(!text(order, "region-to").is_empty(), "EMPTY_REGION_TO", "Не указан регион");
    list.unless(!text(order, "place-to").is_empty(), "EMPTY_PLACE_TO", "Не указан город");
    let has_street = order["street-to"].is_string() && order["house-to"].is_string();
    list.unless(has_street, "UNDEFINED", "street-to and house-to are wanted by the schema");
    if !is_partner(order) {
        match order["index-to"].as_i64() {
            None => list.add("EMPTY_INDEX_TO", "Индекс: целое число"),
            Some(index) if (100_000..=999_999).contains(&index) => {}
            Some(_) => list.add("ILLEGAL_INDEX_TO", "Неверный индекс"),
        }
        return;
    }
    list.unless(order["index-to"].is_null(), "ILLEGAL_INDEX_TO", "Индекс не нужен");
    let data = &order["ecom-data"];
    list.unknown(data, &["delivery-point-index", "services", "identity-methods"]);
    let point = text(data, "delivery-point-index");
    let is_point = places::find(point).is_some_and(places::PostPlace::is_partner);
    list.unless(is_point, "NO_AVAILABLE_POSTOFFICES", "Нет такого пункта выдачи");
    let known = [
        "WITHOUT_SERVICE",
        "CONTENTS_CHECKING",
        "WITH_FITTING",
        "FUNCTIONALITY_CHECKING",
        "PARTIAL_REDEMPTION",
        "COURIER_DELIVERY",
    ];
    let services = data["services"].as_array();
    let are_known = services.is_some_and(|services| {
        services.iter().all(|service| service.as_str().is_some_and(|name| known.contains(&name)))
    });
    list.unless(are_known, "UNDEFINED", "services are unknown");
    let place = places::find(point);
    let too_heavy = place.is_some_and(|place| order["mass"].as_i64() > Some(place.weight_max_g));
    list.unless(!too_heavy, "ILLEGAL_MASS_EXCESS", "Вес больше допустимого для пункта");
}

fn money(order: &Value, list: &mut List) {
    let declared = list.amount(order, "insr-value", "ILLEGAL_INSR_VALUE");
    let payment = list.amount(order, "payment", "ILLEGAL_PAYMENT");
    let compulsory = list.amount(order, "compulsory-payment", "ILLEGAL_PAYMENT");
    let category = text(order, "mail-category");
    let wants_value = category.contains("DECLARED_VALUE");
    list.unless(wants_value == (declared > 0), "EMPTY_INSR_VALUE", "Объявленная ценность");
    let wants_cod = category.contains("CASH_ON_DELIVERY");
    list.unless(wants_cod == (payment > 0), "EMPTY_PAYMENT", "Наложенный платёж");
    let wants_compulsory = category.contains("COMPULSORY_PAYMENT");
    list.unless(wants_compulsory == (compulsory > 0), "EMPTY_PAYMENT", "Обязательный платёж");
    let is_insured = payment.max(compulsory) <= declared;
    list.unless(is_insured, "NOT_INSURED_PAYMENT", "Наложенный платёж больше ценности");
    let point = text(&order["ecom-data"], "delivery-point-index");
    let takes_money = places::find(point).is_none_or(places::PostPlace::takes_money);
    let is_collected = payment.max(compulsory) > 0;
    let text = "Пункт не принимает оплату";
    list.unless(takes_money || !is_collected, "RESTRICTED_MAIL_CATEGORY", text);
}

fn goods(order: &Value, list: &mut List) {
    let collected = order["payment"].as_i64().or(order["compulsory-payment"].as_i64());
    let Some(items) = order["goods"]["items"].as_array() else {
        list.unless(collected.is_none(), "UNDEFINED", "goods are wanted by 54-FZ");
        return;
    };
    let mut sum = 0;
    for item in items {
        list.unknown(item, GOODS_FIELDS);
        list.unless(!text(item, "description").is_empty(), "UNDEFINED", "goods: description");
        let (quantity, value) = (item["quantity"].as_i64(), item["value"].as_i64());
        list.unless(quantity.is_some_and(|it| it > 0), "UNDEFINED", "goods: quantity");
        list.unless(value.is_some_and(|it| it >= 0), "UNDEFINED", "goods: value");
        sum += quantity.unwrap_or(0).saturating_mul(value.unwrap_or(0));
        let vat = item["vat-rate"].as_i64();
        list.unless(vat.is_some_and(|it| VAT_RATES.contains(&it)), "UNDEFINED", "goods: vat-rate");
        let line = item["lineattr"].as_i64();
        list.unless(matches!(line, Some(1 | 2 | 4)), "UNDEFINED", "goods: lineattr");
        let pay = item["payattr"].as_i64();
        list.unless(matches!(pay, Some(1..=7)), "UNDEFINED", "goods: payattr");
    }
    list.unless(Some(sum) == collected, "UNDEFINED", "goods do not add up to the payment");
    let phone = &order["fiscal-data"]["customer-phone"];
    list.unless(phone.is_null() || phone.is_i64(), "UNDEFINED", "customer-phone is a number");
}
