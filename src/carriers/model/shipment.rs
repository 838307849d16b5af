//! A shipment (отправление): one parcel on its way with one carrier.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::taxes::VatRate;
use crate::text_enum;
use crate::units::{Day, Grams, Kopecks};

/// Where something is fetched or brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// To or from a door.
    Door(Address),
    /// A pick-up point, locker, post office or terminal, by the carrier's code; the address helps
    /// carriers that want the city as well.
    Point { code: String, address: Address },
}

impl Spot {
    pub const fn address(&self) -> &Address {
        match self {
            Self::Door(address) | Self::Point { address, .. } => address,
        }
    }

    pub fn point_code(&self) -> Option<&str> {
        match self {
            Self::Door(_) => None,
            Self::Point { code, .. } => Some(code),
        }
    }

    /// Where what goes there goes.
    pub fn goal(&self) -> Goal {
        match self {
            Self::Door(_) => Goal::Door,
            Self::Point { code, .. } => Goal::Point(code.clone()),
        }
    }
}

/// Where a shipment goes, without the buyer's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    Door,
    /// By the carrier's code.
    Point(String),
}

/// An address in Russia. Parts that nobody knows are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Address {
    /// Six digits.
    pub postcode: String,
    pub region: String,
    pub city: String,
    /// Street, house and flat as the buyer wrote them.
    pub line: String,
    /// КЛАДР code of the city, where the shop or the address service gave one.
    pub kladr: String,
    /// ФИАС id of the city.
    pub fias: String,
}

impl Address {
    /// Everything in one line, in the order of the post: postcode, region, city, the rest. A city that
    /// is its own region (Москва) is named once.
    pub fn one_line(&self) -> String {
        let is_region = self.region.trim().to_lowercase() == self.city.trim().to_lowercase();
        let region = if is_region { "" } else { &self.region };
        let parts = [&self.postcode, region, &self.city, &self.line];
        let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// A person that can be called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Contact {
    pub name: String,
    /// `+7` and ten digits for Russia.
    pub phone: String,
    pub email: String,
}

/// The operator as a sender: whose contract it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Party {
    pub company: String,
    pub inn: String,
    pub kpp: String,
    pub contact: Contact,
}

/// The shop whose goods are sold (поставщик): the buyer's receipt names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seller {
    pub name: String,
    pub inn: String,
    pub phone: String,
}

/// Goods of one line in a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Unique in the parcel.
    pub article: String,
    pub name: String,
    pub quantity: i64,
    /// Of one piece.
    pub weight_g: Grams,
    /// Declared value of one piece (объявленная ценность).
    pub declared_kopecks: Kopecks,
    /// What the buyer pays for one piece; zero when it is paid already.
    pub cod_kopecks: Kopecks,
    pub vat: VatRate,
    /// Честный ЗНАК codes, one a piece, as scanned; empty for goods without.
    pub marks: Vec<String>,
    /// Each piece has such a code, also one that nobody has scanned. Absent in what was told long ago.
    #[serde(default)]
    pub is_marked: bool,
}

/// The parcel itself, closed and measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// What stands on it as a bar code.
    pub number: String,
    pub weight_g: Grams,
    pub length_mm: i64,
    pub width_mm: i64,
    pub height_mm: i64,
}

impl Package {
    /// Longest, middle and shortest side.
    pub fn sides_mm(&self) -> [i64; 3] {
        let mut sides = [self.length_mm, self.width_mm, self.height_mm];
        sides.sort_unstable_by(|one, other| other.cmp(one));
        sides
    }
}

text_enum! {
    /// Whether the buyer may take a part of the goods (частичный выкуп).
    pub enum BuyOut {
        Whole = "whole",
        Partial = "partial",
    }
}

/// Everything a carrier has to know of a parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentAsk {
    /// Our own number: latin letters, digits and `-`, at most 30, never used for anything else.
    pub number: String,
    /// As it was quoted.
    pub tariff: String,
    pub sender: Party,
    pub from: Spot,
    pub recipient: Contact,
    pub to: Spot,
    pub seller: Seller,
    pub package: Package,
    pub items: Vec<Item>,
    /// Delivery that the buyer pays on receipt, beside the goods.
    pub delivery_fee_kopecks: Kopecks,
    pub delivery_fee_vat: VatRate,
    pub buy_out: BuyOut,
    /// The day on which it is handed over.
    pub day: Day,
    pub comment: String,
}

impl ShipmentAsk {
    /// Declared value of all goods.
    pub fn declared_kopecks(&self) -> Kopecks {
        self.sum(|item| item.declared_kopecks)
    }

    /// What the buyer pays for the goods.
    pub fn goods_cod_kopecks(&self) -> Kopecks {
        self.sum(|item| item.cod_kopecks)
    }

    /// What the carrier collects (наложенный платёж): goods and delivery.
    pub fn cod_kopecks(&self) -> Kopecks {
        let goods = self.goods_cod_kopecks().get();
        Kopecks::new(goods.saturating_add(self.delivery_fee_kopecks.get()))
    }

    fn sum(&self, of: impl Fn(&Item) -> Kopecks) -> Kopecks {
        let parts = self.items.iter().map(|item| of(item).get().saturating_mul(item.quantity));
        Kopecks::new(parts.fold(0, i64::saturating_add))
    }
}

/// What names a shipment at a carrier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShipmentRef {
    /// Our own number; always there.
    pub number: String,
    /// The carrier's internal id, where it has one.
    pub id: String,
    /// What the parcel is tracked by; empty until the carrier gave it.
    pub track: String,
    /// The day that was told at the creation: some carriers find a number only with it.
    pub day: Option<Day>,
    /// Where it goes, as it was told at the creation; nothing: it is not known. Carriers do not answer
    /// it, whoever asks them says it.
    pub goal: Option<Goal>,
}

impl ShipmentRef {
    /// With what the [`ShipmentAsk`] says that is kept as JSON, as far as it can be read.
    #[must_use]
    pub fn asked(self, ask: Option<&Value>) -> Self {
        let part = |name: &str| ask.and_then(|ask| ask.get(name)).cloned();
        let day = part("day").and_then(|day| serde_json::from_value(day).ok());
        let to: Option<Spot> = part("to").and_then(|to| serde_json::from_value(to).ok());
        Self { day: day.or(self.day), goal: to.map(|to| to.goal()).or(self.goal), ..self }
    }
}

/// Why a carrier does not do something, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// The carrier's code; empty where it has only words.
    pub code: String,
    pub text: String,
}

impl Reason {
    pub fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

/// A shipment that the carrier has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Registered {
    pub reference: ShipmentRef,
    /// Things that the carrier changed or wants to be known.
    pub warnings: Vec<Reason>,
    /// What it says that it will charge.
    pub price_kopecks: Option<Kopecks>,
    /// The point that it will go to, if it is another than was asked for.
    pub point_changed_to: Option<String>,
}

/// How far the registration of a shipment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// The carrier took it and checks it: ask again by the reference. Never create it again.
    Pending(ShipmentRef),
    Registered(Registered),
    /// The carrier will not carry it like this. Nothing exists there.
    Refused(Vec<Reason>),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Address, Goal, ShipmentRef, Spot};

    #[test]
    fn a_reference_says_what_was_asked_as_far_as_it_can_be_read() {
        let to = Spot::Point { code: "MSK-1".to_owned(), address: Address::default() };
        let ask = json!({ "number": "P-1", "day": "2026-11-25", "to": to });
        let asked = ShipmentRef::default().asked(Some(&ask));
        assert_eq!(asked.day, "2026-11-25".parse().ok());
        assert_eq!(asked.goal, Some(Goal::Point("MSK-1".to_owned())));
        let door = json!({ "to": Spot::Door(Address::default()), "day": 1 });
        let door = ShipmentRef::default().asked(Some(&door));
        assert_eq!((door.day, door.goal), (None, Some(Goal::Door)));
        assert_eq!(asked.clone().asked(Some(&json!({}))).asked(None), asked);
    }

    #[test]
    fn a_city_that_is_its_own_region_is_named_once() {
        let address = |region: &str, city: &str| Address {
            postcode: "115191".to_owned(),
            region: region.to_owned(),
            city: city.to_owned(),
            line: "ул Складская, д 1".to_owned(),
            ..Address::default()
        };
        assert_eq!(address("Москва", "москва ").one_line(), "115191, москва, ул Складская, д 1");
        let tver = address("Тверская обл", "Тверь").one_line();
        assert_eq!(tver, "115191, Тверская обл, Тверь, ул Складская, д 1");
        assert_eq!(address("", "").one_line(), "115191, ул Складская, д 1");
    }
}
