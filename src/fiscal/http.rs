//! Receipts over HTTP. A shop sees its own.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::FiscalError;
use super::lines::{ReceiptLine, lines_of};
use super::service::{self, ReceiptSource, ReceiptTrouble};
use super::store::{self, AttentionOf, AttentionRow, ReceiptRow};
use super::work;
use crate::access::caller::{Caller, Staff, rights};
use crate::app::App;
use crate::carriers::model::{FiscalReceipt, ReceiptKind};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::http::{
    Body, IdPath, IdempotencyKey, Page, PageParams, Problem, ProblemBody, QueryParams,
};
use crate::ids::{OwnerId, ParcelId};
use crate::shipments::{ShipmentError, paid_goods};
use crate::taxes;
use crate::units::{Day, Kopecks, UtcMicros};

/// A receipt may come so many days after the money before its absence is worth a look.
const MISSING_DAYS: u64 = 3;
const MISSING_DAYS_MAX: u64 = 3650;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(receipt_lines))
        .routes(routes!(receipt_list, receipt_add))
        .routes(routes!(receipt_annul))
        .routes(routes!(receipt_attention_list))
}

/// Whose goods are sold (данные поставщика, tag 1224).
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SupplierOut {
    /// 1225.
    name: String,
    /// 1226: ten or twelve digits; empty while nobody has said it.
    inn: String,
    /// 1171; empty while nobody has said it.
    phone: String,
}

/// What the buyer's receipt of a parcel has to say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReceiptLinesOut {
    parcel_id: ParcelId,
    owner_id: OwnerId,
    /// The day of the sale, whose rates of VAT hold.
    day: Day,
    /// As the carrier was told; otherwise as it would be told today.
    is_told: bool,
    supplier: SupplierOut,
    /// What a receipt needs and nobody has said: fields of the supplier, and `vat_mode` where nobody has
    /// said what VAT the shop pays on the day.
    missing: Vec<String>,
    /// The sum of the lines: the cash on delivery.
    total_kopecks: Kopecks,
    lines: Vec<ReceiptLine>,
}

/// What the carrier's cash register needs for the buyer's receipt: only what is paid on delivery, at
/// the prices that the carrier was told (строки чека).
#[utoipa::path(
    get, path = "/v1/parcels/{id}/receipt-lines", tag = "money",
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = ReceiptLinesOut), (status = "default", body = ProblemBody))
)]
async fn receipt_lines(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<ParcelId>,
) -> Result<Json<ReceiptLinesOut>, Problem> {
    let owner = caller.scope().owner();
    let today = app.clock.now().moscow_day();
    let read = async move |tx: &mut Tx| {
        let goods = paid_goods(tx, id, owner, today).await?;
        let is_mode_said = taxes::is_mode_said(tx, goods.owner, goods.day).await?;
        Ok::<_, ShipmentError>((goods, is_mode_said))
    };
    let (goods, is_mode_said) = app.db.read(read).await?;
    let lines = lines_of(&goods);
    let total = lines.iter().map(|line| line.sum_kopecks.get()).fold(0, i64::saturating_add);
    let seller = goods.seller;
    let is_said = |text: &str| !text.trim().is_empty();
    let parts = [
        ("name", is_said(&seller.name)),
        ("inn", is_said(&seller.inn)),
        ("phone", is_said(&seller.phone)),
        // Without it all is told as free of VAT.
        ("vat_mode", is_mode_said),
    ];
    let missing = parts.into_iter().filter(|(_, said)| !said);
    let missing = missing.map(|(name, _)| name.to_owned()).collect();
    let supplier = SupplierOut { name: seller.name, inn: seller.inn, phone: seller.phone };
    Ok(Json(ReceiptLinesOut {
        parcel_id: id,
        owner_id: goods.owner,
        day: goods.day,
        is_told: goods.is_told,
        supplier,
        missing,
        total_kopecks: Kopecks::new(total),
        lines,
    }))
}

/// A receipt that a carrier's cash register gave.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ReceiptOut {
    parcel_id: ParcelId,
    /// ФН: the number of the fiscal drive.
    fiscal_drive: String,
    /// ФД: the number of the document on it.
    document_number: i64,
    /// ФПД.
    fiscal_sign: i64,
    kind: ReceiptKind,
    issued_at: UtcMicros,
    shift: Option<i64>,
    cash_kopecks: Kopecks,
    card_kopecks: Kopecks,
    total_kopecks: Kopecks,
    source: ReceiptSource,
    recorded_at: UtcMicros,
    /// Since when it counts no more: it was entered by mistake.
    annulled_at: Option<UtcMicros>,
    annul_reason: Option<String>,
    /// The text of its QR code, for checking it at the tax service.
    qr: String,
}

impl From<ReceiptRow> for ReceiptOut {
    fn from(row: ReceiptRow) -> Self {
        Self {
            qr: service::qr(&row),
            parcel_id: row.parcel,
            fiscal_drive: row.drive,
            document_number: row.document,
            fiscal_sign: row.sign,
            kind: row.kind,
            issued_at: row.at,
            shift: row.shift,
            cash_kopecks: row.cash,
            card_kopecks: row.card,
            total_kopecks: row.total,
            source: row.source,
            recorded_at: row.recorded_at,
            annulled_at: row.annulled_at,
            annul_reason: row.annul_reason,
        }
    }
}

/// The receipts of a parcel that are known (чеки перевозчика), the oldest first, also those that were
/// annulled.
#[utoipa::path(
    get, path = "/v1/parcels/{id}/receipts", tag = "money",
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = Vec<ReceiptOut>), (status = "default", body = ProblemBody))
)]
async fn receipt_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    IdPath(id): IdPath<ParcelId>,
) -> Result<Json<Vec<ReceiptOut>>, Problem> {
    let owner = caller.scope().owner();
    let read = async move |tx: &mut Tx| {
        store::owner_of(tx, id, owner).await?.ok_or(ShipmentError::ParcelUnknown)?;
        Ok::<_, ShipmentError>(store::receipts_of(tx, id).await?)
    };
    let rows = app.db.read(read).await?;
    Ok(Json(rows.into_iter().map(ReceiptOut::from).collect()))
}

/// A receipt as a person reads it from paper or a cabinet.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct FiscalReceiptIn {
    /// ФН: sixteen digits.
    fiscal_drive: String,
    /// ФД.
    document_number: i64,
    /// ФПД.
    fiscal_sign: i64,
    kind: ReceiptKind,
    issued_at: UtcMicros,
    shift: Option<i64>,
    #[serde(default)]
    cash_kopecks: Kopecks,
    #[serde(default)]
    card_kopecks: Kopecks,
}

impl FiscalReceiptIn {
    fn receipt(&self) -> FiscalReceipt {
        let (cash, card) = (self.cash_kopecks, self.card_kopecks);
        FiscalReceipt {
            track: String::new(),
            drive: self.fiscal_drive.trim().to_owned(),
            document: self.document_number,
            sign: self.fiscal_sign,
            kind: self.kind,
            at: self.issued_at,
            shift: self.shift,
            cash_kopecks: cash,
            card_kopecks: card,
            total_kopecks: Kopecks::new(cash.get().saturating_add(card.get())),
        }
    }
}

/// Keeps a receipt with its parcel. The same again changes nothing.
#[utoipa::path(
    post, path = "/v1/parcels/{id}/receipts", tag = "money", request_body = FiscalReceiptIn,
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = ReceiptOut), (status = "default", body = ProblemBody))
)]
async fn receipt_add(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<ParcelId>,
    key: IdempotencyKey,
    Body(input): Body<FiscalReceiptIn>,
) -> Result<Json<ReceiptOut>, Problem> {
    let body = json!({ "parcel": id, "receipt": input });
    let receipt = input.receipt();
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let kept = service::keep_by_hand(tx, ctx, id, &receipt).await?;
        Ok::<_, FiscalError>(ReceiptOut::from(kept))
    };
    Ok(Json(app.command(&caller, key, "receipt_keep", &body, work).await?))
}

/// Which receipt was entered by mistake, and why that is known.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
struct ReceiptAnnulIn {
    /// ФН: sixteen digits.
    fiscal_drive: String,
    /// ФД.
    document_number: i64,
    reason: String,
}

/// Annuls a receipt that a person entered by mistake (аннулировать введённый чек): it counts no more,
/// and stays to be seen. What the carrier told is not annulled.
#[utoipa::path(
    post, path = "/v1/parcels/{id}/receipts/annul", tag = "money", request_body = ReceiptAnnulIn,
    params(("id" = ParcelId, Path)),
    responses((status = 200, body = ReceiptOut), (status = "default", body = ProblemBody))
)]
async fn receipt_annul(
    State(app): State<App>,
    caller: Staff<rights::MoneyWork>,
    IdPath(id): IdPath<ParcelId>,
    key: IdempotencyKey,
    Body(input): Body<ReceiptAnnulIn>,
) -> Result<Json<ReceiptOut>, Problem> {
    let body = json!({ "parcel": id, "annul": input });
    let work = async move |tx: &mut Tx, ctx: &Ctx| {
        let which = (input.fiscal_drive.as_str(), input.document_number);
        let annulled = service::annul(tx, ctx, id, which, &input.reason).await?;
        Ok::<_, FiscalError>(ReceiptOut::from(annulled))
    };
    Ok(Json(app.command(&caller, key, "receipt_annul", &body, work).await?))
}

/// A parcel whose receipts are not what its buyer paid.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReceiptAttentionOut {
    parcel_id: ParcelId,
    owner_id: OwnerId,
    /// Of the parcel.
    number: String,
    /// The shop's.
    order_number: String,
    carrier: String,
    kind: ReceiptTrouble,
    /// What the buyer paid, less what was given back.
    paid_kopecks: Kopecks,
    /// What the receipts say: sales less refunds.
    receipts_kopecks: Kopecks,
    collected_on: Option<Day>,
}

impl From<AttentionRow> for ReceiptAttentionOut {
    fn from(row: AttentionRow) -> Self {
        let paid = row.collected.get() - row.refunded.get();
        let is_missing = row.receipted.is_zero();
        Self {
            parcel_id: row.parcel,
            owner_id: row.owner,
            number: row.number,
            order_number: row.order_number,
            carrier: row.carrier,
            kind: if is_missing { ReceiptTrouble::Missing } else { ReceiptTrouble::Differs },
            paid_kopecks: Kopecks::new(paid),
            receipts_kopecks: row.receipted,
            collected_on: row.collected_on,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AttentionParams {
    /// The operator's people may name a shop; a shop sees its own.
    owner_id: Option<OwnerId>,
    /// Without it receipts are missed of those carriers only that tell theirs.
    carrier: Option<String>,
    /// A receipt is missing when the buyer paid at least so many days ago, 3 unless told.
    days: Option<u64>,
    limit: Option<i64>,
    after: Option<String>,
}

/// Parcels that were paid for and whose receipts are missing or say another sum.
#[utoipa::path(
    get, path = "/v1/receipts/attention", tag = "money", params(AttentionParams),
    responses((status = 200, body = Page<ReceiptAttentionOut>), (status = "default", body = ProblemBody))
)]
async fn receipt_attention_list(
    State(app): State<App>,
    caller: Caller<rights::MoneyRead>,
    QueryParams(params): QueryParams<AttentionParams>,
) -> Result<Json<Page<ReceiptAttentionOut>>, Problem> {
    let today = app.clock.now().moscow_day();
    let back = params.days.unwrap_or(MISSING_DAYS).min(MISSING_DAYS_MAX);
    let page = PageParams { limit: params.limit, after: params.after };
    let limit = page.limit();
    let missed_of = match &params.carrier {
        Some(carrier) => BTreeSet::from([carrier.clone()]),
        None => work::telling(&app).await?,
    };
    let of = AttentionOf {
        until: today.minus_days(back),
        owner: caller.scope().narrowed(params.owner_id),
        carrier: params.carrier,
        missed_of,
        after: page.after()?.unwrap_or(ParcelId::from_uuid(uuid::Uuid::nil())),
        limit: limit + 1,
    };
    let read = async move |tx: &mut Tx| store::attention(tx, &of).await;
    let rows = app.db.read::<_, DbError, _>(read).await?;
    let items = rows.into_iter().map(ReceiptAttentionOut::from).collect();
    Ok(Json(Page::new(items, limit, |item: &ReceiptAttentionOut| item.parcel_id.to_string())))
}
