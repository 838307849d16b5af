//! The job that sends: one run serves all endpoints of one owner that are due.

use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use rand::RngExt;
use serde_json::json;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::reach::{self, Clients};
use super::service::{secret_context, wants};
use super::store::{self, Attempt, Endpoint, Event, Setback};
use super::{DeliveryTrouble, DisabledReason, JOB_KIND, UrlTrouble, signature};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::ids::{OwnerId, new_uuid};
use crate::jobs::{Job, JobHandler, JobOutcome, JobPolicy, NewJob, enqueue_with};
use crate::secrets::{Secret, VaultError};
use crate::units::UtcMicros;

/// Owners that one node serves at once: slow receivers must not hold up all other work.
const OWNERS_AT_ONCE: usize = 6;
const EVENTS_AT_ONCE: i64 = 50;
/// After this time a run ends; what is left is for the next one.
const RUN_TIME_MAX: Duration = Duration::from_secs(30);
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
const LEASE_SECONDS: i64 = 60;
/// An endpoint that took nothing for so long is disabled.
const FAILING_SECONDS_MAX: i64 = 3 * 24 * 3600;
/// The pauses of an endpoint: from 5 seconds, doubling, to 6 hours.
const RETRY: JobPolicy = JobPolicy {
    attempts_max: i64::MAX,
    lease_seconds: LEASE_SECONDS,
    pause_seconds_first: 5,
    pause_seconds_max: 6 * 3600,
};
const STATUS_GONE: i64 = 410;
const AGAIN_SECONDS: i64 = 1;

/// Sends events to the endpoints of shops.
pub struct ShopWebhooks {
    clients: Clients,
    owners: Semaphore,
}

impl ShopWebhooks {
    /// `patience`: how long a receiver may take to answer.
    pub fn with_patience(patience: Duration) -> Self {
        Self { clients: Clients::new(patience), owners: Semaphore::new(OWNERS_AT_ONCE) }
    }
}

impl Default for ShopWebhooks {
    fn default() -> Self {
        Self::with_patience(ANSWER_TIME_MAX)
    }
}

impl JobHandler for ShopWebhooks {
    fn kind(&self) -> &'static str {
        JOB_KIND
    }

    /// A run fails only when the database does, so it never ends: nobody else would wake the owner's
    /// endpoints.
    fn policy(&self) -> JobPolicy {
        JobPolicy { pause_seconds_max: 60, ..RETRY }
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a Job) -> BoxFuture<'a, Result<JobOutcome, String>> {
        async move {
            let Ok(owner) = job.subject.parse::<OwnerId>() else {
                return Ok(JobOutcome::GiveUp { reason: "the subject is no owner".to_owned() });
            };
            let Ok(_place) = self.owners.try_acquire() else {
                return Ok(JobOutcome::Later { seconds: AGAIN_SECONDS });
            };
            self.serve_owner(app, owner).await.map_err(|error| error.to_string())
        }
        .boxed()
    }
}

/// What one run has taken.
struct Round {
    lease: Uuid,
    endpoints: Vec<Endpoint>,
    trusted: Vec<String>,
    others_send: bool,
}

/// Whether a run came to the end of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Ended,
    /// There are more, for the next run.
    More,
}

impl ShopWebhooks {
    async fn serve_owner(&self, app: &App, owner: OwnerId) -> Result<JobOutcome, DbError> {
        let (lease, now) = (new_uuid(), app.clock.now());
        let take = async move |tx: &mut Tx| {
            // First: what is told after this commit queues a job of its own.
            store::wake_taken(tx, owner).await?;
            let until = now.plus_seconds(LEASE_SECONDS);
            let endpoints = store::endpoints_lease(tx, owner, lease, now, until).await?;
            let others_send = store::endpoints_are_busy(tx, owner, lease, now).await?;
            Ok::<_, DbError>(Round {
                lease,
                endpoints,
                trusted: store::hosts(tx).await?,
                others_send,
            })
        };
        let round = app.db.write(take).await?;
        let rounds = round.endpoints.iter().map(|endpoint| self.serve(app, endpoint, &round));
        let mut more = round.others_send;
        for ended in join_all(rounds).await {
            more |= ended? == Progress::More;
        }
        Ok(if more { JobOutcome::Later { seconds: AGAIN_SECONDS } } else { JobOutcome::Done })
    }

    /// Sends to one endpoint, in order, until there is nothing more or it takes no more.
    async fn serve(
        &self,
        app: &App,
        endpoint: &Endpoint,
        round: &Round,
    ) -> Result<Progress, DbError> {
        let started = Instant::now();
        let (id, owner, lease) = (endpoint.id, endpoint.owner, round.lease);
        let mut sent = endpoint.sent_seq;
        let mut attempts = endpoint.attempts;
        let mut failing_since = endpoint.failing_since;
        loop {
            let read = async move |tx: &mut Tx| {
                store::events_after(tx, owner, sent, None, EVENTS_AT_ONCE).await
            };
            let events = app.db.read::<_, DbError, _>(read).await?;
            let is_last = events.is_empty();
            for event in events {
                if started.elapsed() > RUN_TIME_MAX {
                    self.release(app, endpoint, lease, sent).await?;
                    return Ok(Progress::More);
                }
                let seq = event.seq;
                if !wants(endpoint, &event) {
                    sent = seq;
                    continue;
                }
                let attempt = self.attempt(app, endpoint, &event, &round.trusted).await;
                if attempt.trouble.is_some() {
                    let since = failing_since.unwrap_or(attempt.at);
                    let setback = setback(attempt, attempts + 1, since);
                    self.refuse(app, endpoint, lease, sent, attempt, setback).await?;
                    return Ok(Progress::Ended);
                }
                let note =
                    async move |tx: &mut Tx| store::delivered(tx, id, lease, seq, attempt).await;
                if !app.db.write::<_, DbError, _>(note).await? {
                    // It was paused or put elsewhere meanwhile, and whoever did that goes on.
                    return Ok(Progress::Ended);
                }
                (sent, attempts, failing_since) = (seq, 0, None);
            }
            if is_last {
                self.release(app, endpoint, lease, sent).await?;
                return Ok(Progress::Ended);
            }
        }
    }

    async fn release(
        &self,
        app: &App,
        endpoint: &Endpoint,
        lease: Uuid,
        sent: i64,
    ) -> Result<(), DbError> {
        let id = endpoint.id;
        app.db.write(async move |tx: &mut Tx| store::released(tx, id, lease, sent).await).await
    }

    /// Notes an attempt that failed, and when the next one is due.
    async fn refuse(
        &self,
        app: &App,
        endpoint: &Endpoint,
        lease: Uuid,
        sent: i64,
        attempt: Attempt,
        setback: Setback,
    ) -> Result<(), DbError> {
        let (id, owner) = (endpoint.id, endpoint.owner);
        if let Setback::Disabled { reason } = setback {
            tracing::warn!(endpoint = %id, %reason, "an endpoint of a shop was disabled");
        }
        let note = async move |tx: &mut Tx| {
            let noted = store::refused(tx, id, lease, sent, attempt, setback).await?;
            if let (true, Setback::Again { at }) = (noted, setback) {
                let job = NewJob::new(JOB_KIND, owner.to_string(), json!({ "endpoint_id": id }));
                enqueue_with(tx, &Ctx::system(attempt.at), &job.not_before(at)).await?;
            }
            Ok::<_, DbError>(())
        };
        app.db.write(note).await
    }

    /// Sends one event once.
    async fn attempt(
        &self,
        app: &App,
        endpoint: &Endpoint,
        event: &Event,
        trusted: &[String],
    ) -> Attempt {
        let at = app.clock.now();
        let (status, trouble) = match self.send(app, endpoint, event, trusted, at).await {
            Ok(status) if (200..300).contains(&status) => (Some(status), None),
            Ok(status) => (Some(status), Some(DeliveryTrouble::Status)),
            Err(trouble) => (None, Some(trouble)),
        };
        if let Some(trouble) = trouble {
            tracing::info!(endpoint = %endpoint.id, event = %event.id, status, %trouble, "an endpoint of a shop did not take an event");
        }
        Attempt { at: app.clock.now(), status, trouble }
    }

    /// The status of the answer. Its body is not read, and the address is told to nobody: it may hold
    /// a secret of the shop.
    async fn send(
        &self,
        app: &App,
        endpoint: &Endpoint,
        event: &Event,
        trusted: &[String],
        now: UtcMicros,
    ) -> Result<i64, DeliveryTrouble> {
        let url = reach::url_check(&endpoint.url, trusted).map_err(trouble_of_url)?;
        let body = body_of(event);
        let timestamp = now.micros() / 1_000_000;
        let secrets = secrets_of(app, endpoint, now).map_err(|fault| {
            tracing::error!(endpoint = %endpoint.id, %fault, "the secret of an endpoint cannot be read");
            DeliveryTrouble::SecretUnreadable
        })?;
        let id = event.id.to_string();
        let signatures: Vec<String> = secrets
            .iter()
            .filter_map(|secret| signature::sign(secret, &id, timestamp, &body))
            .collect();
        let request = self
            .clients
            .of(&url, trusted)
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures.join(" "))
            .body(body);
        match request.send().await {
            Ok(answer) => Ok(i64::from(answer.status().as_u16())),
            Err(error) if reach::is_refused(&error) => Err(DeliveryTrouble::AddressRefused),
            Err(error) if error.is_timeout() => Err(DeliveryTrouble::TimedOut),
            Err(_) => Err(DeliveryTrouble::Unreachable),
        }
    }
}

const fn trouble_of_url(_: UrlTrouble) -> DeliveryTrouble {
    // It was accepted once: the operator trusts the host no more.
    DeliveryTrouble::AddressRefused
}

/// What the receiver reads: `type`, `timestamp` and `data` of the specification, and the number of the
/// event in the feed.
fn body_of(event: &Event) -> String {
    json!({
        "type": event.kind,
        "timestamp": event.occurred_at,
        "seq": event.seq,
        "subject": event.subject,
        "data": event.data,
    })
    .to_string()
}

/// The secret, and the one before while it still signs.
fn secrets_of(app: &App, endpoint: &Endpoint, now: UtcMicros) -> Result<Vec<Secret>, VaultError> {
    let context = secret_context(endpoint.id);
    let is_valid = endpoint.secret_old_until.is_some_and(|until| now < until);
    let old = endpoint.secret_old.as_ref().filter(|_| is_valid);
    [Some(&endpoint.secret), old]
        .into_iter()
        .flatten()
        .map(|sealed| app.vault.open(&context, sealed))
        .collect()
}

/// What follows from the failure number `attempts` of an event, of an endpoint that fails since then.
fn setback(attempt: Attempt, attempts: i64, failing_since: UtcMicros) -> Setback {
    if attempt.status == Some(STATUS_GONE) {
        return Setback::Disabled { reason: DisabledReason::Gone };
    }
    if attempt.at.seconds_since(failing_since) >= FAILING_SECONDS_MAX {
        return Setback::Disabled { reason: DisabledReason::Failing };
    }
    let longest = RETRY.pause_seconds(attempts);
    let pause = rand::rng().random_range((longest + 1) / 2..=longest);
    Setback::Again { at: attempt.at.plus_seconds(pause) }
}
