//! Tracking: `rtm34` in SOAP 1.2, `fc` in SOAP 1.1.

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDateTime, TimeDelta};

use super::super::BadManner;
use super::state::{HeldOrder, Operation, Ticket, Transfer};
use super::xml::{Element, elements};
use super::{At, PostStandIn, TRACKING_LOGIN, TRACKING_PASSWORD};

const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const HISTORY: &str = "http://russianpost.org/operationhistory";
const DATA: &str = "http://russianpost.org/operationhistory/data";
const TRANSFERS: &str = "http://www.russianpost.org/RTM/DataExchangeESPP/Data";
const TICKETS: &str = "http://fclient.russianpost.org/postserver";
const ITEMS: &str = "http://fclient.russianpost.org";

/// A request, with names that must be where they are said to be.
struct Asked(Vec<Element>);

impl Asked {
    fn read(headers: &HeaderMap, media: &str, soap: &str, body: &str) -> Option<Self> {
        let content = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let elements = elements(body)?;
        let [envelope, body, ..] = elements.as_slice() else { return None };
        let is_soap = content.starts_with(media)
            && (envelope.namespace.as_str(), envelope.name.as_str()) == (soap, "Envelope")
            && (body.namespace.as_str(), body.name.as_str()) == (soap, "Body");
        is_soap.then_some(Self(elements))
    }

    fn find(&self, namespace: &str, name: &str) -> Option<&Element> {
        self.0.iter().find(|one| one.namespace == namespace && one.name == name)
    }

    fn text(&self, namespace: &str, name: &str) -> &str {
        self.find(namespace, name).map(|element| element.text.as_str()).unwrap_or_default()
    }

    fn has_keys(&self, namespace: &str) -> bool {
        self.text(namespace, "login") == TRACKING_LOGIN
            && self.text(namespace, "password") == TRACKING_PASSWORD
    }
}

fn xml(status: StatusCode, media: &'static str, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, media)], body).into_response()
}

fn single(status: StatusCode, body: &str) -> Response {
    let envelope = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><S:Envelope xmlns:S=\"{SOAP_1_2}\"><S:Body>\
         {body}</S:Body></S:Envelope>"
    );
    xml(status, "application/soap+xml; charset=utf-8", envelope)
}

/// A fault comes with a server error.
fn fault(name: &str, words: &str) -> Response {
    let body = format!(
        "<S:Fault><S:Code><S:Value>S:Receiver</S:Value></S:Code><S:Reason>\
         <S:Text xml:lang=\"ru\">{words}</S:Text></S:Reason><S:Detail>\
         <ns3:{name}FaultReason xmlns:ns3=\"{DATA}\">{words}</ns3:{name}FaultReason>\
         </S:Detail></S:Fault>"
    );
    single(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

pub(super) async fn rtm34(
    State(post): At,
    uri: OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(asked) = Asked::read(&headers, "application/soap+xml", SOAP_1_2, &body) else {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "SOAP 1.2 is wanted").into_response();
    };
    let path = uri.to_string();
    if !asked.has_keys(DATA)
        || asked.find(DATA, "AuthorizationHeader").is_none()
        || post.manners.takes(BadManner::KeysEnded, &path)
    {
        return fault("Authorization", "Ошибка авторизации");
    }
    if let Some(input) = asked.find(TRANSFERS, "PostalOrderEventsForMailInput") {
        if post.manners.takes(BadManner::ServerError, "PostalOrderEventsForMail") {
            return fault("Service", "Сервис переводов недоступен");
        }
        return transfers(&post, input.attribute("Barcode").unwrap_or_default());
    }
    let is_history = asked.find(HISTORY, "getOperationHistory").is_some()
        && asked.find(DATA, "OperationHistoryRequest").is_some()
        && asked.text(DATA, "MessageType") == "0";
    if !is_history {
        return fault("OperationHistory", "Неизвестная операция");
    }
    if !["RUS", "ENG"].contains(&asked.text(DATA, "Language")) {
        return fault("Language", "Неизвестный язык");
    }
    history(&post, &path, asked.text(DATA, "Barcode"))
}

fn found(post: &PostStandIn, barcode: &str) -> Option<HeldOrder> {
    post.ledger().orders.iter().find(|order| order.barcode == barcode).cloned()
}

fn history(post: &PostStandIn, path: &str, barcode: &str) -> Response {
    let records = found(post, barcode).map_or_else(Vec::new, |order| {
        let mut operations = order.history.clone();
        if post.manners.takes(BadManner::UnknownCode, path)
            && let Some(last) = operations.last().cloned()
        {
            let at = last.at + TimeDelta::minutes(1);
            operations.push(Operation { kind: 99, attribute: 7, at, ..last });
        }
        let mut records: Vec<String> =
            operations.iter().map(|operation| record(&order, operation)).collect();
        if post.manners.takes(BadManner::DuplicateEvents, path) {
            records.extend(records.clone());
        }
        if post.manners.takes(BadManner::DisorderedEvents, path) {
            records.reverse();
        }
        records
    });
    let body = format!(
        "<ns7:getOperationHistoryResponse xmlns:ns3=\"{DATA}\" xmlns:ns7=\"{HISTORY}\">\
         <ns3:OperationHistoryData>{}</ns3:OperationHistoryData>\
         </ns7:getOperationHistoryResponse>",
        records.concat()
    );
    single(StatusCode::OK, &body)
}

/// Local time with its offset: Siberia is four hours ahead of Moscow.
fn local(at: NaiveDateTime, index: &str) -> (NaiveDateTime, &'static str) {
    if index.starts_with("630") { (at + TimeDelta::hours(4), "+07:00") } else { (at, "+03:00") }
}

fn record(order: &HeldOrder, operation: &Operation) -> String {
    let (at, offset) = local(operation.at, &operation.index);
    let destination = order.destination();
    let payment = order.int("payment").max(order.int("compulsory-payment"));
    let attribute = if operation.attribute == 0 {
        "<ns3:Id>0</ns3:Id>".to_owned()
    } else {
        format!("<ns3:Id>{}</ns3:Id><ns3:Name>Признак</ns3:Name>", operation.attribute)
    };
    format!(
        "<ns3:historyRecord><ns3:AddressParameters><ns3:DestinationAddress><ns3:Index>\
         {destination}</ns3:Index></ns3:DestinationAddress><ns3:OperationAddress><ns3:Index>{index}\
         </ns3:Index><ns3:Description/></ns3:OperationAddress></ns3:AddressParameters>\
         <ns3:FinanceParameters><ns3:Payment>{payment}</ns3:Payment><ns3:Value>{value}</ns3:Value>\
         </ns3:FinanceParameters><ns3:ItemParameters><ns3:Barcode>{barcode}</ns3:Barcode>\
         <ns3:Mass>{mass}</ns3:Mass></ns3:ItemParameters><ns3:OperationParameters><ns3:OperType>\
         <ns3:Id>{kind}</ns3:Id><ns3:Name>Операция</ns3:Name></ns3:OperType><ns3:OperAttr>\
         {attribute}</ns3:OperAttr><ns3:OperDate>{at}{offset}</ns3:OperDate>\
         </ns3:OperationParameters></ns3:historyRecord>",
        index = operation.index,
        value = order.int("insr-value"),
        barcode = order.barcode,
        mass = order.int("mass"),
        kind = operation.kind,
        at = at.format("%Y-%m-%dT%H:%M:%S.000"),
    )
}

fn transfers(post: &PostStandIn, barcode: &str) -> Response {
    let events = found(post, barcode).map_or_else(String::new, |order| {
        let sum = order.int("payment").max(order.int("compulsory-payment"));
        order.transfers.iter().map(|transfer| transfer_event(transfer, sum)).collect()
    });
    let body = format!(
        "<ns7:PostalOrderEventsForMailResponse xmlns:ns6=\"{TRANSFERS}\" xmlns:ns7=\"{HISTORY}\">\
         <ns6:PostalOrderEventsForMaiOutput>{events}</ns6:PostalOrderEventsForMaiOutput>\
         </ns7:PostalOrderEventsForMailResponse>"
    );
    single(StatusCode::OK, &body)
}

fn transfer_event(transfer: &Transfer, sum: i64) -> String {
    let name = if transfer.kind == 1 { "Приём" } else { "Оплата" };
    let at = transfer.at.format("%Y-%m-%dT%H:%M:%S.000+03:00");
    let kind = transfer.kind;
    format!(
        "<PostalOrderEvent Number=\"96598\" EventDateTime=\"{at}\" EventType=\"{kind}\" \
         EventName=\"{name}\" IndexTo=\"109012\" IndexEvent=\"109012\" SumPaymentForward=\"{sum}\" \
         CountryEventCode=\"RU\" CountryToCode=\"RU\"/>"
    )
}

fn ticketed(body: &str) -> Response {
    let envelope =
        format!("<S:Envelope xmlns:S=\"{SOAP_1_1}\"><S:Body>{body}</S:Body></S:Envelope>");
    xml(StatusCode::OK, "text/xml; charset=utf-8", envelope)
}

fn ticket_error(response: &str, id: i64, name: &str) -> Response {
    ticketed(&format!(
        "<ns2:{response} xmlns:ns2=\"{TICKETS}\"><error ErrorTypeID=\"{id}\" \
         ErrorName=\"{name}\"/></ns2:{response}>"
    ))
}

pub(super) async fn fc(
    State(post): At,
    uri: OriginalUri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let Some(asked) = Asked::read(&headers, "text/xml", SOAP_1_1, &body) else {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "SOAP 1.1 is wanted").into_response();
    };
    let is_ticket = asked.find(TICKETS, "ticketRequest").is_some();
    let response = if is_ticket { "ticketResponse" } else { "answerByTicketResponse" };
    if !asked.has_keys("") || post.manners.takes(BadManner::KeysEnded, &uri.to_string()) {
        return ticket_error(response, 3, "Ошибка авторизации");
    }
    if is_ticket {
        return new_ticket(&post, &asked);
    }
    if asked.find(TICKETS, "answerByTicketRequest").is_none() {
        return ticket_error(response, 2, "Неверный формат запроса");
    }
    answer(&post, asked.text("", "ticket"))
}

fn new_ticket(post: &PostStandIn, asked: &Asked) -> Response {
    let items = asked.0.iter().filter(|one| one.namespace == ITEMS && one.name == "Item");
    let barcodes: Vec<String> =
        items.filter_map(|item| item.attribute("Barcode")).map(str::to_owned).collect();
    if asked.find("", "request").is_none() || barcodes.is_empty() {
        return ticket_error("ticketResponse", 2, "Неверный формат запроса");
    }
    if asked.text("", "language") != "RUS" {
        return ticket_error("ticketResponse", 20, "Неизвестный язык");
    }
    if barcodes.len() > 3_000 {
        return ticket_error("ticketResponse", 18, "Слишком много отправлений");
    }
    let mut ledger = post.ledger();
    let ticket = format!("2026112214{:07}{TRACKING_LOGIN}", ledger.tickets.len());
    ledger.tickets.insert(ticket.clone(), Ticket { barcodes, polls: 0 });
    ticketed(&format!(
        "<ns2:ticketResponse xmlns:ns2=\"{TICKETS}\"><value>{ticket}</value></ns2:ticketResponse>"
    ))
}

/// Asked for the first time, an answer is not ready.
fn answer(post: &PostStandIn, ticket: &str) -> Response {
    const RESPONSE: &str = "answerByTicketResponse";
    let mut ledger = post.ledger();
    let Some(held) = ledger.tickets.get_mut(ticket) else {
        return ticket_error(RESPONSE, 17, "Срок действия билета истёк");
    };
    held.polls += 1;
    if held.polls == 1 {
        return ticket_error(RESPONSE, 6, "Ответ не готов");
    }
    let barcodes = held.barcodes.clone();
    let items = barcodes.iter().map(|barcode| {
        let order = ledger.orders.iter().find(|order| order.barcode == *barcode);
        let inside = order.map_or_else(
            || "<ns3:Error ErrorTypeID=\"12\" ErrorName=\"Нет информации\"/>".to_owned(),
            |order| order.history.iter().map(ticket_operation).collect(),
        );
        format!("<ns3:Item Barcode=\"{barcode}\">{inside}</ns3:Item>")
    });
    let items = items.collect::<Vec<_>>().concat();
    ticketed(&format!(
        "<ns2:{RESPONSE} xmlns:ns2=\"{TICKETS}\" xmlns:ns3=\"{ITEMS}\"><value FileName=\"\" \
         FileTypeID=\"2\" FileNumber=\"1\" RecipientID=\"1\" \
         DatePreparation=\"22.11.2026 14:00:00\">{items}</value></ns2:{RESPONSE}>"
    ))
}

fn ticket_operation(operation: &Operation) -> String {
    let (at, _) = local(operation.at, &operation.index);
    format!(
        "<ns3:Operation OperTypeID=\"{}\" OperCtgID=\"{}\" OperName=\"Операция\" DateOper=\"{}\" \
         IndexOper=\"{}\"/>",
        operation.kind,
        operation.attribute,
        at.format("%d.%m.%Y %H:%M:%S"),
        operation.index,
    )
}
