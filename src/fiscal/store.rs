//! The rows of receipts.

use std::collections::{BTreeSet, HashMap};

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
        /// Since when it counts no more: somebody had entered it by mistake.
        pub annulled_at: Option<UtcMicros>,
        pub annul_reason: Option<String>,
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

const RECEIPTS_INSERT: &str = "INSERT INTO fiscal_receipt
     (drive, document, sign, parcel_id, owner_id, kind, issued_at, shift, cash_kopecks, card_kopecks,
         total_kopecks, source, recorded_by, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (drive, document) WHERE annulled_at IS NULL DO NOTHING";

/// [`ReceiptRow`] of the receipts that fit what follows.
macro_rules! receipt_select {
    () => {
        "SELECT drive, document, sign, parcel_id, kind, issued_at, shift,
         cash_kopecks, card_kopecks, total_kopecks, source, recorded_at, annulled_at, annul_reason
     FROM fiscal_receipt "
    };
}

const RECEIPT_FIND: &str =
    concat!(receipt_select!(), "WHERE drive = $1 AND document = $2 AND annulled_at IS NULL");

/// What people entered of these drives.
const BY_HAND: &str = concat!(
    receipt_select!(),
    "WHERE source = 'hand' AND annulled_at IS NULL AND drive IN (/*list*/)"
);

const ANNUL: &str = "UPDATE fiscal_receipt
     SET annulled_at = $3, annulled_by = $4, annul_reason = $5
     WHERE drive = $1 AND document = $2 AND source = 'hand' AND annulled_at IS NULL";

const RECEIPTS_OF: &str =
    concat!(receipt_select!(), "WHERE parcel_id = $1 ORDER BY issued_at, document, recorded_at");

const BY_TRACK: &str = "SELECT track, parcel_id, owner_id FROM shipment
     WHERE account_id = $1 AND state = 'registered' AND track <> ''
       AND carrier = (SELECT carrier FROM carrier_account WHERE id = $1) AND track IN (/*list*/)";

const OWNER_OF: &str =
    "SELECT owner_id FROM parcel WHERE id = $1 AND (owner_id = $2 OR $2 IS NULL)";

/// [`AttentionRow`] of the parcels that fit what follows. Of what only a part was taken, nobody knows
/// the sum before the register comes.
macro_rules! attention_select {
    () => {
        "SELECT c.parcel_id, c.owner_id, p.number, o.external_number, c.carrier,
         c.collected_kopecks, c.refunded_kopecks, c.receipted_kopecks, c.collected_on
     FROM cod AS c JOIN parcel AS p ON p.id = c.parcel_id JOIN shop_order AS o ON o.id = c.order_id
     WHERE NOT (c.is_partial AND c.registered_kopecks = 0) AND "
    };
}

const DIFFERS: &str = concat!(
    attention_select!(),
    "c.receipted_kopecks <> 0
       AND c.receipted_kopecks <> c.collected_kopecks - c.refunded_kopecks
       AND (c.owner_id = $1 OR $1 IS NULL) AND (c.carrier = $2 OR $2 IS NULL) AND c.parcel_id > $3
     ORDER BY c.parcel_id LIMIT $4"
);

const MISSING: &str = concat!(
    attention_select!(),
    "c.receipted_kopecks = 0 AND c.collected_kopecks <> c.refunded_kopecks
       AND c.collected_on <= $1 AND (c.owner_id = $2 OR $2 IS NULL) AND c.carrier = $3
       AND c.parcel_id > $4
     ORDER BY c.parcel_id LIMIT $5"
);

pub const QUERIES: &[&str] = &[
    RECEIPTS_INSERT,
    RECEIPT_FIND,
    BY_HAND,
    ANNUL,
    RECEIPTS_OF,
    BY_TRACK,
    OWNER_OF,
    DIFFERS,
    MISSING,
];

/// What receipts say of a parcel's money is the sum of them.
const RECEIPTED: &str = "SELECT 'fiscal_receipt', parcel_id, stored, recomputed FROM (
    SELECT parcel_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(said) AS BIGINT) AS recomputed
    FROM (
        SELECT parcel_id, receipted_kopecks AS stored, 0 AS said FROM cod
        UNION ALL
        SELECT r.parcel_id, 0, CASE r.kind WHEN 'sale' THEN r.total_kopecks ELSE -r.total_kopecks END
        FROM fiscal_receipt r JOIN cod c ON c.parcel_id = r.parcel_id
        WHERE r.annulled_at IS NULL
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

/// The receipts of these drives that people entered and nobody annulled.
pub(super) async fn by_hand(
    tx: &mut Tx,
    drives: &BTreeSet<&str>,
) -> Result<Vec<ReceiptRow>, DbError> {
    let list = drives.iter().map(|drive| Arg::from(*drive)).collect();
    tx.fetch_in(BY_HAND, args![], list).await
}

/// False: it was annulled meanwhile.
pub(super) async fn annul(
    tx: &mut Tx,
    ctx: &Ctx,
    (drive, document): (&str, i64),
    reason: &str,
) -> Result<bool, DbError> {
    let values = args![drive, document, ctx.now, ctx.actor, reason];
    Ok(tx.execute(ANNUL, values).await? == 1)
}

/// All of them, also what was annulled.
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

/// Which parcels need a look.
pub(super) struct AttentionOf {
    /// Paid until then: younger ones may get their receipt yet.
    pub(super) until: Day,
    pub(super) owner: Option<OwnerId>,
    pub(super) carrier: Option<String>,
    /// The carriers whose receipts are missed where there are none.
    pub(super) missed_of: BTreeSet<String>,
    pub(super) after: ParcelId,
    pub(super) limit: i64,
}

pub(super) async fn attention(tx: &mut Tx, of: &AttentionOf) -> Result<Vec<AttentionRow>, DbError> {
    let values = args![of.owner, of.carrier.as_ref(), of.after, of.limit];
    let mut rows: Vec<AttentionRow> = tx.fetch_all(DIFFERS, values).await?;
    for carrier in &of.missed_of {
        let values = args![of.until, of.owner, carrier, of.after, of.limit];
        let mut missing: Vec<AttentionRow> = tx.fetch_all(MISSING, values).await?;
        rows.append(&mut missing);
    }
    rows.sort_by_key(|row| row.parcel);
    rows.truncate(usize::try_from(of.limit).unwrap_or(usize::MAX));
    Ok(rows)
}
