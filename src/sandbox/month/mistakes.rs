//! The mistakes of registers, one by one. Pure.

use super::manners::{CARRIERS, Manner, Names};
use super::plan::{Fate, Line, PIECES, Parcel, Plan, QUOTED, REGISTER_AFTER, Register, fee, line};
use crate::registers::FindingKind;
use crate::taxes::VatRate;
use crate::units::Kopecks;

/// Of [`PIECES`].
const KEPT: i64 = 2;

/// What goes wrong with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    Less,
    DeliveryOnTop,
    Kopeck,
    Unknown,
    Absent,
    Twice,
    PaidAgain,
    ReturnedPaid,
    Refund,
    RefundByOtherMethod,
    Partly,
    Fee,
    Sum,
    Prepaid,
    OtherCarrier,
    LateDay,
    SharedNumber,
    ZerosLost,
    Unreadable,
    Delivery,
    Vat,
    Contract,
    Currency,
}

pub(super) const MISTAKES: [Mistake; 23] = [
    Mistake::Less,
    Mistake::DeliveryOnTop,
    Mistake::Kopeck,
    Mistake::Unknown,
    Mistake::Absent,
    Mistake::Twice,
    Mistake::PaidAgain,
    Mistake::ReturnedPaid,
    Mistake::Refund,
    Mistake::RefundByOtherMethod,
    Mistake::Partly,
    Mistake::Fee,
    Mistake::Sum,
    Mistake::Prepaid,
    Mistake::OtherCarrier,
    Mistake::LateDay,
    Mistake::SharedNumber,
    Mistake::ZerosLost,
    Mistake::Unreadable,
    Mistake::Delivery,
    Mistake::Vat,
    Mistake::Contract,
    Mistake::Currency,
];

impl Mistake {
    pub(super) fn is_made_by(self, manner: &Manner) -> bool {
        match self {
            Self::DeliveryOnTop | Self::Delivery => manner.keeps_delivery,
            Self::Vat | Self::Contract | Self::Currency => manner.tells_papers,
            Self::RefundByOtherMethod => manner.tells_method,
            Self::OtherCarrier => manner.names_orders(),
            // Where a track stands beside it, the track finds the parcel.
            Self::SharedNumber | Self::ZerosLost => manner.names == Names::Order,
            _ => true,
        }
    }

    /// It needs a register of the week before.
    pub(super) const fn looks_back(self) -> bool {
        matches!(self, Self::PaidAgain | Self::Refund | Self::RefundByOtherMethod)
    }
}

/// The lines of a parcel with a mistake that concerns it alone.
pub(super) fn with_mistake(plan: &mut Plan, index: usize, mistake: Mistake) -> Vec<Line> {
    let parcel = &mut plan.parcels[index];
    let cod = parcel.cod;
    match mistake {
        Mistake::Unknown => {
            let mut nobody = parcel.clone();
            nobody.track = format!("X{}", parcel.track);
            nobody.order_number = format!("X{}", parcel.order_number);
            let unknown = line(&nobody, cod).planted(FindingKind::ParcelUnknown).ignored();
            vec![line(parcel, cod), unknown]
        }
        Mistake::Absent => {
            plan.absent.insert(index);
            Vec::new()
        }
        Mistake::Twice => {
            let again = line(parcel, cod).planted(FindingKind::DuplicateLine).ignored();
            vec![line(parcel, cod), again]
        }
        Mistake::ReturnedPaid => {
            parcel.fate = Fate::Returned;
            vec![line(parcel, cod).planted(FindingKind::ReturnedButPaid).ignored()]
        }
        Mistake::Prepaid => {
            parcel.cod = 0;
            vec![line(parcel, cod).planted(FindingKind::PrepaidCollected).ignored()]
        }
        Mistake::ZerosLost => {
            let bare = format!("7{}", index + 1_000_000);
            parcel.order_number = format!("00{bare}");
            let mut cut = line(parcel, cod).planted(FindingKind::ZerosLost);
            cut.order_number = bare;
            vec![cut]
        }
        Mistake::Unreadable => {
            plan.absent.insert(index);
            let mut hurt = line(parcel, cod).planted(FindingKind::RowUnreadable);
            hurt.garbage = Some("сто рублей");
            vec![hurt]
        }
        Mistake::Contract | Mistake::Currency => {
            plan.absent.insert(index);
            let mut foreign = line(parcel, cod).ignored();
            if mistake == Mistake::Contract {
                foreign.contract = "НП-77/2019";
                vec![foreign.planted(FindingKind::OtherContract)]
            } else {
                foreign.currency = "KZT";
                vec![foreign.planted(FindingKind::CurrencyForeign)]
            }
        }
        _ => vec![other_figures(parcel, mistake)],
    }
}

/// The line of a parcel with a figure that is not as it should be.
fn other_figures(parcel: &mut Parcel, mistake: Mistake) -> Line {
    let cod = parcel.cod;
    let sum = match mistake {
        Mistake::Less => cod - 5_000,
        Mistake::DeliveryOnTop => cod + QUOTED,
        Mistake::Kopeck => cod + 1,
        Mistake::Partly => {
            parcel.fate = Fate::Partly;
            cod / PIECES * KEPT
        }
        _ => cod,
    };
    let mut line = line(parcel, sum);
    let kind = match mistake {
        Mistake::Partly => FindingKind::PartialDelivery,
        Mistake::Fee => {
            line.fee += 500;
            line.transferred -= 500;
            line.vat = VatRate::TwentyTwo.inside(Kopecks::new(line.fee + line.delivery)).get();
            FindingKind::FeeDiffers
        }
        Mistake::Sum => {
            line.transferred -= 700;
            FindingKind::LineDiffers
        }
        Mistake::Delivery => {
            line.delivery += 4_000;
            line.transferred -= 4_000;
            line.vat = VatRate::TwentyTwo.inside(Kopecks::new(line.fee + line.delivery)).get();
            FindingKind::DeliveryDiffers
        }
        Mistake::Vat => {
            line.vat += 17;
            FindingKind::VatDiffers
        }
        Mistake::LateDay => {
            line.days = REGISTER_AFTER + 3;
            FindingKind::DayOutOfPeriod
        }
        _ => FindingKind::AmountDiffers,
    };
    line.planted(kind)
}

/// A register as it reads when its file is taken for one of the other carrier, which has none of the
/// parcels and another fee. The register names parcels by their tracks and tells no papers.
pub(super) fn taken_for(register: &Register, carrier: usize) -> Register {
    let mut read = register.clone();
    for line in &mut read.lines {
        // What is seen without the parcel.
        line.planted.retain(|kind| {
            matches!(
                kind,
                FindingKind::RowUnreadable
                    | FindingKind::ParcelUnknown
                    | FindingKind::LineDiffers
                    | FindingKind::DayOutOfPeriod
            )
        });
        if line.garbage.is_some() {
            continue;
        }
        if !line.planted.contains(&FindingKind::ParcelUnknown) {
            line.planted.insert(FindingKind::OtherCarrier);
        }
        if line.fee != fee(&CARRIERS[carrier], line.collected) {
            line.planted.insert(FindingKind::FeeDiffers);
        }
    }
    read
}
