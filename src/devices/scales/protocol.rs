//! The description of a scale, read from TOML.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::super::bytes::Bytes;
use super::super::fault::ProtocolError;
use super::super::frame::FrameRules;
use super::super::scanners::{Channel, Title};
use super::event::{ScaleEvent, ScaleRequest};
use super::{cas, massa_k, mt_sics};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Language {
    MtSics,
    CasPolled,
    CasContinuous,
    #[serde(rename = "massa_k_100")]
    MassaK100,
}

/// How a serial line is set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialLine {
    pub baud: u32,
    /// Data bits, parity, stop bits: `8N1`.
    pub form: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Envelope {
    #[default]
    None,
    Frame,
}

/// `[requests]`: what is sent to ask for something.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requests {
    /// Whether each request travels in a frame like the scale's own.
    #[serde(default)]
    envelope: Envelope,
    /// Sent when the scale acknowledged a request.
    #[serde(default)]
    after_ack: Bytes,
    #[serde(default)]
    send: BTreeMap<ScaleRequest, Bytes>,
}

/// One file of `firmware-protocols/scales/`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleProtocol {
    name: String,
    title: Title,
    channels: Vec<Channel>,
    port: Option<u16>,
    serial: Option<SerialLine>,
    pub(super) language: Language,
    pub(super) frame: FrameRules,
    requests: Requests,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: Title,
    channels: Vec<Channel>,
    port: Option<u16>,
    serial: Option<SerialLine>,
    language: Language,
    frame: FrameRules,
    #[serde(default)]
    requests: Requests,
    #[serde(default, rename = "vector")]
    _vectors: toml::Table,
}

impl ScaleProtocol {
    /// Reads a description. `file` names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ProtocolError> {
        let parsed: File =
            toml::from_str(text).map_err(|error| ProtocolError::of_toml(file, text, &error))?;
        let wrong = |key: &str, problem: &str| ProtocolError::of_key(file, text, key, problem);
        if parsed.channels.is_empty() {
            return Err(wrong("channels", "a device is connected by one channel at least"));
        }
        if let Some((key, problem)) = parsed.frame.problem() {
            return Err(wrong(key, &problem));
        }
        if parsed.requests.send.values().any(|bytes| bytes.is_empty()) {
            return Err(wrong("requests.send", "a request has at least one byte"));
        }
        Ok(Self {
            name: parsed.name,
            title: parsed.title,
            channels: parsed.channels,
            port: parsed.port,
            serial: parsed.serial,
            language: parsed.language,
            frame: parsed.frame,
            requests: parsed.requests,
        })
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn title(&self) -> &Title {
        &self.title
    }

    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// The usual TCP port.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The usual setting of the serial line.
    pub const fn serial(&self) -> Option<&SerialLine> {
        self.serial.as_ref()
    }

    /// After this silence in the middle of a frame, call `ScaleDecoder::idle`.
    pub const fn patience(&self) -> Duration {
        self.frame.patience()
    }

    /// Whether the scale must be asked for each weight; else it sends them by itself.
    pub fn is_polled(&self) -> bool {
        self.requests.send.contains_key(&ScaleRequest::Weigh)
    }

    /// The bytes of a request; nothing if this scale does not know it.
    pub fn request(&self, request: ScaleRequest) -> Option<Vec<u8>> {
        let bytes = self.requests.send.get(&request)?;
        Some(self.enveloped(bytes))
    }

    /// The bytes that set a known tare in grams, where the scale takes one.
    pub fn tare_request(&self, tare_g: i64) -> Option<Vec<u8>> {
        match self.language {
            Language::MtSics => Some(format!("TA {tare_g} g\r\n").into_bytes()),
            Language::MassaK100 => Some(self.enveloped(&massa_k::tare_body(tare_g)?)),
            Language::CasPolled | Language::CasContinuous => None,
        }
    }

    /// What the owner of the connection sends when the scale acknowledged.
    pub(super) fn after_ack(&self) -> Option<Arc<[u8]>> {
        (!self.requests.after_ack.is_empty()).then(|| Arc::from(&*self.requests.after_ack))
    }

    fn enveloped(&self, bytes: &[u8]) -> Vec<u8> {
        match self.requests.envelope {
            Envelope::None => bytes.to_vec(),
            Envelope::Frame => self.frame.wrap(bytes),
        }
    }

    /// What a scale of this kind would send to say so: the other direction of the decoder. Nothing if
    /// it cannot say it.
    pub fn device_bytes(&self, event: &ScaleEvent) -> Option<Vec<u8>> {
        let payload = match self.language {
            Language::MtSics => mt_sics::device_payload(event)?,
            Language::CasContinuous => cas::continuous_payload(event)?,
            Language::MassaK100 => massa_k::device_payload(event)?,
            Language::CasPolled => match event {
                ScaleEvent::SendNow(_) => return Some(vec![0x06]),
                ScaleEvent::Refused(_) => return Some(vec![0x15]),
                event => cas::polled_payload(event)?,
            },
        };
        Some(self.frame.wrap(&payload))
    }
}
