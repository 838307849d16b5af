//! The regular run: stock is promised to orders that wait although it is there.
//!
//! Who moves stock promises it at once, but leaves out what others hold at that moment
//! ([`super::reserve_waiting`]), and nobody comes by again for that stock. This run does.
//!
//! **Invariant:** without something to promise there is no transaction, and no line in the audit
//! trail. Several nodes may run it at once: whoever comes second finds nothing left to do.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::OrderError;
use super::model::ReserveReport;
use super::reserve::{CHUNK_ORDERS, promise, reserve_command, would_promise};
use super::store::reserve::{self as store, Held, Rank, Waiting};
use crate::app::App;
use crate::commands::{CommandError, Ctx, run};
use crate::db::{DbError, Tx};
use crate::ids::{OrderId, WarehouseId};

/// How long an order waits at most for stock that is there.
pub const RESERVE_EVERY: Duration = Duration::from_secs(30);

/// Promises what is free to waiting orders, again and again until it is told to stop.
pub async fn reserve_regularly(app: App, every: Duration, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match reserve_left_out(&app).await {
            Ok(report) if report.pieces > 0 => {
                tracing::info!(pieces = report.pieces, "orders waited for stock that was there");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the regular run of promises failed"),
        }
        stop.run_until_cancelled(tokio::time::sleep(every)).await;
    }
}

/// Promises what is free to the waiting orders of all warehouses, once.
pub async fn reserve_left_out(app: &App) -> Result<ReserveReport, OrderError> {
    let warehouses = async |tx: &mut Tx| Ok::<_, OrderError>(store::warehouses(tx).await?);
    let mut report = ReserveReport::default();
    for warehouse in app.db.read(warehouses).await? {
        let mut after = Some(Rank::FIRST);
        while let Some(rank) = after {
            let look = async move |tx: &mut Tx| look(tx, warehouse, rank).await;
            let Some(seen) = app.db.read(look).await? else { break };
            after = Some(seen.last);
            if seen.is_due {
                report = report.plus(reserve(app, warehouse, seen.orders).await?);
            }
        }
    }
    Ok(report)
}

/// The next orders that lack something of which there is some.
struct Seen {
    orders: Vec<OrderId>,
    last: Rank,
    is_due: bool,
}

async fn look(
    tx: &mut Tx,
    warehouse: WarehouseId,
    after: Rank,
) -> Result<Option<Seen>, OrderError> {
    let waiting = store::waiting(tx, Waiting::InVain, warehouse, after, CHUNK_ORDERS).await?;
    let Some(last) = waiting.last() else { return Ok(None) };
    let last = Rank::of(last);
    let is_due = would_promise(tx, warehouse, &waiting).await?;
    let orders = waiting.into_iter().map(|row| row.order).collect();
    Ok(Some(Seen { orders, last, is_due }))
}

/// Why a transaction of the run was left without a line in the audit trail.
enum Left {
    /// Another node, or whoever moved the stock, was faster.
    Nothing,
    Failed(OrderError),
}

impl From<DbError> for Left {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<CommandError> for Left {
    fn from(error: CommandError) -> Self {
        Self::Failed(error.into())
    }
}

async fn reserve(
    app: &App,
    warehouse: WarehouseId,
    orders: Vec<OrderId>,
) -> Result<ReserveReport, OrderError> {
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let report =
            promise(tx, ctx, warehouse, &orders, Held::Wait).await.map_err(Left::Failed)?;
        if report.pieces == 0 { Err(Left::Nothing) } else { Ok(report) }
    };
    match run(&app.db, &app.clock, reserve_command(warehouse), work).await {
        Ok(report) => Ok(report),
        Err(Left::Nothing) => Ok(ReserveReport::default()),
        Err(Left::Failed(error)) => Err(error),
    }
}
