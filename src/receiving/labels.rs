//! Labels for goods that carry nothing to scan.

use std::collections::BTreeMap;

use crate::access::Scope;
use crate::catalog::{self, Product};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{LotId, WarehouseId};
use crate::printing::{self, LabelRequest, PrintPriority, PrinterChoice};
use crate::receiving::{ReceivingError, store};
use crate::units::Pieces;

/// More labels in one job would only waste a roll when the quantity was mistyped.
const COPIES_MAX: i64 = 1_000;

/// What was given to the goods and sent to the printer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    pub barcode: Option<String>,
    pub queued: i64,
}

/// Queues one label of the operator's own barcode for each piece. Without a printer they wait.
pub(super) async fn item_labels(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    product: &Product,
    lot: LotId,
    pieces: Pieces,
) -> Result<Label, ReceivingError> {
    let barcode = catalog::internal_barcode_assign(tx, ctx, product.id).await?;
    let owner = catalog::owner_find(tx, Scope::All, product.owner).await?;
    let mut fields = BTreeMap::from([
        ("barcode".to_owned(), barcode.clone()),
        ("name".to_owned(), product.name.clone()),
        ("article".to_owned(), product.article.clone()),
        ("owner".to_owned(), owner.name),
    ]);
    if let Some((code, expires_on)) = store::lot_texts(tx, lot).await? {
        if let Some(day) = expires_on {
            fields.insert("expires_on".to_owned(), day.russian_text());
        }
        if product.lot_tracked {
            fields.insert("lot".to_owned(), code);
        }
    }
    let queued = pieces.get().min(COPIES_MAX);
    let request = LabelRequest {
        template: "item",
        fields,
        subject: product.article.clone(),
        warehouse,
        owner: Some(product.owner),
        printer: ctx.device.map_or(PrinterChoice::Any, PrinterChoice::Device),
        copies: queued,
        priority: PrintPriority::Usual,
    };
    printing::label_queue(tx, ctx, &request).await?;
    Ok(Label { barcode: Some(barcode), queued })
}
