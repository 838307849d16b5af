use proptest::prelude::*;

use super::*;

const FILE: &str = "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\n\
РасчСчет=40702810400000000225\n\n\
СекцияРасчСчет\nРасчСчет=40702810400000000225\nНачальныйОстаток=10.00\nКонецРасчСчет\n\n\
СекцияДокумент=Платежное поручение\nНомер=7\nНазначениеПлатежа=счёт a=b=c\nНовыйКлюч=да\n\
КонецДокумента\nКонецФайла\n";

fn sections(items: &[Item]) -> Vec<&Section> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Section(section) => Some(section),
            _ => None,
        })
        .collect()
}

fn faults(items: &[Item]) -> Vec<(u64, &str, FaultCode)> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Fault(fault) => Some((fault.line, fault.key.as_str(), fault.code)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_encoding_is_found_out_whatever_the_head_says() {
    let (_, plain) = read(FILE.as_bytes());
    assert_eq!(sections(&plain).len(), 2);
    let bom = format!("\u{feff}{FILE}");
    let crlf = FILE.replace('\n', "\r\n");
    let lower = FILE.to_lowercase();
    let cases = [
        (bom.into_bytes(), Encoding::Utf8),
        (crlf.into_bytes(), Encoding::Utf8),
        (Encoding::Windows.encode(FILE).unwrap(), Encoding::Windows),
        (Encoding::Dos.encode(FILE).unwrap(), Encoding::Dos),
    ];
    for (bytes, expected) in cases {
        let (encoding, items) = read(&bytes);
        assert_eq!((encoding, &items), (expected, &plain));
    }
    for encoding in [Encoding::Windows, Encoding::Dos] {
        let (found, items) = read(&encoding.encode(&lower).unwrap());
        assert_eq!((found, faults(&items)), (encoding, vec![]));
        assert_eq!(sections(&items)[1].value("Номер"), "7");
    }
}

#[test]
fn values_keep_their_signs_and_unknown_keys_are_kept() {
    let (_, items) = read(FILE.as_bytes());
    let document = sections(&items)[1];
    assert_eq!((document.title.as_str(), document.line), ("Платежное поручение", 11));
    assert_eq!(document.value("назначениеплатежа"), "счёт a=b=c");
    assert_eq!(document.value("НовыйКлюч"), "да");
    assert_eq!(document.value("Сумма"), "");
    assert_eq!(document.find("Номер").map(|field| field.line), Some(12));
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_read() {
    let text = "1CClientBankExchange\nмусор\nСекцияРасчСчет\nРасчСчет=1\nСекцияДокумент=А\nНомер=1\n\
НазначениеПлатежа=по реестру\n№ 5 от 1.11\nКонецДокумента\nСекцияЧужая\nНомер=2\nКонецЧужой\n\
СекцияДокумент=Б\n=3\nНомер=3\nКонецДокумента\nСекцияДокумент=В\nСумма=15";
    let (_, items) = read(text.as_bytes());
    let titles: Vec<&str> = sections(&items).iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, ["", "А", "Б"], "what the file was cut in is not used");
    assert_eq!(sections(&items)[1].value("НазначениеПлатежа"), "по реестру № 5 от 1.11");
    assert_eq!(
        faults(&items),
        [
            (2, "", FaultCode::LineUnreadable),
            (3, "СекцияРасчСчет", FaultCode::SectionNotClosed),
            (10, "СекцияЧужая", FaultCode::SectionUnknown),
            (14, "", FaultCode::LineUnreadable),
            (18, "СекцияДокумент", FaultCode::EndMissing),
        ]
    );
    assert_eq!(faults(&read(b"a;b;c\n1;2;3").1), [(1, "", FaultCode::NotExchange)]);
    assert_eq!(faults(&read(b"").1), [(0, "", FaultCode::NotExchange)]);
    let after = read(format!("{FILE}\u{1a}мусор").as_bytes()).1;
    assert_eq!(faults(&after), [], "behind the last line nothing counts");
}

#[test]
fn a_value_never_becomes_a_line() {
    let fields = vec![("Номер", "1\r\nКонецФайла"), ("НазначениеПлатежа", "a\u{0}b")];
    let text = write(&[], [(SectionKind::Document, "Платежное поручение", fields)]);
    let (_, items) = read(text.as_bytes());
    assert_eq!(sections(&items)[0].value("Номер"), "1  КонецФайла");
    assert_eq!(sections(&items)[0].value("НазначениеПлатежа"), "a b");
}

#[test]
fn a_letter_that_an_encoding_lacks_is_named() {
    assert_eq!(Encoding::Windows.encode("сто ₽"), Err('₽'));
    assert_eq!(Encoding::Dos.encode("«сто»"), Err('«'));
    assert!(Encoding::Windows.encode("«№ 5» – ёж").is_ok());
}

#[test]
fn every_fault_has_a_sentence_in_both_languages() {
    for code in FaultCode::ALL {
        for language in [Language::Russian, Language::English] {
            let text = Fault::new(1, "Сумма", *code, "x").text(language);
            assert!(text.contains(' ') && !text.contains("bank-fault"), "{code}: {text}");
        }
    }
}

type Fields = Vec<(String, String)>;

fn fields() -> impl Strategy<Value = Fields> {
    // The letters that no mark begins with.
    let key = "[А-ИЛ-РТ-Яа-йл-рт-я][А-Яа-яA-Za-z0-9]{0,12}";
    let value = "[ -~А-Яа-яЁё№]{0,30}".prop_map(|text| text.trim().to_owned());
    proptest::collection::vec((key, value), 0..8)
}

fn borrowed(fields: &Fields) -> Vec<(&str, &str)> {
    fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        head in fields(),
        documents in proptest::collection::vec(("[А-Яа-я ]{0,12}", fields()), 0..5),
        accounts in proptest::collection::vec(fields(), 0..3),
        encoding in proptest::sample::select(Encoding::ALL),
    ) {
        let accounts = accounts.iter().map(|one| (SectionKind::Account, "", one));
        let documents =
            documents.iter().map(|(title, one)| (SectionKind::Document, title.trim(), one));
        let written: Vec<_> = accounts.chain(documents).collect();
        // The words by which an encoding is known.
        let mut first = vec![("Кодировка", encoding.word())];
        first.extend(borrowed(&head));
        let sections_in = written.iter().map(|(kind, title, one)| (*kind, *title, borrowed(one)));
        let text = write(&first, sections_in);
        let (found, items) = read(&encoding.encode(&text).unwrap());
        prop_assert_eq!(found, encoding);
        prop_assert_eq!(faults(&items), vec![]);
        let heads: Vec<(&str, &str)> = items.iter().filter_map(|item| match item {
            Item::Head(field) => Some((field.key.as_str(), field.value.as_str())),
            _ => None,
        }).collect();
        prop_assert_eq!(heads, first);
        let read_back: Vec<_> = sections(&items).into_iter().map(|one| {
            let fields = one.fields.iter().map(|f| (f.key.clone(), f.value.clone())).collect();
            (one.kind, one.title.clone(), fields)
        }).collect();
        let expected: Vec<(SectionKind, String, Fields)> =
            written.iter().map(|(kind, title, one)| (*kind, (*title).to_owned(), (*one).clone())).collect();
        prop_assert_eq!(read_back, expected);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    #[test]
    fn random_lines_never_panic(lines in proptest::collection::vec(
        "(Секция|Конец|секциядокумент|СекцияРасчСчет|КонецДокумента|Файла|=|[А-я=\u{0}-\u{7f}]){0,5}", 0..30,
    )) {
        let text = format!("{MAGIC}\n{}", lines.join("\n"));
        for item in read(text.as_bytes()).1 {
            if let Item::Section(section) = item {
                let _ = super::super::statement::payment(&section, &mut Vec::new());
                let _ = super::super::statement::balance(&section, &mut Vec::new());
            }
        }
    }
}
