//! Reading registers as carriers send them.

use std::collections::BTreeMap;

use encoding_rs::{IBM866, WINDOWS_1251};
use rust_xlsxwriter::{Format, Workbook};

use crate::imports::{ImportError, Source};
use crate::registers::model::{Line, LineKind, PayMethod};
use crate::registers::read::{Digest, Read, Reader, Totals};
use crate::units::Kopecks;

const SAMPLE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/carriers/samples/cod/generic_register_with_faults_constructed.csv"
));

fn told(map: &[(&str, &str)]) -> BTreeMap<String, String> {
    map.iter().map(|(field, heading)| ((*field).to_owned(), (*heading).to_owned())).collect()
}

fn open(bytes: &[u8], map: &[(&str, &str)]) -> Result<Vec<Read>, ImportError> {
    let source = Source::Bytes(bytes.into());
    let survey = source.survey("реестр").unwrap();
    let mut reader = Reader::open(&source, &survey, &told(map), &told(&[]))?;
    let mut all = Vec::new();
    while let Some(read) = reader.next()? {
        all.push(read);
    }
    Ok(all)
}

fn lines(reads: &[Read]) -> Vec<&Line> {
    let mut found = Vec::new();
    for read in reads {
        if let Read::Line(line) = read {
            found.push(line);
        }
    }
    found
}

fn hash(reads: &[Read]) -> [u8; 32] {
    let mut digest = Digest::default();
    for read in reads {
        digest.add(read).unwrap();
    }
    digest.hash()
}

#[test]
fn the_sample_is_read_with_its_totals_in_any_encoding() {
    let reads = open(SAMPLE.as_bytes(), &[]).unwrap();
    let found = lines(&reads);
    assert_eq!(found.len(), 6);
    assert_eq!(found[0].track, "1105500001");
    assert_eq!(found[0].order_number, "SHOP-100045");
    assert_eq!(found[0].collected, Kopecks::new(359_000));
    assert_eq!(found[0].fee, Some(Kopecks::new(10_770)));
    assert_eq!(found[0].delivery, Some(Kopecks::new(41_200)));
    assert_eq!(found[0].transferred, Some(Kopecks::new(307_030)));
    assert_eq!(found[0].method, Some(PayMethod::Card));
    assert_eq!(found[1].method, Some(PayMethod::Cash));
    assert_eq!(found[0].day.unwrap().to_string(), "2026-11-17");
    assert_eq!((found[5].kind, found[5].collected), (LineKind::Refund, Kopecks::new(-329_000)));
    let Some(Read::Total(totals)) = reads.last() else { panic!("no totals: {reads:?}") };
    assert_eq!(totals.collected, Some(Kopecks::new(1_745_000)));
    assert_eq!(totals.transferred, Some(Kopecks::new(1_491_690)));

    let (cp1251, ..) = WINDOWS_1251.encode(SAMPLE);
    assert_eq!(open(&cp1251, &[]).unwrap(), reads);
}

#[test]
fn the_heading_may_stand_below_a_title_and_in_two_rows() {
    let titled = "Реестр № 12, Москва, Россия, СНГ\n;;\n\nПеречень;;за ноябрь\nСумма НП;Комиссия;\
                  Номер накладной\n100,00;3;7\n;;\n200;6;8\nИтого: 300;;\nГлавный бухгалтер;;\n";
    let reads = open(titled.as_bytes(), &[]).unwrap();
    let found = lines(&reads);
    assert_eq!(found.iter().map(|line| &*line.track).collect::<Vec<_>>(), ["7", "8"]);
    assert_eq!((found[0].row, found[1].row), (6, 8));
    assert_eq!(reads.len(), 3, "the signature is no wrong row: {reads:?}");

    let merged =
        "Отправление;Деньги;;\nНомер отправления;Сумма НП;Комиссия;К перечислению\n7;100;3;97\n";
    assert_eq!(lines(&open(merged.as_bytes(), &[]).unwrap()).len(), 1);
    let vertical = "Номер отправления;Расчёты;\n;Сумма НП;Комиссия\n7;100;3\n";
    let reads = open(vertical.as_bytes(), &[]).unwrap();
    assert_eq!(lines(&reads)[0].fee, Some(Kopecks::new(300)));
}

#[test]
fn a_workbook_with_numbers_merged_cells_and_serial_days_is_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 4, "Реестр платежей", &Format::new()).unwrap();
    let headings =
        ["К перечислению", "Номер заказа", "Дата выдачи", "Наложенный платёж", "Трек-номер"];
    for (place, heading) in (0..).zip(headings) {
        sheet.write(2, place, heading).unwrap();
    }
    sheet.write(4, 0, 3_070.299_999_999_999_7).unwrap();
    sheet.write(4, 1, 45).unwrap();
    sheet.write(4, 2, 46_343).unwrap();
    sheet.write(4, 3, 3590.0).unwrap();
    sheet.write(4, 4, 1_105_500_001_i64).unwrap();
    sheet.write(5, 1, "Итого").unwrap();
    sheet.write(5, 3, 3590).unwrap();
    let reads = open(&book.save_to_buffer().unwrap(), &[]).unwrap();
    let found = lines(&reads);
    assert_eq!((found.len(), found[0].row), (1, 5), "{reads:?}");
    assert_eq!(found[0].track, "1105500001");
    assert_eq!(found[0].order_number, "45");
    assert_eq!(found[0].transferred, Some(Kopecks::new(307_030)));
    assert_eq!(found[0].day.unwrap().to_string(), "2026-11-17");
    let totals = Totals { collected: Some(Kopecks::new(359_000)), ..Totals::default() };
    assert_eq!(reads[1], Read::Total(totals));
}

#[test]
fn a_wrong_row_is_named_and_the_others_are_read() {
    let text = "Номер отправления;Дата;Сумма НП;Комиссия\n1;вчера;100;3\n2;;сто;3\n;;100;3\n4;;;3\n5;;100;3\n";
    let reads = open(text.as_bytes(), &[]).unwrap();
    let wrong = |read: &Read| match read {
        Read::Wrong(refusal) => {
            Some((refusal.line, refusal.column.clone().unwrap_or_default(), refusal.code))
        }
        _ => None,
    };
    let named: Vec<_> = reads.iter().filter_map(wrong).collect();
    let expected = [
        (2, "Дата".to_owned(), "not_a_day"),
        (3, "Сумма НП".to_owned(), "not_a_price"),
        (4, "Номер отправления".to_owned(), "missing"),
        (5, "Сумма НП".to_owned(), "missing"),
    ];
    assert_eq!(named, expected);
    assert_eq!(lines(&reads).len(), 1);
}

#[test]
fn columns_are_told_where_their_names_are_unknown() {
    let text = "Код;Взято\n7;100\n";
    assert!(matches!(open(text.as_bytes(), &[]), Err(ImportError::ColumnMissing { .. })));
    let map = [("track", "Код"), ("collected", "Взято")];
    assert_eq!(lines(&open(text.as_bytes(), &map).unwrap()).len(), 1);
}

#[test]
fn the_same_lines_in_another_order_and_layout_are_the_same_register() {
    let one = "Номер отправления;Сумма НП;Комиссия\n1;100,00;3\n2;200;6\n";
    let other = "Комиссия,Сумма НП,Номер отправления\n6.00,200.0,2\n3.0,100,1.0\n";
    let more = "Номер отправления;Сумма НП;Комиссия\n1;100,00;3\n2;200;6\n2;200;6\n";
    let read = |text: &str| hash(&open(text.as_bytes(), &[]).unwrap());
    assert_eq!(read(one), read(other));
    assert_ne!(read(one), read(more));
}

#[test]
fn a_sum_beyond_all_payments_is_refused_before_it_is_compared() {
    let text = "Номер отправления;Сумма НП;К перечислению\n\
                1;10000000000;10000000000\n2;90000000000000000;-90000000000000000\n";
    let reads = open(text.as_bytes(), &[]).unwrap();
    let mut digest = Digest::default();
    digest.add(&reads[0]).unwrap();
    digest.add(&reads[1]).unwrap_err();
}

#[test]
fn a_total_that_counts_parcels_is_no_parcel_and_what_stands_below_it_is_not_lost() {
    let text = "Номер отправления;Сумма НП\n1;100\nИтого: 1 отправление;100\n;50\n3;70\n\
                Всего 2 строки;170\n;\n;подпись\n";
    let reads = open(text.as_bytes(), &[]).unwrap();
    let totals = reads.iter().filter_map(|read| match read {
        Read::Total(totals) => totals.collected.map(Kopecks::get),
        _ => None,
    });
    assert_eq!(totals.collect::<Vec<_>>(), [10_000, 17_000], "{reads:?}");
    assert_eq!(lines(&reads).iter().map(|line| &*line.track).collect::<Vec<_>>(), ["1", "3"]);
    let wrong = reads.iter().filter_map(|read| match read {
        Read::Wrong(refusal) => Some((refusal.line, refusal.code)),
        _ => None,
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [(4, "missing")], "a sum of nobody");
}

#[test]
fn other_encodings_and_thousands_are_read_as_they_stand() {
    let text = "Номер отправления;Дата вручения;Сумма НП;К перечислению\n\
                1;46343.5;1,234.50;1.200,00\n2;17.11.2026;500,00-;500-\n";
    let plain = open(text.as_bytes(), &[]).unwrap();
    let found = lines(&plain);
    let sums = found.iter().map(|line| (line.collected.get(), line.transferred.unwrap().get()));
    assert_eq!(sums.collect::<Vec<_>>(), [(123_450, 120_000), (-50_000, -50_000)]);
    assert_eq!(found[0].day, found[1].day);
    let (cp866, ..) = IBM866.encode(text);
    let utf16: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&*cp866, &utf16] {
        assert_eq!(open(bytes, &[]).unwrap(), plain);
    }
}
