//! The rows of the chain: a parcel's sums, and its steps.

mod paying;

use std::collections::HashMap;

use uuid::Uuid;

use crate::carriers::model::DeliveryStatus;
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{
    BankDocumentId, CodRegisterId, ManifestId, OrderId, OwnerId, ParcelId, TransferId, UserId,
};
use crate::units::{Day, Kopecks, UtcMicros};
use crate::{args, record};

pub use self::paying::{PaidParcel, Unpaid, excused, paid_parcels, unpaid};
pub(super) use self::paying::{paid_otherwise, pay, unpay};
use super::ageing::AgeState;
use super::chain::{Step, StepKind};

record! {
    /// The money of a parcel, as it is shown.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct CodRow {
        pub(super) parcel: ParcelId,
        pub(super) owner: OwnerId,
        pub(super) order: OrderId,
        pub(super) number: String,
        pub(super) order_number: String,
        pub(super) carrier: String,
        pub(super) expected: Kopecks,
        pub(super) released: Kopecks,
        pub(super) collected: Kopecks,
        pub(super) registered: Kopecks,
        pub(super) received: Kopecks,
        pub(super) reported: Kopecks,
        pub(super) paid: Kopecks,
        pub(super) refunded: Kopecks,
        pub(super) method: Option<String>,
        pub(super) expected_on: Option<Day>,
        pub(super) collected_on: Option<Day>,
        pub(super) registered_on: Option<Day>,
        pub(super) received_on: Option<Day>,
        pub(super) reported_on: Option<Day>,
        pub(super) paid_on: Option<Day>,
        pub(super) refunded_on: Option<Day>,
        /// Why it is held back, since when, and who said so.
        pub(super) disputed: Option<String>,
        pub(super) disputed_on: Option<Day>,
        pub(super) disputed_by: Option<UserId>,
    }
}

record! {
    /// How far the money of a parcel has come.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Cod {
        pub parcel: ParcelId,
        pub owner: OwnerId,
        pub order: OrderId,
        pub carrier: String,
        pub expected: Kopecks,
        pub released: Kopecks,
        pub collected: Kopecks,
        pub registered: Kopecks,
        pub received: Kopecks,
        pub advanced: Kopecks,
        pub reported: Kopecks,
        pub paid: Kopecks,
        pub refunded: Kopecks,
        pub is_partial: bool,
    }
}

record! {
    /// Parcels of a shop and a carrier whose money took the same step on the same day.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AgeRow {
        pub carrier: String,
        pub owner: OwnerId,
        pub state: AgeState,
        pub day: Option<Day>,
        pub count: i64,
        pub sum: Kopecks,
    }
}

record! {
    struct CollectedOn {
        day: Option<Day>,
    }
}

record! {
    struct Facts {
        parcel: ParcelId,
        owner: OwnerId,
        order: OrderId,
        carrier: String,
    }
}

record! {
    pub(super) struct ToExpect {
        pub(super) parcel: ParcelId,
        pub(super) amount: Kopecks,
        /// What its carrier has said of it already.
        pub(super) status: Option<DeliveryStatus>,
        pub(super) status_at: Option<UtcMicros>,
    }
}

record! {
    /// What a register moved of a parcel by one kind of step, less what was taken back.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Listed {
        pub(super) parcel: ParcelId,
        pub(super) amount: Kopecks,
    }
}

record! {
    /// What goes over one transfer.
    pub(super) struct Group {
        pub(super) owner: OwnerId,
        pub(super) carrier: String,
        pub(super) sum: Kopecks,
    }
}

record! {
    /// A step that the money of a parcel took, with the paper behind it.
    pub(super) struct StepTaken {
        pub(super) step: StepKind,
        pub(super) amount: Kopecks,
        pub(super) day: Day,
        pub(super) recorded_at: UtcMicros,
        pub(super) transfer: TransferId,
        pub(super) document: Option<Uuid>,
        pub(super) document_number: String,
    }
}

record! {
    /// A document of a bank by which the money of a parcel came or went, with that of others.
    pub(super) struct BankMove {
        pub(super) document: BankDocumentId,
        pub(super) number: String,
        pub(super) booked_on: Day,
        pub(super) direction: String,
        pub(super) amount: Kopecks,
    }
}

record! {
    struct Written {
        transfer: TransferId,
        sum: Kopecks,
    }
}

/// One line of `cod_step`.
pub(super) struct StepRow {
    pub(super) parcel: ParcelId,
    pub(super) step: Step,
    pub(super) transfer: TransferId,
    pub(super) amount: Kopecks,
    pub(super) day: Day,
}

// Changes nothing, but holds the rows until the end of the transaction on both engines. The column is in
// no index: none has to be written again.
const HOLD: &str = "UPDATE cod SET is_partial = is_partial WHERE parcel_id IN (/*list*/)
     RETURNING parcel_id, owner_id, order_id, carrier, expected_kopecks, released_kopecks,
         collected_kopecks, registered_kopecks, received_kopecks, advanced_kopecks,
         reported_kopecks, paid_kopecks, refunded_kopecks, is_partial";

// A register may have been accepted before: what is expected since then is not expected again.
const TO_EXPECT: &str = "SELECT p.id,
         CASE WHEN c.expected_kopecks > p.cod_kopecks THEN 0
              ELSE p.cod_kopecks - COALESCE(c.expected_kopecks, 0) END,
         s.status, s.status_at
     FROM manifest_parcel m JOIN parcel p ON p.id = m.parcel_id
     LEFT JOIN cod c ON c.parcel_id = p.id
     LEFT JOIN shipment s ON s.parcel_id = p.id AND s.state NOT IN ('cancelling', 'cancelled')
     WHERE m.manifest_id = $1 AND m.state = 'loaded' AND p.cod_kopecks > 0
     ORDER BY p.id";

const FACTS: &str = "SELECT id, owner_id, order_id, carrier FROM parcel WHERE id IN (/*list*/)";

const OPEN: &str = "INSERT INTO cod (parcel_id, owner_id, order_id, carrier)
     VALUES ($1, $2, $3, $4) ON CONFLICT (parcel_id) DO NOTHING";

const STEP_INSERT: &str =
    "INSERT INTO cod_step (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const LISTED: &str = "SELECT parcel_id, CAST(SUM(amount_kopecks) AS BIGINT) FROM cod_step
     WHERE document_id = $1 AND step = $2 AND parcel_id > $3
     GROUP BY parcel_id ORDER BY parcel_id LIMIT $4";

const LISTED_BETWEEN: &str = "SELECT parcel_id, CAST(SUM(amount_kopecks) AS BIGINT) FROM cod_step
     WHERE document_id = $1 AND step = $2 AND parcel_id > $3 AND parcel_id <= $4
     GROUP BY parcel_id";

/// How much was collected the register says; on which day, the carrier's status.
const PARTIAL: &str = "UPDATE cod SET is_partial = $2,
         collected_on = CASE WHEN $2 THEN COALESCE(collected_on, $3) ELSE collected_on END
     WHERE parcel_id = $1 AND is_partial <> $2";

/// [`CodRow`] of the parcels that fit what follows.
macro_rules! cod_select {
    () => {
        "SELECT c.parcel_id, c.owner_id, c.order_id, p.number, o.external_number,
         c.carrier, c.expected_kopecks, c.released_kopecks, c.collected_kopecks,
         c.registered_kopecks, c.received_kopecks, c.reported_kopecks, c.paid_kopecks,
         c.refunded_kopecks, c.method, c.expected_on, c.collected_on, c.registered_on,
         c.received_on, c.reported_on, c.paid_on, c.refunded_on, c.disputed,
         c.disputed_on, c.disputed_by
     FROM cod AS c JOIN parcel AS p ON p.id = c.parcel_id JOIN shop_order AS o ON o.id = c.order_id "
    };
}

const LIST_OWN: &str = concat!(
    cod_select!(),
    "WHERE c.owner_id = $1 AND c.parcel_id > $2 ORDER BY c.parcel_id LIMIT $3"
);

const LIST_OF_ORDER: &str = concat!(
    cod_select!(),
    "WHERE c.parcel_id IN (SELECT q.id FROM shop_order AS n JOIN parcel AS q ON q.order_id = n.id
                           WHERE n.external_number = $1)
       AND (c.owner_id = $2 OR $2 IS NULL) AND c.parcel_id > $3
     ORDER BY c.parcel_id LIMIT $4"
);

const LIST_ALL: &str =
    concat!(cod_select!(), "WHERE c.parcel_id > $1 ORDER BY c.parcel_id LIMIT $2");

/// Collected by that day, and in no register; the oldest first, as its index has them.
const LIST_ABSENT: &str = concat!(
    cod_select!(),
    "WHERE c.carrier = $1
       AND (c.registered_kopecks < c.collected_kopecks OR (c.is_partial AND c.registered_kopecks = 0))
       AND c.collected_on <= $2
       AND (c.collected_on, c.parcel_id) > ($3, $4)
     ORDER BY c.collected_on, c.parcel_id LIMIT $5"
);

const COLLECTED_ON: &str = "SELECT collected_on FROM cod WHERE parcel_id = $1";

/// What has not come to the shop yet, by state and the day of its step; what we have of a parcel that is
/// held back, by the day since when. A parcel of which a part is in a register and a part is not counts
/// in both states.
macro_rules! ageing {
    ($owner:literal) => {
        concat!(
            "SELECT carrier, owner_id, state, day, COUNT(*), CAST(SUM(amount) AS BIGINT)
     FROM (
         SELECT c.carrier, c.owner_id, s.state,
             CASE s.state WHEN 'expected' THEN c.expected_on WHEN 'collected' THEN c.collected_on
                 WHEN 'registered' THEN c.registered_on WHEN 'received' THEN c.received_on
                 WHEN 'reported' THEN c.reported_on ELSE c.disputed_on END AS day,
             CASE s.state
                 WHEN 'expected'
                     THEN c.expected_kopecks - c.released_kopecks - c.collected_kopecks
                 WHEN 'collected' THEN c.collected_kopecks - c.registered_kopecks
                 WHEN 'registered' THEN c.registered_kopecks - c.received_kopecks
                 WHEN 'disputed' THEN CASE WHEN c.disputed IS NULL THEN 0
                     ELSE c.received_kopecks + c.advanced_kopecks - c.paid_kopecks END
                 WHEN 'received' THEN CASE WHEN c.disputed IS NOT NULL THEN 0
                     ELSE c.received_kopecks + c.advanced_kopecks - c.reported_kopecks END
                 ELSE CASE WHEN c.disputed IS NOT NULL THEN 0
                     ELSE c.reported_kopecks - c.paid_kopecks END END AS amount
         FROM cod AS c CROSS JOIN (
             SELECT 'expected' AS state UNION ALL SELECT 'collected' UNION ALL SELECT 'registered'
             UNION ALL SELECT 'received' UNION ALL SELECT 'reported'
             UNION ALL SELECT 'disputed') AS s ",
            $owner,
            "c.paid_kopecks < c.expected_kopecks - c.released_kopecks
     ) AS parts
     WHERE amount <> 0
     GROUP BY carrier, owner_id, state, day ORDER BY carrier, owner_id, state, day"
        )
    };
}

const AGEING_ALL: &str = ageing!("WHERE ");

const AGEING_OWN: &str = ageing!("WHERE c.owner_id = $1 AND ");

const FIND: &str =
    concat!(cod_select!(), "WHERE c.parcel_id = $1 AND (c.owner_id = $2 OR $2 IS NULL)");

const STEPS: &str =
    "SELECT s.step, s.amount_kopecks, s.day, s.recorded_at, s.transfer_id, s.document_id,
         COALESCE(r.number, a.number, y.order_number, '')
     FROM cod_step s LEFT JOIN cod_register r ON r.id = s.document_id
     LEFT JOIN agent_report a ON a.id = s.document_id LEFT JOIN payout y ON y.id = s.document_id
     WHERE s.parcel_id = $1 ORDER BY s.recorded_at, s.transfer_id";

const BANK_MOVES: &str = "SELECT d.id, d.number, d.booked_on, d.direction, d.amount_kopecks
     FROM bank_document d
     WHERE d.id IN (
         SELECT m.document_id FROM cod_step s JOIN bank_match m ON m.register_id = s.document_id
         WHERE s.parcel_id = $1 AND s.step = 'registered' AND m.undo_id IS NULL
         UNION SELECT o.document_id FROM cod_step s JOIN bank_order o ON o.id = s.document_id
         WHERE s.parcel_id = $1 AND s.step = 'paid' AND s.amount_kopecks > 0)
     ORDER BY d.booked_on, d.id";

// Another reason does not begin the time anew.
const DISPUTE: &str = "UPDATE cod SET disputed = $2, disputed_on = COALESCE(disputed_on, $3),
         disputed_by = $4
     WHERE parcel_id = $1";

const DISPUTE_END: &str = "UPDATE cod SET disputed = NULL, disputed_on = NULL, disputed_by = NULL
     WHERE parcel_id = $1";

const WRITTEN: &str = "SELECT transfer_id, CAST(SUM(amount_kopecks) AS BIGINT)
     FROM cod_step WHERE document_id = $1 AND step = $2 GROUP BY transfer_id";

const OWN_QUERIES: &[&str] = &[
    HOLD,
    TO_EXPECT,
    FACTS,
    OPEN,
    STEP_INSERT,
    LISTED,
    LISTED_BETWEEN,
    PARTIAL,
    LIST_OWN,
    LIST_OF_ORDER,
    LIST_ALL,
    LIST_ABSENT,
    COLLECTED_ON,
    AGEING_ALL,
    AGEING_OWN,
    FIND,
    STEPS,
    BANK_MOVES,
    DISPUTE,
    DISPUTE_END,
    WRITTEN,
];

pub(super) const QUERIES: &[&[&str]] = &[OWN_QUERIES, paying::QUERIES];

/// What a register moved of parcels by a kind of step, by the parcel, behind one.
pub(super) async fn listed(
    tx: &mut Tx,
    register: CodRegisterId,
    step: StepKind,
    after: ParcelId,
    limit: i64,
) -> Result<Vec<Listed>, DbError> {
    tx.fetch_all(LISTED, args![register, step, after, limit]).await
}

/// The same of parcels behind the first up to the second.
pub(super) async fn listed_between(
    tx: &mut Tx,
    register: CodRegisterId,
    step: StepKind,
    (after, until): (ParcelId, ParcelId),
) -> Result<Vec<Listed>, DbError> {
    tx.fetch_all(LISTED_BETWEEN, args![register, step, after, until]).await
}

/// What has not come to shops yet, of one owner or of all.
pub async fn ageing(tx: &mut Tx, owner: Option<OwnerId>) -> Result<Vec<AgeRow>, DbError> {
    match owner {
        Some(owner) => tx.fetch_all(AGEING_OWN, args![owner]).await,
        None => tx.fetch_all(AGEING_ALL, args![]).await,
    }
}

/// The sums of parcels as they are now, theirs until the commit. Parcels without cash on delivery
/// are left out.
pub(super) async fn hold(tx: &mut Tx, parcels: &[ParcelId]) -> Result<Vec<Cod>, DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    tx.fetch_in(HOLD, args![], list).await
}

/// Opens the chains of parcels that have none.
pub(super) async fn open(tx: &mut Tx, parcels: &[ParcelId]) -> Result<(), DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    let facts: Vec<Facts> = tx.fetch_in(FACTS, args![], list).await?;
    let row = |one: &Facts| args![one.parcel, one.owner, one.order, &one.carrier];
    tx.insert_many(OPEN, facts.iter().map(row).collect()).await.map(drop)
}

/// What the parcels that a manifest hands over are to bring, beyond what is expected of them already.
pub(super) async fn to_expect(tx: &mut Tx, manifest: ManifestId) -> Result<Vec<ToExpect>, DbError> {
    tx.fetch_all(TO_EXPECT, args![manifest]).await
}

pub(super) async fn steps_insert(tx: &mut Tx, ctx: &Ctx, steps: &[StepRow]) -> Result<(), DbError> {
    let row = |one: &StepRow| {
        args![
            one.parcel,
            one.step.kind(),
            one.transfer,
            one.amount,
            one.day,
            one.step.document(),
            ctx.now,
        ]
    };
    tx.insert_many(STEP_INSERT, steps.iter().map(row).collect()).await.map(drop)
}

pub(super) async fn partial_set(
    tx: &mut Tx,
    parcel: ParcelId,
    is_partial: bool,
    day: Day,
) -> Result<(), DbError> {
    tx.execute(PARTIAL, args![parcel, is_partial, day]).await.map(drop)
}

/// Parcels with cash on delivery, of one owner or of all.
pub(super) async fn list(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    after: ParcelId,
    limit: i64,
) -> Result<Vec<CodRow>, DbError> {
    match owner {
        Some(owner) => tx.fetch_all(LIST_OWN, args![owner, after, limit]).await,
        None => tx.fetch_all(LIST_ALL, args![after, limit]).await,
    }
}

/// Parcels of an order, by the shop's number of it, of one owner or of all.
pub(super) async fn list_of_order(
    tx: &mut Tx,
    order_number: &str,
    owner: Option<OwnerId>,
    after: ParcelId,
    limit: i64,
) -> Result<Vec<CodRow>, DbError> {
    tx.fetch_all(LIST_OF_ORDER, args![order_number, owner, after, limit]).await
}

/// All steps of a parcel's money, in the order in which they were taken.
pub(super) async fn steps(tx: &mut Tx, parcel: ParcelId) -> Result<Vec<StepTaken>, DbError> {
    tx.fetch_all(STEPS, args![parcel]).await
}

/// The receipts of its registers, and the payments to the shop that it went with.
pub(super) async fn bank_moves(tx: &mut Tx, parcel: ParcelId) -> Result<Vec<BankMove>, DbError> {
    tx.fetch_all(BANK_MOVES, args![parcel]).await
}

/// Parcels of a carrier that buyers paid for by that day, and that no register lists: the oldest first,
/// behind one of them.
pub(super) async fn list_absent(
    tx: &mut Tx,
    carrier: &str,
    until: Day,
    after: Option<ParcelId>,
    limit: i64,
) -> Result<Vec<CodRow>, DbError> {
    let found: Option<CollectedOn> = match after {
        Some(parcel) => tx.fetch_optional(COLLECTED_ON, args![parcel]).await?,
        None => None,
    };
    // Nothing was collected before the epoch: the first page starts there.
    let epoch = || UtcMicros::default().moscow_day();
    let day = found.and_then(|row| row.day).unwrap_or_else(epoch);
    let after = after.unwrap_or(ParcelId::from_uuid(Uuid::nil()));
    tx.fetch_all(LIST_ABSENT, args![carrier, until, day, after, limit]).await
}

/// Of one owner or of any.
pub(super) async fn find(
    tx: &mut Tx,
    parcel: ParcelId,
    owner: Option<OwnerId>,
) -> Result<Option<CodRow>, DbError> {
    tx.fetch_optional(FIND, args![parcel, owner]).await
}

/// Holds the money of a parcel back for that reason. Answers whether there is any.
pub(super) async fn dispute(
    tx: &mut Tx,
    ctx: &Ctx,
    parcel: ParcelId,
    reason: &str,
) -> Result<bool, DbError> {
    let values = args![parcel, reason, ctx.now.moscow_day(), ctx.actor];
    Ok(tx.execute(DISPUTE, values).await? == 1)
}

/// Does not hold it back any more.
pub(super) async fn dispute_end(tx: &mut Tx, parcel: ParcelId) -> Result<(), DbError> {
    tx.execute(DISPUTE_END, args![parcel]).await.map(drop)
}

/// The groups of a source.
pub(super) async fn groups(
    tx: &mut Tx,
    sums: &'static str,
    source: Uuid,
) -> Result<Vec<Group>, DbError> {
    tx.fetch_all(sums, args![source]).await
}

/// What the transfers of a document come to by their steps.
pub(super) async fn written(
    tx: &mut Tx,
    document: Uuid,
    step: StepKind,
) -> Result<HashMap<TransferId, Kopecks>, DbError> {
    let rows: Vec<Written> = tx.fetch_all(WRITTEN, args![document, step]).await?;
    Ok(rows.into_iter().map(|row| (row.transfer, row.sum)).collect())
}
