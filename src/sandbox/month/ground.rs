//! The shops of the month, and their parcels on the way.

use serde_json::json;

use super::manners::CARRIERS;
use super::plan::{Fate, PIECES, Parcel, Plan, WEEKS};
use crate::access::Scope;
use crate::app::App;
use crate::carriers::model::{DeliveryStatus, Leg, Meaning, ShipmentRef, Track, TrackEvent};
use crate::catalog::{self, CatalogError, NewProduct, ProductFacts};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{OwnerId, ProductId};
use crate::sandbox::on_the_way::{self, OnTheWay, Route};
use crate::sandbox::store;
use crate::tracking::ingest;
use crate::units::{Grams, Kopecks, Millimetres, Pieces, UtcMicros};

const DAY_S: i64 = 24 * 3_600;
const WEEK_DAYS: i64 = 7;
/// From the first handover to today.
const MONTH_DAYS: i64 = 45;

/// A shop of the month.
pub(super) struct Shop {
    pub(super) owner: OwnerId,
    product: ProductId,
    /// Its contract with each carrier.
    routes: Vec<Route>,
}

pub(super) struct Ground {
    pub(super) shops: Vec<Shop>,
    /// When the parcels of each week were handed over.
    pub(super) sent: [UtcMicros; WEEKS],
}

pub(super) async fn build(app: &App, shops: usize, tag: &str) -> anyhow::Result<Ground> {
    let warehouse = on_the_way::warehouse(app).await?;
    let mut made = Vec::with_capacity(shops);
    for index in 0..shops {
        let owner = on_the_way::shop(app, &format!("m{index}-{tag}")).await?;
        let mut routes = Vec::with_capacity(CARRIERS.len());
        for manner in &CARRIERS {
            routes.push(on_the_way::route(app, warehouse, owner, manner.code).await?);
        }
        made.push(Shop { owner, product: product(app, owner).await?, routes });
    }
    let first = app.clock.now().plus_seconds(-MONTH_DAYS * DAY_S);
    let mut sent = [first; WEEKS];
    for (week, at) in (0..).zip(&mut sent) {
        *at = first.plus_seconds(week * WEEK_DAYS * DAY_S);
    }
    Ok(Ground { shops: made, sent })
}

async fn product(app: &App, owner: OwnerId) -> anyhow::Result<ProductId> {
    let ctx = Ctx::system(app.clock.now());
    let new = NewProduct {
        article: Some("SET-1".to_owned()),
        facts: ProductFacts {
            name: "Набор".to_owned(),
            category: "general".to_owned(),
            length_mm: Millimetres::new(200),
            width_mm: Millimetres::new(150),
            height_mm: Millimetres::new(100),
            weight_g: Grams::new(400),
            ..ProductFacts::default()
        },
        barcodes: Vec::new(),
    };
    let work = async move |tx: &mut Tx| {
        catalog::products_create_many(
            tx,
            &ctx,
            Scope::All,
            owner,
            "products",
            std::slice::from_ref(&new),
        )
        .await
    };
    let made = app.db.write::<_, CatalogError, _>(work).await?;
    Ok(made.first().map(|product| product.id).expect("one was asked for"))
}

impl Ground {
    /// Hands all parcels over.
    pub(super) async fn send(&self, app: &App, plan: &Plan) -> anyhow::Result<()> {
        for week in 0..WEEKS {
            for (carrier, _) in CARRIERS.iter().enumerate() {
                for (index, shop) in self.shops.iter().enumerate() {
                    let is_own =
                        |one: &&Parcel| (one.week, one.carrier, one.shop) == (week, carrier, index);
                    let news: Vec<(OnTheWay, Fate)> = plan
                        .parcels
                        .iter()
                        .filter(is_own)
                        .map(|one| (new(one), one.fate))
                        .collect();
                    self.send_route(app, shop, carrier, (news, self.sent[week])).await?;
                }
            }
        }
        Ok(())
    }

    async fn send_route(
        &self,
        app: &App,
        shop: &Shop,
        carrier: usize,
        (news, at): (Vec<(OnTheWay, Fate)>, UtcMicros),
    ) -> anyhow::Result<()> {
        let (all, fates): (Vec<OnTheWay>, Vec<Fate>) = news.into_iter().unzip();
        on_the_way::send(app, &shop.routes[carrier], &all, at).await?;
        let partly: Vec<OnTheWay> = all
            .into_iter()
            .zip(fates)
            .filter(|(_, fate)| *fate == Fate::Partly)
            .map(|(new, _)| new)
            .collect();
        let (owner, product) = (shop.owner, shop.product);
        let work = async move |tx: &mut Tx| {
            store::goods_insert(tx, owner, &partly, (product, Pieces::new(PIECES))).await
        };
        Ok(app.db.write(work).await?)
    }

    /// Carriers tell what became of the parcels of a week.
    pub(super) async fn deliver(&self, app: &App, plan: &Plan, week: usize) -> anyhow::Result<()> {
        for (carrier, manner) in CARRIERS.iter().enumerate() {
            let own = plan.parcels.iter().filter(|one| (one.week, one.carrier) == (week, carrier));
            let tracks = own.map(|one| track(one, self.sent[week])).collect();
            ingest(app, manner.code, tracks).await?;
        }
        Ok(())
    }
}

fn new(parcel: &Parcel) -> OnTheWay {
    let mut new = OnTheWay::new(parcel.number.clone()).with_cod(parcel.cod);
    new.order_number.clone_from(&parcel.order_number);
    new.track.clone_from(&parcel.track);
    new.quoted = Kopecks::new(parcel.quoted);
    new
}

fn track(parcel: &Parcel, sent: UtcMicros) -> Track {
    let status = match parcel.fate {
        Fate::Delivered => DeliveryStatus::Delivered,
        Fate::Returned => DeliveryStatus::Returned,
        Fate::Partly => DeliveryStatus::PartlyDelivered,
    };
    let event = TrackEvent {
        code: status.as_str().to_owned(),
        words: "Вручение".to_owned(),
        at: sent.plus_seconds(parcel.days.cast_signed() * DAY_S),
        place: String::new(),
        leg: Leg::Direct,
        meaning: Some(Meaning { status: Some(status), flag: None }),
        raw: json!({ "number": parcel.number }),
    };
    let reference = ShipmentRef { number: parcel.number.clone(), ..ShipmentRef::default() };
    Track { reference, events: vec![event] }
}
