//! Orders: found by our number, created once, taken back.
//!
//! The Post does not mind two orders of one number: what keeps them apart is that
//! [`Shipping::find`] is asked first, in the backlog and in the batches, whose searches do not
//! cross.

use super::map::{self, Target};
use super::wire::{BatchReply, CreateReply, Order};
use super::{CODE, Post};
use crate::carriers::model::{Reason, Registered, Registration, ShipmentAsk, ShipmentRef, Spot};
use crate::carriers::{Answer, CarrierError, Shipping, not_sayable};
use crate::units::{Day, Kopecks};

use super::client::Otpravka;

/// What is asked of Отправка about shipments; only a contract with its keys has it.
pub(super) struct Orders<'a> {
    otpravka: &'a Otpravka,
    postoffice: &'a str,
}

impl Shipping for Post {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        Box::pin(async move { self.orders()?.find(shipment).await })
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(async move { self.orders()?.create(ask).await })
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move { self.orders()?.cancel(shipment).await })
    }
}

impl Post {
    fn orders(&self) -> Result<Orders<'_>, CarrierError> {
        let postoffice = &self.contract.settings.postoffice;
        Ok(Orders { otpravka: self.otpravka()?, postoffice })
    }
}

impl Orders<'_> {
    async fn find(&self, shipment: &ShipmentRef) -> Result<Option<Registration>, CarrierError> {
        let number = &shipment.number;
        let mut found = self.otpravka.in_batches(number).await?;
        if found.is_empty() {
            found = self.otpravka.in_backlog(number).await?;
        }
        let first = found.into_iter().next();
        Ok(first.map(|order| Registration::Registered(registered(order, shipment.day))))
    }

    async fn create(&self, ask: &ShipmentAsk) -> Result<Registration, CarrierError> {
        let target = self.target(&ask.to).await?;
        let phone = match map::plain_phone(&ask.recipient.phone) {
            Some(phone) => phone,
            None => map::phone_of(&self.otpravka.clean_phone(&ask.recipient.phone).await?)?,
        };
        let name = self.otpravka.clean_name(&ask.recipient.name).await?;
        let is_sure = name.quality_code != "NOT_SURE";
        let name = map::name_of(name)?;
        let order = map::order_ask(ask, self.postoffice, &target, name, phone)?;
        let reply = self.otpravka.create(&order).await?;
        let mut registration = registration(reply, ask)?;
        if let Registration::Registered(registered) = &mut registration {
            registered.warnings = warnings(ask, &target);
            if !is_sure {
                let text = "Почта не уверена, что имя получателя разобрано верно";
                registered.warnings.push(Reason::new("NOT_SURE", text));
            }
        }
        Ok(registration)
    }

    /// Where a parcel ends: cleaned, if it is an address; asked for, if it is a point.
    async fn target(&self, to: &Spot) -> Result<Target, CarrierError> {
        let address = to.address();
        let code = to.point_code().filter(|code| !code.is_empty());
        let index = match code {
            Some(code) => code,
            None if address.line.trim().is_empty() => address.postcode.as_str(),
            None => {
                let cleaned = self.otpravka.clean_address(&address.one_line()).await?;
                return Ok(Target::Address(Box::new(map::address_of(cleaned)?)));
            }
        };
        if !super::account::is_index(index) {
            return Err(not_sayable(CODE, "to.code", format!("{index:?} is not six digits")));
        }
        match self.otpravka.office(index).await {
            Err(CarrierError::Unknown { .. }) => {
                let text = format!("Почта не знает отделения {index}");
                Err(CarrierError::refused(CODE, "POINT_UNKNOWN", text))
            }
            office => Target::at(office?),
        }
    }

    async fn cancel(&self, shipment: &ShipmentRef) -> Result<(), CarrierError> {
        let ids = |orders: &[Order]| orders.iter().map(|order| order.id).collect::<Vec<_>>();
        let batched = self.otpravka.in_batches(&shipment.number).await?;
        if !batched.is_empty() {
            gone(&self.otpravka.drop_from_batches(&ids(&batched)).await?)?;
        }
        let backlog = self.otpravka.in_backlog(&shipment.number).await?;
        if !backlog.is_empty() {
            gone(&self.otpravka.drop_from_backlog(&ids(&backlog)).await?)?;
        }
        Ok(())
    }
}

/// Whether everything is gone; what was gone before is no error.
fn gone(reply: &BatchReply) -> Result<(), CarrierError> {
    let errors = reply.errors.iter().filter(|error| error.error_code != "NOT_FOUND");
    let reasons: Vec<Reason> = errors.map(super::wire::BatchError::reason).collect();
    if reasons.is_empty() { Ok(()) } else { Err(CarrierError::Refused { carrier: CODE, reasons }) }
}

fn registered(order: Order, day: Option<Day>) -> Registered {
    let price = order.total_rate_wo_vat.map(|rate| rate + order.total_vat.unwrap_or(0));
    Registered {
        reference: ShipmentRef {
            number: order.order_num,
            id: order.id.to_string(),
            track: order.barcode.unwrap_or_default(),
            day,
            goal: None,
        },
        price_kopecks: price.map(Kopecks::new),
        ..Registered::default()
    }
}

fn registration(reply: CreateReply, ask: &ShipmentAsk) -> Result<Registration, CarrierError> {
    let created = reply.orders.into_iter().find(|order| {
        order.result_id.is_some() && order.order_num.as_deref().is_none_or(|num| num == ask.number)
    });
    if let Some(created) = created {
        let reference = ShipmentRef {
            number: ask.number.clone(),
            id: created.result_id.unwrap_or_default().to_string(),
            track: created.barcode.unwrap_or_default(),
            day: Some(ask.day),
            goal: None,
        };
        return Ok(Registration::Registered(Registered { reference, ..Registered::default() }));
    }
    let reasons = reply.errors.iter().flat_map(|errors| &errors.error_codes);
    let reasons: Vec<Reason> = reasons.map(super::wire::ErrorCode::reason).collect();
    if reasons.is_empty() {
        let said = "neither an order nor an error".to_owned();
        return Err(CarrierError::unclear(CODE, said));
    }
    Ok(Registration::Refused(reasons))
}

/// What the cleaning changed and a person may want to see.
fn warnings(ask: &ShipmentAsk, target: &Target) -> Vec<Reason> {
    let Target::Address(cleaned) = target else { return Vec::new() };
    let index = cleaned.index.as_deref().unwrap_or_default();
    let told = ask.to.address().postcode.trim();
    if told.is_empty() || told == index {
        return Vec::new();
    }
    vec![Reason::new("INDEX", format!("Индекс {told} исправлен на {index}"))]
}
