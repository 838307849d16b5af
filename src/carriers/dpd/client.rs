//! The services of one contract: wrappers around `auth`, and what faults mean.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::CODE;
use super::wire::{AuthOut, Authorised, WsdlIn};
use crate::carriers::CarrierError;
use crate::carriers::exchange::{Effect, Exchange};
use crate::carriers::soap::{self, Fault, Operation, Said, Version};

/// A method of a service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    service: Service,
    name: &'static str,
    /// The element around everything; a wrong one is answered with a crash there.
    wrapper: Option<&'static str>,
    effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    Calculator,
    Order,
    Label,
    Tracing,
    Events,
    Geography,
}

impl Service {
    const fn path(self) -> &'static str {
        match self {
            Self::Calculator => "calculator2",
            Self::Order => "order2",
            Self::Label => "label-print",
            Self::Tracing => "tracing",
            Self::Events => "event-tracking",
            Self::Geography => "geography2",
        }
    }

    /// Labels have one that is not published: their description is asked for it.
    const fn namespace(self) -> Option<&'static str> {
        match self {
            Self::Calculator => Some("http://dpd.ru/ws/calculator/2012-03-20"),
            Self::Order => Some("http://dpd.ru/ws/order2/2012-04-04"),
            Self::Label => None,
            Self::Tracing => Some("http://dpd.ru/ws/tracing/2011-11-18"),
            Self::Events => Some("http://dpd.ru/ws/event-tracking/2016-02-15"),
            Self::Geography => Some("http://dpd.ru/ws/geography/2015-05-20"),
        }
    }
}

const fn method(
    service: Service,
    name: &'static str,
    wrapper: Option<&'static str>,
    effect: Effect,
) -> Method {
    Method { service, name, wrapper, effect }
}

const REQUEST: Option<&str> = Some("request");
const ORDERS: Option<&str> = Some("orders");

pub(super) const COST: Method =
    method(Service::Calculator, "getServiceCostByParcels2", REQUEST, Effect::Reads);
pub(super) const CREATE: Method = method(Service::Order, "createOrder2", ORDERS, Effect::Changes);
pub(super) const STATUS: Method =
    method(Service::Order, "getOrderStatus", Some("orderStatus"), Effect::Reads);
pub(super) const CANCEL: Method = method(Service::Order, "cancelOrder", ORDERS, Effect::Changes);
pub(super) const REGISTER: Method =
    method(Service::Order, "getRegisterFile", REQUEST, Effect::Reads);
pub(super) const LABEL: Method =
    method(Service::Label, "createLabelFile", Some("getLabelFile"), Effect::Reads);
pub(super) const STATES_BY_ORDER: Method =
    method(Service::Tracing, "getStatesByDPDOrder", REQUEST, Effect::Reads);
pub(super) const STATES_BY_CLIENT_ORDER: Method =
    method(Service::Tracing, "getStatesByClientOrder", REQUEST, Effect::Reads);
pub(super) const STATES: Method =
    method(Service::Tracing, "getStatesByClient", REQUEST, Effect::Reads);
pub(super) const STATES_CONFIRM: Method =
    method(Service::Tracing, "confirm", REQUEST, Effect::Changes);
pub(super) const EVENTS: Method = method(Service::Events, "getEvents", REQUEST, Effect::Reads);
pub(super) const EVENTS_CONFIRM: Method =
    method(Service::Events, "confirm", REQUEST, Effect::Changes);
pub(super) const SHOPS: Method =
    method(Service::Geography, "getParcelShops", REQUEST, Effect::Reads);
pub(super) const TERMINALS: Method =
    method(Service::Geography, "getTerminalsSelfDelivery2", None, Effect::Reads);

/// The line to one contract.
pub(super) struct Client {
    exchange: Exchange,
    base_url: String,
    auth: AuthOut,
    label_namespace: OnceCell<String>,
}

/// `orders` or `request` around everything, or nothing.
#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a, T> {
    Wrapped(BTreeMap<&'static str, Authorised<'a, T>>),
    Bare(Authorised<'a, T>),
}

impl Client {
    pub(super) fn new(exchange: Exchange, base_url: String, auth: AuthOut) -> Self {
        Self { exchange, base_url, auth, label_namespace: OnceCell::new() }
    }

    /// What a method answers. Faults are errors here.
    pub(super) async fn ask<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        method: Method,
        rest: &A,
    ) -> Result<B, CarrierError> {
        match self.call(method, rest).await? {
            Said::Answer(answer) => Ok(answer),
            Said::Fault(fault) => Err(error_of(&fault, method.effect)),
        }
    }

    /// What a method answers; nothing when DPD has no data.
    pub(super) async fn ask_of_some<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        method: Method,
        rest: &A,
    ) -> Result<Option<B>, CarrierError> {
        match self.call(method, rest).await? {
            Said::Answer(answer) => Ok(Some(answer)),
            Said::Fault(fault) if fault.detail("code") == Some("no-data-found") => Ok(None),
            Said::Fault(fault) => Err(error_of(&fault, method.effect)),
        }
    }

    async fn call<A: Serialize + Sync, B: DeserializeOwned>(
        &self,
        method: Method,
        rest: &A,
    ) -> Result<Said<B>, CarrierError> {
        let url = format!("{}/services/{}", self.base_url, method.service.path());
        let namespace = match method.service.namespace() {
            Some(namespace) => namespace,
            None => self.label_namespace.get_or_try_init(|| self.described(&url)).await?,
        };
        let element = format!("ns:{}", method.name);
        let operation = Operation {
            version: Version::V11,
            url: &url,
            action: "",
            namespaces: &[("ns", namespace)],
            element: &element,
        };
        let authorised = Authorised { auth: &self.auth, rest };
        let body = match method.wrapper {
            Some(wrapper) => Body::Wrapped(BTreeMap::from([(wrapper, authorised)])),
            None => Body::Bare(authorised),
        };
        soap::call(&self.exchange, operation, method.effect, &body).await
    }

    async fn described(&self, url: &str) -> Result<String, CarrierError> {
        let request = self.exchange.get(&format!("{url}?wsdl"));
        let reply = self.exchange.send(request, Effect::Reads).await?;
        let text = str::from_utf8(reply.bytes()).map_err(|_| reply.unreadable())?;
        let wsdl: WsdlIn = quick_xml::de::from_str(text).map_err(|_| reply.unreadable())?;
        Ok(wsdl.target_namespace)
    }
}

/// A fault that DPD explains, or that it calls ours, is a refusal: nothing was done. One without an
/// explanation is its own trouble, and unclear when something was to be changed.
fn error_of(fault: &Fault, effect: Effect) -> CarrierError {
    let said = fault.detail("message").filter(|said| !said.is_empty()).unwrap_or(&fault.text);
    let said = said.to_owned();
    let lower = said.to_lowercase();
    if ["авториз", "clientkey", "clientnumber", "клиентский номер"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return CarrierError::Credentials { carrier: CODE, said };
    }
    match (fault.detail("code"), effect) {
        (Some(code), _) => CarrierError::refused(CODE, code, said),
        (None, _) if fault.code.ends_with("Client") => {
            CarrierError::refused(CODE, fault.code.clone(), said)
        }
        (None, Effect::Changes) => CarrierError::unclear(CODE, said),
        (None, Effect::Reads) => CarrierError::Unavailable { carrier: CODE, said },
    }
}
