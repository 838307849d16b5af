//! Orders.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::wire::{
    Cargo, CargoCommon, CargoPlace, CashOnDelivery, Delivery, Handling, Individual, Insurance,
    Line, Paid, Payer, Phone, Receiver, SellerService, Sender, Services, Specification, SubmitBody,
    SubmitCommon, Submitted, Switch, ToDoor,
};
use super::super::{EASY_WAY, Settings};
use super::{CODE, place, size};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::local::russian_phone;
use crate::carriers::model::{
    BuyOut, Contact, Item, Party, Reason, Registered, Registration, Seller, ShipmentAsk,
    ShipmentRef, Spot, VatRate,
};
use crate::carriers::{CarrierError, not_sayable};
use crate::units::Kopecks;

const RUSSIA: &str = "643";
const BROUGHT: i64 = 0;
const FETCHED: i64 = 3;
const BY_BANK: i64 = 1;
const PLAIN: i64 = 1;
const MARKED: i64 = 33;
/// Services of the seller on the receipt.
const DELIVERY: i64 = 1;
const COURIER: i64 = 2;
/// What a URL leaves as it is.
const QUOTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(in super::super) fn body(
    ask: &ShipmentAsk,
    settings: &Settings,
) -> Result<SubmitBody, CarrierError> {
    let kind = ask
        .tariff
        .parse()
        .map_err(|_| not_sayable(CODE, "tariff", format!("there is no tariff {:?}", ask.tariff)))?;
    let order_type = if matches!(ask.from, Spot::Door(_)) { FETCHED } else { BROUGHT };
    let size = size(&ask.package)?;
    let own_barcodes = kind == EASY_WAY && !ask.package.number.is_empty();
    Ok(SubmitBody {
        common: SubmitCommon { order_type, planned_date: ask.day.to_string() },
        sender: sender(&ask.sender, &ask.from, settings)?,
        cargos: vec![Cargo {
            common: CargoCommon {
                kind,
                positions_count: 1,
                description: settings.description.clone(),
                order_number: ask.number.clone(),
                customer_correlation: ask.number.clone(),
                size: size.clone(),
                payment_form: BY_BANK,
                accompanying_documents: false,
                client_positions_barcode: if own_barcodes {
                    vec![ask.package.number.clone()]
                } else {
                    Vec::new()
                },
                type_client_barcode: own_barcodes.then_some("CODE128"),
                cargo_place_list: vec![CargoPlace { quantity: 1, size }],
            },
            receiver: receiver(&ask.recipient, &ask.to, &ask.comment)?,
            services: services(ask, settings)?,
        }],
    })
}

fn phone(field: &'static str, text: &str) -> Result<String, CarrierError> {
    let digits = russian_phone(text)
        .ok_or_else(|| not_sayable(CODE, field, format!("{text:?} is no phone of Russia")))?;
    Ok(format!("+{digits}"))
}

fn filled(field: &'static str, text: &str) -> Result<String, CarrierError> {
    let text = text.trim();
    if text.is_empty() { Err(not_sayable(CODE, field, "it is empty")) } else { Ok(text.to_owned()) }
}

/// Companies have an INN of ten digits, entrepreneurs one of twelve.
fn sender(party: &Party, from: &Spot, settings: &Settings) -> Result<Sender, CarrierError> {
    let inn = filled("sender.inn", &party.inn)?;
    let legal_form = match inn.len() {
        10 => 1,
        12 => 2,
        _ => {
            return Err(not_sayable(CODE, "sender.inn", "an INN has ten or twelve digits"));
        }
    };
    let (warehouse_id, address_stock) = place("from", from)?;
    Ok(Sender {
        legal_form,
        title: filled("sender.company", &party.company)?,
        fs: settings.legal_form.clone(),
        inn,
        kpp: (legal_form == 1 && !party.kpp.is_empty()).then(|| party.kpp.clone()),
        person: filled("sender.contact.name", &party.contact.name)?,
        person_phones: vec![Phone { phone: phone("sender.contact.phone", &party.contact.phone)? }],
        country_of_registration_code: RUSSIA,
        warehouse_id,
        address_stock,
    })
}

fn receiver(contact: &Contact, to: &Spot, comment: &str) -> Result<Receiver, CarrierError> {
    let name = filled("recipient.name", &contact.name)?;
    let mut words = name.split_whitespace().map(str::to_owned);
    let individual = Individual {
        last_name: words.next().unwrap_or_default(),
        first_name: words.next(),
        patronymic: words.reduce(|one, other| format!("{one} {other}")),
    };
    let (warehouse_id, address_stock) = place("to", to)?;
    let comment = comment.trim();
    Ok(Receiver {
        legal_form: 3,
        title: name.clone(),
        individual,
        person: name,
        person_phones: vec![Phone { phone: phone("recipient.phone", &contact.phone)? }],
        country_of_registration_code: RUSSIA,
        warehouse_id,
        address_stock,
        comment: (!comment.is_empty()).then(|| comment.to_owned()),
    })
}

fn services(ask: &ShipmentAsk, settings: &Settings) -> Result<Services, CarrierError> {
    let declared = ask.declared_kopecks();
    let is_insured = declared.is_positive();
    let to_door = matches!(ask.to, Spot::Door(_));
    Ok(Services {
        transporting: Paid { payer: Payer::SENDER },
        insurance: Insurance {
            enabled: is_insured,
            cost: is_insured.then(|| JsonDecimal::of_kopecks(declared)),
            payer: is_insured.then_some(Payer::SENDER),
        },
        delivery: Delivery {
            enabled: to_door,
            to_door: to_door
                .then(|| ToDoor { handling: Handling::default(), payer: Payer::SENDER }),
        },
        hard_packing: Switch::default(),
        sealing: Switch::default(),
        strapping: Switch::default(),
        documents_returning: Switch::default(),
        storing: Switch::default(),
        cash_on_delivery: cash_on_delivery(ask, settings)?,
    })
}

fn cash_on_delivery(
    ask: &ShipmentAsk,
    settings: &Settings,
) -> Result<Option<CashOnDelivery>, CarrierError> {
    let sum = ask.cod_kopecks();
    if !sum.is_positive() {
        return Ok(None);
    }
    if ask.buy_out == BuyOut::Partial {
        return Err(not_sayable(CODE, "buy_out", "the carrier hands out the whole parcel only"));
    }
    let mut specifications = Vec::new();
    for item in ask.items.iter().filter(|item| item.cod_kopecks.is_positive()) {
        specifications.extend(lines(item, &ask.seller, settings)?);
    }
    let fee = ask.delivery_fee_kopecks;
    let kind = if matches!(ask.to, Spot::Door(_)) { COURIER } else { DELIVERY };
    let mut seller_services = Vec::new();
    if fee.is_positive() {
        let rate_vat = rate("delivery_fee_vat", ask.delivery_fee_vat)?;
        let sum_including_vat = JsonDecimal::of_kopecks(fee);
        seller_services.push(SellerService { kind, sum_including_vat, rate_vat });
    }
    let seller_phone = if seller_services.is_empty() {
        None
    } else {
        Some(phone("seller.phone", &ask.seller.phone)?)
    };
    Ok(Some(CashOnDelivery {
        enabled: true,
        actual_cost: JsonDecimal::of_kopecks(ask.declared_kopecks()),
        cash_on_delivery_sum: JsonDecimal::of_kopecks(sum),
        include_tes: true,
        seller_phone,
        seller_services,
        specification: Specification { specifications },
    }))
}

fn rate(field: &'static str, vat: VatRate) -> Result<&'static str, CarrierError> {
    match vat {
        VatRate::Exempt => Ok("БезНДС"),
        VatRate::Five => Ok("НДС5"),
        VatRate::Seven => Ok("НДС7"),
        VatRate::Ten => Ok("НДС10"),
        VatRate::TwentyTwo => Ok("НДС22"),
        VatRate::Zero => Err(not_sayable(CODE, field, "the carrier knows no VAT of 0 %")),
        VatRate::Twenty => {
            Err(not_sayable(CODE, field, "the carrier knows no VAT of 20 % any more"))
        }
    }
}

/// The lines of the buyer's receipt: marked goods piece by piece.
fn lines(item: &Item, seller: &Seller, settings: &Settings) -> Result<Vec<Line>, CarrierError> {
    let times = |price: Kopecks, amount: i64| {
        JsonDecimal::of_kopecks(Kopecks::new(price.get().saturating_mul(amount)))
    };
    let line = |amount: i64, mark: Option<(i64, &String)>| {
        Ok(Line {
            title: filled("items.name", &item.name)?,
            vendor_code: item.article.clone(),
            amount,
            measure_of_quantity: 0,
            actual_cost_per_unit: times(item.declared_kopecks, 1),
            actual_cost_total: times(item.declared_kopecks, amount),
            sum_per_unit: times(item.cod_kopecks, 1),
            sum_total: times(item.cod_kopecks, amount),
            rate_vat: rate("items.vat", item.vat)?,
            calculation_subject: if mark.is_some() { MARKED } else { PLAIN },
            group_marked_good: mark.map(|(group, _)| group),
            marking_code: mark.map(|(_, code)| utf8_percent_encode(code, QUOTED).to_string()),
            vendor_name: filled("seller.name", &seller.name)?,
            vendor_inn: filled("seller.inn", &seller.inn)?,
            vendor_phone: phone("seller.phone", &seller.phone)?,
        })
    };
    if item.marks.is_empty() {
        return Ok(vec![line(item.quantity, None)?]);
    }
    if i64::try_from(item.marks.len()) != Ok(item.quantity) {
        return Err(not_sayable(CODE, "items.marks", "every piece of marked goods needs its code"));
    }
    let group = settings.marked_group.ok_or_else(|| {
        not_sayable(
            CODE,
            "items.marks",
            "the account does not say which group of marked goods it sells",
        )
    })?;
    item.marks.iter().map(|mark| line(1, Some((group, mark)))).collect()
}

/// A taken order. Its code is preliminary; the bar code stays.
pub(in super::super) fn submitted(said: Submitted, ask: &ShipmentAsk) -> Option<Registration> {
    let cargo = said.cargos.into_iter().next()?;
    let track = cargo.cargo_code.filter(|code| !code.is_empty())?;
    let id = cargo.barcode.unwrap_or_default();
    let notes = said.notifications.unwrap_or_default();
    let text = |note: serde_json::Value| match note {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Some(Registration::Registered(Registered {
        reference: ShipmentRef {
            number: ask.number.clone(),
            id,
            track,
            day: Some(ask.day),
            goal: None,
        },
        warnings: notes.into_iter().map(|note| Reason::new("", text(note))).collect(),
        ..Registered::default()
    }))
}
