//! The rules of a bin: what may lie together in it, and how much fits.
//!
//! Pure; the service that asks them is [`super::floor`].

use std::collections::BTreeSet;

use crate::catalog::{Mixing, Place, Product};
use crate::ids::{LotId, OwnerId, ProductId};
use crate::units::Pieces;

const MM3_IN_CM3: i64 = 1_000;

/// What lies in a bin, as far as its rules ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinLoad {
    pub owners: BTreeSet<OwnerId>,
    pub products: BTreeSet<ProductId>,
    pub lots: BTreeSet<LotId>,
    pub volume_mm3: i64,
    pub weight_g: i64,
}

/// One piece of goods, as far as a bin's rules ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub owner: OwnerId,
    pub product: ProductId,
    pub lot: LotId,
    /// Nothing for goods that nobody has measured: they fit anywhere.
    pub volume_mm3: i64,
    pub weight_g: i64,
}

impl Piece {
    pub fn of(product: &Product, lot: LotId) -> Self {
        let sides = [product.length_mm, product.width_mm, product.height_mm];
        let volume_mm3 = sides.iter().fold(1_i64, |volume, side| volume.saturating_mul(side.get()));
        let weight_g = product.weight_g.get();
        Self { owner: product.owner, product: product.id, lot, volume_mm3, weight_g }
    }
}

impl BinLoad {
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// Notes goods that lie in the bin, or will.
    pub fn add(&mut self, piece: &Piece, pieces: i64) {
        self.owners.insert(piece.owner);
        self.products.insert(piece.product);
        self.lots.insert(piece.lot);
        self.volume_mm3 = self.volume_mm3.saturating_add(piece.volume_mm3.saturating_mul(pieces));
        self.weight_g = self.weight_g.saturating_add(piece.weight_g.saturating_mul(pieces));
    }

    /// Whether goods of another owner than `owner` lie there.
    pub fn has_stranger(&self, owner: OwnerId) -> bool {
        self.owners.iter().any(|known| *known != owner)
    }
}

/// Whether the bin's mixing rule lets `piece` in beside what lies there.
pub fn mixing_allows(mixing: Mixing, load: &BinLoad, piece: &Piece) -> bool {
    match mixing {
        Mixing::Any => true,
        Mixing::OneOwner => load.owners.iter().all(|owner| *owner == piece.owner),
        Mixing::OneProduct => load.products.iter().all(|product| *product == piece.product),
        Mixing::OneLot => load.lots.iter().all(|lot| *lot == piece.lot),
    }
}

/// How many pieces still fit, by volume and by weight.
pub fn fits(bin: &Place, load: &BinLoad, piece: &Piece) -> Pieces {
    let volume_max = bin.volume_max_cm3.map_or(0, |max| max.get().saturating_mul(MM3_IN_CM3));
    let weight_max = bin.weight_max_g.map_or(0, crate::units::Grams::get);
    let by_volume = rest(volume_max, load.volume_mm3, piece.volume_mm3);
    let by_weight = rest(weight_max, load.weight_g, piece.weight_g);
    Pieces::new(by_volume.min(by_weight))
}

const fn rest(most: i64, used: i64, each: i64) -> i64 {
    let free = most.saturating_sub(used);
    if each <= 0 {
        i64::MAX
    } else if free <= 0 {
        0
    } else {
        free / each
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalog::{BinPurpose, PlaceKind};
    use crate::ids::{PlaceId, WarehouseId};
    use crate::units::{CubicCentimetres, Grams};

    pub(crate) fn bin(sequence: i64) -> Place {
        Place {
            id: PlaceId::new(),
            warehouse: WarehouseId::new(),
            kind: PlaceKind::Bin,
            code: format!("S-{sequence}"),
            pickable: true,
            locked: false,
            purpose: Some(BinPurpose::Storage),
            sequence: Some(sequence),
            mixing: Some(Mixing::Any),
            volume_max_cm3: Some(CubicCentimetres::new(1_000)),
            weight_max_g: Some(Grams::new(5_000)),
            inside: None,
        }
    }

    /// A cube of ten centimetres.
    pub(crate) fn piece() -> Piece {
        Piece {
            owner: OwnerId::new(),
            product: ProductId::new(),
            lot: LotId::new(),
            volume_mm3: 100_000,
            weight_g: 1_000,
        }
    }

    #[test]
    fn the_tighter_of_volume_and_weight_decides() {
        let (bin, piece) = (bin(1), piece());
        let mut load = BinLoad::default();
        assert_eq!(fits(&bin, &load, &piece), Pieces::new(5), "five kilograms");
        let light = Piece { weight_g: 100, ..piece };
        assert_eq!(fits(&bin, &load, &light), Pieces::new(10), "one litre");
        load.add(&piece, 5);
        assert_eq!(fits(&bin, &load, &piece), Pieces::ZERO);
        load.add(&piece, 1);
        assert_eq!(fits(&bin, &load, &piece), Pieces::ZERO, "an overfull bin takes nothing");
    }

    #[test]
    fn unmeasured_goods_fit_anywhere() {
        let unmeasured = Piece { volume_mm3: 0, weight_g: 0, ..piece() };
        assert_eq!(fits(&bin(1), &BinLoad::default(), &unmeasured), Pieces::new(i64::MAX));
    }

    #[test]
    fn each_mixing_rule_compares_its_own_key() {
        let there = piece();
        let mut load = BinLoad::default();
        load.add(&there, 1);
        let lot = Piece { lot: LotId::new(), ..there };
        let product = Piece { product: ProductId::new(), ..lot };
        let owner = Piece { owner: OwnerId::new(), ..product };
        let allowed =
            |mixing| [there, lot, product, owner].map(|piece| mixing_allows(mixing, &load, &piece));
        assert_eq!(allowed(Mixing::OneLot), [true, false, false, false]);
        assert_eq!(allowed(Mixing::OneProduct), [true, true, false, false]);
        assert_eq!(allowed(Mixing::OneOwner), [true, true, true, false]);
        assert_eq!(allowed(Mixing::Any), [true; 4]);
    }
}
