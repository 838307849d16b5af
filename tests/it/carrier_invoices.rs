//! Carriers that tell their invoices: each becomes a draft once, and none keeps another out.

use std::sync::{Arc, Mutex};

use ambar::carriers::model::{CarrierInvoice, ChargeKind, InvoiceLine};
use ambar::carriers::{Answer, Carrier, Invoicing};
use ambar::invoices;
use ambar::jobs::Workers;
use ambar::shipments::daily;
use ambar::units::{Day, Kopecks};
use serde_json::{Value, json};

use crate::registers::{Desk, parcel};

/// A carrier that tells these invoices, whatever their days.
#[derive(Default)]
struct Biller {
    told: Mutex<Vec<CarrierInvoice>>,
    asked: Mutex<Vec<(Day, Day)>>,
}

impl Carrier for Biller {
    fn code(&self) -> &'static str {
        "cdek"
    }

    fn name(&self) -> &'static str {
        "СДЭК"
    }

    fn invoices(&self) -> Option<&dyn Invoicing> {
        Some(self)
    }
}

impl Invoicing for Biller {
    fn invoices(&self, from: Day, to: Day) -> Answer<'_, Vec<CarrierInvoice>> {
        self.asked.lock().unwrap().push((from, to));
        let told = self.told.lock().unwrap().clone();
        Box::pin(async move { Ok(told) })
    }
}

/// A track, what it is charged for, and how much.
type Charge = (&'static str, ChargeKind, i64);

fn invoice(number: &str, day: Day, charges: &[Charge]) -> CarrierInvoice {
    let line = |(row, (track, kind, amount)): (i64, &Charge)| InvoiceLine {
        line: row,
        track: (*track).to_owned(),
        number: String::new(),
        order_number: String::new(),
        kind: *kind,
        words: String::new(),
        amount_kopecks: Kopecks::new(*amount),
        vat_kopecks: None,
        weight_g: None,
        service_day: None,
    };
    CarrierInvoice {
        number: number.to_owned(),
        day,
        period: None,
        total_kopecks: Kopecks::new(charges.iter().map(|(_, _, amount)| amount).sum()),
        listed_kopecks: None,
        vat_kopecks: None,
        discount_kopecks: Kopecks::ZERO,
        lines: (1..).zip(charges).map(line).collect(),
    }
}

struct Site {
    desk: Desk,
    biller: Arc<Biller>,
}

impl Site {
    /// Three parcels with the tracks 1, 2 and 3.
    async fn open() -> Self {
        let desk = Desk::open(["1", "2", "3"].map(|track| parcel(track, track, 0)).into()).await;
        let biller = Arc::new(Biller::default());
        desk.connect(Arc::clone(&biller) as Arc<dyn Carrier>).await;
        Self { desk, biller }
    }

    fn today(&self) -> Day {
        self.desk.app.app.clock.now().moscow_day()
    }

    fn workers(&self) -> Workers {
        Workers::new(self.desk.app.app.clone(), daily::handlers(invoices::ASKS))
    }

    /// Another day comes, and the carrier tells these.
    async fn day(&self, told: &[CarrierInvoice]) {
        *self.biller.told.lock().unwrap() = told.to_vec();
        self.desk.day(invoices::ASKS).await;
    }

    /// All invoices, by their numbers.
    async fn all(&self) -> Vec<Value> {
        let page = self.desk.get("/v1/carrier-invoices").await;
        let mut all = page["items"].as_array().unwrap().clone();
        all.sort_by_key(|one| one["number"].as_str().unwrap().to_owned());
        all
    }

    /// Number, total and state of each.
    async fn heads(&self) -> Vec<(String, i64, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let head = |one: &Value| {
            (text(&one["number"]), one["total_kopecks"].as_i64().unwrap(), text(&one["state"]))
        };
        self.all().await.iter().map(head).collect()
    }

    /// Parcel, kind and sum of each line of an invoice.
    async fn lines(&self, id: &Value) -> Vec<(Value, Value, Value)> {
        let path = format!("/v1/carrier-invoices/{}/lines", id.as_str().unwrap());
        let page = self.desk.get(&path).await;
        let lines = page["items"].as_array().unwrap().iter();
        let line = |one: &Value| {
            (one["parcel_id"].clone(), one["kind"].clone(), one["invoiced_kopecks"].clone())
        };
        lines.map(line).collect()
    }

    /// Jobs that are done, and those that failed so and are tried again.
    async fn jobs(&self) -> (i64, i64) {
        let done =
            "SELECT COUNT(*) FROM job WHERE kind = 'carrier_invoices_fetch' AND state = 'done'";
        let again = "SELECT COUNT(*) FROM job WHERE kind = 'carrier_invoices_fetch'
             AND state = 'queued' AND last_error = '1 field(s) are wrong, first day'";
        (self.desk.count(done).await, self.desk.count(again).await)
    }
}

fn head(number: &str, total: i64, state: &str) -> (String, i64, String) {
    (number.to_owned(), total, state.to_owned())
}

#[tokio::test]
async fn each_invoice_becomes_a_draft_beside_its_parcels_and_comes_once() {
    let site = Site::open().await;
    let day = site.today();
    let first = [("1", ChargeKind::Delivery, 30_000), ("2", ChargeKind::Insurance, 1_050)];
    let told = [invoice("A", day, &first), invoice("B", day, &[("9", ChargeKind::Storage, 2_000)])];
    site.day(&told).await;
    let today = site.today();
    assert_eq!(*site.biller.asked.lock().unwrap(), [(today.minus_days(45), today)]);
    let drafts = [head("A", 31_050, "draft"), head("B", 2_000, "draft")];
    assert_eq!(site.heads().await, drafts);
    let all = site.all().await;
    assert_eq!((&all[0]["file"], &all[0]["day"]), (&json!(""), &json!(day)));
    let parcel = |index: usize| json!(site.desk.parcel_id(index));
    let expected = [
        (parcel(0), json!("delivery"), json!(30_000)),
        (parcel(1), json!("insurance"), json!(1_050)),
    ];
    assert_eq!(site.lines(&all[0]["id"]).await, expected);
    let unknown = [(Value::Null, json!("storage"), json!(2_000))];
    assert_eq!(site.lines(&all[1]["id"]).await, unknown);

    site.day(&told).await;
    assert_eq!(site.heads().await, drafts, "told again, it adds nothing");
    assert_eq!(site.all().await[0]["id"], all[0]["id"]);
    assert_eq!(site.jobs().await, (2, 0));
    site.desk.app.finish().await;
}

#[tokio::test]
async fn what_is_changed_stays_out_and_what_was_rejected_does_not_come_again() {
    let site = Site::open().await;
    let day = site.today();
    let one =
        |number: &str, amount: i64| invoice(number, day, &[("1", ChargeKind::Delivery, amount)]);
    site.day(&[one("A", 30_000)]).await;
    let kept = site.all().await[0]["id"].clone();
    site.day(&[one("A", 29_000), one("B", 500)]).await;
    let heads = [head("A", 30_000, "draft"), head("B", 500, "draft")];
    assert_eq!(site.heads().await, heads, "the one that is there is what people see");
    assert_eq!(site.all().await[0]["id"], kept);
    assert_eq!(site.jobs().await, (2, 0), "nobody can do anything about it here");

    let path = format!("/v1/carrier-invoices/{}/reject", kept.as_str().unwrap());
    site.desk.post(&path, json!({ "reason": "придёт исправленный" })).await.ok();
    site.day(&[one("A", 30_000), one("B", 500)]).await;
    assert_eq!(site.heads().await, [head("A", 30_000, "rejected"), head("B", 500, "draft")]);
    site.day(&[one("A", 29_000), one("B", 500)]).await;
    let mut heads = site.heads().await;
    heads.sort_unstable();
    let others = [head("A", 30_000, "rejected"), head("B", 500, "draft")];
    assert_eq!((&heads[0], &heads[1..]), (&head("A", 29_000, "draft"), &others[..]));
    site.desk.app.finish().await;
}

#[tokio::test]
async fn one_that_is_refused_keeps_no_other_out_and_its_job_says_so() {
    let site = Site::open().await;
    let day = site.today();
    // Dated beyond the day on which it is told.
    let early = invoice("A", day.plus_days(9), &[("1", ChargeKind::Delivery, 30_000)]);
    let other = invoice("B", day, &[("2", ChargeKind::Delivery, 30_000)]);
    site.day(&[early.clone(), other.clone()]).await;
    assert_eq!(site.heads().await, [head("B", 30_000, "draft")]);
    assert_eq!(site.jobs().await, (0, 1));

    *site.biller.told.lock().unwrap() = vec![CarrierInvoice { day, ..early }, other];
    site.desk.app.app.clock.advance_seconds(3_600);
    assert_eq!(site.workers().run_due().await.unwrap(), 1);
    assert_eq!(site.heads().await, [head("A", 30_000, "draft"), head("B", 30_000, "draft")]);
    assert_eq!(site.jobs().await, (1, 0));
    site.desk.app.finish().await;
}
