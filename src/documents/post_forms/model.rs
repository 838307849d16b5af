//! What Почта's forms say, in our words and units.
//!
//! Money is kopecks, weights are grams, phones are ten digits behind +7, indexes six digits. What is
//! empty is not known and stays blank; without a number, an addressee and a weight there is no form.

use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::units::{Day, Grams, Kopecks};

/// Somebody with an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// A person's full name, or that of a company.
    pub name: String,
    /// Without the index.
    pub address: String,
    pub index: String,
    /// Ten digits, or empty.
    #[serde(default)]
    pub phone: String,
}

text_enum! {
    /// What is sent.
    pub enum ItemKind {
        Parcel = "parcel",
        /// Бандероль.
        Wrapper = "wrapper",
    }
}

text_enum! {
    /// What the sender orders with it.
    pub enum ItemService {
        Inventory = "inventory",
        SimpleNotice = "simple_notice",
        RegisteredNotice = "registered_notice",
        SmsToSender = "sms_sender",
        SmsToRecipient = "sms_recipient",
    }
}

text_enum! {
    /// The cell of a parcel locker.
    pub enum LockerSize {
        S = "S",
        M = "M",
        L = "L",
    }
}

/// A parcel locker (почтомат) that an item goes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locker {
    /// At most six characters.
    pub number: String,
    pub size: LockerSize,
}

/// An item for Ф. 7-п, Ф. 116 and Ф. 117.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// ШПИ, 14 digits, or S10.
    pub barcode: String,
    pub kind: ItemKind,
    pub mass_g: Grams,
    /// Zero without declared value.
    #[serde(default)]
    pub declared_kopecks: Kopecks,
    /// Zero without cash on delivery; never more than the declared value.
    #[serde(default)]
    pub cod_kopecks: Kopecks,
    /// With VAT; zero where it is not known yet.
    #[serde(default)]
    pub fee_kopecks: Kopecks,
    pub sender: Party,
    pub recipient: Party,
    #[serde(default)]
    pub services: Vec<ItemService>,
    #[serde(default)]
    pub locker: Option<Locker>,
}

/// An account in a Russian bank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// ИНН of the account's owner, 10 or 12 digits.
    pub inn: String,
    /// 20 digits.
    pub account: String,
    pub name: String,
    /// 20 digits.
    pub corr_account: String,
    /// 9 digits.
    pub bic: String,
}

/// Cash on delivery on its way to the shop, for Ф. 112ЭП and Ф. 113.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The item that it is paid for.
    pub barcode: String,
    pub cod_kopecks: Kopecks,
    /// Who gets the money: the shop.
    pub receiver: Party,
    pub bank: Bank,
    /// Who pays: the addressee of the item.
    pub payer: Party,
    /// At most 70 characters, two lines of 35.
    #[serde(default)]
    pub message: String,
}

/// An item with the account that its cash on delivery goes to, for Ф. 117.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodItem {
    pub item: Item,
    pub bank: Bank,
}

/// What is in an item, for Ф. 107.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    pub barcode: String,
    pub kind: ItemKind,
    /// The sum of the lines must be equal to it.
    pub declared_kopecks: Kopecks,
    pub sender: Party,
    pub lines: Vec<InventoryLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InventoryLine {
    pub name: String,
    pub quantity: i64,
    /// Of one piece; zero is written as a dash.
    pub price_kopecks: Kopecks,
}

/// A list of items that are handed in together, for Ф. 103.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub number: String,
    pub day: Day,
    /// Kind and category in words: `Посылка онлайн с объявленной ценностью`.
    pub kind: String,
    pub sender: String,
    /// ИНН and contract, or empty.
    #[serde(default)]
    pub contract: String,
    /// Who pays, or empty.
    #[serde(default)]
    pub payer: String,
    /// How it is paid, or empty.
    #[serde(default)]
    pub payment: String,
    /// Index and name of the office.
    pub office: String,
    pub items: Vec<ListItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListItem {
    pub barcode: String,
    pub recipient: Party,
    pub mass_g: Grams,
    #[serde(default)]
    pub declared_kopecks: Kopecks,
    #[serde(default)]
    pub cod_kopecks: Kopecks,
    #[serde(default)]
    pub fee_kopecks: Kopecks,
    #[serde(default)]
    pub notes: String,
}
