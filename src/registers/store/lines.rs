//! Lines of registers, and the parcels that they are about.

use serde_json::Value;

use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{CodRegisterId, ParcelId};
use crate::registers::findings::LineFacts;
use crate::registers::model::{Line, LineKind, RegisterLineOut};
use crate::registers::terms::Carried;
use crate::units::{Day, Kopecks};
use crate::{args, record};

record! {
    /// Pieces that a parcel holds of one thing.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::registers) struct Unit {
        pub(in crate::registers) parcel: ParcelId,
        pub(in crate::registers) price: Kopecks,
        pub(in crate::registers) count: i64,
    }
}

record! {
    /// What a carrier was told of a parcel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::registers) struct Told {
        pub(in crate::registers) parcel: ParcelId,
        pub(in crate::registers) ask: Value,
    }
}

record! {
    /// A line, and what it is about.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::registers) struct LineOf {
        pub(in crate::registers) line: i64,
        pub(in crate::registers) parcel: Option<ParcelId>,
    }
}

record! {
    /// A line that is to be posted, beside the money of its parcel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::registers) struct ToPost {
        pub(in crate::registers) line: i64,
        pub(in crate::registers) kind: LineKind,
        pub(in crate::registers) day: Option<Day>,
        pub(in crate::registers) collected: Kopecks,
        pub(in crate::registers) fee: Option<Kopecks>,
        pub(in crate::registers) delivery: Option<Kopecks>,
        pub(in crate::registers) transferred: Option<Kopecks>,
        pub(in crate::registers) parcel: Option<ParcelId>,
        pub(in crate::registers) expected: Kopecks,
        pub(in crate::registers) released: Kopecks,
        pub(in crate::registers) collected_before: Kopecks,
        pub(in crate::registers) registered: Kopecks,
        pub(in crate::registers) is_right: bool,
    }
}

const INSERT: &str = "INSERT INTO cod_register_line
     (register_id, line, kind, track, number, order_number, day, collected_kopecks, fee_kopecks,
         delivery_kopecks, transferred_kopecks, vat_kopecks, currency, contract, method)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const LAST: &str =
    "SELECT line FROM cod_register_line WHERE register_id = $1 ORDER BY line DESC LIMIT 1";

const CLEAR: &str = "DELETE FROM cod_register_line WHERE register_id = $1 AND line <= $2";

const FACTS: &str = "SELECT l.line, l.kind, l.order_number, l.track, l.day, l.collected_kopecks,
         l.fee_kopecks, l.delivery_kopecks, l.transferred_kopecks, l.vat_kopecks, l.currency,
         l.contract, l.method, l.parcel_id, l.matched_by, COALESCE(c.expected_kopecks, 0), COALESCE(c.released_kopecks, 0),
         COALESCE(c.registered_kopecks, 0), COALESCE(c.refunded_kopecks, 0),
         COALESCE(c.is_partial, FALSE), c.method, s.status, s.registered_at, s.quoted_kopecks,
         EXISTS (SELECT 1 FROM cod_register_line AS e
                 WHERE e.parcel_id = l.parcel_id AND e.register_id = l.register_id
                   AND e.line < l.line AND e.kind = l.kind AND NOT e.ignored),
         (SELECT e.register_id FROM cod_register_line AS e
          JOIN cod_register AS r ON r.id = e.register_id
          WHERE e.parcel_id = l.parcel_id AND e.register_id <> l.register_id
            AND e.kind = 'collected' AND e.collected_kopecks > 0 AND NOT e.ignored
            AND r.state IN ('draft', 'accepted') LIMIT 1),
         EXISTS (SELECT 1 FROM cod_register_line AS e
                 WHERE e.parcel_id = l.parcel_id AND e.register_id = l.register_id
                   AND e.kind = 'collected' AND e.collected_kopecks > 0 AND NOT e.ignored),
         (SELECT CASE WHEN COUNT(*) > 1 AND COUNT(*) = COUNT(DISTINCT e.method)
                      THEN CAST(SUM(e.collected_kopecks) AS BIGINT) END
          FROM cod_register_line AS e
          WHERE e.parcel_id = l.parcel_id AND e.register_id = l.register_id
            AND e.kind = l.kind AND NOT e.ignored)
     FROM cod_register_line AS l
     LEFT JOIN cod AS c ON c.parcel_id = l.parcel_id
     LEFT JOIN shipment AS s
         ON s.parcel_id = l.parcel_id AND s.state NOT IN ('cancelling', 'cancelled')
     WHERE l.register_id = $1 AND l.line > $2 AND l.line <= $3 AND NOT l.ignored
     ORDER BY l.line";

const UNITS: &str = "SELECT pl.parcel_id, ol.price_kopecks, pl.quantity
     FROM parcel_line AS pl JOIN order_line AS ol ON ol.id = pl.order_line_id
     WHERE pl.parcel_id IN (/*list*/)";

/// What was refused was not told.
const TOLD: &str = "SELECT parcel_id, ask FROM shipment
     WHERE parcel_id IN (/*list*/) AND state NOT IN ('refused', 'cancelling', 'cancelled')
       AND sent_at IS NOT NULL AND ask IS NOT NULL";

/// Of lines whose delivery is not the quoted one.
const CARRIED: &str = "SELECT l.line,
         (SELECT CAST(SUM(g.invoiced_kopecks) AS BIGINT) FROM carrier_charge AS g
          JOIN carrier_invoice AS i ON i.id = g.invoice_id
          WHERE g.parcel_id = l.parcel_id AND i.carrier = $4
            AND g.kind IN ('delivery', 'weight_surcharge')),
         p.weight_g
     FROM cod_register_line AS l
     JOIN shipment AS s
         ON s.parcel_id = l.parcel_id AND s.state NOT IN ('cancelling', 'cancelled')
     JOIN parcel AS p ON p.id = l.parcel_id
     WHERE l.register_id = $1 AND l.line > $2 AND l.line <= $3
       AND l.delivery_kopecks <> s.quoted_kopecks";

/// Whether a carrier had a parcel.
const CARRIED_BY: &str = "SELECT COUNT(*) FROM parcel AS p
     WHERE p.id = $1 AND ((p.carrier = $2 AND p.state = 'handed_over')
         OR EXISTS (SELECT 1 FROM shipment AS s
                    WHERE s.parcel_id = p.id AND s.carrier = $2
                      AND s.state NOT IN ('cancelling', 'cancelled')))";

const PARCEL_OF: &str = "SELECT line, parcel_id FROM cod_register_line
     WHERE register_id = $1 AND line = $2 AND kind <> 'service'";

const ASSIGN: &str = "UPDATE cod_register_line
     SET parcel_id = $3, matched_by = 'person', matched_reason = $4, ignored = FALSE
     WHERE register_id = $1 AND line = $2";

/// Lines about the same parcels: which of them is the repeated one may be another now.
const OF_PARCELS: &str = "SELECT line, parcel_id FROM cod_register_line
     WHERE register_id = $1 AND parcel_id IN ($2, $3) ORDER BY line";

const LIST: &str = "SELECT line, kind, track, number, order_number, day, collected_kopecks,
         fee_kopecks, delivery_kopecks, transferred_kopecks, vat_kopecks, currency, contract,
         method, parcel_id, matched_by, matched_reason, ignored
     FROM cod_register_line WHERE register_id = $1 AND line > $2 ORDER BY line LIMIT $3";

const IGNORE: &str =
    "UPDATE cod_register_line SET ignored = TRUE WHERE register_id = $1 AND line = $2";

/// Unless another finding left it out.
const COUNT_AGAIN: &str = "UPDATE cod_register_line SET ignored = FALSE
     WHERE register_id = $1 AND line = $2
       AND NOT EXISTS (SELECT 1 FROM money_finding AS f
                       WHERE f.register_id = $1 AND f.line = $2 AND f.resolution = 'ignore_line')";

const IGNORE_KIND: &str = "UPDATE cod_register_line SET ignored = TRUE
     WHERE register_id = $1 AND line IN
         (SELECT f.line FROM money_finding AS f
          WHERE f.register_id = $1 AND f.kind = $2 AND f.state = 'open')";

const TO_POST: &str = "SELECT l.line, l.kind, l.day, l.collected_kopecks, l.fee_kopecks,
         l.delivery_kopecks, l.transferred_kopecks, l.parcel_id,
         COALESCE(c.expected_kopecks, 0), COALESCE(c.released_kopecks, 0),
         COALESCE(c.collected_kopecks, 0), COALESCE(c.registered_kopecks, 0),
         EXISTS (SELECT 1 FROM money_finding AS f
                 WHERE f.register_id = l.register_id AND f.line = l.line
                   AND (f.resolution = 'accept_amount'
                        OR (f.kind = 'partial_delivery' AND f.state = 'open')))
     FROM cod_register_line AS l LEFT JOIN cod AS c ON c.parcel_id = l.parcel_id
     WHERE l.register_id = $1 AND l.line > $2 AND NOT l.ignored
     ORDER BY l.line LIMIT $3";

/// How buyers paid is known from here on; of one who paid in two ways it is neither.
const METHODS: &str = "UPDATE cod SET method = l.method FROM cod_register_line AS l
     WHERE l.register_id = $1 AND l.method IS NOT NULL AND l.kind = 'collected' AND NOT l.ignored
       AND l.collected_kopecks > 0 AND cod.parcel_id = l.parcel_id AND cod.method IS NULL
       AND NOT EXISTS (SELECT 1 FROM cod_register_line AS e
                       WHERE e.parcel_id = l.parcel_id AND e.register_id = $1
                         AND e.kind = 'collected' AND NOT e.ignored AND e.method <> l.method)";

pub(super) const QUERIES: &[&str] = &[
    INSERT,
    LAST,
    CLEAR,
    FACTS,
    UNITS,
    TOLD,
    CARRIED,
    CARRIED_BY,
    PARCEL_OF,
    ASSIGN,
    OF_PARCELS,
    LIST,
    IGNORE,
    COUNT_AGAIN,
    IGNORE_KIND,
    TO_POST,
    METHODS,
];

pub(in crate::registers) async fn insert(
    tx: &mut Tx,
    register: CodRegisterId,
    lines: &[Line],
) -> Result<(), DbError> {
    let row = |line: &Line| {
        args![
            register,
            line.row,
            line.kind,
            &line.track,
            &line.number,
            &line.order_number,
            line.day,
            line.collected,
            line.fee,
            line.delivery,
            line.transferred,
            line.vat,
            &line.currency,
            &line.contract,
            line.method,
        ]
    };
    tx.insert_many(INSERT, lines.iter().map(row).collect()).await.map(drop)
}

/// The last row that was written; zero when none was.
pub(in crate::registers) async fn last(
    tx: &mut Tx,
    register: CodRegisterId,
) -> Result<i64, DbError> {
    let row: Option<Count> = tx.fetch_optional(LAST, args![register]).await?;
    Ok(row.map_or(0, |row| row.value))
}

pub(in crate::registers) async fn clear(
    tx: &mut Tx,
    register: CodRegisterId,
    until: i64,
) -> Result<(), DbError> {
    tx.execute(CLEAR, args![register, until]).await.map(drop)
}

/// Rows of a register, behind the first up to the second.
pub(in crate::registers) type Range = (i64, i64);

pub(in crate::registers) async fn facts(
    tx: &mut Tx,
    register: CodRegisterId,
    (from, until): Range,
) -> Result<Vec<LineFacts>, DbError> {
    tx.fetch_all(FACTS, args![register, from, until]).await
}

pub(in crate::registers) async fn units(
    tx: &mut Tx,
    parcels: &[ParcelId],
) -> Result<Vec<Unit>, DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    tx.fetch_in(UNITS, args![], list).await
}

/// What carriers were told of parcels.
pub(in crate::registers) async fn told(
    tx: &mut Tx,
    parcels: &[ParcelId],
) -> Result<Vec<Told>, DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    tx.fetch_in(TOLD, args![], list).await
}

/// What speaks for other prices of deliveries than the quoted ones.
pub(in crate::registers) async fn carried(
    tx: &mut Tx,
    register: CodRegisterId,
    carrier: &str,
    (from, until): Range,
) -> Result<Vec<Carried>, DbError> {
    tx.fetch_all(CARRIED, args![register, from, until, carrier]).await
}

pub(in crate::registers) async fn is_carried_by(
    tx: &mut Tx,
    parcel: ParcelId,
    carrier: &str,
) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Count>(CARRIED_BY, args![parcel, carrier]).await?.value > 0)
}

/// The line with the parcel it has, unless it is a service.
pub(in crate::registers) async fn parcel_of(
    tx: &mut Tx,
    register: CodRegisterId,
    line: i64,
) -> Result<Option<LineOf>, DbError> {
    tx.fetch_optional(PARCEL_OF, args![register, line]).await
}

/// Says which parcel a line is about; one that was left out counts again.
pub(in crate::registers) async fn assign(
    tx: &mut Tx,
    register: CodRegisterId,
    line: i64,
    (parcel, reason): (ParcelId, &str),
) -> Result<(), DbError> {
    tx.execute(ASSIGN, args![register, line, parcel, reason]).await.map(drop)
}

/// Lines of a register about either of two parcels.
pub(in crate::registers) async fn of_parcels(
    tx: &mut Tx,
    register: CodRegisterId,
    (one, other): (ParcelId, ParcelId),
) -> Result<Vec<LineOf>, DbError> {
    tx.fetch_all(OF_PARCELS, args![register, one, other]).await
}

pub(in crate::registers) async fn list(
    tx: &mut Tx,
    register: CodRegisterId,
    after: i64,
    limit: i64,
) -> Result<Vec<RegisterLineOut>, DbError> {
    tx.fetch_all(LIST, args![register, after, limit]).await
}

pub(in crate::registers) async fn ignore(
    tx: &mut Tx,
    register: CodRegisterId,
    line: i64,
) -> Result<(), DbError> {
    tx.execute(IGNORE, args![register, line]).await.map(drop)
}

/// A line that was left out counts again.
pub(in crate::registers) async fn count_again(
    tx: &mut Tx,
    register: CodRegisterId,
    line: i64,
) -> Result<(), DbError> {
    tx.execute(COUNT_AGAIN, args![register, line]).await.map(drop)
}

/// All lines that have an open finding of a kind.
pub(in crate::registers) async fn ignore_kind(
    tx: &mut Tx,
    register: CodRegisterId,
    kind: crate::registers::model::FindingKind,
) -> Result<(), DbError> {
    tx.execute(IGNORE_KIND, args![register, kind]).await.map(drop)
}

pub(in crate::registers) async fn to_post(
    tx: &mut Tx,
    register: CodRegisterId,
    after: i64,
    limit: i64,
) -> Result<Vec<ToPost>, DbError> {
    tx.fetch_all(TO_POST, args![register, after, limit]).await
}

pub(in crate::registers) async fn methods_set(
    tx: &mut Tx,
    register: CodRegisterId,
) -> Result<(), DbError> {
    tx.execute(METHODS, args![register]).await.map(drop)
}
