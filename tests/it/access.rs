//! Logging in, users, devices and keys.

use ambar::access::{AccessError, Role, service};
use ambar::units::{Clock, UtcMicros};
use reqwest::Method;
use serde_json::{Value, json};

use crate::seed::{self, World};
use crate::support::{Answer, TestApp};

const PASSWORD: &str = "амбар на реке";

/// Opens a one-time link as a browser does.
async fn set_password(app: &TestApp, path: &str, password: &str) -> (u16, String) {
    let client = ambar::net::client_builder().redirect(reqwest::redirect::Policy::none());
    let digits = hex::encode(password);
    let encoded = (0..digits.len())
        .step_by(2)
        .fold(String::new(), |text, at| text + "%" + &digits[at..at + 2]);
    let request = client
        .build()
        .unwrap()
        .post(format!("{}{path}", app.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("password={encoded}&repeated={encoded}"));
    let response = request.send().await.unwrap();
    let cookie = response.headers().get("set-cookie").map(|c| c.to_str().unwrap().to_owned());
    (response.status().as_u16(), cookie.unwrap_or_default())
}

async fn log_in(app: &TestApp, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    app.send(Method::POST, "", "/v1/sessions", None, Some(body)).await
}

/// A picker who has set a password.
async fn picker(app: &TestApp, world: &World) -> Value {
    let body = json!({ "login": "Anna", "name": "Анна", "roles": ["picker"] });
    let made = app.post(world.admin(), "/v1/users", body).await.ok();
    let (status, _) = set_password(app, made["setup_path"].as_str().unwrap(), PASSWORD).await;
    assert_eq!(status, 303);
    made["user"].clone()
}

#[tokio::test]
async fn the_first_start_gives_one_link_that_works_once() {
    let clock = Clock::fixed("2026-11-22T08:00:00Z".parse::<UtcMicros>().unwrap());
    let app = TestApp::spawn_with(clock.clone()).await;
    let (beside, _) = app.spawn_beside().await;
    let starts =
        futures::future::join(service::first_start(&app.app), service::first_start(&beside));
    let (one, other) = starts.await;
    let links: Vec<String> = [one.unwrap(), other.unwrap()].into_iter().flatten().collect();
    assert_eq!(links.len(), 1, "of two nodes one gets it");
    beside.db.close().await;
    assert_eq!(service::first_start(&app.app).await.unwrap(), None);

    clock.advance_seconds(25 * 3600);
    assert_eq!(set_password(&app, &links[0], PASSWORD).await.0, 404, "after a day it is void");
    let link = service::first_start(&app.app).await.unwrap().expect("another one is given");
    let page = app.get("", &link).await;
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(page.status.is_success() && html.contains("admin") && !html.contains("{{"), "{html}");
    assert_eq!(set_password(&app, &link, "short").await.0, 422);
    let (status, cookie) = set_password(&app, &link, PASSWORD).await;
    assert!(status == 303 && cookie.contains("HttpOnly; SameSite=Strict"), "{status} {cookie}");
    assert_eq!(set_password(&app, &link, "another password").await.0, 404, "only once");
    assert_eq!(app.get("", &link).await.status.as_u16(), 404);

    let token = cookie.split(['=', ';']).nth(1).unwrap();
    let me = app.get(token, "/v1/me").await.ok();
    assert_eq!((&me["login"], &me["roles"]), (&json!("admin"), &json!(["administrator"])));
    assert_eq!(service::first_start(&app.app).await.unwrap(), None);
    app.finish().await;
}

#[tokio::test]
async fn a_session_lasts_until_somebody_logs_out() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let user = picker(&app, &world).await;
    let session = log_in(&app, " ANNA", PASSWORD).await.ok();
    let token = session["token"].as_str().unwrap();
    let me = app.get(token, "/v1/me").await.ok();
    assert_eq!(me["user_id"], user["id"]);
    assert_eq!(app.get(token, "/v1/users").await.problem(403), "forbidden");
    app.send(Method::DELETE, token, "/v1/sessions/current", None, None).await.ok();
    assert_eq!(app.get(token, "/v1/me").await.problem(401), "unauthenticated");
    app.finish().await;
}

#[tokio::test]
async fn whoever_guesses_is_locked_out_even_with_the_right_password() {
    let clock = Clock::fixed("2026-11-22T08:00:00Z".parse::<UtcMicros>().unwrap());
    let app = TestApp::spawn_with(clock.clone()).await;
    let world = seed::world(&app.app).await;
    picker(&app, &world).await;
    let guesses = (0..5).map(|_| log_in(&app, "anna", "wrong password"));
    for answer in futures::future::join_all(guesses).await {
        assert_eq!(answer.problem(401), "login_failed");
    }
    assert_eq!(log_in(&app, "anna", PASSWORD).await.problem(429), "login_locked");
    clock.advance_seconds(31);
    assert_eq!(log_in(&app, "anna", "wrong password").await.problem(401), "login_failed");
    clock.advance_seconds(31);
    assert_eq!(log_in(&app, "anna", PASSWORD).await.problem(429), "login_locked", "twice as long");
    clock.advance_seconds(30);
    log_in(&app, "anna", PASSWORD).await.ok();
    assert_eq!(log_in(&app, "anna", "wrong password").await.problem(401), "login_failed");
    log_in(&app, "anna", PASSWORD).await.ok();
    for _ in 0..5 {
        assert_eq!(log_in(&app, "nobody", "wrong password").await.problem(401), "login_failed");
    }
    assert_eq!(
        log_in(&app, "nobody", "x").await.problem(429),
        "login_locked",
        "as for a known one"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_badge_opens_with_its_pin_until_somebody_guesses() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let user = picker(&app, &world).await;
    let id = user["id"].as_str().unwrap();
    let badge = app.post(world.admin(), &format!("/v1/users/{id}/badge"), json!({})).await.ok();
    let code = badge["badge_code"].as_str().unwrap();
    let printed = ambar::barcodes::read(badge["barcode"].as_str().unwrap());
    assert_eq!(printed.own().unwrap().code(), code);
    let pin = async |pin: &str, key: &str| {
        let path = format!("/v1/users/{id}/pin");
        app.send(Method::PUT, world.admin(), &path, Some(key), Some(json!({ "pin": pin }))).await
    };
    assert_eq!(pin("1111", "a").await.problem(422), "pin_weak");
    pin("4821", "b").await.ok();
    let person = service::badge_login(&app.app, code, "4821").await.unwrap();
    assert_eq!((person.name.as_str(), &person.roles[..]), ("Анна", &[Role::Picker][..]));
    for _ in 0..5 {
        let wrong = service::badge_login(&app.app, code, "1234").await;
        assert!(matches!(wrong, Err(AccessError::PinWrong)), "{wrong:?}");
    }
    let locked = service::badge_login(&app.app, code, "4821").await;
    assert!(matches!(locked, Err(AccessError::LoginLocked { .. })), "{locked:?}");
    let trail = app.get(world.admin(), "/v1/audit").await.ok();
    assert!(!trail.to_string().contains("4821"), "no PIN in the trail");
    app.finish().await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let me = app.get(world.admin(), "/v1/me").await.ok();
    let path = format!("/v1/users/{}", me["id"].as_str().unwrap());
    let deactivate = format!("{path}/deactivate");
    let refused = app.post(world.admin(), &deactivate, json!({})).await;
    assert_eq!(refused.problem(409), "last_administrator");
    let roles = async |roles: Value, key: &str| {
        let path = format!("{path}/roles");
        app.send(Method::PUT, world.admin(), &path, Some(key), Some(json!({ "roles": roles })))
            .await
    };
    assert_eq!(roles(json!(["picker"]), "a").await.problem(409), "last_administrator");
    assert_eq!(roles(json!(["shop_owner"]), "b").await.problem(422), "roles_unfit");
    roles(json!(["administrator", "picker"]), "c").await.ok();
    let second = json!({ "login": "second", "name": "Вторая", "roles": ["administrator"] });
    app.post(world.admin(), "/v1/users", second.clone()).await.ok();
    assert_eq!(app.post(world.admin(), "/v1/users", second).await.problem(409), "login_taken");
    app.post(world.admin(), &deactivate, json!({})).await.ok();
    assert_eq!(app.get(world.admin(), "/v1/me").await.problem(401), "unauthenticated");
    app.finish().await;
}

#[tokio::test]
async fn a_shops_person_sees_the_shop_only() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let body = json!({
        "login": "shop", "name": "Хозяйка", "roles": ["shop_owner"], "owner_id": world.owners[0],
    });
    let made = app.post(world.admin(), "/v1/users", body).await.ok();
    let (_, cookie) = set_password(&app, made["setup_path"].as_str().unwrap(), PASSWORD).await;
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    let products = app.get(token, "/v1/products").await.ok();
    assert_eq!(products["items"].as_array().unwrap().len(), 3);
    assert_eq!(app.get(token, "/v1/me").await.ok()["owner_id"], json!(world.owners[0]));
    app.finish().await;
}

#[tokio::test]
async fn tokens_are_shown_once_and_die_when_they_are_revoked() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let admin = world.admin();
    let key_in = json!({ "owner_id": world.owners[0], "name": "1С" });
    let made = app.post_with_key(admin, "/v1/api-keys", "k", key_in.clone()).await.ok();
    let again = app.post_with_key(admin, "/v1/api-keys", "k", key_in).await.ok();
    assert_eq!((&again["api_key"], &again["token"]), (&made["api_key"], &Value::Null));
    let token = made["token"].as_str().unwrap();
    app.get(token, "/v1/products").await.ok();
    let revoke = format!("/v1/api-keys/{}/revoke", made["api_key"]["id"].as_str().unwrap());
    app.post(admin, &revoke, json!({})).await.ok();
    assert_eq!(app.get(token, "/v1/products").await.problem(401), "unauthenticated");

    let device_in = json!({ "warehouse_id": world.warehouse, "name": "ТСД-9" });
    let made = app.post_with_key(admin, "/v1/devices", "d", device_in.clone()).await.ok();
    let again = app.post_with_key(admin, "/v1/devices", "d", device_in.clone()).await.ok();
    assert_eq!((&again["device"], &again["token"]), (&made["device"], &Value::Null));
    let second = app.post(admin, "/v1/devices", device_in).await;
    assert_eq!(second.problem(409), "device_name_taken");
    let first = made["token"].as_str().unwrap();
    assert_eq!(app.get(first, "/v1/me").await.ok()["kind"], "device");
    let id = made["device"]["id"].as_str().unwrap();
    app.post(admin, &format!("/v1/devices/{id}/revoke"), json!({})).await.ok();
    assert_eq!(app.get(first, "/v1/me").await.problem(401), "unauthenticated");
    let renewed = app.post(admin, &format!("/v1/devices/{id}/renew"), json!({})).await.ok();
    app.get(renewed["token"].as_str().unwrap(), "/v1/me").await.ok();
    assert_eq!(app.get(first, "/v1/me").await.problem(401), "unauthenticated");

    let trail = app.get(admin, "/v1/audit").await.ok().to_string();
    assert!(!trail.contains("amkey-") && !trail.contains("amdev-"), "no token in the trail");
    let nobody = json!({ "owner_id": ambar::ids::OwnerId::new(), "name": "x" });
    assert_eq!(app.post(admin, "/v1/api-keys", nobody).await.problem(404), "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    picker(&app, &world).await;
    let session = log_in(&app, "anna", PASSWORD).await.ok();
    let token = session["token"].as_str().unwrap();
    let change = async |current: &str, new: &str, key: &str| {
        let body = json!({ "current": current, "new": new });
        app.send(Method::PUT, token, "/v1/me/password", Some(key), Some(body)).await
    };
    assert_eq!(change("wrong", "новый пароль", "a").await.problem(401), "login_failed");
    assert_eq!(change(PASSWORD, "1234567", "b").await.problem(422), "password_weak");
    change(PASSWORD, "новый пароль", "c").await.ok();
    assert_eq!(app.get(token, "/v1/me").await.problem(401), "unauthenticated");
    assert_eq!(log_in(&app, "anna", PASSWORD).await.problem(401), "login_failed");
    log_in(&app, "anna", "новый пароль").await.ok();
    app.finish().await;
}
