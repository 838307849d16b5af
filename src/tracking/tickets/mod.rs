//! Carriers that tell of many shipments by a ticket (билет): it is asked for, kept with the shipments
//! that it is for, and collected later.
//!
//! **Invariant:** a question is written down in the transaction that moves the next times of its
//! shipments, before the carrier hears it. One that got no ticket (a crash) is asked anew after
//! [`LEASE_SECONDS`], and so is one whose ticket the carrier does not know any more.
//! **Invariant:** a ticket is put away after the commit of what it told, never before. What is told
//! twice changes nothing.
//! **Invariant:** a ticket that is not ready is waited for, not asked for again.

pub(super) mod store;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::store::{Ticket, TicketRow};
use super::TrackingError;
use super::ingest::{Ingested, ingest};
use super::patience::Patience;
use super::poll::{Claim, ODD_MAX, claim, due, put_back, seconds_of};
use super::store::wanted;
use crate::app::App;
use crate::carriers::model::ShipmentRef;
use crate::carriers::{CarrierError, TicketTracking, Tracking};
use crate::db::{DbError, Tx, from_json};
use crate::ids::TrackingTicketId;
use crate::shipments::{AccountRow, Connected};
use crate::units::UtcMicros;

/// So long a carrier may take to give a ticket, before the question counts as lost.
const LEASE_SECONDS: i64 = 300;
/// A ticket that is not ready after so long never will be: the Post keeps answers for 32 hours.
const TICKET_SECONDS_MAX: i64 = 48 * 3600;
/// How often a shipment is asked for where the carrier does not say.
const ASKED_EVERY: Duration = Duration::from_hours(6);
/// Tickets of an account that are collected in one run.
const TICKETS_MAX: i64 = 100;

/// Who asks, and whom.
pub(super) struct Desk<'a> {
    pub(super) app: &'a App,
    pub(super) patience: &'a Patience,
    pub(super) stop: &'a CancellationToken,
    pub(super) account: &'a AccountRow,
    pub(super) carrier: &'a Connected,
}

impl Desk<'_> {
    /// Whether there are more shipments on their way than single questions are good for.
    pub(super) async fn is_used(&self) -> Result<bool, DbError> {
        let carrier = self.carrier;
        let Some(singles_max) = carrier.ticket_tracking().map(TicketTracking::singles_max) else {
            return Ok(false);
        };
        if carrier.tracking().is_none() {
            return Ok(true);
        }
        let (account, many) = (self.account.id, count(singles_max).saturating_add(1));
        let read = async move |tx: &mut Tx| store::on_their_way(tx, account, many).await;
        Ok(self.app.db.read::<i64, DbError, _>(read).await? >= many)
    }

    /// Collects what is ready, and asks anew for what was lost.
    pub(super) async fn collect(&self, sum: &mut Ingested) -> Result<(), TrackingError> {
        let interval = self.carrier.ticket_tracking().map(TicketTracking::interval);
        let Some(interval) = interval else { return Ok(()) };
        let (account, now) = (self.account.id, self.app.clock.now());
        let read = async move |tx: &mut Tx| store::due(tx, account, now, TICKETS_MAX).await;
        for row in self.app.db.read::<Vec<TicketRow>, DbError, _>(read).await? {
            if self.stop.is_cancelled() {
                break;
            }
            let until = self.app.clock.now().plus_seconds(seconds_of(interval).max(1));
            if !self.moved(row.id, row.collect_at, until).await? {
                continue;
            }
            match row.ticket.as_deref() {
                Some(ticket) => self.collect_one(&row, ticket, until, sum).await?,
                None => self.ask_anew(&row).await?,
            }
        }
        Ok(())
    }

    /// `until`: when it is collected again, unless it is put away.
    async fn collect_one(
        &self,
        row: &TicketRow,
        ticket: &str,
        until: UtcMicros,
        sum: &mut Ingested,
    ) -> Result<(), TrackingError> {
        let account = self.account;
        let references = references(&row.claims()?);
        let collecting =
            self.carrier.ticket_tracking().map(|tickets| tickets.collect(ticket, &references));
        let Some(collecting) = collecting else { return Ok(()) };
        let now = self.app.clock.now();
        match collecting.await {
            Ok(Some(tracks)) => {
                self.patience.went_well(account.id);
                *sum = sum.plus(ingest(self.app, &account.carrier, tracks).await?);
                self.put_away(row.id).await?;
            }
            Ok(None) if now.seconds_since(row.asked_at) < TICKET_SECONDS_MAX => {
                self.patience.went_well(account.id);
            }
            Ok(None) | Err(CarrierError::Unknown { .. }) => self.ask_anew(row).await?,
            Err(error) if error.is_of_asked() => {
                // Its shipments are asked for at their next time.
                tracing::warn!(%error, account = %account.id, "a ticket was not answered");
                self.put_away(row.id).await?;
            }
            Err(error) => {
                let again = self.patience.refused(account.id, &error, now);
                self.moved(row.id, until, again).await?;
                return Err(TrackingError::Shipment(error.into()));
            }
        }
        Ok(())
    }

    /// Asks for tickets for everything that is due. An account gets them at the pace at which they
    /// are collected, so that shipments that become due one by one share one.
    pub(super) async fn ask(&self) -> Result<(), TrackingError> {
        let manner =
            self.carrier.ticket_tracking().map(|tickets| (tickets.count_max(), tickets.interval()));
        let Some((count_max, pause)) = manner else { return Ok(()) };
        let every = self.carrier.tracking().map_or(ASKED_EVERY, Tracking::interval);
        let (account, pause) = (self.account.id, seconds_of(pause));
        let since = self.app.clock.now().plus_seconds(-pause);
        let read = async move |tx: &mut Tx| store::asked_after(tx, account, since).await;
        if self.app.db.read::<bool, DbError, _>(read).await? {
            return Ok(());
        }
        let mut odd = 0;
        while !self.stop.is_cancelled() {
            let Some((id, claims)) = self.write_down(count_max, seconds_of(every)).await? else {
                return Ok(());
            };
            let references = references(&claims);
            let asking = self.carrier.ticket_tracking().map(|tickets| tickets.ask(&references));
            let Some(asking) = asking else { return Ok(()) };
            match asking.await {
                Ok(ticket) => {
                    self.patience.went_well(account);
                    self.given(id, ticket, pause).await?;
                }
                Err(error) if error.is_of_asked() && odd < ODD_MAX => {
                    odd += 1;
                    tracing::warn!(%error, account = %account, "no ticket was given");
                    self.put_away(id).await?;
                }
                Err(error) => {
                    let until = self.patience.refused(account, &error, self.app.clock.now());
                    self.take_back(id, claims, until).await?;
                    return Err(TrackingError::Shipment(error.into()));
                }
            }
        }
        Ok(())
    }

    /// Takes shipments that are due, with the question about them. Nothing: there are none.
    async fn write_down(
        &self,
        count_max: usize,
        every_seconds: i64,
    ) -> Result<Option<(TrackingTicketId, Vec<Claim>)>, DbError> {
        let (account, now) = (self.account.id, self.app.clock.now());
        let due = due(self.app, account, now, count_max).await?;
        if due.is_empty() {
            return Ok(None);
        }
        let write = async move |tx: &mut Tx| -> Result<_, DbError> {
            let claims = claim(tx, &due, now, every_seconds).await?;
            if claims.is_empty() {
                return Ok(None);
            }
            let ticket = Ticket {
                id: TrackingTicketId::new(),
                account,
                asked: serde_json::to_value(&claims).unwrap_or_default(),
                asked_at: now,
                collect_at: now.plus_seconds(LEASE_SECONDS),
            };
            store::insert(tx, &ticket).await?;
            Ok(Some((ticket.id, claims)))
        };
        self.app.db.write(write).await
    }

    async fn given(
        &self,
        id: TrackingTicketId,
        ticket: String,
        pause_seconds: i64,
    ) -> Result<(), DbError> {
        let collect_at = self.app.clock.now().plus_seconds(pause_seconds.max(1));
        let write = async move |tx: &mut Tx| store::given(tx, id, &ticket, collect_at).await;
        self.app.db.write::<bool, DbError, _>(write).await.map(drop)
    }

    async fn take_back(
        &self,
        id: TrackingTicketId,
        claims: Vec<Claim>,
        until: UtcMicros,
    ) -> Result<(), DbError> {
        let write = async move |tx: &mut Tx| {
            if store::remove(tx, id).await? {
                put_back(tx, &claims, until).await?;
            }
            Ok::<_, DbError>(())
        };
        self.app.db.write(write).await
    }

    /// The answer will not come: the shipments are due at once.
    async fn ask_anew(&self, row: &TicketRow) -> Result<(), DbError> {
        let (id, account, now) = (row.id, self.account.id, self.app.clock.now());
        let shipments: Vec<_> = row.claims()?.iter().map(|claim| claim.id).collect();
        tracing::info!(account = %account, count = shipments.len(), "a ticket is lost");
        let write = async move |tx: &mut Tx| {
            if store::remove(tx, id).await? {
                wanted(tx, &shipments, now).await?;
            }
            Ok::<_, DbError>(())
        };
        self.app.db.write(write).await
    }

    async fn put_away(&self, id: TrackingTicketId) -> Result<(), DbError> {
        let write = async move |tx: &mut Tx| store::remove(tx, id).await;
        self.app.db.write::<bool, DbError, _>(write).await.map(drop)
    }

    /// False: another node collects it.
    async fn moved(
        &self,
        id: TrackingTicketId,
        from: UtcMicros,
        to: UtcMicros,
    ) -> Result<bool, DbError> {
        let write = async move |tx: &mut Tx| store::moved(tx, id, from, to).await;
        self.app.db.write(write).await
    }
}

fn references(claims: &[Claim]) -> Vec<ShipmentRef> {
    claims.iter().map(|claim| claim.reference.clone()).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl TicketRow {
    fn claims(&self) -> Result<Vec<Claim>, DbError> {
        from_json(&self.asked)
    }
}
