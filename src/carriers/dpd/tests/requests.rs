//! Requests: names, order, texts.

use super::*;

/// `orders/header/datePickup=2026-11-23`, line by line.
fn lines(root: &str, value: &impl serde::Serialize) -> Vec<String> {
    fn walk(path: &str, element: &Element, found: &mut Vec<String>) {
        if element.children.is_empty() {
            found.push(format!("{path}={}", element.text));
        }
        for child in &element.children {
            walk(&format!("{path}/{}", child.name), child, found);
        }
    }
    let xml = quick_xml::se::to_string_with_root(root, value).unwrap();
    let mut found = Vec::new();
    walk(root, &Element::parse(&xml).unwrap(), &mut found);
    found
}

#[test]
fn an_order_to_a_point_with_payment_on_receipt() {
    let orders = map::orders(&ask("P-000001"), &Settings::default()).unwrap();
    let expected = [
        "orders/header/datePickup=2026-11-23",
        "orders/header/senderAddress/name=ООО Амбар",
        "orders/header/senderAddress/countryName=Россия",
        "orders/header/senderAddress/index=109012",
        "orders/header/senderAddress/region=Москва",
        "orders/header/senderAddress/city=Москва",
        "orders/header/senderAddress/street=Никольская",
        "orders/header/senderAddress/streetAbbr=ул",
        "orders/header/senderAddress/house=10",
        "orders/header/senderAddress/str=2",
        "orders/header/senderAddress/contactFio=Петров Пётр",
        "orders/header/senderAddress/contactPhone=74951112233",
        "orders/header/pickupTimePeriod=9-18",
        "orders/order/orderNumberInternal=P-000001",
        "orders/order/serviceCode=PCL",
        "orders/order/serviceVariant=ДТ",
        "orders/order/cargoNumPack=1",
        "orders/order/cargoWeight=1.250",
        "orders/order/cargoVolume=0.01",
        "orders/order/cargoRegistered=false",
        "orders/order/cargoValue=2750.50",
        "orders/order/cargoCategory=Товары интернет-магазина",
        "orders/order/receiverAddress/name=Иванов Иван",
        "orders/order/receiverAddress/terminalCode=001G",
        "orders/order/receiverAddress/countryName=Россия",
        "orders/order/receiverAddress/region=Санкт-Петербург",
        "orders/order/receiverAddress/city=Санкт-Петербург",
        "orders/order/receiverAddress/contactFio=Иванов Иван",
        "orders/order/receiverAddress/contactPhone=79161234567",
        "orders/order/receiverAddress/contactEmail=ivanov@example.com",
        "orders/order/receiverAddress/instructions=позвонить",
        "orders/order/unitLoad/article=A-1",
        "orders/order/unitLoad/descript=Товар A-1",
        "orders/order/unitLoad/declared_value=1750.50",
        "orders/order/unitLoad/npp_amount=1750.50",
        "orders/order/unitLoad/vat_percent=22",
        "orders/order/unitLoad/count=1",
        "orders/order/unitLoad/article=A-2",
        "orders/order/unitLoad/descript=Товар A-2",
        "orders/order/unitLoad/declared_value=500",
        "orders/order/unitLoad/npp_amount=500",
        "orders/order/unitLoad/without_vat=true",
        "orders/order/unitLoad/count=2",
        "orders/order/unitLoad/article=delivery",
        "orders/order/unitLoad/descript=Доставка",
        "orders/order/unitLoad/npp_amount=300",
        "orders/order/unitLoad/vat_percent=22",
        "orders/order/unitLoad/count=1",
    ];
    assert_eq!(lines("orders", &orders), expected);
}

#[test]
fn an_order_to_a_door_that_is_paid_and_one_that_may_be_taken_in_part() {
    let settings = Settings {
        sender_code: "h0".to_owned(),
        regular_number: "9260".to_owned(),
        payer: Some(1_000_000_000),
        ..Settings::default()
    };
    let mut paid = door("P-2", "Красный проспект, 25, корп. 1, кв. 13, домофон 7");
    paid.delivery_fee_kopecks = Kopecks::ZERO;
    for item in &mut paid.items {
        item.cod_kopecks = Kopecks::ZERO;
    }
    let orders = map::orders(&paid, &settings).unwrap();
    let said = lines("orders", &orders);
    let header = [
        "orders/header/datePickup=2026-11-23",
        "orders/header/payer=1000000000",
        "orders/header/senderAddress/code=h0",
        "orders/header/pickupTimePeriod=9-18",
        "orders/header/regularNum=9260",
    ];
    assert_eq!(said[..5], header);
    let receiver: Vec<&str> =
        said.iter().filter_map(|line| line.strip_prefix("orders/order/receiverAddress/")).collect();
    let expected = [
        "name=Иванов Иван",
        "countryName=Россия",
        "index=630099",
        "region=Новосибирская обл",
        "city=Новосибирск",
        "street=Красный",
        "streetAbbr=пр-кт",
        "house=25",
        "houseKorpus=1",
        "extraInfo=домофон 7",
        "flat=13",
        "contactFio=Иванов Иван",
        "contactPhone=79161234567",
        "contactEmail=ivanov@example.com",
        "instructions=позвонить",
    ];
    assert_eq!(receiver, expected);
    assert!(said.contains(&"orders/order/serviceVariant=ДД".to_owned()));
    assert!(!said.iter().any(|line| line.contains("unitLoad")), "nothing is collected");
    let partial = ShipmentAsk { buy_out: BuyOut::Partial, ..paid };
    let said = lines("orders", &map::orders(&partial, &settings).unwrap());
    let extra: Vec<&str> =
        said.iter().filter_map(|line| line.strip_prefix("orders/order/extraService/")).collect();
    let expected = [
        "esCode=ЧСТ",
        "param/name=delivery_amount",
        "param/value=0",
        "param/name=reason_delay_rps",
        "param/value=ПРИМ",
    ];
    assert_eq!(extra, expected);
    assert!(said.contains(&"orders/order/unitLoad/npp_amount=0".to_owned()));
}

#[test]
fn every_name_of_the_published_order_is_ours_or_left_out_on_purpose() {
    const LEFT_OUT: [&str; 4] = ["auth", "parcel", "deliveryTimePeriod", "regularNum"];
    let tree = Element::parse(&sample("order2.createOrder.request.cod-5-parcels.xml")).unwrap();
    let published = tree.child("Body").unwrap().only_child().unwrap().only_child().unwrap();
    let mut partial = door("P-1", "ул. Мира, 7, кв. 13");
    partial.buy_out = BuyOut::Partial;
    let own = map::orders(&partial, &Settings::default()).unwrap();
    let own = quick_xml::se::to_string_with_root("orders", &own).unwrap();
    let own = Element::parse(&own).unwrap();
    let order = published.child("order").unwrap();
    for (published, own) in [
        (published, &own),
        (published.child("header").unwrap(), own.child("header").unwrap()),
        (order, own.child("order").unwrap()),
        (
            order.child("receiverAddress").unwrap(),
            own.child("order").unwrap().child("receiverAddress").unwrap(),
        ),
        (
            order.all("unitLoad").nth(1).unwrap(),
            own.child("order").unwrap().child("unitLoad").unwrap(),
        ),
    ] {
        for child in &published.children {
            let is_there = own.child(&child.name).is_some();
            assert!(is_there || LEFT_OUT.contains(&child.name.as_str()), "{}", child.name);
        }
    }
}

#[test]
fn what_dpd_would_refuse_is_named_before() {
    let field = |ask: &ShipmentAsk| match map::orders(ask, &Settings::default()) {
        Err(CarrierError::NotSayable { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(&door("P-1", "ул. Мира")), "to.line");
    let mut phone = ask("P-1");
    phone.recipient.phone = "+375291234567".to_owned();
    assert_eq!(field(&phone), "recipient.phone");
    let mut nameless = ask("P-1");
    nameless.recipient.name = " ".to_owned();
    assert_eq!(field(&nameless), "recipient.name");
    let point = Spot::Point { code: String::new(), address: Address::default() };
    assert_eq!(field(&ShipmentAsk { to: point, ..ask("P-1") }), "to.code");
    assert_eq!(field(&ShipmentAsk { tariff: String::new(), ..ask("P-1") }), "tariff");
    let mut light = ask("P-1");
    light.package.weight_g = Grams::ZERO;
    assert_eq!(field(&light), "package.weight_g");
}

#[test]
fn marked_goods_paid_on_receipt_go_only_where_their_codes_are_taken() {
    let mut marked = ask("P-1");
    marked.items[1].marks = vec!["0104600439931256215ABC\u{1d}91".to_owned()];
    let refused = map::orders(&marked, &Settings::default()).unwrap_err();
    assert!(matches!(refused, CarrierError::NotSayable { field: "items.marks", .. }), "{refused}");
    let settings = Settings { marks: Marks::ClientCode, ..Settings::default() };
    let order = map::orders(&marked, &settings).unwrap().order.remove(0);
    let lines: Vec<(&str, i64)> =
        order.unit_load.iter().map(|line| (line.client_code.as_str(), line.count)).collect();
    assert_eq!(lines, [("", 1), ("0104600439931256215ABC91", 1), ("", 1), ("", 1)]);
    let mut paid = marked;
    paid.delivery_fee_kopecks = Kopecks::ZERO;
    for item in &mut paid.items {
        item.cod_kopecks = Kopecks::ZERO;
    }
    assert!(map::orders(&paid, &Settings::default()).is_ok(), "the shop's receipt names them");
}

#[test]
fn a_street_that_nobody_wrote_is_said_as_clients_do() {
    let orders = map::orders(&door("P-1", "д. 5"), &Settings::default()).unwrap();
    assert_eq!(orders.order[0].receiver_address.street, "нет");
}

#[test]
fn questions_about_prices() {
    let mut ask = quote_ask(ask("Q").to, DeliveryMode::Point);
    let settings = Settings { services: vec!["PCL".into(), "ECN".into()], ..Settings::default() };
    let expected = [
        "request/pickup/index=109012",
        "request/delivery/index=196135",
        "request/selfPickup=false",
        "request/selfDelivery=true",
        "request/serviceCode=PCL,ECN",
        "request/pickupDate=2026-11-23",
        "request/declaredValue=2750.50",
        "request/parcel/weight=1.250",
        "request/parcel/length=31",
        "request/parcel/width=20",
        "request/parcel/height=10",
        "request/parcel/quantity=1",
    ];
    assert_eq!(lines("request", &map::cost(&ask, &settings).unwrap()), expected);
    ask.to = Spot::Door(Address {
        city: "Новосибирск".to_owned(),
        kladr: "5400000100000".to_owned(),
        ..Address::default()
    });
    ask.mode = DeliveryMode::Door;
    let said = lines("request", &map::cost(&ask, &Settings::default()).unwrap());
    let expected = [
        "request/delivery/cityName=Новосибирск",
        "request/delivery/regionCode=54",
        "request/delivery/countryCode=RU",
        "request/selfPickup=false",
        "request/selfDelivery=false",
    ];
    assert_eq!(said[1..6], expected);
    ask.to = Spot::Door(Address::default());
    assert!(map::cost(&ask, &Settings::default()).is_err());
}

#[test]
fn all_other_questions() {
    let status =
        OrderStatusOut { order: vec![OrderNumberOut { order_number_internal: "P-1".to_owned() }] };
    assert_eq!(lines("orderStatus", &status), ["orderStatus/order/orderNumberInternal=P-1"]);
    let cancel = CancelsOut {
        cancel: vec![CancelOut {
            order_number_internal: String::new(),
            order_num: "RU019202656".to_owned(),
        }],
    };
    assert_eq!(lines("orders", &cancel), ["orders/cancel/orderNum=RU019202656"]);
    let labels = LabelsOut {
        file_format: "PDF",
        page_size: LabelSize::A6.to_string(),
        order: vec![LabelOrderOut { order_num: "RU1".to_owned(), parcels_number: 1 }],
    };
    let expected = [
        "getLabelFile/fileFormat=PDF",
        "getLabelFile/pageSize=A6",
        "getLabelFile/order/orderNum=RU1",
        "getLabelFile/order/parcelsNumber=1",
    ];
    assert_eq!(lines("getLabelFile", &labels), expected);
    let register = RegisterOut {
        date_pickup: "2026-11-23".to_owned(),
        regular_num: "9260".to_owned(),
        address_code: "h0".to_owned(),
    };
    let expected =
        ["request/datePickup=2026-11-23", "request/regularNum=9260", "request/addressCode=h0"];
    assert_eq!(lines("request", &register), expected);
    let by_order = ByOrderOut { dpd_order_nr: "RU1".to_owned(), pickup_year: Some(2026) };
    assert_eq!(lines("request", &by_order), ["request/dpdOrderNr=RU1", "request/pickupYear=2026"]);
    let by_own = ByClientOrderOut {
        client_order_nr: "P-1".to_owned(),
        pickup_date: Some("2026-11-23".to_owned()),
    };
    let expected = ["request/clientOrderNr=P-1", "request/pickupDate=2026-11-23"];
    assert_eq!(lines("request", &by_own), expected);
    let events = EventsOut { max_row_count: 500 };
    assert_eq!(lines("request", &events), ["request/maxRowCount=500"]);
    let confirm = ConfirmOut { doc_id: "17543035562".to_owned() };
    assert_eq!(lines("request", &confirm), ["request/docId=17543035562"]);
    let shops = ShopsOut { country_code: "RU" };
    assert_eq!(lines("request", &shops), ["request/countryCode=RU"]);
}
