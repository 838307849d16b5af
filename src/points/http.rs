//! Points over HTTP: searching, and refreshing.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::find::{self, Found, Near, Payment, Place, PointQuery};
use super::import::Closing;
use super::model::{PointRow, SourceRow};
use super::{PointsError, city_key, refresh};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::carriers::model::{Answers, BuyOut, Package, PointKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::InputError;
use crate::http::{Body, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams};
use crate::ids::{CarrierAccountId, JobId};
use crate::shipments::accounts;
use crate::units::{Grams, Kopecks, UtcMicros};

const RADIUS_M_DEFAULT: i64 = 50_000;
/// Half the way around the Earth.
const RADIUS_M_MAX: i64 = 20_100_000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(delivery_point_list))
        .routes(routes!(delivery_point_get))
        .routes(routes!(delivery_points_refresh))
        .routes(routes!(delivery_point_source_list))
}

/// Which points to find.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PointListParams {
    /// Whatever the case, with е for ё, with or without «г.».
    city: Option<String>,
    carrier: Option<String>,
    kind: Option<PointKind>,
    /// What the buyer will pay with; points that do not take it are left out.
    cod: Option<Payment>,
    /// How much the buyer will pay there.
    cod_kopecks: Option<Kopecks>,
    buy_out: Option<BuyOut>,
    weight_g: Option<Grams>,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    /// Latitude and longitude in degrees: `55.75,37.61`. The nearest points come first, and there is
    /// one page only.
    near: Option<String>,
    /// 50,000 unless told.
    radius_m: Option<i64>,
    limit: Option<i64>,
    after: Option<String>,
}

impl PointListParams {
    fn query(self) -> Result<PointQuery, Problem> {
        let page = PageParams { limit: self.limit, after: self.after };
        let limit = usize::try_from(page.limit()).unwrap_or(1);
        let near = self.near.as_deref().map(|text| near(text, self.radius_m)).transpose()?;
        let after = page.after.as_deref().map(|text| {
            let cursor = text.split_once(':').ok_or_else(|| Problem::of("cursor_invalid", vec![]));
            cursor.map(|(carrier, code)| (carrier.to_owned(), code.to_owned()))
        });
        let package = Package {
            number: String::new(),
            weight_g: self.weight_g.unwrap_or(Grams::ZERO),
            length_mm: self.length_mm.unwrap_or(0),
            width_mm: self.width_mm.unwrap_or(0),
            height_mm: self.height_mm.unwrap_or(0),
        };
        if let Some(side) = package.sides_mm().into_iter().find(|side| !SIDES_MM.contains(side)) {
            let code = if side < 0 { "too_small" } else { "too_large" };
            return Err(InputError::one("length_mm", code).into());
        }
        Ok(PointQuery {
            carrier: self.carrier,
            kind: self.kind,
            city: self.city.as_deref().map(city_key),
            paid_by: self.cod,
            package,
            cod: self.cod_kopecks.unwrap_or(Kopecks::ZERO),
            buy_out: self.buy_out.unwrap_or(BuyOut::Whole),
            near,
            after: after.transpose()?,
            limit,
        })
    }
}

/// Sides that a parcel may have; larger ones would overflow its volume.
const SIDES_MM: std::ops::RangeInclusive<i64> = 0..=1_000_000;

fn near(text: &str, radius_m: Option<i64>) -> Result<Near, InputError> {
    let place = Place::parse(text).ok_or_else(|| InputError::one("near", "bad_format"))?;
    let radius_m = radius_m.unwrap_or(RADIUS_M_DEFAULT);
    match radius_m {
        1..=RADIUS_M_MAX => Ok(Near { place, radius_m }),
        ..=0 => Err(InputError::one("radius_m", "too_small")),
        _ => Err(InputError::one("radius_m", "too_large")),
    }
}

/// A delivery point.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PointOut {
    pub carrier: String,
    pub code: String,
    pub kind: PointKind,
    pub name: String,
    pub region: String,
    pub city: String,
    pub postcode: String,
    pub address: String,
    /// Degrees, WGS 84.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// From the place that was asked for.
    pub distance_m: Option<i64>,
    pub hours: String,
    pub phone: String,
    pub hint: String,
    pub weight_max_g: Option<Grams>,
    /// Longest, middle and shortest side.
    pub sides_max_mm: Option<[i64; 3]>,
    pub longest_max_mm: Option<i64>,
    pub sum_of_sides_max_mm: Option<i64>,
    pub volume_max_cm3: Option<i64>,
    /// Zero: nothing is collected there.
    pub cod_max_kopecks: Option<Kopecks>,
    pub cash: Answers,
    pub card: Answers,
    pub partial_buy_out: Answers,
    pub hands_out: Answers,
    pub takes_in: Answers,
    /// Since when nothing may be sent there.
    pub closed_at: Option<UtcMicros>,
    pub changed_at: UtcMicros,
}

impl PointOut {
    fn of(point: PointRow, distance_m: Option<i64>) -> Self {
        let limits = point.limits();
        let degrees = point.latitude_udeg.zip(point.longitude_udeg);
        let place = degrees.and_then(|(latitude, longitude)| Place::of_udeg(latitude, longitude));
        let degrees = place.map(Place::degrees);
        Self {
            carrier: point.carrier,
            code: point.code,
            kind: point.kind,
            name: point.name,
            region: point.region,
            city: point.city,
            postcode: point.postcode,
            address: point.address,
            latitude: degrees.map(|(latitude, _)| latitude),
            longitude: degrees.map(|(_, longitude)| longitude),
            distance_m,
            hours: point.hours,
            phone: point.phone,
            hint: point.hint,
            weight_max_g: limits.weight_max_g,
            sides_max_mm: limits.sides_max_mm,
            longest_max_mm: limits.longest_max_mm,
            sum_of_sides_max_mm: limits.sum_of_sides_max_mm,
            volume_max_cm3: limits.volume_max_cm3,
            cod_max_kopecks: limits.cod_max_kopecks,
            cash: point.cash,
            card: point.card,
            partial_buy_out: point.partial_buy_out,
            hands_out: point.hands_out,
            takes_in: point.takes_in,
            closed_at: point.closed_at,
            changed_at: point.changed_at,
        }
    }
}

/// Open delivery points, the nearest first or by carrier and code (пункты выдачи).
#[utoipa::path(
    get, path = "/v1/delivery-points", tag = "delivery points", params(PointListParams),
    responses((status = 200, body = Page<PointOut>), (status = "default", body = ProblemBody))
)]
async fn delivery_point_list(
    State(app): State<App>,
    _caller: Caller<rights::OrdersRead>,
    QueryParams(params): QueryParams<PointListParams>,
) -> Result<Json<Page<PointOut>>, Problem> {
    let mut query = params.query()?;
    let limit = query.limit;
    if query.near.is_none() {
        query.limit += 1;
    }
    let found = find::search(&app, &query).await?;
    let items =
        found.into_iter().map(|Found { point, distance_m }| PointOut::of(point, distance_m));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let cursor = |item: &PointOut| format!("{}:{}", item.carrier, item.code);
    Ok(Json(Page::new(items.collect(), limit, cursor)))
}

/// One delivery point, closed or not (пункт выдачи).
#[utoipa::path(
    get, path = "/v1/delivery-points/{carrier}/{code}", tag = "delivery points",
    params(("carrier" = String, Path), ("code" = String, Path)),
    responses((status = 200, body = PointOut), (status = "default", body = ProblemBody))
)]
async fn delivery_point_get(
    State(app): State<App>,
    _caller: Caller<rights::OrdersRead>,
    Path((carrier, code)): Path<(String, String)>,
) -> Result<Json<PointOut>, Problem> {
    let unknown = PointsError::NotFound { carrier: carrier.clone(), code: code.clone() };
    let read = async move |tx: &mut Tx| find::point(tx, &carrier, &code).await;
    let point = app.db.read::<_, DbError, _>(read).await?;
    Ok(Json(PointOut::of(point.ok_or(unknown)?, None)))
}

/// By which account to ask.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct RefreshIn {
    account_id: CarrierAccountId,
    /// `any`: the carrier has really closed most of its points.
    closing: Option<Closing>,
}

/// The work that was queued.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct RefreshOut {
    carrier: String,
    job_id: JobId,
}

/// Asks a carrier for all its points now (обновить пункты выдачи).
#[utoipa::path(
    post, path = "/v1/delivery-points/refresh", tag = "delivery points", request_body = RefreshIn,
    responses((status = 200, body = RefreshOut), (status = "default", body = ProblemBody))
)]
async fn delivery_points_refresh(
    State(app): State<App>,
    caller: Caller<rights::CarriersManage>,
    key: IdempotencyKey,
    Body(body): Body<RefreshIn>,
) -> Result<Json<RefreshOut>, Problem> {
    let (id, closing) = (body.account_id, body.closing.unwrap_or(Closing::Plausible));
    let find = async move |tx: &mut Tx| accounts::account_find(tx, id).await;
    let account = app.db.read(find).await?;
    refresh::connected(&app, &account)?;
    let work = async move |tx: &mut Tx, ctx: &Ctx| -> Result<RefreshOut, PointsError> {
        let carrier = account.carrier.clone();
        let job_id = refresh::refresh_enqueue(tx, ctx, &carrier, Some(id), closing).await?;
        Ok(RefreshOut { carrier, job_id })
    };
    Ok(Json(app.command(&caller, key, "delivery_points_refresh", &body, work).await?))
}

/// How far the points of a carrier are known.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
struct SourceOut {
    carrier: String,
    /// Those that it named in the last import that came to its end.
    points: i64,
    finished_at: Option<UtcMicros>,
    /// When it is asked again by itself.
    due_at: UtcMicros,
    /// Why the last import failed: a code, and what its sentence speaks of.
    problem: Option<serde_json::Value>,
    failed_at: Option<UtcMicros>,
}

impl From<SourceRow> for SourceOut {
    fn from(row: SourceRow) -> Self {
        Self {
            carrier: row.carrier,
            points: row.points,
            finished_at: row.finished_at,
            due_at: row.due_at,
            problem: row.problem,
            failed_at: row.failed_at,
        }
    }
}

/// How far the points of each carrier are known (состояние справочника пунктов).
#[utoipa::path(
    get, path = "/v1/delivery-point-sources", tag = "delivery points",
    responses((status = 200, body = Vec<SourceOut>), (status = "default", body = ProblemBody))
)]
async fn delivery_point_source_list(
    State(app): State<App>,
    _caller: Caller<rights::CarriersManage>,
) -> Result<Json<Vec<SourceOut>>, Problem> {
    let sources = app.db.read::<_, DbError, _>(async |tx: &mut Tx| find::sources(tx).await).await?;
    Ok(Json(sources.into_iter().map(SourceOut::from).collect()))
}
