//! The types of the Post's services, by their own names and units: kopecks, grams, centimetres.
//!
//! Every field of an answer may be missing, and unknown ones keep coming.

mod answers;
mod batch;
mod clean;
mod order;
mod place;
mod soap;
mod tariff;

pub(super) use answers::{ApiFault, BatchError, CreateReply, ErrorCode};
pub(super) use batch::{Batch, BatchReply, CheckinReply};
pub(super) use clean::{AddressAsk, CleanAddress, CleanName, CleanPhone, NameAsk, PhoneAsk};
pub(super) use order::{
    Destination, EcomData, FiscalData, Goods, GoodsItem, Order, OrderAsk, Size,
};
pub(super) use place::{Office, Passport, PassportAddress, PassportElement};
pub(super) use soap::{
    AnswerAsk, AnswerReply, AuthorizationHeader, EventsAsk, EventsOf, EventsReply, HistoryAsk,
    HistoryOf, HistoryRecord, HistoryReply, ItemOf, PostalOrderEvent, TicketAsk, TicketError,
    TicketItem, TicketOf, TicketReply, single, ticketed,
};
pub(super) use tariff::{PublicReply, TariffAsk, TariffReply};
