//! What an order is made of, and the figures others ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::request::LineRequest;
use super::state::OrderState;
pub use crate::catalog::OrderPolicy;
use crate::ids::{OrderId, OrderLineId, OwnerId, ProductId, WarehouseId};
use crate::record;
use crate::text_enum;
use crate::units::{Kopecks, Pieces, UtcMicros};

/// Who gets the parcel (получатель).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recipient {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postcode: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// An order before it is taken in, with its products found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderDraft {
    pub external_number: String,
    /// The owner's policy when absent.
    pub policy: Option<OrderPolicy>,
    pub priority: i64,
    pub promised_at: Option<UtcMicros>,
    pub carrier: String,
    pub pickup_point: String,
    pub recipient: Recipient,
    pub cod_kopecks: Kopecks,
    pub lines: Vec<DraftLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DraftLine {
    pub product: ProductId,
    pub quantity: Pieces,
    pub price_kopecks: Kopecks,
}

text_enum! {
    /// What became of an order that came in.
    pub enum IntakeOutcome {
        Created = "created",
        /// The same order is there already.
        Exists = "exists",
        /// Another order has this external number.
        Differs = "differs",
    }
}

/// An order that came in: the new one, or the one that has its external number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    pub order: OrderId,
    pub external_number: String,
    pub outcome: IntakeOutcome,
}

record! {
    /// The head of an order.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Order {
        pub id: OrderId,
        pub owner: OwnerId,
        pub warehouse: WarehouseId,
        pub number: String,
        pub external_number: String,
        pub state: OrderState,
        pub policy: OrderPolicy,
        pub priority: i64,
        pub promised_at: Option<UtcMicros>,
        pub carrier: String,
        pub pickup_point: String,
        pub recipient: Value,
        pub cod_kopecks: Kopecks,
        pub version: i64,
        pub created_at: UtcMicros,
    }
}

record! {
    /// A line with how far it has come.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OrderLine {
        pub id: OrderLineId,
        pub order: OrderId,
        pub line_number: i64,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub price_kopecks: Kopecks,
        pub ordered: Pieces,
        pub cancelled: Pieces,
        /// Promised before a wave, or held by its tasks.
        pub reserved: Pieces,
        pub picked: Pieces,
        pub packed: Pieces,
        pub shipped: Pieces,
    }
}

/// Which orders a wave asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveFilter {
    pub warehouse: WarehouseId,
    pub carrier: Option<String>,
    pub promised_before: Option<UtcMicros>,
    pub priority_min: Option<i64>,
    pub orders_max: i64,
    /// The first order goes even if it alone has more lines.
    pub lines_max: i64,
}

record! {
    /// A promised line that a wave may take.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReleasableLine {
        pub order: OrderId,
        pub line: OrderLineId,
        pub owner: OwnerId,
        pub product: ProductId,
        pub quantity: Pieces,
        pub carrier: String,
        pub pickup_point: String,
        pub priority: i64,
        pub promised_at: Option<UtcMicros>,
    }
}

/// What a run of the reservation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReserveReport {
    /// Waiting orders that were looked at.
    pub orders: i64,
    /// Orders that a wave may take now and could not before.
    pub orders_reserved: i64,
    pub lines: i64,
    pub pieces: i64,
}

impl ReserveReport {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            orders: self.orders + other.orders,
            orders_reserved: self.orders_reserved + other.orders_reserved,
            lines: self.lines + other.lines,
            pieces: self.pieces + other.pieces,
        }
    }
}

/// What was taken back from orders so that stock can leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShrinkReport {
    /// Pieces of the product that are promised no more.
    pub given_back: Pieces,
    pub orders: Vec<OrderId>,
    /// Other products that complete-only orders gave back with it; seek orders for them once the
    /// stock has left.
    pub products: Vec<ProductId>,
}

/// A new quantity for a line; zero cancels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineChange {
    pub line_id: OrderLineId,
    pub quantity: Pieces,
}

/// What is changed of an order; what is absent stays. What the buyer pays on delivery follows the
/// quantities: the price of the goods is paid for what is left of them, the delivery as before; when a
/// part was paid in advance, the rest in proportion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderChange {
    pub lines: Vec<LineChange>,
    pub carrier: Option<String>,
    pub pickup_point: Option<String>,
    pub recipient: Option<Recipient>,
    pub priority: Option<i64>,
    pub promised_at: Option<UtcMicros>,
    pub reason: String,
}

/// Lines more for an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesMore {
    pub lines: Vec<LineRequest>,
    /// What the buyer pays on delivery from now on, all lines together; absent: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cod_kopecks: Option<Kopecks>,
    pub reason: String,
}
