//! Handover: parcels are loaded by scan, manifests closed, papers written.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::person::{Person, words};
use super::report::HandedOver;
use super::sales::{Sales, carriers};
use super::site::{PACKERS, Site, label, text_of};
use super::tables::Packed;
use crate::barcodes::OwnKind;

/// Carrier and point of a manifest: those with an interface take everything together.
type Route = (String, String);

/// Everything to its truck; answers the manifests.
pub(super) async fn load_all(
    site: &Site,
    sales: &Sales,
    packed: &[Packed],
    cancelled: &Packed,
    papers: &Path,
) -> anyhow::Result<(Vec<HandedOver>, String)> {
    let by_carrier = site.couriers.carriers_of_parcels(&site.dispatch).await?;
    let mut piles: BTreeMap<Route, Vec<&str>> = BTreeMap::new();
    for done in packed {
        let ordered = sales.by_number(&done.order)?.route;
        let route = match by_carrier.get(&done.parcel) {
            Some(carrier) => (carrier.clone(), String::new()),
            None => (ordered.carrier.to_owned(), ordered.buyer.point.to_owned()),
        };
        piles.entry(route).or_default().push(&done.parcel);
    }
    ensure!(piles.len() > carriers().len(), "не на все направления есть места: {}", piles.len());
    let half = piles.len() / 2;
    let (left, right): (Vec<_>, Vec<_>) =
        piles.iter().enumerate().partition(|(index, _)| *index < half);
    let [left, right] =
        [left, right].map(|side| side.into_iter().map(|(_, pile)| pile).collect::<Vec<_>>());
    tokio::try_join!(
        load_several(site, PACKERS.start, &left, &piles, &cancelled.parcel),
        load_several(site, PACKERS.start + 1, &right, &piles, &cancelled.parcel),
    )?;
    let manifests = close_check(site, papers).await?;
    let parcels: usize = manifests.iter().map(|manifest| manifest.parcels).sum();
    ensure!(parcels == packed.len(), "передано мест {parcels}, упаковано {}", packed.len());
    let came_to = format!("реестров {}, мест {parcels}", manifests.len());
    Ok((manifests, came_to))
}

async fn load_several(
    site: &Site,
    who: usize,
    ours: &[(&Route, &Vec<&str>)],
    all: &BTreeMap<Route, Vec<&str>>,
    cancelled: &str,
) -> anyhow::Result<()> {
    let mut person = site.person(who).await?;
    for (turn, (route, parcels)) in ours.iter().enumerate() {
        if turn % 2 == 0 {
            by_sheet(site, &mut person, route).await?;
        } else {
            by_list(&mut person, route).await?;
        }
        let foreign = all.iter().find(|(other, _)| other != route).context("чужих мест нет")?;
        load(&mut person, parcels, foreign.1[0], cancelled)
            .await
            .with_context(|| format!("погрузка {} {}", route.0, route.1))?;
        person.scan("MENU").await?;
    }
    person.scan("LOGOUT").await?;
    Ok(())
}

/// The dispatcher opens the manifest; the loader scans its sheet.
async fn by_sheet(site: &Site, person: &mut Person, route: &Route) -> anyhow::Result<()> {
    let (carrier, point) = route;
    let body = json!({
        "warehouse_id": site.warehouse, "carrier": carrier, "pickup_point": point,
    });
    let manifest = site.dispatch.post("/v1/manifests", &body).await?;
    person.scan("LOAD").await?;
    person.scan(&label(OwnKind::Manifest, &text_of(&manifest, "number")?)?).await
}

/// The loader chooses the carrier and point from the list on the screen.
async fn by_list(person: &mut Person, (carrier, point): &Route) -> anyhow::Result<()> {
    person.scan("LOAD").await?;
    let line = person.shown().lines.iter().find_map(|line| {
        let all: Vec<&str> = words(line).collect();
        let same = all.len() > 2 && all[1] == carrier && (point.is_empty() || all[2] == point);
        same.then(|| all[0].to_owned())
    });
    let line = line.with_context(|| format!("нет {carrier} {point}: {}", person.text()))?;
    person.scan(&line).await
}

async fn load(
    person: &mut Person,
    parcels: &[&str],
    foreign: &str,
    cancelled: &str,
) -> anyhow::Result<()> {
    person.refused(foreign, "Отложите его", "чужое место на погрузке").await?;
    person.refused(cancelled, "отменено", "отменённое место на погрузке").await?;
    let (first, rest) = parcels.split_first().context("грузить нечего")?;
    person.scan(first).await?;
    person.warned(first, "уже погружено", "место погружено дважды").await?;
    for parcel in rest {
        person.scan(parcel).await?;
    }
    person.scan("DONE").await?;
    ensure!(person.says("Погружены все"), "погружено не всё: {}", person.text());
    person.scan("YES").await?;
    ensure!(person.says("закрыт. Акт"), "не закрыт: {}", person.text());
    Ok(())
}

/// Closing again changes nothing; the papers are written.
async fn close_check(site: &Site, papers: &Path) -> anyhow::Result<Vec<HandedOver>> {
    std::fs::create_dir_all(papers).with_context(|| papers.display().to_string())?;
    let mut all = Vec::new();
    for manifest in site.dispatch.list("/v1/manifests?state=closed").await? {
        all.push(handed_over(site, &manifest, papers).await?);
    }
    let open = site.dispatch.list("/v1/manifests?state=open").await?;
    ensure!(open.is_empty(), "не закрыто реестров: {}", open.len());
    all.sort_by(|one, other| one.number.cmp(&other.number));
    Ok(all)
}

async fn handed_over(site: &Site, manifest: &Value, papers: &Path) -> anyhow::Result<HandedOver> {
    let (id, act) = (text_of(manifest, "id")?, text_of(manifest, "act_number")?);
    let path = format!("/v1/manifests/{id}");
    let again = site.dispatch.post(&format!("{path}/close"), &json!({})).await?;
    ensure!(again["act_number"] == act.as_str(), "повторное закрытие дало другой акт: {again}");
    site.tally.caught("реестр закрыт дважды: акт тот же");
    let number = text_of(manifest, "number")?;
    for file in ["act.pdf", "act.xlsx", "act.html", "register.xlsx", "register.csv"] {
        let bytes = site.dispatch.download(&format!("{path}/{file}")).await?;
        ensure!(!bytes.is_empty(), "{number}: {file} пуст");
        let name = papers.join(format!("{number}-{file}"));
        tokio::fs::write(&name, bytes).await.with_context(|| name.display().to_string())?;
    }
    let parcels = again["parcels"].as_u64().context("нет числа мест")?;
    Ok(HandedOver {
        number,
        act,
        carrier: text_of(manifest, "carrier")?,
        point: text_of(manifest, "pickup_point")?,
        parcels: usize::try_from(parcels)?,
    })
}
