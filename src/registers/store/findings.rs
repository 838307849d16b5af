//! What does not agree, and what people decided about it.

use crate::commands::Ctx;
use crate::db::{Count, DbError, Tx};
use crate::ids::{CodRegisterId, FindingId, ParcelId};
use crate::registers::findings::Raised;
use crate::registers::model::{FindingKind, FindingRow, FindingState, Resolution, Severity};
use crate::units::Kopecks;
use crate::{args, record};

record! {
    /// What bounds the open findings of a kind.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::registers) struct Bounds {
        /// The largest amount.
        pub(in crate::registers) most: Option<Kopecks>,
        /// The first line; nothing where there is none.
        pub(in crate::registers) first: Option<i64>,
    }
}

/// A finding that is to be kept: of which line and parcel.
pub(in crate::registers) type NewFinding = (i64, Option<ParcelId>, Raised);

const INSERT: &str = "INSERT INTO money_finding
     (id, kind, severity, register_id, line, parcel_id, amount_kopecks, args, proposed, state,
         created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";

const CLEAR: &str = "DELETE FROM money_finding WHERE register_id = $1 AND line <= $2";

const CLEAR_OPEN: &str = "DELETE FROM money_finding
     WHERE register_id = $1 AND line > $2 AND line <= $3 AND state = 'open'
       AND kind <> 'row_unreadable'";

/// [`FindingRow`] of the findings that fit what follows.
macro_rules! finding_select {
    () => {
        "SELECT f.id, f.kind, f.severity, f.register_id, f.line, f.parcel_id,
         f.document_id, f.amount_kopecks, f.args, f.proposed, f.state, f.resolution, f.reason, f.resolved_by,
         f.resolved_at, f.created_at, r.number, r.file_name, r.sheet
     FROM money_finding AS f LEFT JOIN cod_register AS r ON r.id = f.register_id "
    };
}

const FIND: &str = concat!(finding_select!(), "WHERE f.id = $1");

const LIST: &str = concat!(
    finding_select!(),
    "WHERE f.id > $1 AND f.state = $2 AND (f.kind = $3 OR $3 IS NULL)
       AND (f.severity = $4 OR $4 IS NULL) AND (r.state IS NULL OR r.state <> 'loading')
     ORDER BY f.id LIMIT $5"
);

const OF_REGISTER: &str = concat!(
    finding_select!(),
    "WHERE f.register_id = $1 AND f.line >= $2 AND (f.line > $2 OR f.id > $3)
     ORDER BY f.line, f.id LIMIT $4"
);

const RESOLVE: &str = "UPDATE money_finding
     SET state = 'resolved', resolution = $2, reason = $3, resolved_by = $4, resolved_at = $5
     WHERE id = $1 AND state = 'open'";

const REOPEN: &str = "UPDATE money_finding
     SET state = 'open', resolution = NULL, reason = NULL, resolved_by = NULL, resolved_at = NULL
     WHERE id = $1 AND state = 'resolved'";

const RESOLVE_KIND: &str = "UPDATE money_finding
     SET state = 'resolved', resolution = $3, reason = $4, resolved_by = $5, resolved_at = $6
     WHERE register_id = $1 AND kind = $2 AND state = 'open'";

const RESOLVE_ALL: &str = "UPDATE money_finding
     SET state = 'resolved', resolution = $2, reason = $3, resolved_by = $4, resolved_at = $5
     WHERE register_id = $1 AND state = 'open'";

const COUNT: &str = "SELECT COUNT(*) FROM money_finding
     WHERE register_id = $1 AND state = 'open' AND (severity = $2 OR $2 IS NULL)";

const MOST: &str = "SELECT MAX(amount_kopecks), MIN(line) FROM money_finding
     WHERE register_id = $1 AND kind = $2 AND state = 'open'";

const COUNT_KIND: &str = "SELECT COUNT(*) FROM money_finding
     WHERE register_id = $1 AND kind = $2";

const COUNT_ALL: &str = "SELECT COUNT(*) FROM money_finding WHERE register_id = $1";

const CLEAR_LINE: &str = "DELETE FROM money_finding
     WHERE register_id = $1 AND line = $2 AND kind <> 'row_unreadable'";

pub(super) const QUERIES: &[&str] = &[
    INSERT,
    CLEAR,
    CLEAR_OPEN,
    FIND,
    LIST,
    OF_REGISTER,
    RESOLVE,
    REOPEN,
    RESOLVE_KIND,
    RESOLVE_ALL,
    COUNT,
    MOST,
    COUNT_KIND,
    COUNT_ALL,
    CLEAR_LINE,
];

/// Keeps findings; one that is known already is left as it is.
pub(in crate::registers) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    found: &[NewFinding],
) -> Result<(), DbError> {
    let row = |(line, parcel, raised): &NewFinding| {
        args![
            FindingId::new(),
            raised.kind,
            raised.severity,
            register,
            *line,
            *parcel,
            raised.amount,
            raised.args.clone(),
            raised.proposed,
            FindingState::Open,
            ctx.now,
        ]
    };
    tx.insert_many(INSERT, found.iter().map(row).collect()).await.map(drop)
}

/// Of a register whose import begins anew.
pub(in crate::registers) async fn clear(
    tx: &mut Tx,
    register: CodRegisterId,
    until: i64,
) -> Result<(), DbError> {
    tx.execute(CLEAR, args![register, until]).await.map(drop)
}

/// Of lines that are looked at anew; what people decided stays.
pub(in crate::registers) async fn clear_open(
    tx: &mut Tx,
    register: CodRegisterId,
    (from, until): super::lines::Range,
) -> Result<(), DbError> {
    tx.execute(CLEAR_OPEN, args![register, from, until]).await.map(drop)
}

pub(in crate::registers) async fn find(
    tx: &mut Tx,
    id: FindingId,
) -> Result<Option<FindingRow>, DbError> {
    tx.fetch_optional(FIND, args![id]).await
}

/// Which findings a list shows.
#[derive(Debug, Clone, Copy)]
pub(in crate::registers) struct FindingFilter {
    pub(in crate::registers) state: FindingState,
    pub(in crate::registers) kind: Option<FindingKind>,
    pub(in crate::registers) severity: Option<Severity>,
    pub(in crate::registers) after: FindingId,
}

pub(in crate::registers) async fn list(
    tx: &mut Tx,
    filter: FindingFilter,
    limit: i64,
) -> Result<Vec<FindingRow>, DbError> {
    let values = args![filter.after, filter.state, filter.kind, filter.severity, limit];
    tx.fetch_all(LIST, values).await
}

/// Of a register, by its lines, behind a finding of a line.
pub(in crate::registers) async fn of_register(
    tx: &mut Tx,
    register: CodRegisterId,
    (line, after): (i64, FindingId),
    limit: i64,
) -> Result<Vec<FindingRow>, DbError> {
    tx.fetch_all(OF_REGISTER, args![register, line, after, limit]).await
}

/// False: somebody resolved it before.
pub(in crate::registers) async fn resolve(
    tx: &mut Tx,
    ctx: &Ctx,
    id: FindingId,
    resolution: Resolution,
    reason: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(RESOLVE, args![id, resolution, reason, ctx.actor, ctx.now]).await? == 1)
}

/// What was decided about it counts no more.
pub(in crate::registers) async fn reopen(tx: &mut Tx, id: FindingId) -> Result<(), DbError> {
    tx.execute(REOPEN, args![id]).await.map(drop)
}

/// All open ones of a kind; answers how many.
pub(in crate::registers) async fn resolve_kind(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    kind: FindingKind,
    (resolution, reason): (Resolution, &str),
) -> Result<u64, DbError> {
    let values = args![register, kind, resolution, reason, ctx.actor, ctx.now];
    tx.execute(RESOLVE_KIND, values).await
}

/// Its register is not accepted.
pub(in crate::registers) async fn resolve_all(
    tx: &mut Tx,
    ctx: &Ctx,
    register: CodRegisterId,
    reason: &str,
) -> Result<(), DbError> {
    let values = args![register, Resolution::RegisterRejected, reason, ctx.actor, ctx.now];
    tx.execute(RESOLVE_ALL, values).await.map(drop)
}

/// What bounds the open ones of a kind.
pub(in crate::registers) async fn bounds(
    tx: &mut Tx,
    register: CodRegisterId,
    kind: FindingKind,
) -> Result<Bounds, DbError> {
    tx.fetch_one(MOST, args![register, kind]).await
}

/// Open and resolved ones.
pub(in crate::registers) async fn count_kind(
    tx: &mut Tx,
    register: CodRegisterId,
    kind: FindingKind,
) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(COUNT_KIND, args![register, kind]).await?.value)
}

/// Of a register, open and resolved.
pub(in crate::registers) async fn count_all(
    tx: &mut Tx,
    register: CodRegisterId,
) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(COUNT_ALL, args![register]).await?.value)
}

/// Of a line that is about another parcel from now on: what was decided about the one before is in the
/// trail of commands.
pub(in crate::registers) async fn clear_line(
    tx: &mut Tx,
    register: CodRegisterId,
    line: i64,
) -> Result<(), DbError> {
    tx.execute(CLEAR_LINE, args![register, line]).await.map(drop)
}

pub(in crate::registers) async fn count_open(
    tx: &mut Tx,
    register: CodRegisterId,
    severity: Option<Severity>,
) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(COUNT, args![register, severity]).await?.value)
}
