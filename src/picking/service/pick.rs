//! The scan of a picked piece: one read, one line of the ledger.

use serde::{Deserialize, Serialize};

use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{BatchId, DeviceId, LotId, OrderId, OwnerId, PickTaskId, PlaceId, ProductId};
use crate::picking::store::tasks;
use crate::picking::{BatchState, PickError, TaskFacts};
use crate::stock::{Goods, Spot, StockError, StockMove, StockReason, stock_move};
use crate::units::{Pieces, UtcMicros};

/// A point of a batch's way through the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCursor {
    pub sequence: i64,
    pub task: PickTaskId,
}

impl TaskCursor {
    /// Before the first task.
    pub const START: Self =
        Self { sequence: i64::MIN, task: PickTaskId::from_uuid(uuid::Uuid::nil()) };

    /// Right behind this task.
    #[must_use]
    pub fn behind(self) -> Self {
        let next = self.task.uuid().as_u128().saturating_add(1);
        Self { task: PickTaskId::from_uuid(uuid::Uuid::from_u128(next)), ..self }
    }
}

/// Which task is meant, and which device works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskIn {
    pub device: DeviceId,
    pub task: PickTaskId,
}

/// Pieces out of the task's bin into the slot's tote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PickIn {
    pub device: DeviceId,
    pub batch: BatchId,
    /// Where the task stands on the way.
    pub at: TaskCursor,
    pub pieces: Pieces,
    pub happened_at: UtcMicros,
}

/// From where to where a task's pieces go: all that a further pick of the same task needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskRoute {
    pub task: PickTaskId,
    pub order: OrderId,
    pub owner: OwnerId,
    pub product: ProductId,
    pub lot: LotId,
    pub place: PlaceId,
    pub tote: PlaceId,
}

impl TaskRoute {
    /// None as long as no tote stands in the task's slot.
    pub fn of(task: &TaskFacts) -> Option<Self> {
        Some(Self {
            task: task.task,
            order: task.order,
            owner: task.owner,
            product: task.product,
            lot: task.lot,
            place: task.place,
            tote: task.tote?,
        })
    }
}

/// What a pick came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// The task as it was before.
    pub task: TaskFacts,
    /// What comes next: the same task with fewer pieces, or another; none when the way is done.
    pub next: Option<TaskFacts>,
    /// By the books nothing lies in the bin any more.
    pub bin_empty: bool,
}

/// The next open tasks of a batch from a point of its way on; behind the last comes the first again.
pub async fn tasks_from(
    tx: &mut Tx,
    batch: BatchId,
    cursor: TaskCursor,
) -> Result<Option<TaskFacts>, DbError> {
    if let Some(task) = tasks::tasks_from(tx, batch, cursor, 1).await?.pop() {
        return Ok(Some(task));
    }
    Ok(tasks::tasks_from(tx, batch, TaskCursor::START, 1).await?.pop())
}

/// Posts a pick: a read of the task and the one behind it, and the line of the ledger, whose
/// trigger does the rest.
pub async fn pick_confirm(tx: &mut Tx, ctx: &Ctx, input: &PickIn) -> Result<Picked, PickError> {
    let mut window = tasks::tasks_from(tx, input.batch, input.at, 2).await?.into_iter();
    let task = window.next().filter(|task| task.task == input.at.task);
    let task = task.ok_or(PickError::TaskClosed)?;
    on_this_device(&task, input.device)?;
    let left = task.left();
    if input.pieces > left || !input.pieces.is_positive() {
        return Err(PickError::OverPick { wanted: input.pieces, left });
    }
    let route = TaskRoute::of(&task).ok_or(PickError::SlotUnbound { slot: task.slot })?;
    pick_further(tx, ctx, &route, input.pieces, input.happened_at).await?;
    let bin_empty = task.place_on_hand == input.pieces;
    let next = if input.pieces < left {
        let picked = Pieces::new(task.picked.get() + input.pieces.get());
        let on_hand = Pieces::new(task.place_on_hand.get() - input.pieces.get());
        Some(TaskFacts { picked, place_on_hand: on_hand, ..task.clone() })
    } else {
        match window.next() {
            Some(next) => Some(after_pick(next, &task, input.pieces)),
            None => tasks::tasks_from(tx, input.batch, TaskCursor::START, 1).await?.pop(),
        }
    };
    Ok(Picked { task, next, bin_empty })
}

/// Posts a pick by what was read before, and trusts the ledger: its trigger refuses a task that is
/// closed, has fewer pieces left, or is in a batch of another device. Then all is read anew.
pub async fn pick_further(
    tx: &mut Tx,
    ctx: &Ctx,
    route: &TaskRoute,
    pieces: Pieces,
    happened_at: UtcMicros,
) -> Result<(), PickError> {
    let (from, to) = (Spot::available(route.place), Spot::available(route.tote));
    let goods =
        Goods { owner: route.owner, product: route.product, lot: route.lot, quantity: pieces };
    let line = StockMove::new(StockReason::Pick, goods, from, to, happened_at)
        .with_task(route.task)
        .with_document(route.order.uuid());
    match stock_move(tx, ctx, &line).await {
        Ok(_) => Ok(()),
        Err(StockError::TaskMismatch | StockError::Insufficient { .. }) => {
            Err(tx.conflict().into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The task behind, which was read before the pick, as it is after it.
fn after_pick(next: TaskFacts, task: &TaskFacts, pieces: Pieces) -> TaskFacts {
    if next.place != task.place {
        return next;
    }
    let on_hand = Pieces::new(next.place_on_hand.get() - pieces.get());
    TaskFacts { place_on_hand: on_hand, ..next }
}

/// Takes pieces of a task out of its tote and back into the bin; the task holds them again.
pub async fn pick_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    at: &TaskIn,
    pieces: Pieces,
    happened_at: UtcMicros,
) -> Result<TaskFacts, PickError> {
    let task = task_on_device(tx, at).await?;
    let Some(tote) = task.tote.filter(|_| task.slot_open && pieces <= task.picked) else {
        return Err(PickError::UndoTooLate);
    };
    let (from, to) = (Spot::available(tote), Spot::available(task.place));
    let line =
        StockMove::new(StockReason::PickUndo, goods_of(&task, pieces), from, to, happened_at)
            .with_task(task.task)
            .with_document(task.order.uuid());
    match stock_move(tx, ctx, &line).await {
        Ok(_) => {}
        Err(StockError::TaskMismatch | StockError::Insufficient { .. }) => {
            return Err(PickError::UndoTooLate);
        }
        Err(error) => return Err(error.into()),
    }
    let picked = Pieces::new(task.picked.get() - pieces.get());
    let on_hand = Pieces::new(task.place_on_hand.get() + pieces.get());
    Ok(TaskFacts { picked, place_on_hand: on_hand, ..task })
}

/// The task, if its batch is in work on this device.
pub(in crate::picking) async fn task_on_device(
    tx: &mut Tx,
    at: &TaskIn,
) -> Result<TaskFacts, PickError> {
    let found = tasks::task_find(tx, at.task).await?;
    let task = found.ok_or(PickError::NotFound { what: "task" })?;
    on_this_device(&task, at.device)?;
    Ok(task)
}

fn on_this_device(task: &TaskFacts, device: DeviceId) -> Result<(), PickError> {
    if task.batch_state == BatchState::Picking && task.device == Some(device) {
        return Ok(());
    }
    Err(PickError::BatchNotYours { number: task.batch_number.clone() })
}

pub(in crate::picking) const fn goods_of(task: &TaskFacts, quantity: Pieces) -> Goods {
    Goods { owner: task.owner, product: task.product, lot: task.lot, quantity }
}
