//! Answers that are files.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// A file to be saved under this name.
pub fn download(media_type: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    // A name may be in any alphabet, which no header takes; it is a courtesy.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
