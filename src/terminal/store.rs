//! The few rows the dialogue itself asks for.

use crate::access::Role;
use crate::db::{DbError, Tx};
use crate::ids::UserId;
use crate::{args, record};

record! {
    struct RoleRow {
        role: Role,
    }
}

const ROLES_OF_ACTIVE: &str = "SELECT r.role FROM user_role r JOIN app_user u ON u.id = r.user_id
     WHERE r.user_id = $1 AND u.active";

pub const QUERIES: &[&str] = &[ROLES_OF_ACTIVE];

/// The roles of a user as they are now; none for one who was deactivated.
pub(super) async fn roles_of_active(tx: &mut Tx, user: UserId) -> Result<Vec<Role>, DbError> {
    let rows: Vec<RoleRow> = tx.fetch_all(ROLES_OF_ACTIVE, args![user]).await?;
    Ok(rows.into_iter().map(|row| row.role).collect())
}
