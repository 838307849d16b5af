//! What people decide about registers, and what holds whatever carriers say before and after.

use ambar::carriers::model::DeliveryStatus;
use reqwest::Method;
use serde_json::{Value, json};

use crate::registers::{Desk, kinds};
use crate::support::unique_name;

impl Desk {
    /// The only open finding of a kind.
    async fn finding(&self, kind: &str) -> String {
        let page = self.get(&format!("/v1/findings?kind={kind}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
        page["items"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn decide(&self, finding: &str, resolution: &str) -> crate::support::Answer {
        let body = json!({ "resolution": resolution, "reason": "так решили" });
        self.post(&format!("/v1/findings/{finding}/resolve"), body).await
    }

    async fn fee_of_three_per_cent(&self) {
        let terms = json!({
            "carrier": "cdek", "method": "any", "valid_from": "2026-01-01", "rate_bp": 300,
            "minimum_kopecks": 0,
        });
        let (token, key) = (self.world.admin(), unique_name());
        let put = self.app.send(Method::PUT, token, "/v1/cod-fee-terms", Some(&key), Some(terms));
        put.await.ok();
    }
}

#[tokio::test]
async fn a_mistyped_day_does_not_put_a_register_into_the_future() {
    let desk = Desk::of_sample().await;
    let text = "Номер отправления;Дата вручения;Сумма НП\n1105500001;17.12.2026;3590\n";
    let report = desk.import(text).await.unwrap();
    assert_eq!(kinds(&desk.findings(&report).await), [(2, "day_out_of_period")]);
    let shown = desk.get(&format!("/v1/registers/{}", report.register)).await;
    assert_eq!(shown["day"], "2026-11-19", "today");
    desk.accept(&report).await.ok();
    let later = "SELECT COUNT(*) FROM money_transfer WHERE day > '2026-11-19'";
    assert_eq!(desk.count(later).await, 0);

    let path = format!("{}/v1/registers/import?carrier=cdek&day=2026-12-17", desk.app.base);
    let request = ambar::net::client().post(path).bearer_auth(desk.world.admin());
    let request = request.header("idempotency-key", unique_name());
    let told: Value = request.body(text).send().await.unwrap().json().await.unwrap();
    assert_eq!(told["code"], "input_invalid", "{told}");
    desk.app.finish().await;
}

#[tokio::test]
async fn a_decision_about_a_draft_can_be_changed_and_words_can_be_said_later() {
    let desk = Desk::of_sample().await;
    desk.fee_of_three_per_cent().await;
    let text = "Номер отправления;Сумма НП;Комиссия\n1105500001;3500;105\n1105500002;6900;300\n";
    let report = desk.import(text).await.unwrap();
    let found = desk.findings(&report).await;
    assert_eq!(kinds(&found), [(2, "amount_differs"), (3, "fee_differs")]);
    let lines = format!("/v1/registers/{}/lines", report.register);
    let is_ignored = async || desk.get(&lines).await["items"][0]["ignored"].clone();
    let amount = desk.finding("amount_differs").await;
    desk.decide(&amount, "ignore_line").await.ok();
    assert_eq!(is_ignored().await, true);
    desk.decide(&amount, "accept_amount").await.ok();
    assert_eq!(is_ignored().await, false);
    desk.accept(&report).await.ok();
    let registered = "SELECT CAST(SUM(registered_kopecks) AS BIGINT) FROM cod";
    assert_eq!(desk.count(registered).await, 350_000 + 690_000);

    let late = desk.decide(&amount, "ignore_line").await;
    assert_eq!(late.problem(409), "register_wrong_state", "it is posted");
    let fee = desk.finding("fee_differs").await;
    assert_eq!(desk.decide(&fee, "ignore_line").await.problem(409), "register_wrong_state");
    assert_eq!(desk.decide(&fee, "claim_from_carrier").await.ok()["state"], "resolved");
    assert_eq!(desk.get("/v1/findings").await["items"], json!([]));
    desk.app.finish().await;
}

#[tokio::test]
async fn what_a_register_let_go_stays_so_whatever_the_carrier_says_then() {
    let desk = Desk::of_sample().await;
    let report = desk.import("Номер отправления;Сумма НП\n1105500001;700\n").await.unwrap();
    desk.decide(&desk.finding("amount_differs").await, "accept_amount").await.ok();
    desk.accept(&report).await.ok();
    let sums = async || {
        let released = "SELECT CAST(SUM(released_kopecks) AS BIGINT) FROM cod";
        let collected = "SELECT collected_kopecks FROM cod WHERE registered_kopecks > 0";
        (desk.count(released).await, desk.count(collected).await)
    };
    assert_eq!(sums().await, (289_000, 70_000));
    for status in [DeliveryStatus::PartlyDelivered, DeliveryStatus::Delivered] {
        desk.told(0, status).await;
        assert_eq!(sums().await, (289_000, 70_000), "{status}");
    }
    desk.app.finish().await;
}

#[tokio::test]
async fn a_parcel_that_was_taken_in_part_is_missed_and_posted_as_the_register_says() {
    let desk = Desk::of_sample().await;
    desk.told(2, DeliveryStatus::PartlyDelivered).await;
    let absent = desk.get("/v1/cod/absent?carrier=cdek&days=1").await;
    assert_eq!(absent["items"].as_array().unwrap().len(), 4, "that one, too");
    let text = "Номер отправления;Сумма НП\n1105500003;1200\n";
    let report = desk.import(text).await.unwrap();
    desk.decide(&desk.finding("amount_differs").await, "accept_amount").await.ok();
    desk.accept(&report).await.ok();
    let rest = "SELECT expected_kopecks - released_kopecks - collected_kopecks FROM cod
         WHERE registered_kopecks > 0";
    assert_eq!(desk.count(rest).await, 0, "nothing is expected any more");
    let returned = desk.import("Номер отправления;Сумма НП;Доставка\n1105500004;0;350\n");
    desk.told(3, DeliveryStatus::Returned).await;
    let returned = returned.await.unwrap();
    let found = desk.findings(&returned).await;
    assert!(!kinds(&found).iter().any(|(_, kind)| *kind == "amount_differs"), "{found:?}");
    desk.app.finish().await;
}
