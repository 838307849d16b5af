//! The columns of a register, as data.

use super::{Cell, ManifestModel};
use crate::carriers::ParcelModel;

/// What a column may tell about.
pub(super) struct Line<'a> {
    /// Counted from 0.
    pub(super) index: usize,
    pub(super) manifest: &'a ManifestModel,
    pub(super) parcel: &'a ParcelModel,
}

/// Title, width in characters, value.
type RegisterColumn = (&'static str, u16, fn(&Line<'_>) -> Cell);

pub(super) const REGISTER: &[RegisterColumn] = &[
    ("№", 6, |line| Cell::Whole(i64::try_from(line.index + 1).unwrap_or(i64::MAX))),
    ("Номер места", 20, |line| Cell::text(&line.parcel.number)),
    ("Номер заказа", 20, |line| Cell::text(&line.parcel.order_number)),
    ("Магазин", 24, |line| Cell::text(&line.parcel.shop)),
    ("Получатель", 28, |line| Cell::text(&line.parcel.recipient.name)),
    ("Телефон", 16, |line| Cell::text(&line.parcel.recipient.phone)),
    ("Индекс", 10, |line| Cell::text(&line.parcel.recipient.postcode)),
    ("Город", 20, |line| Cell::text(&line.parcel.recipient.city)),
    ("Адрес", 40, |line| Cell::text(&line.parcel.recipient.address)),
    ("Пункт выдачи", 20, |line| Cell::text(&line.manifest.pickup_point)),
    ("Вес, кг", 10, |line| Cell::Weight(line.parcel.weight_g)),
    ("Наложенный платёж, ₽", 14, |line| Cell::Money(line.parcel.cod_kopecks)),
];
