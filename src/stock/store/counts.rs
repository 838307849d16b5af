//! Rows of counts.

use uuid::Uuid;

use crate::commands::Ctx;
use crate::db::{Arg, Count as Number, DbError, Tx};
use crate::ids::{CountId, DeviceId, LotId, OwnerId, PlaceId, ProductId, UserId, WarehouseId};
use crate::stock::Condition;
use crate::stock::counts::{CountCause, CountState};
use crate::units::{Pieces, UtcMicros};
use crate::{args, record};

record! {
    /// One count of a place (пересчёт).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CountRow {
        pub id: CountId,
        pub warehouse: WarehouseId,
        pub place: PlaceId,
        pub place_code: String,
        pub cause: CountCause,
        pub state: CountState,
        pub tolerance: Pieces,
        pub recount_of: Option<CountId>,
        pub froze: bool,
        pub mark: Option<Uuid>,
        pub device: Option<DeviceId>,
        pub actor: Option<UserId>,
        pub created_at: UtcMicros,
        pub closed_at: Option<UtcMicros>,
    }
}

record! {
    /// What was counted of one kind of goods; what was expected is known after closing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CountLineRow {
        pub product: ProductId,
        pub owner: OwnerId,
        pub article: String,
        pub name: String,
        pub lot: LotId,
        pub lot_code: String,
        pub condition: Condition,
        pub counted: Pieces,
        pub expected: Option<Pieces>,
    }
}

record! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::stock) struct LyingRow {
        pub(in crate::stock) product: ProductId,
        pub(in crate::stock) owner: OwnerId,
        pub(in crate::stock) lot: LotId,
        pub(in crate::stock) condition: Condition,
        pub(in crate::stock) on_hand: Pieces,
        pub(in crate::stock) reserved: Pieces,
    }
}

record! {
    struct ProductRow {
        id: ProductId,
    }
}

record! {
    struct LotRow {
        id: LotId,
    }
}

record! {
    struct CountIdRow {
        id: CountId,
    }
}

const INSERT: &str = "INSERT INTO stock_count
     (id, warehouse_id, place_id, cause, state, tolerance, recount_of, froze, created_at)
     VALUES ($1, $2, $3, $4, 'open', $5, $6, $7, $8) ON CONFLICT DO NOTHING";
const FIND: &str =
    "SELECT c.id, c.warehouse_id, c.place_id, p.code, c.cause, c.state, c.tolerance, c.recount_of,
            c.froze, c.mark_id, c.device_id, c.actor_id, c.created_at, c.closed_at
     FROM stock_count c JOIN place p ON p.id = c.place_id WHERE c.id = $1";
const OPEN_OF_PLACE: &str = "SELECT id FROM stock_count
     WHERE place_id = $1 AND state IN ('open', 'counting')";
const COUNTING: &str = "SELECT COUNT(*) FROM stock_count
     WHERE place_id = $1 AND state IN ('open', 'counting') AND state = 'counting'";
const LIST: &str =
    "SELECT c.id, c.warehouse_id, c.place_id, p.code, c.cause, c.state, c.tolerance, c.recount_of,
            c.froze, c.mark_id, c.device_id, c.actor_id, c.created_at, c.closed_at
     FROM stock_count c JOIN place p ON p.id = c.place_id
     WHERE c.id > $1 AND (c.state = $2 OR $2 IS NULL) ORDER BY c.id LIMIT $3";
const START: &str =
    "UPDATE stock_count SET state = 'counting', mark_id = $2, device_id = $3, actor_id = $4
     WHERE id = $1 AND state = 'open'";
const FROZE: &str = "UPDATE stock_count SET froze = $2 WHERE id = $1";
const TOUCH: &str =
    "UPDATE stock_count SET state = 'counting' WHERE id = $1 AND state = 'counting'";
const END: &str = "UPDATE stock_count SET state = $2, closed_at = $3
     WHERE id = $1 AND (state = 'counting' OR (state = 'open' AND $2 = 'cancelled'))";
const LINE_ADD: &str =
    "INSERT INTO stock_count_line (count_id, product_id, lot_id, condition, counted)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (count_id, product_id, lot_id, condition)
     DO UPDATE SET counted = stock_count_line.counted + excluded.counted";
const LINE_TAKE: &str = "UPDATE stock_count_line SET counted = counted - $5
     WHERE count_id = $1 AND product_id = $2 AND lot_id = $3 AND condition = $4 AND counted >= $5";
const LINE_EXPECT: &str = "INSERT INTO stock_count_line (count_id, product_id, lot_id, condition, counted, expected)
     VALUES ($1, $2, $3, $4, 0, $5)
     ON CONFLICT (count_id, product_id, lot_id, condition) DO UPDATE SET expected = excluded.expected";
const LINES_CLEAR: &str = "DELETE FROM stock_count_line WHERE count_id = $1";
const LINES: &str = "SELECT n.product_id, p.owner_id, p.article, p.name, n.lot_id, l.code, n.condition, n.counted, n.expected
     FROM stock_count_line n JOIN product p ON p.id = n.product_id JOIN lot l ON l.id = n.lot_id
     WHERE n.count_id = $1 ORDER BY n.product_id, n.lot_id, n.condition";
const LYING: &str = "SELECT product_id, owner_id, lot_id, condition, on_hand, reserved FROM balance
     WHERE place_id = $1 ORDER BY product_id, lot_id, condition";
const MOVED_SINCE: &str = "SELECT DISTINCT product_id FROM stock_entry
     WHERE id > $1 AND (from_place_id = $2 OR to_place_id = $2) AND product_id IN (/*list*/)";
const PICKABLE_SET: &str = "UPDATE place SET pickable = $2
     WHERE id = $1 AND pickable <> $2 AND NOT locked";
const LOT_BY_CODE: &str = "SELECT id FROM lot WHERE product_id = $1 AND code = $2";

pub const QUERIES: &[&str] = &[
    INSERT,
    FIND,
    OPEN_OF_PLACE,
    COUNTING,
    LIST,
    START,
    FROZE,
    TOUCH,
    END,
    LINE_ADD,
    LINE_TAKE,
    LINE_EXPECT,
    LINES_CLEAR,
    LINES,
    LYING,
    MOVED_SINCE,
    PICKABLE_SET,
    LOT_BY_CODE,
];

/// A count before it is written.
#[derive(Debug, Clone)]
pub(in crate::stock) struct NewCount {
    pub(in crate::stock) warehouse: WarehouseId,
    pub(in crate::stock) place: PlaceId,
    pub(in crate::stock) cause: CountCause,
    pub(in crate::stock) tolerance: Pieces,
    pub(in crate::stock) recount_of: Option<CountId>,
    pub(in crate::stock) froze: bool,
}

/// One kind of goods within a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stock) struct LineKey {
    pub(in crate::stock) product: ProductId,
    pub(in crate::stock) lot: LotId,
    pub(in crate::stock) condition: Condition,
}

/// Writes a count, or nothing if the place has an open one.
pub(in crate::stock) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    count: &NewCount,
) -> Result<Option<CountId>, DbError> {
    let id = CountId::new();
    let row = args![
        id,
        count.warehouse,
        count.place,
        count.cause,
        count.tolerance,
        count.recount_of,
        count.froze,
        ctx.now
    ];
    Ok((tx.execute(INSERT, row).await? == 1).then_some(id))
}

pub(in crate::stock) async fn find(tx: &mut Tx, id: CountId) -> Result<Option<CountRow>, DbError> {
    tx.fetch_optional(FIND, args![id]).await
}

pub(in crate::stock) async fn open_of_place(
    tx: &mut Tx,
    place: PlaceId,
) -> Result<Option<CountId>, DbError> {
    let row: Option<CountIdRow> = tx.fetch_optional(OPEN_OF_PLACE, args![place]).await?;
    Ok(row.map(|row| row.id))
}

pub(in crate::stock) async fn is_counting(tx: &mut Tx, place: PlaceId) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Number>(COUNTING, args![place]).await?.value > 0)
}

pub(in crate::stock) async fn list(
    tx: &mut Tx,
    after: CountId,
    state: Option<CountState>,
    limit: i64,
) -> Result<Vec<CountRow>, DbError> {
    tx.fetch_all(LIST, args![after, state, limit]).await
}

pub(in crate::stock) async fn start(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CountId,
    mark: Uuid,
) -> Result<bool, DbError> {
    Ok(tx.execute(START, args![id, mark, ctx.device, ctx.actor]).await? == 1)
}

pub(in crate::stock) async fn froze_set(
    tx: &mut Tx,
    id: CountId,
    froze: bool,
) -> Result<(), DbError> {
    tx.execute(FROZE, args![id, froze]).await.map(drop)
}

/// Locks a count that is under way.
pub(in crate::stock) async fn touch(tx: &mut Tx, id: CountId) -> Result<bool, DbError> {
    Ok(tx.execute(TOUCH, args![id]).await? == 1)
}

pub(in crate::stock) async fn end(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CountId,
    state: CountState,
) -> Result<bool, DbError> {
    Ok(tx.execute(END, args![id, state, ctx.now]).await? == 1)
}

fn line_args(id: CountId, key: LineKey, pieces: Pieces) -> Vec<Arg> {
    args![id, key.product, key.lot, key.condition, pieces]
}

pub(in crate::stock) async fn line_add(
    tx: &mut Tx,
    id: CountId,
    key: LineKey,
    pieces: Pieces,
) -> Result<(), DbError> {
    tx.execute(LINE_ADD, line_args(id, key, pieces)).await.map(drop)
}

/// Takes pieces off a line, or nothing if fewer were counted.
pub(in crate::stock) async fn line_take(
    tx: &mut Tx,
    id: CountId,
    key: LineKey,
    pieces: Pieces,
) -> Result<bool, DbError> {
    Ok(tx.execute(LINE_TAKE, line_args(id, key, pieces)).await? == 1)
}

/// Notes what should have been there.
pub(in crate::stock) async fn line_expect(
    tx: &mut Tx,
    id: CountId,
    key: LineKey,
    pieces: Pieces,
) -> Result<(), DbError> {
    tx.execute(LINE_EXPECT, line_args(id, key, pieces)).await.map(drop)
}

pub(in crate::stock) async fn lines_clear(tx: &mut Tx, id: CountId) -> Result<(), DbError> {
    tx.execute(LINES_CLEAR, args![id]).await.map(drop)
}

pub(in crate::stock) async fn lines(
    tx: &mut Tx,
    id: CountId,
) -> Result<Vec<CountLineRow>, DbError> {
    tx.fetch_all(LINES, args![id]).await
}

/// What the balances say about a place, in the order of their keys.
pub(in crate::stock) async fn lying(tx: &mut Tx, place: PlaceId) -> Result<Vec<LyingRow>, DbError> {
    tx.fetch_all(LYING, args![place]).await
}

/// Which of these products moved in or out of the place since the mark.
pub(in crate::stock) async fn moved_since(
    tx: &mut Tx,
    place: PlaceId,
    mark: Uuid,
    products: Vec<ProductId>,
) -> Result<Vec<ProductId>, DbError> {
    let list = products.into_iter().map(Arg::from).collect();
    let rows: Vec<ProductRow> = tx.fetch_in(MOVED_SINCE, args![mark, place], list).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Opens or closes a place for promises; a locked one stays as it is.
pub(in crate::stock) async fn pickable_set(
    tx: &mut Tx,
    place: PlaceId,
    pickable: bool,
) -> Result<bool, DbError> {
    Ok(tx.execute(PICKABLE_SET, args![place, pickable]).await? == 1)
}

pub(in crate::stock) async fn lot_by_code(
    tx: &mut Tx,
    product: ProductId,
    code: &str,
) -> Result<Option<LotId>, DbError> {
    let row: Option<LotRow> = tx.fetch_optional(LOT_BY_CODE, args![product, code]).await?;
    Ok(row.map(|row| row.id))
}
