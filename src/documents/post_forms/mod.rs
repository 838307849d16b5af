//! Forms of Почта России, where its API gives none: Ф. 7-п, 103, 107, 112ЭП, 113, 116, 117.
//!
//! The layouts are `document-templates/forms/post_*.toml`, to the millimetre as the official blanks
//! are; boxes that officials fill in stay empty. The models know nothing of carriers. Each function
//! checks its models, and names what the Post would refuse at the window.
//!
//! **Invariant:** what bars say is what is written beside them; sums in figures and in words are
//! made of one number.
//! **Invariant:** an inventory is printed only if its lines add up to the declared value.
//! **Invariant:** what a model leaves empty is left blank on the paper, to be filled in by hand.
//!
//! Deliberately absent: the logo of the Post; the two-dimensional code of Ф. 112ЭП, whose content is
//! not published.

mod check;
mod model;

pub use model::{
    Bank, CodItem, Inventory, InventoryLine, Item, ItemKind, ItemService, List, ListItem, Locker,
    LockerSize, Party, Transfer,
};
use serde_json::{Value, json};

use super::pdf::{self, PaperError, Template};
use super::words::{self, Gender};
use crate::fault::InputError;
use crate::units::{Kopecks, OutOfRange};

/// Lines on a sheet of Ф. 107.
const INVENTORY_LINES: usize = 14;
/// Where a sum is to be written by hand.
const UNKNOWN_SUM: &str = "____________________";
/// Characters in a line of a message.
const MESSAGE_LINE: usize = 35;

/// Ф. 7-п, the address label: a page of A5 for each item.
pub fn labels(items: &[Item]) -> Result<Vec<u8>, PaperError> {
    check::each("items", items, check::item)?;
    let views: Vec<Value> = items.iter().map(item_view).collect();
    pdf::render(Template::PostLabel, &json!({ "items": views }))
}

/// Ф. 116, the accompanying address: a sheet of A4 for each item, to be folded.
pub fn accompanying(items: &[Item]) -> Result<Vec<u8>, PaperError> {
    check::each("items", items, check::item)?;
    let views: Vec<Value> = items.iter().map(item_view).collect();
    pdf::render(Template::PostAccompanying, &json!({ "items": views }))
}

/// Ф. 117, the accompanying address of items with cash on delivery.
pub fn accompanying_cod(items: &[CodItem]) -> Result<Vec<u8>, PaperError> {
    check::each("items", items, |faults, at, cod: &CodItem| {
        check::item(faults, &format!("{at}.item"), &cod.item);
        if !cod.item.cod_kopecks.is_positive() {
            faults.note(format!("{at}.item.cod_kopecks"), "too_small");
        }
        check::bank(faults, &format!("{at}.bank"), &cod.bank);
    })?;
    let view = |(index, cod): (usize, &CodItem)| {
        let mut view = item_view(&cod.item);
        view["bank"] = json!(cod.bank);
        view["at"] = format!("items[{index}].item.").into();
        view
    };
    let views: Vec<Value> = items.iter().enumerate().map(view).collect();
    pdf::render(Template::PostAccompanyingCod, &json!({ "items": views }))
}

/// Ф. 112ЭП, the blank of a transfer: a page of A4 for each.
pub fn transfers(transfers: &[Transfer]) -> Result<Vec<u8>, PaperError> {
    transfer_forms(Template::PostTransfer, transfers)
}

/// Ф. 113эн, the older blank: front and back for each.
pub fn old_transfers(transfers: &[Transfer]) -> Result<Vec<u8>, PaperError> {
    transfer_forms(Template::PostOldTransfer, transfers)
}

fn transfer_forms(form: Template, transfers: &[Transfer]) -> Result<Vec<u8>, PaperError> {
    check::each("transfers", transfers, check::transfer)?;
    let views = transfers.iter().map(|transfer| {
        let letters: Vec<char> = transfer.message.chars().collect();
        let (first, second) = letters.split_at(letters.len().min(MESSAGE_LINE));
        let mut view = json!(transfer);
        view["message_first"] = first.iter().collect::<String>().into();
        view["message_second"] = second.iter().collect::<String>().into();
        view
    });
    let views: Vec<Value> = views.collect();
    pdf::render(form, &json!({ "transfers": views }))
}

/// Ф. 107, the inventory: two copies on a sheet of A4, further sheets from the fifteenth line on,
/// the total on the last.
pub fn inventories(inventories: &[Inventory]) -> Result<Vec<u8>, PaperError> {
    check::each("inventories", inventories, check::inventory)?;
    let mut sheets = Vec::new();
    for (index, inventory) in inventories.iter().enumerate() {
        let at = format!("inventories[{index}].");
        let own = inventory_sheets(&at, inventory);
        sheets.extend(own.map_err(|OutOfRange| too_large("inventories"))?);
    }
    pdf::render(Template::PostInventory, &json!({ "sheets": sheets }))
}

/// Ф. 103, the list of items that are handed in together.
pub fn list(list: &List) -> Result<Vec<u8>, PaperError> {
    check::list(list)?;
    let sum = |part: fn(&ListItem) -> Kopecks| {
        let all =
            list.items.iter().try_fold(Kopecks::ZERO, |sum, item| sum.checked_add(part(item)));
        all.map_err(|OutOfRange| too_large("items"))
    };
    let rows: Vec<Value> = list.items.iter().map(list_view).collect();
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let fee = sum(|item| item.fee_kopecks)?;
    let is_known = list.items.iter().all(|item| !item.fee_kopecks.is_zero());
    let fee_words = if is_known { words::sum(fee) } else { UNKNOWN_SUM.to_owned() };
    let model = json!({
        "number": list.number, "day": list.day.russian_text(), "kind": list.kind,
        "sender": list.sender, "contract": list.contract, "payer": list.payer,
        "payment": list.payment, "office": list.office, "items": rows,
        "count": count, "count_words": words::number(count, Gender::Neuter),
        "declared_kopecks": sum(|item| item.declared_kopecks)?,
        "cod_kopecks": sum(|item| item.cod_kopecks)?,
        "fee_words": fee_words,
    });
    pdf::render(Template::PostList, &model)
}

fn too_large(field: &str) -> PaperError {
    PaperError::Input(InputError::one(field, "too_large"))
}

fn item_view(item: &Item) -> Value {
    let mut view = json!({
        "barcode": item.barcode, "mass_g": item.mass_g, "sender": item.sender,
        "recipient": item.recipient, "declared_kopecks": item.declared_kopecks,
        "cod_kopecks": item.cod_kopecks, "fee_kopecks": item.fee_kopecks,
        "is_parcel": item.kind == ItemKind::Parcel, "is_wrapper": item.kind == ItemKind::Wrapper,
        "locker": { "number": item.locker.as_ref().map_or("", |locker| locker.number.as_str()) },
    });
    for service in ItemService::ALL {
        view[service.as_str()] = item.services.contains(service).into();
    }
    let size = item.locker.as_ref().map(|locker| locker.size);
    for (field, wanted) in
        [("is_s", LockerSize::S), ("is_m", LockerSize::M), ("is_l", LockerSize::L)]
    {
        view[field] = (size == Some(wanted)).into();
    }
    view
}

fn list_view(item: &ListItem) -> Value {
    let party = &item.recipient;
    let phone = if party.phone.is_empty() { String::new() } else { format!("+7{}", party.phone) };
    let parts = [&party.index, &party.address, &phone].map(String::as_str);
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    json!({
        "barcode": item.barcode, "mass_g": item.mass_g, "notes": item.notes,
        "recipient": { "name": party.name, "line": parts.collect::<Vec<_>>().join(", ") },
        "declared_kopecks": item.declared_kopecks, "cod_kopecks": item.cod_kopecks,
        "fee_kopecks": (!item.fee_kopecks.is_zero()).then_some(item.fee_kopecks),
    })
}

fn inventory_sheets(at: &str, inventory: &Inventory) -> Result<Vec<Value>, OutOfRange> {
    let sheets = inventory.lines.chunks(INVENTORY_LINES);
    let count = sheets.len();
    let quantity: i64 = inventory.lines.iter().map(|line| line.quantity).sum();
    let total = check::total(inventory)?;
    let mut number = 0_usize;
    let mut views = Vec::with_capacity(count);
    for (index, lines) in sheets.enumerate() {
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            let at = format!("{at}lines[{number}].");
            number += 1;
            let value = line.price_kopecks.checked_times(line.quantity)?;
            let value = if value.is_zero() { "—".to_owned() } else { value.to_roubles_text() };
            let value = value.replace("\u{a0}₽", "");
            rows.push(json!({
                "number": number, "name": line.name, "quantity": line.quantity, "value": value,
                "at": at,
            }));
        }
        let what = match inventory.kind {
            ItemKind::Parcel => "посылку",
            ItemKind::Wrapper => "бандероль",
        };
        views.push(json!({
            "at": at, "barcode": inventory.barcode, "what": what, "sender": inventory.sender, "lines": rows,
            "sheet": index + 1, "sheet_count": count, "is_one_of_many": count > 1,
            "is_last": index + 1 == count, "total_quantity": quantity, "total_kopecks": total,
        }));
    }
    Ok(views)
}

macro_rules! examples {
    ($($template:ident = $name:literal),* $(,)?) => {
        /// The JSON of the model of a form's example: a list of them, or of Ф. 103 the list.
        pub fn example(template: Template) -> Option<&'static str> {
            match template {
                $(Template::$template => Some(include_str!(
                    concat!("../../../document-templates/forms/examples/", $name, ".json")
                )),)*
                Template::HandoverAct | Template::AgentReport => None,
            }
        }
    };
}

examples! {
    PostLabel = "post_items",
    PostList = "post_list",
    PostInventory = "post_inventories",
    PostTransfer = "post_transfers",
    PostOldTransfer = "post_transfers",
    PostAccompanying = "post_items",
    PostAccompanyingCod = "post_cod_items",
}

/// A form from its model as JSON: a list of [`Item`], [`CodItem`], [`Transfer`] or [`Inventory`],
/// or a [`List`].
pub fn render_json(template: Template, model: &[u8]) -> Result<Vec<u8>, PaperError> {
    match template {
        Template::PostLabel => labels(&serde_json::from_slice::<Vec<_>>(model)?),
        Template::PostAccompanying => accompanying(&serde_json::from_slice::<Vec<_>>(model)?),
        Template::PostAccompanyingCod => {
            accompanying_cod(&serde_json::from_slice::<Vec<_>>(model)?)
        }
        Template::PostTransfer => transfers(&serde_json::from_slice::<Vec<_>>(model)?),
        Template::PostOldTransfer => old_transfers(&serde_json::from_slice::<Vec<_>>(model)?),
        Template::PostInventory => inventories(&serde_json::from_slice::<Vec<_>>(model)?),
        Template::PostList => list(&serde_json::from_slice(model)?),
        Template::HandoverAct | Template::AgentReport => {
            Err(PaperError::Template(format!("{template} is no form of the Post")))
        }
    }
}

#[cfg(test)]
mod tests;
