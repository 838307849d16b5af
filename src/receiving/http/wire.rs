//! What travels about deliveries.

use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::catalog::{self, Measures};
use crate::db::Tx;
use crate::fault::InputError;
use crate::ids::{
    DiscrepancyId, InboundId, LotId, OwnerId, PlaceId, ProductId, UserId, WarehouseId,
};
use crate::receiving::putaway::{Proposal, Why};
use crate::receiving::service::closing::{InboundView, ReversalIn, ReversalLine};
use crate::receiving::{
    DiscrepancyKind, DiscrepancyRow, InboundKind, InboundRow, InboundState, Labelling, LineRow,
    NoteIn, PortionRow, PutChoice, PutIn, ReceiveIn, ReceivingError, Surplus,
};
use crate::stock::{Condition, Goods};
use crate::units::{Day, Pieces, UtcMicros};

/// A delivery to be announced. Without lines it is blind.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct InboundIn {
    /// Whose goods; a shop may leave it out.
    pub(super) owner_id: Option<OwnerId>,
    /// The only warehouse unless told.
    pub(super) warehouse_id: Option<WarehouseId>,
    /// The shop's own number: announced again, it is the same delivery.
    pub(super) external_number: Option<String>,
    pub(super) expected_on: Option<Day>,
    #[serde(default)]
    pub(super) lines: Vec<InboundLineIn>,
}

/// A product by its id or its article.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct InboundLineIn {
    pub(super) product_id: Option<ProductId>,
    pub(super) article: Option<String>,
    pub(super) expected: Pieces,
}

impl InboundIn {
    pub(super) fn owner(&self, scope: Scope) -> Result<OwnerId, InputError> {
        self.owner_id.or(scope.owner()).ok_or_else(|| InputError::one("owner_id", "missing"))
    }

    pub(super) const fn kind(&self) -> InboundKind {
        if self.lines.is_empty() { InboundKind::Blind } else { InboundKind::Announced }
    }

    /// The products of the lines, those given by article looked up.
    pub(super) async fn products(
        &self,
        tx: &mut Tx,
        owner: OwnerId,
    ) -> Result<Vec<(ProductId, Pieces)>, ReceivingError> {
        let mut products = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            let product = match (line.product_id, &line.article) {
                (Some(product), _) => Some(product),
                (None, Some(article)) => catalog::product_by_article(tx, owner, article).await?,
                (None, None) => None,
            };
            let Some(product) = product else {
                return Err(InputError::one(format!("lines[{index}].article"), "unknown").into());
            };
            products.push((product, line.expected));
        }
        Ok(products)
    }
}

/// `?state=receiving`.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InboundFilter {
    pub(super) state: Option<InboundState>,
    /// How many items, 50 unless told, 500 at most.
    pub(super) limit: Option<i64>,
    /// `next` of the page before.
    pub(super) after: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct StartIn {
    /// The receiving bin where the goods stand.
    pub(super) dock_bin_id: PlaceId,
}

/// One portion of one product.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct ReceiptIn {
    pub(super) product_id: ProductId,
    pub(super) quantity: Pieces,
    /// Needed for goods that are kept by lots.
    pub(super) lot_code: Option<String>,
    /// Needed for goods with an expiry date.
    pub(super) expires_on: Option<Day>,
    /// Available unless told, or damaged.
    pub(super) condition: Option<Condition>,
    /// Whether more than announced is taken; refused unless told.
    pub(super) surplus: Option<Surplus>,
    /// Whether goods without barcodes get labels now; when needed unless told.
    pub(super) labelling: Option<Labelling>,
    /// Sizes and weight of one piece, taken at the dock.
    pub(super) measures: Option<Measures>,
}

impl ReceiptIn {
    pub(super) fn receive(&self, inbound: InboundId, now: UtcMicros) -> ReceiveIn {
        ReceiveIn {
            inbound,
            product: self.product_id,
            lot_code: self.lot_code.clone(),
            expires_on: self.expires_on,
            quantity: self.quantity,
            condition: self.condition.unwrap_or(Condition::Available),
            surplus: self.surplus.unwrap_or_default(),
            labelling: self.labelling.unwrap_or_default(),
            measures: self.measures,
            happened_at: now,
        }
    }
}

/// Goods at the dock that do not become stock.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct DiscrepancyIn {
    /// `unknown_goods`, `other_owner` or `refused`.
    pub(super) kind: DiscrepancyKind,
    pub(super) product_id: Option<ProductId>,
    /// What was scanned.
    pub(super) barcode: Option<String>,
    pub(super) quantity: Pieces,
    pub(super) note: Option<String>,
}

impl DiscrepancyIn {
    pub(super) fn note(&self, inbound: InboundId) -> NoteIn {
        NoteIn {
            inbound,
            kind: self.kind,
            product: self.product_id,
            barcode: self.barcode.clone(),
            quantity: self.quantity,
            note: self.note.clone(),
        }
    }
}

/// A correction of a closed delivery.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct ReversalBody {
    pub(super) reason: String,
    pub(super) lines: Vec<ReversalLineIn>,
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct ReversalLineIn {
    pub(super) product_id: ProductId,
    /// Absent for goods without lots.
    pub(super) lot_id: Option<LotId>,
    pub(super) condition: Option<Condition>,
    pub(super) quantity: Pieces,
    /// Where the goods lie now.
    pub(super) place_id: PlaceId,
}

impl ReversalBody {
    pub(super) fn reversal(&self, inbound: InboundId, now: UtcMicros) -> ReversalIn {
        let line = |line: &ReversalLineIn| ReversalLine {
            product: line.product_id,
            lot: lot_or_only(line.lot_id, line.product_id),
            condition: line.condition.unwrap_or(Condition::Available),
            quantity: line.quantity,
            place: line.place_id,
        };
        let lines = self.lines.iter().map(line).collect();
        ReversalIn { inbound, reason: self.reason.clone(), lines, happened_at: now }
    }
}

/// Goods for which a bin is wanted.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct ProposalIn {
    /// Where the goods stand.
    pub(super) from_place_id: PlaceId,
    pub(super) product_id: ProductId,
    /// Absent for goods without lots.
    pub(super) lot_id: Option<LotId>,
    pub(super) condition: Option<Condition>,
    pub(super) quantity: Pieces,
    /// Bins that were found unfit.
    #[serde(default)]
    pub(super) skipped: Vec<PlaceId>,
}

impl ProposalIn {
    pub(super) async fn goods(&self, tx: &mut Tx) -> Result<Goods, ReceivingError> {
        if !self.quantity.is_positive() {
            return Err(InputError::one("quantity", "too_small").into());
        }
        let product = catalog::product_find(tx, Scope::All, self.product_id).await?;
        let lot = lot_or_only(self.lot_id, product.id);
        Ok(Goods { owner: product.owner, product: product.id, lot, quantity: self.quantity })
    }

    pub(super) fn condition(&self) -> Condition {
        self.condition.unwrap_or(Condition::Available)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct ProposalOut {
    pub(super) bin_id: PlaceId,
    pub(super) bin_code: String,
    pub(super) why: Why,
    /// How many of the pieces fit.
    pub(super) fits: Pieces,
}

/// Goods that were put into a bin.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct PutawayIn {
    pub(super) from_place_id: PlaceId,
    pub(super) to_place_id: PlaceId,
    pub(super) product_id: ProductId,
    /// Absent for goods without lots.
    pub(super) lot_id: Option<LotId>,
    pub(super) condition: Option<Condition>,
    pub(super) quantity: Pieces,
    /// Why another bin than the proposed one was taken; its limits of size then do not bind.
    pub(super) override_reason: Option<String>,
}

impl PutawayIn {
    pub(super) fn put(&self, now: UtcMicros) -> PutIn {
        let choice = match &self.override_reason {
            Some(reason) => PutChoice::Override { reason: reason.clone() },
            None => PutChoice::Proposed,
        };
        PutIn {
            from: self.from_place_id,
            to: self.to_place_id,
            product: self.product_id,
            lot: lot_or_only(self.lot_id, self.product_id),
            condition: self.condition.unwrap_or(Condition::Available),
            quantity: self.quantity,
            choice,
            happened_at: now,
        }
    }
}

/// The lot of goods without lots has the id of the product.
fn lot_or_only(lot: Option<LotId>, product: ProductId) -> LotId {
    lot.unwrap_or(LotId::from_uuid(product.uuid()))
}

/// A delivery (поступление). Lines, lots and differences are empty in lists.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct InboundOut {
    pub(super) id: InboundId,
    pub(super) owner_id: OwnerId,
    pub(super) warehouse_id: WarehouseId,
    pub(super) number: String,
    pub(super) external_number: Option<String>,
    pub(super) kind: InboundKind,
    pub(super) state: InboundState,
    pub(super) dock_bin_id: Option<PlaceId>,
    pub(super) expected_on: Option<Day>,
    pub(super) created_at: UtcMicros,
    pub(super) closed_at: Option<UtcMicros>,
    pub(super) lines: Vec<InboundLineOut>,
    pub(super) lots: Vec<InboundLotOut>,
    pub(super) discrepancies: Vec<DiscrepancyOut>,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct InboundLineOut {
    pub(super) product_id: ProductId,
    pub(super) article: String,
    pub(super) name: String,
    pub(super) expected: Pieces,
    pub(super) received: Pieces,
    /// Of the received.
    pub(super) damaged: Pieces,
}

/// What came in of one lot.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct InboundLotOut {
    pub(super) product_id: ProductId,
    pub(super) lot_id: LotId,
    pub(super) lot_code: String,
    pub(super) expires_on: Option<Day>,
    pub(super) condition: Condition,
    pub(super) received: Pieces,
    /// Sent back by reversals after closing.
    pub(super) reversed: Pieces,
}

#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct DiscrepancyOut {
    pub(super) id: DiscrepancyId,
    pub(super) kind: DiscrepancyKind,
    /// Not told to a shop about another owner's goods, as are article, barcode and note.
    pub(super) product_id: Option<ProductId>,
    pub(super) article: Option<String>,
    pub(super) barcode: Option<String>,
    pub(super) quantity: Pieces,
    pub(super) note: Option<String>,
    pub(super) noted_by: Option<UserId>,
    pub(super) noted_at: UtcMicros,
}

impl InboundOut {
    /// Without lines, for a list.
    pub(super) fn bare(inbound: InboundRow) -> Self {
        let (lines, portions, discrepancies) = (Vec::new(), Vec::new(), Vec::new());
        InboundView { inbound, lines, portions, discrepancies }.into()
    }
}

impl From<InboundView> for InboundOut {
    fn from(view: InboundView) -> Self {
        let inbound = view.inbound;
        Self {
            id: inbound.id,
            owner_id: inbound.owner,
            warehouse_id: inbound.warehouse,
            number: inbound.number,
            external_number: inbound.external_number,
            kind: inbound.kind,
            state: inbound.state,
            dock_bin_id: inbound.dock,
            expected_on: inbound.expected_on,
            created_at: inbound.created_at,
            closed_at: inbound.closed_at,
            lines: view.lines.into_iter().map(InboundLineOut::from).collect(),
            lots: view.portions.into_iter().map(InboundLotOut::from).collect(),
            discrepancies: view.discrepancies.into_iter().map(DiscrepancyOut::from).collect(),
        }
    }
}

impl From<LineRow> for InboundLineOut {
    fn from(row: LineRow) -> Self {
        Self {
            product_id: row.product,
            article: row.article,
            name: row.name,
            expected: row.expected,
            received: row.received,
            damaged: row.damaged,
        }
    }
}

impl From<PortionRow> for InboundLotOut {
    fn from(row: PortionRow) -> Self {
        Self {
            product_id: row.product,
            lot_id: row.lot,
            lot_code: row.lot_code,
            expires_on: row.expires_on,
            condition: row.condition,
            received: row.received,
            reversed: row.reversed,
        }
    }
}

impl From<DiscrepancyRow> for DiscrepancyOut {
    fn from(row: DiscrepancyRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            product_id: row.product,
            article: row.article,
            barcode: row.barcode,
            quantity: row.quantity,
            note: row.note,
            noted_by: row.actor,
            noted_at: row.noted_at,
        }
    }
}

impl From<Proposal> for ProposalOut {
    fn from(proposal: Proposal) -> Self {
        let Proposal { bin, code, why, fits } = proposal;
        Self { bin_id: bin, bin_code: code, why, fits }
    }
}
