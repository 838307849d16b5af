//! The rows of commands.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Command, Ctx};
use crate::db::{DbError, Tx};
use crate::ids::{CommandId, DeviceId, OwnerId, UserId};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A command that was done before.
    pub struct Done {
        pub key: String,
        pub body_hash: Vec<u8>,
        /// The answer as JSON, for the one who knows its type.
        pub outcome: String,
    }
}

record! {
    pub(super) struct AuditRow {
        pub(super) id: CommandId,
        pub(super) action: String,
        pub(super) request: Option<Value>,
        pub(super) actor_id: Option<UserId>,
        pub(super) actor_name: Option<String>,
        pub(super) device_id: Option<DeviceId>,
        pub(super) device_name: Option<String>,
        pub(super) owner_id: Option<OwnerId>,
        pub(super) recorded_at: UtcMicros,
    }
}

const COMMAND_FIND: &str =
    "SELECT key, body_hash, outcome FROM command WHERE scope_id = $1 AND key = $2";

const COMMAND_LAST: &str = "SELECT key, body_hash, outcome FROM command
     WHERE scope_id = $1 ORDER BY key DESC LIMIT 1";

const COMMAND_INSERT: &str = "INSERT INTO command
     (scope_id, key, id, previous_key, action, body_hash, request, outcome, actor_id, device_id, owner_id, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const AUDIT_LIST: &str =
    "SELECT c.id, c.action, c.request, c.actor_id, u.name, c.device_id, d.name, c.owner_id, c.recorded_at
     FROM command c LEFT JOIN app_user u ON u.id = c.actor_id LEFT JOIN device d ON d.id = c.device_id
     WHERE c.id < $1 ORDER BY c.id DESC LIMIT $2";

pub const QUERIES: &[&str] = &[COMMAND_FIND, COMMAND_LAST, COMMAND_INSERT, AUDIT_LIST];

/// The command that was done under this key.
pub async fn find(tx: &mut Tx, scope: Uuid, key: &str) -> Result<Option<Done>, DbError> {
    tx.fetch_optional(COMMAND_FIND, args![scope, key]).await
}

/// The last command of the scope by its key.
pub async fn last(tx: &mut Tx, scope: Uuid) -> Result<Option<Done>, DbError> {
    tx.fetch_optional(COMMAND_LAST, args![scope]).await
}

/// Notes a command as done. If another transaction was faster with the same key, or with the same
/// place in a device's chain, the whole is run again and finds it.
pub async fn insert(
    tx: &mut Tx,
    command: &Command,
    ctx: &Ctx,
    previous_key: Option<&str>,
    outcome: &impl Serialize,
) -> Result<(), DbError> {
    let outcome = serde_json::to_string(outcome).expect("our own types can be written as JSON");
    let values = args![
        command.scope,
        &command.key,
        ctx.command,
        previous_key.map(str::to_owned),
        command.action,
        command.body_hash.to_vec(),
        command.request.clone(),
        outcome,
        command.actor,
        command.device,
        command.owner,
        ctx.now,
    ];
    match tx.insert(COMMAND_INSERT, values).await {
        Err(DbError::Unique) => Err(tx.conflict()),
        done => done,
    }
}

pub(super) async fn audit_list(
    tx: &mut Tx,
    before: CommandId,
    limit: i64,
) -> Result<Vec<AuditRow>, DbError> {
    tx.fetch_all(AUDIT_LIST, args![before, limit]).await
}
