//! Packagings and parcels over HTTP. The packing itself is a dialogue of the terminal.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    MarkState, PackError, Packaging, PackagingIn, PackedMark, Parcel, ParcelLine, ParcelState,
    ScanBack, handover, packaging_create, packaging_update, store,
};
use crate::access::caller::{Caller, rights};
use crate::app::App;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{
    ConnectionId, LotId, OrderId, OrderLineId, OwnerId, PackagingId, ParcelId, ProductId,
    WarehouseId,
};
use crate::units::{Grams, Kopecks, Millimetres, Pieces, UtcMicros};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(packaging_post, packaging_list))
        .routes(routes!(packaging_put))
        .routes(routes!(parcel_list))
        .routes(routes!(parcel_get))
        .routes(routes!(scan_back_put))
}

/// A kind of box (упаковка).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PackagingOut {
    pub id: PackagingId,
    pub warehouse_id: WarehouseId,
    pub code: String,
    pub name: String,
    pub length_mm: Millimetres,
    pub width_mm: Millimetres,
    pub height_mm: Millimetres,
    pub load_max_g: Grams,
    pub tare_g: Grams,
    pub suits_fragile: bool,
    pub active: bool,
}

/// A parcel (грузовое место).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ParcelOut {
    pub id: ParcelId,
    pub warehouse_id: WarehouseId,
    pub owner_id: OwnerId,
    pub order_id: OrderId,
    pub number: String,
    pub state: ParcelState,
    /// Absent: the goods travel in the box they came in.
    pub packaging_id: Option<PackagingId>,
    pub carrier: String,
    pub pickup_point: String,
    pub cod_kopecks: Kopecks,
    pub weight_g: Option<Grams>,
    pub expected_weight_g: Option<Grams>,
    pub short_reason: Option<String>,
    pub created_at: UtcMicros,
    pub closed_at: Option<UtcMicros>,
    /// The scale that weighed it; absent: the weight was typed.
    pub scale_id: Option<ConnectionId>,
}

/// A parcel with what lies in it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ParcelDetailOut {
    #[serde(flatten)]
    pub parcel: ParcelOut,
    pub lines: Vec<ParcelLineOut>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ParcelLineOut {
    pub order_line_id: OrderLineId,
    pub product_id: ProductId,
    pub article: String,
    pub name: String,
    pub lot_id: LotId,
    pub lot_code: String,
    pub quantity: Pieces,
    /// The marking codes of the pieces (коды маркировки); empty for goods without.
    pub marks: Vec<PackedMarkOut>,
}

/// The marking code of a packed piece (код маркировки).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PackedMarkOut {
    /// What identifies the piece (КИ): 01, the product's number, 21 and the serial.
    pub piece: String,
    /// The whole code with its separators (GS), as a cash register wants it.
    pub code: String,
    pub state: MarkState,
    pub packed_at: UtcMicros,
}

#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ParcelQuery {
    /// Whose parcels.
    pub order_id: OrderId,
}

/// Adds a kind of box (добавить упаковку).
#[utoipa::path(
    post, path = "/v1/packagings", tag = "packing", request_body = PackagingIn,
    responses((status = 200, body = PackagingOut), (status = "default", body = ProblemBody))
)]
async fn packaging_post(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    Body(body): Body<PackagingIn>,
) -> Result<Json<PackagingOut>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        packaging_create(tx, ctx, &input).await.map(PackagingOut::from)
    };
    let created: Result<_, PackError> =
        app.command(&caller, key, "packaging_create", &body, work).await;
    Ok(Json(created?))
}

/// Changes a kind of box; its code and warehouse stay (изменить упаковку).
#[utoipa::path(
    put, path = "/v1/packagings/{id}", tag = "packing", request_body = PackagingIn,
    params(("id" = PackagingId, Path)),
    responses((status = 200, body = PackagingOut), (status = "default", body = ProblemBody))
)]
async fn packaging_put(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    IdPath(id): IdPath<PackagingId>,
    key: IdempotencyKey,
    Body(body): Body<PackagingIn>,
) -> Result<Json<PackagingOut>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        packaging_update(tx, ctx, id, &input).await.map(PackagingOut::from)
    };
    let changed: Result<_, PackError> =
        app.command(&caller, key, "packaging_update", &(id, &body), work).await;
    Ok(Json(changed?))
}

/// The kinds of boxes (упаковка).
#[utoipa::path(
    get, path = "/v1/packagings", tag = "packing", params(PageParams),
    responses((status = 200, body = Page<PackagingOut>), (status = "default", body = ProblemBody))
)]
async fn packaging_list(
    State(app): State<App>,
    _caller: Caller<rights::PackingWork>,
    QueryParams(page): QueryParams<PageParams>,
) -> Result<Json<Page<PackagingOut>>, Problem> {
    let limit = page.limit();
    let after = page.after::<PackagingId>()?.unwrap_or(PackagingId::from_uuid(uuid::Uuid::nil()));
    let read = async move |tx: &mut Tx| store::packaging_list(tx, after, limit + 1).await;
    let items = app.db.read(read).await?.into_iter().map(PackagingOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &PackagingOut| item.id.to_string())))
}

/// The parcels of an order, given-up ones included (грузовые места заказа).
#[utoipa::path(
    get, path = "/v1/parcels", tag = "packing", params(ParcelQuery),
    responses((status = 200, body = Page<ParcelOut>), (status = "default", body = ProblemBody))
)]
async fn parcel_list(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    QueryParams(query): QueryParams<ParcelQuery>,
) -> Result<Json<Page<ParcelOut>>, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| store::parcel_list(tx, query.order_id, owner).await;
    let items = app.db.read(read).await?.into_iter().map(ParcelOut::from).collect();
    Ok(Json(Page { items, next: None }))
}

/// One parcel with what lies in it (грузовое место).
#[utoipa::path(
    get, path = "/v1/parcels/{id}", tag = "packing", params(("id" = ParcelId, Path)),
    responses((status = 200, body = ParcelDetailOut), (status = "default", body = ProblemBody))
)]
async fn parcel_get(
    State(app): State<App>,
    caller: Caller<rights::OrdersRead>,
    IdPath(id): IdPath<ParcelId>,
) -> Result<Json<ParcelDetailOut>, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| {
        let found = store::parcel_find(tx, id, owner).await?;
        let parcel = found.ok_or(PackError::NotFound { what: "parcel" })?;
        let lines = store::parcel_lines(tx, id).await?;
        let marks = store::marks::marks_of_parcel(tx, id).await?;
        Ok::<_, PackError>((parcel, lines, marks))
    };
    let (parcel, lines, marks) = app.db.read(read).await?;
    let lines = lines.into_iter().map(|line| ParcelLineOut::of(line, &marks)).collect();
    Ok(Json(ParcelDetailOut { parcel: parcel.into(), lines }))
}

impl From<Packaging> for PackagingOut {
    fn from(row: Packaging) -> Self {
        Self {
            id: row.id,
            warehouse_id: row.warehouse,
            code: row.code,
            name: row.name,
            length_mm: row.length_mm,
            width_mm: row.width_mm,
            height_mm: row.height_mm,
            load_max_g: row.load_max_g,
            tare_g: row.tare_g,
            suits_fragile: row.suits_fragile,
            active: row.active,
        }
    }
}

impl From<Parcel> for ParcelOut {
    fn from(row: Parcel) -> Self {
        Self {
            id: row.id,
            warehouse_id: row.warehouse,
            owner_id: row.owner,
            order_id: row.order,
            number: row.number,
            state: row.state,
            packaging_id: row.packaging,
            carrier: row.carrier,
            pickup_point: row.pickup_point,
            cod_kopecks: row.cod_kopecks,
            weight_g: row.weight_g,
            expected_weight_g: row.expected_weight_g,
            short_reason: row.short_reason,
            created_at: row.created_at,
            closed_at: row.closed_at,
            scale_id: row.scale,
        }
    }
}

impl From<&PackedMark> for PackedMarkOut {
    fn from(row: &PackedMark) -> Self {
        let (piece, code) = (row.piece.clone(), row.code.clone());
        Self { piece, code, state: row.state, packed_at: row.packed_at }
    }
}

impl ParcelLineOut {
    /// The line with those of the parcel's codes that are its own.
    fn of(row: ParcelLine, marks: &[PackedMark]) -> Self {
        let own = |mark: &&PackedMark| mark.line == row.line && mark.lot == row.lot;
        Self {
            marks: marks.iter().filter(own).map(PackedMarkOut::from).collect(),
            order_line_id: row.line,
            product_id: row.product,
            article: row.article,
            name: row.name,
            lot_id: row.lot,
            lot_code: row.lot_code,
            quantity: row.quantity,
        }
    }
}

/// Where labels have to be scanned back.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScanBackIn {
    pub scan_back: ScanBack,
}

/// Says where a parcel's label has to be scanned back before the parcel may leave
/// (контрольный скан этикетки).
#[utoipa::path(
    put, path = "/v1/warehouses/{id}/scan-back", tag = "packing", request_body = ScanBackIn,
    params(("id" = WarehouseId, Path)),
    responses((status = 200, body = ScanBackIn), (status = "default", body = ProblemBody))
)]
async fn scan_back_put(
    State(app): State<App>,
    caller: Caller<rights::WarehouseWrite>,
    key: IdempotencyKey,
    IdPath(id): IdPath<WarehouseId>,
    Body(body): Body<ScanBackIn>,
) -> Result<Json<ScanBackIn>, Problem> {
    let input = body.clone();
    let work = async move |tx: &mut Tx, _: &Ctx| {
        if handover::scan_back_set(tx, id, input.scan_back).await? {
            Ok(input.clone())
        } else {
            Err(PackError::NotFound { what: "warehouse" })
        }
    };
    Ok(Json(app.command(&caller, key, "warehouse_scan_back", &(id, &body), work).await?))
}
