//! The lines of reports: parcels, carriers' invoices and what else went over the shop's accounts.

use crate::agency::model::{DayRow, LineKind, Report, ReportLine, SettlementRow};
use crate::cod::StepSource;
use crate::db::{Count, DbError, Tx};
use crate::ids::AgentReportId;
use crate::invoices::Passed;
use crate::money::Account;
use crate::units::{Day, Kopecks};
use crate::{args, record};

record! {
    /// Lines of one kind together.
    pub(in crate::agency) struct KindRow {
        pub(in crate::agency) kind: LineKind,
        pub(in crate::agency) count: i64,
        pub(in crate::agency) amount: Kopecks,
        pub(in crate::agency) fee: Kopecks,
    }
}

record! {
    /// What settlements took.
    pub(in crate::agency) struct Settled {
        pub(in crate::agency) payable: Kopecks,
        pub(in crate::agency) charges: Kopecks,
    }
}

record! {
    /// What would stand in a report now, and how much of it stands in it.
    struct Facts {
        there: i64,
        fit: i64,
    }
}

record! {
    struct Sum {
        sum: Kopecks,
    }
}

/// The agent's fee of a sum by the terms `t`: a part in hundredths of a per cent, rounded half up to the
/// kopeck, and at least the minimum.
macro_rules! fee {
    ($sum:literal) => {
        concat!(
            "(CASE WHEN ((",
            $sum,
            ") * t.fee_bp + 5000) / 10000 > t.fee_minimum_kopecks THEN ((",
            $sum,
            ") * t.fee_bp + 5000) / 10000 ELSE t.fee_minimum_kopecks END)"
        )
    };
}

/// What is to be told to the shop `$2` up to the day `$3`, and advanced up to `$4`; refunds but for
/// those that another report than `$1` tells. The fee is that of the terms on the day of the money; the
/// first ones hold for what came before them. It is the fee of all that is told of the parcel
/// (`earlier` in other reports, `beside` on its other line of this one), less what of it is charged: by
/// other reports, or by the other line.
macro_rules! told {
    () => {
        concat!(
            "SELECT w.kind, w.parcel_id, w.number, w.external_number, w.carrier, w.day, w.amount,
             CASE WHEN w.kind = 'refunded' THEN 0
                  WHEN w.whole <= w.charged OR w.whole <= w.had THEN 0
                  WHEN w.had > w.charged THEN w.whole - w.had
                  ELSE w.whole - w.charged END AS fee
         FROM (SELECT x.kind, x.parcel_id, p.number, o.external_number, x.carrier, x.day, x.amount,
             x.charged, ",
            fee!("x.earlier + x.beside + x.amount"),
            " AS whole, CASE WHEN x.beside > 0 THEN ",
            fee!("x.earlier + x.beside"),
            " ELSE 0 END AS had
         FROM (SELECT m.kind, m.parcel_id, m.order_id, m.carrier, m.day, m.amount, m.beside,
                   CASE WHEN m.reported > 0 THEN COALESCE(
                       (SELECT CAST(SUM(l.amount_kopecks) AS BIGINT) FROM agent_report_line l
                        WHERE l.parcel_id = m.parcel_id AND l.kind <> 'refunded'
                          AND l.report_id <> $1), 0) ELSE 0 END AS earlier,
                   CASE WHEN m.reported > 0 THEN COALESCE(
                       (SELECT CAST(SUM(l.fee_kopecks) AS BIGINT) FROM agent_report_line l
                        WHERE l.parcel_id = m.parcel_id AND l.kind <> 'refunded'
                          AND l.report_id <> $1), 0) ELSE 0 END AS charged
               FROM (SELECT 'received' AS kind, c.parcel_id, c.order_id, c.carrier,
                         c.received_on AS day,
                         c.received_kopecks + c.advanced_kopecks - c.reported_kopecks AS amount,
                         0 AS beside, c.reported_kopecks AS reported
                     FROM cod c
                     WHERE c.owner_id = $2 AND c.reported_kopecks < c.received_kopecks
                       AND c.received_on <= $3 AND c.disputed IS NULL
                     UNION ALL
                     SELECT 'advanced', c.parcel_id, c.order_id, c.carrier, c.registered_on,
                         c.registered_kopecks - c.received_kopecks - c.advanced_kopecks,
                         CASE WHEN c.reported_kopecks < c.received_kopecks AND c.received_on <= $3
                              THEN c.received_kopecks + c.advanced_kopecks - c.reported_kopecks
                              ELSE 0 END,
                         c.reported_kopecks
                     FROM cod c
                     WHERE c.owner_id = $2
                       AND c.paid_kopecks < c.expected_kopecks - c.released_kopecks
                       AND c.registered_on <= $4 AND c.disputed IS NULL
                     UNION ALL
                     SELECT 'refunded', c.parcel_id, c.order_id, c.carrier, c.refunded_on,
                         -c.refunded_kopecks - COALESCE(
                             (SELECT CAST(SUM(l.amount_kopecks) AS BIGINT) FROM agent_report_line l
                              WHERE l.parcel_id = c.parcel_id AND l.kind = 'refunded'
                                AND l.report_id <> $1), 0),
                         0, 0
                     FROM cod c WHERE c.owner_id = $2 AND c.refunded_on <= $3) AS m) AS x
         JOIN parcel p ON p.id = x.parcel_id
         JOIN shop_order o ON o.id = x.order_id
         JOIN agency_terms t ON t.owner_id = $2 AND t.valid_from = COALESCE(
             (SELECT MAX(valid_from) FROM agency_terms WHERE owner_id = $2 AND valid_from <= x.day),
             (SELECT MIN(valid_from) FROM agency_terms WHERE owner_id = $2))
         WHERE x.amount > 0 OR (x.kind = 'refunded' AND x.amount < 0)) AS w"
        )
    };
}

const DRAW_UP: &str = concat!(
    "INSERT INTO agent_report_line (report_id, line, kind, parcel_id, number, order_number, carrier,
         day, amount_kopecks, fee_kopecks)
     SELECT $1, ROW_NUMBER() OVER (ORDER BY y.day, y.external_number, y.parcel_id, y.kind), y.kind,
         y.parcel_id, y.number, y.external_number, y.carrier, y.day, y.amount, y.fee
     FROM (",
    told!(),
    ") AS y"
);

const FACTS: &str = concat!(
    "SELECT COUNT(*), COUNT(l.line) FROM (",
    told!(),
    ") AS y LEFT JOIN agent_report_line l ON l.parcel_id = y.parcel_id AND l.kind = y.kind
         AND l.report_id = $1 AND l.amount_kopecks = y.amount AND l.fee_kopecks = y.fee"
);

const LINES_DELETE: &str = "DELETE FROM agent_report_line WHERE report_id = $1";

const KINDS: &str = "SELECT kind, COUNT(*), CAST(SUM(amount_kopecks) AS BIGINT),
         CAST(SUM(fee_kopecks) AS BIGINT)
     FROM agent_report_line WHERE report_id = $1 GROUP BY kind";

const LINES: &str = "SELECT line, kind, parcel_id, number, order_number, carrier, day,
         amount_kopecks, fee_kopecks
     FROM agent_report_line WHERE report_id = $1 AND line > $2 ORDER BY line LIMIT $3";

const DAYS: &str = "SELECT day, carrier, kind, COUNT(*), CAST(SUM(amount_kopecks) AS BIGINT),
         CAST(SUM(fee_kopecks) AS BIGINT)
     FROM agent_report_line WHERE report_id = $1 GROUP BY day, carrier, kind
     ORDER BY day, carrier, kind";

/// What the ledger charged the shop for invoices up to a day that no report has: invoice by invoice.
macro_rules! charged {
    () => {
        "SELECT x.invoice_id, i.day, CAST(SUM(x.amount) AS BIGINT) AS charged
         FROM (SELECT t.document_id AS invoice_id, t.amount_kopecks AS amount
               FROM money_account a JOIN money_transfer t ON t.debit_id = a.id
               WHERE a.key = $3 AND t.reason = 'passed_on'
               UNION ALL
               SELECT t.document_id, -t.amount_kopecks
               FROM money_account a JOIN money_transfer t ON t.credit_id = a.id
               WHERE a.key = $3 AND t.reason = 'passed_on') AS x
         JOIN carrier_invoice i ON i.id = x.invoice_id
         WHERE i.day <= $2 AND NOT EXISTS (SELECT 1 FROM agent_report_charge r
             WHERE r.owner_id = $1 AND r.invoice_id = x.invoice_id)
         GROUP BY x.invoice_id, i.day"
    };
}

const CHARGES_DRAW_UP: &str = concat!(
    "INSERT INTO agent_report_charge (owner_id, invoice_id, report_id, line_count,
         invoiced_kopecks, cost_kopecks, charged_kopecks)
     SELECT c.owner_id, y.invoice_id, $4, COUNT(*), CAST(SUM(c.invoiced_kopecks) AS BIGINT),
         CAST(SUM(c.passed_kopecks) AS BIGINT), y.charged
     FROM (",
    charged!(),
    ") AS y JOIN carrier_charge c ON c.owner_id = $1 AND c.day = y.day
         AND c.invoice_id = y.invoice_id
     GROUP BY c.owner_id, y.invoice_id, y.charged"
);

const CHARGES_NEW: &str = concat!("SELECT COUNT(*) FROM (", charged!(), ") AS y");

const CHARGES_DELETE: &str = "DELETE FROM agent_report_charge WHERE report_id = $1";

const CHARGES_SUM: &str = "SELECT CAST(COALESCE(SUM(charged_kopecks), 0) AS BIGINT)
     FROM agent_report_charge WHERE report_id = $1";

const CHARGES: &str = "SELECT i.id, i.carrier, i.number, i.day, c.line_count, c.invoiced_kopecks,
         c.cost_kopecks, c.charged_kopecks
     FROM agent_report_charge c JOIN carrier_invoice i ON i.id = c.invoice_id
     WHERE c.report_id = $1 ORDER BY i.day, i.id LIMIT $2";

/// Everything else over the shop's accounts up to a day that no report has.
macro_rules! settled {
    () => {
        "SELECT x.id, x.day, x.reason, CAST(SUM(x.payable) AS BIGINT) AS payable,
             CAST(SUM(x.charges) AS BIGINT) AS charges
         FROM (SELECT t.id, t.day, t.reason, t.amount_kopecks AS payable, 0 AS charges
               FROM money_account a JOIN money_transfer t ON t.debit_id = a.id
               WHERE a.key = $2 AND t.day <= $1
               UNION ALL
               SELECT t.id, t.day, t.reason, -t.amount_kopecks, 0
               FROM money_account a JOIN money_transfer t ON t.credit_id = a.id
               WHERE a.key = $2 AND t.day <= $1
               UNION ALL
               SELECT t.id, t.day, t.reason, 0, t.amount_kopecks
               FROM money_account a JOIN money_transfer t ON t.credit_id = a.id
               WHERE a.key = $3 AND t.day <= $1
               UNION ALL
               SELECT t.id, t.day, t.reason, 0, -t.amount_kopecks
               FROM money_account a JOIN money_transfer t ON t.debit_id = a.id
               WHERE a.key = $3 AND t.day <= $1) AS x
         WHERE x.reason NOT IN
                   ('cod_reported', 'cod_advanced', 'cod_refunded', 'agent_fee', 'passed_on')
           AND NOT EXISTS (SELECT 1 FROM agent_report_settlement r WHERE r.transfer_id = x.id)
         GROUP BY x.id, x.day, x.reason"
    };
}

const SETTLEMENTS_DRAW_UP: &str = concat!(
    "INSERT INTO agent_report_settlement (transfer_id, report_id, day, reason, payable_kopecks,
         charges_kopecks)
     SELECT y.id, $4, y.day, y.reason, y.payable, y.charges FROM (",
    settled!(),
    ") AS y"
);

const SETTLEMENTS_NEW: &str = concat!("SELECT COUNT(*) FROM (", settled!(), ") AS y");

const SETTLEMENTS_DELETE: &str = "DELETE FROM agent_report_settlement WHERE report_id = $1";

const SETTLEMENTS_SUM: &str = "SELECT CAST(COALESCE(SUM(payable_kopecks), 0) AS BIGINT),
         CAST(COALESCE(SUM(charges_kopecks), 0) AS BIGINT)
     FROM agent_report_settlement WHERE report_id = $1";

const SETTLEMENTS: &str = "SELECT transfer_id, day, reason, payable_kopecks, charges_kopecks
     FROM agent_report_settlement WHERE report_id = $1 ORDER BY day, transfer_id LIMIT $2";

const SUMS_OF_RECEIVED: &str = "SELECT r.owner_id, l.carrier, CAST(SUM(l.amount_kopecks) AS BIGINT)
     FROM agent_report r JOIN agent_report_line l ON l.report_id = r.id
     WHERE r.id = $1 AND l.kind = 'received' GROUP BY r.owner_id, l.carrier ORDER BY l.carrier";

const STEPS_OF_RECEIVED: &str = "INSERT INTO cod_step
         (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     SELECT l.parcel_id, $4, $5, l.amount_kopecks, $6, $7, $8
     FROM agent_report r JOIN agent_report_line l ON l.report_id = r.id
     WHERE r.id = $1 AND r.owner_id = $2 AND l.carrier = $3 AND l.kind = 'received'
     ORDER BY l.parcel_id";

const SUMS_OF_ADVANCED: &str = "SELECT r.owner_id, l.carrier, CAST(SUM(l.amount_kopecks) AS BIGINT)
     FROM agent_report r JOIN agent_report_line l ON l.report_id = r.id
     WHERE r.id = $1 AND l.kind = 'advanced' GROUP BY r.owner_id, l.carrier ORDER BY l.carrier";

const STEPS_OF_ADVANCED: &str = "INSERT INTO cod_step
         (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     SELECT l.parcel_id, $4, $5, l.amount_kopecks, $6, $7, $8
     FROM agent_report r JOIN agent_report_line l ON l.report_id = r.id
     WHERE r.id = $1 AND r.owner_id = $2 AND l.carrier = $3 AND l.kind = 'advanced'
     ORDER BY l.parcel_id";

/// The steps of what came in.
pub(in crate::agency) const RECEIVED: StepSource =
    StepSource { sums: SUMS_OF_RECEIVED, steps: STEPS_OF_RECEIVED };

/// The steps of what is advanced.
pub(in crate::agency) const ADVANCED: StepSource =
    StepSource { sums: SUMS_OF_ADVANCED, steps: STEPS_OF_ADVANCED };

pub(super) const QUERIES: &[&str] = &[
    DRAW_UP,
    FACTS,
    LINES_DELETE,
    KINDS,
    LINES,
    DAYS,
    CHARGES_DRAW_UP,
    CHARGES_NEW,
    CHARGES_DELETE,
    CHARGES_SUM,
    CHARGES,
    SETTLEMENTS_DRAW_UP,
    SETTLEMENTS_NEW,
    SETTLEMENTS_DELETE,
    SETTLEMENTS_SUM,
    SETTLEMENTS,
    SUMS_OF_RECEIVED,
    STEPS_OF_RECEIVED,
    SUMS_OF_ADVANCED,
    STEPS_OF_ADVANCED,
];

/// What stands in a draft as the database has written it.
pub(in crate::agency) async fn draw_up(
    tx: &mut Tx,
    report: &Report,
    advanced_until: Option<Day>,
) -> Result<(), DbError> {
    let Report { id, owner, to, .. } = *report;
    tx.execute(DRAW_UP, args![id, owner, to, advanced_until]).await?;
    let charges = Account::OwnerCharges(owner).key();
    tx.execute(CHARGES_DRAW_UP, args![owner, to, &charges, id]).await?;
    let payable = Account::OwnerPayable(owner).key();
    tx.execute(SETTLEMENTS_DRAW_UP, args![to, &payable, &charges, id]).await.map(drop)
}

/// Whether a draft says what it would say if it were drawn up now.
pub(in crate::agency) async fn is_current(
    tx: &mut Tx,
    report: &Report,
    advanced_until: Option<Day>,
) -> Result<bool, DbError> {
    let Report { id, owner, to, .. } = *report;
    let facts: Facts = tx.fetch_one(FACTS, args![id, owner, to, advanced_until]).await?;
    let charges = Account::OwnerCharges(owner).key();
    let invoices: Count = tx.fetch_one(CHARGES_NEW, args![owner, to, &charges]).await?;
    let payable = Account::OwnerPayable(owner).key();
    let others: Count = tx.fetch_one(SETTLEMENTS_NEW, args![to, &payable, &charges]).await?;
    let is_equal = facts.there == report.line_count && facts.fit == report.line_count;
    Ok(is_equal && invoices.value == 0 && others.value == 0)
}

/// Takes everything out of a draft.
pub(in crate::agency) async fn clear(tx: &mut Tx, id: AgentReportId) -> Result<(), DbError> {
    tx.execute(LINES_DELETE, args![id]).await?;
    tx.execute(CHARGES_DELETE, args![id]).await?;
    tx.execute(SETTLEMENTS_DELETE, args![id]).await.map(drop)
}

/// What the lines come to, by kinds.
pub(in crate::agency) async fn kinds(
    tx: &mut Tx,
    id: AgentReportId,
) -> Result<Vec<KindRow>, DbError> {
    tx.fetch_all(KINDS, args![id]).await
}

pub(in crate::agency) async fn charges_sum(
    tx: &mut Tx,
    id: AgentReportId,
) -> Result<Kopecks, DbError> {
    Ok(tx.fetch_one::<Sum>(CHARGES_SUM, args![id]).await?.sum)
}

pub(in crate::agency) async fn settlements_sum(
    tx: &mut Tx,
    id: AgentReportId,
) -> Result<Settled, DbError> {
    tx.fetch_one(SETTLEMENTS_SUM, args![id]).await
}

pub(in crate::agency) async fn lines(
    tx: &mut Tx,
    id: AgentReportId,
    after: i64,
    limit: i64,
) -> Result<Vec<ReportLine>, DbError> {
    tx.fetch_all(LINES, args![id, after, limit]).await
}

/// The lines by day, carrier and kind.
pub(in crate::agency) async fn days(
    tx: &mut Tx,
    id: AgentReportId,
) -> Result<Vec<DayRow>, DbError> {
    tx.fetch_all(DAYS, args![id]).await
}

pub(in crate::agency) async fn charges(
    tx: &mut Tx,
    id: AgentReportId,
    limit: i64,
) -> Result<Vec<Passed>, DbError> {
    tx.fetch_all(CHARGES, args![id, limit]).await
}

pub(in crate::agency) async fn settlements(
    tx: &mut Tx,
    id: AgentReportId,
    limit: i64,
) -> Result<Vec<SettlementRow>, DbError> {
    tx.fetch_all(SETTLEMENTS, args![id, limit]).await
}
