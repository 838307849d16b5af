//! Which receipts go to which registers, when all of them are looked at together. Pure.
//!
//! **Invariant:** of two receipts that claim a register equally well none gets it, as of two registers
//! that fit a receipt equally well none is chosen.

use std::collections::{HashMap, HashSet};

use crate::bank::matching::{Candidate, Proposal, Reason, Receipt, Verdict, weigh, weigh_together};
use crate::ids::{BankDocumentId, CodRegisterId};
use crate::units::Kopecks;

/// A receipt that is open.
#[derive(Debug, Clone)]
pub(super) struct OpenReceipt {
    pub(super) document: BankDocumentId,
    pub(super) receipt: Receipt,
    /// Something of it is matched.
    pub(super) is_begun: bool,
    /// A person matched some of it, or took a match back: what is left is the person's.
    pub(super) is_of_person: bool,
    /// Money that buyers paid, as payer or purpose tell.
    pub(super) is_of_buyers: bool,
}

/// So much of a receipt for a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) document: BankDocumentId,
    pub(super) register: CodRegisterId,
    pub(super) amount: Kopecks,
}

/// Pairs that hold only together: one receipt of several registers, or several receipts of one. Each
/// receipt and each register is used up by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) pairs: Vec<Pair>,
    /// Somebody pays who is not known to pay for this carrier.
    pub(super) is_of_stranger: bool,
}

/// What was decided of a receipt that stays open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Open {
    /// By the rules, for this receipt alone.
    Judged(Verdict),
    /// Other receipts claim the same registers equally well.
    Contested(Proposal),
}

/// What a round came to.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) groups: Vec<Group>,
    pub(super) open: HashMap<BankDocumentId, Open>,
}

/// Best score of each register, and how many receipts have it.
fn best_claims(claims: &[(&OpenReceipt, Proposal)]) -> HashMap<CodRegisterId, (u32, usize)> {
    let mut best: HashMap<CodRegisterId, (u32, usize)> = HashMap::new();
    for (_, proposal) in claims {
        for part in &proposal.parts {
            let (top, count) = best.entry(part.register).or_default();
            match proposal.score.cmp(top) {
                std::cmp::Ordering::Greater => (*top, *count) = (proposal.score, 1),
                std::cmp::Ordering::Equal => *count += 1,
                std::cmp::Ordering::Less => {}
            }
        }
    }
    best
}

/// Looks at all open receipts and registers once. What it finds changes what else fits, so rounds go on
/// until one finds nothing.
pub(super) fn round(receipts: &[OpenReceipt], candidates: &[Candidate]) -> Round {
    let mut round = Round::default();
    let mut claims = Vec::new();
    for one in receipts {
        if one.is_of_person {
            let why = Reason::NothingSpeaksForIt;
            round.open.insert(one.document, Open::Judged(Verdict::None { why }));
            continue;
        }
        match weigh(&one.receipt, candidates) {
            Verdict::Match(proposal) => claims.push((one, proposal)),
            other => drop(round.open.insert(one.document, Open::Judged(other))),
        }
    }
    let best = best_claims(&claims);
    let mut taken = HashSet::new();
    for (one, proposal) in claims {
        let top = |register| best.get(&register).copied().unwrap_or_default();
        let is_first = proposal.parts.iter().all(|part| top(part.register) == (proposal.score, 1));
        taken.extend(proposal.parts.iter().map(|part| part.register));
        if is_first {
            let document = one.document;
            let pairs = proposal.parts.iter().map(|part| Pair {
                document,
                register: part.register,
                amount: part.amount,
            });
            let is_of_stranger = is_of_stranger(&proposal, candidates);
            round.groups.push(Group { pairs: pairs.collect(), is_of_stranger });
        } else {
            round.open.insert(one.document, Open::Contested(proposal));
        }
    }
    let rest: Vec<&OpenReceipt> = receipts
        .iter()
        .filter(|one| !one.is_of_person)
        .filter(|one| matches!(round.open.get(&one.document), Some(Open::Judged(_))))
        .collect();
    let left: Vec<&Candidate> =
        candidates.iter().filter(|one| !taken.contains(&one.register)).collect();
    round.groups.extend(several(&rest, &left));
    round
}

fn is_of_stranger(proposal: &Proposal, candidates: &[Candidate]) -> bool {
    let is_described = |part: &crate::bank::matching::Part| {
        let candidate = candidates.iter().find(|one| one.register == part.register);
        candidate.is_some_and(|one| !one.payer_inns.is_empty())
    };
    proposal.reasons.contains(&Reason::PayerUnexpected) && proposal.parts.iter().any(is_described)
}

/// Registers that several receipts pay. Where two registers want the same receipt, neither gets it.
fn several(receipts: &[&OpenReceipt], candidates: &[&Candidate]) -> Vec<Group> {
    let weighed: Vec<Receipt> = receipts.iter().map(|one| one.receipt.clone()).collect();
    let mut found = Vec::new();
    let mut wanted: HashMap<usize, usize> = HashMap::new();
    for candidate in candidates.iter().filter(|one| one.net.is_positive()) {
        let Ok(places) = weigh_together(candidate, &weighed) else { continue };
        for place in &places {
            *wanted.entry(*place).or_default() += 1;
        }
        found.push((candidate.register, places));
    }
    let is_alone = |(_, places): &(CodRegisterId, Vec<usize>)| {
        places.iter().all(|place| wanted.get(place) == Some(&1))
    };
    found.retain(is_alone);
    let pair = |register, place: usize| Pair {
        document: receipts[place].document,
        register,
        amount: receipts[place].receipt.amount,
    };
    let group = |(register, places): (CodRegisterId, Vec<usize>)| Group {
        pairs: places.into_iter().map(|place| pair(register, place)).collect(),
        is_of_stranger: false,
    };
    found.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INN: &str = "7701234560";

    fn register(number: &str, net: i64) -> Candidate {
        Candidate {
            register: CodRegisterId::new(),
            carrier: "cdek".to_owned(),
            payer_inns: vec![INN.to_owned()],
            number: number.to_owned(),
            payment_order: None,
            net: Kopecks::new(net),
            day: "2026-11-20".parse().expect("a day"),
        }
    }

    fn receipt(amount: i64, purpose: &str) -> OpenReceipt {
        let receipt = Receipt {
            amount: Kopecks::new(amount),
            payer_inn: Some(INN.to_owned()),
            number: "900".to_owned(),
            purpose: purpose.to_owned(),
            day: "2026-11-21".parse().expect("a day"),
        };
        let document = BankDocumentId::new();
        OpenReceipt { document, receipt, is_begun: false, is_of_person: false, is_of_buyers: true }
    }

    #[test]
    fn of_two_receipts_the_better_one_gets_a_register_and_of_two_equal_ones_none() {
        let registers = [register("71", 100)];
        let receipts = [receipt(100, "Перевод"), receipt(100, "Реестр 71")];
        let found = round(&receipts, &registers);
        assert_eq!(found.groups.len(), 1);
        assert_eq!(found.groups[0].pairs[0].document, receipts[1].document);
        assert!(matches!(found.open[&receipts[0].document], Open::Contested(_)));

        let twice = [receipt(100, "Реестр 71"), receipt(100, "Реестр 71")];
        let found = round(&twice, &registers);
        assert_eq!(found.groups, []);
        assert_eq!(found.open.len(), 2);
    }

    #[test]
    fn several_receipts_of_one_register_go_together() {
        let registers = [register("71", 100), register("72", 500)];
        let receipts = [receipt(40, "Реестр 71"), receipt(60, "Реестр 71"), receipt(7, "Счёт 1")];
        let found = round(&receipts, &registers);
        assert_eq!(found.groups.len(), 1);
        assert_eq!(found.groups[0].pairs.len(), 2);
        assert!(found.groups[0].pairs.iter().all(|one| one.register == registers[0].register));

        let alike = [register("", 100), register("", 100)];
        let halves = [receipt(40, "Перевод"), receipt(60, "Перевод")];
        assert_eq!(round(&halves, &alike).groups, [], "both registers want both receipts");
    }
}
