//! A month with every mistake of registers and banks in it.

use ambar::registers::FindingKind;
use ambar::sandbox::month::{self, MonthSize};

use crate::support::TestApp;

/// It takes a carrier that answers: `a_register_that_its_carrier_changed_is_told_of_once` of
/// `register_decisions.rs` plants it.
const NOT_PLANTED: [FindingKind; 1] = [FindingKind::RegisterChanged];

#[tokio::test]
async fn every_mistake_of_a_month_is_found_and_nothing_else() {
    let app = TestApp::spawn().await;
    let report = month::play(&app.app, MonthSize::SMALL).await.unwrap();
    let found = |kind: &FindingKind| report.found.contains_key(kind.as_str());
    let missing: Vec<FindingKind> =
        FindingKind::ALL.iter().copied().filter(|kind| !found(kind)).collect();
    assert_eq!(missing, NOT_PLANTED);
    app.finish().await;
}
