//! Loading: the manifest, each parcel, the closing.
//!
//! Pure: a scan and the state give what is to be done.

use serde::{Deserialize, Serialize};

use crate::barcodes::{CommandCode, OwnCode, OwnKind};
use crate::ids::ManifestId;
use crate::manifests::{LoadOption, Progress};
use crate::terminal::{Expect, Input, Text, View};

/// More missing parcels are not named on a handheld's screen.
pub const MISSING_SHOWN: usize = 5;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadState {
    /// Carriers and points to choose from.
    pub options: Vec<LoadOption>,
    /// None: a manifest is awaited.
    pub truck: Option<Truck>,
}

/// The manifest that is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truck {
    pub id: ManifestId,
    pub number: String,
    pub carrier: String,
    pub pickup_point: String,
    pub progress: Progress,
    /// The parcel that was loaded last, as long as it can be taken off again.
    pub last: Option<String>,
    /// Named after LIST and before closing.
    pub missing: Vec<String>,
    pub stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Parcel,
    /// The missing ones are named.
    Missing,
    /// Really close?
    Confirm,
}

/// What a scan asks the service to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Refuse(Text),
    /// The manifest under a code.
    Open {
        number: String,
    },
    /// The manifest of a carrier and point of the list.
    Resume {
        carrier: String,
        pickup_point: String,
    },
    Load {
        parcel: String,
    },
    Unload {
        parcel: String,
    },
    /// Shows the truck at another stage, with the missing parcels named anew.
    Show(Stage),
    Close,
    /// Back to the choice; the manifest stays open.
    Leave,
}

pub fn step(state: &LoadState, input: &Input) -> Action {
    match &state.truck {
        None => choice(state, input),
        Some(truck) => match truck.stage {
            Stage::Parcel | Stage::Missing => loading(truck, input),
            Stage::Confirm => confirmation(input),
        },
    }
}

fn choice(state: &LoadState, input: &Input) -> Action {
    if let Some(number) = input.own(OwnKind::Manifest) {
        return Action::Open { number: number.to_owned() };
    }
    let index = input.number().and_then(|number| usize::try_from(number.checked_sub(1)?).ok());
    match index.and_then(|index| state.options.get(index)) {
        Some(option) => Action::Resume {
            carrier: option.carrier.clone(),
            pickup_point: option.pickup_point.clone(),
        },
        None => unexpected("load-unexpected-manifest", input),
    }
}

fn loading(truck: &Truck, input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Undo) => match &truck.last {
            Some(parcel) => Action::Unload { parcel: parcel.clone() },
            None => Action::Refuse(Text::new("problem-nothing_to_undo")),
        },
        Some(CommandCode::Done) => Action::Show(Stage::Confirm),
        Some(CommandCode::List) => Action::Show(Stage::Missing),
        Some(CommandCode::Cancel) => Action::Leave,
        Some(_) => unexpected("load-unexpected-parcel", input),
        None => Action::Load { parcel: parcel_number(input) },
    }
}

/// A parcel that turns up while the closing is asked about is loaded: it is missing no more.
fn confirmation(input: &Input) -> Action {
    match input.command() {
        Some(CommandCode::Yes) => Action::Close,
        Some(CommandCode::No | CommandCode::Cancel | CommandCode::Undo) => {
            Action::Show(Stage::Parcel)
        }
        None if input.own(OwnKind::Parcel).is_some() => {
            Action::Load { parcel: parcel_number(input) }
        }
        _ => unexpected("load-unexpected-answer", input),
    }
}

/// Parcels are known by what is printed on them.
fn parcel_number(input: &Input) -> String {
    let own = input.scan.own().filter(|own| own.kind() == OwnKind::Parcel);
    own.map_or_else(|| input.text().trim().to_uppercase(), OwnCode::to_string)
}

fn unexpected(key: &str, input: &Input) -> Action {
    Action::Refuse(Text::new(key).with("scanned", input.shown()))
}

pub fn view(state: &LoadState) -> View {
    match &state.truck {
        None => choice_view(&state.options),
        Some(truck) => truck_view(truck),
    }
}

fn choice_view(options: &[LoadOption]) -> View {
    let mut view = View::new(Text::new("load-choose"), Expect::Document);
    if options.is_empty() {
        view = view.line(Text::new("load-nothing"));
    }
    for (index, option) in options.iter().enumerate() {
        let line = Text::new("load-option")
            .with("number", index + 1)
            .with("carrier", &option.carrier)
            .with("point", &option.pickup_point)
            .with("parcels", option.parcels);
        view = view.line(line);
    }
    view
}

fn truck_view(truck: &Truck) -> View {
    let (title, expect) = match truck.stage {
        Stage::Parcel | Stage::Missing => ("load-parcel", Expect::Parcel),
        Stage::Confirm => ("load-confirm", Expect::Confirm),
    };
    let Progress { expected, loaded, .. } = truck.progress;
    let head = Text::new("load-manifest")
        .with("number", &truck.number)
        .with("carrier", &truck.carrier)
        .with("point", &truck.pickup_point);
    let mut view =
        View::new(Text::new(title), expect).line(head).progress(loaded, loaded + expected);
    match truck.stage {
        Stage::Parcel => {}
        Stage::Missing => view = view.line(missing_line(truck)),
        Stage::Confirm if expected > 0 => {
            let left = Text::new("load-confirm-missing").with("count", expected);
            view = view.line(left).line(missing_line(truck));
        }
        Stage::Confirm => {
            view = view.line(Text::new("load-confirm-all").with("loaded", loaded));
        }
    }
    match &truck.last {
        Some(parcel) if truck.stage != Stage::Confirm => {
            view.line(Text::new("load-last").with("parcel", parcel)).with_undo()
        }
        _ => view,
    }
}

fn missing_line(truck: &Truck) -> Text {
    let parcels = truck.missing.join(", ");
    let named = i64::try_from(truck.missing.len()).unwrap_or(i64::MAX);
    match truck.progress.expected - named {
        _ if truck.missing.is_empty() => Text::new("load-missing-none"),
        1.. => {
            let more = truck.progress.expected - named;
            Text::new("load-missing-more").with("parcels", parcels).with("more", more)
        }
        _ => Text::new("load-missing").with("parcels", parcels),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truck(stage: Stage) -> LoadState {
        let truck = Truck {
            id: ManifestId::new(),
            number: "M000001".to_owned(),
            carrier: "post".to_owned(),
            pickup_point: "5".to_owned(),
            progress: Progress { expected: 7, loaded: 1, missing: 0 },
            last: Some("PR-1".to_owned()),
            missing: vec!["PR-2".to_owned()],
            stage,
        };
        LoadState { options: Vec::new(), truck: Some(truck) }
    }

    fn own(kind: OwnKind, code: &str) -> String {
        OwnCode::new(kind, code).unwrap().to_string()
    }

    #[test]
    fn a_manifest_is_scanned_or_chosen_by_its_line() {
        let option =
            LoadOption { carrier: "post".to_owned(), pickup_point: "5".to_owned(), parcels: 2 };
        let state = LoadState { options: vec![option], truck: None };
        let chosen = Action::Resume { carrier: "post".to_owned(), pickup_point: "5".to_owned() };
        assert_eq!(step(&state, &Input::read("1")), chosen);
        let code = own(OwnKind::Manifest, "M000001");
        let opened = Action::Open { number: "M000001".to_owned() };
        assert_eq!(step(&state, &Input::read(&code)), opened);
        for wrong in ["0", "2", "", &own(OwnKind::Parcel, "1")] {
            assert!(matches!(step(&state, &Input::read(wrong)), Action::Refuse(_)), "{wrong}");
        }
    }

    #[test]
    fn parcels_are_scanned_and_the_last_one_taken_back() {
        let state = truck(Stage::Parcel);
        let code = own(OwnKind::Parcel, "0000000001");
        assert_eq!(step(&state, &Input::read(&code)), Action::Load { parcel: code.clone() });
        let undone = Action::Unload { parcel: "PR-1".to_owned() };
        assert_eq!(step(&state, &Input::read("UNDO")), undone);
        assert_eq!(step(&state, &Input::read("DONE")), Action::Show(Stage::Confirm));
        assert_eq!(step(&state, &Input::read("LIST")), Action::Show(Stage::Missing));
        assert_eq!(step(&state, &Input::read("CANCEL")), Action::Leave);
        assert!(matches!(step(&state, &Input::read("YES")), Action::Refuse(_)));
    }

    #[test]
    fn closing_wants_a_clear_yes() {
        let state = truck(Stage::Confirm);
        assert_eq!(step(&state, &Input::read("YES")), Action::Close);
        assert_eq!(step(&state, &Input::read("NO")), Action::Show(Stage::Parcel));
        assert!(matches!(step(&state, &Input::read("DONE")), Action::Refuse(_)));
        assert!(matches!(step(&state, &Input::read("4601234567893")), Action::Refuse(_)));
        let found = own(OwnKind::Parcel, "0000000002");
        assert_eq!(step(&state, &Input::read(&found)), Action::Load { parcel: found.clone() });
    }

    #[test]
    fn the_screen_counts_and_names_what_is_missing() {
        let screen = view(&truck(Stage::Confirm));
        assert_eq!(screen.progress, Some((1, 8)));
        assert!(!screen.undo, "a question is answered, not undone");
        let more = Text::new("load-missing-more").with("parcels", "PR-2").with("more", 6);
        assert_eq!(screen.lines.last(), Some(&more));
        assert!(view(&truck(Stage::Parcel)).undo);
    }
}
