//! Labels and batches with their Ф.103.
//!
//! **Invariant:** a batch is checked in once: what is not CREATED any more is left alone.
//! **Invariant:** a repeated hand-over finds the batches of its shipments by the shipments
//! themselves; nothing has to be remembered between the calls.

use super::account::Balance;
use super::client::{Flag, Otpravka};
use super::wire::BatchError;
use super::{CODE, Post};
use crate::carriers::model::{
    CarrierFile, FileMedia, Handover, HandoverAsk, HandoverDone, LabelAsk, LabelState, Reason,
    RefusedParcel, ShipmentRef,
};
use crate::carriers::{Answer, CarrierError, Handovers, Labels};

const PDF: &[u8] = b"%PDF";
const ZIP: &[u8] = b"PK";

impl Labels for Post {
    fn label<'a>(&'a self, ask: &'a LabelAsk) -> Answer<'a, LabelState> {
        Box::pin(self.label_file(&ask.shipment))
    }
}

impl Handovers for Post {
    fn hand_over<'a>(&'a self, ask: &'a HandoverAsk) -> Answer<'a, Handover> {
        Box::pin(self.batches(ask))
    }
}

impl Post {
    /// All forms of one order. Before the batch some kinds of mail have them in another place, and
    /// some have the address label only.
    async fn label_file(&self, shipment: &ShipmentRef) -> Result<LabelState, CarrierError> {
        let otpravka = self.otpravka()?;
        let paper = [("print-type", self.contract.settings.labels.wire())];
        let number = &shipment.number;
        let batched = otpravka.in_batches(number).await?.into_iter().next();
        let bytes = if let Some(order) = batched {
            let path = format!("/1.0/forms/{}/forms", order.id);
            otpravka.file(&path, &paper, PDF).await?
        } else {
            let order = otpravka.in_backlog(number).await?.into_iter().next();
            let Some(order) = order else {
                return Err(CarrierError::unknown(CODE, number.clone()));
            };
            let early = format!("/1.0/forms/backlog/{}/forms", order.id);
            match otpravka.file(&early, &paper, PDF).await {
                Err(CarrierError::Refused { .. }) => {
                    let path = format!("/1.0/forms/{}/f7pdf", order.id);
                    otpravka.file(&path, &paper, PDF).await?
                }
                forms => forms?,
            }
        };
        let name = format!("label-{number}.pdf");
        Ok(CarrierFile { media: FileMedia::Pdf, name, bytes }.into())
    }

    async fn batches(&self, ask: &HandoverAsk) -> Result<Handover, CarrierError> {
        let otpravka = self.otpravka()?;
        let is_online = match self.contract.settings.balance {
            Balance::Online => Flag::True,
            Balance::Contract => Flag::False,
        };
        let (parcels, mut refused) = with_ids(otpravka, &ask.shipments).await?;
        let ids: Vec<i64> = parcels.iter().map(|parcel| parcel.id).collect();
        let offset_s = self.contract.settings.utc_offset_hours * 3_600;
        let mut names = Vec::new();
        if !ids.is_empty() {
            let reply = otpravka.make_batches(&ids, ask.day, offset_s, is_online).await?;
            names.extend(reply.batches.into_iter().map(|batch| batch.batch_name));
            let (earlier, left_out) = earlier_batches(otpravka, &parcels, reply.errors).await?;
            names.extend(earlier);
            refused.extend(left_out);
        }
        names.sort_unstable();
        names.dedup();
        let mut files = Vec::new();
        for name in &names {
            announce(otpravka, name, is_online).await?;
            files.extend(forms(otpravka, name, self.contract.settings.labels.wire()).await?);
        }
        Ok(Handover::Done(HandoverDone { numbers: names, files, refused }))
    }
}

/// A parcel by its number and the Post's id.
struct Parcel<'a> {
    number: &'a str,
    id: i64,
}

/// Ids of all shipments; those that the Post does not know are refused.
async fn with_ids<'a>(
    otpravka: &Otpravka,
    shipments: &'a [ShipmentRef],
) -> Result<(Vec<Parcel<'a>>, Vec<RefusedParcel>), CarrierError> {
    let mut parcels = Vec::with_capacity(shipments.len());
    let mut refused = Vec::new();
    for shipment in shipments {
        let number = shipment.number.as_str();
        let known = if let Ok(id) = shipment.id.parse() {
            Some(id)
        } else {
            let mut orders = otpravka.in_backlog(number).await?;
            orders.extend(otpravka.in_batches(number).await?);
            orders.first().map(|order| order.id)
        };
        match known {
            Some(id) => parcels.push(Parcel { number, id }),
            None => refused.push(not_found(number)),
        }
    }
    Ok((parcels, refused))
}

fn not_found(number: &str) -> RefusedParcel {
    let error = BatchError { error_code: "NOT_FOUND".to_owned(), ..BatchError::default() };
    RefusedParcel { number: number.to_owned(), reasons: vec![error.reason()] }
}

/// Sorts out what was not put into a new batch: into those that are in a batch already, whose names
/// are given, and those that are refused.
async fn earlier_batches(
    otpravka: &Otpravka,
    parcels: &[Parcel<'_>],
    errors: Vec<BatchError>,
) -> Result<(Vec<String>, Vec<RefusedParcel>), CarrierError> {
    let mut names = Vec::new();
    let mut refused = Vec::new();
    let mut seen = Vec::new();
    for error in errors {
        let Some(parcel) = error.position.and_then(|position| parcels.get(position)) else {
            return Err(CarrierError::Refused { carrier: CODE, reasons: vec![error.reason()] });
        };
        if seen.contains(&parcel.id) {
            continue;
        }
        let number = parcel.number.to_owned();
        if error.error_code != "NOT_FOUND" {
            refused.push(RefusedParcel { number, reasons: vec![error.reason()] });
            continue;
        }
        match otpravka.batched_order(parcel.id).await {
            Ok(order) => {
                let name = order.batch_name.filter(|name| !name.is_empty());
                let name = name.ok_or_else(|| {
                    CarrierError::malformed(
                        CODE,
                        format!("{} is in a batch without a name", parcel.number),
                    )
                })?;
                let orders = otpravka.batch_orders(&name).await?;
                seen.extend(orders.iter().map(|order| order.id));
                names.push(name);
            }
            Err(CarrierError::Unknown { .. }) => refused.push(not_found(parcel.number)),
            Err(error) => return Err(error),
        }
    }
    Ok((names, refused))
}

/// Checks a batch in, unless that was done.
async fn announce(otpravka: &Otpravka, name: &str, is_online: Flag) -> Result<(), CarrierError> {
    if otpravka.batch(name).await?.batch_status != "CREATED" {
        return Ok(());
    }
    let reply = otpravka.check_in(name, is_online).await?;
    match (reply.error_code, reply.f103_sent) {
        (None, Some(true)) => Ok(()),
        (code, _) => {
            let error_code = code.unwrap_or_else(|| "SENDING_MAIL_FAILED".to_owned());
            let error = BatchError { error_code, ..BatchError::default() };
            let reason = error.reason();
            let text = format!("Партия {name}: {}", reason.text);
            let reasons = vec![Reason::new(reason.code, text)];
            Err(CarrierError::Refused { carrier: CODE, reasons })
        }
    }
}

/// Ф.103 and the archive of all forms of a batch.
async fn forms(
    otpravka: &Otpravka,
    name: &str,
    paper: &str,
) -> Result<[CarrierFile; 2], CarrierError> {
    let f103 = otpravka.file(&format!("/1.0/forms/{name}/f103pdf"), &[], PDF).await?;
    let query = [("print-type", paper), ("print-type-form", "ONE_SIDED")];
    let all = otpravka.file(&format!("/1.0/forms/{name}/zip-all"), &query, ZIP).await?;
    Ok([
        CarrierFile { media: FileMedia::Pdf, name: format!("f103-{name}.pdf"), bytes: f103 },
        CarrierFile { media: FileMedia::Zip, name: format!("forms-{name}.zip"), bytes: all },
    ])
}
