//! СДЭК's own types: roubles, centimetres, grams, its names of fields.
//!
//! Requests leave out what is not said: an empty field may turn an order into an international one.
//! In answers everything may be missing, and fields nobody knows are passed over.

mod answers;
mod calculator;
mod money;
mod offices;
mod requests;

use serde::{Deserialize, Deserializer};

pub(super) use answers::{
    AnswerRequest, CreatedHook, Entity, Envelope, FormEntity, HookEvent, IntakeEntity, OrderEntity,
    PrealertEntity, Problem, Related, Status, TokenAnswer, Uuid,
};
pub(super) use calculator::{
    CalculatorAsk, CalculatorPlace, CalculatorSpot, FullTariffs, TariffList, TariffResult,
};
pub(super) use money::{
    Check, CheckAnswer, CheckPayment, PaymentAnswer, RegistriesAnswer, Registry, RegistryOrder,
};
pub(super) use offices::{Cell, Office};
pub(super) use requests::{
    BarcodeAsk, Collected, HookAsk, IntakeAsk, Location, OrderAsk, OrderItem, OrderPackage,
    OrderRef, Person, Phone, PrealertAsk, SellerIn, Service, WaybillAsk,
};

/// A list that may be missing or null.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A text that sometimes comes as a number: numbers of orders, codes, ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Word(pub(super) String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Said {
            Text(String),
            Number(serde_json::Number),
            Nothing(()),
        }
        Ok(Self(match Said::deserialize(deserializer)? {
            Said::Text(text) => text.trim().to_owned(),
            Said::Number(number) => number.to_string(),
            Said::Nothing(()) => String::new(),
        }))
    }
}
