//! Users: creating, roles, badges and PINs, and saying good-bye.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::setup::{NewLink, link_issue};
use crate::access::store::users as store;
use crate::access::store::users::UserRow;
use crate::access::{AccessError, Role, passwords};
use crate::barcodes::{OwnCode, OwnKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputFaults;
use crate::i18n::Language;
use crate::ids::{OwnerId, UserId};

const LOGIN_LENGTH_MAX: usize = 100;
const NAME_LENGTH_MAX: usize = 200;
const BADGE_CHARACTERS: usize = 10;

/// A user to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewUser {
    pub login: String,
    pub name: String,
    pub roles: Vec<Role>,
    /// For a shop's people: which shop.
    #[serde(default)]
    pub owner_id: Option<OwnerId>,
    #[serde(default)]
    pub language: Language,
}

/// A user with roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub row: UserRow,
    pub roles: Vec<Role>,
}

/// Creates a user and the link by which that person sets a password.
pub async fn user_create(
    tx: &mut Tx,
    ctx: &Ctx,
    id: UserId,
    new: &NewUser,
    link: &NewLink,
) -> Result<User, AccessError> {
    let mut faults = InputFaults::default();
    let login = new.login.trim().to_lowercase();
    faults.text("login", &login, LOGIN_LENGTH_MAX);
    if login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        faults.note("login", "bad_format");
    }
    faults.text("name", &new.name, NAME_LENGTH_MAX);
    faults.finish()?;
    let roles = fitting(new.owner_id, &new.roles)?;
    let row = UserRow {
        id,
        login,
        name: new.name.trim().to_owned(),
        owner: new.owner_id,
        language: new.language,
        active: true,
        has_password: false,
        has_badge: false,
        has_pin: false,
        created_at: ctx.now,
    };
    match store::user_insert(tx, &row).await {
        Ok(true) => {}
        Ok(false) => return Err(AccessError::LoginTaken { login: row.login }),
        Err(DbError::ForeignKey) => return Err(AccessError::NotFound { what: "owner" }),
        Err(error) => return Err(error.into()),
    }
    store::roles_set(tx, id, &roles).await?;
    link_issue(tx, ctx, id, link).await?;
    Ok(User { row, roles })
}

/// Roles in order, each once, if they fit to a shop's or the operator's people.
fn fitting(owner: Option<OwnerId>, roles: &[Role]) -> Result<Vec<Role>, AccessError> {
    let mut roles = roles.to_vec();
    roles.sort();
    roles.dedup();
    let of_shop = |role: &Role| *role == Role::ShopOwner;
    let fits = match owner {
        Some(_) => !roles.is_empty() && roles.iter().all(of_shop),
        None => !roles.is_empty() && !roles.iter().any(of_shop),
    };
    if fits { Ok(roles) } else { Err(AccessError::RolesUnfit) }
}

pub async fn user_find(tx: &mut Tx, id: UserId) -> Result<User, AccessError> {
    let row = store::user_find(tx, id).await?.ok_or(AccessError::NotFound { what: "user" })?;
    let roles = store::roles_find(tx, &[id]).await?.into_iter().map(|row| row.role).collect();
    Ok(User { row, roles })
}

pub async fn user_list(tx: &mut Tx, after: UserId, limit: i64) -> Result<Vec<User>, DbError> {
    let rows = store::user_list(tx, after, limit).await?;
    let ids: Vec<UserId> = rows.iter().map(|row| row.id).collect();
    let roles = store::roles_find(tx, &ids).await?;
    let with_roles = |row: UserRow| {
        let own = roles.iter().filter(|role| role.user == row.id).map(|role| role.role).collect();
        User { row, roles: own }
    };
    Ok(rows.into_iter().map(with_roles).collect())
}

/// Replaces the roles of a user. Somebody must stay administrator.
pub async fn roles_set(tx: &mut Tx, id: UserId, roles: &[Role]) -> Result<User, AccessError> {
    let known = user_find(tx, id).await?;
    let roles = fitting(known.row.owner, roles)?;
    if known.roles.contains(&Role::Administrator) && !roles.contains(&Role::Administrator) {
        not_the_last(tx, id).await?;
    }
    store::roles_set(tx, id, &roles).await?;
    Ok(User { roles, ..known })
}

/// Refuses when nobody else could administrate.
async fn not_the_last(tx: &mut Tx, id: UserId) -> Result<(), AccessError> {
    if store::administrators_besides(tx, id).await? == 0 {
        return Err(AccessError::LastAdministrator);
    }
    Ok(())
}

/// Locks a user out everywhere. What that person did stays in the audit trail.
pub async fn user_deactivate(tx: &mut Tx, ctx: &Ctx, id: UserId) -> Result<User, AccessError> {
    let mut user = user_find(tx, id).await?;
    if user.roles.contains(&Role::Administrator) {
        not_the_last(tx, id).await?;
    }
    store::active_set(tx, id, false).await?;
    crate::access::store::doors::sessions_delete(tx, id).await?;
    crate::access::store::doors::links_void(tx, id, ctx.now).await?;
    user.row.active = false;
    Ok(user)
}

/// Lets a user in again, with the password and the badge of before.
pub async fn user_activate(tx: &mut Tx, id: UserId) -> Result<User, AccessError> {
    let mut user = user_find(tx, id).await?;
    store::active_set(tx, id, true).await?;
    user.row.active = true;
    Ok(user)
}

/// Gives a user another link to set a password: for one who forgot it.
pub async fn user_invite(
    tx: &mut Tx,
    ctx: &Ctx,
    id: UserId,
    link: &NewLink,
) -> Result<User, AccessError> {
    let user = active(tx, id).await?;
    link_issue(tx, ctx, id, link).await?;
    Ok(user)
}

async fn active(tx: &mut Tx, id: UserId) -> Result<User, AccessError> {
    let user = user_find(tx, id).await?;
    if user.row.active { Ok(user) } else { Err(AccessError::UserInactive) }
}

/// Gives a user a new badge; the one before opens nothing any more. The code is no secret: the PIN
/// is.
pub async fn badge_issue(tx: &mut Tx, id: UserId) -> Result<OwnCode, AccessError> {
    active(tx, id).await?;
    let code = badge_code();
    store::badge_set(tx, id, &code).await?;
    Ok(OwnCode::new(OwnKind::Badge, &code).expect("letters and digits make a code"))
}

/// Random letters and digits, without those that people mistake for each other.
fn badge_code() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut dice = rand::rng();
    let letter = |_| char::from(LETTERS[dice.random_range(0..LETTERS.len())]);
    (0..BADGE_CHARACTERS).map(letter).collect()
}

/// The hash of a PIN that is not too easy. Not inside a transaction: it takes its time.
pub async fn pin_hashed(pin: &str) -> Result<String, AccessError> {
    if !passwords::pin_is_strong(pin) {
        return Err(AccessError::PinWeak);
    }
    Ok(passwords::hash(pin.to_owned()).await)
}

pub async fn pin_set(tx: &mut Tx, id: UserId, hash: &str) -> Result<(), AccessError> {
    active(tx, id).await?;
    Ok(store::pin_set(tx, id, hash).await?)
}

/// Sets a password whose owner has proved the one before; other sessions end.
pub async fn password_set(tx: &mut Tx, id: UserId, hash: &str) -> Result<(), AccessError> {
    active(tx, id).await?;
    crate::access::store::doors::sessions_delete(tx, id).await?;
    Ok(store::password_set(tx, id, hash).await?)
}
