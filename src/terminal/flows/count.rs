//! Counting, blind: scan the place, then everything in it, then `DONE`.
//!
//! A number typed before a scan is how many times it counts.

use serde::{Deserialize, Serialize};

use crate::barcodes::CommandCode;
use crate::ids::{CountId, ProductId};
use crate::stock::Condition;
use crate::stock::counts::Counted;
use crate::terminal::{Expect, Input, Text, View};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum CountState {
    #[default]
    Place,
    Item(Counting),
    /// Several owners' products have the scanned code.
    Product {
        counting: Counting,
        choices: Vec<Candidate>,
    },
    Lot {
        counting: Counting,
        candidate: Candidate,
    },
    /// Is this all? Nothing at all, if nothing was counted.
    Close {
        counting: Counting,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    pub id: CountId,
    pub place_code: String,
    pub times: i64,
    pub condition: Condition,
    pub last: Option<Last>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    pub article: String,
    pub counted: Counted,
}

/// A product that the scan can mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub product: ProductId,
    pub article: String,
    pub owner_name: String,
    pub pieces: i64,
    pub is_lot_wanted: bool,
    pub lot_code: Option<String>,
}

/// What a scan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Place,
    Times(i64),
    Damaged,
    Scan,
    Add(Candidate),
    Undo,
    AskClose,
    Close,
    GiveUp,
    Back(Counting),
    Refuse(&'static str),
}

/// What the scan means where the dialogue stands.
pub fn step(state: &CountState, input: &Input) -> Action {
    let is_left = matches!(input.command(), Some(CommandCode::No | CommandCode::Cancel));
    match state {
        CountState::Place => Action::Place,
        CountState::Item(_) => item(input),
        CountState::Product { counting, .. }
        | CountState::Lot { counting, .. }
        | CountState::Close { counting }
            if is_left =>
        {
            Action::Back(counting.clone())
        }
        CountState::Product { choices, .. } => match super::goods::chosen(choices, input) {
            Some(candidate) => Action::Add(candidate.clone()),
            None => Action::Refuse("choice-wanted"),
        },
        CountState::Lot { candidate, .. } => {
            if input.command().is_some() {
                Action::Refuse("count-lot")
            } else {
                let code = input.scan.lot().unwrap_or_else(|| input.text()).trim().to_owned();
                Action::Add(Candidate { lot_code: Some(code), ..candidate.clone() })
            }
        }
        CountState::Close { .. } => match input.command() {
            Some(CommandCode::Yes | CommandCode::Done) => Action::Close,
            _ => Action::Refuse("count-close-wanted"),
        },
    }
}

fn item(input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Undo) => Action::Undo,
        Some(CommandCode::Damaged) => Action::Damaged,
        Some(CommandCode::Done) => Action::AskClose,
        Some(CommandCode::Cancel) => Action::GiveUp,
        Some(_) => Action::Refuse("count-item-wanted"),
        None => match input.number() {
            Some(0) => Action::Refuse("count-item-wanted"),
            Some(times) => Action::Times(times),
            None => Action::Scan,
        },
    }
}

pub fn view(state: &CountState) -> View {
    let of = |counting: &Counting| Text::new("count-of").with("place", &counting.place_code);
    match state {
        CountState::Place => View::new(Text::new("count-place"), Expect::Bin),
        CountState::Item(counting) => {
            let title = match counting.condition {
                Condition::Damaged => "count-item-damaged",
                _ => "count-item",
            };
            let title = Text::new(title).with("times", counting.times);
            let view = View::new(title, Expect::Item).line(of(counting));
            match &counting.last {
                Some(last) => {
                    let line = Text::new("count-last")
                        .with("article", &last.article)
                        .with("pieces", last.counted.pieces);
                    view.line(line).with_undo()
                }
                None => view,
            }
        }
        CountState::Product { choices, .. } => super::goods::choice_view(
            "choose-goods",
            choices.iter().enumerate().map(|(index, candidate)| {
                Text::new("count-choice")
                    .with("number", index + 1)
                    .with("article", &candidate.article)
                    .with("owner", &candidate.owner_name)
            }),
        ),
        CountState::Lot { counting, candidate } => {
            View::new(Text::new("count-lot"), Expect::Lot).line(of(counting)).line(
                Text::new("count-last")
                    .with("article", &candidate.article)
                    .with("pieces", candidate.pieces),
            )
        }
        CountState::Close { counting } => {
            View::new(Text::new("count-close"), Expect::Confirm).line(of(counting))
        }
    }
}
