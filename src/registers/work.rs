//! Registers that carriers tell by their interfaces: one job for each account and day.
//!
//! A register may come days after its day, so each day of the last week is asked for again; what is
//! known adds nothing.

use std::collections::BTreeMap;

use super::about::About;
use super::findings::of_changed;
use super::load::{Incoming, Lines, run};
use super::model::{Line, LineKind, RegisterSource};
use super::read::{Digest, Read, Totals};
use super::store::findings;
use super::store::registers::{self, Head};
use super::{RegisterError, news};
use crate::app::App;
use crate::carriers::model::{CodRegister, CodRegisterLine, RegisterLineKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, CodRegisterId, new_uuid};
use crate::shipments::ShipmentError;
use crate::shipments::daily::{DailyAsk, connected};
use crate::units::Day;

const REGISTERS: DailyAsk = DailyAsk {
    job: "cod_registers_fetch",
    days_back: 7,
    lease_seconds: 15 * 60,
    is_told: |carrier| carrier.registers().is_some(),
    ask: |app, account, day| {
        Box::pin(async move { fetch(app, account, day).await.map_err(|error| error.to_string()) })
    },
};

/// What carriers are asked for daily: registers, or the money of single shipments.
pub const ASKS: &[DailyAsk] = &[REGISTERS, news::ASK];

/// Asks an account for the registers of a day, and takes them in.
async fn fetch(app: &App, account: CarrierAccountId, day: Day) -> Result<(), RegisterError> {
    let Some((account, program)) = connected(app, account).await? else { return Ok(()) };
    let Some(asking) = program.registers().map(|registers| registers.registers(day)) else {
        return Ok(());
    };
    let told = asking.await.map_err(ShipmentError::from)?;
    let today = app.clock.now().moscow_day();
    for register in told {
        let incoming = from_carrier(&account.carrier, register, today)?;
        let (carrier, content) = (account.carrier.clone(), incoming.head.content_hash);
        let look = async move |tx: &mut Tx| registers::is_turned_down(tx, &carrier, &content).await;
        if app.db.read::<bool, DbError, _>(look).await? {
            continue;
        }
        let digest = incoming.digest.clone();
        match Box::pin(run(app, incoming, None, 0, |_| {})).await {
            Ok(_) => {}
            // It came by mail, or the carrier changed it: the one that is there is what people see.
            Err(RegisterError::NumberTaken { register, .. }) => {
                raise_changed(app, register, digest).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Says once of a register that its carrier tells it otherwise. By mail the same lines come with other
/// columns: there only what they come to counts.
async fn raise_changed(app: &App, id: CodRegisterId, told: Digest) -> Result<(), DbError> {
    let ctx = Ctx::system(app.clock.now());
    let write = async move |tx: &mut Tx| {
        let Some(known) = registers::find(tx, id).await? else { return Ok(()) };
        let is_as_mailed = known.source == RegisterSource::File
            && known.lines == told.lines
            && known.collected_kopecks == told.collected;
        if is_as_mailed {
            return Ok(());
        }
        findings::insert(tx, &ctx, id, &[(0, None, of_changed(&known, &told))]).await
    };
    app.db.write::<(), DbError, _>(write).await
}

pub(super) fn from_carrier(
    carrier: &str,
    register: CodRegister,
    today: Day,
) -> Result<Incoming, RegisterError> {
    let CodRegister { number, day, payment_order, total_kopecks, lines } = register;
    let lines: Vec<Line> = (1..).zip(lines).map(|(row, line)| line_of(row, line)).collect();
    let mut digest = Digest::default();
    for line in &lines {
        digest.add(&Read::Line(line.clone())).map_err(|_| RegisterError::SumTooBig)?;
    }
    digest.stated = total_kopecks.map(|sum| Totals { transferred: Some(sum), ..Totals::default() });
    let head = Head {
        id: CodRegisterId::new(),
        run: new_uuid(),
        carrier: carrier.to_owned(),
        number,
        day: day.min(today),
        payment_order,
        source: RegisterSource::Api,
        file: String::new(),
        sheet: String::new(),
        file_hash: None,
        content_hash: digest.hash(),
    };
    let (lines, about) = (Lines::Told(lines.into_iter()), About::default());
    Ok(Incoming { head, digest, lines, about, told: BTreeMap::new() })
}

fn line_of(row: i64, line: CodRegisterLine) -> Line {
    let kind = match line.kind {
        RegisterLineKind::Shipment => LineKind::of(line.collected_kopecks),
        RegisterLineKind::Service => LineKind::Service,
    };
    Line {
        row,
        kind,
        track: line.track,
        number: line.number,
        order_number: String::new(),
        day: None,
        collected: line.collected_kopecks,
        fee: line.fee_kopecks,
        delivery: line.delivery_kopecks,
        transferred: line.transferred_kopecks,
        vat: None,
        currency: String::new(),
        contract: String::new(),
        method: line.method,
    }
}
