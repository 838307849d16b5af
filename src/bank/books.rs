//! What a statement's file holds of our accounts, while it is read.

use std::collections::HashMap;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::BankError;
use super::format::{Fault, FaultCode};
use super::import::{Overview, StatementRequest};
use super::model::{BankAccountRow, Direction, StatementRow};
use super::service::Leg;
use super::statement::{self, Balance, Party, Payment};
use crate::commands::{Ctx, body_hash};
use crate::ids::{BankAccountId, BankStatementId};
use crate::units::{Day, Kopecks};

/// Our accounts by number, and those that a file is about with their statements.
pub(super) struct Books {
    ours: HashMap<String, BankAccountRow>,
    pub(super) parts: Vec<Part>,
    counts: HashMap<[u8; 32], u32>,
}

/// What a file holds of one account.
pub(super) struct Part {
    pub(super) account: BankAccountRow,
    pub(super) statement: BankStatementId,
    /// The file came before, and was not taken in to its end.
    pub(super) is_broken_off: bool,
    pub(super) balances: Vec<Balance>,
    pub(super) documents: i64,
    income: i64,
    outcome: i64,
}

impl Part {
    fn new(account: BankAccountRow) -> Self {
        let (statement, balances) = (BankStatementId::new(), Vec::new());
        Self {
            account,
            statement,
            is_broken_off: false,
            balances,
            documents: 0,
            income: 0,
            outcome: 0,
        }
    }

    pub(super) fn from(&self) -> Option<Day> {
        self.balances.iter().filter_map(|one| one.from).min()
    }

    pub(super) fn to(&self) -> Option<Day> {
        self.balances.iter().filter_map(|one| one.to).max()
    }

    pub(super) fn opening(&self) -> Option<Kopecks> {
        self.balances.first().and_then(|one| one.opening)
    }

    /// Whether its account is opened before its documents come.
    fn is_balanced(&self) -> bool {
        self.from().is_some() && self.opening().is_some()
    }

    pub(super) fn closing(&self) -> Option<Kopecks> {
        self.balances.last().and_then(|one| one.closing)
    }

    fn sum(&self, of: impl Fn(&Balance) -> Option<Kopecks>) -> Option<Kopecks> {
        let first = (!self.balances.is_empty()).then_some(Kopecks::ZERO);
        self.balances.iter().try_fold(first?, |sum, one| sum.checked_add(of(one)?).ok())
    }

    pub(super) fn row(&self, request: &StatementRequest, ctx: &Ctx) -> StatementRow {
        StatementRow {
            id: self.statement,
            account: self.account.id,
            file_name: request.file.clone(),
            from_day: self.from(),
            to_day: self.to(),
            opening_kopecks: self.opening(),
            income_kopecks: self.sum(|one| one.income),
            outcome_kopecks: self.sum(|one| one.outcome),
            closing_kopecks: self.closing(),
            documents: 0,
            warnings: json!([]),
            imported_by: ctx.actor,
            imported_at: ctx.now,
            finished_at: None,
        }
    }

    /// What the file's own sums say against its documents.
    pub(super) fn check(&self) -> Vec<Fault> {
        let mut faults = statement::check(&self.balances);
        let line = self.balances.first().map_or(0, |one| one.line);
        let sums = [
            ("ВсегоПоступило", FaultCode::IncomeDiffers, self.sum(|one| one.income), self.income),
            ("ВсегоСписано", FaultCode::OutcomeDiffers, self.sum(|one| one.outcome), self.outcome),
        ];
        for (key, code, told, found) in sums {
            let found = Kopecks::new(found);
            if let Some(told) = told.filter(|told| *told != found) {
                faults.push(statement::differs(line, key, code, (told, found)));
            }
        }
        faults
    }
}

impl Books {
    pub(super) fn new(
        request: &StatementRequest,
        overview: &mut Overview,
        ours: Vec<BankAccountRow>,
    ) -> Result<Self, BankError> {
        let ours: HashMap<String, BankAccountRow> =
            ours.into_iter().map(|row| (row.number.clone(), row)).collect();
        let is_covered = |row: &&BankAccountRow| {
            row.active && (overview.numbers.is_empty() || overview.numbers.contains(&row.number))
        };
        let mut parts: Vec<Part> =
            ours.values().filter(is_covered).cloned().map(Part::new).collect();
        parts.sort_by_key(|part| part.account.id);
        if parts.is_empty() {
            let account = overview.numbers.first().cloned().unwrap_or_default();
            return Err(BankError::AccountUnknown { file: request.file.clone(), account });
        }
        for balance in overview.balances.drain(..) {
            match parts.iter_mut().find(|part| part.account.number == balance.account) {
                Some(part) => part.balances.push(balance),
                None => overview.faults.add([Fault::new(
                    balance.line,
                    "РасчСчет",
                    FaultCode::NotOurs,
                    &balance.account,
                )]),
            }
        }
        for part in &mut parts {
            part.balances.sort_by_key(|one| (one.from, one.to));
        }
        Ok(Self { ours, parts, counts: HashMap::new() })
    }

    /// The accounts whose document it is: one of ours, or both of a transfer between them, each when
    /// the file says that it was booked there.
    pub(super) fn legs(&mut self, payment: &Payment) -> Vec<(usize, Direction)> {
        let is_ours = |party: &Party| self.ours.contains_key(&party.account);
        let place =
            |party: &Party| self.parts.iter().position(|part| part.account.number == party.account);
        let (from, to) = (place(&payment.payer), place(&payment.payee));
        let is_own = is_ours(&payment.payer) && is_ours(&payment.payee);
        let (out, income) = if is_own {
            (Direction::OwnOut, Direction::OwnIn)
        } else {
            (Direction::Out, Direction::In)
        };
        let is_both = from.is_some() && to.is_some();
        let (is_debited, is_credited) =
            (payment.debited_on.is_some(), payment.credited_on.is_some());
        let mut legs = Vec::new();
        if let Some(from) = from.filter(|_| !is_both || is_debited || !is_credited) {
            legs.push((from, out));
        }
        if let Some(to) = to.filter(|_| !is_both || is_credited || !is_debited) {
            legs.push((to, income));
        }
        legs
    }

    pub(super) fn leg(&mut self, (place, direction): (usize, Direction), payment: &Payment) -> Leg {
        let is_incoming = direction.is_incoming();
        let part = &mut self.parts[place];
        let (party, booked_on) = if is_incoming {
            (&payment.payer, payment.credited_on)
        } else {
            (&payment.payee, payment.debited_on)
        };
        part.documents += 1;
        let turnover = if is_incoming { &mut part.income } else { &mut part.outcome };
        *turnover = turnover.saturating_add(payment.amount.get());
        let base = identity(part.account.id, is_incoming, party, payment);
        let count = self.counts.entry(base).or_default();
        *count += 1;
        let own_payer = self.ours.get(&payment.payer.account).map(|row| row.id);
        // The balances of the file have it, so it was not booked before them.
        let earliest = part.from().unwrap_or(payment.day);
        Leg {
            account: part.account.id,
            statement: part.statement,
            own_payer,
            identity: Sha256::new()
                .chain_update(base)
                .chain_update(count.to_be_bytes())
                .finalize()
                .to_vec(),
            direction,
            kind: payment.kind.clone(),
            number: payment.number.clone(),
            day: payment.day,
            booked_on: booked_on.unwrap_or_else(|| payment.day.max(earliest)),
            amount: payment.amount,
            party_account: party.account.clone(),
            party_inn: party.inn.clone(),
            party_name: party.name.clone(),
            purpose: payment.purpose.clone(),
            fields: json!(payment.fields),
            is_balanced: part.is_balanced(),
        }
    }
}

/// The format has no ids: a document is known by account, way, kind, number, day, sum and counterparty.
fn identity(
    account: BankAccountId,
    is_incoming: bool,
    party: &Party,
    payment: &Payment,
) -> [u8; 32] {
    let kind: Vec<String> = payment.kind.split_whitespace().map(str::to_lowercase).collect();
    let facts = (
        account,
        is_incoming,
        kind.join(" ").replace('ё', "е"),
        &payment.number,
        payment.day,
        payment.amount,
        &party.account,
    );
    body_hash(&facts)
}
