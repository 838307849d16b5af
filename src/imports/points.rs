//! Lists of delivery points: of a carrier without an interface, or one that came by mail.
//!
//! A row is read into the model that carriers' programs make, and all of them go through the import of
//! [`crate::points`]. The file may be a part of all points, or (`replace`) the whole of them.
//!
//! **Invariant:** points that a file does not name are closed only by a file that is said to be the
//! whole list, and such a file has no wrong row.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use super::map::{Columns, POINTS, overrides, yes_or_no};
use super::table::Row;
use super::{ImportError, ImportMode, Refusal, Source, refuse_whole, store};
use crate::app::App;
use crate::carriers::model::{Answers, PointKind, PointLimits, PointModel, PointsPage};
use crate::carriers::registry::name_of;
use crate::carriers::{Answer, Carrier, Points};
use crate::commands::{Command, Ctx, body_hash, command_insert};
use crate::db::Tx;
use crate::fault::InputFaults;
use crate::ids::{UserId, new_uuid};
use crate::points::{self, Closing, ImportReport};
use crate::shipments::Connected;
use crate::units::{Grams, Kopecks};

const CARRIER_MAX: usize = 50;

/// A list of points, and how it is to be taken.
#[derive(Debug, Clone)]
pub struct PointsRequest {
    /// The code of the carrier.
    pub carrier: String,
    pub source: Source,
    /// How the file is called in messages.
    pub file: String,
    /// The column map, as [`overrides`] takes it.
    pub map: String,
    pub mode: ImportMode,
    /// What becomes of points that the file does not name.
    pub closing: Closing,
}

/// What a list came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PointsReport {
    /// Rows behind the heading.
    pub rows: i64,
    pub points: ImportReport,
    pub refusals: Vec<Refusal>,
}

/// Takes a list in for `actor`, or for the operator at the command line.
pub async fn run(
    app: &App,
    request: PointsRequest,
    actor: Option<UserId>,
) -> Result<PointsReport, ImportError> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &request.carrier, CARRIER_MAX);
    faults.finish()?;
    let list = read(&request)?;
    if request.mode == ImportMode::Whole || request.closing != Closing::Named {
        refuse_whole(&request.file, &list.refusals)?;
    }
    let carrier: Connected =
        Arc::new(Listed { code: request.carrier.trim().to_owned(), points: list.points });
    let report = Box::pin(points::import(app, &carrier, request.closing)).await?;
    note(app, &request, list.hash, actor, &list.refusals, report).await?;
    Ok(PointsReport { rows: list.rows, points: report, refusals: list.refusals })
}

/// Keeps what was refused, and a line in the audit trail if anything has changed.
async fn note(
    app: &App,
    request: &PointsRequest,
    hash: [u8; 32],
    actor: Option<UserId>,
    refusals: &[Refusal],
    report: ImportReport,
) -> Result<(), ImportError> {
    let now = app.clock.now();
    let (file, refusals) = (request.file.clone(), refusals.to_vec());
    let command = Command {
        scope: new_uuid(),
        key: "import".to_owned(),
        action: "delivery_points_import",
        body_hash: body_hash(&file),
        request: Some(serde_json::json!({
            "carrier": request.carrier, "file": file, "sha256": hex::encode(hash),
            "closing": request.closing,
        })),
        actor,
        device: None,
        owner: None,
    };
    let has_changed = report.created + report.changed + report.closed + report.reopened > 0;
    let write = async move |tx: &mut Tx| {
        let ctx = Ctx::new(&command, now);
        store::refusals_insert(tx, &ctx, None, hash, &file, &refusals).await?;
        if has_changed {
            let counts = serde_json::json!(report);
            command_insert(tx, &command, &ctx, None, &counts).await?;
        }
        Ok::<_, ImportError>(())
    };
    app.db.write(write).await
}

/// A file that was read.
struct List {
    hash: [u8; 32],
    rows: i64,
    points: Vec<PointModel>,
    refusals: Vec<Refusal>,
}

fn read(request: &PointsRequest) -> Result<List, ImportError> {
    let told = overrides(&request.map)?;
    let survey = request.source.survey(&request.file)?;
    let mut table = request.source.table(&survey)?;
    let columns = Columns::find(POINTS, &request.file, &table, &told)?;
    let mut list = List { hash: survey.hash, rows: 0, points: Vec::new(), refusals: Vec::new() };
    let mut seen = HashSet::new();
    while let Some(row) = table.next_row()? {
        list.rows += 1;
        match point(&columns, &row) {
            Ok(point) if !seen.insert(point.code.clone()) => {
                list.refusals.push(columns.refuse(&row, "code", "duplicate_in_file"));
            }
            Ok(point) => list.points.push(point),
            Err(refusal) => list.refusals.push(refusal),
        }
    }
    Ok(list)
}

fn point(columns: &Columns, row: &Row) -> Result<PointModel, Refusal> {
    for field in ["code", "city", "address"] {
        if columns.text(row, field).trim().is_empty() {
            return Err(columns.refuse(row, field, "missing"));
        }
    }
    let text = |field: &str| columns.text(row, field).trim().to_owned();
    let answers = |field: &'static str| {
        said(columns.text(row, field)).ok_or_else(|| columns.refuse(row, field, "word_unknown"))
    };
    let kind = kind(columns.text(row, "kind"));
    let (latitude, longitude) = place(columns, row)?;
    Ok(PointModel {
        code: text("code"),
        kind: kind.ok_or_else(|| columns.refuse(row, "kind", "word_unknown"))?,
        name: text("name"),
        region: text("region"),
        city: text("city"),
        postcode: text("postcode"),
        address: text("address"),
        latitude,
        longitude,
        hours: text("hours"),
        phone: text("phone"),
        hint: text("hint"),
        limits: PointLimits {
            weight_max_g: columns.exact(row, "weight_max_kg", 3)?.map(Grams::new),
            longest_max_mm: columns.exact(row, "longest_max_mm", 0)?,
            sum_of_sides_max_mm: columns.exact(row, "sum_of_sides_max_mm", 0)?,
            cod_max_kopecks: columns.exact(row, "cod_max", 2)?.map(Kopecks::new),
            ..PointLimits::default()
        },
        cash: answers("cash")?,
        card: answers("card")?,
        partial_buy_out: answers("partial_buy_out")?,
        hands_out: answers("hands_out")?,
        takes_in: answers("takes_in")?,
        is_closed: answers("closed")? == Answers::Yes,
    })
}

/// Both degrees, or none.
fn place(columns: &Columns, row: &Row) -> Result<(Option<f64>, Option<f64>), Refusal> {
    let degrees = |field: &'static str, most: f64| match columns.text(row, field).trim() {
        "" => Ok(None),
        text => match text.replace(',', ".").parse::<f64>() {
            Ok(degrees) if degrees.abs() <= most => Ok(Some(degrees)),
            _ => Err(columns.refuse(row, field, "bad_value")),
        },
    };
    let place = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    match place {
        (Some(_), None) => Err(columns.refuse(row, "longitude", "missing")),
        (None, Some(_)) => Err(columns.refuse(row, "latitude", "missing")),
        both => Ok(both),
    }
}

fn kind(word: &str) -> Option<PointKind> {
    let word = word.trim().to_lowercase();
    Some(match word.as_str() {
        "" | "пвз" | "пункт" | "пункт выдачи" | "офис" => PointKind::Office,
        "постамат" | "почтомат" => PointKind::Locker,
        "почта" | "отделение" | "отделение почты" => {
            PointKind::PostOffice
        }
        "терминал" | "склад" => PointKind::Terminal,
        "касса" => PointKind::Till,
        other => return PointKind::parse(other),
    })
}

fn said(word: &str) -> Option<Answers> {
    let word = word.trim().to_lowercase();
    match word.as_str() {
        "" | "?" | "unknown" | "неизвестно" => Some(Answers::Unknown),
        "+" => Some(Answers::Yes),
        "-" => Some(Answers::No),
        word => yes_or_no(word).map(|said| Answers::from(Some(said))),
    }
}

/// A carrier whose points are told by a file.
struct Listed {
    code: String,
    points: Vec<PointModel>,
}

impl Carrier for Listed {
    fn code(&self) -> &str {
        &self.code
    }

    fn name(&self) -> &str {
        name_of(&self.code)
    }

    fn points(&self) -> Option<&dyn Points> {
        Some(self)
    }
}

impl Points for Listed {
    fn points<'a>(&'a self, _from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(async move { Ok(PointsPage { points: self.points.clone(), next: None }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_people_are_understood_and_others_refused() {
        for kind_word in PointKind::ALL {
            assert_eq!(kind(kind_word.as_str()), Some(*kind_word));
        }
        assert_eq!(kind(" Постамат "), Some(PointKind::Locker));
        assert_eq!(kind("киоск"), None);
        assert_eq!((said("Да"), said("0")), (Some(Answers::Yes), Some(Answers::No)));
        assert_eq!((said(""), said("может быть")), (Some(Answers::Unknown), None));
    }
}
