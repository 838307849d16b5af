//! Users over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::sessions::PinIn;
use crate::access::caller::{Caller, rights};
use crate::access::service::setup::NewLink;
use crate::access::service::users::{self, NewUser, User};
use crate::access::{AccessError, Role};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::i18n::Language;
use crate::ids::{CommandId, OwnerId, UserId};
use crate::units::UtcMicros;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(user_create, user_list))
        .routes(routes!(user_get))
        .routes(routes!(roles_set))
        .routes(routes!(user_deactivate))
        .routes(routes!(user_activate))
        .routes(routes!(user_invite))
        .routes(routes!(badge_issue))
        .routes(routes!(pin_set))
}

/// Somebody who can log in.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each tells one independent fact")]
struct UserOut {
    id: UserId,
    login: String,
    name: String,
    roles: Vec<Role>,
    owner_id: Option<OwnerId>,
    language: Language,
    active: bool,
    has_password: bool,
    has_badge: bool,
    has_pin: bool,
    created_at: UtcMicros,
}

impl From<User> for UserOut {
    fn from(user: User) -> Self {
        let User { row, roles } = user;
        Self {
            id: row.id,
            login: row.login,
            name: row.name,
            roles,
            owner_id: row.owner,
            language: row.language,
            active: row.active,
            has_password: row.has_password,
            has_badge: row.has_badge,
            has_pin: row.has_pin,
            created_at: row.created_at,
        }
    }
}

/// A user with the one-time link (ссылка-приглашение).
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct InvitedOut {
    user: UserOut,
    /// The path where the person sets a password, within a day, once. Shown once: `null` when the
    /// request is repeated.
    setup_path: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct RolesIn {
    roles: Vec<Role>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct BadgeOut {
    user_id: UserId,
    badge_code: String,
    /// What is printed as a barcode on the badge.
    barcode: String,
}

/// What an invitation's command remembers: the user, and which run made the link.
#[derive(Debug, Serialize, Deserialize)]
struct Invited {
    user: UserOut,
    made_by: CommandId,
}

/// Creates a user and the link by which that person sets a password (пользователь).
#[utoipa::path(
    post, path = "/v1/users", tag = "access", request_body = NewUser,
    responses((status = 201, body = InvitedOut), (status = "default", body = ProblemBody))
)]
async fn user_create(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    key: IdempotencyKey,
    Body(input): Body<NewUser>,
) -> Result<(StatusCode, Json<InvitedOut>), Problem> {
    let id = UserId::new();
    let link = NewLink::make();
    let issued = link.clone();
    let body = input.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let user = users::user_create(tx, ctx, id, &input, &issued).await?;
        Ok::<_, AccessError>(UserOut::from(user))
    };
    let user = app.command(&caller, key, "user_create", &body, work).await?;
    // A repeated request answers the first one's user, whose link was another.
    let setup_path = (user.id == id).then_some(link.path);
    Ok((StatusCode::CREATED, Json(InvitedOut { user, setup_path })))
}

/// Users, oldest first (пользователи).
#[utoipa::path(
    get, path = "/v1/users", tag = "access", params(PageParams),
    responses((status = 200, body = Page<UserOut>), (status = "default", body = ProblemBody))
)]
async fn user_list(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<UserOut>>, Problem> {
    let limit = page.limit();
    let after = page.after()?.unwrap_or(UserId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| users::user_list(tx, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(UserOut::from).collect();
    Ok(Json(Page::new(items, limit, |user: &UserOut| user.id.to_string())))
}

/// One user.
#[utoipa::path(
    get, path = "/v1/users/{id}", tag = "access", params(("id" = UserId, Path)),
    responses((status = 200, body = UserOut), (status = "default", body = ProblemBody))
)]
async fn user_get(
    State(app): State<App>,
    _caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
) -> Result<Json<UserOut>, Problem> {
    let user = app.db.read(async move |tx: &mut Tx| users::user_find(tx, id).await).await?;
    Ok(Json(user.into()))
}

/// Replaces the roles of a user (роли). The last administrator stays one.
#[utoipa::path(
    put, path = "/v1/users/{id}/roles", tag = "access", request_body = RolesIn,
    params(("id" = UserId, Path)),
    responses((status = 200, body = UserOut), (status = "default", body = ProblemBody))
)]
async fn roles_set(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
    key: IdempotencyKey,
    Body(input): Body<RolesIn>,
) -> Result<Json<UserOut>, Problem> {
    let body = json!({ "user_id": id, "roles": input.roles });
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let user = users::roles_set(tx, id, &input.roles).await?;
        Ok::<_, AccessError>(UserOut::from(user))
    };
    let user = app.command(&caller, key, "user_roles_set", &body, work).await?;
    app.tokens.clear();
    Ok(Json(user))
}

/// Locks a user out (отключить). The last administrator stays.
#[utoipa::path(
    post, path = "/v1/users/{id}/deactivate", tag = "access",
    params(("id" = UserId, Path)),
    responses((status = 200, body = UserOut), (status = "default", body = ProblemBody))
)]
async fn user_deactivate(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
    key: IdempotencyKey,
) -> Result<Json<UserOut>, Problem> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let user = users::user_deactivate(tx, ctx, id).await?;
        Ok::<_, AccessError>(UserOut::from(user))
    };
    let user = app.command(&caller, key, "user_deactivate", &id, work).await?;
    app.tokens.clear();
    Ok(Json(user))
}

/// Lets a user in again (включить).
#[utoipa::path(
    post, path = "/v1/users/{id}/activate", tag = "access",
    params(("id" = UserId, Path)),
    responses((status = 200, body = UserOut), (status = "default", body = ProblemBody))
)]
async fn user_activate(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
    key: IdempotencyKey,
) -> Result<Json<UserOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let user = users::user_activate(tx, id).await?;
        Ok::<_, AccessError>(UserOut::from(user))
    };
    Ok(Json(app.command(&caller, key, "user_activate", &id, work).await?))
}

/// Gives a user another link to set a password (пригласить снова). Older links are void.
#[utoipa::path(
    post, path = "/v1/users/{id}/invitation", tag = "access",
    params(("id" = UserId, Path)),
    responses((status = 200, body = InvitedOut), (status = "default", body = ProblemBody))
)]
async fn user_invite(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
    key: IdempotencyKey,
) -> Result<Json<InvitedOut>, Problem> {
    let link = NewLink::make();
    let issued = link.clone();
    let this_run = CommandId::new();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let user = users::user_invite(tx, ctx, id, &issued).await?;
        Ok::<_, AccessError>(Invited { user: user.into(), made_by: this_run })
    };
    let invited = app.command(&caller, key, "user_invite", &id, work).await?;
    let setup_path = (invited.made_by == this_run).then_some(link.path);
    Ok(Json(InvitedOut { user: invited.user, setup_path }))
}

/// Gives a user a new badge (бейдж). The one before opens nothing any more.
#[utoipa::path(
    post, path = "/v1/users/{id}/badge", tag = "access",
    params(("id" = UserId, Path)),
    responses((status = 200, body = BadgeOut), (status = "default", body = ProblemBody))
)]
async fn badge_issue(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
    key: IdempotencyKey,
) -> Result<Json<BadgeOut>, Problem> {
    let work = async move |tx: &mut Tx, _: &Ctx| {
        let code = users::badge_issue(tx, id).await?;
        let (badge_code, barcode) = (code.code().to_owned(), code.to_string());
        Ok::<_, AccessError>(BadgeOut { user_id: id, badge_code, barcode })
    };
    Ok(Json(app.command(&caller, key, "badge_issue", &id, work).await?))
}

/// Sets the PIN of a user (ПИН-код). The trail notes that it was set, not the PIN.
#[utoipa::path(
    put, path = "/v1/users/{id}/pin", tag = "access", request_body = PinIn,
    params(("id" = UserId, Path)),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn pin_set(
    State(app): State<App>,
    caller: Caller<rights::AccessManage>,
    IdPath(id): IdPath<UserId>,
    key: IdempotencyKey,
    Body(input): Body<PinIn>,
) -> Result<StatusCode, Problem> {
    let hash = users::pin_hashed(&input.pin).await?;
    let work = async move |tx: &mut Tx, _: &Ctx| users::pin_set(tx, id, &hash).await;
    app.command(&caller, key, "pin_set", &json!({ "user_id": id }), work).await?;
    Ok(StatusCode::NO_CONTENT)
}
