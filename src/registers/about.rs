//! What a file says of all its lines: its currency, whose contract it is, whose file. Pure.

use crate::imports::map::folded;
use crate::imports::table::Row;

/// The longest currency that is kept as it stands.
const CURRENCY_MAX: usize = 10;
/// The number of a contract stands so near to the word.
const NUMBER_WITHIN: usize = 40;

/// Words of the rouble, as cells say them.
const ROUBLES: [&str; 9] =
    ["rub", "rur", "руб", "рубль", "рубли", "рублей", "рублях", "643", "810"];

/// Words of other currencies: a whole word, or the beginning of one that ends with `*`.
const CURRENCIES: [(&str, &[&str]); 10] = [
    ("KZT", &["kzt", "тенге"]),
    ("BYN", &["byn", "byr", "белорус*"]),
    ("KGS", &["kgs", "киргизск*"]),
    ("AMD", &["amd", "драм*"]),
    ("UZS", &["uzs", "узбекск*"]),
    ("GEL", &["gel", "лари"]),
    ("AZN", &["azn", "манат*"]),
    ("CNY", &["cny", "юан*"]),
    ("USD", &["usd", "доллар*"]),
    ("EUR", &["eur", "евро"]),
];

/// How carriers are called in headings.
const CARRIERS: [(&str, &[&str]); 7] = [
    ("cdek", &["сдэк", "cdek"]),
    ("boxberry", &["boxberry", "боксберри"]),
    ("dpd", &["dpd", "дпд"]),
    ("post", &["почтароссии", "еспп", "russianpost"]),
    ("dellin", &["деловыелинии", "dellin"]),
    ("5post", &["5post", "fivepost"]),
    ("yandex", &["яндекс", "yandex"]),
];

/// Words before the taxpayer's number of whoever the carrier works for.
const CUSTOMERS: [&str; 7] = [
    "принципал",
    "клиент",
    "заказчик",
    "контрагент",
    "получатель",
    "отправитель",
    "интернетмагазин",
];

/// What stands above the lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct About {
    /// Of sums whose line names none; empty: roubles.
    pub(super) currency: String,
    /// Numbers of contracts.
    pub(super) contracts: Vec<String>,
    /// Sheets of the workbook that are not empty and not read.
    pub(super) sheets_unread: Vec<String>,
    /// Taxpayers (ИНН), whoever they are.
    pub(super) inns: Vec<String>,
    /// Those that are named as the carrier's customer.
    pub(super) customers: Vec<String>,
    /// Codes of carriers that the heading names.
    pub(super) carriers: Vec<&'static str>,
}

/// `sums` are headings of columns with money, the most telling first.
pub(super) fn about(above: &[Row], heading: &[String], sums: &[String]) -> About {
    let rows: Vec<String> = above.iter().map(|row| row.cells.join(" ")).collect();
    let mut about = About { currency: currency_of(sums, &rows), ..About::default() };
    for row in &rows {
        about.contracts.extend(contracts(row));
        for (inn, before) in inns(row) {
            if CUSTOMERS.iter().any(|word| before.contains(word)) {
                about.customers.push(inn.clone());
            }
            about.inns.push(inn);
        }
    }
    let headings: Vec<String> = heading.iter().map(|cell| folded(cell)).collect();
    let is_named = |words: &[&str]| {
        headings.iter().any(|heading| words.iter().any(|word| heading.contains(word)))
    };
    about.carriers =
        CARRIERS.iter().filter(|(_, words)| is_named(words)).map(|(code, _)| *code).collect();
    about
}

fn currency_of(sums: &[String], rows: &[String]) -> String {
    for heading in sums {
        match word_of(heading) {
            Some(Word::Rouble) => return String::new(),
            Some(Word::Other(code)) => return code.to_owned(),
            None => {}
        }
    }
    let words: Vec<Word> = rows.iter().filter_map(|row| word_of(row)).collect();
    match words.first() {
        Some(Word::Other(code)) if !words.contains(&Word::Rouble) => (*code).to_owned(),
        _ => String::new(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Rouble,
    Other(&'static str),
}

/// The currency that a text speaks of; a foreign one goes before the rouble («белорусских рублей»).
fn word_of(text: &str) -> Option<Word> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_said = |wanted: &str| match wanted.strip_suffix('*') {
        Some(stem) => words.iter().any(|word| word.starts_with(stem)),
        None => words.contains(&wanted),
    };
    let belarusian = words.windows(2).any(|pair| pair == ["бел", "руб"]);
    let other = CURRENCIES.iter().find(|(_, names)| names.iter().any(|name| is_said(name)));
    match other {
        Some((code, _)) => Some(Word::Other(code)),
        None if belarusian => Some(Word::Other("BYN")),
        None if text.contains('₽') || ROUBLES.iter().any(|word| is_said(word)) => {
            Some(Word::Rouble)
        }
        None => None,
    }
}

/// The currency of a line by its own cell; empty is the rouble. An unknown word is kept: it is no rouble
/// until a person says so.
pub(super) fn currency_in(cell: &str, of_file: &str) -> String {
    let cell = cell.trim();
    match word_of(cell) {
        _ if cell.is_empty() => of_file.to_owned(),
        Some(Word::Rouble) => String::new(),
        Some(Word::Other(code)) => code.to_owned(),
        None if ["р", "р."].contains(&&*cell.to_lowercase()) => String::new(),
        None => cell.to_uppercase().chars().take(CURRENCY_MAX).collect(),
    }
}

/// «Договор № 17-А от …»: what stands behind the sign.
fn contracts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in text.to_lowercase().split("договор").skip(1) {
        let near: String = part.chars().take(NUMBER_WITHIN).collect();
        let Some((_, behind)) = near.split_once('№') else { continue };
        let number =
            behind.trim_start().split([' ', ',', ';', '\u{a0}']).next().unwrap_or_default();
        let number = number.trim_end_matches('.');
        if !number.is_empty() {
            found.push(number.to_owned());
        }
    }
    found
}

/// Each taxpayer's number of a text, with the folded words since the one before it.
fn inns(text: &str) -> Vec<(String, String)> {
    let lower = text.to_lowercase();
    let mut found = Vec::new();
    let mut before = String::new();
    for (index, part) in lower.split("инн").enumerate() {
        let digits: String = part
            .chars()
            .skip_while(|c| !c.is_alphanumeric())
            .take_while(char::is_ascii_digit)
            .collect();
        if index > 0 && is_inn(&digits) {
            found.push((digits, std::mem::take(&mut before)));
        }
        before.push_str(&folded(part));
    }
    found
}

/// Ten digits of a company, twelve of a person.
pub(super) fn is_inn(text: &str) -> bool {
    matches!(text.len(), 10 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Row {
        Row { line: 1, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() }
    }

    fn of(rows: &[&[&str]], sums: &[&str]) -> About {
        let rows: Vec<Row> = rows.iter().map(|cells| row(cells)).collect();
        let sums: Vec<String> = sums.iter().map(|sum| (*sum).to_owned()).collect();
        about(&rows, &sums, &sums)
    }

    #[test]
    fn a_currency_is_known_by_heading_title_and_cell() {
        assert_eq!(of(&[], &["Сумма НП, тенге"]).currency, "KZT");
        assert_eq!(of(&[], &["Сумма, бел. руб."]).currency, "BYN");
        assert_eq!(of(&[&["Валюта:", "KZT"]], &["Сумма"]).currency, "KZT");
        assert_eq!(of(&[&["Валюта:", "KZT"]], &["Сумма, руб."]).currency, "");
        for cell in ["", "руб.", "RUB", "643", "₽", "р."] {
            assert_eq!(currency_in(cell, ""), "", "{cell}");
        }
        assert_eq!(currency_in("", "KZT"), "KZT");
        assert_eq!(currency_in("byn", ""), "BYN");
        assert_eq!(currency_in("тугрик", ""), "ТУГРИК");
    }

    #[test]
    fn contracts_and_taxpayers_are_read_from_what_stands_above() {
        let told = of(
            &[
                &["Реестр № 5 по договору № IM-17/2026 от 01.02.2026"],
                &[
                    "Агент: ООО «Курьер»",
                    "ИНН 7722327689",
                    "Принципал: ООО «Склад»",
                    "ИНН: 5001007322",
                ],
            ],
            &["Номер СДЭК"],
        );
        assert_eq!(told.contracts, ["im-17/2026"]);
        assert_eq!(told.inns, ["7722327689", "5001007322"]);
        assert_eq!(told.customers, ["5001007322"]);
        assert_eq!(told.carriers, ["cdek"]);
        assert_eq!(of(&[&["ИНН неизвестен, договор от 1 мая"]], &["Трек"]), About::default());
    }
}
