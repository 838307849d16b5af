//! One type per kind of id: a prefix that people can read and a UUID version 7 inside.
//!
//! `ord_0193a5d2c8f47c1e9b6a2f0d4e5c6b7a` in JSON and URLs, 16 bytes in the database. Ids are made
//! here, never by the database, and sort by the time they were made.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::db::{Arg, DbError, FromColumn, Row};

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct IdError {
    pub prefix: &'static str,
}

/// The one maker of ids.
pub fn new_uuid() -> Uuid {
    #[expect(clippy::disallowed_methods, reason = "this is the one maker of ids")]
    Uuid::now_v7()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            #[expect(clippy::new_without_default, reason = "each call makes another id")]
            pub fn new() -> Self {
                Self(new_uuid())
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|rest| rest.len() == 32)
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl From<$name> for Arg {
            fn from(id: $name) -> Self {
                Self::Id(Some(id.0))
            }
        }

        impl From<Option<$name>> for Arg {
            fn from(id: Option<$name>) -> Self {
                Self::Id(id.map(|id| id.0))
            }
        }

        impl FromColumn for $name {
            fn from_column(row: &Row<'_>, index: usize) -> Result<Self, DbError> {
                Uuid::from_column(row, index).map(Self)
            }
        }
    )*};
}

ids! {
    /// A shop whose goods are kept (поклажедатель).
    OwnerId = "own";
    ContractId = "con";
    ProductId = "sku";
    LotId = "lot";
    WarehouseId = "whs";
    ZoneId = "zon";
    /// Where stock can be: a bin, a handling unit or a virtual place.
    PlaceId = "plc";
    StockEntryId = "ste";
    /// One stock count (пересчёт) of a bin.
    CountId = "cnt";
    InboundId = "inb";
    InboundLineId = "inl";
    DiscrepancyId = "dsc";
    OrderId = "ord";
    OrderLineId = "orl";
    OrderEventId = "oev";
    WaveId = "wav";
    /// The totes that one picker takes along on a cart (партия отбора).
    BatchId = "bat";
    PickTaskId = "pck";
    PutBackId = "pbk";
    ParcelId = "prc";
    PackagingId = "box";
    ManifestId = "mnf";
    PrinterId = "prn";
    PrintJobId = "prj";
    JobId = "job";
    /// One command that changed something, and its line in the audit trail.
    CommandId = "cmd";
    UserId = "usr";
    SessionId = "ses";
    DeviceId = "dev";
    /// A way to a scanner or a scale.
    ConnectionId = "lnk";
    ApiKeyId = "key";
    RefusalId = "ref";
    CarrierAccountId = "acc";
    ShipmentId = "shp";
    CarrierFileId = "fil";
    /// A call for a courier (забор).
    PickupId = "pup";
    TrackingEventId = "tev";
    CarrierMessageId = "cms";
    TrackingTicketId = "tkt";
    /// Something that happened, told to a shop; the `webhook-id` of its messages.
    ShopEventId = "sev";
    /// Where a shop wants to be told.
    WebhookEndpointId = "whk";
    MoneyAccountId = "mac";
    TransferId = "trf";
    /// A carrier's register of what it collected (реестр наложенных платежей).
    CodRegisterId = "reg";
    /// What does not agree, for a person to decide.
    FindingId = "fnd";
    /// An account of the operator's at a bank (расчётный счёт).
    BankAccountId = "bac";
    BankStatementId = "bst";
    BankDocumentId = "bdc";
    CarrierInvoiceId = "civ";
    ChargeId = "chg";
    AgentReportId = "agr";
    PayoutId = "pay";
    /// A run of payouts to shops (реестр выплат).
    PayoutRunId = "pyr";
    FiscalReceiptId = "fsc";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_and_keeps_its_kind() {
        let id = OrderId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        let other = id.to_string().parse::<ParcelId>();
        assert_eq!(other, Err(IdError { prefix: "prc" }));
        assert!("ord_".parse::<OrderId>().is_err());
        assert!("ord_0193a5d2-c8f4-7c1e-9b6a-2f0d4e5c".parse::<OrderId>().is_err());
    }
}
