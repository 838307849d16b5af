//! Taking in all points of a carrier.
//!
//! Pages are compared with what is known, in memory; what differs is written in short transactions, so
//! that the one writer of `SQLite` stays free for the floor. What closes points waits for the end, when
//! it is known how many there are.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::model::{PointRow, cleaned, content_hash};
use super::store::KnownRow;
use super::{PointsError, store};
use crate::app::App;
use crate::carriers::model::{PointModel, PointsPage};
use crate::carriers::{Answer, Carrier, CarrierError, registry};
use crate::db::Tx;
use crate::fault::Told;
use crate::shipments::{self, Connected};
use crate::text_enum;
use crate::units::UtcMicros;

/// Points that one transaction writes.
const CHUNK_POINTS: usize = 1_000;
const READ_POINTS: i64 = 5_000;
/// A carrier that tells more parts than this goes in circles.
const PAGES_MAX: usize = 10_000;
/// How long an import is believed to be under way after its last sign of life.
const LEASE_SECONDS: i64 = 15 * 60;

text_enum! {
    /// What becomes of an import that would close more than half of the points.
    pub enum Closing {
        /// It is refused: rather the answer is wrong.
        Plausible = "plausible",
        /// A person knows that it is so.
        Any = "any",
        /// What is not named stays as it is: the list is a part of all points.
        Named = "named",
    }
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Named by the carrier, each once.
    pub points: usize,
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub closed: usize,
    pub reopened: usize,
    /// Without a code, or named twice.
    pub left_out: usize,
}

/// Takes in all points that a carrier names.
///
/// An error of the carrier in the middle keeps what was read and closes nothing.
pub async fn import(
    app: &App,
    carrier: &Connected,
    closing: Closing,
) -> Result<ImportReport, PointsError> {
    if carrier.points().is_none() {
        return Err(PointsError::NotTold { carrier: carrier.code().to_owned() });
    }
    let mut run = Run::begin(app, carrier).await?;
    match run.go(closing).await {
        Ok(()) => {
            run.finish().await?;
            Ok(run.report)
        }
        Err(error) => {
            run.fail(&error).await?;
            Err(error)
        }
    }
}

/// What is known of a point.
struct Known {
    content_hash: Vec<u8>,
    closed_at: Option<UtcMicros>,
    is_named: bool,
}

/// What a page's point is against what is known.
enum Verdict {
    LeftOut,
    Unchanged,
    Write,
    /// Open here, and the carrier says that it is closed.
    Close,
}

/// One import under way.
struct Run {
    app: App,
    carrier: Connected,
    code: String,
    id: Uuid,
    /// The stamp of everything that this import changes.
    now: UtcMicros,
    known: HashMap<String, Known>,
    /// Rows that wait for their transaction.
    writing: Vec<PointRow>,
    reopening: Vec<String>,
    /// Points that their carrier closes; they wait for the end.
    closing: Vec<PointRow>,
    /// Open points that the list says nothing of.
    kept: usize,
    report: ImportReport,
}

impl Run {
    async fn begin(app: &App, carrier: &Connected) -> Result<Self, PointsError> {
        let (code, id, now) = (carrier.code().to_owned(), crate::ids::new_uuid(), app.clock.now());
        let of = code.clone();
        let take = async move |tx: &mut Tx| {
            store::source_insert(tx, &of, now).await?;
            if store::source_take(tx, &of, id, now.plus_seconds(LEASE_SECONDS), now).await? {
                return Ok(());
            }
            Err(PointsError::Busy { carrier: of.clone() })
        };
        app.db.write::<(), PointsError, _>(take).await?;
        let mut run = Self {
            app: app.clone(),
            carrier: carrier.clone(),
            code,
            id,
            now,
            known: HashMap::new(),
            writing: Vec::new(),
            reopening: Vec::new(),
            closing: Vec::new(),
            kept: 0,
            report: ImportReport::default(),
        };
        match run.read_known().await {
            Ok(()) => Ok(run),
            Err(error) => {
                run.fail(&error).await?;
                Err(error)
            }
        }
    }

    async fn read_known(&mut self) -> Result<(), PointsError> {
        let mut after = String::new();
        loop {
            let of = self.code.clone();
            let from = after.clone();
            let read =
                async move |tx: &mut Tx| store::points_known(tx, &of, &from, READ_POINTS).await;
            let rows: Vec<KnownRow> = self.app.db.read::<_, crate::db::DbError, _>(read).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after.clone_from(&last.code);
            let known = rows.into_iter().map(|row| {
                let (content_hash, closed_at) = (row.content_hash, row.closed_at);
                (row.code, Known { content_hash, closed_at, is_named: false })
            });
            self.known.extend(known);
        }
    }

    async fn go(&mut self, closing: Closing) -> Result<(), PointsError> {
        let open = self.known.values().filter(|known| known.closed_at.is_none()).count();
        let mut from: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let page = page_of(&self.carrier, from.clone()).await?;
            for part in page.points.chunks(CHUNK_POINTS) {
                for point in part {
                    self.take(point);
                }
                if self.writing.len() >= CHUNK_POINTS {
                    self.write().await?;
                }
                // Comparing is work: others on this thread get their turn.
                tokio::task::yield_now().await;
            }
            self.stay_alive().await?;
            match page.next {
                Some(next) if from.as_ref() == Some(&next) => return Err(self.circle()),
                Some(next) => from = Some(next),
                None => return self.close(open, closing).await,
            }
        }
        Err(self.circle())
    }

    fn circle(&self) -> PointsError {
        let said = "части списка пунктов не кончаются".to_owned();
        CarrierError::Malformed { carrier: registry::name_of(&self.code), said }.into()
    }

    /// Compares a point that the carrier names with what is known.
    fn take(&mut self, point: &PointModel) {
        let Some(point) = cleaned(point.clone()) else {
            self.report.left_out += 1;
            return;
        };
        let print = content_hash(&point);
        let verdict = match self.known.get_mut(&point.code) {
            Some(known) if known.is_named => Verdict::LeftOut,
            Some(known) => {
                known.is_named = true;
                let is_reopened = known.closed_at.is_some() && !point.is_closed;
                if is_reopened {
                    self.reopening.push(point.code.clone());
                    self.report.reopened += 1;
                }
                if point.is_closed && known.closed_at.is_none() {
                    Verdict::Close
                } else if known.content_hash == print && !is_reopened {
                    Verdict::Unchanged
                } else {
                    Verdict::Write
                }
            }
            None => Verdict::Write,
        };
        if matches!(verdict, Verdict::LeftOut) {
            self.report.left_out += 1;
            return;
        }
        self.report.points += 1;
        if matches!(verdict, Verdict::Unchanged) {
            self.report.unchanged += 1;
            return;
        }
        let mut row = PointRow::of(&self.code, &point, print, self.now);
        let before = self.known.get(&point.code);
        match before {
            // It stays closed since it was.
            Some(known) if point.is_closed && known.closed_at.is_some() => {
                row.closed_at = known.closed_at;
                self.report.changed += 1;
            }
            Some(_) => self.report.changed += 1,
            None => {
                self.report.created += 1;
                let known =
                    Known { content_hash: Vec::new(), closed_at: row.closed_at, is_named: true };
                self.known.insert(point.code, known);
            }
        }
        match verdict {
            Verdict::Close => self.closing.push(row),
            _ => self.writing.push(row),
        }
    }

    /// Writes what waits, in transactions of their own.
    async fn write(&mut self) -> Result<(), PointsError> {
        let rows = std::mem::take(&mut self.writing);
        for part in rows.chunks(CHUNK_POINTS) {
            self.write_part(part.to_vec()).await?;
        }
        let reopened = std::mem::take(&mut self.reopening);
        if reopened.is_empty() {
            return Ok(());
        }
        let of = self.code.clone();
        let clear = async move |tx: &mut Tx| shipments::points_reopened(tx, &of, &reopened).await;
        Ok(self.app.db.write::<(), crate::db::DbError, _>(clear).await?)
    }

    async fn write_part(&self, rows: Vec<PointRow>) -> Result<(), PointsError> {
        let (of, run, now, until) = (self.code.clone(), self.id, self.now, self.until());
        let closes = rows.iter().any(|row| row.closed_at == Some(now));
        let write = async move |tx: &mut Tx| {
            if !store::source_soil(tx, &of, run, until).await? {
                return Err(PointsError::Busy { carrier: of.clone() });
            }
            store::points_write(tx, &rows).await?;
            if closes {
                shipments::points_closed(tx, &of, now).await?;
            }
            Ok(())
        };
        self.app.db.write(write).await
    }

    fn until(&self) -> UtcMicros {
        self.app.clock.now().plus_seconds(LEASE_SECONDS)
    }

    async fn stay_alive(&self) -> Result<(), PointsError> {
        let (of, run, until) = (self.code.clone(), self.id, self.until());
        let keep = async move |tx: &mut Tx| {
            if store::source_keep(tx, &of, run, until).await? {
                Ok(())
            } else {
                Err(PointsError::Busy { carrier: of.clone() })
            }
        };
        self.app.db.write(keep).await
    }

    /// All parts were read: what is closed is closed, if that can be true.
    async fn close(&mut self, open: usize, closing: Closing) -> Result<(), PointsError> {
        self.write().await?;
        let unnamed = |known: &Known| !known.is_named && known.closed_at.is_none();
        if closing == Closing::Named {
            self.kept = self.known.values().filter(|known| unnamed(known)).count();
        }
        let gone = |known: &Known| closing != Closing::Named && unnamed(known);
        let mut missing: Vec<String> = self
            .known
            .iter()
            .filter(|(_, known)| gone(known))
            .map(|(code, _)| code.clone())
            .collect();
        missing.sort_unstable();
        let all = missing.len() + self.closing.len();
        if closing == Closing::Plausible && all * 2 > open {
            return Err(PointsError::Implausible {
                carrier: self.code.clone(),
                closing: all,
                open,
            });
        }
        self.report.closed = self.closing.len();
        self.writing = std::mem::take(&mut self.closing);
        self.write().await?;
        for part in missing.chunks(CHUNK_POINTS) {
            self.report.closed += self.close_part(part.to_vec()).await?;
        }
        Ok(())
    }

    async fn close_part(&self, codes: Vec<String>) -> Result<usize, PointsError> {
        let (of, run, now, until) = (self.code.clone(), self.id, self.now, self.until());
        let close = async move |tx: &mut Tx| {
            if !store::source_soil(tx, &of, run, until).await? {
                return Err(PointsError::Busy { carrier: of.clone() });
            }
            let closed = store::points_close(tx, &of, &codes, now).await?;
            shipments::points_closed(tx, &of, now).await?;
            Ok(closed.len())
        };
        self.app.db.write(close).await
    }

    async fn finish(&self) -> Result<(), PointsError> {
        let open = i64::try_from(self.report.points + self.kept).unwrap_or(i64::MAX);
        let (of, run, now) = (self.code.clone(), self.id, self.app.clock.now());
        let finish = async move |tx: &mut Tx| store::source_finish(tx, &of, run, open, now).await;
        self.app.db.write::<bool, crate::db::DbError, _>(finish).await?;
        Ok(())
    }

    /// Keeps why it failed. An import that was overtaken leaves the word to the other one.
    async fn fail(&self, error: &PointsError) -> Result<(), PointsError> {
        let told = Told::from(error);
        let args: serde_json::Map<String, serde_json::Value> =
            told.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let problem = json!({ "code": told.code, "args": args });
        let (of, run, now) = (self.code.clone(), self.id, self.app.clock.now());
        let fail =
            async move |tx: &mut Tx| store::source_fail(tx, &of, run, problem.clone(), now).await;
        self.app.db.write::<bool, crate::db::DbError, _>(fail).await?;
        Ok(())
    }
}

/// One part of a carrier's points.
fn page_of(carrier: &Connected, from: Option<String>) -> Answer<'static, PointsPage> {
    let carrier = carrier.clone();
    Box::pin(async move {
        match Carrier::points(&*carrier) {
            Some(points) => points.points(from.as_deref()).await,
            None => Ok(PointsPage::default()),
        }
    })
}
