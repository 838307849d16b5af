//! What sections of the format mean: balances of an account, and payments.
//!
//! **Invariant:** sums are exact; a sum that is no whole number of kopecks is refused, not rounded.
//! **Invariant:** a section without what a ledger needs is left out and named; everything else that is
//! wrong about it is a warning.

use chrono::{Datelike, NaiveDate};

use super::format::{Fault, FaultCode, Section};
use super::requisites;
use crate::imports::map::decimal;
use crate::units::{Day, Kopecks};

/// Years that a bank can mean.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;
/// Ten thousand milliard roubles: beyond it a file is damaged, and the books would not hold many.
const KOPECKS_MAX: u64 = 1_000_000_000_000_000;
const PURPOSE_PARTS: [&str; 6] = [
    "НазначениеПлатежа1",
    "НазначениеПлатежа2",
    "НазначениеПлатежа3",
    "НазначениеПлатежа4",
    "НазначениеПлатежа5",
    "НазначениеПлатежа6",
];

/// What a bank says of an account in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Where the section begins.
    pub line: u64,
    pub account: String,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub opening: Option<Kopecks>,
    pub income: Option<Kopecks>,
    pub outcome: Option<Kopecks>,
    pub closing: Option<Kopecks>,
}

/// One side of a payment, as far as it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    pub account: String,
    pub bic: String,
    pub name: String,
    pub inn: Option<String>,
    pub kpp: Option<String>,
}

/// A document: money that went from one account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Where the section begins.
    pub line: u64,
    /// In words, as the bank writes it.
    pub kind: String,
    pub number: String,
    /// The day of the document.
    pub day: Day,
    pub amount: Kopecks,
    pub payer: Party,
    pub payee: Party,
    /// When the payer's account was debited.
    pub debited_on: Option<Day>,
    /// When the payee's account was credited.
    pub credited_on: Option<Day>,
    pub purpose: String,
    /// All fields, in their order.
    pub fields: Vec<(String, String)>,
}

/// Looks into a section and notes what is wrong.
struct Facts<'a> {
    section: &'a Section,
    faults: &'a mut Vec<Fault>,
}

impl Facts<'_> {
    fn text(&self, key: &str) -> String {
        self.section.value(key).to_owned()
    }

    fn missing(&mut self, key: &str) {
        self.faults.push(Fault::new(self.section.line, key, FaultCode::Missing, ""));
    }

    fn read<T>(
        &mut self,
        key: &str,
        code: FaultCode,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let field = self.section.find(key)?;
        let value = parse(&field.value);
        if value.is_none() {
            self.faults.push(Fault::new(field.line, key, code, &field.value));
        }
        value
    }

    fn day(&mut self, key: &str) -> Option<Day> {
        self.read(key, FaultCode::NotADay, day)
    }

    fn amount(&mut self, key: &str) -> Option<Kopecks> {
        self.read(key, FaultCode::NotAnAmount, amount)
    }

    /// `Плательщик` or `Получатель` with all that follows it.
    fn party(&mut self, side: &str) -> Party {
        let value = |what: &str| self.section.value(&format!("{side}{what}")).to_owned();
        let first = |whats: [&str; 2]| {
            let found = value(whats[0]);
            if found.is_empty() { value(whats[1]) } else { found }
        };
        let (inn, kpp_beside) = inn_and_kpp(&value("ИНН"));
        let (inn_in_name, kpp_in_name, name) = name_and_inn(&first(["", "1"]));
        let kpp = Some(value("КПП")).filter(|kpp| is_told(kpp));
        let party = Party {
            account: plain(&first(["Счет", "РасчСчет"])),
            bic: plain(&value("БИК")),
            name,
            inn: inn.or(inn_in_name),
            kpp: kpp.or(kpp_beside).or(kpp_in_name),
        };
        self.check(side, &party);
        party
    }

    fn check(&mut self, side: &str, party: &Party) {
        let line = |what: &str| {
            let field = self.section.find(&format!("{side}{what}"));
            field.map_or(self.section.line, |field| field.line)
        };
        let mut wrong = Vec::new();
        let is_bic = requisites::is_bic(&party.bic);
        if !party.bic.is_empty() && !is_bic {
            wrong.push((line("БИК"), "БИК", FaultCode::BicWrong, &party.bic));
        }
        if is_bic
            && !party.account.is_empty()
            && !requisites::is_account(&party.account, &party.bic)
        {
            wrong.push((line("Счет"), "Счет", FaultCode::AccountWrong, &party.account));
        }
        if let Some(inn) = party.inn.as_ref().filter(|inn| !requisites::is_inn(inn)) {
            wrong.push((line("ИНН"), "ИНН", FaultCode::InnWrong, inn));
        }
        let faults = wrong.into_iter().map(|(line, what, code, value)| {
            Fault::new(line, &format!("{side}{what}"), code, value)
        });
        self.faults.extend(faults);
    }
}

/// The balances of a section; nothing when it does not name its account.
pub fn balance(section: &Section, faults: &mut Vec<Fault>) -> Option<Balance> {
    let mut facts = Facts { section, faults };
    let account = plain(&facts.text("РасчСчет"));
    if account.is_empty() {
        facts.missing("РасчСчет");
        return None;
    }
    Some(Balance {
        line: section.line,
        account,
        from: facts.day("ДатаНачала"),
        to: facts.day("ДатаКонца"),
        opening: facts.amount("НачальныйОстаток"),
        income: facts.amount("ВсегоПоступило"),
        outcome: facts.amount("ВсегоСписано"),
        closing: facts.amount("КонечныйОстаток"),
    })
}

/// The payment of a document; nothing without a day, a sum and two sides that could be known.
pub fn payment(section: &Section, faults: &mut Vec<Fault>) -> Option<Payment> {
    let mut facts = Facts { section, faults };
    for key in ["Дата", "Сумма"] {
        if facts.section.find(key).is_none() {
            facts.missing(key);
        }
    }
    let (day, amount) = (facts.day("Дата"), facts.amount("Сумма"));
    let (debited_on, credited_on) = (facts.day("ДатаСписано"), facts.day("ДатаПоступило"));
    let (payer, payee) = (facts.party("Плательщик"), facts.party("Получатель"));
    let amount = amount?;
    if !amount.is_positive() {
        let field = section.find("Сумма").map_or(section.line, |field| field.line);
        let value = section.value("Сумма");
        faults.push(Fault::new(field, "Сумма", FaultCode::AmountNotPositive, value));
        return None;
    }
    let pairs = section.fields.iter().map(|field| (field.key.clone(), field.value.clone()));
    Some(Payment {
        line: section.line,
        kind: section.title.clone(),
        number: section.value("Номер").to_owned(),
        day: day?,
        amount,
        payer,
        payee,
        debited_on,
        credited_on,
        purpose: purpose(section),
        fields: pairs.collect(),
    })
}

fn purpose(section: &Section) -> String {
    let whole = section.value("НазначениеПлатежа");
    if !whole.is_empty() {
        return whole.to_owned();
    }
    let parts = PURPOSE_PARTS.iter().map(|key| section.value(key)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// Blanks and points inside of numbers are for people.
pub(super) fn plain(number: &str) -> String {
    number.chars().filter(|letter| !letter.is_whitespace() && *letter != '.').collect()
}

fn is_told(number: &str) -> bool {
    number.chars().any(|letter| letter.is_alphanumeric() && letter != '0')
}

/// `7707083893`, `7707083893/773601001`, `0`.
fn inn_and_kpp(text: &str) -> (Option<String>, Option<String>) {
    let (inn, kpp) = text.split_once(['/', '\\']).unwrap_or((text, ""));
    let told = |number: &str| Some(plain(number)).filter(|number| is_told(number));
    (told(inn), told(kpp))
}

/// `ИНН 7707083893 КПП 773601001 ООО «Альфа»` is a name with numbers before it.
fn name_and_inn(text: &str) -> (Option<String>, Option<String>, String) {
    let Some((inn, rest)) = number_after(text, "ИНН") else {
        return (None, None, text.to_owned());
    };
    let (inn, kpp_beside) = inn_and_kpp(inn);
    match number_after(rest, "КПП") {
        Some((kpp, name)) => (inn, Some(plain(kpp)).filter(|kpp| is_told(kpp)), name.to_owned()),
        None => (inn, kpp_beside, rest.to_owned()),
    }
}

/// The word behind a mark, and what comes behind it.
fn number_after<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let text = text.trim_start_matches([' ', ',', '/']);
    let (start, rest) = text.split_at_checked(mark.len())?;
    if start.to_uppercase() != mark {
        return None;
    }
    let rest = rest.trim_start_matches([' ', ':', '№', '.']);
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !"/\\".contains(letter));
    let (number, rest) = rest.split_at(end.unwrap_or(rest.len()));
    let has_digits = number.bytes().any(|byte| byte.is_ascii_digit());
    has_digits.then(|| (number, rest.trim_start_matches([' ', ',', ';'])))
}

/// `22.11.2026`, also with a time behind it, or `2026-11-22`.
pub(super) fn day(text: &str) -> Option<Day> {
    let word = text.split_whitespace().next()?;
    let parse = |format| NaiveDate::parse_from_str(word, format).ok();
    let date = parse("%d.%m.%Y").or_else(|| parse("%Y-%m-%d"))?;
    YEARS.contains(&date.year()).then(|| Day::from_date(date))
}

/// `1 234.50`, `1234,5`, `1234`: kopecks.
fn amount(text: &str) -> Option<Kopecks> {
    decimal(text, 2).filter(|sum| sum.unsigned_abs() <= KOPECKS_MAX).map(Kopecks::new)
}

/// What does not add up in the sections of one account, in the order of the file.
pub fn check(sections: &[Balance]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut before: Option<Kopecks> = None;
    for one in sections {
        let fault = |code, expected: Kopecks, found: Kopecks| {
            let key = if code == FaultCode::ChainBroken {
                "НачальныйОстаток"
            } else {
                "КонечныйОстаток"
            };
            differs(one.line, key, code, (expected, found))
        };
        if let (Some(before), Some(opening)) = (before, one.opening)
            && before != opening
        {
            faults.push(fault(FaultCode::ChainBroken, before, opening));
        }
        if let (Some(opening), Some(income), Some(outcome), Some(closing)) =
            (one.opening, one.income, one.outcome, one.closing)
        {
            let sum = opening.checked_add(income).and_then(|sum| sum.checked_sub(outcome));
            let sum = sum.unwrap_or(Kopecks::ZERO);
            if sum != closing {
                faults.push(fault(FaultCode::BalanceDiffers, sum, closing));
            }
        }
        before = one.closing.or(before);
    }
    faults
}

/// A difference of two sums: `expected ≠ found`, in roubles.
pub fn differs(
    line: u64,
    key: &str,
    code: FaultCode,
    (expected, found): (Kopecks, Kopecks),
) -> Fault {
    let text = format!("{} ≠ {}", expected.to_roubles_text(), found.to_roubles_text());
    Fault::new(line, key, code, &text)
}
