//! Registers of carriers that have none: drawn up from what they tell of the money of single shipments.
//!
//! Once a day an account is asked for shipments whose money no register has; what is told are events like
//! any other. Settled money of one payment, or of one day where no payment is told, makes a draft.
//!
//! **Invariant:** a parcel comes into one such draft, and into none while another register has it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::RegisterError;
use super::load::run;
use super::store::news::{self as store, Waiting};
use super::work::from_carrier;
use crate::app::App;
use crate::carriers::MoneyNews;
use crate::carriers::model::{
    CodRegister, CodRegisterLine, CodTransfer, KeptEvent, RegisterLineKind, ShipmentRef, Track,
};
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, ParcelId, ShipmentId};
use crate::shipments::daily::{DailyAsk, connected};
use crate::shipments::{AccountRow, Connected, ShipmentError};
use crate::tracking::ingest;
use crate::units::Day;

pub(super) const ASK: DailyAsk = DailyAsk {
    job: "cod_news_read",
    days_back: 1,
    lease_seconds: 15 * 60,
    is_told: |carrier| carrier.money_news().is_some(),
    ask: |app, account, today| {
        Box::pin(async move { read(app, account, today).await.map_err(|error| error.to_string()) })
    },
};

/// What a carrier did not tell for so long it will not tell.
const DAYS_WAITED: u64 = 60;
/// So many are asked for in one go.
const PART: usize = 100;
/// So many are looked at in one go.
const PAGE: i64 = 1_000;
/// Parts of a payment that are told on other days have its number with theirs behind it.
const PARTS_MAX: u32 = 100;

/// Asks for what is not told by itself, and draws up drafts of what is settled by now.
async fn read(app: &App, account: CarrierAccountId, today: Day) -> Result<(), RegisterError> {
    let Some((account, program)) = connected(app, account).await? else { return Ok(()) };
    let asked = ask(app, &account, &program, today).await;
    for register in registers(&settled(app, &account, &program, today).await?) {
        take(app, &account.carrier, register, today).await?;
    }
    // What others told is in the books before the failure of this is told.
    asked
}

async fn ask(
    app: &App,
    account: &AccountRow,
    program: &Connected,
    today: Day,
) -> Result<(), RegisterError> {
    let count_max = program.money_news().map_or(0, MoneyNews::count_max);
    let count_max = i64::try_from(count_max).unwrap_or(i64::MAX);
    let of = (account.id, today.minus_days(DAYS_WAITED));
    let look = async move |tx: &mut Tx| store::to_ask(tx, of, count_max).await;
    let waiting: Vec<Waiting> = app.db.read::<_, DbError, _>(look).await?;
    for part in waiting.chunks(PART) {
        let references: Vec<ShipmentRef> = part.iter().map(Waiting::reference).collect();
        let Some(asking) = program.money_news().map(|news| news.ask(&references)) else {
            return Ok(());
        };
        let tracks = asking.await.map_err(ShipmentError::from)?;
        let parcels = answered(part, &tracks);
        ingest(app, &account.carrier, tracks).await?;
        let note = async move |tx: &mut Tx| store::asked(tx, &parcels, today).await;
        app.db.write::<(), DbError, _>(note).await?;
    }
    Ok(())
}

/// Each answer comes back, whatever it says. The other shipments were not reached: they are still to be
/// asked for.
fn answered(part: &[Waiting], tracks: &[Track]) -> Vec<ParcelId> {
    let numbers: HashSet<&str> =
        tracks.iter().map(|track| track.reference.number.as_str()).collect();
    let answered = part.iter().filter(|one| numbers.contains(one.number.as_str()));
    answered.map(|one| one.parcel).collect()
}

/// The shipments whose money is settled by what is kept of them.
async fn settled(
    app: &App,
    account: &AccountRow,
    program: &Connected,
    today: Day,
) -> Result<Vec<(Waiting, CodTransfer)>, RegisterError> {
    let id = account.id;
    let nobody = ParcelId::from_uuid(uuid::Uuid::nil());
    let (mut found, mut after) = (Vec::new(), (today.minus_days(DAYS_WAITED), nobody));
    loop {
        let look = async move |tx: &mut Tx| store::waiting(tx, id, after, PAGE).await;
        let page: Vec<Waiting> = app.db.read::<_, DbError, _>(look).await?;
        let Some(last) = page.last() else { break };
        after = (last.collected_on, last.parcel);
        let ids: Vec<ShipmentId> = page.iter().map(|one| one.shipment).collect();
        let look = async move |tx: &mut Tx| store::kept(tx, &ids).await;
        let mut kept: HashMap<ShipmentId, Vec<KeptEvent>> = HashMap::new();
        for row in app.db.read::<Vec<store::KeptRow>, DbError, _>(look).await? {
            let event = KeptEvent { code: row.code, at: row.at, raw: row.raw };
            kept.entry(row.shipment).or_default().push(event);
        }
        let Some(news) = program.money_news() else { break };
        found.extend(page.into_iter().filter_map(|one| {
            let settled = news.settled(kept.get(&one.shipment)?)?;
            Some((one, settled))
        }));
    }
    Ok(found)
}

/// What belongs together, oldest first.
fn registers(settled: &[(Waiting, CodTransfer)]) -> Vec<CodRegister> {
    let mut groups: BTreeMap<(Day, &str), Vec<CodRegisterLine>> = BTreeMap::new();
    for (one, money) in settled {
        let line = CodRegisterLine {
            kind: RegisterLineKind::Shipment,
            track: one.track.clone(),
            number: one.number.clone(),
            collected_kopecks: money.collected_kopecks,
            fee_kopecks: None,
            delivery_kopecks: None,
            transferred_kopecks: money.transferred_kopecks,
            method: money.method,
        };
        groups.entry((money.day, &money.payment_order)).or_default().push(line);
    }
    let register = |((day, payment_order), lines): ((Day, &str), Vec<CodRegisterLine>)| {
        let number =
            if payment_order.is_empty() { day.to_string() } else { payment_order.to_owned() };
        let payment_order = payment_order.to_owned();
        CodRegister { number, day, payment_order, total_kopecks: None, lines }
    };
    groups.into_iter().map(register).collect()
}

async fn take(
    app: &App,
    carrier: &str,
    register: CodRegister,
    today: Day,
) -> Result<(), RegisterError> {
    let mut part = 1;
    loop {
        let number = match part {
            1 => register.number.clone(),
            part => format!("{}/{part}", register.number),
        };
        let incoming = from_carrier(carrier, CodRegister { number, ..register.clone() }, today)?;
        match Box::pin(run(app, incoming, None, 0, |_| {})).await {
            Err(RegisterError::NumberTaken { .. }) if part < PARTS_MAX => part += 1,
            told => return told.map(drop),
        }
    }
}
