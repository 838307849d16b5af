//! The chain of custody: what a step posts, and what a delivery status means for it. Pure.

use uuid::Uuid;

use super::CodError;
use super::store::Cod;
use crate::carriers::model::DeliveryStatus;
use crate::ids::{AgentReportId, CodRegisterId, OwnerId, PayoutId, TransferId};
use crate::money::{Account, Posting, TransferReason};
use crate::text_enum;
use crate::units::{Day, Kopecks};

text_enum! {
    /// A step of a parcel's money, in the order of the chain.
    pub enum StepKind {
        Expected = "expected",
        Released = "released",
        Collected = "collected",
        Registered = "registered",
        Received = "received",
        Advanced = "advanced",
        AdvanceCleared = "advance_cleared",
        Reported = "reported",
        Paid = "paid",
        Refunded = "refunded",
    }
}

/// A step with the paper that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The carrier is to take it from the buyer.
    Expected,
    /// The buyer does not pay it after all.
    Released,
    /// The buyer paid it.
    Collected,
    /// The carrier's register lists it.
    Registered(CodRegisterId),
    /// The money of the register came in.
    Received(CodRegisterId),
    /// Promised to the shop before it came in.
    Advanced(AgentReportId),
    /// What was advanced came in.
    AdvanceCleared(CodRegisterId),
    /// The agent's report lists it.
    Reported(AgentReportId),
    Paid(PayoutId),
    /// The carrier took it back: the buyer has it again.
    Refunded(CodRegisterId),
}

impl Step {
    pub const fn kind(self) -> StepKind {
        match self {
            Self::Expected => StepKind::Expected,
            Self::Released => StepKind::Released,
            Self::Collected => StepKind::Collected,
            Self::Registered(_) => StepKind::Registered,
            Self::Received(_) => StepKind::Received,
            Self::Advanced(_) => StepKind::Advanced,
            Self::AdvanceCleared(_) => StepKind::AdvanceCleared,
            Self::Reported(_) => StepKind::Reported,
            Self::Paid(_) => StepKind::Paid,
            Self::Refunded(_) => StepKind::Refunded,
        }
    }

    pub const fn reason(self) -> TransferReason {
        match self {
            Self::Expected => TransferReason::CodExpected,
            Self::Released => TransferReason::CodReleased,
            Self::Collected => TransferReason::CodCollected,
            Self::Registered(_) => TransferReason::CodRegistered,
            Self::Received(_) => TransferReason::CodReceived,
            Self::Advanced(_) => TransferReason::CodAdvanced,
            Self::AdvanceCleared(_) => TransferReason::CodAdvanceCleared,
            Self::Reported(_) => TransferReason::CodReported,
            Self::Paid(_) => TransferReason::CodPaid,
            Self::Refunded(_) => TransferReason::CodRefunded,
        }
    }

    /// The paper behind it.
    pub const fn document(self) -> Option<Uuid> {
        match self {
            Self::Expected | Self::Released | Self::Collected => None,
            Self::Registered(id)
            | Self::Received(id)
            | Self::AdvanceCleared(id)
            | Self::Refunded(id) => Some(id.uuid()),
            Self::Advanced(id) | Self::Reported(id) => Some(id.uuid()),
            Self::Paid(id) => Some(id.uuid()),
        }
    }

    /// The transfers of the step over so much, the other way round for a sum less than zero, and which
    /// of them its rows name.
    pub(super) fn postings(
        self,
        owner: OwnerId,
        carrier: &str,
        sum: Kopecks,
        day: Day,
    ) -> Result<(TransferId, Vec<Posting>), CodError> {
        let amount = sum.get().checked_abs().map(Kopecks::new).ok_or(CodError::SumTooBig)?;
        let posting = |(debit, credit)| {
            let sides = if sum.is_positive() { (debit, credit) } else { (credit, debit) };
            let mut posting = Posting::new(self.reason(), sides, amount, day);
            posting.document = self.document();
            posting
        };
        let postings: Vec<Posting> =
            self.accounts(owner, carrier).into_iter().map(posting).collect();
        let first = postings.first().expect("a step moves something").id;
        Ok((first, postings))
    }

    /// Debit and credit of each transfer that the step is; the first is the one of the step itself.
    fn accounts(self, owner: OwnerId, carrier: &str) -> Vec<(Account, Account)> {
        use Account::{
            CodAtBuyer, CodAtCarrier, CodPending, CodReceived, CodRegistered, OwnerAdvance,
            OwnerPayable, PayoutClearing, RegisterClearing,
        };
        let carrier = || carrier.to_owned();
        match self {
            Self::Expected => vec![(CodAtBuyer(owner, carrier()), CodPending(owner))],
            Self::Released => vec![(CodPending(owner), CodAtBuyer(owner, carrier()))],
            Self::Collected => {
                vec![(CodAtCarrier(owner, carrier()), CodAtBuyer(owner, carrier()))]
            }
            Self::Registered(_) => {
                vec![(CodRegistered(owner, carrier()), CodAtCarrier(owner, carrier()))]
            }
            Self::Received(register) => vec![
                (RegisterClearing(carrier(), register), CodRegistered(owner, carrier())),
                (CodPending(owner), CodReceived(owner)),
            ],
            Self::Advanced(_) => vec![(OwnerAdvance(owner), OwnerPayable(owner))],
            Self::AdvanceCleared(_) => vec![(CodReceived(owner), OwnerAdvance(owner))],
            Self::Reported(_) => vec![(CodReceived(owner), OwnerPayable(owner))],
            Self::Paid(payout) => vec![(OwnerPayable(owner), PayoutClearing(owner, payout))],
            Self::Refunded(register) => {
                vec![(OwnerPayable(owner), RegisterClearing(carrier(), register))]
            }
        }
    }
}

/// Whether the buyer took a part, now that the carrier says so of the parcel. What comes back then, or is
/// lost, is the rest: that does not undo the part.
pub(super) const fn is_partial(was_partial: bool, status: DeliveryStatus) -> bool {
    match status {
        DeliveryStatus::PartlyDelivered => true,
        DeliveryStatus::Returning | DeliveryStatus::Returned | DeliveryStatus::Lost => was_partial,
        DeliveryStatus::Delivered
        | DeliveryStatus::Cancelled
        | DeliveryStatus::Created
        | DeliveryStatus::Accepted
        | DeliveryStatus::InTransit
        | DeliveryStatus::ArrivedAtPoint
        | DeliveryStatus::OutForDelivery => false,
    }
}

/// What a delivery status does to the money of a parcel: signed amounts. Of one that was taken in part
/// ([`is_partial`]) nothing is let go: how much was paid only the register says.
///
/// What a register lists already is not taken back here: that is a finding for people.
pub(super) fn of_status(
    cod: &Cod,
    status: DeliveryStatus,
    is_partial: bool,
) -> Vec<(Step, Kopecks)> {
    let open = cod.expected.get() - cod.released.get() - cod.collected.get();
    let unregistered = cod.collected.get() - cod.registered.get();
    let back = |step: Step, amount: i64| (step, Kopecks::new(-amount));
    // What a person let go because a register says so stays let go.
    let released = if cod.registered.is_positive() { 0 } else { cod.released.get() };
    match status {
        DeliveryStatus::Delivered => {
            // It was thought to come back.
            let open = open + released;
            vec![back(Step::Released, released), (Step::Collected, Kopecks::new(open))]
        }
        DeliveryStatus::Returning
        | DeliveryStatus::Returned
        | DeliveryStatus::Lost
        | DeliveryStatus::Cancelled
            if !is_partial =>
        {
            let let_go = Kopecks::new(open + unregistered);
            vec![back(Step::Collected, unregistered), (Step::Released, let_go)]
        }
        DeliveryStatus::PartlyDelivered
        | DeliveryStatus::Returning
        | DeliveryStatus::Returned
        | DeliveryStatus::Lost
        | DeliveryStatus::Cancelled
        | DeliveryStatus::Created
        | DeliveryStatus::Accepted
        | DeliveryStatus::InTransit
        | DeliveryStatus::ArrivedAtPoint
        | DeliveryStatus::OutForDelivery => {
            vec![back(Step::Collected, unregistered), back(Step::Released, released)]
        }
    }
    .into_iter()
    .filter(|(_, amount)| !amount.is_zero())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OrderId, ParcelId};

    fn cod(expected: i64, released: i64, collected: i64, registered: i64) -> Cod {
        Cod {
            parcel: ParcelId::new(),
            owner: OwnerId::new(),
            order: OrderId::new(),
            carrier: "cdek".to_owned(),
            expected: Kopecks::new(expected),
            released: Kopecks::new(released),
            collected: Kopecks::new(collected),
            registered: Kopecks::new(registered),
            received: Kopecks::ZERO,
            advanced: Kopecks::ZERO,
            reported: Kopecks::ZERO,
            paid: Kopecks::ZERO,
            refunded: Kopecks::ZERO,
            is_partial: false,
        }
    }

    fn moves(cod: &Cod, status: DeliveryStatus) -> Vec<(StepKind, i64)> {
        let steps = of_status(cod, status, is_partial(cod.is_partial, status));
        steps.into_iter().map(|(step, sum)| (step.kind(), sum.get())).collect()
    }

    #[test]
    fn a_delivered_parcel_was_paid_for_once() {
        let fresh = cod(1_000, 0, 0, 0);
        assert_eq!(moves(&fresh, DeliveryStatus::Delivered), [(StepKind::Collected, 1_000)]);
        let told_again = cod(1_000, 0, 1_000, 0);
        assert_eq!(moves(&told_again, DeliveryStatus::Delivered), []);
        let thought_returned = cod(1_000, 1_000, 0, 0);
        assert_eq!(
            moves(&thought_returned, DeliveryStatus::Delivered),
            [(StepKind::Released, -1_000), (StepKind::Collected, 1_000)],
        );
    }

    #[test]
    fn a_returned_parcel_brings_nothing_but_what_a_register_lists() {
        assert_eq!(
            moves(&cod(1_000, 0, 0, 0), DeliveryStatus::Returned),
            [(StepKind::Released, 1_000)],
        );
        assert_eq!(
            moves(&cod(1_000, 0, 1_000, 0), DeliveryStatus::Returned),
            [(StepKind::Collected, -1_000), (StepKind::Released, 1_000)],
        );
        assert_eq!(moves(&cod(1_000, 0, 1_000, 1_000), DeliveryStatus::Returned), []);
        assert_eq!(
            moves(&cod(1_000, 0, 700, 700), DeliveryStatus::Returned),
            [(StepKind::Released, 300)],
            "the register says less, and no carrier that a part was taken",
        );
    }

    #[test]
    fn how_much_of_a_part_was_paid_only_the_register_says() {
        assert_eq!(moves(&cod(1_000, 0, 0, 0), DeliveryStatus::PartlyDelivered), []);
        assert_eq!(moves(&cod(1_000, 0, 0, 0), DeliveryStatus::InTransit), []);
    }

    #[test]
    fn the_return_of_the_rest_lets_nothing_of_a_part_go() {
        let part = |sums: [i64; 4]| {
            let [expected, released, collected, registered] = sums;
            Cod { is_partial: true, ..cod(expected, released, collected, registered) }
        };
        for status in [DeliveryStatus::Returning, DeliveryStatus::Returned, DeliveryStatus::Lost] {
            assert_eq!(moves(&part([1_000, 0, 0, 0]), status), [], "{status}");
            assert_eq!(
                moves(&part([1_000, 1_000, 0, 0]), status),
                [(StepKind::Released, -1_000)],
                "it was thought to come back as a whole",
            );
            assert_eq!(moves(&part([1_000, 400, 600, 600]), status), [], "the register is posted");
            assert_eq!(moves(&part([1_000, 0, 600, 600]), status), [], "the rest is argued about");
        }
        assert_eq!(
            moves(&part([1_000, 0, 0, 0]), DeliveryStatus::Delivered),
            [(StepKind::Collected, 1_000)],
        );
        assert_eq!(
            moves(&part([1_000, 0, 0, 0]), DeliveryStatus::Cancelled),
            [(StepKind::Released, 1_000)],
        );
        assert!(!is_partial(true, DeliveryStatus::InTransit), "the part was annulled");
        assert!(!is_partial(false, DeliveryStatus::Returned));
    }

    #[test]
    fn a_step_is_posted_forth_and_back_over_the_same_accounts() {
        let (owner, register) = (OwnerId::new(), CodRegisterId::new());
        let day: Day = "2026-11-22".parse().expect("a day");
        let posted = |sum| Step::Received(register).postings(owner, "cdek", Kopecks::new(sum), day);
        let (first, forth) = posted(700).expect("it fits");
        assert_eq!((forth.len(), forth[0].id), (2, first));
        assert_eq!(forth[0].debit, Account::RegisterClearing("cdek".to_owned(), register));
        assert_eq!(forth[0].document, Some(register.uuid()));
        let (_, back) = posted(-700).expect("it fits");
        for (forth, back) in forth.iter().zip(&back) {
            assert_eq!((&forth.debit, &forth.credit), (&back.credit, &back.debit));
            assert_eq!((forth.amount, back.amount), (Kopecks::new(700), Kopecks::new(700)));
        }
        assert!(matches!(posted(i64::MIN), Err(CodError::SumTooBig)));
    }
}
