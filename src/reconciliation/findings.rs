//! What is wrong about where the money is. Pure.

use serde_json::{Value, json};

use super::rounds::{Open, OpenReceipt};
use crate::bank::matching::{Candidate, Proposal, Reason, Verdict};
use crate::ids::{BankDocumentId, CodRegisterId, ParcelId};
use crate::registers::{FindingKind, Raised, Severity};
use crate::units::{Day, Kopecks};

/// A finding that is to be kept, of whatever it is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewFinding {
    pub(super) register: Option<CodRegisterId>,
    pub(super) parcel: Option<ParcelId>,
    pub(super) document: Option<BankDocumentId>,
    pub(super) raised: Raised,
}

fn of_document(
    document: BankDocumentId,
    register: Option<CodRegisterId>,
    (kind, amount): (FindingKind, i64),
    args: Value,
) -> NewFinding {
    let raised = Raised::new(kind, Severity::Warning, amount, args);
    NewFinding { register, parcel: None, document: Some(document), raised }
}

/// What is to be told of a receipt that stays open.
pub(super) fn of_receipt(
    one: &OpenReceipt,
    open: &Open,
    candidates: &[Candidate],
) -> Option<NewFinding> {
    match open {
        Open::Contested(proposal) => Some(ambiguous(one, std::slice::from_ref(proposal))),
        Open::Judged(Verdict::None { why }) => without_register(one, *why),
        Open::Judged(Verdict::Ambiguous { proposals, why: Reason::SumDiffers }) => {
            one.is_of_buyers.then(|| differs(one, proposals, candidates))
        }
        Open::Judged(Verdict::Ambiguous { proposals, why: Reason::NothingSpeaksForIt }) => {
            let is_strange =
                |proposal: &Proposal| proposal.reasons.contains(&Reason::PayerUnexpected);
            match proposals.first() {
                Some(first) if !is_strange(first) => Some(ambiguous(one, proposals)),
                Some(first) if one.is_of_buyers => {
                    let register = first.parts.first().map(|part| part.register);
                    Some(stranger(one.document, register, (one.receipt.amount, one.inn())))
                }
                _ => without_register(one, Reason::NothingSpeaksForIt),
            }
        }
        Open::Judged(Verdict::Ambiguous { proposals, .. }) => {
            let is_known = proposals.iter().any(|one| one.reasons.contains(&Reason::PayerKnown));
            (one.is_of_buyers || is_known).then(|| ambiguous(one, proposals))
        }
        Open::Judged(Verdict::Match(_)) => None,
    }
}

impl OpenReceipt {
    fn inn(&self) -> Option<&str> {
        self.receipt.payer_inn.as_deref()
    }
}

/// Somebody pays for a carrier who is not known to do so.
pub(super) fn stranger(
    document: BankDocumentId,
    register: Option<CodRegisterId>,
    (amount, inn): (Kopecks, Option<&str>),
) -> NewFinding {
    let args = json!({ "amount": amount, "inn": inn });
    of_document(document, register, (FindingKind::PayerUnexpected, amount.get()), args)
}

fn ambiguous(one: &OpenReceipt, proposals: &[Proposal]) -> NewFinding {
    let registers: Vec<CodRegisterId> =
        proposals.iter().flat_map(|one| &one.parts).map(|part| part.register).collect();
    let amount = one.receipt.amount;
    let args = json!({ "amount": amount, "registers": registers });
    of_document(one.document, None, (FindingKind::PaymentAmbiguous, amount.get()), args)
}

fn differs(one: &OpenReceipt, proposals: &[Proposal], candidates: &[Candidate]) -> NewFinding {
    let part = proposals.first().and_then(|proposal| proposal.parts.first());
    let register = part.map(|part| part.register);
    let expected = candidates.iter().find(|candidate| Some(candidate.register) == register);
    let expected = expected.map_or(Kopecks::ZERO, |candidate| candidate.net);
    let received = one.receipt.amount;
    let difference = received.get().saturating_sub(expected.get());
    let args = json!({ "expected": expected, "received": received });
    of_document(one.document, register, (FindingKind::PaymentDiffers, difference), args)
}

/// Of a receipt that was matched in part the rest is a difference.
fn without_register(one: &OpenReceipt, why: Reason) -> Option<NewFinding> {
    let amount = one.receipt.amount;
    if one.is_begun {
        let args = json!({ "left": amount });
        return Some(of_document(
            one.document,
            None,
            (FindingKind::PaymentDiffers, amount.get()),
            args,
        ));
    }
    one.is_of_buyers.then(|| {
        let args = json!({ "amount": amount, "why": why });
        of_document(one.document, None, (FindingKind::PaymentWithoutRegister, amount.get()), args)
    })
}

/// A register whose money has not come in the carrier's usual time.
pub(super) fn unpaid(candidate: &Candidate, today: Day, bank_days: i64) -> Option<NewFinding> {
    let days = today.days_since(candidate.day);
    let (net, register) = (candidate.net, Some(candidate.register));
    let args = json!({ "net": net, "days": days, "usual_days": bank_days });
    let kind = FindingKind::RegisterUnpaid;
    let raised = Raised::new(kind, Severity::Warning, net.get(), args);
    (days > bank_days).then_some(NewFinding { register, parcel: None, document: None, raised })
}

/// A parcel that a buyer paid for and no register lists.
pub(super) fn absent(
    parcel: ParcelId,
    (amount, collected_on): (Kopecks, Day),
    (today, register_days): (Day, i64),
) -> NewFinding {
    let days = today.days_since(collected_on);
    let args = json!({
        "amount": amount, "collected_on": collected_on, "days": days, "usual_days": register_days,
    });
    let kind = FindingKind::AbsentFromRegisters;
    let raised = Raised::new(kind, Severity::Warning, amount.get(), args);
    NewFinding { register: None, parcel: Some(parcel), document: None, raised }
}
