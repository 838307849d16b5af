//! The rows of the chain: a parcel's sums, and its steps.

use crate::carriers::model::DeliveryStatus;
use crate::commands::Ctx;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{ManifestId, OrderId, OwnerId, ParcelId, TransferId};
use crate::units::{Day, Kopecks};
use crate::{args, record};

use super::chain::Step;

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

// Changes nothing, but holds the rows until the end of the transaction on both engines.
const HOLD: &str = "UPDATE cod SET carrier = carrier WHERE parcel_id IN (/*list*/)
     RETURNING parcel_id, owner_id, order_id, carrier, expected_kopecks, released_kopecks,
         collected_kopecks, registered_kopecks, received_kopecks, advanced_kopecks,
         reported_kopecks, paid_kopecks, refunded_kopecks, is_partial";

const TO_EXPECT: &str = "SELECT p.id, p.cod_kopecks
     FROM manifest_parcel m JOIN parcel p ON p.id = m.parcel_id
     WHERE m.manifest_id = $1 AND m.state = 'loaded' AND p.cod_kopecks > 0
     ORDER BY p.id";

const FACTS: &str = "SELECT id, owner_id, order_id, carrier FROM parcel WHERE id IN (/*list*/)";

const OPEN: &str = "INSERT INTO cod (parcel_id, owner_id, order_id, carrier)
     VALUES ($1, $2, $3, $4) ON CONFLICT (parcel_id) DO NOTHING";

const STEP_INSERT: &str =
    "INSERT INTO cod_step (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const PARTIAL: &str = "UPDATE cod SET is_partial = $2 WHERE parcel_id = $1 AND is_partial <> $2";

pub(super) const QUERIES: &[&str] = &[HOLD, TO_EXPECT, FACTS, OPEN, STEP_INSERT, PARTIAL];

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

/// What the parcels that a manifest hands over are to bring.
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
    status: DeliveryStatus,
) -> Result<(), DbError> {
    let is_partial = status == DeliveryStatus::PartlyDelivered;
    tx.execute(PARTIAL, args![parcel, is_partial]).await.map(drop)
}
