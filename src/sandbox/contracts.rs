//! Contracts with the carriers of the sandbox, for measurements.

use super::carriers::Standing;
use super::carriers::all::{Known, sender};
use super::ground::Ground;
use super::store::{self, ContractUse};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::CarrierAccountId;
use crate::sandbox::on_the_way::Route;
use crate::secrets::Secret;
use crate::shipments::accounts::{AccountIn, account_create};
use crate::shipments::{AccountRow, Connected, Origin, ShipmentError};

/// A carrier that listens, and the contract with it.
pub struct Contract {
    pub standing: Standing,
    pub account: AccountRow,
}

/// Starts a carrier and describes the contract with it.
pub async fn engage(app: &App, ground: &Ground, known: &Known) -> anyhow::Result<Contract> {
    let standing = Standing::start((known.stand_in)(app.clock.clone())).await?;
    let account = (known.account)(&standing.url());
    let credentials = Secret::from(account.credentials.to_string());
    let input = AccountIn {
        warehouse: ground.warehouse,
        carrier: known.code.to_owned(),
        owner: None,
        name: format!("Договор {}", known.code),
        base_url: account.base_url,
        settings: account.settings,
        credentials: Some(credentials),
        origin: Origin { sender: sender(), from: known.from() },
        active: true,
    };
    let (vault, ctx) = (app.clone(), Ctx::system(app.clock.now()));
    let work = async move |tx: &mut Tx| account_create(tx, &ctx, &vault.vault, &input).await;
    let account = app.db.write::<AccountRow, ShipmentError, _>(work).await?;
    Ok(Contract { standing, account })
}

/// A contract with a carrier that is programmed elsewhere.
pub async fn engage_own(app: &App, ground: &Ground, carrier: Connected) -> Result<(), DbError> {
    let (account, now) = (CarrierAccountId::new(), app.clock.now());
    let (warehouse, owner, code) = (ground.warehouse, ground.owner, carrier.code().to_owned());
    let route = Route { warehouse, owner, account, carrier: code };
    let work = async move |tx: &mut Tx| {
        let hook = account.to_string();
        store::account_insert(tx, &route, &hook, ContractUse::Active, now).await
    };
    app.db.write::<(), DbError, _>(work).await?;
    app.connectors.put(account, 1, carrier);
    Ok(())
}
