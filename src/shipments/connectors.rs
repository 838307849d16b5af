//! Carriers that can be talked to: one program for each account, kept while the account is as it was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::ShipmentError;
use super::model::AccountRow;
use super::store::accounts::seal_context;
use crate::carriers::registry::{Account, connect};
use crate::carriers::{Carrier, CarrierError};
use crate::ids::CarrierAccountId;
use crate::secrets::{Secret, Vault};

/// The programs of a node. They hold tokens, limits and breakers, and nothing that another node needs.
#[derive(Default)]
pub struct Connectors {
    known: Mutex<HashMap<CarrierAccountId, (i64, Connected)>>,
}

/// A carrier's program with an account.
pub type Connected = Arc<dyn Carrier>;

impl Connectors {
    /// The program of an account as it is now.
    pub fn of(&self, vault: &Vault, account: &AccountRow) -> Result<Connected, ShipmentError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, program)) = known.get(&account.id)
            && *version == account.version
        {
            return Ok(Arc::clone(program));
        }
        drop(known);
        let credentials = vault.open(&seal_context(account.id), &account.credentials)?;
        let program: Connected = Self::program(account, &credentials)?.into();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(account.id, (account.version, Arc::clone(&program)));
        Ok(program)
    }

    /// Puts a program in the place of the one that the account's carrier would have, until the account
    /// changes: for carriers that are programmed elsewhere, and for tests.
    pub fn put(&self, account: CarrierAccountId, version: i64, program: Connected) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(account, (version, program));
    }

    /// The program for what somebody says of an account; also how a description is checked.
    pub(super) fn program(
        account: &AccountRow,
        credentials: &Secret,
    ) -> Result<Box<dyn Carrier>, ShipmentError> {
        let credentials =
            serde_json::from_slice(credentials.bytes()).map_err(|_| CarrierError::Account {
                carrier: account.carrier.clone(),
                problem: "credentials: ожидается объект JSON".to_owned(),
            })?;
        let described = Account {
            base_url: account.base_url.clone(),
            settings: account.settings.clone(),
            credentials,
            time_max: None,
        };
        Ok(connect(&account.carrier, &described)?)
    }
}
