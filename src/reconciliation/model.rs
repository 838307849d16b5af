//! Who pays for carriers, how long they take, and what a run came to.

use serde::{Deserialize, Serialize};

use crate::units::Kopecks;
use crate::{record, text_enum};

record! {
    /// Who pays for a carrier.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct Payer {
        pub inn: String,
        pub name: String,
    }
}

/// All who pay for a carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payers {
    pub carrier: String,
    pub payers: Vec<Payer>,
}

record! {
    /// How long a carrier may take, in days, as a person fixed it.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    pub struct FixedDelays {
        pub carrier: String,
        /// From the buyer's payment to a register; nothing: as it usually takes.
        pub register_days: Option<i64>,
        /// From a register to the bank; nothing: as it usually takes.
        pub bank_days: Option<i64>,
    }
}

/// How long a carrier may take before it is late, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delays {
    pub carrier: String,
    /// From the buyer's payment to a register.
    pub register_days: i64,
    /// From a register to the bank.
    pub bank_days: i64,
    pub register_days_fixed: Option<i64>,
    pub bank_days_fixed: Option<i64>,
    /// What nine of ten of the last parcels took; nothing while they are too few.
    pub register_days_measured: Option<i64>,
    /// What nine of ten of the last registers took; nothing while they are too few.
    pub bank_days_measured: Option<i64>,
}

text_enum! {
    /// Where what is left of a register goes.
    pub enum DifferenceTo {
        /// The carrier set its invoice off.
        SetOff = "set_off",
        /// The carrier owes it.
        Claim = "claim",
        /// The operator bears it.
        WriteOff = "write_off",
    }
}

impl DifferenceTo {
    /// Whether money is paid to shops that did not come: a second person with the right to approve decides.
    pub(super) const fn is_lost(self) -> bool {
        matches!(self, Self::Claim | Self::WriteOff)
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RunReport {
    /// Receipts that were said to be for a register.
    pub matched: i64,
    pub matched_kopecks: Kopecks,
    /// Registers of which all came.
    pub settled: i64,
    /// New findings.
    pub raised: i64,
    /// Findings that the facts have cured.
    pub cleared: i64,
}
