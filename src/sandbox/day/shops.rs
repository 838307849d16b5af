//! The shops move in: contracts, keys, products.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::goods::{Good, SHOPS, Shop, TEA, Trait};
use super::person::words;
use super::site::{Site, text_of};
use crate::sandbox::client::ApiClient;

/// A product as the day's people know it.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) shop: usize,
    pub(super) id: String,
    pub(super) article: String,
    /// What is scanned: the maker's barcode, the one we gave, or before that the article.
    pub(super) code: String,
    pub(super) good: &'static Good,
}

/// A shop with its key.
pub(super) struct Client {
    pub(super) shop: &'static Shop,
    /// Its id.
    pub(super) owner: String,
    pub(super) api: ApiClient,
    pub(super) key: String,
}

/// All shops and all of their goods.
pub(super) struct Market {
    pub(super) clients: Vec<Client>,
    pub(super) products: Vec<Product>,
}

impl Market {
    /// The product that a screen names by its article.
    pub(super) fn on_screen(&self, text: &str) -> Option<&Product> {
        words(text).find_map(|word| self.products.iter().find(|known| known.article == word))
    }

    pub(super) fn of_shop(&self, shop: usize) -> impl Iterator<Item = &Product> {
        self.products.iter().filter(move |product| product.shop == shop)
    }

    /// A product that is certainly not `product`.
    pub(super) fn other_than(&self, product: &Product) -> anyhow::Result<&Product> {
        let other = self.products.iter().find(|known| {
            known.article != product.article
                && known.code != product.code
                && !known.good.is(Trait::Shared)
        });
        other.context("второго товара нет")
    }

    /// After receiving, goods without a maker's barcode carry ours.
    pub(super) async fn labels_read(&mut self) -> anyhow::Result<usize> {
        let mut labelled = 0;
        for (shop, client) in self.clients.iter().enumerate() {
            for found in client.api.list("/v1/products").await? {
                let Some(code) = internal_code(&found) else { continue };
                let article = text_of(&found, "article")?;
                let known = self.products.iter_mut().filter(|product| product.shop == shop);
                for product in known.filter(|product| product.article == article) {
                    product.code.clone_from(&code);
                    labelled += 1;
                }
            }
        }
        Ok(labelled)
    }
}

fn internal_code(product: &Value) -> Option<String> {
    let codes = product["barcodes"].as_array()?;
    let internal = codes.iter().find(|code| code["kind"] == "internal")?;
    internal["value"].as_str().map(str::to_owned)
}

pub(super) async fn move_in(site: &Site) -> anyhow::Result<(Market, String)> {
    let mut market = Market { clients: Vec::new(), products: Vec::new() };
    for (index, shop) in SHOPS.iter().enumerate() {
        let client = client(site, shop).await?;
        market.products.extend(products(&client, index).await?);
        if index == TEA {
            shopkeeper(site, &client.owner).await?;
        }
        market.clients.push(client);
    }
    isolation(site, &market).await?;
    let came_to = format!(
        "магазинов {}, товаров {}, без штрихкода {}",
        market.clients.len(),
        market.products.len(),
        market.products.iter().filter(|product| product.good.is(Trait::Bare)).count()
    );
    Ok((market, came_to))
}

async fn client(site: &Site, shop: &'static Shop) -> anyhow::Result<Client> {
    let body = json!({
        "code": shop.code, "name": shop.name, "inn": shop.inn, "order_policy": shop.policy,
    });
    let owner = text_of(&site.desk.post("/v1/owners", &body).await?, "id")?;
    let contract = json!({
        "number": shop.contract, "valid_from": "2026-01-01", "owners_may_mix": true,
        "terms": { "storage_kopecks_per_litre_day": 12 },
    });
    site.desk.post(&format!("/v1/owners/{owner}/contracts"), &contract).await?;
    let vat = json!({ "valid_from": "2019-01-01", "mode": "general", "tax_system": "osn" });
    site.desk.put(&format!("/v1/owners/{owner}/vat-modes"), &vat).await?;
    let terms = json!({ "goal": "cheapest", "phone": "+74957654321" });
    site.desk.put(&format!("/v1/owners/{owner}/delivery-terms"), &terms).await?;
    let body = json!({ "owner_id": owner, "name": "Сайт магазина" });
    let key = text_of(&site.desk.post("/v1/api-keys", &body).await?, "token")?;
    let api = site.desk.with_token(&key);
    Ok(Client { shop, owner, api, key })
}

async fn shopkeeper(site: &Site, owner: &str) -> anyhow::Result<()> {
    let body = json!({
        "login": "samovar", "name": "Хозяин «Самовара»", "roles": ["shop_owner"],
        "owner_id": owner,
    });
    site.desk.post("/v1/users", &body).await?;
    Ok(())
}

async fn products(client: &Client, shop: usize) -> anyhow::Result<Vec<Product>> {
    let mut items = Vec::new();
    for (index, good) in client.shop.goods.iter().enumerate() {
        items.push(item(client.shop, shop, index, good)?);
    }
    let made = client.api.post("/v1/products/batch", &json!({ "items": items })).await?;
    let made = made["items"].as_array().context("нет списка товаров")?;
    ensure!(made.len() == items.len(), "создано {} из {}", made.len(), items.len());
    let mut products = Vec::new();
    for (index, (good, made)) in client.shop.goods.iter().zip(made).enumerate() {
        let refused = made["refused_by"].as_array().is_some_and(|rules| !rules.is_empty());
        ensure!(refused == good.is(Trait::Perishable), "правила приёма: {made}");
        let article = text_of(made, "article")?;
        let code = good.maker_code(shop, index)?.unwrap_or_else(|| article.clone());
        products.push(Product { shop, id: text_of(made, "id")?, article, code, good });
    }
    Ok(products)
}

fn item(shop: &Shop, number: usize, index: usize, good: &Good) -> anyhow::Result<Value> {
    let barcodes: Vec<Value> = good
        .maker_code(number, index)?
        .map(|value| json!({ "kind": "gtin", "value": value }))
        .into_iter()
        .collect();
    let [length, width, height] = good.sides;
    let dated = good.is(Trait::Dated);
    let mut item = json!({
        "article": format!("{}-{:02}", shop.prefix, index + 1),
        "name": good.name,
        "category": if good.is(Trait::Perishable) { "perishable_food" } else { "general" },
        "fragile": good.is(Trait::Fragile), "liquid": good.is(Trait::Liquid),
        "own_box": good.is(Trait::OwnBox), "marked": good.is(Trait::Marked), "lot_tracked": dated, "expiry_tracked": dated,
        "shelf_life_days_min": if dated { 60 } else { 0 },
        "barcodes": barcodes,
    });
    // Sizes of bare goods nobody knows before they are measured here.
    if !good.is(Trait::Bare) {
        item["length_mm"] = json!(length);
        item["width_mm"] = json!(width);
        item["height_mm"] = json!(height);
        item["weight_g"] = json!(good.weight);
    }
    Ok(item)
}

/// A shop sees nothing of another one.
async fn isolation(site: &Site, market: &Market) -> anyhow::Result<()> {
    let [first, second, ..] = market.clients.as_slice() else { return Ok(()) };
    let foreign = market.of_shop(1).next().context("у второго магазина нет товаров")?;
    first.api.get_refused(&format!("/v1/products/{}", foreign.id), "not_found").await?;
    second.api.get_refused("/v1/waves", "forbidden").await?;
    site.tally.caught("чужое по ключу магазина не видно");
    Ok(())
}
