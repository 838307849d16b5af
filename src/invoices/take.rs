//! Taking an invoice in: its lines are written in parts, and compared as they are written.

use std::collections::{BTreeSet, HashMap};

use super::compare::{aliases, compared, findings};
use super::model::{ExceptionKind, Finding, Invoice, InvoiceState, Known, LineRow};
use super::store::{self, Match, Matcher};
use super::{InvoiceError, service};
use crate::app::App;
use crate::carriers::model::{CarrierInvoice, InvoiceLine};
use crate::commands::{Command, Ctx, body_hash, command_insert};
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{CarrierInvoiceId, ParcelId, UserId, new_uuid};
use crate::imports::ImportProgress;
use crate::units::{Day, Grams, Kopecks};

/// So many lines are compared at once.
pub(super) const LINES_PER_PART: usize = 500;
/// An invoice is accepted in one transaction.
pub const LINES_MAX: i64 = 100_000;
const TEXT_MAX: usize = 200;
const NUMBER_MAX: usize = 100;
/// Why an invoice is rejected whose import broke off before the corrected one came.
const ABANDONED: &str = "import_abandoned";
/// Ten milliard roubles: beyond it somebody has mistyped.
const KOPECKS_MAX: i64 = 1_000_000_000_000;

/// An invoice that came.
#[derive(Debug, Clone)]
pub struct Taking {
    pub carrier: String,
    /// How the file is called; empty where there was none.
    pub file: String,
    pub invoice: CarrierInvoice,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub invoice: Invoice,
    /// It was there before, whatever the file.
    pub is_known: bool,
}

/// Takes an invoice in for `actor`, or for the operator at the command line. One that was taken in
/// before is answered as it is; one that broke off goes on. `progress` is told after each part.
pub async fn take(
    app: &App,
    taking: Taking,
    actor: Option<UserId>,
    mut progress: impl FnMut(ImportProgress) + Send,
) -> Result<Taken, InvoiceError> {
    check(&taking, app.clock.now().moscow_day())?;
    let (invoice, is_known) = open(app, &taking, actor).await?;
    if invoice.state != InvoiceState::Loading {
        return Ok(Taken { invoice, is_known });
    }
    let id = invoice.id;
    let count = |lines: usize| u64::try_from(lines).unwrap_or(u64::MAX);
    let lines_total = count(taking.invoice.lines.len());
    let mut lines = 0;
    for part in taking.invoice.lines.chunks(LINES_PER_PART) {
        lines += count(part.len());
        let (part, own) = (part.to_vec(), invoice.clone());
        let work = async move |tx: &mut Tx| -> Result<(), InvoiceError> {
            let held = service::hold(tx, id).await?;
            // Somebody else takes in the same at the same time, and is faster, or counts otherwise.
            if is_loaded_as(&held, &own) { compare(tx, &held, &part).await } else { Ok(()) }
        };
        app.db.write(work).await?;
        progress(ImportProgress { lines, lines_total });
    }
    let end = async move |tx: &mut Tx| -> Result<Invoice, InvoiceError> {
        let held = service::hold(tx, id).await?;
        if is_loaded_as(&held, &invoice) {
            compare_whole(tx, &held).await?;
            store::loaded(tx, id).await?;
        }
        service::find(tx, id).await
    };
    Ok(Taken { invoice: app.db.write(end).await?, is_known })
}

/// Whether the lines of an invoice are still to be written, by an import that counts them like this one.
fn is_loaded_as(held: &Invoice, own: &Invoice) -> bool {
    held.state == InvoiceState::Loading && held.numbering == own.numbering
}

/// A day that has not come is a slip of the pen, and what was accepted for it stays for ever.
fn check(taking: &Taking, today: Day) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    let told = &taking.invoice;
    faults.text("carrier", &taking.carrier, NUMBER_MAX);
    faults.text("number", &told.number, NUMBER_MAX);
    if told.day > today {
        faults.note("day", "too_large");
    }
    let sums = -KOPECKS_MAX..=KOPECKS_MAX;
    for (field, sum) in [
        ("total_kopecks", Some(told.total_kopecks)),
        ("discount_kopecks", Some(told.discount_kopecks)),
        ("listed_kopecks", told.listed_kopecks),
        ("vat_kopecks", told.vat_kopecks),
    ] {
        faults.range(field, sum.unwrap_or_default().get(), sums.clone());
    }
    if told.period.is_some_and(|(from, to)| from > to) {
        faults.note("period_to", "too_small");
    }
    let count = i64::try_from(told.lines.len()).unwrap_or(i64::MAX);
    faults.range("lines", count, 1..=LINES_MAX);
    let mut seen = BTreeSet::new();
    for (index, line) in told.lines.iter().enumerate() {
        let field = |name: &str| format!("lines[{index}].{name}");
        faults.range(&field("amount_kopecks"), line.amount_kopecks.get(), sums.clone());
        let vat = line.vat_kopecks.unwrap_or_default();
        faults.range(&field("vat_kopecks"), vat.get(), sums.clone());
        faults.range(&field("line"), line.line, 1..=i64::MAX);
        if !seen.insert(line.line) {
            faults.note(field("line"), "duplicate");
        }
        let texts = [&line.track, &line.number, &line.order_number, &line.words];
        if texts.iter().any(|text| text.chars().count() > TEXT_MAX) {
            faults.note(field("words"), "too_long");
        }
    }
    faults.finish()
}

/// What an invoice says. Its lines may stand in another order, and its file may repeat their sum or not.
fn content(carrier: &str, told: &CarrierInvoice) -> [u8; 32] {
    let lines = told.lines.iter();
    let mut lines: Vec<[u8; 32]> =
        lines.map(|line| body_hash(&InvoiceLine { line: 0, ..line.clone() })).collect();
    lines.sort_unstable();
    let whole = (told.period, told.total_kopecks, told.vat_kopecks, told.discount_kopecks);
    body_hash(&(carrier, told.number.trim(), told.day, whole, lines))
}

/// Whether a person rejected the same when it came in no file, as carriers' programs tell it.
pub(super) async fn is_turned_down(app: &App, taking: &Taking) -> Result<bool, DbError> {
    let carrier = taking.carrier.trim().to_owned();
    let content = content(&carrier, &taking.invoice);
    let look =
        async move |tx: &mut Tx| store::is_turned_down(tx, &carrier, &content, ABANDONED).await;
    app.db.read(look).await
}

fn head(app: &App, taking: &Taking) -> Invoice {
    let told = &taking.invoice;
    let carrier = taking.carrier.trim().to_owned();
    Invoice {
        id: CarrierInvoiceId::new(),
        number: told.number.trim().to_owned(),
        day: told.day,
        period_from: told.period.map(|(from, _)| from),
        period_to: told.period.map(|(_, to)| to),
        total: told.total_kopecks,
        listed: told.listed_kopecks,
        vat: told.vat_kopecks,
        discount: told.discount_kopecks,
        state: InvoiceState::Loading,
        content: content(&carrier, told).to_vec(),
        numbering: body_hash(&told.lines).to_vec(),
        carrier,
        file: taking.file.chars().take(TEXT_MAX).collect(),
        line_count: i64::try_from(told.lines.len()).unwrap_or(i64::MAX),
        created_at: app.clock.now(),
        decided_by: None,
        decided_at: None,
        reason: None,
    }
}

/// Writes the head, or finds the one with the same content.
async fn open(
    app: &App,
    taking: &Taking,
    actor: Option<UserId>,
) -> Result<(Invoice, bool), InvoiceError> {
    let invoice = head(app, taking);
    let command = Command {
        scope: new_uuid(),
        key: "import".to_owned(),
        action: "carrier_invoice_import",
        body_hash: body_hash(&invoice.content),
        request: Some(serde_json::json!({
            "carrier": invoice.carrier, "number": invoice.number, "file": taking.file,
        })),
        actor,
        device: None,
        owner: None,
    };
    let ctx = Ctx::new(&command, invoice.created_at);
    let work = async move |tx: &mut Tx| -> Result<(Invoice, bool), InvoiceError> {
        if let Some(known) = store::by_content(tx, &invoice.carrier, &invoice.content).await? {
            return Ok((resumed(tx, known, &invoice).await?, true));
        }
        if !store::insert(tx, &ctx, &invoice).await? {
            let same = store::by_number(tx, &invoice).await?;
            let same = same.filter(|same| same.content != invoice.content);
            let same = same.ok_or_else(|| tx.conflict())?;
            if same.state != InvoiceState::Loading {
                return Err(InvoiceError::NumberTaken { number: same.number });
            }
            // It was never seen by anybody, and now comes corrected.
            store::reject(tx, &ctx, same.id, ABANDONED).await?;
            if !store::insert(tx, &ctx, &invoice).await? {
                return Err(tx.conflict().into());
            }
        }
        command_insert(tx, &command, &ctx, None, &invoice.id).await?;
        Ok((invoice.clone(), false))
    };
    app.db.write(work).await
}

/// An import that broke off goes on. Lines that it counted otherwise are written anew.
async fn resumed(tx: &mut Tx, known: Invoice, own: &Invoice) -> Result<Invoice, DbError> {
    if known.state != InvoiceState::Loading || known.numbering == own.numbering {
        return Ok(known);
    }
    if !store::renumber(tx, known.id, own).await? {
        return Err(tx.conflict());
    }
    store::forget(tx, known.id).await?;
    store::lines_clear(tx, known.id).await?;
    Ok(Invoice { numbering: own.numbering.clone(), file: own.file.clone(), ..known })
}

/// Writes lines with what is known of their parcels, and what does not agree.
pub(super) async fn compare(
    tx: &mut Tx,
    invoice: &Invoice,
    lines: &[InvoiceLine],
) -> Result<(), InvoiceError> {
    let known = known(tx, &invoice.carrier, lines).await?;
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    for line in lines {
        let known = known.get(&line.line);
        rows.push(compared(line, &invoice.carrier, invoice.day, known));
        found.extend(findings(line, &invoice.carrier, known));
    }
    store::lines_upsert(tx, invoice.id, &rows).await?;
    found.extend(repeated(tx, invoice, &rows).await?);
    found.extend(credited(tx, &rows).await?);
    store::note(tx, invoice.id, &found).await?;
    Ok(())
}

/// Lines whose charge stands on a line before, or on an invoice that came before or is accepted, also
/// where nobody knew its parcel then.
async fn repeated(
    tx: &mut Tx,
    invoice: &Invoice,
    rows: &[LineRow],
) -> Result<Vec<Finding>, DbError> {
    let of_row = |row: &LineRow| {
        let mut all = aliases(row, &invoice.carrier, invoice.day);
        all.push(row.identity.clone());
        all
    };
    let identities: BTreeSet<String> = rows.iter().flat_map(of_row).collect();
    let mut places: HashMap<String, Vec<store::Place>> = HashMap::new();
    for place in store::places(tx, &identities).await? {
        places.entry(place.identity.clone()).or_default().push(place);
    }
    let is_before = |place: &store::Place, row: &LineRow| {
        if place.invoice == invoice.id {
            return place.line < row.line;
        }
        place.is_accepted || place.invoice < invoice.id
    };
    let repeats = rows.iter().filter(|row| {
        let identities = of_row(row);
        let mut found = identities.iter().filter_map(|identity| places.get(identity)).flatten();
        found.any(|place| is_before(place, row))
    });
    Ok(repeats
        .map(|row| Finding {
            line: row.line,
            kind: ExceptionKind::Duplicate,
            expected: None,
            found: Some(row.amount.get()),
        })
        .collect())
}

/// Lines that give back what the operator may have borne: nobody but a person knows whose that is.
/// Carriers give back by other words than they charged by, so that any charge of the parcel counts.
pub(super) async fn credited(tx: &mut Tx, rows: &[LineRow]) -> Result<Vec<Finding>, DbError> {
    let given_back: Vec<&LineRow> = rows.iter().filter(|row| row.amount.get() < 0).collect();
    let parcels: BTreeSet<ParcelId> = given_back.iter().filter_map(|row| row.parcel).collect();
    let borne = store::borne(tx, &parcels).await?;
    Ok(given_back
        .into_iter()
        .filter(|row| row.parcel.is_some_and(|parcel| borne.contains(&parcel)))
        .map(|row| Finding {
            line: row.line,
            kind: ExceptionKind::CreditOfOperator,
            expected: None,
            found: Some(row.amount.get()),
        })
        .collect())
}

/// What the invoice says of itself as a whole.
pub(super) async fn compare_whole(tx: &mut Tx, invoice: &Invoice) -> Result<(), InvoiceError> {
    let sums = store::sums(tx, invoice.id).await?;
    let finding = |kind: ExceptionKind, expected: Kopecks, found: Kopecks| Finding {
        line: 0,
        kind,
        expected: Some(expected.get()),
        found: Some(found.get()),
    };
    let made = sums.amount.checked_add(invoice.discount).map_err(|_| InvoiceError::SumTooBig)?;
    let mut found = Vec::new();
    if made != invoice.total {
        found.push(finding(ExceptionKind::TotalDiffers, made, invoice.total));
    } else if let Some(listed) = invoice.listed.filter(|listed| *listed != sums.amount) {
        found.push(finding(ExceptionKind::TotalDiffers, sums.amount, listed));
    }
    // A discount has a VAT of its own, which nobody states.
    let is_told = sums.with_vat == sums.count && invoice.discount.is_zero();
    if let Some(vat) = invoice.vat.filter(|vat| is_told && *vat != sums.vat) {
        found.push(finding(ExceptionKind::VatDiffers, sums.vat, vat));
    }
    Ok(store::note(tx, invoice.id, &found).await?)
}

/// The surest first.
const MATCHERS: [Matcher; 6] = [
    Matcher::Track,
    Matcher::TrackBefore,
    Matcher::Shipment,
    Matcher::Parcel,
    Matcher::Order,
    Matcher::BareTrack,
];

/// The parcels of lines, by line. The carrier's number is believed first, then ours, then the shop's;
/// a name of several parcels is none.
async fn known(
    tx: &mut Tx,
    carrier: &str,
    lines: &[InvoiceLine],
) -> Result<HashMap<i64, Known>, DbError> {
    let mut found: HashMap<i64, Known> = HashMap::new();
    for matcher in MATCHERS {
        let open: Vec<&InvoiceLine> =
            lines.iter().filter(|line| !found.contains_key(&line.line)).collect();
        let names: BTreeSet<&str> = open.iter().flat_map(|line| names(matcher, line)).collect();
        if names.is_empty() {
            continue;
        }
        let names: Vec<&str> = names.into_iter().collect();
        let by_name = single(store::matches(tx, matcher, carrier, &names).await?);
        for line in open {
            let known = self::names(matcher, line).find_map(|name| by_name.get(name));
            if let Some(known) = known {
                found.insert(line.line, known.clone());
            }
        }
    }
    Ok(found)
}

/// By which names of a line its parcel is looked for: carriers mix up our numbers and the shops'.
fn names(matcher: Matcher, line: &InvoiceLine) -> impl Iterator<Item = &str> {
    let names = match matcher {
        Matcher::Track | Matcher::TrackBefore => [line.track.as_str(), ""],
        Matcher::BareTrack => [line.track.trim_start_matches('0'), ""],
        Matcher::Shipment | Matcher::Parcel => [line.number.as_str(), &line.order_number],
        Matcher::Order => [line.order_number.as_str(), &line.number],
    };
    names.into_iter().filter(|name| !name.is_empty())
}

/// Names that mean one parcel.
fn single(matches: Vec<Match>) -> HashMap<String, Known> {
    let mut by_name: HashMap<String, Option<Known>> = HashMap::new();
    for one in matches {
        let declared = one.ask.as_ref().and_then(|ask| ask.pointer("/package/weight_g"));
        let known = Known {
            parcel: one.parcel,
            owner: one.owner,
            carrier: one.carrier,
            quoted: one.quoted,
            declared: declared.and_then(serde_json::Value::as_i64).map(Grams::new),
            weighed: one.weighed,
        };
        by_name
            .entry(one.name)
            .and_modify(|other| {
                if other.as_ref().is_some_and(|other| other.parcel != known.parcel) {
                    *other = None;
                }
            })
            .or_insert(Some(known));
    }
    by_name.into_iter().filter_map(|(name, known)| Some((name, known?))).collect()
}
