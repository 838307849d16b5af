//! The balances of the money ledger recomputed from its transfers: rules of `verify`.

/// Both sides of each account are the sums of its transfers.
const BALANCES: &str = "SELECT 'money_balance', account_id, stored, recomputed FROM (
    SELECT account_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT account_id, debit_kopecks AS stored, 0 AS moved, 'd' AS side FROM money_balance
        UNION ALL
        SELECT account_id, credit_kopecks, 0, 'c' FROM money_balance
        UNION ALL
        SELECT debit_id, 0, amount_kopecks, 'd' FROM money_transfer
        UNION ALL
        SELECT credit_id, 0, amount_kopecks, 'c' FROM money_transfer
    ) AS lines
    GROUP BY account_id, side
) AS keys WHERE stored <> recomputed LIMIT $1";

/// So are the turnovers of its days.
const TURNOVERS: &str = "SELECT 'money_turnover', account_id, stored, recomputed FROM (
    SELECT account_id, day, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT account_id, day, debit_kopecks AS stored, 0 AS moved, 'd' AS side FROM money_turnover
        UNION ALL
        SELECT account_id, day, credit_kopecks, 0, 'c' FROM money_turnover
        UNION ALL
        SELECT debit_id, day, 0, amount_kopecks, 'd' FROM money_transfer
        UNION ALL
        SELECT credit_id, day, 0, amount_kopecks, 'c' FROM money_transfer
    ) AS lines
    GROUP BY account_id, day, side
) AS keys WHERE stored <> recomputed LIMIT $1";

/// Lines of the ledger.
pub const COUNT: &str = "SELECT COUNT(*) FROM money_transfer";

pub const RULES: &[&str] = &[BALANCES, TURNOVERS];
