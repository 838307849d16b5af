//! The shapes in which Отправка says no.

use axum::Router;
use axum::http::StatusCode;

use super::*;
use crate::carriers::model::ShipmentRef;
use crate::carriers::{CarrierError, Shipping};

/// What the client makes of an answer to the search and to the creation.
async fn answered(status: u16, body: &'static str) -> [CarrierError; 2] {
    let answer = async move || (StatusCode::from_u16(status).unwrap(), body);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let post = Post::connect(&account(&url)).unwrap();
    let shipment = ShipmentRef { number: "W-1".to_owned(), ..ShipmentRef::default() };
    let found = post.find(&shipment).await.unwrap_err();
    let dropped = post.otpravka().unwrap().drop_from_backlog(&[1]).await.unwrap_err();
    [found, dropped]
}

#[tokio::test]
async fn every_shape_of_an_error_is_named() {
    use CarrierError::{Credentials, Malformed, Refused, Unavailable, Unclear};
    let [read, changed] = answered(401, "{}").await;
    assert!(matches!((&read, &changed), (Credentials { .. }, Credentials { .. })), "{read:?}");
    let internal = "{\"code\":\"1002\",\"desc\":\"boom\",\"sub-code\":\"INTERNAL_ERROR\"}";
    let [read, changed] = answered(500, internal).await;
    assert!(matches!((&read, &changed), (Unavailable { .. }, Unclear { .. })), "{read:?}");
    let poor = "{\"code\":\"1024\",\"desc\":\"Requested 82674 but available 0\"}";
    let [read, changed] = answered(500, poor).await;
    assert!(matches!((&read, &changed), (Refused { .. }, Refused { .. })), "{changed:?}");
    assert!(changed.said().contains("available 0"), "{changed}");
    let [read, changed] = answered(407, "No method found").await;
    assert!(matches!((&read, &changed), (Malformed { .. }, Unclear { .. })), "{read:?}");
    let [read, changed] = answered(200, "<html>").await;
    assert!(matches!((&read, &changed), (Malformed { .. }, Unclear { .. })), "{read:?}");
}

#[tokio::test]
async fn pages_of_a_batch_that_repeat_are_refused() {
    let page: Vec<serde_json::Value> = (1..=200)
        .map(|id| serde_json::json!({ "id": id, "order-num": format!("W-{id}") }))
        .collect();
    let answer = async move || axum::Json(page.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let post = Post::connect(&account(&url)).unwrap();
    let refused = post.otpravka().unwrap().batch_orders("7").await.unwrap_err();
    assert!(matches!(refused, CarrierError::Malformed { .. }), "{refused}");
    assert!(refused.to_string().contains("do not end: 200 so far"), "{refused}");
}
