//! The bytes of a job for the printer that it goes to.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::store::{LabelBytes, PrintJob, Printer};
use crate::devices::printer::{Language, PrinterProtocol};
use crate::labels::{self, PrinterModel, UnicodeFont};

/// The template of labels that came as bytes.
pub(super) const READY: &str = "ready";

/// One label for this printer. What was sent before goes out again as it was, if the printer speaks
/// its language and has its density; otherwise it is filled again.
pub(super) fn label_for(
    job: &PrintJob,
    kept: Option<LabelBytes>,
    printer: &Printer,
    protocol: &PrinterProtocol,
) -> Result<LabelBytes, String> {
    let fits = |kept: &LabelBytes| {
        kept.language == protocol.language() && kept.dots_per_mm == printer.dots_per_mm
    };
    if let Some(kept) = kept.filter(fits) {
        return Ok(kept);
    }
    if job.template == READY {
        let (language, density) = (protocol.language(), printer.dots_per_mm);
        return Err(format!("the label was not made for {language} at {density} dots/mm"));
    }
    let label = filled(job, printer, protocol)?;
    Ok(hashed(label, protocol.language(), printer.dots_per_mm))
}

pub(super) fn hashed(label: Vec<u8>, language: Language, dots_per_mm: i64) -> LabelBytes {
    let sha256 = Sha256::digest(&label).to_vec();
    LabelBytes { label, sha256, language, dots_per_mm }
}

fn filled(
    job: &PrintJob,
    printer: &Printer,
    protocol: &PrinterProtocol,
) -> Result<Vec<u8>, String> {
    let template = labels::template(&job.template).map_err(|error| error.to_string())?;
    let dots_per_mm = u32::try_from(printer.dots_per_mm).map_err(|error| error.to_string())?;
    let model = model_of(protocol, dots_per_mm);
    labels::fill(template, &fields_of(job), model).map_err(|error| error.to_string())
}

/// What a label needs to know of its printer.
fn model_of(protocol: &PrinterProtocol, dots_per_mm: u32) -> PrinterModel {
    let model = match protocol.language() {
        Language::Zpl => PrinterModel::zpl(dots_per_mm),
        Language::Tspl => PrinterModel::tspl(dots_per_mm),
    };
    let model =
        if protocol.has_unicode_font() { model.with_font(UnicodeFont::Resident) } else { model };
    if protocol.is_bitmap_only() { model.bitmap_only() } else { model }
}

/// The fields of a queued label.
fn fields_of(job: &PrintJob) -> BTreeMap<String, String> {
    serde_json::from_value(job.data.clone()).unwrap_or_default()
}
