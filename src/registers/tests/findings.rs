//! Each kind of finding planted alone, and none in a clean register.

use crate::carriers::model::DeliveryStatus;
use crate::cod::StepKind;
use crate::ids::{CodRegisterId, ParcelId};
use crate::registers::findings::{
    Around, Held, LineFacts, TooMuch, Unfound, Verdict, fee_of, fits, of_line, of_totals,
    resolutions, steps, withheld,
};
use crate::registers::model::{
    FeeTerms, FindingKind, LineKind, MatchedBy, PayMethod, Resolution, Severity, TermsMethod,
};
use crate::registers::read::Totals;
use crate::units::{Day, Kopecks};

fn on(text: &str) -> Day {
    text.parse().unwrap()
}

fn terms() -> Vec<FeeTerms> {
    let of = |method, from: &str, rate_bp, minimum| FeeTerms {
        carrier: "cdek".to_owned(),
        method,
        valid_from: on(from),
        rate_bp,
        minimum_kopecks: Kopecks::new(minimum),
    };
    vec![
        of(TermsMethod::Any, "2026-01-01", 200, 0),
        of(TermsMethod::Any, "2026-11-01", 300, 5_000),
        of(TermsMethod::Cash, "2026-11-01", 250, 5_000),
    ]
}

fn around() -> Around {
    Around { day: on("2026-11-18"), terms: terms() }
}

/// 3590 roubles, paid by card as expected.
fn clean() -> LineFacts {
    LineFacts {
        line: 2,
        kind: LineKind::Collected,
        order_number: "SHOP-1".to_owned(),
        track: "1105500001".to_owned(),
        day: Some(on("2026-11-17")),
        collected: Kopecks::new(359_000),
        fee: Some(Kopecks::new(10_770)),
        delivery: Some(Kopecks::new(41_200)),
        transferred: Some(Kopecks::new(307_030)),
        method: Some(PayMethod::Card),
        parcel: Some(ParcelId::new()),
        matched_by: Some(MatchedBy::Track),
        expected: Kopecks::new(359_000),
        released: Kopecks::ZERO,
        registered: Kopecks::ZERO,
        refunded: Kopecks::ZERO,
        is_partial: false,
        method_known: None,
        status: Some(DeliveryStatus::Delivered),
        sent_at: Some("2026-11-10T09:00:00Z".parse().unwrap()),
        is_repeated: false,
        other: None,
    }
}

fn found(facts: &LineFacts) -> Vec<(FindingKind, Severity, i64)> {
    found_with(facts, None, &[])
}

fn found_with(
    facts: &LineFacts,
    why: Option<Unfound>,
    units: &[(Kopecks, i64)],
) -> Vec<(FindingKind, Severity, i64)> {
    of_line(facts, &around(), why, units)
        .into_iter()
        .map(|one| (one.kind, one.severity, one.amount.unwrap().get()))
        .collect()
}

/// Sums that stay consistent with another amount.
fn of_amount(collected: i64) -> LineFacts {
    let fee = fee_of(&terms()[1], Kopecks::new(collected));
    LineFacts {
        collected: Kopecks::new(collected),
        fee: Some(fee),
        delivery: None,
        transferred: Some(Kopecks::new(collected - fee.get())),
        ..clean()
    }
}

#[test]
fn a_clean_line_has_no_finding() {
    assert_eq!(found(&clean()), []);
    let gross = LineFacts { transferred: Some(Kopecks::new(359_000)), ..clean() };
    assert_eq!(found(&gross), [], "the carrier bills its fee apart");
    let kept_fee = LineFacts { transferred: Some(Kopecks::new(348_230)), ..clean() };
    assert_eq!(found(&kept_fee), []);
    let bare = LineFacts { fee: None, delivery: None, transferred: None, ..clean() };
    assert_eq!(found(&bare), []);
    let service = LineFacts { kind: LineKind::Service, parcel: None, matched_by: None, ..clean() };
    assert_eq!(found(&service), []);
}

#[test]
fn an_amount_that_differs_says_how() {
    let blocking = Severity::Blocking;
    let kind = FindingKind::AmountDiffers;
    for (stated, difference, why) in
        [(358_999, -1, "rounding"), (359_050, 50, "rounding"), (300_000, -59_000, "other")]
    {
        let facts = of_amount(stated);
        assert_eq!(found(&facts), [(kind, blocking, difference)]);
        assert_eq!(of_line(&facts, &around(), None, &[])[0].args["why"], why);
    }
    let less = LineFacts { delivery: Some(Kopecks::new(41_200)), ..of_amount(359_000 - 41_200) };
    assert_eq!(of_line(&less, &around(), None, &[])[0].args["why"], "delivery");
    let again = LineFacts { registered: Kopecks::new(359_000), ..clean() };
    assert_eq!(found(&again), [(kind, blocking, 359_000)], "nothing is due any more");
}

#[test]
fn what_was_taken_in_part_is_a_sum_of_its_pieces() {
    let units = [(Kopecks::new(120_000), 2), (Kopecks::new(119_000), 1)];
    let part = LineFacts { is_partial: true, ..of_amount(239_000) };
    let partial = (FindingKind::PartialDelivery, Severity::Warning, -120_000);
    assert_eq!(found_with(&part, None, &units), [partial]);
    let odd = LineFacts { is_partial: true, ..of_amount(130_000) };
    let differs = (FindingKind::AmountDiffers, Severity::Blocking, -229_000);
    assert_eq!(found_with(&odd, None, &units), [differs]);
}

#[test]
fn a_line_without_a_parcel_says_why_as_far_as_known() {
    let facts = LineFacts { parcel: None, matched_by: None, ..clean() };
    let kind = |why| found_with(&facts, why, &[])[0].0;
    let why = |is_elsewhere, orders, shops| Some(Unfound { line: 2, is_elsewhere, orders, shops });
    assert_eq!(kind(None), FindingKind::ParcelUnknown);
    assert_eq!(kind(why(false, 0, 0)), FindingKind::ParcelUnknown);
    assert_eq!(kind(why(true, 0, 0)), FindingKind::OtherCarrier);
    assert_eq!(kind(why(false, 2, 2)), FindingKind::OrderNumberShared);
    assert_eq!(found(&facts).len(), 1);
}

#[test]
fn money_that_comes_twice_or_for_nothing_blocks() {
    let blocking = Severity::Blocking;
    let repeated = LineFacts { is_repeated: true, ..clean() };
    assert_eq!(found(&repeated), [(FindingKind::DuplicateLine, blocking, 359_000)]);
    let twice = LineFacts { other: Some(CodRegisterId::new()), ..clean() };
    assert_eq!(found(&twice), [(FindingKind::PaidTwice, blocking, 359_000)]);
    for status in [DeliveryStatus::Returned, DeliveryStatus::Lost, DeliveryStatus::Cancelled] {
        let back = LineFacts { status: Some(status), released: Kopecks::new(359_000), ..clean() };
        assert_eq!(found(&back), [(FindingKind::ReturnedButPaid, blocking, 359_000)]);
    }
    let prepaid = LineFacts { expected: Kopecks::ZERO, ..clean() };
    assert_eq!(found(&prepaid), [(FindingKind::PrepaidCollected, blocking, 359_000)]);
}

#[test]
fn a_refund_is_told_and_blocks_where_nothing_was_paid() {
    let refund = LineFacts { kind: LineKind::Refund, ..of_amount(-359_000) };
    let kind = FindingKind::RefundAfterPayment;
    assert_eq!(found(&refund), [(kind, Severity::Blocking, -359_000)]);
    let paid = LineFacts { registered: Kopecks::new(359_000), ..refund };
    assert_eq!(found(&paid), [(kind, Severity::Warning, -359_000)]);
}

#[test]
fn fees_follow_the_terms_of_their_day_and_method() {
    let warning = Severity::Warning;
    let more = LineFacts {
        fee: Some(Kopecks::new(10_771)),
        transferred: Some(Kopecks::new(307_029)),
        ..clean()
    };
    assert_eq!(found(&more), [(FindingKind::FeeDiffers, warning, 1)]);
    let cash = LineFacts { method: Some(PayMethod::Cash), ..clean() };
    assert_eq!(found(&cash), [(FindingKind::FeeDiffers, warning, 10_770 - 8_975)]);
    let small = fee_of(&terms()[1], Kopecks::new(120_000));
    assert_eq!(small, Kopecks::new(5_000), "the minimum");
    assert_eq!(fee_of(&terms()[1], Kopecks::new(-329_000)), Kopecks::new(-9_870));
    assert_eq!(fee_of(&terms()[0], Kopecks::new(25)), Kopecks::new(1), "half a kopeck is one");
    let unknown = Around { terms: Vec::new(), ..around() };
    assert_eq!(of_line(&more, &unknown, None, &[]), []);
}

#[test]
fn smaller_oddities_are_told_and_do_not_block() {
    let warning = Severity::Warning;
    let sums = LineFacts { transferred: Some(Kopecks::new(300_000)), ..clean() };
    assert_eq!(found(&sums), [(FindingKind::LineDiffers, warning, 7_030)]);
    let method = LineFacts { method_known: Some(PayMethod::Cash), ..clean() };
    assert_eq!(found(&method), [(FindingKind::MethodDiffers, warning, 359_000)]);
    for day in ["2026-11-09", "2026-11-19"] {
        let odd = LineFacts { day: Some(on(day)), ..clean() };
        assert_eq!(found(&odd), [(FindingKind::DayOutOfPeriod, warning, 359_000)]);
    }
    let bare = LineFacts { matched_by: Some(MatchedBy::BareOrderNumber), ..clean() };
    assert_eq!(found(&bare), [(FindingKind::ZerosLost, Severity::Notice, 359_000)]);
}

#[test]
fn totals_are_compared_to_the_kopeck() {
    let some = |sum| Some(Kopecks::new(sum));
    let summed =
        Totals { collected: some(100), fee: some(3), delivery: some(0), transferred: some(97) };
    assert_eq!(of_totals(&Totals { collected: some(100), ..Totals::default() }, &summed), None);
    let stated = Totals { collected: some(101), transferred: some(97), ..Totals::default() };
    let raised = of_totals(&stated, &summed).unwrap();
    assert_eq!((raised.kind, raised.severity), (FindingKind::TotalDiffers, Severity::Blocking));
    assert_eq!(raised.amount, some(1));
    assert_eq!(raised.args["collected"]["summed"], 100);
}

#[test]
fn every_kind_can_be_resolved_and_nobody_rejects_by_a_finding() {
    for kind in FindingKind::ALL {
        assert!(!resolutions(*kind).is_empty(), "{kind}");
        assert!(!resolutions(*kind).contains(&Resolution::RegisterRejected), "{kind}");
    }
}

fn held(expected: i64, released: i64, collected: i64, registered: i64) -> Held {
    Held { expected, released, collected, registered }
}

#[test]
fn a_line_moves_what_was_expected_and_more_only_by_a_person() {
    use StepKind::{Collected, Expected, Registered, Released};
    let moves = |mut held: Held, amount, verdict| steps(&mut held, amount, verdict);
    let clean = Verdict::AsExpected;
    assert_eq!(moves(held(100, 0, 100, 0), 100, clean).unwrap(), [(Registered, 100)]);
    let untold = moves(held(100, 0, 0, 0), 100, clean).unwrap();
    assert_eq!(untold, [(Collected, 100), (Registered, 100)], "no status came before");
    assert_eq!(moves(held(100, 0, 0, 0), 101, clean), Err(TooMuch));
    assert_eq!(moves(held(100, 100, 0, 0), 100, clean), Err(TooMuch));
    let right = Verdict::AsStated;
    assert_eq!(
        moves(held(100, 0, 100, 0), 130, right).unwrap(),
        [(Expected, 30), (Collected, 30), (Registered, 130)],
    );
    assert_eq!(
        moves(held(100, 0, 100, 0), 70, right).unwrap(),
        [(Registered, 70), (Collected, -30), (Released, 30)],
    );
    assert_eq!(
        moves(held(100, 100, 0, 0), 100, right).unwrap(),
        [(Released, -100), (Collected, 100), (Registered, 100)],
    );
    assert_eq!(
        moves(held(0, 0, 0, 0), 50, right).unwrap(),
        [(Expected, 50), (Collected, 50), (Registered, 50)],
    );
    assert_eq!(moves(held(100, 0, 100, 0), 70, clean).unwrap(), [(Registered, 70)], "claimed");
}

#[test]
fn what_a_carrier_kept_is_what_it_did_not_transfer() {
    let some = |sum| Some(Kopecks::new(sum));
    let kept =
        |fee, delivery, transferred| withheld(Kopecks::new(1_000), fee, delivery, transferred);
    assert_eq!(kept(some(30), some(100), some(870)), 130);
    assert_eq!(kept(some(30), some(100), some(1_000)), 0);
    assert_eq!(kept(some(30), None, None), 30);
}

#[test]
fn a_claim_is_for_what_lacks_and_never_for_what_is_too_much() {
    let claim = |kind, amount| fits(kind, Some(Kopecks::new(amount)), Resolution::ClaimFromCarrier);
    assert!(claim(FindingKind::AmountDiffers, -50));
    assert!(!claim(FindingKind::AmountDiffers, 50));
    assert!(claim(FindingKind::FeeDiffers, 50), "a fee that is too high is claimed");
    let accepted = Some(Kopecks::new(50));
    assert!(fits(FindingKind::AmountDiffers, accepted, Resolution::AcceptAmount));
}
