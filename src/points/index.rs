//! The open points in the memory of a node: by city, and in an R-tree.
//!
//! **Invariant:** what is found here is read from the database before it is shown; the index decides
//! which points, not what is said of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::find::{Near, PointQuery};
use super::fit::{PointRules, fits};
use super::sphere::{Place, chord_squared};
use super::store::{self, IndexRow, VersionRow};
use crate::app::App;
use crate::carriers::model::{Answers, PointKind};
use crate::db::{DbError, Tx};

const READ_POINTS: i64 = 5_000;

/// The points that a node holds, by carrier. They are read when they are first asked for, and again
/// when an import of any node has changed them.
#[derive(Default)]
pub struct PointIndex {
    carriers: Mutex<BTreeMap<String, Arc<CarrierPoints>>>,
    /// Held by whoever reads points, so that one does it for all who wait.
    reading: tokio::sync::Mutex<()>,
}

/// The open points of one carrier, in the order of their codes.
pub(super) struct CarrierPoints {
    version: i64,
    points: Vec<Entry>,
    cities: HashMap<String, Vec<u32>>,
    tree: RTree<GeomWithData<[f64; 3], u32>>,
}

struct Entry {
    code: Box<str>,
    kind: PointKind,
    city: Box<str>,
    place: Option<Place>,
    rules: PointRules,
}

/// A point that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) carrier: String,
    pub(super) code: String,
    pub(super) distance_m: Option<i64>,
}

impl PointIndex {
    /// The points as the database has them now.
    pub(super) async fn fresh(
        &self,
        app: &App,
    ) -> Result<BTreeMap<String, Arc<CarrierPoints>>, DbError> {
        let versions = app.db.read::<_, DbError, _>(async |tx: &mut Tx| store::versions(tx).await);
        let versions = versions.await?;
        if let Some(current) = self.current(&versions) {
            return Ok(current);
        }
        let reader = self.reading.lock().await;
        for VersionRow { carrier, version } in &versions {
            if self.version_of(carrier) == Some(*version) {
                continue;
            }
            let points = read(app, carrier.clone()).await?;
            let version = *version;
            let built = tokio::task::spawn_blocking(move || CarrierPoints::of(version, points));
            let built = built.await.map_err(|error| DbError::Engine(Box::new(error)))?;
            let mut carriers = self.carriers.lock().unwrap_or_else(PoisonError::into_inner);
            carriers.insert(carrier.clone(), Arc::new(built));
        }
        drop(reader);
        Ok(self.carriers.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// What is held, if it is of these versions.
    fn current(&self, versions: &[VersionRow]) -> Option<BTreeMap<String, Arc<CarrierPoints>>> {
        let carriers = self.carriers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = versions
            .iter()
            .all(|row| carriers.get(&row.carrier).is_some_and(|held| held.version == row.version));
        is_current.then(|| carriers.clone())
    }

    fn version_of(&self, carrier: &str) -> Option<i64> {
        let carriers = self.carriers.lock().unwrap_or_else(PoisonError::into_inner);
        carriers.get(carrier).map(|held| held.version)
    }
}

async fn read(app: &App, carrier: String) -> Result<Vec<IndexRow>, DbError> {
    let read = async move |tx: &mut Tx| {
        let mut all: Vec<IndexRow> = Vec::new();
        loop {
            let after = all.last().map_or("", |row| row.code.as_str()).to_owned();
            let rows = store::points_indexed(tx, &carrier, &after, READ_POINTS).await?;
            if rows.is_empty() {
                return Ok(all);
            }
            all.extend(rows);
        }
    };
    app.db.read(read).await
}

impl CarrierPoints {
    pub(super) fn of(version: i64, rows: Vec<IndexRow>) -> Self {
        let mut cities: HashMap<String, Vec<u32>> = HashMap::new();
        let mut places = Vec::with_capacity(rows.len());
        let mut points = Vec::with_capacity(rows.len());
        for (index, row) in (0_u32..).zip(rows) {
            let degrees = row.latitude_udeg.zip(row.longitude_udeg);
            let place =
                degrees.and_then(|(latitude, longitude)| Place::of_udeg(latitude, longitude));
            places.extend(place.map(|place| GeomWithData::new(place.in_space(), index)));
            let rules = row.rules();
            let city: Box<str> = row.city_key.as_str().into();
            cities.entry(row.city_key).or_default().push(index);
            points.push(Entry { code: row.code.into(), kind: row.kind, city, place, rules });
        }
        Self { version, points, cities, tree: RTree::bulk_load(places) }
    }

    fn entry(&self, index: u32) -> Option<&Entry> {
        self.points.get(usize::try_from(index).ok()?)
    }

    /// The first points that serve, in the order of their codes.
    pub(super) fn listed<'a>(
        &'a self,
        carrier: &'a str,
        query: &'a PointQuery,
    ) -> impl Iterator<Item = Hit> + 'a {
        let in_city = query.city.as_ref().map(|city| self.cities.get(city));
        let all: Box<dyn Iterator<Item = &Entry>> = match in_city {
            Some(Some(found)) => Box::new(found.iter().filter_map(|index| self.entry(*index))),
            Some(None) => Box::new(std::iter::empty()),
            None => Box::new(self.points.iter()),
        };
        let from = query.after.as_ref().filter(|(known, _)| known == carrier);
        all.filter(move |entry| from.is_none_or(|(_, code)| *entry.code > **code))
            .filter(|entry| entry.serves(query))
            .map(|entry| entry.hit(carrier, None))
    }

    /// The nearest points that serve, the nearest first.
    pub(super) fn nearest<'a>(
        &'a self,
        carrier: &'a str,
        query: &'a PointQuery,
        near: Near,
    ) -> impl Iterator<Item = Hit> + 'a {
        let most = chord_squared(near.radius_m);
        self.tree
            .nearest_neighbor_iter_with_distance_2(&near.place.in_space())
            .take_while(move |(_, squared)| *squared <= most)
            .filter_map(|(found, _)| self.entry(found.data))
            .filter(|entry| {
                query.city.as_ref().is_none_or(|city| **city == *entry.city) && entry.serves(query)
            })
            .filter_map(move |entry| {
                let distance_m = entry.place?.distance_m(near.place);
                (distance_m <= near.radius_m).then(|| entry.hit(carrier, Some(distance_m)))
            })
    }
}

impl Entry {
    fn serves(&self, query: &PointQuery) -> bool {
        let takes = |answer: Answers| answer != Answers::No;
        let paid = match query.paid_by {
            Some(super::Payment::Cash) => takes(self.rules.cash),
            Some(super::Payment::Card) => takes(self.rules.card),
            None => true,
        };
        query.kind.is_none_or(|kind| kind == self.kind)
            && paid
            && fits(&self.rules, &query.package, query.cod, query.buy_out).is_ok()
    }

    fn hit(&self, carrier: &str, distance_m: Option<i64>) -> Hit {
        Hit { carrier: carrier.to_owned(), code: self.code.to_string(), distance_m }
    }
}
