//! From the docks to the shelves, where the screen says.

use anyhow::{Context, ensure};

use super::goods::Trait;
use super::person::{Person, between, words};
use super::shops::{Market, Product};
use super::site::{SPARE_BIN, Site, label};
use crate::barcodes::OwnKind;

/// Who puts away: two with a full screen, one with a line scanner.
const PEOPLE: [usize; 3] = [0, 2, 1];
const BARE_HANDS: usize = 2;
const BARE_EVERY: usize = 6;

/// Everything to its bin; answers how many times somebody went.
pub(super) async fn put_all(site: &Site, market: &Market) -> anyhow::Result<(i64, String)> {
    let mut hands: [Vec<&Product>; 3] = Default::default();
    for (index, product) in market.products.iter().enumerate() {
        let plain = !product.good.is(Trait::Dated) && !product.good.is(Trait::Shared);
        // Goods of several lots are told apart on a list that a line scanner does not show.
        let whose = match product.good.is(Trait::Shared) {
            true => 0,
            false if plain && index % BARE_EVERY == 0 => BARE_HANDS,
            false => index % 2,
        };
        hands[whose].push(product);
    }
    let [first, second, third] = &hands;
    let (a, b, c) = tokio::try_join!(
        put_several(site, PEOPLE[0], first),
        put_several(site, PEOPLE[1], second),
        put_several(site, PEOPLE[2], third),
    )?;
    let placed = a + b + c;
    Ok((placed, format!("размещений {placed}, одно вопреки подсказке")))
}

async fn put_several(site: &Site, who: usize, products: &[&Product]) -> anyhow::Result<i64> {
    let mut person = site.person(who).await?;
    person.scan("PUTAWAY").await?;
    let mut placed = 0;
    for product in products {
        let stubborn = who == PEOPLE[0] && placed == 0;
        placed += put(site, &mut person, product, stubborn)
            .await
            .with_context(|| format!("размещение {}", product.article))?;
    }
    person.scan("LOGOUT").await?;
    Ok(placed)
}

/// All that waits of a product, lot by lot and bin by bin.
async fn put(
    site: &Site,
    person: &mut Person,
    product: &Product,
    stubborn: bool,
) -> anyhow::Result<i64> {
    let mut placed = 0;
    loop {
        person.send(&product.code).await?;
        if person.says("в приёмке нет") {
            return Ok(placed);
        }
        ensure!(!person.shown().is_error(), "не принято: {}", person.text());
        if person.says("Какой именно") {
            let Some(line) = line_of(&person.text(), &product.article) else {
                // Only the other shop's goods with the same code are left.
                person.scan("NO").await?;
                return Ok(placed);
            };
            person.scan(&line).await?;
        }
        if stubborn && placed == 0 {
            let spare = label(OwnKind::Bin, SPARE_BIN)?;
            let kind = "ячейка не та, что предложена";
            person.warned(&spare, "ещё раз", kind).await?;
            person.scan(&spare).await?;
            placed += 1;
        }
        while let Some(bin) = between(&person.text(), "Несите в ", " ") {
            ensure!(site.bins.contains(bin.trim_end_matches('.')), "нет ячейки {bin}");
            let bin = label(OwnKind::Bin, bin.trim_end_matches('.'))?;
            person.scan(&bin).await?;
            placed += 1;
        }
        if person.says("Какой именно") || person.says("дважды") {
            anyhow::bail!("{}: некуда положить: {}", person.name(), person.text());
        }
    }
}

/// The number of the line that names the article.
fn line_of(text: &str, article: &str) -> Option<String> {
    let all: Vec<&str> = words(text).collect();
    let pair = all.windows(2).find(|pair| pair[1] == article && pair[0].parse::<u8>().is_ok());
    pair.map(|pair| pair[0].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_found_by_its_article() {
        let text = "Какой именно? Введите номер 1 POS-01 · PR-02 · 6 шт. 2 CHAI-11 · PR-01 · 4 шт.";
        assert_eq!(line_of(text, "CHAI-11").as_deref(), Some("2"));
        assert_eq!(line_of(text, "CHAI-12"), None);
    }
}
