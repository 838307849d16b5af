use super::format::{Encoding, Fault, FaultCode, Item, Section, read};
use super::matching::{Candidate, Reason, Receipt, Verdict, weigh, weigh_together};
use super::payment_order::{self, PaymentOrder, Requisites};
use super::statement::{self, Balance, Payment};
use crate::fault::Fault as _;
use crate::i18n::Language;
use crate::ids::CodRegisterId;
use crate::units::{Day, Kopecks, UtcMicros};

fn section(lines: &str) -> Section {
    let text = format!("1CClientBankExchange\n{lines}\nКонецФайла\n");
    let (_, items) = read(text.as_bytes());
    let sections = items.into_iter().find_map(|item| match item {
        Item::Section(section) => Some(section),
        _ => None,
    });
    sections.unwrap()
}

fn payment(fields: &str) -> (Option<Payment>, Vec<(u64, String, FaultCode)>) {
    let text = format!("СекцияДокумент=Платежное поручение\n{fields}\nКонецДокумента");
    let mut faults = Vec::new();
    let payment = statement::payment(&section(&text), &mut faults);
    let faults = faults.into_iter().map(|fault: Fault| (fault.line, fault.key, fault.code));
    (payment, faults.collect())
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn sums_and_days_are_read_as_banks_write_them() {
    let sums = [
        ("1234.50", Some(123_450)),
        ("1 234,5", Some(123_450)),
        ("1\u{a0}234", Some(123_400)),
        ("0.01", Some(1)),
        ("1234.505", None),
        ("0", None),
        ("-5.00", None),
        ("1.234,50", None),
        ("10000000000000.00", Some(1_000_000_000_000_000)),
        ("10000000000000.01", None),
        ("много", None),
    ];
    for (text, kopecks) in sums {
        let (payment, _) = payment(&format!("Номер=1\nДата=20.11.2026\nСумма={text}"));
        assert_eq!(payment.map(|one| one.amount.get()), kopecks, "{text}");
    }
    let days = [
        ("20.11.2026", Some("2026-11-20")),
        ("20.11.2026 10:15:00", Some("2026-11-20")),
        ("2026-11-20", Some("2026-11-20")),
        ("31.02.2026", None),
        ("20.11.26", None),
    ];
    for (text, expected) in days {
        let (payment, _) = payment(&format!("Номер=1\nДата={text}\nСумма=1"));
        assert_eq!(payment.map(|one| one.day), expected.map(day), "{text}");
    }
}

#[test]
fn a_party_is_read_from_wherever_the_bank_puts_it() {
    let head = "Номер=1\nДата=20.11.2026\nСумма=1\n";
    let fields = [
        "ПлательщикРасчСчет=40702810500000000002\nПлательщик1=ИНН 7701234560 ООО \"Бета\"",
        "ПлательщикСчет=40702810500000000002\nПлательщик=ООО \"Бета\"\nПлательщикИНН=7701234560/770101001",
        "ПлательщикСчет=4070 2810 5000 0000 0002\nПлательщик=инн 7701234560 кпп 770101001 ООО \"Бета\"\nПлательщикИНН=0",
        "ПлательщикСчет=\nПлательщикРасчСчет=40702810500000000002\nПлательщикИНН=\nПлательщик=ИНН: 7701234560/770101001, ООО \"Бета\"",
    ];
    for fields in fields {
        let (payment, faults) = payment(&format!("{head}{fields}"));
        let payer = payment.unwrap().payer;
        assert_eq!(payer.account, "40702810500000000002", "{fields}");
        assert_eq!(payer.inn.as_deref(), Some("7701234560"), "{fields}");
        assert_eq!(payer.name, "ООО \"Бета\"", "{fields}");
        assert_eq!(payer.kpp.is_some(), fields.contains("770101001"), "{fields}");
        assert_eq!(faults, [], "{fields}");
    }
    let (payment, _) = payment(&format!("{head}ПлательщикИНН=0\nПлательщик=ИНН-сервис"));
    let payer = payment.unwrap().payer;
    assert_eq!((payer.inn, payer.name.as_str()), (None, "ИНН-сервис"));
}

#[test]
fn a_purpose_in_parts_is_joined_and_all_fields_are_kept() {
    let (payment, _) = payment(
        "Номер=1\nДата=20.11.2026\nСумма=1\nНазначениеПлатежа1=По реестру\n\
НазначениеПлатежа2=№ 5\nНеизвестныйКлюч=a=b",
    );
    let payment = payment.unwrap();
    assert_eq!(payment.purpose, "По реестру № 5");
    assert!(payment.fields.contains(&("НеизвестныйКлюч".to_owned(), "a=b".to_owned())));
}

#[test]
fn wrong_documents_are_named_by_line_and_key() {
    let (none, faults) = payment("Номер=1\nСумма=12.345");
    assert!(none.is_none());
    let expected = [
        (2, "Дата".to_owned(), FaultCode::Missing),
        (4, "Сумма".to_owned(), FaultCode::NotAnAmount),
    ];
    assert_eq!(faults, expected);
    let (kept, faults) = payment(
        "Номер=1\nДата=20.11.2026\nСумма=1\nПлательщикСчет=40702810400000000226\n\
ПлательщикБИК=044525225\nПолучательБИК=4452522\nПолучательИНН=7707083894",
    );
    assert!(kept.is_some(), "these are warnings");
    let expected = [
        (6, "ПлательщикСчет".to_owned(), FaultCode::AccountWrong),
        (8, "ПолучательБИК".to_owned(), FaultCode::BicWrong),
        (9, "ПолучательИНН".to_owned(), FaultCode::InnWrong),
    ];
    assert_eq!(faults, expected);
}

fn balance(sums: [i64; 4]) -> Balance {
    let [opening, income, outcome, closing] = sums.map(|sum| Some(Kopecks::new(sum)));
    let account = "40702810400000000225".to_owned();
    Balance { line: 6, account, from: None, to: None, opening, income, outcome, closing }
}

#[test]
fn balances_have_to_add_up() {
    let codes = |sections: &[Balance]| -> Vec<FaultCode> {
        statement::check(sections).into_iter().map(|fault| fault.code).collect()
    };
    assert_eq!(codes(&[balance([10, 5, 3, 12]), balance([12, 0, 12, 0])]), []);
    assert_eq!(codes(&[balance([10, 5, 3, 13])]), [FaultCode::BalanceDiffers]);
    let broken = [balance([10, 5, 3, 12]), balance([11, 0, 1, 10])];
    assert_eq!(codes(&broken), [FaultCode::ChainBroken]);
}

const CARRIER_INN: &str = "7701234560";

fn register(number: &str, net: i64, on: &str) -> Candidate {
    Candidate {
        register: CodRegisterId::new(),
        carrier: "cdek".to_owned(),
        payer_inns: vec![CARRIER_INN.to_owned()],
        number: number.to_owned(),
        payment_order: None,
        net: Kopecks::new(net),
        day: day(on),
    }
}

fn receipt(amount: i64, inn: &str, purpose: &str, on: &str) -> Receipt {
    Receipt {
        amount: Kopecks::new(amount),
        payer_inn: Some(inn.to_owned()).filter(|inn| !inn.is_empty()),
        number: "900".to_owned(),
        purpose: purpose.to_owned(),
        day: day(on),
    }
}

fn matched(verdict: &Verdict) -> Vec<CodRegisterId> {
    match verdict {
        Verdict::Match(proposal) => proposal.parts.iter().map(|part| part.register).collect(),
        other => panic!("{other:?}"),
    }
}

fn why(verdict: &Verdict) -> Reason {
    match verdict {
        Verdict::Ambiguous { why, .. } | Verdict::None { why } => *why,
        Verdict::Match(proposal) => panic!("{proposal:?}"),
    }
}

#[test]
fn a_receipt_goes_to_the_register_that_everything_speaks_for() {
    let registers = [
        register("71", 100, "2026-11-20"),
        register("72", 100, "2026-11-21"),
        register("73", 50, "2026-11-20"),
    ];
    let named = receipt(100, CARRIER_INN, "По реестру № 72", "2026-11-23");
    let verdict = weigh(&named, &registers);
    assert_eq!(matched(&verdict), [registers[1].register]);

    let unnamed = receipt(50, CARRIER_INN, "Перевод", "2026-11-23");
    assert_eq!(matched(&weigh(&unnamed, &registers)), [registers[2].register]);
    let equal = receipt(100, CARRIER_INN, "Перевод", "2026-11-23");
    assert_eq!(why(&weigh(&equal, &registers)), Reason::EquallyGood);

    let mut announced = registers.clone();
    announced[0].payment_order = Some("0900".to_owned());
    assert_eq!(matched(&weigh(&equal, &announced)), [registers[0].register]);
}

#[test]
fn a_sum_alone_convinces_nobody() {
    let registers = [register("71", 100, "2026-11-20")];
    for receipt in [
        receipt(100, "7736050003", "Оплата по счёту 5", "2026-11-22"),
        receipt(100, "", "", "2026-11-22"),
        receipt(100, CARRIER_INN, "", "2026-11-29"),
        receipt(100, CARRIER_INN, "", "2026-11-17"),
    ] {
        let verdict = weigh(&receipt, &registers);
        assert_eq!(why(&verdict), Reason::NothingSpeaksForIt, "{receipt:?}");
    }
    let inside = receipt(100, CARRIER_INN, "", "2026-11-18");
    assert_eq!(matched(&weigh(&inside, &registers)).len(), 1, "two days before");
    let other = receipt(99, CARRIER_INN, "", "2026-11-22");
    let verdict = weigh(&other, &registers);
    assert_eq!(why(&verdict), Reason::NothingSpeaksForIt);
}

#[test]
fn what_names_another_register_is_left_to_a_person() {
    let registers = [register("71", 100, "2026-11-20")];
    let other = receipt(100, CARRIER_INN, "По реестру № 72", "2026-11-22");
    let verdict = weigh(&other, &registers);
    let Verdict::Ambiguous { proposals, why } = &verdict else { panic!("{verdict:?}") };
    assert_eq!((*why, proposals.len()), (Reason::NothingSpeaksForIt, 1), "a person may choose it");
    assert!(proposals[0].reasons.contains(&Reason::OtherNumberNamed));

    let mut announced = registers.clone();
    announced[0].payment_order = Some("901".to_owned());
    let plain = receipt(100, CARRIER_INN, "Перевод", "2026-11-22");
    assert_eq!(why_of(&plain, &announced), Reason::NothingSpeaksForIt, "the order is another");
    let named = receipt(100, CARRIER_INN, "По реестру 71", "2026-11-22");
    assert_eq!(matched(&weigh(&named, &announced)).len(), 1, "it names the register");
    announced[0].payment_order = Some("900".to_owned());
    assert_eq!(
        why_of(&other, &announced),
        Reason::NothingSpeaksForIt,
        "they contradict each other"
    );

    for number in ["", "2026-11-20", "900"] {
        let mut unnumbered = [register(number, 100, "2026-11-20")];
        unnumbered[0].payment_order = Some("900".to_owned());
        assert_eq!(matched(&weigh(&other, &unnumbered)).len(), 1, "{number} is none of its own");
    }
}

fn why_of(receipt: &Receipt, registers: &[Candidate]) -> Reason {
    why(&weigh(receipt, registers))
}

#[test]
fn what_names_another_register_pays_none_together() {
    let registers = [register("71", 40, "2026-11-20"), register("73", 60, "2026-11-20")];
    let of = |purpose| receipt(100, CARRIER_INN, purpose, "2026-11-22");
    assert_eq!(why_of(&of("По реестру № 72"), &registers), Reason::NothingSpeaksForIt);
    assert_eq!(why_of(&of("По реестру № 71"), &registers), Reason::NothingSpeaksForIt);
    for purpose in ["Перевод", "По реестрам № 71 и 73"] {
        assert_eq!(matched(&weigh(&of(purpose), &registers)).len(), 2, "{purpose}");
    }
    let whole = register("71", 100, "2026-11-20");
    let part = |amount, purpose| receipt(amount, CARRIER_INN, purpose, "2026-11-22");
    let parts = [part(40, "Реестр 71"), part(60, "Реестр 72"), part(60, "Реестр 71")];
    assert_eq!(weigh_together(&whole, &parts), Ok(vec![0, 2]));
    assert_eq!(weigh_together(&whole, &parts[..2]), Err(Reason::NothingSpeaksForIt));
}

#[test]
fn another_payer_and_another_sum_are_told() {
    let registers = [register("71-2026", 100, "2026-11-20")];
    let factoring = receipt(100, "7736050003", "реестр 71-2026", "2026-11-22");
    let verdict = weigh(&factoring, &registers);
    assert_eq!(matched(&verdict), [registers[0].register]);
    let less = receipt(90, CARRIER_INN, "реестр 71-2026", "2026-11-22");
    let verdict = weigh(&less, &registers);
    assert_eq!(why(&verdict), Reason::SumDiffers);
}

#[test]
fn several_registers_in_one_payment_are_found_when_only_one_set_fits() {
    let mut registers: Vec<Candidate> =
        [10, 20, 40, 85].map(|net| register(&format!("N-{net}"), net, "2026-11-20")).into();
    let payment = receipt(60, CARRIER_INN, "", "2026-11-22");
    assert_eq!(
        matched(&weigh(&payment, &registers)),
        [registers[1].register, registers[2].register]
    );
    registers.push(register("N-50", 50, "2026-11-20"));
    assert_eq!(why(&weigh(&payment, &registers)), Reason::EquallyGood);
    registers.extend((0..9).map(|index| register(&format!("M-{index}"), 1, "2026-11-20")));
    assert_eq!(why(&weigh(&payment, &registers)), Reason::TooManyOpen);
}

#[test]
fn several_payments_for_one_register_are_found_when_only_one_set_fits() {
    let whole = register("71-2026", 100, "2026-11-20");
    let part = |amount| receipt(amount, CARRIER_INN, "", "2026-11-22");
    let other = receipt(60, "7736050003", "Оплата", "2026-11-22");
    let receipts = [part(40), other, part(60), part(30)];
    assert_eq!(weigh_together(&whole, &receipts), Ok(vec![0, 2]));
    let twice = [part(40), part(60), part(60)];
    assert_eq!(weigh_together(&whole, &twice), Err(Reason::EquallyGood));
    assert_eq!(weigh_together(&whole, &[part(40)]), Err(Reason::NothingSpeaksForIt));
}

#[test]
fn reasons_have_sentences() {
    for language in [Language::Russian, Language::English] {
        for text in Reason::ALL.iter().map(|reason| reason.text(language)) {
            assert!(text.contains(' ') && !text.contains("{$"), "{text}");
        }
    }
}

fn side(name: &str, inn: &str, account: &str) -> Requisites {
    Requisites {
        name: name.to_owned(),
        inn: inn.to_owned(),
        kpp: Some("770101001".to_owned()),
        account: account.to_owned(),
        bank_name: "ПАО СБЕРБАНК, г. Москва".to_owned(),
        bic: "044525225".to_owned(),
        corr_account: "30101810400000000225".to_owned(),
    }
}

fn order() -> PaymentOrder {
    PaymentOrder {
        number: "117".to_owned(),
        day: day("2026-11-22"),
        amount: Kopecks::new(123_405),
        payer: side("ООО «Фулфилмент»", "7707083893", "40702810400000000225"),
        payee: Requisites {
            kpp: None,
            ..side("ИП Ёлкин Пётр", "500100732259", "40802810300000000555")
        },
        purpose:
            "Перечисление денежных средств, полученных от покупателей, по агентскому договору № 5. \
НДС не облагается"
                .to_owned(),
    }
}

const GOLDEN: &str = "1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
Отправитель=ambar
Получатель=
ДатаСоздания=22.11.2026
ВремяСоздания=12:30:05
ДатаНачала=22.11.2026
ДатаКонца=22.11.2026
РасчСчет=40702810400000000225
Документ=Платежное поручение
СекцияДокумент=Платежное поручение
Номер=117
Дата=22.11.2026
Сумма=1234.05
ПлательщикСчет=40702810400000000225
Плательщик=ООО «Фулфилмент»
ПлательщикИНН=7707083893
ПлательщикКПП=770101001
Плательщик1=ООО «Фулфилмент»
ПлательщикРасчСчет=40702810400000000225
ПлательщикБанк1=ПАО СБЕРБАНК, г. Москва
ПлательщикБИК=044525225
ПлательщикКорсчет=30101810400000000225
ПолучательСчет=40802810300000000555
Получатель=ИП Ёлкин Пётр
ПолучательИНН=500100732259
ПолучательКПП=0
Получатель1=ИП Ёлкин Пётр
ПолучательРасчСчет=40802810300000000555
ПолучательБанк1=ПАО СБЕРБАНК, г. Москва
ПолучательБИК=044525225
ПолучательКорсчет=30101810400000000225
ВидОплаты=01
Очередность=5
НазначениеПлатежа=Перечисление денежных средств, полученных от покупателей, по агентскому договору № 5. НДС не облагается
КонецДокумента
КонецФайла
";

#[test]
fn payment_orders_are_written_as_a_bank_reads_them() {
    let made_at: UtcMicros = "2026-11-22T09:30:05Z".parse().unwrap();
    let bytes = payment_order::file(&[order()], made_at).unwrap();
    let golden = GOLDEN.replace('\n', "\r\n");
    assert_eq!(bytes, Encoding::Windows.encode(&golden).unwrap());
    let (encoding, items) = read(&bytes);
    assert_eq!(encoding, Encoding::Windows);
    let section = items.iter().find_map(|item| match item {
        Item::Section(section) => Some(section),
        _ => None,
    });
    let mut faults = Vec::new();
    let back = statement::payment(section.unwrap(), &mut faults).unwrap();
    assert_eq!((back.amount, back.purpose), (order().amount, order().purpose));
    assert_eq!(faults, []);
}

type Change = fn(&mut PaymentOrder);

#[test]
fn an_order_that_a_bank_would_refuse_is_not_written() {
    let wrong = |change: Change| {
        let mut order = order();
        change(&mut order);
        let refused = payment_order::file(&[order], UtcMicros::default()).unwrap_err();
        let fields = refused.fields().into_iter().map(|one| format!("{} {}", one.field, one.code));
        fields.collect::<Vec<_>>().join(", ")
    };
    let cases: [(Change, &str); 9] = [
        (|order| order.payee.account.replace_range(19.., "6"), "payee.account bad_check_digit"),
        (|order| order.payer.inn = "7707083894".to_owned(), "payer.inn bad_check_digit"),
        (|order| order.payee.bic = "4452522".to_owned(), "payee.bic bad_format"),
        (|order| order.amount = Kopecks::ZERO, "amount_kopecks too_small"),
        (|order| order.purpose = "я".repeat(211), "purpose too_long"),
        (|order| order.purpose = "a\nКонецФайла".to_owned(), "purpose bad_format"),
        (|order| order.purpose = "100 ₽".to_owned(), "purpose bad_format"),
        (|order| order.number = "1000".to_owned(), "number bad_format"),
        (|order| order.payee = order.payer.clone(), "payee.account duplicate"),
    ];
    for (change, expected) in cases {
        assert_eq!(wrong(change), format!("orders[0].{expected}"));
    }
    let longest = PaymentOrder { purpose: "я".repeat(210), ..order() };
    assert!(payment_order::file(&[longest], UtcMicros::default()).is_ok());
    assert!(payment_order::file(&[], UtcMicros::default()).is_err());
}
