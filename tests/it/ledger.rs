//! The ledger's triggers, tried from a SQL prompt's point of view.

use ambar::args;
use ambar::commands::Ctx;
use ambar::db::{Count, DbError, Tx};
use ambar::stock::{Goods, Spot, StockError, StockMove, StockReason, stock_move};
use ambar::units::Pieces;

use crate::seed::{self, World};
use crate::support::TestApp;

fn goods(world: &World, pieces: i64) -> Goods {
    let product = world.products[0][0];
    Goods {
        owner: world.owners[0],
        product,
        lot: seed::only_lot(product),
        quantity: Pieces::new(pieces),
    }
}

async fn move_pieces(app: &TestApp, line: StockMove) -> Result<(), StockError> {
    let now = app.app.clock.now();
    let work = async move |tx: &mut Tx| stock_move(tx, &Ctx::system(now), &line).await.map(drop);
    app.app.db.write(work).await
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
    app.app.db.read::<Count, DbError, _>(read).await.unwrap().value
}

#[tokio::test]
async fn balances_follow_the_entries_and_never_go_below_zero() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let now = app.app.clock.now();
    let [first, second] = [world.bins[0], world.bins[1]];
    seed::stock(&app.app, &world, 0, 0, first, 5).await;

    let line = |pieces| {
        let (from, to) = (Spot::available(first), Spot::available(second));
        StockMove::new(StockReason::Move, goods(&world, pieces), from, to, now)
    };
    move_pieces(&app, line(3)).await.unwrap();
    let refused = move_pieces(&app, line(3)).await;
    assert!(matches!(refused, Err(StockError::Insufficient { .. })), "{refused:?}");
    assert_eq!(count(&app, "SELECT CAST(SUM(on_hand) AS BIGINT) FROM balance").await, 5);
    assert_eq!(count(&app, "SELECT unallocated FROM availability").await, 5);

    move_pieces(&app, line(2)).await.unwrap();
    assert_eq!(count(&app, "SELECT COUNT(*) FROM balance").await, 1, "an empty balance goes");
    app.finish().await;
}

#[tokio::test]
async fn nobody_can_change_the_ledger() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    for sql in ["UPDATE stock_entry SET quantity = 6", "DELETE FROM stock_entry"] {
        let work = async move |tx: &mut Tx| tx.execute(sql, vec![]).await;
        let refused = app.app.db.write::<u64, DbError, _>(work).await.unwrap_err();
        assert!(refused.is_check("stock_entry_is_immutable"), "{refused:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_bin_that_closes_takes_its_stock_out_of_what_can_be_promised() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[0], 5).await;
    seed::stock(&app.app, &world, 0, 0, world.bins[1], 2).await;
    let bin = world.bins[0];
    for (open, left) in [(false, 2), (true, 7)] {
        let work = async move |tx: &mut Tx| {
            tx.execute("UPDATE place SET pickable = $1 WHERE id = $2", args![open, bin]).await
        };
        app.app.db.write::<u64, DbError, _>(work).await.unwrap();
        assert_eq!(count(&app, "SELECT unallocated FROM availability").await, left);
    }
    app.finish().await;
}

#[tokio::test]
async fn opposing_moves_at_the_same_time_all_succeed() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let now = app.app.clock.now();
    let [first, second] = [world.bins[0], world.bins[1]];
    seed::stock(&app.app, &world, 0, 0, first, 100).await;
    seed::stock(&app.app, &world, 0, 0, second, 100).await;
    let moves = (0..100).map(|index| {
        let (from, to) = if index % 2 == 0 { (first, second) } else { (second, first) };
        let (from, to) = (Spot::available(from), Spot::available(to));
        move_pieces(&app, StockMove::new(StockReason::Move, goods(&world, 1), from, to, now))
    });
    for outcome in futures::future::join_all(moves).await {
        outcome.unwrap();
    }
    assert_eq!(count(&app, "SELECT MIN(on_hand) FROM balance").await, 100);
    app.finish().await;
}
