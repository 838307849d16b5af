//! Orders of shops: taken in, promised stock, changed and cancelled, with their history.
//!
//! An order's goods are first promised softly (a `reservation` per line against what is available in
//! the warehouse) and held hard by the pick tasks of a wave. Who is promised what is decided by
//! `allocate` in the order of priority, promised time and age.
//!
//! **Invariant:** the state of an order moves only along [`state`]; each change of it has an event.
//! **Invariant:** what is promised never exceeds what is available. The rows of availability are
//! locked in the order of products before they are read, and the database's own rule refuses more.
//! **Invariant:** locks are taken in the order: orders by id, availability by product. Whoever holds
//! stock already skips what others hold instead of waiting ([`reserve_waiting`]).
//! **Invariant:** what the buyer pays on delivery follows the lines (`cod`): nobody pays for goods that
//! were taken off.
//! **Invariant:** an external number names one order of its owner; other owners' orders are answered
//! like ones that do not exist.
//!
//! Deliberately absent: where the goods lie. That is asked by the wave. Tests: `tests/it/orders.rs`.

mod allocate;
mod cancel;
mod change;
mod cod;
pub mod http;
mod intake;
pub mod model;
mod read;
mod regular;
mod release;
mod request;
pub mod reserve;
mod shipping;
mod shrink;
pub mod state;
mod store;
pub mod why;

use crate::access::AccessError;
use crate::commands::CommandError;
use crate::fault::{Foreign, InputError};
use crate::faults;
use crate::ids::{OrderId, OrderLineId};
use crate::units::Pieces;

pub use self::cancel::{line_cancel_rest, order_cancel};
pub use self::change::{order_change, order_lines_add};
pub use self::intake::{INTAKE_MAX, orders_intake};
pub use self::model::{
    DraftLine, Intake, IntakeOutcome, LinesMore, OrderChange, OrderDraft, OrderPolicy, Recipient,
    ReleasableLine, ReserveReport, ShrinkReport, WaveFilter,
};
pub use self::read::{order_find, order_lines};
pub use self::regular::{RESERVE_EVERY, reserve_left_out, reserve_regularly};
pub use self::release::releasable_lines;
pub use self::release::{OrderNote, order_advance, order_event, order_events, orders_release};
pub use self::request::{LineRequest, OrderRequest, requests_resolve};
pub use self::reserve::{reserve_all, reserve_waiting};
pub use self::shipping::{ShippedPieces, orders_ship};
pub use self::shrink::reservations_shrink;
pub use self::state::{OrderState, OrderStep};
pub use self::store::{POSTGRES_QUERIES, QUERIES};

faults! {
    /// Why an order is refused.
    pub enum OrderError {
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
        /// The external number belongs to an order with other content.
        Exists { external_number: String } => "order_exists", Conflict, "the order {external_number} exists with other content";
        StepRefused { state: OrderState, step: OrderStep } => "order_step_refused", Conflict, "an order that is {state} refuses {step}";
        /// The goods have left.
        Shipped => "order_shipped", Conflict, "the order has been shipped";
        Cancelled => "order_cancelled", Conflict, "the order is cancelled";
        /// A wave has taken it: new goods would need a way of their own through the warehouse.
        LinesTooLate { state: OrderState } => "order_lines_too_late", Conflict, "an order that is {state} takes no more lines";
        /// A change would leave nothing of the order.
        Empty => "order_empty", Conflict, "nothing would be left of the order";
        /// A line has fewer open pieces than are to be taken off.
        LineRest { line: OrderLineId, pieces: Pieces } => "order_line_rest", Conflict, "the line {line} has no {pieces} pieces left to cancel";
        /// Pieces that lie in parcels cannot be taken off a line.
        NotReleasable { order: OrderId } => "order_not_releasable", Conflict, "the order {order} cannot be released";
        /// The shop's people name no owner, the operator's must.
        OwnerMissing => "order_owner_missing", Invalid, "the owner of the order is not named";
        WarehouseMissing => "order_warehouse_missing", Invalid, "there are several warehouses and none is named";
    }
    wraps { Input(InputError), Access(AccessError), Command(CommandError), Foreign(Foreign) }
}
