//! What was picked for nobody goes back to the shelf.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::person::{Person, between};
use super::shops::Market;
use super::site::{PICKERS, RETURN_BIN, Site, label, text_of};
use crate::barcodes::OwnKind;

/// Tote by tote, as the handheld says; answers the pieces.
pub(super) async fn put_back(site: &Site, market: &Market) -> anyhow::Result<i64> {
    let lines = site.dispatch.list("/v1/put-backs").await?;
    let Some(first) = lines.first() else { return Ok(0) };
    let path = format!("/v1/put-backs/{}/confirm", text_of(first, "id")?);
    let many = json!({ "bin_code": RETURN_BIN, "pieces": left(first)? + 1 });
    site.dispatch.refused(&path, &many, "put_back_too_many").await?;
    site.tally.caught("возврат больше взятого");

    let mut person = site.person(PICKERS.start).await?;
    person.scan("PUT_BACK").await?;
    let places: Result<BTreeSet<String>, _> =
        lines.iter().map(|line| text_of(line, "place_code")).collect();
    for place in places? {
        from(site, market, &mut person, &place).await.with_context(|| format!("из {place}"))?;
    }
    person.scan("LOGOUT").await?;
    let open = site.dispatch.list("/v1/put-backs").await?;
    ensure!(open.is_empty(), "осталось вернуть: {}", open.len());
    lines.iter().map(left).sum()
}

fn left(line: &Value) -> anyhow::Result<i64> {
    let figures = line["quantity"].as_i64().zip(line["done"].as_i64());
    let (quantity, done) = figures.with_context(|| format!("возврат: {line}"))?;
    Ok(quantity - done)
}

/// Everything that the screen lists for a tote.
async fn from(
    site: &Site,
    market: &Market,
    person: &mut Person,
    place: &str,
) -> anyhow::Result<()> {
    person.scan(place).await?;
    while person.says("Сканируйте товар из тары") {
        let lines = &person.shown().lines;
        let line = lines.iter().find(|line| line.contains(": вернуть "));
        let product = line.and_then(|line| market.on_screen(line));
        let product = product.with_context(|| format!("товар: {}", person.text()))?;
        person.scan(&product.code).await?;
        if person.says("Какой именно") {
            person.scan("1").await?;
        }
        let bin = match between(&person.text(), "Несите в ", " ") {
            Some(bin) => bin.to_owned(),
            None => RETURN_BIN.to_owned(),
        };
        ensure!(site.bins.contains(&bin), "ячейки {bin} нет: {}", person.text());
        person.scan(&label(OwnKind::Bin, &bin)?).await?;
        ensure!(person.says("Возвращено"), "не возвращено: {}", person.text());
    }
    Ok(())
}
