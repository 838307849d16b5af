//! The books over HTTP: accounts, statements, the trial balance, and closing periods.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::books::{self, Statement};
use super::store::{AccountRow, LineRow};
use super::{AccountKind, MoneyError, TransferReason};
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{MoneyAccountId, OwnerId, TransferId, UserId};
use crate::units::{Day, Kopecks, UtcMicros};

const PERIODS_MAX: i64 = 120;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(money_account_list))
        .routes(routes!(money_statement))
        .routes(routes!(trial_balance_get))
        .routes(routes!(money_period_list, money_period_close))
}

/// Which accounts to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountParams {
    kind: Option<AccountKind>,
    owner_id: Option<OwnerId>,
    limit: Option<i64>,
    after: Option<String>,
}

/// An account with what went over it.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct MoneyAccountOut {
    id: MoneyAccountId,
    kind: AccountKind,
    owner_id: Option<OwnerId>,
    carrier: Option<String>,
    /// The register, invoice, payout or bank account that it is of.
    document_id: Option<Uuid>,
    debit_kopecks: Kopecks,
    credit_kopecks: Kopecks,
}

impl From<AccountRow> for MoneyAccountOut {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            owner_id: row.owner,
            carrier: row.carrier,
            document_id: row.document,
            debit_kopecks: row.debit,
            credit_kopecks: row.credit,
        }
    }
}

/// Lists accounts with their turnovers (счета); a shop sees its own.
#[utoipa::path(
    get, path = "/v1/money/accounts", tag = "money", params(AccountParams),
    responses((status = 200, body = Page<MoneyAccountOut>), (status = "default", body = ProblemBody))
)]
async fn money_account_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<AccountParams>,
) -> Result<Json<Page<MoneyAccountOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let (scope, limit) = (caller.scope(), page.limit());
    let after = page.after()?.unwrap_or(MoneyAccountId::from_uuid(Uuid::nil()));
    let filter = (params.kind, params.owner_id);
    let read = async move |tx: &mut Tx| -> Result<Vec<AccountRow>, DbError> {
        books::accounts(tx, scope, filter, after, limit + 1).await
    };
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(MoneyAccountOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &MoneyAccountOut| item.id.to_string())))
}

/// The span of a statement.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StatementParams {
    from: Day,
    to: Day,
    limit: Option<i64>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A transfer, seen from the account.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct StatementLineOut {
    id: TransferId,
    day: Day,
    reason: TransferReason,
    debit_kopecks: Kopecks,
    credit_kopecks: Kopecks,
    /// Debit less credit of the account, after this line.
    balance_kopecks: Kopecks,
    /// The kind of the account on the other side.
    other: AccountKind,
    document_id: Option<Uuid>,
    /// The transfer that this one corrects.
    corrects_id: Option<TransferId>,
    note: Option<String>,
    recorded_at: UtcMicros,
}

/// What went over an account from a day to a day. Balances are debit less credit.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct StatementOut {
    account: MoneyAccountOut,
    from: Day,
    to: Day,
    opening_kopecks: Kopecks,
    debit_kopecks: Kopecks,
    credit_kopecks: Kopecks,
    closing_kopecks: Kopecks,
    lines: Vec<StatementLineOut>,
    next: Option<String>,
}

/// A page of an account's statement (карточка счёта); a shop sees its own accounts.
#[utoipa::path(
    get, path = "/v1/money/accounts/{id}/statement", tag = "money",
    params(("id" = MoneyAccountId, Path), StatementParams),
    responses((status = 200, body = StatementOut), (status = "default", body = ProblemBody))
)]
async fn money_statement(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<MoneyAccountId>,
    QueryParams(params): QueryParams<StatementParams>,
) -> Result<Json<StatementOut>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let (scope, span, limit) = (caller.scope(), (params.from, params.to), page.limit());
    let after = page.after()?;
    let read = async move |tx: &mut Tx| -> Result<Statement, MoneyError> {
        books::statement(tx, scope, id, span, after, limit + 1).await
    };
    let statement = app.db.read(read).await?;
    Ok(Json(statement_out(statement, span, limit)?))
}

fn statement_out(
    statement: Statement,
    (from, to): (Day, Day),
    limit: i64,
) -> Result<StatementOut, MoneyError> {
    let page = Page::new(statement.lines, limit, |line: &LineRow| line.id.to_string());
    let mut balance = statement.balance_before;
    let mut lines = Vec::new();
    for line in page.items {
        let moved = line.debit.checked_sub(line.credit).map_err(|_| MoneyError::SumTooBig)?;
        balance = balance.checked_add(moved).map_err(|_| MoneyError::SumTooBig)?;
        lines.push(StatementLineOut {
            id: line.id,
            day: line.day,
            reason: line.reason,
            debit_kopecks: line.debit,
            credit_kopecks: line.credit,
            balance_kopecks: balance,
            other: line.other,
            document_id: line.document,
            corrects_id: line.corrects,
            note: line.note,
            recorded_at: line.recorded_at,
        });
    }
    Ok(StatementOut {
        account: statement.account.into(),
        from,
        to,
        opening_kopecks: statement.opening,
        debit_kopecks: statement.debit,
        credit_kopecks: statement.credit,
        closing_kopecks: statement.closing,
        lines,
        next: page.next,
    })
}

/// Up to which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TrialParams {
    /// Today without it.
    day: Option<Day>,
}

/// All accounts of a kind together.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct TrialLineOut {
    kind: AccountKind,
    debit_kopecks: Kopecks,
    credit_kopecks: Kopecks,
}

/// The books up to a day: the two sums are equal.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct TrialOut {
    day: Day,
    lines: Vec<TrialLineOut>,
    debit_kopecks: Kopecks,
    credit_kopecks: Kopecks,
}

/// The trial balance up to a day (оборотно-сальдовая ведомость).
#[utoipa::path(
    get, path = "/v1/money/trial-balance", tag = "money", params(TrialParams),
    responses((status = 200, body = TrialOut), (status = "default", body = ProblemBody))
)]
async fn trial_balance_get(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
    QueryParams(params): QueryParams<TrialParams>,
) -> Result<Json<TrialOut>, Problem> {
    let day = params.day.unwrap_or_else(|| app.clock.now().moscow_day());
    let kinds = app.db.read(async move |tx: &mut Tx| books::trial_balance(tx, day).await).await?;
    let sum = |of: fn(&TrialLineOut) -> Kopecks, lines: &[TrialLineOut]| {
        let sum = lines.iter().try_fold(Kopecks::ZERO, |sum, line| sum.checked_add(of(line)));
        sum.map_err(|_| MoneyError::SumTooBig)
    };
    let lines: Vec<TrialLineOut> = kinds
        .into_iter()
        .map(|row| TrialLineOut {
            kind: row.kind,
            debit_kopecks: row.debit,
            credit_kopecks: row.credit,
        })
        .collect();
    Ok(Json(TrialOut {
        day,
        debit_kopecks: sum(|line| line.debit_kopecks, &lines)?,
        credit_kopecks: sum(|line| line.credit_kopecks, &lines)?,
        lines,
    }))
}

/// A closed period.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PeriodOut {
    last_day: Day,
    closed_by: Option<UserId>,
    closed_at: UtcMicros,
}

/// All closed periods, the last one first.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct PeriodsOut {
    items: Vec<PeriodOut>,
}

/// Lists closed periods.
#[utoipa::path(
    get, path = "/v1/money/periods", tag = "money",
    responses((status = 200, body = PeriodsOut), (status = "default", body = ProblemBody))
)]
async fn money_period_list(
    State(app): State<App>,
    _caller: Staff<rights::MoneyRead>,
) -> Result<Json<PeriodsOut>, Problem> {
    let rows = app.db.read(async |tx: &mut Tx| books::periods(tx, PERIODS_MAX).await).await?;
    let items = rows.into_iter().map(|row| PeriodOut {
        last_day: row.last_day,
        closed_by: row.closed_by,
        closed_at: row.closed_at,
    });
    Ok(Json(PeriodsOut { items: items.collect() }))
}

/// A period that is over.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PeriodIn {
    /// Every day up to this one is closed, for ever.
    last_day: Day,
}

/// The book is closed so far.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct ClosedOut {
    last_day: Day,
}

/// Closes a period (закрытие периода): nothing is posted on its days any more. There is no way back:
/// a correction is posted on a later day.
#[utoipa::path(
    post, path = "/v1/money/periods", tag = "money", request_body = PeriodIn,
    responses((status = 200, body = ClosedOut), (status = "default", body = ProblemBody))
)]
async fn money_period_close(
    State(app): State<App>,
    caller: Staff<rights::MoneyApprove>,
    key: IdempotencyKey,
    Body(body): Body<PeriodIn>,
) -> Result<Json<ClosedOut>, Problem> {
    let last_day = body.last_day;
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<ClosedOut, MoneyError> {
        Ok(ClosedOut { last_day: books::period_close(tx, ctx, last_day).await? })
    };
    Ok(Json(app.command(&caller, key, "money_period_close", &body, work).await?))
}
