//! Prices: the list of tariffs has their names, another method their services and totals; both are
//! asked at once.

use super::client::refusal;
use super::wire::{CalculatorAsk, FullTariffs, Problem, TariffList};
use super::{Cdek, map};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{Quote, QuoteAsk};
use crate::carriers::{Answer, CarrierError, Quoting};

/// There is no way there, or not with these tariffs.
const NOTHING_CODES: [&str; 3] = [
    "err_result_servicelist_empty",
    "err_result_service_empty",
    "err_invalid_tariff_with_dimentions",
];

impl Quoting for Cdek {
    fn quote<'a>(&'a self, ask: &'a QuoteAsk) -> Answer<'a, Vec<Quote>> {
        Box::pin(async move {
            let full = map::quote_ask(ask, &self.settings)?;
            let plain = CalculatorAsk { services: Vec::new(), ..full.clone() };
            let names = self.client.post("/v2/calculator/tarifflist", &plain, Effect::Reads);
            let totals = self.client.post("/v2/calculator/tariffAndService", &full, Effect::Reads);
            let asked = tokio::try_join!(names, totals);
            let (names, totals): (TariffList, FullTariffs) = match asked {
                Ok(both) => both,
                Err(CarrierError::Refused { reasons, .. })
                    if reasons.iter().all(|one| NOTHING_CODES.contains(&one.code.as_str())) =>
                {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(error),
            };
            if names.tariff_codes.is_empty() {
                offered_nothing(&names.errors)?;
            }
            if totals.tariff_codes.is_empty() {
                offered_nothing(&totals.errors)?;
            }
            Ok(map::offers(ask, &names, totals))
        })
    }
}

/// No offer at all is no error, other reasons are.
fn offered_nothing(errors: &[Problem]) -> Result<(), CarrierError> {
    if errors.iter().all(|one| NOTHING_CODES.contains(&one.code.0.as_str())) {
        return Ok(());
    }
    Err(refusal(errors, Effect::Reads))
}
