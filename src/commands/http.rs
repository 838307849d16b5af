//! The audit trail over HTTP.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::db::Tx;
use crate::http::{Page, PageParams, Problem, ProblemBody, QueryParams};
use crate::ids::{CommandId, DeviceId, OwnerId, UserId};
use crate::units::UtcMicros;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(audit_list))
}

/// One command that changed something.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditOut {
    pub id: CommandId,
    /// What was done, noun first.
    pub action: String,
    /// The request as it came.
    pub request: Option<serde_json::Value>,
    pub user_id: Option<UserId>,
    pub user_name: Option<String>,
    pub device_id: Option<DeviceId>,
    pub device_name: Option<String>,
    pub owner_id: Option<OwnerId>,
    pub recorded_at: UtcMicros,
}

/// The audit trail, newest first (журнал действий): who did what, when, from which device.
#[utoipa::path(
    get, path = "/v1/audit", tag = "access", params(PageParams),
    responses((status = 200, body = Page<AuditOut>), (status = "default", body = ProblemBody))
)]
async fn audit_list(
    State(app): State<App>,
    _caller: Caller<rights::AuditRead>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<AuditOut>>, Problem> {
    let limit = page.limit();
    let newest = CommandId::from_uuid(uuid::Uuid::max());
    let before = page.after::<CommandId>()?.unwrap_or(newest);
    let read = async move |tx: &mut Tx| store::audit_list(tx, before, limit + 1).await;
    let rows = app.db.read(read).await?;
    let items = rows.into_iter().map(AuditOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &AuditOut| item.id.to_string())))
}

impl From<store::AuditRow> for AuditOut {
    fn from(row: store::AuditRow) -> Self {
        Self {
            id: row.id,
            action: row.action,
            request: row.request,
            user_id: row.actor_id,
            user_name: row.actor_name,
            device_id: row.device_id,
            device_name: row.device_name,
            owner_id: row.owner_id,
            recorded_at: row.recorded_at,
        }
    }
}
