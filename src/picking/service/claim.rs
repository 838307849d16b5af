//! Who has which batch, and which totes stand on its cart.

use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{BatchId, DeviceId, PlaceId, WarehouseId};
use crate::orders::{OrderStep, order_advance};
use crate::picking::store::{batches, waves};
use crate::picking::{Batch, BatchState, PickError, Slot, WaveState};

/// A batch with its cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchWork {
    pub batch: Batch,
    pub slots: Vec<Slot>,
}

/// A tote that is put onto a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToteIn {
    pub batch: BatchId,
    pub device: DeviceId,
    pub slot: i64,
    pub warehouse: WarehouseId,
    pub code: String,
}

/// Gives the device its batch in work, or else the next one that waits.
pub async fn batch_claim(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    device: DeviceId,
) -> Result<BatchWork, PickError> {
    if let Some(batch) = batches::batch_of_device(tx, warehouse, device).await? {
        return batch_work(tx, batch).await;
    }
    loop {
        let waiting = batches::batches_waiting(tx, warehouse).await?;
        if waiting.is_empty() {
            return Err(PickError::NoBatch);
        }
        for batch in waiting {
            if batches::batch_claim(tx, ctx, batch, device).await? {
                return begin(tx, ctx, batch).await;
            }
        }
    }
}

/// Gives the device the batch of this number: one that waits, or one that another device began. What
/// was picked there is in the rows, so nothing is done twice.
pub async fn batch_resume(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    device: DeviceId,
    number: &str,
) -> Result<BatchWork, PickError> {
    let found = batches::batch_by_number(tx, warehouse, number).await?;
    let batch = found.ok_or(PickError::NotFound { what: "batch" })?;
    if batches::batch_claim(tx, ctx, batch, device).await? {
        return begin(tx, ctx, batch).await;
    }
    if batches::batch_take_over(tx, ctx, batch, device).await? {
        return batch_work(tx, batch).await;
    }
    Err(PickError::BatchNotYours { number: number.to_owned() })
}

/// Gives a batch back to those that wait, if its cart is still empty; else the device keeps it.
pub async fn batch_give_back(
    tx: &mut Tx,
    batch: BatchId,
    device: DeviceId,
) -> Result<bool, DbError> {
    batches::batch_give_back(tx, batch, device).await
}

async fn begin(tx: &mut Tx, ctx: &Ctx, batch: BatchId) -> Result<BatchWork, PickError> {
    for order in batches::orders_on_cart(tx, batch).await? {
        order_advance(tx, ctx, order, OrderStep::StartPick).await?;
    }
    batch_work(tx, batch).await
}

pub async fn batch_work(tx: &mut Tx, batch: BatchId) -> Result<BatchWork, PickError> {
    let found = batches::batch_find(tx, batch).await?;
    let batch = found.ok_or(PickError::NotFound { what: "batch" })?;
    let slots = batches::slots(tx, batch.id).await?;
    Ok(BatchWork { batch, slots })
}

/// Puts a free tote onto a slot.
pub async fn tote_bind(tx: &mut Tx, _ctx: &Ctx, input: &ToteIn) -> Result<PlaceId, PickError> {
    let found = batches::tote_facts(tx, input.warehouse, &input.code).await?;
    let tote = found.ok_or(PickError::NotFound { what: "tote" })?;
    if tote.kind != crate::catalog::PlaceKind::Tote {
        return Err(PickError::ToteWrongKind { code: tote.code });
    }
    if tote.locked || tote.on_hand > 0 || tote.slots > 0 {
        return Err(PickError::ToteTaken { code: tote.code });
    }
    if !batches::batch_hold(tx, input.batch, input.device).await? {
        return Err(not_yours(tx, input.batch).await?);
    }
    match batches::slot_bind(tx, input.batch, input.slot, tote.tote).await {
        Ok(true) => Ok(tote.tote),
        Ok(false) => Err(PickError::SlotBound { slot: input.slot }),
        // Another cart got the tote since it was read.
        Err(DbError::Unique) => Err(tx.conflict().into()),
        Err(error) => Err(error.into()),
    }
}

/// Ends a batch of which nothing is open: its orders can be packed.
pub async fn batch_finish(
    tx: &mut Tx,
    ctx: &Ctx,
    batch: BatchId,
    device: DeviceId,
) -> Result<Batch, PickError> {
    let count = batches::tasks_open_count(tx, batch).await?;
    if count > 0 {
        return Err(PickError::BatchOpenTasks { count });
    }
    if !batches::batch_finish(tx, batch, device).await? {
        return Err(not_yours(tx, batch).await?);
    }
    for order in batches::orders_on_cart(tx, batch).await? {
        order_advance(tx, ctx, order, OrderStep::FinishPick).await?;
    }
    let work = batch_work(tx, batch).await?;
    waves::wave_end(tx, work.batch.wave, WaveState::Done).await?;
    debug_assert_eq!(work.batch.state, BatchState::Picked, "it was just finished");
    Ok(work.batch)
}

async fn not_yours(tx: &mut Tx, batch: BatchId) -> Result<PickError, DbError> {
    let number = batches::batch_find(tx, batch).await?.map_or_else(String::new, |b| b.number);
    Ok(PickError::BatchNotYours { number })
}
