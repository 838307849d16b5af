//! What can happen to a parcel, as chains of statuses.

use super::super::Step;
use super::orders::{Order, Status};
use crate::units::UtcMicros;

type Named = (&'static str, &'static str);

const ACCEPTED: [Named; 2] = [("10", "Загружен реестр ИМ"), ("76", "Принято к доставке")];
const TRANSIT: [Named; 3] = [
    ("80", "Передано на сортировку"),
    ("100", "В пути в город Получателя"),
    ("120", "В городе Получателя"),
];
const TO_POINT: [Named; 2] =
    [("125", "Передан на доставку до пункта выдачи"), ("140", "Поступило в пункт выдачи")];
const TO_COURIER: [Named; 1] = [("110", "Поступил в город для передачи курьеру")];
const COURIER: [Named; 1] = [("130", "Передано на курьерскую доставку")];
const RETURN: [Named; 2] = [("160", "Заказ передан на возврат в ИМ"), ("170", "Заказ в пути в ИМ")];
const RETURNED: [Named; 2] =
    [("180", "Возвращено в пункт приема"), ("190", "Заказ возвращен в ИМ")];

pub(super) fn advance(order: &mut Order, step: Step, at: UtcMicros) -> Result<(), String> {
    if order.act.is_none() {
        return Err(format!("{} is in no act: it does not move", order.number));
    }
    let chain: &[Named] = match (step, order.point) {
        (Step::Accept, _) => &ACCEPTED,
        (Step::Transit, _) => &TRANSIT,
        (Step::Arrive, Some(_)) => &TO_POINT,
        (Step::Arrive, None) => &TO_COURIER,
        (Step::OutForDelivery, None) => &COURIER,
        (Step::OutForDelivery, Some(_)) => return Err("it goes to a point".to_owned()),
        (Step::Deliver, _) => &[("150", "Успешно Выдан")],
        (Step::FailAttempt, _) => &[("137", "Перенос срока КД")],
        (Step::Return, _) => &RETURN,
        (Step::Returned, _) => &RETURNED,
        (Step::Lose, _) => return Err("Boxberry has no status for it".to_owned()),
    };
    let last = order.statuses.last().map_or("", |status| status.id);
    if ["150", "190"].contains(&last) && !(step == Step::Return && order.is_partial) {
        return Err(format!("{} is at its end", order.number));
    }
    order.statuses.extend(chain.iter().map(|(id, name)| Status { id, name, at }));
    Ok(())
}
