//! Payouts against the books, the chain of COD and the bank's orders: rules of `verify`.

/// What a payout took in left it again.
const CLEARING: &str = "SELECT 'payout_clearing', id, stored, recomputed FROM (
    SELECT p.id AS id, b.debit_kopecks - b.credit_kopecks AS stored, CAST(0 AS BIGINT) AS recomputed
    FROM payout p JOIN money_account a ON a.document_id = p.id AND a.kind = 'payout_clearing'
    JOIN money_balance b ON b.account_id = a.id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// The steps of its parcels sum up to it, and to nothing when it is not paid.
const PAID: &str = "SELECT 'payout_paid', id, stored, recomputed FROM (
    SELECT id, CAST(SUM(gross) AS BIGINT) AS stored, CAST(SUM(step) AS BIGINT) AS recomputed FROM (
        SELECT id, CASE WHEN state = 'ordered' THEN gross_kopecks ELSE 0 END AS gross, 0 AS step
        FROM payout
        UNION ALL
        SELECT p.id, 0, s.amount_kopecks
        FROM payout p JOIN cod_step s ON s.document_id = p.id AND s.step = 'paid'
    ) AS lines
    GROUP BY id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// The bank was told to pay as much as is left of it.
const ORDERED: &str = "SELECT 'payout_order', id, stored, recomputed FROM (
    SELECT p.id AS id, CASE WHEN p.order_number IS NULL THEN 0 ELSE p.net_kopecks END AS stored,
        COALESCE(o.amount_kopecks, 0) AS recomputed
    FROM payout p LEFT JOIN bank_order o ON o.id = p.id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// A payout is in the state of its run.
const STATES: &str = "SELECT 'payout_state', p.id, CAST(1 AS BIGINT), CAST(0 AS BIGINT)
    FROM payout p JOIN payout_run r ON r.id = p.run_id
    WHERE (p.state = 'draft') <> (r.state = 'draft')
       OR (p.state = 'rejected') <> (r.state = 'rejected') LIMIT $1";

pub const RULES: &[&str] = &[CLEARING, PAID, ORDERED, STATES];
