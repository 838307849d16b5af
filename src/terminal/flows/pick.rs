//! To be written by its capability.

use serde::{Deserialize, Serialize};

use crate::terminal::{Expect, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickState {}

pub fn view(_state: &PickState) -> View {
    View::new(Text::new("menu-title"), Expect::Anything)
}
