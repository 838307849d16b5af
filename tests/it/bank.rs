//! Statements of banks: each document once, the books as the bank has them, and receipts to registers.

use std::sync::Arc;

use ambar::access::Role;
use ambar::args;
use ambar::bank::format::{Encoding, SectionKind, write};
use ambar::bank::import::{self, StatementReport, StatementRequest};
use ambar::bank::payment_order::{self, PaymentOrder, Requisites};
use ambar::bank::{self, BankAccountIn, BankDocumentRow, BankError, Direction, OrderedPayment};
use ambar::commands::Ctx;
use ambar::db::{DbError, Tx};
use ambar::ids::{BankAccountId, BankDocumentId, CodRegisterId};
use ambar::imports::Source;
use ambar::money::{self, Account};
use ambar::units::{Clock, Kopecks};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::picking::number;
use crate::road::NOW;
use crate::seed;
use crate::support::TestApp;

pub(crate) const OURS: &str = "40702810400000000225";
pub(crate) const OURS_TOO: &str = "40702810200000000001";
pub(crate) const THEIRS: &str = "40702810500000000002";
pub(crate) const BIC: &str = "044525225";

/// A document of a statement, in roubles.
#[derive(Clone)]
pub(crate) struct Doc {
    number: String,
    payer: &'static str,
    pub(crate) payee: &'static str,
    pub(crate) roubles: String,
    day: &'static str,
    purpose: &'static str,
    payer_name: &'static str,
}

impl Doc {
    pub(crate) fn says(mut self, purpose: &'static str) -> Self {
        self.purpose = purpose;
        self
    }

    pub(crate) fn of(mut self, payer_name: &'static str) -> Self {
        self.payer_name = payer_name;
        self
    }
}

pub(crate) fn doc(
    number: &str,
    payer: &'static str,
    payee: &'static str,
    roubles: &str,
    day: &'static str,
) -> Doc {
    let (number, roubles) = (number.to_owned(), roubles.to_owned());
    let (purpose, payer_name) = ("По реестру № 71-2026", "ИНН 7701234560 ООО Перевозчик");
    Doc { number, payer, payee, roubles, day, purpose, payer_name }
}

/// Opening, in, out, closing, in roubles; from and to.
pub(crate) type Sums<'a> = ([&'a str; 4], &'a str, &'a str);

pub(crate) fn statement(account: &str, (sums, from, to): Sums<'_>, docs: &[Doc]) -> String {
    let head = [("ВерсияФормата", "1.03"), ("Кодировка", "Windows"), ("РасчСчет", account)];
    let balance = vec![
        ("ДатаНачала", from),
        ("ДатаКонца", to),
        ("РасчСчет", account),
        ("НачальныйОстаток", sums[0]),
        ("ВсегоПоступило", sums[1]),
        ("ВсегоСписано", sums[2]),
        ("КонечныйОстаток", sums[3]),
    ];
    let documents = docs.iter().map(|doc| section(account, doc));
    write(&head, std::iter::once((SectionKind::Account, "", balance)).chain(documents))
}

/// Documents as a bank lists them without balances.
fn listing(account: &str, docs: &[Doc]) -> String {
    let head = [("ВерсияФормата", "1.03"), ("Кодировка", "Windows"), ("РасчСчет", account)];
    write(&head, docs.iter().map(|doc| section(account, doc)))
}

fn section<'a>(
    account: &str,
    doc: &'a Doc,
) -> (SectionKind, &'static str, Vec<(&'static str, &'a str)>) {
    let is_out = doc.payer == account;
    let fields = vec![
        ("Номер", &*doc.number),
        ("Дата", doc.day),
        ("Сумма", &*doc.roubles),
        ("ПлательщикСчет", doc.payer),
        ("Плательщик", doc.payer_name),
        (if is_out { "ДатаСписано" } else { "ДатаПоступило" }, doc.day),
        ("ПлательщикБИК", BIC),
        ("ПолучательСчет", doc.payee),
        ("Получатель", "ООО Оператор"),
        ("НазначениеПлатежа", doc.purpose),
    ];
    (SectionKind::Document, "Платежное поручение", fields)
}

pub(crate) async fn account(app: &TestApp, number: &str) -> BankAccountId {
    let input = BankAccountIn {
        number: number.to_owned(),
        bic: BIC.to_owned(),
        bank_name: "ПАО СБЕРБАНК".to_owned(),
        corr_account: "30101810400000000225".to_owned(),
        name: "ООО «Оператор»".to_owned(),
        inn: "7707083893".to_owned(),
        kpp: None,
        active: true,
    };
    let ctx = Ctx::system(app.app.clock.now());
    let work = async move |tx: &mut Tx| bank::account_create(tx, &ctx, &input).await;
    app.app.db.write(work).await.unwrap().id
}

async fn take_bytes(app: &TestApp, bytes: &[u8]) -> Result<StatementReport, BankError> {
    let source = Source::Bytes(Arc::from(bytes));
    let request = StatementRequest { source, file: "выписка.txt".to_owned() };
    import::run(&app.app, request, None, |_| {}).await
}

pub(crate) async fn take(app: &TestApp, text: &str) -> StatementReport {
    take_bytes(app, &Encoding::Windows.encode(text).unwrap()).await.unwrap()
}

pub(crate) async fn balance(app: &TestApp, account: Account) -> i64 {
    let read = async move |tx: &mut Tx| money::balance(tx, &account).await;
    app.app.db.read::<Kopecks, DbError, _>(read).await.unwrap().get()
}

pub(crate) async fn documents(app: &TestApp) -> Vec<BankDocumentRow> {
    let none = BankDocumentId::from_uuid(uuid::Uuid::nil());
    let read = async move |tx: &mut Tx| bank::document_list(tx, None, none, 1_000).await;
    app.app.db.read::<_, DbError, _>(read).await.unwrap()
}

fn counts(report: &StatementReport) -> (i64, i64, i64) {
    (report.created, report.unchanged, report.refused)
}

fn codes(report: &StatementReport) -> Vec<&'static str> {
    report.faults.iter().map(|fault| fault.code.as_str()).collect()
}

async fn note(app: &TestApp, order: OrderedPayment) -> Result<(), BankError> {
    let work = async move |tx: &mut Tx| bank::order_note(tx, &order).await;
    app.app.db.write(work).await
}

/// Three days of an account that is opened with 1 000 roubles.
fn november() -> Vec<Doc> {
    vec![
        doc("1", THEIRS, OURS, "100.00", "20.11.2026"),
        doc("2", THEIRS, OURS, "55,50", "20.11.2026"),
        doc("7", THEIRS, OURS, "10.00", "21.11.2026"),
        doc("7", THEIRS, OURS, "10.00", "21.11.2026"),
        doc("5", OURS, THEIRS, "40.00", "22.11.2026"),
    ]
}

const NOVEMBER: Sums<'static> =
    (["1000.00", "175.50", "40.00", "1135.50"], "20.11.2026", "22.11.2026");

#[tokio::test]
async fn a_statement_makes_the_books_what_the_bank_says_and_adds_nothing_twice() {
    let app = TestApp::spawn().await;
    let ours = account(&app, OURS).await;
    let text = statement(OURS, NOVEMBER, &november());
    let first = take(&app, &text).await;
    assert_eq!(counts(&first), (5, 0, 0), "two equal payments of a day are two");
    assert_eq!(first.faults, []);
    assert_eq!(balance(&app, Account::Bank(ours)).await, 113_550);
    assert_eq!(first.accounts[0].closing, Some(Kopecks::new(113_550)));
    assert_eq!(balance(&app, Account::BankSuspense(ours)).await, -13_550, "what waits for people");
    assert_eq!(balance(&app, Account::BankOpening(ours)).await, -100_000);

    let again = take(&app, &text).await;
    assert_eq!(counts(&again), (0, 5, 0));
    let mut backwards = november();
    backwards.reverse();
    let reordered = statement(OURS, NOVEMBER, &backwards);
    assert_eq!(counts(&take(&app, &reordered).await), (0, 5, 0));
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        Encoding::Dos.encode(&text.replace("\r\n", "\n\n")).unwrap(),
        Encoding::Windows.encode(&text.replace("Платежное", "платёжное")).unwrap(),
    ] {
        assert_eq!(counts(&take_bytes(&app, &bytes).await.unwrap()), (0, 5, 0));
    }
    let rows = documents(&app).await;
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[1].amount_kopecks, Kopecks::new(5_550));
    assert_eq!(rows[1].party_inn.as_deref(), Some("7701234560"));
    assert_eq!(rows[4].direction, Direction::Out);
    assert_eq!(balance(&app, Account::Bank(ours)).await, 113_550);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM command").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_statement_that_broke_off_says_so_and_is_completed_by_taking_it_in_again() {
    let app = TestApp::spawn().await;
    account(&app, OURS).await;
    let world = seed::world(&app.app).await;
    let text = statement(OURS, NOVEMBER, &november());
    take(&app, &text).await;
    let shown = async || {
        let told = app.get(world.admin(), "/v1/bank/statements").await.ok();
        told["items"][0]["is_complete"].clone()
    };
    assert_eq!(shown().await, true);
    let trails = "SELECT COUNT(*) FROM command WHERE action = 'bank_statement_import'";
    // As a kill leaves it between the last document and the end.
    for sql in [
        "UPDATE bank_statement SET finished_at = NULL",
        "DELETE FROM job WHERE kind = 'reconciliation_run'",
    ] {
        let work = async move |tx: &mut Tx| tx.execute(sql, args![]).await;
        app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }
    assert_eq!(shown().await, false);
    for _ in 0..2 {
        assert_eq!(counts(&take(&app, &text).await), (0, 5, 0));
        assert_eq!(shown().await, true);
        assert_eq!(number(&app, trails).await, 2, "and its receipts are matched, once");
        let jobs = "SELECT COUNT(*) FROM job WHERE kind = 'reconciliation_run'";
        assert_eq!(number(&app, jobs).await, 1);
    }
    app.finish().await;
}

#[tokio::test]
async fn overlapping_and_earlier_statements_come_to_the_same_books() {
    let app = TestApp::spawn().await;
    let ours = account(&app, OURS).await;
    let all = november();
    let late: Sums<'_> = (["1155.50", "20.00", "0", "1175.50"], "21.11.2026", "21.11.2026");
    let second_day = statement(OURS, late, &all[2..4]);
    let half: Sums<'_> = (["1155.50", "10.00", "0", "1165.50"], "21.11.2026", "21.11.2026");
    let in_the_morning = take(&app, &statement(OURS, half, &all[2..3])).await;
    assert_eq!(counts(&in_the_morning), (1, 0, 0));
    assert_eq!(counts(&take(&app, &second_day).await), (1, 1, 0), "one of two equal ones is new");
    assert_eq!(balance(&app, Account::Bank(ours)).await, 117_550);

    let whole = take(&app, &statement(OURS, NOVEMBER, &all)).await;
    assert_eq!((counts(&whole), codes(&whole)), ((3, 2, 0), vec![]));
    assert_eq!(
        balance(&app, Account::Bank(ours)).await,
        113_550,
        "opened with what was there before"
    );
    let opened = "SELECT opened_kopecks FROM bank_account";
    assert_eq!(number(&app, opened).await, 100_000);

    let next: Sums<'_> = (["1200.00", "1.00", "0", "1201.00"], "25.11.2026", "25.11.2026");
    let gap = [doc("9", THEIRS, OURS, "1.00", "25.11.2026")];
    let after_a_gap = take(&app, &statement(OURS, next, &gap)).await;
    assert_eq!(codes(&after_a_gap), ["books_differ"], "a day is missing between them");
    app.finish().await;
}

#[tokio::test]
async fn an_earlier_list_without_balances_is_in_the_opening_whichever_comes_first() {
    let earlier = [
        doc("1", THEIRS, OURS, "70.00", "15.11.2026"),
        doc("2", OURS, THEIRS, "20.00", "18.11.2026"),
        doc("3", OURS, OURS_TOO, "5.00", "18.11.2026"),
    ];
    let (list, whole) = (listing(OURS, &earlier), statement(OURS, NOVEMBER, &november()));
    for files in [[&list, &whole], [&whole, &list]] {
        let app = TestApp::spawn().await;
        let ours = account(&app, OURS).await;
        account(&app, OURS_TOO).await;
        for file in files {
            let report = take(&app, file).await;
            assert_eq!((report.refused, codes(&report)), (0, vec![]));
        }
        let sums = [
            (Account::Bank(ours), 113_550),
            (Account::BankSuspense(ours), -18_050),
            (Account::BankOpening(ours), -95_500),
        ];
        for (account, sum) in sums {
            assert_eq!(balance(&app, account.clone()).await, sum, "{account:?}");
        }
        let opened = "SELECT opened_kopecks FROM bank_account WHERE opened_on IS NOT NULL";
        assert_eq!(number(&app, opened).await, 100_000 - 7_000 + 2_000 + 500);
        assert_eq!(counts(&take(&app, &list).await), (0, 3, 0));
        let before: Sums<'_> = (["500.00", "70.00", "25.00", "545.00"], "10.11.2026", "18.11.2026");
        let report = take(&app, &statement(OURS, before, &earlier)).await;
        assert_eq!((counts(&report), codes(&report)), ((0, 3, 0), vec![]));
        assert_eq!(number(&app, opened).await, 50_000, "the earliest statement says");
        app.finish().await;
    }
}

#[tokio::test]
async fn our_own_orders_are_no_statement() {
    let app = TestApp::spawn().await;
    let ours = account(&app, OURS).await;
    let side = |account: &str| Requisites {
        name: "ООО «Магазин»".to_owned(),
        inn: "7736050003".to_owned(),
        kpp: None,
        account: account.to_owned(),
        bank_name: "ПАО СБЕРБАНК".to_owned(),
        bic: BIC.to_owned(),
        corr_account: "30101810400000000225".to_owned(),
    };
    let (day, amount) = (NOW.moscow_day(), Kopecks::new(4_000));
    let order = PaymentOrder {
        number: "5".to_owned(),
        day,
        amount,
        payer: side(OURS),
        payee: side(THEIRS),
        purpose: "Выплата по договору".to_owned(),
    };
    let noted = OrderedPayment {
        id: ambar::ids::PayoutId::new().uuid(),
        account: ours,
        number: "5".to_owned(),
        day,
        amount,
        payee_account: THEIRS.to_owned(),
    };
    note(&app, noted).await.unwrap();
    let file = payment_order::file(&[order], NOW).unwrap();
    for _ in 0..2 {
        let report = take_bytes(&app, &file).await.unwrap();
        assert_eq!((counts(&report), codes(&report)), ((0, 0, 1), vec!["booked_day_missing"]));
    }
    assert!(documents(&app).await.is_empty());
    assert_eq!(number(&app, "SELECT COUNT(*) FROM money_transfer").await, 0);

    let text = Encoding::Windows.codec().decode_without_bom_handling(&file).0.into_owned();
    let head = text.find("СекцияДокумент").unwrap();
    let balance_of = format!(
        "СекцияРасчСчет\r\nДатаНачала=26.11.2026\r\nДатаКонца=26.11.2026\r\nРасчСчет={OURS}\r\n\
         НачальныйОстаток=100.00\r\nВсегоПоступило=0\r\nВсегоСписано=40.00\r\n\
         КонечныйОстаток=60.00\r\nКонецРасчСчет\r\n"
    );
    let told = format!("{}{balance_of}{}", &text[..head], &text[head..]);
    let report = take(&app, &told).await;
    assert_eq!((counts(&report), codes(&report)), ((1, 0, 0), vec!["booked_day_taken"]));
    assert_eq!(documents(&app).await[0].booked_on.to_string(), "2026-11-26", "beside its balances");
    assert_eq!(balance(&app, Account::BankOutgoing(ours)).await, 4_000);
    app.finish().await;
}

#[tokio::test]
async fn two_imports_of_one_file_at_once_take_it_once() {
    let app = TestApp::spawn().await;
    let ours = account(&app, OURS).await;
    let docs: Vec<Doc> =
        (0..1_200).map(|n| doc(&n.to_string(), THEIRS, OURS, "1.00", "20.11.2026")).collect();
    let sums: Sums<'_> = (["0", "1200.00", "0.00", "1200.00"], "20.11.2026", "20.11.2026");
    let text = statement(OURS, sums, &docs);
    let (left, right) = futures::join!(take(&app, &text), take(&app, &text));
    assert_eq!(left.created + right.created, 1_200);
    assert_eq!(left.unchanged + right.unchanged, 1_200);
    assert_eq!(balance(&app, Account::Bank(ours)).await, 120_000);
    app.finish().await;
}

#[tokio::test]
async fn what_does_not_add_up_is_told_and_the_rest_is_taken() {
    let app = TestApp::spawn().await;
    let ours = account(&app, OURS).await;
    let mut docs = november();
    docs[1].roubles = "55.505".to_owned();
    docs.push(doc("8", THEIRS, OURS_TOO, "3.00", "22.11.2026"));
    let (mut sums, from, to) = NOVEMBER;
    sums[3] = "1135.51";
    let report = take(&app, &statement(OURS, (sums, from, to), &docs)).await;
    assert_eq!(counts(&report), (4, 0, 2));
    let expected =
        ["not_an_amount", "not_ours", "balance_differs", "income_differs", "books_differ"];
    assert_eq!(codes(&report), expected);
    assert_eq!(report.faults[0].key, "Сумма");
    assert_eq!(balance(&app, Account::Bank(ours)).await, 108_000);
    let cut = Encoding::Windows.encode(&statement(OURS, NOVEMBER, &november())).unwrap();
    let cut = take_bytes(&app, &cut[..cut.len() - 60]).await.unwrap();
    assert!(codes(&cut).contains(&"end_missing"), "{cut:?}");
    assert_eq!(cut.documents, 4, "the one that was cut is not used");

    let foreign = take_bytes(&app, statement(OURS_TOO, NOVEMBER, &[]).as_bytes()).await;
    assert!(matches!(foreign, Err(BankError::AccountUnknown { .. })), "{foreign:?}");
    let table = take_bytes(&app, b"a;b;c\n1;2;3\n").await;
    assert!(matches!(table, Err(BankError::FileNotExchange { .. })), "{table:?}");
    app.finish().await;
}

#[tokio::test]
async fn money_between_our_accounts_meets_on_the_way() {
    let app = TestApp::spawn().await;
    let (first, second) = (account(&app, OURS).await, account(&app, OURS_TOO).await);
    let move_over = [doc("3", OURS, OURS_TOO, "70.00", "20.11.2026")];
    let out: Sums<'_> = (["100.00", "0", "70.00", "30.00"], "20.11.2026", "20.11.2026");
    let report = take(&app, &statement(OURS, out, &move_over)).await;
    assert_eq!((counts(&report), codes(&report)), ((1, 0, 0), vec![]));
    assert_eq!(balance(&app, Account::Bank(second)).await, 0, "its own statement will tell");
    let income: Sums<'_> = (["0", "70.00", "0", "70.00"], "20.11.2026", "20.11.2026");
    take(&app, &statement(OURS_TOO, income, &move_over)).await;
    assert_eq!(balance(&app, Account::Bank(first)).await, 3_000);
    assert_eq!(balance(&app, Account::Bank(second)).await, 7_000);
    let on_the_way = balance(&app, Account::BankSuspense(first)).await;
    assert_eq!(on_the_way, 0);
    assert_eq!(balance(&app, Account::BankOpening(first)).await, -10_000);
    let directions: Vec<Direction> =
        documents(&app).await.into_iter().map(|row| row.direction).collect();
    assert_eq!(directions, [Direction::OwnOut, Direction::OwnIn]);
    app.finish().await;
}

#[tokio::test]
async fn a_payment_of_ours_is_known_when_it_leaves_the_account() {
    let app = TestApp::spawn().await;
    let ours = account(&app, OURS).await;
    let order = OrderedPayment {
        id: ambar::ids::PayoutId::new().uuid(),
        account: ours,
        number: "5".to_owned(),
        day: NOW.moscow_day(),
        amount: Kopecks::new(4_000),
        payee_account: THEIRS.to_owned(),
    };
    note(&app, order.clone()).await.unwrap();
    let twice = note(&app, order).await;
    assert!(matches!(twice, Err(BankError::OrderTaken { .. })), "{twice:?}");
    let docs = [
        doc("5", OURS, THEIRS, "41.00", "22.11.2026"),
        doc("5", OURS, THEIRS, "40.00", "22.11.2026"),
        doc("5", OURS, THEIRS, "40.00", "22.11.2026"),
    ];
    let sums: Sums<'_> = (["200", "0", "121.00", "79.00"], "22.11.2026", "22.11.2026");
    take(&app, &statement(OURS, sums, &docs)).await;
    assert_eq!(
        balance(&app, Account::BankOutgoing(ours)).await,
        4_000,
        "one document is the order"
    );
    assert_eq!(balance(&app, Account::Bank(ours)).await, 7_900);
    assert_eq!(balance(&app, Account::BankSuspense(ours)).await, 8_100);
    let strange = "SELECT COUNT(*) FROM bank_document WHERE direction = 'out' AND NOT ordered";
    assert_eq!(number(&app, strange).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn documents_of_a_closed_period_are_booked_on_the_first_open_day() {
    let app = TestApp::spawn_with(Clock::fixed(NOW)).await;
    let ours = account(&app, OURS).await;
    let until: ambar::units::Day = "2026-11-30".parse().unwrap();
    let close = async move |tx: &mut Tx| {
        tx.execute("UPDATE money_book SET closed_until = $1", args![until]).await
    };
    app.app.db.write::<u64, DbError, _>(close).await.unwrap();
    let report = take(&app, &statement(OURS, NOVEMBER, &november())).await;
    assert_eq!((counts(&report), codes(&report)), ((5, 0, 0), vec![]));
    assert_eq!(balance(&app, Account::Bank(ours)).await, 113_550);
    let late = "SELECT COUNT(*) FROM money_transfer WHERE day > '2026-11-30'";
    assert_eq!(number(&app, late).await, 6);
    assert_eq!(documents(&app).await[0].booked_on.to_string(), "2026-11-20");
    app.finish().await;
}

async fn send_file(app: &TestApp, token: &str, key: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
    let address = format!("{}/v1/bank/statements?file=november.txt", app.base);
    let request = ambar::net::client().request(Method::POST, address).bearer_auth(token);
    let answer = request.header("idempotency-key", key).body(bytes).send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap())
}

#[tokio::test]
async fn an_accountant_takes_statements_in_and_matches_and_shops_see_nothing() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let accountant = world.session(Role::Accountant);
    let described = json!({
        "number": OURS, "bic": BIC, "bank_name": "ПАО СБЕРБАНК",
        "corr_account": "30101810400000000225", "name": "ООО «Оператор»", "inn": "7707083893",
    });
    let mut mistyped = described.clone();
    mistyped["number"] = json!("40702810400000000226");
    let refused = app.post(accountant, "/v1/bank/accounts", mistyped).await;
    assert_eq!(refused.problem(422), "input_invalid");
    let ours = app.post(accountant, "/v1/bank/accounts", described.clone()).await.ok();
    let twice = app.post(accountant, "/v1/bank/accounts", described.clone()).await;
    assert_eq!(twice.problem(409), "bank_account_taken");
    let path = format!("/v1/bank/accounts/{}", ours["id"].as_str().unwrap());
    let mut renamed = described;
    renamed["name"] = json!("АО «Оператор»");
    let put = app.send(Method::PUT, accountant, &path, Some("rename"), Some(renamed)).await.ok();
    assert_eq!(put["name"], "АО «Оператор»");

    let bytes = Encoding::Dos.encode(&statement(OURS, NOVEMBER, &november())).unwrap();
    for (key, created) in [("1", 5), ("2", 0)] {
        let (status, report) = send_file(&app, accountant, key, bytes.clone()).await;
        assert_eq!((status, &report["created"]), (StatusCode::OK, &json!(created)), "{report}");
    }
    for key in &world.keys {
        let (status, _) = send_file(&app, key, "3", bytes.clone()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        for path in ["accounts", "statements", "documents"] {
            let answer = app.get(key, &format!("/v1/bank/{path}")).await;
            assert_eq!(answer.problem(403), "forbidden");
        }
    }
    let list = app.get(accountant, "/v1/bank/statements").await.ok();
    assert_eq!(list["items"][0]["closing_kopecks"], 113_550);
    assert_eq!(list["items"][0]["documents"], 5);
    let account = ours["id"].as_str().unwrap();
    let open = format!("/v1/bank/documents?unmatched=true&account_id={account}");
    let receipts = app.get(accountant, &open).await.ok();
    assert_eq!(receipts["items"].as_array().unwrap().len(), 4, "{receipts}");

    let outgoing = format!("/v1/bank/documents?unexplained=true&account_id={account}");
    let outgoing = app.get(accountant, &outgoing).await.ok();
    assert_eq!(outgoing["items"].as_array().unwrap().len(), 1, "{outgoing}");
    assert_eq!(outgoing["items"][0]["number"], "5");
    let both = app.get(accountant, "/v1/bank/documents?unexplained=true&unmatched=true").await;
    assert_eq!(both.problem(422), "input_invalid");

    let path = format!("/v1/bank/documents/{}", receipts["items"][0]["id"].as_str().unwrap());
    let shown = app.get(accountant, &path).await.ok();
    assert!(shown["fields"].as_array().unwrap().contains(&json!(["Номер", "1"])));
    let register = CodRegisterId::new();
    let body = json!({ "register_id": register, "amount_kopecks": 1 });
    let refused = app.post(accountant, &format!("{path}/match"), body).await;
    assert_eq!(refused.problem(404), "register_not_found");
    app.finish().await;
}
