//! Reading a row of either engine into our types.

use rusqlite::types::ValueRef;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::DbError;
use crate::units::{Day, UtcMicros};

/// A row of either engine; columns are read by position.
pub enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
}

/// A struct that is read from a row. Written by the macro `record!`.
pub trait Record: Sized + Send + 'static {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError>;
}

/// A type that a column can hold.
pub trait FromColumn: Sized {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError>;
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident -> $type:ty, $postgres:ty, $convert:expr) => {
        $(#[$doc])*
        pub fn $name(&self, index: usize) -> Result<Option<$type>, DbError> {
            match self {
                Self::Sqlite(row) => Ok(row.get::<_, Option<$type>>(index)?),
                Self::Postgres(row) => {
                    let value: Option<$postgres> = row.try_get(index)?;
                    Ok(value.map($convert))
                }
            }
        }
    };
}

impl Row<'_> {
    getter!(int -> i64, i64, |value| value);
    getter!(text -> String, String, |value| value);
    getter!(boolean -> bool, bool, |value| value);
    getter!(bytes -> Vec<u8>, Vec<u8>, |value| value);

    pub fn id(&self, index: usize) -> Result<Option<Uuid>, DbError> {
        match self {
            Self::Sqlite(row) => match row.get_ref(index)? {
                ValueRef::Null => Ok(None),
                value => {
                    let bytes = value.as_blob().map_err(|e| DbError::Engine(Box::new(e)))?;
                    Uuid::from_slice(bytes).map(Some).map_err(|e| DbError::Engine(Box::new(e)))
                }
            },
            Self::Postgres(row) => Ok(row.try_get(index)?),
        }
    }

    pub fn time(&self, index: usize) -> Result<Option<UtcMicros>, DbError> {
        match self {
            Self::Sqlite(row) => Ok(row.get::<_, Option<i64>>(index)?.map(UtcMicros::from_micros)),
            Self::Postgres(row) => {
                let at: Option<chrono::DateTime<chrono::Utc>> = row.try_get(index)?;
                Ok(at.map(UtcMicros::from_datetime))
            }
        }
    }

    pub fn day(&self, index: usize) -> Result<Option<Day>, DbError> {
        match self {
            Self::Sqlite(row) => match row.get::<_, Option<String>>(index)? {
                Some(text) => text.parse().map(Some).map_err(|e| DbError::Engine(Box::new(e))),
                None => Ok(None),
            },
            Self::Postgres(row) => {
                let date: Option<chrono::NaiveDate> = row.try_get(index)?;
                Ok(date.map(Day::from_date))
            }
        }
    }

    pub fn json(&self, index: usize) -> Result<Option<Value>, DbError> {
        match self {
            Self::Sqlite(row) => match row.get_ref(index)? {
                ValueRef::Null => Ok(None),
                value => {
                    let text = value.as_str().map_err(|e| DbError::Engine(Box::new(e)))?;
                    serde_json::from_str(text).map(Some).map_err(|e| DbError::Engine(Box::new(e)))
                }
            },
            Self::Postgres(row) => Ok(row.try_get(index)?),
        }
    }
}

/// What a JSON column says, as what was written into it.
pub fn from_json<T: DeserializeOwned>(value: &Value) -> Result<T, DbError> {
    T::deserialize(value).map_err(|e| DbError::Engine(Box::new(e)))
}

macro_rules! column {
    ($($type:ty => $getter:ident),* $(,)?) => {$(
        impl FromColumn for $type {
            fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
                row.$getter(index)?.ok_or(DbError::UnexpectedNull { index })
            }
        }
    )*};
}

column! {
    i64 => int,
    String => text,
    bool => boolean,
    Vec<u8> => bytes,
    Uuid => id,
    Value => json,
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
        match T::from_column(row, index) {
            Ok(value) => Ok(Some(value)),
            Err(DbError::UnexpectedNull { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
