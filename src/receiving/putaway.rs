//! Which bin goods go to: a pure ranking of the bins that come into question.
//!
//! First where the same goods lie already, then an empty bin, then one shared with other goods;
//! among equals the first on the walk. Where not all pieces fit, the bin that takes most.

use std::collections::BTreeSet;

use crate::catalog::{Mixing, Place};
use crate::ids::{OwnerId, PlaceId};
use crate::stock::bins::{self, BinLoad, Piece};
use crate::text_enum;
use crate::units::Pieces;

text_enum! {
    /// Why a bin is proposed.
    #[schema(as = PutawayWhy)]
    pub enum Why {
        SameProduct = "same_product",
        Empty = "empty",
        Shared = "shared",
    }
}

/// A bin that comes into question.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub bin: Place,
    pub load: BinLoad,
}

/// A bin for goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub bin: PlaceId,
    pub code: String,
    pub why: Why,
    /// How many of the pieces fit.
    pub fits: Pieces,
}

/// The bins that may take the goods, best first. `strict` are the owners whose contracts forbid a
/// shared bin.
pub fn rank(
    piece: &Piece,
    quantity: Pieces,
    candidates: &[Candidate],
    strict: &BTreeSet<OwnerId>,
) -> Vec<Proposal> {
    let mut ranked: Vec<_> = candidates
        .iter()
        .filter_map(|candidate| {
            let fits = allowed_pieces(piece, candidate, strict).min(quantity);
            let why = why(piece, &candidate.load);
            let key = (fits < quantity, -partial(fits, quantity), why, candidate.bin.sequence);
            let bin = &candidate.bin;
            let proposal = Proposal { bin: bin.id, code: bin.code.clone(), why, fits };
            fits.is_positive().then_some((key, proposal))
        })
        .collect();
    ranked.sort_by(|(one, a), (other, b)| (one, a.bin).cmp(&(other, b.bin)));
    ranked.into_iter().map(|(_, proposal)| proposal).collect()
}

/// Only among bins that do not take all does it matter how many they take.
fn partial(fits: Pieces, quantity: Pieces) -> i64 {
    if fits < quantity { fits.get() } else { 0 }
}

fn why(piece: &Piece, load: &BinLoad) -> Why {
    if load.products.contains(&piece.product) {
        Why::SameProduct
    } else if load.is_empty() {
        Why::Empty
    } else {
        Why::Shared
    }
}

fn allowed_pieces(piece: &Piece, candidate: &Candidate, strict: &BTreeSet<OwnerId>) -> Pieces {
    let Candidate { bin, load } = candidate;
    let mixing = bin.mixing.unwrap_or(Mixing::Any);
    let is_apart = load.has_stranger(piece.owner)
        && (strict.contains(&piece.owner) || load.owners.iter().any(|own| strict.contains(own)));
    if bin.locked || is_apart || !bins::mixing_allows(mixing, load, piece) {
        return Pieces::ZERO;
    }
    bins::fits(bin, load, piece)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::bins::tests::{bin, piece};

    fn candidate(sequence: i64, inside: Option<&Piece>, pieces: i64) -> Candidate {
        let mut load = BinLoad::default();
        if let Some(piece) = inside {
            load.add(piece, pieces);
        }
        Candidate { bin: bin(sequence), load }
    }

    fn codes(ranked: &[Proposal]) -> Vec<&str> {
        ranked.iter().map(|proposal| proposal.code.as_str()).collect()
    }

    #[test]
    fn the_same_goods_then_an_empty_bin_then_a_shared_one() {
        let (goods, other) = (piece(), piece());
        let bins = [
            candidate(1, Some(&other), 1),
            candidate(3, None, 0),
            candidate(2, None, 0),
            candidate(4, Some(&goods), 1),
        ];
        let ranked = rank(&goods, Pieces::new(2), &bins, &BTreeSet::new());
        assert_eq!(codes(&ranked), ["S-4", "S-2", "S-3", "S-1"]);
        assert_eq!(ranked[0].why, Why::SameProduct);
    }

    #[test]
    fn a_bin_that_takes_all_comes_before_one_that_takes_a_part() {
        let goods = piece();
        let bins = [candidate(1, Some(&goods), 4), candidate(2, None, 0)];
        let ranked = rank(&goods, Pieces::new(3), &bins, &BTreeSet::new());
        assert_eq!(codes(&ranked), ["S-2", "S-1"]);
        assert_eq!(ranked[1].fits, Pieces::new(1));
        let many = rank(&goods, Pieces::new(50), &bins, &BTreeSet::new());
        assert_eq!(many[0].fits, Pieces::new(5), "most first");
    }

    #[test]
    fn a_contract_keeps_owners_apart() {
        let (goods, other) = (piece(), piece());
        let bins = [candidate(1, Some(&other), 1)];
        for strict in [goods.owner, other.owner] {
            assert!(rank(&goods, Pieces::new(1), &bins, &BTreeSet::from([strict])).is_empty());
        }
    }

    #[test]
    fn a_locked_bin_and_a_forbidden_mix_are_not_proposed() {
        let (goods, other) = (piece(), piece());
        let mut locked = candidate(1, None, 0);
        locked.bin.locked = true;
        let mut apart = candidate(2, Some(&other), 1);
        apart.bin.mixing = Some(Mixing::OneProduct);
        assert!(rank(&goods, Pieces::new(1), &[locked, apart], &BTreeSet::new()).is_empty());
    }
}
