//! What a carrier is told of a parcel, made of what is known about it. Pure.

use super::model::{DeliveryTerms, Origin, Shipment};
use super::store::facts::{ItemFacts, MarkFacts, ParcelFacts};
use crate::carriers::RecipientModel;
use crate::carriers::model::{
    Address, BuyOut, Contact, DeliveryMode, Item, Package, QuoteAsk, Seller, ShipmentAsk, Spot,
};
use crate::taxes::{VatClass, VatMode, VatRate, rate_on};
use crate::units::{CubicCentimetres, Day, Grams, Kopecks, Pieces};

/// Everything that a parcel's papers are made of.
pub(super) struct Known {
    pub(super) parcel: ParcelFacts,
    pub(super) items: Vec<ItemFacts>,
    pub(super) marks: Vec<MarkFacts>,
    pub(super) origin: Origin,
    pub(super) terms: DeliveryTerms,
    /// What the shop pays of VAT on the day.
    pub(super) vat: VatMode,
    /// The day of the sale: it is handed over then.
    pub(super) day: Day,
}

impl Known {
    fn recipient(&self) -> RecipientModel {
        // Fields that an order leaves out are empty.
        serde_json::from_value(self.parcel.recipient.clone()).unwrap_or_default()
    }

    fn email(&self) -> String {
        let email = self.parcel.recipient.get("email").and_then(serde_json::Value::as_str);
        email.unwrap_or_default().to_owned()
    }

    fn to(&self, mode: DeliveryMode, point_code: &str) -> Spot {
        let recipient = self.recipient();
        let address = Address {
            postcode: recipient.postcode,
            city: recipient.city,
            line: recipient.address,
            ..Address::default()
        };
        match mode {
            DeliveryMode::Door => Spot::Door(address),
            DeliveryMode::Point | DeliveryMode::Locker => {
                Spot::Point { code: point_code.to_owned(), address }
            }
        }
    }

    fn rate(&self, class: VatClass) -> VatRate {
        rate_on(self.vat, class, self.day)
    }

    fn package(&self) -> Package {
        let parcel = &self.parcel;
        let [length_mm, width_mm, height_mm] =
            match (parcel.length_mm, parcel.width_mm, parcel.height_mm) {
                (Some(length), Some(width), Some(height)) => [length, width, height],
                _ => own_box(&self.items),
            };
        let weight_g = parcel.weight_g.unwrap_or(Grams::ZERO);
        Package { number: parcel.number.clone(), weight_g, length_mm, width_mm, height_mm }
    }

    /// The shop whose goods are sold.
    pub(super) fn seller(&self) -> Seller {
        Seller {
            name: self.parcel.shop.clone(),
            inn: self.parcel.shop_inn.clone().unwrap_or_default(),
            phone: self.terms.phone.clone(),
        }
    }

    /// The goods with what is paid for them on delivery, and what is paid for the delivery.
    pub(super) fn items_with_cod(&self) -> (Vec<Item>, Kopecks) {
        let cod = self.parcel.cod_kopecks;
        items_with_cod(&self.items, &self.marks, cod, |class| self.rate(class))
    }

    /// The buyer can leave only what is not paid yet, and a part only of more than one piece.
    fn buy_out(&self) -> BuyOut {
        let pieces = self.items.iter().map(|item| item.pieces.get()).fold(0, i64::saturating_add);
        let is_open = self.parcel.cod_kopecks.is_positive() && pieces > 1;
        if is_open { self.terms.buy_out } else { BuyOut::Whole }
    }

    pub(super) fn delivery_fee_vat(&self) -> VatRate {
        self.rate(VatClass::General)
    }

    /// What prices are asked for.
    pub(super) fn quote_ask(&self, mode: DeliveryMode, point_code: &str) -> QuoteAsk {
        let declared = self
            .items
            .iter()
            .map(|item| item.price_kopecks.get().saturating_mul(item.pieces.get()));
        QuoteAsk {
            from: self.origin.from.clone(),
            to: self.to(mode, point_code),
            mode,
            package: self.package(),
            declared_kopecks: Kopecks::new(declared.fold(0, i64::saturating_add)),
            cod_kopecks: self.parcel.cod_kopecks,
            buy_out: self.buy_out(),
            day: self.day,
        }
    }

    /// What the carrier is told.
    pub(super) fn shipment_ask(&self, shipment: &Shipment) -> ShipmentAsk {
        let recipient = self.recipient();
        let (items, delivery_fee_kopecks) = self.items_with_cod();
        ShipmentAsk {
            number: shipment.number.clone(),
            tariff: shipment.tariff.clone(),
            sender: self.origin.sender.clone(),
            from: self.origin.from.clone(),
            recipient: Contact {
                name: recipient.name,
                phone: recipient.phone,
                email: self.email(),
            },
            to: self.to(shipment.mode, &shipment.point_code),
            seller: self.seller(),
            package: self.package(),
            items,
            delivery_fee_kopecks,
            delivery_fee_vat: self.delivery_fee_vat(),
            buy_out: self.buy_out(),
            day: self.day,
            comment: self.parcel.order_number.clone(),
        }
    }
}

/// Goods that travel in the box they came in: the largest of them, as high as all of them need.
fn own_box(items: &[ItemFacts]) -> [i64; 3] {
    let volume = |item: &ItemFacts| item.length_mm * item.width_mm * item.height_mm;
    let Some(largest) = items.iter().max_by_key(|item| volume(item)) else { return [0; 3] };
    let all = items.iter().map(|item| volume(item).saturating_mul(item.pieces.get()));
    let all = all.fold(0, i64::saturating_add);
    let base = (largest.length_mm * largest.width_mm).max(1);
    let height = largest.height_mm.max(all.saturating_add(base - 1) / base);
    [largest.length_mm, largest.width_mm, height]
}

/// Volume in cubic centimetres, rounded up.
pub fn volume_cm3(package: &Package) -> i64 {
    let volume = package.length_mm * package.width_mm * package.height_mm;
    CubicCentimetres::of_cubic_millimetres(volume).get()
}

/// The goods with what the buyer pays for each piece; what is above their price is delivery.
///
/// The parts add up to the cash on delivery exactly. When the buyer pays less than the price (a part
/// was paid before), it is spread over the pieces in proportion, and pieces of a line whose shares
/// differ by a kopeck become two items. Each piece keeps one marking code, whichever item it is in.
fn items_with_cod(
    facts: &[ItemFacts],
    marks: &[MarkFacts],
    cod: Kopecks,
    rate: impl Fn(VatClass) -> VatRate,
) -> (Vec<Item>, Kopecks) {
    let price = |item: &ItemFacts| item.price_kopecks.get().saturating_mul(item.pieces.get());
    let total: i64 = facts.iter().map(price).fold(0, i64::saturating_add);
    let fee = Kopecks::new(cod.get().saturating_sub(total).max(0));
    let for_goods = cod.get().min(total);
    let mut items: Vec<Item> = Vec::with_capacity(facts.len());
    let (mut seen, mut given) = (0_i64, 0_i64);
    for fact in facts {
        seen = seen.saturating_add(price(fact));
        // Shares of the running sum: they end at the whole, whatever was rounded on the way.
        let until = share(for_goods, seen, total);
        let mut codes = marks.iter().filter(|mark| mark.line == fact.line);
        for (pieces, each) in pieces_of(until - given, fact.pieces) {
            items.push(Item {
                article: article_of(fact, facts, &items),
                name: fact.name.clone(),
                quantity: pieces,
                weight_g: fact.weight_g,
                declared_kopecks: fact.price_kopecks,
                cod_kopecks: Kopecks::new(each),
                vat: rate(fact.vat_class),
                marks: codes_of(&mut codes, pieces),
                is_marked: fact.is_marked,
            });
        }
        given = until;
    }
    (items, fee)
}

/// The article that an item is told under. Each is told once, and none under that of other goods.
fn article_of(fact: &ItemFacts, facts: &[ItemFacts], told: &[Item]) -> String {
    let is_free = |name: &str| told.iter().all(|item| item.article != name);
    if is_free(&fact.article) {
        return fact.article.clone();
    }
    let is_own = |name: &str| facts.iter().all(|other| other.article != name);
    let mut names = (2_u32..).map(|number| format!("{}-{number}", fact.article));
    names.find(|name| is_free(name) && is_own(name)).unwrap_or_default()
}

/// The next codes of a line, at most one for each of so many pieces.
fn codes_of<'a>(codes: &mut impl Iterator<Item = &'a MarkFacts>, pieces: i64) -> Vec<String> {
    let pieces = usize::try_from(pieces).unwrap_or_default();
    codes.take(pieces).map(|mark| mark.code.clone()).collect()
}

fn share(whole: i64, part: i64, total: i64) -> i64 {
    if total == 0 {
        return 0;
    }
    let exact = i128::from(whole) * i128::from(part) / i128::from(total);
    i64::try_from(exact).unwrap_or(whole)
}

/// So many pieces at so much each, which add up to `sum`: one group, or two.
fn pieces_of(sum: i64, pieces: Pieces) -> impl Iterator<Item = (i64, i64)> {
    let count = pieces.get().max(1);
    let (each, rest) = (sum / count, sum % count);
    let groups = [(count - rest, each), (rest, each + 1)];
    groups.into_iter().filter(|(pieces, _)| *pieces > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::{OrderLineId, OwnerId, WarehouseId};
    use crate::packing::ParcelState;

    fn fact(price: i64, pieces: i64) -> ItemFacts {
        ItemFacts {
            line: OrderLineId::from_uuid(uuid::Uuid::from_u128(price.unsigned_abs().into())),
            article: format!("A-{price}"),
            name: "Кружка".to_owned(),
            pieces: Pieces::new(pieces),
            weight_g: Grams::new(100),
            price_kopecks: Kopecks::new(price),
            length_mm: 100,
            width_mm: 80,
            height_mm: 50,
            vat_class: VatClass::General,
            is_marked: false,
        }
    }

    fn exempt(_: VatClass) -> VatRate {
        VatRate::Exempt
    }

    fn collected(items: &[Item], fee: Kopecks) -> i64 {
        items.iter().map(|item| item.cod_kopecks.get() * item.quantity).sum::<i64>() + fee.get()
    }

    fn known(cod: i64) -> Known {
        Known {
            parcel: ParcelFacts {
                number: "P-1".to_owned(),
                state: ParcelState::Packed,
                warehouse: WarehouseId::new(),
                owner: OwnerId::new(),
                weight_g: Some(Grams::new(500)),
                cod_kopecks: Kopecks::new(cod),
                length_mm: None,
                width_mm: None,
                height_mm: None,
                order_number: "N-1".to_owned(),
                recipient: serde_json::json!({}),
                shop: "Чай и чашка".to_owned(),
                shop_inn: None,
            },
            items: vec![fact(10_000, 2)],
            marks: Vec::new(),
            origin: Origin::default(),
            terms: DeliveryTerms { buy_out: BuyOut::Partial, ..DeliveryTerms::default() },
            vat: VatMode::None,
            day: "2026-11-22".parse().unwrap(),
        }
    }

    #[test]
    fn the_buyer_can_leave_only_what_is_not_paid() {
        let told = |cod: i64| known(cod).quote_ask(DeliveryMode::Door, "").buy_out;
        assert_eq!((told(0), told(1)), (BuyOut::Whole, BuyOut::Partial));
    }

    #[test]
    fn the_buyer_pays_the_price_and_what_is_above_it_is_delivery() {
        let (items, fee) =
            items_with_cod(&[fact(10_000, 2), fact(500, 1)], &[], Kopecks::new(50_500), exempt);
        let paid: Vec<(i64, i64)> =
            items.iter().map(|item| (item.quantity, item.cod_kopecks.get())).collect();
        assert_eq!(paid, [(2, 10_000), (1, 500)]);
        assert_eq!(fee.get(), 30_000);
    }

    #[test]
    fn goods_that_are_paid_are_not_paid_again() {
        let (items, fee) = items_with_cod(&[fact(10_000, 2)], &[], Kopecks::ZERO, exempt);
        assert_eq!((items[0].cod_kopecks, fee), (Kopecks::ZERO, Kopecks::ZERO));
        assert_eq!(items[0].declared_kopecks.get(), 10_000);
    }

    #[test]
    fn pieces_whose_shares_differ_become_two_items() {
        let (items, _) = items_with_cod(&[fact(1_000, 3)], &[], Kopecks::new(1_001), exempt);
        let paid: Vec<(&str, i64, i64)> = items
            .iter()
            .map(|item| (item.article.as_str(), item.quantity, item.cod_kopecks.get()))
            .collect();
        assert_eq!(paid, [("A-1000", 1, 333), ("A-1000-2", 2, 334)]);
    }

    #[test]
    fn no_item_is_told_under_the_article_of_other_goods() {
        let tea = ItemFacts { article: "TEA".to_owned(), is_marked: true, ..fact(1_000, 3) };
        let other = ItemFacts { article: "TEA-2".to_owned(), ..fact(1_000, 1) };
        let again = ItemFacts { article: "TEA".to_owned(), is_marked: true, ..fact(1_000, 1) };
        let (items, _) = items_with_cod(&[tea, other, again], &[], Kopecks::new(3_002), exempt);
        let told: Vec<(&str, bool)> =
            items.iter().map(|item| (item.article.as_str(), item.is_marked)).collect();
        assert_eq!(told, [("TEA", true), ("TEA-3", true), ("TEA-2", false), ("TEA-4", true)]);
    }

    #[test]
    fn each_piece_has_its_marking_code_in_whichever_item_it_is() {
        let facts = [fact(1_000, 3), fact(500, 1)];
        let mark =
            |fact: &ItemFacts, code: &str| MarkFacts { line: fact.line, code: code.to_owned() };
        let marks = [mark(&facts[0], "a"), mark(&facts[1], "x"), mark(&facts[0], "b")];
        let marks = [&marks[..], &[mark(&facts[0], "c")]].concat();
        let (items, _) = items_with_cod(&facts, &marks, Kopecks::new(2_000), exempt);
        let told: Vec<(i64, &[String])> =
            items.iter().map(|item| (item.quantity, item.marks.as_slice())).collect();
        let codes =
            |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let [first, second, other] = [codes(&["a", "b"]), codes(&["c"]), codes(&["x"])];
        assert_eq!(told, [(2, &first[..]), (1, &second[..]), (1, &other[..])]);
    }

    #[test]
    fn goods_in_their_own_boxes_have_the_size_of_all() {
        assert_eq!(own_box(&[fact(1, 1)]), [100, 80, 50]);
        assert_eq!(own_box(&[fact(1, 2), fact(2, 1)]), [100, 80, 150]);
    }

    proptest! {
        #[test]
        fn cash_on_delivery_is_told_to_the_kopeck(
            lines in prop::collection::vec((0_i64..1_000_000, 1_i64..50), 1..12),
            cod in 0_i64..100_000_000,
        ) {
            let facts: Vec<ItemFacts> =
                lines.iter().map(|(price, pieces)| fact(*price, *pieces)).collect();
            let (items, fee) = items_with_cod(&facts, &[], Kopecks::new(cod), exempt);
            prop_assert_eq!(collected(&items, fee), cod);
            let pieces: i64 = items.iter().map(|item| item.quantity).sum();
            prop_assert_eq!(pieces, lines.iter().map(|(_, pieces)| pieces).sum::<i64>());
        }
    }
}
