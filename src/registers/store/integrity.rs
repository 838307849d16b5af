//! Registers recomputed from their lines and from the chain.

/// What an accepted register moved in the chain is what its lines say, but for those that people left
/// out.
const POSTED: &str = "SELECT 'cod_register', register_id, stored, recomputed FROM (
    SELECT register_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT l.register_id, l.collected_kopecks AS stored, 0 AS moved
        FROM cod_register_line l JOIN cod_register r ON r.id = l.register_id
        WHERE r.state = 'accepted' AND NOT l.ignored AND l.parcel_id IS NOT NULL
        UNION ALL
        SELECT s.document_id, 0,
            CASE s.step WHEN 'registered' THEN s.amount_kopecks ELSE -s.amount_kopecks END
        FROM cod_step s JOIN cod_register r ON r.id = s.document_id
        WHERE s.step IN ('registered', 'refunded')
    ) AS lines
    GROUP BY register_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What is to be seen of a register is whole.
const WHOLE: &str = "SELECT 'cod_register_lines', register_id, stored, recomputed FROM (
    SELECT register_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(counted) AS BIGINT) AS recomputed
    FROM (
        SELECT id AS register_id, lines AS stored, 0 AS counted FROM cod_register
        WHERE state IN ('draft', 'accepted')
        UNION ALL
        SELECT l.register_id, 0, 1 FROM cod_register_line l JOIN cod_register r ON r.id = l.register_id
        WHERE r.state IN ('draft', 'accepted')
    ) AS lines
    GROUP BY register_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What is still to come of an accepted register is what it lists and the bank has not, with what is on
/// its clearing account. Of a settled one both are nothing.
const OPEN: &str = "SELECT 'cod_register_open', register_id, stored, recomputed FROM (
    SELECT register_id, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT id AS register_id, open_kopecks AS stored, 0 AS moved FROM cod_register
        UNION ALL
        SELECT s.document_id, 0,
            CASE s.step WHEN 'registered' THEN s.amount_kopecks ELSE -s.amount_kopecks END
        FROM cod_step s JOIN cod_register r ON r.id = s.document_id
        WHERE s.step IN ('registered', 'received')
        UNION ALL
        SELECT r.id, 0, b.debit_kopecks - b.credit_kopecks
        FROM money_account a JOIN money_balance b ON b.account_id = a.id
        JOIN cod_register r ON r.id = a.document_id WHERE a.kind = 'register_clearing'
    ) AS lines
    GROUP BY register_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// The money of a settled register is received, of all its parcels; of another one, of none.
const RECEIVED: &str = "SELECT 'cod_register_received', register_id, stored, recomputed FROM (
    SELECT r.id AS register_id,
        CAST(SUM(CASE WHEN r.settled_on IS NOT NULL AND s.step = 'registered' THEN s.amount_kopecks ELSE 0 END) AS BIGINT) AS stored,
        CAST(SUM(CASE s.step WHEN 'received' THEN s.amount_kopecks ELSE 0 END) AS BIGINT) AS recomputed
    FROM cod_step s JOIN cod_register r ON r.id = s.document_id
    WHERE s.step IN ('registered', 'received')
    GROUP BY r.id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// A difference that a person booked is what its transfer moved.
const DIFFERENCE: &str =
    "SELECT 'cod_register_difference', r.id, ABS(r.difference_kopecks), t.amount_kopecks
    FROM cod_register r JOIN money_transfer t ON t.id = r.difference_id
    WHERE ABS(r.difference_kopecks) <> t.amount_kopecks LIMIT $1";

pub const RULES: &[&str] = &[POSTED, WHOLE, OPEN, RECEIVED, DIFFERENCE];
