//! Putaway: scan goods at the dock, carry them to the proposed bin, scan the bin.
//!
//! Another bin than the proposed one is scanned twice, and the ledger keeps why.

use serde::{Deserialize, Serialize};

use super::goods::{self, LyingGoods};
use crate::barcodes::CommandCode;
use crate::ids::PlaceId;
use crate::terminal::{Expect, Input, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum PutawayState {
    #[default]
    Item,
    /// The same product waits in several lots or at several docks.
    Which {
        choices: Vec<LyingGoods>,
    },
    Bin(Box<Carrying>),
}

/// Goods on their way to a bin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrying {
    pub goods: LyingGoods,
    pub pieces: i64,
    /// None when no bin could be proposed.
    pub proposal: Option<Target>,
    /// Bins that were found unfit.
    pub skipped: Vec<PlaceId>,
    /// Another bin that was scanned once.
    pub other: Option<PlaceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub bin: PlaceId,
    pub code: String,
}

/// What a scan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Scan,
    Take(LyingGoods),
    /// Only so many.
    Pieces(i64),
    /// Another proposal, please.
    Skip,
    Bin,
    Back,
    Refuse(&'static str),
}

/// What the scan means where the dialogue stands.
pub fn step(state: &PutawayState, input: &Input) -> Action {
    if matches!(input.command(), Some(CommandCode::No | CommandCode::Cancel)) {
        return Action::Back;
    }
    match state {
        PutawayState::Item => match input.command() {
            Some(_) => Action::Refuse("putaway-item-wanted"),
            None => Action::Scan,
        },
        PutawayState::Which { choices } => match goods::chosen(choices, input) {
            Some(goods) => Action::Take(goods.clone()),
            None => Action::Refuse("choice-wanted"),
        },
        PutawayState::Bin(carrying) => match (input.command(), input.number()) {
            (Some(CommandCode::Skip | CommandCode::Full), _) => Action::Skip,
            (Some(_), _) => Action::Refuse("putaway-bin-wanted"),
            (None, Some(pieces)) if (1..=carrying.goods.free.get()).contains(&pieces) => {
                Action::Pieces(pieces)
            }
            (None, Some(_)) => Action::Refuse("putaway-too-many"),
            (None, None) => Action::Bin,
        },
    }
}

pub fn view(state: &PutawayState) -> View {
    match state {
        PutawayState::Item => View::new(Text::new("putaway-item"), Expect::Item),
        PutawayState::Which { choices } => goods::choice_view(
            "choose-goods",
            choices.iter().enumerate().map(|(index, goods)| goods.numbered(index)),
        ),
        PutawayState::Bin(carrying) => {
            let title = match &carrying.proposal {
                Some(target) => Text::new("putaway-bin").with("bin", &target.code),
                None => Text::new("putaway-any-bin"),
            };
            View::new(title, Expect::Bin)
                .line(carrying.goods.text())
                .line(Text::new("goods-pieces").with("pieces", carrying.pieces))
        }
    }
}
