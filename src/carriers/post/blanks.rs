//! A shipment as the Post's paper forms say it. Pure.
//!
//! **Invariant:** a form says what the carrier was told and what the contract says. What neither knows
//! (the fee, the size of a locker's cell, services that were not ordered) is left empty.

use serde_json::Value;

use super::account::{Settings, is_index};
use super::map::{Product, insured};
use crate::carriers::local::russian_phone;
use crate::carriers::model::{Address, Contact, ShipmentAsk, Spot};
use crate::documents::post_forms::{
    Bank, CodItem, Inventory, InventoryLine, Item, ItemKind, ListItem, Party, Transfer,
};
use crate::units::Kopecks;

/// What is insured beside the goods when the buyer pays for it.
const DELIVERY: &str = "Доставка";
/// Characters that a transfer's message holds.
const MESSAGE_MAX: usize = 70;

/// A shipment that the Post has, with what its forms are made of.
#[derive(Debug, Clone)]
pub struct Posted {
    /// ШПИ, or S10.
    pub barcode: String,
    /// What the Post was told.
    pub ask: ShipmentAsk,
    /// Of the contract.
    pub settings: Value,
    /// Of the point that it goes to, where it is known.
    pub point: Option<Address>,
}

impl Posted {
    /// Whether the address label and the accompanying address are its forms: EMS has its own.
    pub fn is_parcel(&self) -> bool {
        !matches!(self.product(), Some(Product::Ems | Product::EmsOptimal))
    }

    /// Whether what the buyer pays goes to the shop as a postal transfer. That of ЕКОМ does not.
    pub fn is_paid_by_transfer(&self) -> bool {
        self.ask.cod_kopecks().is_positive() && self.product() != Some(Product::Ecom)
    }

    /// What it is worth to the Post.
    fn insured(&self) -> Kopecks {
        insured(self.ask.declared_kopecks(), self.ask.cod_kopecks())
    }

    fn product(&self) -> Option<Product> {
        Product::parse(&self.ask.tariff)
    }

    /// Kind and category of mail in words.
    pub fn kind_words(&self) -> String {
        let product = match self.product() {
            Some(product) => product.name(),
            None => &self.ask.tariff,
        };
        let declared = self.ask.declared_kopecks().is_positive();
        let category = match (self.ask.cod_kopecks().is_positive(), declared) {
            (true, _) if self.product() == Some(Product::Ecom) => {
                " с объявленной ценностью и обязательным платежом"
            }
            (true, _) => " с объявленной ценностью и наложенным платежом",
            (false, true) => " с объявленной ценностью",
            (false, false) => "",
        };
        format!("{product}{category}")
    }

    /// The post office where it is handed in; empty if the contract names none.
    pub fn office(&self) -> String {
        self.contract().map(|contract| contract.postoffice).unwrap_or_default()
    }

    /// Who sends by the contract.
    pub fn sender_name(&self) -> &str {
        let sender = &self.ask.sender;
        if sender.company.is_empty() { &sender.contact.name } else { &sender.company }
    }

    /// The ИНН of the contract in words; empty if it is not known.
    pub fn contract_words(&self) -> String {
        match self.ask.sender.inn.as_str() {
            "" => String::new(),
            inn => format!("ИНН {inn}"),
        }
    }

    fn contract(&self) -> Option<Settings> {
        serde_json::from_value(self.settings.clone()).ok()
    }

    fn bank(&self) -> Bank {
        self.contract().and_then(|contract| contract.bank).unwrap_or_default()
    }

    fn sender(&self) -> Party {
        let from = self.ask.from.address();
        party(self.sender_name(), &self.ask.sender.contact, from, &from.postcode)
    }

    fn recipient(&self) -> Party {
        let to = &self.ask.recipient;
        match &self.ask.to {
            Spot::Door(address) => party(&to.name, to, address, &address.postcode),
            Spot::Point { code, address } => {
                let is_office = is_index(code);
                let index = if is_office { code } else { &address.postcode };
                party(&to.name, to, self.point.as_ref().unwrap_or(address), index)
            }
        }
    }

    /// For Ф. 7-п and Ф. 116.
    pub fn item(&self) -> Item {
        Item {
            barcode: self.barcode.clone(),
            kind: ItemKind::Parcel,
            mass_g: self.ask.package.weight_g,
            declared_kopecks: self.insured(),
            cod_kopecks: self.ask.cod_kopecks(),
            fee_kopecks: Kopecks::ZERO,
            sender: self.sender(),
            recipient: self.recipient(),
            services: Vec::new(),
            locker: None,
        }
    }

    /// For Ф. 117.
    pub fn cod_item(&self) -> CodItem {
        CodItem { item: self.item(), bank: self.bank() }
    }

    /// For Ф. 112ЭП and Ф. 113: the money goes to whose contract it is.
    pub fn transfer(&self) -> Transfer {
        let message = match self.ask.comment.trim() {
            "" => String::new(),
            order => format!("Заказ {order}"),
        };
        Transfer {
            barcode: self.barcode.clone(),
            cod_kopecks: self.ask.cod_kopecks(),
            receiver: self.sender(),
            bank: self.bank(),
            payer: self.recipient(),
            message: Some(message)
                .filter(|message| message.chars().count() <= MESSAGE_MAX)
                .unwrap_or_default(),
        }
    }

    /// For Ф. 107: goods that were told in parts for their shares of the payment are one line again.
    pub fn inventory(&self) -> Inventory {
        let mut lines: Vec<InventoryLine> = Vec::new();
        for item in &self.ask.items {
            match lines.last_mut() {
                Some(last)
                    if last.name == item.name && last.price_kopecks == item.declared_kopecks =>
                {
                    last.quantity = last.quantity.saturating_add(item.quantity);
                }
                _ => lines.push(InventoryLine {
                    name: item.name.clone(),
                    quantity: item.quantity,
                    price_kopecks: item.declared_kopecks,
                }),
            }
        }
        // The lines are to add up to the declared value.
        let rest = self.insured().get() - self.ask.declared_kopecks().get();
        if rest > 0 {
            lines.push(InventoryLine {
                name: DELIVERY.to_owned(),
                quantity: 1,
                price_kopecks: Kopecks::new(rest),
            });
        }
        Inventory {
            barcode: self.barcode.clone(),
            kind: ItemKind::Parcel,
            declared_kopecks: self.insured(),
            sender: self.sender(),
            lines,
        }
    }

    /// For Ф. 103.
    pub fn list_item(&self) -> ListItem {
        let item = self.item();
        ListItem {
            barcode: item.barcode,
            recipient: item.recipient,
            mass_g: item.mass_g,
            declared_kopecks: item.declared_kopecks,
            cod_kopecks: item.cod_kopecks,
            fee_kopecks: item.fee_kopecks,
            notes: String::new(),
        }
    }
}

fn party(name: &str, contact: &Contact, address: &Address, index: &str) -> Party {
    let rest = Address { postcode: String::new(), ..address.clone() };
    let phone = russian_phone(&contact.phone).unwrap_or_default();
    Party {
        name: name.to_owned(),
        address: rest.one_line(),
        index: Some(index).filter(|index| is_index(index)).unwrap_or_default().to_owned(),
        phone: phone.get(1..).unwrap_or_default().to_owned(),
    }
}
