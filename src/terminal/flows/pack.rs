//! Packing: the tote, each item, the box, the weight.
//!
//! Pure: a scan and the state give what is to be done.

use serde::{Deserialize, Serialize};

use crate::barcodes::{CommandCode, MarkingCode, OwnKind};
use crate::ids::{OwnerId, PackagingId, ParcelId};
use crate::packing::marks::mark_scanned;
use crate::packing::rules::Proposal;
use crate::packing::{Ending, PackError, PackSubject, PackWork, PackedPieces, Weighing};
use crate::terminal::{Expect, Input, Text, View};
use crate::units::{Grams, Pieces};

/// More lines than these do not fit a handheld's screen.
const LINES_SHOWN: usize = 5;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackState {
    /// None: a tote is awaited.
    pub parcel: Option<ParcelState>,
}

/// The parcel on the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelState {
    pub id: ParcelId,
    pub number: String,
    pub order_number: String,
    pub owner: OwnerId,
    pub stage: Stage,
    pub lines: Vec<LineState>,
    pub proposal: ProposalState,
    /// The last scan's pieces, as long as they can be taken out again.
    pub last: Vec<PackedPieces>,
}

/// A line of the order and what is missing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineState {
    pub article: String,
    pub name: String,
    pub wanted: Pieces,
    /// Pieces to be packed, and packed ones whose marking code is to be scanned.
    pub missing: Pieces,
    /// Each piece is packed by its marking code.
    #[serde(default)]
    pub marked: bool,
}

/// What the rules propose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProposalState {
    Box { id: PackagingId, code: String },
    OwnBox,
    Nothing { why: crate::packing::rules::NoBox },
}

/// How the parcel is to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum EndState {
    MoreFollow,
    Complete,
    Short { reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    Item {
        /// Typed for the next item.
        quantity: Option<i64>,
    },
    Reason,
    Packaging {
        ending: EndState,
    },
    Weight {
        ending: EndState,
        packaging: Option<PackagingId>,
        /// Weighed, and not what was expected.
        doubted: Option<Weighing>,
    },
    /// Weighed, and more than the packaging bears.
    Overload {
        ending: EndState,
        heavy: HeavyState,
    },
    /// Why it goes like that.
    OverloadReason {
        ending: EndState,
        heavy: HeavyState,
    },
}

/// A parcel that is too heavy for its packaging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeavyState {
    pub packaging: PackagingId,
    pub code: String,
    pub weighing: Weighing,
    pub load: Grams,
    pub most: Grams,
}

/// What a scan asks the service to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Show(PackState),
    Refuse(Text),
    Start(PackSubject),
    Item {
        quantity: i64,
    },
    Undo,
    Packaging {
        ending: EndState,
        code: String,
    },
    /// Takes the weight from the scale of the table.
    Weigh {
        ending: EndState,
        packaging: Option<PackagingId>,
    },
    Close(Closing),
}

/// How a parcel is to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub ending: EndState,
    pub packaging: Option<PackagingId>,
    pub weighing: Weighing,
    pub confirmed: Confirmed,
    /// Why it goes although it is too heavy.
    pub overload_reason: Option<String>,
}

/// Whether an unusual weight was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    Yes,
    No,
}

impl EndState {
    pub fn ending(&self) -> Ending {
        match self {
            Self::MoreFollow => Ending::MoreFollow,
            Self::Complete => Ending::Complete,
            Self::Short { reason } => Ending::Short { reason: reason.clone() },
        }
    }
}

impl ParcelState {
    /// The parcel as it is; when nothing is missing the box is next.
    pub fn of(work: &PackWork, last: Vec<PackedPieces>) -> Self {
        let line = |line: &crate::packing::PackLine| LineState {
            article: line.article.clone(),
            name: line.name.clone(),
            wanted: line.wanted,
            missing: Pieces::new(line.missing().get() + line.unmarked().get()),
            marked: line.marked,
        };
        let lines: Vec<LineState> = work.lines.iter().map(line).collect();
        let complete = lines.iter().all(|line| line.missing.is_zero());
        let stage = if complete {
            Stage::Packaging { ending: EndState::Complete }
        } else {
            Stage::Item { quantity: None }
        };
        let proposal = match (work.proposal, &work.packaging) {
            (Proposal::Nothing(why), _) => ProposalState::Nothing { why },
            (Proposal::Box(id), Some(packaging)) => {
                ProposalState::Box { id, code: packaging.code.clone() }
            }
            _ => ProposalState::OwnBox,
        };
        Self {
            id: work.parcel.id,
            number: work.parcel.number.clone(),
            order_number: work.order.external_number.clone(),
            owner: work.order.owner,
            stage,
            lines,
            proposal,
            last,
        }
    }

    fn missing(&self) -> i64 {
        self.lines.iter().map(|line| line.missing.get()).sum()
    }

    fn only_marked(&self) -> bool {
        self.lines.iter().all(|line| line.marked || line.missing.is_zero())
    }

    fn wanted(&self) -> i64 {
        self.lines.iter().map(|line| line.wanted.get()).sum()
    }
}

/// What the scan means here.
pub fn step(state: &PackState, input: &Input) -> Action {
    let Some(parcel) = &state.parcel else { return start(input) };
    if input.is_command(CommandCode::Undo) && !parcel.last.is_empty() {
        return Action::Undo;
    }
    match &parcel.stage {
        Stage::Item { quantity } => item(parcel, *quantity, input),
        Stage::Reason => reason(parcel, input),
        Stage::Packaging { ending } => packaging(parcel, ending, input),
        Stage::Weight { ending, packaging, doubted } => {
            weight(parcel, ending, *packaging, *doubted, input)
        }
        Stage::Overload { ending, heavy } => overload(parcel, ending, heavy, input),
        Stage::OverloadReason { ending, heavy } => overload_reason(parcel, ending, heavy, input),
    }
}

fn start(input: &Input) -> Action {
    if let Some(code) = input.own(OwnKind::HandlingUnit) {
        return Action::Start(PackSubject::Tote(code.to_owned()));
    }
    if input.command().is_some() || input.scan.own().is_some() || input.text().trim().is_empty() {
        return Action::Refuse(Text::new("pack-expected-tote").with("scanned", input.shown()));
    }
    Action::Start(PackSubject::Typed(input.scan.texts().map(str::to_owned).collect()))
}

fn item(parcel: &ParcelState, quantity: Option<i64>, input: &Input) -> Action {
    let packed = parcel.missing() < parcel.wanted();
    match input.command() {
        Some(CommandCode::Done) => {
            return Action::Refuse(Text::new("pack-incomplete").with("count", parcel.missing()));
        }
        Some(CommandCode::Short) if packed => return at(parcel, Stage::Reason),
        Some(CommandCode::Full) if packed => {
            return at(parcel, Stage::Packaging { ending: EndState::MoreFollow });
        }
        Some(_) => return Action::Refuse(Text::new("pack-command-unfit")),
        None => {}
    }
    match input.number() {
        Some(number) if number > 0 && parcel.only_marked() => {
            Action::Refuse(Text::new("pack-quantity-marked"))
        }
        Some(number) if number > 0 && number <= parcel.missing() => {
            at(parcel, Stage::Item { quantity: Some(number) })
        }
        _ => Action::Item { quantity: quantity.unwrap_or(1) },
    }
}

/// The marking code with which so many pieces of a known article are packed. Goods that were not
/// marked when the screen was made may be by now: what was scanned is passed on.
pub fn mark_of(
    parcel: &ParcelState,
    article: &str,
    pieces: Pieces,
    input: &Input,
) -> Result<Option<MarkingCode>, PackError> {
    let mark = input.scan.marking();
    if parcel.lines.iter().any(|line| line.article == article && line.marked) {
        mark_scanned(article, pieces, mark)?;
    }
    Ok(mark.cloned())
}

fn reason(parcel: &ParcelState, input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Cancel | CommandCode::No) => at(parcel, Stage::Item { quantity: None }),
        // As it was typed: words are not a barcode to be repaired.
        command if is_reason(command, input) => {
            let reason = input.scan.raw.trim().to_owned();
            at(parcel, Stage::Packaging { ending: EndState::Short { reason } })
        }
        _ => Action::Refuse(Text::new("pack-reason-answer")),
    }
}

/// Some reasons are commands elsewhere: a typed `брак` is a reason, the wall's code of it is not.
fn is_reason(command: Option<CommandCode>, input: &Input) -> bool {
    let typed = input.scan.own().is_none() && !input.scan.raw.trim().is_empty();
    typed && matches!(command, None | Some(CommandCode::Damaged | CommandCode::Short))
}

fn packaging(parcel: &ParcelState, ending: &EndState, input: &Input) -> Action {
    let chosen = |packaging| {
        let ending = ending.clone();
        at(parcel, Stage::Weight { ending, packaging, doubted: None })
    };
    match (input.command(), &parcel.proposal) {
        (Some(CommandCode::Yes | CommandCode::Done), ProposalState::Box { id, .. }) => {
            chosen(Some(*id))
        }
        // Without a box: the goods' own one, or what the packer made do with.
        (Some(CommandCode::Yes | CommandCode::Done), ProposalState::OwnBox)
        | (Some(CommandCode::Skip), _) => chosen(None),
        (Some(CommandCode::Cancel), _) if parcel.missing() > 0 => {
            at(parcel, Stage::Item { quantity: None })
        }
        (None, _) => {
            Action::Packaging { ending: ending.clone(), code: input.text().trim().to_owned() }
        }
        _ => Action::Refuse(Text::new("pack-packaging-answer")),
    }
}

fn weight(
    parcel: &ParcelState,
    ending: &EndState,
    packaging: Option<PackagingId>,
    doubted: Option<Weighing>,
    input: &Input,
) -> Action {
    let close = |weighing, confirmed| {
        let ending = ending.clone();
        Action::Close(Closing { ending, packaging, weighing, confirmed, overload_reason: None })
    };
    match (input.command(), doubted, input.number()) {
        (Some(CommandCode::Yes), Some(weighing), _) => close(weighing, Confirmed::Yes),
        (Some(CommandCode::Done), ..) | (Some(CommandCode::Yes), None, _) => {
            Action::Weigh { ending: ending.clone(), packaging }
        }
        (Some(CommandCode::Cancel), _, _) => {
            at(parcel, Stage::Packaging { ending: ending.clone() })
        }
        (None, _, Some(grams)) if grams > 0 => {
            close(Weighing::typed(Grams::new(grams)), Confirmed::No)
        }
        _ => Action::Refuse(Text::new("pack-weight-answer")),
    }
}

/// Too heavy: another packaging, or this one for a reason.
fn overload(parcel: &ParcelState, ending: &EndState, heavy: &HeavyState, input: &Input) -> Action {
    let ending = ending.clone();
    match input.command() {
        Some(CommandCode::Yes) => {
            at(parcel, Stage::OverloadReason { ending, heavy: heavy.clone() })
        }
        Some(CommandCode::No | CommandCode::Cancel) => at(parcel, Stage::Packaging { ending }),
        Some(CommandCode::Skip) => {
            at(parcel, Stage::Weight { ending, packaging: None, doubted: None })
        }
        None if !input.text().trim().is_empty() => {
            Action::Packaging { ending, code: input.text().trim().to_owned() }
        }
        _ => Action::Refuse(Text::new("pack-overload-answer")),
    }
}

fn overload_reason(
    parcel: &ParcelState,
    ending: &EndState,
    heavy: &HeavyState,
    input: &Input,
) -> Action {
    let ending = ending.clone();
    match input.command() {
        Some(CommandCode::Cancel | CommandCode::No) => at(parcel, Stage::Packaging { ending }),
        command if is_reason(command, input) => Action::Close(Closing {
            ending,
            packaging: Some(heavy.packaging),
            weighing: heavy.weighing,
            // Only a weight that was believed gets as far as here.
            confirmed: Confirmed::Yes,
            overload_reason: Some(input.scan.raw.trim().to_owned()),
        }),
        _ => Action::Refuse(Text::new("pack-reason-answer")),
    }
}

pub fn at_stage(parcel: &ParcelState, stage: Stage) -> PackState {
    PackState { parcel: Some(ParcelState { stage, ..parcel.clone() }) }
}

fn at(parcel: &ParcelState, stage: Stage) -> Action {
    Action::Show(at_stage(parcel, stage))
}

pub fn view(state: &PackState) -> View {
    let Some(parcel) = &state.parcel else {
        return View::new(Text::new("pack-start"), Expect::Tote);
    };
    let mut view = match &parcel.stage {
        Stage::Item { quantity: None } => {
            let key = if parcel.only_marked() { "pack-item-marked" } else { "pack-item" };
            View::new(Text::new(key).with("count", parcel.missing()), Expect::Item)
        }
        Stage::Item { quantity: Some(typed) } => {
            View::new(Text::new("pack-item-typed").with("pieces", typed), Expect::Item)
        }
        Stage::Reason => View::new(Text::new("pack-reason"), Expect::Reason),
        Stage::Packaging { .. } => View::new(packaging_title(&parcel.proposal), Expect::Packaging),
        Stage::Weight { doubted: None, .. } => View::new(Text::new("pack-weight"), Expect::Weight),
        Stage::Weight { doubted: Some(weighing), .. } => {
            let title = Text::new("pack-weight-doubted").with("weight", weighing.weight);
            View::new(title, Expect::Weight)
        }
        Stage::Overload { heavy, .. } => {
            View::new(Text::new("pack-overload").with("code", &heavy.code), Expect::Packaging)
        }
        Stage::OverloadReason { .. } => {
            View::new(Text::new("pack-overload-reason"), Expect::Reason)
        }
    };
    if let Stage::Overload { heavy, .. } = &parcel.stage {
        let line = Text::new("pack-overload-line").with("load", heavy.load);
        view = view.line(line.with("most", heavy.most));
    }
    let order = Text::new("pack-order").with("number", &parcel.order_number);
    view = view.line(order.with("parcel", &parcel.number));
    for line in parcel.lines.iter().filter(|line| line.missing.is_positive()).take(LINES_SHOWN) {
        let key = if line.marked { "pack-line-marked" } else { "pack-line" };
        let text = Text::new(key).with("article", &line.article).with("name", &line.name);
        view = view.line(text.with("missing", line.missing));
    }
    let wanted = parcel.wanted();
    view = view.progress(wanted - parcel.missing(), wanted);
    if parcel.last.is_empty() { view } else { view.with_undo() }
}

fn packaging_title(proposal: &ProposalState) -> Text {
    match proposal {
        ProposalState::Box { code, .. } => Text::new("pack-packaging").with("code", code),
        ProposalState::OwnBox => Text::new("pack-packaging-own"),
        ProposalState::Nothing { why } => {
            Text::new(&format!("pack-packaging-{}", why.as_str().replace('_', "-")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(missing: i64, stage: Stage) -> PackState {
        let line = LineState {
            article: "A-1".to_owned(),
            name: "Чай".to_owned(),
            wanted: Pieces::new(3),
            missing: Pieces::new(missing),
            marked: false,
        };
        let id = PackagingId::new();
        let parcel = ParcelState {
            id: ParcelId::new(),
            number: "PR-0000000001-0".to_owned(),
            order_number: "7".to_owned(),
            owner: OwnerId::new(),
            stage,
            lines: vec![line],
            proposal: ProposalState::Box { id, code: "S".to_owned() },
            last: Vec::new(),
        };
        PackState { parcel: Some(parcel) }
    }

    fn scanned(state: &PackState, data: &str) -> Action {
        step(state, &Input::read(data))
    }

    #[test]
    fn an_incomplete_order_ends_only_with_a_reason_or_another_parcel() {
        let packing = state(1, Stage::Item { quantity: None });
        assert!(matches!(scanned(&packing, "DONE"), Action::Refuse(_)));
        let Action::Show(asked) = scanned(&packing, "SHORT") else { panic!("a reason is asked") };
        assert!(matches!(scanned(&asked, "DONE"), Action::Refuse(_)));
        let wall = CommandCode::Damaged.own_code().to_string();
        assert!(matches!(scanned(&asked, &wall), Action::Refuse(_)), "a code says no reason");
        assert!(matches!(scanned(&asked, "брак"), Action::Show(_)), "a word that is a reason, too");
        let Action::Show(ended) = scanned(&asked, "бой") else { panic!("the box is asked for") };
        let Some(Stage::Packaging { ending: EndState::Short { reason } }) =
            ended.parcel.map(|parcel| parcel.stage)
        else {
            panic!("the reason is kept")
        };
        assert_eq!(reason, "бой");
        let empty = state(3, Stage::Item { quantity: None });
        assert!(matches!(scanned(&empty, "SHORT"), Action::Refuse(_)), "nothing is in it");
    }

    #[test]
    fn the_proposed_box_is_taken_with_yes_and_the_weight_by_the_scale_or_typed() {
        let asked = state(0, Stage::Packaging { ending: EndState::Complete });
        let Action::Show(weighing) = scanned(&asked, "YES") else { panic!("the weight is next") };
        assert!(matches!(scanned(&weighing, "DONE"), Action::Weigh { packaging: Some(_), .. }));
        assert!(matches!(scanned(&weighing, "heavy"), Action::Refuse(_)), "no weight");
        assert!(matches!(
            scanned(&weighing, "1250"),
            Action::Close(Closing { packaging: Some(_), confirmed: Confirmed::No, .. })
        ));
    }

    #[test]
    fn a_parcel_too_heavy_for_its_box_goes_in_another_one_or_for_a_reason() {
        let heavy = HeavyState {
            packaging: PackagingId::new(),
            code: "S".to_owned(),
            weighing: Weighing::typed(Grams::new(5_200)),
            load: Grams::new(5_100),
            most: Grams::new(5_000),
        };
        let ending = EndState::Complete;
        let asked = state(0, Stage::Overload { ending, heavy: heavy.clone() });
        assert!(matches!(scanned(&asked, "DONE"), Action::Refuse(_)), "not by accident");
        assert!(matches!(scanned(&asked, "L"), Action::Packaging { code, .. } if code == "L"));
        let Action::Show(reason) = scanned(&asked, "ДА") else { panic!("a reason is asked") };
        assert!(matches!(scanned(&reason, "ДА"), Action::Refuse(_)), "that is no reason");
        let Action::Close(closing) = scanned(&reason, "усилили лентой") else {
            panic!("closed")
        };
        assert_eq!((closing.packaging, closing.weighing), (Some(heavy.packaging), heavy.weighing));
        assert_eq!(closing.overload_reason.as_deref(), Some("усилили лентой"));
    }

    fn marked(missing: i64) -> ParcelState {
        let parcel = state(missing, Stage::Item { quantity: None }).parcel;
        let mut parcel = parcel.expect("was made with one");
        parcel.lines[0].marked = true;
        parcel
    }

    #[test]
    fn a_marked_piece_is_packed_by_its_own_code_only() {
        const CODE: &str = "0104601234567893215abcdefghijkl\u{1d}91EE06\u{1d}92";
        let parcel = marked(2);
        let tail = "x".repeat(44);
        let scanned =
            |data: &str, pieces| mark_of(&parcel, "A-1", Pieces::new(pieces), &Input::read(data));
        let whole = format!("{CODE}{tail}");
        let code = scanned(&whole, 1).unwrap().unwrap();
        assert_eq!((code.piece.as_str(), &code.full), ("0104601234567893215abcdefghijkl", &whole));
        let lost = whole.replace('\u{1d}', "");
        assert_eq!(scanned(&lost, 1).unwrap().unwrap(), code, "separators are put back");
        let refused = |data: &str, pieces| scanned(data, pieces).unwrap_err();
        assert!(matches!(refused("4601234567893", 1), PackError::MarkNeeded { .. }));
        assert!(matches!(refused(&whole, 3), PackError::MarkOneByOne { .. }));
        assert!(matches!(refused("0104601234567893215abcdefghijkl", 1), PackError::MarkDamaged));
        assert_eq!(mark_of(&parcel, "A-2", Pieces::new(3), &Input::read("A-2")).unwrap(), None);
    }

    #[test]
    fn marked_pieces_are_not_counted_by_typing() {
        let mut parcel = marked(2);
        let only = PackState { parcel: Some(parcel.clone()) };
        assert!(matches!(scanned(&only, "2"), Action::Refuse(_)));
        assert!(matches!(scanned(&only, "4601234567893"), Action::Item { quantity: 1 }));
        assert_eq!(view(&only).title, Text::new("pack-item-marked").with("count", 2));
        parcel.lines.push(LineState { marked: false, ..parcel.lines[0].clone() });
        let mixed = PackState { parcel: Some(parcel) };
        assert!(matches!(scanned(&mixed, "2"), Action::Show(_)), "it may be meant for the other");
    }
}
