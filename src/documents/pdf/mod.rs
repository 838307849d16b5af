//! Papers as PDF: layouts of `document-templates/forms/`, filled from a model.
//!
//! A layout is TOML: forms have everything at its place in millimetres ([`template`]), other papers
//! flow over as many pages as their table takes. The model is anything that serialises; layouts name
//! its values by their path, `{recipient.name}`. [`render`] is pure and takes milliseconds a page:
//! a server calls it where it may block.
//!
//! **Invariant:** data is never code: it becomes letters of an embedded font, and nothing else.
//! **Invariant:** nothing is cut off silently. What does not fit at its least size is refused with
//! the name of its field, in tables it goes on on the next page; what no font has becomes `�`.
//! **Invariant:** the same model gives the same bytes.
//!
//! Deliberately absent: right-to-left and joined scripts, hyphenation, tagged PDF.

mod fill;
mod fixed;
mod flow;
mod font;
mod page;
mod table;
mod template;
mod text;
mod write;

use std::sync::LazyLock;

use serde::Serialize;

use crate::fault::InputError;
use crate::text_enum;
use template::{Content, Layout};

text_enum! {
    /// A paper that we draw.
    pub enum Template {
        AgentReport = "agent_report",
        HandoverAct = "handover_act",
        PostLabel = "post_f7p",
        PostList = "post_f103",
        PostInventory = "post_f107",
        PostTransfer = "post_f112",
        PostOldTransfer = "post_f113",
        PostAccompanying = "post_f116",
        PostAccompanyingCod = "post_f117",
    }
}

/// Why a paper was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// Data that the form cannot hold; the field is a path in the model.
    #[error(transparent)]
    Input(#[from] InputError),
    #[error("the layout and the model do not belong together: {0}")]
    Template(String),
    #[error("the PDF was not written: {0}")]
    Write(String),
    #[error("the model is no JSON: {0}")]
    Model(#[from] serde_json::Error),
}

macro_rules! layouts {
    ($($template:ident = $name:literal),* $(,)?) => {
        fn source(template: Template) -> &'static str {
            match template {
                $(Template::$template => include_str!(
                    concat!("../../../document-templates/forms/", $name, ".toml")
                )),*
            }
        }
    };
}

layouts! {
    AgentReport = "agent_report",
    HandoverAct = "handover_act",
    PostLabel = "post_f7p",
    PostList = "post_f103",
    PostInventory = "post_f107",
    PostTransfer = "post_f112",
    PostOldTransfer = "post_f113",
    PostAccompanying = "post_f116",
    PostAccompanyingCod = "post_f117",
}

static LAYOUTS: LazyLock<Vec<(Template, Layout)>> = LazyLock::new(|| {
    let load = |template: &Template| {
        let layout = toml::from_str(source(*template));
        (*template, layout.expect("a test loads every layout"))
    };
    Template::ALL.iter().map(load).collect()
});

/// A paper as PDF: what `template` says, with the values of `model`.
pub fn render(template: Template, model: &impl Serialize) -> Result<Vec<u8>, PaperError> {
    let model = serde_json::to_value(model)?;
    let found = LAYOUTS.iter().find(|(name, _)| *name == template);
    let (_, layout) = found.expect("every template has its layout");
    let size = (layout.width.0, layout.height.0);
    let pages = match &layout.content {
        Content::Form(form) => fixed::pages(form, &model)?,
        Content::Flow(flow) => flow::pages(flow, size, &model)?,
    };
    write::write(&layout.title.fill(&model)?, size, &pages)
}

#[cfg(test)]
mod tests;
