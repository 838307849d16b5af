//! Carriers are told of two hundred parcels by a server that is killed: each parcel is at its carrier once.
//!
//! The carriers fall silent, cut connections and fail all the while. Three of them, as in life, would take
//! one number twice without a word.

use std::time::Duration;

use ambar::args;
use ambar::barcodes::{OwnCode, OwnKind};
use ambar::commands::Ctx;
use ambar::db::Tx;
use ambar::ids::{OrderId, OrderLineId, PackagingId, ParcelId, PlaceId};
use ambar::sandbox::carriers::all::{ALL, Buyer, Known};
use ambar::sandbox::carriers::{BadManner, Misbehaviour, Standing};
use ambar::sandbox::client::ApiClient;
use ambar::stock::{Goods, Spot, StockMove, StockReason, stock_move};
use ambar::units::{Clock, Pieces};
use serde_json::{Value, json};

use crate::seed;
use crate::server::Server;

const PARCELS: usize = 200;
/// The server is killed as soon as carriers hold so many shipments.
const KILLED_AT: [usize; 6] = [1, 20, 60, 100, 140, 180];
/// What carriers do for every third shipment that they take.
const MANNERS: [BadManner; 3] =
    [BadManner::SilentAfterAccept, BadManner::CutAfterAccept, BadManner::ServerError];
const MANNERS_EVERY: usize = 3;
const PAUSE: Duration = Duration::from_millis(20);
/// Only so that a test which can never end does not run for ever.
const PATIENCE: Duration = Duration::from_mins(10);

/// A packed parcel, and where it is to go.
#[derive(Debug, Clone)]
struct Packed {
    id: ParcelId,
    number: String,
    carrier: &'static str,
    buyer: &'static Buyer,
}

struct Site {
    server: Server,
    carriers: Vec<Standing>,
}

impl Site {
    async fn open() -> Self {
        let mut site = Self { server: Server::start().await, carriers: Vec::new() };
        for known in &ALL {
            site.engage(known).await;
        }
        site
    }

    /// Starts a carrier and describes the contract with it.
    async fn engage(&mut self, known: &Known) {
        let standing = Standing::start((known.stand_in)(Clock::system())).await.unwrap();
        let account = (known.account)(&standing.url());
        let body = json!({
            "warehouse_id": self.server.world.warehouse, "carrier": known.code,
            "name": format!("Договор {}", known.code), "base_url": account.base_url,
            "settings": account.settings, "credentials": account.credentials,
            "sender": {
                "company": "ООО Склад", "inn": "7707083893", "kpp": "770701001",
                "contact": { "name": "Смирнова Анна", "phone": "+74951234567" },
            },
            "from": known.from(),
        });
        self.server.desk().post("/v1/carrier-accounts", &body).await.unwrap();
        self.carriers.push(standing);
    }

    /// A parcel with two pieces in it, as packing leaves it.
    async fn packed(&self, index: usize) -> Packed {
        let known = &ALL[index % ALL.len()];
        let buyer = &known.buyers[index / ALL.len() % known.buyers.len()];
        let (world, now) = (&self.server.world, self.server.app.app.clock.now());
        let (owner, product) = (world.owners[0], world.products[0][0]);
        let lot = seed::only_lot(product);
        let (order, line, id) = (OrderId::new(), OrderLineId::new(), ParcelId::new());
        let place = PlaceId::from_uuid(id.uuid());
        let text = id.to_string();
        let number = OwnCode::new(OwnKind::Parcel, &text[text.len() - 12..]).unwrap().to_string();
        let recipient = json!({
            "name": "Иванов Иван", "phone": "+79161234567",
            "postcode": buyer.postcode, "city": buyer.city, "address": buyer.line,
        });
        let sql = "INSERT INTO shop_order (id, owner_id, warehouse_id, number, external_number, state,
                 policy, priority, carrier, pickup_point, recipient, cod_kopecks, version, created_at)
             VALUES ($1, $2, $3, $4, $4, 'packed', 'partial', 0, '', '', $5, 0, 0, $6)";
        self.server.write(sql, args![order, owner, world.warehouse, &number, recipient, now]).await;
        let sql =
            "INSERT INTO order_line (id, order_id, owner_id, product_id, line_number, ordered,
                 cancelled, packed, shipped, price_kopecks)
             VALUES ($1, $2, $3, $4, 1, 2, 0, 2, 0, 49995)";
        self.server.write(sql, args![line, order, owner, product]).await;
        let sql = "INSERT INTO place (id, warehouse_id, kind, code, pickable, locked, created_at)
             VALUES ($1, $2, 'parcel', $3, $4, $4, $5)";
        self.server.write(sql, args![place, world.warehouse, &number, false, now]).await;
        let sql = "INSERT INTO parcel (id, warehouse_id, owner_id, order_id, number, state, packaging_id,
                 carrier, pickup_point, cod_kopecks, weight_g, expected_weight_g, created_at, closed_at)
             VALUES ($1, $2, $3, $4, $5, 'packed', $6, '', '', 0, 1250, 1250, $7, $7)";
        let packaging = PackagingId::from_uuid(world.warehouse.uuid());
        let values = args![id, world.warehouse, owner, order, &number, packaging, now];
        self.server.write(sql, values).await;
        let sql = "INSERT INTO parcel_line (parcel_id, order_line_id, product_id, lot_id, quantity)
             VALUES ($1, $2, $3, $4, 2)";
        self.server.write(sql, args![id, line, product, lot]).await;
        let goods = Goods { owner, product, lot, quantity: Pieces::new(2) };
        let (from, to) = (Spot::available(world.supplier), Spot::available(place));
        let entry = StockMove::new(StockReason::Opening, goods, from, to, now);
        let work = async move |tx: &mut Tx| stock_move(tx, &Ctx::system(now), &entry).await;
        self.server.app.app.db.write(work).await.unwrap();
        Packed { id, number, carrier: known.code, buyer }
    }

    async fn all_packed(&self) -> Vec<Packed> {
        let sql =
            "INSERT INTO packaging (id, warehouse_id, code, name, length_mm, width_mm, height_mm,
                 load_max_g, tare_g, suits_fragile, active)
             VALUES ($1, $2, 'BOX', 'Короб', 300, 200, 100, 5000, 100, $3, $3)";
        let packaging = PackagingId::from_uuid(self.server.world.warehouse.uuid());
        self.server.write(sql, args![packaging, self.server.world.warehouse, true]).await;
        let mut parcels = Vec::with_capacity(PARCELS);
        for index in 0..PARCELS {
            parcels.push(self.packed(index).await);
        }
        parcels
    }

    /// How many shipments there are at all carriers.
    fn held(&self) -> usize {
        self.carriers.iter().map(|standing| standing.stand_in.held().len()).sum()
    }

    /// Lets carriers be as rude as they should have been by now; answers how often that was.
    fn annoy(&self, before: usize) -> usize {
        let due = self.carriers.len() + self.held() / MANNERS_EVERY;
        for index in before..due {
            let (round, turn) = (index / self.carriers.len(), index % self.carriers.len());
            let manner = MANNERS[(round + turn) % MANNERS.len()];
            self.carriers[turn].stand_in.manners().misbehave(Misbehaviour::once(manner));
        }
        due.max(before)
    }

    /// Kills the server and starts it again; answers of how many shipments it had not yet heard that
    /// carriers hold them.
    async fn kill(&mut self) -> usize {
        self.server.kill().await;
        let heard = "SELECT COUNT(*) FROM shipment WHERE state IN ('registered', 'checking')";
        let unheard = self.held() - self.count(heard).await;
        self.server.revive().await;
        unheard
    }

    async fn count(&self, sql: &'static str) -> usize {
        usize::try_from(self.server.count(sql).await).unwrap()
    }

    async fn open_shipments(&self) -> usize {
        let sql = "SELECT COUNT(*) FROM shipment
             WHERE state IN ('choosing', 'waiting', 'checking', 'cancelling')";
        self.count(sql).await
    }
}

/// Asks for the shipment of a parcel until the server says that there is one.
async fn ask(desk: ApiClient, parcel: Packed) {
    let path = format!("/v1/parcels/{}/carrier", parcel.id);
    let body = json!({ "carrier": parcel.carrier, "point_code": parcel.buyer.point });
    loop {
        match desk.attempt(&path, &parcel.number, &body).await {
            Ok(answer) if answer.is_success() => return,
            Ok(answer) if answer.status < 500 => panic!("{}: {}", parcel.number, answer.body),
            Ok(_) | Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}

fn text<'a>(shipment: &'a Value, field: &str) -> &'a str {
    shipment[field].as_str().unwrap()
}

/// Every parcel has one shipment, and its carrier holds exactly that one.
async fn held_once(site: &Site, parcels: &[Packed]) {
    let shipments = site.server.desk().list("/v1/shipments").await.unwrap();
    for shipment in &shipments {
        assert_eq!(shipment["state"], "registered", "{shipment}");
    }
    let parcel_ids = shipments.iter().map(|shipment| text(shipment, "parcel_id").to_owned());
    assert_eq!(sorted(parcel_ids), sorted(parcels.iter().map(|parcel| parcel.id.to_string())));
    for standing in &site.carriers {
        let carrier = standing.stand_in.carrier();
        let ours = shipments.iter().filter(|shipment| shipment["carrier"] == carrier);
        let ours = ours.map(|shipment| text(shipment, "number").to_owned());
        let asked = parcels.iter().filter(|parcel| parcel.carrier == carrier);
        let asked = sorted(asked.map(|parcel| parcel.number.clone()));
        let held = standing.stand_in.held();
        assert!(held.iter().all(|held| !held.is_cancelled), "{carrier}: {held:?}");
        assert_eq!(sorted(ours), asked, "{carrier}: what we know");
        assert_eq!(sorted(held.into_iter().map(|held| held.number)), asked, "{carrier}: it holds");
    }
}

#[tokio::test]
async fn a_server_killed_again_and_again_tells_carriers_of_every_parcel_once() {
    let mut site = Site::open().await;
    let parcels = site.all_packed().await;
    let mut asking = tokio::task::JoinSet::new();
    for parcel in &parcels {
        asking.spawn(ask(site.server.desk(), parcel.clone()));
    }
    let mut kills = KILLED_AT.into_iter().peekable();
    let (mut rudeness, mut unheard) = (0, 0);
    let run = async {
        while kills.peek().is_some() || !asking.is_empty() || site.open_shipments().await > 0 {
            rudeness = site.annoy(rudeness);
            if kills.next_if(|held| site.held() >= *held).is_some() {
                let lost = site.kill().await;
                println!("killed with {} held, {lost} of them unheard of", site.held());
                unheard += lost;
            }
            while let Some(asked) = asking.try_join_next() {
                asked.unwrap();
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let run = tokio::time::timeout(PATIENCE, run).await;
    if run.is_err() {
        let open = site.server.desk().list("/v1/shipments?state=waiting").await.unwrap();
        panic!("{} wait for their carriers: {:?}", open.len(), open.first());
    }
    println!("carriers were rude {rudeness} times");
    assert!(unheard > 0, "no kill came between a carrier's taking and our hearing of it");
    held_once(&site, &parcels).await;
    let dead = "SELECT COUNT(*) FROM job WHERE state = 'dead' AND kind = 'shipment_register'";
    assert_eq!(site.count(dead).await, 0);
    site.server.finish().await;
}
