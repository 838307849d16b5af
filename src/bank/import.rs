//! Statements into the database: some hundred documents at a time become one transaction.
//!
//! The file is read twice: once for what it says of accounts, once for its documents.
//!
//! **Invariant:** an import that was broken off is finished by repeating it, and a file that comes again
//! adds nothing.

use std::collections::HashSet;
use std::io::BufRead;

use serde::Serialize;
use serde_json::json;

use super::books::{Books, Part};
use super::format::{Fault, FaultCode, Item, Reader, Section, SectionKind, encoding_of, is_key};
use super::model::BankAccountRow;
use super::service::{self, Leg};
use super::statement::{self, Balance};
use super::store::StatementKept;
use super::{BankError, store};
use crate::app::App;
use crate::commands::{Command, Ctx, body_hash, command_insert};
use crate::db::{DbError, Tx};
use crate::ids::{BankAccountId, BankStatementId, UserId, new_uuid};
use crate::imports::table::Survey;
use crate::imports::{ImportError, ImportProgress, Source};
use crate::reconciliation;
use crate::units::{Day, Kopecks};

const BATCH_DOCUMENTS: usize = 500;
/// So many faults of a file are told and kept; all are counted.
const FAULTS_MAX: usize = 200;
/// More accounts than an operator has.
const ACCOUNTS_MAX: i64 = 500;

/// A statement that is to be taken in.
#[derive(Debug, Clone)]
pub struct StatementRequest {
    pub source: Source,
    /// How the file is called in messages.
    pub file: String,
}

/// What a file came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StatementReport {
    /// Documents in the file.
    pub documents: i64,
    pub created: i64,
    /// Those that were there already.
    pub unchanged: i64,
    /// Documents that could not be used.
    pub refused: i64,
    pub accounts: Vec<AccountReport>,
    /// The first of them.
    pub faults: Vec<Fault>,
    pub faults_total: usize,
}

/// What a file says of one account.
#[derive(Debug, Clone, Serialize)]
pub struct AccountReport {
    pub account: BankAccountId,
    pub number: String,
    pub statement: BankStatementId,
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub opening: Option<Kopecks>,
    pub closing: Option<Kopecks>,
    /// Documents of the account in the file, new ones or not.
    pub documents: i64,
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    shown: Vec<Fault>,
    total: usize,
}

impl Faults {
    pub(super) fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.total += 1;
            if self.shown.len() < FAULTS_MAX {
                self.shown.push(fault);
            }
        }
    }
}

/// A file, line by line.
struct Lines {
    text: Box<dyn BufRead + Send>,
    /// Nothing when the file was read to its end.
    reader: Option<Reader>,
    buffer: String,
    file: String,
    count: u64,
}

impl Lines {
    fn open(request: &StatementRequest, survey: &Survey) -> Result<Self, ImportError> {
        let text = request.source.text(survey, |head| encoding_of(head).codec())?;
        let (reader, buffer) = (Some(Reader::default()), String::new());
        Ok(Self { text, reader, buffer, file: request.file.clone(), count: 0 })
    }

    /// What the next line came to; nothing at the end.
    fn next(&mut self) -> Result<Option<Vec<Item>>, ImportError> {
        self.buffer.clear();
        let failed = |why: std::io::Error| {
            let (file, why) = (self.file.clone(), why.to_string());
            ImportError::Unreadable { file, why }
        };
        let mut items = Vec::new();
        let is_over = self.text.read_line(&mut self.buffer).map_err(failed)? == 0;
        match &mut self.reader {
            None => return Ok(None),
            Some(_) if is_over => {
                if let Some(reader) = self.reader.take() {
                    reader.finish(|item| items.push(item));
                }
            }
            Some(reader) => {
                self.count += 1;
                reader.push(&self.buffer, |item| items.push(item));
            }
        }
        Ok(Some(items))
    }
}

/// What a file says but for its documents.
#[derive(Debug, Default)]
pub(super) struct Overview {
    /// Accounts that it is about, in its order.
    pub(super) numbers: Vec<String>,
    pub(super) balances: Vec<Balance>,
    pub(super) faults: Faults,
}

fn overview(request: &StatementRequest, survey: &Survey) -> Result<Overview, BankError> {
    let mut lines = Lines::open(request, survey)?;
    let mut overview = Overview::default();
    let (mut from, mut to) = (None, None);
    while let Some(items) = lines.next()? {
        for item in items {
            let mut faults = Vec::new();
            match item {
                Item::Fault(fault) if fault.code == FaultCode::NotExchange => {
                    return Err(BankError::FileNotExchange { file: request.file.clone() });
                }
                Item::Fault(fault) => faults.push(fault),
                Item::Head(field) if is_key(&field.key, "РасчСчет") => {
                    overview.numbers.push(statement::plain(&field.value));
                }
                Item::Head(field) if is_key(&field.key, "ДатаНачала") => {
                    from = statement::day(&field.value);
                }
                Item::Head(field) if is_key(&field.key, "ДатаКонца") => {
                    to = statement::day(&field.value);
                }
                Item::Section(section) if section.kind == SectionKind::Account => {
                    if let Some(balance) = statement::balance(&section, &mut faults) {
                        overview.numbers.push(balance.account.clone());
                        overview.balances.push(balance);
                    }
                }
                Item::Head(_) | Item::Section(_) => {}
            }
            overview.faults.add(faults);
        }
    }
    for balance in &mut overview.balances {
        balance.from = balance.from.or(from);
        balance.to = balance.to.or(to);
    }
    let mut seen = HashSet::new();
    overview.numbers.retain(|number| !number.is_empty() && seen.insert(number.clone()));
    Ok(overview)
}

/// Takes a statement in for `actor`, or for the operator at the command line.
pub async fn run(
    app: &App,
    request: StatementRequest,
    actor: Option<UserId>,
    mut progress: impl FnMut(ImportProgress) + Send,
) -> Result<StatementReport, BankError> {
    let survey = request.source.survey(&request.file)?;
    let mut overview = overview(&request, &survey)?;
    let none = BankAccountId::from_uuid(uuid::Uuid::nil());
    let list = async move |tx: &mut Tx| store::account_list(tx, none, ACCOUNTS_MAX).await;
    let ours: Vec<BankAccountRow> = app.db.read::<_, DbError, _>(list).await?;
    let mut books = Books::new(&request, &mut overview, ours)?;
    let command = command(&request, &survey, actor);
    begin(app, &request, &survey, &command, &mut books).await?;

    let mut report = StatementReport::default();
    let mut lines = Lines::open(&request, &survey)?;
    let mut legs = Vec::new();
    while let Some(items) = lines.next()? {
        for item in items {
            if let Item::Section(section) = item
                && section.kind == SectionKind::Document
            {
                report.documents += 1;
                let found = document(&section, &mut books, &mut overview.faults);
                report.refused += i64::from(found.is_empty());
                legs.extend(found);
            }
        }
        if legs.len() >= BATCH_DOCUMENTS {
            take(app, &command, std::mem::take(&mut legs), &mut report).await?;
            progress(ImportProgress { lines: lines.count, lines_total: survey.lines });
        }
    }
    take(app, &command, legs, &mut report).await?;
    finish(app, &command, books, overview.faults, &mut report).await?;
    progress(ImportProgress { lines: survey.lines, lines_total: survey.lines });
    Ok(report)
}

/// The document as our accounts see it, and what is wrong with it.
fn document(section: &Section, books: &mut Books, faults: &mut Faults) -> Vec<Leg> {
    let mut found = Vec::new();
    let payment = statement::payment(section, &mut found);
    let mut legs = Vec::new();
    if let Some(payment) = payment {
        let places = books.legs(&payment);
        if places.is_empty() {
            let line = payment.line;
            found.push(Fault::new(line, "ПлательщикСчет", FaultCode::NotOurs, &payment.number));
        }
        for (place, direction) in places {
            let (key, booked_on) = if direction.is_incoming() {
                ("ДатаПоступило", payment.credited_on)
            } else {
                ("ДатаСписано", payment.debited_on)
            };
            if booked_on.is_none() {
                // Without balances it may be no more than an order to pay.
                let is_left_out = books.parts[place].balances.is_empty();
                let code = if is_left_out {
                    FaultCode::BookedDayMissing
                } else {
                    FaultCode::BookedDayTaken
                };
                found.push(Fault::new(payment.line, key, code, &payment.number));
                if is_left_out {
                    continue;
                }
            }
            legs.push(books.leg((place, direction), &payment));
        }
    }
    faults.add(found);
    legs
}

fn command(request: &StatementRequest, survey: &Survey, actor: Option<UserId>) -> Command {
    Command {
        scope: new_uuid(),
        key: "import".to_owned(),
        action: "bank_statement_import",
        body_hash: body_hash(&request.file),
        request: Some(json!({ "file": request.file, "sha256": hex::encode(survey.hash) })),
        actor,
        device: None,
        owner: None,
    }
}

/// Keeps the statements and, if they are the earliest, what their accounts were opened with.
async fn begin(
    app: &App,
    request: &StatementRequest,
    survey: &Survey,
    command: &Command,
    books: &mut Books,
) -> Result<(), BankError> {
    let ctx = Ctx::new(command, app.clock.now());
    let hash = survey.hash;
    let mut rows = Vec::new();
    for part in &books.parts {
        rows.push((part.row(request, &ctx), part.from().zip(part.opening())));
    }
    let work = async move |tx: &mut Tx| {
        let mut kept = Vec::new();
        for (row, opening) in &rows {
            kept.push(store::statement_insert(tx, row, &hash).await?);
            if let Some(opening) = opening {
                service::account_opening(tx, &ctx, row.account, *opening).await?;
            }
        }
        Ok(kept)
    };
    let kept = app.db.write::<Vec<StatementKept>, BankError, _>(work).await?;
    for (part, kept) in books.parts.iter_mut().zip(kept) {
        part.statement = kept.id;
        part.is_broken_off = kept.is_broken_off;
    }
    Ok(())
}

async fn take(
    app: &App,
    command: &Command,
    legs: Vec<Leg>,
    report: &mut StatementReport,
) -> Result<(), BankError> {
    let ctx = Ctx::new(command, app.clock.now());
    let count = i64::try_from(legs.len()).unwrap_or(i64::MAX);
    let work = async move |tx: &mut Tx| service::documents_take(tx, &ctx, &legs).await;
    let created = app.db.write::<u64, BankError, _>(work).await?;
    let created = i64::try_from(created).unwrap_or(i64::MAX);
    report.created += created;
    report.unchanged += count - created;
    Ok(())
}

/// Compares the books with what the bank says, and writes the line of the audit trail.
async fn finish(
    app: &App,
    command: &Command,
    books: Books,
    mut faults: Faults,
    report: &mut StatementReport,
) -> Result<(), BankError> {
    for part in &books.parts {
        faults.add(part.check());
        faults.add(compare(app, part).await?);
        report.accounts.push(AccountReport {
            account: part.account.id,
            number: part.account.number.clone(),
            statement: part.statement,
            from: part.from(),
            to: part.to(),
            opening: part.opening(),
            closing: part.closing(),
            documents: part.documents,
        });
    }
    let (command, ctx) = (command.clone(), Ctx::new(command, app.clock.now()));
    let parts: Vec<_> = books.parts.iter().map(|part| (part.statement, part.documents)).collect();
    let (warnings, created) = (json!(faults.shown), report.created);
    // Of one that broke off, all documents may be there and nothing of what follows from them.
    let is_news = created > 0 || books.parts.iter().any(|part| part.is_broken_off);
    let work = async move |tx: &mut Tx| {
        for (statement, documents) in &parts {
            let told = (*documents, warnings.clone());
            store::statement_finish(tx, *statement, told, ctx.now).await?;
        }
        if is_news {
            let counts = json!({ "created": created });
            command_insert(tx, &command, &ctx, None, &counts).await?;
            let subject = parts.first().map(|(id, _)| id.to_string()).unwrap_or_default();
            reconciliation::queue(tx, &ctx, &subject).await?;
        }
        Ok(())
    };
    app.db.write::<(), BankError, _>(work).await?;
    report.faults_total = faults.total;
    report.faults = faults.shown;
    Ok(())
}

/// What our books have at the end of the statement, if it is not what the bank has.
async fn compare(app: &App, part: &Part) -> Result<Option<Fault>, BankError> {
    let (Some(closing), Some(to)) = (part.closing(), part.to()) else { return Ok(None) };
    let account = part.account.id;
    let work = async move |tx: &mut Tx| {
        let opened = store::account_find(tx, account).await?.map(|row| row.opened_kopecks);
        let moved = store::booked(tx, account, to).await?;
        opened.unwrap_or_default().checked_add(moved).map_err(|_| BankError::SumTooBig)
    };
    let books = app.db.read::<Kopecks, BankError, _>(work).await?;
    let line = part.balances.last().map_or(0, |one| one.line);
    Ok((books != closing).then(|| {
        statement::differs(line, "КонечныйОстаток", FaultCode::BooksDiffer, (closing, books))
    }))
}
