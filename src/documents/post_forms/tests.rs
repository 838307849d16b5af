//! Every form read back by a library that did not write it.

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::*;
use crate::documents::read_back::{self, ReadPage};
use crate::fault::Fault;

const FORMS: [Template; 7] = [
    Template::PostLabel,
    Template::PostList,
    Template::PostInventory,
    Template::PostTransfer,
    Template::PostOldTransfer,
    Template::PostAccompanying,
    Template::PostAccompanyingCod,
];
const BARCODE: &str = "80093053624992";
const ADDRESSEE: &str = "Константинопольская Анастасия Вячеславовна";

fn model<T: DeserializeOwned>(template: Template) -> T {
    serde_json::from_str(example(template).unwrap()).unwrap()
}

fn items() -> Vec<Item> {
    model(Template::PostLabel)
}

fn drawn(file: Result<Vec<u8>, PaperError>) -> Vec<ReadPage> {
    let pages = read_back::pages(&file.unwrap());
    assert!(pages.iter().all(ReadPage::is_within), "something is drawn beside the paper");
    pages
}

fn example_of(template: Template) -> Vec<ReadPage> {
    drawn(render_json(template, example(template).unwrap().as_bytes()))
}

/// The fields that were refused, with their codes.
fn refused(result: Result<Vec<u8>, PaperError>) -> Vec<(String, &'static str)> {
    match result {
        Err(PaperError::Input(input)) => {
            input.fields().into_iter().map(|fault| (fault.field, fault.code)).collect()
        }
        other => panic!("{:?}", other.map(|file| file.len())),
    }
}

fn assert_boxes(page: &ReadPage, boxes: &[[f64; 4]]) {
    for area in boxes {
        assert!(page.has_box(*area), "no box at {area:?}");
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    for template in FORMS {
        let file = || render_json(template, example(template).unwrap().as_bytes()).unwrap();
        let (first, second) = (file(), file());
        assert_eq!(first, second, "{template}");
        let has = |word: &[u8]| first.windows(word.len()).any(|window| window == word);
        assert!(!has(b"CreationDate") && !has(b"ModDate"), "{template}");
    }
}

#[test]
fn the_label_has_its_windows_where_the_blank_has_them() {
    let pages = example_of(Template::PostLabel);
    let page = &pages[0];
    assert!((page.width - 210.0).abs() < 0.1 && (page.height - 148.0).abs() < 0.1);
    assert_boxes(
        page,
        &[
            [15.0, 7.0, 44.0, 14.5],
            [63.5, 7.0, 4.4, 4.4],
            [63.5, 14.4, 4.4, 4.4],
            [106.0, 26.5, 43.0, 10.6],
            [163.0, 7.0, 32.0, 32.0],
            [106.0, 39.7, 88.5, 11.5],
            [106.0, 52.0, 88.5, 11.7],
            [15.0, 92.6, 89.0, 25.5],
            [15.0, 119.0, 180.0, 13.0],
            // Cells of indexes and phones: the first and the last.
            [75.5, 83.0, 4.4, 5.0],
            [166.0, 112.4, 4.4, 5.0],
            [190.0, 112.4, 4.4, 5.0],
            [112.0, 112.4, 4.4, 5.0],
        ],
    );
    assert_eq!(page.text_in([166.0, 112.4, 29.0, 5.0]), "681013");
    assert_eq!(page.text_in([75.5, 83.0, 29.0, 5.0]), "170007");
    assert_eq!(page.text_in([112.0, 112.4, 48.0, 5.0]), "9045551234");
    assert_eq!(page.text_in([114.0, 72.0, 81.0, 7.7]), ADDRESSEE);
    let sum = "1 490 (одна тысяча четыреста девяносто) руб. 00 коп.";
    assert_eq!(page.text_in([107.0, 43.0, 86.5, 8.0]), sum);
    assert_eq!(page.text_in([107.0, 55.4, 86.5, 8.0]), sum);
}

#[test]
fn bars_say_the_number_and_have_their_module_and_their_quiet_zones() {
    let zones = [
        (Template::PostLabel, [15.0, 7.0, 44.0, 14.5]),
        (Template::PostOldTransfer, [104.0, 118.0, 49.0, 14.0]),
        (Template::PostAccompanying, [5.0, 122.0, 60.0, 15.0]),
        (Template::PostAccompanyingCod, [5.0, 122.0, 60.0, 15.0]),
    ];
    for (template, zone) in zones {
        let pages = example_of(template);
        let bars = pages[0].bars_in(zone);
        assert_eq!(read_back::decode_itf(&bars).as_deref(), Some(BARCODE), "{template}");
        let (first, module) = bars[0];
        let (last, width) = bars[bars.len() - 1];
        assert!((0.25..=0.5).contains(&(module + 1e-4)), "{template}: {module}");
        assert!(first - zone[0] >= 10.0 * module - 0.01, "{template}");
        assert!(zone[0] + zone[2] - last - width >= 10.0 * module - 0.01, "{template}");
        assert!(pages[0].text().contains("800930 53 62499 2"), "{template}");
    }
}

#[test]
fn transfers_have_their_windows() {
    let pages = example_of(Template::PostTransfer);
    let page = &pages[0];
    assert!((page.width - 210.0).abs() < 0.1 && (page.height - 297.0).abs() < 0.1);
    assert_boxes(
        page,
        &[
            [54.0, 7.0, 85.0, 37.0],
            [151.7, 7.0, 37.0, 37.0],
            [10.0, 50.0, 186.0, 98.0],
            [58.0, 51.0, 136.0, 5.0],
            [12.5, 60.0, 43.0, 11.0],
            [170.0, 87.8, 4.0, 6.0],
            [40.0, 95.0, 4.4, 5.0],
            [13.0, 107.0, 181.0, 21.0],
            [29.0, 110.0, 3.4, 4.6],
            [170.0, 140.8, 4.0, 6.0],
            [10.0, 151.0, 186.0, 135.0],
        ],
    );
    let sum = "Одна тысяча четыреста девяносто рублей 00 копеек";
    assert_eq!(page.text_in([58.0, 51.0, 136.0, 5.0]), sum);
    assert_eq!(page.text_in([170.0, 87.8, 24.5, 6.0]), "170007");
    assert_eq!(page.text_in([40.0, 95.0, 154.0, 5.0]), "Заказ 4417 от 12.09.2026");
    assert_eq!(page.text_in([29.0, 110.0, 41.0, 5.0]), "6950123457");
    assert_eq!(page.text_in([154.3, 123.3, 31.0, 5.0]), "042809900");

    let pages = example_of(Template::PostOldTransfer);
    assert_eq!(pages.len(), 2, "front and back");
    assert_boxes(
        &pages[0],
        &[
            [103.0, 14.0, 85.0, 40.0],
            [68.0, 55.5, 120.0, 57.0],
            [104.0, 118.0, 49.0, 14.0],
            [68.0, 137.5, 120.0, 61.0],
        ],
    );
    assert!(pages[1].text().contains(sum));
}

#[test]
fn an_inventory_is_there_twice_and_its_total_once() {
    let pages = example_of(Template::PostInventory);
    let page = &pages[0];
    for left in [0.0, 148.5] {
        // Fourteen rows of 6.1 mm under a head of 9 mm, and a total of 8 mm.
        for row in 0..14 {
            let top = 44.7 + 6.1 * f64::from(row);
            assert!(page.has_box([left + 5.0, top, 138.0, 6.1]), "row {row}");
        }
        assert_boxes(
            page,
            &[
                [left + 6.2, 24.5, 5.6, 5.6],
                [left + 84.2, 24.5, 5.6, 5.6],
                [left + 110.2, 130.1, 32.8, 8.0],
                [left + 106.0, 145.5, 37.0, 12.0],
                [left + 106.0, 165.0, 37.0, 37.0],
            ],
        );
        assert_eq!(page.text_in([left + 6.2, 24.5, 84.0, 5.6]), BARCODE);
        assert_eq!(page.text_in([left + 110.2, 44.7, 32.8, 18.3]), "890,00600,00—");
        assert_eq!(page.text_in([left + 92.6, 130.1, 50.4, 8.0]), "51 490,00");
    }

    let mut inventories: Vec<Inventory> = model(Template::PostInventory);
    let line =
        InventoryLine {
            name: "Чашка".to_owned(), quantity: 2, price_kopecks: Kopecks::new(5_000)
        };
    inventories[0].lines = vec![line; 15];
    inventories[0].declared_kopecks = Kopecks::new(150_000);
    let pages = drawn(super::inventories(&inventories));
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0].text_in([92.6, 130.1, 50.4, 8.0]), "", "the total is on the last sheet");
    assert_eq!(pages[1].text_in([92.6, 130.1, 50.4, 8.0]), "301 500,00");
    assert!(pages[0].text().contains("лист 1 из 2") && pages[1].text().contains("лист 2 из 2"));
}

#[test]
fn a_list_has_all_items_and_their_sums_in_words() {
    let mut list: List = model(Template::PostList);
    list.items = list.items.into_iter().cycle().take(90).collect();
    let pages = drawn(super::list(&list));
    assert!(pages.len() > 3);
    for page in &pages {
        assert!((page.width - 297.0).abs() < 0.1 && (page.height - 210.0).abs() < 0.1);
        assert!(page.text().contains("Адресат") && page.text().contains("Итого по листу"));
    }
    let all: String = pages.iter().map(ReadPage::text).collect();
    assert_eq!(all.matches("800930 53 62499 2").count(), 30);
    let last = pages[pages.len() - 1].text().replace('\n', " ");
    assert!(last.contains("Всего сдано отправлений: 90 (девяносто)"), "{last}");
    assert!(last.contains("Четыреста девятнадцать тысяч семьсот рублей 00 копеек"), "{last}");
}

/// As long as carriers and registries allow, in letters that are all different in their order.
fn longest(length: usize) -> String {
    let words = "Общество с ограниченной ответственностью «Производственное объединение Югра», ";
    words.chars().cycle().take(length - 1).chain(['Ъ']).collect()
}

fn change_parties(items: &mut [Item], name: &str, address: &str) {
    for item in items {
        for party in [&mut item.sender, &mut item.recipient] {
            name.clone_into(&mut party.name);
            address.clone_into(&mut party.address);
        }
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Every form of these items and parties.
fn all_forms(items: &[Item]) -> Vec<Result<Vec<u8>, PaperError>> {
    let cods: Vec<CodItem> = model(Template::PostAccompanyingCod);
    let bank = cods[0].bank.clone();
    let cods: Vec<CodItem> =
        items.iter().map(|item| CodItem { item: item.clone(), bank: bank.clone() }).collect();
    let mut money: Vec<Transfer> = model(Template::PostTransfer);
    money[0].receiver = items[0].sender.clone();
    money[0].payer = items[0].recipient.clone();
    let mut list: List = model(Template::PostList);
    list.items[0].recipient = items[0].recipient.clone();
    list.items[0].recipient.address = items[0].recipient.address.clone();
    vec![
        labels(items),
        accompanying(items),
        accompanying_cod(&cods),
        transfers(&money),
        old_transfers(&money),
        super::list(&list),
    ]
}

#[test]
fn the_longest_names_addresses_and_sums_are_whole() {
    let mut items = items();
    let (name, address) = (longest(120), longest(240));
    change_parties(&mut items, &name, &address);
    items[0].declared_kopecks = Kopecks::new(99_999_999_999);
    items[0].cod_kopecks = Kopecks::new(88_888_888_888);
    for (number, file) in all_forms(&items).into_iter().enumerate() {
        let text: String = drawn(file).iter().map(|page| letters(&page.text())).collect();
        assert!(text.contains(&letters(&name)), "form {number}: {text}");
        assert!(text.contains(&letters(&address)), "form {number}: {text}");
    }
    let label = drawn(labels(&items)).remove(0).text().replace('\n', " ");
    assert!(label.contains("восемьсот восемьдесят восемь миллионов"), "{label}");
}

#[test]
fn hostile_data_stays_letters() {
    let hostile =
        "#let x = 1 {recipient.index} <b>&amp;</b> \\ %PDF (]) Tj \u{1fae0}\u{0}\u{202e}зло";
    let shown = "#let x = 1 {recipient.index} <b>&amp;</b> \\ %PDF (]) Tj \u{fffd}\u{fffd}зло";
    let mut items = items();
    change_parties(&mut items, hostile, hostile);
    for (number, file) in all_forms(&items).into_iter().enumerate() {
        let text: String = drawn(file).iter().map(|page| letters(&page.text())).collect();
        assert!(text.contains(&letters(shown)), "form {number}: {text}");
    }
}

#[test]
fn what_cannot_be_written_is_refused_by_name() {
    let mut items = items();
    items.push(items[0].clone());
    items[1].recipient.name = "Щ".repeat(10_000);
    assert_eq!(refused(labels(&items)), [("items[1].recipient.name".to_owned(), "too_long")]);
    items[1].recipient = Party::default();
    items[1].barcode = "80093053624993".to_owned();
    items[1].sender.phone = "+7 916".to_owned();
    items[1].cod_kopecks = Kopecks::new(149_001);
    items[1].mass_g = crate::units::Grams::ZERO;
    let wrong = [
        ("barcode", "bad_check_digit"),
        ("sender.phone", "bad_format"),
        ("recipient.name", "missing"),
        ("mass_g", "too_small"),
        ("cod_kopecks", "too_large"),
    ];
    let wrong = wrong.map(|(field, code)| (format!("items[1].{field}"), code));
    assert_eq!(refused(accompanying(&items)), wrong);
    assert_eq!(refused(labels(&[])), [("items".to_owned(), "missing")]);

    let mut money: Vec<Transfer> = model(Template::PostTransfer);
    money[0].message = "з".repeat(71);
    let too_long = ("transfers[0].message".to_owned(), "too_long");
    assert_eq!(refused(transfers(&money)), [too_long]);
    money[0].message = "з".repeat(70);
    assert_eq!(drawn(transfers(&money))[0].text_in([40.0, 95.0, 154.0, 12.0]), money[0].message);
    money[0].bank.bic = "04280990О".to_owned();
    assert_eq!(refused(transfers(&money)), [("transfers[0].bank.bic".to_owned(), "bad_format")]);

    let mut inventories: Vec<Inventory> = model(Template::PostInventory);
    inventories[0].declared_kopecks = Kopecks::new(148_999);
    let wrong = ("inventories[0].declared_kopecks".to_owned(), "bad_format");
    assert_eq!(refused(super::inventories(&inventories)), [wrong]);
    let mut long = inventories[0].lines[0].clone();
    long.price_kopecks = Kopecks::ZERO;
    inventories[0].declared_kopecks = Kopecks::new(149_000);
    inventories[0].lines.resize(20, long.clone());
    long.name = "Ы".repeat(1_000);
    inventories[0].lines.push(long);
    let too_long = ("inventories[0].lines[20].name".to_owned(), "too_long");
    assert_eq!(refused(super::inventories(&inventories)), [too_long]);
}

#[test]
fn what_is_not_known_stays_blank() {
    let mut items = items();
    let name = items[0].recipient.name.clone();
    items[0].sender = Party::default();
    items[0].recipient = Party { name: name.clone(), ..Party::default() };
    let page = drawn(labels(&items)).remove(0);
    assert_eq!(page.text_in([166.0, 112.4, 29.0, 5.0]), "", "no index");
    assert_eq!(page.text_in([112.0, 112.4, 48.0, 5.0]), "", "no phone");
    assert!(page.text().contains(&name));

    let mut money: Vec<Transfer> = model(Template::PostTransfer);
    money[0].bank = super::Bank::default();
    money[0].receiver = Party::default();
    let page = drawn(transfers(&money)).remove(0);
    assert_eq!(page.text_in([29.0, 110.0, 41.0, 5.0]), "", "no ИНН");
    assert_eq!(page.text_in([154.3, 123.3, 31.0, 5.0]), "", "no БИК");

    let mut list: List = model(Template::PostList);
    let fee = drawn(super::list(&list)).remove(0).text();
    assert!(!fee.contains("____"), "{fee}");
    list.items.iter_mut().for_each(|item| item.fee_kopecks = Kopecks::ZERO);
    let (sender, payer) = (std::mem::take(&mut list.sender), std::mem::take(&mut list.payer));
    let text = drawn(super::list(&list)).remove(0).text();
    assert!(!text.contains(&sender) && !text.contains(&payer), "{text}");
    assert!(text.contains("пересылку с НДС: ____") && !text.contains("Ноль рублей"), "{text}");
}

#[test]
fn a_locker_stands_in_its_window() {
    let mut items = items();
    items[0].locker = Some(Locker { number: "102345".to_owned(), size: LockerSize::M });
    let page = drawn(labels(&items)).remove(0);
    assert_eq!(page.text_in([122.5, 27.6, 24.0, 4.6]), "102345");
    items[0].locker = Some(Locker { number: "1023456".to_owned(), size: LockerSize::L });
    let too_long = ("items[0].locker.number".to_owned(), "too_long");
    assert_eq!(refused(labels(&items)), [too_long]);
}

#[test]
fn an_international_number_is_code_128() {
    let mut items = items();
    items[0].barcode = "RD025500807SE".to_owned();
    let page = drawn(labels(&items)).remove(0);
    let bars = page.bars_in([15.0, 7.0, 44.0, 14.5]);
    // Three bars to a sign: start, thirteen signs or pairs of digits, check, and stop with one more.
    assert!(bars.len() % 3 == 1 && read_back::decode_itf(&bars).is_none());
    let modules =
        |width: f64| (1..=4).any(|count| (width / bars[1].1 - f64::from(count)).abs() < 0.05);
    assert!(bars.iter().all(|(_, width)| modules(*width)), "{bars:?}");
    assert!(page.text().contains("RD 025 500 807 SE"));
}

#[test]
fn a_model_with_unknown_fields_is_refused() {
    let model = json!([{ "barcod": BARCODE }]).to_string();
    let error = render_json(Template::PostLabel, model.as_bytes()).unwrap_err();
    assert!(matches!(error, PaperError::Model(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_written_is_whole_or_refused(name in ".{1,200}", address in "\\PC{1,300}") {
        let mut items = items();
        change_parties(&mut items, &name, &address);
        match labels(&items) {
            Ok(file) => {
                let pages = read_back::pages(&file);
                prop_assert!(pages.len() == 1 && pages[0].is_within());
                // Twice each: the sender and the addressee.
                let drawn = letters(&pages[0].text()).chars().filter(|c| c.is_alphabetic()).count();
                let wanted = 2 * [&name, &address].into_iter().map(|text| drawable(text)).sum::<usize>();
                prop_assert!(drawn >= wanted, "{drawn} letters of {wanted}");
            }
            Err(PaperError::Input(_)) => {}
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }
}

/// Letters that a face of ours is sure to have.
fn drawable(text: &str) -> usize {
    text.chars().filter(|c| matches!(c, 'a'..='z' | 'A'..='Z' | 'а'..='я' | 'А'..='Я')).count()
}
