//! Letting people in.

use super::{AccessError, Role, passwords, store};
use crate::app::App;
use crate::db::Tx;
use crate::i18n::Language;
use crate::ids::UserId;

/// Somebody who proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub user: UserId,
    pub name: String,
    pub language: Language,
    pub roles: Vec<Role>,
}

/// Checks the PIN of a badge. Not inside a transaction: it takes tens of milliseconds on purpose.
pub async fn badge_login(app: &App, badge: &str, pin: &str) -> Result<LoggedIn, AccessError> {
    let code = badge.to_owned();
    let found = app.db.read(async move |tx: &mut Tx| store::user_by_badge(tx, &code).await).await?;
    let (user, pin_hash) = found.ok_or(AccessError::BadgeUnknown)?;
    if passwords::verify(pin.to_owned(), pin_hash).await {
        Ok(user)
    } else {
        Err(AccessError::PinWrong)
    }
}
