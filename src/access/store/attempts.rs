//! Counting those who guess.

use crate::db::{Count, DbError, Tx};
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    struct Lock {
        until: Option<UtcMicros>,
    }
}

/// Counts an attempt before its secret is looked at, so that a thousand at once count, too. A
/// subject that is locked gets no row back. Failures of long ago are forgotten.
const ATTEMPT_BEGIN: &str = "INSERT INTO login_attempt (subject, failures, locked_until, last_at)
     VALUES ($1, 1, NULL, $2)
     ON CONFLICT (subject) DO UPDATE SET
         failures = CASE WHEN login_attempt.last_at < $3 THEN 1 ELSE login_attempt.failures + 1 END,
         last_at = excluded.last_at
     WHERE login_attempt.locked_until IS NULL OR login_attempt.locked_until <= excluded.last_at
     RETURNING failures";

const ATTEMPT_LOCK: &str = "UPDATE login_attempt SET locked_until = $2 WHERE subject = $1";

const ATTEMPT_FIND: &str = "SELECT locked_until FROM login_attempt WHERE subject = $1";

const ATTEMPT_FORGIVE: &str = "DELETE FROM login_attempt WHERE subject = $1 OR last_at < $2";

pub(crate) const QUERIES: &[&str] = &[ATTEMPT_BEGIN, ATTEMPT_LOCK, ATTEMPT_FIND, ATTEMPT_FORGIVE];

/// How many attempts in a row this one makes, or nothing while the subject is locked.
pub(in crate::access) async fn attempt_begin(
    tx: &mut Tx,
    subject: &str,
    now: UtcMicros,
    forgotten_before: UtcMicros,
) -> Result<Option<i64>, DbError> {
    let values = args![subject, now, forgotten_before];
    let count: Option<Count> = tx.fetch_optional(ATTEMPT_BEGIN, values).await?;
    Ok(count.map(|count| count.value))
}

pub(in crate::access) async fn attempt_lock(
    tx: &mut Tx,
    subject: &str,
    until: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(ATTEMPT_LOCK, args![subject, until]).await.map(drop)
}

pub(in crate::access) async fn locked_until(
    tx: &mut Tx,
    subject: &str,
) -> Result<Option<UtcMicros>, DbError> {
    let lock: Option<Lock> = tx.fetch_optional(ATTEMPT_FIND, args![subject]).await?;
    Ok(lock.and_then(|lock| lock.until))
}

/// Forgets the failures of a subject, and everybody's of long ago.
pub(in crate::access) async fn attempt_forgive(
    tx: &mut Tx,
    subject: &str,
    forgotten_before: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(ATTEMPT_FORGIVE, args![subject, forgotten_before]).await.map(drop)
}
