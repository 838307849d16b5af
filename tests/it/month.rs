//! A month with every mistake of registers and banks in it.

use ambar::sandbox::month::{self, MonthSize};

use crate::support::TestApp;

#[tokio::test]
async fn every_mistake_of_a_month_is_found_and_nothing_else() {
    let app = TestApp::spawn().await;
    let report = month::play(&app.app, MonthSize::SMALL).await.unwrap();
    assert_eq!(report.found.len(), 26, "{:?}", report.found);
    app.finish().await;
}
