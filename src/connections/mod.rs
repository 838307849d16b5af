//! Ways to devices: scanners and scales on TCP, serial ports, MQTT, HTTP and WebSocket.
//!
//! What the bytes mean is said by `devices`; what a scan does, by `terminal`. Between them a
//! connection carries scans in and feedback out, one after the other.
//!
//! **Invariant:** a scan is taken to the end before the next one of its connection is read, so that a
//! device that floods slows down itself alone.
//! **Invariant:** a configured connection is kept up by one node at a time, whoever holds its lease;
//! when that node dies, another one takes over.
//! **Invariant:** memory per connection is bounded: by the greatest frame of its protocol, one read
//! buffer and one scan.
//!
//! Deliberately absent: connecting to anything that nobody configured.

pub mod http;
mod messages;
mod mqtt;
mod presence;
mod repeats;
mod scale;
mod serial;
pub mod service;
mod store;
pub mod supervisor;
mod talk;
pub mod tcp;

use crate::commands::CommandError;
use crate::fault::{Code, Kind};
use crate::ids::{ConnectionId, DeviceId};
use crate::{faults, text_enum};

pub use self::presence::{Presence, write_regularly};
pub use self::repeats::Repeats;
pub use self::store::QUERIES;

faults! {
    /// Why a device cannot be connected.
    pub enum ConnectionError {
        Unknown { connection: ConnectionId } => "connection_unknown", NotFound, "there is no connection {connection}";
        NameTaken { name: String } => "connection_name_taken", Conflict, "the name {name} or the address is taken";
        ProtocolUnknown { protocol: String } => "protocol_unknown", NotFound, "there is no device protocol {protocol}";
        ChannelWrong { protocol: String, channel: String } => "channel_wrong", Invalid, "devices of {protocol} are not connected by {channel}";
        NoMessages { protocol: String } => "protocol_no_messages", Invalid, "devices of {protocol} do not send messages";
        NotASocket => "not_a_web_socket", Invalid, "the request does not ask for a WebSocket";
        DeviceUnknown { device: DeviceId } => "connection_device_unknown", Invalid, "there is no active device {device} in this warehouse";
        CodeNotDrawn { why: String } => "setup_code_not_drawn", Invalid, "a set-up code cannot be drawn: {why}";
    }
    wraps {
        Input(crate::fault::InputError),
        Command(CommandError),
        Vault(crate::secrets::VaultError),
    }
}

/// A frame that is too long or damaged; the sentence stands on the screen.
pub const FRAME_INVALID: Code = Code { code: "frame_invalid", kind: Kind::Invalid, facts: &[] };

text_enum! {
    /// How a configured connection comes about.
    pub enum ConnectionChannel {
        /// We connect to the device: `host:port`.
        TcpClient = "tcp_client",
        /// Devices connect to us: the address to listen on.
        TcpServer = "tcp_server",
        /// `/dev/ttyUSB0,9600,8N1`.
        Serial = "serial",
        /// `mqtt://user:password@host:1883/topic/filter`.
        Mqtt = "mqtt",
    }
}

text_enum! {
    pub enum DeviceClass {
        Scanner = "scanner",
        Scale = "scale",
    }
}

text_enum! {
    pub enum ConnectionState {
        Down = "down",
        Up = "up",
    }
}
