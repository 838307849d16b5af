//! `createOrder2`, and what becomes of an order.

use super::{is_terminal, malformed, short};
use crate::carriers::amounts::{cubic_metres_text, kilograms_text, roubles_text};
use crate::carriers::dpd::wire::{
    AddressOut, ExtraServiceOut, HeaderOut, OrderIn, OrderOut, OrdersOut, ParamOut, UnitLoadOut,
};
use crate::carriers::dpd::{CODE, Marks, Settings};
use crate::carriers::local::russian_phone;
use crate::carriers::model::{
    Address, BuyOut, Contact, Item, Reason, Registered, Registration, ShipmentAsk, ShipmentRef,
    Spot, VatRate,
};
use crate::carriers::street::Street;
use crate::carriers::{CarrierError, not_sayable};
use crate::units::{Day, Kopecks};

const COUNTRY: &str = "Россия";
/// What clients send who have no street.
const NO_STREET: &str = "нет";

/// The request for one shipment.
pub(crate) fn orders(ask: &ShipmentAsk, settings: &Settings) -> Result<OrdersOut, CarrierError> {
    if !ask.package.weight_g.is_positive() {
        return Err(not_sayable(CODE, "package.weight_g", "нужен вес"));
    }
    if ask.tariff.trim().is_empty() {
        return Err(not_sayable(CODE, "tariff", "нужен код услуги DPD"));
    }
    let letter = |spot| if is_terminal(spot) { "Т" } else { "Д" };
    let order = OrderOut {
        order_number_internal: ask.number.clone(),
        service_code: ask.tariff.clone(),
        service_variant: [letter(&ask.from), letter(&ask.to)].concat(),
        cargo_num_pack: 1,
        cargo_weight: kilograms_text(ask.package.weight_g),
        cargo_volume: cubic_metres_text(ask.package.sides_mm(), 2),
        cargo_registered: settings.valuable,
        cargo_value: short(&roubles_text(ask.declared_kopecks())),
        cargo_category: settings.category.clone(),
        receiver_address: receiver(ask)?,
        extra_service: extra_services(ask),
        unit_load: goods(ask, settings.marks)?,
    };
    let header = HeaderOut {
        date_pickup: ask.day.to_string(),
        payer: settings.payer,
        sender_address: sender(ask, settings)?,
        pickup_time_period: settings.pickup_period.clone(),
        regular_num: settings.regular_number.clone(),
    };
    Ok(OrdersOut { header, order: vec![order] })
}

fn sender(ask: &ShipmentAsk, settings: &Settings) -> Result<AddressOut, CarrierError> {
    if !settings.sender_code.is_empty() && !is_terminal(&ask.from) {
        // An address that was agreed with DPD before.
        return Ok(AddressOut { code: settings.sender_code.clone(), ..AddressOut::default() });
    }
    let fields = Fields { code: "from.code", line: "from.line", phone: "sender.contact.phone" };
    let out = place(&ask.from, &fields)?;
    with_contact(out, &ask.sender.company, &ask.sender.contact, &fields)
}

fn receiver(ask: &ShipmentAsk) -> Result<AddressOut, CarrierError> {
    if ask.recipient.name.trim().is_empty() {
        return Err(not_sayable(CODE, "recipient.name", "нужно имя получателя"));
    }
    let fields = Fields { code: "to.code", line: "to.line", phone: "recipient.phone" };
    let out = place(&ask.to, &fields)?;
    let out = with_contact(out, &ask.recipient.name, &ask.recipient, &fields)?;
    Ok(AddressOut { instructions: ask.comment.clone(), ..out })
}

/// What a problem is named by.
struct Fields {
    code: &'static str,
    line: &'static str,
    phone: &'static str,
}

fn place(spot: &Spot, fields: &Fields) -> Result<AddressOut, CarrierError> {
    let (code, address) = match spot {
        Spot::Door(address) => return door(address, fields),
        Spot::Point { code, address } => (code.trim(), address),
    };
    if code.is_empty() {
        return Err(not_sayable(CODE, fields.code, "нужен код терминала или пункта"));
    }
    Ok(AddressOut {
        terminal_code: code.to_owned(),
        country_name: COUNTRY.to_owned(),
        region: address.region.clone(),
        city: address.city.clone(),
        ..AddressOut::default()
    })
}

fn door(address: &Address, fields: &Fields) -> Result<AddressOut, CarrierError> {
    let street = Street::of(&address.line);
    if address.city.trim().is_empty() {
        return Err(not_sayable(CODE, fields.line, "нужен город"));
    }
    if street.house.is_empty() && street.estate.is_empty() {
        return Err(not_sayable(CODE, fields.line, "нужен номер дома или владения"));
    }
    let name = if street.name.is_empty() { NO_STREET.to_owned() } else { street.name };
    Ok(AddressOut {
        country_name: COUNTRY.to_owned(),
        index: address.postcode.clone(),
        region: address.region.clone(),
        city: address.city.clone(),
        street: name,
        street_abbr: street.kind,
        house: street.house,
        house_korpus: street.block,
        building: street.building,
        estate: street.estate,
        extra_info: street.rest,
        office: street.office,
        flat: street.flat,
        ..AddressOut::default()
    })
}

fn with_contact(
    out: AddressOut,
    name: &str,
    contact: &Contact,
    fields: &Fields,
) -> Result<AddressOut, CarrierError> {
    let Some(number) = russian_phone(&contact.phone) else {
        return Err(not_sayable(CODE, fields.phone, "нужен российский номер: +7 и десять цифр"));
    };
    let person = if contact.name.trim().is_empty() { name } else { &contact.name };
    Ok(AddressOut {
        name: name.to_owned(),
        contact_fio: person.to_owned(),
        contact_phone: number,
        contact_email: contact.email.clone(),
        ..out
    })
}

/// Partial redemption needs its service and goods; payment on receipt needs only goods in Russia.
fn extra_services(ask: &ShipmentAsk) -> Vec<ExtraServiceOut> {
    if ask.buy_out == BuyOut::Whole {
        return Vec::new();
    }
    let param = vec![
        ParamOut { name: "delivery_amount", value: short(&roubles_text(ask.delivery_fee_kopecks)) },
        ParamOut { name: "reason_delay_rps", value: "ПРИМ".to_owned() },
    ];
    vec![ExtraServiceOut { code: "ЧСТ", param }]
}

/// Goods are told where the recipient pays or chooses; their sums are what is collected.
fn goods(ask: &ShipmentAsk, marks: Marks) -> Result<Vec<UnitLoadOut>, CarrierError> {
    if !ask.cod_kopecks().is_positive() && ask.buy_out == BuyOut::Whole {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    for item in &ask.items {
        if !ask.cod_kopecks().is_positive() || item.marks.is_empty() {
            lines.push(line(item));
        } else if marks == Marks::ClientCode {
            lines.extend(pieces(item));
        } else {
            let problem = "чек DPD не назовёт код маркировки: оплатите заранее, выберите другого \
                           перевозчика или включите в договоре передачу кодов (marks)";
            return Err(not_sayable(CODE, "items.marks", problem));
        }
    }
    if ask.delivery_fee_kopecks.is_positive() {
        lines.push(UnitLoadOut {
            declared_value: None,
            ..unit(
                "delivery",
                "Доставка",
                (Kopecks::ZERO, ask.delivery_fee_kopecks),
                ask.delivery_fee_vat,
                1,
            )
        });
    }
    Ok(lines)
}

/// One line a piece with its marking code, and one for those without.
fn pieces(item: &Item) -> Vec<UnitLoadOut> {
    let marked = item.marks.iter().map(|mark| UnitLoadOut {
        count: 1,
        client_code: mark.chars().filter(|letter| !letter.is_control()).collect(),
        ..line(item)
    });
    let mut lines: Vec<UnitLoadOut> = marked.collect();
    let others = item.quantity.saturating_sub(i64::try_from(lines.len()).unwrap_or(i64::MAX));
    if others > 0 {
        lines.push(UnitLoadOut { count: others, ..line(item) });
    }
    lines
}

fn line(item: &Item) -> UnitLoadOut {
    let amounts = (item.declared_kopecks, item.cod_kopecks);
    unit(&item.article, &item.name, amounts, item.vat, item.quantity)
}

fn unit(
    article: &str,
    descript: &str,
    (declared, collected): (Kopecks, Kopecks),
    vat: VatRate,
    count: i64,
) -> UnitLoadOut {
    let vat_percent = vat.per_cent();
    UnitLoadOut {
        article: article.to_owned(),
        descript: descript.to_owned(),
        declared_value: Some(short(&roubles_text(declared))),
        npp_amount: short(&roubles_text(collected)),
        vat_percent,
        without_vat: vat_percent.is_none().then_some(true),
        count,
        client_code: String::new(),
    }
}

/// What became of an order that was asked for. None: DPD does not know the number.
pub(crate) fn decided(
    said: &OrderIn,
    own: &ShipmentRef,
) -> Result<Option<Registration>, CarrierError> {
    let text = said.error_message.trim().to_lowercase();
    // Terminals, points and towns are not found either.
    let is_unknown = text.starts_with("заказ ") && text.contains("не найден");
    match said.status.as_str() {
        "OK" if !said.order_num.is_empty() => Ok(Some(registered(said, own))),
        "OrderPending" => Ok(Some(Registration::Pending(own.clone()))),
        "NotFound" => Ok(None),
        "OrderError" if is_unknown => Ok(None),
        "OrderError" | "OrderCancelled" => Ok(Some(refused(said))),
        other => Err(malformed(format!("the state {other:?} of an order"))),
    }
}

/// An order that is none, in DPD's words.
pub(crate) fn refused(said: &OrderIn) -> Registration {
    let text = said.error_message.trim();
    let text = if text.is_empty() { "заказ отменён" } else { text };
    Registration::Refused(vec![Reason::new(&said.status, text)])
}

/// An order with its number, and a warning when DPD moved its day.
fn registered(said: &OrderIn, own: &ShipmentRef) -> Registration {
    let day: Option<Day> = said.pickup_date.get(..10).and_then(|day| day.parse().ok());
    let is_moved = day.is_some() && own.day.is_some() && day != own.day;
    let moved = day.filter(|_| is_moved).map(|day| {
        Reason::new("dateFlag", format!("дата забора перенесена на {}", day.russian_text()))
    });
    Registration::Registered(Registered {
        reference: ShipmentRef {
            number: own.number.clone(),
            id: String::new(),
            track: said.order_num.clone(),
            day: day.or(own.day),
            goal: own.goal.clone(),
        },
        warnings: moved.into_iter().collect(),
        ..Registered::default()
    })
}

/// Whether an order is gone, by what its cancelling says. Nothing said leaves it open.
pub(crate) fn cancelled(said: &[OrderIn]) -> Result<(), CarrierError> {
    if said.is_empty() {
        return Err(CarrierError::unclear(CODE, "no word of the order"));
    }
    said.iter().try_for_each(is_gone)
}

fn is_gone(said: &OrderIn) -> Result<(), CarrierError> {
    match said.status.as_str() {
        // All four spellings have been seen.
        "Canceled" | "Cancelled" | "CanceledPreviously" | "CancelledPreviously" | "NotFound" => {
            Ok(())
        }
        "CallDPD" => {
            let text = "поздно отменять через интерфейс: позвоните в DPD";
            Err(CarrierError::refused(CODE, "CallDPD", text))
        }
        status => Err(CarrierError::refused(CODE, status, said.error_message.trim())),
    }
}

/// Why a shipment is not in the register of a day; nothing when it is.
pub(crate) fn left_out(said: &[OrderIn], shipment: &ShipmentRef, day: Day) -> Vec<Reason> {
    let own = |order: &&OrderIn| order.order_number_internal == shipment.number;
    let own: Vec<&OrderIn> = said.iter().filter(own).collect();
    if let Some(order) = own.iter().find(|order| order.status == "OK") {
        let moved: Option<Day> = order.pickup_date.get(..10).and_then(|day| day.parse().ok());
        let moved = moved.filter(|moved| *moved != day);
        let reason = |moved: Day| {
            let text = format!("дата забора у DPD: {}", moved.russian_text());
            Reason::new("dateFlag", text)
        };
        return moved.map(reason).into_iter().collect();
    }
    match own.first() {
        Some(order) => vec![Reason::new(&order.status, order.error_message.trim())],
        None => vec![Reason::new("NotFound", "заказа нет у DPD")],
    }
}
