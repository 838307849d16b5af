//! What the bank of the month says: who paid for which register, and what is wrong about it.

use std::collections::BTreeSet;

use super::manners::{CARRIERS, Manner};
use super::plan::{ALIKE, Plan, REGISTER_AFTER, WEEKS};
use crate::bank::format::{Encoding, SectionKind, write};
use crate::carriers::amounts::roubles_text;
use crate::registers::FindingKind;
use crate::units::{Day, Kopecks};

pub(super) const ACCOUNT: &str = "40702810400000000225";
pub(super) const BIC: &str = "044525225";
const PAYER_ACCOUNT: &str = "40702810500000000002";
/// From a register to its payment.
const PAID_AFTER: u64 = 2;
const SHORT_BY: i64 = 12_345;

/// Registers, by their place in the plan, with which the bank has its own way.
const UNPAID: usize = 3;
const SHORT: usize = 5;
const BY_FACTORING: usize = 8;
/// Two of one carrier in one payment.
const TOGETHER: [usize; 2] = [10, 16];
const IN_PARTS: usize = 13;

/// A receipt of the month.
#[derive(Debug, Clone)]
pub(super) struct Receipt {
    pub(super) number: String,
    pub(super) week: usize,
    day: Day,
    pub(super) sum: i64,
    payer: (String, String),
    purpose: String,
    /// What is found of it, if anything: with the register that it is about.
    pub(super) planted: Option<(FindingKind, Option<usize>)>,
}

/// All receipts, and what the person in charge has to do with registers in the end.
#[derive(Debug, Clone)]
pub(super) struct Statements {
    pub(super) receipts: Vec<Receipt>,
    /// Paid at last, when somebody asked.
    pub(super) late: Receipt,
}

/// Registers of which not all money has come, or nobody can tell that it has.
pub(super) fn unpaid() -> BTreeSet<usize> {
    BTreeSet::from([UNPAID, SHORT, ALIKE[0], ALIKE[1]])
}

fn receipt(plan: &Plan, sent: &[Day; WEEKS], index: usize, sum: i64) -> Receipt {
    let register = &plan.registers[index];
    let manner = register.manner();
    Receipt {
        number: format!("{}", 1_000 + index),
        week: register.week,
        day: sent[register.week].plus_days(REGISTER_AFTER + PAID_AFTER),
        sum,
        payer: (manner.name.to_owned(), manner.inn.to_owned()),
        purpose: format!("Перечисление наложенных платежей по реестру № {}", register.number),
        planted: None,
    }
}

/// The receipts for registers that were handed over on the days of `sent`.
pub(super) fn receipts(plan: &Plan, sent: &[Day; WEEKS]) -> Statements {
    let net = |index: usize| plan.registers[index].net();
    let mut receipts = Vec::new();
    for index in 0..plan.registers.len() {
        let whole = receipt(plan, sent, index, net(index));
        match index {
            UNPAID => {}
            SHORT => receipts.push(Receipt {
                sum: whole.sum - SHORT_BY,
                planted: Some((FindingKind::PaymentDiffers, Some(SHORT))),
                ..whole
            }),
            BY_FACTORING => receipts.push(Receipt {
                payer: ("ООО «Фактор»".to_owned(), "7744001497".to_owned()),
                planted: Some((FindingKind::PayerUnexpected, Some(BY_FACTORING))),
                ..whole
            }),
            // Both on one day, and none says for which.
            _ if ALIKE.contains(&index) => {
                let week = plan.registers[ALIKE[1]].week;
                receipts.push(Receipt {
                    week,
                    day: sent[week].plus_days(REGISTER_AFTER),
                    purpose: "Перечисление наложенных платежей".to_owned(),
                    planted: Some((FindingKind::PaymentAmbiguous, Some(index))),
                    ..whole
                });
            }
            _ if index == TOGETHER[0] => {}
            _ if index == TOGETHER[1] => receipts.push(Receipt {
                day: sent[whole.week].plus_days(REGISTER_AFTER),
                sum: whole.sum + net(TOGETHER[0]),
                purpose: "Перечисление наложенных платежей за две недели".to_owned(),
                ..whole
            }),
            IN_PARTS => {
                let half = whole.sum / 2;
                let number = format!("{}", 2_000 + index);
                receipts.push(Receipt { sum: half, number, ..whole.clone() });
                receipts.push(Receipt { sum: whole.sum - half, ..whole });
            }
            _ => receipts.push(whole),
        }
    }
    receipts.extend(others(sent));
    let mut late = receipt(plan, sent, UNPAID, net(UNPAID));
    late.day = sent[WEEKS - 1].plus_days(REGISTER_AFTER + 2 * PAID_AFTER);
    late.week = WEEKS;
    Statements { receipts, late }
}

/// Receipts that no register is behind.
fn others(sent: &[Day; WEEKS]) -> Vec<Receipt> {
    let manner: &Manner = &CARRIERS[0];
    let no_register = Receipt {
        number: "3001".to_owned(),
        week: 1,
        day: sent[1].plus_days(REGISTER_AFTER),
        sum: 7_777_777,
        payer: (manner.name.to_owned(), manner.inn.to_owned()),
        purpose: "Наложенный платёж, уточнение".to_owned(),
        planted: Some((FindingKind::PaymentWithoutRegister, None)),
    };
    let rent = Receipt {
        number: "3002".to_owned(),
        sum: 4_500_000,
        payer: ("ООО «Магазин»".to_owned(), "7740000076".to_owned()),
        purpose: "Оплата хранения по договору 15, НДС 22%".to_owned(),
        planted: None,
        ..no_register.clone()
    };
    vec![no_register, rent]
}

/// A statement of the receipts, as the bank's client writes it. Opening and turnovers agree.
pub(super) fn statement(
    receipts: &[&Receipt],
    opening: i64,
    encoding: Encoding,
) -> anyhow::Result<Vec<u8>> {
    let days = || receipts.iter().map(|one| one.day);
    let day = |day: Option<Day>| day.map(Day::russian_text).unwrap_or_default();
    let (from, to) = (day(days().min()), day(days().max()));
    let roubles = |sum: i64| roubles_text(Kopecks::new(sum));
    let income: i64 = receipts.iter().map(|one| one.sum).sum();
    let [opening, income, closing] = [opening, income, opening + income].map(roubles);
    let head = [("ВерсияФормата", "1.03"), ("Кодировка", "Windows"), ("РасчСчет", ACCOUNT)];
    let balance = vec![
        ("ДатаНачала", from.as_str()),
        ("ДатаКонца", to.as_str()),
        ("РасчСчет", ACCOUNT),
        ("НачальныйОстаток", opening.as_str()),
        ("ВсегоПоступило", income.as_str()),
        ("ВсегоСписано", "0.00"),
        ("КонечныйОстаток", closing.as_str()),
    ];
    let texts: Vec<(String, String)> =
        receipts.iter().map(|one| (one.day.russian_text(), roubles(one.sum))).collect();
    let documents = receipts.iter().zip(&texts).map(|(one, (day, sum))| {
        let fields = vec![
            ("Номер", one.number.as_str()),
            ("Дата", day.as_str()),
            ("Сумма", sum.as_str()),
            ("ПлательщикСчет", PAYER_ACCOUNT),
            ("ПлательщикИНН", one.payer.1.as_str()),
            ("Плательщик", one.payer.0.as_str()),
            ("ПлательщикБИК", BIC),
            ("ДатаПоступило", day.as_str()),
            ("ПолучательСчет", ACCOUNT),
            ("Получатель", "ООО «Амбар»"),
            ("НазначениеПлатежа", one.purpose.as_str()),
        ];
        (SectionKind::Document, "Платежное поручение", fields)
    });
    let text = write(&head, std::iter::once((SectionKind::Account, "", balance)).chain(documents));
    encoding.encode(&text).map_err(|letter| anyhow::anyhow!("{letter} cannot be written"))
}
