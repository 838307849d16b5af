//! Orders.

use super::super::wire::{
    CashOnDelivery, ContactPerson, Counteragent, Delivery, DeliveryType, Member, Members, Order,
    Payment, PhoneNumber, Product, RequestBody, Requester,
};
use super::super::{DeliveryKind, Settings};
use super::{CODE, cargo, derival, end};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::local::russian_phone;
use crate::carriers::model::{
    BuyOut, Contact, Item, Party, Reason, Registered, Registration, ShipmentAsk, ShipmentRef,
};
use crate::carriers::{CarrierError, not_sayable};

/// A natural person, by the carrier's directory of legal forms.
const PERSON: &str = "0xAB91FEEA04F6D4AD48DF42161B6C2E7A";

pub(in super::super) fn body(
    ask: &ShipmentAsk,
    settings: &Settings,
) -> Result<RequestBody, CarrierError> {
    let kind = DeliveryKind::parse(&ask.tariff).ok_or_else(|| {
        not_sayable(CODE, "tariff", format!("there is no tariff {:?}", ask.tariff))
    })?;
    let mut cargo = cargo(&ask.package, ask.declared_kopecks())?;
    cargo.freight_uid = Some(settings.freight_uid.clone());
    let comment = ask.comment.trim();
    Ok(RequestBody {
        in_order: true,
        order_number: ask.number.clone(),
        cargo_code: ask.number.clone(),
        delivery: Delivery {
            delivery_type: DeliveryType { kind: kind.as_str().to_owned() },
            derival: derival(&ask.from, ask.day, settings)?,
            arrival: end("to", &ask.to, settings)?,
            packages: Vec::new(),
            comment: (!comment.is_empty()).then(|| comment.to_owned()),
        },
        members: Members {
            requester: Requester {
                role: "sender",
                uid: settings.counteragent_uid.clone(),
                email: settings.email.clone(),
            },
            sender: sender(&ask.sender, settings)?,
            receiver: receiver(&ask.recipient)?,
        },
        cargo,
        payment: Payment {
            kind: "noncash",
            primary_payer: "sender",
            payment_city: settings.payment_city_kladr.clone(),
            cash_on_delivery: cash_on_delivery(ask, settings)?,
        },
    })
}

fn phone(field: &'static str, text: &str) -> Result<String, CarrierError> {
    russian_phone(text)
        .ok_or_else(|| not_sayable(CODE, field, format!("{text:?} is no phone of Russia")))
}

fn filled(field: &'static str, text: &str) -> Result<String, CarrierError> {
    let text = text.trim();
    if text.is_empty() { Err(not_sayable(CODE, field, "it is empty")) } else { Ok(text.to_owned()) }
}

fn sender(party: &Party, settings: &Settings) -> Result<Member, CarrierError> {
    Ok(Member {
        counteragent: Counteragent {
            form: settings.sender_form_uid.clone(),
            name: filled("sender.company", &party.company)?,
            inn: Some(filled("sender.inn", &party.inn)?),
            ..Counteragent::default()
        },
        contact_persons: vec![ContactPerson {
            name: filled("sender.contact.name", &party.contact.name)?,
        }],
        phone_numbers: vec![PhoneNumber {
            number: phone("sender.contact.phone", &party.contact.phone)?,
        }],
        email: None,
    })
}

/// A buyer without papers: anonymous, known by name and phone.
fn receiver(contact: &Contact) -> Result<Member, CarrierError> {
    let email = contact.email.trim();
    Ok(Member {
        counteragent: Counteragent {
            form: PERSON.to_owned(),
            name: filled("recipient.name", &contact.name)?,
            inn: None,
            is_anonym: Some(true),
            phone: Some(phone("recipient.phone", &contact.phone)?),
        },
        contact_persons: Vec::new(),
        phone_numbers: Vec::new(),
        email: (!email.is_empty()).then(|| email.to_owned()),
    })
}

fn cash_on_delivery(
    ask: &ShipmentAsk,
    settings: &Settings,
) -> Result<Option<CashOnDelivery>, CarrierError> {
    if !ask.cod_kopecks().is_positive() {
        return Ok(None);
    }
    if ask.buy_out == BuyOut::Partial {
        return Err(not_sayable(CODE, "buy_out", "the carrier hands out the whole parcel only"));
    }
    let paid = ask.items.iter().filter(|item| item.cod_kopecks.is_positive());
    let mut products: Vec<Product> = paid.map(product).collect();
    if ask.delivery_fee_kopecks.is_positive() {
        products.push(Product {
            product_name: "Доставка".to_owned(),
            product_code: "delivery".to_owned(),
            product_amount: 1,
            cost_with_vat: JsonDecimal::of_kopecks(ask.delivery_fee_kopecks),
            vat_rate: ask.delivery_fee_vat.per_cent(),
            marking: None,
            marking_codes: Vec::new(),
        });
    }
    Ok(Some(CashOnDelivery {
        order_number: ask.number.clone(),
        order_date: ask.day.to_string(),
        payment_type: settings.cod_payment.as_str(),
        products,
    }))
}

fn product(item: &Item) -> Product {
    Product {
        product_name: item.name.clone(),
        product_code: item.article.clone(),
        product_amount: item.quantity,
        cost_with_vat: JsonDecimal::of_kopecks(item.cod_kopecks),
        vat_rate: item.vat.per_cent(),
        marking: (!item.marks.is_empty()).then_some(true),
        marking_codes: item.marks.clone(),
    }
}

/// Which of the orders that were found by our number is ours; a declined one only if there is no other.
///
/// One that names no number is ours where it is the only one. Among others nobody knows: what looks
/// like none would be made again.
pub(in super::super) fn ours(
    mut orders: Vec<Order>,
    number: &str,
) -> Result<Option<Order>, CarrierError> {
    if orders.len() > 1 && orders.iter().any(|order| order.order_number.is_none()) {
        return Err(CarrierError::unclear(CODE, "one of several orders names no number"));
    }
    orders.retain(|order| order.order_number.as_ref().is_none_or(|told| told.0 == number));
    orders.sort_by_key(|order| order.state.as_deref() == Some("declined"));
    Ok(orders.into_iter().next())
}

/// What an order says of our shipment. A declined one is refused; all others are taken, also those
/// that the carrier's people still look at: labels can be drawn from then on.
pub(in super::super) fn registration(order: &Order, asked: &ShipmentRef) -> Registration {
    let id = order.order_id.clone().unwrap_or_default().0;
    let reference = ShipmentRef { track: id.clone(), id, ..asked.clone() };
    if order.state.as_deref() == Some("declined") {
        let said = [&order.decline_reason, &order.state_name].into_iter().flatten();
        let said = said.map(|text| text.trim()).find(|text| !text.is_empty());
        return Registration::Refused(vec![Reason::new("declined", said.unwrap_or("отклонён"))]);
    }
    if reference.id.is_empty() {
        return Registration::Pending(reference);
    }
    let price = order.total_sum.map(JsonDecimal::kopecks);
    Registration::Registered(Registered {
        reference,
        price_kopecks: price.filter(|price| price.is_positive()),
        ..Registered::default()
    })
}
