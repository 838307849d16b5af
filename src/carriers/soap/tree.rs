//! An XML document as a tree of names and texts: for faults, and for whoever checks requests.

use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// What is no XML document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not XML of the expected shape: {0}")]
pub struct TreeError(pub String);

/// Nested deeper than any message of a carrier.
const DEPTH_MAX: usize = 64;

/// An element with everything in it. Attributes are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Without its prefix.
    pub name: String,
    /// The URI; empty without one.
    pub namespace: String,
    /// The texts in it, one after another.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The root of a document.
    pub fn parse(xml: &str) -> Result<Self, TreeError> {
        let wrong = |error: &dyn std::fmt::Display| TreeError(error.to_string());
        let mut reader = NsReader::from_str(xml);
        let mut open: Vec<Self> = vec![Self::default()];
        loop {
            let (namespace, event) = reader.read_resolved_event().map_err(|error| wrong(&error))?;
            let namespace = match namespace {
                ResolveResult::Bound(uri) => uri.into_inner().to_owned(),
                ResolveResult::Unbound => String::new(),
                ResolveResult::Unknown(prefix) => {
                    return Err(TreeError(format!("the prefix {prefix:?} is not declared")));
                }
            };
            match event {
                Event::Start(start) => {
                    if open.len() >= DEPTH_MAX {
                        return Err(TreeError("too deep".to_owned()));
                    }
                    let name = start.local_name().into_inner().to_owned();
                    open.push(Self { name, namespace, ..Self::default() });
                }
                Event::Empty(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    add(&mut open, Self { name, namespace, ..Self::default() });
                }
                Event::End(_) => {
                    let closed = open.pop().unwrap_or_default();
                    add(&mut open, closed);
                }
                Event::Text(text) => say(&mut open, &text.xml10_content()),
                Event::CData(text) => say(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let letter = reference.resolve_char_ref().map_err(|error| wrong(&error))?;
                    let letter = letter
                        .map(String::from)
                        .or_else(|| resolve_predefined_entity(&reference).map(ToOwned::to_owned));
                    let unknown = || TreeError("an unknown entity".to_owned());
                    say(&mut open, &letter.ok_or_else(unknown)?);
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        let root = open.pop().and_then(|document| document.children.into_iter().next());
        root.filter(|_| open.is_empty()).ok_or_else(|| TreeError("no whole document".to_owned()))
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The child, when there is exactly one.
    pub fn only_child(&self) -> Option<&Self> {
        if let [child] = self.children.as_slice() { Some(child) } else { None }
    }

    /// All children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of a child; empty without one.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    /// Elements without children, however deep, with their trimmed texts.
    pub fn leaves(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.children.is_empty() {
                found.push((child.name.clone(), child.text.trim().to_owned()));
            } else {
                found.extend(child.leaves());
            }
        }
        found
    }
}

fn add(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn say(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
