//! The rows of tickets.

use serde_json::Value;

use crate::db::{Count, DbError, Tx};
use crate::ids::{CarrierAccountId, TrackingTicketId};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A question that was asked.
    #[derive(Debug, Clone)]
    pub(super) struct TicketRow {
        pub(super) id: TrackingTicketId,
        /// None: the carrier was being asked for it.
        pub(super) ticket: Option<String>,
        pub(super) asked: Value,
        pub(super) asked_at: UtcMicros,
        pub(super) collect_at: UtcMicros,
    }
}

/// A question that is about to be asked.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) id: TrackingTicketId,
    pub(super) account: CarrierAccountId,
    pub(super) asked: Value,
    pub(super) asked_at: UtcMicros,
    pub(super) collect_at: UtcMicros,
}

const ON_THEIR_WAY: &str = "SELECT COUNT(*) FROM
     (SELECT id FROM shipment
      WHERE account_id = $1 AND poll_at IS NOT NULL AND state = 'registered' LIMIT $2) AS found";

const DUE: &str = "SELECT id, ticket, asked, asked_at, collect_at FROM tracking_ticket
     WHERE account_id = $1 AND collect_at <= $2 ORDER BY collect_at, id LIMIT $3";

const ASKED_AFTER: &str = "SELECT COUNT(*) FROM tracking_ticket
     WHERE account_id = $1 AND asked_at > $2";

const INSERT: &str = "INSERT INTO tracking_ticket (id, account_id, asked, asked_at, collect_at)
     VALUES ($1, $2, $3, $4, $5)";

const GIVEN: &str = "UPDATE tracking_ticket SET ticket = $2, collect_at = $3
     WHERE id = $1 AND ticket IS NULL";

const MOVED: &str = "UPDATE tracking_ticket SET collect_at = $3 WHERE id = $1 AND collect_at = $2";

const REMOVE: &str = "DELETE FROM tracking_ticket WHERE id = $1";

pub const QUERIES: &[&str] = &[ON_THEIR_WAY, DUE, ASKED_AFTER, INSERT, GIVEN, MOVED, REMOVE];

/// How many shipments of an account are on their way; `many` is enough to know.
pub(super) async fn on_their_way(
    tx: &mut Tx,
    account: CarrierAccountId,
    many: i64,
) -> Result<i64, DbError> {
    Ok(tx.fetch_one::<Count>(ON_THEIR_WAY, args![account, many]).await?.value)
}

/// The tickets of an account that are to be collected.
pub(super) async fn due(
    tx: &mut Tx,
    account: CarrierAccountId,
    now: UtcMicros,
    count_max: i64,
) -> Result<Vec<TicketRow>, DbError> {
    tx.fetch_all(DUE, args![account, now, count_max]).await
}

/// Whether a ticket of the account was asked for after `since`.
pub(super) async fn asked_after(
    tx: &mut Tx,
    account: CarrierAccountId,
    since: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.fetch_one::<Count>(ASKED_AFTER, args![account, since]).await?.value > 0)
}

pub(super) async fn insert(tx: &mut Tx, ticket: &Ticket) -> Result<(), DbError> {
    let values =
        args![ticket.id, ticket.account, ticket.asked.clone(), ticket.asked_at, ticket.collect_at,];
    tx.insert(INSERT, values).await
}

/// False: the question counts as lost by now.
pub(super) async fn given(
    tx: &mut Tx,
    id: TrackingTicketId,
    ticket: &str,
    collect_at: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(GIVEN, args![id, ticket, collect_at]).await? == 1)
}

/// False: somebody else moved it.
pub(super) async fn moved(
    tx: &mut Tx,
    id: TrackingTicketId,
    from: UtcMicros,
    to: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(MOVED, args![id, from, to]).await? == 1)
}

/// False: it is gone.
pub(super) async fn remove(tx: &mut Tx, id: TrackingTicketId) -> Result<bool, DbError> {
    Ok(tx.execute(REMOVE, args![id]).await? == 1)
}
