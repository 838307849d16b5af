//! What a scan names, looked up for several flows.

use crate::barcodes::OwnKind;
use crate::catalog::{self, BarcodeHit, Place};
use crate::db::Tx;
use crate::fault::{Fault, Told};
use crate::ids::OwnerId;
use crate::terminal::flows::goods::{CHOICES_MAX, LyingGoods};
use crate::terminal::{Input, TerminalError, Text, Who};

/// The bin or handling unit that was scanned, or whose code was typed.
pub(super) async fn place(
    tx: &mut Tx,
    who: &Who,
    input: &Input,
) -> Result<Option<Place>, TerminalError> {
    let labelled = [OwnKind::Bin, OwnKind::HandlingUnit, OwnKind::Parcel]
        .into_iter()
        .find_map(|kind| input.own(kind));
    // Codes are upper case on every label, however somebody types them.
    let code = labelled.unwrap_or_else(|| input.text()).trim().to_uppercase();
    Ok(catalog::place_by_code(tx, who.warehouse, &code).await?)
}

/// The products that were scanned, each once.
pub(super) async fn products(
    tx: &mut Tx,
    owner: Option<OwnerId>,
    input: &Input,
) -> Result<Vec<BarcodeHit>, TerminalError> {
    let mut hits = catalog::barcode_hits(tx, owner, input.scan.product_keys()).await?;
    hits.sort_by_key(|hit| (hit.product, hit.pieces));
    hits.dedup_by_key(|hit| hit.product);
    Ok(hits)
}

/// Which of the goods lying there were scanned, and how many pieces the code stands for.
pub(super) async fn among(
    tx: &mut Tx,
    input: &Input,
    lying: Vec<LyingGoods>,
) -> Result<(Vec<LyingGoods>, i64), TerminalError> {
    let hits = products(tx, None, input).await?;
    let named = |goods: &LyingGoods| hits.iter().find(|hit| hit.product == goods.product);
    let wanted_lot = input.scan.lot();
    let mut found: Vec<LyingGoods> = lying
        .into_iter()
        .filter(|goods| goods.free.is_positive() && named(goods).is_some())
        .filter(|goods| wanted_lot.is_none_or(|lot| lot == goods.lot_code))
        .collect();
    found.truncate(CHOICES_MAX);
    let pieces = found.first().and_then(named).map_or(1, |hit| hit.pieces.get());
    Ok((found, pieces))
}

/// The sentence of a refusal that the dialogue goes on from.
pub(super) fn fault_text(fault: &impl Fault) -> Text {
    super::told_text(&Told::from(fault))
}
