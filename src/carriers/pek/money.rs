//! What the carrier charges, by its accounting documents (счета, акты).

use serde_json::json;

use super::wire::{Access, Document, DocumentService, Documents, DocumentsBody};
use super::{CODE, InvoiceSettings, Pek};
use crate::carriers::amounts::JsonDecimal;
use crate::carriers::exchange::Effect;
use crate::carriers::local::moscow_instant;
use crate::carriers::model::{CarrierInvoice, ChargeKind, InvoiceLine};
use crate::carriers::{Answer, CarrierError, Invoicing, not_sayable};
use crate::units::{Day, Kopecks};

/// Days of one question.
const DAYS_MAX: i64 = 60;

impl Invoicing for Pek {
    fn invoices(&self, from: Day, to: Day) -> Answer<'_, Vec<CarrierInvoice>> {
        Box::pin(async move {
            if !(0..DAYS_MAX).contains(&to.days_since(from)) {
                return Err(not_sayable(CODE, "period", "has to be of one to sixty days"));
            }
            let InvoiceSettings { branch_id, inn, kpp } = self.invoiced()?;
            let body = DocumentsBody {
                branch_id: branch_id.clone(),
                date_begin: format!("{from}T00:00:00"),
                date_end: format!("{to}T23:59:59"),
                inn: inn.clone(),
                kpp: kpp.clone(),
                token: self.token().await?,
            };
            let path = "/accountingdocuments/listforcounterparty/";
            let said: Documents = self.client.call(path, &body, Effect::Reads).await?;
            invoices(said)
        })
    }
}

impl Pek {
    fn invoiced(&self) -> Result<&InvoiceSettings, CarrierError> {
        self.settings.invoices.as_ref().ok_or_else(|| CarrierError::Account {
            carrier: CODE.to_owned(),
            problem: "settings: invoices is missing".to_owned(),
        })
    }

    /// It ends, and is wanted once a day: a new one each time.
    async fn token(&self) -> Result<String, CarrierError> {
        let path = "/auth/createtokentoaccessprivatedata/";
        let said: Access = self.client.call(path, &json!({}), Effect::Reads).await?;
        let token = said.access_token.filter(|token| !token.is_empty());
        token.ok_or_else(|| CarrierError::malformed(CODE, "it gave no token"))
    }
}

fn invoices(said: Documents) -> Result<Vec<CarrierInvoice>, CarrierError> {
    let told = said.documents.unwrap_or_default().into_iter();
    told.filter_map(|document| invoice(document).transpose()).collect()
}

/// None: nothing stands on it that could be compared with a parcel. What it says of the whole and of
/// its services is kept as it is, whether it adds up or not.
fn invoice(document: Document) -> Result<Option<CarrierInvoice>, CarrierError> {
    let services = document.services.unwrap_or_default();
    if services.is_empty() {
        return Ok(None);
    }
    let number = document.number.unwrap_or_default();
    let lacks = |what: &str| {
        CarrierError::malformed(CODE, format!("the document {number:?} says no {what}"))
    };
    let day = document.date.as_deref().and_then(moscow_instant).ok_or_else(|| lacks("day"))?;
    let total = document.sum.ok_or_else(|| lacks("sum"))?;
    let lines = (1..).zip(services).map(|(row, service)| {
        let sum = service.sum.ok_or_else(|| lacks(&format!("sum of the service {row}")))?;
        Ok(line(row, service, sum))
    });
    let lines = lines.collect::<Result<Vec<InvoiceLine>, CarrierError>>()?;
    Ok(Some(CarrierInvoice {
        number,
        day: day.moscow_day(),
        period: None,
        total_kopecks: total.kopecks(),
        listed_kopecks: None,
        vat_kopecks: document.sum_vat.map(JsonDecimal::kopecks),
        discount_kopecks: Kopecks::ZERO,
        lines,
    }))
}

fn line(row: i64, service: DocumentService, sum: JsonDecimal) -> InvoiceLine {
    let words = service.kind.unwrap_or_default().trim().to_owned();
    InvoiceLine {
        line: row,
        track: service.cargo_code.unwrap_or_default().trim().to_owned(),
        number: String::new(),
        order_number: String::new(),
        kind: ChargeKind::of_words(&words),
        words,
        amount_kopecks: sum.kopecks(),
        vat_kopecks: service.sum_vat.map(JsonDecimal::kopecks),
        weight_g: None,
        service_day: None,
    }
}
