//! The one-time link that sets a password: of the first start, and of every invitation.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::login::{Session, checked_password, own_command, session_open};
use crate::access::store::users::UserRow;
use crate::access::store::{doors, users};
use crate::access::tokens::{self, TokenKind};
use crate::access::{AccessError, Role, passwords};
use crate::app::App;
use crate::commands::{self, Command, Ctx};
use crate::db::Tx;
use crate::i18n::Language;
use crate::ids::UserId;
use crate::units::UtcMicros;

const LINK_SECONDS: i64 = 24 * 3600;
const FIRST_LOGIN: &str = "admin";

/// A link before it is shown.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The path to open in a browser. Only its hash is stored.
    pub path: String,
    token_hash: Vec<u8>,
}

impl NewLink {
    pub fn make() -> Self {
        let token = tokens::make(TokenKind::Setup);
        Self { path: format!("/setup/{token}"), token_hash: tokens::hash(&token) }
    }
}

/// Lets a link set the password of `user`, for a day. Older links of the user are void.
pub async fn link_issue(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    link: &NewLink,
) -> Result<(), AccessError> {
    doors::links_void(tx, user, ctx.now).await?;
    let expires_at = ctx.now.plus_seconds(LINK_SECONDS);
    Ok(doors::link_insert(tx, link.token_hash.clone(), user, expires_at).await?)
}

/// What the first start found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum FirstStart {
    /// Somebody can log in, or has a link to do so.
    NothingToDo,
    LinkIssued,
}

/// When there is no user yet, creates the administrator and answers the path of the link that sets
/// the password. Of nodes that start together only one gets it. A link that was never used and has
/// expired is replaced by another at the next start.
pub async fn first_start(app: &App) -> Result<Option<String>, AccessError> {
    let link = NewLink::make();
    let issued = link.clone();
    let now = app.clock.now();
    let needed = app.db.read(async move |tx: &mut Tx| first_needed(tx, now).await).await?;
    if !needed {
        return Ok(None);
    }
    let key = format!("first start {}", crate::ids::new_uuid());
    let command = Command {
        scope: Uuid::nil(),
        body_hash: commands::body_hash(&key),
        key,
        action: "administrator_create",
        request: None,
        actor: None,
        device: None,
        owner: None,
    };
    let work = async move |tx: &mut Tx, ctx: &Ctx| first_administrator(tx, ctx, &issued).await;
    let found = commands::run(&app.db, &app.clock, command, work).await?;
    Ok((found == FirstStart::LinkIssued).then_some(link.path))
}

/// Asked before anything is written, so that ordinary starts leave no trace.
async fn first_needed(tx: &mut Tx, now: UtcMicros) -> Result<bool, AccessError> {
    if users::password_count(tx).await? > 0 {
        return Ok(false);
    }
    match users::secret_by_login(tx, FIRST_LOGIN).await? {
        Some(known) => Ok(!doors::has_valid_link(tx, known.id, now).await?),
        None => Ok(users::user_count(tx).await? == 0),
    }
}

async fn first_administrator(
    tx: &mut Tx,
    ctx: &Ctx,
    link: &NewLink,
) -> Result<FirstStart, AccessError> {
    let administrator = UserRow {
        id: UserId::new(),
        login: FIRST_LOGIN.to_owned(),
        name: "Администратор".to_owned(),
        owner: None,
        language: Language::Russian,
        active: true,
        has_password: false,
        has_badge: false,
        has_pin: false,
        created_at: ctx.now,
    };
    // The login is unique: a node that starts at the same time waits here, and finds it taken.
    if users::user_insert(tx, &administrator).await? {
        users::roles_set(tx, administrator.id, &[Role::Administrator]).await?;
        link_issue(tx, ctx, administrator.id, link).await?;
        return Ok(FirstStart::LinkIssued);
    }
    let Some(known) = users::secret_by_login(tx, FIRST_LOGIN).await? else {
        return Ok(FirstStart::NothingToDo);
    };
    users::user_touch(tx, known.id).await?;
    if !first_needed(tx, ctx.now).await? {
        return Ok(FirstStart::NothingToDo);
    }
    link_issue(tx, ctx, known.id, link).await?;
    Ok(FirstStart::LinkIssued)
}

/// The login whose password a link may set.
pub async fn link_login(app: &App, token: &str) -> Result<String, AccessError> {
    let token_hash = tokens::hash(token);
    let now = app.clock.now();
    let read = async move |tx: &mut Tx| doors::link_find(tx, token_hash.clone(), now).await;
    let found = app.db.read(read).await?;
    found.map(|(_, login)| login).ok_or(AccessError::LinkInvalid)
}

/// Sets the password by a link, once, and logs in.
pub async fn link_redeem(app: &App, token: &str, password: &str) -> Result<Session, AccessError> {
    let token_hash = tokens::hash(token);
    let now = app.clock.now();
    let hash = token_hash.clone();
    let read = async move |tx: &mut Tx| doors::link_find(tx, hash.clone(), now).await;
    let (user, _) = app.db.read(read).await?.ok_or(AccessError::LinkInvalid)?;
    let password_hash = passwords::hash(checked_password(password)?).await;
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        if !doors::link_use(tx, token_hash.clone(), ctx.now).await? {
            return Err(AccessError::LinkInvalid);
        }
        doors::links_void(tx, user, ctx.now).await?;
        doors::sessions_delete(tx, user).await?;
        users::password_set(tx, user, &password_hash).await?;
        Ok(())
    };
    let key = format!("setup {}", crate::ids::new_uuid());
    let command = own_command(user, key, "password_set");
    commands::run(&app.db, &app.clock, command, work).await?;
    app.tokens.clear();
    session_open(app, user).await
}
