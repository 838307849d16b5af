//! A carrier's line against what we know of its parcel. Pure.

use std::collections::BTreeSet;

use super::model::{ExceptionKind, Finding, Known, LineRow};
use crate::carriers::model::{ChargeKind, InvoiceLine};
use crate::taxes::VatRate;
use crate::units::Day;

/// The line with what is known beside it. `day` is the invoice's.
pub(super) fn compared(
    line: &InvoiceLine,
    carrier: &str,
    day: Day,
    known: Option<&Known>,
) -> LineRow {
    LineRow {
        line: line.line,
        track: line.track.clone(),
        number: line.number.clone(),
        order_number: line.order_number.clone(),
        kind: line.kind,
        words: line.words.clone(),
        amount: line.amount_kopecks,
        vat: line.vat_kopecks,
        weight: line.weight_g,
        service_day: line.service_day,
        identity: identity(line, carrier, day, known),
        parcel: known.map(|known| known.parcel),
        owner: known.map(|known| known.owner),
        quoted: known.and_then(|known| known.quoted),
        declared: known.and_then(|known| known.declared),
        weighed: known.and_then(|known| known.weighed),
    }
}

/// What identifies a line: about its parcel, or while nobody knows that about the first of its names.
fn identity(line: &InvoiceLine, carrier: &str, day: Day, known: Option<&Known>) -> String {
    let subject = match known {
        Some(known) => known.parcel.to_string(),
        None => names(line).next().cloned().unwrap_or_default(),
    };
    identity_of(&subject, line, carrier, day)
}

/// What else a line of a known parcel may have been identified by, before anybody knew the parcel.
pub(super) fn aliases(line: &LineRow, carrier: &str, day: Day) -> Vec<String> {
    if line.parcel.is_none() {
        return Vec::new();
    }
    let line = line.told();
    let names: BTreeSet<&String> = names(&line).collect();
    names.into_iter().map(|name| identity_of(name, &line, carrier, day)).collect()
}

fn names(line: &InvoiceLine) -> impl Iterator<Item = &String> {
    [&line.track, &line.number, &line.order_number].into_iter().filter(|name| !name.is_empty())
}

/// Carrier, subject, kind, service day and amount. A later surcharge differs in one of them; the same
/// charge on another invoice does not. What concerns no parcel and no day is told apart by the
/// invoice's day.
fn identity_of(subject: &str, line: &InvoiceLine, carrier: &str, day: Day) -> String {
    let day = match line.service_day {
        Some(day) => day.to_string(),
        None if subject.is_empty() => day.to_string(),
        None => String::new(),
    };
    let words = match line.kind {
        ChargeKind::Other => line.words.to_lowercase(),
        _ => String::new(),
    };
    let (kind, amount) = (line.kind, line.amount_kopecks);
    format!("{carrier}/{subject}/{kind}/{words}/{day}/{amount}")
}

/// What of a line does not agree, but for repetitions.
pub(super) fn findings(line: &InvoiceLine, carrier: &str, known: Option<&Known>) -> Vec<Finding> {
    let finding = |kind: ExceptionKind, expected: Option<i64>, found: Option<i64>| Finding {
        line: line.line,
        kind,
        expected,
        found,
    };
    let mut found = Vec::new();
    let amount = line.amount_kopecks.get();
    match known {
        None => found.push(finding(ExceptionKind::UnknownParcel, None, Some(amount))),
        Some(known) if known.carrier != carrier => {
            found.push(finding(ExceptionKind::NotOurCarrier, None, Some(amount)));
        }
        Some(known) => {
            let quoted = known.quoted.filter(|_| line.kind == ChargeKind::Delivery);
            if let Some(quoted) = quoted.filter(|quoted| quoted.get() != amount) {
                let kind = ExceptionKind::AmountDiffers;
                found.push(finding(kind, Some(quoted.get()), Some(amount)));
            }
            if let (Some(theirs), Some(ours)) = (line.weight_g, known.weighed)
                && theirs > ours
            {
                let kind = ExceptionKind::WeightAboveOurs;
                found.push(finding(kind, Some(ours.get()), Some(theirs.get())));
            }
        }
    }
    if let Some(vat) = line.vat_kopecks.filter(|vat| !is_vat(vat.get(), amount)) {
        found.push(finding(ExceptionKind::VatDiffers, None, Some(vat.get())));
    }
    found
}

/// So much may the VAT of a line be off: carriers round the price without it, or each service of a
/// line by itself, and the kopeck is found again on another line.
const VAT_TOLERANCE_KOPECKS: i128 = 1;

/// Whether `vat` is inside `gross` by one of the rates, within [`VAT_TOLERANCE_KOPECKS`]. By any rate,
/// whatever the day: an invoice bills services of before a rate changed, and which mode the carrier has
/// nobody tells us.
fn is_vat(vat: i64, gross: i64) -> bool {
    VatRate::ALL.iter().filter_map(|rate| rate.per_cent()).map(i128::from).any(|rate| {
        let base = 100 + rate;
        let off = i128::from(vat) * base - i128::from(gross) * rate;
        off.abs() <= VAT_TOLERANCE_KOPECKS * base
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{OwnerId, ParcelId};
    use crate::units::{Grams, Kopecks};

    fn line(kind: ChargeKind, amount: i64) -> InvoiceLine {
        InvoiceLine {
            line: 1,
            track: "T1".to_owned(),
            number: String::new(),
            order_number: String::new(),
            kind,
            words: "СМС".to_owned(),
            amount_kopecks: Kopecks::new(amount),
            vat_kopecks: None,
            weight_g: Some(Grams::new(700)),
            service_day: None,
        }
    }

    fn known() -> Known {
        Known {
            parcel: ParcelId::new(),
            owner: OwnerId::new(),
            carrier: "cdek".to_owned(),
            quoted: Some(Kopecks::new(30_000)),
            declared: Some(Grams::new(500)),
            weighed: Some(Grams::new(500)),
        }
    }

    fn kinds(line: &InvoiceLine, known: Option<&Known>) -> Vec<ExceptionKind> {
        findings(line, "cdek", known).into_iter().map(|one| one.kind).collect()
    }

    #[test]
    fn each_kind_of_difference_has_its_name() {
        use ExceptionKind::{
            AmountDiffers, NotOurCarrier, UnknownParcel, VatDiffers, WeightAboveOurs,
        };
        let known = known();
        let delivery = line(ChargeKind::Delivery, 31_000);
        assert_eq!(kinds(&delivery, None), [UnknownParcel]);
        assert_eq!(kinds(&delivery, Some(&known)), [AmountDiffers, WeightAboveOurs]);
        let other = Known { carrier: "dpd".to_owned(), ..known.clone() };
        assert_eq!(kinds(&delivery, Some(&other)), [NotOurCarrier]);
        let light = InvoiceLine { weight_g: Some(Grams::new(500)), ..line(ChargeKind::CodFee, 90) };
        assert_eq!(kinds(&light, Some(&known)), [], "only delivery was offered for a price");
        let vat = |vat: i64| InvoiceLine { vat_kopecks: Some(Kopecks::new(vat)), ..light.clone() };
        assert_eq!(kinds(&vat(16), Some(&known)), [], "22 % of it");
        assert_eq!(kinds(&vat(40), Some(&known)), [VatDiffers]);
    }

    #[test]
    fn vat_is_right_by_any_rate_and_may_be_a_kopeck_off() {
        assert!(is_vat(2_200, 12_200) && is_vat(2_000, 12_000) && is_vat(0, 12_200));
        assert!(is_vat(-2_200, -12_200) && is_vat(2_201, 12_200) && is_vat(2_199, 12_200));
        assert!(!is_vat(2_202, 12_200) && !is_vat(2_198, 12_200) && !is_vat(2_200, -12_200));
    }

    #[test]
    fn the_same_charge_is_known_again_and_another_is_not() {
        let (known, today): (Known, Day) = (known(), "2026-11-22".parse().unwrap());
        let tomorrow = today.next().unwrap();
        let told = line(ChargeKind::Delivery, 30_000);
        let of = |line: &InvoiceLine, day: Day| identity(line, "cdek", day, Some(&known));
        assert_eq!(of(&told, today), of(&told, tomorrow), "on whatever invoice");
        let numbered = InvoiceLine { track: String::new(), number: "N".to_owned(), ..told.clone() };
        assert_eq!(of(&told, today), of(&numbered, today), "by whatever number");
        let others = [
            line(ChargeKind::WeightSurcharge, 30_000),
            line(ChargeKind::Delivery, 30_001),
            InvoiceLine { service_day: Some(today), ..told.clone() },
        ];
        assert!(others.iter().all(|other| of(other, today) != of(&told, today)));
        let unknown = identity(&told, "cdek", today, None);
        assert_ne!(unknown, of(&told, today));
        let both = InvoiceLine { number: "N".to_owned(), ..told.clone() };
        let row = |known: Option<&Known>| compared(&both, "cdek", tomorrow, known);
        let found = aliases(&row(Some(&known)), "cdek", tomorrow);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.contains(&unknown), "as it was charged before anybody knew the parcel");
        assert!(aliases(&row(None), "cdek", tomorrow).is_empty(), "it is one itself");
        let fee = InvoiceLine { track: String::new(), ..line(ChargeKind::Pickup, 5) };
        assert_ne!(identity(&fee, "cdek", today, None), identity(&fee, "cdek", tomorrow, None));
    }
}
