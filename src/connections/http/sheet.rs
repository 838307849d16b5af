//! The set-up sheet of a device: its own code, and the codes that configure it, to be printed.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::access::TokenKind;
use crate::access::caller::{Caller, rights};
use crate::connections::ConnectionError;
use crate::devices;
use crate::http::{Body, Problem, ProblemBody};
use crate::labels::{self, LabelError};

const DOTS_PER_MM: u32 = 8;
const NAME_LENGTH_MAX: usize = 60;
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// The device of a sheet. The token is the one that enrolment or renewal showed; nothing of this is
/// kept.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct SheetIn {
    name: String,
    token: String,
    /// One of `/v1/device-protocols`.
    protocol: String,
}

/// A code to be scanned with the device, as a picture of a label.
struct SheetCode {
    title: String,
    picture: String,
}

#[derive(Template)]
#[template(path = "device_sheet.html")]
struct SheetPage {
    name: String,
    device: String,
    codes: Vec<SheetCode>,
    token: SheetCode,
}

/// A page to print: scan its codes from top to bottom, and the device is set up and enrolled (лист
/// настройки).
#[utoipa::path(
    post, path = "/v1/device-sheets", tag = "devices", request_body = SheetIn,
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = "default", body = ProblemBody)
    )
)]
pub(super) async fn device_sheet(
    _caller: Caller<rights::AccessManage>,
    Body(body): Body<SheetIn>,
) -> Result<Response, Problem> {
    let page = sheet(&body)?;
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page was not written");
        Problem::of("internal", vec![])
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    Ok((headers, html).into_response())
}

fn sheet(body: &SheetIn) -> Result<SheetPage, ConnectionError> {
    let mut faults = crate::fault::InputFaults::default();
    faults.text("name", &body.name, NAME_LENGTH_MAX);
    if TokenKind::of(&body.token.to_ascii_lowercase()) != Some(TokenKind::Device) {
        faults.note("token", "bad_format");
    }
    faults.finish()?;
    let protocol = devices::scanner(&body.protocol)
        .ok_or_else(|| ConnectionError::ProtocolUnknown { protocol: body.protocol.clone() })?;
    let scans =
        protocol.setup().iter().filter_map(|setup| Some((&setup.title, setup.scan.as_ref()?)));
    let codes = scans.map(|(title, scan)| code(&title.ru, scan)).collect::<Result<_, _>>()?;
    Ok(SheetPage {
        name: body.name.clone(),
        device: protocol.title().ru.clone(),
        codes,
        token: code(&body.name, &body.token)?,
    })
}

fn code(title: &str, data: &str) -> Result<SheetCode, ConnectionError> {
    let picture = picture(title, data)
        .map_err(|error| ConnectionError::CodeNotDrawn { why: error.to_string() })?;
    Ok(SheetCode { title: title.to_owned(), picture: STANDARD.encode(picture) })
}

fn picture(title: &str, data: &str) -> Result<Vec<u8>, LabelError> {
    let template = labels::template("command")?;
    let fields = BTreeMap::from([
        ("code".to_owned(), data.to_owned()),
        ("name".to_owned(), title.to_owned()),
    ]);
    labels::preview_png(template, &fields, DOTS_PER_MM)
}
