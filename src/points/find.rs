//! Finding points.

use std::collections::{BTreeMap, HashMap};

use super::index::Hit;
use super::model::{PointRow, SourceRow};
use super::store;
use crate::app::App;
use crate::carriers::model::{BuyOut, Package, PointKind};
use crate::db::{DbError, Tx};
use crate::text_enum;
use crate::units::{Grams, Kopecks};

pub use super::sphere::Place;

text_enum! {
    /// What a buyer pays with at a point.
    pub enum Payment {
        Cash = "cash",
        Card = "card",
    }
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    pub place: Place,
    pub radius_m: i64,
}

/// Which points are looked for. Closed ones and those that hand nothing out are never found.
#[derive(Debug, Clone)]
pub struct PointQuery {
    pub carrier: Option<String>,
    pub kind: Option<PointKind>,
    /// As [`super::city_key`] makes it.
    pub city: Option<String>,
    /// Not those that say that they do not take it.
    pub paid_by: Option<Payment>,
    /// What is to go there; what is not known of it is zero.
    pub package: Package,
    pub cod: Kopecks,
    pub buy_out: BuyOut,
    pub near: Option<Near>,
    /// Carrier and code behind which the list goes on; only without `near`.
    pub after: Option<(String, String)>,
    pub limit: usize,
}

impl Default for PointQuery {
    /// The first 50 points that hand out anything.
    fn default() -> Self {
        Self {
            carrier: None,
            kind: None,
            city: None,
            paid_by: None,
            package: Package {
                number: String::new(),
                weight_g: Grams::ZERO,
                length_mm: 0,
                width_mm: 0,
                height_mm: 0,
            },
            cod: Kopecks::ZERO,
            buy_out: BuyOut::Whole,
            near: None,
            after: None,
            limit: 50,
        }
    }
}

/// A point, and how far it is when a place was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub point: PointRow,
    pub distance_m: Option<i64>,
}

/// The points that serve: the nearest first, or by carrier and code.
pub async fn search(app: &App, query: &PointQuery) -> Result<Vec<Found>, DbError> {
    let all = app.points.fresh(app).await?;
    let mut hits: Vec<Hit> = Vec::new();
    for (carrier, points) in &all {
        if query.carrier.as_ref().is_some_and(|wanted| wanted != carrier) {
            continue;
        }
        match query.near {
            Some(near) => hits.extend(points.nearest(carrier, query, near).take(query.limit)),
            None if query.after.as_ref().is_some_and(|(passed, _)| carrier < passed) => {}
            None => {
                let missing = query.limit.saturating_sub(hits.len());
                hits.extend(points.listed(carrier, query).take(missing));
            }
        }
    }
    if query.near.is_some() {
        hits.sort_by(|one, other| {
            let key = |hit: &Hit| hit.distance_m;
            (key(one), &one.carrier, &one.code).cmp(&(key(other), &other.carrier, &other.code))
        });
        hits.truncate(query.limit);
    }
    shown(app, hits).await
}

/// What the database says of the points that were found, in their order.
async fn shown(app: &App, hits: Vec<Hit>) -> Result<Vec<Found>, DbError> {
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for hit in &hits {
        codes.entry(hit.carrier.clone()).or_default().push(hit.code.clone());
    }
    let read = async move |tx: &mut Tx| {
        let mut rows = Vec::new();
        for (carrier, codes) in &codes {
            rows.extend(store::points_of_codes(tx, carrier, codes).await?);
        }
        Ok::<_, DbError>(rows)
    };
    let rows: Vec<PointRow> = app.db.read(read).await?;
    let mut rows: HashMap<(String, String), PointRow> =
        rows.into_iter().map(|row| ((row.carrier.clone(), row.code.clone()), row)).collect();
    let found = hits.into_iter().filter_map(|hit| {
        let point = rows.remove(&(hit.carrier, hit.code))?;
        Some(Found { point, distance_m: hit.distance_m })
    });
    Ok(found.collect())
}

/// A point, closed or not.
pub async fn point(tx: &mut Tx, carrier: &str, code: &str) -> Result<Option<PointRow>, DbError> {
    store::point_find(tx, carrier, code).await
}

/// The points that these carriers know under one code, closed or not.
pub async fn points_of_carriers(
    tx: &mut Tx,
    carriers: &[String],
    code: &str,
) -> Result<Vec<PointRow>, DbError> {
    store::points_of_carriers(tx, carriers, code).await
}

/// How far the points of each carrier are known.
pub async fn sources(tx: &mut Tx) -> Result<Vec<SourceRow>, DbError> {
    store::source_list(tx).await
}
