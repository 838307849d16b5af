//! The run over a file: rows to batches, batches to transactions.

use std::collections::BTreeMap;

use super::map::{Columns, fields, overrides};
use super::orders::{Grouping, OrderRows};
use super::table::{Row, Survey, Table};
use super::{
    ImportError, ImportKind, ImportMode, ImportProgress, ImportReport, ImportRequest, NewProducts,
    Refusal, bins, orders, products, refuse_whole, stock, store,
};
use crate::app::App;
use crate::catalog::warehouse_default;
use crate::commands::{Command, Ctx, body_hash};
use crate::db::Tx;
use crate::ids::{OwnerId, UserId, WarehouseId, new_uuid};

const BATCH_ORDERS: usize = crate::orders::INTAKE_MAX;
const BATCH_ROWS: usize = 500;

/// What stays the same for all rows of a file.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) kind: ImportKind,
    pub(super) file: String,
    pub(super) hash: [u8; 32],
    pub(super) owner: Option<OwnerId>,
    pub(super) warehouse: WarehouseId,
    pub(super) new_products: NewProducts,
    pub(super) actor: Option<UserId>,
    pub(super) columns: Columns,
}

impl Job {
    pub(super) fn owner(&self) -> Result<OwnerId, ImportError> {
        self.owner.ok_or(ImportError::OwnerMissing)
    }
}

/// Rows that are applied together.
#[derive(Debug, Clone)]
pub(super) enum Batch {
    Rows(Vec<Row>),
    Orders(Vec<OrderRows>),
}

/// What a batch came to; sums up to the report.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub(super) created: i64,
    pub(super) unchanged: i64,
    pub(super) products_created: i64,
    pub(super) refusals: Vec<Refusal>,
}

/// Imports a file for `actor`, or for the operator at the command line. `progress` is told after
/// each batch.
pub async fn run(
    app: &App,
    request: ImportRequest,
    actor: Option<UserId>,
    mut progress: impl FnMut(ImportProgress) + Send,
) -> Result<ImportReport, ImportError> {
    let told = overrides(&request.map)?;
    let survey = request.source.survey(&request.file)?;
    let mut reader = Batches::open(&request, &survey, &told)?;
    let columns = Columns::find(fields(request.kind), &request.file, &reader.table, &told)?;
    let job = job(app, &request, &survey, columns, actor).await?;
    let mut report = ImportReport::default();
    let mut kept = Vec::new();
    while let Some(batch) = reader.next(&job)? {
        match request.mode {
            ImportMode::Rows => add(&mut report, apply(app, &job, vec![batch], false).await?),
            ImportMode::Whole => kept.push(batch),
        }
        progress(ImportProgress { lines: reader.lines, lines_total: survey.lines });
    }
    if request.mode == ImportMode::Whole {
        add(&mut report, apply(app, &job, kept, true).await?);
    }
    report.rows = reader.rows;
    report.refusals.sort_by_key(|refusal| refusal.line);
    progress(ImportProgress { lines: survey.lines, lines_total: survey.lines });
    Ok(report)
}

async fn job(
    app: &App,
    request: &ImportRequest,
    survey: &Survey,
    columns: Columns,
    actor: Option<UserId>,
) -> Result<Job, ImportError> {
    let named = request.warehouse;
    let find = async move |tx: &mut Tx| match named {
        Some(warehouse) => Ok(warehouse),
        None => warehouse_default(tx).await,
    };
    let warehouse = app.db.read(find).await?;
    if request.kind != ImportKind::Bins && request.owner.is_none() {
        return Err(ImportError::OwnerMissing);
    }
    Ok(Job {
        kind: request.kind,
        file: request.file.clone(),
        hash: survey.hash,
        owner: request.owner,
        warehouse,
        new_products: request.new_products,
        actor,
        columns,
    })
}

fn add(report: &mut ImportReport, outcome: Outcome) {
    report.created += outcome.created;
    report.unchanged += outcome.unchanged;
    report.products_created += outcome.products_created;
    report.refusals.extend(outcome.refusals);
}

/// Applies batches as one transaction; `strict` refuses all when a row is refused.
async fn apply(
    app: &App,
    job: &Job,
    batches: Vec<Batch>,
    strict: bool,
) -> Result<Outcome, ImportError> {
    let now = app.clock.now();
    let command = Command {
        scope: new_uuid(),
        key: "import".to_owned(),
        action: "file_import",
        body_hash: body_hash(&job.file),
        request: Some(serde_json::json!({
            "kind": job.kind, "file": job.file, "sha256": hex::encode(job.hash),
        })),
        actor: job.actor,
        device: None,
        owner: job.owner,
    };
    let job = job.clone();
    let work = async move |tx: &mut Tx| {
        let ctx = Ctx::new(&command, now);
        let mut sum = Outcome::default();
        for batch in &batches {
            let outcome = match batch {
                Batch::Orders(orders) => orders::apply(tx, &ctx, &job, orders).await?,
                Batch::Rows(rows) => match job.kind {
                    ImportKind::Products => products::apply(tx, &ctx, &job, rows).await?,
                    ImportKind::Stock => stock::apply(tx, &ctx, &job, rows).await?,
                    ImportKind::Bins | ImportKind::Orders => {
                        bins::apply(tx, &ctx, &job, rows).await?
                    }
                },
            };
            sum.created += outcome.created;
            sum.unchanged += outcome.unchanged;
            sum.products_created += outcome.products_created;
            sum.refusals.extend(outcome.refusals);
        }
        if strict {
            refuse_whole(&job.file, &sum.refusals)?;
        }
        store::refusals_insert(tx, &ctx, job.owner, job.hash, &job.file, &sum.refusals).await?;
        if sum.created + sum.products_created > 0 {
            let counts = serde_json::json!({ "created": sum.created });
            crate::commands::command_insert(tx, &command, &ctx, None, &counts).await?;
        }
        Ok(sum)
    };
    app.db.write(work).await
}

/// Reads a table in batches.
struct Batches {
    table: Table,
    grouping: Option<Grouping>,
    rows: i64,
    lines: u64,
    ended: bool,
}

impl Batches {
    /// For orders the file is read once more before, to know where each order ends.
    fn open(
        request: &ImportRequest,
        survey: &Survey,
        told: &BTreeMap<String, String>,
    ) -> Result<Self, ImportError> {
        let grouping = if request.kind == ImportKind::Orders {
            let mut table = request.source.table(survey)?;
            let columns = Columns::find(fields(request.kind), &request.file, &table, told)?;
            let mut grouping = Grouping::default();
            while let Some(row) = table.next_row()? {
                grouping.count(columns.text(&row, "order"));
            }
            Some(grouping)
        } else {
            None
        };
        let table = request.source.table(survey)?;
        Ok(Self { table, grouping, rows: 0, lines: 1, ended: false })
    }

    fn next(&mut self, job: &Job) -> Result<Option<Batch>, ImportError> {
        if self.ended {
            return Ok(None);
        }
        let mut rows = Vec::new();
        let mut complete = Vec::new();
        while rows.len() < BATCH_ROWS && complete.len() < BATCH_ORDERS {
            let Some(row) = self.table.next_row()? else {
                self.ended = true;
                break;
            };
            self.rows += 1;
            self.lines = u64::try_from(row.line).unwrap_or(self.lines);
            match &mut self.grouping {
                Some(grouping) => complete.extend(grouping.add(&job.columns, row)),
                None => rows.push(row),
            }
        }
        if self.grouping.is_some() {
            return Ok((!complete.is_empty()).then_some(Batch::Orders(complete)));
        }
        Ok((!rows.is_empty()).then_some(Batch::Rows(rows)))
    }
}
