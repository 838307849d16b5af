//! The catalogue: whose goods are kept, what they are, and the places they can be in.
//!
//! **Invariant:** a barcode means one product within an owner and a kind; the internal codes of the
//! operator mean one product whoever owns it. Which owner is meant is never guessed: a reader asks
//! [`barcode_hits`] and shows all answers.
//! **Invariant:** a contract and a lot are never edited; a place keeps its id when it is renamed, so
//! that no history is rewritten.
//! **Invariant:** stock can be promised out of unlocked storage bins, and out of pallets and boxes
//! that stand in them; `pickable` of a place says exactly that.
//!
//! Deliberately absent: a refusal to describe goods. The acceptance policy refuses at the dock
//! ([`acceptance_ensure`]), since a product must exist before somebody can waive a rule for it.

pub mod acceptance;
mod codes;
pub mod http;
mod layout;
pub mod service;
mod store;

use crate::commands::CommandError;
use crate::fault::InputError;
use crate::ids::{OwnerId, PlaceId, ProductId, WarehouseId};
use crate::stock::StockError;
use crate::taxes::VatClass;
use crate::units::{CubicCentimetres, Day, Grams, Millimetres, Pieces};
use crate::{faults, record, text_enum};

pub use self::layout::BinLayout;
pub use self::service::acceptance::{
    Refusal, acceptance_ensure, acceptance_refusals, rule_edit, waiver_add,
};
pub use self::service::barcodes::{
    BarcodeText, NewBarcode, barcode_hits, barcodes_add_many, internal_barcode_assign,
};
pub use self::service::bins::{
    BinTraits, BinsReport, NewBin, bin_lock, bin_rename, bin_unlock, bins_create_many,
    bins_generate, zone_create, zone_ensure,
};
pub use self::service::owners::{
    NewContract, NewOwner, contract_add, contract_valid, owner_by_code, owner_create, owner_find,
};
pub use self::service::places::{
    place_by_code, place_find, virtual_place, warehouse_create, warehouse_default, warehouse_list,
};
pub use self::service::products::{
    Measures, NewProduct, ProductFacts, lot_ensure, product_by_article, product_find,
    product_measure, products_by_article, products_create_many, products_find,
};
pub use self::service::units::{handling_unit_create, handling_unit_put};
pub use self::store::QUERIES;
pub use self::store::barcodes::Barcode;
pub use self::store::owners::{Contract, Owner};
pub use self::store::places::{Warehouse, Zone};
pub use self::store::products::Waiver;

faults! {
    /// Why the catalogue refuses.
    pub enum CatalogError {
        /// It does not exist, or belongs to another owner.
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
        ArticleTaken { article: String } => "article_taken", Conflict, "the article {article} belongs to another product";
        /// Another product of the same owner has it.
        BarcodeTaken { value: String } => "barcode_taken", Conflict, "the barcode {value} belongs to another product";
        /// The code of an owner, a warehouse, a zone or a bin.
        CodeTaken { code: String } => "code_taken", Conflict, "the code {code} is taken";
        /// The acceptance policy does not let these goods in.
        Refused { rule: String, article: String } => "acceptance_refused", Conflict, "the rule {rule} refuses the article {article}";
        LotExpiryDiffers { code: String, known: Day } => "lot_expiry_differs", Conflict, "the lot {code} expires on {known}";
        UnitInItself { code: String } => "unit_in_itself", Conflict, "{code} would stand in itself";
        /// Only bins and handling units of the same warehouse hold handling units.
        PlaceUnfit { code: String } => "place_unfit", Conflict, "{code} cannot hold this";
    }
    wraps { Input(InputError), Command(CommandError), Stock(StockError) }
}

text_enum! {
    /// What an order does when not everything is there.
    pub enum OrderPolicy {
        /// It holds nothing until it can have all (только целиком).
        CompleteOnly = "complete_only",
        /// It goes with what is there; the rest is cancelled when a wave takes it (частично).
        Partial = "partial",
        /// It keeps what it gets and waits for the rest (с ожиданием остатка).
        Backorder = "backorder",
    }
}

text_enum! {
    /// Who gave a barcode to a product.
    pub enum BarcodeKind {
        /// By the rules of GS1, with a check digit.
        Gtin = "gtin",
        /// By this operator.
        Internal = "internal",
        /// By the maker or the shop.
        Supplier = "supplier",
        /// The shop's article itself, printed as a barcode.
        Article = "article",
    }
}

text_enum! {
    pub enum PlaceKind {
        Bin = "bin",
        Pallet = "pallet",
        Tote = "tote",
        Box = "box",
        Parcel = "parcel",
        /// Outside: where goods come from.
        Supplier = "supplier",
        Carrier = "carrier",
        Buyer = "buyer",
        LostAndFound = "lost_and_found",
        Scrap = "scrap",
    }
}

impl PlaceKind {
    /// The places outside that each warehouse has, so that stock moves instead of appearing.
    pub const VIRTUAL: [Self; 5] =
        [Self::Supplier, Self::Carrier, Self::Buyer, Self::LostAndFound, Self::Scrap];

    pub const fn is_unit(self) -> bool {
        matches!(self, Self::Pallet | Self::Tote | Self::Box | Self::Parcel)
    }

    /// Stock in it can be promised when it stands in a pickable place. Totes and parcels hold what
    /// was picked already.
    pub const fn can_be_pickable(self) -> bool {
        matches!(self, Self::Bin | Self::Pallet | Self::Box)
    }
}

text_enum! {
    /// What a bin is for.
    pub enum BinPurpose {
        Storage = "storage",
        Receiving = "receiving",
        Packing = "packing",
        Staging = "staging",
        Quarantine = "quarantine",
        Returns = "returns",
    }
}

impl BinPurpose {
    /// Stock is promised out of storage only; everything else is on its way.
    pub const fn is_pickable(self) -> bool {
        matches!(self, Self::Storage)
    }
}

text_enum! {
    /// What may lie together in a bin.
    pub enum Mixing {
        Any = "any",
        OneOwner = "one_owner",
        OneProduct = "one_product",
        OneLot = "one_lot",
    }
}

record! {
    /// Goods of one owner (товар).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Product {
        pub id: ProductId,
        pub owner: OwnerId,
        pub article: String,
        pub name: String,
        pub category: String,
        pub length_mm: Millimetres,
        pub width_mm: Millimetres,
        pub height_mm: Millimetres,
        pub weight_g: Grams,
        pub fragile: bool,
        pub liquid: bool,
        pub lot_tracked: bool,
        pub expiry_tracked: bool,
        pub serial_tracked: bool,
        /// Each piece carries a marking code (маркировка).
        pub marked: bool,
        /// Travels in the box it came in.
        pub own_box: bool,
        /// With less life left it is refused at receiving.
        pub shelf_life_days_min: i64,
        /// By which rate of VAT it is sold.
        pub vat_class: VatClass,
        /// Sizes and weight were taken here, not told by the shop.
        pub measured: bool,
    }
}

record! {
    /// A product that a scanned string can mean.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BarcodeHit {
        pub owner: OwnerId,
        pub owner_name: String,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        /// For how many pieces the code stands: more than one on a box.
        pub pieces: Pieces,
        pub kind: BarcodeKind,
    }
}

record! {
    /// Where stock can be: a bin (ячейка), a handling unit or a virtual place.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Place {
        pub id: PlaceId,
        pub warehouse: WarehouseId,
        pub kind: PlaceKind,
        pub code: String,
        /// Its stock can be promised to orders.
        pub pickable: bool,
        pub locked: bool,
        /// Bins only, as are the sequence, the mixing and the limits.
        pub purpose: Option<BinPurpose>,
        /// The position on a picker's way.
        pub sequence: Option<i64>,
        pub mixing: Option<Mixing>,
        pub volume_max_cm3: Option<CubicCentimetres>,
        pub weight_max_g: Option<Grams>,
        /// Handling units only: what holds it.
        pub inside: Option<PlaceId>,
    }
}
