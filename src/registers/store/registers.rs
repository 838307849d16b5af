//! Registers as wholes.

use chrono::Datelike as _;
use uuid::Uuid;

use crate::commands::Ctx;
use crate::db::{Count, DbError, Tx};
use crate::ids::CodRegisterId;
use crate::registers::model::{RegisterOut, RegisterSource, RegisterState};
use crate::registers::read::Digest;
use crate::units::{Day, Kopecks};
use crate::{args, record};

/// A register that is being imported.
#[derive(Debug, Clone)]
pub(in crate::registers) struct Head {
    pub(in crate::registers) id: CodRegisterId,
    pub(in crate::registers) run: Uuid,
    pub(in crate::registers) carrier: String,
    pub(in crate::registers) number: String,
    pub(in crate::registers) day: Day,
    pub(in crate::registers) payment_order: String,
    pub(in crate::registers) source: RegisterSource,
    pub(in crate::registers) file: String,
    pub(in crate::registers) sheet: String,
    pub(in crate::registers) file_hash: Option<[u8; 32]>,
    pub(in crate::registers) content_hash: [u8; 32],
}

impl Head {
    /// Carriers count their registers by years.
    fn year(&self) -> i64 {
        i64::from(self.day.date().year())
    }
}

record! {
    /// One that is there already.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::registers) struct Known {
        pub(in crate::registers) id: CodRegisterId,
        pub(in crate::registers) state: RegisterState,
    }
}

record! {
    /// A register whose row this transaction holds.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::registers) struct Holding {
        pub(in crate::registers) id: CodRegisterId,
        pub(in crate::registers) state: RegisterState,
        pub(in crate::registers) carrier: String,
        pub(in crate::registers) number: String,
        pub(in crate::registers) day: Day,
    }
}

record! {
    /// An accepted register whose row this transaction holds, and what is still to come of it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Due {
        pub id: CodRegisterId,
        pub state: RegisterState,
        pub carrier: String,
        pub day: Day,
        pub open: Kopecks,
        pub settled_on: Option<Day>,
    }
}

const INSERT: &str = "INSERT INTO cod_register
     (id, carrier, number, year, day, payment_order, source, file_name, sheet, file_hash,
         content_hash, run_id, created_by, created_at, state, lines, wrong_rows, collected_kopecks,
         fee_kopecks, delivery_kopecks, transferred_kopecks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
         $20, $21)
     ON CONFLICT DO NOTHING";

const BY_CONTENT: &str = "SELECT id, state FROM cod_register
     WHERE carrier = $1 AND content_hash = $2 AND state <> 'rejected'";

const BY_NUMBER: &str = "SELECT id, state FROM cod_register
     WHERE carrier = $1 AND number = $2 AND year = $3 AND number <> '' AND state <> 'rejected'";

/// A person did not accept what the carrier's interface told.
const TURNED_DOWN: &str = "SELECT COUNT(*) FROM cod_register
     WHERE carrier = $1 AND content_hash = $2 AND state = 'rejected' AND source = 'api'
       AND decided_by IS NOT NULL";

const TAKE_OVER: &str = "UPDATE cod_register
     SET run_id = $2, lines = 0, wrong_rows = 0, number = $3, day = $4, payment_order = $5,
         file_name = $6, sheet = $7, file_hash = $8, year = $9
     WHERE id = $1 AND state = 'loading'";

/// What it lacks, of one that may still be paid; a number that another one has is left.
const COMPLETE: &str = "UPDATE cod_register AS r
     SET payment_order = CASE WHEN r.payment_order = '' THEN $2 ELSE r.payment_order END,
         number = CASE WHEN r.number <> '' OR EXISTS
                      (SELECT 1 FROM cod_register AS o
                       WHERE o.carrier = r.carrier AND o.number = $3 AND o.year = r.year
                         AND o.number <> '' AND o.state <> 'rejected')
                  THEN r.number ELSE $3 END
     WHERE r.id = $1 AND (r.state = 'draft' OR (r.state = 'accepted' AND r.settled_on IS NULL))
       AND ((r.payment_order = '' AND $2 <> '') OR (r.number = '' AND $3 <> ''))";

const ABANDON: &str = "UPDATE cod_register
     SET state = 'rejected', reason = 'import_abandoned', decided_at = $2
     WHERE id = $1 AND state = 'loading'";

/// Whoever adds lines holds the row, and is still the one who does.
const COUNT: &str = "UPDATE cod_register SET lines = lines + $3, wrong_rows = wrong_rows + $4
     WHERE id = $1 AND run_id = $2 AND state = 'loading'";

const DRAFT: &str = "UPDATE cod_register
     SET state = 'draft', collected_kopecks = $3, fee_kopecks = $4, delivery_kopecks = $5,
         transferred_kopecks = $6, collected_stated_kopecks = $7, transferred_stated_kopecks = $8
     WHERE id = $1 AND run_id = $2 AND state = 'loading'";

/// Changes nothing, but holds the row on both engines.
const HOLD: &str = "UPDATE cod_register SET carrier = carrier
     WHERE id = $1 AND state <> 'loading' RETURNING id, state, carrier, number, day";

/// The same with what is still to come.
const HOLD_DUE: &str = "UPDATE cod_register SET carrier = carrier
     WHERE id = $1 AND state <> 'loading'
     RETURNING id, state, carrier, day, open_kopecks, settled_on";

/// Of a row that is held.
const DUE_SET: &str = "UPDATE cod_register SET open_kopecks = $2, settled_on = $3 WHERE id = $1 AND state = 'accepted'";

const DECIDE: &str = "UPDATE cod_register
     SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1 AND state = 'draft'";

/// [`RegisterOut`] of the registers that fit what follows.
macro_rules! register_select {
    () => {
        "SELECT id, carrier, number, day, payment_order, source, file_name, sheet, state,
         lines, wrong_rows, collected_kopecks, fee_kopecks, delivery_kopecks, transferred_kopecks,
         open_kopecks, settled_on, difference_to, difference_kopecks, collected_stated_kopecks,
         transferred_stated_kopecks, created_by, created_at, decided_by, decided_at, reason
     FROM cod_register "
    };
}

const FIND: &str = concat!(register_select!(), "WHERE id = $1 AND state <> 'loading'");

const LIST: &str = concat!(
    register_select!(),
    "WHERE id < $1 AND (carrier = $2 OR $2 IS NULL) AND (state = $3 OR $3 IS NULL)
       AND state <> 'loading'
     ORDER BY id DESC LIMIT $4"
);

pub(super) const QUERIES: &[&str] = &[
    INSERT,
    BY_CONTENT,
    BY_NUMBER,
    TURNED_DOWN,
    TAKE_OVER,
    COMPLETE,
    ABANDON,
    COUNT,
    DRAFT,
    HOLD,
    HOLD_DUE,
    DUE_SET,
    DECIDE,
    FIND,
    LIST,
];

/// False: there is one with this content, or this number, already.
pub(in crate::registers) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    head: &Head,
) -> Result<bool, DbError> {
    let values = args![
        head.id,
        &head.carrier,
        &head.number,
        head.year(),
        head.day,
        &head.payment_order,
        head.source,
        &head.file,
        &head.sheet,
        head.file_hash.map(|hash| hash.to_vec()),
        head.content_hash.to_vec(),
        head.run,
        ctx.actor,
        ctx.now,
        RegisterState::Loading,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
        0_i64,
    ];
    Ok(tx.execute(INSERT, values).await? == 1)
}

pub(in crate::registers) async fn by_content(
    tx: &mut Tx,
    head: &Head,
) -> Result<Option<Known>, DbError> {
    let values = args![&head.carrier, head.content_hash.to_vec()];
    tx.fetch_optional(BY_CONTENT, values).await
}

pub(in crate::registers) async fn by_number(
    tx: &mut Tx,
    head: &Head,
) -> Result<Option<Known>, DbError> {
    tx.fetch_optional(BY_NUMBER, args![&head.carrier, &head.number, head.year()]).await
}

/// Whether a person has rejected the same from the carrier's interface before.
pub(in crate::registers) async fn is_turned_down(
    tx: &mut Tx,
    carrier: &str,
    content: &[u8],
) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Count>(TURNED_DOWN, args![carrier, content.to_vec()]).await?.value > 0)
}

/// The import of a register that another run left unfinished begins anew.
pub(in crate::registers) async fn take_over(tx: &mut Tx, head: &Head) -> Result<bool, DbError> {
    let values = args![
        head.id,
        head.run,
        &head.number,
        head.day,
        &head.payment_order,
        &head.file,
        &head.sheet,
        head.file_hash.map(|hash| hash.to_vec()),
        head.year(),
    ];
    Ok(tx.execute(TAKE_OVER, values).await? == 1)
}

/// Fills in the number and the payment order of a register that lacks them; false: it lacks neither, or
/// all of it came.
pub(in crate::registers) async fn complete(
    tx: &mut Tx,
    id: CodRegisterId,
    head: &Head,
) -> Result<bool, DbError> {
    let values = args![id, &head.payment_order, &head.number];
    Ok(tx.execute(COMPLETE, values).await? == 1)
}

pub(in crate::registers) async fn abandon(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CodRegisterId,
) -> Result<(), DbError> {
    tx.execute(ABANDON, args![id, ctx.now]).await.map(drop)
}

/// False: another import has it.
pub(in crate::registers) async fn count(
    tx: &mut Tx,
    head: &Head,
    lines: i64,
    wrong: i64,
) -> Result<bool, DbError> {
    Ok(tx.execute(COUNT, args![head.id, head.run, lines, wrong]).await? == 1)
}

/// Makes it visible.
pub(in crate::registers) async fn draft(
    tx: &mut Tx,
    head: &Head,
    digest: &Digest,
) -> Result<bool, DbError> {
    let stated = digest.stated.unwrap_or_default();
    let values = args![
        head.id,
        head.run,
        digest.collected,
        digest.fee,
        digest.delivery,
        digest.transferred,
        stated.collected,
        stated.transferred,
    ];
    Ok(tx.execute(DRAFT, values).await? == 1)
}

pub(in crate::registers) async fn hold(
    tx: &mut Tx,
    id: CodRegisterId,
) -> Result<Option<Holding>, DbError> {
    tx.fetch_optional(HOLD, args![id]).await
}

pub(in crate::registers) async fn hold_due(
    tx: &mut Tx,
    id: CodRegisterId,
) -> Result<Option<Due>, DbError> {
    tx.fetch_optional(HOLD_DUE, args![id]).await
}

/// What is still to come of a register that is held, or the day on which all of it had come.
pub(in crate::registers) async fn due_set(
    tx: &mut Tx,
    id: CodRegisterId,
    open: Kopecks,
    settled_on: Option<Day>,
) -> Result<(), DbError> {
    tx.execute(DUE_SET, args![id, open, settled_on]).await.map(drop)
}

pub(in crate::registers) async fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CodRegisterId,
    state: RegisterState,
    reason: Option<&str>,
) -> Result<bool, DbError> {
    Ok(tx.execute(DECIDE, args![id, state, ctx.actor, ctx.now, reason]).await? == 1)
}

pub(in crate::registers) async fn find(
    tx: &mut Tx,
    id: CodRegisterId,
) -> Result<Option<RegisterOut>, DbError> {
    tx.fetch_optional(FIND, args![id]).await
}

pub(in crate::registers) async fn list(
    tx: &mut Tx,
    before: CodRegisterId,
    carrier: Option<String>,
    state: Option<RegisterState>,
    limit: i64,
) -> Result<Vec<RegisterOut>, DbError> {
    tx.fetch_all(LIST, args![before, carrier, state, limit]).await
}
