//! The queue over HTTP: what failed, and another chance for it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, JobFilter, JobRow};
use super::{JobError, JobState, service};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams};
use crate::ids::JobId;
use crate::units::UtcMicros;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(job_list))
        .routes(routes!(job_get))
        .routes(routes!(job_retry))
}

/// Which jobs to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct JobListParams {
    /// `dead` lists what waits for a person.
    state: Option<JobState>,
    kind: Option<String>,
    subject: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
}

/// One job of the queue.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobOut {
    pub id: JobId,
    pub kind: String,
    /// What it is about.
    pub subject: String,
    pub payload: serde_json::Value,
    pub state: JobState,
    pub priority: i64,
    pub attempts: i64,
    pub run_at: UtcMicros,
    pub last_error: Option<String>,
    pub created_at: UtcMicros,
    pub finished_at: Option<UtcMicros>,
}

/// Jobs, newest first (очередь фоновых заданий).
#[utoipa::path(
    get, path = "/v1/jobs", tag = "jobs", params(JobListParams),
    responses((status = 200, body = Page<JobOut>), (status = "default", body = ProblemBody))
)]
async fn job_list(
    State(app): State<App>,
    _caller: Caller<rights::JobsManage>,
    QueryParams(params): QueryParams<JobListParams>,
) -> Result<Json<Page<JobOut>>, Problem> {
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let newest = JobId::from_uuid(uuid::Uuid::max());
    let filter = JobFilter {
        state: params.state,
        kind: params.kind,
        subject: params.subject,
        before: page.after::<JobId>()?.unwrap_or(newest),
    };
    let read = async move |tx: &mut Tx| store::job_list(tx, &filter, limit + 1).await;
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(JobOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &JobOut| item.id.to_string())))
}

/// One job (фоновое задание).
#[utoipa::path(
    get, path = "/v1/jobs/{id}", tag = "jobs", params(("id" = JobId, Path)),
    responses((status = 200, body = JobOut), (status = "default", body = ProblemBody))
)]
async fn job_get(
    State(app): State<App>,
    _caller: Caller<rights::JobsManage>,
    IdPath(id): IdPath<JobId>,
) -> Result<Json<JobOut>, Problem> {
    let read = async move |tx: &mut Tx| service::job_find(tx, id).await;
    Ok(Json(app.db.read::<JobRow, JobError, _>(read).await?.into()))
}

/// Queues a dead job anew (повторить задание).
#[utoipa::path(
    post, path = "/v1/jobs/{id}/retry", tag = "jobs", params(("id" = JobId, Path)),
    responses((status = 200, body = JobOut), (status = "default", body = ProblemBody))
)]
async fn job_retry(
    State(app): State<App>,
    caller: Caller<rights::JobsManage>,
    IdPath(id): IdPath<JobId>,
    key: IdempotencyKey,
) -> Result<Json<JobOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<JobOut, JobError> {
        service::job_retry(tx, ctx, id).await?;
        Ok(service::job_find(tx, id).await?.into())
    };
    Ok(Json(app.command(&caller, key, "job_retry", &id, work).await?))
}

impl From<JobRow> for JobOut {
    fn from(row: JobRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            subject: row.subject,
            payload: row.payload,
            state: row.state,
            priority: row.priority,
            attempts: row.attempts,
            run_at: row.run_at,
            last_error: row.last_error,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}
