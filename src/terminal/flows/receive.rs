//! To be written by its capability.

use serde::{Deserialize, Serialize};

use crate::terminal::{Expect, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveState {}

pub fn view(_state: &ReceiveState) -> View {
    View::new(Text::new("menu-title"), Expect::Anything)
}
