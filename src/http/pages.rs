//! Pages for a person: the front page, and the list of problems that answers point to.
//!
//! **Invariant:** a page needs nothing but itself: no script, no font, no picture from elsewhere.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use super::Problem;
use crate::app::App;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const PROBLEMS: &str = include_str!("../../docs/problems.md");

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    version: &'static str,
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage {
    list: String,
}

pub(super) fn router() -> Router<App> {
    Router::new().route("/", get(front)).route("/problems", get(problems))
}

async fn front() -> Response {
    page(&FrontPage { version: env!("CARGO_PKG_VERSION") })
}

async fn problems() -> Response {
    static LIST: LazyLock<String> = LazyLock::new(|| list(PROBLEMS));
    page(&ProblemsPage { list: LIST.clone() })
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let policy = HeaderValue::from_static(POLICY);
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page was not written");
            Problem::of("internal", vec![]).into_response()
        }
    }
}

/// The document as HTML; the first cell of each row of a table can be linked to by its text.
fn list(markdown: &str) -> String {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut linked = BTreeSet::new();
    let mut column = None;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match &event {
            Event::Start(Tag::TableRow) => column = Some(0),
            Event::End(TagEnd::TableRow) => column = None,
            Event::End(TagEnd::TableCell) => column = column.map(|number| number + 1),
            // A code that stands in several tables is explained by the first.
            Event::Code(code) if column == Some(0) && linked.insert(code.to_string()) => {
                let link = format!("<a id=\"{0}\" href=\"#{0}\">", plain(code));
                events.push(Event::InlineHtml(link.into()));
                events.push(event);
                events.push(Event::InlineHtml("</a>".into()));
                continue;
            }
            _ => {}
        }
        events.push(event);
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

/// A code as it may stand in an address.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_can_be_linked_to_and_nothing_else() {
        let html = list(
            "# Problems\n\n| code | what |\n|---|---|\n| `bin_locked` | *Ячейка* a<b |\n\
                         | `bin_locked` | `again` |\n",
        );
        assert!(html.contains(r##"<td><a id="bin_locked" href="#bin_locked"><code>bin_locked"##));
        assert_eq!(html.matches("id=").count(), 1, "{html}");
        assert!(html.contains("<em>Ячейка</em> a&lt;b"), "{html}");
    }
}
