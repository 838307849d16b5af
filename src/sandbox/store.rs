//! What the measurements and the crash test ask the database.

use serde_json::json;

use crate::carriers::model::{DeliveryMode, ShipmentAsk, ShipmentRef};
use crate::cod::StepSource;
use crate::db::{Arg, DbError, Tx};
use crate::ids::{
    BankDocumentId, CodRegisterId, DeviceId, LotId, OrderId, OrderLineId, OwnerId, ParcelId,
    ProductId, ShipmentId, WarehouseId,
};
use crate::registers::{FindingKind, Resolution};
use crate::sandbox::on_the_way::{OnTheWay, Route};
use crate::units::{Kopecks, Pieces, UtcMicros};
use crate::{args, record};

record! {
    pub(super) struct PicksOfScan {
        pub(super) device: DeviceId,
        pub(super) key: String,
        pub(super) entries: i64,
    }
}

record! {
    pub(super) struct BareProduct {
        pub(super) id: ProductId,
        pub(super) owner: OwnerId,
    }
}

record! {
    /// A finding by what a person sees of it.
    pub(super) struct FoundRow {
        pub(super) kind: FindingKind,
        pub(super) line: i64,
        pub(super) proposed: Resolution,
    }
}

record! {
    /// An open finding by what a person knows it by: a parcel, a receipt or a register.
    pub(super) struct WrongRow {
        pub(super) kind: FindingKind,
        pub(super) about: String,
    }
}

record! {
    pub(super) struct ReceiptRow {
        pub(super) id: BankDocumentId,
        pub(super) is_matched: bool,
    }
}

record! {
    struct BirthRow {
        command: uuid::Uuid,
    }
}

const BIRTH: &str =
    "SELECT id FROM command WHERE action = 'administrator_create' ORDER BY id LIMIT 1";

const PICKS_BY_SCAN: &str = "SELECT c.scope_id, c.key, COUNT(*)
     FROM stock_entry e JOIN command c ON c.id = e.command_id
     WHERE e.reason = 'pick' GROUP BY c.scope_id, c.key";

const PRODUCTS_WITHOUT_STOCK: &str = "SELECT p.id, p.owner_id FROM product p
     WHERE NOT EXISTS (SELECT 1 FROM availability a
                       WHERE a.product_id = p.id AND a.warehouse_id = $1 AND a.unallocated > 0)
     ORDER BY p.id";

const ACCOUNT: &str = "INSERT INTO carrier_account
     (id, warehouse_id, carrier, name, settings, credentials, origin, hook, active, version,
         created_at, owner_id)
     VALUES ($1, $2, $3, $3, $4, $5, $4, $6, $7, 1, $8, $9)";

const ORDER: &str = "INSERT INTO shop_order
     (id, owner_id, warehouse_id, number, external_number, carrier, recipient, created_at, state,
         policy, pickup_point, priority, cod_kopecks, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

const PARCEL_PLACE: &str = "INSERT INTO place
     (id, warehouse_id, code, created_at, kind, pickable, locked)
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const PARCEL: &str = "INSERT INTO parcel
     (id, warehouse_id, owner_id, order_id, number, carrier, created_at, closed_at, state,
         pickup_point, cod_kopecks, weight_g)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const ORDER_LINE: &str = "INSERT INTO order_line
     (id, order_id, owner_id, product_id, line_number, ordered, cancelled, packed, shipped,
         price_kopecks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const PARCEL_LINE: &str = "INSERT INTO parcel_line
     (parcel_id, order_line_id, product_id, lot_id, quantity) VALUES ($1, $2, $3, $4, $5)";

const SHIPMENT: &str = "INSERT INTO shipment
     (id, parcel_id, owner_id, warehouse_id, account_id, carrier, number, track, ask, sent_at,
         status_at, heard_at, poll_at, created_at, registered_at, state, mode, status, point_code,
         tariff, carrier_ref, quoted_kopecks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
         $20, $21, $22)";

const FOUND: &str =
    "SELECT kind, line, proposed FROM money_finding WHERE register_id = $1 ORDER BY line";

const WRONG: &str = "SELECT f.kind, COALESCE(p.number, d.number, r.number)
     FROM money_finding f LEFT JOIN parcel p ON p.id = f.parcel_id
     LEFT JOIN bank_document d ON d.id = f.document_id
     LEFT JOIN cod_register r ON r.id = f.register_id
     WHERE f.state = 'open'";

const RECEIPT: &str = "SELECT id, matched_kopecks = amount_kopecks FROM bank_document
     WHERE number = $1 AND direction = 'in'";
const EXPECTED_SUMS: &str = "SELECT owner_id, carrier, CAST(SUM(expected_kopecks) AS BIGINT)
     FROM cod WHERE owner_id = $1 GROUP BY owner_id, carrier";

const EXPECTED_STEPS: &str = "INSERT INTO cod_step
         (parcel_id, step, transfer_id, amount_kopecks, day, document_id, recorded_at)
     SELECT parcel_id, $4, $5, expected_kopecks, $6, $7, $8
     FROM cod WHERE owner_id = $1 AND owner_id = $2 AND carrier = $3 AND expected_kopecks > 0
     ORDER BY parcel_id";

/// All that the parcels of a shop are to bring.
pub(super) const EXPECTED: StepSource = StepSource { sums: EXPECTED_SUMS, steps: EXPECTED_STEPS };

pub const QUERIES: &[&str] = &[
    EXPECTED_SUMS,
    EXPECTED_STEPS,
    BIRTH,
    FOUND,
    WRONG,
    RECEIPT,
    PICKS_BY_SCAN,
    PRODUCTS_WITHOUT_STOCK,
    ACCOUNT,
    ORDER,
    PARCEL_PLACE,
    PARCEL,
    ORDER_LINE,
    PARCEL_LINE,
    SHIPMENT,
];

/// Whether anybody may use a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContractUse {
    Active,
    /// Nobody talks to its carrier.
    Idle,
}

/// A shop's own contract with a carrier, without keys.
pub(super) async fn account_insert(
    tx: &mut Tx,
    route: &Route,
    hook: &str,
    used: ContractUse,
    at: UtcMicros,
) -> Result<(), DbError> {
    let values = args![
        route.account,
        route.warehouse,
        &route.carrier,
        json!({}),
        vec![0_u8],
        hook,
        used == ContractUse::Active,
        at,
        route.owner,
    ];
    tx.execute(ACCOUNT, values).await.map(drop)
}

/// Writes orders, parcels and shipments of one contract.
pub(super) async fn on_the_way_insert(
    tx: &mut Tx,
    route: &Route,
    news: &[OnTheWay],
    at: UtcMicros,
) -> Result<(), DbError> {
    let order = |new: &OnTheWay| order_row(route, new, at);
    tx.insert_many(ORDER, news.iter().map(order).collect()).await?;
    let place = |new: &OnTheWay| {
        args![new.parcel, route.warehouse, &new.number, at, "parcel", false, false]
    };
    tx.insert_many(PARCEL_PLACE, news.iter().map(place).collect()).await?;
    let parcel = |new: &OnTheWay| parcel_row(route, new, at);
    tx.insert_many(PARCEL, news.iter().map(parcel).collect()).await?;
    let shipment = |new: &OnTheWay| shipment_row(route, new, at);
    tx.insert_many(SHIPMENT, news.iter().map(shipment).collect()).await.map(drop)
}

fn order_row(route: &Route, new: &OnTheWay, at: UtcMicros) -> Vec<Arg> {
    args![
        new.order,
        route.owner,
        route.warehouse,
        &new.number,
        &new.order_number,
        &route.carrier,
        json!({}),
        at,
        "shipped",
        "partial",
        "",
        0_i64,
        new.cod,
        1_i64,
    ]
}

fn parcel_row(route: &Route, new: &OnTheWay, at: UtcMicros) -> Vec<Arg> {
    args![
        new.parcel,
        route.warehouse,
        route.owner,
        new.order,
        &new.number,
        &route.carrier,
        at,
        at,
        "handed_over",
        "",
        new.cod,
        new.weight,
    ]
}

fn shipment_row(route: &Route, new: &OnTheWay, at: UtcMicros) -> Vec<Arg> {
    args![
        new.shipment,
        new.parcel,
        route.owner,
        route.warehouse,
        route.account,
        &route.carrier,
        &new.number,
        &new.track,
        json!({}),
        at,
        at,
        at,
        at,
        at,
        at,
        "registered",
        "door",
        "created",
        "",
        "",
        "",
        new.quoted,
    ]
}

/// Writes orders, parcels with their goods, and shipments of one contract.
pub(super) async fn packed_insert(
    tx: &mut Tx,
    route: &Route,
    news: &[NewPacked],
    (product, pieces): (ProductId, Pieces),
    at: UtcMicros,
) -> Result<(), DbError> {
    let order = |new: &NewPacked| packed_order_row(route, new, at);
    tx.insert_many(ORDER, news.iter().map(order).collect()).await?;
    let ordered = |new: &NewPacked| {
        let (none, price) = (Pieces::ZERO, Kopecks::new(49_900));
        let owner = route.owner;
        args![new.line, new.order, owner, product, 1_i64, pieces, none, pieces, none, price]
    };
    tx.insert_many(ORDER_LINE, news.iter().map(ordered).collect()).await?;
    let place = |new: &NewPacked| {
        args![new.parcel, route.warehouse, new.number(), at, "parcel", false, false]
    };
    tx.insert_many(PARCEL_PLACE, news.iter().map(place).collect()).await?;
    let parcel = |new: &NewPacked| packed_parcel_row(route, new, at);
    tx.insert_many(PARCEL, news.iter().map(parcel).collect()).await?;
    let lot = LotId::from_uuid(product.uuid());
    let packed = |new: &NewPacked| args![new.parcel, new.line, product, lot, pieces];
    tx.insert_many(PARCEL_LINE, news.iter().map(packed).collect()).await?;
    let shipment = |new: &NewPacked| packed_shipment_row(route, new, at);
    tx.insert_many(SHIPMENT, news.iter().map(shipment).collect()).await.map(drop)
}

/// Writes what parcels hold: so many pieces of one thing, at a price that makes their cash on delivery.
pub(super) async fn goods_insert(
    tx: &mut Tx,
    owner: OwnerId,
    news: &[OnTheWay],
    (product, pieces): (ProductId, Pieces),
) -> Result<(), DbError> {
    let lines: Vec<OrderLineId> = news.iter().map(|_| OrderLineId::new()).collect();
    let ordered = |(new, line): (&OnTheWay, &OrderLineId)| {
        let (none, price) = (Pieces::ZERO, Kopecks::new(new.cod.get() / pieces.get()));
        args![*line, new.order, owner, product, 1_i64, pieces, none, pieces, pieces, price]
    };
    tx.insert_many(ORDER_LINE, news.iter().zip(&lines).map(ordered).collect()).await?;
    let lot = LotId::from_uuid(product.uuid());
    let packed =
        |(new, line): (&OnTheWay, &OrderLineId)| args![new.parcel, *line, product, lot, pieces];
    tx.insert_many(PARCEL_LINE, news.iter().zip(&lines).map(packed).collect()).await.map(drop)
}

/// A packed parcel that its carrier has, to be made.
#[derive(Debug, Clone)]
pub(super) struct NewPacked {
    pub(super) shipment: ShipmentId,
    pub(super) parcel: ParcelId,
    pub(super) order: OrderId,
    pub(super) line: OrderLineId,
    /// What the carrier was told.
    pub(super) ask: ShipmentAsk,
    /// What it is called at the carrier.
    pub(super) reference: ShipmentRef,
    pub(super) mode: DeliveryMode,
}

impl NewPacked {
    /// Ours, of everything.
    fn number(&self) -> &String {
        &self.ask.number
    }

    fn point(&self) -> String {
        self.ask.to.point_code().unwrap_or_default().to_owned()
    }
}

fn packed_order_row(route: &Route, new: &NewPacked, at: UtcMicros) -> Vec<Arg> {
    let (buyer, address) = (&new.ask.recipient, new.ask.to.address());
    let recipient = json!({
        "name": buyer.name, "phone": buyer.phone,
        "postcode": address.postcode, "city": address.city, "address": address.line,
    });
    args![
        new.order,
        route.owner,
        route.warehouse,
        new.number(),
        new.number(),
        &route.carrier,
        recipient,
        at,
        "packed",
        "partial",
        new.point(),
        0_i64,
        0_i64,
        1_i64,
    ]
}

fn packed_parcel_row(route: &Route, new: &NewPacked, at: UtcMicros) -> Vec<Arg> {
    args![
        new.parcel,
        route.warehouse,
        route.owner,
        new.order,
        new.number(),
        &route.carrier,
        at,
        at,
        "packed",
        new.point(),
        0_i64,
        new.ask.package.weight_g,
    ]
}

fn packed_shipment_row(route: &Route, new: &NewPacked, at: UtcMicros) -> Vec<Arg> {
    args![
        new.shipment,
        new.parcel,
        route.owner,
        route.warehouse,
        route.account,
        &route.carrier,
        new.number(),
        &new.reference.track,
        json!(new.ask),
        at,
        at,
        at,
        at,
        at,
        at,
        "registered",
        new.mode,
        "created",
        new.point(),
        &new.ask.tariff,
        &new.reference.id,
        None::<Kopecks>,
    ]
}

/// What was found of a register.
pub(super) async fn found(tx: &mut Tx, register: CodRegisterId) -> Result<Vec<FoundRow>, DbError> {
    tx.fetch_all(FOUND, args![register]).await
}

/// All open findings of the database.
pub(super) async fn wrong(tx: &mut Tx) -> Result<Vec<WrongRow>, DbError> {
    tx.fetch_all(WRONG, args![]).await
}

/// The receipt of a number.
pub(super) async fn receipt(tx: &mut Tx, number: &str) -> Result<ReceiptRow, DbError> {
    tx.fetch_one(RECEIPT, args![number]).await
}

/// The first command that any server gives an empty database: no two databases have the same.
pub(super) async fn birth(tx: &mut Tx) -> Result<Option<uuid::Uuid>, DbError> {
    let row: Option<BirthRow> = tx.fetch_optional(BIRTH, args![]).await?;
    Ok(row.map(|row| row.command))
}

/// How many ledger lines each scan wrote.
pub(super) async fn picks_by_scan(tx: &mut Tx) -> Result<Vec<PicksOfScan>, DbError> {
    tx.fetch_all(PICKS_BY_SCAN, vec![]).await
}

/// Products of which nothing is left to promise.
pub(super) async fn products_without_stock(
    tx: &mut Tx,
    warehouse: WarehouseId,
) -> Result<Vec<BareProduct>, DbError> {
    tx.fetch_all(PRODUCTS_WITHOUT_STOCK, args![warehouse]).await
}
