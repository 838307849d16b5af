//! The carriers' registers: one for each, of one of them two, and a mistake in every one.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use encoding_rs::WINDOWS_1251;
use serde_json::{Value, json};

use super::ground::{Brought, CONTRACT, Partner};
use super::{Office, number, shown, today};
use crate::documents::{Cell, Column, Sheet, csv, xlsx};
use crate::registers::FindingKind;
use crate::sandbox::day::site::text_of;
use crate::units::{Day, Kopecks};

/// It sends two registers, and pays them in one sum.
pub(super) const TWICE: &str = "cdek";
const FIRST_NUMBER: usize = 2_601;
/// Title, head, an empty row and the heading stand above the lines of a workbook.
const FIRST_ROW_XLSX: i64 = 5;
const FIRST_ROW_CSV: i64 = 2;
const HEADINGS: [&str; 7] = [
    "Номер отправления",
    "Номер заказа ИМ",
    "Дата вручения",
    "Сумма НП",
    "Вознаграждение агента",
    "К перечислению",
    "Договор",
];

/// What is wrong with a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    Less,
    Unknown,
    Repeated,
    PaidAgain,
    Fee,
    Total,
    Sum,
    Unreadable,
}

/// One for each register, in their order.
const SLIPS: [Slip; 8] = [
    Slip::Less,
    Slip::Unknown,
    Slip::Repeated,
    Slip::PaidAgain,
    Slip::Fee,
    Slip::Total,
    Slip::Sum,
    Slip::Unreadable,
];

impl Slip {
    /// What has to be found, the tally of the day, and what the accountant writes.
    const fn told(self) -> (FindingKind, &'static str, &'static str) {
        match self {
            Self::Less => (
                FindingKind::AmountDiffers,
                "реестр: сумма меньше, чем заплатил покупатель",
                "Недоплата 50,00, перевозчику направлена претензия",
            ),
            Self::Unknown => (
                FindingKind::ParcelUnknown,
                "реестр: чужое отправление",
                "Отправление не наше, строка возвращена перевозчику",
            ),
            Self::Repeated => (
                FindingKind::DuplicateLine,
                "реестр: строка повторена",
                "Строка повторена, проводится одна",
            ),
            Self::PaidAgain => (
                FindingKind::PaidTwice,
                "реестр: отправление из другого реестра",
                "Отправление уже принято другим реестром",
            ),
            Self::Fee => (
                FindingKind::FeeDiffers,
                "реестр: удержано больше, чем по договору",
                "Удержано лишних 5,00, перевозчику направлена претензия",
            ),
            Self::Total => (
                FindingKind::TotalDiffers,
                "реестр: итог не равен сумме строк",
                "Итог посчитан перевозчиком неверно, верны строки",
            ),
            Self::Sum => (
                FindingKind::LineDiffers,
                "реестр: к перечислению меньше, чем по строке",
                "Удержано 7,00 без объяснения, перевозчику направлена претензия",
            ),
            Self::Unreadable => (
                FindingKind::RowUnreadable,
                "реестр: сумма словами",
                "Строка не читается, запрошен исправленный реестр",
            ),
        }
    }
}

#[derive(Debug, Clone)]
struct Line {
    track: String,
    order: String,
    collected: i64,
    fee: i64,
    transferred: i64,
    /// Posted when the register is accepted.
    is_posted: bool,
    is_readable: bool,
}

/// A register before it is a file.
struct Register<'a> {
    partner: &'a Partner,
    number: String,
    lines: Vec<Line>,
    total_off: i64,
    slip: Slip,
    /// The place of the line that is wrong; none is the whole.
    wrong: Option<usize>,
}

/// A register that was accepted.
pub(super) struct Taken {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) carrier: &'static str,
    pub(super) payer: String,
    pub(super) payer_inn: &'static str,
    /// What its posted lines list, and what is to come of it.
    pub(super) collected: i64,
    pub(super) net: i64,
    /// What was kept of the parcels of posted lines, by their tracks.
    pub(super) fees: Vec<(String, i64)>,
}

fn line(partner: &Partner, parcel: &Brought) -> Line {
    let fee = partner.fee(parcel.cod);
    Line {
        track: parcel.track.clone(),
        order: parcel.order.clone(),
        collected: parcel.cod,
        fee,
        transferred: parcel.cod - fee,
        is_posted: true,
        is_readable: true,
    }
}

fn plan(partners: &[Partner]) -> anyhow::Result<Vec<Register<'_>>> {
    let mut parts = Vec::new();
    for partner in partners {
        let paid = partner.parcels.iter().filter(|parcel| parcel.cod > 0);
        let lines: Vec<Line> = paid.map(|parcel| line(partner, parcel)).collect();
        ensure!(lines.len() >= 2, "{}: оплачено при вручении {}", partner.code, lines.len());
        if partner.code == TWICE {
            let (first, second) = lines.split_at(lines.len() / 2);
            parts.extend([(partner, first.to_vec()), (partner, second.to_vec())]);
        } else {
            parts.push((partner, lines));
        }
    }
    ensure!(parts.len() == SLIPS.len(), "реестров {}", parts.len());
    let mut planned: Vec<Register<'_>> = Vec::new();
    for (slip, (partner, lines)) in SLIPS.into_iter().zip(parts) {
        let number = (FIRST_NUMBER + planned.len()).to_string();
        let mut register = Register { partner, number, lines, total_off: 0, slip, wrong: None };
        let before = planned.last().and_then(|last| last.lines.first());
        register.spoil(before.cloned());
        planned.push(register);
    }
    Ok(planned)
}

impl Register<'_> {
    /// Makes the mistake. `before` is a line of the register before this one.
    fn spoil(&mut self, before: Option<Line>) {
        let last = self.lines.len();
        let first = &mut self.lines[0];
        self.wrong = Some(0);
        match self.slip {
            Slip::Less => {
                first.collected -= 5_000;
                first.fee = self.partner.fee(first.collected);
                first.transferred = first.collected - first.fee;
            }
            Slip::Unknown => {
                let (track, order) = (format!("X{}", first.track), format!("X{}", first.order));
                let stranger = Line { track, order, is_posted: false, ..first.clone() };
                self.lines.push(stranger);
                self.wrong = Some(last);
            }
            Slip::Repeated => {
                let again = Line { is_posted: false, ..first.clone() };
                self.lines.push(again);
                self.wrong = Some(last);
            }
            Slip::PaidAgain => {
                self.lines.extend(before.map(|line| Line { is_posted: false, ..line }));
                self.wrong = Some(last);
            }
            Slip::Fee => {
                first.fee += 500;
                first.transferred -= 500;
            }
            Slip::Total => {
                self.total_off = 10_000;
                self.wrong = None;
            }
            Slip::Sum => first.transferred -= 700,
            Slip::Unreadable => {
                first.is_readable = false;
                first.is_posted = false;
            }
        }
    }

    fn posted(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.is_posted)
    }

    fn sheet(&self, day: Day) -> Sheet {
        let sum = |of: fn(&Line) -> i64| -> i64 {
            self.lines.iter().filter(|line| line.is_readable).map(of).sum()
        };
        let money = |sum: i64| Cell::Money(Kopecks::new(sum));
        let totals = vec![
            Cell::text("Итого"),
            Cell::Empty,
            Cell::Empty,
            money(sum(|line| line.collected) + self.total_off),
            money(sum(|line| line.fee)),
            money(sum(|line| line.transferred)),
            Cell::Empty,
        ];
        let row = |line: &Line| {
            let collected = if line.is_readable {
                money(line.collected)
            } else {
                Cell::text("сто рублей")
            };
            vec![
                Cell::text(&line.track),
                Cell::text(&line.order),
                Cell::text(day.russian_text()),
                collected,
                money(line.fee),
                money(line.transferred),
                Cell::text(CONTRACT),
            ]
        };
        Sheet {
            name: "Реестр".to_owned(),
            title: format!("Реестр наложенных платежей № {}", self.number),
            head: vec![("Перевозчик".to_owned(), self.partner.name.clone())],
            columns: HEADINGS.map(|title| Column::new(title, 20)).to_vec(),
            rows: self.lines.iter().map(row).collect(),
            totals,
        }
    }

    /// The path to take it in, and the file.
    fn file(&self, day: Day, form: Form) -> anyhow::Result<(String, Vec<u8>)> {
        let sheet = self.sheet(day);
        let (bytes, ending) = match form {
            Form::Workbook => (xlsx::write(&sheet)?, "xlsx"),
            Form::Text => (windows_text(sheet)?, "csv"),
        };
        let (code, number) = (self.partner.code, &self.number);
        let file = format!("{code}-{number}.{ending}");
        let told = format!("carrier={code}&number={number}&day={day}&file={file}");
        Ok((format!("/v1/registers/import?{told}"), bytes))
    }
}

/// How a file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Workbook,
    Text,
}

impl Form {
    /// Every other carrier sends text.
    pub(super) const fn of(place: usize) -> Self {
        if place.is_multiple_of(2) { Self::Workbook } else { Self::Text }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Workbook => Self::Text,
            Self::Text => Self::Workbook,
        }
    }
}

/// As old programs write it, with the totals in the last line.
pub(super) fn windows_text(mut sheet: Sheet) -> anyhow::Result<Vec<u8>> {
    let totals = std::mem::take(&mut sheet.totals);
    sheet.rows.push(totals);
    let text = String::from_utf8(csv::write(&sheet)?)?;
    Ok(WINDOWS_1251.encode(text.trim_start_matches('\u{feff}')).0.into_owned())
}

pub(super) async fn take_all(office: &Office<'_>) -> anyhow::Result<(Vec<Taken>, String)> {
    let (planned, day) = (plan(&office.partners)?, today());
    let mut taken = Vec::with_capacity(planned.len());
    for (place, register) in planned.iter().enumerate() {
        taken.push(take(office, register, (day, Form::of(place))).await?);
    }
    for ((place, register), one) in planned.iter().enumerate().zip(&taken) {
        let (path, bytes) = register.file(day, Form::of(place).other())?;
        let again = office.clerk.upload(&path, bytes).await?;
        let is_same = again["is_known"] == true && again["register"]["id"] == one.id.as_str();
        ensure!(is_same, "реестр {} принят дважды: {again}", one.number);
        office.tally.caught("реестр загружен дважды, другим файлом");
    }
    let collected: i64 = taken.iter().map(|one| one.collected).sum();
    let came_to = format!(
        "реестров {}, строк {}, принято {}, ошибок подложено и найдено {}",
        taken.len(),
        planned.iter().map(|register| register.lines.len()).sum::<usize>(),
        shown(collected),
        SLIPS.len()
    );
    Ok((taken, came_to))
}

async fn take(
    office: &Office<'_>,
    register: &Register<'_>,
    (day, form): (Day, Form),
) -> anyhow::Result<Taken> {
    let clerk = office.clerk;
    let (path, bytes) = register.file(day, form)?;
    let told = clerk.upload(&path, bytes).await?;
    ensure!(told["is_known"] == false, "реестр {} уже есть: {told}", register.number);
    let id = text_of(&told["register"], "id")?;
    let path = format!("/v1/registers/{id}");
    let (kind, mistake, reason) = register.slip.told();
    let proposed = found(office, register, (&path, form)).await?;
    office.tally.caught(mistake);
    let findings = clerk.download(&format!("{path}/findings.xlsx")).await?;
    office
        .keep(&format!("{}-{}-findings.xlsx", register.partner.code, register.number), &findings)
        .await?;
    if kind == FindingKind::ParcelUnknown {
        let accept = format!("{path}/accept");
        clerk.refused(&accept, &json!({}), "register_findings_open").await?;
        office.tally.caught("реестр с неразобранными расхождениями не принят");
    }
    let decided = json!({ "kind": kind, "resolution": proposed, "reason": reason });
    let resolved = clerk.post(&format!("{path}/resolve"), &decided).await?;
    ensure!(resolved["resolved"] == 1, "разобрано {}: {resolved}", register.number);
    let accepted = clerk.post(&format!("{path}/accept"), &json!({})).await?;
    let net = register.posted().map(|line| line.transferred).sum();
    let is_right = accepted["state"] == "accepted" && accepted["open_kopecks"] == net;
    ensure!(is_right, "реестр {}: ждём {}: {accepted}", register.number, shown(net));
    Ok(Taken {
        id,
        number: register.number.clone(),
        carrier: register.partner.code,
        payer: register.partner.payer(),
        payer_inn: register.partner.inn,
        collected: register.posted().map(|line| line.collected).sum(),
        net,
        fees: register.posted().map(|line| (line.track.clone(), line.fee)).collect(),
    })
}

/// What was planted is found, and nothing else. Answers what is proposed about it.
async fn found(
    office: &Office<'_>,
    register: &Register<'_>,
    (path, form): (&str, Form),
) -> anyhow::Result<Value> {
    let findings = office.clerk.list(&format!("{path}/findings")).await?;
    let mut seen = BTreeSet::new();
    for finding in &findings {
        seen.insert((text_of(finding, "kind")?, number(finding, "line")?));
    }
    let first_row = match form {
        Form::Workbook => FIRST_ROW_XLSX,
        Form::Text => FIRST_ROW_CSV,
    };
    let row = match register.wrong {
        Some(place) => first_row + i64::try_from(place)?,
        None => 0,
    };
    let planted = BTreeSet::from([(register.slip.told().0.as_str().to_owned(), row)]);
    ensure!(
        seen == planted,
        "реестр {}: подложено {planted:?}, найдено {seen:?}: {findings:?}",
        register.number
    );
    let finding = findings.first().context("расхождений нет")?;
    Ok(finding["proposed"].clone())
}
