//! Print forms: small PDF files that say what they would be.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::paper::sheet;
use super::places::zipped;
use super::state::{HeldOrder, Place};
use super::{At, internal, not_found};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct How {
    print_type: Option<String>,
}

impl How {
    /// Points: A6 for thermal paper, A5 otherwise.
    fn page(&self) -> (i64, i64) {
        match self.print_type.as_deref() {
            Some("THERMO") => (283, 425),
            _ => (420, 595),
        }
    }
}

fn served(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response()
}

fn order(post: &At, id: &str, is_there: impl Fn(&Place) -> bool) -> Option<HeldOrder> {
    let ledger = post.0.ledger();
    let found = ledger.orders.iter().find(|order| order.id.to_string() == id);
    found.filter(|order| is_there(&order.place)).cloned()
}

/// Before the batch: only some kinds of mail have forms then.
pub(super) async fn early(post: At, Path(id): Path<String>, Query(how): Query<How>) -> Response {
    let Some(order) = order(&post, &id, |place| *place == Place::Backlog) else {
        return not_found("BacklogTuple", &id);
    };
    match order.text("mail-type").as_str() {
        "ONLINE_COURIER" | "EMS" | "EMS_OPTIMAL" => {
            served(sheet(how.page(), &format!("E-1 {}", order.barcode)))
        }
        _ => internal("Forbidden mail type"),
    }
}

/// In a batch: everything.
pub(super) async fn all(post: At, Path(id): Path<String>, Query(how): Query<How>) -> Response {
    match order(&post, &id, |place| matches!(place, Place::Batch(_))) {
        Some(order) => served(sheet(how.page(), &format!("F7P F22 {}", order.barcode))),
        None => not_found("ComplexOrderV2", &id),
    }
}

/// The address label.
pub(super) async fn f7(post: At, Path(id): Path<String>, Query(how): Query<How>) -> Response {
    match order(&post, &id, |place| *place != Place::Gone) {
        Some(order) => served(sheet(how.page(), &format!("F7P {}", order.barcode))),
        None => not_found("ComplexOrderV2", &id),
    }
}

/// Barcodes of a batch that is checked in.
fn listed(post: &At, name: &str) -> Option<Vec<String>> {
    let ledger = post.0.ledger();
    let batch = ledger.batches.iter().find(|batch| batch.name == name)?;
    if batch.status == "CREATED" {
        return None;
    }
    let inside = Place::Batch(name.to_owned());
    let orders = ledger.orders.iter().filter(|order| order.place == inside);
    Some(orders.map(|order| order.barcode.clone()).collect())
}

const A4: (i64, i64) = (595, 842);

pub(super) async fn f103(post: At, Path(name): Path<String>) -> Response {
    match listed(&post, &name) {
        Some(barcodes) => served(sheet(A4, &format!("F103 {name}: {}", barcodes.join(" ")))),
        None => internal("no such batch"),
    }
}

pub(super) async fn archive(
    State(post): At,
    Path(name): Path<String>,
    Query(how): Query<How>,
) -> Response {
    let Some(barcodes) = listed(&State(post), &name) else { return internal("no such batch") };
    let table = barcodes.join("\n").into_bytes();
    let files = [
        ("Export.csv".to_owned(), table),
        ("F103.pdf".to_owned(), sheet(A4, &format!("F103 {name}"))),
        ("F7.pdf".to_owned(), sheet(how.page(), &barcodes.join(" "))),
    ];
    match zipped(&files) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/zip")], bytes).into_response(),
        Err(error) => internal(&error.to_string()),
    }
}
