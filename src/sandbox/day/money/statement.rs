//! What the bank says: a statement of the operator's account.

use super::ground::{ACCOUNT, BIC, OPERATOR, OPERATOR_INN};
use crate::bank::format::{Encoding, SectionKind, write};
use crate::carriers::amounts::roubles_text;
use crate::units::{Day, Kopecks};

/// On the account before the day.
const OPENING: i64 = 100_000_000;

/// Who pays, or is paid.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) inn: String,
    pub(super) account: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
}

/// A payment order that was carried out.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) way: Way,
    pub(super) number: String,
    pub(super) day: Day,
    pub(super) sum: i64,
    pub(super) other: Side,
    pub(super) purpose: String,
}

fn ours() -> Side {
    Side { name: OPERATOR.to_owned(), inn: OPERATOR_INN.to_owned(), account: ACCOUNT.to_owned() }
}

/// The day of the account, in the encoding of most banks.
pub(super) fn of_day(day: Day, documents: &[Document]) -> anyhow::Result<Vec<u8>> {
    let roubles = |sum: i64| roubles_text(Kopecks::new(sum));
    let sum = |way: Way| -> i64 {
        documents.iter().filter(|one| one.way == way).map(|one| one.sum).sum()
    };
    let (income, outcome) = (sum(Way::In), sum(Way::Out));
    let closing = roubles(OPENING + income - outcome);
    let [opening, income, outcome] = [OPENING, income, outcome].map(roubles);
    let today = day.russian_text();
    let head = [("ВерсияФормата", "1.03"), ("Кодировка", "Windows"), ("РасчСчет", ACCOUNT)];
    let balance = vec![
        ("ДатаНачала", today.as_str()),
        ("ДатаКонца", today.as_str()),
        ("РасчСчет", ACCOUNT),
        ("НачальныйОстаток", opening.as_str()),
        ("ВсегоПоступило", income.as_str()),
        ("ВсегоСписано", outcome.as_str()),
        ("КонечныйОстаток", closing.as_str()),
    ];
    let ours = ours();
    let texts: Vec<(String, String)> =
        documents.iter().map(|one| (one.day.russian_text(), roubles(one.sum))).collect();
    let sections = documents.iter().zip(&texts).map(|(one, (day, sum))| {
        let (payer, payee, booked) = match one.way {
            Way::In => (&one.other, &ours, "ДатаПоступило"),
            Way::Out => (&ours, &one.other, "ДатаСписано"),
        };
        let fields = vec![
            ("Номер", one.number.as_str()),
            ("Дата", day.as_str()),
            ("Сумма", sum.as_str()),
            ("ПлательщикСчет", payer.account.as_str()),
            ("ПлательщикИНН", payer.inn.as_str()),
            ("Плательщик", payer.name.as_str()),
            ("ПлательщикБИК", BIC),
            (booked, today.as_str()),
            ("ПолучательСчет", payee.account.as_str()),
            ("ПолучательИНН", payee.inn.as_str()),
            ("Получатель", payee.name.as_str()),
            ("ПолучательБИК", BIC),
            ("НазначениеПлатежа", one.purpose.as_str()),
        ];
        (SectionKind::Document, "Платежное поручение", fields)
    });
    let text = write(&head, std::iter::once((SectionKind::Account, "", balance)).chain(sections));
    Encoding::Windows.encode(&text).map_err(|letter| anyhow::anyhow!("знак {letter} не пишется"))
}
