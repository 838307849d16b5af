//! Accepted reports recomputed from their lines, the chain and the ledger: rules of `verify`.

/// What an accepted report moved in the chain is what its lines say.
const STEPS: &str = "SELECT 'agent_report_steps', report_id, stored, recomputed FROM (
    SELECT report_id, kind, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT l.report_id, l.kind, l.amount_kopecks AS stored, 0 AS moved
        FROM agent_report_line l JOIN agent_report r ON r.id = l.report_id
        WHERE r.state = 'accepted' AND l.kind <> 'refunded'
        UNION ALL
        SELECT s.document_id, CASE s.step WHEN 'reported' THEN 'received' ELSE 'advanced' END, 0,
            s.amount_kopecks
        FROM cod_step s JOIN agent_report r ON r.id = s.document_id
        WHERE s.step IN ('reported', 'advanced')
    ) AS lines
    GROUP BY report_id, kind
) AS keys WHERE stored <> recomputed LIMIT $1";

/// No more of a parcel stands in reports than was reported, or was given back.
const ONCE: &str = "SELECT 'agent_report_once', parcel_id, stored, recomputed FROM (
    SELECT c.parcel_id, CAST(SUM(l.amount_kopecks) AS BIGINT) AS recomputed,
        CASE l.refund WHEN 1 THEN -MAX(c.refunded_kopecks) ELSE MAX(c.reported_kopecks) END AS stored,
        l.refund
    FROM (SELECT n.parcel_id, n.amount_kopecks, CASE n.kind WHEN 'refunded' THEN 1 ELSE 0 END AS refund
          FROM agent_report_line n JOIN agent_report r ON r.id = n.report_id
          WHERE r.state = 'accepted') AS l
    JOIN cod c ON c.parcel_id = l.parcel_id
    GROUP BY c.parcel_id, l.refund
) AS keys
WHERE (refund = 0 AND recomputed > stored) OR (refund = 1 AND recomputed < stored) LIMIT $1";

/// The sums of a report are those of its parts, and its fee is in the ledger.
const FIGURES: &str = "SELECT 'agent_report_figures', id, stored, recomputed FROM (
    SELECT id, part, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(counted) AS BIGINT) AS recomputed
    FROM (
        SELECT id, 'money' AS part, received_kopecks + advanced_kopecks - refunded_kopecks AS stored,
            0 AS counted
        FROM agent_report WHERE state = 'accepted'
        UNION ALL SELECT id, 'fee', fee_kopecks, 0 FROM agent_report WHERE state = 'accepted'
        UNION ALL SELECT id, 'booked', fee_kopecks, 0 FROM agent_report WHERE state = 'accepted'
        UNION ALL SELECT id, 'carrier', carrier_kopecks, 0 FROM agent_report WHERE state = 'accepted'
        UNION ALL SELECT id, 'paid', paid_kopecks, 0 FROM agent_report WHERE state = 'accepted'
        UNION ALL SELECT id, 'settled', settled_kopecks, 0 FROM agent_report WHERE state = 'accepted'
        UNION ALL
        SELECT l.report_id, 'money', 0, l.amount_kopecks
        FROM agent_report_line l JOIN agent_report r ON r.id = l.report_id WHERE r.state = 'accepted'
        UNION ALL
        SELECT l.report_id, 'fee', 0, l.fee_kopecks
        FROM agent_report_line l JOIN agent_report r ON r.id = l.report_id WHERE r.state = 'accepted'
        UNION ALL
        SELECT r.id, 'booked', 0, t.amount_kopecks
        FROM money_transfer t JOIN agent_report r ON r.id = t.document_id WHERE t.reason = 'agent_fee'
        UNION ALL
        SELECT c.report_id, 'carrier', 0, c.charged_kopecks
        FROM agent_report_charge c JOIN agent_report r ON r.id = c.report_id WHERE r.state = 'accepted'
        UNION ALL
        SELECT s.report_id, 'paid', 0, s.payable_kopecks
        FROM agent_report_settlement s JOIN agent_report r ON r.id = s.report_id
        WHERE r.state = 'accepted'
        UNION ALL
        SELECT s.report_id, 'settled', 0, s.charges_kopecks
        FROM agent_report_settlement s JOIN agent_report r ON r.id = s.report_id
        WHERE r.state = 'accepted'
    ) AS parts
    GROUP BY id, part
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What the shop was charged for a carrier's invoice is what the invoice costs it.
const PROOF: &str = "SELECT 'agent_report_charge', invoice_id, charged_kopecks, cost_kopecks
    FROM agent_report_charge WHERE charged_kopecks <> cost_kopecks LIMIT $1";

/// A report opens with what the one before it closed with, on the day after it.
const OPENING: &str = "SELECT 'agent_report_opening', id, stored, recomputed FROM (
    SELECT r.id, r.opening_payable_kopecks - r.opening_charges_kopecks AS stored,
        p.opening_payable_kopecks + p.received_kopecks + p.advanced_kopecks - p.refunded_kopecks
            - p.paid_kopecks - p.opening_charges_kopecks - p.fee_kopecks - p.carrier_kopecks
            + p.settled_kopecks AS recomputed
    FROM agent_report r JOIN agent_report p ON p.owner_id = r.owner_id AND p.state = 'accepted'
        AND p.to_day = (SELECT MAX(q.to_day) FROM agent_report q
            WHERE q.owner_id = r.owner_id AND q.state = 'accepted' AND q.to_day < r.to_day)
    WHERE r.state = 'accepted'
) AS keys WHERE stored <> recomputed LIMIT $1";

pub const RULES: &[&str] = &[STEPS, ONCE, FIGURES, PROOF, OPENING];
