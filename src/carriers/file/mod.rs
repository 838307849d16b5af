//! A carrier without an API: the register goes out as XLSX and CSV.

mod columns;

use super::{Carrier, CarrierError, ExportFile, ExportFormat, ManifestExport, ManifestModel};
use crate::documents::{Cell, Column, Sheet, csv, xlsx};
use columns::REGISTER;

/// Serves any code by files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCarrier {
    code: String,
    name: String,
}

impl FileCarrier {
    pub fn new(code: impl Into<String>, name: impl Into<String>) -> Self {
        Self { code: code.into(), name: name.into() }
    }
}

impl Carrier for FileCarrier {
    fn code(&self) -> &str {
        &self.code
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn manifests(&self) -> Option<&dyn ManifestExport> {
        Some(self)
    }
}

impl ManifestExport for FileCarrier {
    fn manifest_export(&self, manifest: &ManifestModel) -> Result<Vec<ExportFile>, CarrierError> {
        let sheet = register(manifest);
        let file = |format: ExportFormat, bytes| ExportFile {
            format,
            name: format!("register-{}.{format}", manifest.act_number),
            bytes,
        };
        Ok(vec![
            file(ExportFormat::Xlsx, xlsx::write(&sheet)?),
            file(ExportFormat::Csv, csv::write(&sheet)?),
        ])
    }
}

/// The table of a register: one line a parcel, columns as in [`columns`].
fn register(manifest: &ManifestModel) -> Sheet {
    let rows = manifest.parcels.iter().enumerate();
    Sheet {
        name: "Реестр".to_owned(),
        columns: REGISTER.iter().map(|(title, width, _)| Column::new(*title, *width)).collect(),
        rows: rows
            .map(|(index, parcel)| {
                let line = columns::Line { index, manifest, parcel };
                REGISTER.iter().map(|(_, _, value)| value(&line)).collect::<Vec<Cell>>()
            })
            .collect(),
        ..Sheet::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carriers::{ParcelModel, RecipientModel};
    use crate::units::{Grams, Kopecks, UtcMicros};

    #[test]
    fn the_register_names_every_parcel_in_both_formats() {
        let recipient = RecipientModel {
            name: "Иванов Иван".to_owned(),
            phone: "+79161234567".to_owned(),
            postcode: "101000".to_owned(),
            city: "Москва".to_owned(),
            address: "ул. Мясницкая, 1".to_owned(),
        };
        let parcel = ParcelModel {
            number: "P-000001".to_owned(),
            order_number: "A-17".to_owned(),
            shop: "Ромашка".to_owned(),
            recipient,
            weight_g: Grams::new(1_250),
            cod_kopecks: Kopecks::new(99_990),
        };
        let at = UtcMicros::from_micros(1_780_000_000_000_000);
        let manifest = ManifestModel {
            number: "M000001".to_owned(),
            act_number: "MSK-2026-000001".to_owned(),
            warehouse: "Москва".to_owned(),
            carrier: "post".to_owned(),
            pickup_point: "ПВЗ 5".to_owned(),
            day: at.moscow_day(),
            closed_at: at,
            parcels: vec![parcel],
            missing: Vec::new(),
        };
        let files =
            ManifestExport::manifest_export(&FileCarrier::new("post", "Почта России"), &manifest)
                .unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["register-MSK-2026-000001.xlsx", "register-MSK-2026-000001.csv"]);
        let text = String::from_utf8(files[1].bytes.clone()).unwrap();
        let line = text.lines().nth(1).unwrap();
        assert_eq!(
            line,
            "1;P-000001;A-17;Ромашка;Иванов Иван;+79161234567;\
             101000;Москва;ул. Мясницкая, 1;ПВЗ 5;1,250;999,90"
        );
    }
}
