//! The life of an order as a table: which step leads where.
//!
//! **Invariant:** a shipped or cancelled order never moves again.

use super::OrderError;
use crate::text_enum;

text_enum! {
    /// Where an order stands (состояние заказа).
    #[derive(Default)]
    pub enum OrderState {
        /// Taken in; waits for stock.
        #[default]
        Accepted = "accepted",
        /// Its goods are promised to it; a wave may take it.
        Reserved = "reserved",
        /// A wave holds its goods in their bins.
        Released = "released",
        Picking = "picking",
        Picked = "picked",
        Packed = "packed",
        Shipped = "shipped",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What moves an order.
    pub enum OrderStep {
        /// Enough is promised to it.
        Reserve = "reserve",
        /// A promise was taken back.
        Unreserve = "unreserve",
        Release = "release",
        /// The first piece was picked, or a short line is picked again elsewhere.
        StartPick = "start_pick",
        FinishPick = "finish_pick",
        Pack = "pack",
        Unpack = "unpack",
        /// Its open tasks were dropped and its goods go back to the shelf: it waits again.
        Withdraw = "withdraw",
        Ship = "ship",
        Cancel = "cancel",
    }
}

impl OrderState {
    /// Where `step` leads from here. Starting to pick what is being picked changes nothing.
    pub const fn next(self, step: OrderStep) -> Result<Self, OrderError> {
        use OrderState::{
            Accepted, Cancelled, Packed, Picked, Picking, Released, Reserved, Shipped,
        };
        let next = match (step, self) {
            (OrderStep::Reserve, Accepted) => Reserved,
            (OrderStep::Unreserve, Reserved)
            | (OrderStep::Withdraw, Released | Picking | Picked) => Accepted,
            (OrderStep::Release, Reserved) => Released,
            (OrderStep::StartPick, Released | Picking | Picked) => Picking,
            (OrderStep::FinishPick, Released | Picking) | (OrderStep::Unpack, Packed) => Picked,
            (OrderStep::Pack, Picked) => Packed,
            (OrderStep::Ship, Packed) => Shipped,
            (OrderStep::Cancel, Accepted | Reserved | Released | Picking | Picked | Packed) => {
                Cancelled
            }
            (step, state) => return Err(OrderError::StepRefused { state, step }),
        };
        Ok(next)
    }

    /// Nothing can happen to it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Shipped | Self::Cancelled)
    }

    /// It may be promised stock.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Accepted | Self::Reserved)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// How far along each state is; a step leads one further, or back to waiting, or out.
    fn rank(state: OrderState) -> usize {
        OrderState::ALL.iter().position(|known| *known == state).unwrap()
    }

    #[test]
    fn every_step_from_every_state_is_allowed_or_refused_with_both_names() {
        for &state in OrderState::ALL {
            for &step in OrderStep::ALL {
                match state.next(step) {
                    Ok(next) => {
                        assert!(!state.is_final(), "{state} moved by {step}");
                        assert_eq!(next == OrderState::Cancelled, step == OrderStep::Cancel);
                        assert_eq!(next == OrderState::Shipped, step == OrderStep::Ship);
                    }
                    Err(OrderError::StepRefused { state: told, step: by }) => {
                        assert_eq!((told, by), (state, step));
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn a_step_leads_to_one_state_only_and_forward_steps_never_lead_back() {
        for &step in OrderStep::ALL {
            let targets: BTreeSet<OrderState> =
                OrderState::ALL.iter().filter_map(|state| state.next(step).ok()).collect();
            assert_eq!(targets.len(), 1, "{step} leads to {targets:?}");
        }
        let forward = [OrderStep::Reserve, OrderStep::Release, OrderStep::Pack, OrderStep::Ship];
        for step in forward {
            for &state in OrderState::ALL {
                if let Ok(next) = state.next(step) {
                    assert_eq!(rank(next), rank(state) + 1, "{step} from {state}");
                }
            }
        }
    }

    #[test]
    fn every_state_that_is_not_final_can_be_cancelled_and_can_be_shipped_in_the_end() {
        for &start in OrderState::ALL.iter().filter(|state| !state.is_final()) {
            assert!(start.next(OrderStep::Cancel).is_ok(), "{start}");
            let mut reached = BTreeSet::from([start]);
            for _ in OrderState::ALL {
                for state in reached.clone() {
                    reached.extend(OrderStep::ALL.iter().filter_map(|step| state.next(*step).ok()));
                }
            }
            assert!(reached.contains(&OrderState::Shipped), "{start} never ships");
        }
    }
}
