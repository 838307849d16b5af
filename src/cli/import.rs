//! `ambar import products|stock|orders|bins|points|register|statement|invoice FILE`: files in, with a
//! progress bar.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::serve;
use crate::app::App;
use crate::bank::import::{self as statements, StatementReport, StatementRequest};
use crate::catalog::{self, CatalogError, NewOwner, OrderPolicy};
use crate::commands::Ctx;
use crate::config::DataArgs;
use crate::db::Tx;
use crate::fault::Fault;
use crate::i18n::Language;
use crate::ids::{OwnerId, WarehouseId};
use crate::imports::invoices::{InvoiceReport, InvoiceRequest};
use crate::imports::points::{PointsReport, PointsRequest};
use crate::imports::{
    self, ImportKind, ImportMode, ImportProgress, ImportReport, ImportRequest, NewProducts,
    Refusal, Source,
};
use crate::points::Closing;
use crate::registers::{self, RegisterReport, RegisterRequest};
use crate::units::{Day, Kopecks};

/// Refused rows that are shown; all of them are kept in the database.
const REFUSALS_SHOWN: usize = 50;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Kind {
    Products,
    Stock,
    Orders,
    Bins,
    /// Delivery points of the carrier that `--carrier` names.
    Points,
    /// A bank's statement in the format 1CClientBankExchange.
    Statement,
    /// An invoice of the carrier that `--carrier` names.
    Invoice,
    /// A register of collected money of the carrier that `--carrier` names.
    Register,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line are independent")]
pub(super) struct ImportArgs {
    /// What the file holds.
    kind: Kind,
    /// CSV or XLSX, plain or .gz; UTF-8 or windows-1251.
    file: PathBuf,
    /// Code of the shop whose data it is.
    #[arg(long)]
    pub(super) owner: Option<String>,
    /// Make the shop if it does not exist yet.
    #[arg(long)]
    pub(super) create_owner: bool,
    /// Code of the warehouse; the only one when absent.
    #[arg(long)]
    warehouse: Option<String>,
    /// Headings of the columns: `article=Артикул,quantity=Кол-во`, or a file with such lines.
    #[arg(long, default_value = "")]
    map: String,
    /// An order file brings its own products along.
    #[arg(long)]
    create_products: bool,
    /// Refuse the whole file if one row is wrong.
    #[arg(long)]
    whole: bool,
    /// Code of the carrier whose delivery points, register or invoice it is.
    #[arg(long)]
    carrier: Option<String>,
    /// The carrier's number of the register or of the invoice.
    #[arg(long)]
    number: Option<String>,
    /// Its day, as 2026-11-30; of a register the last one of its lines when absent.
    #[arg(long)]
    day: Option<Day>,
    /// The file lists all points of the carrier: those that it does not name are closed.
    #[arg(long)]
    replace: bool,
    /// With --replace: more than half of the points have really closed.
    #[arg(long, requires = "replace")]
    closes_most: bool,
    #[command(flatten)]
    invoice: InvoiceArgs,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// What the file of an invoice does not say of itself.
#[derive(Debug, Args)]
struct InvoiceArgs {
    /// Roubles to be paid; what the row of totals says when absent. Needed where the file says several
    /// totals, has sums below them, or has further sheets.
    #[arg(long, value_parser = roubles, allow_hyphen_values = true)]
    total: Option<Kopecks>,
    /// Roubles on the whole invoice: less than zero is a discount, more a fee.
    #[arg(long, value_parser = roubles, allow_hyphen_values = true)]
    discount: Option<Kopecks>,
    /// Roubles of VAT, as the invoice states them.
    #[arg(long, value_parser = roubles)]
    vat: Option<Kopecks>,
    /// The first day of what the invoice is for, as 2026-11-01.
    #[arg(long, requires = "period_to")]
    period_from: Option<Day>,
    /// The last day of it.
    #[arg(long, requires = "period_from")]
    period_to: Option<Day>,
}

fn roubles(text: &str) -> Result<Kopecks, String> {
    let kopecks = imports::map::decimal(text, 2);
    kopecks.map(Kopecks::new).ok_or_else(|| "нужны рубли, как 1234,56".to_owned())
}

pub(super) async fn run(data: &DataArgs, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let app = serve::open_app(data).await?;
    let code = Box::pin(take(&app, args)).await;
    app.db.close().await;
    code
}

/// Takes the file in, and tells what it came to.
async fn take(app: &App, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    match args.kind {
        Kind::Points => tell(args, &Box::pin(points(app, args)).await?, points_tell)?,
        Kind::Statement => tell(args, &Box::pin(statement(app, args)).await?, statement_tell)?,
        Kind::Register => tell(args, &Box::pin(register(app, args)).await?, register_tell)?,
        Kind::Invoice => {
            let report = Box::pin(invoice(app, args)).await?;
            tell(args, &report, invoice_tell)?;
            if report.invoice.is_none() {
                return Ok(ExitCode::FAILURE);
            }
        }
        Kind::Products | Kind::Stock | Kind::Orders | Kind::Bins => {
            tell(args, &import(app, args).await?, import_tell)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The report as JSON if that is wanted, else in words.
fn tell<T: Serialize>(
    args: &ImportArgs,
    report: &T,
    words: fn(&ImportArgs, &T),
) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        words(args, report);
    }
    Ok(())
}

fn bar() -> anyhow::Result<ProgressBar> {
    let template = "{bar:40} {percent}% {pos}/{len} {elapsed}";
    Ok(ProgressBar::new(0).with_style(ProgressStyle::with_template(template)?))
}

/// Moves the bar along with an import.
fn along(bar: &ProgressBar) -> impl FnMut(ImportProgress) + Send {
    move |progress| {
        bar.set_length(progress.lines_total);
        bar.set_position(progress.lines);
    }
}

async fn statement(app: &App, args: &ImportArgs) -> anyhow::Result<StatementReport> {
    let (source, bar) = (Source::File(args.file.clone()), bar()?);
    let request = StatementRequest { source, file: file_name(args) };
    let report =
        statements::run(app, request, None, along(&bar)).await.map_err(|error| in_words(&error))?;
    bar.finish_and_clear();
    Ok(report)
}

fn statement_tell(args: &ImportArgs, report: &StatementReport) {
    for fault in report.faults.iter().take(REFUSALS_SHOWN) {
        let text = fault.text(Language::Russian);
        println!("{}: строка {}: {text}", args.file.display(), fault.line);
    }
    if report.faults_total > REFUSALS_SHOWN {
        println!("… и ещё {} замечаний", report.faults_total - REFUSALS_SHOWN);
    }
    println!(
        "документов {}, новых {}, уже было {}, пропущено {}",
        report.documents, report.created, report.unchanged, report.refused
    );
    for account in &report.accounts {
        let closing = account.closing.map_or("—".to_owned(), Kopecks::to_roubles_text);
        println!("счёт {}: остаток {closing}", account.number);
    }
}

pub(super) async fn import(app: &App, args: &ImportArgs) -> anyhow::Result<ImportReport> {
    let request = request(app, args).await?;
    let bar = bar()?;
    let report =
        imports::run(app, request, None, along(&bar)).await.map_err(|error| in_words(&error))?;
    bar.finish_and_clear();
    Ok(report)
}

fn in_words(error: &impl Fault) -> anyhow::Error {
    let told = crate::fault::Told::from(error);
    anyhow::anyhow!(crate::i18n::fault_text(Language::Russian, told.code, &told.args))
}

async fn register(app: &App, args: &ImportArgs) -> anyhow::Result<RegisterReport> {
    let request = RegisterRequest {
        carrier: args.carrier.clone().context("чей это реестр: --carrier КОД")?,
        source: Source::File(args.file.clone()),
        file: file_name(args),
        number: args.number.clone().unwrap_or_default(),
        day: args.day,
        payment_order: String::new(),
        map: map_of(args),
    };
    let bar = bar()?;
    let report = registers::import(app, request, None, along(&bar))
        .await
        .map_err(|error| in_words(&error))?;
    bar.finish_and_clear();
    Ok(report)
}

fn register_tell(args: &ImportArgs, report: &RegisterReport) {
    refusals_tell(args, &report.refusals);
    let was = if report.is_known { " уже был загружен" } else { "" };
    println!(
        "реестр {}{was}: строк {}, неверных {}, расхождений {}, из них мешают приёму {}",
        report.register, report.lines, report.wrong_rows, report.findings, report.blocking
    );
}

async fn points(app: &App, args: &ImportArgs) -> anyhow::Result<PointsReport> {
    let carrier = args.carrier.clone().context("чьи это пункты: --carrier КОД")?;
    let request = PointsRequest {
        carrier,
        source: Source::File(args.file.clone()),
        file: file_name(args),
        map: map_of(args),
        mode: if args.whole { ImportMode::Whole } else { ImportMode::Rows },
        closing: match (args.replace, args.closes_most) {
            (false, _) => Closing::Named,
            (true, false) => Closing::Plausible,
            (true, true) => Closing::Any,
        },
    };
    imports::points::run(app, request, None).await.map_err(|error| in_words(&error))
}

fn points_tell(args: &ImportArgs, report: &PointsReport) {
    refusals_tell(args, &report.refusals);
    let points = &report.points;
    println!(
        "строк {}, новых {}, изменено {}, без изменений {}, закрыто {}, открыто снова {}, отклонено {}",
        report.rows,
        points.created,
        points.changed,
        points.unchanged,
        points.closed,
        points.reopened,
        report.refusals.len()
    );
}

async fn invoice(app: &App, args: &ImportArgs) -> anyhow::Result<InvoiceReport> {
    let told = &args.invoice;
    let request = InvoiceRequest {
        carrier: args.carrier.clone().context("чей это счёт: --carrier КОД")?,
        source: Source::File(args.file.clone()),
        file: file_name(args),
        map: map_of(args),
        number: args.number.clone().context("номер счёта: --number НОМЕР")?,
        day: args.day.context("дата счёта: --day ГГГГ-ММ-ДД")?,
        period: told.period_from.zip(told.period_to),
        total: told.total,
        vat: told.vat,
        discount: told.discount.unwrap_or_default(),
    };
    let bar = bar()?;
    let report = imports::invoices::run(app, request, None, along(&bar))
        .await
        .map_err(|error| in_words(&error))?;
    bar.finish_and_clear();
    Ok(report)
}

fn invoice_tell(args: &ImportArgs, report: &InvoiceReport) {
    refusals_tell(args, &report.refusals);
    let known = if report.is_known { ", уже был" } else { "" };
    match (report.invoice, report.state) {
        (Some(id), Some(state)) => println!("счёт {id}: строк {}, {state}{known}", report.rows),
        _ => println!("счёт не загружен: неверных строк {}", report.refused),
    }
}

fn file_name(args: &ImportArgs) -> String {
    args.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The column map as it was told, or from the file that was named.
fn map_of(args: &ImportArgs) -> String {
    match std::fs::read_to_string(&args.map) {
        Ok(text) if !args.map.is_empty() => text,
        _ => args.map.clone(),
    }
}

/// Finds whose file it is, and where the goods are.
pub(super) async fn request(app: &App, args: &ImportArgs) -> anyhow::Result<ImportRequest> {
    let (owner, create_owner) = (args.owner.clone(), args.create_owner);
    let (warehouse, now) = (args.warehouse.clone(), app.clock.now());
    let work = async move |tx: &mut Tx| {
        let ctx = Ctx::system(now);
        let owner = match &owner {
            Some(code) => owner_of(tx, &ctx, code, create_owner).await?,
            None => None,
        };
        Ok::<_, CatalogError>((owner, warehouse_of(tx, &ctx, warehouse.as_deref()).await?))
    };
    let (found, warehouse) = app.db.write(work).await?;
    if let (None, Some(code)) = (found, &args.owner) {
        anyhow::bail!("магазина с кодом {code} нет: проверьте код или добавьте --create-owner");
    }
    if let (None, Some(code)) = (warehouse, &args.warehouse) {
        anyhow::bail!("склада с кодом {code} нет");
    }
    Ok(ImportRequest {
        kind: match args.kind {
            Kind::Products => ImportKind::Products,
            Kind::Stock => ImportKind::Stock,
            Kind::Orders => ImportKind::Orders,
            Kind::Bins => ImportKind::Bins,
            Kind::Points | Kind::Register | Kind::Statement | Kind::Invoice => {
                anyhow::bail!("пункты выдачи, реестры, выписки и счета загружаются без магазина")
            }
        },
        source: Source::File(args.file.clone()),
        file: file_name(args),
        owner: found,
        warehouse,
        map: map_of(args),
        new_products: if args.create_products { NewProducts::Create } else { NewProducts::Refuse },
        mode: if args.whole { ImportMode::Whole } else { ImportMode::Rows },
    })
}

async fn owner_of(
    tx: &mut Tx,
    ctx: &Ctx,
    code: &str,
    create: bool,
) -> Result<Option<OwnerId>, CatalogError> {
    if let Some(owner) = catalog::owner_by_code(tx, code).await? {
        return Ok(Some(owner.id));
    }
    if !create {
        return Ok(None);
    }
    let new = NewOwner {
        code: code.to_owned(),
        name: code.to_owned(),
        inn: None,
        order_policy: OrderPolicy::Partial,
    };
    Ok(Some(catalog::owner_create(tx, ctx, &new).await?.id))
}

/// The warehouse of this code, or the oldest. A new installation gets its first one.
async fn warehouse_of(
    tx: &mut Tx,
    ctx: &Ctx,
    code: Option<&str>,
) -> Result<Option<WarehouseId>, CatalogError> {
    let all = catalog::warehouse_list(tx, WarehouseId::from_uuid(uuid::Uuid::nil()), 500).await?;
    let found = match code {
        Some(code) => all.iter().find(|warehouse| warehouse.code == code),
        None => all.first(),
    };
    match (found, code) {
        (Some(warehouse), _) => Ok(Some(warehouse.id)),
        (None, Some(_)) => Ok(None),
        (None, None) => {
            Ok(Some(catalog::warehouse_create(tx, ctx, "MAIN", "Основной склад").await?.id))
        }
    }
}

fn import_tell(args: &ImportArgs, report: &ImportReport) {
    refusals_tell(args, &report.refusals);
    println!(
        "строк {}, создано {}, уже было {}, новых товаров {}, отклонено {}",
        report.rows,
        report.created,
        report.unchanged,
        report.products_created,
        report.refusals.len()
    );
}

fn refusals_tell(args: &ImportArgs, refusals: &[Refusal]) {
    for refusal in refusals.iter().take(REFUSALS_SHOWN) {
        let column = refusal.column.as_deref().unwrap_or("-");
        let text = refusal.text(Language::Russian);
        println!("{}: строка {}, столбец {column}: {text}", args.file.display(), refusal.line);
    }
    if refusals.len() > REFUSALS_SHOWN {
        println!("… и ещё {} отклонённых строк", refusals.len() - REFUSALS_SHOWN);
    }
}
