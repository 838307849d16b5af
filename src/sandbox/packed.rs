//! Parcels that are packed and that their carrier has, for measurements of manifests.
//!
//! The carrier is told of each by its own program; only our limits of how often it may be asked are
//! spread over many programs, so that making a thousand parcels does not take minutes.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};

use super::carriers::all::{Buyer, Known, sender};
use super::contracts::Contract;
use super::ground::Ground;
use super::on_the_way::Route;
use super::store::{self, NewPacked};
use crate::app::App;
use crate::carriers::attempt::{Sent, Undecided, register};
use crate::carriers::model::{
    Address, BuyOut, Contact, DeliveryMode, Item, Package, QuoteAsk, Registration, Seller,
    ShipmentAsk, ShipmentRef, Spot,
};
use crate::carriers::{Carrier, registry};
use crate::catalog::{PlaceKind, virtual_place};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{LotId, OrderId, OrderLineId, ParcelId, PlaceId, ShipmentId};
use crate::stock::{self, Goods, StockError, StockMove, StockReason};
use crate::taxes::VatRate;
use crate::units::{Day, Grams, Kopecks, Pieces};

const PARCELS_PER_COMMIT: usize = 500;
/// Parcels that one program tells of: so many are no crowd for any carrier.
const PARCELS_PER_PROGRAM: usize = 4;
const PROGRAMS_AT_ONCE: usize = 16;
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(20);
/// Mugs in each parcel.
const PIECES: i64 = 2;
const WEIGHT_G: i64 = 1_000;
const PRICE_KOPECKS: i64 = 49_900;
const SIDES_MM: [i64; 3] = [300, 200, 100];

/// Makes so many parcels of a carrier, and answers their numbers.
pub async fn parcels(
    app: &App,
    ground: &Ground,
    known: &Known,
    contract: &Contract,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let url = contract.standing.url();
    let program = || registry::connect(known.code, &(known.account)(&url));
    let buyer = known.buyers.first().context("a carrier of the sandbox has buyers")?;
    let ask = ask(known, buyer, app.clock.now().moscow_day());
    let tariff = tariff(&*program()?, &ask).await?;
    let named = |index: usize| ShipmentAsk {
        number: format!("B{}-{index:04}", ground.tag.to_uppercase()),
        tariff: tariff.clone(),
        ..ask.clone()
    };
    let asks: Vec<ShipmentAsk> = (0..count).map(named).collect();
    let told = stream::iter(asks.chunks(PARCELS_PER_PROGRAM).map(|part| {
        let program = program();
        async move { told(&*program?, part).await }
    }));
    let told: Vec<Vec<ShipmentRef>> = told.buffered(PROGRAMS_AT_ONCE).try_collect().await?;
    let news: Vec<NewPacked> = asks
        .iter()
        .zip(told.into_iter().flatten())
        .map(|(ask, reference)| new_parcel(ask, reference))
        .collect();
    ensure!(news.len() == count, "{} of {count} parcels are at the carrier", news.len());
    let route = Route {
        warehouse: ground.warehouse,
        owner: ground.owner,
        account: contract.account.id,
        carrier: contract.account.carrier.clone(),
    };
    write(app, ground, &route, &news).await?;
    Ok(asks.into_iter().map(|ask| ask.number).collect())
}

fn mode(to: &Spot) -> DeliveryMode {
    if to.point_code().is_some() { DeliveryMode::Point } else { DeliveryMode::Door }
}

/// A parcel for a buyer, still without a number and a tariff.
fn ask(known: &Known, buyer: &Buyer, day: Day) -> ShipmentAsk {
    let address = Address {
        postcode: buyer.postcode.to_owned(),
        city: buyer.city.to_owned(),
        line: buyer.line.to_owned(),
        ..Address::default()
    };
    let to = match buyer.point {
        "" => Spot::Door(address),
        code => Spot::Point { code: code.to_owned(), address },
    };
    let [length_mm, width_mm, height_mm] = SIDES_MM;
    let weight_g = Grams::new(WEIGHT_G);
    let number = String::new();
    let item = Item {
        article: "MUG-1".to_owned(),
        name: "Кружка".to_owned(),
        quantity: PIECES,
        weight_g: Grams::new(400),
        declared_kopecks: Kopecks::new(PRICE_KOPECKS),
        cod_kopecks: Kopecks::ZERO,
        vat: VatRate::TwentyTwo,
        marks: Vec::new(),
        is_marked: false,
    };
    ShipmentAsk {
        number: String::new(),
        tariff: String::new(),
        sender: sender(),
        from: known.from(),
        recipient: Contact {
            name: "Иванов Иван Иванович".to_owned(),
            phone: "+79161234567".to_owned(),
            ..Contact::default()
        },
        to,
        seller: Seller {
            name: "ООО Магазин".to_owned(),
            inn: "7707083893".to_owned(),
            phone: "+74957654321".to_owned(),
        },
        package: Package { number, weight_g, length_mm, width_mm, height_mm },
        items: vec![item],
        delivery_fee_kopecks: Kopecks::ZERO,
        delivery_fee_vat: VatRate::TwentyTwo,
        buy_out: BuyOut::Whole,
        day,
        comment: String::new(),
    }
}

/// The cheapest that the carrier offers.
async fn tariff(carrier: &dyn Carrier, ask: &ShipmentAsk) -> anyhow::Result<String> {
    let asked = QuoteAsk {
        from: ask.from.clone(),
        to: ask.to.clone(),
        mode: mode(&ask.to),
        package: ask.package.clone(),
        declared_kopecks: ask.declared_kopecks(),
        cod_kopecks: ask.cod_kopecks(),
        buy_out: ask.buy_out,
        day: ask.day,
    };
    let quoting = carrier.quoting().context("the carrier names no prices")?;
    let quotes = quoting.quote(&asked).await?;
    let fitting = quotes.into_iter().filter(|quote| quote.mode == asked.mode);
    let cheapest = fitting.min_by_key(|quote| quote.price_kopecks);
    Ok(cheapest.context("the carrier offers nothing")?.tariff)
}

/// Tells a carrier of parcels, one after another.
fn told<'a>(
    carrier: &'a dyn Carrier,
    asks: &'a [ShipmentAsk],
) -> BoxFuture<'a, anyhow::Result<Vec<ShipmentRef>>> {
    Box::pin(async move {
        let mut references = Vec::with_capacity(asks.len());
        for ask in asks {
            references.push(registered(carrier, ask).await?);
        }
        Ok(references)
    })
}

async fn registered(carrier: &dyn Carrier, ask: &ShipmentAsk) -> anyhow::Result<ShipmentRef> {
    let shipping = carrier.shipping().context("the carrier takes no shipments")?;
    let (number, day) = (ask.number.clone(), Some(ask.day));
    let mut known = ShipmentRef { number, day, ..ShipmentRef::default() };
    let mut sent = Sent::Never;
    for _ in 0..TRIES {
        match register(shipping, ask, &known, sent).await {
            Ok(Registration::Registered(registered)) => return Ok(registered.reference),
            Ok(Registration::Pending(reference)) => known = reference,
            Ok(Registration::Refused(reasons)) | Err(Undecided::RefusedAgain(reasons)) => {
                bail!("{}: {reasons:?}", ask.number)
            }
            Err(Undecided::Failed { error, .. }) => {
                ensure!(error.may_pass(), "{}: {error}", ask.number);
            }
        }
        sent = Sent::Perhaps;
        tokio::time::sleep(PAUSE).await;
    }
    bail!("{} was never decided", ask.number)
}

fn new_parcel(ask: &ShipmentAsk, reference: ShipmentRef) -> NewPacked {
    NewPacked {
        shipment: ShipmentId::new(),
        parcel: ParcelId::new(),
        order: OrderId::new(),
        line: OrderLineId::new(),
        mode: mode(&ask.to),
        ask: ask.clone(),
        reference,
    }
}

/// The parcels with their goods, which came from the supplier straight into them.
async fn write(
    app: &App,
    ground: &Ground,
    route: &Route,
    news: &[NewPacked],
) -> Result<(), StockError> {
    for part in news.chunks(PARCELS_PER_COMMIT) {
        let (part, ground, route) = (part.to_vec(), ground.clone(), route.clone());
        let ctx = Ctx::system(app.clock.now());
        let work = async move |tx: &mut Tx| {
            let goods = (ground.product, Pieces::new(PIECES));
            store::packed_insert(tx, &route, &part, goods, ctx.now).await?;
            let supplier = virtual_place(tx, ground.warehouse, PlaceKind::Supplier).await?;
            let arrival = |new: &NewPacked| {
                let goods = Goods {
                    owner: ground.owner,
                    product: ground.product,
                    lot: LotId::from_uuid(ground.product.uuid()),
                    quantity: Pieces::new(PIECES),
                };
                let from = stock::Spot::available(supplier);
                let to = stock::Spot::available(PlaceId::from_uuid(new.parcel.uuid()));
                StockMove::new(StockReason::Opening, goods, from, to, ctx.now)
            };
            let lines: Vec<StockMove> = part.iter().map(arrival).collect();
            stock::entry_insert_many(tx, &ctx, &lines).await?;
            Ok(())
        };
        app.db.write::<(), StockError, _>(work).await?;
    }
    Ok(())
}
