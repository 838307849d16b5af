//! The day's carriers: stand-ins with contracts, and what becomes of parcels at them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use serde_json::{Value, json};

use super::report::Tally;
use super::site::text_of;
use crate::sandbox::carriers::{BadManner, Held, Misbehaviour, Standing, Step, all};
use crate::sandbox::client::ApiClient;
use crate::units::{Clock, Day};

/// How long carriers may take with the whole day's parcels.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(300);
/// The carrier whose courier comes.
const CALLED: &str = "cdek";
/// Parcels of each carrier that are brought before the day ends: paid for there, and paid before.
const DELIVERED_COD: usize = 5;
const DELIVERED_PREPAID: usize = 1;

/// The carriers that stand beside the warehouse.
pub struct Couriers {
    standing: Vec<Standing>,
}

impl Couriers {
    /// Starts all carriers, describes a contract with each, and lets them behave as badly as they do.
    pub(super) async fn engage(desk: &ApiClient, warehouse: &str) -> anyhow::Result<Self> {
        let mut standing = Vec::new();
        for known in all::ALL {
            let stands = Standing::start((known.stand_in)(Clock::system())).await?;
            let body = known.account_body(warehouse, &stands.url());
            desk.post("/v1/carrier-accounts", &body)
                .await
                .with_context(|| known.code.to_owned())?;
            for manner in [BadManner::CutAfterAccept, BadManner::ServerError] {
                stands.stand_in.manners().misbehave(Misbehaviour::once(manner));
            }
            standing.push(stands);
        }
        Ok(Self { standing })
    }

    /// Waits until every parcel is known to its carrier. What one refuses goes with another.
    pub(super) async fn registered(
        &self,
        dispatch: &ApiClient,
        tally: &Tally,
    ) -> anyhow::Result<(usize, String)> {
        let begun = std::time::Instant::now();
        let (mut moved, mut last) = (0, Value::Null);
        loop {
            let refused = dispatch.list("/v1/shipments?state=refused").await?;
            for shipment in &refused {
                self.by_another(dispatch, shipment).await?;
                tally.caught("перевозчик отказал: место ушло другой службой");
                moved += 1;
            }
            let mut open = refused.len();
            for state in ["choosing", "waiting", "checking", "cancelling"] {
                let waiting = dispatch.list(&format!("/v1/shipments?state={state}")).await?;
                open += waiting.len();
                if let Some(shipment) = waiting.first() {
                    last = shipment.clone();
                }
            }
            if open == 0 {
                break;
            }
            if begun.elapsed() > PATIENCE {
                bail!("отправления не приняты: {open}, последнее {last}");
            }
            tokio::time::sleep(PAUSE).await;
        }
        let all = dispatch.list("/v1/shipments?state=registered").await?.len();
        self.held_once(dispatch).await?;
        Ok((all, format!("отправлений {all}, другой службой {moved}")))
    }

    /// СДЭК is called to fetch what waits for it tomorrow. Its first answer is cut off.
    pub(super) async fn fetched(
        &self,
        dispatch: &ApiClient,
        warehouse: &str,
    ) -> anyhow::Result<((), String)> {
        let stands = self.standing.iter().find(|stands| stands.stand_in.carrier() == CALLED);
        let stands = stands.context("СДЭК нет")?;
        let known = all::ALL.iter().find(|known| known.code == CALLED).context("СДЭК нет")?;
        let accounts = dispatch.list("/v1/carrier-accounts").await?;
        let account = accounts.iter().find(|account| account["carrier"] == CALLED);
        let today = Clock::system().now().moscow_day().date();
        let body = json!({
            "warehouse_id": warehouse, "account_id": text_of(account.context("договора нет")?, "id")?,
            "day": Day::from_date(today + chrono::Days::new(1)), "from": "10:00", "to": "18:00",
            "address": known.from().address(), "comment": "Ворота 3",
        });
        let cut = Misbehaviour::once(BadManner::CutAfterAccept).at("/v2/intakes");
        stands.stand_in.manners().misbehave(cut);
        let called = dispatch.post("/v1/pickups", &body).await?;
        dispatch.refused("/v1/pickups", &body, "pickup_taken").await?;
        let path = format!("/v1/pickups/{}", text_of(&called, "id")?);
        let begun = std::time::Instant::now();
        loop {
            let pickup = dispatch.get(&path).await?;
            match pickup["state"].as_str() {
                Some("told") => break,
                Some("waiting" | "checking") => {}
                _ => bail!("курьер не вызван: {pickup}"),
            }
            ensure!(begun.elapsed() < PATIENCE, "курьер не вызван: {pickup}");
            tokio::time::sleep(PAUSE).await;
        }
        let couriers = stands.stand_in.couriers();
        ensure!(couriers == 1, "курьеров приедет {couriers}");
        Ok(((), format!("курьер СДЭК, мест {}", called["parcels"])))
    }

    async fn by_another(&self, dispatch: &ApiClient, shipment: &Value) -> anyhow::Result<()> {
        let parcel = text_of(shipment, "parcel_id")?;
        let body = json!({ "carrier": "auto", "point_code": "" });
        let again = shipment["number"].as_str().is_some_and(|number| number.ends_with("R2"));
        ensure!(!again, "никто не берёт: {}", shipment["problem"]["text"]);
        dispatch.post(&format!("/v1/parcels/{parcel}/carrier"), &body).await?;
        Ok(())
    }

    /// Every carrier holds exactly the parcels that are registered with it, each once.
    async fn held_once(&self, dispatch: &ApiClient) -> anyhow::Result<()> {
        let registered = dispatch.list("/v1/shipments?state=registered").await?;
        for stands in &self.standing {
            let carrier = stands.stand_in.carrier();
            let mut ours: Vec<&str> = registered
                .iter()
                .filter(|shipment| shipment["carrier"] == carrier)
                .filter_map(|shipment| shipment["number"].as_str())
                .collect();
            let held = stands.stand_in.held();
            let mut theirs: Vec<&str> = held
                .iter()
                .filter(|held| !held.is_cancelled)
                .map(|held| held.number.as_str())
                .collect();
            ours.sort_unstable();
            theirs.sort_unstable();
            ensure!(ours == theirs, "{carrier}: у нас {}, у них {}", ours.len(), theirs.len());
        }
        Ok(())
    }

    /// The carriers that parcels went with, by their numbers; those that go by files are not here.
    pub(super) async fn carriers_of_parcels(
        &self,
        dispatch: &ApiClient,
    ) -> anyhow::Result<HashMap<String, String>> {
        let mut carriers = HashMap::new();
        for shipment in dispatch.list("/v1/shipments?state=registered").await? {
            let path = format!("/v1/parcels/{}", text_of(&shipment, "parcel_id")?);
            let number = text_of(&dispatch.get(&path).await?, "number")?;
            carriers.insert(number, text_of(&shipment, "carrier")?);
        }
        Ok(carriers)
    }

    /// Waits until every carrier has made its acts.
    pub(super) async fn acted(&self, dispatch: &ApiClient) -> anyhow::Result<(usize, String)> {
        let begun = std::time::Instant::now();
        loop {
            let (mut done, mut open, mut files) = (0, 0, 0);
            for manifest in dispatch.list("/v1/manifests?state=closed").await? {
                let path = format!("/v1/manifests/{}/carrier-acts", text_of(&manifest, "id")?);
                let acts = dispatch.get(&path).await?;
                for act in acts.as_array().into_iter().flatten() {
                    ensure!(act["state"] != "refused", "акт не принят: {act}");
                    let is_done = act["state"] == "done";
                    done += usize::from(is_done);
                    open += usize::from(!is_done);
                    files += act["files"].as_array().map_or(0, Vec::len);
                }
            }
            if open == 0 {
                ensure!(done == self.standing.len(), "актов {done}");
                return Ok((done, format!("актов перевозчиков {done}, файлов {files}")));
            }
            ensure!(begun.elapsed() < PATIENCE, "перевозчики не сделали актов: {open}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Some parcels reach their buyers, and everybody hears of it.
    pub(super) async fn delivered(&self, dispatch: &ApiClient) -> anyhow::Result<(usize, String)> {
        let shipments = dispatch.list("/v1/shipments?state=registered").await?;
        let (mut on_the_way, mut served) = (Vec::new(), HashMap::new());
        for stands in &self.standing {
            for shipment in chosen(&stands.stand_in.held(), &shipments, &mut served)? {
                let number = text_of(shipment, "number")?;
                for step in Step::WAY {
                    let taken = stands.stand_in.advance(&number, step);
                    taken.map_err(|problem| anyhow!("{}: {problem}", stands.stand_in.carrier()))?;
                }
                on_the_way.push(text_of(shipment, "id")?);
            }
        }
        for id in &on_the_way {
            dispatch.post(&format!("/v1/shipments/{id}/track-now"), &json!({})).await?;
        }
        let begun = std::time::Instant::now();
        for id in &on_the_way {
            while dispatch.get(&format!("/v1/shipments/{id}")).await?["status"] != "delivered" {
                ensure!(begun.elapsed() < PATIENCE, "не отслежено: {id}");
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok((on_the_way.len(), format!("вручено и отслежено {}", on_the_way.len())))
    }
}

/// Which parcels of a carrier are brought: those that buyers pay for go to the shops in turn, the dearest
/// first.
fn chosen<'a>(
    held: &[Held],
    shipments: &'a [Value],
    served: &mut HashMap<String, usize>,
) -> anyhow::Result<Vec<&'a Value>> {
    let (mut cod, mut prepaid) = (Vec::new(), Vec::new());
    for held in held.iter().filter(|held| !held.is_cancelled) {
        let shipment = shipments.iter().find(|shipment| shipment["number"] == held.number);
        let shipment = shipment.context("отправления нет")?;
        let list = if held.cod_kopecks > 0 { &mut cod } else { &mut prepaid };
        list.push((held.cod_kopecks, text_of(shipment, "owner_id")?, shipment));
    }
    let mut chosen = Vec::new();
    while chosen.len() < DELIVERED_COD {
        let order = |place: &usize| {
            let (sum, owner, _) = &cod[*place];
            (served.get(owner).copied().unwrap_or_default(), Reverse(*sum))
        };
        let Some(place) = (0..cod.len()).min_by_key(order) else { break };
        let (_, owner, shipment) = cod.swap_remove(place);
        *served.entry(owner).or_default() += 1;
        chosen.push(shipment);
    }
    chosen.extend(prepaid.into_iter().take(DELIVERED_PREPAID).map(|(.., shipment)| shipment));
    Ok(chosen)
}
