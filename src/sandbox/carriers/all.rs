//! Every carrier of the sandbox, with an account that fits and buyers that it reaches.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{StandIn, boxberry, cdek, dellin, dpd, fivepost, pek, post};
use crate::carriers::model::{Address, Contact, Party, Spot};
use crate::carriers::registry::Account;
use crate::units::Clock;

/// One carrier of the sandbox.
#[derive(Clone, Copy)]
pub struct Known {
    pub code: &'static str,
    pub stand_in: fn(Clock) -> Arc<dyn StandIn>,
    /// The account that it lets in, at its address.
    pub account: fn(&str) -> Account,
    /// The code of its point where parcels are brought; empty: it fetches them at the door.
    pub from_point: &'static str,
    pub buyers: &'static [Buyer],
}

/// Where a buyer of a carrier is.
#[derive(Debug, Clone, Copy)]
pub struct Buyer {
    /// The carrier's code of the point; empty for a door.
    pub point: &'static str,
    pub postcode: &'static str,
    pub city: &'static str,
    pub line: &'static str,
}

/// The warehouse of ПЭК where the operator brings parcels.
const PEK_MOSCOW: &str = "5e2ba5d2-6a0f-11e3-9f3e-00155d668909";

/// Of the operator of the sandbox.
const MOSCOW: (&str, &str, &str) = ("115191", "Москва", "ул Складская, д 1");

impl Known {
    /// Where this carrier gets the operator's parcels.
    pub fn from(&self) -> Spot {
        let (postcode, city, line) = MOSCOW;
        let address = Address {
            postcode: postcode.to_owned(),
            region: city.to_owned(),
            city: city.to_owned(),
            line: line.to_owned(),
            ..Address::default()
        };
        match self.from_point {
            "" => Spot::Door(address),
            code => Spot::Point { code: code.to_owned(), address },
        }
    }

    /// What is posted to `/v1/carrier-accounts` for a contract with it, where it listens at `url`.
    pub fn account_body(&self, warehouse: &str, url: &str) -> Value {
        let account = (self.account)(url);
        json!({
            "warehouse_id": warehouse, "carrier": self.code, "name": format!("Договор {}", self.code),
            "base_url": account.base_url, "settings": account.settings,
            "credentials": account.credentials,
            "sender": sender(),
            "from": self.from(),
        })
    }
}

/// Who sends.
pub fn sender() -> Party {
    Party {
        company: "ООО Амбар".to_owned(),
        inn: "7707083893".to_owned(),
        kpp: "770701001".to_owned(),
        contact: Contact {
            name: "Дорохов Степан".to_owned(),
            phone: "+74951234567".to_owned(),
            ..Contact::default()
        },
    }
}

const fn buyer(
    point: &'static str,
    postcode: &'static str,
    city: &'static str,
    line: &'static str,
) -> Buyer {
    Buyer { point, postcode, city, line }
}

/// In the order of their codes.
pub const ALL: [Known; 7] = [
    Known {
        code: "5post",
        stand_in: |clock| fivepost::FivepostStandIn::with_clock(clock),
        account: |url| fivepost::account(url),
        from_point: fivepost::WAREHOUSE,
        buyers: &[buyer(
            "01a5f3f6-0000-4000-8000-000000000001",
            "101000",
            "Москва",
            "ул Мясницкая, д 13, кв 1",
        )],
    },
    Known {
        code: "boxberry",
        stand_in: |clock| Arc::new(boxberry::BoxberryStandIn::with_clock(clock)),
        account: boxberry::account,
        from_point: "",
        buyers: &[buyer("00932", "101000", "Москва", "ул Мясницкая, д 17, кв 3")],
    },
    Known {
        code: "cdek",
        stand_in: |clock| Arc::new(cdek::Cdek::new(clock)),
        account: cdek::account,
        from_point: cdek::OFFICE,
        buyers: &[
            buyer("SPB3", "191186", "Санкт-Петербург", "Невский пр-т, д 28, кв 5"),
            buyer("MSK12", "101000", "Москва", "ул Мясницкая, д 21, кв 8"),
        ],
    },
    Known {
        code: "dellin",
        stand_in: |clock| dellin::DellinStandIn::with_clock(clock),
        account: |url| dellin::account(url),
        from_point: "",
        buyers: &[buyer("", "420111", "Казань", "ул Баумана, 1, кв 5")],
    },
    Known {
        code: "dpd",
        stand_in: |clock| Arc::new(dpd::DpdStandIn::with_clock(clock)),
        account: dpd::account,
        from_point: "",
        buyers: &[buyer("001G", "196135", "Санкт-Петербург", "ул Алтайская, д 16, кв 2")],
    },
    Known {
        code: "pek",
        stand_in: |clock| pek::PekStandIn::with_clock(clock),
        account: |url| pek::account(url),
        from_point: PEK_MOSCOW,
        buyers: &[buyer("", "420111", "Казань", "ул Баумана, д 1, кв 5")],
    },
    Known {
        code: "post",
        stand_in: |_| post::PostStandIn::new(),
        account: post::account,
        from_point: "",
        buyers: &[buyer("", "630099", "Новосибирск", "Красный пр-т, д. 65, кв. 102")],
    },
];
