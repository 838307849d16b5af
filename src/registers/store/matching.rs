//! Finding the parcels of lines, set by set.
//!
//! The surest numbers go first, and a number that several parcels may have finds none.

use super::lines::Range;
use crate::args;
use crate::db::{Count, DbError, Tx};
use crate::ids::CodRegisterId;
use crate::registers::findings::Unfound;

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

/// A carrier that gave a shipment another number may go on naming it by the one before.
const MATCH_FORMER_TRACK: &str = "UPDATE cod_register_line AS l
     SET parcel_id = s.parcel_id, matched_by = 'track'
     FROM shipment_track AS f JOIN shipment AS s ON s.id = f.shipment_id
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.track <> ''
       AND f.carrier = $2 AND f.track = l.track
       AND s.state NOT IN ('cancelling', 'cancelled')
       AND NOT EXISTS (SELECT 1 FROM shipment_track AS g JOIN shipment AS o ON o.id = g.shipment_id
                       WHERE g.carrier = $2 AND g.track = l.track
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

/// The only parcel of an order, among those that `$own` and `$other` say.
macro_rules! match_order {
    ($own:literal, $other:literal) => {
        concat!(
            "UPDATE cod_register_line AS l
     SET parcel_id = p.id, matched_by = 'order_number'
     FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.order_number <> ''
       AND o.external_number = l.order_number AND p.carrier = $2 AND p.state = 'handed_over' ",
            $own,
            " AND NOT EXISTS (SELECT 1 FROM shop_order AS b JOIN parcel AS q ON q.order_id = b.id
                       WHERE b.external_number = l.order_number AND q.carrier = $2
                         AND q.state = 'handed_over' AND q.id <> p.id ",
            $other,
            ")"
        )
    };
}

/// An order in several parcels has its cash on delivery on one of them.
const MATCH_ORDER_PAID: &str = match_order!("AND p.cod_kopecks > 0", "AND q.cod_kopecks > 0");

const MATCH_ORDER: &str = match_order!("", "");

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

/// The same without leading zeros.
macro_rules! match_bare_order {
    ($own:literal, $other:literal) => {
        concat!(
            "UPDATE cod_register_line AS l
     SET parcel_id = p.id, matched_by = 'bare_order_number'
     FROM shop_order AS o JOIN parcel AS p ON p.order_id = o.id
     WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
       AND l.kind <> 'service' AND l.order_number <> ''
       AND LTRIM(o.external_number, '0') = LTRIM(l.order_number, '0')
       AND SUBSTR(o.external_number, 1, 1) = '0'
       AND p.carrier = $2 AND p.state = 'handed_over' ",
            $own,
            " AND NOT EXISTS (SELECT 1 FROM shop_order AS b JOIN parcel AS q ON q.order_id = b.id
                       WHERE LTRIM(b.external_number, '0') = LTRIM(l.order_number, '0')
                         AND SUBSTR(b.external_number, 1, 1) = '0'
                         AND q.carrier = $2 AND q.state = 'handed_over' AND q.id <> p.id ",
            $other,
            ")"
        )
    };
}

const MATCH_BARE_ORDER_PAID: &str =
    match_bare_order!("AND p.cod_kopecks > 0", "AND q.cod_kopecks > 0");

const MATCH_BARE_ORDER: &str = match_bare_order!("", "");

/// The surest first.
const MATCHES: [&str; 10] = [
    MATCH_TRACK,
    MATCH_FORMER_TRACK,
    MATCH_NUMBER,
    MATCH_NUMBER_SHOWN,
    MATCH_PARCEL,
    MATCH_ORDER_PAID,
    MATCH_ORDER,
    MATCH_BARE_TRACK,
    MATCH_BARE_ORDER_PAID,
    MATCH_BARE_ORDER,
];

const UNMATCHED: &str = "SELECT COUNT(*) FROM cod_register_line
     WHERE register_id = $1 AND line > $2 AND line <= $3 AND parcel_id IS NULL
       AND kind <> 'service'";

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

pub(super) const QUERIES: &[&str] = &[
    MATCH_TRACK,
    MATCH_FORMER_TRACK,
    MATCH_NUMBER,
    MATCH_NUMBER_SHOWN,
    MATCH_PARCEL,
    MATCH_ORDER_PAID,
    MATCH_ORDER,
    MATCH_BARE_TRACK,
    MATCH_BARE_ORDER_PAID,
    MATCH_BARE_ORDER,
    UNMATCHED,
    UNFOUND,
];

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

pub(in crate::registers) async fn unfound(
    tx: &mut Tx,
    register: CodRegisterId,
    carrier: &str,
    (from, until): Range,
) -> Result<Vec<Unfound>, DbError> {
    tx.fetch_all(UNFOUND, args![register, from, until, carrier]).await
}
