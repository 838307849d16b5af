//! What invoices consist of.

use crate::carriers::model::{ChargeKind, InvoiceLine};
use crate::ids::{CarrierInvoiceId, OwnerId, ParcelId, UserId};
use crate::units::{Day, Grams, Kopecks, UtcMicros};
use crate::{record, text_enum};

text_enum! {
    /// How far an invoice is.
    pub enum InvoiceState {
        /// Its lines are being written.
        Loading = "loading",
        /// Compared; people decide about its exceptions.
        Draft = "draft",
        /// Charged, for ever.
        Accepted = "accepted",
        Rejected = "rejected",
    }
}

text_enum! {
    /// What does not agree.
    pub enum ExceptionKind {
        UnknownParcel = "unknown_parcel",
        /// The parcel went with another carrier.
        NotOurCarrier = "not_our_carrier",
        /// Charged before, on this invoice or another one.
        Duplicate = "duplicate",
        /// It gives back what the operator may have borne.
        CreditOfOperator = "credit_of_operator",
        /// Delivery costs something else than was offered.
        AmountDiffers = "amount_differs",
        WeightAboveOurs = "weight_above_ours",
        /// Of a line: no rate gives it. Of the whole: not the sum of the lines.
        VatDiffers = "vat_differs",
        /// The stated total is not what lines and discount make.
        TotalDiffers = "total_differs",
    }
}

text_enum! {
    /// What a person decides about an exception.
    #[schema(as = ExceptionResolution)]
    pub enum Resolution {
        /// It is right, or is argued about later: the parcel's shop is charged what the carrier says.
        PassOn = "pass_on",
        /// It is this shop's.
        Owner = "owner",
        /// The operator bears it.
        Operator = "operator",
        /// All shops of the invoice bear it, in proportion.
        Spread = "spread",
        /// Another charge that only looks the same.
        Separate = "separate",
    }
}

impl ExceptionKind {
    /// Whether an invoice cannot be accepted before somebody has decided.
    pub const fn is_blocking(self) -> bool {
        matches!(
            self,
            Self::UnknownParcel
                | Self::NotOurCarrier
                | Self::Duplicate
                | Self::CreditOfOperator
                | Self::TotalDiffers
        )
    }

    /// Whether this decision answers it.
    pub const fn admits(self, resolution: Resolution) -> bool {
        match resolution {
            Resolution::Operator => !matches!(self, Self::VatDiffers),
            Resolution::Owner => matches!(self, Self::UnknownParcel),
            Resolution::Spread => matches!(self, Self::UnknownParcel | Self::TotalDiffers),
            Resolution::Separate => matches!(self, Self::Duplicate),
            Resolution::PassOn => matches!(
                self,
                Self::NotOurCarrier
                    | Self::CreditOfOperator
                    | Self::AmountDiffers
                    | Self::WeightAboveOurs
                    | Self::VatDiffers
            ),
        }
    }
}

record! {
    /// An invoice without its lines.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Invoice {
        pub id: CarrierInvoiceId,
        pub carrier: String,
        pub number: String,
        pub day: Day,
        pub period_from: Option<Day>,
        pub period_to: Option<Day>,
        pub total: Kopecks,
        pub listed: Option<Kopecks>,
        pub vat: Option<Kopecks>,
        pub discount: Kopecks,
        pub state: InvoiceState,
        pub content: Vec<u8>,
        /// SHA-256 of its lines as they are counted: whoever goes on with its import counts them so.
        pub numbering: Vec<u8>,
        pub file: String,
        pub line_count: i64,
        pub created_at: UtcMicros,
        pub decided_by: Option<UserId>,
        pub decided_at: Option<UtcMicros>,
        pub reason: Option<String>,
    }
}

record! {
    /// A line, with what is known of its parcel beside it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LineRow {
        pub line: i64,
        pub track: String,
        pub number: String,
        pub order_number: String,
        pub kind: ChargeKind,
        pub words: String,
        pub amount: Kopecks,
        pub vat: Option<Kopecks>,
        pub weight: Option<Grams>,
        pub service_day: Option<Day>,
        pub identity: String,
        pub parcel: Option<ParcelId>,
        pub owner: Option<OwnerId>,
        /// What the carrier offered.
        pub quoted: Option<Kopecks>,
        /// The weight that the carrier was told.
        pub declared: Option<Grams>,
        /// The weight on our scales.
        pub weighed: Option<Grams>,
    }
}

record! {
    /// Something that does not agree, and what was decided about it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ExceptionRow {
        /// 0: the invoice as a whole.
        pub line: i64,
        pub kind: ExceptionKind,
        /// Kopecks or grams, as the kind is.
        pub expected: Option<i64>,
        pub found: Option<i64>,
        pub resolution: Option<Resolution>,
        pub owner: Option<OwnerId>,
        pub reason: Option<String>,
        pub resolved_at: Option<UtcMicros>,
    }
}

/// Something that does not agree, as it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub line: i64,
    pub kind: ExceptionKind,
    pub expected: Option<i64>,
    pub found: Option<i64>,
}

/// What we know of a parcel that a line names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub parcel: ParcelId,
    pub owner: OwnerId,
    pub carrier: String,
    pub quoted: Option<Kopecks>,
    pub declared: Option<Grams>,
    pub weighed: Option<Grams>,
}

impl LineRow {
    /// What the carrier told of it.
    pub fn told(&self) -> InvoiceLine {
        InvoiceLine {
            line: self.line,
            track: self.track.clone(),
            number: self.number.clone(),
            order_number: self.order_number.clone(),
            kind: self.kind,
            words: self.words.clone(),
            amount_kopecks: self.amount,
            vat_kopecks: self.vat,
            weight_g: self.weight,
            service_day: self.service_day,
        }
    }
}
