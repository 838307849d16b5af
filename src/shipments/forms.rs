//! Почта's forms of parcels and manifests, filled from what the Post was told of them.
//!
//! **Invariant:** a form that does not apply is refused by name; one that applies says nothing that
//! nobody knows: its place stays blank on the paper.

use serde::Serialize;

use super::ShipmentError;
use super::store::forms::{self as store, FormRow};
use crate::carriers::model::{Address, ShipmentAsk};
use crate::carriers::post::{self, Posted};
use crate::carriers::registry::carrier_of;
use crate::db::Tx;
use crate::documents::DocumentError;
use crate::documents::pdf::{PaperError, Template};
use crate::documents::post_forms::{self, List};
use crate::faults;
use crate::ids::{CarrierAccountId, ManifestId, OwnerId, ParcelId};
use crate::manifests::{ManifestError, manifest_find};
use crate::text_enum;

faults! {
    /// Why a form of the Post is not drawn.
    pub enum FormError {
        Unknown { form: String, known: String } => "post_form_unknown", NotFound, "there is no form {form}, there are {known}";
        /// Another carrier has papers of its own.
        OtherCarrier { number: String, carrier: String } => "post_form_other_carrier", Conflict, "the parcel {number} goes with {carrier}";
        /// The Post has not given it a number yet.
        WithoutNumber { number: String } => "post_form_without_number", Conflict, "the parcel {number} has no number of the Post yet";
        /// Nothing is collected, or not by a postal transfer.
        WithoutCod { number: String, form: PostForm } => "post_form_without_cod", Conflict, "nothing is collected for the parcel {number} by transfer";
        WithoutValue { number: String } => "post_form_without_value", Conflict, "no value of the parcel {number} is declared";
        /// EMS has forms of its own.
        ParcelsOnly { number: String, form: PostForm } => "post_form_parcels_only", Conflict, "the form {form} is not one of EMS";
        /// A list holds one kind of mail of one contract.
        ManyLists { count: usize, lists: String } => "post_form_many_lists", Conflict, "there are {count} lists: {lists}";
    }
    wraps { Shipment(ShipmentError), Manifest(ManifestError), Document(DocumentError) }
}

text_enum! {
    /// A form of one parcel.
    pub enum PostForm {
        /// Ф. 7-п, the address label.
        Label = "7p",
        /// Ф. 107, the inventory.
        Inventory = "107",
        /// Ф. 112ЭП, the transfer of cash on delivery.
        Transfer = "112",
        /// Ф. 113, the older blank of the same.
        OldTransfer = "113",
        /// Ф. 116, the accompanying address.
        Accompanying = "116",
        /// Ф. 117, the accompanying address with cash on delivery.
        AccompanyingCod = "117",
    }
}

/// The only form of a manifest.
const LIST: &str = "103";

/// What one list holds: parcels of one contract, of one kind and category.
type ListKey = (Option<CarrierAccountId>, String);

/// A form with its model, to be drawn.
pub(super) struct Form {
    pub(super) name: String,
    template: Template,
    /// As `ambar document render` takes it.
    pub(super) model: Vec<u8>,
}

impl Form {
    fn new(name: String, template: Template, model: &impl Serialize) -> Result<Self, FormError> {
        let model = serde_json::to_vec_pretty(model);
        let model = model.map_err(|error| DocumentError::from(PaperError::from(error)))?;
        Ok(Self { name, template, model })
    }

    /// The form as PDF. Takes milliseconds a page.
    pub(super) fn pdf(&self) -> Result<Vec<u8>, DocumentError> {
        Ok(post_forms::render_json(self.template, &self.model)?)
    }
}

/// A form of a parcel that the Post has.
pub(super) async fn parcel_form(
    tx: &mut Tx,
    parcel: ParcelId,
    owner: Option<OwnerId>,
    form: &str,
) -> Result<Form, FormError> {
    let row = store::form_parcel(tx, parcel, owner).await?;
    let row = row.ok_or(ShipmentError::ParcelUnknown)?;
    let Some(form) = PostForm::parse(form) else {
        let known: Vec<&str> = PostForm::ALL.iter().map(|form| form.as_str()).collect();
        return Err(FormError::Unknown { form: form.to_owned(), known: known.join(", ") });
    };
    let number = row.number.clone();
    let posted = posted(row)?;
    applies(form, &posted, &number)?;
    let name = format!("f{form}-{number}");
    match form {
        PostForm::Label => Form::new(name, Template::PostLabel, &[posted.item()]),
        PostForm::Inventory => Form::new(name, Template::PostInventory, &[posted.inventory()]),
        PostForm::Transfer => Form::new(name, Template::PostTransfer, &[posted.transfer()]),
        PostForm::OldTransfer => Form::new(name, Template::PostOldTransfer, &[posted.transfer()]),
        PostForm::Accompanying => Form::new(name, Template::PostAccompanying, &[posted.item()]),
        PostForm::AccompanyingCod => {
            Form::new(name, Template::PostAccompanyingCod, &[posted.cod_item()])
        }
    }
}

fn applies(form: PostForm, posted: &Posted, number: &str) -> Result<(), FormError> {
    let number = number.to_owned();
    match form {
        PostForm::Inventory if !posted.ask.declared_kopecks().is_positive() => {
            Err(FormError::WithoutValue { number })
        }
        PostForm::Label | PostForm::Accompanying | PostForm::AccompanyingCod
            if !posted.is_parcel() =>
        {
            Err(FormError::ParcelsOnly { number, form })
        }
        PostForm::Inventory | PostForm::Label | PostForm::Accompanying => Ok(()),
        PostForm::Transfer | PostForm::OldTransfer | PostForm::AccompanyingCod => {
            if posted.is_paid_by_transfer() {
                Ok(())
            } else {
                Err(FormError::WithoutCod { number, form })
            }
        }
    }
}

/// A parcel as the Post was told of it.
fn posted(row: FormRow) -> Result<Posted, FormError> {
    if row.carrier != post::CODE {
        let carrier = carrier_of(&row.carrier).name().to_owned();
        return Err(FormError::OtherCarrier { number: row.number, carrier });
    }
    let told = row.ask.and_then(|ask| serde_json::from_value::<ShipmentAsk>(ask).ok());
    let barcode = row.track.filter(|track| !track.is_empty());
    let (Some(ask), Some(barcode)) = (told, barcode) else {
        return Err(FormError::WithoutNumber { number: row.number });
    };
    let point = row.point_address.map(|line| Address {
        region: row.point_region.unwrap_or_default(),
        city: row.point_city.unwrap_or_default(),
        line,
        ..Address::default()
    });
    let settings = row.settings.unwrap_or_default();
    Ok(Posted { barcode, ask, settings, point })
}

/// The list (Ф. 103) of a closed manifest. It holds one kind of mail of one contract; of several
/// `wanted` says which, from 1.
pub(super) async fn manifest_form(
    tx: &mut Tx,
    manifest: ManifestId,
    form: &str,
    wanted: Option<usize>,
) -> Result<Form, FormError> {
    let head = manifest_find(tx, manifest).await?;
    if form != LIST {
        return Err(FormError::Unknown { form: form.to_owned(), known: LIST.to_owned() });
    }
    let Some(number) = head.act_number else {
        return Err(ManifestError::NotClosed { number: head.number }.into());
    };
    let mut lists: Vec<(ListKey, Vec<Posted>)> = Vec::new();
    for row in store::form_manifest(tx, manifest).await? {
        let account = row.account;
        let posted = posted(row)?;
        let key = (account, posted.kind_words());
        match lists.iter_mut().find(|(known, _)| *known == key) {
            Some((_, items)) => items.push(posted),
            None => lists.push((key, vec![posted])),
        }
    }
    lists.sort_by(|(one, _), (other, _)| one.cmp(other));
    let count = lists.len();
    let index = match wanted {
        None if count > 1 => return Err(many(&lists)),
        None => 0,
        Some(wanted) => wanted.wrapping_sub(1),
    };
    if index >= count {
        return Err(if count == 0 { ManifestError::Empty { number }.into() } else { many(&lists) });
    }
    let ((_, kind), items) = lists.swap_remove(index);
    let number = if count == 1 { number } else { format!("{number}/{}", index + 1) };
    let first = items.first();
    let list = List {
        day: head.day,
        kind,
        sender: first.map(|item| item.sender_name().to_owned()).unwrap_or_default(),
        contract: first.map(Posted::contract_words).unwrap_or_default(),
        payer: String::new(),
        payment: String::new(),
        office: first.map(Posted::office).unwrap_or_default(),
        items: items.iter().map(Posted::list_item).collect(),
        number,
    };
    Form::new(format!("f103-{}", list.number.replace('/', "-")), Template::PostList, &list)
}

fn many(lists: &[(ListKey, Vec<Posted>)]) -> FormError {
    let told: Vec<String> = (1..)
        .zip(lists)
        .map(|(number, ((_, kind), items))| format!("{number} — {kind} ({})", items.len()))
        .collect();
    FormError::ManyLists { count: lists.len(), lists: told.join("; ") }
}
