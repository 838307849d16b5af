//! What became of items: one by one, or many by a ticket.

use std::time::Duration;

use reqwest::header;
use serde::de::DeserializeOwned;

use super::account::TrackingKeys;
use super::wire::{
    AnswerAsk, AnswerReply, Envelope, EventsAsk, EventsReply, FaultKind, HistoryAsk, HistoryRecord,
    HistoryReply, PostalOrderEvent, SoapFault, TicketAsk, TicketError, TicketReply,
};
use super::{CODE, Post};
use super::{client, map};
use crate::carriers::exchange::{Effect, Exchange};
use crate::carriers::model::{DeliveryStatus, ShipmentRef, Track};
use crate::carriers::registry::Account;
use crate::carriers::{Answer, CarrierError, TicketTracking, Tracking};

const HOST: &str = "https://tracking.russianpost.ru";
/// One request each: few, for the day's number of them is limited.
const SINGLE_MAX: usize = 20;
const SINGLE_INTERVAL: Duration = Duration::from_hours(6);
/// The service takes 3000 and answers them badly.
const TICKET_MAX: usize = 500;
const TICKET_INTERVAL: Duration = Duration::from_mins(15);

/// The line to tracking. Its keys are not those of Отправка.
pub(super) struct TrackingLine {
    exchange: Exchange,
    base: String,
    keys: TrackingKeys,
}

impl Tracking for Post {
    fn count_max(&self) -> usize {
        SINGLE_MAX
    }

    fn interval(&self) -> Duration {
        SINGLE_INTERVAL
    }

    fn track<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, Vec<Track>> {
        Box::pin(async move {
            let line = self.tracking_line()?;
            let mut tracks = Vec::new();
            for shipment in shipments.iter().filter(|shipment| !shipment.track.is_empty()) {
                tracks.extend(line.single(shipment).await?);
            }
            Ok(tracks)
        })
    }
}

impl TicketTracking for Post {
    fn count_max(&self) -> usize {
        TICKET_MAX
    }

    fn interval(&self) -> Duration {
        TICKET_INTERVAL
    }

    fn ask<'a>(&'a self, shipments: &'a [ShipmentRef]) -> Answer<'a, String> {
        Box::pin(async move { self.tracking_line()?.ask(shipments).await })
    }

    fn collect<'a>(
        &'a self,
        ticket: &'a str,
        shipments: &'a [ShipmentRef],
    ) -> Answer<'a, Option<Vec<Track>>> {
        Box::pin(async move { self.tracking_line()?.collect(ticket, shipments).await })
    }
}

impl TrackingLine {
    pub(super) fn new(account: &Account, keys: TrackingKeys) -> Result<Self, CarrierError> {
        let exchange = Exchange::new(CODE, client::limits(account))?;
        Ok(Self { exchange, base: client::base(account, HOST), keys })
    }

    /// Sends an envelope. Faults come with a server error, yet they are answers.
    async fn call<T: DeserializeOwned>(
        &self,
        path: &str,
        media: &'static str,
        xml: Result<String, quick_xml::SeError>,
    ) -> Result<T, CarrierError> {
        let xml = xml.map_err(|error| malformed(error.to_string()))?;
        let request = self.exchange.post(&format!("{}{path}", self.base));
        let request = request.header(header::CONTENT_TYPE, media).body(xml);
        let reply = self.exchange.send(request, Effect::Reads).await?;
        let text = std::str::from_utf8(reply.bytes()).map_err(|_| reply.unreadable())?;
        if reply.is_html() {
            return Err(reply.unreadable());
        }
        let envelope = quick_xml::de::from_str::<Envelope<T>>(text);
        envelope.map(|envelope| envelope.body).map_err(|_| reply.unreadable())
    }

    /// The SOAP 1.2 service.
    async fn rtm34<T: DeserializeOwned>(
        &self,
        xml: Result<String, quick_xml::SeError>,
    ) -> Result<T, CarrierError> {
        self.call("/rtm34", "application/soap+xml;charset=UTF-8", xml).await
    }

    /// The SOAP 1.1 service.
    async fn fc<T: DeserializeOwned>(
        &self,
        xml: Result<String, quick_xml::SeError>,
    ) -> Result<T, CarrierError> {
        self.call("/fc", "text/xml;charset=UTF-8", xml).await
    }

    /// The whole history; nothing when the Post does not know the item.
    async fn single(&self, shipment: &ShipmentRef) -> Result<Option<Track>, CarrierError> {
        let (login, password) = (self.keys.login.as_str(), self.keys.password.as_str());
        let ask = HistoryAsk { barcode: &shipment.track, login, password };
        let reply: HistoryReply = self.rtm34(ask.xml()).await?;
        let records = match (reply.response, reply.fault) {
            (Some(response), _) => response.data.records,
            (None, Some(fault)) if fault.kind() == FaultKind::Item => return Ok(None),
            (None, Some(fault)) => return Err(refusal(fault)),
            (None, None) => return Err(malformed("neither a history nor a fault".to_owned())),
        };
        if records.is_empty() {
            return Ok(None);
        }
        let track = map::history_track(shipment, &records, &[]);
        if !collects(&records) || !is_handed_out(&track) {
            return Ok(Some(track));
        }
        let transfers = self.transfers(&shipment.track).await?;
        Ok(Some(map::history_track(shipment, &records, &transfers)))
    }

    /// What became of the money that was collected.
    async fn transfers(&self, barcode: &str) -> Result<Vec<PostalOrderEvent>, CarrierError> {
        let (login, password) = (self.keys.login.as_str(), self.keys.password.as_str());
        let reply: EventsReply = self.rtm34(EventsAsk { barcode, login, password }.xml()).await?;
        match (reply.response, reply.fault) {
            (Some(response), _) => Ok(response.output.events),
            (None, Some(fault)) if fault.kind() == FaultKind::Item => Ok(Vec::new()),
            (None, Some(fault)) => Err(refusal(fault)),
            (None, None) => Err(malformed("neither transfers nor a fault".to_owned())),
        }
    }

    async fn ask(&self, shipments: &[ShipmentRef]) -> Result<String, CarrierError> {
        let tracks = shipments.iter().map(|shipment| shipment.track.as_str());
        let barcodes: Vec<&str> = tracks.filter(|track| !track.is_empty()).collect();
        if barcodes.is_empty() {
            return Err(map::unsayable("track", "none of the shipments has a number yet"));
        }
        let (login, password) = (self.keys.login.as_str(), self.keys.password.as_str());
        let reply: TicketReply = self.fc(TicketAsk { barcodes, login, password }.xml()).await?;
        if let Some(fault) = reply.fault {
            return Err(refusal(fault));
        }
        let response = reply.response.unwrap_or_default();
        if let Some(error) = response.error {
            return Err(ticket_error(error));
        }
        let ticket = response.value.filter(|ticket| !ticket.is_empty());
        ticket.ok_or_else(|| malformed("neither a ticket nor an error".to_owned()))
    }

    async fn collect(
        &self,
        ticket: &str,
        shipments: &[ShipmentRef],
    ) -> Result<Option<Vec<Track>>, CarrierError> {
        let (login, password) = (self.keys.login.as_str(), self.keys.password.as_str());
        let reply: AnswerReply = self.fc(AnswerAsk { ticket, login, password }.xml()).await?;
        if let Some(fault) = reply.fault {
            return Err(refusal(fault));
        }
        let response = reply.response.unwrap_or_default();
        if let Some(error) = response.error {
            return if error.id == NOT_READY { Ok(None) } else { Err(ticket_error(error)) };
        }
        let Some(items) = response.value else {
            return Err(malformed("neither items nor an error".to_owned()));
        };
        let tracks = items.items.iter().filter(|item| !item.operations.is_empty());
        let tracks = tracks.filter_map(|item| {
            let shipment = shipments.iter().find(|shipment| shipment.track == item.barcode)?;
            Some(map::ticket_track(shipment, item))
        });
        Ok(Some(tracks.collect()))
    }
}

/// Errors of tickets by their numbers.
const WRONG_KEYS: i64 = 3;
const NOT_READY: i64 = 6;
const INTERNAL: i64 = 16;
const TICKET_ENDED: i64 = 17;

fn ticket_error(error: TicketError) -> CarrierError {
    match error.id {
        WRONG_KEYS => CarrierError::Credentials { carrier: CODE, said: error.name },
        INTERNAL => CarrierError::Unavailable { carrier: CODE, said: error.name },
        TICKET_ENDED => CarrierError::Unknown { carrier: CODE, what: error.name },
        id => CarrierError::refused(CODE, id.to_string(), error.name),
    }
}

fn refusal(fault: SoapFault) -> CarrierError {
    let kind = fault.kind();
    let said = fault.words();
    match kind {
        FaultKind::Keys => CarrierError::Credentials { carrier: CODE, said },
        FaultKind::Item => CarrierError::Unknown { carrier: CODE, what: said },
        FaultKind::Other => CarrierError::Unavailable { carrier: CODE, said },
    }
}

fn malformed(said: String) -> CarrierError {
    CarrierError::Malformed { carrier: CODE, said }
}

/// Whether money was to be collected.
fn collects(records: &[HistoryRecord]) -> bool {
    records.iter().any(|record| record.finance.payment.is_some_and(|payment| payment > 0))
}

fn is_handed_out(track: &Track) -> bool {
    let handed = [DeliveryStatus::Delivered, DeliveryStatus::PartlyDelivered];
    let statuses = track.events.iter().filter_map(|event| event.meaning?.status);
    statuses.into_iter().any(|status| handed.contains(&status))
}
