//! What became of items: one by one, or many by a ticket.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::account::TrackingKeys;
use super::money::PART_OF_A_DAY;
use super::wire::{
    AnswerAsk, AnswerReply, AuthorizationHeader, EventsAsk, EventsOf, EventsReply, HistoryAsk,
    HistoryOf, HistoryRecord, HistoryReply, ItemOf, PostalOrderEvent, TicketAsk, TicketError,
    TicketOf, TicketReply, single, ticketed,
};
use super::{CODE, Post};
use super::{client, map};
use crate::carriers::exchange::{Effect, Exchange};
use crate::carriers::model::{DeliveryStatus, ShipmentRef, Track};
use crate::carriers::registry::Account;
use crate::carriers::soap::{self, Said};
use crate::carriers::{Answer, CarrierError, TicketTracking, Tracking, not_sayable};

/// Language of the words.
const RUSSIAN: &str = "RUS";
const HOST: &str = "https://tracking.russianpost.ru";
/// One request each: few, for the day's number of them is limited.
const SINGLE_MAX: usize = 20;
const SINGLE_INTERVAL: Duration = Duration::from_hours(6);
const SINGLES_OF_ONE_A_DAY: usize = 4;
/// The service takes 3000 and answers them badly.
const TICKET_MAX: usize = 500;
const TICKET_INTERVAL: Duration = Duration::from_mins(15);

/// Answers to questions about one item each.
#[derive(Debug, Default)]
pub(super) struct Answers {
    tracks: Vec<Track>,
    is_answered: bool,
    /// The first item that was not answered for.
    odd: Option<CarrierError>,
}

impl Answers {
    /// False: nothing more is answered today, and what was told is not lost. An item that is trouble
    /// by itself costs the others nothing.
    pub(super) fn take(
        &mut self,
        answer: Result<Option<Track>, CarrierError>,
    ) -> Result<bool, CarrierError> {
        match answer {
            Ok(track) => {
                self.is_answered = true;
                self.tracks.extend(track);
                Ok(true)
            }
            Err(error) if error.is_of_asked() => {
                tracing::warn!(%error, "an item of the Post was not read");
                self.odd.get_or_insert(error);
                Ok(true)
            }
            Err(error) if self.tracks.is_empty() => Err(error),
            // The day's number of questions may be used up.
            Err(error) => {
                tracing::warn!(%error, "items of the Post were not read");
                Ok(false)
            }
        }
    }

    /// What was told; an error if there was no answer at all.
    pub(super) fn tracks(self) -> Result<Vec<Track>, CarrierError> {
        match self.odd {
            Some(error) if !self.is_answered => Err(error),
            _ => Ok(self.tracks),
        }
    }
}

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
            let mut answers = Answers::default();
            for shipment in shipments.iter().filter(|shipment| !shipment.track.is_empty()) {
                if !answers.take(line.history(shipment).await)? {
                    break;
                }
            }
            answers.tracks()
        })
    }
}

impl TicketTracking for Post {
    fn count_max(&self) -> usize {
        TICKET_MAX
    }

    fn singles_max(&self) -> usize {
        let per_day = self.contract.settings.tracking_per_day;
        (per_day - per_day / PART_OF_A_DAY) / SINGLES_OF_ONE_A_DAY
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
        Ok(Self { exchange, base: account.base(CODE, HOST)?, keys })
    }

    fn keys(&self) -> AuthorizationHeader<'_> {
        AuthorizationHeader { login: &self.keys.login, password: &self.keys.password }
    }

    /// An operation of the single service; nothing when the Post does not know the item.
    async fn single_call<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        element: &str,
        ask: &A,
    ) -> Result<Option<B>, CarrierError> {
        let url = format!("{}/rtm34", self.base);
        let said = soap::call(&self.exchange, single(&url, element), Effect::Reads, ask).await?;
        let fault = match said {
            Said::Answer(answer) => return Ok(Some(answer)),
            Said::Fault(fault) => fault,
        };
        let about_item = ["OperationHistoryFaultReason", "PostalOrderEventsForMailFaultReason"];
        if about_item.iter().any(|name| fault.detail(name).is_some()) {
            return Ok(None);
        }
        Err(match fault.detail("AuthorizationFaultReason") {
            Some(said) => CarrierError::Credentials { carrier: CODE, said: said.to_owned() },
            None => CarrierError::Unavailable { carrier: CODE, said: fault.text },
        })
    }

    /// An operation of the service by ticket.
    async fn ticket_call<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        element: &str,
        ask: &A,
    ) -> Result<B, CarrierError> {
        let url = format!("{}/fc", self.base);
        match soap::call(&self.exchange, ticketed(&url, element), Effect::Reads, ask).await? {
            Said::Answer(answer) => Ok(answer),
            Said::Fault(fault) => {
                Err(CarrierError::Unavailable { carrier: CODE, said: fault.text })
            }
        }
    }

    /// The whole history.
    async fn history(&self, shipment: &ShipmentRef) -> Result<Option<Track>, CarrierError> {
        let request = HistoryOf { barcode: &shipment.track, message_type: 0, language: RUSSIAN };
        let ask = HistoryAsk { request, keys: self.keys() };
        let reply = self.single_call("oper:getOperationHistory", &ask).await?;
        let records = reply.map(|reply: HistoryReply| reply.data.records).unwrap_or_default();
        if records.is_empty() {
            return Ok(None);
        }
        let track = map::history_track(shipment, &records, &[]);
        if !collects(&records) || !is_handed_out(&track) {
            return Ok(Some(track));
        }
        match self.transfers(&shipment.track).await {
            Ok(transfers) => Ok(Some(map::history_track(shipment, &records, &transfers))),
            // The money is asked for by itself as well: the history is not lost for it.
            Err(error) => {
                tracing::warn!(%error, "the money of an item of the Post was not read");
                Ok(Some(track))
            }
        }
    }

    /// What became of the money that was collected.
    pub(super) async fn transfers(
        &self,
        barcode: &str,
    ) -> Result<Vec<PostalOrderEvent>, CarrierError> {
        let input = EventsOf { barcode, language: RUSSIAN };
        let ask = EventsAsk { keys: self.keys(), input };
        let reply = self.single_call("oper:PostalOrderEventsForMail", &ask).await?;
        Ok(reply.map(|reply: EventsReply| reply.output.events).unwrap_or_default())
    }

    async fn ask(&self, shipments: &[ShipmentRef]) -> Result<String, CarrierError> {
        let tracks = shipments.iter().map(|shipment| shipment.track.as_str());
        let tracks = tracks.filter(|track| !track.is_empty());
        let items: Vec<ItemOf<'_>> = tracks.map(|barcode| ItemOf { barcode }).collect();
        if items.is_empty() {
            return Err(not_sayable(CODE, "track", "none of the shipments has a number yet"));
        }
        let (login, password) = (self.keys.login.as_str(), self.keys.password.as_str());
        let ask = TicketAsk { request: TicketOf { items }, login, password, language: RUSSIAN };
        let reply: TicketReply = self.ticket_call("pos:ticketRequest", &ask).await?;
        if let Some(error) = reply.error {
            return Err(ticket_error(error));
        }
        let ticket = reply.value.filter(|ticket| !ticket.is_empty());
        ticket.ok_or_else(|| CarrierError::malformed(CODE, "neither a ticket nor an error"))
    }

    async fn collect(
        &self,
        ticket: &str,
        shipments: &[ShipmentRef],
    ) -> Result<Option<Vec<Track>>, CarrierError> {
        let (login, password) = (self.keys.login.as_str(), self.keys.password.as_str());
        let ask = AnswerAsk { ticket, login, password };
        let reply: AnswerReply = self.ticket_call("pos:answerByTicketRequest", &ask).await?;
        if let Some(error) = reply.error {
            return if error.id == NOT_READY { Ok(None) } else { Err(ticket_error(error)) };
        }
        let items = reply
            .value
            .ok_or_else(|| CarrierError::malformed(CODE, "neither items nor an error"))?
            .items;
        let tracks = items.iter().filter(|item| !item.operations.is_empty());
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
        TICKET_ENDED => CarrierError::unknown(CODE, error.name),
        id => CarrierError::refused(CODE, id.to_string(), error.name),
    }
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
