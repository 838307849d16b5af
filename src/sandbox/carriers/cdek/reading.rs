//! Reading requests and writing answers, for all methods alike.

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::carriers::amounts::decimal;
use crate::units::UtcMicros;

/// One error of an answer.
pub(super) fn said_so(code: &str, message: &str) -> Value {
    json!({ "code": code, "message": message })
}

/// The plain form of a refusal.
pub(super) fn refused(errors: &[Value]) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "errors": errors }))).into_response()
}

pub(super) fn refused_one(code: &str, message: &str) -> Response {
    refused(&[said_so(code, message)])
}

/// A refusal inside the list of requests.
pub(super) fn refused_within(kind: &str, now: UtcMicros, errors: &[Value]) -> Response {
    let body = json!({ "requests": [request(kind, now, "INVALID", errors, &[])] });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// `202`: it is taken, and will be looked at.
pub(super) fn accepted(uuid: &str, kind: &str, now: UtcMicros) -> Response {
    let body = json!({
        "entity": { "uuid": uuid },
        "requests": [request(kind, now, "ACCEPTED", &[], &[])],
        "related_entities": []
    });
    (StatusCode::ACCEPTED, Json(body)).into_response()
}

pub(super) fn request(
    kind: &str,
    at: UtcMicros,
    state: &str,
    errors: &[Value],
    warnings: &[Value],
) -> Value {
    let mut request = json!({
        "request_uuid": "68c074db-a355-4604-95a6-c62c21554746",
        "type": kind,
        "date_time": stamp(at, 0),
        "state": state,
        "trace": "sandbox"
    });
    if !errors.is_empty() {
        request["errors"] = json!(errors);
    }
    if !warnings.is_empty() {
        request["warnings"] = json!(warnings);
    }
    request
}

/// The same instant in the spellings that the carrier mixes.
pub(super) fn stamp(at: UtcMicros, spelling: usize) -> String {
    const NOVOSIBIRSK_S: i64 = 7 * 3_600;
    let text = |seconds: i64| {
        let shifted = at.plus_seconds(seconds).to_datetime();
        shifted.format("%Y-%m-%dT%H:%M:%S").to_string()
    };
    match spelling % 4 {
        0 => format!("{}+00:00", text(0)),
        1 => format!("{}+0000", text(0)),
        2 => format!("{}+0700", text(NOVOSIBIRSK_S)),
        _ => format!("{}.000000Z", text(0)),
    }
}

/// The body as JSON: an object, told to be JSON.
pub(super) fn object(headers: &HeaderMap, body: &Bytes) -> Result<Value, Box<Response>> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media.is_some_and(|media| media.starts_with("application/json")) {
        return Err(Box::new(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()));
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(Box::new(refused_one("v2_bad_request", "Переданы некорректные данные"))),
    }
}

/// Collects what is wrong with a body.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<Value>);

impl Faults {
    pub(super) fn add(&mut self, code: &str, message: impl Into<String>) {
        self.0.push(said_so(code, &message.into()));
    }

    fn format(&mut self, field: &str) {
        self.add("v2_invalid_value_type", format!("Поле {field}: неверный тип"));
    }

    /// Fields beside these are misspelt.
    pub(super) fn only(&mut self, value: &Value, at: &str, names: &[&str]) {
        let Some(fields) = value.as_object() else { return self.format(at) };
        for (name, value) in fields {
            if !names.contains(&name.as_str()) {
                self.add("v2_invalid_format", format!("Поле {at}.{name} не существует"));
            }
            if value.is_null() || value.as_str() == Some("") {
                self.add("v2_field_is_empty", format!("Поле {at}.{name} пустое"));
            }
        }
    }

    pub(super) fn text<'a>(&mut self, value: &'a Value, name: &str, chars_max: usize) -> &'a str {
        match value.get(name) {
            Some(Value::String(text)) if text.chars().count() <= chars_max => text,
            Some(Value::String(_)) => {
                self.add("v2_invalid_format", format!("Поле {name} длиннее {chars_max}"));
                ""
            }
            Some(_) => {
                self.format(name);
                ""
            }
            None => {
                self.add("v2_field_is_empty", format!("Поле {name} не заполнено"));
                ""
            }
        }
    }

    pub(super) fn text_if<'a>(
        &mut self,
        value: &'a Value,
        name: &str,
        chars_max: usize,
    ) -> Option<&'a str> {
        value.get(name)?;
        Some(self.text(value, name, chars_max))
    }

    /// A whole number: not a text, not a fraction.
    pub(super) fn whole(&mut self, value: &Value, name: &str) -> i64 {
        match value.get(name) {
            Some(Value::Number(number)) if number.is_i64() => number.as_i64().unwrap_or_default(),
            Some(_) => {
                self.format(name);
                0
            }
            None => {
                self.add("v2_field_is_empty", format!("Поле {name} не заполнено"));
                0
            }
        }
    }

    /// Roubles: a JSON number of at most two places.
    pub(super) fn roubles(&mut self, value: &Value, name: &str) -> Decimal {
        let read = match value.get(name) {
            Some(Value::Number(number)) => decimal(&number.to_string()).ok(),
            Some(_) => None,
            None => {
                self.add("v2_field_is_empty", format!("Поле {name} не заполнено"));
                return Decimal::ZERO;
            }
        };
        match read {
            Some(sum) if sum.normalize().scale() <= 2 && !sum.is_sign_negative() => sum,
            _ => {
                self.format(name);
                Decimal::ZERO
            }
        }
    }

    pub(super) fn list<'a>(&mut self, value: &'a Value, name: &str) -> &'a [Value] {
        match value.get(name) {
            Some(Value::Array(list)) if !list.is_empty() => list,
            Some(Value::Array(_)) | None => {
                self.add("v2_field_is_empty", format!("Поле {name} не заполнено"));
                &[]
            }
            Some(_) => {
                self.format(name);
                &[]
            }
        }
    }
}

/// Kopecks of a decimal that was checked.
pub(super) fn kopecks(roubles: Decimal) -> i64 {
    let kopecks = roubles.checked_mul(Decimal::ONE_HUNDRED).unwrap_or_default();
    i64::try_from(kopecks.round()).unwrap_or_default()
}

/// Roubles as a JSON number.
pub(super) fn roubles(kopecks: i64) -> Value {
    let text = Decimal::new(kopecks, 2).normalize().to_string();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
