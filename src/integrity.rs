//! The second model: everything recomputed from history, and the differences. There must be none,
//! ever, also after the power went. Each capability says its own rules; here they are run.

use serde::{Deserialize, Serialize};

use crate::db::{Count, Db, DbError, Tx};
use crate::{agency, args, bank, cod, fiscal, invoices, money, payouts, record, registers, stock};

/// How many differences of a kind are shown.
const SHOWN_MAX: i64 = 100;

/// The rules of all capabilities. Each answers [`Difference`]s, so many at most as `$1` says.
pub const RULES: &[&[&str]] = &[
    stock::integrity::RULES,
    money::integrity::RULES,
    cod::integrity::RULES,
    registers::integrity::RULES,
    bank::integrity::RULES,
    invoices::integrity::RULES,
    fiscal::integrity::RULES,
    agency::integrity::RULES,
    payouts::integrity::RULES,
];

/// How long the two ledgers are.
pub const COUNTS: &[&str] = &[stock::integrity::COUNT, money::integrity::COUNT];

record! {
    /// One figure that does not agree with the history.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct Difference {
        /// Which rule is broken.
        pub rule: String,
        /// Where: the id of the place, product, task or entry.
        pub subject: uuid::Uuid,
        pub stored: i64,
        pub recomputed: i64,
    }
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IntegrityReport {
    /// Lines of the two ledgers that were read.
    pub entries: i64,
    pub differences: Vec<Difference>,
}

/// Recomputes everything from history.
pub async fn verify(db: &Db) -> Result<IntegrityReport, DbError> {
    db.snapshot(async |tx: &mut Tx| {
        let mut differences = Vec::new();
        for &rules in RULES {
            for &rule in rules {
                differences.extend(tx.fetch_all::<Difference>(rule, args![SHOWN_MAX]).await?);
            }
        }
        let mut entries = 0;
        for &count in COUNTS {
            entries += tx.fetch_one::<Count>(count, vec![]).await?.value;
        }
        Ok(IntegrityReport { entries, differences })
    })
    .await
}
