//! The steps of payouts: all parcels of a run in one statement.

use super::CodError;
use super::service::refusal;
use super::store;
use crate::db::Tx;
use crate::ids::{PayoutId, PayoutRunId};

/// Pays all that is due to the shops of a run: one step per parcel, over the transfer that its payout
/// names. Whoever calls it has posted those transfers ([`super::Step::Paid`]) and written the payouts.
///
/// # Errors
/// A conflict, if something else is due by now than the payouts say: the work is run again.
pub async fn pay(tx: &mut Tx, run: PayoutRunId) -> Result<(), CodError> {
    store::pay(tx, run).await.map_err(refusal)?;
    if store::paid_otherwise(tx, run).await? == 0 { Ok(()) } else { Err(tx.conflict().into()) }
}

/// Takes the steps of a payout back over the transfer that it names for that.
pub async fn unpay(tx: &mut Tx, payout: PayoutId) -> Result<(), CodError> {
    store::unpay(tx, payout).await.map(drop).map_err(refusal)
}
