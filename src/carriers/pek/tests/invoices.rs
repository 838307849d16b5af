//! Accounting documents: told under a token, of those whom the account names.

use super::*;
use crate::carriers::model::{CarrierInvoice, ChargeKind, InvoiceLine};
use crate::sandbox::carriers::pek as stand_in;
use crate::units::Clock;

const FIRST: &str = "2026-11-01";
const LAST: &str = "2026-11-23";
const LIST: &str = "/accountingdocuments/listforcounterparty/";

/// The account says whose documents it asks for.
async fn stage_of(invoices: Value) -> Stage<Pek, PekStandIn> {
    Stage::start(PekStandIn::new(), |url| {
        let mut account = account(url);
        account.settings["invoices"] = invoices;
        Pek::connect(&account).unwrap()
    })
    .await
}

async fn told(
    stage: &Stage<Pek, PekStandIn>,
    from: &str,
    to: &str,
) -> Result<Vec<CarrierInvoice>, CarrierError> {
    let invoices = Carrier::invoices(&stage.carrier).unwrap();
    invoices.invoices(from.parse().unwrap(), to.parse().unwrap()).await
}

/// The first field that is refused in a request as it stands.
async fn refused(stage: &Stage<Pek, PekStandIn>, body: &Value) -> String {
    let said: Result<Value, CarrierError> =
        stage.carrier.client.call(LIST, body, Effect::Reads).await;
    let Err(CarrierError::Refused { reasons, .. }) = said else { panic!("{said:?}") };
    reasons[0].code.clone()
}

fn document(number: &str, date: &str) -> Value {
    json!({
        "date": date, "number": number, "type": "Акт об оказании услуг", "rateVAT": "22%",
        "sum": "-10.00", "sumVAT": null,
        "services": [{ "cargoCode": "МВКБАЗАРМ-2/2511", "type": "Возврат груза", "sum": "-10.00" }],
    })
}

fn line(row: i64, code: &str, (kind, words): (ChargeKind, &str), amount: i64) -> InvoiceLine {
    InvoiceLine {
        line: row,
        track: code.to_owned(),
        number: String::new(),
        order_number: String::new(),
        kind,
        words: words.to_owned(),
        amount_kopecks: Kopecks::new(amount),
        vat_kopecks: None,
        weight_g: None,
        service_day: None,
    }
}

#[tokio::test]
async fn documents_with_services_are_invoices_to_the_kopeck() {
    let stage = stage_of(stand_in::invoices()).await;
    stage.stand_in.draw_up(json!({
        "date": "2026-11-10T00:00:00", "number": "МВ-4711", "type": "Акт об оказании услуг",
        "rateVAT": "22%", "sum": "1830.51", "sumVAT": 330.09,
        "services": [
            { "cargoCode": "МВКБАЗАРМ-1/2511", "type": "Доставка до двери", "rateVAT": "22%",
              "sum": 1220, "sumVAT": 220.0 },
            { "cargoCode": "МВКБАЗАРМ-1/2511", "type": "Страхование груза", "rateVAT": "22%",
              "sum": "500.5", "sumVAT": "90.25" },
            { "cargoCode": "МВКБАЗАРМ-2/2511", "type": "Перевозка груза", "sum": 110.03 },
        ],
    }));
    let mut without = document("МВ-4712", "2026-11-11T00:00:00");
    without["services"] = Value::Null;
    stage.stand_in.draw_up(without);
    stage.stand_in.draw_up(document("МВ-4713", "2026-10-31T23:59:59"));
    stage.stand_in.draw_up(document("МВ-4714", "2026-11-23T23:30:00+03:00"));

    let (first, second) = ("МВКБАЗАРМ-1/2511", "МВКБАЗАРМ-2/2511");
    let delivery = line(1, first, (ChargeKind::Delivery, "Доставка до двери"), 122_000);
    let insurance = line(2, first, (ChargeKind::Insurance, "Страхование груза"), 50_050);
    let act = CarrierInvoice {
        number: "МВ-4711".to_owned(),
        day: "2026-11-10".parse().unwrap(),
        period: None,
        total_kopecks: Kopecks::new(183_051),
        listed_kopecks: None,
        vat_kopecks: Some(Kopecks::new(33_009)),
        discount_kopecks: Kopecks::ZERO,
        lines: vec![
            InvoiceLine { vat_kopecks: Some(Kopecks::new(22_000)), ..delivery },
            InvoiceLine { vat_kopecks: Some(Kopecks::new(9_025)), ..insurance },
            line(3, second, (ChargeKind::Other, "Перевозка груза"), 11_003),
        ],
    };
    let given_back = CarrierInvoice {
        number: "МВ-4714".to_owned(),
        day: "2026-11-23".parse().unwrap(),
        total_kopecks: Kopecks::new(-1_000),
        vat_kopecks: None,
        lines: vec![line(1, second, (ChargeKind::Return, "Возврат груза"), -1_000)],
        ..act.clone()
    };
    // The total of the first is two kopecks less than its lines: that is for people to see.
    assert_eq!(told(&stage, FIRST, LAST).await.unwrap(), [act, given_back]);
}

#[tokio::test]
async fn an_account_that_names_nobody_tells_none() {
    let stage = stage().await;
    stage.stand_in.draw_up(document("МВ-1", "2026-11-10T00:00:00"));
    assert!(Carrier::invoices(&stage.carrier).is_none());
}

#[tokio::test]
async fn who_is_named_has_to_be_right_and_an_entrepreneur_has_less_to_say() {
    let refused = async |field: &str, value: Value| {
        let mut invoices = stand_in::invoices();
        invoices[field] = value;
        match told(&stage_of(invoices).await, FIRST, LAST).await {
            Err(CarrierError::Refused { reasons, .. }) => reasons[0].code.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused("branch_id", json!("Москва")).await, "branchId");
    assert_eq!(refused("inn", json!("7707083894")).await, "INN");
    assert_eq!(refused("kpp", Value::Null).await, "KPP");
    let stage = stage_of(stand_in::invoices_of_entrepreneur()).await;
    stage.stand_in.draw_up(document("МВ-1", "2026-11-10"));
    assert_eq!(told(&stage, FIRST, LAST).await.unwrap()[0].number, "МВ-1");
}

#[tokio::test]
async fn no_more_than_sixty_days_are_asked_for() {
    let stage = stage_of(stand_in::invoices()).await;
    assert_eq!(told(&stage, "2026-09-25", LAST).await.unwrap(), [], "sixty days");
    for (from, to) in [("2026-09-24", LAST), (LAST, "2026-11-22")] {
        let refused = told(&stage, from, to).await.unwrap_err();
        assert!(matches!(refused, CarrierError::NotSayable { field: "period", .. }), "{refused}");
    }
}

#[tokio::test]
async fn one_document_that_cannot_be_read_spoils_the_answer() {
    for (field, value) in [
        ("date", json!("")),
        ("date", json!("завтра")),
        ("sum", Value::Null),
        ("sum", json!("много")),
        ("services", json!([{ "cargoCode": "МВКБАЗАРМ-2/2511", "type": "Доставка" }])),
    ] {
        let stage = stage_of(stand_in::invoices()).await;
        stage.stand_in.draw_up(document("МВ-1", "2026-11-10T00:00:00"));
        let mut wrong = document("МВ-2", "2026-11-11T00:00:00");
        wrong[field] = value;
        stage.stand_in.draw_up(wrong);
        let unread = told(&stage, FIRST, LAST).await.unwrap_err();
        assert!(matches!(unread, CarrierError::Malformed { .. }), "{field}: {unread}");
    }
}

#[tokio::test]
async fn the_stand_in_tells_nobody_without_a_token_that_it_gave() {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    let connect = |url: &str| Pek::connect(&account(url)).unwrap();
    let stage = Stage::start(PekStandIn::with_clock(clock.clone()), connect).await;
    let path = "/auth/createtokentoaccessprivatedata/";
    let given: Value = stage.carrier.client.call(path, &json!({}), Effect::Reads).await.unwrap();
    assert_eq!(given["expiresIn"], "2026-11-23T16:00:00");
    let named = stand_in::invoices();
    let body = json!({
        "branchId": named["branch_id"], "INN": named["inn"], "KPP": named["kpp"],
        "dateBegin": "2026-11-01T00:00:00", "dateEnd": "2026-11-23T23:59:59",
        "token": given["accessToken"],
    });
    let said: Value = stage.carrier.client.call(LIST, &body, Effect::Reads).await.unwrap();
    assert_eq!(said, json!({ "documents": [] }));
    for (field, value) in [
        ("token", json!("0123456789abcdef")),
        ("dateBegin", json!("2026-11-01")),
        ("dateEnd", json!("2027-01-01T00:00:00")),
        ("dateEnd", Value::Null),
        ("KPP", json!("770701002")),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        assert_eq!(refused(&stage, &wrong).await, field);
    }
    clock.advance_seconds(3_600);
    assert_eq!(refused(&stage, &body).await, "token", "it has ended");
}
