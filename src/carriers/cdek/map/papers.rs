//! Calls for a courier, and the hour that an office is told.

use super::times::{clock, moscow_hour};
use super::{CODE, Settings, location, name, phone, said};
use crate::carriers::cdek::wire::{IntakeAsk, Person};
use crate::carriers::model::{PickupAsk, Spot};
use crate::carriers::{CarrierError, not_sayable};
use crate::units::Day;

/// Couriers come between nine and ten in the evening, local time.
const MINUTE_MIN: i64 = 9 * 60;
const MINUTE_MAX: i64 = 22 * 60;
const HANDOVER_HOUR: i64 = 20;

/// When parcels will be at the office.
pub(in super::super) fn planned_at(day: Day) -> String {
    moscow_hour(day, HANDOVER_HOUR)
}

/// A call for a courier to fetch parcels of many orders.
pub(in super::super) fn intake_ask(
    ask: &PickupAsk,
    settings: &Settings,
) -> Result<IntakeAsk, CarrierError> {
    let Spot::Door(address) = &ask.from else {
        return Err(not_sayable(CODE, "from", "couriers come to a door, not to an office"));
    };
    let is_in_hours = MINUTE_MIN <= ask.from_minute && ask.to_minute <= MINUTE_MAX;
    if !is_in_hours || ask.from_minute >= ask.to_minute {
        return Err(not_sayable(CODE, "from_minute", "couriers come between 09:00 and 22:00"));
    }
    let side = cube_side(ask.volume_cm3);
    Ok(IntakeAsk {
        intake_date: ask.day.to_string(),
        intake_time_from: clock(ask.from_minute),
        intake_time_to: clock(ask.to_minute),
        name: format!("Посылки, {} шт.", ask.parcels),
        weight: ask.weight_g.get().max(1),
        length: side,
        width: side,
        height: side,
        comment: said(&ask.comment),
        sender: Person {
            company: None,
            name: name("contact.name", &ask.contact.name)?,
            tin: None,
            email: said(&ask.contact.email),
            phones: vec![phone("contact.phone", &ask.contact.phone)?],
        },
        from_location: location("from", address, settings.sender_city_code)?,
    })
}

/// The side of the smallest cube of whole centimetres that holds the volume.
fn cube_side(volume_cm3: i64) -> i64 {
    (1_i64..=1_000).find(|side| side * side * side >= volume_cm3).unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heap_is_a_cube_that_holds_it() {
        assert_eq!([0, 1, 2, 8, 9, 1_000_000].map(cube_side), [1, 1, 2, 2, 3, 100]);
    }
}
