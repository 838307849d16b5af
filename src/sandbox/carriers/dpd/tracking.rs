//! States of parcels, events of orders, and their queues.

use super::orders::{Happening, Order, State, needed, sequence};
use super::xml::{Fault, around, leaf};
use super::{BadManner, Books, DpdStandIn, Queue, Step};
use crate::carriers::amounts::roubles_text;
use crate::carriers::soap::Element;
use crate::units::{Kopecks, UtcMicros};

/// An event of an order: number, word, name.
type Event = (&'static str, &'static str, &'static str);
/// A state of a parcel, if it has one, and the event of its order.
type Told = (Option<&'static str>, Event);

const TAKEN: Event = ("2701", "OrderCODConfirmed", "Наложенный платеж получен");
const SENT: Event = ("2801", "OrderCODSent", "Наложенный платеж перечислен");
/// What was taken is sent so many days later, all of a day with one payment.
const SENT_AFTER_S: i64 = 3 * 24 * 3600;

/// The pause after a queue was told to its end.
const PAUSE_S: i64 = 300;
/// States in one document.
const STATES_MAX: usize = 100;

fn happens(books: &mut Books, order: &Order, told: &[Told], is_return: bool, at: UtcMicros) {
    for (state, event) in told {
        let at = if *event == SENT { at.plus_seconds(SENT_AFTER_S) } else { at };
        books.happenings.push(Happening {
            number: order.number.clone(),
            track: order.track.clone(),
            return_track: order.return_track.clone(),
            state: *state,
            is_return,
            event: *event,
            cod_kopecks: order.cod_kopecks,
            at,
            is_state_confirmed: false,
            is_event_confirmed: false,
        });
    }
}

pub(super) fn created(books: &mut Books, order: &Order, at: UtcMicros) {
    let told = (Some("NewOrderByClient"), ("1401", "OrderCreate", "Заказ создан"));
    happens(books, order, &[told], false, at);
}

pub(super) fn advance(
    books: &mut Books,
    number: &str,
    step: Step,
    at: UtcMicros,
) -> Result<(), String> {
    let taken = |order: &Order| order.number == number && order.state == State::Taken;
    let index = books.orders.iter().position(taken).ok_or_else(|| format!("no order {number}"))?;
    let mut own = books.happenings.iter().filter(|one| one.number == number);
    if own.any(|one| ["3303", "3304", "3305", "3306"].contains(&one.event.0)) {
        return Err(format!("{number} is at its end"));
    }
    let mut order = books.orders.remove(index);
    if step == Step::Return {
        books.tracks += 1;
        order.return_track = format!("RU{:09}", 19_202_656 + books.tracks);
    }
    let (told, is_return) = chain(step, &order);
    if !told.is_empty() {
        happens(books, &order, &told, is_return, at);
    }
    books.orders.insert(index, order);
    if told.is_empty() { Err(format!("{number} goes to a point")) } else { Ok(()) }
}

fn chain(step: Step, order: &Order) -> (Vec<Told>, bool) {
    let to_point = order.goes_to_point;
    let told = match step {
        Step::Accept => {
            vec![(Some("OnTerminalPickup"), ("1601", "OrderPickup", "Заказ принят у отправителя"))]
        }
        Step::Transit => vec![(Some("OnRoad"), ("2101", "OrderOnRoad", "Заказ в пути"))],
        Step::Arrive if to_point => {
            vec![(Some("OnTerminalDelivery"), ("2201", "OrderReady", "Готов к выдаче на пункте"))]
        }
        Step::Arrive => {
            vec![(Some("OnTerminalDelivery"), ("2202", "OrderReady", "Готов к передаче курьеру"))]
        }
        Step::OutForDelivery if to_point => Vec::new(),
        Step::OutForDelivery => {
            vec![(Some("Delivering"), ("2301", "OrderDelivering", "Заказ у курьера"))]
        }
        Step::Deliver => {
            let done = if to_point {
                ("3305", "OrderWorkCompleted", "Заказ выдан на пункте")
            } else {
                ("3304", "OrderWorkCompleted", "Заказ доставлен до двери")
            };
            let mut told = vec![(Some("Delivered"), done)];
            if order.cod_kopecks > 0 {
                told.push((None, TAKEN));
                told.push((None, SENT));
            }
            told
        }
        Step::FailAttempt => {
            vec![(Some("Problem"), ("2407", "OrderDeliveryProblem", "Получателя нет на месте"))]
        }
        Step::Return => {
            vec![(Some("NewOrderByDPD"), ("2404", "OrderDeliveryProblem", "Отказ при доставке"))]
        }
        Step::Returned => {
            vec![(Some("Delivered"), ("3306", "OrderWorkCompleted", "Возврат вручен отправителю"))]
        }
        Step::Lose => vec![(Some("Lost"), ("3303", "OrderWorkCompleted", "Заказ утерян"))],
    };
    (told, step == Step::Returned)
}

type Said = Result<String, Fault>;

pub(super) fn answer(
    stand_in: &DpdStandIn,
    service: &str,
    method: &str,
    request: &Element,
) -> Said {
    let names: &[&str] = match method {
        "getStatesByDPDOrder" => &["auth", "dpdOrderNr", "pickupYear"],
        "getStatesByClientOrder" => &["auth", "clientOrderNr", "pickupDate"],
        "getEvents" => &["auth", "dateFrom", "dateTo", "maxRowCount"],
        "confirm" => &["auth", "docId"],
        _ => &["auth"],
    };
    sequence(request, names).map_err(Fault::schema)?;
    let queue = if service == "tracing" { Queue::States } else { Queue::Events };
    match method {
        "getStatesByDPDOrder" => {
            let track = request.text_of("dpdOrderNr");
            Ok(of_order(stand_in, method, |one| one.track == track))
        }
        "getStatesByClientOrder" => {
            let number = request.text_of("clientOrderNr");
            Ok(of_order(stand_in, method, |one| one.number == number))
        }
        "confirm" => confirm(stand_in, queue, request),
        _ => next(stand_in, queue, method, request),
    }
}

fn of_order(stand_in: &DpdStandIn, method: &str, is_own: impl Fn(&Happening) -> bool) -> String {
    let books = stand_in.books();
    let own = books.happenings.iter().filter(|one| is_own(one) && one.state.is_some()).cloned();
    let own: Vec<Happening> = own.collect();
    let head = head(0, true);
    around("return", &(head + &told(stand_in, Queue::States, method, own)))
}

fn head(document: i64, is_last: bool) -> String {
    let parts = [
        leaf("docId", document.to_string()),
        leaf("docDate", "2026-11-22T10:15:00"),
        leaf("clientNumber", super::CLIENT_NUMBER.to_string()),
        leaf("resultComplete", is_last.to_string()),
    ];
    parts.concat()
}

fn told(
    stand_in: &DpdStandIn,
    queue: Queue,
    method: &str,
    mut happenings: Vec<Happening>,
) -> String {
    if stand_in.misbehaves(BadManner::UnknownCode, method)
        && let Some(last) = happenings.last().cloned()
    {
        let event = ("9876", "OrderSomethingNew", "Новое событие");
        happenings.push(Happening { state: Some("SomethingNew"), event, ..last });
    }
    if stand_in.misbehaves(BadManner::DuplicateEvents, method) {
        happenings = happenings.into_iter().flat_map(|one| [one.clone(), one]).collect();
    }
    if stand_in.misbehaves(BadManner::DisorderedEvents, method) {
        happenings.reverse();
    }
    match queue {
        Queue::States => happenings.iter().map(state).collect(),
        Queue::Events => happenings.iter().map(event).collect(),
    }
}

fn next(stand_in: &DpdStandIn, queue: Queue, method: &str, request: &Element) -> Said {
    let now = stand_in.clock.now();
    let mut books = stand_in.books();
    let waits = books.told_at.get(&queue).is_some_and(|at| now.seconds_since(*at) < PAUSE_S);
    if waits && stand_in.must_wait() {
        return Err(Fault::new("too-often", "Повторный вызов возможен через 5 минут"));
    }
    let rows = request.text_of("maxRowCount");
    let most = if rows.is_empty() { STATES_MAX } else { rows.parse().unwrap_or(STATES_MAX) };
    let is_new = |one: &Happening| match queue {
        Queue::States => one.state.is_some() && !one.is_state_confirmed,
        Queue::Events => !one.is_event_confirmed && one.at <= now,
    };
    let all: Vec<usize> =
        (0..books.happenings.len()).filter(|index| is_new(&books.happenings[*index])).collect();
    let told_now: Vec<usize> = all.iter().copied().take(most).collect();
    let is_last = told_now.len() == all.len();
    if is_last {
        books.told_at.insert(queue, now);
    }
    let happenings = told_now.iter().map(|index| books.happenings[*index].clone()).collect();
    let mut document = 0;
    if !told_now.is_empty() {
        document = 17_543_035_562 + i64::try_from(books.documents.len()).unwrap_or(0);
        books.documents.insert(document, (queue, told_now));
    }
    drop(books);
    let inner = head(document, is_last) + &told(stand_in, queue, method, happenings);
    Ok(around("return", &inner))
}

fn confirm(stand_in: &DpdStandIn, queue: Queue, request: &Element) -> Said {
    let id = needed(request, "docId").map_err(|text| Fault::new("bad-request", text))?;
    let mut books = stand_in.books();
    let known = id.parse().ok().and_then(|id: i64| books.documents.get(&id).cloned());
    let Some((_, told)) = known.filter(|(own, _)| *own == queue) else {
        return Err(Fault::new("no-such-document", format!("Документ {id} не существует")));
    };
    for index in told {
        match queue {
            Queue::States => books.happenings[index].is_state_confirmed = true,
            Queue::Events => books.happenings[index].is_event_confirmed = true,
        }
    }
    Ok(leaf("return", "OK"))
}

fn moscow(at: UtcMicros) -> String {
    at.moscow_format("%Y-%m-%dT%H:%M:%S")
}

fn state(one: &Happening) -> String {
    let is_return = if one.is_return { "true" } else { "" };
    let parts = [
        leaf("clientOrderNr", &one.number),
        leaf("dpdOrderNr", &one.track),
        leaf("dpdParcelNr", one.track.trim_start_matches("RU0")),
        leaf("pickupDate", "2026-11-23"),
        leaf("dpdOrderReNr", &one.return_track),
        leaf("isReturn", is_return),
        leaf("newState", one.state.unwrap_or_default()),
        leaf("transitionTime", moscow(one.at)),
        leaf("terminalCode", "M11"),
        leaf("terminalCity", "Москва"),
    ];
    around("states", &parts.concat())
}

fn event(one: &Happening) -> String {
    let (number, word, name) = one.event;
    let parameter = |name: &str, kind: &str, value: String| {
        around("parameter", &(leaf("paramName", name) + &leaf(kind, value)))
    };
    let roubles = || roubles_text(Kopecks::new(one.cod_kopecks));
    let money = match number {
        "2701" => {
            parameter("AmountNPP", "valueDecimal", roubles())
                + &parameter("PaymentWay", "valueString", "Наличные".to_owned())
        }
        "2801" => {
            parameter("Doc_Num", "valueString", one.at.moscow_format("%m%d"))
                + &parameter("Doc_Amount", "valueDecimal", roubles())
                + &parameter("Doc_Currency", "valueString", "RUB".to_owned())
                + &parameter("Doc_Date", "valueDateTime", moscow(one.at))
        }
        _ => String::new(),
    };
    let parts = [
        leaf("clientOrderNr", &one.number),
        leaf("dpdOrderNr", &one.track),
        leaf("eventNumber", number),
        leaf("eventCode", word),
        leaf("eventName", name),
        leaf("eventDate", moscow(one.at)),
        parameter("PointCity", "valueString", "Москва".to_owned()),
        money,
    ];
    around("event", &parts.concat())
}
