//! Commands happen once: the one mechanism of idempotency, and the audit trail.
//!
//! Each mutating request carries a key in the scope of who sends it: an `Idempotency-Key` of a user
//! or a shop, a sequence number of a device. The row of the command holds the key, a hash of the
//! body and the answer, and is written in the transaction of the effect. The same key again gets
//! the same answer and changes nothing; with another body it is refused.
//!
//! **Invariant:** every change of the data happens inside [`run`] (or the terminal's scan, which
//! uses the same rows), so the rows are the complete record of who did what, when, from where.

pub mod http;
mod store;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use self::store::{
    Done, QUERIES, find as command_find, insert as command_insert, last as command_last,
};
use crate::db::{Db, DbError, Tx};
use crate::faults;
use crate::ids::{CommandId, DeviceId, OwnerId, UserId};
use crate::units::{Clock, UtcMicros};

faults! {
    /// Why a command was not even tried.
    pub enum CommandError {
        /// The key belongs to another request.
        KeyReused => "idempotency_key_reused", Reused, "the idempotency key was used for another request";
    }
}

/// Who gives a command, and under which key.
#[derive(Debug, Clone)]
pub struct Command {
    /// Whose keys these are: a user, a shop's API key or a device.
    pub scope: Uuid,
    pub key: String,
    /// What it does, noun first: `product_create`.
    pub action: &'static str,
    pub body_hash: [u8; 32],
    /// What the audit trail shows; never a secret.
    pub request: Option<Value>,
    pub actor: Option<UserId>,
    pub device: Option<DeviceId>,
    pub owner: Option<OwnerId>,
}

/// What the work of a command may know about its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Ctx {
    pub command: CommandId,
    pub now: UtcMicros,
    pub actor: Option<UserId>,
    pub device: Option<DeviceId>,
}

impl Ctx {
    pub fn new(command: &Command, now: UtcMicros) -> Self {
        Self { command: CommandId::new(), now, actor: command.actor, device: command.device }
    }

    /// For work of the system itself: a job, an import from the command line.
    pub fn system(now: UtcMicros) -> Self {
        Self { command: CommandId::new(), now, actor: None, device: None }
    }

    /// Whether somebody acts who is none of those (second pair of eyes). The system is nobody.
    pub fn is_second_person(&self, first: &[Option<UserId>]) -> bool {
        self.actor.is_some() && !first.contains(&self.actor)
    }
}

/// The hash under which a repeated body is recognised.
pub fn body_hash(body: &impl Serialize) -> [u8; 32] {
    let text = serde_json::to_vec(body).expect("our own types can be written as JSON");
    Sha256::digest(text).into()
}

/// Runs `work` as one transaction, once for its key.
pub async fn run<T, E, F>(db: &Db, clock: &Clock, command: Command, work: F) -> Result<T, E>
where
    F: AsyncFn(&mut Tx, &Ctx) -> Result<T, E> + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + 'static,
    E: From<DbError> + From<CommandError> + Send + 'static,
{
    let clock = clock.clone();
    db.write(async move |tx: &mut Tx| {
        if let Some(done) = store::find(tx, command.scope, &command.key).await? {
            if done.body_hash != command.body_hash {
                return Err(CommandError::KeyReused.into());
            }
            return serde_json::from_str(&done.outcome)
                .map_err(|e| DbError::Engine(Box::new(e)).into());
        }
        let ctx = Ctx::new(&command, clock.now());
        let answer = work(tx, &ctx).await?;
        store::insert(tx, &command, &ctx, None, &answer).await?;
        Ok(answer)
    })
    .await
}
