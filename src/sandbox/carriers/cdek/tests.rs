//! The stand-in refuses what the carrier would refuse: asked without our client, in raw JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Cdek, LOGIN, PASSWORD};
use crate::sandbox::carriers::{StandIn, Standing, Step};

struct Raw {
    standing: Standing,
    http: reqwest::Client,
    token: String,
}

impl Raw {
    async fn start() -> Self {
        let standing = Standing::start(Arc::new(Cdek::default())).await.unwrap();
        let http = crate::net::client();
        // The keys are taken from the query as well as from a form.
        let keys = [
            ("grant_type", "client_credentials"),
            ("client_id", LOGIN),
            ("client_secret", PASSWORD),
        ];
        let request = http.post(format!("{}/v2/oauth/token", standing.url())).query(&keys);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["token_type"], "bearer");
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { standing, http, token }
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.standing.url())).json(body);
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}{path}", self.standing.url()));
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The codes that an order is refused with at once; none when it is taken.
    async fn at_once(&self, body: &Value) -> Vec<String> {
        let (status, answer) = self.post("/v2/orders", body).await;
        let errors = codes(&answer["requests"][0]["errors"]);
        assert_eq!(status == 202, errors.is_empty(), "{answer}");
        errors
    }

    /// The codes that an order is refused with later.
    async fn later(&self, body: &Value) -> Vec<String> {
        let (_, answer) = self.post("/v2/orders", body).await;
        let uuid = answer["entity"]["uuid"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let mut looked = Value::Null;
        for _ in 0..3 {
            looked = self.get(&format!("/v2/orders/{uuid}")).await.1;
        }
        codes(&looked["requests"][0]["errors"])
    }
}

fn codes(errors: &Value) -> Vec<String> {
    let errors = errors.as_array().into_iter().flatten();
    errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect()
}

fn order(number: &str) -> Value {
    json!({
        "type": 1,
        "number": number,
        "tariff_code": 136,
        "shipment_point": "MSK5",
        "delivery_point": "NSK1",
        "recipient": { "name": "Иванов Иван", "phones": [{ "number": "+79161234567" }] },
        "packages": [{
            "number": "1",
            "weight": 1000,
            "length": 20,
            "width": 15,
            "height": 10,
            "items": [{
                "name": "Чашка",
                "ware_key": "CUP-1",
                "payment": { "value": 122, "vat_sum": 22, "vat_rate": 22 },
                "cost": 122,
                "weight": 400,
                "amount": 2
            }]
        }]
    })
}

/// The order with one thing said otherwise.
fn with(pointer: &str, value: Value) -> Value {
    let mut order = order("P-1");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = order.pointer_mut(parent).unwrap();
    match value {
        Value::Null => {
            parent.as_object_mut().unwrap().remove(name);
        }
        value => parent[name] = value,
    }
    order
}

#[tokio::test]
async fn nothing_is_told_without_a_token() {
    let raw = Raw::start().await;
    let url = format!("{}/v2/deliverypoints", raw.standing.url());
    assert_eq!(raw.http.get(&url).send().await.unwrap().status(), 401);
    let wrong = raw.http.get(&url).bearer_auth("another").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let answer: Value = wrong.json().await.unwrap();
    assert_eq!(codes(&answer["requests"][0]["errors"]), ["v2_token_expired"]);
}

#[tokio::test]
async fn fields_that_are_wrong_are_refused_at_once() {
    let raw = Raw::start().await;
    let item = "/packages/0/items/0";
    for (pointer, value, code) in [
        ("/shipmentPoint", json!("MSK5"), "v2_invalid_format"),
        ("/comment", json!(""), "v2_field_is_empty"),
        ("/tariff_code", json!("136"), "v2_invalid_value_type"),
        ("/recipient/phones/0/number", json!("89161234567"), "v2_invalid_format"),
        ("/recipient/phones", Value::Null, "v2_field_is_empty"),
        ("/packages", json!({ "number": "1" }), "v2_invalid_value_type"),
        ("/packages/0/weight", json!(1.5), "v2_invalid_value_type"),
        (&format!("{item}/payment"), Value::Null, "v2_field_is_empty"),
        (&format!("{item}/cost"), json!("122"), "v2_invalid_value_type"),
        (&format!("{item}/payment/vat_rate"), json!(20), "error_validate_good_vat_rate_diff"),
        (&format!("{item}/payment/vat_sum"), Value::Null, "error_validate_good_vat_sum_empty"),
        (&format!("{item}/amount"), json!(1_000), "error_validate_package_im_wrong_amount"),
        (&format!("{item}/marking"), json!("0104"), "v2_order_item_amount_incorrect"),
        (
            "/services",
            json!([{ "code": "INSURANCE", "parameter": "244" }]),
            "v2_unable_add_service",
        ),
        (
            "/to_location",
            json!({ "city": "Москва", "address": "ул. Мира, 1" }),
            "v2_delivery_address_multivalued",
        ),
        ("/delivery_point", Value::Null, "v2_field_is_empty"),
    ] {
        let codes = raw.at_once(&with(pointer, value)).await;
        assert!(codes.iter().any(|one| one == code), "{pointer}: {codes:?}");
    }
    assert!(raw.standing.stand_in.held().is_empty());
    assert_eq!(raw.at_once(&order("P-1")).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_at_the_second_look() {
    let raw = Raw::start().await;
    let place = order("P-1")["packages"][0].clone();
    for (pointer, value, code) in [
        (
            "/packages/0/items/0/payment/vat_sum",
            json!(22.01),
            "error_validate_good_vat_sum_not_appropriate",
        ),
        ("/delivery_point", json!("NSK404"), "code_invalid"),
        ("/tariff_code", json!(11), "err_result_service_empty"),
        ("/tariff_code", json!(137), "v2_outdated_tariff"),
        ("/packages/0/length", json!(0), "error_validate_package_one_of_size_is_zero"),
        ("/packages", json!([place, place]), "error_validate_package_number_not_unique"),
        ("/type", json!(2), "error_validate_good_payment_not_suite"),
        (
            "/packages/0/items/0/payment",
            json!({ "value": 150_000 }),
            "error_validate_receiver_city_cash_limit",
        ),
    ] {
        let codes = raw.later(&with(pointer, value)).await;
        assert_eq!(codes, [code], "{pointer}");
    }
    assert_eq!(raw.later(&order("P-1")).await, Vec::<String>::new());
    assert_eq!(
        raw.later(&order("P-1")).await,
        ["error_validate_im_dep_number_has_already_had_integration"]
    );
    assert_eq!(raw.standing.stand_in.held().len(), 1);
}

#[tokio::test]
async fn papers_wait_for_the_number_and_need_the_token() {
    let raw = Raw::start().await;
    let (_, taken) = raw.post("/v2/orders", &order("P-1")).await;
    let uuid = taken["entity"]["uuid"].clone();
    let ask = json!({ "orders": [{ "order_uuid": uuid }], "format": "A6" });
    let (status, early) = raw.post("/v2/print/barcodes", &ask).await;
    assert_eq!((status, codes(&early["errors"])), (400, vec!["v2_entity_not_ready".to_owned()]));
    for _ in 0..3 {
        raw.get("/v2/orders?im_number=P-1").await;
    }
    let (status, form) = raw.post("/v2/print/barcodes", &ask).await;
    assert_eq!(status, 202);
    let path = format!("/v2/print/barcodes/{}", form["entity"]["uuid"].as_str().unwrap());
    let mut looked = Value::Null;
    for _ in 0..3 {
        looked = raw.get(&path).await.1;
    }
    let url = looked["entity"]["url"].as_str().unwrap();
    assert_eq!(raw.http.get(url).send().await.unwrap().status(), 401);
    let file = raw.http.get(url).bearer_auth(&raw.token).send().await.unwrap();
    let pages = crate::labels::graphic_label(
        &file.bytes().await.unwrap(),
        crate::labels::MediaSize { width_mm: 100, height_mm: 150 },
        crate::labels::PrinterModel::zpl(8),
    );
    assert!(pages.is_ok_and(|label| !label.is_empty()), "the file can be drawn");
}

#[test]
fn steps_happen_to_registered_orders_only() {
    let cdek = Cdek::default();
    assert!(cdek.advance("P-1", Step::Accept).unwrap_err().contains("P-1"));
    assert!(cdek.held().is_empty());
    assert_eq!(cdek.webhook_body("P-1"), None);
}
