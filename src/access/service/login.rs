//! Proving who one is: password or PIN, with a limit on guessing.
//!
//! **Invariant:** an attempt is counted before its secret is looked at, and secrets are verified
//! outside of transactions. While a subject is locked, the right secret is refused like any other.

use super::LoggedIn;
use crate::access::store::{attempts, doors, users};
use crate::access::tokens::{self, TokenKind};
use crate::access::{AccessError, passwords, store};
use crate::app::App;
use crate::commands::{self, Command, Ctx};
use crate::db::Tx;
use crate::ids::{SessionId, UserId};
use crate::units::UtcMicros;

/// How long a desk session lasts: a long working day.
pub const SESSION_SECONDS: i64 = 14 * 3600;

/// How many failures in a row cost nothing yet.
const FAILURES_FREE: i64 = 5;
const LOCK_SECONDS_MIN: i64 = 30;
const LOCK_SECONDS_MAX: i64 = 3600;
/// Failures older than a day are forgotten.
const MEMORY_SECONDS: i64 = 24 * 3600;
const LOGIN_LENGTH_MAX: usize = 100;
/// Nobody types more, and hashing it would cost.
const SECRET_LENGTH_MAX: usize = 1_000;

/// A desk session just opened; the token is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub user: UserId,
    pub token: String,
    pub expires_at: UtcMicros,
}

/// How long a subject is locked after so many failures in a row: twice as long each time.
fn lock_seconds(failures: i64) -> Option<i64> {
    let over = u32::try_from(failures - FAILURES_FREE).ok()?;
    let doubled = 2_i64.checked_pow(over).and_then(|factor| factor.checked_mul(LOCK_SECONDS_MIN));
    Some(doubled.map_or(LOCK_SECONDS_MAX, |seconds| seconds.min(LOCK_SECONDS_MAX)))
}

/// Counts an attempt of `subject`, or refuses it while it is locked.
async fn attempt_begin(app: &App, subject: String) -> Result<(), AccessError> {
    let now = app.clock.now();
    let work = async move |tx: &mut Tx| {
        let forgotten_before = now.plus_seconds(-MEMORY_SECONDS);
        let counted = attempts::attempt_begin(tx, &subject, now, forgotten_before).await?;
        let Some(failures) = counted else {
            let until = attempts::locked_until(tx, &subject).await?.unwrap_or(now);
            let seconds = until.seconds_since(now).max(1);
            return Err(AccessError::LoginLocked { seconds });
        };
        if let Some(seconds) = lock_seconds(failures) {
            attempts::attempt_lock(tx, &subject, now.plus_seconds(seconds)).await?;
        }
        Ok(())
    };
    app.db.write(work).await
}

async fn attempt_forgive(app: &App, subject: String) -> Result<(), AccessError> {
    let before = app.clock.now().plus_seconds(-MEMORY_SECONDS);
    let work = async move |tx: &mut Tx| Ok(attempts::attempt_forgive(tx, &subject, before).await?);
    app.db.write(work).await
}

/// Checks a login and a password and opens a desk session.
pub async fn login(app: &App, login: &str, password: &str) -> Result<Session, AccessError> {
    let login = login.trim().to_lowercase();
    if login.chars().count() > LOGIN_LENGTH_MAX || password.len() > SECRET_LENGTH_MAX {
        return Err(AccessError::LoginFailed);
    }
    let subject = format!("login:{login}");
    attempt_begin(app, subject.clone()).await?;
    let read = async move |tx: &mut Tx| users::secret_by_login(tx, &login).await;
    let (user, hash) = match app.db.read(read).await? {
        Some(row) => (Some(row.id), row.password_hash),
        None => (None, None),
    };
    let matches = passwords::verify(password.to_owned(), hash).await;
    let user = user.filter(|_| matches).ok_or(AccessError::LoginFailed)?;
    attempt_forgive(app, subject).await?;
    session_open(app, user).await
}

/// Opens a desk session for somebody who has proved who they are.
pub async fn session_open(app: &App, user: UserId) -> Result<Session, AccessError> {
    let id = SessionId::new();
    let token = tokens::make(TokenKind::Session);
    let token_hash = tokens::hash(&token);
    let expires_at = app.clock.now().plus_seconds(SESSION_SECONDS);
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        doors::session_insert(tx, id, user, token_hash.clone(), ctx.now, expires_at).await?;
        Ok::<_, AccessError>(id)
    };
    let command = own_command(user, format!("session {id}"), "session_create");
    commands::run(&app.db, &app.clock, command, work).await?;
    Ok(Session { user, token, expires_at })
}

/// Ends the session of a token.
pub async fn logout(app: &App, user: UserId, token: &str) -> Result<(), AccessError> {
    let token_hash = tokens::hash(token);
    let read = async move |tx: &mut Tx| doors::session_by_token(tx, token_hash.clone()).await;
    let session = app.db.read(read).await?.ok_or(AccessError::Unauthenticated)?;
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        Ok::<_, AccessError>(doors::session_delete(tx, session, ctx.now).await?)
    };
    let command = own_command(user, format!("session-end {session}"), "session_delete");
    commands::run(&app.db, &app.clock, command, work).await?;
    app.tokens.clear();
    Ok(())
}

/// A command that a person gives about themselves, once for `key`.
pub(super) fn own_command(user: UserId, key: String, action: &'static str) -> Command {
    Command {
        scope: user.uuid(),
        body_hash: commands::body_hash(&(action, &key)),
        key,
        action,
        request: None,
        actor: Some(user),
        device: None,
        owner: None,
    }
}

/// Checks the current password of somebody who wants another one, and hashes the new one.
pub async fn password_change(
    app: &App,
    user: UserId,
    current: &str,
    new: &str,
) -> Result<String, AccessError> {
    let new = checked_password(new)?;
    let read = async move |tx: &mut Tx| users::secret_by_id(tx, user).await;
    let row = app.db.read(read).await?.ok_or(AccessError::NotFound { what: "user" })?;
    let subject = format!("login:{}", row.login);
    attempt_begin(app, subject.clone()).await?;
    if !passwords::verify(current.to_owned(), row.password_hash).await {
        return Err(AccessError::LoginFailed);
    }
    attempt_forgive(app, subject).await?;
    Ok(passwords::hash(new).await)
}

/// A password that is long enough to be kept.
pub(super) fn checked_password(password: &str) -> Result<String, AccessError> {
    let length = password.chars().count();
    if length < passwords::PASSWORD_LENGTH_MIN || password.len() > SECRET_LENGTH_MAX {
        return Err(AccessError::PasswordWeak { length: passwords::PASSWORD_LENGTH_MIN });
    }
    Ok(password.to_owned())
}

/// Checks the PIN of a badge, as the terminal does.
pub async fn badge_login(app: &App, badge: &str, pin: &str) -> Result<LoggedIn, AccessError> {
    let code = badge.trim().to_uppercase();
    if code.chars().count() > LOGIN_LENGTH_MAX || pin.len() > SECRET_LENGTH_MAX {
        return Err(AccessError::BadgeUnknown);
    }
    let subject = format!("badge:{code}");
    let read = async move |tx: &mut Tx| store::user_by_badge(tx, &code).await;
    let (user, pin_hash) = app.db.read(read).await?.ok_or(AccessError::BadgeUnknown)?;
    attempt_begin(app, subject.clone()).await?;
    if !passwords::verify(pin.to_owned(), pin_hash).await {
        return Err(AccessError::PinWrong);
    }
    attempt_forgive(app, subject).await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lock_is_twice_as_long_up_to_an_hour() {
        let locks: Vec<_> = [4, 5, 6, 7, 11, 12, 1_000].into_iter().map(lock_seconds).collect();
        let expected = [None, Some(30), Some(60), Some(120), Some(1_920), Some(3_600), Some(3_600)];
        assert_eq!(locks, expected);
    }
}
