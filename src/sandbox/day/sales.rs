//! Four hundred orders of the day, by the shops' keys.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::goods::{SHOPS, Trait};
use super::report::Tally;
use super::shops::{Market, Product};
use crate::sandbox::carriers::all::{self, Buyer};
use crate::sandbox::dice::Dice;

pub(super) const ORDERS: usize = 400;
const SEED: u64 = 20_260_301;
const BATCH: usize = 40;
/// Of every so many orders one is paid on delivery.
const COD_EVERY: usize = 3;
/// Cancelled before a wave takes them.
const CANCELLED_EARLY: usize = 3;

/// Served by files: nobody has programmed it.
const FILE_CARRIER: &str = "sosed";
const FILE_ROUTES: [Route; 2] = [
    Route {
        carrier: FILE_CARRIER, buyer: door("77-031", "Москва", "ул. Лесная, д. 7, кв. 14")
    },
    Route {
        carrier: FILE_CARRIER, buyer: door("", "Казань", "ул. Баумана, д. 21")
    },
];

const fn door(point: &'static str, city: &'static str, line: &'static str) -> Buyer {
    Buyer { point, postcode: "", city, line }
}

/// How an order goes to its buyer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) carrier: &'static str,
    pub(super) buyer: Buyer,
}

/// So often each way by files is taken when each way of a carrier is taken once: half of the day.
const FILE_SHARE: usize = 4;

/// All ways: those of the sandbox's carriers, and by files.
pub(super) fn routes() -> Vec<Route> {
    let known = all::ALL.iter().flat_map(|known| {
        known.buyers.iter().map(|buyer| Route { carrier: known.code, buyer: *buyer })
    });
    known.chain(std::iter::repeat_n(FILE_ROUTES, FILE_SHARE).flatten()).collect()
}

/// Codes of all carriers that orders name.
pub(super) fn carriers() -> Vec<&'static str> {
    all::ALL.iter().map(|known| known.code).chain([FILE_CARRIER]).collect()
}

const BUYERS: [&str; 8] = [
    "Иванова Елена",
    "Петров Андрей",
    "Сидорова Татьяна",
    "Ким Виктор",
    "Абдуллина Гузель",
    "Шевченко Роман",
    "Морозова Юлия",
    "Тихонов Глеб",
];

/// An order as its shop wrote it.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) shop: usize,
    pub(super) number: String,
    pub(super) route: Route,
    /// Indices of products with pieces.
    pub(super) lines: Vec<(usize, i64)>,
    cod: bool,
    buyer: usize,
    pub(super) id: Option<String>,
}

/// All orders of the day.
pub(super) struct Sales {
    pub(super) orders: Vec<Order>,
    /// Cancelled so far.
    pub(super) cancelled: usize,
    /// Wait for goods that nobody has.
    pub(super) hopeless: usize,
}

/// What will be ordered, before anything is there: deliveries follow it.
pub(super) fn plan(market: &Market) -> Sales {
    let mut dice = Dice::new(SEED);
    let routes = routes();
    let orders = (0..ORDERS).map(|index| order(market, &routes, &mut dice, index)).collect();
    Sales { orders, cancelled: 0, hopeless: 0 }
}

fn order(market: &Market, routes: &[Route], dice: &mut Dice, index: usize) -> Order {
    let shop = index % SHOPS.len();
    let sold: Vec<usize> = (0..market.products.len())
        .filter(|product| {
            let product = &market.products[*product];
            product.shop == shop && !product.good.is(Trait::Perishable)
        })
        .collect();
    let mut lines = BTreeMap::new();
    for _ in 0..=dice.roll(3) {
        let pieces = if dice.roll(10) == 0 { 3 } else { 1 + i64::from(dice.roll(4) == 0) };
        lines.insert(sold[dice.roll(sold.len())], pieces);
    }
    Order {
        shop,
        number: format!("{}-{}", SHOPS[shop].prefix, 1_000 + index),
        route: routes[dice.roll(routes.len())],
        lines: lines.into_iter().collect(),
        cod: index.is_multiple_of(COD_EVERY),
        buyer: dice.roll(BUYERS.len()),
        id: None,
    }
}

impl Sales {
    /// Pieces of each product that will be asked for.
    pub(super) fn demand(&self) -> HashMap<usize, i64> {
        let mut demand = HashMap::new();
        for (product, pieces) in self.orders.iter().flat_map(|order| &order.lines) {
            *demand.entry(*product).or_default() += pieces;
        }
        demand
    }

    pub(super) fn lines(&self) -> usize {
        self.orders.iter().map(|order| order.lines.len()).sum()
    }

    pub(super) fn by_number(&self, number: &str) -> anyhow::Result<&Order> {
        let found = self.orders.iter().find(|order| order.number == number);
        found.with_context(|| format!("заказа {number} нет"))
    }

    /// The shop cancels an order.
    pub(super) async fn cancel(&mut self, market: &Market, number: &str) -> anyhow::Result<()> {
        let order = self.by_number(number)?;
        let id = order.id.as_ref().with_context(|| format!("заказ {number} не принят"))?;
        let body = json!({ "reason": "покупатель передумал" });
        let api = &market.clients[order.shop].api;
        let answer = api.post(&format!("/v1/orders/{id}/cancel"), &body).await?;
        ensure!(answer["state"] == "cancelled", "отмена {number}: {}", answer["state"]);
        self.cancelled += 1;
        Ok(())
    }

    /// Cancels by the id of the order.
    pub(super) async fn cancel_id(&mut self, market: &Market, id: &str) -> anyhow::Result<()> {
        let mut all = self.orders.iter();
        let found = all.find(|order| order.id.as_deref() == Some(id));
        let number = found.with_context(|| format!("заказа {id} нет"))?.number.clone();
        self.cancel(market, &number).await
    }

    fn of_shop(&self, shop: usize) -> Vec<usize> {
        (0..self.orders.len()).filter(|index| self.orders[*index].shop == shop).collect()
    }
}

/// The shops send their orders.
pub(super) async fn take_in(
    market: &Market,
    mut sales: Sales,
    tally: &Tally,
) -> anyhow::Result<(Sales, String)> {
    let mut reserved = 0;
    for shop in 0..market.clients.len() {
        let numbers = sales.of_shop(shop);
        for part in numbers.chunks(BATCH) {
            reserved += batch(market, &mut sales, shop, part).await?;
        }
    }
    ensure!(reserved == ORDERS, "в резерве {reserved} заказов из {ORDERS}");
    twice(market, &sales, tally).await?;
    hopeless(market, &mut sales, tally).await?;
    let early: Vec<String> =
        sales.orders.iter().take(CANCELLED_EARLY).map(|order| order.number.clone()).collect();
    for number in early {
        sales.cancel(market, &number).await?;
    }
    let came_to = format!(
        "заказов {ORDERS}, строк {}, в резерве {reserved}, отменено до волны {CANCELLED_EARLY}",
        sales.lines()
    );
    Ok((sales, came_to))
}

async fn batch(
    market: &Market,
    sales: &mut Sales,
    shop: usize,
    part: &[usize],
) -> anyhow::Result<usize> {
    let bodies: Vec<Value> = part.iter().map(|index| body(market, &sales.orders[*index])).collect();
    let api = &market.clients[shop].api;
    let answer = api.post("/v1/orders/batch", &json!({ "orders": bodies })).await?;
    let items = answer["items"].as_array().context("нет списка заказов")?;
    ensure!(items.len() == part.len(), "отвечено {} из {}", items.len(), part.len());
    let mut reserved = 0;
    for (index, item) in part.iter().zip(items) {
        ensure!(item["outcome"] == "created", "заказ не принят: {item}");
        sales.orders[*index].id = item["order_id"].as_str().map(str::to_owned);
        reserved += usize::from(item["state"] == "reserved");
    }
    Ok(reserved)
}

fn body(market: &Market, order: &Order) -> Value {
    let product = |index: usize| -> &Product { &market.products[index] };
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|(index, pieces)| {
            let price = product(*index).good.price * 100;
            json!({
                "article": product(*index).article, "quantity": pieces, "price_kopecks": price,
            })
        })
        .collect();
    let sum: i64 =
        order.lines.iter().map(|(index, pieces)| product(*index).good.price * 100 * pieces).sum();
    let Route { carrier, buyer } = order.route;
    json!({
        "external_number": order.number, "carrier": carrier, "pickup_point": buyer.point,
        "recipient": {
            "name": BUYERS[order.buyer], "phone": "+79001234567", "postcode": buyer.postcode,
            "city": buyer.city, "address": buyer.line,
        },
        "cod_kopecks": if order.cod { sum } else { 0 },
        "lines": lines,
    })
}

/// The same orders once more are the same; another one under a known number is refused.
async fn twice(market: &Market, sales: &Sales, tally: &Tally) -> anyhow::Result<()> {
    let known: Vec<&Order> = sales.orders.iter().filter(|order| order.shop == 0).take(5).collect();
    let mut bodies: Vec<Value> = known.iter().map(|order| body(market, order)).collect();
    bodies[4]["lines"][0]["quantity"] = json!(7);
    let api = &market.clients[0].api;
    let answer = api.post("/v1/orders/batch", &json!({ "orders": bodies })).await?;
    let outcomes: Vec<&str> = answer["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item["outcome"].as_str())
        .collect();
    let expected = ["exists", "exists", "exists", "exists", "order_exists"];
    ensure!(outcomes == expected, "повтор заказов: {outcomes:?}");
    for _ in 0..4 {
        tally.caught("заказ прислан дважды");
    }
    tally.caught("другой заказ под занятым номером");
    let unknown = json!({
        "external_number": "CHAI-ошибка", "carrier": "post", "recipient": { "name": "Нет" },
        "lines": [{ "article": "НЕТ-ТАКОГО", "quantity": 1 }],
    });
    api.refused("/v1/orders", &unknown, "input_invalid").await?;
    tally.caught("заказ с неизвестным артикулом");
    Ok(())
}

/// Somebody wants more than there is: the order waits, and is told why.
async fn hopeless(market: &Market, sales: &mut Sales, tally: &Tally) -> anyhow::Result<()> {
    let shop = super::goods::TOYS;
    let wanted = market.of_shop(shop).next().context("у магазина нет товаров")?;
    let order = json!({
        "external_number": "IGR-OPT-1", "carrier": "post",
        "recipient": { "name": "Детский сад № 5", "city": "Тула" },
        "lines": [{ "article": wanted.article, "quantity": 5_000 }],
    });
    let api = &market.clients[shop].api;
    let made = api.attempt("/v1/orders", "igr-opt-1", &order).await?;
    let again = api.attempt("/v1/orders", "igr-opt-1", &order).await?;
    ensure!(made.is_success() && made == again, "повтор с тем же ключом: {}", again.body);
    tally.caught("запрос повторён с тем же ключом");
    ensure!(made.body["state"] == "accepted", "состояние {}", made.body["state"]);
    let id = made.body["id"].as_str().context("нет id")?;
    let why = api.get(&format!("/v1/orders/{id}/reservation")).await?;
    let reasons = why["lines"][0]["reasons"].as_array().map_or(0, Vec::len);
    ensure!(reasons > 0, "не объяснено, почему заказ не в резерве: {why}");
    tally.caught("заказ больше остатка: объяснено почему");
    sales.hopeless += 1;
    Ok(())
}
