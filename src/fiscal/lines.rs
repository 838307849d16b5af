//! The lines of a receipt (предметы расчёта, tag 1059). Pure.

use serde::{Deserialize, Serialize};

use crate::carriers::model::Item;
use crate::shipments::PaidGoods;
use crate::taxes::VatRate;
use crate::text_enum;
use crate::units::Kopecks;

/// Tag 1030 holds so many characters.
const NAME_MAX: usize = 128;
const DELIVERY: &str = "Доставка";

text_enum! {
    /// What a line is about (признак предмета расчёта).
    pub enum Subject {
        Goods = "goods",
        Service = "service",
        /// Marked goods whose code nobody has.
        MarkedWithoutCode = "marked_without_code",
        Marked = "marked",
    }
}

impl Subject {
    /// Tag 1212.
    pub const fn tag(self) -> i64 {
        match self {
            Self::Goods => 1,
            Self::Service => 4,
            Self::MarkedWithoutCode => 32,
            Self::Marked => 33,
        }
    }
}

/// One line. Numbers in names of fields are tags of the fiscal format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReceiptLine {
    /// 1030: at most 128 characters.
    pub name: String,
    /// 1023.
    pub quantity: i64,
    /// 2108: 0 is pieces.
    pub measure_2108: i64,
    /// 1079: of one piece, with VAT.
    pub price_kopecks: Kopecks,
    /// 1043.
    pub sum_kopecks: Kopecks,
    pub vat: VatRate,
    pub vat_1199: i64,
    /// 1200: the VAT inside the sum; none where there is no VAT.
    pub vat_kopecks: Option<Kopecks>,
    pub subject: Subject,
    pub subject_1212: i64,
    /// 4 is the full payment at the hand-over.
    pub method_1214: i64,
    /// 64: the carrier takes the money as an agent.
    pub agent_1222: i64,
    /// 2000: the code of this one piece, as it was scanned.
    pub marking_code: Option<String>,
}

const PIECES: i64 = 0;
const PAID_IN_FULL: i64 = 4;
const AGENT: i64 = 64;

/// What the buyer's receipt has to say: the goods that are paid on delivery, each marked piece in a line
/// of its own, and the delivery.
pub fn lines_of(goods: &PaidGoods) -> Vec<ReceiptLine> {
    let paid = goods.items.iter().filter(|item| item.cod_kopecks.is_positive());
    let mut lines: Vec<ReceiptLine> = paid.flat_map(of_item).collect();
    let fee = goods.delivery_fee_kopecks;
    if fee.is_positive() {
        lines.push(line(DELIVERY, 1, fee, goods.delivery_fee_vat, Subject::Service));
    }
    lines
}

fn of_item(item: &Item) -> Vec<ReceiptLine> {
    let one = |quantity, subject| line(&item.name, quantity, item.cod_kopecks, item.vat, subject);
    let mut lines: Vec<ReceiptLine> = item
        .marks
        .iter()
        .map(|code| ReceiptLine { marking_code: Some(code.clone()), ..one(1, Subject::Marked) })
        .collect();
    let coded = i64::try_from(item.marks.len()).unwrap_or(i64::MAX);
    let rest = item.quantity.saturating_sub(coded);
    if rest > 0 {
        let is_marked = coded > 0 || item.is_marked;
        lines.push(one(rest, if is_marked { Subject::MarkedWithoutCode } else { Subject::Goods }));
    }
    lines
}

fn line(name: &str, quantity: i64, price: Kopecks, vat: VatRate, subject: Subject) -> ReceiptLine {
    let sum = Kopecks::new(price.get().saturating_mul(quantity));
    ReceiptLine {
        name: name.chars().take(NAME_MAX).collect(),
        quantity,
        measure_2108: PIECES,
        price_kopecks: price,
        sum_kopecks: sum,
        vat,
        vat_1199: vat.tag(),
        vat_kopecks: vat.per_cent().map(|_| vat.inside(sum)),
        subject,
        subject_1212: subject.tag(),
        method_1214: PAID_IN_FULL,
        agent_1222: AGENT,
        marking_code: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carriers::model::Seller;
    use crate::ids::OwnerId;
    use crate::units::Grams;

    fn item(article: &str, quantity: i64, cod: i64, marks: &[&str]) -> Item {
        Item {
            article: article.to_owned(),
            name: "Ж".repeat(200),
            quantity,
            weight_g: Grams::new(1),
            declared_kopecks: Kopecks::new(cod),
            cod_kopecks: Kopecks::new(cod),
            vat: VatRate::Ten,
            marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
            is_marked: false,
        }
    }

    #[test]
    fn a_receipt_names_what_is_paid_and_each_marked_piece_by_itself() {
        let goods = PaidGoods {
            owner: OwnerId::new(),
            day: "2026-11-22".parse().unwrap(),
            is_told: false,
            seller: Seller::default(),
            items: vec![
                item("A", 3, 1_100, &["a", "b"]),
                Item { is_marked: true, ..item("A-3", 1, 1_101, &[]) },
                // Other goods than A, which have no codes.
                item("A-2", 1, 700, &[]),
                item("B", 2, 500, &[]),
                item("C", 1, 0, &[]),
            ],
            delivery_fee_kopecks: Kopecks::new(30_000),
            delivery_fee_vat: VatRate::Exempt,
        };
        let lines = lines_of(&goods);
        let told: Vec<_> = lines
            .iter()
            .map(|line| {
                let code = line.marking_code.as_deref().unwrap_or("");
                (line.subject_1212, line.quantity, line.sum_kopecks.get(), code)
            })
            .collect();
        assert_eq!(
            told,
            [
                (33, 1, 1_100, "a"),
                (33, 1, 1_100, "b"),
                (32, 1, 1_100, ""),
                (32, 1, 1_101, ""),
                (1, 1, 700, ""),
                (1, 2, 1_000, ""),
                (4, 1, 30_000, ""),
            ]
        );
        assert_eq!(lines[0].name.chars().count(), 128);
        assert_eq!((lines[0].vat_1199, lines[0].vat_kopecks.map(Kopecks::get)), (2, Some(100)));
        assert_eq!((lines[6].vat_1199, lines[6].vat_kopecks), (6, None));
    }
}
