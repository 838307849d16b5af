//! Letting people in, and saying who they are and what they may do.

pub mod doors;
mod login;
pub mod setup;
pub mod users;

use super::{Role, store};
use crate::db::{DbError, Tx};
use crate::i18n::Language;
use crate::ids::UserId;

pub use self::login::{
    SESSION_SECONDS, Session, badge_login, login, logout, password_change, session_open,
};
pub use self::setup::first_start;

/// Somebody who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub user: UserId,
    pub name: String,
    pub language: Language,
    pub roles: Vec<Role>,
}

/// The active user behind a badge, without any proof.
pub async fn user_by_badge(tx: &mut Tx, badge: &str) -> Result<Option<LoggedIn>, DbError> {
    Ok(store::user_by_badge(tx, badge).await?.map(|(user, _)| user))
}
