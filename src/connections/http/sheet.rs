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
use crate::devices::{self, ScannerProtocol};
use crate::http::{Body, Problem, ProblemBody};
use crate::labels::{self, LabelError, PrinterModel};

const DOTS_PER_MM: u32 = 8;
const NAME_LENGTH_MAX: usize = 60;
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// What the codes are drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub(super) enum SheetFormat {
    /// A page for any printer; browsers save it as PDF.
    #[serde(rename = "html")]
    Page,
    /// One label of 100×50 for each code, to be sent to a label printer.
    #[serde(rename = "zpl")]
    Labels,
}

/// The device of a sheet. The token is the one that enrolment or renewal showed; nothing of this is
/// kept.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct SheetIn {
    name: String,
    token: String,
    /// One of `/v1/device-protocols`.
    protocol: String,
    /// A page when absent.
    format: Option<SheetFormat>,
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
    /// What no code can set.
    settings: Vec<String>,
    codes: Vec<SheetCode>,
}

/// A page to print: scan its codes from top to bottom, and the device is set up and enrolled (лист
/// настройки).
#[utoipa::path(
    post, path = "/v1/device-sheets", tag = "devices", request_body = SheetIn,
    responses(
        (status = 200, description = "`text/html` or `application/zpl`", body = String),
        (status = "default", body = ProblemBody)
    )
)]
pub(super) async fn device_sheet(
    _caller: Caller<rights::AccessManage>,
    Body(body): Body<SheetIn>,
) -> Result<Response, Problem> {
    let codes = codes_of(&body)?;
    if body.format == Some(SheetFormat::Labels) {
        let labels = codes.iter().map(|(title, data)| label(title, data));
        let labels = labels.collect::<Result<Vec<_>, _>>()?.concat();
        return Ok(([(header::CONTENT_TYPE, "application/zpl")], labels).into_response());
    }
    let page = page(&body, &codes)?;
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

/// Titles and codes from top to bottom; the last one is the device's own.
fn codes_of(body: &SheetIn) -> Result<Vec<(String, String)>, ConnectionError> {
    let mut faults = crate::fault::InputFaults::default();
    faults.text("name", &body.name, NAME_LENGTH_MAX);
    if TokenKind::of(&body.token.to_ascii_lowercase()) != Some(TokenKind::Device) {
        faults.note("token", "bad_format");
    }
    faults.finish()?;
    let configured = protocol_of(body)?.setup().iter();
    let scanned = configured.filter_map(|setup| Some((&setup.title, setup.scan.as_ref()?)));
    let own = (body.name.clone(), body.token.clone());
    Ok(scanned.map(|(title, scan)| (title.ru.clone(), scan.clone())).chain([own]).collect())
}

fn protocol_of(body: &SheetIn) -> Result<&'static ScannerProtocol, ConnectionError> {
    devices::scanner(&body.protocol)
        .ok_or_else(|| ConnectionError::ProtocolUnknown { protocol: body.protocol.clone() })
}

fn page(body: &SheetIn, codes: &[(String, String)]) -> Result<SheetPage, ConnectionError> {
    let draw = |(title, data): &(String, String)| {
        let picture = labels::preview_png(template()?, &fields_of(title, data), DOTS_PER_MM)?;
        Ok(SheetCode { title: title.clone(), picture: STANDARD.encode(picture) })
    };
    let protocol = protocol_of(body)?;
    let by_hand = protocol.setup().iter().filter(|setup| setup.scan.is_none());
    Ok(SheetPage {
        name: body.name.clone(),
        device: protocol.title().ru.clone(),
        settings: by_hand.map(|setup| setup.title.ru.clone()).collect(),
        codes: codes.iter().map(draw).collect::<Result<_, ConnectionError>>()?,
    })
}

fn label(title: &str, data: &str) -> Result<Vec<u8>, ConnectionError> {
    let printer = PrinterModel::zpl(DOTS_PER_MM);
    Ok(labels::fill(template()?, &fields_of(title, data), printer)?)
}

fn template() -> Result<&'static labels::Template, ConnectionError> {
    Ok(labels::template("command")?)
}

fn fields_of(title: &str, data: &str) -> BTreeMap<String, String> {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    BTreeMap::from([field("code", data), field("name", title)])
}

impl From<LabelError> for ConnectionError {
    fn from(error: LabelError) -> Self {
        Self::CodeNotDrawn { why: error.to_string() }
    }
}
