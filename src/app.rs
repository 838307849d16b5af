//! Everything a request needs, wired once.

use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Principal;
use crate::access::caller::{Caller, TokenCache};
use crate::commands::{self, Command, CommandError, Ctx};
use crate::connections::{Presence, Repeats};
use crate::db::{Db, DbError, Tx};
use crate::http::IdempotencyKey;
use crate::http::metrics::Metrics;
use crate::points::PointIndex;
use crate::rates::RateCache;
use crate::secrets::Vault;
use crate::shipments::Connectors;
use crate::terminal::last_scans::LastScans;
use crate::tracking::Bell;
use crate::units::Clock;

/// The program's state; cheap to clone. Nodes keep nothing here that another node would need.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

pub struct Shared {
    pub db: Db,
    pub clock: Clock,
    pub vault: Vault,
    pub tokens: TokenCache,
    pub metrics: Metrics,
    pub last_scans: LastScans,
    pub presence: Presence,
    pub repeats: Repeats,
    pub connectors: Connectors,
    pub rates: RateCache,
    pub points: PointIndex,
    pub tracking_bell: Bell,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl App {
    pub fn new(db: Db, clock: Clock, vault: Vault) -> Self {
        crate::net::prepare();
        Self {
            shared: Arc::new(Shared {
                db,
                clock,
                vault,
                tokens: TokenCache::default(),
                metrics: Metrics::default(),
                last_scans: LastScans::default(),
                presence: Presence::default(),
                repeats: Repeats::default(),
                connectors: Connectors::default(),
                rates: RateCache::default(),
                points: PointIndex::default(),
                tracking_bell: Bell::default(),
            }),
        }
    }

    /// Runs the work of one mutating request, once for its key, and notes it in the audit trail.
    ///
    /// `body` is what the key is bound to and what the trail shows.
    pub async fn command<R, B, T, E, F>(
        &self,
        caller: &Caller<R>,
        key: IdempotencyKey,
        action: &'static str,
        body: &B,
        work: F,
    ) -> Result<T, E>
    where
        B: Serialize,
        F: AsyncFn(&mut Tx, &Ctx) -> Result<T, E> + Send + Sync + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
        E: From<DbError> + From<CommandError> + Send + 'static,
    {
        self.command_of(&caller.principal, key, action, body, work).await
    }

    /// Like [`App::command`], where being logged in is right enough.
    pub async fn command_of<B, T, E, F>(
        &self,
        principal: &Principal,
        key: IdempotencyKey,
        action: &'static str,
        body: &B,
        work: F,
    ) -> Result<T, E>
    where
        B: Serialize,
        F: AsyncFn(&mut Tx, &Ctx) -> Result<T, E> + Send + Sync + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
        E: From<DbError> + From<CommandError> + Send + 'static,
    {
        let command = Command {
            scope: principal.key_scope(),
            key: key.0,
            action,
            body_hash: commands::body_hash(&(action, body)),
            request: serde_json::to_value(body).ok(),
            actor: principal.user(),
            device: None,
            owner: principal.scope().owner(),
        };
        commands::run(&self.db, &self.clock, command, work).await
    }
}
