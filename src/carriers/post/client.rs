//! Requests to Отправка and to the public tariff.
//!
//! **Invariant:** HTTP 200 is no success by itself: refusals stand in the body, beside successes.

use std::num::NonZeroU32;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{RequestBuilder, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::CODE;
use super::account::OtpravkaKeys;
use super::wire::{
    AddressAsk, ApiFault, Batch, BatchReply, CheckinReply, CleanAddress, CleanName, CleanPhone,
    CreateReply, NameAsk, Office, Order, OrderAsk, PhoneAsk, PublicReply, TariffAsk, TariffReply,
};
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange, Limits, Reply};
use crate::carriers::registry::Account;
use crate::units::Day;

const OTPRAVKA: &str = "https://otpravka-api.pochta.ru";
const TARIFF: &str = "https://tariff.pochta.ru";
/// Orders of a batch in one answer.
const PAGE: usize = 200;
/// A batch is what one warehouse hands over in a day: this is 50,000 orders.
const PAGES_MAX: usize = 250;

/// Archives of forms take tens of seconds. How many requests a second are borne is not told.
pub(super) fn limits(account: &Account) -> Limits {
    let usual = Limits {
        per_second: NonZeroU32::new(10).expect("ten is not zero"),
        time_max: Duration::from_mins(1),
        bytes_max: 256 << 20,
        ..Limits::default()
    };
    account.limits(usual)
}

/// The line to Отправка, for one contract.
pub(super) struct Otpravka {
    exchange: Exchange,
    base: String,
    authorization: String,
    user: String,
}

impl Otpravka {
    pub(super) fn new(account: &Account, keys: &OtpravkaKeys) -> Result<Self, CarrierError> {
        let user = STANDARD.encode(format!("{}:{}", keys.login, keys.password));
        Ok(Self {
            exchange: Exchange::new(CODE, limits(account))?,
            base: account.base(CODE, OTPRAVKA)?,
            authorization: format!("AccessToken {}", keys.token),
            user: format!("Basic {user}"),
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn keyed(&self, request: RequestBuilder) -> RequestBuilder {
        const JSON: &str = "application/json;charset=UTF-8";
        request
            .header(header::AUTHORIZATION, &self.authorization)
            .header("X-User-Authorization", &self.user)
            .header(header::CONTENT_TYPE, JSON)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.keyed(self.exchange.get(&self.url(path)))
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.keyed(self.exchange.post(&self.url(path)))
    }

    fn put(&self, path: &str) -> RequestBuilder {
        self.keyed(self.exchange.put(&self.url(path)))
    }

    fn delete(&self, path: &str) -> RequestBuilder {
        self.keyed(self.exchange.delete(&self.url(path)))
    }

    async fn send(&self, request: RequestBuilder, effect: Effect) -> Result<Reply, CarrierError> {
        checked(self.exchange.send(request, effect).await?)
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, CarrierError> {
        self.send(request, Effect::Reads).await?.json()
    }

    async fn change<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        body: &(impl Serialize + Sync),
    ) -> Result<T, CarrierError> {
        self.send(request.json(body), Effect::Changes).await?.json()
    }

    pub(super) async fn tariff(&self, ask: &TariffAsk<'_>) -> Result<TariffReply, CarrierError> {
        self.read(self.post("/1.0/tariff").json(ask)).await
    }

    pub(super) async fn clean_address(&self, text: &str) -> Result<CleanAddress, CarrierError> {
        let ask = [AddressAsk { id: "0", original_address: text }];
        let request = self.post("/1.0/clean/address").json(&ask);
        let found: Vec<CleanAddress> = self.read(request).await?;
        own(found.into_iter().find(|one| one.id == "0"))
    }

    pub(super) async fn clean_name(&self, text: &str) -> Result<CleanName, CarrierError> {
        let ask = [NameAsk { id: "0", original_fio: text }];
        let request = self.post("/1.0/clean/physical").json(&ask);
        let found: Vec<CleanName> = self.read(request).await?;
        own(found.into_iter().find(|one| one.id == "0"))
    }

    pub(super) async fn clean_phone(&self, text: &str) -> Result<CleanPhone, CarrierError> {
        let ask = [PhoneAsk { id: "0", original_phone: text }];
        let request = self.post("/1.0/clean/phone").json(&ask);
        let found: Vec<CleanPhone> = self.read(request).await?;
        own(found.into_iter().find(|one| one.id == "0"))
    }

    pub(super) async fn office(&self, index: &str) -> Result<Office, CarrierError> {
        self.read(self.get(&format!("/postoffice/1.0/{index}"))).await
    }

    pub(super) async fn create(&self, order: &OrderAsk<'_>) -> Result<CreateReply, CarrierError> {
        let request = self.put("/2.0/user/backlog");
        self.change(request, &[order]).await
    }

    /// Orders of this number that are in no batch. The search is a loose one: others are left out.
    pub(super) async fn in_backlog(&self, number: &str) -> Result<Vec<Order>, CarrierError> {
        self.search("/1.0/backlog/search", number).await
    }

    /// Orders of this number that are in a batch.
    pub(super) async fn in_batches(&self, number: &str) -> Result<Vec<Order>, CarrierError> {
        self.search("/1.0/shipment/search", number).await
    }

    async fn search(&self, path: &str, number: &str) -> Result<Vec<Order>, CarrierError> {
        let request = self.get(path).query(&[("query", number)]);
        let mut orders: Vec<Order> = match self.read(request).await {
            Err(CarrierError::Unknown { .. }) => Vec::new(),
            found => found?,
        };
        orders.retain(|order| order.order_num == number);
        orders.sort_by_key(|order| order.id);
        Ok(orders)
    }

    pub(super) async fn drop_from_backlog(&self, ids: &[i64]) -> Result<BatchReply, CarrierError> {
        self.change(self.delete("/1.0/backlog"), &ids).await
    }

    pub(super) async fn drop_from_batches(&self, ids: &[i64]) -> Result<BatchReply, CarrierError> {
        self.change(self.delete("/1.0/shipment"), &ids).await
    }

    /// Makes batches of orders in the backlog: one for each kind of mail among them.
    pub(super) async fn make_batches(
        &self,
        ids: &[i64],
        day: Day,
        offset_s: i32,
        is_online: Flag,
    ) -> Result<BatchReply, CarrierError> {
        let request = self.post("/1.0/user/shipment").query(&[
            ("sending-date", day.to_string()),
            ("timezone-offset", offset_s.to_string()),
            ("use-online-balance", is_online.as_str().to_owned()),
        ]);
        self.change(request, &ids).await
    }

    pub(super) async fn batched_order(&self, id: i64) -> Result<Order, CarrierError> {
        self.read(self.get(&format!("/1.0/shipment/{id}"))).await
    }

    pub(super) async fn batch(&self, name: &str) -> Result<Batch, CarrierError> {
        self.read(self.get(&format!("/1.0/batch/{name}"))).await
    }

    /// All orders of a batch, page by page. Pages that do not end are refused, and those that repeat.
    pub(super) async fn batch_orders(&self, name: &str) -> Result<Vec<Order>, CarrierError> {
        let path = format!("/1.0/batch/{name}/shipment");
        let mut orders: Vec<Order> = Vec::new();
        for page in 0..PAGES_MAX {
            let query = [("size", PAGE), ("page", page)];
            let part: Vec<Order> = self.read(self.get(&path).query(&query)).await?;
            let repeats = part.first().zip(orders.first()).is_some_and(|(a, b)| a.id == b.id);
            if repeats {
                break;
            }
            let is_last = part.len() < PAGE;
            orders.extend(part);
            if is_last {
                return Ok(orders);
            }
        }
        let said = format!("the orders of the batch {name} do not end: {} so far", orders.len());
        Err(CarrierError::malformed(CODE, said))
    }

    /// Announces a batch to its post office: Ф.103 goes out.
    pub(super) async fn check_in(
        &self,
        name: &str,
        is_online: Flag,
    ) -> Result<CheckinReply, CarrierError> {
        let request = self.post(&format!("/1.0/batch/{name}/checkin"));
        let request = request.query(&[("useOnlineBalance", is_online.as_str())]);
        self.send(request, Effect::Changes).await?.json()
    }

    /// A file; anything but one that begins as it must is a refusal.
    pub(super) async fn file(
        &self,
        path: &str,
        query: &[(&str, &str)],
        magic: &[u8],
    ) -> Result<Vec<u8>, CarrierError> {
        let request = self.get(path).query(query);
        let reply = self.send(request, Effect::Reads).await?;
        if reply.bytes().starts_with(magic) { Ok(reply.into_bytes()) } else { Err(fault(&reply)) }
    }
}

/// A flag in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    True,
    False,
}

impl Flag {
    const fn as_str(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
        }
    }
}

/// The public calculator: no keys, the price of the counter.
pub(super) struct PublicTariff {
    exchange: Exchange,
    base: String,
}

impl PublicTariff {
    pub(super) fn new(account: &Account) -> Result<Self, CarrierError> {
        let exchange = Exchange::new(CODE, limits(account))?;
        Ok(Self { exchange, base: account.base(CODE, TARIFF)? })
    }

    /// Price and term. What the calculator does not serve is refused.
    pub(super) async fn tariff(
        &self,
        query: &[(&'static str, String)],
    ) -> Result<PublicReply, CarrierError> {
        let url = format!("{}/v2/calculate/tariff/delivery", self.base);
        let request = self.exchange.get(&url).query(query);
        let reply: PublicReply = self.exchange.send(request, Effect::Reads).await?.json()?;
        let Some(error) = reply.errors.first() else { return Ok(reply) };
        let code = error.code.as_ref().map(ToString::to_string).unwrap_or_default();
        Err(CarrierError::refused(CODE, code.trim_matches('"'), error.msg.clone()))
    }
}

/// The answer to what we asked about: they come in any order.
fn own<T>(found: Option<T>) -> Result<T, CarrierError> {
    found.ok_or_else(|| {
        CarrierError::malformed(CODE, "the cleaning left out what it was asked about")
    })
}

fn checked(reply: Reply) -> Result<Reply, CarrierError> {
    if reply.status().is_success() { Ok(reply) } else { Err(fault(&reply)) }
}

/// What an answer that is no success means. An empty account (1024) and mail that has no such form
/// (1002) come with server errors, yet nothing broke.
fn fault(reply: &Reply) -> CarrierError {
    const NO_MONEY: &str = "1024";
    let status = reply.status();
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return reply.unreadable();
    }
    let Ok(said) = reply.json::<ApiFault>() else { return reply.unreadable() };
    if said.code.is_empty() && said.desc.is_empty() {
        return reply.unreadable();
    }
    let is_refusal = said.code == NO_MONEY || said.desc.contains("Forbidden mail type");
    if status == StatusCode::NOT_FOUND {
        return CarrierError::unknown(CODE, said.desc);
    }
    if status.is_server_error() && !is_refusal {
        return reply.unreadable();
    }
    let code = if said.sub_code.is_empty() { said.code } else { said.sub_code };
    CarrierError::refused(CODE, code, said.desc)
}
