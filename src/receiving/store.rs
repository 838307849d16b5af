//! Rows of deliveries.

pub(super) mod putaway;

use super::{AnnounceIn, DiscrepancyKind, InboundKind, InboundState};
use crate::commands::Ctx;
use crate::db::{Arg, Count, DbError, Tx};
use crate::ids::{
    DiscrepancyId, InboundId, InboundLineId, LotId, OwnerId, PlaceId, ProductId, StockEntryId,
    UserId, WarehouseId,
};
use crate::stock::{Condition, Goods};
use crate::units::{Day, Pieces, UtcMicros};
use crate::{args, record};

record! {
    /// One delivery (заявка на поступление).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InboundRow {
        pub id: InboundId,
        pub owner: OwnerId,
        pub owner_name: String,
        pub warehouse: WarehouseId,
        pub number: String,
        pub external_number: Option<String>,
        pub kind: InboundKind,
        pub state: InboundState,
        pub dock: Option<PlaceId>,
        pub expected_on: Option<Day>,
        pub created_at: UtcMicros,
        pub closed_at: Option<UtcMicros>,
    }
}

record! {
    /// What was announced and received of one product.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LineRow {
        pub id: InboundLineId,
        pub product: ProductId,
        pub article: String,
        pub name: String,
        pub expected: Pieces,
        pub received: Pieces,
        pub damaged: Pieces,
    }
}

record! {
    /// What came in of one lot, less what was undone; and what a reversal sent back.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PortionRow {
        pub product: ProductId,
        pub article: String,
        pub lot: LotId,
        pub lot_code: String,
        pub expires_on: Option<Day>,
        pub condition: Condition,
        pub received: Pieces,
        pub reversed: Pieces,
    }
}

record! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DiscrepancyRow {
        pub id: DiscrepancyId,
        pub kind: DiscrepancyKind,
        pub product: Option<ProductId>,
        pub article: Option<String>,
        pub barcode: Option<String>,
        pub quantity: Pieces,
        pub note: Option<String>,
        pub actor: Option<UserId>,
        pub noted_at: UtcMicros,
    }
}

record! {
    /// A delivery that is being received, locked until the transaction ends.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct OpenRow {
        pub(super) owner: OwnerId,
        pub(super) warehouse: WarehouseId,
        pub(super) kind: InboundKind,
        pub(super) dock: PlaceId,
    }
}

record! {
    /// What a line comes to.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Progress {
        pub(super) expected: Pieces,
        pub(super) received: Pieces,
    }
}

record! {
    struct LotTexts {
        code: String,
        expires_on: Option<Day>,
    }
}

record! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct ReceiptRow {
        pub(super) id: StockEntryId,
        pub(super) product: ProductId,
        pub(super) lot: LotId,
        pub(super) condition: Condition,
        pub(super) quantity: Pieces,
    }
}

const INSERT: &str = "INSERT INTO inbound
     (id, owner_id, warehouse_id, number, external_number, kind, state, expected_on, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'announced', $7, $8) ON CONFLICT DO NOTHING";
const LINE_INSERT: &str =
    "INSERT INTO inbound_line (id, inbound_id, product_id, expected, received, damaged)
     VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str =
    "SELECT i.id, i.owner_id, o.name, i.warehouse_id, i.number, i.external_number, i.kind, i.state,
            i.dock_bin_id, i.expected_on, i.created_at, i.closed_at
     FROM inbound i JOIN owner o ON o.id = i.owner_id
     WHERE i.id = $1 AND (i.owner_id = $2 OR $2 IS NULL)";
const FIND_EXTERNAL: &str =
    "SELECT i.id, i.owner_id, o.name, i.warehouse_id, i.number, i.external_number, i.kind, i.state,
            i.dock_bin_id, i.expected_on, i.created_at, i.closed_at
     FROM inbound i JOIN owner o ON o.id = i.owner_id
     WHERE i.owner_id = $1 AND i.external_number = $2";
const LIST: &str =
    "SELECT i.id, i.owner_id, o.name, i.warehouse_id, i.number, i.external_number, i.kind, i.state,
            i.dock_bin_id, i.expected_on, i.created_at, i.closed_at
     FROM inbound i JOIN owner o ON o.id = i.owner_id
     WHERE i.id > $1 AND (i.owner_id = $2 OR $2 IS NULL) AND (i.state = $3 OR $3 IS NULL)
     ORDER BY i.id LIMIT $4";
const OPEN: &str =
    "SELECT i.id, i.owner_id, o.name, i.warehouse_id, i.number, i.external_number, i.kind, i.state,
            i.dock_bin_id, i.expected_on, i.created_at, i.closed_at
     FROM inbound i JOIN owner o ON o.id = i.owner_id
     WHERE i.warehouse_id = $1 AND i.state IN ('announced', 'receiving')
       AND (i.number = $2 OR i.external_number = $2 OR $2 IS NULL)
     ORDER BY i.id LIMIT $3";
const START: &str = "UPDATE inbound SET state = 'receiving', dock_bin_id = $2
     WHERE id = $1 AND state = 'announced'";
const END: &str = "UPDATE inbound SET state = $2, closed_at = $3 WHERE id = $1 AND state = $4";
const OPEN_LOCK: &str =
    "UPDATE inbound SET state = 'receiving' WHERE id = $1 AND state = 'receiving'
     RETURNING owner_id, warehouse_id, kind, dock_bin_id";
const CLOSED_LOCK: &str = "UPDATE inbound SET state = 'closed' WHERE id = $1 AND state = 'closed'";
const LINES: &str =
    "SELECT l.id, l.product_id, p.article, p.name, l.expected, l.received, l.damaged
     FROM inbound_line l JOIN product p ON p.id = l.product_id
     WHERE l.inbound_id = $1 ORDER BY l.product_id";
const LINE_FIND: &str =
    "SELECT expected, received FROM inbound_line WHERE inbound_id = $1 AND product_id = $2";
const LINE_ADD_WITHIN: &str =
    "UPDATE inbound_line SET received = received + $3, damaged = damaged + $4
     WHERE inbound_id = $1 AND product_id = $2 AND received + $3 <= expected
     RETURNING expected, received";
const LINE_ADD: &str = "INSERT INTO inbound_line (id, inbound_id, product_id, expected, received, damaged)
     VALUES ($1, $2, $3, 0, $4, $5)
     ON CONFLICT (inbound_id, product_id) DO UPDATE SET
         received = inbound_line.received + excluded.received, damaged = inbound_line.damaged + excluded.damaged
     RETURNING expected, received";
const LINE_TAKE: &str = "UPDATE inbound_line SET received = received - $3, damaged = damaged - $4
     WHERE inbound_id = $1 AND product_id = $2 AND received >= $3 AND damaged >= $4";
const RECEIPT_INSERT: &str = "INSERT INTO receipt (id, inbound_id, product_id, lot_id, condition, quantity, reversal_id, actor_id,
         device_id, counted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const RECEIPT_LAST: &str = "SELECT id, product_id, lot_id, condition, quantity FROM receipt
     WHERE inbound_id = $1 AND undone_at IS NULL AND reversal_id IS NULL
       AND (device_id = $2 OR ($2 IS NULL AND device_id IS NULL)) AND (actor_id = $3 OR $3 IS NULL)
     ORDER BY id DESC LIMIT 1";
const RECEIPT_UNDO: &str = "UPDATE receipt SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
const PORTIONS: &str =
    "SELECT r.product_id, p.article, r.lot_id, l.code, l.expires_on, r.condition,
            CAST(SUM(CASE WHEN r.reversal_id IS NULL THEN r.quantity ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN r.reversal_id IS NULL THEN 0 ELSE r.quantity END) AS BIGINT)
     FROM receipt r JOIN product p ON p.id = r.product_id JOIN lot l ON l.id = r.lot_id
     WHERE r.inbound_id = $1 AND r.undone_at IS NULL
     GROUP BY r.product_id, p.article, r.lot_id, l.code, l.expires_on, r.condition
     ORDER BY r.product_id, r.lot_id, r.condition";
const DISCREPANCY_INSERT: &str = "INSERT INTO discrepancy (id, inbound_id, kind, product_id, barcode, quantity, note, actor_id, noted_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const DISCREPANCIES: &str = "SELECT d.id, d.kind, d.product_id, p.article, d.barcode, d.quantity, d.note, d.actor_id, d.noted_at
     FROM discrepancy d LEFT JOIN product p ON p.id = d.product_id
     WHERE d.inbound_id = $1 ORDER BY d.id";
const REVERSAL_COUNT: &str = "SELECT COUNT(*) FROM inbound_reversal WHERE inbound_id = $1";
const REVERSAL_INSERT: &str =
    "INSERT INTO inbound_reversal (id, inbound_id, number, reason, actor_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)";
const HAS_MAKER_CODE: &str = "SELECT COUNT(*) FROM barcode
     WHERE product_id = $1 AND kind IN ('gtin', 'supplier')";
const LOT_TEXTS: &str = "SELECT code, expires_on FROM lot WHERE id = $1";

pub const QUERIES: &[&str] = &[
    INSERT,
    LINE_INSERT,
    FIND,
    FIND_EXTERNAL,
    LIST,
    OPEN,
    START,
    END,
    OPEN_LOCK,
    CLOSED_LOCK,
    LINES,
    LINE_FIND,
    LINE_ADD_WITHIN,
    LINE_ADD,
    LINE_TAKE,
    RECEIPT_INSERT,
    RECEIPT_LAST,
    RECEIPT_UNDO,
    PORTIONS,
    DISCREPANCY_INSERT,
    DISCREPANCIES,
    REVERSAL_COUNT,
    REVERSAL_INSERT,
    HAS_MAKER_CODE,
    LOT_TEXTS,
];

/// Writes a delivery, or nothing if the owner has one with its external number.
pub(super) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &AnnounceIn,
    number: &str,
) -> Result<Option<InboundId>, DbError> {
    let id = InboundId::new();
    let row = args![
        id,
        input.owner,
        input.warehouse,
        number,
        input.external_number.as_ref(),
        input.kind,
        input.expected_on,
        ctx.now
    ];
    if tx.execute(INSERT, row).await? == 0 {
        return Ok(None);
    }
    let lines = input.lines.iter();
    let rows = lines
        .map(|(product, expected)| {
            args![InboundLineId::new(), id, *product, *expected, Pieces::ZERO, Pieces::ZERO]
        })
        .collect();
    tx.insert_many(LINE_INSERT, rows).await?;
    Ok(Some(id))
}

pub(super) async fn find(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    id: InboundId,
) -> Result<Option<InboundRow>, DbError> {
    tx.fetch_optional(FIND, args![id, owner]).await
}

pub(super) async fn find_external(
    tx: &mut Tx,
    owner: OwnerId,
    external_number: &str,
) -> Result<Option<InboundRow>, DbError> {
    tx.fetch_optional(FIND_EXTERNAL, args![owner, external_number]).await
}

pub(super) async fn list(
    tx: &mut Tx,
    after: InboundId,
    owner: Option<OwnerId>,
    state: Option<InboundState>,
    limit: i64,
) -> Result<Vec<InboundRow>, DbError> {
    tx.fetch_all(LIST, args![after, owner, state, limit]).await
}

/// Deliveries that can be received, all of them or those with this number.
pub(super) async fn open(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: Option<&str>,
    limit: i64,
) -> Result<Vec<InboundRow>, DbError> {
    tx.fetch_all(OPEN, args![warehouse, number.map(str::to_owned), limit]).await
}

pub(super) async fn start(tx: &mut Tx, id: InboundId, dock: PlaceId) -> Result<bool, DbError> {
    Ok(tx.execute(START, args![id, dock]).await? == 1)
}

/// Ends a delivery that is in the state `from`.
pub(super) async fn end(
    tx: &mut Tx,
    id: InboundId,
    from: InboundState,
    to: InboundState,
    closed_at: Option<UtcMicros>,
) -> Result<bool, DbError> {
    Ok(tx.execute(END, args![id, to, closed_at, from]).await? == 1)
}

/// Locks a delivery that is being received: closing waits for this transaction, or this one finds
/// it closed.
pub(super) async fn open_lock(tx: &mut Tx, id: InboundId) -> Result<Option<OpenRow>, DbError> {
    tx.fetch_optional(OPEN_LOCK, args![id]).await
}

pub(super) async fn closed_lock(tx: &mut Tx, id: InboundId) -> Result<bool, DbError> {
    Ok(tx.execute(CLOSED_LOCK, args![id]).await? == 1)
}

pub(super) async fn lines(tx: &mut Tx, id: InboundId) -> Result<Vec<LineRow>, DbError> {
    tx.fetch_all(LINES, args![id]).await
}

pub(super) async fn line_find(
    tx: &mut Tx,
    id: InboundId,
    product: ProductId,
) -> Result<Option<Progress>, DbError> {
    tx.fetch_optional(LINE_FIND, args![id, product]).await
}

/// Adds to a line, or nothing if it would exceed what was announced.
pub(super) async fn line_add_within(
    tx: &mut Tx,
    id: InboundId,
    product: ProductId,
    [received, damaged]: [Pieces; 2],
) -> Result<Option<Progress>, DbError> {
    tx.fetch_optional(LINE_ADD_WITHIN, args![id, product, received, damaged]).await
}

/// Adds to a line, and makes one for goods that were not announced.
pub(super) async fn line_add(
    tx: &mut Tx,
    id: InboundId,
    product: ProductId,
    [received, damaged]: [Pieces; 2],
) -> Result<Progress, DbError> {
    tx.fetch_one(LINE_ADD, args![InboundLineId::new(), id, product, received, damaged]).await
}

pub(super) async fn line_take(
    tx: &mut Tx,
    id: InboundId,
    product: ProductId,
    [received, damaged]: [Pieces; 2],
) -> Result<bool, DbError> {
    Ok(tx.execute(LINE_TAKE, args![id, product, received, damaged]).await? == 1)
}

/// Writes a portion that came in, or one that a reversal sent back.
pub(super) async fn receipt_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, inbound): (StockEntryId, InboundId),
    goods: &Goods,
    condition: Condition,
    reversal: Option<uuid::Uuid>,
) -> Result<(), DbError> {
    let row = args![
        id,
        inbound,
        goods.product,
        goods.lot,
        condition,
        goods.quantity,
        reversal,
        ctx.actor,
        ctx.device,
        ctx.now
    ];
    tx.execute(RECEIPT_INSERT, row).await.map(drop)
}

/// The last portion of the caller that still counts.
pub(super) async fn receipt_last(
    tx: &mut Tx,
    ctx: &Ctx,
    inbound: InboundId,
) -> Result<Option<ReceiptRow>, DbError> {
    tx.fetch_optional(RECEIPT_LAST, args![inbound, ctx.device, ctx.actor]).await
}

pub(super) async fn receipt_undo(
    tx: &mut Tx,
    ctx: &Ctx,
    id: StockEntryId,
) -> Result<bool, DbError> {
    Ok(tx.execute(RECEIPT_UNDO, args![id, ctx.now]).await? == 1)
}

pub(super) async fn portions(tx: &mut Tx, id: InboundId) -> Result<Vec<PortionRow>, DbError> {
    tx.fetch_all(PORTIONS, args![id]).await
}

/// One difference before it is written.
#[derive(Debug, Clone)]
pub(super) struct NewDiscrepancy {
    pub(super) kind: DiscrepancyKind,
    pub(super) product: Option<ProductId>,
    pub(super) barcode: Option<String>,
    pub(super) quantity: Pieces,
    pub(super) note: Option<String>,
}

pub(super) async fn discrepancies_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    inbound: InboundId,
    rows: Vec<NewDiscrepancy>,
) -> Result<(), DbError> {
    let row = |new: NewDiscrepancy| -> Vec<Arg> {
        args![
            DiscrepancyId::new(),
            inbound,
            new.kind,
            new.product,
            new.barcode,
            new.quantity,
            new.note,
            ctx.actor,
            ctx.now
        ]
    };
    tx.insert_many(DISCREPANCY_INSERT, rows.into_iter().map(row).collect()).await.map(drop)
}

pub(super) async fn discrepancies(
    tx: &mut Tx,
    id: InboundId,
) -> Result<Vec<DiscrepancyRow>, DbError> {
    tx.fetch_all(DISCREPANCIES, args![id]).await
}

pub(super) async fn reversal_count(tx: &mut Tx, inbound: InboundId) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(REVERSAL_COUNT, args![inbound]).await?.value)
}

pub(super) async fn reversal_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    id: uuid::Uuid,
    inbound: InboundId,
    [number, reason]: [&str; 2],
) -> Result<(), DbError> {
    let row = args![id, inbound, number, reason, ctx.actor, ctx.now];
    tx.execute(REVERSAL_INSERT, row).await.map(drop)
}

/// Whether the goods came with something to scan; what is on the label of others we print.
pub(super) async fn has_maker_code(tx: &mut Tx, product: ProductId) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Count>(HAS_MAKER_CODE, args![product]).await?.value > 0)
}

/// What a label says about a lot: its code and its last day.
pub(super) async fn lot_texts(
    tx: &mut Tx,
    lot: LotId,
) -> Result<Option<(String, Option<Day>)>, DbError> {
    let row: Option<LotTexts> = tx.fetch_optional(LOT_TEXTS, args![lot]).await?;
    Ok(row.map(|row| (row.code, row.expires_on)))
}
