//! Telling what happened, inside the transaction of whoever made it happen.

use serde_json::Value;

use super::store::{self, Event};
use super::{JOB_KIND, ShopEventKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{OwnerId, ShopEventId};
use crate::jobs;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    pub kind: ShopEventKind,
    /// An id.
    pub subject: String,
    /// What the shop's program reads: facts of this owner alone, and no secret.
    pub data: Value,
}

/// Tells the shop `owner` what happened, in this order, once this transaction is committed.
///
/// The counter of the owner is locked from here to the commit: call it late, once for an owner, and
/// for many owners in the order of their ids.
pub async fn publish(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: OwnerId,
    notices: Vec<Notice>,
) -> Result<(), DbError> {
    let count = i64::try_from(notices.len()).expect("memory holds fewer");
    if count == 0 {
        return Ok(());
    }
    let numbers = store::numbers_take(tx, owner, count).await?;
    let first = numbers.last - count + 1;
    let events: Vec<Event> = (first..)
        .zip(notices)
        .map(|(seq, Notice { kind, subject, data })| Event {
            seq,
            id: ShopEventId::new(),
            kind,
            subject,
            data,
            occurred_at: ctx.now,
        })
        .collect();
    store::events_insert(tx, owner, &events).await?;
    if numbers.queued_seq == Some(first) {
        wake(tx, ctx, owner).await?;
    }
    Ok(())
}

/// Queues a look at what the endpoints of the owner have to be told.
pub(super) async fn wake(tx: &mut Tx, ctx: &Ctx, owner: OwnerId) -> Result<(), DbError> {
    jobs::enqueue(tx, ctx, JOB_KIND, &owner.to_string(), Value::Null).await.map(drop)
}
