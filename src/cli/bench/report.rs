//! An agent's report of very many parcels: drawn up, approved, read and printed.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::peak_memory_kib;
use crate::access::Scope;
use crate::agency::{self, AgencyError, AgencyTermsIn, Report, papers};
use crate::app::App;
use crate::bank::payment_order::Requisites;
use crate::cli::serve;
use crate::commands::Ctx;
use crate::config::DataArgs;
use crate::db::Tx;
use crate::ids::{CodRegisterId, OwnerId, UserId};
use crate::sandbox::on_the_way::{self, OnTheWay};
use crate::units::{Day, Kopecks};

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// Parcels whose money came in.
    #[arg(long, default_value_t = 100_000)]
    parcels: usize,
}

fn terms(from: Day) -> AgencyTermsIn {
    AgencyTermsIn {
        valid_from: from,
        contract_number: "А-1".to_owned(),
        contract_day: from,
        agent_name: "ООО «Склад»".to_owned(),
        agent_inn: "7707083893".to_owned(),
        fee_bp: 250,
        fee_minimum_kopecks: Kopecks::new(5_000),
        set_off: true,
        advance: false,
        payout_minimum_kopecks: Kopecks::ZERO,
        payee: Requisites {
            name: "ООО «Магазин»".to_owned(),
            inn: "7736050003".to_owned(),
            kpp: Some("773601001".to_owned()),
            account: "40702810400000000225".to_owned(),
            bank_name: "ПАО «Банк»".to_owned(),
            bic: "044525225".to_owned(),
            corr_account: "30101810400000000225".to_owned(),
        },
    }
}

/// A shop with a contract, and so many parcels whose money the bank has.
async fn shop(app: &App, parcels: usize, day: Day) -> anyhow::Result<OwnerId> {
    let id = crate::ids::new_uuid().simple().to_string();
    let tag = &id[20..];
    let warehouse = on_the_way::warehouse(app).await?;
    let owner = on_the_way::shop(app, &format!("shop-{tag}")).await?;
    let route = on_the_way::route(app, warehouse, owner, on_the_way::CARRIER).await?;
    let cod = |index: usize| 50_000 + i64::try_from(index % 1_000).unwrap_or(0) * 137;
    let news: Vec<OnTheWay> = (0..parcels)
        .map(|index| OnTheWay::new(format!("{tag}-{index:06}")).with_cod(cod(index)))
        .collect();
    on_the_way::send(app, &route, &news, app.clock.now()).await?;
    on_the_way::bring(app, owner, CodRegisterId::new(), day).await?;
    let ctx = Ctx::system(app.clock.now());
    let work =
        async move |tx: &mut Tx| agency::terms_set(tx, &ctx, owner, &terms(day)).await.map(drop);
    app.db.write::<(), AgencyError, _>(work).await?;
    Ok(owner)
}

/// Somebody's command.
fn by_somebody(app: &App) -> Ctx {
    Ctx { actor: Some(UserId::new()), ..Ctx::system(app.clock.now()) }
}

async fn drawn_up(app: &App, owner: OwnerId, day: Day) -> anyhow::Result<(Report, Duration)> {
    let ctx = by_somebody(app);
    let started = Instant::now();
    let work = async move |tx: &mut Tx| agency::draft(tx, &ctx, owner, (day, day)).await;
    let report = app.db.write::<Report, AgencyError, _>(work).await?;
    Ok((report, started.elapsed()))
}

async fn approved(app: &App, draft: &Report) -> anyhow::Result<(Report, Duration)> {
    let (id, made_at, ctx) = (draft.id, draft.made_at, by_somebody(app));
    let started = Instant::now();
    let work = async move |tx: &mut Tx| agency::approve(tx, &ctx, id, made_at).await;
    let report = app.db.write::<Report, AgencyError, _>(work).await?;
    Ok((report, started.elapsed()))
}

pub(super) async fn run(data: &DataArgs, args: &ReportArgs) -> anyhow::Result<Value> {
    let app = serve::open_app(data).await?;
    let day = app.clock.now().moscow_day();
    let started = Instant::now();
    let owner = shop(&app, args.parcels, day).await?;
    let made = started.elapsed();
    let (draft, drawing) = drawn_up(&app, owner, day).await?;
    anyhow::ensure!(draft.line_count == i64::try_from(args.parcels)?, "{}", draft.line_count);
    let (report, approving) = approved(&app, &draft).await?;
    let started = Instant::now();
    let pdf = papers::pdf(&app, Scope::All, report.id).await?.1.len();
    let pdf_took = started.elapsed();
    let started = Instant::now();
    let xlsx = papers::workbook(&app, Scope::All, report.id).await?.1.len();
    let xlsx_took = started.elapsed();
    let engine = app.db.dialect();
    app.db.close().await;
    Ok(json!({
        "bench": "report",
        "engine": format!("{engine:?}").to_lowercase(),
        "parcels": args.parcels,
        "made_ms": made.as_millis(),
        "draft_ms": drawing.as_millis(),
        "approve_ms": approving.as_millis(),
        "pdf_ms": pdf_took.as_millis(),
        "pdf_bytes": pdf,
        "xlsx_ms": xlsx_took.as_millis(),
        "xlsx_bytes": xlsx,
        "peak_memory_kib": peak_memory_kib(),
    }))
}
