//! Tracking: SOAP 1.2 for single items (`rtm34`), SOAP 1.1 for tickets (`fc`).
//!
//! The names of what is sent have their prefixes; what is read is found by its local names.

use serde::{Deserialize, Serialize};

use crate::carriers::soap::{Operation, Version};

/// An operation of the single tracking.
pub(in super::super) const fn single<'a>(url: &'a str, element: &'a str) -> Operation<'a> {
    const NAMESPACES: &[(&str, &str)] = &[
        ("oper", "http://russianpost.org/operationhistory"),
        ("data", "http://russianpost.org/operationhistory/data"),
        ("esp", "http://www.russianpost.org/RTM/DataExchangeESPP/Data"),
    ];
    Operation { version: Version::V12, url, action: "", namespaces: NAMESPACES, element }
}

/// An operation of the tracking by ticket.
pub(in super::super) const fn ticketed<'a>(url: &'a str, element: &'a str) -> Operation<'a> {
    const NAMESPACES: &[(&str, &str)] = &[
        ("pos", "http://fclient.russianpost.org/postserver"),
        ("fcl", "http://fclient.russianpost.org"),
    ];
    Operation { version: Version::V11, url, action: "", namespaces: NAMESPACES, element }
}

/// Stands in the body, not in the header of the envelope.
#[derive(Serialize)]
pub(in super::super) struct AuthorizationHeader<'a> {
    #[serde(rename = "data:login")]
    pub(in super::super) login: &'a str,
    #[serde(rename = "data:password")]
    pub(in super::super) password: &'a str,
}

/// `oper:getOperationHistory`.
#[derive(Serialize)]
pub(in super::super) struct HistoryAsk<'a> {
    #[serde(rename = "data:OperationHistoryRequest")]
    pub(in super::super) request: HistoryOf<'a>,
    #[serde(rename = "data:AuthorizationHeader")]
    pub(in super::super) keys: AuthorizationHeader<'a>,
}

#[derive(Serialize)]
pub(in super::super) struct HistoryOf<'a> {
    #[serde(rename = "data:Barcode")]
    pub(in super::super) barcode: &'a str,
    /// 0: the item itself; 1: its notice.
    #[serde(rename = "data:MessageType")]
    pub(in super::super) message_type: i64,
    #[serde(rename = "data:Language")]
    pub(in super::super) language: &'static str,
}

/// `oper:PostalOrderEventsForMail`: what became of the collected money.
#[derive(Serialize)]
pub(in super::super) struct EventsAsk<'a> {
    #[serde(rename = "data:AuthorizationHeader")]
    pub(in super::super) keys: AuthorizationHeader<'a>,
    #[serde(rename = "esp:PostalOrderEventsForMailInput")]
    pub(in super::super) input: EventsOf<'a>,
}

#[derive(Serialize)]
pub(in super::super) struct EventsOf<'a> {
    #[serde(rename = "@Barcode")]
    pub(in super::super) barcode: &'a str,
    #[serde(rename = "@Language")]
    pub(in super::super) language: &'static str,
}

/// `pos:ticketRequest`: asks about many items at once.
#[derive(Serialize)]
pub(in super::super) struct TicketAsk<'a> {
    pub(in super::super) request: TicketOf<'a>,
    pub(in super::super) login: &'a str,
    pub(in super::super) password: &'a str,
    pub(in super::super) language: &'static str,
}

#[derive(Serialize)]
pub(in super::super) struct TicketOf<'a> {
    #[serde(rename = "fcl:Item")]
    pub(in super::super) items: Vec<ItemOf<'a>>,
}

#[derive(Serialize)]
pub(in super::super) struct ItemOf<'a> {
    #[serde(rename = "@Barcode")]
    pub(in super::super) barcode: &'a str,
}

/// `pos:answerByTicketRequest`: fetches what was asked for.
#[derive(Serialize)]
pub(in super::super) struct AnswerAsk<'a> {
    pub(in super::super) ticket: &'a str,
    pub(in super::super) login: &'a str,
    pub(in super::super) password: &'a str,
}

/// `getOperationHistoryResponse`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct HistoryReply {
    #[serde(rename = "OperationHistoryData")]
    pub(in super::super) data: HistoryData,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct HistoryData {
    #[serde(rename = "historyRecord")]
    pub(in super::super) records: Vec<HistoryRecord>,
}

/// One operation. Any block may be missing.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct HistoryRecord {
    #[serde(rename = "AddressParameters")]
    pub(in super::super) address: AddressParameters,
    #[serde(rename = "FinanceParameters")]
    pub(in super::super) finance: FinanceParameters,
    #[serde(rename = "ItemParameters")]
    pub(in super::super) item: ItemParameters,
    #[serde(rename = "OperationParameters")]
    pub(in super::super) operation: OperationParameters,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct AddressParameters {
    #[serde(rename = "DestinationAddress")]
    pub(in super::super) destination: PostAddress,
    #[serde(rename = "OperationAddress")]
    pub(in super::super) operation: PostAddress,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct PostAddress {
    /// `0` where there is none.
    #[serde(rename = "Index")]
    pub(in super::super) index: String,
    #[serde(rename = "Description")]
    pub(in super::super) description: String,
}

/// Kopecks.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct FinanceParameters {
    #[serde(rename = "Payment")]
    pub(in super::super) payment: Option<i64>,
    #[serde(rename = "Value")]
    pub(in super::super) value: Option<i64>,
    #[serde(rename = "MassRate")]
    pub(in super::super) mass_rate: Option<i64>,
    #[serde(rename = "InsrRate")]
    pub(in super::super) insr_rate: Option<i64>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct ItemParameters {
    #[serde(rename = "Barcode")]
    pub(in super::super) barcode: String,
    #[serde(rename = "Mass")]
    pub(in super::super) mass: Option<i64>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct OperationParameters {
    #[serde(rename = "OperType")]
    pub(in super::super) kind: IdAndName,
    #[serde(rename = "OperAttr")]
    pub(in super::super) attribute: IdAndName,
    /// With milliseconds and the offset of the place.
    #[serde(rename = "OperDate")]
    pub(in super::super) date: String,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct IdAndName {
    #[serde(rename = "Id")]
    pub(in super::super) id: i64,
    #[serde(rename = "Name")]
    pub(in super::super) name: String,
}

/// `PostalOrderEventsForMailResponse`. The `t` of `Mail` is missing in the real name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct EventsReply {
    #[serde(rename = "PostalOrderEventsForMaiOutput")]
    pub(in super::super) output: EventsOutput,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct EventsOutput {
    #[serde(rename = "PostalOrderEvent")]
    pub(in super::super) events: Vec<PostalOrderEvent>,
}

/// What happened to a money transfer. Kopecks.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct PostalOrderEvent {
    #[serde(rename(deserialize = "@Number", serialize = "Number"))]
    pub(in super::super) number: String,
    #[serde(rename(deserialize = "@EventDateTime", serialize = "EventDateTime"))]
    pub(in super::super) date: String,
    /// 1: taken from the buyer; 3: paid to the sender.
    #[serde(rename(deserialize = "@EventType", serialize = "EventType"))]
    pub(in super::super) kind: i64,
    #[serde(rename(deserialize = "@EventName", serialize = "EventName"))]
    pub(in super::super) name: String,
    #[serde(rename(deserialize = "@IndexEvent", serialize = "IndexEvent"))]
    pub(in super::super) index: String,
    #[serde(rename(deserialize = "@SumPaymentForward", serialize = "SumPaymentForward"))]
    pub(in super::super) sum: i64,
}

/// `ticketResponse`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct TicketReply {
    pub(in super::super) value: Option<String>,
    pub(in super::super) error: Option<TicketError>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in super::super) struct TicketError {
    #[serde(rename = "@ErrorTypeID")]
    pub(in super::super) id: i64,
    #[serde(rename = "@ErrorName")]
    pub(in super::super) name: String,
}

/// `answerByTicketResponse`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct AnswerReply {
    pub(in super::super) value: Option<TicketItems>,
    pub(in super::super) error: Option<TicketError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct TicketItems {
    #[serde(rename = "Item")]
    pub(in super::super) items: Vec<TicketItem>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct TicketItem {
    #[serde(rename = "@Barcode")]
    pub(in super::super) barcode: String,
    #[serde(rename = "Operation")]
    pub(in super::super) operations: Vec<TicketOperation>,
}

/// One operation, its time without an offset: that of the place.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct TicketOperation {
    #[serde(rename(deserialize = "@OperTypeID", serialize = "OperTypeID"))]
    pub(in super::super) kind: i64,
    /// The attribute, in spite of its name.
    #[serde(rename(deserialize = "@OperCtgID", serialize = "OperCtgID"))]
    pub(in super::super) attribute: i64,
    #[serde(rename(deserialize = "@OperName", serialize = "OperName"))]
    pub(in super::super) name: String,
    /// `08.09.2015 17:07:00`.
    #[serde(rename(deserialize = "@DateOper", serialize = "DateOper"))]
    pub(in super::super) date: String,
    #[serde(rename(deserialize = "@IndexOper", serialize = "IndexOper"))]
    pub(in super::super) index: String,
}
