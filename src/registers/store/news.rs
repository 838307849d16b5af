//! Shipments whose money no register has, and what their carriers told of it.

use serde_json::Value;

use crate::carriers::model::{EventFlag, ShipmentRef};
use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{CarrierAccountId, ParcelId, ShipmentId};
use crate::units::{Day, UtcMicros};
use crate::{args, record};

record! {
    /// A shipment whose money was collected and is in no register.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::registers) struct Waiting {
        pub(in crate::registers) parcel: ParcelId,
        pub(in crate::registers) shipment: ShipmentId,
        pub(in crate::registers) number: String,
        pub(in crate::registers) carrier_ref: String,
        pub(in crate::registers) track: String,
        pub(in crate::registers) collected_on: Day,
    }
}

impl Waiting {
    pub(in crate::registers) fn reference(&self) -> ShipmentRef {
        ShipmentRef {
            number: self.number.clone(),
            id: self.carrier_ref.clone(),
            track: self.track.clone(),
            day: None,
            goal: None,
        }
    }
}

record! {
    pub(in crate::registers) struct KeptRow {
        pub(in crate::registers) shipment: ShipmentId,
        pub(in crate::registers) code: String,
        pub(in crate::registers) at: UtcMicros,
        pub(in crate::registers) raw: Value,
    }
}

/// What a person rejected with a register of ours does not come again; what an import left behind that
/// broke off does.
macro_rules! waiting {
    ($rest:literal) => {
        concat!(
            "SELECT c.parcel_id, s.id, s.number, s.carrier_ref, s.track, c.collected_on
     FROM carrier_account a JOIN cod c ON c.carrier = a.carrier
     JOIN shipment s ON s.parcel_id = c.parcel_id AND s.account_id = a.id
     WHERE a.id = $1
       AND (c.registered_kopecks < c.collected_kopecks OR (c.is_partial AND c.registered_kopecks = 0))
       AND c.collected_on >= $2 AND s.state NOT IN ('cancelling', 'cancelled')
       AND NOT EXISTS (
           SELECT 1 FROM cod_register_line l JOIN cod_register r ON r.id = l.register_id
           WHERE l.parcel_id = c.parcel_id
             AND (r.state IN ('draft', 'accepted')
                  OR (r.state = 'rejected' AND r.source = 'api' AND r.decided_by IS NOT NULL))) ",
            $rest
        )
    };
}

const WAITING: &str = waiting!(
    "AND (c.collected_on > $2 OR c.parcel_id > $3)
     ORDER BY c.collected_on, c.parcel_id LIMIT $4"
);

/// Those that were never asked for come first, then those whose last time is longest ago.
const TO_ASK: &str =
    waiting!("ORDER BY (c.asked_on IS NOT NULL), c.asked_on, c.collected_on, c.parcel_id LIMIT $3");

const ASKED: &str =
    "UPDATE cod SET asked_on = $1 WHERE parcel_id IN (/*list*/) RETURNING CAST(1 AS BIGINT)";

const KEPT: &str = "SELECT shipment_id, code, happened_at, raw FROM tracking_event
     WHERE flag = $1 AND shipment_id IN (/*list*/) ORDER BY happened_at";

pub(super) const QUERIES: &[&str] = &[WAITING, TO_ASK, ASKED, KEPT];

/// Shipments of an account whose money was collected and is in no register; by day and parcel, behind
/// one.
pub(in crate::registers) async fn waiting(
    tx: &mut Tx,
    account: CarrierAccountId,
    (day, parcel): (Day, ParcelId),
    limit: i64,
) -> Result<Vec<Waiting>, DbError> {
    tx.fetch_all(WAITING, args![account, day, parcel, limit]).await
}

/// So many of them, whose turn it is to be asked for.
pub(in crate::registers) async fn to_ask(
    tx: &mut Tx,
    (account, since): (CarrierAccountId, Day),
    limit: i64,
) -> Result<Vec<Waiting>, DbError> {
    tx.fetch_all(TO_ASK, args![account, since, limit]).await
}

pub(in crate::registers) async fn asked(
    tx: &mut Tx,
    parcels: &[ParcelId],
    on: Day,
) -> Result<(), DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    tx.fetch_in::<Count>(ASKED, args![on], list).await.map(drop)
}

/// What moves no parcel of what was told of shipments, in the order in which it happened.
pub(in crate::registers) async fn kept(
    tx: &mut Tx,
    shipments: &[ShipmentId],
) -> Result<Vec<KeptRow>, DbError> {
    let list = shipments.iter().map(|shipment| Arg::from(*shipment)).collect();
    tx.fetch_in(KEPT, args![EventFlag::Info], list).await
}
