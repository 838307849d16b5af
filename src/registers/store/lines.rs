//! Lines of registers, and the parcels that they are about.

use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{CodRegisterId, ParcelId};
use crate::registers::findings::{LineFacts, Unfound};
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

const MATCH_TRACK: &str = "UPDATE cod_register_line AS l
     SET parcel_id = s.parcel_id, matched_by = 'track'
     FROM shipment AS s
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.track <> ''
       AND s.carrier = $2 AND s.track = l.track AND s.track <> ''
       AND s.state NOT IN ('cancelling', 'cancelled')
       AND NOT EXISTS (SELECT 1 FROM shipment AS o
                       WHERE o.carrier = $2 AND o.track = l.track AND o.track <> ''
                         AND o.state NOT IN ('cancelling', 'cancelled')
                         AND o.parcel_id <> s.parcel_id)";

/// Our number is told to carriers, who show it as the shop's.
const MATCH_NUMBER: &str = "UPDATE cod_register_line AS l
     SET parcel_id = s.parcel_id, matched_by = 'number'
     FROM shipment AS s
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND s.carrier = $2 AND s.number = l.number
       AND s.state NOT IN ('cancelling', 'cancelled')";

const MATCH_NUMBER_SHOWN: &str = "UPDATE cod_register_line AS l
     SET parcel_id = s.parcel_id, matched_by = 'number'
     FROM shipment AS s
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND s.carrier = $2 AND s.number = l.order_number
       AND s.state NOT IN ('cancelling', 'cancelled')";

const MATCH_PARCEL: &str = "UPDATE cod_register_line AS l
     SET parcel_id = p.id, matched_by = 'number'
     FROM parcel AS p
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND p.carrier = $2 AND p.number = l.number
       AND p.state = 'handed_over'";

const MATCH_ORDER: &str = "UPDATE cod_register_line AS l
     SET parcel_id = p.id, matched_by = 'order_number'
     FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.order_number <> ''
       AND o.external_number = l.order_number AND p.carrier = $2 AND p.state = 'handed_over'
       AND NOT EXISTS (SELECT 1 FROM shop_order AS b JOIN parcel AS q ON q.order_id = b.id
                       WHERE b.external_number = l.order_number AND q.carrier = $2
                         AND q.state = 'handed_over' AND q.id <> p.id)";

// An index of an expression serves where another one is compared with it, and no column.
const MATCH_BARE_TRACK: &str = "UPDATE cod_register_line AS l
     SET parcel_id = s.parcel_id, matched_by = 'bare_track'
     FROM shipment AS s
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.track <> ''
       AND s.carrier = $2 AND LTRIM(s.track, '0') = LTRIM(l.track, '0') AND SUBSTR(s.track, 1, 1) = '0'
       AND s.state NOT IN ('cancelling', 'cancelled')
       AND NOT EXISTS (SELECT 1 FROM shipment AS o
                       WHERE o.carrier = $2 AND LTRIM(o.track, '0') = LTRIM(l.track, '0')
                         AND SUBSTR(o.track, 1, 1) = '0'
                         AND o.state NOT IN ('cancelling', 'cancelled')
                         AND o.parcel_id <> s.parcel_id)";

const MATCH_BARE_ORDER: &str = "UPDATE cod_register_line AS l
     SET parcel_id = p.id, matched_by = 'bare_order_number'
     FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.order_number <> ''
       AND LTRIM(o.external_number, '0') = LTRIM(l.order_number, '0')
       AND SUBSTR(o.external_number, 1, 1) = '0'
       AND p.carrier = $2 AND p.state = 'handed_over'
       AND NOT EXISTS (SELECT 1 FROM shop_order AS b JOIN parcel AS q ON q.order_id = b.id
                       WHERE LTRIM(b.external_number, '0') = LTRIM(l.order_number, '0')
                         AND SUBSTR(b.external_number, 1, 1) = '0'
                         AND q.carrier = $2 AND q.state = 'handed_over' AND q.id <> p.id)";

/// The surest first.
const MATCHES: [&str; 7] = [
    MATCH_TRACK,
    MATCH_NUMBER,
    MATCH_NUMBER_SHOWN,
    MATCH_PARCEL,
    MATCH_ORDER,
    MATCH_BARE_TRACK,
    MATCH_BARE_ORDER,
];

const UNMATCHED: &str = "SELECT COUNT(*) FROM cod_register_line
     WHERE register_id = $1 AND line > $2 AND line <= $3 AND parcel_id IS NULL
       AND kind <> 'service'";

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
                   AND e.kind = 'collected' AND e.collected_kopecks > 0 AND NOT e.ignored)
     FROM cod_register_line AS l
     LEFT JOIN cod AS c ON c.parcel_id = l.parcel_id
     LEFT JOIN shipment AS s
         ON s.parcel_id = l.parcel_id AND s.state NOT IN ('cancelling', 'cancelled')
     WHERE l.register_id = $1 AND l.line > $2 AND l.line <= $3 AND NOT l.ignored
     ORDER BY l.line";

const UNFOUND: &str = "SELECT l.line,
         EXISTS (SELECT 1 FROM shipment AS s
                 WHERE s.number IN (l.number, l.order_number) AND s.carrier <> $4)
         OR EXISTS (SELECT 1 FROM shipment AS s
                    WHERE s.track = l.track AND s.track <> ''
                      AND s.carrier IN (SELECT a.carrier FROM carrier_account AS a
                                        WHERE a.carrier <> $4))
         OR EXISTS (SELECT 1 FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
                    WHERE o.external_number = l.order_number AND l.order_number <> ''
                      AND p.carrier <> $4),
         (SELECT COUNT(*) FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
          WHERE o.external_number = l.order_number AND l.order_number <> '' AND p.carrier = $4),
         (SELECT COUNT(DISTINCT o.owner_id) FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
          WHERE o.external_number = l.order_number AND l.order_number <> '' AND p.carrier = $4)
     FROM cod_register_line AS l
     WHERE l.register_id = $1 AND l.line > $2 AND l.line <= $3 AND l.parcel_id IS NULL
       AND l.kind <> 'service'
     ORDER BY l.line";

const UNITS: &str = "SELECT pl.parcel_id, ol.price_kopecks, pl.quantity
     FROM parcel_line AS pl JOIN order_line AS ol ON ol.id = pl.order_line_id
     WHERE pl.parcel_id IN (/*list*/)";

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

/// How buyers paid is known from here on.
const METHODS: &str = "UPDATE cod SET method = l.method FROM cod_register_line AS l
     WHERE l.register_id = $1 AND l.method IS NOT NULL AND l.kind = 'collected' AND NOT l.ignored
       AND l.collected_kopecks > 0 AND cod.parcel_id = l.parcel_id AND cod.method IS NULL";

pub(super) const QUERIES: &[&str] = &[
    INSERT,
    LAST,
    CLEAR,
    MATCH_TRACK,
    MATCH_NUMBER,
    MATCH_NUMBER_SHOWN,
    MATCH_PARCEL,
    MATCH_ORDER,
    MATCH_BARE_TRACK,
    MATCH_BARE_ORDER,
    UNMATCHED,
    FACTS,
    UNFOUND,
    UNITS,
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

/// Finds the parcels of lines that have none.
pub(in crate::registers) async fn find_parcels(
    tx: &mut Tx,
    register: CodRegisterId,
    carrier: &str,
    (from, until): Range,
) -> Result<(), DbError> {
    for sql in MATCHES {
        let left: Count = tx.fetch_one(UNMATCHED, args![register, from, until]).await?;
        if left.value == 0 {
            break;
        }
        tx.execute(sql, args![register, carrier, from, until]).await?;
    }
    Ok(())
}

pub(in crate::registers) async fn facts(
    tx: &mut Tx,
    register: CodRegisterId,
    (from, until): Range,
) -> Result<Vec<LineFacts>, DbError> {
    tx.fetch_all(FACTS, args![register, from, until]).await
}

pub(in crate::registers) async fn unfound(
    tx: &mut Tx,
    register: CodRegisterId,
    carrier: &str,
    (from, until): Range,
) -> Result<Vec<Unfound>, DbError> {
    tx.fetch_all(UNFOUND, args![register, from, until, carrier]).await
}

pub(in crate::registers) async fn units(
    tx: &mut Tx,
    parcels: &[ParcelId],
) -> Result<Vec<Unit>, DbError> {
    let list = parcels.iter().map(|parcel| Arg::from(*parcel)).collect();
    tx.fetch_in(UNITS, args![], list).await
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
