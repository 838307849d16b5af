//! Rows of accounts, statements, documents and their matches.

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::{BankAccountRow, BankDocumentRow, BankMatchRow, StatementRow};
use super::service::{Leg, OrderedPayment};
use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{BankAccountId, BankDocumentId, BankStatementId, TransferId};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{args, record};

record! {
    pub(super) struct IdentityRow {
        pub(super) identity: Vec<u8>,
    }
}

record! {
    /// A statement that is there.
    struct StatementThere {
        id: BankStatementId,
        finished_at: Option<UtcMicros>,
    }
}

record! {
    struct DocumentIdRow {
        id: BankDocumentId,
    }
}

record! {
    /// A payment order that has not left the account yet.
    pub(super) struct OrderRow {
        pub(super) id: uuid::Uuid,
        pub(super) number: String,
        pub(super) amount: Kopecks,
        pub(super) payee_account: String,
    }
}

const ACCOUNT_INSERT: &str = "INSERT INTO bank_account
     (id, number, bic, bank_name, corr_account, name, inn, kpp, active, opened_on, opened_kopecks,
         created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (number) DO NOTHING";

const ACCOUNT_UPDATE: &str = "UPDATE bank_account
     SET bic = $2, bank_name = $3, corr_account = $4, name = $5, inn = $6, kpp = $7, active = $8
     WHERE id = $1";

const ACCOUNT_FIND: &str =
    "SELECT id, number, bic, bank_name, corr_account, name, inn, kpp, active, opened_on,
         opened_kopecks, created_at
     FROM bank_account WHERE id = $1";

const ACCOUNT_LIST: &str =
    "SELECT id, number, bic, bank_name, corr_account, name, inn, kpp, active, opened_on,
         opened_kopecks, created_at
     FROM bank_account WHERE id > $1 ORDER BY id LIMIT $2";

/// The row is the caller's until the commit.
const ACCOUNT_HOLD: &str = "UPDATE bank_account SET active = active WHERE id = $1
     RETURNING id, number, bic, bank_name, corr_account, name, inn, kpp, active, opened_on,
         opened_kopecks, created_at";

const ACCOUNT_OPEN: &str =
    "UPDATE bank_account SET opened_on = $2, opened_kopecks = $3 WHERE id = $1";

const STATEMENT_INSERT: &str = "INSERT INTO bank_statement
     (id, account_id, file_name, file_hash, from_day, to_day, opening_kopecks, income_kopecks,
         outcome_kopecks, closing_kopecks, documents, warnings, imported_by, imported_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (account_id, file_hash) DO NOTHING";

const STATEMENT_THERE: &str = "SELECT id, finished_at FROM bank_statement
     WHERE account_id = $1 AND file_hash = $2";

const STATEMENT_FINISH: &str = "UPDATE bank_statement
     SET documents = $2, warnings = $3, finished_at = COALESCE(finished_at, $4) WHERE id = $1";

const STATEMENT_LIST: &str =
    "SELECT id, account_id, file_name, from_day, to_day, opening_kopecks, income_kopecks,
         outcome_kopecks, closing_kopecks, documents, warnings, imported_by, imported_at, finished_at
     FROM bank_statement WHERE id > $1 ORDER BY id LIMIT $2";

const IDENTITIES: &str = "SELECT identity FROM bank_document WHERE identity IN (/*list*/)";

const DOCUMENT_INSERT: &str = "INSERT INTO bank_document
     (id, account_id, statement_id, identity, direction, kind, number, day, booked_on,
         amount_kopecks, party_account, party_inn, party_name, purpose, fields, transfer_id,
         ordered)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     ON CONFLICT (identity) DO NOTHING";

const DOCUMENT_FIND: &str =
    "SELECT id, account_id, statement_id, direction, kind, number, day, booked_on, amount_kopecks,
         matched_kopecks, party_account, party_inn, party_name, purpose, fields, transfer_id, ordered
     FROM bank_document WHERE id = $1";

const DOCUMENT_LIST: &str =
    "SELECT id, account_id, statement_id, direction, kind, number, day, booked_on, amount_kopecks,
         matched_kopecks, party_account, party_inn, party_name, purpose, fields, transfer_id, ordered
     FROM bank_document WHERE id > $1 AND ($2 OR account_id = $3) ORDER BY id LIMIT $4";

const DOCUMENT_OPEN_LIST: &str =
    "SELECT id, account_id, statement_id, direction, kind, number, day, booked_on, amount_kopecks,
         matched_kopecks, party_account, party_inn, party_name, purpose, fields, transfer_id, ordered
     FROM bank_document
     WHERE direction = 'in' AND matched_kopecks < amount_kopecks
       AND id > $1 AND ($2 OR account_id = $3) ORDER BY id LIMIT $4";

const DOCUMENT_UNEXPLAINED_LIST: &str =
    "SELECT id, account_id, statement_id, direction, kind, number, day, booked_on, amount_kopecks,
         matched_kopecks, party_account, party_inn, party_name, purpose, fields, transfer_id, ordered
     FROM bank_document
     WHERE direction = 'out' AND NOT ordered AND matched_kopecks < amount_kopecks
       AND id > $1 AND ($2 OR account_id = $3) ORDER BY id LIMIT $4";

/// Receipts since a day of which something is left, and that no person set aside.
const TO_MATCH: &str =
    "SELECT id, account_id, statement_id, direction, kind, number, day, booked_on, amount_kopecks,
         matched_kopecks, party_account, party_inn, party_name, purpose, fields, transfer_id, ordered
     FROM bank_document
     WHERE direction = 'in' AND matched_kopecks < amount_kopecks AND NOT aside
       AND booked_on >= $1 AND (booked_on > $1 OR id > $2)
     ORDER BY booked_on, id LIMIT $3";

const ASIDE: &str = "UPDATE bank_document SET aside = TRUE WHERE id = $1";

/// What documents moved an account up to a day.
const BOOKED: &str = "SELECT CAST(COALESCE(SUM(
         CASE WHEN direction IN ('in', 'own_in') THEN amount_kopecks ELSE -amount_kopecks END), 0) AS BIGINT)
     FROM bank_document WHERE account_id = $1 AND booked_on <= $2";

const MATCHED_ADD: &str = "UPDATE bank_document SET matched_kopecks = matched_kopecks + $2
     WHERE id = $1 AND matched_kopecks + $2 <= amount_kopecks";

const MATCHED_TAKE: &str = "UPDATE bank_document SET matched_kopecks = matched_kopecks - $2
     WHERE id = $1 AND matched_kopecks >= $2";

const MATCH_INSERT: &str = "INSERT INTO bank_match
     (transfer_id, document_id, what, register_id, carrier, owner_id, amount_kopecks, how,
         matched_by, matched_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const MATCH_LIST: &str =
    "SELECT transfer_id, document_id, what, register_id, carrier, owner_id, amount_kopecks, how,
         matched_by, matched_at, undo_id
     FROM bank_match WHERE document_id = $1 ORDER BY transfer_id";

const UNDONE: &str = "SELECT document_id FROM bank_match
     WHERE undo_id IS NOT NULL AND document_id IN (/*list*/)";

const MATCH_UNDO: &str =
    "UPDATE bank_match SET undo_id = $2 WHERE transfer_id = $1 AND undo_id IS NULL";

const ORDER_INSERT: &str = "INSERT INTO bank_order
     (id, account_id, number, day, amount_kopecks, payee_account)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";

const ORDERS_OPEN: &str = "SELECT id, number, amount_kopecks, payee_account
     FROM bank_order WHERE account_id = $1 AND document_id IS NULL AND withdrawn_on IS NULL
       AND number IN (/*list*/)
     ORDER BY day, id";

const ORDER_SETTLE: &str = "UPDATE bank_order SET document_id = $2
     WHERE id = $1 AND document_id IS NULL AND withdrawn_on IS NULL";

const ORDER_WITHDRAW: &str = "UPDATE bank_order SET withdrawn_on = $2
     WHERE id = $1 AND document_id IS NULL AND withdrawn_on IS NULL";

pub(super) const QUERIES: &[&str] = &[
    ACCOUNT_INSERT,
    ACCOUNT_UPDATE,
    ACCOUNT_FIND,
    ACCOUNT_LIST,
    ACCOUNT_HOLD,
    ACCOUNT_OPEN,
    STATEMENT_INSERT,
    STATEMENT_THERE,
    STATEMENT_FINISH,
    STATEMENT_LIST,
    IDENTITIES,
    DOCUMENT_INSERT,
    DOCUMENT_FIND,
    DOCUMENT_LIST,
    DOCUMENT_OPEN_LIST,
    DOCUMENT_UNEXPLAINED_LIST,
    TO_MATCH,
    ASIDE,
    BOOKED,
    MATCHED_ADD,
    MATCHED_TAKE,
    MATCH_INSERT,
    MATCH_LIST,
    UNDONE,
    MATCH_UNDO,
    ORDER_INSERT,
    ORDERS_OPEN,
    ORDER_SETTLE,
    ORDER_WITHDRAW,
];

/// False: its number is taken.
pub(super) async fn account_insert(tx: &mut Tx, row: &BankAccountRow) -> Result<bool, DbError> {
    let values = args![
        row.id,
        &row.number,
        &row.bic,
        &row.bank_name,
        &row.corr_account,
        &row.name,
        &row.inn,
        row.kpp.as_deref(),
        row.active,
        row.opened_on,
        row.opened_kopecks,
        row.created_at,
    ];
    Ok(tx.execute(ACCOUNT_INSERT, values).await? == 1)
}

pub(super) async fn account_update(tx: &mut Tx, row: &BankAccountRow) -> Result<(), DbError> {
    let values = args![
        row.id,
        &row.bic,
        &row.bank_name,
        &row.corr_account,
        &row.name,
        &row.inn,
        row.kpp.as_deref(),
        row.active,
    ];
    tx.execute(ACCOUNT_UPDATE, values).await.map(drop)
}

pub async fn account_find(
    tx: &mut Tx,
    account: BankAccountId,
) -> Result<Option<BankAccountRow>, DbError> {
    tx.fetch_optional(ACCOUNT_FIND, args![account]).await
}

pub async fn account_list(
    tx: &mut Tx,
    after: BankAccountId,
    limit: i64,
) -> Result<Vec<BankAccountRow>, DbError> {
    tx.fetch_all(ACCOUNT_LIST, args![after, limit]).await
}

pub(super) async fn account_hold(
    tx: &mut Tx,
    account: BankAccountId,
) -> Result<BankAccountRow, DbError> {
    tx.fetch_one(ACCOUNT_HOLD, args![account]).await
}

pub(super) async fn account_open(
    tx: &mut Tx,
    account: BankAccountId,
    (day, opening): (Day, Kopecks),
) -> Result<(), DbError> {
    tx.execute(ACCOUNT_OPEN, args![account, day, opening]).await.map(drop)
}

/// A statement that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatementKept {
    pub(super) id: BankStatementId,
    /// Its file came before, and its import broke off.
    pub(super) is_broken_off: bool,
}

/// Keeps a statement, or finds the one that the same file brought before.
pub(super) async fn statement_insert(
    tx: &mut Tx,
    row: &StatementRow,
    file_hash: &[u8],
) -> Result<StatementKept, DbError> {
    let values = args![
        row.id,
        row.account,
        &row.file_name,
        file_hash,
        row.from_day,
        row.to_day,
        row.opening_kopecks,
        row.income_kopecks,
        row.outcome_kopecks,
        row.closing_kopecks,
        row.documents,
        row.warnings.clone(),
        row.imported_by,
        row.imported_at,
    ];
    let is_new = tx.execute(STATEMENT_INSERT, values).await? == 1;
    let there: StatementThere =
        tx.fetch_one(STATEMENT_THERE, args![row.account, file_hash]).await?;
    let is_broken_off = !is_new && there.finished_at.is_none();
    Ok(StatementKept { id: there.id, is_broken_off })
}

pub(super) async fn statement_finish(
    tx: &mut Tx,
    statement: BankStatementId,
    (documents, warnings): (i64, Value),
    at: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(STATEMENT_FINISH, args![statement, documents, warnings, at]).await.map(drop)
}

pub(super) async fn statement_list(
    tx: &mut Tx,
    after: BankStatementId,
    limit: i64,
) -> Result<Vec<StatementRow>, DbError> {
    tx.fetch_all(STATEMENT_LIST, args![after, limit]).await
}

/// Those of the identities that are there.
pub(super) async fn identities(tx: &mut Tx, legs: &[Leg]) -> Result<Vec<IdentityRow>, DbError> {
    let list = legs.iter().map(|leg| Arg::from(leg.identity.as_slice())).collect();
    tx.fetch_in(IDENTITIES, args![], list).await
}

/// A document that is to be kept.
pub(super) struct NewDocument<'a> {
    pub(super) id: BankDocumentId,
    pub(super) transfer: TransferId,
    pub(super) leg: &'a Leg,
    /// It carries out a payment order of ours.
    pub(super) is_ordered: bool,
}

/// How many are new: another import may have been faster.
pub(super) async fn documents_insert(
    tx: &mut Tx,
    rows: &[NewDocument<'_>],
) -> Result<u64, DbError> {
    let row = |NewDocument { id, transfer, leg, is_ordered }: &NewDocument<'_>| {
        args![
            *id,
            leg.account,
            leg.statement,
            leg.identity.as_slice(),
            leg.direction,
            &leg.kind,
            &leg.number,
            leg.day,
            leg.booked_on,
            leg.amount,
            &leg.party_account,
            leg.party_inn.as_deref(),
            &leg.party_name,
            &leg.purpose,
            leg.fields.clone(),
            *transfer,
            *is_ordered,
        ]
    };
    tx.insert_many(DOCUMENT_INSERT, rows.iter().map(row).collect()).await
}

pub async fn document_find(
    tx: &mut Tx,
    document: BankDocumentId,
) -> Result<Option<BankDocumentRow>, DbError> {
    tx.fetch_optional(DOCUMENT_FIND, args![document]).await
}

/// Documents by their id; of one account, if it is named.
pub async fn document_list(
    tx: &mut Tx,
    account: Option<BankAccountId>,
    after: BankDocumentId,
    limit: i64,
) -> Result<Vec<BankDocumentRow>, DbError> {
    tx.fetch_all(DOCUMENT_LIST, args![after, account.is_none(), account, limit]).await
}

/// Receipts of which something is left that nobody said what it is for.
pub async fn document_open_list(
    tx: &mut Tx,
    account: Option<BankAccountId>,
    after: BankDocumentId,
    limit: i64,
) -> Result<Vec<BankDocumentRow>, DbError> {
    tx.fetch_all(DOCUMENT_OPEN_LIST, args![after, account.is_none(), account, limit]).await
}

/// Payments to others that neither a payment order of ours nor a person explains.
pub async fn document_unexplained_list(
    tx: &mut Tx,
    account: Option<BankAccountId>,
    after: BankDocumentId,
    limit: i64,
) -> Result<Vec<BankDocumentRow>, DbError> {
    tx.fetch_all(DOCUMENT_UNEXPLAINED_LIST, args![after, account.is_none(), account, limit]).await
}

/// Receipts of which something is left, by day and id, behind the one that is named.
pub async fn to_match(
    tx: &mut Tx,
    (day, after): (Day, BankDocumentId),
    limit: i64,
) -> Result<Vec<BankDocumentRow>, DbError> {
    tx.fetch_all(TO_MATCH, args![day, after, limit]).await
}

pub(super) async fn document_aside(tx: &mut Tx, document: BankDocumentId) -> Result<(), DbError> {
    tx.execute(ASIDE, args![document]).await.map(drop)
}

pub(super) async fn booked(
    tx: &mut Tx,
    account: BankAccountId,
    until: Day,
) -> Result<Kopecks, DbError> {
    Ok(Kopecks::new(tx.fetch_one::<Count>(BOOKED, args![account, until]).await?.value))
}

/// False: there is not so much left of it.
pub(super) async fn matched_add(
    tx: &mut Tx,
    document: BankDocumentId,
    amount: Kopecks,
) -> Result<bool, DbError> {
    Ok(tx.execute(MATCHED_ADD, args![document, amount]).await? == 1)
}

pub(super) async fn matched_take(
    tx: &mut Tx,
    document: BankDocumentId,
    amount: Kopecks,
) -> Result<bool, DbError> {
    Ok(tx.execute(MATCHED_TAKE, args![document, amount]).await? == 1)
}

pub(super) async fn match_insert(tx: &mut Tx, row: &BankMatchRow) -> Result<(), DbError> {
    let values = args![
        row.transfer,
        row.document,
        row.to,
        row.register,
        row.carrier.as_deref(),
        row.owner,
        row.amount_kopecks,
        row.how,
        row.matched_by,
        row.matched_at,
    ];
    tx.execute(MATCH_INSERT, values).await.map(drop)
}

/// Matches of a document, those that were undone too.
pub async fn match_list(
    tx: &mut Tx,
    document: BankDocumentId,
) -> Result<Vec<BankMatchRow>, DbError> {
    tx.fetch_all(MATCH_LIST, args![document]).await
}

/// Those of the documents of which a match was taken back.
pub async fn undone(
    tx: &mut Tx,
    documents: &[BankDocumentId],
) -> Result<Vec<BankDocumentId>, DbError> {
    let list = documents.iter().map(|document| Arg::from(*document)).collect();
    let rows: Vec<DocumentIdRow> = tx.fetch_in(UNDONE, args![], list).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// False: somebody else undid it.
pub(super) async fn match_undo(
    tx: &mut Tx,
    transfer: TransferId,
    undo: TransferId,
) -> Result<bool, DbError> {
    Ok(tx.execute(MATCH_UNDO, args![transfer, undo]).await? == 1)
}

/// How many are new: those whose number and day are taken are left out.
pub(super) async fn orders_insert(tx: &mut Tx, orders: &[OrderedPayment]) -> Result<u64, DbError> {
    let row = |order: &OrderedPayment| {
        args![order.id, order.account, &order.number, order.day, order.amount, &order.payee_account,]
    };
    tx.insert_many(ORDER_INSERT, orders.iter().map(row).collect()).await
}

pub(super) async fn orders_open(
    tx: &mut Tx,
    account: BankAccountId,
    numbers: BTreeSet<&str>,
) -> Result<Vec<OrderRow>, DbError> {
    let list = numbers.into_iter().map(Arg::from).collect();
    tx.fetch_in(ORDERS_OPEN, args![account], list).await
}

/// False: another document was it.
pub(super) async fn order_settle(
    tx: &mut Tx,
    order: uuid::Uuid,
    document: BankDocumentId,
) -> Result<bool, DbError> {
    Ok(tx.execute(ORDER_SETTLE, args![order, document]).await? == 1)
}

/// False: a document was it, or it is withdrawn.
pub(super) async fn order_withdraw(
    tx: &mut Tx,
    order: uuid::Uuid,
    day: Day,
) -> Result<bool, DbError> {
    Ok(tx.execute(ORDER_WITHDRAW, args![order, day]).await? == 1)
}
