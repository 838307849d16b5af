//! Did it come out? Pure: what was sent, what the printer says now, and what follows.
//!
//! **Invariant:** "printed" is said only when the printer's own figures say it, and "not printed" only
//! when they leave no other reading; everything between is undecidable and goes to a person.

use std::time::Duration;

use crate::devices::printer::{Confirmation, PrinterStatus};

/// Whether the connection over which a label went is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkHistory {
    Unbroken,
    /// It broke, or its node died: the printer may have lost what it was sent.
    Broken,
}

/// Whether the printer was seen at work since it was last certain what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    Seen,
    NotSeen,
}

/// What is known of a sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sending {
    pub(super) confirmation: Confirmation,
    pub(super) copies: i64,
    pub(super) odometer_before: Option<i64>,
    /// How often it stopped in the middle, each time with a label spoiled. Whether a printer counts
    /// spoiled labels is not known.
    pub(super) stops: i64,
    pub(super) link: LinkHistory,
    pub(super) activity: Activity,
}

/// One look at the printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    pub(super) status: PrinterStatus,
    pub(super) odometer: Option<i64>,
    /// How long it has had nothing to do, as far as was seen.
    pub(super) quiet: Duration,
    /// After so long nothing more comes out.
    pub(super) settle: Duration,
    /// A label that was drawn has moved out after so long.
    pub(super) label: Duration,
}

impl Sight {
    fn is_settled(&self) -> bool {
        self.quiet >= self.settle
    }
}

/// What follows from a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is on its way.
    Waits,
    /// It is in the printer, which waits for somebody.
    Stopped,
    Printed,
    /// The printer has nothing left, and so many of the copies came out.
    Missing {
        printed: i64,
    },
    /// The printer waits for the end of a format that will never come.
    Stuck,
    Undecidable,
}

impl Sending {
    pub(super) fn verdict(&self, sight: &Sight) -> Verdict {
        if sight.status.is_stopped() {
            return Verdict::Stopped;
        }
        if sight.status.partial == Some(true) {
            return if sight.is_settled() { Verdict::Stuck } else { Verdict::Waits };
        }
        if sight.status.is_busy() {
            return Verdict::Waits;
        }
        match self.confirmation {
            Confirmation::Odometer => self.by_odometer(sight),
            Confirmation::Counters => match (self.activity, self.link) {
                (Activity::Seen, _) if sight.quiet >= sight.label => Verdict::Printed,
                (Activity::Seen, _) => Verdict::Waits,
                (Activity::NotSeen, _) if !sight.is_settled() => Verdict::Waits,
                // It took all, says that nothing is left and nothing is wrong.
                (Activity::NotSeen, LinkHistory::Unbroken) => Verdict::Printed,
                (Activity::NotSeen, LinkHistory::Broken) => Verdict::Undecidable,
            },
            Confirmation::PrintingSeen => match self.activity {
                Activity::Seen => Verdict::Printed,
                Activity::NotSeen if !sight.is_settled() => Verdict::Waits,
                Activity::NotSeen => Verdict::Undecidable,
            },
            Confirmation::None => Verdict::Undecidable,
        }
    }

    /// The buffer is empty and nothing is wrong. It is empty before the last label has moved, so that
    /// only time tells a label that is coming from one that is lost.
    fn by_odometer(&self, sight: &Sight) -> Verdict {
        let (Some(before), Some(now)) = (self.odometer_before, sight.odometer) else {
            return if sight.is_settled() { Verdict::Undecidable } else { Verdict::Waits };
        };
        let came = now - before;
        let sure = came - self.stops;
        if came < 0 {
            // The printer was changed for another one.
            return if sight.is_settled() { Verdict::Undecidable } else { Verdict::Waits };
        }
        if sure >= self.copies {
            // More than were sent: somebody else prints there, too.
            let is_shared = sure > self.copies && self.link == LinkHistory::Broken;
            return if is_shared { Verdict::Undecidable } else { Verdict::Printed };
        }
        if !sight.is_settled() {
            return Verdict::Waits;
        }
        match self.link {
            // What was counted is whole: the printer said itself that the batch is through.
            LinkHistory::Unbroken if came >= self.copies => Verdict::Printed,
            _ if self.stops == 0 || came == 0 => Verdict::Missing { printed: came },
            _ => Verdict::Undecidable,
        }
    }

    /// How many came out for sure, once the printer was made to forget the rest.
    pub(super) fn printed_at_recall(&self, odometer: Option<i64>) -> Option<i64> {
        let came = odometer? - self.odometer_before?;
        let is_sure = (0..=self.copies).contains(&came) && (self.stops == 0 || came == 0);
        is_sure.then_some(came)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::printer::PrinterFault;

    const SETTLE: Duration = Duration::from_secs(8);
    const LABEL: Duration = Duration::from_secs(1);

    fn sending(confirmation: Confirmation, copies: i64) -> Sending {
        Sending {
            confirmation,
            copies,
            odometer_before: Some(1000),
            stops: 0,
            link: LinkHistory::Unbroken,
            activity: Activity::NotSeen,
        }
    }

    fn idle(odometer: i64) -> Sight {
        let status = PrinterStatus {
            formats_waiting: Some(0),
            labels_left: Some(0),
            partial: Some(false),
            ..PrinterStatus::default()
        };
        Sight {
            status,
            odometer: Some(odometer),
            quiet: Duration::ZERO,
            settle: SETTLE,
            label: LABEL,
        }
    }

    fn settled(odometer: i64) -> Sight {
        Sight { quiet: SETTLE, ..idle(odometer) }
    }

    #[test]
    fn only_the_odometer_proves_and_only_time_disproves() {
        let one = sending(Confirmation::Odometer, 1);
        assert_eq!(one.verdict(&idle(1000)), Verdict::Waits, "the buffer is empty too early");
        assert_eq!(one.verdict(&idle(1001)), Verdict::Printed);
        assert_eq!(one.verdict(&settled(1000)), Verdict::Missing { printed: 0 });
        let many = sending(Confirmation::Odometer, 100);
        assert_eq!(many.verdict(&settled(1049)), Verdict::Missing { printed: 49 });
        let mut left = idle(1100);
        left.status.labels_left = Some(1);
        assert_eq!(many.verdict(&left), Verdict::Waits);
        let none = Sight { odometer: None, ..settled(0) };
        assert_eq!(many.verdict(&none), Verdict::Undecidable);
        assert_eq!(many.verdict(&settled(7)), Verdict::Undecidable, "another printer");
    }

    #[test]
    fn a_printer_that_stopped_is_waited_for() {
        for confirmation in Confirmation::ALL {
            let mut sight = settled(1000);
            sight.status.faults = vec![PrinterFault::MediaOut];
            assert_eq!(sending(*confirmation, 1).verdict(&sight), Verdict::Stopped);
        }
    }

    #[test]
    fn a_spoiled_label_may_have_been_counted() {
        let stopped = Sending { stops: 1, ..sending(Confirmation::Odometer, 100) };
        assert_eq!(stopped.verdict(&idle(1100)), Verdict::Waits, "the last may be to come");
        assert_eq!(stopped.verdict(&settled(1100)), Verdict::Printed);
        assert_eq!(stopped.verdict(&idle(1101)), Verdict::Printed);
        let broken = Sending { link: LinkHistory::Broken, ..stopped };
        assert_eq!(broken.verdict(&settled(1100)), Verdict::Undecidable);
        assert_eq!(broken.verdict(&settled(1050)), Verdict::Undecidable);
        assert_eq!(broken.verdict(&settled(1000)), Verdict::Missing { printed: 0 });
        assert_eq!(broken.printed_at_recall(Some(1050)), None);
        assert_eq!(broken.printed_at_recall(Some(1000)), Some(0));
    }

    #[test]
    fn a_broken_connection_is_decided_by_the_odometer_alone() {
        let broken = Sending { link: LinkHistory::Broken, ..sending(Confirmation::Odometer, 3) };
        assert_eq!(broken.verdict(&idle(1003)), Verdict::Printed);
        assert_eq!(broken.verdict(&settled(1002)), Verdict::Missing { printed: 2 });
        assert_eq!(broken.verdict(&idle(1004)), Verdict::Undecidable, "others print there");
        let mut partial = settled(1000);
        partial.status.partial = Some(true);
        assert_eq!(broken.verdict(&partial), Verdict::Stuck);
        let coming = Sight { quiet: Duration::ZERO, ..partial };
        assert_eq!(broken.verdict(&coming), Verdict::Waits);
        assert_eq!(broken.printed_at_recall(Some(1002)), Some(2));
        assert_eq!(broken.printed_at_recall(None), None);
    }

    #[test]
    fn counters_need_the_same_connection_or_a_look_at_the_work() {
        let label = sending(Confirmation::Counters, 1);
        assert_eq!(label.verdict(&idle(0)), Verdict::Waits);
        assert_eq!(label.verdict(&settled(0)), Verdict::Printed);
        let seen = Sending { activity: Activity::Seen, ..label };
        assert_eq!(seen.verdict(&idle(0)), Verdict::Waits, "the last label is moving");
        assert_eq!(seen.verdict(&Sight { quiet: LABEL, ..idle(0) }), Verdict::Printed);
        let broken = Sending { link: LinkHistory::Broken, ..label };
        assert_eq!(broken.verdict(&settled(0)), Verdict::Undecidable);
    }

    #[test]
    fn printing_has_to_be_seen() {
        let label = sending(Confirmation::PrintingSeen, 1);
        let status = PrinterStatus { printing: Some(true), ..PrinterStatus::default() };
        assert_eq!(label.verdict(&Sight { status, ..idle(0) }), Verdict::Waits);
        assert_eq!(label.verdict(&idle(0)), Verdict::Waits);
        assert_eq!(label.verdict(&settled(0)), Verdict::Undecidable);
        let seen = Sending { activity: Activity::Seen, ..label };
        assert_eq!(seen.verdict(&idle(0)), Verdict::Printed);
    }
}
