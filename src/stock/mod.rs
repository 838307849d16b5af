//! The stock ledger: what lies where, and how it came there.
//!
//! **Invariant:** stock never appears or vanishes, it moves: from the supplier's virtual place to a
//! bin, from a bin to a tote, from a parcel to the carrier. Every move is a row of `stock_entry` that
//! nobody can change; a trigger moves the balances, so that they cannot differ from the history.
//! **Invariant:** `balance.reserved` is what open pick tasks hold; `availability.reserved` is what
//! orders were promised before their wave; `availability.unallocated` is what is left to promise.
//! **Invariant:** rows are written in the order of their keys, so that transactions do not wait for
//! each other in a circle.
//!
//! Deliberately absent: a repair of balances. There is nothing to repair.

pub mod bins;
pub mod counts;
pub mod floor;
pub mod http;
pub mod integrity;
pub mod moves;
mod promises;
mod store;

use crate::catalog::{CatalogError, Mixing};
use crate::commands::{CommandError, Ctx};
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::faults;
use crate::ids::{LotId, OwnerId, PickTaskId, PlaceId, ProductId, StockEntryId};
use crate::orders::OrderError;
use crate::text_enum;
use crate::units::{Pieces, UtcMicros};

pub use self::promises::promise_waiting;
pub use self::store::{
    LIST_QUERIES, QUERIES, counts::QUERIES as COUNT_QUERIES, entry_insert_many,
    floor::QUERIES as FLOOR_QUERIES,
};

faults! {
    /// Why stock does not move.
    pub enum StockError {
        /// Less lies there than should leave, or the rest is held for pick tasks.
        Insufficient { wanted: Pieces } => "stock_insufficient", Conflict, "fewer than {wanted} pieces are free in that place";
        /// The promise to orders would exceed what is there.
        Promised => "stock_promised", Conflict, "the stock is promised to orders";
        /// The task is for another product, lot or place, or is finished.
        TaskMismatch => "pick_task_mismatch", Conflict, "the pick task does not fit";
        AcrossWarehouses => "stock_across_warehouses", Conflict, "the places are in different warehouses";
    }
}

faults! {
    /// Why goods are not put, moved or counted.
    pub enum GoodsError {
        NotFound { what: String } => "not_found", NotFound, "no such thing: {what}";
        /// Nothing goes in or out by hand until somebody unlocks it.
        BinLocked { bin: String } => "bin_locked", Conflict, "the bin {bin} is locked";
        BinCounting { bin: String } => "bin_counting", Conflict, "the bin {bin} is being counted";
        /// Other goods lie there, and the bin's rule forbids these beside them.
        BinMixing { bin: String, rule: Mixing } => "bin_mixing", Conflict, "the bin {bin} takes {rule}";
        /// The contract of one of the owners forbids a shared bin.
        BinOwners { bin: String } => "bin_owners_apart", Conflict, "a contract keeps the goods in {bin} apart";
        BinFull { bin: String, fits: Pieces } => "bin_full", Conflict, "{fits} pieces fit into {bin}";
        /// Somebody else was sent to the bin and is on his way.
        BinClaimed { bin: String } => "bin_claimed", Conflict, "somebody is on his way to {bin}";
        /// Goods are put into bins, pallets and boxes only.
        PlaceUnfit { place: String } => "place_not_for_goods", Conflict, "goods are not put into {place} by hand";
        SamePlace { place: String } => "place_same", Conflict, "the goods are in {place} already";
        CountClosed => "count_closed", Conflict, "the count is closed";
        CountNotStarted => "count_not_started", Conflict, "nobody counts";
        /// More is taken back than was counted.
        NotCounted => "count_line_missing", Conflict, "so many pieces were not counted";
        /// Who counted first does not count again.
        RecountByAnother { bin: String } => "recount_by_another", Conflict, "somebody else must recount {bin}";
    }
    wraps {
        Stock(StockError),
        Catalog(CatalogError),
        Orders(OrderError),
        Input(InputError),
        Command(CommandError),
    }
}

text_enum! {
    /// In which condition goods are; only available ones can be promised.
    pub enum Condition {
        Available = "available",
        Hold = "hold",
        Quarantine = "quarantine",
        Damaged = "damaged",
        Returns = "returns",
    }
}

text_enum! {
    /// Why stock moved.
    pub enum StockReason {
        /// The stock with which the system starts, from a file.
        Opening = "opening",
        Receipt = "receipt",
        ReceiptUndo = "receipt_undo",
        Putaway = "putaway",
        Move = "move",
        Pick = "pick",
        PickUndo = "pick_undo",
        PutBack = "put_back",
        Pack = "pack",
        Unpack = "unpack",
        Handover = "handover",
        CountFound = "count_found",
        CountLost = "count_lost",
        /// Only the condition changed.
        Condition = "condition",
    }
}

/// What is moved: so many pieces of one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goods {
    pub owner: OwnerId,
    pub product: ProductId,
    pub lot: LotId,
    pub quantity: Pieces,
}

/// A place and the condition of the goods in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub place: PlaceId,
    pub condition: Condition,
}

impl Spot {
    pub const fn available(place: PlaceId) -> Self {
        Self { place, condition: Condition::Available }
    }
}

/// One line of the ledger before it is written: `goods` left `from` and arrived at `to`.
#[derive(Debug, Clone)]
pub struct StockMove {
    pub reason: StockReason,
    pub goods: Goods,
    pub from: Spot,
    pub to: Spot,
    /// For picks and their undoing: the task whose reservation is used up or restored.
    pub task: Option<PickTaskId>,
    /// The delivery, order, count or manifest behind it.
    pub document: Option<uuid::Uuid>,
    pub note: Option<String>,
    /// On the floor; a buffered scan happened before it was recorded.
    pub happened_at: UtcMicros,
}

impl StockMove {
    pub const fn new(
        reason: StockReason,
        goods: Goods,
        from: Spot,
        to: Spot,
        at: UtcMicros,
    ) -> Self {
        Self { reason, goods, from, to, task: None, document: None, note: None, happened_at: at }
    }

    #[must_use]
    pub const fn with_document(mut self, document: uuid::Uuid) -> Self {
        self.document = Some(document);
        self
    }

    #[must_use]
    pub const fn with_task(mut self, task: PickTaskId) -> Self {
        self.task = Some(task);
        self
    }

    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Writes one line of the ledger. The balances move with it, or nothing does.
pub async fn stock_move(
    tx: &mut Tx,
    ctx: &Ctx,
    line: &StockMove,
) -> Result<StockEntryId, StockError> {
    debug_assert!(line.goods.quantity.is_positive(), "direction is from and to, never a sign");
    match store::entry_insert(tx, ctx, line).await {
        Ok(id) => Ok(id),
        Err(error) => Err(refusal(error, line.goods.quantity)),
    }
}

/// Which rule of the database refused, in the words of this capability.
pub fn refusal(error: DbError, wanted: Pieces) -> StockError {
    let DbError::Check { rule } = &error else { return error.into() };
    match rule.as_str() {
        "stock_missing" | "balance_on_hand" | "balance_reserved" => {
            StockError::Insufficient { wanted }
        }
        "availability_reserved" | "availability_unallocated" => StockError::Promised,
        "pick_task_mismatch" | "pick_task_progress" => StockError::TaskMismatch,
        "stock_across_warehouses" => StockError::AcrossWarehouses,
        _ => error.into(),
    }
}
