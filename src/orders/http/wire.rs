//! Orders as JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{OrderEventId, OrderId, OrderLineId, OwnerId, ProductId, WarehouseId};
use crate::orders::model::{Order, OrderLine, OrderPolicy};
use crate::orders::read::EventRow;
use crate::orders::request::OrderRequest;
use crate::orders::state::OrderState;
use crate::orders::why::{LineWhy, Why};
use crate::units::{Kopecks, Pieces, UtcMicros};

/// A new order.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderIn {
    /// The operator's people name the shop; a shop's key is its own.
    #[serde(default)]
    pub(super) owner_id: Option<OwnerId>,
    /// May be absent where there is one warehouse.
    #[serde(default)]
    pub(super) warehouse_id: Option<WarehouseId>,
    #[serde(flatten)]
    pub(super) order: OrderRequest,
}

/// Up to 500 new orders of one shop.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderBatchIn {
    #[serde(default)]
    pub(super) owner_id: Option<OwnerId>,
    #[serde(default)]
    pub(super) warehouse_id: Option<WarehouseId>,
    pub(super) orders: Vec<OrderRequest>,
}

/// What became of one order of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct BatchItemOut {
    pub(super) external_number: String,
    /// `created`, `exists` (the same order was there), `order_exists` (another one has the number)
    /// or `input_invalid`.
    pub(super) outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) order_id: Option<OrderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<OrderState>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) fields: Vec<BatchFieldOut>,
}

/// A wrong field of an order of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct BatchFieldOut {
    pub(super) field: String,
    pub(super) code: String,
}

/// The batch, order by order, as it came.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderBatchOut {
    pub(super) items: Vec<BatchItemOut>,
}

/// Why an order is cancelled.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct CancelIn {
    pub(super) reason: String,
}

/// The head of an order.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderHeadOut {
    pub(super) id: OrderId,
    pub(super) owner_id: OwnerId,
    pub(super) warehouse_id: WarehouseId,
    pub(super) number: String,
    pub(super) external_number: String,
    pub(super) state: OrderState,
    pub(super) policy: OrderPolicy,
    pub(super) priority: i64,
    pub(super) promised_at: Option<UtcMicros>,
    pub(super) carrier: String,
    pub(super) pickup_point: String,
    pub(super) recipient: Value,
    pub(super) cod_kopecks: Kopecks,
    /// Counts the changes.
    pub(super) version: i64,
    pub(super) created_at: UtcMicros,
}

/// A line with how far it has come; ordered ≥ reserved ≥ picked ≥ packed ≥ shipped.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderLineOut {
    pub(super) id: OrderLineId,
    pub(super) line_number: i64,
    pub(super) product_id: ProductId,
    pub(super) article: String,
    pub(super) name: String,
    pub(super) price_kopecks: Kopecks,
    pub(super) ordered: Pieces,
    pub(super) reserved: Pieces,
    pub(super) picked: Pieces,
    pub(super) packed: Pieces,
    pub(super) shipped: Pieces,
    /// Taken off, each time with an event that says why.
    pub(super) cancelled: Pieces,
}

/// One line of an order's history.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderEventOut {
    pub(super) id: OrderEventId,
    pub(super) kind: String,
    /// The state after it.
    pub(super) state: OrderState,
    pub(super) detail: Value,
    pub(super) user_name: Option<String>,
    pub(super) device_name: Option<String>,
    pub(super) happened_at: UtcMicros,
}

/// An order with its lines and its history.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderOut {
    #[serde(flatten)]
    pub(super) head: OrderHeadOut,
    pub(super) lines: Vec<OrderLineOut>,
    pub(super) events: Vec<OrderEventOut>,
}

/// What a line lacks and why.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct LineReservationOut {
    pub(super) line_id: OrderLineId,
    pub(super) product_id: ProductId,
    pub(super) article: String,
    /// Ordered and not cancelled.
    pub(super) open: Pieces,
    pub(super) reserved: Pieces,
    pub(super) missing: Pieces,
    /// In the warehouse, wherever and in whatever condition.
    pub(super) on_hand: Pieces,
    /// Can be promised now.
    pub(super) free: Pieces,
    pub(super) reasons: Vec<Why>,
}

/// The promise of an order, line by line.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct OrderReservationOut {
    pub(super) order_id: OrderId,
    pub(super) state: OrderState,
    pub(super) policy: OrderPolicy,
    pub(super) lines: Vec<LineReservationOut>,
}

impl From<Order> for OrderHeadOut {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            owner_id: order.owner,
            warehouse_id: order.warehouse,
            number: order.number,
            external_number: order.external_number,
            state: order.state,
            policy: order.policy,
            priority: order.priority,
            promised_at: order.promised_at,
            carrier: order.carrier,
            pickup_point: order.pickup_point,
            recipient: order.recipient,
            cod_kopecks: order.cod_kopecks,
            version: order.version,
            created_at: order.created_at,
        }
    }
}

impl From<OrderLine> for OrderLineOut {
    fn from(line: OrderLine) -> Self {
        Self {
            id: line.id,
            line_number: line.line_number,
            product_id: line.product,
            article: line.article,
            name: line.name,
            price_kopecks: line.price_kopecks,
            ordered: line.ordered,
            reserved: line.reserved,
            picked: line.picked,
            packed: line.packed,
            shipped: line.shipped,
            cancelled: line.cancelled,
        }
    }
}

impl From<EventRow> for OrderEventOut {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            detail: row.detail,
            user_name: row.user_name,
            device_name: row.device_name,
            happened_at: row.happened_at,
        }
    }
}

impl From<LineWhy> for LineReservationOut {
    fn from(why: LineWhy) -> Self {
        Self {
            line_id: why.line,
            product_id: why.product,
            article: why.article,
            open: why.open,
            reserved: why.reserved,
            missing: why.missing,
            on_hand: why.on_hand,
            free: why.free,
            reasons: why.reasons,
        }
    }
}

impl From<&crate::fault::FieldFault> for BatchFieldOut {
    fn from(fault: &crate::fault::FieldFault) -> Self {
        Self { field: fault.field.clone(), code: fault.code.to_owned() }
    }
}
