//! Picking: totes onto the cart, then bin by bin: bin, item, and on a cart with several totes the tote.
//!
//! Pure: a scan and the state give what is to be done, and what was done gives the next state. The
//! state holds what the next scan is compared with, so that a right one costs no look-up.

use serde::{Deserialize, Serialize};

use crate::barcodes::{CommandCode, OwnKind};
use crate::ids::{BatchId, LotId, PlaceId};
use crate::picking::{BatchWork, Rest, Slot, TaskCursor, TaskFacts, TaskRoute};
use crate::terminal::{Expect, Input, Text, View};
use crate::units::Pieces;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickState {
    /// None: no batch is on this device.
    pub batch: Option<BatchState>,
}

/// The batch in work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchState {
    pub id: BatchId,
    pub number: String,
    pub totes: usize,
    pub tasks_done: i64,
    pub tasks: i64,
    pub stage: Stage,
    /// None: nothing is left to pick.
    pub task: Option<TaskState>,
    /// The last pick, as long as it can be taken back.
    pub last: Option<LastPick>,
    /// The last scan gave pieces up. The way was laid anew for that, so it is not taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<GivenUp>,
}

/// Pieces that were not there or not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenUp {
    Short,
    Damaged,
}

/// What the screen asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stage {
    Bind {
        slot: i64,
        order: String,
    },
    Bin,
    Item {
        /// Typed for the next item.
        quantity: Option<i64>,
    },
    Tote {
        pieces: Pieces,
    },
    /// The item is of another lot of the same bin; taking it needs a word.
    OtherLot {
        lot: LotId,
        code: String,
    },
    /// The bin should be empty now.
    Empty {
        place: PlaceId,
        code: String,
    },
    Finish,
}

/// The task on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    pub at: TaskCursor,
    pub slot: i64,
    pub place: PlaceId,
    pub place_code: String,
    pub article: String,
    pub name: String,
    pub lot_code: String,
    pub expires_on: Option<crate::units::Day>,
    pub left: Pieces,
    pub tote_code: String,
    /// The strings that name the product, and for how many pieces each stands.
    pub barcodes: Vec<(String, Pieces)>,
    /// Known to the node that read the task, and only as long as it remembers it.
    #[serde(skip)]
    pub route: Option<TaskRoute>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPick {
    pub at: TaskCursor,
    pub pieces: Pieces,
}

/// What a scan asks the service to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one is made per scan, and none is kept")]
pub enum Action {
    /// Only the state changes.
    Show(PickState),
    Refuse(Text),
    Claim,
    Resume {
        number: String,
    },
    Bind {
        slot: i64,
        code: String,
    },
    Pick {
        pieces: Pieces,
    },
    OtherLot {
        code: String,
    },
    Swap {
        lot: LotId,
    },
    Short,
    Damaged {
        pieces: Pieces,
    },
    Undo(LastPick),
    Skip,
    EmptyDenied {
        place: PlaceId,
    },
    /// The next task, whatever it is now.
    Next,
    Finish,
}

impl TaskState {
    pub fn of(facts: &TaskFacts) -> Self {
        Self {
            at: facts.cursor(),
            slot: facts.slot,
            place: facts.place,
            place_code: facts.place_code.clone(),
            article: facts.article.clone(),
            name: facts.name.clone(),
            lot_code: facts.lot_code.clone(),
            expires_on: facts.expires_on,
            left: facts.left(),
            tote_code: facts.tote_code.clone().unwrap_or_default(),
            barcodes: facts.barcodes(),
            route: TaskRoute::of(facts),
        }
    }

    /// The way of the pieces, if more are left to pick behind them.
    pub fn route_of_some(&self, pieces: Pieces) -> Option<TaskRoute> {
        self.route.filter(|_| pieces.is_positive() && pieces < self.left)
    }
}

impl BatchState {
    /// The state of a batch that was just claimed or resumed.
    pub fn of(work: &BatchWork) -> Self {
        let open = |slot: &&Slot| slot.open;
        Self {
            id: work.batch.id,
            number: work.batch.number.clone(),
            totes: work.slots.iter().filter(open).count(),
            tasks_done: work.batch.tasks - work.batch.tasks_open,
            tasks: work.batch.tasks,
            stage: Stage::Finish,
            task: None,
            last: None,
            given_up: None,
        }
    }

    /// Asks for the next tote that the cart lacks, or else for the task.
    #[must_use]
    pub fn going_on(self, slots: &[Slot], next: Option<&TaskFacts>) -> Self {
        let lacking = slots.iter().find(|slot| slot.open && slot.tote.is_none());
        match lacking {
            Some(slot) => {
                let (slot, order) = (slot.slot, slot.external_number.clone());
                Self { stage: Stage::Bind { slot, order }, task: None, ..self }
            }
            None => self.with_task(next, None),
        }
    }

    /// Asks for this task; the bin needs no second scan where the picker stands already.
    #[must_use]
    pub fn with_task(self, next: Option<&TaskFacts>, standing: Option<PlaceId>) -> Self {
        let task = next.map(TaskState::of);
        let stage = match &task {
            None => Stage::Finish,
            Some(task) if standing == Some(task.place) => Stage::Item { quantity: None },
            Some(_) => Stage::Bin,
        };
        Self { stage, task, ..self }
    }

    /// After a posted pick.
    #[must_use]
    pub fn picked(
        self,
        at: TaskCursor,
        pieces: Pieces,
        next: Option<&TaskFacts>,
        empty: Option<(PlaceId, String)>,
    ) -> Self {
        let closed = self.task.as_ref().is_some_and(|task| task.left == pieces);
        let standing = self.task.as_ref().map(|task| task.place);
        let tasks_done = self.tasks_done + i64::from(closed);
        let last = Some(LastPick { at, pieces });
        let after = Self { last, given_up: None, tasks_done, ..self };
        let after = after.with_task(next, standing);
        match empty {
            Some((place, code)) => Self { stage: Stage::Empty { place, code }, ..after },
            None => after,
        }
    }

    /// After a posted pick that leaves pieces of the task to pick.
    #[must_use]
    pub fn picked_some(self, pieces: Pieces) -> Self {
        let task = self.task.map(|task| {
            let left = Pieces::new(task.left.get() - pieces.get());
            TaskState { left, ..task }
        });
        let last = task.as_ref().map(|task| LastPick { at: task.at, pieces });
        Self { stage: Stage::Item { quantity: None }, task, last, given_up: None, ..self }
    }

    /// Where the picker stands, as far as the dialogue knows.
    pub fn standing(&self) -> Option<PlaceId> {
        match self.stage {
            Stage::Item { .. } | Stage::Tote { .. } | Stage::OtherLot { .. } => {
                self.task.as_ref().map(|task| task.place)
            }
            Stage::Empty { place, .. } => Some(place),
            Stage::Bind { .. } | Stage::Bin | Stage::Finish => None,
        }
    }
}

/// What the scan means here.
pub fn step(pick: &PickState, input: &Input) -> Action {
    if let Some(number) = input.own(OwnKind::Batch) {
        return Action::Resume { number: number.to_owned() };
    }
    let Some(batch) = &pick.batch else { return Action::Claim };
    if input.is_command(CommandCode::Undo) {
        return batch.last.map_or_else(|| Action::Refuse(not_undone(batch)), Action::Undo);
    }
    match (&batch.stage, &batch.task) {
        (Stage::Bind { slot, .. }, _) => bind(*slot, input),
        (Stage::Empty { place, code }, _) => empty(*place, code, input),
        (Stage::Finish, _) | (_, None) => finish(input),
        (stage, Some(task)) => at_the_shelf(pick, batch, stage, task, input),
    }
}

/// Why there is nothing to take back, and what helps instead.
fn not_undone(batch: &BatchState) -> Text {
    Text::new(match batch.given_up {
        Some(GivenUp::Short) => "pick-undo-short",
        Some(GivenUp::Damaged) => "pick-undo-damaged",
        None => "problem-nothing_to_undo",
    })
}

fn bind(slot: i64, input: &Input) -> Action {
    match input.own(OwnKind::HandlingUnit) {
        Some(code) => Action::Bind { slot, code: code.to_owned() },
        None if input.command().is_none() && input.scan.own().is_none() => {
            Action::Bind { slot, code: input.text().trim().to_ascii_uppercase() }
        }
        None => Action::Refuse(Text::new("pick-bind-expected").with("scanned", input.shown())),
    }
}

fn empty(place: PlaceId, code: &str, input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Yes | CommandCode::Done) => Action::Next,
        Some(CommandCode::No) => Action::EmptyDenied { place },
        _ => Action::Refuse(Text::new("pick-empty-answer").with("bin", code)),
    }
}

fn finish(input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Done | CommandCode::Yes) => Action::Finish,
        _ => Action::Refuse(Text::new("pick-finish-answer")),
    }
}

fn at_the_shelf(
    pick: &PickState,
    batch: &BatchState,
    stage: &Stage,
    task: &TaskState,
    input: &Input,
) -> Action {
    if let Stage::OtherLot { lot, .. } = stage {
        return match input.command() {
            Some(CommandCode::Yes) => Action::Swap { lot: *lot },
            Some(CommandCode::No) => at(pick, Stage::Item { quantity: None }),
            _ => Action::Refuse(Text::new("pick-lot-answer").with("lot", &task.lot_code)),
        };
    }
    match input.command() {
        Some(CommandCode::Short) => return Action::Short,
        Some(CommandCode::Damaged) => {
            let pieces = match stage {
                Stage::Item { quantity: Some(quantity) } => *quantity,
                _ => 1,
            };
            return Action::Damaged { pieces: Pieces::new(pieces) };
        }
        Some(CommandCode::Skip) => return Action::Skip,
        Some(CommandCode::Cancel) => return at(pick, Stage::Bin),
        Some(CommandCode::Done) => {
            let open = batch.tasks - batch.tasks_done;
            return Action::Refuse(Text::new("pick-not-done").with("count", open));
        }
        Some(_) => return Action::Refuse(Text::new("pick-command-unfit")),
        None => {}
    }
    match stage {
        Stage::Item { quantity } => item(pick, batch, task, *quantity, input),
        Stage::Tote { pieces } if is_code(input, &[OwnKind::HandlingUnit], &task.tote_code) => {
            Action::Pick { pieces: *pieces }
        }
        Stage::Tote { .. } => Action::Refuse(wrong(input, "pick-expected-tote", &task.tote_code)),
        _ if is_code(input, &[OwnKind::Bin, OwnKind::HandlingUnit], &task.place_code) => {
            at(pick, Stage::Item { quantity: None })
        }
        _ => Action::Refuse(wrong(input, "pick-expected-bin", &task.place_code)),
    }
}

fn item(
    pick: &PickState,
    batch: &BatchState,
    task: &TaskState,
    quantity: Option<i64>,
    input: &Input,
) -> Action {
    let keys = input.scan.product_keys();
    let Some((_, unit)) = task.barcodes.iter().find(|(value, _)| keys.contains(value)) else {
        return no_item(pick, task, input);
    };
    if let Some(lot) = input.scan.lot()
        && !task.lot_code.is_empty()
        && lot != task.lot_code
    {
        return Action::OtherLot { code: lot.to_owned() };
    }
    let pieces = Pieces::new(unit.get().saturating_mul(quantity.unwrap_or(1)));
    if pieces > task.left {
        return Action::Refuse(over(pieces, task));
    }
    if batch.totes > 1 {
        return at(pick, Stage::Tote { pieces });
    }
    Action::Pick { pieces }
}

/// Not the item's barcode: a typed number, or a wrong scan.
fn no_item(pick: &PickState, task: &TaskState, input: &Input) -> Action {
    match input.number() {
        Some(number) if number > 0 && number <= task.left.get() => {
            at(pick, Stage::Item { quantity: Some(number) })
        }
        Some(number) => Action::Refuse(over(Pieces::new(number), task)),
        None => {
            let expected = format!("{} {}", task.article, task.name);
            Action::Refuse(wrong(input, "pick-expected-item", &expected))
        }
    }
}

fn over(pieces: Pieces, task: &TaskState) -> Text {
    Text::new("pick-over").with("wanted", pieces).with("left", task.left)
}

/// What was scanned, and what was expected.
fn wrong(input: &Input, key: &str, expected: &str) -> Text {
    let scanned = input.scan.own().map_or_else(|| input.shown(), |own| own.code());
    Text::new(key).with("scanned", scanned).with("expected", expected)
}

fn at(pick: &PickState, stage: Stage) -> Action {
    let batch = pick.batch.clone().map(|batch| BatchState { stage, ..batch });
    Action::Show(PickState { batch })
}

/// Whether the scan is this code of ours, by its label or typed.
fn is_code(input: &Input, kinds: &[OwnKind], code: &str) -> bool {
    match input.scan.own() {
        Some(own) => kinds.contains(&own.kind()) && own.code() == code,
        None => input.text().trim().eq_ignore_ascii_case(code),
    }
}

/// What became of pieces that were not there or not good.
pub fn rest_text(rest: &Rest) -> Text {
    let key = if rest.withdrawn {
        "pick-rest-withdrawn"
    } else if rest.cancelled.is_positive() {
        "pick-rest-cancelled"
    } else {
        "pick-rest-elsewhere"
    };
    Text::new(key).with("elsewhere", rest.elsewhere).with("cancelled", rest.cancelled)
}

pub fn view(pick: &PickState) -> View {
    let Some(batch) = &pick.batch else {
        return View::new(Text::new("pick-idle"), Expect::Document);
    };
    let view = match (&batch.stage, &batch.task) {
        (Stage::Bind { slot, order }, _) => {
            View::new(Text::new("pick-bind").with("slot", slot), Expect::Tote)
                .line(Text::new("pick-order").with("number", order))
        }
        (Stage::Empty { code, .. }, _) => {
            View::new(Text::new("pick-empty").with("bin", code), Expect::Confirm)
        }
        (Stage::Finish, _) | (_, None) => {
            View::new(Text::new("pick-finish").with("number", &batch.number), Expect::Confirm)
        }
        (stage, Some(task)) => task_view(stage, task, batch.totes > 1),
    };
    let view = view.progress(batch.tasks_done, batch.tasks);
    if batch.last.is_some() { view.with_undo() } else { view }
}

fn task_view(stage: &Stage, task: &TaskState, several: bool) -> View {
    let quantity = |pieces: i64| Text::new("pick-item").with("pieces", pieces);
    let (title, expect) = match stage {
        Stage::Item { quantity: None } => (quantity(task.left.get()), Expect::Item),
        Stage::Item { quantity: Some(typed) } => {
            (Text::new("pick-item-typed").with("pieces", typed), Expect::Item)
        }
        Stage::Tote { pieces } => {
            let title = Text::new("pick-tote").with("tote", &task.tote_code);
            (title.with("pieces", pieces).with("slot", task.slot), Expect::Tote)
        }
        Stage::OtherLot { code, .. } => {
            let title = Text::new("pick-other-lot").with("lot", code);
            (title.with("expected", &task.lot_code), Expect::Confirm)
        }
        _ => (Text::new("pick-bin").with("bin", &task.place_code), Expect::Bin),
    };
    let mut view = View::new(title, expect)
        .line(Text::new("pick-where").with("bin", &task.place_code).with("pieces", task.left))
        .line(Text::new("pick-what").with("article", &task.article).with("name", &task.name));
    if !task.lot_code.is_empty() {
        view = view.line(Text::new("pick-lot").with("lot", &task.lot_code));
    }
    if let Some(day) = task.expires_on {
        view = view.line(Text::new("pick-expires").with("day", day.russian_text()));
    }
    if several {
        view =
            view.line(Text::new("pick-into").with("tote", &task.tote_code).with("slot", task.slot));
    }
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PickTaskId;

    fn state(totes: usize, stage: Stage) -> PickState {
        let task = TaskState {
            at: TaskCursor { sequence: 1, task: PickTaskId::new() },
            slot: 2,
            place: PlaceId::new(),
            place_code: "S-01".to_owned(),
            article: "A-1".to_owned(),
            name: "Чай".to_owned(),
            lot_code: String::new(),
            expires_on: None,
            left: Pieces::new(3),
            tote_code: "T-02".to_owned(),
            barcodes: vec![
                ("4601234567893".to_owned(), Pieces::new(1)),
                ("BOX".to_owned(), Pieces::new(2)),
            ],
            route: None,
        };
        let batch = BatchState {
            id: BatchId::new(),
            number: "B000001".to_owned(),
            totes,
            tasks_done: 0,
            tasks: 1,
            stage,
            task: Some(task),
            last: None,
            given_up: None,
        };
        PickState { batch: Some(batch) }
    }

    fn scanned(state: &PickState, data: &str) -> Action {
        step(state, &Input::read(data))
    }

    #[test]
    fn bin_then_item_posts_with_one_tote_and_asks_for_the_tote_with_several() {
        let Action::Show(at_bin) = scanned(&state(1, Stage::Bin), "S-01") else {
            panic!("the right bin is taken")
        };
        let one = Action::Pick { pieces: Pieces::new(1) };
        assert_eq!(scanned(&at_bin, "4601234567893"), one);
        let item = Stage::Item { quantity: None };
        let Action::Show(at_tote) = scanned(&state(2, item), "4601234567893") else {
            panic!("the tote is asked for")
        };
        assert!(matches!(scanned(&at_tote, "T-03"), Action::Refuse(_)));
        assert_eq!(scanned(&at_tote, "T-02"), one);
    }

    #[test]
    fn a_typed_number_counts_for_the_next_item_and_never_exceeds_the_task() {
        let item = state(1, Stage::Item { quantity: None });
        let Action::Show(typed) = scanned(&item, "3") else { panic!("three are left") };
        assert_eq!(scanned(&typed, "4601234567893"), Action::Pick { pieces: Pieces::new(3) });
        assert!(matches!(scanned(&typed, "BOX"), Action::Refuse(_)), "three boxes are six");
        assert!(matches!(scanned(&item, "4"), Action::Refuse(_)));
        assert_eq!(scanned(&item, "BOX"), Action::Pick { pieces: Pieces::new(2) });
    }

    #[test]
    fn wrong_things_are_refused_with_what_was_expected() {
        for (stage, data) in [(Stage::Bin, "S-02"), (Stage::Item { quantity: None }, "WRONG")] {
            assert!(matches!(scanned(&state(1, stage), data), Action::Refuse(_)), "{data}");
        }
        assert_eq!(scanned(&state(1, Stage::Bin), "SHORT"), Action::Short);
        let nothing = Action::Refuse(Text::new("problem-nothing_to_undo"));
        assert_eq!(scanned(&state(1, Stage::Bin), "UNDO"), nothing);
    }
}
