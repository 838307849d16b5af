//! Money at its largest: a register imported, compared, listed and accepted; a bank statement; a page of an
//! account over which millions of transfers went.
//!
//! The fixture goes through the same services as the real thing, some thousand rows at a time.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use super::{PerCent, memory_kib, micros, per_second, quiet_doors};
use crate::app::App;
use crate::bank::import::StatementRequest;
use crate::bank::{self, BankAccountIn};
use crate::cli::serve::{self, Server};
use crate::commands::Ctx;
use crate::config::DataArgs;
use crate::db::Tx;
use crate::imports::Source;
use crate::integrity;
use crate::money::{self, Account, MoneyError, Posting, TransferReason};
use crate::registers::{self, RegisterError, RegisterReport, RegisterRequest};
use crate::sandbox::client::ApiClient;
use crate::sandbox::ground;
use crate::sandbox::on_the_way::{self, OnTheWay, Route};
use crate::units::{Day, Kopecks};

const CARRIER: &str = "cdek";
const PART: usize = 5_000;
/// One line of so many says another sum, and one is about a parcel of nobody.
const FAULT_EVERY: usize = 1_000;
const COD: i64 = 150_000;
const OURS: &str = "40702810400000000225";
const THEIRS: &str = "40702810500000000002";
const BIC: &str = "044525225";
/// Carriers whose settlements the transfers go over.
const ACCOUNTS: usize = 64;
const DAYS: usize = 300;
const PAGES: usize = 50;
const PAGE_LINES: usize = 100;

#[derive(Debug, Args)]
pub(in crate::cli) struct MoneyArgs {
    /// Lines of the register; each has a parcel.
    #[arg(long, default_value_t = 100_000)]
    lines: usize,
    /// Documents of the bank statement.
    #[arg(long, default_value_t = 100_000)]
    documents: usize,
    /// Transfers of the ledger before a page of a statement is read.
    #[arg(long, default_value_t = 1_000_000)]
    transfers: usize,
}

pub(super) async fn run(data: &DataArgs, args: &MoneyArgs) -> anyhow::Result<Value> {
    let server = serve::start(data, &quiet_doors()?).await?;
    let ground = ground::build(&server.app).await?;
    let token = ground::administrator(&server.app, &ground).await?;
    let client = ApiClient::new(&format!("http://{}", server.http), &token);
    let mut figures = json!({
        "bench": "money",
        "engine": format!("{:?}", server.app.db.dialect()).to_lowercase(),
    });
    if args.lines > 0 {
        figures["register"] = register(&server.app, &client, args.lines).await?;
    }
    if args.documents > 0 {
        figures["statement"] = statement(&server.app, args.documents).await?;
    }
    if args.transfers > 0 {
        figures["page"] = page(&server, &client, args.transfers).await?;
    }
    let started = Instant::now();
    let report = integrity::verify(&server.app.db).await?;
    figures["verified_ms"] = json!(started.elapsed().as_millis());
    server.stop().await;
    anyhow::ensure!(report.differences.is_empty(), "verify found {:?}", report.differences);
    Ok(figures)
}

/// The most memory since the last look, where the system tells.
fn peak_since() -> Option<u64> {
    let peak = memory_kib(std::process::id(), "VmHWM:");
    // Forgets the highest mark; where that is not allowed, figures are those of the whole run.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    peak
}

/// A file that is gone in the end.
struct Passing(PathBuf);

impl Passing {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("ambar_bench_{}_{name}", std::process::id())))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

async fn register(app: &App, client: &ApiClient, lines: usize) -> anyhow::Result<Value> {
    let file = Passing::new("register.csv");
    let started = Instant::now();
    let day = parcels(app, lines, &file.0).await?;
    let prepared = started.elapsed();
    peak_since();
    let started = Instant::now();
    let report = import(app, &file.0).await?;
    let imported = started.elapsed();
    let path = format!("/v1/registers/{}", report.register);
    let started = Instant::now();
    let listed = client.get(&format!("{path}/findings?limit=500")).await?;
    let book = client.download(&format!("{path}/findings.xlsx")).await?;
    let reported = started.elapsed();
    let import_peak = peak_since();
    let found = listed["items"].as_array().map_or(0, Vec::len);
    let started = Instant::now();
    let again = import(app, &file.0).await?;
    let imported_again = started.elapsed();
    anyhow::ensure!(again.is_known, "the same register was taken in twice");
    decide(app, &report).await?;
    peak_since();
    let started = Instant::now();
    let ctx = Ctx::system(app.clock.now());
    let register = report.register;
    let accept = async move |tx: &mut Tx| registers::accept(tx, &ctx, register).await;
    let accepted = app.db.write::<_, RegisterError, _>(accept).await?;
    let accept_took = started.elapsed();
    Ok(json!({
        "lines": report.lines,
        "day": day,
        "state": accepted.state,
        "findings": report.findings,
        "prepared_ms": prepared.as_millis(),
        "imported_ms": imported.as_millis(),
        "lines_per_second": per_second(lines, imported),
        "reported_ms": reported.as_millis(),
        "listed": found,
        "workbook_bytes": book.len(),
        "imported_again_ms": imported_again.as_millis(),
        "import_peak_memory_kib": import_peak,
        "accepted_ms": accept_took.as_millis(),
        "accept_peak_memory_kib": peak_since(),
    }))
}

/// Parcels on their way, and the carrier's register of them in a file.
async fn parcels(app: &App, lines: usize, path: &Path) -> anyhow::Result<Day> {
    let warehouse = on_the_way::warehouse(app).await?;
    let tag = crate::ids::new_uuid().simple().to_string();
    let owner = on_the_way::shop(app, &format!("bench-{}", &tag[20..])).await?;
    let route: Route = on_the_way::route(app, warehouse, owner, CARRIER).await?;
    let now = app.clock.now();
    let day = now.moscow_day();
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(
        file,
        "Номер отправления;Номер заказа ИМ;Дата вручения;Сумма НП;Способ оплаты;Вознаграждение;К перечислению"
    )?;
    for first in (0..lines).step_by(PART) {
        let part = first..(first + PART).min(lines);
        let news: Vec<OnTheWay> = part
            .map(|index| OnTheWay::new(format!("{}-{index:07}", &tag[20..])).with_cod(COD))
            .collect();
        on_the_way::send(app, &route, &news, now).await?;
        for (index, new) in (first..).zip(&news) {
            let (track, sum) = match index % FAULT_EVERY {
                7 => (new.track.as_str(), "1 499,00"),
                8 => ("НЕИЗВЕСТНО", "1 500,00"),
                _ => (new.track.as_str(), "1 500,00"),
            };
            let net = if sum == "1 500,00" { "1 455,00" } else { "1 454,00" };
            writeln!(file, "{track};{};{day};{sum};карта;45,00;{net}", new.order_number)?;
        }
    }
    file.flush()?;
    Ok(day)
}

async fn import(app: &App, path: &Path) -> anyhow::Result<RegisterReport> {
    let request = RegisterRequest {
        carrier: CARRIER.to_owned(),
        source: Source::File(path.to_owned()),
        file: "register.csv".to_owned(),
        number: String::new(),
        day: None,
        payment_order: String::new(),
        map: String::new(),
    };
    Ok(Box::pin(registers::import(app, request, None, |_| {})).await?)
}

/// A person looked through what blocks.
async fn decide(app: &App, report: &RegisterReport) -> anyhow::Result<()> {
    use registers::{FindingKind, Resolution};
    let ctx = Ctx::system(app.clock.now());
    let register = report.register;
    let decisions = [
        (FindingKind::AmountDiffers, Resolution::AcceptAmount),
        (FindingKind::ParcelUnknown, Resolution::IgnoreLine),
    ];
    for (kind, resolution) in decisions {
        let work = async move |tx: &mut Tx| {
            let decided = (resolution, "измерение");
            registers::resolve_kind(tx, &ctx, register, kind, decided).await
        };
        app.db.write::<_, RegisterError, _>(work).await?;
    }
    Ok(())
}

async fn statement(app: &App, documents: usize) -> anyhow::Result<Value> {
    let input = BankAccountIn {
        number: OURS.to_owned(),
        bic: BIC.to_owned(),
        bank_name: "ПАО БАНК".to_owned(),
        corr_account: "30101810400000000225".to_owned(),
        name: "ООО «Оператор»".to_owned(),
        inn: "7707083893".to_owned(),
        kpp: None,
        active: true,
    };
    let ctx = Ctx::system(app.clock.now());
    let work = async move |tx: &mut Tx| bank::account_create(tx, &ctx, &input).await;
    app.db.write(work).await?;
    let file = Passing::new("statement.txt");
    statement_file(&file.0, documents)?;
    let take = async || {
        let source = Source::File(file.0.clone());
        let request = StatementRequest { source, file: "statement.txt".to_owned() };
        let started = Instant::now();
        let report = Box::pin(bank::import::run(app, request, None, |_| {})).await?;
        anyhow::Ok((report, started.elapsed()))
    };
    peak_since();
    let (report, took) = take().await?;
    let peak = peak_since();
    let (again, again_took) = take().await?;
    anyhow::ensure!(again.created == 0, "{} documents were taken twice", again.created);
    Ok(json!({
        "documents": report.documents,
        "created": report.created,
        "faults": report.faults_total,
        "took_ms": took.as_millis(),
        "documents_per_second": per_second(documents, took),
        "again_ms": again_took.as_millis(),
        "peak_memory_kib": peak,
    }))
}

/// A month of receipts of 100 roubles.
fn statement_file(path: &Path, documents: usize) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let sum = documents * 100;
    write!(
        file,
        "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nДатаНачала=01.10.2026\n\
         ДатаКонца=31.10.2026\nРасчСчет={OURS}\nСекцияРасчСчет\nДатаНачала=01.10.2026\n\
         ДатаКонца=31.10.2026\nРасчСчет={OURS}\nНачальныйОстаток=0.00\nВсегоПоступило={sum}.00\n\
         ВсегоСписано=0.00\nКонечныйОстаток={sum}.00\nКонецРасчСчет\n"
    )?;
    for index in 0..documents {
        let day = index % 31 + 1;
        write!(
            file,
            "СекцияДокумент=Платежное поручение\nНомер={}\nДата={day:02}.10.2026\nСумма=100.00\n\
             ПлательщикСчет={THEIRS}\nПлательщик=ООО «Курьер»\nПлательщикИНН=7722327689\n\
             ПлательщикБИК={BIC}\nПолучательСчет={OURS}\nДатаПоступило={day:02}.10.2026\n\
             Получатель=ООО «Оператор»\nПолучательИНН=7707083893\nПолучательБИК={BIC}\n\
             НазначениеПлатежа=По реестру № {index} от {day:02}.10.2026. НДС не облагается\n\
             КонецДокумента\n",
            index + 1
        )?;
    }
    writeln!(file, "КонецФайла")?;
    Ok(file.flush()?)
}

/// Fills the ledger, and reads pages of one account from its beginning to its end.
async fn page(server: &Server, client: &ApiClient, transfers: usize) -> anyhow::Result<Value> {
    let started = Instant::now();
    fill(&server.app, transfers).await?;
    let prepared = started.elapsed();
    let accounts = client.get("/v1/money/accounts?kind=agent_fee").await?;
    let account = accounts["items"][0]["id"].as_str().context("the fee has an account")?;
    let path = format!(
        "/v1/money/accounts/{account}/statement?from=2025-01-01&to=2025-12-31&limit={PAGE_LINES}"
    );
    let mut took: Vec<Duration> = Vec::with_capacity(PAGES);
    let mut after = String::new();
    for number in 0..PAGES {
        let started = Instant::now();
        let page = client.get(&format!("{path}{after}")).await?;
        took.push(started.elapsed());
        // From the second page on in the midst of the span: what is read there is not at hand.
        let month = number % 12 + 1;
        let other = client
            .get(&format!(
                "/v1/money/accounts/{account}/statement?from=2025-{month:02}-05&to=2025-12-31&limit=1"
            ))
            .await?;
        let next = other["next"].as_str().or(page["next"].as_str());
        after = next.map(|next| format!("&after={next}")).unwrap_or_default();
    }
    took.sort_unstable();
    Ok(json!({
        "transfers": transfers,
        "prepared_ms": prepared.as_millis(),
        "pages": took.len(),
        "lines_of_page": PAGE_LINES,
        "page_p50_us": micros(&took, PerCent(50)),
        "page_p99_us": micros(&took, PerCent(99)),
    }))
}

/// All transfers go over one account, from many others.
async fn fill(app: &App, transfers: usize) -> anyhow::Result<()> {
    let first: Day = "2025-01-01".parse()?;
    let ctx = Ctx::system(app.clock.now());
    for from in (0..transfers).step_by(PART) {
        let posting = move |index: usize| {
            let carrier = Account::CarrierSettlement(format!("bench-{}", index % ACCOUNTS));
            let amount = Kopecks::new(100 + i64::try_from(index % 1_000).unwrap_or(0));
            let days = u64::try_from(index * DAYS / transfers).unwrap_or(0);
            let sides = (carrier, Account::AgentFee);
            Posting::new(TransferReason::Correction, sides, amount, first.plus_days(days))
        };
        let part: Vec<Posting> = (from..(from + PART).min(transfers)).map(posting).collect();
        let work = async move |tx: &mut Tx| money::post(tx, &ctx, &part).await;
        app.db.write::<(), MoneyError, _>(work).await?;
    }
    Ok(())
}
