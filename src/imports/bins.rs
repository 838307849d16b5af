//! Bin files: one row per bin. A code that is there already is left as it is.

use std::collections::{HashMap, HashSet};

use super::products::positions;
use super::run::{Job, Outcome};
use super::table::Row;
use super::{ImportError, Refusal};
use crate::catalog::{BinPurpose, Mixing, NewBin, bins_create_many, zone_ensure};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::ZoneId;
use crate::units::{CubicCentimetres, Grams};

const ZONE_DEFAULT: &str = "A";
const VOLUME_CM3_DEFAULT: i64 = 1_000_000;
const WEIGHT_G_DEFAULT: i64 = 500_000;

pub(super) async fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &Job,
    rows: &[Row],
) -> Result<Outcome, ImportError> {
    let columns = &job.columns;
    let mut outcome = Outcome::default();
    let mut zones: HashMap<String, ZoneId> = HashMap::new();
    let mut seen = HashSet::new();
    let mut bins: Vec<(&Row, NewBin)> = Vec::new();
    for row in rows {
        let code = columns.text(row, "code").to_uppercase();
        if !seen.insert(code) {
            outcome.refusals.push(columns.refuse(row, "code", "duplicate_in_file"));
            continue;
        }
        let zone = match columns.text(row, "zone") {
            "" => ZONE_DEFAULT,
            zone => zone,
        };
        let zone = match zones.get(zone) {
            Some(id) => *id,
            None => match zone_ensure(tx, job.warehouse, zone).await {
                Ok(id) => *zones.entry(zone.to_owned()).or_insert(id),
                Err(crate::catalog::CatalogError::Input(_)) => {
                    outcome.refusals.push(columns.refuse(row, "zone", "bad_value"));
                    continue;
                }
                Err(error) => return Err(error.into()),
            },
        };
        match read(job, row, zone) {
            Ok(bin) => bins.push((row, bin)),
            Err(refusal) => outcome.refusals.push(refusal),
        }
    }
    create(tx, ctx, job, bins, &mut outcome).await?;
    Ok(outcome)
}

/// Creates the bins, without those that the warehouse refuses by their position.
async fn create(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &Job,
    mut bins: Vec<(&Row, NewBin)>,
    outcome: &mut Outcome,
) -> Result<(), ImportError> {
    while !bins.is_empty() {
        let inputs: Vec<NewBin> = bins.iter().map(|(_, bin)| bin.clone()).collect();
        match bins_create_many(tx, ctx, job.warehouse, &inputs).await {
            Ok(report) => {
                outcome.created += report.created;
                outcome.unchanged += report.existing;
                return Ok(());
            }
            Err(error) => {
                let wrong = positions(&error, "bins");
                if wrong.is_empty() {
                    return Err(error.into());
                }
                for (place, field) in wrong.into_iter().rev() {
                    let (row, _) = bins.remove(place);
                    outcome.refusals.push(job.columns.refuse(row, &field, "bad_value"));
                }
            }
        }
    }
    Ok(())
}

fn read(job: &Job, row: &Row, zone: ZoneId) -> Result<NewBin, Refusal> {
    let columns = &job.columns;
    let code = columns.text(row, "code");
    let aisle = columns.text(row, "aisle");
    let purpose = match columns.text(row, "purpose") {
        "" => Some(BinPurpose::Storage),
        word => BinPurpose::parse(&word.to_lowercase()),
    };
    let mixing = match columns.text(row, "mixing") {
        "" => Some(Mixing::Any),
        word => Mixing::parse(&word.to_lowercase()),
    };
    let number = |field, default| columns.whole(row, field).map(|n| n.unwrap_or(default));
    Ok(NewBin {
        zone,
        code: code.to_owned(),
        aisle: if aisle.is_empty() { "1" } else { aisle }.to_owned(),
        purpose: purpose.ok_or_else(|| columns.refuse(row, "purpose", "word_unknown"))?,
        sequence: number("sequence", row.line)?,
        volume_max_cm3: CubicCentimetres::new(number("volume_max_cm3", VOLUME_CM3_DEFAULT)?),
        weight_max_g: Grams::new(number("weight_max_g", WEIGHT_G_DEFAULT)?),
        mixing: mixing.ok_or_else(|| columns.refuse(row, "mixing", "word_unknown"))?,
    })
}
