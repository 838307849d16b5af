//! The table of operations.

use crate::carriers::model::{DeliveryStatus, EventFlag, Meaning};
use crate::carriers::statuses::StatusTable;

use DeliveryStatus as S;

fn table() -> StatusTable {
    StatusTable::parse(include_str!("../status.csv"))
}

/// All attributes of a type that the specification names, by ranges.
const ATTRIBUTES: &[(i64, &[(i64, i64)])] = &[
    (1, &[(1, 11)]),
    (2, &[(0, 31)]),
    (3, &[(1, 23)]),
    (4, &[(1, 19)]),
    (5, &[(1, 3), (8, 8)]),
    (6, &[(1, 4)]),
    (7, &[(1, 3)]),
    (8, &[(0, 78)]),
    (9, &[(1, 2)]),
    (12, &[(1, 30)]),
    (14, &[(1, 26)]),
    (15, &[(0, 0)]),
    (16, &[(0, 0)]),
    (17, &[(0, 0)]),
    (18, &[(0, 0)]),
    (19, &[(0, 0)]),
    (20, &[(0, 0)]),
    (21, &[(1, 2)]),
    (22, &[(1, 8)]),
    (24, &[(1, 5), (1019, 1020), (1050, 1065), (1070, 1070), (1073, 1073), (1099, 1099)]),
    (26, &[(1, 1)]),
    (
        31,
        &[
            (1, 1),
            (5, 7),
            (14, 14),
            (21, 21),
            (23, 24),
            (31, 31),
            (40, 43),
            (48, 48),
            (57, 57),
            (59, 59),
            (74, 74),
        ],
    ),
    (33, &[(1, 2)]),
    (35, &[(1, 8)]),
    (36, &[(0, 1)]),
    (38, &[(4, 4), (13, 13)]),
    (39, &[(1, 8)]),
    (40, &[(1, 3)]),
    (41, &[(1, 5)]),
    (42, &[(1, 30)]),
    (44, &[(1, 15)]),
    (49, &[(1, 5)]),
    (50, &[(1, 8)]),
    (51, &[(1, 6)]),
    (53, &[(1, 3)]),
    (54, &[(1, 2)]),
    (55, &[(1, 6)]),
    (56, &[(1, 1)]),
    (60, &[(1, 5)]),
    (1027, &[(1, 4)]),
];
/// Types without attributes: any attribute means the same.
const WHOLE: [i64; 24] = [
    10, 11, 13, 23, 25, 26, 27, 28, 29, 30, 32, 34, 37, 43, 45, 46, 47, 48, 52, 57, 58, 59, 61, 62,
];

#[test]
fn every_code_of_the_specification_is_in_the_table_and_no_other() {
    let mut expected: Vec<String> = ATTRIBUTES
        .iter()
        .flat_map(|(kind, ranges)| {
            let attributes = ranges.iter().flat_map(|(first, last)| *first..=*last);
            attributes.map(move |attribute| format!("{kind}.{attribute}"))
        })
        .collect();
    expected.extend(WHOLE.iter().chain(&[63]).map(|kind| format!("{kind}.*")));
    expected.extend(["cod.1".to_owned(), "cod.3".to_owned()]);
    expected.sort();
    let table = table();
    let mut found: Vec<&str> = table.codes().collect();
    found.sort_unstable();
    assert_eq!(found, expected);
}

/// The meaning of every code: by groups, as the sheet of facts has them.
fn meaning(code: &str) -> (Option<S>, Option<EventFlag>) {
    use EventFlag::{Annuls, Info, Problem};
    let (kind, attribute) = code.split_once('.').unwrap();
    let attribute: i64 = attribute.parse().unwrap_or(-1);
    match (kind, attribute) {
        ("1", _) => (Some(S::Accepted), None),
        ("2", 2 | 4 | 7 | 9 | 16 | 20 | 22 | 24 | 28..=31) | ("62", _) => (Some(S::Returned), None),
        ("2" | "21", _) => (Some(S::Delivered), None),
        ("3", 15) | ("48", _) => (Some(S::PartlyDelivered), None),
        ("3", _) | ("8", 36 | 40 | 41) => (Some(S::Returning), None),
        ("5", 1) | ("18", _) => (Some(S::Lost), None),
        ("5", 2) | ("15" | "16" | "17", _) => (Some(S::Lost), Some(Problem)),
        ("5", 8)
        | ("8", 12 | 29 | 47 | 64 | 65 | 75)
        | ("12" | "38" | "42" | "50" | "51" | "57", _) => (Some(S::InTransit), Some(Problem)),
        ("6" | "56", _) | ("8", 2 | 9 | 14 | 19 | 39 | 48 | 55 | 60 | 62 | 74) => {
            (Some(S::ArrivedAtPoint), None)
        }
        ("7", _) => (Some(S::Returning), Some(Problem)),
        ("8", 15 | 18) => (Some(S::OutForDelivery), None),
        ("8", 10 | 23 | 27 | 28 | 33 | 35 | 42 | 43 | 56..=59) => {
            (Some(S::ArrivedAtPoint), Some(Info))
        }
        ("8", 16 | 21 | 22 | 24 | 25 | 37 | 38 | 50 | 52 | 53 | 63 | 66 | 67 | 78) => {
            (None, Some(Info))
        }
        ("22" | "60" | "1027", _) => (None, Some(Problem)),
        ("20" | "27" | "28" | "37" | "47", _) => (Some(S::Created), None),
        ("44", _) => (Some(S::Created), Some(Problem)),
        ("26", _) => (None, Some(Annuls)),
        ("46", _) => (Some(S::Cancelled), None),
        (
            "25" | "34" | "35" | "36" | "43" | "45" | "49" | "52" | "53" | "54" | "55" | "58"
            | "59" | "63" | "cod",
            _,
        ) => (None, Some(Info)),
        _ => (Some(S::InTransit), None),
    }
}

#[test]
fn every_code_means_what_the_facts_say() {
    let table = table();
    for code in table.codes() {
        let (status, flag) = meaning(code);
        assert_eq!(table.meaning(code), Some(Meaning { status, flag }), "{code}");
        assert!(!table.find(code).unwrap().name.is_empty(), "{code}");
    }
    assert_eq!(table.meaning("10.0"), Some(Meaning { status: Some(S::InTransit), flag: None }));
    assert_eq!(table.meaning("99.1"), None);
}
