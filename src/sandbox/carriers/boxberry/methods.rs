//! The methods of `json.php`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::orders::{self, Act, Order, Status, text};
use super::points::{self, Kind};
use super::{BadManner, Books, BoxberryStandIn, Params, RECEPTION, TOKEN};
use crate::units::UtcMicros;

const POSTED: [&str; 5] =
    ["ParselCreate", "ParcelInfo", "DeliveryCalculation", "GetLastStatusData", "CreateIntake"];

type Said = Result<Value, String>;

pub(super) fn answer(
    stand_in: &BoxberryStandIn,
    method: &str,
    params: &Params,
    is_post: bool,
) -> Value {
    if POSTED.contains(&method) != is_post && method != "CreateIntake" {
        return json!({ "err": format!("Метод {method} вызван неверно") });
    }
    let said = match method {
        "ParselCreate" => {
            return create(stand_in, params)
                .unwrap_or_else(|text| json!({ "err": true, "message": text }));
        }
        "DeliveryCalculation" => {
            return calculation(params)
                .unwrap_or_else(|text| json!({ "error": true, "message": text }));
        }
        "ParcelInfo" => parcel_info(stand_in, params),
        "CancelOrder" => cancel(stand_in, params),
        "ParselSend" => send(stand_in, params),
        "ParselSendStory" => send_story(stand_in, params),
        "DeliveryCosts" => costs(params),
        "ZipCheck" => Ok(zip_check(params)),
        "ListCities" => Ok(points::cities()),
        "ListPoints" => Ok(list_points(stand_in, params)),
        "ListServices" => services(stand_in, params),
        "GetLastStatusData" => last_statuses(stand_in, params),
        "ListStatusesFull" => statuses(stand_in, params),
        "CreateIntake" => intake(stand_in, params),
        _ => Err(format!("Метод {method} не найден")),
    };
    said.unwrap_or_else(|text| match method {
        "ListStatusesFull" | "ParcelInfo" | "ListPoints" | "ZipCheck" | "ListServices" => {
            json!([{ "err": text }])
        }
        _ => json!({ "err": text }),
    })
}

fn given(params: &Params, name: &str) -> String {
    text(params.get(name))
}

fn create(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let sdata = params.get("sdata").ok_or("Не передан параметр sdata")?;
    let mut order = orders::read(sdata, RECEPTION)?;
    let refused = "Заказ не прошел проверку: обратитесь к менеджеру";
    let at_point = format!("ParselCreate {}", order.point.unwrap_or_default());
    for (manner, words) in [
        (BadManner::RefuseLater, refused),
        (BadManner::TariffGone, "Недопустимый вид доставки"),
        (BadManner::ClosedPoint, "Пункт выдачи закрыт"),
    ] {
        if stand_in.misbehaves(manner, &at_point) {
            return Err(words.to_owned());
        }
    }
    let at = stand_in.now();
    let mut books = stand_in.books();
    if books.orders.iter().any(|known| known.number == order.number && !known.is_deleted) {
        let words = "Значение поля \"Номер заказа в ИМ\" уже занято";
        return Err(format!("{words}: {}", order.number));
    }
    let id = 127_020_000 + books.orders.len();
    order.track = format!("AAP{id}");
    order.statuses = vec![Status {
        id: "1", name: "Заказ создан в личном кабинете", at
    }];
    let label = link("barcodes", "parcel_id", &id.to_string());
    let mut said = json!({ "track": order.track, "label": label });
    if order.declared_kopecks < 500 {
        said["notification"] = json!("Объявленная стоимость изменена на 5 руб.");
        order.declared_kopecks = 500;
    }
    books.orders.push(order);
    Ok(said)
}

fn link(kind: &str, name: &str, id: &str) -> String {
    format!("https://api.boxberry.ru/parcel-files/{kind}?{name}={id}&token={TOKEN}")
}

fn alive<'a>(books: &'a Books, id: &str) -> Option<&'a Order> {
    let named = |order: &&Order| order.track == id || order.number == id;
    books.orders.iter().filter(|order| !order.is_deleted).find(named)
}

fn parcel_info(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let asked = params.get("parcels").and_then(Value::as_array).ok_or("Нет данных о посылках")?;
    if stand_in.misbehaves(BadManner::RefuseLater, "ParcelInfo") {
        return Err("Превышено число обращений".to_owned());
    }
    let books = stand_in.books();
    let found = asked.iter().filter_map(|one| {
        let id = one.get("track").or_else(|| one.get("order_id"))?.as_str()?;
        let order = alive(&books, id)?;
        Some(json!({
            "order_id": order.number, "track_number": order.track,
            "declared_cost": rub(order.declared_kopecks), "payment_amount": rub(order.cod_kopecks),
            "delivery_type": if order.point.is_some() { 1 } else { 2 },
            "courier_delivery": [], "pickup_point": [],
        }))
    });
    let found: Vec<Value> = found.collect();
    if found.is_empty() {
        Err("Нет данных о посылках".to_owned())
    } else {
        Ok(found.into())
    }
}

fn rub(kopecks: i64) -> String {
    format!("{}.{:02}", kopecks / 100, kopecks % 100)
}

fn cancel(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let kind = given(params, "cancelType");
    if !["", "1", "2"].contains(&kind.as_str()) {
        let words = "Вариант отмены заказа должен быть пустым или равен 1 или 2.";
        return Err(words.to_owned());
    }
    let (track, own) = (given(params, "track"), given(params, "orderid"));
    let mut books = stand_in.books();
    let order = books
        .orders
        .iter_mut()
        .find(|order| !order.is_deleted && (order.track == track || order.number == own));
    let order = order.ok_or("Заказ не найден")?;
    let has_moved = order.statuses.iter().any(|status| !["1", "5", "10"].contains(&status.id));
    if has_moved && kind == "1" {
        return Err("Удаление заказа в данном статусе невозможно".to_owned());
    }
    order.is_deleted = true;
    Ok(json!({ "err": false }))
}

fn send(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let asked = given(params, "ImIds");
    let tracks: Vec<String> =
        asked.split(',').filter(|track| !track.is_empty()).map(ToOwned::to_owned).collect();
    if tracks.is_empty() {
        return Err("Нет посылок для передачи".to_owned());
    }
    let at = stand_in.now();
    let mut books = stand_in.books();
    let same = books.acts.iter().find(|act| {
        act.tracks == tracks && at.seconds_since(act.at) < TimeDelta::hours(72).num_seconds()
    });
    if let Some(act) = same {
        return Ok(sent(&act.id));
    }
    let left_out = |track: &&String| alive(&books, track).is_none_or(|one| one.act.is_some());
    let left_out: Vec<&str> = tracks.iter().filter(left_out).map(String::as_str).collect();
    if !left_out.is_empty() {
        return Err(format!("Не все посылки могут быть добавлены в акт ({})", left_out.join(", ")));
    }
    let receptions: std::collections::BTreeSet<&str> = tracks
        .iter()
        .filter_map(|track| alive(&books, track))
        .map(|order| order.reception.as_str())
        .collect();
    if receptions.len() > 1 {
        return Err("Посылки в акте должны иметь один пункт приема".to_owned());
    }
    let id = (12_942_207 + books.acts.len()).to_string();
    for order in &mut books.orders {
        if tracks.contains(&order.track) {
            order.act = Some(id.clone());
        }
    }
    let said = sent(&id);
    books.acts.push(Act { id, tracks, at });
    Ok(said)
}

fn sent(id: &str) -> Value {
    json!({
        "id": id, "label": link("act", "upload_id", id), "url_tmc": "",
        "sticker": link("barcodes", "upload_id", id),
    })
}

fn send_story(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let (from, to) = (given(params, "from"), given(params, "to"));
    if [&from, &to].iter().any(|day| day.len() != 8) {
        return Err("Неверный период".to_owned());
    }
    let books = stand_in.books();
    let acts = books.acts.iter().filter(|act| {
        let day = act.at.moscow_format("%Y%m%d");
        from <= day && day <= to
    });
    let acts = acts.map(|act| {
        json!({
            "track": act.tracks.join(","), "label": link("act", "upload_id", &act.id),
            "date": act.at.moscow_format("%Y.%m.%d %H:%M:%S"),
        })
    });
    Ok(Value::Array(acts.collect()))
}

/// Base, services and days of a parcel, in kopecks.
fn price(weight_g: i64, sides_cm: i64, class: i64, declared: i64, cod: i64) -> (i64, i64, i64) {
    let kilograms = (weight_g + 999) / 1_000;
    let base = 21_000 + kilograms * 2_500 + class * 6_000 + (sides_cm / 60) * 3_000;
    (base, declared / 200 + cod / 50, class * 2 + 2)
}

fn number(params: &Params, name: &str) -> Result<i64, String> {
    given(params, name).parse().map_err(|_| format!("Неверное значение {name}"))
}

fn costs(params: &Params) -> Said {
    let point = points::find(&given(params, "target")).ok_or("Код пункта выдачи не найден")?;
    let weight = number(params, "weight")?;
    let sides = number(params, "height")? + number(params, "width")? + number(params, "depth")?;
    let cod = orders::roubles(&given(params, "paysum"))?;
    let declared = orders::roubles(&given(params, "ordersum"))?;
    let class = points::city(point.city).map_or(0, |city| city.class);
    let (mut base, service, days) = price(weight, sides, class, declared, cod);
    if weight > point.load_kg * 1_000 || (point.kind == Kind::Prepaid && cod > 0) {
        base = 0;
    }
    Ok(json!({
        "price": rub(base + service), "price_base": rub(base), "price_service": rub(service),
        "delivery_period": days.to_string(),
    }))
}

fn calculation(params: &Params) -> Said {
    let kind = given(params, "DeliveryType");
    let city = match kind.as_str() {
        "2" => points::city_of_postcode(&given(params, "Zip")),
        _ => points::city(&given(params, "RecipientCityId")),
    };
    let city = city.ok_or("Город получателя не найден")?;
    let sizes = params.get("BoxSizes").and_then(|sizes| sizes.get(0)).ok_or("Нет BoxSizes")?;
    let size = |name: &str| sizes.get(name).and_then(Value::as_i64).ok_or("Неверные BoxSizes");
    let sides = size("Width")? + size("Height")? + size("Depth")?;
    let (declared, cod) =
        (orders::kopecks(params.get("OrderSum"))?, orders::kopecks(params.get("PaySum"))?);
    let (base, service, days) = price(size("Weight")?, sides, city.class, declared, cod);
    let base = if kind == "2" { base + 9_000 } else { base };
    let kind: i64 = kind.parse().map_err(|_| "Неверный DeliveryType")?;
    Ok(json!({ "error": false, "result": { "DeliveryCosts": [{
        "DeliveryTypeId": kind, "TotalPrice": rub(base + service), "PriceBase": rub(base),
        "PriceService": rub(service), "DeliveryPeriod": days,
    }]}}))
}

fn zip_check(params: &Params) -> Value {
    let reaches = points::city_of_postcode(&given(params, "Zip")).is_some();
    let zone = if reaches { "2" } else { "" };
    json!([{
        "ExpressDelivery": i32::from(reaches), "ZoneExpressDelivery": zone, "Remoteness": 0,
    }])
}

fn list_points(stand_in: &BoxberryStandIn, params: &Params) -> Value {
    let all = given(params, "prepaid") == "1";
    let lockers = given(params, "is_include_postamat") == "1";
    let shown = points::POINTS.iter().filter(|point| {
        (all || point.kind != Kind::Prepaid)
            && (lockers || point.kind != Kind::Locker)
            && !stand_in.misbehaves(BadManner::ClosedPoint, point.code)
    });
    Value::Array(shown.map(points::shown).collect())
}

fn services(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let books = stand_in.books();
    let order = alive(&books, &given(params, "ImId")).ok_or("Нет данных о посылках")?;
    let done = order.statuses.iter().find(|status| status.id == "150");
    let Some(done) = done else { return Ok(json!([])) };
    let (cod, declared) = (order.cod_kopecks, order.declared_kopecks);
    let (base, service, _) = price(order.weight_g, 0, order.class, declared, cod);
    let line = |name: &str, kopecks: i64| {
        json!({
            "Name": name, "Sum": rub(kopecks).replace('.', ","),
            "Date": done.at.moscow_format("%Y-%m-%dT00:00:00"), "PaymentMethod": "Касса",
        })
    };
    Ok(json!([line("Пост_Базовый расчет", base), line("Пост_Страховой сбор", service)]))
}

fn last_statuses(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let asked = params.get("trackNumbers").and_then(Value::as_array).ok_or("Нет trackNumbers")?;
    let books = stand_in.books();
    let known = asked.iter().filter_map(|track| alive(&books, track.as_str()?));
    let said = known.filter_map(|order| {
        let last = order.statuses.last()?;
        let said = json!({
            "lastStatusId": last.id, "lastStatusName": last.name,
            "lastStatusDate": last.at.moscow_format("%Y-%m-%d %H:%M:%S"),
            "storeDate": null, "deliveryDate": "0001-01-01",
        });
        Some((order.track.clone(), said))
    });
    let said: serde_json::Map<String, Value> = said.collect();
    Ok(if said.is_empty() { json!([]) } else { Value::Object(said) })
}

fn statuses(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    let id = given(params, "ImId");
    let books = stand_in.books();
    let order = alive(&books, &id);
    let order = order.ok_or("На данный момент статусы по заказу отсутствуют")?;
    let mut told: Vec<(UtcMicros, &str)> =
        order.statuses.iter().map(|status| (status.at, status.name)).collect();
    if stand_in.misbehaves(BadManner::UnknownCode, "ListStatusesFull") {
        told.push((stand_in.now(), "Заказ ожидает особого решения"));
    }
    if stand_in.misbehaves(BadManner::DuplicateEvents, "ListStatusesFull") {
        told = told.into_iter().flat_map(|one| [one, one]).collect();
    }
    if stand_in.misbehaves(BadManner::DisorderedEvents, "ListStatusesFull") {
        told.reverse();
    }
    let told = told.into_iter().map(
        |(at, name)| json!({ "Date": at.moscow_format("%d.%m.%Y %H:%M"), "Name": name, "Comment": "" }),
    );
    let is_out = order.statuses.iter().any(|status| status.id == "150");
    Ok(json!({
        "PD": order.is_partial && is_out, "sum": rub(order.cod_kopecks),
        "deliveryDate": "0001-01-01", "Weight": 1.5, "PaymentMethod": "Касса",
        "statuses": Value::Array(told.collect()),
    }))
}

fn intake(stand_in: &BoxberryStandIn, params: &Params) -> Said {
    const NEEDED: [&str; 9] = [
        "zip",
        "city",
        "street",
        "house",
        "contact_person",
        "contact_phone",
        "seats_count",
        "volume",
        "weight",
    ];
    if let Some(missing) = NEEDED.iter().find(|name| given(params, name).is_empty()) {
        return Err(format!("Не заполнено поле {missing}"));
    }
    let day = given(params, "taking_date");
    chrono::NaiveDate::parse_from_str(&day, "%d.%m.%Y").map_err(|_| "Неверная дата забора")?;
    if stand_in.misbehaves(BadManner::RefuseLater, "CreateIntake") {
        return Err("Забор с этого адреса невозможен: обратитесь к менеджеру".to_owned());
    }
    let mut books = stand_in.books();
    books.intakes += 1;
    Ok(json!({ "message": 995_726 + books.intakes }))
}
