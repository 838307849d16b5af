//! The warehouse of the day: its administrator, bins, totes, boxes, printers, staff and handhelds.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::Doors;
use super::couriers::Couriers;
use super::devices::Fleet;
use super::person::{Badge, Person};
use super::report::Tally;
use crate::barcodes::{OwnCode, OwnKind};
use crate::sandbox::client::ApiClient;
use crate::sandbox::printer::{Build, SandboxPrinter, Speech};

pub(super) const ADMIN_PASSWORD: &str = "samovar-2026";
const DISPATCHER_PASSWORD: &str = "reestr-2026";
const CLERK_LOGIN: &str = "buhgalter";
const CLERK_PASSWORD: &str = "sverka-2026";
const CHIEF_LOGIN: &str = "glavbuh";
const CHIEF_PASSWORD: &str = "balans-2026";
const TOTES: usize = 96;
const PIN_FIRST: usize = 2580;

/// The bins that the day's people name.
pub(super) const DOCKS: [&str; 3] = ["PR-01", "PR-02", "PR-03"];
/// Far from everything: for goods that somebody puts where he likes.
pub(super) const SPARE_BIN: &str = "B-02-10-3";
/// Where goods go back to.
pub(super) const RETURN_BIN: &str = "B-02-10-2";

/// A box on the packing table.
struct Case {
    code: &'static str,
    name: &'static str,
    /// Inside, in millimetres.
    sides: [i64; 3],
    /// Grams it carries, and weighs.
    load: i64,
    tare: i64,
}

const fn case(
    code: &'static str,
    name: &'static str,
    sides: [i64; 3],
    load: i64,
    tare: i64,
) -> Case {
    Case { code, name, sides, load, tare }
}

/// Nothing protects fragile goods in it.
const BAG: &str = "K1";

const BOXES: [Case; 5] = [
    case(BAG, "Пакет курьерский", [300, 240, 40], 1_500, 20),
    case("K2", "Коробка 20×20×15", [200, 200, 150], 4_000, 110),
    case("K3", "Коробка 30×25×20", [300, 250, 200], 8_000, 210),
    case("K4", "Коробка 40×30×30", [400, 300, 300], 15_000, 360),
    case("K5", "Коробка 60×40×40", [600, 400, 400], 30_000, 720),
];

/// Login, name and role of everybody with a badge; receivers, pickers and packers in this order.
const STAFF: [(&str, &str, &str); 12] = [
    ("fedotova", "Анна Федотова", "receiver"),
    ("gusev", "Игорь Гусев", "receiver"),
    ("pavlova", "Мария Павлова", "receiver"),
    ("zaytsev", "Пётр Зайцев", "receiver"),
    ("smirnov", "Олег Смирнов", "picker"),
    ("belova", "Дарья Белова", "picker"),
    ("kuzmin", "Артём Кузьмин", "picker"),
    ("orlova", "Нина Орлова", "picker"),
    ("sorokin", "Илья Сорокин", "picker"),
    ("vinogradova", "Ольга Виноградова", "packer"),
    ("lebedev", "Максим Лебедев", "packer"),
    ("egorova", "Вера Егорова", "packer"),
];
/// Handhelds: one for each of the staff and one in reserve.
pub(super) const DEVICES: usize = STAFF.len() + 1;
pub(super) const RECEIVERS: std::ops::Range<usize> = 0..4;
pub(super) const PICKERS: std::ops::Range<usize> = 4..9;
pub(super) const PACKERS: std::ops::Range<usize> = 9..12;

/// A printer with the language that it speaks.
pub(super) struct Printer {
    language: &'static str,
    printer: SandboxPrinter,
}

/// Everything that stands, and who works there.
pub(super) struct Site {
    pub(super) warehouse: String,
    /// The administrator's.
    pub(super) desk: ApiClient,
    /// The dispatcher's.
    pub(super) dispatch: ApiClient,
    /// The accountant's, who prepares.
    pub(super) clerk: ApiClient,
    /// The chief accountant's, who approves.
    pub(super) chief: ApiClient,
    pub(super) bins: HashSet<String>,
    /// Printed codes of the totes.
    pub(super) totes: Vec<String>,
    pub(super) badges: Vec<Badge>,
    pub(super) fleet: Fleet,
    pub(super) printers: Vec<Printer>,
    pub(super) tally: Tally,
    pub(super) couriers: Couriers,
}

impl Site {
    /// The member of the staff of this number, logged in on the handheld of the same number.
    pub(super) async fn person(&self, number: usize) -> anyhow::Result<Person> {
        Person::log_in(self.fleet.handheld(number), &self.badges[number], &self.tally).await
    }
}

/// Text of a field of an answer.
pub(super) fn text_of(value: &Value, field: &str) -> anyhow::Result<String> {
    let found = value[field].as_str().map(str::to_owned);
    found.with_context(|| format!("в ответе нет поля {field}: {value}"))
}

pub(super) fn label(kind: OwnKind, code: &str) -> anyhow::Result<String> {
    Ok(OwnCode::new(kind, code)?.to_string())
}

/// Opens the one-time link like a person would, and logs in.
async fn administrator(doors: &Doors, client: &reqwest::Client) -> anyhow::Result<ApiClient> {
    password_set(doors, client, &doors.setup_path, ADMIN_PASSWORD).await?;
    let again = client.get(format!("{}{}", doors.base, doors.setup_path)).send().await?;
    ensure!(again.status() == 404, "одноразовая ссылка сработала дважды");
    log_in(doors, super::ADMIN_LOGIN, ADMIN_PASSWORD).await
}

async fn password_set(
    doors: &Doors,
    client: &reqwest::Client,
    path: &str,
    password: &str,
) -> anyhow::Result<()> {
    let url = format!("{}{path}", doors.base);
    let page = client.get(&url).send().await?;
    ensure!(page.status().is_success(), "ссылка {path} не открывается: {}", page.status());
    let form = format!("password={password}&repeated={password}");
    let content = "application/x-www-form-urlencoded";
    let sent = client.post(&url).header("content-type", content).body(form).send().await?;
    ensure!(sent.status().is_success(), "пароль не принят: {}", sent.status());
    Ok(())
}

async fn log_in(doors: &Doors, login: &str, password: &str) -> anyhow::Result<ApiClient> {
    let anonymous = ApiClient::new(&doors.base, "");
    let body = json!({ "login": login, "password": password });
    let session = anonymous.post("/v1/sessions", &body).await?;
    Ok(anonymous.with_token(&text_of(&session, "token")?))
}

pub(super) async fn build(doors: &Doors, tally: &Tally) -> anyhow::Result<(Site, String)> {
    let client = crate::net::client();
    let desk = administrator(doors, &client).await?;
    let wrong = json!({ "login": super::ADMIN_LOGIN, "password": "не тот пароль" });
    ApiClient::new(&doors.base, "").refused("/v1/sessions", &wrong, "login_failed").await?;
    tally.caught("неверный пароль");
    let body = json!({ "code": "MSK1", "name": "Склад «Подольск»" });
    let warehouse = text_of(&desk.post("/v1/warehouses", &body).await?, "id")?;
    let bins = bins(&desk, &warehouse).await?;
    let totes = totes(&desk, &warehouse).await?;
    boxes(&desk).await?;
    let printers = printers(&desk, &warehouse).await?;
    let badges = staff(&desk).await?;
    let fleet = Fleet::enrol(&desk, &client, doors, &warehouse).await?;
    let join = async |who, password| colleague(doors, &client, &desk, who, password).await;
    let dispatcher = (super::DISPATCHER_LOGIN, "Сергей Дорохов", "dispatcher");
    let dispatch = join(dispatcher, DISPATCHER_PASSWORD).await?;
    let clerk = join((CLERK_LOGIN, "Тамара Соколова", "accountant"), CLERK_PASSWORD).await?;
    let chief = join((CHIEF_LOGIN, "Раиса Котова", "accountant"), CHIEF_PASSWORD).await?;
    let came_to = format!(
        "ячеек {}, тары {}, принтеров {}, сотрудников {}, терминалов {}, весов {}",
        bins.len(),
        totes.len(),
        printers.len(),
        badges.len() + 4,
        DEVICES,
        super::devices::SCALES.len()
    );
    let tally = tally.clone();
    let couriers = Couriers::engage(&desk, &warehouse).await?;
    let site = Site {
        warehouse,
        desk,
        dispatch,
        clerk,
        chief,
        bins,
        totes,
        badges,
        fleet,
        printers,
        tally,
        couriers,
    };
    Ok((site, came_to))
}

async fn bins(desk: &ApiClient, warehouse: &str) -> anyhow::Result<HashSet<String>> {
    let layouts = [
        ("A", "Стеллажи", "A-{aisle:02}-{rack:02}-{level}", [2, 10, 3], "storage", "one_product"),
        ("B", "Мелочь", "B-{aisle:02}-{rack:02}-{level}", [2, 10, 3], "storage", "any"),
        ("P", "Приёмка", "PR-{rack:02}", [1, 3, 1], "receiving", "any"),
        ("U", "Упаковка", "UP-{rack:02}", [1, 3, 1], "packing", "any"),
        ("O", "Отгрузка", "OT-{rack:02}", [1, 3, 1], "staging", "any"),
        ("K", "Карантин", "KR-{rack:02}", [1, 2, 1], "quarantine", "any"),
    ];
    for (index, (code, name, pattern, [aisles, racks, levels], purpose, mixing)) in
        layouts.into_iter().enumerate()
    {
        let zone = json!({ "warehouse_id": warehouse, "code": code, "name": name });
        let zone = text_of(&desk.post("/v1/zones", &zone).await?, "id")?;
        let layout = json!({
            "zone_id": zone, "pattern": pattern, "purpose": purpose, "mixing": mixing,
            "aisles": { "from": 1, "to": aisles }, "racks": { "from": 1, "to": racks },
            "levels": { "from": 1, "to": levels },
            "volume_max_cm3": 600_000, "weight_max_g": 400_000,
            "sequence_from": index * 10_000_000_000,
        });
        let report = desk.post("/v1/bins/generate", &layout).await?;
        ensure!(report["created"] == aisles * racks * levels, "ячейки: {report}");
    }
    let all = desk.list(&format!("/v1/bins?warehouse_id={warehouse}")).await?;
    all.iter().map(|bin| text_of(bin, "code")).collect()
}

async fn totes(desk: &ApiClient, warehouse: &str) -> anyhow::Result<Vec<String>> {
    let mut totes = Vec::with_capacity(TOTES);
    for _ in 0..TOTES {
        let body = json!({ "warehouse_id": warehouse, "kind": "tote" });
        let tote = desk.post("/v1/handling-units", &body).await?;
        totes.push(label(OwnKind::HandlingUnit, &text_of(&tote, "code")?)?);
    }
    Ok(totes)
}

async fn boxes(desk: &ApiClient) -> anyhow::Result<()> {
    for Case { code, name, sides: [length, width, height], load, tare } in BOXES {
        let body = json!({
            "code": code, "name": name, "length_mm": length, "width_mm": width,
            "height_mm": height, "load_max_g": load, "tare_g": tare,
            "suits_fragile": code != BAG, "active": true,
        });
        desk.post("/v1/packagings", &body).await?;
    }
    Ok(())
}

/// What a box weighs; nothing for none.
pub(super) fn tare(code: &str) -> i64 {
    BOXES.iter().find(|known| known.code == code).map_or(0, |known| known.tare)
}

async fn printers(desk: &ApiClient, warehouse: &str) -> anyhow::Result<Vec<Printer>> {
    const ZPL: (&str, &str, Speech) = ("ZPL", "zebra-zpl", Speech::Zpl);
    const TSPL_PACE: Duration = Duration::from_millis(100);
    const TSPL: (&str, &str, Speech) = ("TSPL", "tspl", Speech::Tspl);
    let mut printers = Vec::new();
    for (name, media, (language, model, speech)) in [
        ("Приёмка 58×40, 1", "58x40", TSPL),
        ("Приёмка 58×40, 2", "58x40", TSPL),
        ("Приёмка 58×40, 3", "58x40", TSPL),
        ("Упаковка 1", "100x150", ZPL),
        ("Упаковка 2", "100x150", ZPL),
        ("Ячейки 100×50", "100x50", ZPL),
    ] {
        // What has no odometer has to be seen printing, as long as a short label takes.
        let pace = if speech == Speech::Tspl { TSPL_PACE } else { Build::default().pace };
        let build = Build { speech, pace, ..Build::default() };
        let printer = SandboxPrinter::start_with(build).await?;
        let body = json!({
            "warehouse_id": warehouse, "name": name, "model": model, "host": "127.0.0.1",
            "port": printer.address().port(), "media": media, "dots_per_mm": 8,
        });
        desk.post("/v1/printers", &body).await?;
        printers.push(Printer { language, printer });
    }
    Ok(printers)
}

/// How many labels came out in each language.
pub(super) fn labels_by_language(site: &Site) -> BTreeMap<&'static str, u64> {
    let mut labels = BTreeMap::new();
    for Printer { language, printer } in &site.printers {
        *labels.entry(*language).or_default() += printer.labels();
    }
    labels
}

async fn staff(desk: &ApiClient) -> anyhow::Result<Vec<Badge>> {
    let mut badges = Vec::with_capacity(STAFF.len());
    for (index, (login, name, role)) in STAFF.into_iter().enumerate() {
        let user = user(desk, login, name, role).await?;
        let path = format!("/v1/users/{user}");
        let badge = desk.post(&format!("{path}/badge"), &json!({})).await?;
        let pin = (PIN_FIRST + 37 * index).to_string();
        desk.put(&format!("{path}/pin"), &json!({ "pin": pin })).await?;
        let barcode = text_of(&badge, "barcode")?;
        badges.push(Badge { name: name.to_owned(), barcode, pin });
    }
    Ok(badges)
}

async fn user(desk: &ApiClient, login: &str, name: &str, role: &str) -> anyhow::Result<String> {
    let body = json!({ "login": login, "name": name, "roles": [role] });
    text_of(&desk.post("/v1/users", &body).await?["user"], "id")
}

/// Somebody at a desk: invited with login, name and role, he chooses a password and logs in.
async fn colleague(
    doors: &Doors,
    client: &reqwest::Client,
    desk: &ApiClient,
    (login, name, role): (&str, &str, &str),
    password: &str,
) -> anyhow::Result<ApiClient> {
    let body = json!({ "login": login, "name": name, "roles": [role] });
    let invited = desk.post("/v1/users", &body).await?;
    password_set(doors, client, &text_of(&invited, "setup_path")?, password).await?;
    log_in(doors, login, password).await
}

/// What the log-ins are, a line for each.
pub(super) fn log_ins(site: &Site) -> Vec<String> {
    let mut lines = vec![
        format!("администратор: {} / {ADMIN_PASSWORD}", super::ADMIN_LOGIN),
        format!("диспетчер: {} / {DISPATCHER_PASSWORD}", super::DISPATCHER_LOGIN),
        format!("бухгалтер: {CLERK_LOGIN} / {CLERK_PASSWORD}"),
        format!("главный бухгалтер, утверждает: {CHIEF_LOGIN} / {CHIEF_PASSWORD}"),
    ];
    for (badge, (_, _, role)) in site.badges.iter().zip(STAFF) {
        lines.push(format!("{} ({role}): бейдж {} PIN {}", badge.name, badge.barcode, badge.pin));
    }
    lines.extend(site.fleet.log_ins());
    lines
}

/// Waits until every label has come out, and answers how many did.
pub(super) async fn labels_out(site: &Site) -> anyhow::Result<u64> {
    const LOOKS_MAX: u32 = 600;
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
    for _ in 0..LOOKS_MAX {
        let mut open = 0;
        for state in ["queued", "sending", "sent"] {
            open += site.desk.list(&format!("/v1/print-jobs?state={state}")).await?.len();
        }
        if open == 0 {
            let lost = site.desk.list("/v1/print-jobs?state=failed").await?.len()
                + site.desk.list("/v1/print-jobs?state=unknown").await?.len();
            ensure!(lost == 0, "не напечатано этикеток: {lost}");
            return Ok(labels_by_language(site).into_values().sum());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("этикетки всё ещё в очереди")
}
