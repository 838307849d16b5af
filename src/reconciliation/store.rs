//! Rows of payers, delays and findings, and what is open.

use super::findings::NewFinding;
use super::model::{DifferenceTo, FixedDelays, Payer, Payers};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{BankDocumentId, CodRegisterId, FindingId, ParcelId, TransferId, UserId};
use crate::registers::{FindingKind, FindingState, Resolution};
use crate::units::{Day, Kopecks};
use crate::{args, record};

record! {
    /// Who pays for which carrier.
    pub(super) struct PayerRow {
        pub(super) carrier: String,
        pub(super) inn: String,
    }
}

record! {
    /// An accepted register that is not settled.
    #[derive(Debug, Clone)]
    pub(super) struct OpenRow {
        pub(super) register: CodRegisterId,
        pub(super) carrier: String,
        pub(super) number: String,
        pub(super) payment_order: String,
        pub(super) open: Kopecks,
        pub(super) day: Day,
    }
}

record! {
    /// From when until when something took.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Took {
        pub(super) from: Day,
        pub(super) until: Day,
    }
}

record! {
    pub(super) struct CarrierRow {
        pub(super) carrier: String,
    }
}

record! {
    /// A parcel that a buyer paid for and no register lists.
    pub(super) struct AbsentRow {
        pub(super) parcel: ParcelId,
        pub(super) collected: Kopecks,
        pub(super) collected_on: Day,
    }
}

record! {
    /// A finding about a receipt that nobody resolved.
    pub(super) struct OpenFinding {
        pub(super) id: FindingId,
        pub(super) document: BankDocumentId,
        pub(super) kind: FindingKind,
    }
}

record! {
    /// The difference of a register as it was booked.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Difference {
        pub(super) transfer: TransferId,
        pub(super) to: DifferenceTo,
        /// Less than zero: the register had more than it should.
        pub(super) amount: Kopecks,
    }
}

record! {
    /// Who accepted a register.
    struct AcceptedBy {
        user: Option<UserId>,
    }
}

const PAYERS: &str = "SELECT inn, name FROM carrier_payer WHERE carrier = $1 ORDER BY inn";

const PAYERS_ALL: &str = "SELECT carrier, inn FROM carrier_payer ORDER BY carrier, inn";

const PAYERS_CLEAR: &str = "DELETE FROM carrier_payer WHERE carrier = $1";

const PAYER_INSERT: &str = "INSERT INTO carrier_payer (carrier, inn, name) VALUES ($1, $2, $3)
     ON CONFLICT (carrier, inn) DO UPDATE SET name = excluded.name";

const DELAYS: &str =
    "SELECT carrier, register_days, bank_days FROM carrier_delay WHERE carrier = $1";

const DELAYS_SET: &str = "INSERT INTO carrier_delay (carrier, register_days, bank_days)
     VALUES ($1, $2, $3)
     ON CONFLICT (carrier) DO UPDATE
     SET register_days = excluded.register_days, bank_days = excluded.bank_days";

const PARCELS_TOOK: &str = "SELECT collected_on, registered_on FROM cod
     WHERE carrier = $1 AND registered_on IS NOT NULL AND collected_on IS NOT NULL
     ORDER BY registered_on DESC LIMIT $2";

const REGISTERS_TOOK: &str = "SELECT day, settled_on FROM cod_register
     WHERE carrier = $1 AND settled_on IS NOT NULL ORDER BY settled_on DESC LIMIT $2";

const OPEN: &str = "SELECT id, carrier, number, payment_order, open_kopecks, day
     FROM cod_register WHERE state = 'accepted' AND settled_on IS NULL ORDER BY carrier, day, id";

const CARRIERS_OF_ABSENT: &str = "SELECT carrier FROM cod
     WHERE registered_kopecks < collected_kopecks OR (is_partial AND registered_kopecks = 0)
     GROUP BY carrier ORDER BY carrier";

/// Not yet found, and in no register that waits for people.
const ABSENT: &str = "SELECT c.parcel_id,
         CASE WHEN c.is_partial THEN c.expected_kopecks - c.released_kopecks
              ELSE c.collected_kopecks END,
         c.collected_on
     FROM cod AS c
     WHERE c.carrier = $1
       AND (c.registered_kopecks < c.collected_kopecks OR (c.is_partial AND c.registered_kopecks = 0))
       AND c.collected_on <= $2
       AND c.registered_kopecks = 0
       AND NOT EXISTS (SELECT 1 FROM money_finding AS f
                       WHERE f.parcel_id = c.parcel_id AND f.kind = 'absent_from_registers'
                         AND (f.resolution IS NULL OR f.resolution <> 'cleared_up'))
       AND NOT EXISTS (SELECT 1 FROM cod_register_line AS l
                       JOIN cod_register AS r ON r.id = l.register_id
                       WHERE l.parcel_id = c.parcel_id AND l.kind = 'collected' AND NOT l.ignored
                         AND r.state = 'draft')
     ORDER BY c.collected_on, c.parcel_id LIMIT $3";

const FINDING_INSERT: &str = "INSERT INTO money_finding
     (id, kind, severity, register_id, line, parcel_id, document_id, amount_kopecks, args, proposed,
         state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";

const FINDINGS_OPEN: &str = "SELECT id, document_id, kind FROM money_finding
     WHERE state = 'open' AND document_id IS NOT NULL
       AND kind IN ('payment_without_register', 'payment_differs', 'payer_unexpected',
                    'payment_ambiguous')";

const FINDING_CLEAR: &str = "UPDATE money_finding
     SET state = 'resolved', resolution = $2, reason = $3, resolved_at = $4
     WHERE id = $1 AND state = 'open'";

const CURE_ABSENT: &str = "UPDATE money_finding AS f
     SET state = 'resolved', resolution = $1, reason = $2, resolved_at = $3
     WHERE f.state = 'open' AND f.kind = 'absent_from_registers'
       AND NOT EXISTS (SELECT 1 FROM cod AS c
                       WHERE c.parcel_id = f.parcel_id AND c.registered_kopecks = 0
                         AND (c.collected_kopecks > 0 OR c.is_partial))";

const CURE_UNPAID: &str = "UPDATE money_finding AS f
     SET state = 'resolved', resolution = $1, reason = $2, resolved_at = $3
     WHERE f.state = 'open' AND f.kind = 'register_unpaid'
       AND EXISTS (SELECT 1 FROM cod_register AS r
                   WHERE r.id = f.register_id AND r.settled_on IS NOT NULL)";

const CURE_DOCUMENT: &str = "UPDATE money_finding AS f
     SET state = 'resolved', resolution = $1, reason = $2, resolved_at = $3
     WHERE f.state = 'open' AND f.kind IN ('payment_without_register', 'payment_ambiguous')
       AND EXISTS (SELECT 1 FROM bank_document AS d
                   WHERE d.id = f.document_id AND d.matched_kopecks = d.amount_kopecks)";

/// What the register lacks is a difference, too, when all of the receipt went to it.
const CURE_DIFFERS: &str = "UPDATE money_finding AS f
     SET state = 'resolved', resolution = $1, reason = $2, resolved_at = $3
     WHERE f.state = 'open' AND f.kind = 'payment_differs'
       AND EXISTS (SELECT 1 FROM bank_document AS d
                   WHERE d.id = f.document_id AND d.matched_kopecks = d.amount_kopecks)
       AND (f.register_id IS NULL
            OR EXISTS (SELECT 1 FROM cod_register AS r
                       WHERE r.id = f.register_id AND r.settled_on IS NOT NULL))";

const CURE_PAYER: &str = "UPDATE money_finding AS f
     SET state = 'resolved', resolution = $1, reason = $2, resolved_at = $3
     WHERE f.state = 'open' AND f.kind = 'payer_unexpected'
       AND EXISTS (SELECT 1 FROM bank_document AS d
                   JOIN carrier_payer AS p ON p.inn = d.party_inn
                   JOIN cod_register AS r ON r.carrier = p.carrier
                   WHERE d.id = f.document_id AND r.id = f.register_id)";

/// All of the receipt is for something else than a register, as people said: nothing is wrong about whose
/// register it is.
const CURE_ASSIGNED: &str = "UPDATE money_finding AS f
     SET state = 'resolved', resolution = $1, reason = $2, resolved_at = $3
     WHERE f.state = 'open' AND f.kind IN ('payment_differs', 'payer_unexpected')
       AND EXISTS (SELECT 1 FROM bank_document AS d
                   WHERE d.id = f.document_id AND d.matched_kopecks = d.amount_kopecks)
       AND NOT EXISTS (SELECT 1 FROM bank_match AS m
                       WHERE m.document_id = f.document_id AND m.what = 'register'
                         AND m.undo_id IS NULL)";

/// What cures findings by itself, with the reason that is noted.
const CURES: [(&str, &str); 6] = [
    (CURE_ABSENT, "parcel_registered"),
    (CURE_UNPAID, "register_settled"),
    (CURE_DOCUMENT, "receipt_matched"),
    (CURE_DIFFERS, "receipt_matched"),
    (CURE_PAYER, "payer_described"),
    (CURE_ASSIGNED, "receipt_assigned"),
];

const ACCEPTED_BY: &str = "SELECT decided_by FROM cod_register WHERE id = $1";

const DIFFERENCE: &str = "SELECT difference_id, difference_to, difference_kopecks
     FROM cod_register WHERE id = $1 AND difference_id IS NOT NULL";

const DIFFERENCE_NOTE: &str = "UPDATE cod_register
     SET difference_id = $2, difference_to = $3, difference_kopecks = $4
     WHERE id = $1 AND difference_id IS NULL";

const DIFFERENCE_DROP: &str = "UPDATE cod_register
     SET difference_id = NULL, difference_to = NULL, difference_kopecks = NULL
     WHERE id = $1 AND difference_id = $2";

const RUN_ON: &str = "INSERT INTO reconciliation_day (name, ran_on) VALUES ('reconciliation', $1)
     ON CONFLICT (name) DO UPDATE SET ran_on = excluded.ran_on
     WHERE reconciliation_day.ran_on < excluded.ran_on";

pub const QUERIES: &[&str] = &[
    PAYERS,
    PAYERS_ALL,
    PAYERS_CLEAR,
    PAYER_INSERT,
    DELAYS,
    DELAYS_SET,
    PARCELS_TOOK,
    REGISTERS_TOOK,
    OPEN,
    CARRIERS_OF_ABSENT,
    ABSENT,
    FINDING_INSERT,
    FINDINGS_OPEN,
    FINDING_CLEAR,
    CURE_ABSENT,
    CURE_UNPAID,
    CURE_DOCUMENT,
    CURE_DIFFERS,
    CURE_PAYER,
    CURE_ASSIGNED,
    ACCEPTED_BY,
    DIFFERENCE,
    DIFFERENCE_NOTE,
    DIFFERENCE_DROP,
    RUN_ON,
];

pub(super) async fn payers(tx: &mut Tx, carrier: &str) -> Result<Vec<Payer>, DbError> {
    tx.fetch_all(PAYERS, args![carrier]).await
}

/// Of all carriers: some for each.
pub(super) async fn payers_all(tx: &mut Tx) -> Result<Vec<PayerRow>, DbError> {
    tx.fetch_all(PAYERS_ALL, args![]).await
}

pub(super) async fn payers_set(tx: &mut Tx, set: &Payers) -> Result<(), DbError> {
    tx.execute(PAYERS_CLEAR, args![&set.carrier]).await?;
    let row = |one: &Payer| args![&set.carrier, &one.inn, &one.name];
    tx.insert_many(PAYER_INSERT, set.payers.iter().map(row).collect()).await.map(drop)
}

pub(super) async fn delays_fixed(
    tx: &mut Tx,
    carrier: &str,
) -> Result<Option<FixedDelays>, DbError> {
    tx.fetch_optional(DELAYS, args![carrier]).await
}

pub(super) async fn delays_set(tx: &mut Tx, fixed: &FixedDelays) -> Result<(), DbError> {
    let values = args![&fixed.carrier, fixed.register_days, fixed.bank_days];
    tx.execute(DELAYS_SET, values).await.map(drop)
}

/// From the buyer's payment to a register, of the last parcels.
pub(super) async fn parcels_took(
    tx: &mut Tx,
    carrier: &str,
    limit: i64,
) -> Result<Vec<Took>, DbError> {
    tx.fetch_all(PARCELS_TOOK, args![carrier, limit]).await
}

/// From a register to the bank, of the last registers.
pub(super) async fn registers_took(
    tx: &mut Tx,
    carrier: &str,
    limit: i64,
) -> Result<Vec<Took>, DbError> {
    tx.fetch_all(REGISTERS_TOOK, args![carrier, limit]).await
}

/// Accepted registers that are not settled: some weeks of them.
pub(super) async fn open_registers(tx: &mut Tx) -> Result<Vec<OpenRow>, DbError> {
    tx.fetch_all(OPEN, args![]).await
}

/// Carriers that hold money which no register lists.
pub(super) async fn carriers_of_absent(tx: &mut Tx) -> Result<Vec<CarrierRow>, DbError> {
    tx.fetch_all(CARRIERS_OF_ABSENT, args![]).await
}

/// Parcels of a carrier that were paid for by that day, that no register lists and no finding tells.
pub(super) async fn absent(
    tx: &mut Tx,
    carrier: &str,
    until: Day,
    limit: i64,
) -> Result<Vec<AbsentRow>, DbError> {
    tx.fetch_all(ABSENT, args![carrier, until, limit]).await
}

/// Keeps findings; one that is known is left as it is. Answers how many are new.
pub(super) async fn findings_insert(
    tx: &mut Tx,
    ctx: &Ctx,
    found: &[NewFinding],
) -> Result<u64, DbError> {
    let row = |one: &NewFinding| {
        args![
            FindingId::new(),
            one.raised.kind,
            one.raised.severity,
            one.register,
            0_i64,
            one.parcel,
            one.document,
            one.raised.amount,
            one.raised.args.clone(),
            one.raised.proposed,
            FindingState::Open,
            ctx.now,
        ]
    };
    tx.insert_many(FINDING_INSERT, found.iter().map(row).collect()).await
}

/// All about receipts that nobody resolved.
pub(super) async fn findings_open(tx: &mut Tx) -> Result<Vec<OpenFinding>, DbError> {
    tx.fetch_all(FINDINGS_OPEN, args![]).await
}

/// Something else is wrong now, or nothing.
pub(super) async fn finding_clear(
    tx: &mut Tx,
    ctx: &Ctx,
    id: FindingId,
    reason: &str,
) -> Result<u64, DbError> {
    tx.execute(FINDING_CLEAR, args![id, Resolution::ClearedUp, reason, ctx.now]).await
}

/// Closes what the facts have cured; answers how many.
pub(super) async fn cure(tx: &mut Tx, ctx: &Ctx) -> Result<u64, DbError> {
    let mut cleared = 0;
    for (sql, reason) in CURES {
        cleared += tx.execute(sql, args![Resolution::ClearedUp, reason, ctx.now]).await?;
    }
    Ok(cleared)
}

/// Who accepted a register; nobody, if the system did.
pub(super) async fn accepted_by(
    tx: &mut Tx,
    register: CodRegisterId,
) -> Result<Option<UserId>, DbError> {
    Ok(tx.fetch_one::<AcceptedBy>(ACCEPTED_BY, args![register]).await?.user)
}

/// The difference of a register that is booked and was not taken back.
pub(super) async fn difference(
    tx: &mut Tx,
    register: CodRegisterId,
) -> Result<Option<Difference>, DbError> {
    tx.fetch_optional(DIFFERENCE, args![register]).await
}

/// False: one is booked already.
pub(super) async fn difference_note(
    tx: &mut Tx,
    register: CodRegisterId,
    booked: Difference,
) -> Result<bool, DbError> {
    let values = args![register, booked.transfer, booked.to, booked.amount];
    Ok(tx.execute(DIFFERENCE_NOTE, values).await? == 1)
}

/// False: somebody else took it back.
pub(super) async fn difference_drop(
    tx: &mut Tx,
    register: CodRegisterId,
    transfer: TransferId,
) -> Result<bool, DbError> {
    Ok(tx.execute(DIFFERENCE_DROP, args![register, transfer]).await? == 1)
}

/// False: it was done on this day already.
pub(super) async fn run_on(tx: &mut Tx, day: Day) -> Result<bool, DbError> {
    Ok(tx.execute(RUN_ON, args![day]).await? == 1)
}
