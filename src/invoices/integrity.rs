//! Accepted invoices recomputed from their charges and transfers: rules of `verify`.

/// What an accepted invoice costs is what shops and the operator bear, and no other has charges.
const TOTALS: &str = "SELECT 'carrier_invoice_total', id, stored, recomputed FROM (
    SELECT i.id, CASE WHEN i.state = 'accepted' THEN i.total_kopecks ELSE 0 END AS stored,
           COALESCE((SELECT CAST(SUM(c.passed_kopecks + c.written_off_kopecks) AS BIGINT)
                     FROM carrier_charge c WHERE c.invoice_id = i.id), 0) AS recomputed
    FROM carrier_invoice i
) AS invoices WHERE stored <> recomputed LIMIT $1";

/// Nothing is left between the carrier and the shops.
const PASS_THROUGH: &str = "SELECT 'carrier_invoice_pass_through', a.document_id,
        b.debit_kopecks, b.credit_kopecks
    FROM money_account a JOIN money_balance b ON b.account_id = a.id
    WHERE a.kind = 'pass_through' AND b.debit_kopecks <> b.credit_kopecks LIMIT $1";

/// What the ledger charged a shop for an invoice are its charges there.
const OWNERS: &str = "SELECT 'carrier_invoice_owner', invoice_id, stored, recomputed FROM (
    SELECT invoice_id, owner_id, CAST(SUM(stored) AS BIGINT) AS stored,
           CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT invoice_id, owner_id, passed_kopecks AS stored, 0 AS moved FROM carrier_charge
        WHERE owner_id IS NOT NULL
        UNION ALL
        SELECT t.document_id, a.owner_id, 0,
               CASE WHEN t.debit_id = a.id THEN t.amount_kopecks ELSE -t.amount_kopecks END
        FROM money_transfer t JOIN money_account a ON a.id IN (t.debit_id, t.credit_id)
        WHERE t.reason = 'passed_on' AND a.kind = 'owner_charges'
    ) AS lines
    GROUP BY invoice_id, owner_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// A charge is that of its line, and a parcel's is its shop's unless the operator bears it.
const LINES: &str = "SELECT 'carrier_charge', c.id, c.invoiced_kopecks, l.amount_kopecks
    FROM carrier_charge c JOIN carrier_invoice_line l ON l.invoice_id = c.invoice_id AND l.line = c.line
    LEFT JOIN parcel p ON p.id = c.parcel_id
    WHERE c.invoiced_kopecks <> l.amount_kopecks OR c.owner_id <> p.owner_id LIMIT $1";

pub const RULES: &[&str] = &[TOTALS, PASS_THROUGH, OWNERS, LINES];
