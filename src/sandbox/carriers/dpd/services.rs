//! Prices, orders, labels, registers and points.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::orders::{self, Order, SERVICES, State, decimal, needed, sequence};
use super::points::{self, City, Kind, POINTS};
use super::xml::{Fault, around, leaf};
use super::{BadManner, Books, DpdStandIn, paper, tracking};
use crate::carriers::soap::Element;

/// The wrapper of a method; nothing when there is no such method.
#[expect(clippy::option_option, reason = "a method may be there and have no wrapper")]
pub(super) fn wrapper(service: &str, method: &str) -> Option<Option<&'static str>> {
    Some(match (service, method) {
        ("calculator2", "getServiceCostByParcels2")
        | ("order2", "getRegisterFile")
        | ("geography2", "getParcelShops")
        | (
            "tracing",
            "getStatesByClient" | "getStatesByDPDOrder" | "getStatesByClientOrder" | "confirm",
        )
        | ("event-tracking", "getEvents" | "confirm") => Some("request"),
        ("order2", "createOrder2" | "cancelOrder") => Some("orders"),
        ("order2", "getOrderStatus") => Some("orderStatus"),
        ("label-print", "createLabelFile") => Some("getLabelFile"),
        ("geography2", "getTerminalsSelfDelivery2") => None,
        _ => return None,
    })
}

type Said = Result<String, Fault>;

pub(super) fn answer(stand_in: &DpdStandIn, method: &str, request: &Element) -> Said {
    match method {
        "getServiceCostByParcels2" => cost(request),
        "createOrder2" => create(stand_in, request),
        "getOrderStatus" => status(stand_in, request),
        "cancelOrder" => cancel(stand_in, request),
        "createLabelFile" => label(stand_in, request),
        "getRegisterFile" => register(stand_in, request),
        "getParcelShops" => Ok(shown(stand_in, "parcelShop", |kind| kind != Kind::Terminal)),
        _ => Ok(shown(stand_in, "terminal", |kind| kind == Kind::Terminal)),
    }
}

fn place(request: &Element, name: &str) -> Result<&'static City, Fault> {
    let place =
        request.child(name).ok_or_else(|| Fault::crash("java.lang.NullPointerException"))?;
    let names = ["cityId", "index", "cityName", "regionCode", "countryCode"];
    sequence(place, &names).map_err(Fault::schema)?;
    let index = place.text_of("index");
    if !index.is_empty() {
        let unknown = || Fault::new("no-data-found", format!("Индекс {index} не найден"));
        return points::city_of_postcode(index).ok_or_else(unknown);
    }
    let (city, region) = (place.text_of("cityName"), place.text_of("regionCode"));
    let fits = |one: &&City| one.name == city && (region.is_empty() || one.region_code == region);
    let found: Vec<&'static City> = points::CITIES.iter().filter(fits).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(Fault::new("no-data-found", format!("Населенный пункт {city} не найден"))),
        _ => Err(Fault::new("too-many-rows", "Неоднозначно задан населенный пункт")),
    }
}

fn cost(request: &Element) -> Said {
    let names = [
        "auth",
        "pickup",
        "delivery",
        "selfPickup",
        "selfDelivery",
        "serviceCode",
        "pickupDate",
        "maxDays",
        "maxCost",
        "declaredValue",
        "parcel",
    ];
    sequence(request, &names).map_err(Fault::schema)?;
    let (from, to) = (place(request, "pickup")?, place(request, "delivery")?);
    let wrong = |text: String| Fault::new("bad-request", text);
    for name in ["selfPickup", "selfDelivery"] {
        if !["true", "false"].contains(&request.text_of(name)) {
            return Err(wrong(format!("Не заполнен параметр «{name}»")));
        }
    }
    let (mut grams, mut centimetres) = (0, 0);
    for parcel in request.all("parcel") {
        sequence(parcel, &["weight", "length", "width", "height", "quantity"])
            .map_err(Fault::schema)?;
        grams += decimal(needed(parcel, "weight").map_err(wrong)?, 3).map_err(wrong)?;
        for side in ["length", "width", "height"] {
            centimetres += decimal(needed(parcel, side).map_err(wrong)?, 0).map_err(wrong)?;
        }
        needed(parcel, "quantity").map_err(wrong)?;
    }
    if grams <= 0 {
        return Err(wrong("Вес должен быть больше нуля".to_owned()));
    }
    let value = request.text_of("declaredValue");
    let declared = if value.is_empty() { 0 } else { decimal(value, 2).map_err(wrong)? };
    let distance = (from.class - to.class).abs();
    let doors = ["selfPickup", "selfDelivery"].into_iter();
    let doors = doors.map(|name| i64::from(request.text_of(name) == "false")).sum::<i64>();
    let wanted = request.text_of("serviceCode");
    let mut said = String::new();
    for (index, (code, name)) in (0_i64..).zip(SERVICES) {
        if !wanted.is_empty() && !wanted.split(',').any(|one| one == code) {
            continue;
        }
        let kopecks = 19_050
            + (grams + 999) / 1_000 * 3_120
            + centimetres / 50 * 1_500
            + distance * 7_000
            + doors * 8_000
            + declared / 300
            + index * 4_510;
        let days = distance * 2 + 4 - index;
        said += &around(
            "return",
            &[
                leaf("serviceCode", code),
                leaf("serviceName", name),
                leaf("cost", roubles(kopecks)),
                leaf("days", days.max(1).to_string()),
            ]
            .concat(),
        );
    }
    Ok(said)
}

/// `324.5`: as the real one writes them.
fn roubles(kopecks: i64) -> String {
    let text = format!("{}.{:02}", kopecks / 100, kopecks % 100);
    text.strip_suffix('0').unwrap_or(&text).to_owned()
}

fn said_of(number: &str, order: Option<&Order>, refusal: Option<&str>) -> String {
    let pending = "Заказ обрабатывается нашими сотрудниками. \
                   Не повторяйте оформление данного заказа.";
    let (track, status, text, day) = match (order, refusal) {
        (_, Some(text)) => ("", "OrderError", text, ""),
        (None, None) => ("", "OrderError", "Заказ не найден", ""),
        (Some(order), None) => match &order.state {
            State::Pending { .. } => ("", "OrderPending", pending, order.day.as_str()),
            State::Taken => (order.track.as_str(), "OK", "", order.day.as_str()),
            State::Refused(text) => ("", "OrderError", text.as_str(), ""),
            State::Cancelled => (order.track.as_str(), "OrderCancelled", "", ""),
        },
    };
    let parts = [
        leaf("orderNumberInternal", number),
        leaf("orderNum", track),
        leaf("status", status),
        leaf("errorMessage", text),
        leaf("pickupDate", day),
    ];
    around("return", &parts.concat())
}

fn create(stand_in: &DpdStandIn, request: &Element) -> Said {
    orders::schema(request).map_err(Fault::schema)?;
    let header = request.child("header").ok_or_else(|| Fault::crash("no header"))?;
    let mut said = String::new();
    for asked in request.all("order") {
        let number = asked.text_of("orderNumberInternal");
        let to = asked.child("receiverAddress").map_or("", |to| to.text_of("terminalCode"));
        let at = format!("createOrder2 {to}");
        let mut order = match orders::read(header, asked) {
            Ok(order) => order,
            Err(text) => {
                said += &said_of(number, None, Some(&text));
                continue;
            }
        };
        let mut books = stand_in.books();
        let same = |one: &Order| {
            one.number == number && one.day == order.day && !matches!(one.state, State::Refused(_))
        };
        if books.orders.iter().any(same) {
            let parts = [leaf("orderNumberInternal", number), leaf("status", "OrderDuplicate")];
            said += &around("return", &parts.concat());
            continue;
        }
        if stand_in.misbehaves(BadManner::TariffGone, &at) {
            said += &said_of(number, None, Some("Услуга недоступна на выбранном направлении"));
            continue;
        }
        if stand_in.misbehaves(BadManner::ClosedPoint, &at) {
            said += &said_of(number, None, Some("Пункт закрыт и не принимает посылки"));
            continue;
        }
        if stand_in.misbehaves(BadManner::RefuseLater, &at) {
            let refusal = Some("ORA-20817: Найдено более одной улицы с названием".to_owned());
            order.state = State::Pending { questions: 1, refusal };
        }
        settle(&mut books, &mut order, stand_in);
        said += &said_of(number, Some(&order), None);
        books.orders.push(order);
    }
    Ok(said)
}

/// A taken order gets its number and is told about.
fn settle(books: &mut Books, order: &mut Order, stand_in: &DpdStandIn) {
    if order.state == State::Taken && order.track.is_empty() {
        books.tracks += 1;
        order.track = format!("RU{:09}", 19_202_656 + books.tracks);
        tracking::created(books, order, stand_in.clock.now());
    }
}

fn status(stand_in: &DpdStandIn, request: &Element) -> Said {
    sequence(request, &["auth", "order"]).map_err(Fault::schema)?;
    let mut books = stand_in.books();
    let mut said = String::new();
    for asked in request.all("order") {
        sequence(asked, &["orderNumberInternal", "datePickup"]).map_err(Fault::schema)?;
        let number = asked.text_of("orderNumberInternal");
        let day = asked.text_of("datePickup");
        let named = |order: &Order| order.number == number && (day.is_empty() || order.day == day);
        let found: Vec<usize> =
            (0..books.orders.len()).filter(|index| named(&books.orders[*index])).collect();
        if found.is_empty() {
            said += &said_of(number, None, None);
        }
        for index in found {
            let mut order = books.orders.remove(index);
            if let State::Pending { questions, refusal } = &mut order.state {
                *questions = questions.saturating_sub(1);
                if *questions == 0 {
                    order.state = refusal.take().map_or(State::Taken, State::Refused);
                }
            }
            settle(&mut books, &mut order, stand_in);
            said += &said_of(number, Some(&order), None);
            books.orders.insert(index, order);
        }
    }
    Ok(said)
}

fn cancel(stand_in: &DpdStandIn, request: &Element) -> Said {
    sequence(request, &["auth", "cancel"]).map_err(Fault::schema)?;
    let mut books = stand_in.books();
    let mut said = String::new();
    for asked in request.all("cancel") {
        let names = ["orderNumberInternal", "orderNum", "pickupdate"];
        sequence(asked, &names).map_err(Fault::schema)?;
        let (number, track) = (asked.text_of("orderNumberInternal"), asked.text_of("orderNum"));
        let has_moved: Vec<String> = books
            .happenings
            .iter()
            .filter(|one| one.event.0 != "1401")
            .map(|one| one.number.clone())
            .collect();
        let named = |order: &&mut Order| {
            (!track.is_empty() && order.track == track)
                || (track.is_empty() && order.number == number)
        };
        // As recorded: one l here, two there.
        let status = match books.orders.iter_mut().find(named) {
            None => "NotFound",
            Some(order) if order.state == State::Cancelled => "CanceledPreviously",
            Some(order) if has_moved.contains(&order.number) => "CallDPD",
            Some(order) => {
                order.state = State::Cancelled;
                "Canceled"
            }
        };
        let parts =
            [leaf("orderNumberInternal", number), leaf("orderNum", track), leaf("status", status)];
        said += &around("return", &parts.concat());
    }
    Ok(said)
}

fn label(stand_in: &DpdStandIn, request: &Element) -> Said {
    sequence(request, &["auth", "fileFormat", "pageSize", "order"]).map_err(Fault::schema)?;
    if !["PDF", "FP3"].contains(&request.text_of("fileFormat"))
        || !["A5", "A6"].contains(&request.text_of("pageSize"))
    {
        return Err(Fault::new("bad-request", "Неверный формат файла или страницы"));
    }
    let books = stand_in.books();
    let mut said = String::new();
    for asked in request.all("order") {
        sequence(asked, &["orderNum", "parcelsNumber"]).map_err(Fault::schema)?;
        let track = asked.text_of("orderNum");
        let order = books.orders.iter().find(|order| order.track == track);
        let text = format!("Заказ {track} для клиента не найден");
        let (status, text) = match order {
            Some(order) if order.state == State::Taken => ("OK", ""),
            _ => ("Error", text.as_str()),
        };
        if status == "OK" {
            said += &leaf("file", STANDARD.encode(paper::pdf(track)));
        }
        let parts = [leaf("orderNum", track), leaf("status", status), leaf("errorMessage", text)];
        said += &around("order", &parts.concat());
    }
    Ok(around("return", &said))
}

fn register(stand_in: &DpdStandIn, request: &Element) -> Said {
    let names = ["auth", "datePickup", "regularNum", "cityPickupId", "addressCode"];
    sequence(request, &names).map_err(Fault::schema)?;
    let day = request.text_of("datePickup");
    let mut books = stand_in.books();
    let mut tracks = Vec::new();
    for order in &mut books.orders {
        if order.day == day && order.state == State::Taken {
            order.is_listed = true;
            tracks.push(order.track.clone());
        }
    }
    if tracks.is_empty() {
        return Err(Fault::new("no-data-found", format!("Нет заказов на {day}")));
    }
    // The first bytes of the old format of tables, so that readers see what it is.
    let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    file.extend(tracks.join("\n").into_bytes());
    file.resize(512, 0);
    Ok(around("return", &leaf("file", STANDARD.encode(file))))
}

fn shown(stand_in: &DpdStandIn, name: &str, is_wanted: impl Fn(Kind) -> bool) -> String {
    let open = POINTS.iter().filter(|point| {
        is_wanted(point.kind) && !stand_in.misbehaves(BadManner::ClosedPoint, point.code)
    });
    let points: String = open.map(|point| around(name, &points::shown(point))).collect();
    around("return", &points)
}
