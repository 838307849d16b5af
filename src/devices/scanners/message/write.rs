//! The side of the device: an event as the message that says it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::super::event::ScannerEvent;
use super::super::symbology::Symbology;
use super::rules::{Encoding, Pointer};
use super::{MessageEvent, MessageProtocol};

impl MessageProtocol {
    /// What a device of this kind would send to say so: the other direction of `read`. The key's
    /// parts and the time are written as texts. Nothing if this protocol cannot say it.
    pub fn device_message(&self, said: &MessageEvent) -> Option<String> {
        let rules = &self.rules;
        let mut root = Value::Object(Map::new());
        let mut put = |pointer: Option<&Pointer>, value: Value| -> Option<()> {
            let path = &pointer?.0;
            let path = match path.strip_prefix('^') {
                Some(of_root) => of_root.to_owned(),
                None => format!("{}{path}", rules.list.0),
            };
            insert(&mut root, &path, value)
        };
        if let Some(device) = &said.device {
            put(rules.device.as_ref(), Value::from(device.as_str()));
        }
        if let Some(at) = said.happened_at {
            let text = chrono::DateTime::from_timestamp_micros(at.micros())?.to_rfc3339();
            put(rules.happened_at.as_ref(), Value::from(text));
        }
        if let Some(key) = &said.key
            && let Some([single]) = rules.key.first().map(Vec::as_slice)
        {
            let number = key.parse::<i64>().map(Value::from);
            put(Some(single), number.unwrap_or_else(|_| Value::from(key.as_str())));
        }
        match &said.event {
            ScannerEvent::Battery { percent } => {
                put(rules.battery.as_ref(), Value::from(*percent))?;
            }
            ScannerEvent::NoRead => {
                let rule = rules.no_read.as_ref()?;
                put(Some(&rule.at), Value::from(rule.is.as_deref().unwrap_or("failed")))?;
            }
            ScannerEvent::Scan(scan) => {
                let source = rules.data.first()?;
                put(Some(&source.at), written(source.encoding, &scan.data)?)?;
                if let Some(number) = scan.sequence {
                    put(rules.sequence.as_ref(), Value::from(number))?;
                }
                if let Some(symbology) = &scan.symbology {
                    put(rules.symbology.as_ref(), Value::from(self.code_of(symbology)))?;
                }
            }
            _ => return None,
        }
        Some(root.to_string())
    }

    fn code_of(&self, symbology: &Symbology) -> String {
        let known = self.symbologies.code_of(symbology).map(str::to_owned);
        known.unwrap_or_else(|| symbology.to_string())
    }
}

fn written(encoding: Encoding, data: &[u8]) -> Option<Value> {
    Some(match encoding {
        Encoding::Text => Value::from(std::str::from_utf8(data).ok()?),
        Encoding::Hex => Value::from(hex::encode_upper(data)),
        Encoding::Base64 => Value::from(STANDARD.encode(data)),
        Encoding::Bytes => Value::from(data.to_vec()),
    })
}

/// Puts a value where a JSON pointer says; what is missing on the way is made, lists with one place.
fn insert(root: &mut Value, path: &str, value: Value) -> Option<()> {
    let mut place = root;
    for token in path.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        if token == "0" {
            if !place.is_array() {
                *place = Value::Array(vec![Value::Null]);
            }
            place = place.as_array_mut()?.first_mut()?;
        } else {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = place.as_object_mut()?.entry(name).or_insert(Value::Null);
        }
    }
    *place = value;
    Some(())
}
