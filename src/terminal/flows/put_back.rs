//! Put-back: goods of cancelled and changed orders go from the tote to the shelf. Scan the tote, scan
//! a piece of what it lists, carry it to the bin.

use serde::{Deserialize, Serialize};

use super::goods::{self, CHOICES_MAX, LyingGoods};
use crate::barcodes::CommandCode;
use crate::terminal::{Expect, Input, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum PutBackState {
    #[default]
    Tote,
    /// What must go back is listed.
    Item {
        lines: Vec<LyingGoods>,
    },
    /// The same product lies there in several lots.
    Which {
        lines: Vec<LyingGoods>,
        choices: Vec<LyingGoods>,
    },
    Bin(Box<Returning>),
}

/// Goods on their way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returning {
    pub goods: LyingGoods,
    pub pieces: i64,
    /// The code of the proposed bin; any other storage bin will do as well.
    pub proposal: Option<String>,
}

/// What a scan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Open,
    /// A piece of one of the lines, or another tote.
    Item,
    Take(LyingGoods),
    /// Only so many.
    Pieces(i64),
    Bin,
    Back,
    Refuse(&'static str),
}

/// What the scan means where the dialogue stands.
pub fn step(state: &PutBackState, input: &Input) -> Action {
    if matches!(input.command(), Some(CommandCode::No | CommandCode::Cancel)) {
        return Action::Back;
    }
    match state {
        PutBackState::Tote if input.command().is_some() => Action::Refuse("put-back-tote-wanted"),
        PutBackState::Tote => Action::Open,
        PutBackState::Item { .. } if input.command().is_some() => {
            Action::Refuse("put-back-item-wanted")
        }
        PutBackState::Item { .. } => Action::Item,
        PutBackState::Which { choices, .. } => match goods::chosen(choices, input) {
            Some(goods) => Action::Take(goods.clone()),
            None => Action::Refuse("choice-wanted"),
        },
        PutBackState::Bin(returning) => match (input.command(), input.number()) {
            (Some(_), _) => Action::Refuse("put-back-bin-wanted"),
            (None, Some(pieces)) if (1..=returning.goods.free.get()).contains(&pieces) => {
                Action::Pieces(pieces)
            }
            (None, Some(_)) => Action::Refuse("put-back-too-many"),
            (None, None) => Action::Bin,
        },
    }
}

pub fn view(state: &PutBackState) -> View {
    match state {
        PutBackState::Tote => View::new(Text::new("put-back-tote"), Expect::Tote),
        PutBackState::Item { lines } => {
            let shown = lines.iter().take(CHOICES_MAX).map(|goods| {
                Text::new("put-back-line")
                    .with("article", &goods.article)
                    .with("name", &goods.name)
                    .with("lot", &goods.lot_code)
                    .with("pieces", goods.free)
            });
            shown.fold(View::new(Text::new("put-back-item"), Expect::Item), View::line)
        }
        PutBackState::Which { choices, .. } => goods::choice_view(
            "choose-goods",
            choices.iter().enumerate().map(|(index, goods)| goods.numbered(index)),
        ),
        PutBackState::Bin(returning) => {
            let title = match &returning.proposal {
                Some(bin) => Text::new("put-back-bin").with("bin", bin),
                None => Text::new("put-back-any-bin"),
            };
            View::new(title, Expect::Bin)
                .line(returning.goods.text())
                .line(Text::new("goods-pieces").with("pieces", returning.pieces))
        }
    }
}
