//! Goods arrive: announced and not, counted by two people at once, with what goes wrong at a dock.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::goods::{COSMETICS, SHOPS, TEA, TOYS, Trait};
use super::person::Person;
use super::sales::Sales;
use super::shops::{Market, Product};
use super::site::{DOCKS, Site, label, text_of};
use crate::barcodes::{OwnKind, check_digit};
use crate::units::{Clock, Day};

/// More than the orders will ask for; every fourth product has none, so that its bin gets empty.
const SPARE: i64 = 6;
const SPARE_NONE_EVERY: usize = 4;
/// Of every so many products the second of two people counts a half; the scanner in their hand is
/// slowed down when it sends much.
const SHARED_EVERY: usize = 5;
/// Announced, but not in the box.
const MISSING: i64 = 3;
/// The product of each shop of which some are missing.
const MISSING_OF: usize = 1;
const BLIND_PIECES: i64 = 20;
/// Products of the tea shop that are played with.
const TEAPOT: usize = 9;
const STRAINER: usize = 11;

/// Pieces of a product in somebody's hands, with the lot on their boxes.
#[derive(Debug, Clone)]
struct Portion<'m> {
    product: &'m Product,
    pieces: i64,
    lot: Option<(String, Day)>,
}

struct Delivery<'m> {
    shop: usize,
    number: String,
    /// Product, announced, really there.
    lines: Vec<(&'m Product, i64, i64)>,
    id: String,
}

/// All deliveries of the day; answers the pieces that came in.
pub(super) async fn receive_all(
    site: &Site,
    market: &Market,
    sales: &Sales,
) -> anyhow::Result<(i64, String)> {
    let mut deliveries = Vec::new();
    for shop in 0..SHOPS.len() {
        deliveries.push(announce(market, sales, shop).await?);
    }
    let mut people = Vec::new();
    for number in super::site::RECEIVERS {
        people.push(site.person(number).await?);
    }
    let [anna, igor, maria, petr] = people.as_mut_slice() else {
        anyhow::bail!("приёмщиков должно быть четверо");
    };
    let (left, right): (Vec<&Delivery<'_>>, Vec<&Delivery<'_>>) =
        deliveries.iter().partition(|delivery| delivery.shop % 2 == 0);
    tokio::try_join!(
        receive_several(site, market, &left, (anna, igor), DOCKS[0]),
        receive_several(site, market, &right, (maria, petr), DOCKS[1]),
    )?;
    blind(site, market, petr).await?;
    let mut received = BLIND_PIECES;
    for delivery in &deliveries {
        received += check(site, delivery).await?;
    }
    for person in &mut people {
        person.scan("LOGOUT").await?;
    }
    let count = deliveries.len() + 1;
    Ok((received, format!("поставок {count} (одна без заявки), штук {received}, приёмщиков 4")))
}

async fn announce<'m>(
    market: &'m Market,
    sales: &Sales,
    shop: usize,
) -> anyhow::Result<Delivery<'m>> {
    let demand = sales.demand();
    let number = format!("{}-D1", SHOPS[shop].prefix);
    let mut lines = Vec::new();
    for (index, product) in market.products.iter().enumerate() {
        if product.shop != shop {
            continue;
        }
        let place = lines.len();
        let spare = if place.is_multiple_of(SPARE_NONE_EVERY) { 0 } else { SPARE };
        let there = demand.get(&index).copied().unwrap_or_default() + spare;
        let announced = match place {
            _ if product.good.is(Trait::Perishable) => 10,
            MISSING_OF => there + MISSING,
            // One of the tea pots is damaged.
            TEAPOT if shop == TEA => there + 1,
            _ => there,
        };
        lines.push((product, announced, there));
    }
    lines.retain(|(_, announced, _)| *announced > 0);
    let told: Vec<Value> = lines
        .iter()
        .map(|(product, announced, _)| json!({ "article": product.article, "expected": announced }))
        .collect();
    let body = json!({ "external_number": number, "lines": told });
    let api = &market.clients[shop].api;
    let id = text_of(&api.post("/v1/inbounds", &body).await?, "id")?;
    let again = text_of(&api.post("/v1/inbounds", &body).await?, "id")?;
    ensure!(id == again, "поставка {number} заявлена дважды");
    Ok(Delivery { shop, number, lines, id })
}

async fn receive_several(
    site: &Site,
    market: &Market,
    deliveries: &[&Delivery<'_>],
    (first, second): (&mut Person, &mut Person),
    dock: &str,
) -> anyhow::Result<()> {
    for delivery in deliveries {
        receive(site, market, delivery, (first, second), dock)
            .await
            .with_context(|| format!("поставка {}", delivery.number))?;
    }
    Ok(())
}

async fn receive(
    site: &Site,
    market: &Market,
    delivery: &Delivery<'_>,
    (first, second): (&mut Person, &mut Person),
    dock: &str,
) -> anyhow::Result<()> {
    first.scan("RECEIVE").await?;
    first.scan(&delivery.number).await?;
    first.scan(&label(OwnKind::Bin, dock)?).await?;
    second.scan("RECEIVE").await?;
    second.scan(&delivery.number).await?;
    ensure!(second.says("Сканируйте товар"), "второй не у товара: {}", second.text());
    if delivery.shop == TEA {
        wrong_goods(market, first, second).await?;
    }
    let (ours, theirs) = portions(delivery);
    tokio::try_join!(count_all(first, &ours), count_all(second, &theirs))?;
    // The answer to the last scan got lost.
    second.repeats().await?;
    if delivery.shop == TEA {
        slips(market, first).await?;
    }
    first.scan("DONE").await?;
    first.scan("YES").await?;
    ensure!(first.says("закрыта. Расхождений"), "не закрыта: {}", first.text());
    if delivery.shop == TEA {
        let late = &delivery.lines[TEAPOT].0.code;
        second.refused(late, "закрыта", "скан в закрытую поставку").await?;
    }
    first.scan("MENU").await?;
    second.scan("MENU").await?;
    site.tally.caught("недостача названа при закрытии");
    Ok(())
}

/// What the two of them count, half of some lines each, one lot after the other.
fn portions<'m>(delivery: &Delivery<'m>) -> (Vec<Portion<'m>>, Vec<Portion<'m>>) {
    let today = Clock::system().now().moscow_day();
    let lots = [("L1", 200), ("L2", 420)].map(|(name, days)| (name, today.plus_days(days)));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (turn, (name, day)) in lots.into_iter().enumerate() {
        for (place, (product, _, there)) in delivery.lines.iter().enumerate() {
            let dated = product.good.is(Trait::Dated);
            let pieces = match (dated, turn) {
                _ if product.good.is(Trait::Perishable) => 0,
                (true, 0) => there / 2,
                (true, _) => there - there / 2,
                (false, 0) => *there,
                (false, _) => 0,
            };
            let lot = dated.then(|| (format!("{name}-{}", product.article), day));
            let half = if place.is_multiple_of(SHARED_EVERY) { pieces / 2 } else { 0 };
            for (hands, pieces) in [(&mut ours, pieces - half), (&mut theirs, half)] {
                if pieces > 0 {
                    hands.push(Portion { product, pieces, lot: lot.clone() });
                }
            }
        }
    }
    (ours, theirs)
}

async fn count_all(person: &mut Person, portions: &[Portion<'_>]) -> anyhow::Result<()> {
    for portion in portions {
        count(person, portion)
            .await
            .with_context(|| format!("{}, {} шт.", portion.product.article, portion.pieces))?;
    }
    Ok(())
}

/// Counts a portion and answers what the screen asks.
async fn count(person: &mut Person, portion: &Portion<'_>) -> anyhow::Result<()> {
    if portion.pieces > 1 {
        person.scan(&portion.pieces.to_string()).await?;
    }
    person.scan(&portion.product.code).await?;
    while let Some(answer) = answer(person, portion) {
        person.scan(&answer).await?;
    }
    ensure!(person.shown().feedback == "ok", "не принято: {}", person.text());
    Ok(())
}

/// The answer to the question on the screen, if there is one.
fn answer(person: &Person, portion: &Portion<'_>) -> Option<String> {
    let lot = portion.lot.as_ref();
    if person.says("введите партию") {
        return lot.map(|(code, _)| code.clone());
    }
    if person.says("Введите срок годности") {
        return lot.map(|(_, day)| day.russian_text());
    }
    person.says("Обмер:").then(|| measures(portion.product))
}

fn measures(product: &Product) -> String {
    let [length, width, height] = product.good.sides;
    format!("{length} {width} {height} {}", product.good.weight)
}

/// Things that do not belong to the delivery, each put aside with its number.
async fn wrong_goods(
    market: &Market,
    first: &mut Person,
    second: &mut Person,
) -> anyhow::Result<()> {
    let unknown = format!("460000000001{}", check_digit("460000000001")?);
    for person in [&mut *first, &mut *second] {
        person.warned(&unknown, "Неизвестный товар", "неизвестный штрихкод").await?;
        noted(person, 2).await?;
    }
    let foreign = market.of_shop(COSMETICS).next().context("нет чужого товара")?;
    second.warned(&foreign.code, "Чужой товар", "товар другого магазина").await?;
    noted(second, 1).await?;

    let cake = market.of_shop(TEA).find(|product| product.good.is(Trait::Perishable));
    let cake = cake.context("нет скоропортящегося товара")?;
    first.scan(&cake.code).await?;
    let kind = "товар не по правилам приёма";
    first.warned(&measures(cake), "не принимаем", kind).await?;
    noted(first, 10).await?;

    let tea = market.of_shop(TEA).next().context("нет чая")?;
    let old = Clock::system().now().moscow_day().plus_days(12).russian_text();
    for data in [tea.code.as_str(), "OLD-01", &old] {
        first.scan(data).await?;
    }
    first.warned(&measures(tea), "слишком близко", "партия с истекающим сроком").await?;
    noted(first, 4).await
}

async fn noted(person: &mut Person, pieces: i64) -> anyhow::Result<()> {
    person.scan(&pieces.to_string()).await?;
    ensure!(person.says("Записано в расхождения"), "не записано: {}", person.text());
    Ok(())
}

/// A piece taken back, a broken one, and one too many.
async fn slips(market: &Market, person: &mut Person) -> anyhow::Result<()> {
    let mut goods = market.of_shop(TEA);
    let teapot = goods.nth(TEAPOT).context("нет чайника")?;
    let one = Portion { product: teapot, pieces: 1, lot: None };
    count(person, &one).await?;
    person.scan("UNDO").await?;
    ensure!(person.says("Отменено"), "не отменено: {}", person.text());
    person.scan("DAMAGED").await?;
    count(person, &one).await?;
    let strainer = market.of_shop(TEA).nth(STRAINER).context("нет ситечка")?;
    person.warned(&strainer.code, "Излишек", "излишек").await?;
    person.scan("YES").await
}

/// A delivery that nobody announced.
async fn blind(site: &Site, market: &Market, person: &mut Person) -> anyhow::Result<()> {
    let toy = market.of_shop(TOYS).next().context("нет игрушки")?;
    let dock = label(OwnKind::Bin, DOCKS[2])?;
    person.scan("RECEIVE").await?;
    person.refused("НЕТ-ТАКОЙ", "Нет открытой", "неизвестная поставка").await?;
    for data in ["NEW", SHOPS[TOYS].code, &dock] {
        person.scan(data).await?;
    }
    count(person, &Portion { product: toy, pieces: BLIND_PIECES, lot: None }).await?;
    for data in ["DONE", "YES", "MENU"] {
        person.scan(data).await?;
    }
    site.tally.caught("поставка без заявки");
    Ok(())
}

/// Holds what was noted against what was played; answers the pieces received.
async fn check(site: &Site, delivery: &Delivery<'_>) -> anyhow::Result<i64> {
    let inbound = site.dispatch.get(&format!("/v1/inbounds/{}", delivery.id)).await?;
    ensure!(inbound["state"] == "closed", "{}: {}", delivery.number, inbound["state"]);
    let list = |field: &str| inbound[field].as_array().cloned().unwrap_or_default();
    let differences = list("discrepancies");
    let kinds: BTreeSet<&str> =
        differences.iter().filter_map(|difference| difference["kind"].as_str()).collect();
    let expected: &[&str] = if delivery.shop == TEA {
        &["damage", "other_owner", "refused", "shortage", "surplus", "unknown_goods"]
    } else {
        &["shortage"]
    };
    ensure!(
        kinds == expected.iter().copied().collect(),
        "{}: расхождения {kinds:?}, ожидались {expected:?}",
        delivery.number
    );
    let received: i64 = list("lines").iter().filter_map(|line| line["received"].as_i64()).sum();
    let there: i64 = delivery
        .lines
        .iter()
        .filter(|line| !line.0.good.is(Trait::Perishable))
        .map(|line| line.2)
        .sum();
    // The tea shop's surplus and broken piece.
    let more = if delivery.shop == TEA { 2 } else { 0 };
    ensure!(received == there + more, "{}: принято {received}, было {there}", delivery.number);
    Ok(received)
}
