//! Waves and picking: which orders are fetched together, from which bins, into which totes.
//!
//! A wave (волна) takes reserved orders, gives each line the stock of concrete bins and puts the
//! orders onto carts. A batch (партия отбора) is one cart's round; a slot of it is one order and its
//! tote; a task is so many pieces of one lot in one bin for one line, and is the hard reservation.
//!
//! **Invariant:** a batch belongs to one device at a time. Another device takes it over as a whole
//! by its code, and goes on where the tasks stand.
//! **Invariant:** a pick is one line of the ledger, out of the task's bin into the slot's tote. A task
//! is never deleted: what is not picked is dropped, with a reason.
//! **Invariant:** what an order leaves in its tote when it is withdrawn is on the put-back list.
//! **Invariant:** goods that a picker did not find are out of what can be promised until counted.
//!
//! Deliberately absent: the reading of scans and the words on the screen, which are the terminal's.

pub mod allocate;
pub mod batching;
pub mod http;
pub mod service;
mod store;

use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::db::DbError;
use crate::fault::InputError;
use crate::ids::{
    BatchId, DeviceId, LotId, OrderId, OrderLineId, OwnerId, PickTaskId, PlaceId, ProductId,
    PutBackId, UserId, WarehouseId, WaveId,
};
use crate::orders::OrderError;
use crate::packing::UnpackError;
use crate::stock::{GoodsError, StockError};
use crate::units::{Day, Pieces, UtcMicros};
use crate::{faults, record, text_enum};

pub use self::batching::CartLimits;
pub use self::service::claim::{
    BatchWork, ToteIn, batch_claim, batch_finish, batch_give_back, batch_resume, batch_work,
    tote_bind,
};
pub use self::service::pick::{
    PickIn, Picked, TaskCursor, TaskIn, TaskRoute, pick_confirm, pick_further, pick_undo,
    tasks_from,
};
pub use self::service::put_back::{
    NewPutBack, PutBackIn, put_back_confirm, put_backs_add, put_backs_open,
};
pub use self::service::trouble::{
    Rest, lot_swap, lots_beside, pick_damaged, pick_short, zero_check_disagree,
};
pub use self::service::waves::{
    LeftOut, WaveCancelled, WaveIn, WaveReport, wave_cancel, wave_release,
};
pub use self::service::withdraw::{cart_clear, order_withdraw};
pub use self::store::{queries, tasks::LotBeside};

faults! {
    /// Why picking refuses.
    pub enum PickError {
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
        /// No reserved order answers the wave's filter, or the bins have nothing for them.
        NothingToRelease => "wave_empty", Conflict, "no order can be released";
        WaveFinished { number: String } => "wave_finished", Conflict, "the wave {number} is finished";
        /// Somebody picks it; only untouched batches can be cancelled.
        WaveInWork { number: String } => "wave_in_work", Conflict, "all batches of the wave {number} are being picked";
        NoBatch => "no_batch", NotFound, "no batch waits for a picker";
        /// Finished, cancelled, or taken over by another device.
        BatchNotYours { number: String } => "batch_not_yours", Conflict, "the batch {number} is not on this device";
        BatchOpenTasks { count: i64 } => "batch_open_tasks", Conflict, "{count} tasks are still open";
        ToteWrongKind { code: String } => "tote_wrong_kind", Conflict, "{code} is not a tote";
        /// It stands on another cart, or something lies in it.
        ToteTaken { code: String } => "tote_taken", Conflict, "the tote {code} is not free";
        SlotBound { slot: i64 } => "slot_bound", Conflict, "the slot {slot} has its tote";
        SlotUnbound { slot: i64 } => "slot_unbound", Conflict, "the slot {slot} has no tote yet";
        /// Done, or dropped since: its order was cancelled.
        TaskClosed => "task_closed", Conflict, "nothing is left to pick of this task";
        OverPick { wanted: Pieces, left: Pieces } => "over_pick", Conflict, "{wanted} pieces, but {left} are left to pick";
        /// The other lot has nothing free in this bin, or has expired.
        LotNotFree { lot: String } => "lot_not_free", Conflict, "nothing of the lot {lot} is free in this bin";
        /// The pieces are in no tote of the task any more.
        UndoTooLate => "undo_too_late", Conflict, "the pick cannot be taken back any more";
        PutBackDone => "put_back_done", Conflict, "the pieces are back already";
        PutBackTooMany { wanted: Pieces, left: Pieces } => "put_back_too_many", Conflict, "{wanted} pieces, but {left} are to be put back";
        /// Goods go back to where they can be promised again.
        PutBackPlace { code: String } => "put_back_place", Conflict, "{code} is not an unlocked storage bin";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Stock(StockError),
        Orders(OrderError),
        Catalog(CatalogError),
        Unpack(UnpackError),
        Goods(GoodsError),
    }
}

text_enum! {
    /// Where a wave is.
    pub enum WaveState {
        Released = "released",
        Done = "done",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Where a batch is.
    pub enum BatchState {
        /// Waits for a picker.
        Open = "open",
        Picking = "picking",
        Picked = "picked",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Why nobody picks the rest of a task.
    pub enum DropReason {
        /// It was not there (недобор).
        Short = "short",
        Damaged = "damaged",
        Cancelled = "cancelled",
        /// The picker took another lot of the same bin.
        OtherLot = "other_lot",
    }
}

record! {
    /// One task with all that its screen shows and its scan needs.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TaskFacts {
        pub task: PickTaskId,
        pub batch: BatchId,
        pub batch_number: String,
        pub batch_state: BatchState,
        pub device: Option<DeviceId>,
        pub slot: i64,
        pub sequence: i64,
        pub warehouse: WarehouseId,
        pub order: OrderId,
        pub line: OrderLineId,
        pub owner: OwnerId,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub lot: LotId,
        pub lot_code: String,
        pub expires_on: Option<Day>,
        pub place: PlaceId,
        pub place_code: String,
        pub quantity: Pieces,
        pub picked: Pieces,
        pub dropped: Pieces,
        pub drop_reason: Option<DropReason>,
        pub tote: Option<PlaceId>,
        pub tote_code: Option<String>,
        /// The order is still on the cart.
        pub slot_open: bool,
        /// Everything that lies in the place, of any product.
        pub place_on_hand: Pieces,
        /// The product's barcodes, each with the pieces it stands for: see [`TaskFacts::barcodes`].
        barcodes: Option<String>,
    }
}

/// Between the barcodes of one product, and between a barcode and its pieces: characters that no
/// barcode holds.
pub(crate) const BARCODE_END: &str = "\u{1e}";
pub(crate) const BARCODE_PIECES: &str = "\u{1f}";

impl TaskFacts {
    /// What is left to pick.
    pub fn left(&self) -> Pieces {
        Pieces::new(self.quantity.get() - self.picked.get() - self.dropped.get())
    }

    pub const fn cursor(&self) -> TaskCursor {
        TaskCursor { sequence: self.sequence, task: self.task }
    }

    /// The strings that name the product, and for how many pieces each stands.
    pub fn barcodes(&self) -> Vec<(String, Pieces)> {
        let all = self.barcodes.as_deref().unwrap_or_default();
        all.split(BARCODE_END)
            .filter_map(|one| one.split_once(BARCODE_PIECES))
            .filter_map(|(value, pieces)| {
                Some((value.to_owned(), Pieces::new(pieces.parse().ok()?)))
            })
            .collect()
    }
}

record! {
    /// One slot of a cart.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Slot {
        pub slot: i64,
        pub order: OrderId,
        pub order_number: String,
        /// The shop's own number: what people on the floor call the order.
        pub external_number: String,
        pub owner_name: String,
        pub tote: Option<PlaceId>,
        pub tote_code: Option<String>,
        /// The order is still on the cart: not withdrawn, not packed.
        pub open: bool,
    }
}

record! {
    /// Goods on their way back to the shelf.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PutBack {
        pub id: PutBackId,
        pub warehouse: WarehouseId,
        pub order: OrderId,
        pub order_number: String,
        pub owner: OwnerId,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub lot: LotId,
        pub lot_code: String,
        pub place: PlaceId,
        pub place_code: String,
        pub quantity: Pieces,
        pub done: Pieces,
        pub created_at: UtcMicros,
    }
}

record! {
    /// A wave and how far it is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Wave {
        pub id: WaveId,
        pub warehouse: WarehouseId,
        pub number: String,
        pub carrier: Option<String>,
        pub cutoff_at: Option<UtcMicros>,
        pub state: WaveState,
        pub created_at: UtcMicros,
    }
}

record! {
    /// A batch and how far it is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Batch {
        pub id: BatchId,
        pub wave: WaveId,
        pub warehouse: WarehouseId,
        pub number: String,
        pub state: BatchState,
        pub priority: i64,
        pub device: Option<DeviceId>,
        pub actor: Option<UserId>,
        pub claimed_at: Option<UtcMicros>,
        pub tasks: i64,
        pub tasks_open: i64,
        pub pieces: Pieces,
        pub pieces_picked: Pieces,
        pub pieces_dropped: Pieces,
    }
}

/// A refusal of the database means that the facts changed under the command: it runs again as a
/// whole, from fresh ones.
fn refused_is_conflict(tx: &mut crate::db::Tx, error: DbError) -> DbError {
    match error {
        DbError::Check { .. } | DbError::Unique => tx.conflict(),
        other => other,
    }
}
