//! The rows of modes of VAT.

use super::rates::{TaxSystem, VatMode};
use crate::db::{DbError, Tx};
use crate::ids::OwnerId;
use crate::units::{Day, UtcMicros};
use crate::{args, record};

record! {
    /// What a seller pays from a day on, until the next row.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    pub struct ModeRow {
        pub valid_from: Day,
        pub mode: VatMode,
        pub tax_system: TaxSystem,
    }
}

const MODES: &str = "SELECT valid_from, mode, tax_system FROM vat_mode
     WHERE owner_id = $1 ORDER BY valid_from";

const MODES_OPERATOR: &str = "SELECT valid_from, mode, tax_system FROM vat_mode
     WHERE owner_id IS NULL ORDER BY valid_from";

const MODE_ON: &str = "SELECT valid_from, mode, tax_system FROM vat_mode
     WHERE owner_id = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1";

const MODE_ON_OPERATOR: &str = "SELECT valid_from, mode, tax_system FROM vat_mode
     WHERE owner_id IS NULL AND valid_from <= $1 ORDER BY valid_from DESC LIMIT 1";

const MODE_SET: &str = "INSERT INTO vat_mode (owner_id, valid_from, mode, tax_system, updated_at)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (owner_id, valid_from) WHERE owner_id IS NOT NULL DO UPDATE
     SET mode = excluded.mode, tax_system = excluded.tax_system, updated_at = excluded.updated_at";

const MODE_SET_OPERATOR: &str = "INSERT INTO vat_mode (valid_from, mode, tax_system, updated_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (valid_from) WHERE owner_id IS NULL DO UPDATE
     SET mode = excluded.mode, tax_system = excluded.tax_system, updated_at = excluded.updated_at";

pub const QUERIES: &[&str] =
    &[MODES, MODES_OPERATOR, MODE_ON, MODE_ON_OPERATOR, MODE_SET, MODE_SET_OPERATOR];

pub(super) async fn modes(tx: &mut Tx, owner: Option<OwnerId>) -> Result<Vec<ModeRow>, DbError> {
    match owner {
        Some(owner) => tx.fetch_all(MODES, args![owner]).await,
        None => tx.fetch_all(MODES_OPERATOR, args![]).await,
    }
}

pub(super) async fn mode_on(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    day: Day,
) -> Result<Option<ModeRow>, DbError> {
    match owner {
        Some(owner) => tx.fetch_optional(MODE_ON, args![owner, day]).await,
        None => tx.fetch_optional(MODE_ON_OPERATOR, args![day]).await,
    }
}

pub(super) async fn mode_set(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    row: &ModeRow,
    now: UtcMicros,
) -> Result<(), DbError> {
    let ModeRow { valid_from, mode, tax_system } = *row;
    if let Some(owner) = owner {
        let values = args![owner, valid_from, mode, tax_system, now];
        tx.execute(MODE_SET, values).await.map(drop)
    } else {
        let values = args![valid_from, mode, tax_system, now];
        tx.execute(MODE_SET_OPERATOR, values).await.map(drop)
    }
}
