//! Answers in the carrier's envelopes.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;

/// What a service says instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Whose fault it is.
    whose: &'static str,
    /// Nothing where it is not explained.
    code: Option<&'static str>,
    text: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { whose: "S:Server", code: Some(code), text: text.into() }
    }

    /// The service broke.
    pub(super) fn crash(text: &str) -> Self {
        Self { whose: "S:Server", code: None, text: text.to_owned() }
    }

    /// The request is not one that the schema allows.
    pub(super) fn schema(text: impl Into<String>) -> Self {
        Self { whose: "S:Client", code: None, text: text.into() }
    }
}

/// `<name>text</name>`; nothing without a text.
pub(super) fn leaf(name: &str, text: impl AsRef<str>) -> String {
    let text = text.as_ref();
    if text.is_empty() { String::new() } else { format!("<{name}>{}</{name}>", escape(text)) }
}

/// `<name>inner</name>`, where the inside is XML.
pub(super) fn around(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

pub(super) fn answer(method: &str, namespace: &str, inner: &str) -> Response {
    let body =
        format!("<ns2:{method}Response xmlns:ns2=\"{namespace}\">{inner}</ns2:{method}Response>");
    envelope(StatusCode::OK, &body)
}

pub(super) fn fault(fault: &Fault, namespace: &str, kind: &str) -> Response {
    let text = escape(&fault.text);
    let detail = fault.code.map(|code| {
        let inner = leaf("code", code) + &leaf("message", &fault.text);
        format!("<detail><ns2:{kind} xmlns:ns2=\"{namespace}\">{inner}</ns2:{kind}></detail>")
    });
    let body = format!(
        "<S:Fault xmlns:ns4=\"http://www.w3.org/2003/05/soap-envelope\">\
         <faultcode>{}</faultcode><faultstring>{text}</faultstring>{}</S:Fault>",
        fault.whose,
        detail.unwrap_or_default()
    );
    envelope(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

fn envelope(status: StatusCode, body: &str) -> Response {
    let xml = format!(
        "<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"{ENVELOPE}\">\
         <S:Body>{body}</S:Body></S:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "text/xml;charset=utf-8")], xml).into_response()
}
