//! Documents, matches and the accounts of the money ledger against each other: rules of `verify`.

/// An account at a bank has what it was opened with and what its documents moved.
const ACCOUNTS: &str = "SELECT 'bank_account', account_id, stored, recomputed FROM (
    SELECT account_id, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT a.document_id AS account_id, b.debit_kopecks - b.credit_kopecks AS booked, 0 AS moved
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'bank'
        UNION ALL
        SELECT id, 0, opened_kopecks FROM bank_account
        UNION ALL
        SELECT account_id, 0,
            CASE WHEN direction IN ('in', 'own_in') THEN amount_kopecks ELSE -amount_kopecks END
        FROM bank_document
    ) AS lines
    GROUP BY account_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What of a receipt is said to be for something is what its live matches say, and the payouts that came
/// back by it.
const MATCHED: &str = "SELECT 'bank_document', document_id, stored, recomputed FROM (
    SELECT document_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(matched) AS BIGINT) AS recomputed
    FROM (
        SELECT id AS document_id, matched_kopecks AS stored, 0 AS matched FROM bank_document
        UNION ALL
        SELECT document_id, 0, amount_kopecks FROM bank_match WHERE undo_id IS NULL
        UNION ALL
        SELECT return_document_id, 0, net_kopecks FROM payout WHERE return_document_id IS NOT NULL
    ) AS lines
    GROUP BY document_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// The transfer of a document or of a match is over its sum.
const TRANSFERS: &str = "SELECT 'bank_transfer', id, stored, recomputed FROM (
    SELECT d.id AS id, d.amount_kopecks AS stored, t.amount_kopecks AS recomputed
    FROM bank_document d JOIN money_transfer t ON t.id = d.transfer_id
    UNION ALL
    SELECT m.document_id, m.amount_kopecks, t.amount_kopecks
    FROM bank_match m JOIN money_transfer t ON t.id = m.transfer_id
    UNION ALL
    SELECT m.document_id, m.amount_kopecks, t.amount_kopecks
    FROM bank_match m JOIN money_transfer t ON t.id = m.undo_id
) AS keys WHERE stored <> recomputed LIMIT $1";

pub const RULES: &[&str] = &[ACCOUNTS, MATCHED, TRANSFERS];
