//! Opening manifests and loading parcels on them.

use super::loading::{LabelSeen, Loading};
use super::model::{LoadOption, Loaded, ManifestHead, ManifestKey, Progress};
use super::{ManifestError, store};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::fault::{InputError, InputFaults};
use crate::ids::{ManifestId, OrderId, WarehouseId};
use crate::packing::handover;
use crate::series;

const NAME_LENGTH_MAX: usize = 200;

/// Opens the manifest of a carrier, pick-up point and day, or finds the open one, and lets it expect
/// all parcels that are packed for it.
pub async fn manifest_open(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &ManifestKey,
) -> Result<ManifestHead, ManifestError> {
    check(key)?;
    let head = match store::manifest_open(tx, key).await? {
        Some(head) => head,
        None => manifest_create(tx, ctx, key).await?,
    };
    store::parcels_collect(tx, &head).await?;
    Ok(head)
}

fn check(key: &ManifestKey) -> Result<(), InputError> {
    let mut faults = InputFaults::default();
    faults.text("carrier", &key.carrier, NAME_LENGTH_MAX);
    if key.pickup_point.chars().count() > NAME_LENGTH_MAX {
        faults.note("pickup_point", "too_long");
    }
    faults.finish()
}

async fn manifest_create(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &ManifestKey,
) -> Result<ManifestHead, ManifestError> {
    if store::warehouse_find(tx, key.warehouse).await?.is_none() {
        return Err(InputError::one("warehouse_id", "unknown").into());
    }
    let number = series::number_next(tx, &format!("manifest:{}", key.warehouse)).await?;
    let number = format!("M{number:06}");
    if !store::manifest_insert(tx, ctx, key, &number).await? {
        // Somebody opened it since we looked. Run again, so that the number is given back.
        return Err(tx.conflict().into());
    }
    let head = store::manifest_open(tx, key).await?;
    Ok(head.ok_or(DbError::NoRow)?)
}

/// The manifest that is loaded now for a carrier and point: the open one of the latest day, or a new
/// one for today.
pub async fn manifest_resume(
    tx: &mut Tx,
    ctx: &Ctx,
    warehouse: WarehouseId,
    carrier: &str,
    pickup_point: &str,
) -> Result<ManifestHead, ManifestError> {
    if let Some(head) = store::manifest_latest(tx, warehouse, carrier, pickup_point).await? {
        store::parcels_collect(tx, &head).await?;
        return Ok(head);
    }
    let (carrier, pickup_point) = (carrier.to_owned(), pickup_point.to_owned());
    let key = ManifestKey { warehouse, carrier, pickup_point, day: ctx.now.moscow_day() };
    manifest_open(tx, ctx, &key).await
}

/// Carriers and points for which parcels wait, by name.
pub async fn load_options(
    tx: &mut Tx,
    warehouse: WarehouseId,
    count_max: i64,
) -> Result<Vec<LoadOption>, DbError> {
    store::load_options(tx, warehouse, count_max).await
}

pub async fn manifest_find(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<ManifestHead, ManifestError> {
    store::manifest_find(tx, manifest).await?.ok_or(ManifestError::NotFound { manifest })
}

/// The open manifest under a number, which expects what was packed since.
pub async fn manifest_by_number(
    tx: &mut Tx,
    warehouse: WarehouseId,
    number: &str,
) -> Result<ManifestHead, ManifestError> {
    let head = store::manifest_by_number(tx, warehouse, number).await?;
    let head = head.ok_or_else(|| ManifestError::NumberUnknown { number: number.to_owned() })?;
    head.must_be_open()?;
    store::parcels_collect(tx, &head).await?;
    Ok(head)
}

pub async fn manifest_progress(tx: &mut Tx, manifest: ManifestId) -> Result<Progress, DbError> {
    store::progress(tx, manifest).await
}

/// Numbers of expected parcels that are not loaded yet.
pub async fn parcels_missing(
    tx: &mut Tx,
    manifest: ManifestId,
    count_max: i64,
) -> Result<Vec<String>, DbError> {
    store::parcels_missing(tx, manifest, count_max).await
}

/// Loads a parcel by its number. A second scan of it changes nothing and says so.
pub async fn parcel_load(
    tx: &mut Tx,
    ctx: &Ctx,
    manifest: ManifestId,
    parcel_number: &str,
    seen: LabelSeen,
) -> Result<Loaded, ManifestError> {
    let head = manifest_hold(tx, manifest).await?;
    head.must_be_open()?;
    let parcel = parcel_number.to_owned();
    let facts = store::parcel_facts(tx, parcel_number).await?;
    let facts = facts.ok_or(ManifestError::ParcelUnknown { parcel })?;
    let result = head.loading(&facts, seen)?;
    if seen == LabelSeen::Scanned && facts.verified_at.is_none() {
        handover::label_verify(tx, facts.warehouse, &facts.number, ctx.now).await?;
    }
    if result == Loading::Now {
        if !handover::parcel_load(tx, facts.id).await? {
            // Cancelled or loaded elsewhere since we looked: the next run names the reason.
            return Err(tx.conflict().into());
        }
        store::entry_load(tx, manifest, facts.id, ctx.now).await?;
    }
    let progress = store::progress(tx, manifest).await?;
    Ok(Loaded { parcel_id: facts.id, parcel: facts.number, result, progress })
}

/// Takes a parcel off the manifest again; it stays expected.
pub async fn parcel_unload(
    tx: &mut Tx,
    _ctx: &Ctx,
    manifest: ManifestId,
    parcel_number: &str,
) -> Result<Progress, ManifestError> {
    let head = manifest_hold(tx, manifest).await?;
    head.must_be_open()?;
    let parcel = parcel_number.to_owned();
    let Some(facts) = store::parcel_facts(tx, parcel_number).await? else {
        return Err(ManifestError::ParcelUnknown { parcel });
    };
    if !store::entry_unload(tx, manifest, facts.id).await? {
        return Err(ManifestError::NotLoaded { parcel });
    }
    let was_loaded = handover::parcel_unload(tx, facts.id).await?;
    assert!(was_loaded, "what is loaded on an open manifest is in the state loaded");
    Ok(store::progress(tx, manifest).await?)
}

/// Gives up a manifest on which nothing is loaded; what it expected is free for another.
pub async fn manifest_cancel(
    tx: &mut Tx,
    _ctx: &Ctx,
    manifest: ManifestId,
) -> Result<(), ManifestError> {
    let head = manifest_hold(tx, manifest).await?;
    head.must_be_open()?;
    let count = store::progress(tx, manifest).await?.loaded;
    if count > 0 {
        return Err(ManifestError::HasLoaded { number: head.number, count });
    }
    store::entries_remove(tx, manifest).await?;
    Ok(store::manifest_cancel(tx, manifest).await?)
}

/// Takes the parcels of an order off the manifests that expect them, before it is cancelled or
/// changed. Refused when one is loaded or gone.
pub async fn order_withdraw(tx: &mut Tx, _ctx: &Ctx, order: OrderId) -> Result<(), ManifestError> {
    let count = handover::parcels_gone(tx, order).await?;
    if count > 0 {
        return Err(ManifestError::OrderLoaded { count });
    }
    Ok(store::entries_of_order_remove(tx, order).await.map(drop)?)
}

/// Holds a manifest until the end of the transaction.
pub(super) async fn manifest_hold(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<ManifestHead, ManifestError> {
    store::manifest_hold(tx, manifest).await?.ok_or(ManifestError::NotFound { manifest })
}
