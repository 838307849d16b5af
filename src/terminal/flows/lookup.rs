//! To be written by its capability.

use serde::{Deserialize, Serialize};

use crate::terminal::{Expect, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupState {}

pub fn view(_state: &LookupState) -> View {
    View::new(Text::new("menu-title"), Expect::Anything)
}
