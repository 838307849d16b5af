//! The rows of receipts.

use std::collections::HashMap;

use super::service::{Receipt, ReceiptSource};
use crate::carriers::model::{FiscalReceipt, ReceiptKind};
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{CarrierAccountId, OwnerId, ParcelId};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{args, record};

record! {
    /// A receipt as it is kept.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ReceiptRow {
        pub drive: String,
        pub document: i64,
        pub sign: i64,
        pub parcel: ParcelId,
        pub kind: ReceiptKind,
        pub at: UtcMicros,
        pub shift: Option<i64>,
        pub cash: Kopecks,
        pub card: Kopecks,
        pub total: Kopecks,
        pub source: ReceiptSource,
        pub recorded_at: UtcMicros,
    }
}

impl ReceiptRow {
    /// Whether it says the same as what was told.
    pub(super) fn says(&self, told: &FiscalReceipt) -> bool {
        let sums = (self.cash, self.card, self.total);
        let told_sums = (told.cash_kopecks, told.card_kopecks, told.total_kopecks);
        (self.sign, self.kind, sums) == (told.sign, told.kind, told_sums)
    }
}

record! {
    /// A parcel whose receipts are not what the buyer paid.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct AttentionRow {
        pub(super) parcel: ParcelId,
        pub(super) owner: OwnerId,
        pub(super) number: String,
        pub(super) order_number: String,
        pub(super) carrier: String,
        pub(super) collected: Kopecks,
        pub(super) refunded: Kopecks,
        pub(super) receipted: Kopecks,
        pub(super) collected_on: Option<Day>,
    }
}

record! {
    struct TrackRow {
        track: String,
        parcel: ParcelId,
        owner: OwnerId,
    }
}

record! {
    struct OwnerRow {
        owner: OwnerId,
    }
}

record! {
    struct ArticleRow {
        article: String,
    }
}

const RECEIPTS_INSERT: &str = "INSERT INTO fiscal_receipt
     (drive, document, sign, parcel_id, owner_id, kind, issued_at, shift, cash_kopecks, card_kopecks,
         total_kopecks, source, recorded_by, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (drive, document) DO NOTHING";

/// [`ReceiptRow`] of the receipts that fit what follows.
macro_rules! receipt_select {
    () => {
        "SELECT drive, document, sign, parcel_id, kind, issued_at, shift,
         cash_kopecks, card_kopecks, total_kopecks, source, recorded_at
     FROM fiscal_receipt "
    };
}

const RECEIPT_FIND: &str = concat!(receipt_select!(), "WHERE drive = $1 AND document = $2");

const RECEIPTS_OF: &str =
    concat!(receipt_select!(), "WHERE parcel_id = $1 ORDER BY issued_at, document");

const BY_TRACK: &str = "SELECT track, parcel_id, owner_id FROM shipment
     WHERE account_id = $1 AND state = 'registered' AND track <> ''
       AND carrier = (SELECT carrier FROM carrier_account WHERE id = $1) AND track IN (/*list*/)";

const OWNER_OF: &str =
    "SELECT owner_id FROM parcel WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)";

/// Articles in a parcel that have marking codes.
const MARKED_IN: &str = "SELECT DISTINCT pr.article FROM parcel_line pl
     JOIN product pr ON pr.id = pl.product_id WHERE pl.parcel_id = $1 AND pr.marked";

/// Of what only a part was taken, nobody knows the sum before the register comes.
const ATTENTION: &str = "SELECT c.parcel_id, c.owner_id, p.number, o.external_number, c.carrier,
         c.collected_kopecks, c.refunded_kopecks, c.receipted_kopecks, c.collected_on
     FROM cod AS c JOIN parcel AS p ON p.id = c.parcel_id JOIN shop_order AS o ON o.id = c.order_id
     WHERE c.receipted_kopecks <> c.collected_kopecks - c.refunded_kopecks
       AND NOT (c.is_partial AND c.registered_kopecks = 0)
       AND (c.receipted_kopecks <> 0 OR c.collected_on <= $1)
       AND (c.owner_id = $2 OR $2 IS NULL) AND (c.carrier = $3 OR $3 IS NULL) AND c.parcel_id > $4
     ORDER BY c.parcel_id LIMIT $5";

pub const QUERIES: &[&str] =
    &[RECEIPTS_INSERT, RECEIPT_FIND, RECEIPTS_OF, BY_TRACK, OWNER_OF, MARKED_IN, ATTENTION];

/// What receipts say of a parcel's money is the sum of them.
const RECEIPTED: &str = "SELECT 'fiscal_receipt', parcel_id, stored, recomputed FROM (
    SELECT parcel_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(said) AS BIGINT) AS recomputed
    FROM (
        SELECT parcel_id, receipted_kopecks AS stored, 0 AS said FROM cod
        UNION ALL
        SELECT r.parcel_id, 0, CASE r.kind WHEN 'sale' THEN r.total_kopecks ELSE -r.total_kopecks END
        FROM fiscal_receipt r JOIN cod c ON c.parcel_id = r.parcel_id
    ) AS lines
    GROUP BY parcel_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// A receipt belongs to the owner of its parcel.
const OWNERS: &str = "SELECT 'fiscal_receipt_owner', r.parcel_id, CAST(1 AS BIGINT), CAST(0 AS BIGINT)
     FROM fiscal_receipt r JOIN parcel p ON p.id = r.parcel_id WHERE p.owner_id <> r.owner_id LIMIT $1";

pub const RULES: &[&str] = &[RECEIPTED, OWNERS];

/// Answers how many are new. They are written in the order of their time: the first sale of a parcel says
/// how the buyer paid.
pub(super) async fn receipts_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    rows: &[Receipt],
    source: ReceiptSource,
) -> Result<u64, DbError> {
    let row = |one: &Receipt| {
        let FiscalReceipt { drive, document, sign, kind, at, shift, .. } = &one.receipt;
        args![
            drive,
            *document,
            *sign,
            one.parcel,
            one.owner,
            *kind,
            *at,
            *shift,
            one.receipt.cash_kopecks,
            one.receipt.card_kopecks,
            one.receipt.total_kopecks,
            source,
            ctx.actor,
            ctx.now,
        ]
    };
    let mut ordered: Vec<&Receipt> = rows.iter().collect();
    ordered.sort_by_key(|one| (one.receipt.at, one.receipt.document));
    tx.insert_many(RECEIPTS_INSERT, ordered.into_iter().map(row).collect()).await
}

pub(super) async fn receipt_find(
    tx: &mut Tx,
    drive: &str,
    document: i64,
) -> Result<Option<ReceiptRow>, DbError> {
    tx.fetch_optional(RECEIPT_FIND, args![drive, document]).await
}

pub(super) async fn receipts_of(tx: &mut Tx, parcel: ParcelId) -> Result<Vec<ReceiptRow>, DbError> {
    tx.fetch_all(RECEIPTS_OF, args![parcel]).await
}

/// The parcels that a contract's carrier knows by these numbers.
pub(super) async fn by_track(
    tx: &mut Tx,
    account: CarrierAccountId,
    tracks: &[&str],
) -> Result<HashMap<String, (ParcelId, OwnerId)>, DbError> {
    let list: Vec<Arg> =
        tracks.iter().filter(|track| !track.is_empty()).map(|track| Arg::from(*track)).collect();
    let rows: Vec<TrackRow> = tx.fetch_in(BY_TRACK, args![account], list).await?;
    Ok(rows.into_iter().map(|row| (row.track, (row.parcel, row.owner))).collect())
}

/// Whose parcel it is; nothing when there is none in the scope.
pub(super) async fn owner_of(
    tx: &mut Tx,
    parcel: ParcelId,
    scope: Option<OwnerId>,
) -> Result<Option<OwnerId>, DbError> {
    let row: Option<OwnerRow> = tx.fetch_optional(OWNER_OF, args![parcel, scope]).await?;
    Ok(row.map(|row| row.owner))
}

pub(super) async fn marked_in(tx: &mut Tx, parcel: ParcelId) -> Result<Vec<String>, DbError> {
    let rows: Vec<ArticleRow> = tx.fetch_all(MARKED_IN, args![parcel]).await?;
    Ok(rows.into_iter().map(|row| row.article).collect())
}

/// Which parcels need a look: by day, owner and carrier.
pub(super) struct AttentionOf {
    /// Paid until then: younger ones may get their receipt yet.
    pub(super) until: Day,
    pub(super) owner: Option<OwnerId>,
    pub(super) carrier: Option<String>,
    pub(super) after: ParcelId,
    pub(super) limit: i64,
}

pub(super) async fn attention(tx: &mut Tx, of: &AttentionOf) -> Result<Vec<AttentionRow>, DbError> {
    let values = args![of.until, of.owner, of.carrier.clone(), of.after, of.limit];
    tx.fetch_all(ATTENTION, values).await
}
