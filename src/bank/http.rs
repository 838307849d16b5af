//! Accounts, statements and documents over HTTP: the operator's people only.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::format::{Fault, FaultCode};
use super::import::{self, AccountReport, StatementReport, StatementRequest};
use super::model::{
    BankAccountRow, BankDocumentRow, BankMatchRow, Direction, MatchHow, MatchTarget, StatementRow,
};
use super::{BankAccountIn, BankError, accounts, store};
use crate::access::caller::{Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::i18n::Language;
use crate::ids::{
    BankAccountId, BankDocumentId, BankStatementId, CodRegisterId, OwnerId, TransferId, UserId,
};
use crate::imports::Source;
use crate::units::{Day, Kopecks, UtcMicros};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(bank_account_list, bank_account_create))
        .routes(routes!(bank_account_update))
        .routes(routes!(bank_statement_list, bank_statement_import))
        .routes(routes!(bank_document_list))
        .routes(routes!(bank_document_get))
}

/// An account of the operator's at a bank.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct BankAccountOut {
    id: BankAccountId,
    number: String,
    bic: String,
    bank_name: String,
    corr_account: String,
    name: String,
    inn: String,
    kpp: Option<String>,
    active: bool,
    /// The first day of the earliest statement.
    opened_on: Option<Day>,
    /// What was there before it.
    opened_kopecks: Kopecks,
    created_at: UtcMicros,
}

impl From<BankAccountRow> for BankAccountOut {
    fn from(row: BankAccountRow) -> Self {
        let BankAccountRow { id, number, bic, bank_name, corr_account, name, inn, kpp, .. } = row;
        let BankAccountRow { active, opened_on, opened_kopecks, created_at, .. } = row;
        Self {
            id,
            number,
            bic,
            bank_name,
            corr_account,
            name,
            inn,
            kpp,
            active,
            opened_on,
            opened_kopecks,
            created_at,
        }
    }
}

/// Something wrong in a file, in words.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BankFaultOut {
    line: u64,
    /// As the format calls it.
    key: String,
    code: FaultCode,
    value: String,
    /// The section was left out; otherwise it is a warning.
    is_refusal: bool,
    detail: String,
}

impl From<&Fault> for BankFaultOut {
    fn from(fault: &Fault) -> Self {
        Self {
            line: fault.line,
            key: fault.key.clone(),
            code: fault.code,
            value: fault.value.clone(),
            is_refusal: fault.code.is_refusal(),
            detail: fault.text(Language::Russian),
        }
    }
}

/// What a file says of one account.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StatementPartOut {
    account_id: BankAccountId,
    number: String,
    statement_id: BankStatementId,
    from: Option<Day>,
    to: Option<Day>,
    opening_kopecks: Option<Kopecks>,
    closing_kopecks: Option<Kopecks>,
    /// Of the account in the file, new ones or not.
    documents: i64,
}

impl From<AccountReport> for StatementPartOut {
    fn from(part: AccountReport) -> Self {
        Self {
            account_id: part.account,
            number: part.number,
            statement_id: part.statement,
            from: part.from,
            to: part.to,
            opening_kopecks: part.opening,
            closing_kopecks: part.closing,
            documents: part.documents,
        }
    }
}

/// What a statement came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StatementImportOut {
    file: String,
    documents: i64,
    created: i64,
    /// Those that were there already.
    unchanged: i64,
    refused: i64,
    accounts: Vec<StatementPartOut>,
    /// The first two hundred.
    faults: Vec<BankFaultOut>,
    faults_total: usize,
}

/// A statement that was taken in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BankStatementOut {
    id: BankStatementId,
    account_id: BankAccountId,
    file: String,
    from: Option<Day>,
    to: Option<Day>,
    opening_kopecks: Option<Kopecks>,
    income_kopecks: Option<Kopecks>,
    outcome_kopecks: Option<Kopecks>,
    closing_kopecks: Option<Kopecks>,
    documents: i64,
    warnings: Vec<BankFaultOut>,
    imported_by: Option<UserId>,
    imported_at: UtcMicros,
    /// False: its import broke off. Taking the file in once more completes it.
    is_complete: bool,
}

impl From<StatementRow> for BankStatementOut {
    fn from(row: StatementRow) -> Self {
        let warnings: Vec<Fault> = serde_json::from_value(row.warnings).unwrap_or_default();
        Self {
            id: row.id,
            account_id: row.account,
            file: row.file_name,
            from: row.from_day,
            to: row.to_day,
            opening_kopecks: row.opening_kopecks,
            income_kopecks: row.income_kopecks,
            outcome_kopecks: row.outcome_kopecks,
            closing_kopecks: row.closing_kopecks,
            documents: row.documents,
            warnings: warnings.iter().map(BankFaultOut::from).collect(),
            imported_by: row.imported_by,
            imported_at: row.imported_at,
            is_complete: row.finished_at.is_some(),
        }
    }
}

/// A document of a statement.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct BankDocumentOut {
    id: BankDocumentId,
    account_id: BankAccountId,
    statement_id: BankStatementId,
    direction: Direction,
    /// In the bank's words.
    kind: String,
    number: String,
    day: Day,
    /// When it moved the account.
    booked_on: Day,
    amount_kopecks: Kopecks,
    /// Nobody said yet what this part of a receipt is for, or of a payment that no order of ours explains.
    open_kopecks: Kopecks,
    party_account: String,
    party_inn: Option<String>,
    party_name: String,
    purpose: String,
}

impl From<&BankDocumentRow> for BankDocumentOut {
    fn from(row: &BankDocumentRow) -> Self {
        Self {
            id: row.id,
            account_id: row.account,
            statement_id: row.statement,
            direction: row.direction,
            kind: row.kind.clone(),
            number: row.number.clone(),
            day: row.day,
            booked_on: row.booked_on,
            amount_kopecks: row.amount_kopecks,
            open_kopecks: row.open(),
            party_account: row.party_account.clone(),
            party_inn: row.party_inn.clone(),
            party_name: row.party_name.clone(),
            purpose: row.purpose.clone(),
        }
    }
}

/// What a receipt was said to be for, or a payment to a carrier.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct BankMatchOut {
    transfer_id: TransferId,
    to: MatchTarget,
    register_id: Option<CodRegisterId>,
    /// The register's, or whose account it is.
    carrier: Option<String>,
    owner_id: Option<OwnerId>,
    amount_kopecks: Kopecks,
    how: MatchHow,
    matched_by: Option<UserId>,
    matched_at: UtcMicros,
    /// The transfer that took it back.
    undo_id: Option<TransferId>,
}

impl From<BankMatchRow> for BankMatchOut {
    fn from(row: BankMatchRow) -> Self {
        Self {
            transfer_id: row.transfer,
            to: row.to,
            register_id: row.register,
            carrier: row.carrier,
            owner_id: row.owner,
            amount_kopecks: row.amount_kopecks,
            how: row.how,
            matched_by: row.matched_by,
            matched_at: row.matched_at,
            undo_id: row.undo,
        }
    }
}

/// A document with everything that the bank said of it.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct BankDocumentFullOut {
    document: BankDocumentOut,
    /// Pairs of key and value, in the order of the file.
    fields: Value,
    matches: Vec<BankMatchOut>,
}

/// Describes an account of the operator's (расчётный счёт).
#[utoipa::path(
    post, path = "/v1/bank/accounts", tag = "money", request_body = BankAccountIn,
    responses((status = 201, body = BankAccountOut), (status = "default", body = ProblemBody))
)]
async fn bank_account_create(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    key: IdempotencyKey,
    Body(input): Body<BankAccountIn>,
) -> Result<(StatusCode, Json<BankAccountOut>), Problem> {
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let account = accounts::account_create(tx, ctx, &input).await?;
        Ok::<_, BankError>(BankAccountOut::from(account))
    };
    let account = app.command(&caller, key, "bank_account_create", &body, work).await?;
    Ok((StatusCode::CREATED, Json(account)))
}

/// Changes the description of an account. Its number stays.
#[utoipa::path(
    put, path = "/v1/bank/accounts/{id}", tag = "money", request_body = BankAccountIn,
    params(("id" = BankAccountId, Path)),
    responses((status = 200, body = BankAccountOut), (status = "default", body = ProblemBody))
)]
async fn bank_account_update(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<BankAccountId>,
    key: IdempotencyKey,
    Body(input): Body<BankAccountIn>,
) -> Result<Json<BankAccountOut>, Problem> {
    let body = json!({ "account": id, "to": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let account = accounts::account_update(tx, ctx, id, &input).await?;
        Ok::<_, BankError>(BankAccountOut::from(account))
    };
    Ok(Json(app.command(&caller, key, "bank_account_update", &body, work).await?))
}

/// Accounts of the operator's, oldest first.
#[utoipa::path(
    get, path = "/v1/bank/accounts", tag = "money", params(PageParams),
    responses((status = 200, body = Page<BankAccountOut>), (status = "default", body = ProblemBody))
)]
async fn bank_account_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<BankAccountOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(BankAccountId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| store::account_list(tx, after, limit + 1).await;
    let rows: Vec<BankAccountRow> = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.into_iter().map(BankAccountOut::from).collect();
    Ok(Json(Page::new(items, limit, |account: &BankAccountOut| account.id.to_string())))
}

/// How a statement is called.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StatementParams {
    /// The name of the file in messages.
    file: Option<String>,
}

/// Takes in a bank's statement (банковская выписка) in the format 1CClientBankExchange. Repeating it,
/// or a statement that overlaps it, adds nothing.
#[utoipa::path(
    post, path = "/v1/bank/statements", tag = "money", params(StatementParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = StatementImportOut), (status = "default", body = ProblemBody))
)]
async fn bank_statement_import(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    QueryParams(params): QueryParams<StatementParams>,
    _key: IdempotencyKey,
    body: Bytes,
) -> Result<Json<StatementImportOut>, Problem> {
    let file = params.file.unwrap_or_else(|| "kl_to_1c.txt".to_owned());
    let source = Source::Bytes(Arc::from(body.as_ref()));
    let request = StatementRequest { source, file: file.clone() };
    let report = Box::pin(import::run(&app, request, caller.principal.user(), |_| {})).await?;
    Ok(Json(shown(file, report)))
}

fn shown(file: String, report: StatementReport) -> StatementImportOut {
    StatementImportOut {
        file,
        documents: report.documents,
        created: report.created,
        unchanged: report.unchanged,
        refused: report.refused,
        accounts: report.accounts.into_iter().map(StatementPartOut::from).collect(),
        faults: report.faults.iter().map(BankFaultOut::from).collect(),
        faults_total: report.faults_total,
    }
}

/// Statements that were taken in, oldest first.
#[utoipa::path(
    get, path = "/v1/bank/statements", tag = "money", params(PageParams),
    responses((status = 200, body = Page<BankStatementOut>), (status = "default", body = ProblemBody))
)]
async fn bank_statement_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<BankStatementOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(BankStatementId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| store::statement_list(tx, after, limit + 1).await;
    let rows: Vec<StatementRow> = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.into_iter().map(BankStatementOut::from).collect();
    Ok(Json(Page::new(items, limit, |one: &BankStatementOut| one.id.to_string())))
}

/// Which documents to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DocumentParams {
    account_id: Option<BankAccountId>,
    /// Only receipts of which something is left that nobody said what it is for.
    unmatched: Option<bool>,
    /// Only payments to others that neither a payment order of ours nor a person explains. Not together with `unmatched`.
    unexplained: Option<bool>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Documents of statements (документы выписок), in the order in which they came.
#[utoipa::path(
    get, path = "/v1/bank/documents", tag = "money", params(DocumentParams),
    responses((status = 200, body = Page<BankDocumentOut>), (status = "default", body = ProblemBody))
)]
async fn bank_document_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<DocumentParams>,
) -> Result<Json<Page<BankDocumentOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let (limit, account) = (page.limit(), params.account_id);
    let after = page.after()?.unwrap_or(BankDocumentId::from_uuid(uuid::Uuid::nil()));
    let is_told = |flag: Option<bool>| flag.unwrap_or(false);
    let which = (is_told(params.unmatched), is_told(params.unexplained));
    if which == (true, true) {
        return Err(InputError::one("unexplained", "duplicate").into());
    }
    let read = async move |tx: &mut Tx| match which {
        (true, _) => store::document_open_list(tx, account, after, limit + 1).await,
        (_, true) => store::document_unexplained_list(tx, account, after, limit + 1).await,
        _ => store::document_list(tx, account, after, limit + 1).await,
    };
    let rows: Vec<BankDocumentRow> = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.iter().map(BankDocumentOut::from).collect();
    Ok(Json(Page::new(items, limit, |one: &BankDocumentOut| one.id.to_string())))
}

pub(crate) async fn full(
    tx: &mut Tx,
    document: BankDocumentId,
) -> Result<BankDocumentFullOut, BankError> {
    let row = store::document_find(tx, document).await?;
    let row = row.ok_or(BankError::DocumentNotFound { document })?;
    let matches = store::match_list(tx, document).await?;
    Ok(BankDocumentFullOut {
        document: BankDocumentOut::from(&row),
        fields: row.fields,
        matches: matches.into_iter().map(BankMatchOut::from).collect(),
    })
}

/// A document with all its fields and what it was said to be for.
#[utoipa::path(
    get, path = "/v1/bank/documents/{id}", tag = "money", params(("id" = BankDocumentId, Path)),
    responses((status = 200, body = BankDocumentFullOut), (status = "default", body = ProblemBody))
)]
async fn bank_document_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    IdPath(id): IdPath<BankDocumentId>,
) -> Result<Json<BankDocumentFullOut>, Problem> {
    let read = async move |tx: &mut Tx| full(tx, id).await;
    Ok(Json(app.db.read::<_, BankError, _>(read).await?))
}
