//! Asking for prices: who is asked, and what for.

use super::compose::Known;
use super::model::{AccountRow, Origin};
use super::store::{accounts as account_store, facts};
use super::{ShipmentError, accounts, points};
use crate::app::App;
use crate::carriers::model::{DeliveryMode, QuoteAsk};
use crate::db::{DbError, Tx};
use crate::fault::Told;
use crate::ids::{CarrierAccountId, OrderId, OwnerId, WarehouseId};
use crate::orders::OrderError;
use crate::points::find;
use crate::rates::{self, Candidate, Offer};
use crate::taxes;
use crate::units::Grams;

/// The carriers that may take a parcel of an owner: one account of each, or the only one.
pub(super) async fn candidates(
    app: &App,
    warehouse: WarehouseId,
    owner: OwnerId,
    only: Option<CarrierAccountId>,
) -> Result<Vec<Candidate>, ShipmentError> {
    let read = async move |tx: &mut Tx| match only {
        Some(account) => {
            Ok::<_, DbError>(account_store::account_find(tx, account).await?.into_iter().collect())
        }
        None => accounts::accounts_of(tx, warehouse, owner).await,
    };
    let accounts: Vec<AccountRow> = app.db.read(read).await?;
    let mut candidates = Vec::with_capacity(accounts.len());
    for account in accounts {
        match app.connectors.of(&app.vault, &account) {
            Ok(carrier) => candidates.push(Candidate {
                account: account.id,
                version: account.version,
                from: account.origin().from,
                carrier,
            }),
            // One account that is described wrongly does not keep the others from offering.
            Err(error) if only.is_none() => {
                tracing::warn!(account = %account.id, %error, "an account cannot be used");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(candidates)
}

/// What is asked about an order.
#[derive(Debug, Clone)]
pub(super) struct OrderQuestion {
    pub(super) order: OrderId,
    /// Whose order it has to be.
    pub(super) owner: Option<OwnerId>,
    pub(super) mode: Option<DeliveryMode>,
    pub(super) point_code: Option<String>,
    pub(super) weight_g: Option<Grams>,
}

/// What all carriers would charge for an order in one parcel.
pub(super) async fn order_offers(
    app: &App,
    question: OrderQuestion,
) -> Result<Vec<Offer>, ShipmentError> {
    let now = app.clock.now();
    let (order, owner) = (question.order, question.owner);
    let read = async move |tx: &mut Tx| known_of_order(tx, order, owner, now.moscow_day()).await;
    let (mut known, ordered_point) = app.db.read(read).await?;
    let weight =
        known.items.iter().map(|item| item.weight_g.get().saturating_mul(item.pieces.get()));
    let weight = Grams::new(weight.fold(0, i64::saturating_add));
    known.parcel.weight_g = Some(question.weight_g.unwrap_or(weight));
    let point = question.point_code.unwrap_or(ordered_point);
    let usual = if point.is_empty() { DeliveryMode::Door } else { DeliveryMode::Point };
    let mode = question.mode.unwrap_or(usual);
    let ask = known.quote_ask(mode, &point);
    let mut candidates = candidates(app, known.parcel.warehouse, known.parcel.owner, None).await?;
    let unfit = unfit(app, &candidates, &point, &ask).await?;
    candidates.retain(|candidate| unfit.iter().all(|offer| offer.account != candidate.account));
    let mut offers = rates::offers(&app.rates, now, &candidates, &ask, rates::DEADLINE).await;
    offers.extend(unfit);
    Ok(offers)
}

/// Carriers whose point of this code would not take the parcel: they are not asked.
async fn unfit(
    app: &App,
    candidates: &[Candidate],
    point_code: &str,
    ask: &QuoteAsk,
) -> Result<Vec<Offer>, DbError> {
    if point_code.is_empty() || ask.mode == DeliveryMode::Door {
        return Ok(Vec::new());
    }
    let carriers: Vec<String> =
        candidates.iter().map(|candidate| candidate.carrier.code().to_owned()).collect();
    let code = point_code.to_owned();
    let read = async move |tx: &mut Tx| find::points_of_carriers(tx, &carriers, &code).await;
    let known = app.db.read::<_, DbError, _>(read).await?;
    let unfit = candidates.iter().filter_map(|candidate| {
        let carrier = candidate.carrier.code();
        let point = known.iter().find(|point| point.carrier == carrier);
        let error = points::check(point, ask).err()?;
        let answer = Err(Told::from(&error));
        Some(Offer { account: candidate.account, carrier: carrier.to_owned(), answer })
    });
    Ok(unfit.collect())
}

async fn known_of_order(
    tx: &mut Tx,
    order: OrderId,
    owner: Option<OwnerId>,
    day: crate::units::Day,
) -> Result<(Known, String), ShipmentError> {
    let parcel = facts::order_facts(tx, order, owner).await?;
    let parcel = parcel.ok_or(OrderError::NotFound { what: "order" })?;
    let point = facts::order_point(tx, order).await?;
    let items = facts::order_items(tx, order).await?;
    let terms = account_store::terms_find(tx, parcel.owner).await?;
    let vat = taxes::mode_on(tx, Some(parcel.owner), day).await?;
    // Each account has its own origin; candidates bring theirs.
    // What is not packed has no codes yet, and prices do not depend on them.
    let (marks, origin) = (Vec::new(), Origin::default());
    Ok((Known { parcel, items, marks, origin, terms, vat, day }, point))
}
