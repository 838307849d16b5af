//! Users and their roles.

use crate::access::Role;
use crate::db::{Arg, Count, DbError, Tx};
use crate::i18n::Language;
use crate::ids::{OwnerId, UserId};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// Somebody who can log in. The roles are in rows of their own.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UserRow {
        pub id: UserId,
        pub login: String,
        pub name: String,
        pub owner: Option<OwnerId>,
        pub language: Language,
        pub active: bool,
        pub has_password: bool,
        pub has_badge: bool,
        pub has_pin: bool,
        pub created_at: UtcMicros,
    }
}

record! {
    #[derive(Debug, Clone, Copy)]
    pub(in crate::access) struct RoleRow {
        pub(in crate::access) user: UserId,
        pub(in crate::access) role: Role,
    }
}

record! {
    pub(in crate::access) struct SecretRow {
        pub(in crate::access) id: UserId,
        pub(in crate::access) login: String,
        pub(in crate::access) password_hash: Option<String>,
    }
}

macro_rules! user_select {
    ($rest:literal) => {
        concat!(
            "SELECT id, login, name, owner_id, language, active, password_hash IS NOT NULL,
             badge_code IS NOT NULL, pin_hash IS NOT NULL, created_at FROM app_user ",
            $rest
        )
    };
}

const USER_INSERT: &str =
    "INSERT INTO app_user (id, login, name, owner_id, language, active, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (login) DO NOTHING";

const USER_FIND: &str = user_select!("WHERE id = $1");

const USER_LIST: &str = user_select!("WHERE id > $1 ORDER BY id LIMIT $2");

const USER_COUNT: &str = "SELECT COUNT(*) FROM app_user";

const PASSWORD_COUNT: &str = "SELECT COUNT(*) FROM app_user WHERE password_hash IS NOT NULL";

const USER_SECRET: &str =
    "SELECT id, login, password_hash FROM app_user WHERE login = $1 AND active";

const USER_SECRET_BY_ID: &str =
    "SELECT id, login, password_hash FROM app_user WHERE id = $1 AND active";

const ROLE_INSERT: &str = "INSERT INTO user_role (user_id, role) VALUES ($1, $2)";

const ROLES_DELETE: &str = "DELETE FROM user_role WHERE user_id = $1";

const ROLES_FIND: &str =
    "SELECT user_id, role FROM user_role WHERE user_id IN (/*list*/) ORDER BY user_id, role";

/// Holds all administrators until the transaction ends: two who dismiss each other wait.
const ADMINISTRATORS_TOUCH: &str = "UPDATE app_user SET active = active
     WHERE id IN (SELECT user_id FROM user_role WHERE role = 'administrator')";

const ADMINISTRATORS_BESIDES: &str =
    "SELECT COUNT(*) FROM app_user u JOIN user_role r ON r.user_id = u.id
     WHERE r.role = 'administrator' AND u.active AND u.id <> $1";

const USER_ACTIVE_SET: &str = "UPDATE app_user SET active = $2 WHERE id = $1";

const USER_TOUCH: &str = "UPDATE app_user SET active = active WHERE id = $1";

const PASSWORD_SET: &str = "UPDATE app_user SET password_hash = $2 WHERE id = $1";

const PIN_SET: &str = "UPDATE app_user SET pin_hash = $2 WHERE id = $1";

const BADGE_SET: &str = "UPDATE app_user SET badge_code = $2 WHERE id = $1";

pub(crate) const QUERIES: &[&str] = &[
    USER_INSERT,
    USER_FIND,
    USER_LIST,
    USER_COUNT,
    PASSWORD_COUNT,
    USER_SECRET,
    USER_SECRET_BY_ID,
    ROLE_INSERT,
    ROLES_DELETE,
    ROLES_FIND,
    ADMINISTRATORS_TOUCH,
    ADMINISTRATORS_BESIDES,
    USER_ACTIVE_SET,
    USER_TOUCH,
    PASSWORD_SET,
    PIN_SET,
    BADGE_SET,
];

/// Answers whether the login was free.
pub(in crate::access) async fn user_insert(tx: &mut Tx, user: &UserRow) -> Result<bool, DbError> {
    let values = args![
        user.id,
        &user.login,
        &user.name,
        user.owner,
        user.language,
        user.active,
        user.created_at,
    ];
    Ok(tx.execute(USER_INSERT, values).await? == 1)
}

pub(in crate::access) async fn user_find(
    tx: &mut Tx,
    id: UserId,
) -> Result<Option<UserRow>, DbError> {
    tx.fetch_optional(USER_FIND, args![id]).await
}

pub(in crate::access) async fn user_list(
    tx: &mut Tx,
    after: UserId,
    limit: i64,
) -> Result<Vec<UserRow>, DbError> {
    tx.fetch_all(USER_LIST, args![after, limit]).await
}

pub(in crate::access) async fn user_count(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(USER_COUNT, vec![]).await?.value)
}

pub(in crate::access) async fn password_count(tx: &mut Tx) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(PASSWORD_COUNT, vec![]).await?.value)
}

pub(in crate::access) async fn secret_by_login(
    tx: &mut Tx,
    login: &str,
) -> Result<Option<SecretRow>, DbError> {
    tx.fetch_optional(USER_SECRET, args![login]).await
}

pub(in crate::access) async fn secret_by_id(
    tx: &mut Tx,
    id: UserId,
) -> Result<Option<SecretRow>, DbError> {
    tx.fetch_optional(USER_SECRET_BY_ID, args![id]).await
}

/// Replaces the roles of a user.
pub(in crate::access) async fn roles_set(
    tx: &mut Tx,
    user: UserId,
    roles: &[Role],
) -> Result<(), DbError> {
    tx.execute(ROLES_DELETE, args![user]).await?;
    let rows = roles.iter().map(|role| args![user, *role]).collect();
    tx.insert_many(ROLE_INSERT, rows).await.map(drop)
}

pub(in crate::access) async fn roles_find(
    tx: &mut Tx,
    users: &[UserId],
) -> Result<Vec<RoleRow>, DbError> {
    tx.fetch_in(ROLES_FIND, vec![], users.iter().map(|id| Arg::from(*id)).collect()).await
}

/// How many active administrators there are besides one user; they stay so until the end of the
/// transaction.
pub(in crate::access) async fn administrators_besides(
    tx: &mut Tx,
    user: UserId,
) -> Result<i64, DbError> {
    tx.execute(ADMINISTRATORS_TOUCH, vec![]).await?;
    Ok(tx.fetch_one::<Count>(ADMINISTRATORS_BESIDES, args![user]).await?.value)
}

pub(in crate::access) async fn active_set(
    tx: &mut Tx,
    user: UserId,
    active: bool,
) -> Result<(), DbError> {
    tx.execute(USER_ACTIVE_SET, args![user, active]).await.map(drop)
}

/// Holds the user's row until the transaction ends.
pub(in crate::access) async fn user_touch(tx: &mut Tx, user: UserId) -> Result<(), DbError> {
    tx.execute(USER_TOUCH, args![user]).await.map(drop)
}

pub(in crate::access) async fn password_set(
    tx: &mut Tx,
    user: UserId,
    hash: &str,
) -> Result<(), DbError> {
    tx.execute(PASSWORD_SET, args![user, hash]).await.map(drop)
}

pub(in crate::access) async fn pin_set(
    tx: &mut Tx,
    user: UserId,
    hash: &str,
) -> Result<(), DbError> {
    tx.execute(PIN_SET, args![user, hash]).await.map(drop)
}

/// Gives a user another badge; two equal random codes are another throw of the dice.
pub(in crate::access) async fn badge_set(
    tx: &mut Tx,
    user: UserId,
    code: &str,
) -> Result<(), DbError> {
    match tx.execute(BADGE_SET, args![user, code]).await {
        Ok(_) => Ok(()),
        Err(DbError::Unique) => Err(tx.conflict()),
        Err(error) => Err(error),
    }
}
