//! Findings in words: where, what does not agree, and what to do. Pure.

use serde_json::Value;

use super::findings::fits;
use super::model::{FindingKind, FindingOut, FindingRow, Resolution};
use crate::i18n::{self, Language};
use crate::units::Kopecks;

/// What sentences speak of, beside the amount: sums in kopecks, and words.
const SUMS: [&str; 13] = [
    "expected",
    "stated",
    "kept",
    "fee",
    "delivery",
    "amount",
    "quoted",
    "invoiced",
    "collected",
    "transferred",
    "received",
    "left",
    "net",
];
const WORDS: [&str; 19] = [
    "why",
    "track",
    "order_number",
    "number",
    "shops",
    "status",
    "known",
    "method",
    "day",
    "register",
    "column",
    "value",
    "percent",
    "weight_g",
    "currency",
    "contract",
    "carrier",
    "inn",
    "sheets",
];
const COUNTS: [&str; 4] = ["lines", "of", "days", "usual_days"];

impl FindingRow {
    /// As it is shown, in words of a language.
    pub fn told(self, language: Language) -> FindingOut {
        let text = text(&self, language);
        let allowed = Resolution::ALL
            .iter()
            .copied()
            .filter(|resolution| fits(self.kind, self.line, self.amount_kopecks, *resolution))
            .collect();
        let Self { id, kind, severity, register_id, line, parcel_id, amount_kopecks, .. } = self;
        let Self { document_id, args, proposed, state, resolution, reason, .. } = self;
        let (resolved_by, resolved_at, created_at) =
            (self.resolved_by, self.resolved_at, self.created_at);
        FindingOut {
            id,
            kind,
            severity,
            text,
            register_id,
            line,
            parcel_id,
            document_id,
            amount_kopecks,
            args,
            proposed,
            allowed,
            state,
            resolution,
            reason,
            resolved_by,
            resolved_at,
            created_at,
        }
    }
}

/// «register.xlsx, лист «Лист1», строка 7: …».
pub(super) fn text(row: &FindingRow, language: Language) -> String {
    let what = sentence(row.kind, &row.args, row.amount_kopecks, language);
    match row.register_id {
        Some(_) => format!("{}: {what}", place(row, language)),
        None => what,
    }
}

fn place(row: &FindingRow, language: Language) -> String {
    let file = row.file.clone().unwrap_or_default();
    let name = if file.is_empty() {
        let number = row.number.clone().unwrap_or_default();
        i18n::text(language, "finding-in-register", &[("number", number)])
    } else {
        file
    };
    let mut parts = vec![name];
    if let Some(sheet) = row.sheet.clone().filter(|sheet| !sheet.is_empty()) {
        parts.push(i18n::text(language, "finding-in-sheet", &[("sheet", sheet)]));
    }
    if row.line > 0 {
        parts.push(i18n::text(language, "finding-in-row", &[("row", row.line.to_string())]));
    }
    parts.join(", ")
}

/// What does not agree, without the place.
pub(super) fn sentence(
    kind: FindingKind,
    args: &Value,
    amount: Option<Kopecks>,
    language: Language,
) -> String {
    let mut values: Vec<(&str, String)> = Vec::new();
    let sum = |value: i64| Kopecks::new(value).to_roubles_text();
    for name in SUMS {
        // How a buyer paid has the names of sums, too.
        let value = match args.get(name) {
            Some(Value::String(word)) => word_text(word, language),
            Some(value) => value.as_i64().map_or_else(|| "—".to_owned(), sum),
            None => "—".to_owned(),
        };
        values.push((name, value));
    }
    for name in WORDS {
        let value = match args.get(name) {
            Some(Value::String(word)) => word_text(word, language),
            Some(Value::Number(number)) => number.to_string(),
            _ => "—".to_owned(),
        };
        values.push((name, value));
    }
    for name in COUNTS {
        let value = args.get(name).and_then(Value::as_i64).unwrap_or_default();
        values.push((name, value.to_string()));
    }
    if let Some(code) = args.get("code").and_then(Value::as_str) {
        let value = args.get("value").and_then(Value::as_str).unwrap_or_default();
        let key = format!("import-{}", code.replace('_', "-"));
        let why = i18n::text(language, &key, &[("value", value.to_owned())]);
        values.retain(|(name, _)| *name != "why");
        values.push(("why", why));
    }
    values.push(("difference", amount.map_or_else(|| "—".to_owned(), Kopecks::to_roubles_text)));
    values.push(("sums", totals(args, language)));
    i18n::text(language, &format!("finding-{kind}"), &values)
}

/// A word of ours in the caller's language; what carriers wrote stays.
fn word_text(word: &str, language: Language) -> String {
    i18n::lookup(language, &format!("finding-word-{word}"), &[]).unwrap_or_else(|| word.to_owned())
}

/// What a row of totals says otherwise, column by column.
fn totals(args: &Value, language: Language) -> String {
    let sum = |value: &Value| value.as_i64().map(|sum| Kopecks::new(sum).to_roubles_text());
    let told = args.as_object().into_iter().flatten().filter_map(|(name, pair)| {
        let args = [
            ("column", word_text(name, language)),
            ("stated", sum(pair.get("stated")?)?),
            ("summed", sum(pair.get("summed")?)?),
        ];
        Some(i18n::text(language, "finding-of-total", &args))
    });
    told.collect::<Vec<_>>().join("; ")
}
