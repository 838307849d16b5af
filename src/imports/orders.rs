//! Order files: one row per line of an order.
//!
//! The rules, in the order in which a row meets them:
//! - All rows with one order number are one order, also when others stand between them.
//! - A number that is `C` and digits is a cancellation paper of the shop's books. It names no order,
//!   so it is refused (`cancellation_without_order`); cancel the order itself.
//! - Articles that stand for postage, discounts and fees are no goods (`not_goods`): the row is
//!   refused, the rest of the order is not.
//! - Any other wrong row refuses its whole order, since a part of an order is not what was bought:
//!   a quantity that is not a whole number above zero, a price that is negative or finer than a
//!   kopeck, an article that is unknown. A price of zero is a gift, and is taken.
//! - The same article at the same price is one line with the sum; at another price it is another.
//! - An unknown article is a new product when that was asked for. Its name is the first one that the
//!   batch gives it, or the article where there is none.

use std::collections::{BTreeMap, HashMap};

use super::map::Columns;
use super::run::{Job, Outcome};
use super::table::Row;
use super::{ImportError, NewProducts, Refusal};
use crate::access::Scope;
use crate::catalog::{NewProduct, ProductFacts, products_by_article, products_create_many};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::ProductId;
use crate::orders::{DraftLine, IntakeOutcome, OrderDraft, Recipient, orders_intake};
use crate::units::{Kopecks, Pieces, UtcMicros};

/// What shops write into the article column for what lies on no shelf.
const NOT_GOODS: [&str; 10] =
    ["POST", "DOT", "M", "D", "S", "B", "C2", "CRUK", "BANK CHARGES", "AMAZONFEE"];
const NOT_GOODS_PREFIX: &str = "GIFT_";
/// Served by any carrier without a program of its own.
const CARRIER_UNKNOWN: &str = "file";
const QUANTITY_MAX: i64 = 1_000_000;

/// The rows of one order.
#[derive(Debug, Clone)]
pub(super) struct OrderRows {
    number: String,
    rows: Vec<Row>,
}

/// Gathers the rows of each order until the last one was seen.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    left: HashMap<String, usize>,
    open: HashMap<String, Vec<Row>>,
}

impl Grouping {
    pub(super) fn count(&mut self, number: &str) {
        if let Some(count) = self.left.get_mut(number) {
            *count += 1;
        } else {
            self.left.insert(number.to_owned(), 1);
        }
    }

    /// Takes a row and answers its order if this was the last of it.
    pub(super) fn add(&mut self, columns: &Columns, row: Row) -> Option<OrderRows> {
        let number = columns.text(&row, "order").to_owned();
        let rows = self.open.entry(number.clone()).or_default();
        rows.push(row);
        if self.left.get(&number).is_some_and(|count| *count > rows.len()) {
            return None;
        }
        let rows = self.open.remove(&number).unwrap_or_default();
        Some(OrderRows { number, rows })
    }
}

/// An order as the file has it, its products not yet found.
struct Read<'a> {
    order: &'a OrderRows,
    lines: Vec<ReadLine<'a>>,
}

struct ReadLine<'a> {
    row: &'a Row,
    article: String,
    quantity: i64,
    price: Kopecks,
}

pub(super) async fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &Job,
    orders: &[OrderRows],
) -> Result<Outcome, ImportError> {
    let owner = job.owner()?;
    let mut outcome = Outcome::default();
    let read: Vec<Read<'_>> = orders
        .iter()
        .filter_map(|order| read_order(&job.columns, order, &mut outcome.refusals))
        .collect();
    let products = products(tx, ctx, job, &read, &mut outcome).await?;
    let mut drafts = Vec::new();
    let mut sources = Vec::new();
    for read in &read {
        match draft(&job.columns, read, &products) {
            Ok(draft) => {
                drafts.push(draft);
                sources.push(read.order);
            }
            Err(refusals) => outcome.refusals.extend(refusals),
        }
    }
    let intakes = orders_intake(tx, ctx, owner, job.warehouse, &drafts).await?;
    for (intake, order) in intakes.iter().zip(sources) {
        match intake.outcome {
            IntakeOutcome::Created => outcome.created += 1,
            IntakeOutcome::Exists => outcome.unchanged += 1,
            IntakeOutcome::Differs => {
                outcome.refusals.push(job.columns.refuse(&order.rows[0], "order", "order_exists"));
            }
        }
    }
    Ok(outcome)
}

/// Reads the rows of an order; nothing if it is refused or no goods are left of it.
fn read_order<'a>(
    columns: &Columns,
    order: &'a OrderRows,
    refusals: &mut Vec<Refusal>,
) -> Option<Read<'a>> {
    if is_cancellation(&order.number) {
        let refuse = |row| columns.refuse(row, "order", "cancellation_without_order");
        refusals.extend(order.rows.iter().map(refuse));
        return None;
    }
    let before = refusals.len();
    let mut dropped = 0;
    let mut lines: Vec<ReadLine<'a>> = Vec::new();
    let mut places: HashMap<(String, Kopecks), usize> = HashMap::new();
    for row in &order.rows {
        match read_line(columns, row) {
            Ok(line) => {
                let next = lines.len();
                let place = *places.entry((line.article.clone(), line.price)).or_insert(next);
                if place == next {
                    lines.push(line);
                } else {
                    lines[place].quantity += line.quantity;
                }
            }
            Err(refusal) => {
                dropped += usize::from(refusal.code == "not_goods");
                refusals.push(refusal);
            }
        }
    }
    let refused = refusals.len() - before > dropped;
    (!refused && !lines.is_empty()).then_some(Read { order, lines })
}

fn is_cancellation(number: &str) -> bool {
    number
        .strip_prefix('C')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn read_line<'a>(columns: &Columns, row: &'a Row) -> Result<ReadLine<'a>, Refusal> {
    if columns.text(row, "order").is_empty() {
        return Err(columns.refuse(row, "order", "missing"));
    }
    let article = columns.text(row, "article");
    if article.is_empty() {
        return Err(columns.refuse(row, "article", "missing"));
    }
    let upper = article.to_uppercase();
    if NOT_GOODS.contains(&upper.as_str()) || upper.starts_with(NOT_GOODS_PREFIX) {
        return Err(columns.refuse(row, "article", "not_goods"));
    }
    let quantity = columns.whole(row, "quantity")?;
    let quantity = quantity.ok_or_else(|| columns.refuse(row, "quantity", "missing"))?;
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        return Err(columns.refuse(row, "quantity", "quantity_impossible"));
    }
    let price = columns.money(row, "price")?;
    Ok(ReadLine { row, article: article.to_owned(), quantity, price })
}

/// Finds the products of the orders, and creates those that are new if that was asked for.
async fn products(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &Job,
    read: &[Read<'_>],
    outcome: &mut Outcome,
) -> Result<HashMap<String, ProductId>, ImportError> {
    let owner = job.owner()?;
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for line in read.iter().flat_map(|read| &read.lines) {
        let name = names.entry(&line.article).or_default();
        if name.is_empty() {
            *name = job.columns.text(line.row, "name");
        }
    }
    let articles: Vec<String> = names.keys().map(|article| (*article).to_owned()).collect();
    let mut found = products_by_article(tx, owner, &articles).await?;
    if job.new_products == NewProducts::Refuse {
        return Ok(found);
    }
    let new = |(article, name): (&&str, &&str)| NewProduct {
        article: Some((*article).to_owned()),
        facts: ProductFacts {
            name: if name.is_empty() { *article } else { *name }.to_owned(),
            category: "general".to_owned(),
            ..ProductFacts::default()
        },
        barcodes: Vec::new(),
    };
    let news: Vec<NewProduct> =
        names.iter().filter(|(article, _)| !found.contains_key(**article)).map(new).collect();
    if !news.is_empty() {
        let made = products_create_many(tx, ctx, Scope::All, owner, "items", &news).await?;
        outcome.products_created += i64::try_from(made.len()).unwrap_or(i64::MAX);
        found.extend(made.into_iter().map(|product| (product.article, product.id)));
    }
    Ok(found)
}

fn draft(
    columns: &Columns,
    read: &Read<'_>,
    products: &HashMap<String, ProductId>,
) -> Result<OrderDraft, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut lines = Vec::with_capacity(read.lines.len());
    for line in &read.lines {
        match products.get(&line.article) {
            Some(&product) => lines.push(DraftLine {
                product,
                quantity: Pieces::new(line.quantity),
                price_kopecks: line.price,
            }),
            None => refusals.push(columns.refuse(line.row, "article", "article_unknown")),
        }
    }
    let row = &read.order.rows[0];
    let mut keep = |result: Result<i64, Refusal>| {
        result.unwrap_or_else(|refusal| {
            refusals.push(refusal);
            0
        })
    };
    let priority = keep(columns.whole(row, "priority").map(Option::unwrap_or_default));
    let cod = keep(columns.money(row, "cod").map(Kopecks::get));
    let promised = columns.text(row, "promised_at");
    let promised_at = promised.parse::<UtcMicros>().ok();
    if promised_at.is_none() && !promised.is_empty() {
        refusals.push(columns.refuse(row, "promised_at", "not_a_time"));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let text = |field: &str| columns.text(row, field).to_owned();
    let carrier = Some(text("carrier")).filter(|text| !text.is_empty());
    Ok(OrderDraft {
        external_number: read.order.number.clone(),
        policy: None,
        priority,
        promised_at,
        carrier: carrier.unwrap_or_else(|| CARRIER_UNKNOWN.to_owned()),
        pickup_point: text("pickup_point"),
        recipient: recipient(columns, row),
        cod_kopecks: Kopecks::new(cod),
        lines,
    })
}

fn recipient(columns: &Columns, row: &Row) -> Recipient {
    let text = |field: &str| columns.text(row, field).to_owned();
    let name = [text("recipient"), text("customer")].into_iter().find(|name| !name.is_empty());
    let city = [text("city"), text("country")].into_iter().find(|city| !city.is_empty());
    Recipient {
        name: name.unwrap_or_default(),
        phone: text("phone"),
        email: text("email"),
        postcode: text("postcode"),
        city: city.unwrap_or_default(),
        address: text("address"),
        comment: text("comment"),
    }
}
