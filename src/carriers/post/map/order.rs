//! A shipment as an order of Отправка.

use super::{CASHLESS, CODE, Product, RUSSIA, Target};
use crate::carriers::amounts::centimetres;
use crate::carriers::model::{BuyOut, Item, Package, ShipmentAsk, VatRate};
use crate::carriers::post::wire::{
    CleanName, EcomData, FiscalData, Goods, GoodsItem, OrderAsk, Size,
};
use crate::carriers::{CarrierError, not_sayable};
use crate::units::Kopecks;

/// Sides of the sizes in millimetres, longest first.
pub(super) const SIZES: [(&str, [i64; 3]); 4] = [
    ("S", [260, 170, 80]),
    ("M", [300, 200, 150]),
    ("L", [400, 270, 180]),
    ("XL", [530, 260, 220]),
];
const OVERSIZED_SUM_MM: i64 = 1_200;
const OVERSIZED_SIDE_MM: i64 = 600;

/// The size in centimetres, and the type of size where the kind of mail goes by them.
pub(in super::super) fn dimension(
    package: &Package,
    product: Product,
) -> Result<(Size, Option<&'static str>), CarrierError> {
    let sides = package.sides_mm();
    if sides.iter().any(|side| *side <= 0) {
        return Err(not_sayable(CODE, "package", "must be measured: all three sides"));
    }
    if !package.weight_g.is_positive() {
        return Err(not_sayable(CODE, "package.weight_g", "must be weighed"));
    }
    let size = Size {
        length: centimetres(package.length_mm),
        width: centimetres(package.width_mm),
        height: centimetres(package.height_mm),
    };
    if !product.has_sizes() {
        return Ok((size, None));
    }
    let fits = |max: [i64; 3]| sides.iter().zip(max).all(|(side, max)| *side <= max);
    if let Some((name, _)) = SIZES.into_iter().find(|(_, max)| fits(*max)) {
        return Ok((size, Some(name)));
    }
    if sides[0] <= OVERSIZED_SIDE_MM && sides.iter().sum::<i64>() <= OVERSIZED_SUM_MM {
        return Ok((size, Some("OVERSIZED")));
    }
    let name = product.name();
    Err(not_sayable(CODE, "package", format!("is too large for {name}: side 600 mm, sum 1200 mm")))
}

/// Declared value and cash on delivery as the Post takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Money {
    pub(in super::super) declared: i64,
    pub(in super::super) cod: i64,
}

/// What is collected may not be more than what is declared, so a delivery that the buyer pays on receipt is
/// insured with the goods, as in the Post's own example of an order.
pub(in super::super) fn insured(declared: Kopecks, cod: Kopecks) -> Kopecks {
    declared.max(cod)
}

pub(in super::super) fn checked_money(
    declared: Kopecks,
    cod: Kopecks,
) -> Result<Money, CarrierError> {
    if declared.get() < 0 || cod.get() < 0 {
        return Err(not_sayable(CODE, "items", "sums must not be negative"));
    }
    Ok(Money { declared: insured(declared, cod).get(), cod: cod.get() })
}

/// The category of mail (`mail-category`).
pub(in super::super) const fn category(
    product: Product,
    is_partner: bool,
    money: Money,
) -> &'static str {
    let is_combined = is_partner && !matches!(product, Product::Ecom);
    match (product, is_combined, money.declared > 0, money.cod > 0) {
        (Product::Ecom, _, _, true) => "WITH_DECLARED_VALUE_AND_COMPULSORY_PAYMENT",
        (_, true, _, true) => "COMBINED_WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY",
        (_, true, true, false) => "COMBINED_WITH_DECLARED_VALUE",
        (_, true, false, false) => "COMBINED_ORDINARY",
        (_, false, _, true) => "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY",
        (_, false, true, false) => "WITH_DECLARED_VALUE",
        (_, false, false, false) => "ORDINARY",
    }
}

/// The order of a shipment whose recipient the Post has cleaned.
pub(in super::super) fn order_ask<'a>(
    ask: &'a ShipmentAsk,
    postoffice: &'a str,
    target: &'a Target,
    name: CleanName,
    phone: i64,
) -> Result<OrderAsk<'a>, CarrierError> {
    let product = product_of(ask)?;
    let partner = partner_point(ask, product, target)?;
    let money = checked_money(ask.declared_kopecks(), ask.cod_kopecks())?;
    let (dimension, dimension_type) = dimension(&ask.package, product)?;
    let is_ecom = product == Product::Ecom;
    let cod = Some(money.cod).filter(|cod| *cod > 0);
    Ok(OrderAsk {
        order_num: &ask.number,
        inner_num: &ask.package.number,
        postoffice_code: postoffice,
        mail_type: product.as_str(),
        mail_category: category(product, partner.is_some(), money),
        mail_direct: RUSSIA,
        transport_type: product.transport(),
        payment_method: CASHLESS,
        mass: ask.package.weight_g.get(),
        dimension,
        dimension_type,
        fragile: false,
        insr_value: Some(money.declared).filter(|value| *value > 0),
        payment: cod.filter(|_| !is_ecom),
        compulsory_payment: cod.filter(|_| is_ecom),
        address: target.destination()?,
        surname: name.surname.unwrap_or_default(),
        given_name: name.name.unwrap_or_default(),
        middle_name: name.middle_name.filter(|text| !text.is_empty()),
        recipient_name: &ask.recipient.name,
        tel_address: phone,
        sender_name: &ask.sender.company,
        comment: &ask.comment,
        ecom_data: partner,
        goods: cod.map(|_| goods(ask)),
        fiscal_data: cod.map(|_| FiscalData {
            customer_email: &ask.recipient.email,
            customer_phone: phone,
            customer_name: &ask.recipient.name,
        }),
        tariff_count: 1,
        with_discount: false,
    })
}

fn product_of(ask: &ShipmentAsk) -> Result<Product, CarrierError> {
    Product::parse(&ask.tariff)
        .ok_or_else(|| not_sayable(CODE, "tariff", format!("{:?} is no kind of mail", ask.tariff)))
}

/// What is said of a locker or a pick-up point; nothing when it goes elsewhere.
fn partner_point<'a>(
    ask: &ShipmentAsk,
    product: Product,
    target: &'a Target,
) -> Result<Option<EcomData<'a>>, CarrierError> {
    let Target::Partner(office) = target else {
        return match (product, ask.buy_out) {
            (Product::Ecom, _) => {
                Err(not_sayable(CODE, "to", "ЕКОМ goes to pick-up points and lockers"))
            }
            (_, BuyOut::Partial) => {
                Err(not_sayable(CODE, "buy_out", "only ЕКОМ has partial buy-out"))
            }
            (_, BuyOut::Whole) => Ok(None),
        };
    };
    if !product.goes_to_partners() {
        let name = product.name();
        return Err(not_sayable(
            CODE,
            "tariff",
            format!("{name} does not go to lockers and pick-up points"),
        ));
    }
    let service = match (ask.buy_out, product) {
        (BuyOut::Partial, Product::Ecom) => "PARTIAL_REDEMPTION",
        (BuyOut::Partial, _) => {
            return Err(not_sayable(CODE, "buy_out", "only ЕКОМ has partial buy-out"));
        }
        (BuyOut::Whole, _) => "WITHOUT_SERVICE",
    };
    Ok(Some(EcomData {
        delivery_point_index: &office.postal_code,
        services: vec![service],
        identity_methods: vec!["WITHOUT_IDENTIFICATION"],
    }))
}

/// Goods and delivery as the receipt names them. Marked goods stand piece by piece.
fn goods(ask: &ShipmentAsk) -> Goods<'_> {
    let mut items = Vec::new();
    for item in &ask.items {
        if item.marks.is_empty() {
            items.push(line(ask, item, item.quantity, None));
            continue;
        }
        items.extend(item.marks.iter().map(|mark| line(ask, item, 1, Some(mark))));
        let marked = i64::try_from(item.marks.len()).unwrap_or(i64::MAX);
        if item.quantity > marked {
            items.push(line(ask, item, item.quantity - marked, None));
        }
    }
    if ask.delivery_fee_kopecks.is_positive() {
        items.push(GoodsItem {
            code: None,
            item_number: None,
            goods_type: "SERVICE",
            description: "Доставка",
            quantity: 1,
            value: ask.delivery_fee_kopecks.get(),
            insr_value: None,
            vat_rate: vat_code(ask.delivery_fee_vat),
            weight: None,
            payattr: 4,
            lineattr: 4,
            supplier_inn: &ask.seller.inn,
            supplier_name: &ask.seller.name,
            supplier_phone: &ask.seller.phone,
        });
    }
    Goods { items }
}

fn line<'a>(
    ask: &'a ShipmentAsk,
    item: &'a Item,
    quantity: i64,
    mark: Option<&'a String>,
) -> GoodsItem<'a> {
    GoodsItem {
        code: mark.map(String::as_str),
        item_number: Some(&item.article),
        goods_type: "GOODS",
        description: &item.name,
        quantity,
        value: item.cod_kopecks.get(),
        insr_value: Some(item.declared_kopecks.get()),
        vat_rate: vat_code(item.vat),
        weight: Some(item.weight_g.get()).filter(|weight| *weight > 0),
        payattr: 4,
        lineattr: 1,
        supplier_inn: &ask.seller.inn,
        supplier_name: &ask.seller.name,
        supplier_phone: &ask.seller.phone,
    }
}

/// `vat-rate`: per cent, −1 without VAT.
fn vat_code(vat: VatRate) -> i64 {
    vat.per_cent().unwrap_or(-1)
}
