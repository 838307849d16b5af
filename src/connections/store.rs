//! Connections, presence and weights as rows.

use uuid::Uuid;

use super::presence::Seen;
use super::{ConnectionChannel, ConnectionState, DeviceClass};
use crate::db::{Count, DbError, Tx};
use crate::ids::{ConnectionId, DeviceId, WarehouseId};
use crate::secrets::Sealed;
use crate::units::UtcMicros;
use crate::{args, record};

record! {
    /// A configured way to a device.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct Connection {
        pub id: ConnectionId,
        pub warehouse: WarehouseId,
        pub name: String,
        pub class: DeviceClass,
        pub protocol: String,
        pub channel: ConnectionChannel,
        pub address: String,
        pub password: Option<Sealed>,
        pub device: Option<DeviceId>,
        pub active: bool,
        pub state: ConnectionState,
        pub reason: Option<String>,
        pub changed_at: UtcMicros,
    }
}

record! {
    /// A device with what is known of it now.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct DevicePresence {
        pub device: DeviceId,
        pub warehouse: WarehouseId,
        pub name: String,
        pub connected: Option<bool>,
        pub protocol: Option<String>,
        pub address: Option<String>,
        pub battery_percent: Option<i64>,
        pub seen_at: Option<UtcMicros>,
        pub last_scan_at: Option<UtcMicros>,
    }
}

record! {
    struct DeviceRow {
        id: DeviceId,
    }
}

const CONNECTION_INSERT: &str = "INSERT INTO connection
     (id, warehouse_id, name, class, protocol, channel, address, password, device_id, active,
      created_at, state, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11) ON CONFLICT DO NOTHING";

const CONNECTION_LIST: &str =
    "SELECT id, warehouse_id, name, class, protocol, channel, address, password, device_id, active,
            state, reason, changed_at
     FROM connection ORDER BY warehouse_id, name";

const CONNECTION_FIND: &str =
    "SELECT id, warehouse_id, name, class, protocol, channel, address, password, device_id, active,
            state, reason, changed_at
     FROM connection WHERE id = $1";

const CONNECTION_SET_ACTIVE: &str = "UPDATE connection SET active = $2 WHERE id = $1";

const CONNECTION_DELETE: &str = "DELETE FROM connection WHERE id = $1";

/// Takes what nobody holds and keeps what is held. A device that was revoked has no connection.
const CONNECTIONS_LEASE: &str = "UPDATE connection SET node_id = $1, leased_until = $3
     WHERE active = $4 AND (node_id = $1 OR leased_until IS NULL OR leased_until < $2)
       AND (device_id IS NULL
            OR EXISTS (SELECT 1 FROM device d WHERE d.id = device_id AND d.active = $4))";

/// Whether a lease of this node is to be renewed, or there is something to take.
const CONNECTIONS_DUE: &str = "SELECT COUNT(*) FROM connection
     WHERE active = $4 AND (leased_until IS NULL OR leased_until < $2
            OR (node_id = $1 AND leased_until < $3))";

const CONNECTIONS_HELD: &str =
    "SELECT id, warehouse_id, name, class, protocol, channel, address, password, device_id, active,
            state, reason, changed_at
     FROM connection WHERE active = $2 AND node_id = $1
       AND (device_id IS NULL
            OR EXISTS (SELECT 1 FROM device d WHERE d.id = device_id AND d.active = $2))";

const CONNECTIONS_LEAVE: &str =
    "UPDATE connection SET node_id = NULL, leased_until = NULL, state = $2 WHERE node_id = $1";

const CONNECTION_STATE: &str =
    "UPDATE connection SET state = $2, reason = $3, changed_at = $4 WHERE id = $1";

/// A device that may scan: it is active and of this warehouse.
const DEVICE_BY_ID: &str =
    "SELECT id FROM device WHERE id = $1 AND warehouse_id = $2 AND active = $3";

const DEVICE_BY_NAME: &str =
    "SELECT id FROM device WHERE name = $1 AND warehouse_id = $2 AND active = $3";

const PRESENCE_WRITE: &str = "INSERT INTO device_presence
     (device_id, connected, protocol, address, battery_percent, seen_at, last_scan_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (device_id) DO UPDATE SET connected = excluded.connected,
         protocol = excluded.protocol, address = excluded.address,
         battery_percent = excluded.battery_percent, seen_at = excluded.seen_at,
         last_scan_at = COALESCE(excluded.last_scan_at, device_presence.last_scan_at)";

const PRESENCE_LIST: &str =
    "SELECT d.id, d.warehouse_id, d.name, p.connected, p.protocol, p.address, p.battery_percent,
            p.seen_at, p.last_scan_at
     FROM device d LEFT JOIN device_presence p ON p.device_id = d.id
     WHERE d.active = $1 AND d.id > $2 ORDER BY d.id LIMIT $3";

pub const QUERIES: &[&str] = &[
    CONNECTION_INSERT,
    CONNECTION_LIST,
    CONNECTION_FIND,
    CONNECTION_SET_ACTIVE,
    CONNECTION_DELETE,
    CONNECTIONS_LEASE,
    CONNECTIONS_DUE,
    CONNECTIONS_HELD,
    CONNECTIONS_LEAVE,
    CONNECTION_STATE,
    DEVICE_BY_ID,
    DEVICE_BY_NAME,
    PRESENCE_WRITE,
    PRESENCE_LIST,
];

/// False when the name or the address is taken.
pub(super) async fn connection_insert(
    tx: &mut Tx,
    connection: &Connection,
    now: UtcMicros,
) -> Result<bool, DbError> {
    let args = args![
        connection.id,
        connection.warehouse,
        connection.name.as_str(),
        connection.class,
        connection.protocol.as_str(),
        connection.channel,
        connection.address.as_str(),
        connection.password.as_ref(),
        connection.device,
        connection.active,
        now,
        connection.state,
    ];
    Ok(tx.execute(CONNECTION_INSERT, args).await? == 1)
}

pub(super) async fn connection_list(tx: &mut Tx) -> Result<Vec<Connection>, DbError> {
    tx.fetch_all(CONNECTION_LIST, vec![]).await
}

pub(super) async fn connection_find(
    tx: &mut Tx,
    id: ConnectionId,
) -> Result<Option<Connection>, DbError> {
    tx.fetch_optional(CONNECTION_FIND, args![id]).await
}

pub(super) async fn connection_set_active(
    tx: &mut Tx,
    id: ConnectionId,
    active: bool,
) -> Result<bool, DbError> {
    Ok(tx.execute(CONNECTION_SET_ACTIVE, args![id, active]).await? == 1)
}

pub(super) async fn connection_delete(tx: &mut Tx, id: ConnectionId) -> Result<bool, DbError> {
    Ok(tx.execute(CONNECTION_DELETE, args![id]).await? == 1)
}

/// Whether leases have to be taken or renewed, of those that end before `soon`.
pub(super) async fn connections_are_due(
    tx: &mut Tx,
    node: Uuid,
    now: UtcMicros,
    soon: UtcMicros,
) -> Result<bool, DbError> {
    let due: Count = tx.fetch_one(CONNECTIONS_DUE, args![node, now, soon, true]).await?;
    Ok(due.value > 0)
}

/// Takes and renews leases.
pub(super) async fn connections_lease(
    tx: &mut Tx,
    node: Uuid,
    now: UtcMicros,
    until: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(CONNECTIONS_LEASE, args![node, now, until, true]).await.map(drop)
}

/// What this node has to keep up.
pub(super) async fn connections_held(tx: &mut Tx, node: Uuid) -> Result<Vec<Connection>, DbError> {
    tx.fetch_all(CONNECTIONS_HELD, args![node, true]).await
}

/// Gives everything back, so that another node need not wait for the leases to end.
pub(super) async fn connections_leave(tx: &mut Tx, node: Uuid) -> Result<(), DbError> {
    tx.execute(CONNECTIONS_LEAVE, args![node, ConnectionState::Down]).await.map(drop)
}

pub(super) async fn connection_state(
    tx: &mut Tx,
    id: ConnectionId,
    state: ConnectionState,
    reason: Option<String>,
    now: UtcMicros,
) -> Result<(), DbError> {
    tx.execute(CONNECTION_STATE, args![id, state, reason, now]).await.map(drop)
}

/// Whether a device is active and of this warehouse.
pub(super) async fn device_is_there(
    tx: &mut Tx,
    device: DeviceId,
    warehouse: WarehouseId,
) -> Result<bool, DbError> {
    let found =
        tx.fetch_optional::<DeviceRow>(DEVICE_BY_ID, args![device, warehouse, true]).await?;
    Ok(found.is_some())
}

pub(super) async fn device_by_name(
    tx: &mut Tx,
    name: &str,
    warehouse: WarehouseId,
) -> Result<Option<DeviceId>, DbError> {
    let found =
        tx.fetch_optional::<DeviceRow>(DEVICE_BY_NAME, args![name, warehouse, true]).await?;
    Ok(found.map(|row| row.id))
}

pub(super) async fn presence_write(
    tx: &mut Tx,
    devices: &[(DeviceId, Seen)],
) -> Result<(), DbError> {
    let row = |(device, seen): &(DeviceId, Seen)| {
        args![
            *device,
            seen.connected,
            seen.protocol.as_str(),
            seen.address.as_str(),
            seen.battery_percent,
            seen.at,
            seen.last_scan_at,
        ]
    };
    tx.insert_many(PRESENCE_WRITE, devices.iter().map(row).collect()).await.map(drop)
}

pub(super) async fn presence_list(
    tx: &mut Tx,
    after: DeviceId,
    limit: i64,
) -> Result<Vec<DevicePresence>, DbError> {
    tx.fetch_all(PRESENCE_LIST, args![true, after, limit]).await
}
