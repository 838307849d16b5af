//! The rows that were refused.

use super::Refusal;
use crate::args;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::i18n::Language;
use crate::ids::{OwnerId, RefusalId};

const REFUSAL_INSERT: &str = "INSERT INTO import_refusal
     (id, owner_id, file_hash, file_name, line, column_name, code, message, recorded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (file_hash, line, code) DO NOTHING";

pub const QUERIES: &[&str] = &[REFUSAL_INSERT];

/// Keeps refused rows; a file that comes again adds none.
pub(super) async fn refusals_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<OwnerId>,
    hash: [u8; 32],
    file: &str,
    refusals: &[Refusal],
) -> Result<(), DbError> {
    let row = |refusal: &Refusal| {
        args![
            RefusalId::new(),
            owner,
            hash.to_vec(),
            file,
            refusal.line,
            refusal.column.clone(),
            refusal.code,
            refusal.text(Language::Russian),
            ctx.now,
        ]
    };
    tx.insert_many(REFUSAL_INSERT, refusals.iter().map(row).collect()).await.map(drop)
}
