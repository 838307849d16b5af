//! The label of a parcel.

use std::collections::BTreeMap;

use crate::commands::Ctx;
use crate::db::Tx;
use crate::packing::{OrderFacts, PackError, Parcel, store};
use crate::printing::{LabelRequest, PrintPriority, PrinterChoice, label_queue};

const TEMPLATE: &str = "parcel";
const GRAMS_PER_KG: i64 = 1000;

/// Queues the parcel's label for the packer's printer.
pub(super) async fn label_print(
    tx: &mut Tx,
    ctx: &Ctx,
    order: &OrderFacts,
    parcel: &Parcel,
    last: bool,
) -> Result<(), PackError> {
    let parcels = store::parcels_live(tx, order.id).await?;
    let place = parcels.iter().position(|known| known.id == parcel.id).map_or(1, |at| at + 1);
    // Until the last parcel is closed nobody knows how many there are: its label alone tells.
    let place = if last { format!("{place} из {}", parcels.len()) } else { place.to_string() };
    let told = |name: &str| {
        let text = order.recipient.get(name).and_then(serde_json::Value::as_str);
        text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    // A shop that gives no name or town has the parcel collected by the order's number.
    let said = |name: &str| told(name).unwrap_or_else(|| order.external_number.clone());
    let weight = parcel.weight_g.map_or(0, crate::units::Grams::get);
    let (kilos, grams) = (weight / GRAMS_PER_KG, weight % GRAMS_PER_KG);
    let mut fields = BTreeMap::from([
        ("number".to_owned(), parcel.number.clone()),
        ("order_number".to_owned(), order.external_number.clone()),
        ("carrier".to_owned(), parcel.carrier.clone()),
        ("recipient".to_owned(), said("name")),
        ("city".to_owned(), said("city")),
        ("weight".to_owned(), format!("{kilos},{grams:03} кг")),
        ("owner".to_owned(), order.owner_name.clone()),
        ("place".to_owned(), place),
    ]);
    if !parcel.pickup_point.is_empty() {
        fields.insert("pickup_point".to_owned(), parcel.pickup_point.clone());
    }
    if let Some(address) = told("address") {
        fields.insert("address".to_owned(), address);
    }
    if parcel.cod_kopecks.is_positive() {
        fields.insert("cod_amount".to_owned(), parcel.cod_kopecks.to_roubles_text());
    }
    let request = LabelRequest {
        template: TEMPLATE,
        fields,
        subject: parcel.number.clone(),
        warehouse: parcel.warehouse,
        owner: Some(parcel.owner),
        printer: ctx.device.map_or(PrinterChoice::Any, PrinterChoice::Device),
        copies: 1,
        priority: PrintPriority::Urgent,
    };
    label_queue(tx, ctx, &request).await?;
    Ok(())
}
