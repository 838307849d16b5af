//! Finding the parcels of lines, set by set.
//!
//! The surest numbers go first, and a number that several parcels may have finds none.

use super::lines::Range;
use crate::args;
use crate::db::{Count, DbError, Tx};
use crate::ids::CodRegisterId;
use crate::registers::findings::Unfound;

/// Gives the lines of a part that have no parcel the `$found` one of `$from`.
macro_rules! matching {
    ($found:literal, $by:literal, $from:expr, $on:expr) => {
        concat!(
            "UPDATE cod_register_line AS l SET parcel_id = ",
            $found,
            ", matched_by = '",
            $by,
            "' FROM ",
            $from,
            " WHERE l.register_id = $1 AND l.line > $3 AND l.line <= $4 AND l.parcel_id IS NULL
               AND l.kind <> 'service' AND ",
            $on
        )
    };
}

/// The shipment in `$from` for which `$own` holds, if there is no other one in `$others` for which
/// `$other` does.
macro_rules! match_shipment {
    ($by:literal, ($from:literal, $own:literal), ($others:literal, $other:literal)) => {
        matching!(
            "s.parcel_id",
            $by,
            $from,
            concat!(
                "l.track <> '' AND ",
                $own,
                " AND s.state NOT IN ('cancelling', 'cancelled')
                 AND NOT EXISTS (SELECT 1 FROM ",
                $others,
                " WHERE ",
                $other,
                " AND o.state NOT IN ('cancelling', 'cancelled') AND o.parcel_id <> s.parcel_id)"
            )
        )
    };
}

const MATCH_TRACK: &str = match_shipment!(
    "track",
    ("shipment AS s", "s.carrier = $2 AND s.track = l.track AND s.track <> ''"),
    ("shipment AS o", "o.carrier = $2 AND o.track = l.track AND o.track <> ''")
);

/// A carrier that gave a shipment another number may go on naming it by the one before.
const MATCH_FORMER_TRACK: &str = match_shipment!(
    "track",
    (
        "shipment_track AS f JOIN shipment AS s ON s.id = f.shipment_id",
        "f.carrier = $2 AND f.track = l.track"
    ),
    (
        "shipment_track AS g JOIN shipment AS o ON o.id = g.shipment_id",
        "g.carrier = $2 AND g.track = l.track"
    )
);

// An index of an expression serves where another one is compared with it, and no column.
const MATCH_BARE_TRACK: &str = match_shipment!(
    "bare_track",
    (
        "shipment AS s",
        "s.carrier = $2 AND LTRIM(s.track, '0') = LTRIM(l.track, '0') AND SUBSTR(s.track, 1, 1) = '0'"
    ),
    (
        "shipment AS o",
        "o.carrier = $2 AND LTRIM(o.track, '0') = LTRIM(l.track, '0') AND SUBSTR(o.track, 1, 1) = '0'"
    )
);

/// The shipment of our number, which the line has in `$told`.
macro_rules! match_number {
    ($told:literal) => {
        matching!(
            "s.parcel_id",
            "number",
            "shipment AS s",
            concat!(
                "s.carrier = $2 AND s.number = ",
                $told,
                " AND s.state NOT IN ('cancelling', 'cancelled')"
            )
        )
    };
}

const MATCH_NUMBER: &str = match_number!("l.number");

/// Our number is told to carriers, who show it as the shop's.
const MATCH_NUMBER_SHOWN: &str = match_number!("l.order_number");

const MATCH_PARCEL: &str = matching!(
    "p.id",
    "number",
    "parcel AS p",
    "p.carrier = $2 AND p.number = l.number AND p.state = 'handed_over'"
);

/// The only parcel of an order, among those that `$own` and `$other` say.
macro_rules! match_order {
    ($by:literal, $own:literal, $other:literal) => {
        matching!(
            "p.id",
            $by,
            "shop_order AS o JOIN parcel AS p ON p.order_id = o.id",
            concat!(
                "l.order_number <> '' AND p.carrier = $2 AND p.state = 'handed_over' AND ",
                $own,
                " AND NOT EXISTS (SELECT 1 FROM shop_order AS b JOIN parcel AS q ON q.order_id = b.id
                    WHERE q.carrier = $2 AND q.state = 'handed_over' AND q.id <> p.id AND ",
                $other,
                ")"
            )
        )
    };
}

/// An order in several parcels has its cash on delivery on one of them.
const MATCH_ORDER_PAID: &str = match_order!(
    "order_number",
    "o.external_number = l.order_number AND p.cod_kopecks > 0",
    "b.external_number = l.order_number AND q.cod_kopecks > 0"
);

const MATCH_ORDER: &str = match_order!(
    "order_number",
    "o.external_number = l.order_number",
    "b.external_number = l.order_number"
);

/// The same without leading zeros.
const MATCH_BARE_ORDER_PAID: &str = match_order!(
    "bare_order_number",
    "LTRIM(o.external_number, '0') = LTRIM(l.order_number, '0')
        AND SUBSTR(o.external_number, 1, 1) = '0' AND p.cod_kopecks > 0",
    "LTRIM(b.external_number, '0') = LTRIM(l.order_number, '0')
        AND SUBSTR(b.external_number, 1, 1) = '0' AND q.cod_kopecks > 0"
);

const MATCH_BARE_ORDER: &str = match_order!(
    "bare_order_number",
    "LTRIM(o.external_number, '0') = LTRIM(l.order_number, '0')
        AND SUBSTR(o.external_number, 1, 1) = '0'",
    "LTRIM(b.external_number, '0') = LTRIM(l.order_number, '0')
        AND SUBSTR(b.external_number, 1, 1) = '0'"
);

/// The surest first.
pub(super) const MATCHES: &[&str] = &[
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

pub(super) const QUERIES: &[&str] = &[UNMATCHED, UNFOUND];

/// Finds the parcels of lines that have none.
pub(in crate::registers) async fn find_parcels(
    tx: &mut Tx,
    register: CodRegisterId,
    carrier: &str,
    (from, until): Range,
) -> Result<(), DbError> {
    for &sql in MATCHES {
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
