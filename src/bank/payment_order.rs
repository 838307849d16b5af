//! Payment orders (платёжные поручения) as a file for the bank's client.
//!
//! Requisites by the Bank of Russia's rules of 29.06.2021 № 762-П, annex 1: lengths of the number, the
//! names and the purpose.
//!
//! **Invariant:** an order with a wrong control digit, a sum that is none or a letter that the file cannot
//! hold is not written: all wrong fields are named at once.

use serde::{Deserialize, Serialize};

use super::format::{Encoding, SectionKind, write};
use super::requisites;
use crate::carriers::amounts::roubles_text;
use crate::fault::{InputError, InputFaults};
use crate::units::{Day, Kopecks, UtcMicros};

pub const PURPOSE_MAX: usize = 210;
const NAME_MAX: usize = 160;
const NUMBER_MAX: usize = 6;
/// Payments that no law puts before others (ГК, art. 855).
const TURN: &str = "5";
const KIND: &str = "Платежное поручение";

/// One side of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requisites {
    pub name: String,
    pub inn: String,
    /// A person has none.
    pub kpp: Option<String>,
    /// Twenty digits (расчётный счёт).
    pub account: String,
    pub bank_name: String,
    pub bic: String,
    /// Of the bank; empty where it has none.
    pub corr_account: String,
}

/// An order to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentOrder {
    /// At most six digits, not all of the last three zero.
    pub number: String,
    pub day: Day,
    pub amount: Kopecks,
    pub payer: Requisites,
    pub payee: Requisites,
    pub purpose: String,
}

/// The file with these orders, in windows-1251.
///
/// # Errors
/// Each wrong field as `orders[2].payee.account`.
pub fn file(orders: &[PaymentOrder], made_at: UtcMicros) -> Result<Vec<u8>, InputError> {
    let mut faults = InputFaults::default();
    if orders.is_empty() {
        faults.note("orders", "missing");
    }
    for (index, order) in orders.iter().enumerate() {
        check(&mut faults, &format!("orders[{index}]"), order);
    }
    faults.finish()?;
    Encoding::Windows
        .encode(&text(orders, made_at))
        .map_err(|_| InputError::one("orders", "bad_format"))
}

fn check(faults: &mut InputFaults, path: &str, order: &PaymentOrder) {
    let number = &order.number;
    let is_number = number.len() <= NUMBER_MAX && number.bytes().all(|byte| byte.is_ascii_digit());
    if number.is_empty() {
        faults.note(format!("{path}.number"), "missing");
    } else if !is_number || number.ends_with("000") {
        faults.note(format!("{path}.number"), "bad_format");
    }
    if !order.amount.is_positive() {
        faults.note(format!("{path}.amount_kopecks"), "too_small");
    }
    text_check(faults, format!("{path}.purpose"), &order.purpose, PURPOSE_MAX);
    side_check(faults, (&format!("{path}.payer."), "account"), &order.payer);
    side_check(faults, (&format!("{path}.payee."), "account"), &order.payee);
    if order.payer.account == order.payee.account && order.payer.bic == order.payee.bic {
        faults.note(format!("{path}.payee.account"), "duplicate");
    }
}

/// What a bank would refuse of a side. `path` begins the names of its fields, and `account` is how that
/// of its account ends.
pub fn side_check(faults: &mut InputFaults, (path, account): (&str, &str), side: &Requisites) {
    text_check(faults, format!("{path}name"), &side.name, NAME_MAX);
    text_check(faults, format!("{path}bank_name"), &side.bank_name, NAME_MAX);
    if !requisites::is_inn(&side.inn) {
        faults.note(format!("{path}inn"), "bad_check_digit");
    }
    if side.kpp.as_ref().is_some_and(|kpp| !requisites::is_kpp(kpp)) {
        faults.note(format!("{path}kpp"), "bad_format");
    }
    if !requisites::is_bic(&side.bic) {
        faults.note(format!("{path}bic"), "bad_format");
        return;
    }
    if !requisites::is_account(&side.account, &side.bic) {
        faults.note(format!("{path}{account}"), "bad_check_digit");
    }
    let has_corr = !side.corr_account.is_empty();
    if has_corr && !requisites::is_account(&side.corr_account, &side.bic) {
        faults.note(format!("{path}corr_account"), "bad_check_digit");
    }
}

/// A text that is there, fits and can be written.
fn text_check(faults: &mut InputFaults, path: String, text: &str, length_max: usize) {
    faults.text(&path, text, length_max);
    if text.chars().any(char::is_control) || Encoding::Windows.encode(text).is_err() {
        faults.note(path, "bad_format");
    }
}

fn text(orders: &[PaymentOrder], made_at: UtcMicros) -> String {
    let days = || orders.iter().map(|order| order.day);
    let day = |day: Option<Day>| day.map(Day::russian_text).unwrap_or_default();
    let (first, last) = (day(days().min()), day(days().max()));
    let (made_on, made) = (made_at.moscow_format("%d.%m.%Y"), made_at.moscow_format("%H:%M:%S"));
    let mut head = vec![
        ("ВерсияФормата", "1.03"),
        ("Кодировка", Encoding::Windows.word()),
        ("Отправитель", "ambar"),
        ("Получатель", ""),
        ("ДатаСоздания", &made_on),
        ("ВремяСоздания", &made),
        ("ДатаНачала", &first),
        ("ДатаКонца", &last),
    ];
    let mut accounts: Vec<&str> = orders.iter().map(|order| order.payer.account.as_str()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    head.extend(accounts.into_iter().map(|account| ("РасчСчет", account)));
    head.push(("Документ", KIND));
    let sums: Vec<(String, String)> =
        orders.iter().map(|order| (order.day.russian_text(), roubles_text(order.amount))).collect();
    let sections = orders
        .iter()
        .zip(&sums)
        .map(|(order, (day, sum))| (SectionKind::Document, KIND, fields(order, day, sum)));
    write(&head, sections)
}

fn fields<'a>(order: &'a PaymentOrder, day: &'a str, sum: &'a str) -> Vec<(&'a str, &'a str)> {
    let (payer, payee) = (&order.payer, &order.payee);
    let kpp = |side: &'a Requisites| side.kpp.as_deref().unwrap_or("0");
    vec![
        ("Номер", &order.number),
        ("Дата", day),
        ("Сумма", sum),
        ("ПлательщикСчет", &payer.account),
        ("Плательщик", &payer.name),
        ("ПлательщикИНН", &payer.inn),
        ("ПлательщикКПП", kpp(payer)),
        ("Плательщик1", &payer.name),
        ("ПлательщикРасчСчет", &payer.account),
        ("ПлательщикБанк1", &payer.bank_name),
        ("ПлательщикБИК", &payer.bic),
        ("ПлательщикКорсчет", &payer.corr_account),
        ("ПолучательСчет", &payee.account),
        ("Получатель", &payee.name),
        ("ПолучательИНН", &payee.inn),
        ("ПолучательКПП", kpp(payee)),
        ("Получатель1", &payee.name),
        ("ПолучательРасчСчет", &payee.account),
        ("ПолучательБанк1", &payee.bank_name),
        ("ПолучательБИК", &payee.bic),
        ("ПолучательКорсчет", &payee.corr_account),
        ("ВидОплаты", "01"),
        ("Очередность", TURN),
        ("НазначениеПлатежа", &order.purpose),
    ]
}
