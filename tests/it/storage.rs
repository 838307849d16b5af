//! The database facade on both engines.

use std::time::Duration;

use ambar::args;
use ambar::db::{DbError, Tx};

use crate::picking::number;
use crate::seed;
use crate::support::TestApp;

/// Every statement of the program, by capability.
pub(crate) fn all_queries() -> Vec<&'static str> {
    let orders = ambar::orders::QUERIES.concat();
    [
        &ambar::access::QUERIES.concat(),
        &ambar::agency::QUERIES.concat(),
        &ambar::bank::QUERIES.concat(),
        &ambar::catalog::QUERIES.concat(),
        ambar::commands::QUERIES,
        ambar::connections::QUERIES,
        ambar::fiscal::QUERIES,
        ambar::jobs::QUERIES,
        &ambar::printing::QUERIES.concat(),
        ambar::manifests::QUERIES,
        &ambar::money::QUERIES.concat(),
        &ambar::registers::QUERIES.concat(),
        &ambar::cod::QUERIES.concat(),
        &ambar::invoices::QUERIES.concat(),
        &ambar::payouts::QUERIES.concat(),
        ambar::points::QUERIES,
        ambar::notices::QUERIES,
        ambar::packing::handover::QUERIES,
        ambar::sandbox::QUERIES,
        ambar::series::QUERIES,
        &ambar::shipments::QUERIES.concat(),
        ambar::stock::QUERIES,
        ambar::stock::LIST_QUERIES,
        ambar::stock::COUNT_QUERIES,
        ambar::stock::FLOOR_QUERIES,
        ambar::receiving::QUERIES,
        ambar::reconciliation::QUERIES,
        ambar::receiving::PUTAWAY_QUERIES,
        ambar::terminal::QUERIES,
        ambar::taxes::QUERIES,
        ambar::tracking::QUERIES,
        ambar::tracking::TICKET_QUERIES,
        &ambar::picking::queries(),
        ambar::imports::QUERIES,
        &ambar::integrity::RULES.concat(),
        ambar::integrity::COUNTS,
        ambar::packing::QUERIES,
        &orders,
    ]
    .concat()
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let app = TestApp::spawn().await;
    let mut queries = all_queries();
    if app.app.db.dialect() == ambar::db::Dialect::Postgres {
        queries.extend(ambar::orders::POSTGRES_QUERIES);
        queries.extend(ambar::tracking::POSTGRES_QUERIES);
    }
    for sql in queries {
        let work = async move |tx: &mut Tx| tx.prepare(sql).await;
        let outcome = app.app.db.write::<(), DbError, _>(work).await;
        assert!(outcome.is_ok(), "{sql}\n{outcome:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_failed_statement_kills_its_transaction_on_both_engines() {
    let app = TestApp::spawn().await;
    seed::world(&app.app).await;
    let work = async |tx: &mut Tx| {
        let twice = "INSERT INTO warehouse (id, code, name, created_at)
                     SELECT id, code, name, created_at FROM warehouse";
        assert!(matches!(tx.execute(twice, vec![]).await, Err(DbError::Unique)));
        let harmless = tx.execute("UPDATE warehouse SET name = $1", args!["x"]).await;
        assert!(matches!(harmless, Err(DbError::Aborted)), "{harmless:?}");
        harmless
    };
    assert!(app.app.db.write::<u64, DbError, _>(work).await.is_err());
    app.finish().await;
}

#[tokio::test]
async fn a_failure_that_the_work_makes_nothing_of_is_its_outcome_all_the_same() {
    let app = TestApp::spawn().await;
    let work = async |tx: &mut Tx| {
        let device = "INSERT INTO login_attempt (subject, failures, last_at) VALUES ($1, 1, $2)";
        let now = ambar::units::Clock::system().now();
        tx.execute(device, args!["kept?", now]).await?;
        let twice = tx.execute(device, args!["kept?", now]).await;
        assert!(matches!(twice, Err(DbError::Unique)), "{twice:?}");
        Ok(())
    };
    let outcome = app.app.db.write::<(), DbError, _>(work).await;
    assert!(matches!(outcome, Err(DbError::Aborted)), "{outcome:?}");
    let count = number(&app, "SELECT COUNT(*) FROM login_attempt").await;
    assert_eq!(count, 0, "and nothing is kept");
    app.finish().await;
}

#[tokio::test]
async fn work_that_waits_for_something_else_is_refused_by_the_one_writer() {
    let app = TestApp::spawn().await;
    let work = async |_: &mut Tx| {
        tokio::task::yield_now().await;
        Ok(())
    };
    let outcome = app.app.db.write::<(), DbError, _>(work).await;
    match app.app.db.dialect() {
        ambar::db::Dialect::Sqlite => assert!(matches!(outcome, Err(DbError::Waited))),
        ambar::db::Dialect::Postgres => assert!(outcome.is_ok(), "nothing is blocked there"),
    }
    app.finish().await;
}

#[tokio::test]
async fn a_conflict_runs_the_whole_again() {
    let app = TestApp::spawn().await;
    let attempts = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let seen = attempts.clone();
    let work = async move |tx: &mut Tx| {
        if seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 {
            return Err(tx.conflict());
        }
        Ok(())
    };
    let outcome = app.app.db.write::<(), DbError, _>(work);
    tokio::time::timeout(Duration::from_secs(10), outcome).await.unwrap().unwrap();
    assert_eq!(attempts.load(std::sync::atomic::Ordering::SeqCst), 3);
    app.finish().await;
}

#[tokio::test]
async fn a_panic_in_one_command_leaves_the_database_usable() {
    let app = TestApp::spawn().await;
    if app.app.db.dialect() == ambar::db::Dialect::Sqlite {
        let work = async |_: &mut Tx| -> Result<(), DbError> { panic!("a defect") };
        assert!(app.app.db.write(work).await.is_err());
    }
    app.app.db.ping().await.unwrap();
    seed::world(&app.app).await;
    app.finish().await;
}
