//! What is due to shops, and what payouts paid.

use std::collections::BTreeMap;

use crate::db::{Count, DbError, Tx};
use crate::ids::{OwnerId, ParcelId, PayoutId, PayoutRunId};
use crate::units::{Day, Kopecks};
use crate::{args, record};

record! {
    /// What was reported to a shop and is not paid.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Unpaid {
        pub owner: OwnerId,
        /// Of all its parcels.
        pub open: Kopecks,
        /// Of parcels that are held back.
        pub disputed: Kopecks,
        /// Of the others that were reported in time, and how many they are.
        pub due: Kopecks,
        pub parcels: i64,
    }
}

record! {
    /// A parcel that a payout paid.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PaidParcel {
        pub parcel: ParcelId,
        pub number: String,
        pub order_number: String,
        pub carrier: String,
        pub amount: Kopecks,
    }
}

record! {
    struct OwnerSum {
        owner: OwnerId,
        sum: Kopecks,
    }
}

/// [`Unpaid`] of the shops that fit what follows. `$1` is the last day of reports.
macro_rules! unpaid_select {
    () => {
        "SELECT owner_id,
         CAST(SUM(reported_kopecks - paid_kopecks) AS BIGINT),
         CAST(SUM(CASE WHEN disputed IS NULL THEN 0 ELSE reported_kopecks - paid_kopecks END) AS BIGINT),
         CAST(SUM(CASE WHEN disputed IS NULL AND reported_on <= $1
             THEN reported_kopecks - paid_kopecks ELSE 0 END) AS BIGINT),
         CAST(SUM(CASE WHEN disputed IS NULL AND reported_on <= $1 THEN 1 ELSE 0 END) AS BIGINT)
     FROM cod WHERE "
    };
}

const UNPAID: &str = concat!(
    unpaid_select!(),
    "paid_kopecks < reported_kopecks GROUP BY owner_id ORDER BY owner_id"
);

const UNPAID_OF: &str = concat!(
    unpaid_select!(),
    "owner_id = $2 AND paid_kopecks < reported_kopecks GROUP BY owner_id"
);

/// All that is due to the shops of a run, as [`UNPAID`] counts it.
const PAY: &str =
    "INSERT INTO cod_step (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     SELECT c.parcel_id, 'paid', p.transfer_id, c.reported_kopecks - c.paid_kopecks, r.order_day, p.id,
         r.decided_at
     FROM payout_run r JOIN payout p ON p.run_id = r.id JOIN cod c ON c.owner_id = p.owner_id
     WHERE r.id = $1 AND p.state = 'ordered' AND c.paid_kopecks < c.reported_kopecks
       AND c.disputed IS NULL AND c.reported_on <= r.cut_off
     ORDER BY c.parcel_id";

const PAID_OTHERWISE: &str = "SELECT COUNT(*) FROM payout p
     WHERE p.run_id = $1 AND p.state = 'ordered' AND p.gross_kopecks <> (
         SELECT COALESCE(SUM(s.amount_kopecks), 0) FROM cod_step s
         WHERE s.document_id = p.id AND s.step = 'paid')";

const UNPAY: &str =
    "INSERT INTO cod_step (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     SELECT s.parcel_id, 'paid', p.return_transfer_id, -s.amount_kopecks, p.returned_on, p.id,
         p.returned_at
     FROM payout p JOIN cod_step s ON s.document_id = p.id AND s.step = 'paid'
         AND s.transfer_id = p.transfer_id
     WHERE p.id = $1 AND p.state = 'returned' ORDER BY s.parcel_id";

const PAID_PARCELS: &str =
    "SELECT s.parcel_id, q.number, o.external_number, c.carrier, s.amount_kopecks
     FROM cod_step s JOIN cod c ON c.parcel_id = s.parcel_id JOIN parcel q ON q.id = s.parcel_id
     JOIN shop_order o ON o.id = c.order_id
     WHERE s.document_id = $1 AND s.step = 'paid' AND s.amount_kopecks > 0 AND s.parcel_id > $2
     ORDER BY s.parcel_id LIMIT $3";

/// Refunds of parcels whose own money is not due: it is held back, reported after the day `$1`, or not
/// reported. As far as it goes, that money bears them.
macro_rules! excused {
    ($owner:literal) => {
        concat!(
            "SELECT owner_id, CAST(SUM(CASE WHEN refunded < own THEN refunded ELSE own END) AS BIGINT)
     FROM (SELECT owner_id, refunded_kopecks AS refunded,
               CASE WHEN received_kopecks > reported_kopecks THEN received_kopecks
                    ELSE reported_kopecks END - paid_kopecks AS own
           FROM cod
           WHERE refunded_on IS NOT NULL",
            $owner,
            " AND (disputed IS NOT NULL OR reported_on IS NULL OR reported_on > $1)) AS parcels
     WHERE own > 0 AND refunded > 0 GROUP BY owner_id ORDER BY owner_id"
        )
    };
}

const EXCUSED: &str = excused!("");

const EXCUSED_OF: &str = excused!(" AND owner_id = $2");

pub(super) const QUERIES: &[&str] =
    &[UNPAID, UNPAID_OF, PAY, PAID_OTHERWISE, UNPAY, PAID_PARCELS, EXCUSED, EXCUSED_OF];

/// What was reported to shops and is not paid; `due` of it was reported by that day. Of all shops that
/// have such, or of one.
pub async fn unpaid(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    until: Day,
) -> Result<Vec<Unpaid>, DbError> {
    match owner {
        Some(owner) => tx.fetch_all(UNPAID_OF, args![until, owner]).await,
        None => tx.fetch_all(UNPAID, args![until]).await,
    }
}

pub(in crate::cod) async fn pay(tx: &mut Tx, run: PayoutRunId) -> Result<u64, DbError> {
    tx.execute(PAY, args![run]).await
}

/// How many payouts of a run have other steps than their sum says.
pub(in crate::cod) async fn paid_otherwise(tx: &mut Tx, run: PayoutRunId) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(PAID_OTHERWISE, args![run]).await?.value)
}

pub(in crate::cod) async fn unpay(tx: &mut Tx, payout: PayoutId) -> Result<u64, DbError> {
    tx.execute(UNPAY, args![payout]).await
}

/// The parcels that a payout paid, also one that came back.
pub async fn paid_parcels(
    tx: &mut Tx,
    payout: PayoutId,
    after: ParcelId,
    limit: i64,
) -> Result<Vec<PaidParcel>, DbError> {
    tx.fetch_all(PAID_PARCELS, args![payout, after, limit]).await
}

/// How much of shops' refunds is no debt: parcels bear them by money of their own that is not due by
/// that day. Of all shops that have such, or of one.
pub async fn excused(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    until: Day,
) -> Result<BTreeMap<OwnerId, Kopecks>, DbError> {
    let rows: Vec<OwnerSum> = match owner {
        Some(owner) => tx.fetch_all(EXCUSED_OF, args![until, owner]).await?,
        None => tx.fetch_all(EXCUSED, args![until]).await?,
    };
    Ok(rows.into_iter().map(|row| (row.owner, row.sum)).collect())
}
