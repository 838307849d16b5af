//! What people say beyond registers: what a receipt is for, and what is left of a register. All of it can
//! be taken back.

use ambar::cod::Step;
use ambar::ids::{AgentReportId, OwnerId, TransferId};
use ambar::money::Account;
use ambar::reconciliation::RunReport;
use serde_json::{Value, json};

use crate::bank::{self, OURS, THEIRS, doc};
use crate::reconciliation::{Office, carrier, paid, told};
use crate::support::Answer;

impl Office {
    async fn assign(&self, document: usize, to: Value, sum: i64) -> Answer {
        let id = bank::documents(&self.desk.app).await[document].id;
        let mut body = to;
        body["amount_kopecks"] = json!(sum);
        body["reason"] = json!("по письму");
        self.desk.post(&format!("/v1/bank/documents/{id}/assign"), body).await
    }

    async fn unassign(&self, document: usize, transfer: &Value) -> Answer {
        let id = bank::documents(&self.desk.app).await[document].id;
        let body = json!({ "transfer_id": transfer, "reason": "не то" });
        self.desk.post(&format!("/v1/bank/documents/{id}/unassign"), body).await
    }
}

#[tokio::test]
async fn a_receipt_for_no_register_goes_to_what_it_pays_and_can_be_taken_back() {
    let office = Office::of_sample().await;
    let lost = office.register("74", &[(3, "2400"), (4, "3290")]).await.register;
    let body = json!({ "to": "claim", "reason": "перевозчик признал утрату" });
    office.post_second(&format!("/v1/registers/{lost}/difference"), body).await.ok();
    let receipt = paid("900", "5690.00").says("Наложенные платежи, претензия");
    office.receive(&[receipt]).await;
    office.run().await;
    assert_eq!(told(&office.findings("open").await), [("payment_without_register", 569_000)]);

    let claims = json!({ "to": "carrier_claims", "carrier": "cdek" });
    for wrong in [
        json!({ "to": "register", "carrier": "cdek" }),
        json!({ "to": "carrier_claims" }),
        json!({ "to": "owner_charges", "carrier": "cdek", "owner_id": office.desk.owner() }),
    ] {
        assert_eq!(office.assign(0, wrong, 1).await.problem(422), "input_invalid");
    }
    assert_eq!(office.assign(0, claims.clone(), 0).await.problem(422), "input_invalid");
    let nobody = json!({ "to": "owner_payable", "owner_id": OwnerId::new() });
    assert_eq!(office.assign(0, nobody, 1).await.problem(404), "not_found");
    let more = office.assign(0, claims.clone(), 569_001).await;
    assert_eq!(more.problem(409), "bank_match_too_big");

    let (left, right) = futures::join!(
        office.assign(0, claims.clone(), 569_000),
        office.assign(0, claims.clone(), 569_000)
    );
    let mut answers = [left, right];
    answers.sort_by_key(|one| one.status);
    let [done, refused] = answers;
    assert_eq!(refused.problem(409), "bank_match_too_big");
    let done = done.ok();
    let matched = &done["matches"][0];
    assert_eq!((&matched["to"], &matched["carrier"]), (&json!("carrier_claims"), &json!("cdek")));
    assert_eq!(matched["register_id"], json!(null));
    assert_eq!(office.desk.balance(Account::CarrierClaims(carrier())).await, 0);
    assert_eq!((office.suspense().await, office.findings("open").await), (0, vec![]));
    assert_eq!(office.run().await, RunReport::default(), "nobody looks for its register");
    let open = office.desk.get("/v1/bank/documents?unmatched=true").await;
    assert_eq!(open["items"], json!([]));

    let other = office.unassign(0, &json!(TransferId::new())).await;
    assert_eq!(other.problem(404), "bank_assignment_not_found");
    let undone = office.unassign(0, &matched["transfer_id"]).await.ok();
    assert_eq!(undone["document"]["open_kopecks"], 569_000);
    assert!(undone["matches"][0]["undo_id"].is_string(), "{undone}");
    let twice = office.unassign(0, &matched["transfer_id"]).await;
    assert_eq!(twice.problem(409), "bank_assignment_undone");
    assert_eq!(office.desk.balance(Account::CarrierClaims(carrier())).await, 569_000);
    office.run().await;
    assert_eq!(told(&office.findings("open").await), [("payment_without_register", 569_000)]);
    office.finish().await;
}

#[tokio::test]
async fn a_shop_pays_its_bill_and_its_debt_by_one_transfer() {
    let office = Office::of_sample().await;
    let owner = office.desk.owner();
    let register = office.register("71", &[(1, "3590")]).await.register;
    let docs = [
        paid("900", "55.00").of("ИНН 7736050003 ООО Магазин").says("Оплата по счёту 8 за хранение"),
        paid("901", "3000.00").says("По реестру 71"),
    ];
    office.receive(&docs).await;
    office.run().await;
    assert_eq!(told(&office.findings("open").await), [("payment_differs", -59_000)]);

    let payable = json!({ "to": "owner_payable", "owner_id": owner });
    office.assign(0, payable, 2_000).await.ok();
    office.run().await;
    let mut found = office.findings("open").await;
    found.sort();
    let rest = [("payment_differs", -59_000), ("payment_differs", 3_500)];
    assert_eq!(told(&found), rest, "what is left of it is to be explained, too");
    let charges = json!({ "to": "owner_charges", "owner_id": owner });
    let done = office.assign(0, charges, 3_500).await.ok();
    assert_eq!(
        (&done["document"]["open_kopecks"], done["matches"].as_array().map(Vec::len)),
        (&json!(0), Some(2))
    );
    assert_eq!(office.desk.balance(Account::OwnerPayable(owner)).await, -2_000);
    assert_eq!(office.desk.balance(Account::OwnerCharges(owner)).await, -3_500);

    let settlement = json!({ "to": "carrier_settlement", "carrier": "cdek" });
    office.assign(1, settlement, 300_000).await.ok();
    assert_eq!(office.desk.balance(Account::CarrierSettlement(carrier())).await, -300_000);
    assert_eq!(office.findings("open").await, [], "it was not for the register that it names");
    assert_eq!(office.run().await, RunReport::default());
    assert_eq!(office.shown(register).await["open_kopecks"], 359_000);
    let unmatched = office.unmatch(1, register).await;
    assert_eq!(unmatched.problem(404), "bank_match_not_found");
    office.finish().await;
}

#[tokio::test]
async fn a_difference_booked_by_mistake_is_taken_back_once_until_shops_are_told() {
    let office = Office::of_sample().await;
    let register = office.register("71", &[(1, "3590")]).await.register;
    office.receive(&[paid("900", "3500.00").says("По реестру 71")]).await;
    office.match_by_hand(0, register, 350_000).await.ok();
    let path = format!("/v1/registers/{register}/difference");
    let book =
        async |to: &str| office.post_second(&path, json!({ "to": to, "reason": "по акту" })).await;
    let undo_path = format!("{path}/undo");
    let undo = async || office.desk.post(&undo_path, json!({ "reason": "поспешили" })).await;
    let silent = office.desk.post(&undo_path, json!({ "reason": " " })).await;
    assert_eq!(silent.problem(422), "input_invalid");
    assert_eq!(undo().await.problem(409), "reconciliation_difference_not_found");
    for to in ["set_off", "claim", "write_off"] {
        book(to).await.ok();
        assert_eq!((office.received().await, office.clearing(register).await), (359_000, 0));
        let (left, right) = futures::join!(undo(), undo());
        let mut answers = [left, right];
        answers.sort_by_key(|one| one.status);
        let [done, refused] = answers;
        let shown = done.ok();
        assert_eq!((&shown["open_kopecks"], &shown["settled_on"]), (&json!(9_000), &json!(null)));
        assert_eq!(refused.problem(409), "reconciliation_difference_not_found");
        assert_eq!((office.received().await, office.clearing(register).await), (0, -350_000));
    }
    let others = [
        Account::CarrierSettlement(carrier()),
        Account::CarrierClaims(carrier()),
        Account::WriteOff,
    ];
    for account in others {
        assert_eq!(office.desk.balance(account).await, 0);
    }

    book("claim").await.ok();
    office.unmatch(0, register).await.ok();
    assert_eq!(book("claim").await.problem(409), "reconciliation_difference_booked");
    assert_eq!(office.shown(register).await["open_kopecks"], 350_000);
    assert_eq!(undo().await.ok()["open_kopecks"], 359_000);
    office.match_by_hand(0, register, 350_000).await.ok();
    book("claim").await.ok();
    office.advance(0, Step::Reported(AgentReportId::new()), 359_000).await;
    assert_eq!(undo().await.problem(409), "register_money_reported");
    assert_eq!(office.desk.balance(Account::CarrierClaims(carrier())).await, 9_000);
    office.finish().await;
}

#[tokio::test]
async fn a_payment_for_services_goes_off_the_carriers_settlement_and_can_be_taken_back() {
    let office = Office::of_sample().await;
    let paid = doc("17", OURS, THEIRS, "600.00", "18.11.2026").says("Оплата по счёту 77");
    office.receive(&[paid]).await;
    let unexplained = async || {
        let page = office.desk.get("/v1/bank/documents?unexplained=true").await;
        let open = |one: &Value| one["open_kopecks"].as_i64().unwrap();
        page["items"].as_array().unwrap().iter().map(open).collect::<Vec<_>>()
    };
    let settlement = json!({ "to": "carrier_settlement", "carrier": "cdek" });
    let others = [
        json!({ "to": "carrier_claims", "carrier": "cdek" }),
        json!({ "to": "owner_payable", "owner_id": office.desk.owner() }),
    ];
    for other in others {
        let refused = office.assign(0, other, 100).await;
        assert_eq!(refused.problem(409), "bank_document_not_incoming");
    }
    let more = office.assign(0, settlement.clone(), 60_001).await;
    assert_eq!(more.problem(409), "bank_match_too_big");
    office.assign(0, settlement.clone(), 10_000).await.ok();
    assert_eq!(unexplained().await, [50_000]);
    let done = office.assign(0, settlement, 50_000).await.ok();
    assert_eq!(unexplained().await, [] as [i64; 0]);
    assert_eq!(office.desk.balance(Account::CarrierSettlement(carrier())).await, 60_000);
    assert_eq!(office.suspense().await, 0);
    assert_eq!(office.run().await, RunReport::default(), "it is no receipt");

    let mut matches = done["matches"].as_array().unwrap().iter();
    let last = matches.find(|one| one["amount_kopecks"] == 50_000).unwrap();
    office.unassign(0, &last["transfer_id"]).await.ok();
    assert_eq!(unexplained().await, [50_000]);
    assert_eq!(office.desk.balance(Account::CarrierSettlement(carrier())).await, 10_000);
    assert_eq!(office.suspense().await, -50_000);
    office.finish().await;
}
