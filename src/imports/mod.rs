//! Files of shops: orders, products, stock and bins from CSV or XLSX.
//!
//! A file is read row by row ([`table`]), its columns are found by their headings ([`map`]), and
//! some hundred rows at a time become one transaction. What a row means is said per kind in
//! [`orders`], [`products`], [`stock`] and [`bins`]; lists of delivery points go the way of those that
//! carriers tell by themselves ([`points`]), and invoices the way of those ([`invoices`]).
//!
//! **Invariant:** an import can be repeated and adds nothing the second time: orders are known by
//! their external number, products by article, bins by code, stock by the file's hash and line.
//! **Invariant:** a row that is refused changes nothing and is told with file, line, column and what
//! to do. It is kept in `import_refusal` and told again when the file comes again.
//! **Invariant:** with `whole` either every row of the file is applied or none.
//!
//! Deliberately absent: guessing. A column that is not known is an error that lists the headings.
//! Tests: `tests/it/imports.rs`.

mod bins;
pub(crate) mod cells;
pub(crate) mod heading;
pub mod http;
pub mod invoices;
pub mod map;
mod orders;
pub mod points;
mod products;
mod run;
mod stock;
mod store;
pub mod table;

use serde::Serialize;

pub use self::run::run;
pub use self::store::QUERIES;
pub use self::table::Source;
use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::i18n::{self, Language};
use crate::ids::{OwnerId, WarehouseId};
use crate::invoices::InvoiceError;
use crate::orders::OrderError;
use crate::points::PointsError;
use crate::stock::StockError;
use crate::text_enum;

faults! {
    /// Why a file is not imported.
    pub enum ImportError {
        /// Not a CSV or XLSX, damaged, or not there.
        Unreadable { file: String, why: String } => "import_unreadable", Invalid, "the file {file} cannot be read: {why}";
        ColumnMissing { file: String, field: String, headings: String } => "import_column_missing", Invalid, "the file {file} has no column for {field} among {headings}";
        FieldUnknown { field: String, known: String } => "import_field_unknown", Invalid, "{field} is not one of {known}";
        MapInvalid { map: String } => "import_map_invalid", Invalid, "the column map {map} cannot be read";
        OwnerMissing => "import_owner_missing", Invalid, "the owner of the goods is not named";
        /// Nothing of a file that was to be applied as a whole.
        Refused { file: String, line: i64, column: String, why: String, count: usize } => "import_refused", Invalid, "{file}, line {line}, column {column}: {why}; {count} rows are wrong";
    }
    wraps { Input(InputError), Catalog(CatalogError), Orders(OrderError), Stock(StockError), Points(PointsError), Invoices(InvoiceError), Command(CommandError) }
}

text_enum! {
    /// What a file holds.
    pub enum ImportKind {
        Orders = "orders",
        Products = "products",
        Stock = "stock",
        Bins = "bins",
    }
}

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    pub kind: ImportKind,
    /// A file on disk, or the bytes that were sent.
    pub source: Source,
    /// How the file is called in messages.
    pub file: String,
    /// Whose orders, products or stock; bins have no owner.
    pub owner: Option<OwnerId>,
    /// The only one when absent.
    pub warehouse: Option<WarehouseId>,
    /// The column map, as [`map::overrides`] takes it.
    pub map: String,
    pub new_products: NewProducts,
    pub mode: ImportMode,
}

/// What an order file's unknown articles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewProducts {
    /// A mistake: the order is refused.
    Refuse,
    /// New products, named as the file names them.
    Create,
}

/// What a wrong row does to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// Right rows are applied, wrong ones are listed.
    Rows,
    /// One wrong row refuses the file.
    Whole,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    pub lines: u64,
    pub lines_total: u64,
}

/// Why a row can be refused; the sentence is `import-<code>` with dashes.
pub const REFUSAL_CODES: &[&str] = &[
    "missing",
    "not_goods",
    "cancellation_without_order",
    "quantity_impossible",
    "not_a_whole_number",
    "not_a_price",
    "price_negative",
    "article_unknown",
    "order_exists",
    "not_a_time",
    "not_a_day",
    "duplicate_in_file",
    "barcode_taken",
    "bad_value",
    "bin_unknown",
    "word_unknown",
];

/// A row that was not applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Refusal {
    pub line: i64,
    /// The heading of the wrong cell.
    pub column: Option<String>,
    /// Stable, in `snake_case`.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// What stands in the cell.
    pub value: String,
}

impl Refusal {
    /// What is wrong and what to do.
    pub fn text(&self, language: Language) -> String {
        let key = format!("import-{}", self.code.replace('_', "-"));
        i18n::text(language, &key, &[("value", self.value.clone())])
    }
}

/// One wrong row refuses a file that is to be applied as a whole; the first of them is told.
fn refuse_whole(file: &str, refusals: &[Refusal]) -> Result<(), ImportError> {
    let Some(first) = refusals.iter().min_by_key(|refusal| refusal.line) else { return Ok(()) };
    Err(ImportError::Refused {
        file: file.to_owned(),
        line: first.line,
        column: first.column.clone().unwrap_or_default(),
        why: first.text(Language::Russian),
        count: refusals.len(),
    })
}

/// What an import came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Rows behind the heading.
    pub rows: i64,
    /// New orders, products, stock lines or bins.
    pub created: i64,
    /// Those that were there already.
    pub unchanged: i64,
    /// Products that an order file brought along.
    pub products_created: i64,
    pub refusals: Vec<Refusal>,
}
