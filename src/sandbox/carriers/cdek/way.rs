//! What happens to an order on its way.

use serde_json::{Value, json};

use super::offices::office;
use super::reading::stamp;
use super::state::{Order, Stage, State};
use crate::sandbox::carriers::Step;
use crate::units::UtcMicros;

/// Refused by the buyer without a reason.
const REFUSED: i64 = 11;
const LOST: i64 = 26;

impl State {
    pub(super) fn advance(
        &mut self,
        number: &str,
        step: Step,
        now: UtcMicros,
    ) -> Result<(), String> {
        let index = self.taken(number);
        let index = index.ok_or_else(|| format!("{number} is not a registered order"))?;
        if step == Step::Returned {
            return self.returned(index, now);
        }
        let order = &mut self.orders[index];
        let is_over = ["DELIVERED", "NOT_DELIVERED"].contains(&order.last());
        if is_over {
            return Err(format!("{number} has come to its end"));
        }
        let point = order.delivery_point.as_deref().and_then(office);
        match step {
            Step::Accept => {
                order.is_handed_over = true;
                order.add("RECEIVED_AT_SHIPMENT_WAREHOUSE", "Принят на склад отправителя", now);
            }
            Step::Transit => {
                order.add("SENT_TO_RECIPIENT_CITY", "Отправлен в г. получатель", now);
            }
            Step::Arrive => match point {
                Some(point) if point.is_locker => {
                    order.add("POSTOMAT_POSTED", "Заложен в постамат", now);
                }
                Some(_) => {
                    order.add("ACCEPTED_AT_PICK_UP_POINT", "Принят на склад до востребования", now);
                }
                None => {
                    let code = "ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE";
                    order.add(code, "Принят на склад доставки", now);
                }
            },
            Step::OutForDelivery => order.add("TAKEN_BY_COURIER", "Выдан на доставку", now),
            Step::Deliver => {
                if point.is_some_and(|point| point.is_locker) {
                    order.add("POSTOMAT_RECEIVED", "Изъят из постамата клиентом", now);
                }
                order.add("DELIVERED", "Вручен", now);
            }
            Step::FailAttempt => {
                let code = "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE";
                order.add_for(code, "Возвращен на склад доставки", now, Some(2));
            }
            Step::Lose => order.add_for("NOT_DELIVERED", "Не вручен", now, Some(LOST)),
            Step::Return => {
                order.add_for("NOT_DELIVERED", "Не вручен", now, Some(REFUSED));
                self.send_back(index, now);
            }
            Step::Returned => {}
        }
        Ok(())
    }

    /// The registered order with that number of ours.
    fn taken(&self, number: &str) -> Option<usize> {
        self.orders.iter().position(|order| {
            order.number == number && order.stage == Stage::Taken && order.direct_uuid.is_none()
        })
    }

    /// A return is an order of its own.
    fn send_back(&mut self, index: usize, now: UtcMicros) {
        let (uuid, cdek_number) = (self.uuid(), self.cdek_number());
        let direct = &mut self.orders[index];
        direct.return_uuid = Some(uuid.clone());
        let mut back = Order {
            uuid,
            number: cdek_number.clone(),
            cdek_number,
            stage: Stage::Taken,
            statuses: Vec::new(),
            return_uuid: None,
            direct_uuid: Some(direct.uuid.clone()),
            ..direct.clone()
        };
        back.add("CREATED", "Создан", now);
        back.add("TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", "Сдан перевозчику", now);
        self.orders.push(back);
    }

    fn returned(&mut self, index: usize, now: UtcMicros) -> Result<(), String> {
        let back = self.orders[index].return_uuid.clone();
        let back = back.and_then(|uuid| self.orders.iter_mut().find(|order| order.uuid == uuid));
        let back = back.ok_or("it does not go back")?;
        if back.last() == "DELIVERED" {
            return Err("it is back".to_owned());
        }
        back.add("DELIVERED", "Вручен", now);
        Ok(())
    }

    /// What the webhook says of the last thing that happened.
    pub(super) fn event(&self, number: &str) -> Option<Vec<u8>> {
        let direct = &self.orders[self.taken(number)?];
        let back = direct.return_uuid.as_deref();
        let back = back.and_then(|uuid| self.orders.iter().find(|order| order.uuid == uuid));
        let order = back.unwrap_or(direct);
        let status = order.statuses.last()?;
        let related: Vec<Value> = back
            .map(|_| {
                json!({
                    "type": "direct_order",
                    "uuid": direct.uuid,
                    "cdek_number": direct.cdek_number
                })
            })
            .into_iter()
            .collect();
        let mut attributes = json!({
            "is_return": back.is_some(),
            "is_reverse": false,
            "is_client_return": false,
            "cdek_number": order.cdek_number,
            "number": order.number,
            "code": status.code,
            "status_code": "1000",
            "status_date_time": stamp(status.at, 1),
            "city_name": format!("{} ", status.city),
            "related_entities": related
        });
        if let Some(reason) = status.reason {
            attributes["status_reason_code"] = json!(reason.to_string());
        }
        let event = json!({
            "type": "ORDER_STATUS",
            "date_time": stamp(status.at, 1),
            "uuid": order.uuid,
            "attributes": attributes
        });
        serde_json::to_vec(&event).ok()
    }
}
