//! What carriers invoiced for an owner's parcels, and what the owner was charged for it.

use crate::carriers::registry::carrier_of;
use crate::documents::{Cell, Column, DocumentError, Sheet, xlsx};
use crate::ids::CarrierInvoiceId;
use crate::record;
use crate::units::{Day, Kopecks};

record! {
    /// One invoice as it concerns one owner.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Passed {
        pub invoice: CarrierInvoiceId,
        pub carrier: String,
        pub number: String,
        pub day: Day,
        pub lines: i64,
        /// The owner's lines as the carrier invoiced them.
        pub invoiced: Kopecks,
        /// With their part of what concerns the whole invoice.
        pub cost: Kopecks,
        /// What the ledger charged: the same.
        pub charged: Kopecks,
    }
}

impl Passed {
    /// Its part of what concerns the whole invoice: a discount is negative.
    pub const fn shared(&self) -> Kopecks {
        Kopecks::new(self.cost.get() - self.invoiced.get())
    }

    /// What was charged beyond what the invoice costs the owner: zero.
    pub const fn difference(&self) -> Kopecks {
        Kopecks::new(self.charged.get() - self.cost.get())
    }

    /// One of the sums, over all invoices.
    pub fn total(rows: &[Self], of: fn(&Self) -> Kopecks) -> Kopecks {
        Kopecks::new(rows.iter().map(|row| of(row).get()).sum())
    }
}

/// An invoice on each row, as shops and their reports are shown them; `charged` is the title of the last
/// column.
pub fn passed_sheet(rows: &[Passed], charged: &str) -> Sheet {
    let columns = [
        ("Перевозчик", 20),
        ("Счёт", 20),
        ("Дата", 12),
        ("Строк", 8),
        ("Выставил перевозчик, ₽", 16),
        ("Доля скидки или сбора, ₽", 16),
        (charged, 16),
    ];
    let total = |of: fn(&Passed) -> Kopecks| Cell::Money(Passed::total(rows, of));
    let row = |one: &Passed| {
        vec![
            Cell::text(carrier_of(&one.carrier).name()),
            Cell::text(&one.number),
            Cell::text(one.day.russian_text()),
            Cell::Whole(one.lines),
            Cell::Money(one.invoiced),
            Cell::Money(one.shared()),
            Cell::Money(one.charged),
        ]
    };
    Sheet {
        name: "Услуги перевозчиков".to_owned(),
        columns: columns.map(|(title, width)| Column::new(title, width)).to_vec(),
        rows: rows.iter().map(row).collect(),
        totals: vec![
            Cell::text("Всего"),
            Cell::Empty,
            Cell::Empty,
            Cell::Whole(rows.iter().map(|one| one.lines).sum()),
            total(|one| one.invoiced),
            total(Passed::shared),
            total(|one| one.charged),
        ],
        ..Sheet::default()
    }
}

/// The invoices of these days as a workbook.
pub(super) fn proof(
    owner: &str,
    (from, to): (Day, Day),
    rows: &[Passed],
) -> Result<Vec<u8>, DocumentError> {
    xlsx::write(&Sheet {
        title: format!("Услуги перевозчиков с {} по {}", from.russian_text(), to.russian_text()),
        head: vec![("Магазин".to_owned(), owner.to_owned())],
        ..passed_sheet(rows, "Начислено магазину, ₽")
    })
}
