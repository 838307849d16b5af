//! What scales say, whatever they speak.

use std::sync::Arc;

use super::super::fault::FrameFault;

/// One thing that a scale said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScaleEvent {
    /// These bytes must go back before anything else is done.
    SendNow(Arc<[u8]>),
    Weight(Weight),
    /// More lies on it than it may carry.
    Overload,
    /// Less than nothing: the pan is lifted.
    Underload,
    /// A request was carried out.
    Done(Done),
    Refused(Refusal),
    /// It was switched on: what was tared and zeroed is lost.
    Restarted {
        serial: String,
    },
    /// A name or a state.
    Told {
        text: Vec<u8>,
    },
    Fault(FrameFault),
}

/// A weight as the scale shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Tenths of a gram.
    pub tenths_g: i64,
    pub motion: Motion,
    pub load: Load,
}

crate::text_enum! {
    /// Whether the weight may be recorded.
    pub enum Motion {
        Stable = "stable",
        /// To be shown, not to be recorded.
        Moving = "moving",
    }
}

crate::text_enum! {
    /// What was weighed.
    #[schema(as = ScaleLoad)]
    pub enum Load {
        Gross = "gross",
        /// Without the tare that the scale keeps.
        Net = "net",
        /// The scale does not say.
        AsShown = "as_shown",
    }
}

crate::text_enum! {
    /// What the scale carried out.
    pub enum Done {
        Zero = "zero",
        Tare = "tare",
    }
}

crate::text_enum! {
    /// Why a scale does not do what it was asked.
    pub enum Refusal {
        /// Not now, or no stable weight came in time.
        Busy = "busy",
        Unsupported = "unsupported",
        BadInput = "bad_input",
        CannotZero = "cannot_zero",
        CannotTare = "cannot_tare",
        /// It did not understand the bytes.
        Transmission = "transmission",
        NotWeighing = "not_weighing",
        /// Its network or module does not answer.
        NoLink = "no_link",
        /// Something lay on it when it was switched on.
        LoadedAtStart = "loaded_at_start",
        Faulty = "faulty",
        Other = "other",
    }
}

crate::text_enum! {
    /// What a scale can be asked. `request` gives the bytes.
    pub enum ScaleRequest {
        /// The weight of this moment.
        Weigh = "weigh",
        /// The weight once it is stable.
        WeighStable = "weigh_stable",
        Zero = "zero",
        /// What lies on it now is tare.
        Tare = "tare",
        ClearTare = "clear_tare",
    }
}
