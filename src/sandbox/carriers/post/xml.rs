//! What was sent as XML: elements with their namespaces, in order.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// One element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Empty where it has none.
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All elements of a document; nothing when it is none.
pub(super) fn elements(text: &str) -> Option<Vec<Element>> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().trim_text(true);
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        match reader.read_resolved_event().ok()? {
            (namespace, Event::Start(start)) => {
                open.push(elements.len());
                elements.push(element(&namespace, &start)?);
            }
            (namespace, Event::Empty(start)) => elements.push(element(&namespace, &start)?),
            (_, Event::Text(text)) => {
                if let Some(at) = open.last() {
                    elements[*at].text.push_str(&text);
                }
            }
            (_, Event::End(_)) => {
                open.pop();
            }
            (_, Event::Eof) => return open.is_empty().then_some(elements),
            _ => {}
        }
    }
}

fn element(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Option<Element> {
    let namespace = match namespace {
        ResolveResult::Bound(bound) => bound.0.to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return None,
    };
    let name = start.local_name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let key = attribute.key.local_name().as_ref().to_owned();
        let value = attribute.value.to_string();
        attributes.push((key, value));
    }
    Some(Element { namespace, name, attributes, text: String::new() })
}
