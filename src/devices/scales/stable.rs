//! When a weight on the packing table may be taken for the parcel's.
//!
//! **Invariant:** one parcel is taken once: between two of them the scale returns below its minimum.

use super::event::{Motion, ScaleEvent};

/// What must hold before a weight is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StableRules {
    /// The same stable weight must be seen so often in a row, at least.
    pub polls_min: u32,
    /// Less than this is nothing: twenty divisions of the scale, its legal minimum.
    pub minimum_tenths_g: i64,
}

impl Default for StableRules {
    /// Twice in a row; twenty divisions of a gram.
    fn default() -> Self {
        Self { polls_min: 2, minimum_tenths_g: 200 }
    }
}

/// Where the weighing stands after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StableStep {
    /// Nothing lies on it.
    Empty,
    /// Something lies on it and is not yet at rest.
    Settling,
    /// This is the weight of what lies on it.
    Taken {
        tenths_g: i64,
    },
    /// What was taken still lies there.
    Occupied,
    Overloaded,
}

/// Watches one scale.
#[derive(Debug, Clone)]
pub struct StableWeight {
    rules: StableRules,
    /// The last stable weight, and how often it was seen in a row.
    seen: Option<(i64, u32)>,
    is_occupied: bool,
}

impl StableWeight {
    /// The scale counts as occupied until it was seen empty: what lies there from before was not put
    /// there for us.
    pub const fn new(rules: StableRules) -> Self {
        Self { rules, seen: None, is_occupied: true }
    }

    /// Takes what the scale said. Events that say nothing about the weight break the row.
    pub fn take(&mut self, event: &ScaleEvent) -> StableStep {
        let weight = match event {
            ScaleEvent::Weight(weight) => *weight,
            ScaleEvent::Overload => {
                self.seen = None;
                return StableStep::Overloaded;
            }
            ScaleEvent::SendNow(_) | ScaleEvent::Told { .. } => return self.standing(),
            _ => {
                self.seen = None;
                return self.standing();
            }
        };
        if weight.tenths_g < self.rules.minimum_tenths_g {
            self.seen = None;
            self.is_occupied = false;
            return StableStep::Empty;
        }
        if self.is_occupied {
            return StableStep::Occupied;
        }
        if weight.motion == Motion::Moving {
            self.seen = None;
            return StableStep::Settling;
        }
        let times = match self.seen {
            Some((before, times)) if before == weight.tenths_g => times.saturating_add(1),
            _ => 1,
        };
        self.seen = Some((weight.tenths_g, times));
        if times < self.rules.polls_min {
            return StableStep::Settling;
        }
        self.seen = None;
        self.is_occupied = true;
        StableStep::Taken { tenths_g: weight.tenths_g }
    }

    const fn standing(&self) -> StableStep {
        if self.is_occupied { StableStep::Occupied } else { StableStep::Settling }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{Load, Weight};
    use super::*;

    fn shows(tenths_g: i64, motion: Motion) -> ScaleEvent {
        ScaleEvent::Weight(Weight { tenths_g, motion, load: Load::AsShown })
    }

    fn steps(events: &[ScaleEvent]) -> Vec<StableStep> {
        let mut stable = StableWeight::new(StableRules::default());
        events.iter().map(|event| stable.take(event)).collect()
    }

    #[test]
    fn one_parcel_is_taken_once_and_the_next_after_zero() {
        use Motion::{Moving, Stable};
        use StableStep::{Empty, Occupied, Settling, Taken};
        let events = [
            shows(0, Stable),
            shows(7_000, Moving),
            shows(12_500, Stable),
            shows(12_500, Stable),
            shows(12_500, Stable),
            shows(13_000, Stable),
            shows(100, Moving),
            shows(13_000, Stable),
            shows(13_000, Stable),
        ];
        let expected = [
            Empty,
            Settling,
            Settling,
            Taken { tenths_g: 12_500 },
            Occupied,
            Occupied,
            Empty,
            Settling,
            Taken { tenths_g: 13_000 },
        ];
        assert_eq!(steps(&events), expected);
    }

    #[test]
    fn what_breaks_the_row_is_no_second_look() {
        let stable = shows(5_000, Motion::Stable);
        for between in [
            shows(5_000, Motion::Moving),
            shows(5_010, Motion::Stable),
            ScaleEvent::Overload,
            ScaleEvent::Refused(super::super::event::Refusal::Busy),
        ] {
            let steps = steps(&[shows(0, Motion::Stable), stable.clone(), between, stable.clone()]);
            assert!(
                !steps.iter().any(|step| matches!(step, StableStep::Taken { .. })),
                "{steps:?}"
            );
        }
    }

    #[test]
    fn what_lay_there_before_is_not_taken() {
        let stable = shows(5_000, Motion::Stable);
        assert_eq!(steps(&[stable.clone(), stable.clone(), stable]), [StableStep::Occupied; 3]);
    }

    #[test]
    fn below_the_minimum_nothing_is_weighed() {
        let light = shows(199, Motion::Stable);
        assert_eq!(steps(&[light.clone(), light.clone(), light]), [StableStep::Empty; 3]);
    }
}
