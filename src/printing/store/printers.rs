//! Printers, where they stand, and which node may write to them.

use uuid::Uuid;

use crate::db::{DbError, Tx};
use crate::ids::{DeviceId, PrinterId, WarehouseId, ZoneId};
use crate::printing::PrinterState;
use crate::printing::choice::Candidate;
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A label printer as it stands on a table.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Printer {
        pub id: PrinterId,
        pub warehouse: WarehouseId,
        pub name: String,
        /// What its own label says.
        pub code: String,
        pub model: String,
        pub zone: Option<ZoneId>,
        pub host: String,
        pub port: i64,
        pub media: String,
        pub dots_per_mm: i64,
        pub active: bool,
        pub reroute_after_s: Option<i64>,
        pub created_at: UtcMicros,
        pub state: PrinterState,
        pub state_reason: Option<String>,
        pub state_at: Option<UtcMicros>,
        pub stopped_at: Option<UtcMicros>,
        pub odometer: Option<i64>,
    }
}

record! {
    /// Where a device is used.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::printing) struct Station {
        pub(in crate::printing) printer: Option<PrinterId>,
        pub(in crate::printing) zone: Option<ZoneId>,
    }
}

record! {
    struct PrinterIdRow {
        id: PrinterId,
    }
}

/// What was seen of a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::printing) struct Seen {
    pub(in crate::printing) state: PrinterState,
    pub(in crate::printing) reason: Option<String>,
    pub(in crate::printing) at: UtcMicros,
    pub(in crate::printing) odometer: Option<i64>,
}

const PRINTER_INSERT: &str = "INSERT INTO printer
     (id, warehouse_id, name, code, model, zone_id, host, port, media, dots_per_mm, active,
      reroute_after_s, created_at, state)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     ON CONFLICT (warehouse_id, name) DO NOTHING";
const PRINTER_LIST: &str =
    "SELECT id, warehouse_id, name, code, model, zone_id, host, port, media, dots_per_mm, active,
            reroute_after_s, created_at, state, state_reason, state_at, stopped_at, odometer
     FROM printer ORDER BY name, id";
const PRINTER_FIND: &str =
    "SELECT id, warehouse_id, name, code, model, zone_id, host, port, media, dots_per_mm, active,
            reroute_after_s, created_at, state, state_reason, state_at, stopped_at, odometer
     FROM printer WHERE id = $1";
const PRINTER_BY_CODE: &str =
    "SELECT id, warehouse_id, name, code, model, zone_id, host, port, media, dots_per_mm, active,
            reroute_after_s, created_at, state, state_reason, state_at, stopped_at, odometer
     FROM printer WHERE code = $1 AND warehouse_id = $2";
const PRINTER_SET_ACTIVE: &str = "UPDATE printer SET active = $2 WHERE id = $1";
const PRINTERS_OF_MEDIA: &str =
    "SELECT p.id, p.name, p.zone_id, p.state, p.stopped_at, p.reroute_after_s,
            (SELECT COUNT(*) FROM print_job AS j WHERE j.printer_id = p.id AND j.state = 'queued'),
            p.model, p.dots_per_mm
     FROM printer AS p WHERE p.warehouse_id = $1 AND p.media = $2 AND p.active ORDER BY p.name";
/// A job in the printer is watched even when the printer was taken out of use. A printer that was
/// never seen, or long ago, is looked at.
const PRINTERS_AT_WORK: &str = "SELECT p.id FROM printer AS p
     WHERE (EXISTS (SELECT 1 FROM print_job AS j WHERE j.printer_id = p.id
                AND j.state IN ('sending', 'sent', 'unknown') AND j.ended_at IS NULL)
         OR (p.active AND EXISTS (SELECT 1 FROM print_job AS j
                WHERE j.printer_id = p.id AND j.state = 'queued'))
         OR (p.active AND (p.state_at IS NULL OR p.state_at < $1)))
       AND (p.lease_until IS NULL OR p.lease_until < $2)
     ORDER BY p.id";
/// Printers from which labels are moved away, if another one is there: out of use, or stopped.
const PRINTERS_LEFT: &str =
    "SELECT id, warehouse_id, name, code, model, zone_id, host, port, media, dots_per_mm, active,
            reroute_after_s, created_at, state, state_reason, state_at, stopped_at, odometer
     FROM printer AS p
     WHERE (NOT p.active OR p.stopped_at IS NOT NULL)
       AND EXISTS (SELECT 1 FROM print_job AS j WHERE j.printer_id = p.id AND j.state = 'queued')
     ORDER BY p.id";
const PRINTER_SEEN: &str = "UPDATE printer
     SET state = $2, state_reason = $3, state_at = $4, stopped_at = $5, odometer = COALESCE($6, odometer)
     WHERE id = $1";
const LEASE_TAKE: &str = "UPDATE printer SET node_id = $2, lease_until = $3
     WHERE id = $1 AND (node_id = $2 OR lease_until IS NULL OR lease_until < $4)";
const LEASE_KEEP: &str = "UPDATE printer SET lease_until = $3 WHERE id = $1 AND node_id = $2";
const LEASE_RELEASE: &str =
    "UPDATE printer SET node_id = NULL, lease_until = NULL WHERE id = $1 AND node_id = $2";
const STATION_FIND: &str = "SELECT printer_id, zone_id FROM device WHERE id = $1";
const STATION_SET: &str =
    "UPDATE device SET printer_id = $3, zone_id = $4 WHERE id = $1 AND warehouse_id = $2";
const STATION_PRINTER_SET: &str =
    "UPDATE device SET printer_id = $3 WHERE id = $1 AND warehouse_id = $2";
const DEVICE_WAREHOUSE: &str = "SELECT warehouse_id FROM device WHERE id = $1";
const PRINTER_ACTIVE_OF_MEDIA: &str =
    "SELECT id FROM printer WHERE id = $1 AND media = $2 AND active";
const ZONE_OF: &str = "SELECT id FROM zone WHERE id = $1 AND warehouse_id = $2";

pub(super) const QUERIES: &[&str] = &[
    PRINTER_INSERT,
    PRINTER_LIST,
    PRINTER_FIND,
    PRINTER_BY_CODE,
    PRINTER_SET_ACTIVE,
    PRINTERS_OF_MEDIA,
    PRINTERS_AT_WORK,
    PRINTERS_LEFT,
    PRINTER_SEEN,
    LEASE_TAKE,
    LEASE_KEEP,
    LEASE_RELEASE,
    STATION_FIND,
    STATION_SET,
    STATION_PRINTER_SET,
    DEVICE_WAREHOUSE,
    PRINTER_ACTIVE_OF_MEDIA,
    ZONE_OF,
];

record! {
    struct WarehouseIdRow {
        id: WarehouseId,
    }
}

record! {
    struct ZoneIdRow {
        id: ZoneId,
    }
}

/// Adds a printer; answers false if its name is taken in the warehouse.
pub(in crate::printing) async fn printer_insert(
    tx: &mut Tx,
    printer: &Printer,
) -> Result<bool, DbError> {
    let values = args![
        printer.id,
        printer.warehouse,
        &printer.name,
        &printer.code,
        &printer.model,
        printer.zone,
        &printer.host,
        printer.port,
        &printer.media,
        printer.dots_per_mm,
        printer.active,
        printer.reroute_after_s,
        printer.created_at,
        printer.state,
    ];
    Ok(tx.execute(PRINTER_INSERT, values).await? == 1)
}

pub(in crate::printing) async fn printer_list(tx: &mut Tx) -> Result<Vec<Printer>, DbError> {
    tx.fetch_all(PRINTER_LIST, vec![]).await
}

pub(in crate::printing) async fn printer_find(
    tx: &mut Tx,
    id: PrinterId,
) -> Result<Option<Printer>, DbError> {
    tx.fetch_optional(PRINTER_FIND, args![id]).await
}

pub(in crate::printing) async fn printer_by_code(
    tx: &mut Tx,
    warehouse: WarehouseId,
    code: &str,
) -> Result<Option<Printer>, DbError> {
    tx.fetch_optional(PRINTER_BY_CODE, args![code, warehouse]).await
}

pub(in crate::printing) async fn printer_set_active(
    tx: &mut Tx,
    id: PrinterId,
    active: bool,
) -> Result<bool, DbError> {
    Ok(tx.execute(PRINTER_SET_ACTIVE, args![id, active]).await? == 1)
}

/// The printers in use that have this media, with how much waits for each.
pub(in crate::printing) async fn printers_of_media(
    tx: &mut Tx,
    warehouse: WarehouseId,
    media: &str,
) -> Result<Vec<Candidate>, DbError> {
    tx.fetch_all(PRINTERS_OF_MEDIA, args![warehouse, media]).await
}

/// Printers for which there is something to do and no node that does it.
pub(in crate::printing) async fn printers_at_work(
    tx: &mut Tx,
    seen_before: UtcMicros,
    now: UtcMicros,
) -> Result<Vec<PrinterId>, DbError> {
    let rows: Vec<PrinterIdRow> = tx.fetch_all(PRINTERS_AT_WORK, args![seen_before, now]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(in crate::printing) async fn printers_left(tx: &mut Tx) -> Result<Vec<Printer>, DbError> {
    tx.fetch_all(PRINTERS_LEFT, vec![]).await
}

/// Notes what was seen. A printer stopped when it was first seen so.
pub(in crate::printing) async fn printer_seen(
    tx: &mut Tx,
    id: PrinterId,
    seen: &Seen,
    stopped_at: Option<UtcMicros>,
) -> Result<(), DbError> {
    let values = args![id, seen.state, seen.reason.clone(), seen.at, stopped_at, seen.odometer];
    tx.execute(PRINTER_SEEN, values).await.map(drop)
}

/// Takes the right to write to a printer; answers false if another node has it.
pub(in crate::printing) async fn lease_take(
    tx: &mut Tx,
    id: PrinterId,
    node: Uuid,
    until: UtcMicros,
    now: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(LEASE_TAKE, args![id, node, until, now]).await? == 1)
}

/// Answers false if another node has taken the printer since.
pub(in crate::printing) async fn lease_keep(
    tx: &mut Tx,
    id: PrinterId,
    node: Uuid,
    until: UtcMicros,
) -> Result<bool, DbError> {
    Ok(tx.execute(LEASE_KEEP, args![id, node, until]).await? == 1)
}

pub(in crate::printing) async fn lease_release(
    tx: &mut Tx,
    id: PrinterId,
    node: Uuid,
) -> Result<(), DbError> {
    tx.execute(LEASE_RELEASE, args![id, node]).await.map(drop)
}

pub(in crate::printing) async fn station_find(
    tx: &mut Tx,
    device: DeviceId,
) -> Result<Option<Station>, DbError> {
    tx.fetch_optional(STATION_FIND, args![device]).await
}

pub(in crate::printing) async fn station_set(
    tx: &mut Tx,
    device: DeviceId,
    warehouse: WarehouseId,
    station: Station,
) -> Result<bool, DbError> {
    let values = args![device, warehouse, station.printer, station.zone];
    Ok(tx.execute(STATION_SET, values).await? == 1)
}

pub(in crate::printing) async fn station_printer_set(
    tx: &mut Tx,
    device: DeviceId,
    warehouse: WarehouseId,
    printer: PrinterId,
) -> Result<bool, DbError> {
    Ok(tx.execute(STATION_PRINTER_SET, args![device, warehouse, printer]).await? == 1)
}

pub(in crate::printing) async fn device_warehouse(
    tx: &mut Tx,
    device: DeviceId,
) -> Result<Option<WarehouseId>, DbError> {
    let row: Option<WarehouseIdRow> = tx.fetch_optional(DEVICE_WAREHOUSE, args![device]).await?;
    Ok(row.map(|row| row.id))
}

pub(in crate::printing) async fn is_usable(
    tx: &mut Tx,
    printer: PrinterId,
    media: &str,
) -> Result<bool, DbError> {
    let row: Option<PrinterIdRow> =
        tx.fetch_optional(PRINTER_ACTIVE_OF_MEDIA, args![printer, media]).await?;
    Ok(row.is_some())
}

pub(in crate::printing) async fn zone_is_of(
    tx: &mut Tx,
    zone: ZoneId,
    warehouse: WarehouseId,
) -> Result<bool, DbError> {
    let row: Option<ZoneIdRow> = tx.fetch_optional(ZONE_OF, args![zone, warehouse]).await?;
    Ok(row.is_some_and(|row| row.id == zone))
}
