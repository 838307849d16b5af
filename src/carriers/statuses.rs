//! A carrier's status codes as data: `status.csv` of its folder.
//!
//! Columns: `code` (with its sub-code after a dot, or `*` for every other sub-code), `status` (ours,
//! may be empty), `flag` (may be empty), `name` (the carrier's words).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::{DeliveryStatus, EventFlag, Meaning};

/// The table of one carrier.
#[derive(Debug)]
pub struct StatusTable {
    rows: BTreeMap<String, StatusRow>,
}

/// What the table says of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRow {
    pub meaning: Meaning,
    /// The carrier's words.
    pub name: String,
}

#[derive(Deserialize)]
struct Line {
    code: String,
    status: Option<DeliveryStatus>,
    flag: Option<EventFlag>,
    name: String,
}

impl StatusTable {
    /// Reads a table that is compiled in.
    ///
    /// # Panics
    /// When the file is wrong: it is a part of the program, and its test reads it.
    pub fn parse(text: &str) -> Self {
        let mut rows = BTreeMap::new();
        for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let Line { code, status, flag, name } = line.expect("a status table is valid CSV");
            let row = StatusRow { meaning: Meaning { status, flag }, name };
            let twice = rows.insert(code.clone(), row);
            assert!(twice.is_none(), "the status {code} is told twice");
        }
        Self { rows }
    }

    /// What a code means: by itself, or by the row of its main code.
    pub fn find(&self, code: &str) -> Option<&StatusRow> {
        self.rows.get(code).or_else(|| {
            let (main, _) = code.split_once('.')?;
            self.rows.get(&format!("{main}.*"))
        })
    }

    pub fn meaning(&self, code: &str) -> Option<Meaning> {
        self.find(code).map(|row| row.meaning)
    }

    /// All codes of the table.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_itself_and_by_its_main_code() {
        let table = StatusTable::parse(
            "code,status,flag,name\n8.2,arrived_at_point,,Прибыло\n8.*,in_transit,,Обработка\n\
             12,,problem,Неудача\n",
        );
        let status = |code| table.meaning(code).and_then(|meaning| meaning.status);
        assert_eq!(status("8.2"), Some(DeliveryStatus::ArrivedAtPoint));
        assert_eq!(status("8.77"), Some(DeliveryStatus::InTransit));
        assert_eq!(table.meaning("12").unwrap().flag, Some(EventFlag::Problem));
        assert_eq!(table.meaning("99"), None);
        assert_eq!(table.codes().count(), 3);
    }
}
