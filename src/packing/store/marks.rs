//! The marking codes of packed pieces.

use crate::barcodes::MarkingCode;
use crate::db::{DbError, Tx};
use crate::ids::{LotId, OrderLineId, OwnerId, ParcelId};
use crate::packing::{PackedMark, PackedPieces, Parcel};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// The parcel that a code is in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::packing) struct Holder {
        pub(in crate::packing) owner: OwnerId,
        pub(in crate::packing) parcel: String,
        /// The shop's number of its order.
        pub(in crate::packing) order: String,
    }
}

record! {
    struct LotRow {
        lot: LotId,
    }
}

pub(super) const MARK_INSERT: &str =
    "INSERT INTO marking_code (parcel_id, piece, code, gtin, owner_id, product_id, order_line_id,
         lot_id, state, packed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'in_parcel', $9) ON CONFLICT DO NOTHING";

pub(super) const MARK_HOLDER: &str = "SELECT m.owner_id, p.number, o.external_number
     FROM marking_code m JOIN parcel p ON p.id = m.parcel_id JOIN shop_order o ON o.id = p.order_id
     WHERE m.piece = $1 AND m.state = 'in_parcel'";

/// A parcel that its carrier has brought back holds nothing any more.
pub(super) const MARK_RETURNED: &str = "UPDATE marking_code SET state = 'free', freed_at = $3
     WHERE piece = $1 AND owner_id = $2 AND state = 'in_parcel'
       AND EXISTS (SELECT 1 FROM shipment s
                   WHERE s.parcel_id = marking_code.parcel_id AND s.status = 'returned')";

pub(super) const MARK_DELETE: &str = "DELETE FROM marking_code WHERE parcel_id = $1 AND piece = $2";

pub(super) const MARKS_FREE: &str = "UPDATE marking_code SET state = 'free', freed_at = $2
     WHERE parcel_id = $1 AND state = 'in_parcel'";

pub(super) const MARKS_OF_PARCEL: &str =
    "SELECT order_line_id, lot_id, piece, code, state, packed_at
     FROM marking_code WHERE parcel_id = $1 ORDER BY packed_at, piece";

pub(super) const LOT_UNMARKED: &str = "SELECT l.lot_id FROM parcel_line l
     WHERE l.parcel_id = $1 AND l.order_line_id = $2
       AND l.quantity > (SELECT COUNT(*) FROM marking_code m
            WHERE m.parcel_id = $1 AND m.order_line_id = $2 AND m.lot_id = l.lot_id)
     ORDER BY l.lot_id LIMIT 1";

pub(super) const LINES_MARKED: &str = "UPDATE parcel_line SET marked = $2
     WHERE parcel_id = $1
       AND EXISTS (SELECT 1 FROM product p WHERE p.id = parcel_line.product_id AND p.marked)";

/// Keeps the code of a packed piece; false: it is in a parcel already.
pub(in crate::packing) async fn mark_insert(
    tx: &mut Tx,
    parcel: &Parcel,
    part: &PackedPieces,
    mark: &MarkingCode,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let gtin = mark.gtin.as_ref().map(|gtin| gtin.as_14().to_owned());
    let args = args![
        parcel.id,
        &mark.piece,
        &mark.full,
        gtin,
        parcel.owner,
        part.product,
        part.line,
        part.lot,
        now,
    ];
    Ok(tx.execute(MARK_INSERT, args).await? == 1)
}

pub(in crate::packing) async fn mark_holder(
    tx: &mut Tx,
    piece: &str,
) -> Result<Option<Holder>, DbError> {
    tx.fetch_optional(MARK_HOLDER, args![piece]).await
}

/// Frees the shop's code if the parcel that has it was returned.
pub(in crate::packing) async fn mark_free_returned(
    tx: &mut Tx,
    owner: OwnerId,
    piece: &str,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(MARK_RETURNED, args![piece, owner, now]).await? == 1)
}

pub(in crate::packing) async fn mark_delete(
    tx: &mut Tx,
    parcel: ParcelId,
    piece: &str,
) -> Result<(), DbError> {
    tx.execute(MARK_DELETE, args![parcel, piece]).await.map(drop)
}

pub(in crate::packing) async fn marks_free(
    tx: &mut Tx,
    parcel: ParcelId,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(MARKS_FREE, args![parcel, now]).await.map(drop)
}

pub(in crate::packing) async fn marks_of_parcel(
    tx: &mut Tx,
    parcel: ParcelId,
) -> Result<Vec<PackedMark>, DbError> {
    tx.fetch_all(MARKS_OF_PARCEL, args![parcel]).await
}

/// A lot of the line with more pieces in the parcel than codes.
pub(in crate::packing) async fn lot_unmarked(
    tx: &mut Tx,
    parcel: ParcelId,
    line: OrderLineId,
) -> Result<Option<LotId>, DbError> {
    let row: Option<LotRow> = tx.fetch_optional(LOT_UNMARKED, args![parcel, line]).await?;
    Ok(row.map(|row| row.lot))
}

/// Notes which lines of the parcel are closed with a code for each piece.
pub(in crate::packing) async fn lines_marked(tx: &mut Tx, parcel: ParcelId) -> Result<(), DbError> {
    tx.execute(LINES_MARKED, args![parcel, true]).await.map(drop)
}
