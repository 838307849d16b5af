//! Invoices that carriers tell by their interfaces: one job for each account and day.
//!
//! An invoice may come weeks after its day, so all of the last weeks are asked for each day; what is known
//! adds nothing.

use super::take::is_turned_down;
use super::{InvoiceError, Taking, take};
use crate::app::App;
use crate::ids::CarrierAccountId;
use crate::shipments::ShipmentError;
use crate::shipments::daily::{DailyAsk, connected};
use crate::units::Day;

const INVOICES: DailyAsk = DailyAsk {
    job: "carrier_invoices_fetch",
    days_back: 1,
    lease_seconds: 15 * 60,
    is_told: |carrier| carrier.invoices().is_some(),
    ask: |app, account, day| {
        Box::pin(async move { fetch(app, account, day).await.map_err(|error| error.to_string()) })
    },
};

/// What carriers are asked for daily.
pub const ASKS: &[DailyAsk] = &[INVOICES];

/// A month is charged in the first days of the next one, and some carriers are late.
const DAYS_ASKED: u64 = 45;

/// Asks an account for the invoices up to a day, and takes them in. One that is refused keeps no other
/// out; the first failure is told in the end.
async fn fetch(app: &App, account: CarrierAccountId, day: Day) -> Result<(), InvoiceError> {
    let Some((account, program)) = connected(app, account).await? else { return Ok(()) };
    let since = day.minus_days(DAYS_ASKED);
    let Some(asking) = program.invoices().map(|invoices| invoices.invoices(since, day)) else {
        return Ok(());
    };
    let told = asking.await.map_err(ShipmentError::from)?;
    let mut failure = None;
    for invoice in told {
        let number = invoice.number.clone();
        let taking = Taking { carrier: account.carrier.clone(), file: String::new(), invoice };
        if let Err(error) = take_new(app, taking).await {
            tracing::warn!(%error, number, "an invoice that a carrier tells is not taken in");
            failure.get_or_insert(error);
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Whoever rejected an invoice does not get it again.
async fn take_new(app: &App, taking: Taking) -> Result<(), InvoiceError> {
    if is_turned_down(app, &taking).await? {
        return Ok(());
    }
    match Box::pin(take(app, taking, None, |_| {})).await {
        Ok(_) => Ok(()),
        // It came by mail, or the carrier changed it: the one that is there is what people see.
        Err(InvoiceError::NumberTaken { number }) => {
            tracing::warn!(number, "a carrier tells an invoice with other lines");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
