//! Limits, settings, faults.

use serde_json::{Value, json};

use super::*;
use crate::carriers::CarrierError;
use crate::carriers::model::Answers;
use crate::carriers::post::map::{self, PassportKind, Product};
use crate::carriers::post::wire::Passport;
use crate::carriers::registry::Account;

#[test]
fn sizes_are_the_smallest_that_fit_in_any_orientation() {
    let of = |sides: [i64; 3], product| {
        let [length_mm, width_mm, height_mm] = sides;
        let package = Package { length_mm, width_mm, height_mm, ..package("K") };
        map::dimension(&package, product).map(|(size, kind)| (size.length, kind))
    };
    for (sides, kind) in [
        ([260, 170, 80], "S"),
        ([80, 260, 170], "S"),
        ([261, 170, 80], "M"),
        ([400, 270, 180], "L"),
        ([530, 260, 220], "XL"),
        ([600, 300, 300], "OVERSIZED"),
    ] {
        let (_, found) = of(sides, Product::OnlineParcel).unwrap();
        assert_eq!(found, Some(kind), "{sides:?}");
    }
    assert!(of([601, 100, 100], Product::OnlineParcel).is_err());
    assert_eq!(of([601, 100, 100], Product::PostalParcel).unwrap(), (61, None));
    assert!(of([0, 100, 100], Product::PostalParcel).is_err(), "it was not measured");
}

#[test]
fn phones_are_read_as_people_write_them() {
    for text in ["+79001234567", "8 (900) 123-45-67", "7 900 123 45 67"] {
        assert_eq!(map::plain_phone(text), Some(79_001_234_567), "{text}");
    }
    for text in ["+74951234567", "900123456", "+7900123456789", "тел. 89001234567", ""] {
        assert_eq!(map::plain_phone(text), None, "{text}");
    }
}

#[test]
fn passports_are_read_leniently() {
    let passport: Passport = serde_json::from_value(json!({
        "passportElements": [
            { "address": { "index": 910_001, "place": "г Москва" }, "type": "Почтомат",
              "latitude": "55,75", "longitude": 37.6, "newKey": {},
              "ecomOptions": { "weightLimit": 15.5, "cashPayment": false, "cardPayment": "1" } },
            { "address": { "index": "910002" }, "latitude": "", "ecomOptions": {
              "weightLimit": "15000", "cashPayment": "0", "cardPayment": "0" } },
            { "address": {} },
        ],
        "unloadingDate": "22.11.2026",
    }))
    .unwrap();
    let points = map::points_of(&passport, PassportKind::Lockers);
    assert_eq!(points.len(), 2, "one without an index cannot be named");
    assert_eq!((points[0].latitude, points[0].longitude), (Some(55.75), Some(37.6)));
    assert_eq!(points[0].limits.weight_max_g, Some(Grams::new(15_500)));
    assert_eq!((points[0].cash, points[0].card), (Answers::No, Answers::Yes));
    assert_eq!(points[0].limits.cod_max_kopecks, None);
    assert_eq!((points[1].latitude, points[1].longitude), (None, None));
    assert_eq!(points[1].limits.weight_max_g, Some(Grams::new(15_000)));
    assert_eq!(points[1].limits.cod_max_kopecks, Some(Kopecks::new(0)));
}

#[test]
fn a_wrong_account_names_the_field_and_never_the_key() {
    let good = account("http://127.0.0.1:1");
    let with = |settings: Value, credentials: Value| {
        let account = Account { settings, credentials, ..good.clone() };
        match Post::connect(&account) {
            Err(CarrierError::Account { problem, .. }) => problem,
            Err(other) => panic!("{other}"),
            Ok(_) => String::new(),
        }
    };
    let settings = good.settings.clone();
    let keys = good.credentials.clone();
    assert_eq!(with(settings.clone(), keys.clone()), "");
    for (settings, credentials, wanted) in [
        (json!({}), keys.clone(), "postoffice"),
        (json!({ "postoffice": "1090" }), keys.clone(), "postoffice"),
        (json!({ "postoffice": "109012", "mail_types": ["LETTER"] }), keys.clone(), "LETTER"),
        (json!({ "postoffice": "109012", "markup": 3 }), keys.clone(), "markup"),
        (json!({ "postoffice": "109012", "balance": "none" }), keys.clone(), "balance"),
        (settings.clone(), json!({ "otpravka": { "token": "s3cret" } }), "login"),
        (settings.clone(), json!({ "tracking": { "login": "a", "pass": "s3cret" } }), "pass"),
        (settings.clone(), json!({ "otpravka": "s3cret" }), "credentials"),
    ] {
        let problem = with(settings, credentials);
        assert!(problem.contains(wanted), "{wanted}: {problem}");
        assert!(!problem.contains("s3cret"), "{problem}");
    }
}
