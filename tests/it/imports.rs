//! Files of shops: what is applied, what is refused, and that nothing is applied twice.

use std::sync::Arc;

use ambar::imports::table::Source;
use ambar::imports::{
    ImportError, ImportKind, ImportMode, ImportReport, ImportRequest, NewProducts, run,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::io::Write as _;

use crate::seed::{self, World};
use crate::support::TestApp;

async fn world() -> (TestApp, World) {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    (app, world)
}

fn request(world: &World, kind: ImportKind, bytes: &[u8]) -> ImportRequest {
    ImportRequest {
        kind,
        source: Source::Bytes(Arc::from(bytes)),
        file: "файл.csv".to_owned(),
        owner: Some(world.owners[0]),
        warehouse: None,
        map: String::new(),
        new_products: NewProducts::Refuse,
        mode: ImportMode::Rows,
    }
}

async fn import(app: &TestApp, request: ImportRequest) -> Result<ImportReport, ImportError> {
    run(&app.app, request, None, |_| {}).await
}

/// Line, column and code of each refused row.
fn refused(report: &ImportReport) -> Vec<(i64, &str, &str)> {
    report
        .refusals
        .iter()
        .map(|r| (r.line, r.column.as_deref().unwrap_or_default(), r.code))
        .collect()
}

const RETAIL: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART,6,2010-12-01T08:26:00,2.55,17850,United Kingdom
536365,71053,,2,2010-12-01T08:26:00,3.39,17850,United Kingdom
536366,85123A,WHITE HANGING HEART,1,2010-12-01T08:28:00,0,17850,United Kingdom
536365,85123A,WHITE HANGING HEART,4,2010-12-01T08:26:00,2.55,17850,United Kingdom
536365,POST,POSTAGE,1,2010-12-01T08:26:00,18.00,17850,United Kingdom
C536379,85123A,WHITE HANGING HEART,-1,2010-12-01T09:41:00,2.55,17850,United Kingdom
536380,71053,LANTERN,-3,2010-12-01T09:41:00,0.0,,United Kingdom
536380,71053,LANTERN,2,2010-12-01T09:41:00,0.001,,United Kingdom
";

#[tokio::test]
async fn an_order_file_brings_its_products_and_adds_nothing_the_second_time() {
    let (app, world) = world().await;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(RETAIL.as_bytes()).unwrap();
    let mut request = request(&world, ImportKind::Orders, &packed.finish().unwrap());
    request.new_products = NewProducts::Create;
    let first = import(&app, request.clone()).await.unwrap();
    assert_eq!((first.rows, first.created, first.products_created), (8, 2, 2));
    let wrong = [
        (6, "StockCode", "not_goods"),
        (7, "InvoiceNo", "cancellation_without_order"),
        (8, "Quantity", "quantity_impossible"),
        (9, "UnitPrice", "not_a_price"),
    ];
    assert_eq!(refused(&first), wrong);
    let second = import(&app, request).await.unwrap();
    assert_eq!((second.created, second.unchanged, second.products_created), (0, 2, 0));
    assert_eq!(refused(&second), wrong, "they are told again");

    let list = app.get(&world.keys[0], "/v1/orders?external_number=536365").await.ok();
    let path = format!("/v1/orders/{}", list["items"][0]["id"].as_str().unwrap());
    let order = app.get(&world.keys[0], &path).await.ok();
    let lines: Vec<_> = order["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| json!([l["article"], l["name"], l["ordered"], l["price_kopecks"]]))
        .collect();
    let hearts = json!(["85123A", "WHITE HANGING HEART", 10, 255]);
    assert_eq!(lines, [hearts, json!(["71053", "71053", 2, 339])]);
    assert_eq!(order["recipient"], json!({"name": "17850", "city": "United Kingdom"}));
    app.finish().await;
}

#[tokio::test]
async fn a_changed_order_under_the_same_number_is_refused() {
    let (app, world) = world().await;
    let file =
        |quantity: &str| format!("Номер заказа;Артикул;Кол-во;Цена\nN-1;A-1;{quantity};10,50\n");
    let first = import(&app, request(&world, ImportKind::Orders, file("1").as_bytes())).await;
    assert_eq!(first.unwrap().created, 1);
    let other =
        import(&app, request(&world, ImportKind::Orders, file("2").as_bytes())).await.unwrap();
    assert_eq!(refused(&other), [(2, "Номер заказа", "order_exists")]);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_article_refuses_its_whole_order_and_tells_the_place() {
    let (app, world) = world().await;
    let text = "Номер заказа;Артикул;Кол-во\nN-1;A-1;1\nN-1;B-1;1\nN-2;A-2;1,5\nN-3;A-3;1\n";
    let (cp1251, ..) = encoding_rs::WINDOWS_1251.encode(text);
    let report = import(&app, request(&world, ImportKind::Orders, &cp1251)).await.unwrap();
    assert_eq!(report.created, 1);
    assert_eq!(
        refused(&report),
        [(3, "Артикул", "article_unknown"), (4, "Кол-во", "not_a_whole_number")],
        "another shop's article is unknown"
    );
    assert_eq!(report.refusals[1].value, "1,5");
    app.finish().await;
}

#[tokio::test]
async fn a_whole_file_is_applied_or_nothing_of_it() {
    let (app, world) = world().await;
    let text = "order,article,quantity\nN-1,A-1,1\nN-2,A-2,x\n";
    let mut request = request(&world, ImportKind::Orders, text.as_bytes());
    request.mode = ImportMode::Whole;
    let error = import(&app, request).await.unwrap_err();
    let ImportError::Refused { file, line, column, count, .. } = &error else { panic!("{error}") };
    assert_eq!((file.as_str(), *line, column.as_str(), *count), ("файл.csv", 3, "quantity", 1));
    let list = app.get(&world.keys[0], "/v1/orders").await.ok();
    assert_eq!(list["items"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_column_that_is_not_known_is_named_with_the_headings_or_told() {
    let (app, world) = world().await;
    let text = "\u{feff}Номер заказа\tМой код\tКол-во\nN-1\tA-1\t1\n";
    let mut request = request(&world, ImportKind::Orders, text.as_bytes());
    let error = import(&app, request.clone()).await.unwrap_err();
    let ImportError::ColumnMissing { field, headings, .. } = &error else { panic!("{error}") };
    assert_eq!((field.as_str(), headings.as_str()), ("article", "Номер заказа, Мой код, Кол-во"));
    request.map = "article=Мой код".to_owned();
    assert_eq!(import(&app, request.clone()).await.unwrap().created, 1);
    request.map = "artikel=Мой код".to_owned();
    let error = import(&app, request).await.unwrap_err();
    assert!(matches!(error, ImportError::FieldUnknown { .. }), "{error}");
    app.finish().await;
}

#[tokio::test]
async fn products_bins_and_stock_come_from_files_once() {
    let (app, world) = world().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(["Артикул", "Наименование", "Штрихкод", "Вес, г"])
    {
        sheet.write(0, column, heading).unwrap();
    }
    let rows =
        [("X-1", "Ёлка", "4600000000008", 120), ("X-1", "Ель", "", 1), ("X-2", "Шар", "", 30)];
    for (line, (article, name, barcode, weight)) in (1..).zip(rows) {
        sheet.write(line, 0, article).unwrap();
        sheet.write(line, 1, name).unwrap();
        sheet.write(line, 2, barcode).unwrap();
        sheet.write(line, 3, weight).unwrap();
    }
    let products = request(&world, ImportKind::Products, &book.save_to_buffer().unwrap());
    let report = import(&app, products.clone()).await.unwrap();
    assert_eq!(report.created, 2);
    assert_eq!(refused(&report), [(3, "Артикул", "duplicate_in_file")]);
    assert_eq!(import(&app, products).await.unwrap().unchanged, 2);

    let bins = "Ячейка;Зона;Назначение\nZ-01;Z;storage\nZ-02;Z;shelf\nS-01;A;\n";
    let bins = request(&world, ImportKind::Bins, bins.as_bytes());
    let report = import(&app, bins.clone()).await.unwrap();
    assert_eq!((report.created, report.unchanged), (1, 1));
    assert_eq!(refused(&report), [(3, "Назначение", "word_unknown")]);
    assert_eq!(import(&app, bins).await.unwrap().unchanged, 2);

    let waiting = crate::orders::order_in("N-1", &[("X-1", 4)]);
    app.post(&world.keys[0], "/v1/orders", waiting).await.ok();
    let stock = "Артикул;Ячейка;Остаток;Партия\nX-1;Z-01;1 000;\nX-2;Z-99;5;\nX-2;Z-01;-5;\n";
    let stock = request(&world, ImportKind::Stock, stock.as_bytes());
    let report = import(&app, stock.clone()).await.unwrap();
    assert_eq!(report.created, 1);
    assert_eq!(
        refused(&report),
        [(3, "Ячейка", "bin_unknown"), (4, "Остаток", "quantity_impossible")]
    );
    let again = import(&app, stock).await.unwrap();
    assert_eq!((again.created, again.unchanged), (0, 1));
    let list = app.get(&world.keys[0], "/v1/orders?state=reserved").await.ok();
    assert_eq!(list["items"][0]["external_number"], "N-1", "orders get what came");
    app.finish().await;
}

#[tokio::test]
async fn a_shop_imports_its_own_orders_over_http() {
    let (app, world) = world().await;
    let client = ambar::net::client();
    let send = async |token: &str, query: &str, body: &str| {
        let url = format!("{}/v1/imports/orders{query}", app.base);
        let request = client.post(url).bearer_auth(token).header("idempotency-key", "k");
        let answer = request.body(body.to_owned()).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.unwrap())
    };
    let body = "order,article,quantity\nN-1,A-1,2\nN-2,B-1,2\n";
    let (status, out) = send(&world.keys[0], "?file=a.csv", body).await;
    assert_eq!((status, &out["created"], &out["refused"]), (200, &json!(1), &json!(1)));
    assert_eq!(out["refusals"][0]["line"], 3);
    assert_eq!(out["refusals"][0]["column"], "article");
    let query = format!("?owner_id={}", world.owners[1]);
    let (status, _) = send(&world.keys[0], &query, body).await;
    assert_eq!(status, 404, "another shop is not there");
    let (status, out) = send(world.admin(), "", body).await;
    assert_eq!((status, &out["code"]), (422, &json!("import_owner_missing")));
    let (status, out) = send(&world.keys[0], "", "\u{1}").await;
    assert_eq!((status, &out["code"]), (422, &json!("import_column_missing")));
    app.finish().await;
}
