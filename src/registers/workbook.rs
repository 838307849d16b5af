//! What does not agree in a register, as a workbook for the accountant.

use super::model::{FindingKind, FindingRow, RegisterOut, Resolution, Severity};
use super::store::findings as finding_store;
use super::{RegisterError, told};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::documents::{Cell, Column, Sheet, xlsx};
use crate::i18n::{self, Language};
use crate::ids::FindingId;

pub(super) const MEDIA_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A book with more rows serves nobody, and takes the memory of the server; the book says so.
const ROWS_MAX: usize = 50_000;
const PAGE_ROWS: i64 = 5_000;

/// Column titles by key of the locale, and their widths.
const COLUMNS: [(&str, u16); 8] = [
    ("row", 8),
    ("kind", 28),
    ("severity", 16),
    ("amount", 14),
    ("text", 90),
    ("proposed", 28),
    ("resolution", 28),
    ("reason", 40),
];

/// All findings of a register, by its rows: where, what, how much, what to do, what was decided.
pub(super) async fn of_register(
    app: &App,
    register: &RegisterOut,
    language: Language,
) -> Result<Vec<u8>, RegisterError> {
    let id = register.id;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut behind = (0, FindingId::from_uuid(uuid::Uuid::nil()));
    while rows.len() < ROWS_MAX {
        let read =
            async move |tx: &mut Tx| finding_store::of_register(tx, id, behind, PAGE_ROWS).await;
        let page = app.db.read::<Vec<FindingRow>, DbError, _>(read).await?;
        let Some(last) = page.last() else { break };
        behind = (last.line, last.id);
        rows.extend(page.iter().map(|finding| cells(finding, language)));
    }
    let count = async move |tx: &mut Tx| finding_store::count_all(tx, id).await;
    let count = app.db.read::<i64, DbError, _>(count).await?;
    let sheet = sheet(register, rows, count, language);
    // Tens of thousands of rows are packed: not on a thread that serves requests.
    let packed = tokio::task::spawn_blocking(move || xlsx::write(&sheet)).await;
    Ok(packed.map_err(|error| DbError::Engine(Box::new(error)))??)
}

fn sheet(register: &RegisterOut, rows: Vec<Vec<Cell>>, count: i64, language: Language) -> Sheet {
    let word = |key: &str| i18n::text(language, &format!("findings-{key}"), &[]);
    let shown = i18n::text(
        language,
        "findings-shown",
        &[("shown", rows.len().to_string()), ("count", count.to_string())],
    );
    Sheet {
        name: word("sheet"),
        title: i18n::text(
            language,
            "findings-title",
            &[("number", register.number.clone()), ("day", register.day.russian_text())],
        ),
        head: vec![
            (word("carrier"), register.carrier.clone()),
            (word("file"), register.file.clone()),
            (word("count"), shown),
        ],
        columns: COLUMNS.iter().map(|(key, width)| Column::new(word(key), *width)).collect(),
        rows,
        totals: Vec::new(),
    }
}

fn cells(finding: &FindingRow, language: Language) -> Vec<Cell> {
    let resolution = finding.resolution.map(|one| resolution_word(one, language));
    vec![
        Cell::Whole(finding.line),
        Cell::text(kind_word(finding.kind, language)),
        Cell::text(severity_word(finding.severity, language)),
        finding.amount_kopecks.map_or(Cell::Empty, Cell::Money),
        Cell::text(told::text(finding, language)),
        Cell::text(resolution_word(finding.proposed, language)),
        resolution.map_or(Cell::Empty, Cell::text),
        finding.reason.clone().map_or(Cell::Empty, Cell::text),
    ]
}

pub(super) fn kind_word(kind: FindingKind, language: Language) -> String {
    i18n::text(language, &format!("finding-name-{kind}"), &[])
}

pub(super) fn severity_word(severity: Severity, language: Language) -> String {
    i18n::text(language, &format!("finding-severity-{severity}"), &[])
}

pub(super) fn resolution_word(resolution: Resolution, language: Language) -> String {
    i18n::text(language, &format!("finding-resolution-{resolution}"), &[])
}
