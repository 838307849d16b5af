//! What is agreed before money moves: with carriers, with the bank, with shops.

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::{Office, number};
use crate::bank::requisites::is_account;
use crate::sandbox::client::ApiClient;
use crate::sandbox::day::shops::{Client, Market};
use crate::sandbox::day::site::{Site, text_of};

/// The operator's contract with each carrier.
pub(super) const CONTRACT: &str = "НП-15/2026";
const SINCE: &str = "2026-01-01";
pub(super) const OPERATOR: &str = "ООО «Амбар»";
pub(super) const OPERATOR_INN: &str = "7707083893";
pub(super) const ACCOUNT: &str = "40702810400000000225";
pub(super) const BIC: &str = "044525225";
const BANK: &str = "ПАО СБЕРБАНК";
const CORR_ACCOUNT: &str = "30101810400000000225";
/// Of the first so many shops charges are set off, as their contracts say.
const SET_OFF_SHOPS: usize = 3;

/// Code, taxpayer who pays, and what may be kept: hundredths of a per cent, the least for a parcel.
const TERMS: [(&str, &str, i64, i64); 7] = [
    ("5post", "7701001012", 150, 0),
    ("boxberry", "7701002023", 300, 3_000),
    ("cdek", "7701003034", 250, 0),
    ("dellin", "7701004045", 125, 2_500),
    ("dpd", "7701005056", 180, 1_500),
    ("pek", "7701006067", 200, 6_000),
    ("post", "7701007078", 175, 0),
];

/// A carrier as the accountants know it.
pub(super) struct Partner {
    pub(super) code: &'static str,
    pub(super) name: String,
    pub(super) inn: &'static str,
    rate_bp: i64,
    minimum: i64,
    /// What it brought, by our numbers.
    pub(super) parcels: Vec<Brought>,
}

/// A parcel that reached its buyer.
pub(super) struct Brought {
    pub(super) track: String,
    /// The shop's number of the order; empty where nothing was paid on delivery.
    pub(super) order: String,
    /// What the buyer paid there.
    pub(super) cod: i64,
    pub(super) quoted: i64,
    /// Grams, on our scales.
    pub(super) weight: i64,
}

impl Partner {
    /// What it may keep of a payment; half a kopeck counts as a whole one.
    pub(super) fn fee(&self, collected: i64) -> i64 {
        ((collected * self.rate_bp + 5_000) / 10_000).max(self.minimum)
    }

    /// Who pays for it.
    pub(super) fn payer(&self) -> String {
        format!("Расчётный центр {}", self.name)
    }
}

/// An account at the bank, of which one digit is the control.
pub(super) fn account(number: usize) -> String {
    let with = |control: usize| format!("40702810{control}{number:011}");
    let found = (0..10).map(with).find(|account| is_account(account, BIC));
    found.expect("one of ten digits is the control")
}

pub(super) async fn open<'a>(
    site: &'a Site,
    market: &'a Market,
    papers: &'a Path,
) -> anyhow::Result<(Office<'a>, String)> {
    let clerk = &site.clerk;
    let partners = partners(site).await?;
    for partner in &partners {
        with_carrier(clerk, partner).await?;
    }
    let mode = json!({ "valid_from": SINCE, "mode": "general", "tax_system": "osn" });
    clerk.put("/v1/vat-modes", &mode).await?;
    let body = json!({
        "number": ACCOUNT, "bic": BIC, "bank_name": BANK, "corr_account": CORR_ACCOUNT,
        "name": OPERATOR, "inn": OPERATOR_INN, "kpp": "770701001",
    });
    let account = text_of(&clerk.post("/v1/bank/accounts", &body).await?, "id")?;
    for (index, shop) in market.clients.iter().enumerate() {
        with_shop(clerk, index, shop).await?;
    }
    let came_to = format!(
        "перевозчиков {}, агентских договоров {}, вручено мест {}",
        partners.len(),
        market.clients.len(),
        partners.iter().map(|partner| partner.parcels.len()).sum::<usize>()
    );
    let (chief, tally, shops) = (&site.chief, &site.tally, market.clients.as_slice());
    Ok((Office { clerk, chief, tally, shops, partners, account, papers }, came_to))
}

async fn partners(site: &Site) -> anyhow::Result<Vec<Partner>> {
    let cod = site.clerk.list("/v1/cod").await?;
    let mut partners: Vec<Partner> = Vec::new();
    let mut shipments = site.dispatch.list("/v1/shipments?state=registered").await?;
    shipments.retain(|shipment| shipment["status"] == "delivered");
    for (code, inn, rate_bp, minimum) in TERMS {
        let own = || shipments.iter().filter(|shipment| shipment["carrier"] == code);
        let first = own().next().with_context(|| format!("{code} ничего не вручил"))?;
        let name = text_of(first, "carrier_name")?;
        let mut parcels = Vec::new();
        for shipment in own() {
            parcels.push(brought(&site.dispatch, shipment, &cod).await?);
        }
        partners.push(Partner { code, name, inn, rate_bp, minimum, parcels });
    }
    Ok(partners)
}

async fn brought(dispatch: &ApiClient, shipment: &Value, cod: &[Value]) -> anyhow::Result<Brought> {
    let parcel = text_of(shipment, "parcel_id")?;
    let known = dispatch.get(&format!("/v1/parcels/{parcel}")).await?;
    let money = cod.iter().find(|money| money["parcel_id"] == parcel.as_str());
    let (mut order, mut paid) = (String::new(), 0);
    if let Some(money) = money {
        (order, paid) = (text_of(money, "order_number")?, number(money, "collected_kopecks")?);
        ensure!(paid == number(money, "expected_kopecks")?, "вручено, но не оплачено: {money}");
    }
    Ok(Brought {
        track: text_of(shipment, "track")?,
        order,
        cod: paid,
        quoted: number(shipment, "quoted_kopecks")?,
        weight: number(&known, "weight_g")?,
    })
}

async fn with_carrier(clerk: &ApiClient, partner: &Partner) -> anyhow::Result<()> {
    let Partner { code, inn, rate_bp, minimum, .. } = partner;
    let terms = json!({
        "carrier": code, "method": "any", "valid_from": SINCE, "rate_bp": rate_bp,
        "minimum_kopecks": minimum,
    });
    clerk.put("/v1/cod-fee-terms", &terms).await?;
    let contract = json!({ "carrier": code, "number": CONTRACT });
    clerk.post("/v1/cod-contracts", &contract).await?;
    let payers = json!({
        "carrier": code, "payers": [{ "inn": inn, "name": partner.payer() }],
    });
    clerk.put("/v1/cod-payers", &payers).await?;
    Ok(())
}

async fn with_shop(clerk: &ApiClient, index: usize, client: &Client) -> anyhow::Result<()> {
    let shop = client.shop;
    let terms = json!({
        "valid_from": SINCE, "contract_number": format!("АД-{}", shop.contract),
        "contract_day": SINCE, "agent_name": OPERATOR, "agent_inn": OPERATOR_INN,
        "fee_bp": 150, "fee_minimum_kopecks": 1_500,
        "set_off": index < SET_OFF_SHOPS, "advance": false, "payout_minimum_kopecks": 0,
        "payee": {
            "name": format!("ООО «{}»", plain(shop.name)), "inn": shop.inn,
            "kpp": format!("{}01001", &shop.inn[..4]), "account": account(index + 1),
            "bank_name": BANK, "bic": BIC, "corr_account": CORR_ACCOUNT,
        },
    });
    clerk.put(&format!("/v1/owners/{}/agency-terms", client.owner), &terms).await?;
    Ok(())
}

/// The name between the quotes: of «Чайная лавка «Самовар»» the last word.
fn plain(name: &str) -> &str {
    name.split(['«', '»']).nth(1).unwrap_or(name)
}
