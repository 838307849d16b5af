//! Receiving: choose the delivery, then scan what stands at the dock.
//!
//! A number typed before a scan is how many times it counts. What does not belong to the delivery is
//! put aside with a number, and never becomes stock.

use serde::{Deserialize, Serialize};

use super::goods::{self, typed_day, typed_measures};
use crate::barcodes::CommandCode;
use crate::catalog::Measures;
use crate::ids::{InboundId, OwnerId, ProductId};
use crate::receiving::DiscrepancyKind;
use crate::stock::Condition;
use crate::terminal::{Expect, Input, Text, View};
use crate::units::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum ReceiveState {
    /// Which delivery?
    Choose {
        choices: Vec<Delivery>,
    },
    /// Whose is the delivery that nobody announced?
    NewOwner,
    /// At which dock does it stand?
    Dock {
        delivery: Delivery,
    },
    Item(Counting),
    /// Several products of the owner have the scanned code.
    Product {
        counting: Counting,
        choices: Vec<Draft>,
    },
    Lot {
        counting: Counting,
        draft: Draft,
    },
    Expiry {
        counting: Counting,
        draft: Draft,
    },
    Measure {
        counting: Counting,
        draft: Draft,
    },
    /// More than was announced.
    Surplus {
        counting: Counting,
        draft: Draft,
    },
    /// Not to become stock: how many?
    Aside {
        counting: Counting,
        aside: Aside,
    },
    Close {
        counting: Counting,
    },
}

impl Default for ReceiveState {
    fn default() -> Self {
        Self::Choose { choices: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: InboundId,
    pub number: String,
    pub owner: OwnerId,
    pub owner_name: String,
}

/// Scanning item after item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    pub delivery: Delivery,
    /// How many times the next scan counts.
    pub times: i64,
    /// Whether the next scan is of damaged goods.
    pub condition: Condition,
    pub last: Option<Last>,
}

/// The last portion: shown, printed again, and its lot taken for the next scan of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    pub product: ProductId,
    pub article: String,
    pub pieces: i64,
    pub expected: i64,
    pub received: i64,
    pub lot_code: Option<String>,
    pub expires_on: Option<Day>,
}

/// A portion that is not complete yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub product: ProductId,
    pub article: String,
    pub name: String,
    pub barcode: String,
    pub pieces: i64,
    pub condition: Condition,
    pub lot_code: Option<String>,
    pub expires_on: Option<Day>,
    pub measures: Option<Measures>,
    /// The label scanned was ours.
    pub is_labelled: bool,
    pub needs: Needs,
}

/// What the goods are asked for before they are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    pub lot: bool,
    pub expiry: bool,
    pub measures: bool,
}

/// What is asked about goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Lot,
    Expiry,
    Measure,
}

/// Goods to be put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    pub kind: DiscrepancyKind,
    pub product: Option<ProductId>,
    pub barcode: String,
    pub why: Text,
}

/// What a scan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Choose(Delivery),
    /// A delivery by its number.
    Number(String),
    New,
    Owner(String),
    Dock,
    Times(i64),
    Damaged,
    Scan,
    Complete {
        counting: Counting,
        draft: Draft,
    },
    Surplus {
        counting: Counting,
        draft: Draft,
    },
    PutAside {
        counting: Counting,
        aside: Aside,
        pieces: i64,
    },
    /// Back to scanning; nothing was taken.
    Back(Counting),
    Undo,
    Print,
    AskClose,
    Close(Counting),
    /// Not what this stage takes: what to do instead.
    Refuse(&'static str),
}

impl ReceiveState {
    pub const fn counting(delivery: Delivery) -> Self {
        Self::Item(Counting::fresh(delivery, None))
    }
}

impl Counting {
    pub const fn fresh(delivery: Delivery, last: Option<Last>) -> Self {
        Self { delivery, times: 1, condition: Condition::Available, last }
    }
}

/// The next thing to be asked about a portion, or none when it is complete.
pub fn question(draft: &Draft) -> Option<Question> {
    if draft.needs.lot && draft.lot_code.is_none() {
        Some(Question::Lot)
    } else if draft.needs.expiry && draft.expires_on.is_none() {
        Some(Question::Expiry)
    } else if draft.needs.measures {
        Some(Question::Measure)
    } else {
        None
    }
}

/// Asks it.
pub const fn ask(question: Question, counting: Counting, draft: Draft) -> ReceiveState {
    match question {
        Question::Lot => ReceiveState::Lot { counting, draft },
        Question::Expiry => ReceiveState::Expiry { counting, draft },
        Question::Measure => ReceiveState::Measure { counting, draft },
    }
}

/// What the scan means where the dialogue stands.
pub fn step(state: &ReceiveState, input: &Input) -> Action {
    match state {
        ReceiveState::Choose { choices } => choose(choices, input),
        ReceiveState::NewOwner => Action::Owner(input.text().trim().to_owned()),
        ReceiveState::Dock { .. } => Action::Dock,
        ReceiveState::Item(_) => item(input),
        ReceiveState::Product { counting, choices } => match goods::chosen(choices, input) {
            Some(draft) => Action::Complete { counting: counting.clone(), draft: draft.clone() },
            None => leave(counting, input, "receive-choose-number"),
        },
        ReceiveState::Lot { counting, draft } => {
            let lot_code = input.scan.lot().unwrap_or_else(|| input.text()).trim().to_owned();
            if input.command().is_some() || lot_code.is_empty() {
                return leave(counting, input, "receive-lot-wanted");
            }
            let expires_on = draft.expires_on.or(input.scan.expires_on());
            let draft = Draft { lot_code: Some(lot_code), expires_on, ..draft.clone() };
            Action::Complete { counting: counting.clone(), draft }
        }
        ReceiveState::Expiry { counting, draft } => {
            match input.scan.expires_on().or_else(|| typed_day(input.text())) {
                Some(day) => {
                    let draft = Draft { expires_on: Some(day), ..draft.clone() };
                    Action::Complete { counting: counting.clone(), draft }
                }
                None => leave(counting, input, "receive-expiry-wanted"),
            }
        }
        ReceiveState::Measure { counting, draft } => measure(counting, draft, input),
        ReceiveState::Surplus { counting, draft } => {
            if input.is_command(CommandCode::Yes) || input.scan.raw == draft.barcode {
                return Action::Surplus { counting: counting.clone(), draft: draft.clone() };
            }
            leave(counting, input, "receive-surplus-wanted")
        }
        ReceiveState::Aside { counting, aside } => match input.number().filter(|n| *n > 0) {
            Some(pieces) => {
                Action::PutAside { counting: counting.clone(), aside: aside.clone(), pieces }
            }
            None => leave(counting, input, "receive-aside-wanted"),
        },
        ReceiveState::Close { counting } => {
            if input.is_command(CommandCode::Yes) || input.is_command(CommandCode::Done) {
                return Action::Close(counting.clone());
            }
            leave(counting, input, "receive-close-wanted")
        }
    }
}

fn choose(choices: &[Delivery], input: &Input) -> Action {
    if input.is_command(CommandCode::New) {
        return Action::New;
    }
    match goods::chosen(choices, input) {
        Some(delivery) => Action::Choose(delivery.clone()),
        None => Action::Number(input.text().trim().to_owned()),
    }
}

fn item(input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Undo) => Action::Undo,
        Some(CommandCode::Damaged) => Action::Damaged,
        Some(CommandCode::Reprint) => Action::Print,
        Some(CommandCode::Done) => Action::AskClose,
        Some(_) => Action::Refuse("receive-item-wanted"),
        None => match input.number() {
            Some(0) => Action::Refuse("receive-item-wanted"),
            Some(times) => Action::Times(times),
            None => Action::Scan,
        },
    }
}

fn measure(counting: &Counting, draft: &Draft, input: &Input) -> Action {
    let is_skipped = input.is_command(CommandCode::Skip);
    let measures = typed_measures(input.text());
    if !is_skipped && measures.is_none() {
        return leave(counting, input, "receive-measure-wanted");
    }
    let needs = Needs { measures: false, ..draft.needs };
    let draft = Draft { measures, needs, ..draft.clone() };
    Action::Complete { counting: counting.clone(), draft }
}

/// `NO` and `CANCEL` leave a question; anything else does not answer it.
fn leave(counting: &Counting, input: &Input, wanted: &'static str) -> Action {
    match input.command() {
        Some(CommandCode::No | CommandCode::Cancel) => Action::Back(counting.clone()),
        _ => Action::Refuse(wanted),
    }
}

pub fn view(state: &ReceiveState) -> View {
    match state {
        ReceiveState::Choose { choices } => {
            let mut view = View::new(Text::new("receive-choose"), Expect::Document);
            for (index, delivery) in choices.iter().enumerate() {
                view = view.line(
                    Text::new("receive-delivery")
                        .with("number", index + 1)
                        .with("document", &delivery.number)
                        .with("owner", &delivery.owner_name),
                );
            }
            view
        }
        ReceiveState::NewOwner => View::new(Text::new("receive-owner"), Expect::Document),
        ReceiveState::Dock { delivery } => {
            View::new(Text::new("receive-dock"), Expect::Bin).line(of_delivery(delivery))
        }
        ReceiveState::Item(counting) => item_view(counting),
        ReceiveState::Product { choices, .. } => {
            let lines = choices.iter().enumerate().map(|(index, draft)| {
                Text::new("receive-product")
                    .with("number", index + 1)
                    .with("article", &draft.article)
                    .with("name", &draft.name)
            });
            goods::choice_view("receive-choose-product", lines)
        }
        ReceiveState::Lot { draft, .. } => asked("receive-lot", Expect::Lot, draft),
        ReceiveState::Expiry { draft, .. } => asked("receive-expiry", Expect::Date, draft),
        ReceiveState::Measure { draft, .. } => asked("receive-measure", Expect::Dimensions, draft),
        ReceiveState::Surplus { draft, .. } => asked("receive-surplus", Expect::Confirm, draft),
        ReceiveState::Aside { aside, .. } => {
            View::new(Text::new("receive-aside"), Expect::Quantity).line(aside.why.clone())
        }
        ReceiveState::Close { counting } => View::new(Text::new("receive-close"), Expect::Confirm)
            .line(of_delivery(&counting.delivery)),
    }
}

fn of_delivery(delivery: &Delivery) -> Text {
    Text::new("receive-of").with("document", &delivery.number).with("owner", &delivery.owner_name)
}

fn asked(title: &str, expect: Expect, draft: &Draft) -> View {
    let line = Text::new("receive-draft")
        .with("article", &draft.article)
        .with("name", &draft.name)
        .with("pieces", draft.pieces);
    View::new(Text::new(title), expect).line(line)
}

fn item_view(counting: &Counting) -> View {
    let title = match (counting.condition, counting.times) {
        (Condition::Damaged, times) => Text::new("receive-item-damaged").with("times", times),
        (_, 1) => Text::new("receive-item"),
        (_, times) => Text::new("receive-item-times").with("times", times),
    };
    let mut view = View::new(title, Expect::Item).line(of_delivery(&counting.delivery));
    if let Some(last) = &counting.last {
        let line = Text::new("receive-last")
            .with("article", &last.article)
            .with("pieces", last.pieces)
            .with("received", last.received)
            .with("expected", last.expected);
        view = view.line(line).progress(last.received, last.expected).with_undo();
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> Counting {
        let delivery = Delivery {
            id: InboundId::new(),
            number: "IN-000001".to_owned(),
            owner: OwnerId::new(),
            owner_name: "alpha".to_owned(),
        };
        Counting::fresh(delivery, None)
    }

    #[test]
    fn a_number_is_a_quantity_and_a_barcode_is_goods() {
        let state = ReceiveState::Item(counting());
        assert_eq!(step(&state, &Input::read("12")), Action::Times(12));
        assert_eq!(step(&state, &Input::read("4601234567893")), Action::Scan);
        assert_eq!(step(&state, &Input::read("DAMAGED")), Action::Damaged);
        assert_eq!(step(&state, &Input::read("UNDO")), Action::Undo);
        assert!(matches!(step(&state, &Input::read("0")), Action::Refuse(_)));
    }

    #[test]
    fn a_question_is_answered_or_left_but_never_skipped_by_accident() {
        let why = Text::new("receive-unknown");
        let (kind, barcode) = (DiscrepancyKind::UnknownGoods, "4607".to_owned());
        let aside = Aside { kind, product: None, barcode, why };
        let state = ReceiveState::Aside { counting: counting(), aside };
        assert!(matches!(step(&state, &Input::read("3")), Action::PutAside { pieces: 3, .. }));
        assert!(matches!(step(&state, &Input::read("NO")), Action::Back(_)));
        assert!(matches!(step(&state, &Input::read("4601234567893")), Action::Refuse(_)));
    }
}
