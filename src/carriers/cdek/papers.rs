//! Labels and other papers: asked for, drawn, fetched. A link lives an hour, so the bytes are taken.

use super::client::{invalid, refusal};
use super::wire::{BarcodeAsk, Entity, Envelope, FormEntity, OrderRef, Uuid};
use super::{CODE, Cdek};
use crate::carriers::exchange::Effect;
use crate::carriers::model::{CarrierFile, FileMedia, LabelAsk, LabelState, ShipmentRef};
use crate::carriers::{Answer, CarrierError, Labels};

pub(super) const BARCODES: &str = "/v2/print/barcodes";

/// How far a paper is.
pub(super) enum Form {
    Drawing,
    Ready,
    /// Its hour is over: another is to be asked for.
    Gone,
}

impl Labels for Cdek {
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState> {
        Box::pin(async move {
            let known = ask.reference.as_deref().filter(|reference| !reference.is_empty());
            let Some(form) = known else { return self.label_ask(&ask.shipment).await };
            match self.form(BARCODES, form).await? {
                Form::Drawing => Ok(LabelState::Pending { reference: form.to_owned() }),
                Form::Gone => self.label_ask(&ask.shipment).await,
                Form::Ready => {
                    let bytes = self.form_file(BARCODES, form).await?;
                    let name = file_name("label", &ask.shipment.number);
                    Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into())
                }
            }
        })
    }
}

impl Cdek {
    async fn label_ask(&self, shipment: &ShipmentRef) -> Result<LabelState, CarrierError> {
        let body = BarcodeAsk {
            orders: vec![self.order_named(shipment).await?],
            copy_count: 1,
            format: self.settings.label_format.as_str(),
            lang: "RUS",
        };
        let reference = self.form_ask(BARCODES, &body).await?;
        Ok(LabelState::Pending { reference })
    }

    /// The carrier's id of a shipment, looked up when only our number is known.
    async fn order_named(&self, shipment: &ShipmentRef) -> Result<OrderRef, CarrierError> {
        if !shipment.id.is_empty() {
            return Ok(order_ref(shipment));
        }
        let found = self.order(shipment).await?;
        let entity = found.and_then(|answer| answer.entity);
        let id = entity.as_ref().map(|entity| entity.uuid().to_owned());
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            let what = format!("an order with the number {}", shipment.number);
            return Err(CarrierError::unknown(CODE, what));
        };
        Ok(OrderRef { order_uuid: Some(id), cdek_number: None })
    }

    /// Asks for a paper. One that nobody fetches does no harm, so this counts as reading.
    pub(super) async fn form_ask(
        &self,
        kind: &str,
        body: &(impl serde::Serialize + Sync),
    ) -> Result<String, CarrierError> {
        let answer: Envelope<Entity> = self.client.post(kind, body, Effect::Reads).await?;
        if let Some(errors) = invalid(&answer.requests, "CREATE") {
            return Err(refusal(errors, Effect::Reads));
        }
        let id = answer.entity.as_ref().map(Uuid::uuid).unwrap_or_default();
        if id.is_empty() {
            let said = "the answer names no paper".to_owned();
            return Err(CarrierError::malformed(CODE, said));
        }
        Ok(id.to_owned())
    }

    pub(super) async fn form(&self, kind: &str, id: &str) -> Result<Form, CarrierError> {
        let answer: Envelope<FormEntity> =
            match self.client.entity(&format!("{kind}/{id}"), &[]).await {
                Err(CarrierError::Unknown { .. }) => return Ok(Form::Gone),
                other => other?,
            };
        if let Some(errors) = invalid(&answer.requests, "CREATE") {
            return Err(refusal(errors, Effect::Reads));
        }
        let statuses = answer.entity.map(|entity| entity.statuses).unwrap_or_default();
        // Stamps of one form are often equal, so what counts is how far it ever came.
        let has = |code: &str| statuses.iter().any(|status| status.code.0 == code);
        if has("REMOVED") {
            Ok(Form::Gone)
        } else if has("INVALID") {
            Err(CarrierError::refused(CODE, "INVALID", "Печатная форма не сформирована"))
        } else if has("READY") {
            Ok(Form::Ready)
        } else {
            Ok(Form::Drawing)
        }
    }

    /// The file lies beside its state: the link in the answer is not followed with our token.
    pub(super) async fn form_file(&self, kind: &str, id: &str) -> Result<Vec<u8>, CarrierError> {
        self.client.file(&format!("{kind}/{id}.pdf")).await
    }
}

/// A shipment as papers name it.
pub(super) fn order_ref(shipment: &ShipmentRef) -> OrderRef {
    let order_uuid = Some(shipment.id.clone()).filter(|id| !id.is_empty());
    let cdek_number = if order_uuid.is_some() { None } else { shipment.track.parse().ok() };
    OrderRef { order_uuid, cdek_number }
}

/// `cdek-label-P-000001.pdf`: numbers are ours and ASCII.
pub(super) fn file_name(what: &str, number: &str) -> String {
    let number: String =
        number.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect();
    format!("{CODE}-{what}-{number}.pdf")
}
