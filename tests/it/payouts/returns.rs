//! Payouts that come back, or never left.

use ambar::access::Role;
use ambar::ids::BankDocumentId;
use ambar::money::Account;
use serde_json::{Value, json};

use super::{TODAY, Till};
use crate::bank::{Doc, OURS, OURS_TOO, THEIRS, balance, doc, documents};
use crate::support::Answer;

impl Till {
    async fn back(&self, role: Role, payout: &Value, body: Value) -> Answer {
        let path = format!("/v1/payouts/{}/return", payout["id"].as_str().unwrap());
        self.app.post(self.world.session(role), &path, body).await
    }

    /// The document of this number.
    async fn receipt(&self, number: &str) -> BankDocumentId {
        documents(&self.app).await.iter().find(|one| one.number == number).unwrap().id
    }

    /// The payout comes back by the receipt of this number, as somebody says.
    async fn back_by(&self, role: Role, payout: &Value, number: &str) -> Answer {
        let document = self.receipt(number).await;
        let body = json!({ "reason": "счёт закрыт", "bank_document_id": document });
        self.back(role, payout, body).await
    }
}

#[tokio::test]
async fn a_payout_that_did_not_arrive_is_to_be_paid_again() {
    let till = Till::open().await;
    till.reported(0, "A", &[40_000]).await;
    till.charge(0, 1_000, 0).await;
    let back = async |payout: &Value, body: Value| till.back(Role::Accountant, payout, body).await;
    let latest = async || till.payouts(&till.world.keys[0], "").await[0].clone();
    till.approved().await;
    let refused = latest().await;
    let own = json!({ "reason": "банк отказал" });
    let own = till.back(Role::Administrator, &refused, own).await;
    assert_eq!(own.problem(403), "payout_second_person", "who sent it does not say it never left");
    let told = back(&refused, json!({ "reason": "банк отказал" })).await.ok();
    assert_eq!(
        (&told["state"], &told["return_reason"]),
        (&json!("returned"), &json!("банк отказал"))
    );
    let again = back(&refused, json!({ "reason": "ещё раз" })).await;
    assert_eq!(again.problem(409), "payout_not_ordered");
    assert_eq!(till.clearing(0, &refused).await, 0);
    let told = till.money(0).await;
    assert_eq!(
        (&told["payable_kopecks"], &told["charges_kopecks"]),
        (&json!(40_000), &json!(1_000))
    );
    assert_eq!((&told["paid_kopecks"], &told["next"]["net_kopecks"]), (&json!(0), &json!(39_000)));

    let run = till.approved().await;
    assert_eq!(till.orders(&run).await[0].number, "2");
    // The bank carried the first one out after all: that is nobody's order.
    let both = [doc("1", OURS, THEIRS, "390.00", TODAY), doc("2", OURS, THEIRS, "390.00", TODAY)];
    till.bank_says(100_000, &both).await;
    assert_eq!(balance(&till.app, Account::BankOutgoing(till.account)).await, 0);
    assert_eq!(balance(&till.app, Account::BankSuspense(till.account)).await, 39_000);
    let paid = latest().await;
    assert_eq!(paid["state"], "paid");
    let unsaid = back(&paid, json!({ "reason": "счёт закрыт" })).await;
    assert_eq!(unsaid.problem(409), "payout_carried_out");

    till.bank_says(22_000, &[doc("900", THEIRS, OURS, "390.00", TODAY)]).await;
    let body = json!({ "reason": "счёт закрыт", "bank_document_id": till.receipt("900").await });
    let returned = till.back(Role::Administrator, &paid, body).await.ok();
    assert_eq!(returned["state"], "returned", "the receipt says so");
    let suspense = balance(&till.app, Account::BankSuspense(till.account)).await;
    assert_eq!(suspense, 39_000, "the receipt is explained");
    assert_eq!(till.money(0).await["next"]["net_kopecks"], 39_000);
    let open = till.app.get(till.world.admin(), "/v1/bank/documents?unmatched=true").await.ok();
    assert_eq!(open["items"], json!([]));
    till.app.finish().await;
}

#[tokio::test]
async fn a_payout_comes_back_by_all_of_its_money_and_by_no_other_receipt() {
    let till = Till::open().await;
    till.reported(0, "A", &[40_000]).await;
    till.approved().await;
    let payout = till.payouts(&till.world.keys[0], "").await[0].clone();
    let receipt = |number: &str, payer: &'static str, roubles: &str| -> Doc {
        doc(number, payer, OURS, roubles, TODAY)
    };
    let receipts = [
        receipt("900", OURS_TOO, "1990.00"),
        receipt("901", OURS_TOO, "400.00"),
        receipt("902", THEIRS, "399.99"),
        receipt("903", THEIRS, "400.00"),
    ];
    till.bank_says(100_000, &receipts).await;
    let early = till.back_by(Role::Accountant, &payout, "901").await;
    assert_eq!(early.problem(409), "payout_not_carried_out");
    till.bank_says(418_999, &[doc("1", OURS, THEIRS, "400.00", TODAY)]).await;

    let order = json!({
        "to": "carrier_settlement", "carrier": "cdek", "amount_kopecks": 1, "reason": "счёт 77",
    });
    let path = format!("/v1/bank/documents/{}/assign", till.receipt("1").await);
    let ours = till.app.post(till.world.session(Role::Accountant), &path, order).await;
    assert_eq!(ours.problem(409), "bank_document_not_incoming", "the payout explains it");

    for number in ["900", "902"] {
        let other = till.back_by(Role::Accountant, &payout, number).await;
        assert_eq!(other.problem(409), "payout_return_unfit", "{number}");
    }
    let stranger = till.back_by(Role::Administrator, &payout, "901").await;
    assert_eq!(stranger.problem(403), "payout_second_person", "nobody knows that account");
    let part = json!({
        "to": "owner_charges", "owner_id": till.shop(0), "amount_kopecks": 1, "reason": "счёт 8",
    });
    let path = format!("/v1/bank/documents/{}/assign", till.receipt("903").await);
    till.app.post(till.world.session(Role::Accountant), &path, part).await.ok();
    let begun = till.back_by(Role::Accountant, &payout, "903").await;
    assert_eq!(begun.problem(409), "bank_match_too_big", "something of it is for a bill");

    let returned = till.back_by(Role::Accountant, &payout, "901").await.ok();
    assert_eq!(returned["state"], "returned", "a second person says so");
    assert_eq!(till.clearing(0, &payout).await, 0);
    let open = till.app.get(till.world.admin(), "/v1/bank/documents?unmatched=true").await.ok();
    let left: Vec<(&str, i64)> = open["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["number"].as_str().unwrap(), one["open_kopecks"].as_i64().unwrap()))
        .collect();
    assert_eq!(left, [("900", 199_000), ("902", 39_999), ("903", 39_999)]);
    till.app.finish().await;
}
