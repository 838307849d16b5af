//! The rows of points and of their imports.

use serde_json::Value;
use uuid::Uuid;

use super::fit::PointRules;
use super::model::{PointRow, SourceRow};
use crate::carriers::model::{Answers, PointKind, PointLimits};
use crate::db::{Arg, DbError, Tx};
use crate::units::{Grams, Kopecks, UtcMicros};
use crate::{args, record};

record! {
    /// What an import compares with.
    #[derive(Debug, Clone)]
    pub(super) struct KnownRow {
        pub(super) code: String,
        pub(super) content_hash: Vec<u8>,
        pub(super) closed_at: Option<UtcMicros>,
    }
}

record! {
    /// What a node holds of a point in memory.
    #[derive(Debug, Clone)]
    pub(super) struct IndexRow {
        pub(super) code: String,
        pub(super) kind: PointKind,
        pub(super) city_key: String,
        pub(super) latitude_udeg: Option<i64>,
        pub(super) longitude_udeg: Option<i64>,
        pub(super) weight_max_g: Option<Grams>,
        pub(super) side_long_max_mm: Option<i64>,
        pub(super) side_middle_max_mm: Option<i64>,
        pub(super) side_short_max_mm: Option<i64>,
        pub(super) longest_max_mm: Option<i64>,
        pub(super) sum_of_sides_max_mm: Option<i64>,
        pub(super) volume_max_cm3: Option<i64>,
        pub(super) cod_max_kopecks: Option<Kopecks>,
        pub(super) cash: Answers,
        pub(super) card: Answers,
        pub(super) partial_buy_out: Answers,
        pub(super) hands_out: Answers,
        pub(super) takes_in: Answers,
    }
}

record! {
    /// The count of imports of a carrier that changed something.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct VersionRow {
        pub(super) carrier: String,
        pub(super) version: i64,
    }
}

record! {
    struct CodeRow {
        code: String,
    }
}

const POINT_WRITE: &str = "INSERT INTO delivery_point
     (carrier, code, kind, name, region, city, city_key, postcode, address, latitude_udeg,
         longitude_udeg, hours, phone, hint, weight_max_g, side_long_max_mm, side_middle_max_mm,
         side_short_max_mm, longest_max_mm, sum_of_sides_max_mm, volume_max_cm3, cod_max_kopecks,
         cash, card, partial_buy_out, hands_out, takes_in, is_closed, content_hash, changed_at,
         closed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
         $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
     ON CONFLICT (carrier, code) DO UPDATE SET kind = excluded.kind, name = excluded.name,
         region = excluded.region, city = excluded.city, city_key = excluded.city_key,
         postcode = excluded.postcode, address = excluded.address,
         latitude_udeg = excluded.latitude_udeg, longitude_udeg = excluded.longitude_udeg,
         hours = excluded.hours, phone = excluded.phone, hint = excluded.hint,
         weight_max_g = excluded.weight_max_g, side_long_max_mm = excluded.side_long_max_mm,
         side_middle_max_mm = excluded.side_middle_max_mm,
         side_short_max_mm = excluded.side_short_max_mm, longest_max_mm = excluded.longest_max_mm,
         sum_of_sides_max_mm = excluded.sum_of_sides_max_mm,
         volume_max_cm3 = excluded.volume_max_cm3, cod_max_kopecks = excluded.cod_max_kopecks,
         cash = excluded.cash, card = excluded.card, partial_buy_out = excluded.partial_buy_out,
         hands_out = excluded.hands_out, takes_in = excluded.takes_in,
         is_closed = excluded.is_closed, content_hash = excluded.content_hash,
         changed_at = excluded.changed_at, closed_at = excluded.closed_at";

/// Its carrier does not name it any more.
const POINTS_CLOSE: &str = "UPDATE delivery_point SET closed_at = $1, changed_at = $1
     WHERE carrier = $2 AND closed_at IS NULL AND code IN (/*list*/) RETURNING code";

const POINTS_KNOWN: &str = "SELECT code, content_hash, closed_at FROM delivery_point
     WHERE carrier = $1 AND code > $2 ORDER BY code LIMIT $3";

const POINTS_INDEXED: &str = "SELECT code, kind, city_key, latitude_udeg, longitude_udeg,
         weight_max_g, side_long_max_mm, side_middle_max_mm, side_short_max_mm, longest_max_mm,
         sum_of_sides_max_mm, volume_max_cm3, cod_max_kopecks, cash, card, partial_buy_out,
         hands_out, takes_in
     FROM delivery_point WHERE carrier = $1 AND code > $2 AND closed_at IS NULL
     ORDER BY code LIMIT $3";

const POINT_FIND: &str = "SELECT carrier, code, kind, name, region, city, city_key, postcode,
         address, latitude_udeg, longitude_udeg, hours, phone, hint, weight_max_g,
         side_long_max_mm, side_middle_max_mm, side_short_max_mm, longest_max_mm,
         sum_of_sides_max_mm, volume_max_cm3, cod_max_kopecks, cash, card, partial_buy_out,
         hands_out, takes_in, is_closed, content_hash, changed_at, closed_at
     FROM delivery_point WHERE carrier = $1 AND code = $2";

const POINTS_OF_CODES: &str = "SELECT carrier, code, kind, name, region, city, city_key, postcode,
         address, latitude_udeg, longitude_udeg, hours, phone, hint, weight_max_g,
         side_long_max_mm, side_middle_max_mm, side_short_max_mm, longest_max_mm,
         sum_of_sides_max_mm, volume_max_cm3, cod_max_kopecks, cash, card, partial_buy_out,
         hands_out, takes_in, is_closed, content_hash, changed_at, closed_at
     FROM delivery_point WHERE carrier = $1 AND code IN (/*list*/)";

const POINTS_OF_CARRIERS: &str =
    "SELECT carrier, code, kind, name, region, city, city_key, postcode,
         address, latitude_udeg, longitude_udeg, hours, phone, hint, weight_max_g,
         side_long_max_mm, side_middle_max_mm, side_short_max_mm, longest_max_mm,
         sum_of_sides_max_mm, volume_max_cm3, cod_max_kopecks, cash, card, partial_buy_out,
         hands_out, takes_in, is_closed, content_hash, changed_at, closed_at
     FROM delivery_point WHERE code = $1 AND carrier IN (/*list*/)";

const SOURCE_INSERT: &str = "INSERT INTO point_source (carrier, version, is_dirty, due_at, points)
     VALUES ($1, 0, $2, $3, 0) ON CONFLICT DO NOTHING";

/// The next refresh is queued by whoever moves its time.
const SOURCE_DUE: &str = "UPDATE point_source SET due_at = $2 WHERE carrier = $1 AND due_at <= $3";

/// An import begins, unless another one is under way.
const SOURCE_TAKE: &str = "UPDATE point_source SET run_id = $2, lease_until = $3
     WHERE carrier = $1 AND (lease_until IS NULL OR lease_until <= $4)";

/// An import goes on. It has been overtaken if there is nothing to change.
const SOURCE_KEEP: &str = "UPDATE point_source SET lease_until = $3
     WHERE carrier = $1 AND run_id = $2";

/// An import writes points.
const SOURCE_SOIL: &str = "UPDATE point_source SET lease_until = $3, is_dirty = $4
     WHERE carrier = $1 AND run_id = $2";

const SOURCE_FINISH: &str = "UPDATE point_source
     SET version = version + CASE WHEN is_dirty THEN 1 ELSE 0 END, is_dirty = $3, run_id = NULL,
         lease_until = NULL, points = $4, finished_at = $5, problem = NULL, failed_at = NULL
     WHERE carrier = $1 AND run_id = $2";

const SOURCE_FAIL: &str = "UPDATE point_source
     SET version = version + CASE WHEN is_dirty THEN 1 ELSE 0 END, is_dirty = $3, run_id = NULL,
         lease_until = NULL, problem = $4, failed_at = $5
     WHERE carrier = $1 AND run_id = $2";

const SOURCE_LIST: &str = "SELECT carrier, version, due_at, points, finished_at, problem, failed_at
     FROM point_source ORDER BY carrier";

const VERSIONS: &str = "SELECT carrier, version FROM point_source ORDER BY carrier";

/// All texts of this capability, for the test that prepares them.
pub const QUERIES: &[&str] = &[
    POINT_WRITE,
    POINTS_CLOSE,
    POINTS_KNOWN,
    POINTS_INDEXED,
    POINT_FIND,
    POINTS_OF_CODES,
    POINTS_OF_CARRIERS,
    SOURCE_INSERT,
    SOURCE_DUE,
    SOURCE_TAKE,
    SOURCE_KEEP,
    SOURCE_SOIL,
    SOURCE_FINISH,
    SOURCE_FAIL,
    SOURCE_LIST,
    VERSIONS,
];

impl IndexRow {
    /// What it takes. Closed points are not in the index.
    pub(super) fn rules(&self) -> PointRules {
        let sides = (self.side_long_max_mm, self.side_middle_max_mm, self.side_short_max_mm);
        let limits = PointLimits {
            weight_max_g: self.weight_max_g,
            sides_max_mm: match sides {
                (Some(long), Some(middle), Some(short)) => Some([long, middle, short]),
                _ => None,
            },
            longest_max_mm: self.longest_max_mm,
            sum_of_sides_max_mm: self.sum_of_sides_max_mm,
            volume_max_cm3: self.volume_max_cm3,
            cod_max_kopecks: self.cod_max_kopecks,
        };
        PointRules {
            limits,
            cash: self.cash,
            card: self.card,
            partial_buy_out: self.partial_buy_out,
            hands_out: self.hands_out,
            takes_in: self.takes_in,
            is_closed: false,
        }
    }
}

/// Writes new and changed points.
pub(super) async fn points_write(tx: &mut Tx, rows: &[PointRow]) -> Result<(), DbError> {
    let rows = rows.iter().map(PointRow::args).collect();
    tx.insert_many(POINT_WRITE, rows).await.map(drop)
}

/// Those that were open.
pub(super) async fn points_close(
    tx: &mut Tx,
    carrier: &str,
    codes: &[String],
    now: UtcMicros,
) -> Result<Vec<String>, DbError> {
    let list: Vec<Arg> = codes.iter().map(Arg::from).collect();
    let closed: Vec<CodeRow> = tx.fetch_in(POINTS_CLOSE, args![now, carrier], list).await?;
    Ok(closed.into_iter().map(|row| row.code).collect())
}

pub(super) async fn points_known(
    tx: &mut Tx,
    carrier: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<KnownRow>, DbError> {
    tx.fetch_all(POINTS_KNOWN, args![carrier, after, limit]).await
}

pub(super) async fn points_indexed(
    tx: &mut Tx,
    carrier: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<IndexRow>, DbError> {
    tx.fetch_all(POINTS_INDEXED, args![carrier, after, limit]).await
}

pub(super) async fn point_find(
    tx: &mut Tx,
    carrier: &str,
    code: &str,
) -> Result<Option<PointRow>, DbError> {
    tx.fetch_optional(POINT_FIND, args![carrier, code]).await
}

pub(super) async fn points_of_codes(
    tx: &mut Tx,
    carrier: &str,
    codes: &[String],
) -> Result<Vec<PointRow>, DbError> {
    let list = codes.iter().map(Arg::from).collect();
    tx.fetch_in(POINTS_OF_CODES, args![carrier], list).await
}

/// The points that these carriers know under one code.
pub(super) async fn points_of_carriers(
    tx: &mut Tx,
    carriers: &[String],
    code: &str,
) -> Result<Vec<PointRow>, DbError> {
    let list = carriers.iter().map(Arg::from).collect();
    tx.fetch_in(POINTS_OF_CARRIERS, args![code], list).await
}

/// A carrier whose points are asked for the first time; due at once.
pub(super) async fn source_insert(
    tx: &mut Tx,
    carrier: &str,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(SOURCE_INSERT, args![carrier, false, now]).await.map(drop)
}

/// False: it is not due, or another node was faster.
pub(super) async fn source_due(
    tx: &mut Tx,
    carrier: &str,
    next: UtcMicros,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SOURCE_DUE, args![carrier, next, now]).await? == 1)
}

/// False: another import is under way.
pub(super) async fn source_take(
    tx: &mut Tx,
    carrier: &str,
    run: Uuid,
    until: UtcMicros,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SOURCE_TAKE, args![carrier, run, until, now]).await? == 1)
}

/// False: another import has begun since.
pub(super) async fn source_keep(
    tx: &mut Tx,
    carrier: &str,
    run: Uuid,
    until: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SOURCE_KEEP, args![carrier, run, until]).await? == 1)
}

/// False: another import has begun since, and nothing may be written.
pub(super) async fn source_soil(
    tx: &mut Tx,
    carrier: &str,
    run: Uuid,
    until: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SOURCE_SOIL, args![carrier, run, until, true]).await? == 1)
}

pub(super) async fn source_finish(
    tx: &mut Tx,
    carrier: &str,
    run: Uuid,
    points: i64,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SOURCE_FINISH, args![carrier, run, false, points, now]).await? == 1)
}

pub(super) async fn source_fail(
    tx: &mut Tx,
    carrier: &str,
    run: Uuid,
    problem: Value,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(SOURCE_FAIL, args![carrier, run, false, problem, now]).await? == 1)
}

pub(super) async fn source_list(tx: &mut Tx) -> Result<Vec<SourceRow>, DbError> {
    tx.fetch_all(SOURCE_LIST, args![]).await
}

pub(super) async fn versions(tx: &mut Tx) -> Result<Vec<VersionRow>, DbError> {
    tx.fetch_all(VERSIONS, args![]).await
}
