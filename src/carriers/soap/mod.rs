//! SOAP 1.1 and 1.2 over the [`Exchange`]: an operation in an envelope goes out, an answer or a fault
//! comes back (W3C, SOAP 1.1 note of 2000-05-08; SOAP 1.2 Part 1).
//!
//! Requests name their namespaces exactly; answers are read by local names, because carriers change
//! prefixes and years of schemas without asking.
//!
//! **Invariant:** a fault is an answer, whatever the status of HTTP says: nothing is unclear then.

mod tree;

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, HeaderName};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::CarrierError;
use super::exchange::{Effect, Exchange, Reply};
pub use tree::{Element, TreeError};

/// Which SOAP a carrier speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Media type `text/xml`, the action in a header of its own.
    V11,
    /// Media type `application/soap+xml`, the action inside it.
    V12,
}

impl Version {
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::V12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }
}

/// An operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    pub version: Version,
    pub url: &'a str,
    /// `SOAPAction`; many services want it empty.
    pub action: &'a str,
    /// Prefix and URI of each namespace that the body uses.
    pub namespaces: &'a [(&'a str, &'a str)],
    /// The element in the body with its prefix, `ns:createOrder`.
    pub element: &'a str,
}

/// What a service said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said<T> {
    Answer(T),
    Fault(Fault),
}

/// A service's own "no".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    /// `S:Server`, `soap:Receiver`.
    pub code: String,
    pub text: String,
    /// What stands in the detail: names of elements without children, and their texts.
    pub details: Vec<(String, String)>,
}

impl Fault {
    /// The first text of this name in the detail.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(found, _)| found == name).map(|(_, text)| text.as_str())
    }

    fn read(body: &Element) -> Option<Self> {
        let fault = body.child("Fault")?;
        let text = |path: &[&str]| {
            let found = path.iter().try_fold(fault, |element, name| element.child(name));
            found.map(|element| element.text.trim().to_owned())
        };
        let detail = fault.child("detail").or_else(|| fault.child("Detail"));
        Some(Self {
            code: text(&["faultcode"]).or_else(|| text(&["Code", "Value"])).unwrap_or_default(),
            text: text(&["faultstring"]).or_else(|| text(&["Reason", "Text"])).unwrap_or_default(),
            details: detail.map(Element::leaves).unwrap_or_default(),
        })
    }
}

struct Envelope<'a, T> {
    operation: Operation<'a>,
    body: &'a T,
}

impl<T: Serialize> Serialize for Envelope<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@xmlns:soap", self.operation.version.namespace())?;
        for (prefix, uri) in self.operation.namespaces {
            map.serialize_entry(&format!("@xmlns:{prefix}"), uri)?;
        }
        let body = BTreeMap::from([(self.operation.element, self.body)]);
        map.serialize_entry("soap:Body", &body)?;
        map.end()
    }
}

/// The whole XML of a request.
pub fn envelope<T: Serialize>(operation: Operation<'_>, body: &T) -> Result<String, TreeError> {
    let xml = quick_xml::se::to_string_with_root("soap:Envelope", &Envelope { operation, body });
    let xml = xml.map_err(|error| TreeError(error.to_string()))?;
    Ok(format!(r#"<?xml version="1.0" encoding="UTF-8"?>{xml}"#))
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct EnvelopeIn<T> {
    #[serde(rename = "Body")]
    body: BodyIn<T>,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct BodyIn<T> {
    #[serde(rename = "$value")]
    operation: T,
}

#[derive(Deserialize)]
struct FaultEnvelopeIn {
    #[serde(rename = "Body")]
    body: FaultBodyIn,
}

#[derive(Deserialize)]
struct FaultBodyIn {
    #[serde(rename = "Fault")]
    fault: Option<IgnoredAny>,
}

/// Reads an envelope: the answer in its body, whatever its element is called, or the fault.
pub fn read<T: DeserializeOwned>(xml: &str) -> Result<Said<T>, TreeError> {
    let tree_error = |error: quick_xml::DeError| TreeError(error.to_string());
    let is_fault = quick_xml::de::from_str::<FaultEnvelopeIn>(xml).map_err(tree_error)?;
    if is_fault.body.fault.is_some() {
        let tree = Element::parse(xml)?;
        let fault = tree.child("Body").and_then(Fault::read);
        return fault.map(Said::Fault).ok_or_else(|| TreeError("a fault without words".to_owned()));
    }
    let envelope: EnvelopeIn<T> = quick_xml::de::from_str(xml).map_err(tree_error)?;
    Ok(Said::Answer(envelope.body.operation))
}

/// Sends an operation and reads what comes back.
///
/// What is no envelope is the carrier's trouble, and unclear when something was to be changed.
pub async fn call<A: Serialize + Sync, B: DeserializeOwned>(
    exchange: &Exchange,
    operation: Operation<'_>,
    effect: Effect,
    body: &A,
) -> Result<Said<B>, CarrierError> {
    let xml = envelope(operation, body).map_err(|error| CarrierError::Account {
        carrier: exchange.carrier().to_owned(),
        problem: format!("a request cannot be written: {error}"),
    })?;
    let request = exchange.post(operation.url).body(xml);
    let request = match operation.version {
        Version::V11 => request
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .header(HeaderName::from_static("soapaction"), format!("\"{}\"", operation.action)),
        Version::V12 if operation.action.is_empty() => {
            request.header(CONTENT_TYPE, "application/soap+xml; charset=utf-8")
        }
        Version::V12 => {
            let action = operation.action;
            let media = format!("application/soap+xml; charset=utf-8; action=\"{action}\"");
            request.header(CONTENT_TYPE, media)
        }
    };
    said(&exchange.send(request, effect).await?)
}

fn said<T: DeserializeOwned>(reply: &Reply) -> Result<Said<T>, CarrierError> {
    let text = str::from_utf8(reply.bytes()).map_err(|_| reply.unreadable())?;
    read(text).map_err(|_| reply.unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Ask {
        request: Inner,
    }

    #[derive(Serialize)]
    struct Inner {
        #[serde(rename = "cityId")]
        city: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        parcel: Vec<String>,
        letter: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Answer {
        #[serde(default, rename = "return")]
        rows: Vec<Row>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        cost: String,
    }

    const OPERATION: Operation<'static> = Operation {
        version: Version::V11,
        url: "http://localhost/",
        action: "",
        namespaces: &[("ns", "http://dpd.ru/ws/calculator/2012-03-20")],
        element: "ns:getServiceCost2",
    };

    #[test]
    fn the_operation_is_qualified_and_its_children_are_not() {
        let inner = Inner {
            city: 10_798_925_337,
            note: None,
            parcel: vec!["1".to_owned(), "2".to_owned()],
            letter: "ДТ <&>".to_owned(),
        };
        let xml = envelope(OPERATION, &Ask { request: inner }).unwrap();
        let tree = Element::parse(&xml).unwrap();
        assert_eq!(tree.namespace, Version::V11.namespace());
        let operation = tree.child("Body").unwrap().only_child().unwrap();
        assert_eq!(operation.name, "getServiceCost2");
        assert_eq!(operation.namespace, "http://dpd.ru/ws/calculator/2012-03-20");
        let request = operation.child("request").unwrap();
        assert_eq!(request.namespace, "");
        let children: Vec<(&str, &str)> = request
            .children
            .iter()
            .map(|child| (child.name.as_str(), child.text.as_str()))
            .collect();
        let expected =
            [("cityId", "10798925337"), ("parcel", "1"), ("parcel", "2"), ("letter", "ДТ <&>")];
        assert_eq!(children, expected);
    }

    #[test]
    fn answers_are_read_by_local_names() {
        let answer = |rows: &str| {
            format!(
                "<?xml version='1.0'?><S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'>\
                 <S:Header/><S:Body><ns2:anyResponse xmlns:ns2='http://x'>{rows}</ns2:anyResponse>\
                 </S:Body></S:Envelope>"
            )
        };
        let costs = |rows: &str| match read::<Answer>(&answer(rows)).unwrap() {
            Said::Answer(answer) => answer.rows.into_iter().map(|row| row.cost).collect(),
            Said::Fault(fault) => vec![fault.text],
        };
        assert_eq!(costs(""), Vec::<String>::new());
        assert_eq!(costs("<return><cost>1.5</cost></return>"), ["1.5"]);
        let two = "<return><cost>1.5</cost><new/></return><return><cost>2</cost></return>";
        assert_eq!(costs(two), ["1.5", "2"]);
        for bad in ["", "<html></html>", "{\"a\":1}", "<S:Envelope>"] {
            assert!(read::<Answer>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn faults_of_both_versions_are_read() {
        let old = "<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Body>\
                   <S:Fault><faultcode>S:Server</faultcode><faultstring>Не найден</faultstring>\
                   <detail><n:WSFault xmlns:n='http://x'><code>no-data-found</code>\
                   <message>Город &amp; село</message></n:WSFault></detail></S:Fault>\
                   </S:Body></S:Envelope>";
        let Said::Fault(fault) = read::<Answer>(old).unwrap() else { panic!("a fault") };
        assert_eq!((fault.code.as_str(), fault.text.as_str()), ("S:Server", "Не найден"));
        assert_eq!(fault.detail("code"), Some("no-data-found"));
        assert_eq!(fault.detail("message"), Some("Город & село"));
        let new = "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope'><S:Body>\
                   <S:Fault><S:Code><S:Value>S:Receiver</S:Value></S:Code><S:Reason>\
                   <S:Text xml:lang='ru'>Нет доступа</S:Text></S:Reason>\
                   <S:Detail><AuthorizationFault>ключ</AuthorizationFault></S:Detail>\
                   </S:Fault></S:Body></S:Envelope>";
        let Said::Fault(fault) = read::<Answer>(new).unwrap() else { panic!("a fault") };
        assert_eq!((fault.code.as_str(), fault.text.as_str()), ("S:Receiver", "Нет доступа"));
        assert_eq!(fault.detail("AuthorizationFault"), Some("ключ"));
    }
}
