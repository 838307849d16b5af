//! Moving: scan where the goods are, the goods, and where they go. A whole handling unit is moved
//! by scanning it and then the bin.

use serde::{Deserialize, Serialize};

use super::goods::{self, LyingGoods};
use crate::barcodes::CommandCode;
use crate::ids::PlaceId;
use crate::terminal::{Expect, Input, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum MoveState {
    #[default]
    From,
    Item {
        from: Source,
    },
    Which {
        from: Source,
        choices: Vec<LyingGoods>,
        pieces: i64,
    },
    To(Box<Moving>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub place: PlaceId,
    pub code: String,
    /// A unit can be moved whole.
    pub is_unit: bool,
}

/// Goods in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    pub from: Source,
    pub goods: LyingGoods,
    pub barcode: String,
    pub each: i64,
    pub pieces: i64,
    /// A bin that is too small by the books, scanned once.
    pub small: Option<PlaceId>,
}

/// What a scan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    From,
    Item,
    Take(LyingGoods),
    Pieces(i64),
    To,
    Back,
    Refuse(&'static str),
}

/// What the scan means where the dialogue stands.
pub fn step(state: &MoveState, input: &Input) -> Action {
    if matches!(input.command(), Some(CommandCode::No | CommandCode::Cancel)) {
        return Action::Back;
    }
    if input.command().is_some() {
        return Action::Refuse("move-wanted");
    }
    match state {
        MoveState::From => Action::From,
        MoveState::Item { .. } => Action::Item,
        MoveState::Which { choices, .. } => match goods::chosen(choices, input) {
            Some(goods) => Action::Take(goods.clone()),
            None => Action::Refuse("choice-wanted"),
        },
        MoveState::To(moving) => {
            let more = moving.pieces.saturating_add(moving.each);
            let wanted = match input.number() {
                None if input.scan.raw == moving.barcode => more,
                None => return Action::To,
                Some(pieces) => pieces,
            };
            if (1..=moving.goods.free.get()).contains(&wanted) {
                Action::Pieces(wanted)
            } else {
                Action::Refuse("move-too-many")
            }
        }
    }
}

pub fn view(state: &MoveState) -> View {
    let of = |from: &Source| Text::new("move-from-line").with("place", &from.code);
    match state {
        MoveState::From => View::new(Text::new("move-from"), Expect::Bin),
        MoveState::Item { from } => {
            let title = if from.is_unit { "move-item-or-bin" } else { "move-item" };
            View::new(Text::new(title), Expect::Item).line(of(from))
        }
        MoveState::Which { choices, .. } => goods::choice_view(
            "choose-goods",
            choices.iter().enumerate().map(|(index, goods)| goods.numbered(index)),
        ),
        MoveState::To(moving) => View::new(Text::new("move-to"), Expect::Bin)
            .line(of(&moving.from))
            .line(moving.goods.text())
            .line(Text::new("goods-pieces").with("pieces", moving.pieces)),
    }
}
