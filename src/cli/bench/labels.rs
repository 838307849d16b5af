//! Parcel labels: filled for a printer, and drawn for a person.

use std::hint::black_box;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::{PerCent, micros, per_second};
use crate::labels::{self, PrinterModel};

/// A label of 100 × 150 mm with everything on it.
const TEMPLATE: &str = "parcel";
const DOTS_PER_MM: u32 = 8;

#[derive(Debug, Args)]
pub(in crate::cli) struct LabelsArgs {
    /// Labels that are filled, each with a number of its own.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// Pictures that are drawn; the median time is told.
    #[arg(long, default_value_t = 100)]
    previews: usize,
}

/// Needs no database.
pub(super) fn run(args: &LabelsArgs) -> anyhow::Result<Value> {
    anyhow::ensure!(args.count > 0 && args.previews > 0, "нужна хотя бы одна этикетка");
    let template = labels::template(TEMPLATE)?;
    let printer = PrinterModel::zpl(DOTS_PER_MM);
    let mut fields = template.example();
    let name = fields.get("recipient").cloned().unwrap_or_default();
    let started = Instant::now();
    let mut bytes = 0;
    for number in 0..args.count {
        fields.insert("recipient".to_owned(), format!("{name} {number}"));
        bytes += black_box(labels::fill(template, black_box(&fields), printer)?).len();
    }
    let took = started.elapsed();

    let mut times = Vec::with_capacity(args.previews);
    for _ in 0..args.previews {
        let started = Instant::now();
        black_box(labels::preview_png(template, black_box(&fields), DOTS_PER_MM)?);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(json!({
        "bench": "labels",
        "template": TEMPLATE,
        "dots_per_mm": DOTS_PER_MM,
        "labels": args.count,
        "bytes_per_label": bytes / args.count,
        "took_ms": took.as_millis(),
        "labels_per_s": per_second(args.count, took),
        "preview_p50_us": micros(&times, PerCent(50)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_filled_and_drawn() {
        let told = run(&LabelsArgs { count: 2, previews: 1 }).expect("the example fits");
        assert!(told["bytes_per_label"].as_u64() > Some(100), "{told}");
    }
}
