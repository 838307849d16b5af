//! Ours to СДЭК's and back. Pure.

mod events;
mod money;
mod offers;
mod offices;
mod order;
mod papers;
mod receipts;
mod state;
mod tariffs;
mod times;

#[cfg(test)]
pub(super) use events::STATUSES;
pub(super) use events::{customer_events, direct_events, hints, return_events};
pub(super) use money::registers;
pub(super) use offers::{offers, quote_ask};
pub(super) use offices::point;
pub(super) use order::order_ask;
pub(super) use papers::{intake_ask, planned_at};
pub(super) use receipts::receipt;
pub(super) use state::{is_gone, registration};

use super::CODE;
use super::account::Settings;
use super::wire::{CalculatorSpot, Location, Phone, Problem};
use crate::carriers::local::russian_phone;
use crate::carriers::model::{Address, Reason};
use crate::carriers::{CarrierError, not_sayable};

/// The longest text of most fields.
const TEXT_MAX: usize = 255;

pub(super) fn reasons(problems: &[Problem]) -> Vec<Reason> {
    problems.iter().map(|one| Reason::new(&one.code.0, &one.message.0)).collect()
}

/// An error in one line, for people.
pub(super) fn words(problem: &Problem) -> String {
    match (problem.message.0.as_str(), problem.code.0.as_str()) {
        (message, "") => message.to_owned(),
        ("", code) => code.to_owned(),
        (message, code) => format!("{message} ({code})"),
    }
}

/// A text that is there, cut to what the carrier stores.
fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(TEXT_MAX).collect())
}

/// A number in the international form: a Russian one however it is written, another as it is.
fn phone(field: &'static str, number: &str) -> Result<Phone, CarrierError> {
    if let Some(digits) = russian_phone(number) {
        return Ok(Phone { number: format!("+{digits}") });
    }
    let compact: String = number.chars().filter(|sign| !" ()-".contains(*sign)).collect();
    let digits = compact.strip_prefix('+').filter(|digits| !digits.starts_with('7'));
    let is_foreign = digits.is_some_and(|digits| {
        (10..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_foreign {
        return Ok(Phone { number: compact });
    }
    Err(not_sayable(CODE, field, "must be +7 and ten digits"))
}

/// A name as the carrier takes it: no stroke in it, not of digits only.
fn name(field: &'static str, name: &str) -> Result<String, CarrierError> {
    let name = said(name).ok_or_else(|| not_sayable(CODE, field, "is missing"))?;
    if !name.chars().any(char::is_alphabetic) {
        return Err(not_sayable(CODE, field, "must have letters"));
    }
    Ok(name.replace('/', " "))
}

/// An address with its city. A door wants a street too.
fn location(
    field: &'static str,
    address: &Address,
    code: Option<i64>,
) -> Result<Location, CarrierError> {
    let line =
        said(&address.line).ok_or_else(|| not_sayable(CODE, field, "has no street and house"))?;
    let has_place = [&address.city, &address.fias, &address.kladr, &address.postcode]
        .iter()
        .any(|part| !part.trim().is_empty());
    if code.is_none() && !has_place {
        return Err(not_sayable(CODE, field, "has no city and no postcode"));
    }
    Ok(Location {
        code,
        fias_guid: said(&address.fias),
        postal_code: said(&address.postcode),
        country_code: "RU",
        region: said(&address.region),
        city: said(&address.city),
        kladr_code: said(&address.kladr),
        address: line,
    })
}

/// An address for the calculator: it wants a code, a postcode or a line.
fn calculator_spot(
    field: &'static str,
    address: &Address,
    code: Option<i64>,
) -> Result<CalculatorSpot, CarrierError> {
    let line = said(&address.one_line());
    if code.is_none() && line.is_none() {
        return Err(not_sayable(CODE, field, "has no city and no postcode"));
    }
    Ok(CalculatorSpot {
        code,
        postal_code: said(&address.postcode),
        country_code: "RU",
        city: said(&address.city),
        address: line,
    })
}
