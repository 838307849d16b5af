//! Cleaning: addresses, names, phones. Answers come in the reverse order: `id` tells which.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{fault, places};

fn each(asked: &Value, field: &str, clean: impl Fn(&str) -> Value) -> Response {
    let wanted = asked
        .as_array()
        .filter(|asked| asked.iter().all(|one| one["id"].is_string() && one[field].is_string()));
    let Some(asked) = wanted else {
        let desc = format!("an array of id and {field} is wanted");
        return fault(StatusCode::BAD_REQUEST, "1003", &desc, "BAD_REQUEST");
    };
    let cleaned = asked.iter().rev().map(|one| {
        let text = one[field].as_str().unwrap_or_default();
        let mut cleaned = clean(text);
        cleaned["id"] = one["id"].clone();
        cleaned[field] = json!(text);
        cleaned
    });
    Json(cleaned.collect::<Vec<_>>()).into_response()
}

pub(super) async fn addresses(Json(asked): Json<Value>) -> Response {
    each(&asked, "original-address", address)
}

/// A city that has a post office here, then a street, then a house.
fn address(text: &str) -> Value {
    let undefined = |quality: &str| json!({ "quality-code": quality, "validation-code": "NOT_VALIDATED_HAS_UNPARSED_PARTS" });
    let place = places::PLACES.iter().find(|place| text.contains(place.city));
    let Some(place) = place else { return undefined("UNDEF_02") };
    let rest = text.rsplit(place.city).next().unwrap_or_default();
    let mut parts = rest.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
    let Some(street) = parts.next() else { return undefined("UNDEF_03") };
    let (street, inline) = match street.rsplit_once(' ') {
        Some((name, last)) if last.starts_with(|it: char| it.is_ascii_digit()) => {
            (name, Some(last))
        }
        _ => (street, None),
    };
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let house = inline.map(str::to_owned).or_else(|| parts.next().map(digits));
    let Some(house) = house.filter(|house| !house.is_empty()) else {
        return undefined("UNDEF_04");
    };
    let mut cleaned = json!({
        "address-type": "DEFAULT",
        "index": place.index,
        "region": place.region,
        "place": format!("г {}", place.city),
        "street": street,
        "house": house,
        "quality-code": "GOOD",
        "validation-code": "VALIDATED",
    });
    if let Some(room) = parts.next().map(digits).filter(|room| !room.is_empty()) {
        cleaned["room"] = json!(room);
    }
    cleaned
}

pub(super) async fn names(Json(asked): Json<Value>) -> Response {
    each(&asked, "original-fio", name)
}

fn name(text: &str) -> Value {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [surname, name] => {
            json!({ "surname": surname, "name": name, "quality-code": "EDITED" })
        }
        [surname, name, middle] => json!({
            "surname": surname,
            "name": name,
            "middle-name": middle,
            "quality-code": "CONFIRMED_MANUALLY",
        }),
        other => json!({ "surname": other.join(" "), "quality-code": "NOT_SURE" }),
    }
}

pub(super) async fn phones(Json(asked): Json<Value>) -> Response {
    each(&asked, "original-phone", phone)
}

fn phone(text: &str) -> Value {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let ten = match digits.len() {
        0 => return json!({ "quality-code": "EMPTY" }),
        10 => digits.as_str(),
        11.. if digits.starts_with(['7', '8']) => &digits[1..11],
        _ => return json!({ "quality-code": "GARBAGE" }),
    };
    json!({
        "phone-country-code": "7",
        "phone-city-code": &ten[..3],
        "phone-number": &ten[3..],
        "phone-extension": "",
        "quality-code": "GOOD",
    })
}
