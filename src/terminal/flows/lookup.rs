//! Look-up: scan anything and see what it is, where it is, and how much. Changes nothing.

use serde::{Deserialize, Serialize};

use crate::terminal::{Expect, Text, View};

/// What the last scan was found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupState {
    pub found: Vec<Text>,
}

pub fn view(state: &LookupState) -> View {
    let view = View::new(Text::new("lookup-anything"), Expect::Anything);
    state.found.iter().cloned().fold(view, View::line)
}
