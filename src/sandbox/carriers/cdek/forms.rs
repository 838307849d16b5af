//! Papers that are drawn after a while, and notices to offices.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Cdek;
use super::offices::office;
use super::reading::{Faults, accepted, object, refused, refused_one, request, stamp};
use super::state::{Form, Prealert, Stage, State as Books};

type At = State<Arc<Cdek>>;

/// Looks until a paper or a notice is there.
const LOOKS: u32 = 2;

pub(super) async fn barcodes(State(cdek): At, headers: HeaderMap, body: Bytes) -> Response {
    print(&cdek, &headers, &body, &["orders", "copy_count", "format", "lang"])
}

pub(super) async fn waybills(State(cdek): At, headers: HeaderMap, body: Bytes) -> Response {
    print(&cdek, &headers, &body, &["orders", "copy_count", "type"])
}

fn print(cdek: &Cdek, headers: &HeaderMap, body: &Bytes, names: &[&str]) -> Response {
    let body = match object(headers, body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let mut faults = Faults::default();
    faults.only(&body, "print", names);
    let orders = faults.list(&body, "orders");
    if orders.len() > 100 {
        faults.add("v2_bad_request", "Не более 100 заказов в запросе");
    }
    if body.get("copy_count").is_some() {
        faults.whole(&body, "copy_count");
    }
    let format = match body.get("format").map(|format| format.as_str().unwrap_or_default()) {
        None | Some("A4") => "A4",
        Some("A5") => "A5",
        Some("A6") => "A6",
        Some("A7") => "A7",
        Some(_) => {
            faults.add("v2_invalid_value_type", "Формат: A4, A5, A6 или A7");
            ""
        }
    };
    let mut books = cdek.state();
    let named = named(&books, orders, &mut faults);
    if !faults.0.is_empty() {
        return refused(&faults.0);
    }
    let (now, uuid) = (cdek.clock.now(), books.uuid());
    if names.contains(&"type") {
        for number in &named {
            if let Some(index) = books.order_by_track(number) {
                books.orders[index].is_handed_over = true;
            }
        }
    }
    books.forms.insert(uuid.clone(), Form { orders: named, looks: LOOKS, at: now, format });
    accepted(&uuid, "CREATE", now)
}

/// The carrier's numbers of orders; an order without one is not ready for papers.
fn named(books: &Books, orders: &[Value], faults: &mut Faults) -> Vec<String> {
    let mut named = Vec::new();
    for order in orders {
        faults.only(order, "orders", &["order_uuid", "cdek_number"]);
        let index = match (order["order_uuid"].as_str(), order["cdek_number"].as_i64()) {
            (Some(uuid), None) => books.order(uuid),
            (None, Some(number)) => books.order_by_track(&number.to_string()),
            _ => None,
        };
        let Some(index) = index else {
            faults.add("v2_order_not_found", "Заказ не найден");
            continue;
        };
        let order = &books.orders[index];
        match order.stage {
            Stage::Taken => named.push(order.cdek_number.clone()),
            Stage::Checking(_) => faults.add("v2_entity_not_ready", "Заказ ещё не зарегистрирован"),
            _ => faults.add("v2_entity_invalid", "Заказ некорректен"),
        }
    }
    named
}

/// `…/{uuid}` tells how far it is, `…/{uuid}.pdf` is the file.
pub(super) async fn one(
    State(cdek): At,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Path(file): Path<String>,
) -> Response {
    let mut books = cdek.state();
    let (uuid, is_file) = match file.strip_suffix(".pdf") {
        Some(uuid) => (uuid, Wanted::File),
        None => (file.as_str(), Wanted::State),
    };
    let Some(form) = books.forms.get_mut(uuid) else {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    };
    if let Wanted::File = is_file {
        if form.looks > 0 {
            return refused_one("v2_entity_not_ready", "Форма ещё не готова");
        }
        let bytes = pdf(&form.orders, form.format);
        return ([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response();
    }
    let status = |code: &str, name: &str| json!({ "code": code, "name": name, "date_time": stamp(form.at, 0) });
    let mut statuses = vec![status("ACCEPTED", "Принят")];
    if form.looks < LOOKS {
        statuses.push(status("PROCESSING", "Формируется"));
    }
    let mut entity = json!({
        "uuid": uuid,
        "orders": form.orders.iter().map(|number| json!({ "cdek_number": number })).collect::<Vec<_>>(),
        "copy_count": 1,
        "format": form.format,
        "lang": "RUS"
    });
    if form.looks == 0 {
        statuses.push(status("READY", "Сформирован"));
        let host =
            headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        entity["url"] = json!(format!("http://{host}{}.pdf", uri.path()));
    }
    entity["statuses"] = json!(statuses);
    form.looks = form.looks.saturating_sub(1);
    Json(json!({
        "entity": entity,
        "requests": [request("CREATE", form.at, "SUCCESSFUL", &[], &[])],
        "related_entities": []
    }))
    .into_response()
}

enum Wanted {
    State,
    File,
}

/// A page for every order, with its number.
fn pdf(numbers: &[String], format: &str) -> Vec<u8> {
    let (width, height) = match format {
        "A7" => (210, 298),
        "A6" => (298, 420),
        "A5" => (420, 595),
        _ => (595, 842),
    };
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    let kids: Vec<String> =
        (0..numbers.len()).map(|index| format!("{} 0 R", 4 + index * 2)).collect();
    objects.push(format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), numbers.len()));
    objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>".to_owned());
    for (index, number) in numbers.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] \
             /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + index * 2
        ));
        let text = format!(
            "2 w 12 12 {} {} re S BT /F1 20 Tf 30 {} Td (CDEK) Tj 0 -40 Td ({number}) Tj ET",
            width - 24,
            height - 24,
            height - 60
        );
        objects.push(format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()));
    }
    let mut parts = vec!["%PDF-1.4\n".to_owned()];
    let (mut offsets, mut start) = (Vec::new(), parts[0].len());
    for (index, object) in objects.iter().enumerate() {
        let part = format!("{} 0 obj\n{object}\nendobj\n", index + 1);
        offsets.push(format!("{start:010} 00000 n \n"));
        start += part.len();
        parts.push(part);
    }
    let (size, offsets) = (objects.len() + 1, offsets.concat());
    parts.push(format!(
        "xref\n0 {size}\n0000000000 65535 f \n{offsets}\
         trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    parts.concat().into_bytes()
}

pub(super) async fn prealert(State(cdek): At, headers: HeaderMap, body: Bytes) -> Response {
    let body = match object(&headers, &body) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let mut faults = Faults::default();
    faults.only(&body, "prealert", &["planned_date", "shipment_point", "orders"]);
    let date = faults.text(&body, "planned_date", 30);
    if chrono::DateTime::parse_from_str(date, "%Y-%m-%dT%H:%M:%S%z").is_err() {
        faults.add("v2_invalid_format", "Дата не в формате yyyy-MM-dd'T'HH:mm:ssZ");
    }
    if office(faults.text(&body, "shipment_point", 20)).is_none() {
        faults.add("code_invalid", "Офис не найден");
    }
    let orders = faults.list(&body, "orders");
    for order in orders {
        faults.only(order, "orders", &["order_uuid", "cdek_number", "im_number"]);
    }
    if !faults.0.is_empty() {
        return refused(&faults.0);
    }
    let mut books = cdek.state();
    // What is not there or not registered is left out.
    let named = named(&books, orders, &mut faults);
    let (now, uuid) = (cdek.clock.now(), books.uuid());
    let uuids = named.iter().filter_map(|number| books.order_by_track(number));
    let uuids: Vec<String> = uuids.map(|index| books.orders[index].uuid.clone()).collect();
    let number = format!("PA/44/{}", books.prealerts.len() + 1);
    let prealert = Prealert { number, orders: uuids, body, looks: LOOKS, at: now };
    books.prealerts.insert(uuid.clone(), prealert);
    accepted(&uuid, "CREATE", now)
}

pub(super) async fn prealert_one(State(cdek): At, Path(uuid): Path<String>) -> Response {
    let mut books = cdek.state();
    let Some(prealert) = books.prealerts.get_mut(&uuid) else {
        return refused_one("v2_entity_not_found", "Сущность не найдена");
    };
    let mut entity = prealert.body.clone();
    entity["uuid"] = json!(uuid);
    let state = if prealert.looks == 0 {
        entity["prealert_number"] = json!(prealert.number);
        let orders = prealert.orders.iter().map(|uuid| json!({ "order_uuid": uuid }));
        entity["orders"] = json!(orders.collect::<Vec<_>>());
        "SUCCESSFUL"
    } else {
        prealert.looks -= 1;
        "ACCEPTED"
    };
    Json(json!({
        "entity": entity,
        "requests": [request("CREATE", prealert.at, state, &[], &[])],
        "related_entities": []
    }))
    .into_response()
}
