//! Tracking: SOAP 1.2 for single items (`rtm34`), SOAP 1.1 for tickets (`fc`).
//!
//! The names of what is sent have their prefixes; what is read is found by its local names.

use serde::{Deserialize, Serialize};

const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const HISTORY: &str = "http://russianpost.org/operationhistory";
const HISTORY_DATA: &str = "http://russianpost.org/operationhistory/data";
const TRANSFERS: &str = "http://www.russianpost.org/RTM/DataExchangeESPP/Data";
const TICKETS: &str = "http://fclient.russianpost.org/postserver";
const TICKET_ITEMS: &str = "http://fclient.russianpost.org";

/// Envelope of `rtm34`.
#[derive(Serialize)]
#[serde(rename = "soap:Envelope")]
struct SingleEnvelope<B> {
    #[serde(rename = "@xmlns:soap")]
    soap: &'static str,
    #[serde(rename = "@xmlns:oper")]
    oper: &'static str,
    #[serde(rename = "@xmlns:data")]
    data: &'static str,
    #[serde(rename = "@xmlns:esp")]
    esp: &'static str,
    #[serde(rename = "soap:Body")]
    body: B,
}

/// Envelope of `fc`.
#[derive(Serialize)]
#[serde(rename = "soapenv:Envelope")]
struct TicketEnvelope<B> {
    #[serde(rename = "@xmlns:soapenv")]
    soapenv: &'static str,
    #[serde(rename = "@xmlns:pos")]
    pos: &'static str,
    #[serde(rename = "@xmlns:fcl")]
    fcl: &'static str,
    #[serde(rename = "soapenv:Body")]
    body: B,
}

fn single<B: Serialize>(body: B) -> Result<String, quick_xml::SeError> {
    quick_xml::se::to_string(&SingleEnvelope {
        soap: SOAP_1_2,
        oper: HISTORY,
        data: HISTORY_DATA,
        esp: TRANSFERS,
        body,
    })
}

fn ticket<B: Serialize>(body: B) -> Result<String, quick_xml::SeError> {
    quick_xml::se::to_string(&TicketEnvelope {
        soapenv: SOAP_1_1,
        pos: TICKETS,
        fcl: TICKET_ITEMS,
        body,
    })
}

/// Stands in the body, not in the header of the envelope.
#[derive(Serialize)]
struct AuthorizationHeader<'a> {
    #[serde(rename = "data:login")]
    login: &'a str,
    #[serde(rename = "data:password")]
    password: &'a str,
}

/// `getOperationHistory`.
#[derive(Clone, Copy)]
pub(in super::super) struct HistoryAsk<'a> {
    pub(in super::super) barcode: &'a str,
    pub(in super::super) login: &'a str,
    pub(in super::super) password: &'a str,
}

impl HistoryAsk<'_> {
    pub(in super::super) fn xml(&self) -> Result<String, quick_xml::SeError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "oper:getOperationHistory")]
            call: Call<'a>,
        }
        #[derive(Serialize)]
        struct Call<'a> {
            #[serde(rename = "data:OperationHistoryRequest")]
            request: Request<'a>,
            #[serde(rename = "data:AuthorizationHeader")]
            keys: AuthorizationHeader<'a>,
        }
        #[derive(Serialize)]
        struct Request<'a> {
            #[serde(rename = "data:Barcode")]
            barcode: &'a str,
            /// 0: the item itself; 1: its notice.
            #[serde(rename = "data:MessageType")]
            message_type: i64,
            #[serde(rename = "data:Language")]
            language: &'static str,
        }
        let request = Request { barcode: self.barcode, message_type: 0, language: "RUS" };
        let keys = AuthorizationHeader { login: self.login, password: self.password };
        single(Body { call: Call { request, keys } })
    }
}

/// `PostalOrderEventsForMail`: what became of the collected money.
#[derive(Clone, Copy)]
pub(in super::super) struct EventsAsk<'a> {
    pub(in super::super) barcode: &'a str,
    pub(in super::super) login: &'a str,
    pub(in super::super) password: &'a str,
}

impl EventsAsk<'_> {
    pub(in super::super) fn xml(&self) -> Result<String, quick_xml::SeError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "oper:PostalOrderEventsForMail")]
            call: Call<'a>,
        }
        #[derive(Serialize)]
        struct Call<'a> {
            #[serde(rename = "data:AuthorizationHeader")]
            keys: AuthorizationHeader<'a>,
            #[serde(rename = "esp:PostalOrderEventsForMailInput")]
            input: Input<'a>,
        }
        #[derive(Serialize)]
        struct Input<'a> {
            #[serde(rename = "@Barcode")]
            barcode: &'a str,
            #[serde(rename = "@Language")]
            language: &'static str,
        }
        let keys = AuthorizationHeader { login: self.login, password: self.password };
        let input = Input { barcode: self.barcode, language: "RUS" };
        single(Body { call: Call { keys, input } })
    }
}

/// `ticketRequest`: asks about many items at once.
pub(in super::super) struct TicketAsk<'a> {
    pub(in super::super) barcodes: Vec<&'a str>,
    pub(in super::super) login: &'a str,
    pub(in super::super) password: &'a str,
}

impl TicketAsk<'_> {
    pub(in super::super) fn xml(&self) -> Result<String, quick_xml::SeError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "pos:ticketRequest")]
            call: Call<'a>,
        }
        #[derive(Serialize)]
        struct Call<'a> {
            request: Items<'a>,
            login: &'a str,
            password: &'a str,
            language: &'static str,
        }
        #[derive(Serialize)]
        struct Items<'a> {
            #[serde(rename = "fcl:Item")]
            items: Vec<Item<'a>>,
        }
        #[derive(Serialize)]
        struct Item<'a> {
            #[serde(rename = "@Barcode")]
            barcode: &'a str,
        }
        let items = self.barcodes.iter().map(|barcode| Item { barcode }).collect();
        let (login, password) = (self.login, self.password);
        let request = Items { items };
        ticket(Body { call: Call { request, login, password, language: "RUS" } })
    }
}

/// `answerByTicketRequest`: fetches what was asked for.
#[derive(Clone, Copy)]
pub(in super::super) struct AnswerAsk<'a> {
    pub(in super::super) ticket: &'a str,
    pub(in super::super) login: &'a str,
    pub(in super::super) password: &'a str,
}

impl AnswerAsk<'_> {
    pub(in super::super) fn xml(&self) -> Result<String, quick_xml::SeError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "pos:answerByTicketRequest")]
            call: Call<'a>,
        }
        #[derive(Serialize)]
        struct Call<'a> {
            ticket: &'a str,
            login: &'a str,
            password: &'a str,
        }
        let (login, password) = (self.login, self.password);
        ticket(Body { call: Call { ticket: self.ticket, login, password } })
    }
}

/// Any answer: a body, or a fault in it.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Envelope<B> {
    #[serde(rename = "Body")]
    pub(in super::super) body: B,
}

/// SOAP 1.2 has `Reason` and `Detail`, SOAP 1.1 `faultstring`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct SoapFault {
    #[serde(rename = "Reason")]
    reason: FaultReason,
    faultstring: Option<String>,
    #[serde(rename = "Detail", alias = "detail")]
    detail: FaultDetail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FaultReason {
    #[serde(rename = "Text")]
    text: Option<FaultText>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FaultText {
    #[serde(rename = "$text")]
    words: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FaultDetail {
    #[serde(rename = "AuthorizationFaultReason")]
    authorization: Option<String>,
    #[serde(rename = "OperationHistoryFaultReason")]
    history: Option<String>,
    #[serde(rename = "LanguageFaultReason")]
    language: Option<String>,
    #[serde(rename = "PostalOrderEventsForMailFaultReason")]
    transfers: Option<String>,
}

/// Whom a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum FaultKind {
    Keys,
    /// The item: usually a number that nobody gave out.
    Item,
    Other,
}

impl SoapFault {
    pub(in super::super) const fn kind(&self) -> FaultKind {
        let detail = &self.detail;
        if detail.authorization.is_some() {
            FaultKind::Keys
        } else if detail.history.is_some() || detail.transfers.is_some() {
            FaultKind::Item
        } else {
            FaultKind::Other
        }
    }

    pub(in super::super) fn words(self) -> String {
        let FaultDetail { authorization, history, language, transfers } = self.detail;
        let reason = self.reason.text.and_then(|text| text.words);
        let told = authorization.or(history).or(language).or(transfers);
        told.or(reason).or(self.faultstring).unwrap_or_default()
    }
}

/// `getOperationHistoryResponse`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct HistoryReply {
    #[serde(rename = "Fault")]
    pub(in super::super) fault: Option<SoapFault>,
    #[serde(rename = "getOperationHistoryResponse")]
    pub(in super::super) response: Option<HistoryResponse>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct HistoryResponse {
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
    #[serde(rename = "Fault")]
    pub(in super::super) fault: Option<SoapFault>,
    #[serde(rename = "PostalOrderEventsForMailResponse")]
    pub(in super::super) response: Option<EventsResponse>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct EventsResponse {
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
    #[serde(rename = "Fault")]
    pub(in super::super) fault: Option<SoapFault>,
    #[serde(rename = "ticketResponse")]
    pub(in super::super) response: Option<TicketResponse>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct TicketResponse {
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
    #[serde(rename = "Fault")]
    pub(in super::super) fault: Option<SoapFault>,
    #[serde(rename = "answerByTicketResponse")]
    pub(in super::super) response: Option<AnswerResponse>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct AnswerResponse {
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
