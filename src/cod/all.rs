//! Steps of very many parcels at once: the database writes them from a table that lists them.

use std::collections::HashMap;

use uuid::Uuid;

use super::CodError;
use super::chain::Step;
use super::service::refusal;
use super::store;
use crate::args;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::TransferId;
use crate::money::{open_day, post};
use crate::units::{Day, Kopecks};

/// Where steps stand, as two texts of the capability that has them.
///
/// All sums of one source have one sign; negative ones are taken back.
#[derive(Debug, Clone, Copy)]
pub struct StepSource {
    /// A row for each group: owner, carrier and the sum of its steps. `$1` is the source.
    pub sums: &'static str,
    /// `INSERT INTO cod_step (parcel_id, step, transfer_id, amount_kopecks, day, document_id,
    /// recorded_at) SELECT …` of one group in the order of parcels. `$1` is the source, `$2` the
    /// owner, `$3` the carrier; `$4` to `$8` are step, transfer, day, document and time of the rows.
    pub steps: &'static str,
}

/// Takes one step with all parcels that a source lists: one transfer per owner and carrier. Their
/// chains have to be open. A day of a closed period is the first open one. Answers how many parcels
/// it were.
///
/// # Errors
/// `OutOfOrder` where one of the parcels has not come so far: nothing is written then.
pub async fn advance_all(
    tx: &mut Tx,
    ctx: &Ctx,
    step: Step,
    (source, from): (Uuid, StepSource),
    day: Day,
) -> Result<u64, CodError> {
    let groups = store::groups(tx, from.sums, source).await?;
    let day = open_day(tx, day).await?;
    let mut count = 0;
    let mut sums = HashMap::new();
    for group in groups.into_iter().filter(|group| !group.sum.is_zero()) {
        let (transfer, postings) = step.postings(group.owner, &group.carrier, group.sum, day)?;
        post(tx, ctx, &postings).await?;
        let values = args![
            source,
            group.owner,
            &group.carrier,
            step.kind(),
            transfer,
            day,
            step.document(),
            ctx.now,
        ];
        count += tx.execute(from.steps, values).await.map_err(refusal)?;
        sums.insert(transfer, group.sum);
    }
    agree(tx, step, sums).await?;
    Ok(count)
}

/// What was summed and what was written are two statements: where others write beside us, the source
/// may have changed in between, and the whole is done again.
async fn agree(tx: &mut Tx, step: Step, sums: HashMap<TransferId, Kopecks>) -> Result<(), DbError> {
    let Some(document) = step.document() else { return Ok(()) };
    let mut written = store::written(tx, document, step.kind()).await?;
    let is_equal = sums.into_iter().all(|(transfer, sum)| written.remove(&transfer) == Some(sum));
    if is_equal { Ok(()) } else { Err(tx.conflict()) }
}
