//! Telling what happened, inside the transaction of whoever made it happen.

use serde_json::Value;

use super::store::{self, Event};
use super::{JOB_KIND, ShopEventKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{OwnerId, ShopEventId};
use crate::jobs;

/// Tells the shop `owner` that something happened to `subject` (an id), once this transaction is
/// committed. `data` is what its program reads: facts of this owner alone, and no secret.
///
/// The counter of the owner is locked from here to the commit: call it late, and for many owners in
/// the order of their ids.
pub async fn publish(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    kind: ShopEventKind,
    subject: &str,
    data: Value,
) -> Result<(), DbError> {
    let number = store::number_next(tx, owner).await?;
    let event = Event {
        seq: number.seq,
        id: ShopEventId::new(),
        kind,
        subject: subject.to_owned(),
        data,
        occurred_at: ctx.now,
    };
    store::event_insert(tx, owner, &event).await?;
    if number.queued_seq == Some(number.seq) {
        wake(tx, ctx, owner).await?;
    }
    Ok(())
}

/// Queues a look at what the endpoints of the owner have to be told.
pub(super) async fn wake(tx: &mut Tx, ctx: &Ctx, owner: OwnerId) -> Result<(), DbError> {
    jobs::enqueue(tx, ctx, JOB_KIND, &owner.to_string(), Value::Null).await.map(drop)
}
