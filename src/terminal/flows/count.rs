//! To be written by its capability.

use serde::{Deserialize, Serialize};

use crate::terminal::{Expect, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountState {}

pub fn view(_state: &CountState) -> View {
    View::new(Text::new("menu-title"), Expect::Anything)
}
