//! Configured connections, and which devices are there.

use super::mqtt::MqttAddress;
use super::serial::SerialAddress;
use super::store::{self, Connection, DevicePresence};
use super::{ConnectionChannel, ConnectionError, ConnectionState, DeviceClass};
use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::devices::{self, Channel};
use crate::fault::InputFaults;
use crate::ids::{ConnectionId, DeviceId, WarehouseId};
use crate::secrets::{Secret, Vault};

const NAME_LENGTH_MAX: usize = 100;
const ADDRESS_LENGTH_MAX: usize = 300;

/// A connection to be set up.
#[derive(Debug, Clone)]
pub struct NewConnection {
    pub warehouse: WarehouseId,
    pub name: String,
    pub protocol: String,
    pub channel: ConnectionChannel,
    /// Without the password.
    pub address: String,
    /// Of a broker.
    pub password: Option<Secret>,
    pub device: Option<DeviceId>,
}

pub(super) async fn connection_create(
    tx: &mut Tx,
    ctx: &Ctx,
    vault: &Vault,
    new: &NewConnection,
) -> Result<Connection, ConnectionError> {
    let class = class_of(new)?;
    let mut faults = InputFaults::default();
    faults.text("name", &new.name, NAME_LENGTH_MAX);
    faults.text("address", &new.address, ADDRESS_LENGTH_MAX);
    if !is_address(new.channel, new.address.trim()) {
        faults.note("address", "bad_format");
    }
    if class == DeviceClass::Scale && new.device.is_none() {
        faults.note("device_id", "missing");
    }
    faults.finish()?;
    if let Some(device) = new.device
        && !store::device_is_there(tx, device, new.warehouse).await?
    {
        return Err(ConnectionError::DeviceUnknown { device });
    }
    let id = ConnectionId::new();
    let seal = |password: &Secret| vault.seal(&password_context(id), password.bytes());
    let connection = Connection {
        id,
        warehouse: new.warehouse,
        name: new.name.trim().to_owned(),
        class,
        protocol: new.protocol.clone(),
        channel: new.channel,
        address: new.address.trim().to_owned(),
        password: new.password.as_ref().map(seal).transpose()?,
        device: new.device,
        active: true,
        state: ConnectionState::Down,
        reason: None,
        changed_at: ctx.now,
    };
    if store::connection_insert(tx, &connection, ctx.now).await? {
        Ok(connection)
    } else {
        Err(ConnectionError::NameTaken { name: connection.name })
    }
}

/// What the password of a connection is sealed for.
pub(super) fn password_context(id: ConnectionId) -> String {
    format!("connection/{id}/password")
}

/// What kind of device it is; refuses a protocol that is unknown or goes another way.
fn class_of(new: &NewConnection) -> Result<DeviceClass, ConnectionError> {
    let (class, channels) = match (devices::scanner(&new.protocol), devices::scale(&new.protocol)) {
        (Some(scanner), _) => (DeviceClass::Scanner, scanner.channels()),
        (None, Some(scale)) => (DeviceClass::Scale, scale.channels()),
        (None, None) => {
            return Err(ConnectionError::ProtocolUnknown { protocol: new.protocol.clone() });
        }
    };
    let channel = match new.channel {
        ConnectionChannel::TcpClient => Channel::TcpClient,
        ConnectionChannel::TcpServer => Channel::TcpServer,
        ConnectionChannel::Serial => Channel::Serial,
        ConnectionChannel::Mqtt => Channel::Mqtt,
    };
    if channels.contains(&channel) {
        return Ok(class);
    }
    Err(ConnectionError::ChannelWrong {
        protocol: new.protocol.clone(),
        channel: new.channel.to_string(),
    })
}

fn is_address(channel: ConnectionChannel, address: &str) -> bool {
    match channel {
        ConnectionChannel::TcpClient => address
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()),
        ConnectionChannel::TcpServer => address.parse::<std::net::SocketAddr>().is_ok(),
        ConnectionChannel::Serial => SerialAddress::parse(address).is_some(),
        ConnectionChannel::Mqtt => MqttAddress::parse(address).is_some(),
    }
}

pub(super) async fn connection_list(tx: &mut Tx) -> Result<Vec<Connection>, DbError> {
    store::connection_list(tx).await
}

/// Takes a connection down or lets it come up again.
pub(super) async fn connection_set_active(
    tx: &mut Tx,
    id: ConnectionId,
    active: bool,
) -> Result<Connection, ConnectionError> {
    store::connection_set_active(tx, id, active).await?;
    connection_find(tx, id).await
}

async fn connection_find(tx: &mut Tx, id: ConnectionId) -> Result<Connection, ConnectionError> {
    let found = store::connection_find(tx, id).await?;
    found.ok_or(ConnectionError::Unknown { connection: id })
}

pub(super) async fn connection_remove(
    tx: &mut Tx,
    id: ConnectionId,
) -> Result<Connection, ConnectionError> {
    let connection = connection_find(tx, id).await?;
    store::connection_delete(tx, id).await?;
    Ok(connection)
}

pub(super) async fn presence_list(
    tx: &mut Tx,
    after: DeviceId,
    limit: i64,
) -> Result<Vec<DevicePresence>, DbError> {
    store::presence_list(tx, after, limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_fit_their_channel() {
        for (channel, right, wrong) in [
            (ConnectionChannel::TcpClient, "scanner-7.local:4001", "scanner-7.local"),
            (ConnectionChannel::TcpServer, "0.0.0.0:9201", "9201"),
            (ConnectionChannel::Serial, "/dev/ttyUSB0,9600,8N1", "/dev/ttyUSB0,fast"),
            (ConnectionChannel::Mqtt, "mqtt://broker/scans/#", "broker/scans"),
        ] {
            assert!(is_address(channel, right), "{right}");
            assert!(!is_address(channel, wrong), "{wrong}");
            assert!(!is_address(channel, ""), "{channel}");
        }
    }
}
