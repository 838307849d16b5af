//! Goods come in (приёмка) and are put away (размещение).
//!
//! A delivery is a document: announced by the shop with its lines, or blind. Receivers
//! count at a dock; each portion is a line of the ledger and a row of `receipt`. Closing names every
//! difference once.
//!
//! **Invariant:** the pieces of a delivery's line are the sum of its portions, however many people
//! count; nothing is added after closing, and a correction is a document of its own.
//! **Invariant:** only goods of the delivery's owner come into stock. Unknown goods, goods of others
//! and refused goods are written down and stay out.
//!
//! Deliberately absent: putting goods where a shop wants them. Bins are proposed by [`putaway`].

pub mod http;
mod labels;
pub mod putaway;
pub mod service;
mod store;

use serde::{Deserialize, Serialize};

use crate::catalog::{CatalogError, Measures};
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::ids::{InboundId, OwnerId, ProductId, WarehouseId};
use crate::printing::PrintError;
use crate::stock::{Condition, GoodsError, StockError};
use crate::units::{Day, Pieces, UtcMicros};
use crate::{faults, text_enum};

pub use self::service::closing::{
    ReversalIn, ReversalLine, inbound_close, inbound_reverse, inbound_view,
};
pub use self::service::inbounds::{
    inbound_announce, inbound_cancel, inbound_find, inbound_list, inbound_start,
    inbounds_by_number, inbounds_open,
};
pub use self::service::putaway::{
    PutChoice, PutIn, PutOut, WaitingGoods, goods_waiting, putaway_propose, putaway_put,
};
pub use self::service::receipts::{
    NoteIn, Received, Undone, discrepancy_note, label_reprint, receive, receive_undo,
};
pub use self::store::{
    DiscrepancyRow, InboundRow, LineRow, PortionRow, QUERIES, putaway::QUERIES as PUTAWAY_QUERIES,
};

faults! {
    /// Why goods are not taken in or put away.
    pub enum ReceivingError {
        NotFound { what: String } => "not_found", NotFound, "no such thing: {what}";
        /// The shop used the number for a delivery of other goods.
        ExternalNumberTaken { number: String } => "inbound_external_taken", Conflict, "the number {number} stands for another delivery";
        InboundClosed { number: String } => "inbound_closed", Conflict, "the delivery {number} is closed";
        InboundCancelled { number: String } => "inbound_cancelled", Conflict, "the delivery {number} is cancelled";
        InboundNotStarted { number: String } => "inbound_not_started", Conflict, "nobody receives {number} yet";
        /// Only a delivery of which nothing was received can be cancelled.
        InboundStarted { number: String } => "inbound_started", Conflict, "the delivery {number} is being received";
        InboundNotClosed { number: String } => "inbound_not_closed", Conflict, "the delivery {number} is not closed";
        DockElsewhere { bin: String } => "inbound_at_other_dock", Conflict, "the delivery is received at {bin}";
        NotADock { bin: String } => "not_a_dock", Conflict, "{bin} is no receiving bin";
        /// Nobody is told whose the goods are.
        GoodsOfAnother { article: String } => "goods_of_another_owner", Conflict, "the goods {article} are not of the delivery's owner";
        /// More than was announced; taken only when somebody says so.
        Surplus { expected: Pieces, received: Pieces } => "receipt_surplus", Conflict, "{expected} were announced, {received} are received already";
        LotNeeded { article: String } => "lot_needed", Conflict, "the goods {article} are kept by lots";
        ExpiryNeeded { article: String } => "expiry_needed", Conflict, "the goods {article} have an expiry date";
        ExpiryTooShort { expires_on: Day, days_min: i64 } => "expiry_too_short", Conflict, "{expires_on} is less than {days_min} days ahead";
        NothingToUndo => "receipt_nothing_to_undo", Conflict, "no receipt can be undone";
        /// They were put away since.
        GoodsLeft => "receipt_goods_left", Conflict, "the goods have left the dock";
        /// More is sent back than came in.
        ReversalTooLarge { received: Pieces } => "reversal_too_large", Conflict, "only {received} pieces were received";
        NoBin => "putaway_no_bin", Conflict, "no bin takes these goods";
        NotForGoods { bin: String } => "putaway_not_there", Conflict, "{bin} is not for keeping goods";
    }
    wraps {
        Goods(GoodsError),
        Stock(StockError),
        Catalog(CatalogError),
        Print(PrintError),
        Input(InputError),
        Command(CommandError),
    }
}

text_enum! {
    pub enum InboundKind {
        /// The shop said what comes (ASN).
        Announced = "announced",
        Blind = "blind",
    }
}

text_enum! {
    pub enum InboundState {
        Announced = "announced",
        Receiving = "receiving",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// In what a delivery differs from what was announced (расхождение).
    pub enum DiscrepancyKind {
        Shortage = "shortage",
        Surplus = "surplus",
        Damage = "damage",
        UnknownGoods = "unknown_goods",
        OtherOwner = "other_owner",
        Refused = "refused",
    }
}

text_enum! {
    /// What to do with pieces beyond the announced number.
    #[derive(Default)]
    pub enum Surplus {
        #[default]
        Refuse = "refuse",
        Allow = "allow",
    }
}

text_enum! {
    /// Whether goods that came with nothing to scan get labels now.
    #[derive(Default)]
    pub enum Labelling {
        #[default]
        WhenNeeded = "when_needed",
        /// Our label is on them already.
        Never = "never",
    }
}

/// A delivery to be announced.
#[derive(Debug, Clone)]
pub struct AnnounceIn {
    pub owner: OwnerId,
    pub warehouse: WarehouseId,
    pub external_number: Option<String>,
    pub kind: InboundKind,
    pub expected_on: Option<Day>,
    /// Each product once.
    pub lines: Vec<(ProductId, Pieces)>,
}

/// One portion that a receiver counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveIn {
    pub inbound: InboundId,
    pub product: ProductId,
    pub lot_code: Option<String>,
    pub expires_on: Option<Day>,
    pub quantity: Pieces,
    /// Available or damaged.
    pub condition: Condition,
    pub surplus: Surplus,
    pub labelling: Labelling,
    pub measures: Option<Measures>,
    pub happened_at: UtcMicros,
}
