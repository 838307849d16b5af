//! Registers of what was collected.

use std::collections::BTreeMap;

use super::times;
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::cdek::wire::{PaymentAnswer, RegistriesAnswer, Registry, RegistryOrder};
use crate::carriers::model::{CodRegister, CodRegisterLine, RegisterLineKind};
use crate::units::{Day, Kopecks};

/// Registers of a day as they were given, with our numbers where the list of payments has them.
pub(in super::super) fn registers(
    day: Day,
    answer: RegistriesAnswer,
    paid: PaymentAnswer,
) -> Vec<CodRegister> {
    let numbers: BTreeMap<String, String> =
        paid.orders.into_iter().map(|order| (order.cdek_number.0, order.number.0)).collect();
    answer.registries.into_iter().map(|one| register(day, one, &numbers)).collect()
}

fn register(day: Day, registry: Registry, numbers: &BTreeMap<String, String>) -> CodRegister {
    let paid_on = times::day(&registry.payment_date.0);
    CodRegister {
        number: registry.number.0,
        day: paid_on.or_else(|| times::day(&registry.date_created.0)).unwrap_or(day),
        payment_order: registry.payment_order_number.0,
        total_kopecks: Some(sum(registry.sum)),
        lines: registry.orders.into_iter().map(|order| line(order, numbers)).collect(),
    }
}

fn line(order: RegistryOrder, numbers: &BTreeMap<String, String>) -> CodRegisterLine {
    // Services of the carrier's own warehouse stand there beside orders.
    let kind = match order.basis_type.0.as_str() {
        "SAS" => RegisterLineKind::Service,
        _ => RegisterLineKind::Shipment,
    };
    CodRegisterLine {
        kind,
        number: numbers.get(&order.cdek_number.0).cloned().unwrap_or_default(),
        track: order.cdek_number.0,
        collected_kopecks: sum(order.payment_sum),
        fee_kopecks: order.agent_commission_sum.map(JsonDecimal::kopecks),
        delivery_kopecks: order.total_sum_without_agent.map(JsonDecimal::kopecks),
        transferred_kopecks: order.transfer_sum.map(JsonDecimal::kopecks),
        method: None,
    }
}

fn sum(said: Option<JsonDecimal>) -> Kopecks {
    said.map_or(Kopecks::new(0), JsonDecimal::kopecks)
}
