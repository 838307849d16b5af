//! Copies of an embedded database, taken while it is in use.
//!
//! `PostgreSQL` has its own tools for this (`pg_basebackup`, `pg_dump`), which know its cluster.

use std::path::{Path, PathBuf};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::DbError;

const PAGES_PER_STEP: std::ffi::c_int = 1_000;

/// Copies the database `source` to the new file `target`, reporting (pages copied, pages in all).
///
/// The copy is one consistent state. It is written beside the target and renamed when complete.
pub fn backup(
    source: &Path,
    target: &Path,
    mut progress: impl FnMut(i32, i32),
) -> Result<(), DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(source, flags)?;
    let partial = with_suffix(target, ".partial");
    remove_with_logs(&partial)?;
    {
        let mut copy = Connection::open(&partial)?;
        // One state: a reading transaction keeps the writers' later pages out of the copy.
        source.execute_batch("BEGIN; SELECT COUNT(*) FROM schema_migration")?;
        let steps = Backup::new(&source, &mut copy)?;
        while steps.step(PAGES_PER_STEP)? != StepResult::Done {
            let state = steps.progress();
            progress(state.pagecount - state.remaining, state.pagecount);
        }
        drop(steps);
        copy.execute_batch("PRAGMA journal_mode = DELETE")?;
    }
    std::fs::rename(&partial, target).map_err(io)
}

/// Puts the copy `source` in place of the database `target`.
///
/// The old log files belong to the old database and are removed: with them the restored one would
/// be malformed. No process may have the target open.
pub fn restore(source: &Path, target: &Path) -> Result<(), DbError> {
    check(source)?;
    let partial = with_suffix(target, ".partial");
    std::fs::copy(source, &partial).map_err(io)?;
    std::fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(io)?;
    remove_with_logs(target)?;
    std::fs::rename(&partial, target).map_err(io)
}

/// Refuses a file that is not a whole database of this program.
fn check(path: &Path) -> Result<(), DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let answer: String = connection.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if answer != "ok" {
        return Err(DbError::unavailable("the copy is damaged"));
    }
    connection
        .query_row("SELECT COUNT(*) FROM schema_migration", [], |row| row.get::<_, i64>(0))?;
    Ok(())
}

fn remove_with_logs(path: &Path) -> Result<(), DbError> {
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(with_suffix(path, suffix)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn io(error: std::io::Error) -> DbError {
    DbError::Unavailable(Box::new(error))
}
