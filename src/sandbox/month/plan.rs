//! What happens in the month, with every mistake planted in it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::manners::{CARRIERS, CONTRACT, Manner, Names, Style};
use super::mistakes::{MISTAKES, Mistake, with_mistake};
use crate::registers::FindingKind;
use crate::sandbox::dice::Dice;
use crate::taxes::VatRate;
use crate::units::Kopecks;

/// Parcels leave, registers come and are paid once a week.
pub(super) const WEEKS: usize = 4;
/// From handover to the register that lists what was delivered of it.
pub(super) const REGISTER_AFTER: u64 = 7;
pub(super) const QUOTED: i64 = 30_000;
/// Pieces of a parcel that is taken in part.
pub(super) const PIECES: i64 = 3;
/// Two registers of one carrier in weeks that follow each other, by their place in the plan. They come
/// to the same sum.
pub(super) const ALIKE: [usize; 2] = [17, 23];
/// A carrier, and the one whose file people take for its own.
const MIXED_UP: [usize; 2] = [1, 3];

/// How large the month is.
#[derive(Debug, Clone, Copy)]
pub struct MonthSize {
    pub shops: usize,
    /// Parcels with cash on delivery.
    pub parcels: usize,
    /// How often each mistake is made.
    pub copies: usize,
}

impl MonthSize {
    /// Enough for every mistake.
    pub const SMALL: Self = Self { shops: 3, parcels: 1_440, copies: 1 };
    pub const WHOLE: Self = Self { shops: 20, parcels: 50_000, copies: 12 };
}

/// What becomes of a parcel on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Delivered,
    Returned,
    /// The buyer kept a part.
    Partly,
}

#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) shop: usize,
    pub(super) carrier: usize,
    pub(super) week: usize,
    /// Ours.
    pub(super) number: String,
    pub(super) order_number: String,
    pub(super) track: String,
    /// Zero: it was paid before.
    pub(super) cod: i64,
    pub(super) quoted: i64,
    pub(super) fate: Fate,
    /// Days from the handover.
    pub(super) days: u64,
    pub(super) is_card: bool,
}

/// A line of a register. Sums are kopecks.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) shop: usize,
    pub(super) track: String,
    pub(super) order_number: String,
    /// Days from the handover of its week.
    pub(super) days: u64,
    pub(super) collected: i64,
    pub(super) fee: i64,
    pub(super) delivery: i64,
    pub(super) transferred: i64,
    pub(super) is_card: bool,
    /// Inside the fee and the delivery.
    pub(super) vat: i64,
    pub(super) contract: &'static str,
    pub(super) currency: &'static str,
    /// Instead of the sum.
    pub(super) garbage: Option<&'static str>,
    pub(super) planted: BTreeSet<FindingKind>,
    /// The operator leaves it out.
    pub(super) is_ignored: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Register {
    pub(super) carrier: usize,
    pub(super) week: usize,
    pub(super) number: String,
    pub(super) lines: Vec<Line>,
    /// By how much its totals are wrong.
    pub(super) total_off: i64,
    /// Its workbook has a sheet that nobody reads.
    pub(super) has_second_sheet: bool,
    /// Another carrier's register, whose file is taken for this one's at first.
    pub(super) mixed_up_with: Option<usize>,
}

impl Register {
    fn new((week, carrier): (usize, usize), lines: Vec<Line>, tag: &str) -> Self {
        Self {
            carrier,
            week,
            number: format!("{}-{tag}-{}", CARRIERS[carrier].code, week + 1),
            lines,
            total_off: 0,
            has_second_sheet: false,
            mixed_up_with: None,
        }
    }

    pub(super) fn manner(&self) -> &'static Manner {
        &CARRIERS[self.carrier]
    }

    /// What the carrier pays for the lines that stay.
    pub(super) fn net(&self) -> i64 {
        let posted = self.lines.iter().filter(|line| line.is_posted());
        posted.map(|line| line.transferred).sum()
    }
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) parcels: Vec<Parcel>,
    /// By weeks, and within a week by carriers.
    pub(super) registers: Vec<Register>,
    /// Delivered, and in no register that was accepted.
    pub(super) absent: BTreeSet<usize>,
}

/// The month of that size; the same for the same `tag`, which no other month in a database has.
pub(super) fn plan(size: MonthSize, tag: &str) -> Plan {
    let mut plan =
        Plan { parcels: parcels(size, tag), registers: Vec::new(), absent: BTreeSet::new() };
    let mut mistakes: BTreeMap<(usize, usize), Vec<Mistake>> = BTreeMap::new();
    for (place, mistake) in MISTAKES.iter().cycle().take(MISTAKES.len() * size.copies).enumerate() {
        let fits = |index: &usize| {
            let (week, carrier) = (index / CARRIERS.len(), index % CARRIERS.len());
            mistake.is_made_by(&CARRIERS[carrier]) && !(mistake.looks_back() && week == 0)
        };
        let count = WEEKS * CARRIERS.len();
        let fitting: Vec<usize> = (0..count).filter(fits).collect();
        let index = fitting[place * 7 % fitting.len()];
        let key = (index / CARRIERS.len(), index % CARRIERS.len());
        mistakes.entry(key).or_default().push(*mistake);
    }
    for week in 0..WEEKS {
        for carrier in 0..CARRIERS.len() {
            let made = mistakes.remove(&(week, carrier)).unwrap_or_default();
            let register = register(&mut plan, (week, carrier), &made, tag);
            plan.registers.push(register);
        }
    }
    spoil_files(&mut plan.registers, size.copies.min(WEEKS - 1));
    make_alike(&mut plan);
    plan
}

/// What goes wrong with whole files.
fn spoil_files(registers: &mut [Register], copies: usize) {
    for register in registers.iter_mut().step_by(11).skip(1).take(copies) {
        register.total_off = 10_000;
    }
    let books = registers.iter_mut().filter(|one| one.manner().style == Style::Workbook);
    for register in books.skip(1).step_by(3).take(copies) {
        register.has_second_sheet = true;
    }
    for week in (1..WEEKS).take(copies) {
        let [own, other] = MIXED_UP.map(|carrier| week * CARRIERS.len() + carrier);
        registers[own].mixed_up_with = Some(other);
    }
}

/// Makes the registers of [`ALIKE`] come to the same: one parcel of the smaller one costs more.
fn make_alike(plan: &mut Plan) {
    let [one, other] = ALIKE.map(|index| plan.registers[index].net());
    let smaller = ALIKE[usize::from(other < one)];
    // Another line about the parcel would not cost more with it.
    let is_alone = |track: &str| {
        let lines = plan.registers.iter().flat_map(|register| &register.lines);
        lines.filter(|line| line.track == track).count() == 1
    };
    let is_right =
        |line: &Line| line.is_posted() && line.planted.is_empty() && is_alone(&line.track);
    let place = plan.registers[smaller].lines.iter().position(is_right);
    let place = place.expect("most lines are right");
    let listed = &mut plan.registers[smaller].lines[place];
    let parcel = plan.parcels.iter_mut().find(|parcel| parcel.track == listed.track);
    let parcel = parcel.expect("what is right is about a parcel");
    let wanted = listed.transferred + (one - other).abs();
    // The fee grows by less than the payment: what is transferred never becomes more than wanted.
    while listed.transferred < wanted {
        parcel.cod += wanted - listed.transferred;
        *listed = line(parcel, parcel.cod);
    }
}

fn parcels(size: MonthSize, tag: &str) -> Vec<Parcel> {
    let mut dice = Dice::new(2026);
    let parcel = |index: usize| {
        let shop = index % size.shops;
        let carrier = index / size.shops % CARRIERS.len();
        let week = index / (size.shops * CARRIERS.len()) % WEEKS;
        let number = format!("{tag}-{index:06}");
        Parcel {
            shop,
            carrier,
            week,
            order_number: format!("{}{index:06}", ["A", "B", "C"][index % 3]) + tag,
            track: format!("T{number}"),
            number,
            cod: 150 * i64::try_from(200 + dice.roll(9_000)).unwrap_or(200),
            quoted: QUOTED,
            fate: if dice.roll(100) < 4 { Fate::Returned } else { Fate::Delivered },
            days: 2 + u64::try_from(dice.roll(3)).unwrap_or_default(),
            is_card: dice.roll(2) == 0,
        }
    };
    (0..size.parcels).map(parcel).collect()
}

/// What the carrier may keep of a payment: half a kopeck counts as a whole one.
pub(super) fn fee(manner: &Manner, collected: i64) -> i64 {
    let (rate, least) = manner.fee;
    let size = ((collected.abs() * rate + 5_000) / 10_000).max(least);
    size * collected.signum()
}

pub(super) fn line(parcel: &Parcel, collected: i64) -> Line {
    let manner = &CARRIERS[parcel.carrier];
    let fee = fee(manner, collected);
    let is_payment = collected > 0;
    let delivery = if manner.keeps_delivery && is_payment { parcel.quoted } else { 0 };
    let has = |wanted| manner.names == wanted || manner.names == Names::Both;
    let track = if has(Names::Track) { parcel.track.clone() } else { String::new() };
    let order = has(Names::Order);
    Line {
        shop: parcel.shop,
        track,
        order_number: if order { parcel.order_number.clone() } else { String::new() },
        days: parcel.days,
        collected,
        fee,
        delivery,
        transferred: collected - fee - delivery,
        is_card: parcel.is_card,
        vat: VatRate::TwentyTwo.inside(Kopecks::new(fee + delivery)).get(),
        contract: CONTRACT,
        currency: "RUB",
        garbage: None,
        planted: BTreeSet::new(),
        is_ignored: false,
    }
}

impl Line {
    /// Whether it moves money.
    pub(super) const fn is_posted(&self) -> bool {
        !self.is_ignored && self.garbage.is_none()
    }

    pub(super) fn planted(mut self, kind: FindingKind) -> Self {
        self.planted.insert(kind);
        self
    }

    pub(super) fn ignored(mut self) -> Self {
        self.is_ignored = true;
        self
    }
}

/// The register of a carrier's week. Mistakes take parcels from the front, one or two each.
fn register(
    plan: &mut Plan,
    (week, carrier): (usize, usize),
    mistakes: &[Mistake],
    tag: &str,
) -> Register {
    let of_week = |wanted: usize| {
        let parcels = plan.parcels.iter().enumerate();
        let own = parcels.filter(move |(_, one)| one.carrier == carrier && one.week == wanted);
        own.map(|(index, _)| index)
    };
    let mut free: std::collections::VecDeque<usize> =
        of_week(week).filter(|index| plan.parcels[*index].fate == Fate::Delivered).collect();
    // The last of the week before were listed there without a mistake.
    let mut paid: Vec<usize> = match week.checked_sub(1) {
        Some(before) => of_week(before).collect(),
        None => Vec::new(),
    };
    paid.retain(|index| plan.parcels[*index].fate == Fate::Delivered);
    let elsewhere: Vec<usize> = (0..plan.parcels.len())
        .rev()
        .filter(|index| plan.parcels[*index].carrier == (carrier + 1) % CARRIERS.len())
        .take(mistakes.len())
        .collect();
    let mut lines = Vec::new();
    for (place, mistake) in mistakes.iter().enumerate() {
        let mut take = || free.pop_front().expect("a register has more parcels than mistakes");
        let mut old = || paid.pop().expect("so has the one of the week before");
        match mistake {
            Mistake::PaidAgain => {
                let parcel = &plan.parcels[old()];
                let again = line(parcel, parcel.cod).planted(FindingKind::PaidTwice);
                lines.push(again.ignored());
            }
            Mistake::Refund | Mistake::RefundByOtherMethod => {
                let parcel = &plan.parcels[old()];
                let mut back = line(parcel, -parcel.cod).planted(FindingKind::RefundAfterPayment);
                if *mistake == Mistake::RefundByOtherMethod {
                    back.is_card = !back.is_card;
                    back = back.planted(FindingKind::MethodDiffers);
                }
                lines.push(back);
            }
            Mistake::SharedNumber => {
                let one = take();
                let is_other = |index: &usize| plan.parcels[*index].shop != plan.parcels[one].shop;
                let place = free.iter().position(is_other).expect("other shops send, too");
                let other = free.remove(place).expect("it was found there");
                let number = plan.parcels[one].order_number.clone();
                plan.parcels[other].order_number = number;
                for index in [one, other] {
                    let parcel = &plan.parcels[index];
                    let shared = line(parcel, parcel.cod).planted(FindingKind::OrderNumberShared);
                    lines.push(shared.ignored());
                    plan.absent.insert(index);
                }
            }
            Mistake::OtherCarrier => {
                let parcel = Parcel { carrier, ..plan.parcels[elsewhere[place]].clone() };
                let foreign = Line { track: String::new(), ..line(&parcel, parcel.cod) };
                lines.push(foreign.planted(FindingKind::OtherCarrier).ignored());
            }
            _ => {
                let index = take();
                lines.extend(with_mistake(plan, index, *mistake));
            }
        }
    }
    let rest = free.into_iter().map(|index| {
        let parcel = &plan.parcels[index];
        line(parcel, parcel.cod)
    });
    lines.extend(rest);
    Register::new((week, carrier), lines, tag)
}
