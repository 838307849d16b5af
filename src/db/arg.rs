//! The values that may travel to the database.

use serde_json::Value;
use uuid::Uuid;

use crate::units::{Day, UtcMicros};

/// A value for a statement. Closed on purpose: these are the portable column types. `None` keeps
/// its type, since `PostgreSQL` refuses a null of another.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
    Id(Option<Uuid>),
    Time(Option<UtcMicros>),
    Day(Option<Day>),
    Json(Option<Value>),
}

macro_rules! arg_from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Arg {
            fn from(value: $type) -> Self {
                Self::$variant(Some(value.into()))
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(Into::into))
            }
        }
    )*};
}

arg_from! {
    i64 => Int,
    u32 => Int,
    &str => Text,
    String => Text,
    bool => Bool,
    Vec<u8> => Bytes,
    &[u8] => Bytes,
    Uuid => Id,
    Value => Json,
}

impl From<&String> for Arg {
    fn from(value: &String) -> Self {
        Self::Text(Some(value.clone()))
    }
}

impl From<Option<&String>> for Arg {
    fn from(value: Option<&String>) -> Self {
        Self::Text(value.cloned())
    }
}
