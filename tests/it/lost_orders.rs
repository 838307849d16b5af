//! Orders whose answers are lost, with a carrier that does what a test wants: none is left at the
//! carrier, none is told under two numbers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use ambar::carriers::model::{Registered, Registration, ShipmentAsk, ShipmentRef};
use ambar::carriers::registry::Account;
use ambar::carriers::{Answer, Carrier, CarrierError, Shipping};
use ambar::jobs::Workers;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::shipments::Site;

const CODE: &str = "own";

/// How one order ends.
enum End {
    /// It waits until the test lets it go on, is taken, and the answer is lost.
    TakenLate,
    /// The answer is lost, and it is not taken: not yet.
    Lost,
    KeysEnded,
    Refused,
}

/// A carrier that holds what it took.
struct Holder {
    held: Mutex<Vec<String>>,
    ends: Mutex<VecDeque<End>>,
    refusals_of_cancel: Mutex<u32>,
    begun: Semaphore,
    may_go_on: Semaphore,
}

impl Holder {
    fn held(&self) -> Vec<String> {
        self.held.lock().unwrap().clone()
    }

    fn take(&self, number: &str) {
        self.held.lock().unwrap().push(number.to_owned());
    }

    async fn end(&self, number: &str) -> Result<Registration, CarrierError> {
        let end = self.ends.lock().unwrap().pop_front();
        let lost = Err(CarrierError::unclear(CODE, "ответ потерян"));
        match end {
            None => {
                self.take(number);
                Ok(registered(number))
            }
            Some(End::TakenLate) => {
                self.begun.add_permits(1);
                self.may_go_on.acquire().await.unwrap().forget();
                self.take(number);
                lost
            }
            Some(End::Lost) => lost,
            Some(End::KeysEnded) => Err(CarrierError::Credentials {
                carrier: CODE,
                said: "ключ истёк".to_owned(),
            }),
            Some(End::Refused) => Err(CarrierError::refused(CODE, "7", "нет такого дома")),
        }
    }
}

fn registered(number: &str) -> Registration {
    let id = format!("id-{number}");
    let reference = ShipmentRef { number: number.to_owned(), id, ..ShipmentRef::default() };
    Registration::Registered(Registered { reference, ..Registered::default() })
}

impl Carrier for Holder {
    fn code(&self) -> &'static str {
        CODE
    }

    fn name(&self) -> &'static str {
        "Держатель"
    }

    fn shipping(&self) -> Option<&dyn Shipping> {
        Some(self)
    }
}

impl Shipping for Holder {
    fn find<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, Option<Registration>> {
        let known = self.held().contains(&shipment.number);
        Box::pin(async move { Ok(known.then(|| registered(&shipment.number))) })
    }

    fn create<'a>(&'a self, ask: &'a ShipmentAsk) -> Answer<'a, Registration> {
        Box::pin(self.end(&ask.number))
    }

    fn cancel<'a>(&'a self, shipment: &'a ShipmentRef) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut refusals = self.refusals_of_cancel.lock().unwrap();
            if *refusals > 0 {
                *refusals -= 1;
                return Err(CarrierError::refused(CODE, "3", "заказ уже на сортировке"));
            }
            self.held.lock().unwrap().retain(|number| *number != shipment.number);
            Ok(())
        })
    }
}

struct Case {
    site: Site,
    carrier: Arc<Holder>,
    shipment: Value,
}

impl Case {
    /// A parcel that is to be told to the carrier.
    async fn open(ends: impl IntoIterator<Item = End>) -> Self {
        let site = Site::open().await;
        let described =
            Account { base_url: None, settings: json!({}), credentials: json!({}), time_max: None };
        let account = site.account(CODE, &described, "").await;
        let carrier = Arc::new(Holder {
            held: Mutex::default(),
            ends: Mutex::new(ends.into_iter().collect()),
            refusals_of_cancel: Mutex::default(),
            begun: Semaphore::new(0),
            may_go_on: Semaphore::new(0),
        });
        let id = account["id"].as_str().unwrap().parse().unwrap();
        site.app.app.connectors.put(id, 1, carrier.clone());
        let parcel = site.parcel().await;
        let shipment = site.send_by(&parcel, CODE, "").await;
        Self { site, carrier, shipment }
    }

    async fn now(&self) -> Value {
        self.site.shipment(&self.shipment).await
    }

    async fn state(&self) -> String {
        self.now().await["state"].as_str().unwrap().to_owned()
    }

    fn number(&self) -> String {
        self.shipment["number"].as_str().unwrap().to_owned()
    }

    async fn cancel(&self) -> Value {
        let path = format!("/v1/shipments/{}/cancel", self.shipment["id"].as_str().unwrap());
        self.site.app.post(self.site.world.admin(), &path, json!({})).await.ok()
    }

    async fn retry_is_refused(&self) {
        let path = format!("/v1/shipments/{}/retry", self.shipment["id"].as_str().unwrap());
        let answer = self.site.app.post(self.site.world.admin(), &path, json!({})).await;
        assert_eq!(answer.problem(409), "shipment_wrong_state");
    }

    async fn run(&self, seconds: i64) {
        self.site.app.app.clock.advance_seconds(seconds);
        self.site.workers.run_due().await.unwrap();
    }
}

#[tokio::test]
async fn an_order_that_is_taken_while_it_is_given_up_is_taken_back() {
    let case = Case::open([End::TakenLate]).await;
    let others = Workers::new(case.site.app.app.clone(), ambar::shipments::handlers());
    let given_up = async {
        case.carrier.begun.acquire().await.unwrap().forget();
        assert_eq!(case.cancel().await["state"], "cancelling");
        others.run_due().await.unwrap();
        assert_eq!(case.state().await, "cancelling", "the carrier may hear of it still");
        assert!(case.carrier.held().is_empty());
        case.carrier.may_go_on.add_permits(1);
    };
    let (ran, ()) = tokio::join!(case.site.workers.run_due(), given_up);
    ran.unwrap();
    assert_eq!(case.carrier.held(), [case.number()], "its answer was lost");
    case.site.work().await;
    assert_eq!(case.state().await, "cancelled");
    assert!(case.carrier.held().is_empty(), "{:?}", case.carrier.held());
    case.site.app.finish().await;
}

#[tokio::test]
async fn what_was_given_up_before_it_was_told_again_is_not_told_any_more() {
    let case = Case::open([End::Lost]).await;
    case.run(0).await;
    assert_eq!(case.cancel().await["state"], "cancelling");
    case.run(5).await;
    assert_eq!(case.state().await, "cancelling");
    // Too late for our run, not for the carrier.
    case.carrier.take(&case.number());
    case.site.work().await;
    assert_eq!(case.state().await, "cancelled");
    assert!(case.carrier.held().is_empty());
    case.site.app.finish().await;
}

#[tokio::test]
async fn a_number_that_may_have_gone_out_stays_the_number_of_its_parcel() {
    for end in [End::KeysEnded, End::Refused] {
        let is_refusal = matches!(end, End::Refused);
        let case = Case::open([End::Lost, end]).await;
        case.run(0).await;
        case.run(5).await;
        let waiting = case.now().await;
        assert_eq!(waiting["state"], "waiting", "{waiting}");
        let code = if is_refusal { "carrier_refused" } else { "carrier_credentials" };
        assert_eq!(waiting["problem"]["code"], code);
        case.retry_is_refused().await;
        // The first one appears.
        case.carrier.take(&case.number());
        case.site.work().await;
        let there = case.now().await;
        assert_eq!(
            (&there["state"], &there["number"]),
            (&json!("registered"), &case.number().into())
        );
        assert_eq!(case.carrier.held().len(), 1);
        case.site.app.finish().await;
    }
}

#[tokio::test]
async fn a_refusal_is_told_once_nothing_earlier_can_arrive() {
    let case = Case::open([End::Lost, End::Refused, End::Refused]).await;
    case.run(0).await;
    case.run(5).await;
    assert_eq!(case.state().await, "waiting");
    case.run(400).await;
    let refused = case.now().await;
    assert_eq!(refused["state"], "refused", "{refused}");
    assert!(refused["problem"]["text"].as_str().unwrap().contains("нет такого дома"), "{refused}");
    assert!(case.carrier.held().is_empty());
    case.site.app.finish().await;
}

#[tokio::test]
async fn a_carrier_that_does_not_take_back_is_heard_and_asked_again() {
    let case = Case::open([]).await;
    case.run(0).await;
    assert_eq!(case.state().await, "registered");
    *case.carrier.refusals_of_cancel.lock().unwrap() = 1;
    case.cancel().await;
    case.site.work().await;
    let kept = case.now().await;
    assert_eq!((&kept["state"], &kept["attention"]), (&json!("cancelling"), &json!("problem")));
    assert_eq!(kept["problem"]["code"], "carrier_refused");
    assert!(
        kept["problem"]["text"].as_str().unwrap().contains("заказ уже на сортировке"),
        "{kept}"
    );
    assert_eq!(case.carrier.held().len(), 1);
    let again = case.cancel().await;
    assert_eq!((&again["state"], &again["problem"]), (&json!("cancelling"), &Value::Null));
    case.site.work().await;
    let gone = case.now().await;
    assert_eq!((&gone["state"], &gone["attention"]), (&json!("cancelled"), &Value::Null));
    assert!(case.carrier.held().is_empty());
    case.site.app.finish().await;
}
