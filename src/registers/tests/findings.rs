//! Each kind of finding planted alone, and none in a clean register.

use crate::carriers::model::DeliveryStatus;
use crate::cod::StepKind;
use crate::ids::{CodRegisterId, ParcelId};
use crate::registers::about::About;
use crate::registers::findings::{
    Around, Beside, Goods, LineFacts, Raised, Unfound, fits, of_line, of_totals, resolutions,
};
use crate::registers::model::{
    CodContract, FeeTerms, FindingKind, LineKind, MatchedBy, PayMethod, Resolution, Severity,
    TermsMethod,
};
use crate::registers::read::Totals;
use crate::registers::steps::{Held, TooMuch, Verdict, steps, withheld};
use crate::registers::terms::{Carried, Known, contract_of_all, fee_of, file_of_other};
use crate::units::{Day, Grams, Kopecks};

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
    let contract = CodContract {
        carrier: "cdek".to_owned(),
        number: "IM-17/26".to_owned(),
        inn: String::new(),
    };
    let known = Known::new(vec![contract], vec!["5001007322".to_owned()]);
    Around { day: on("2026-11-18"), terms: terms(), known }
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
        // 22/122 of the fee, and of the delivery.
        vat: Some(Kopecks::new(1_942 + 7_430)),
        currency: String::new(),
        contract: "Договор IM-17/26".to_owned(),
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
        quoted: Some(Kopecks::new(41_200)),
        is_repeated: false,
        other: None,
        is_listed: false,
        together: None,
    }
}

fn raised(facts: &LineFacts) -> Vec<Raised> {
    of_line(facts, &around(), &Beside::default())
}

fn found(facts: &LineFacts) -> Vec<(FindingKind, Severity, i64)> {
    found_with(facts, None, None)
}

fn found_with(
    facts: &LineFacts,
    why: Option<Unfound>,
    goods: Option<&Goods>,
) -> Vec<(FindingKind, Severity, i64)> {
    of_line(facts, &around(), &Beside { unfound: why, goods, carried: None })
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
        vat: None,
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
        assert_eq!(raised(&facts)[0].args["why"], why);
    }
    let less = LineFacts { delivery: Some(Kopecks::new(41_200)), ..of_amount(359_000 - 41_200) };
    assert_eq!(raised(&less)[0].args["why"], "delivery");
    let again = LineFacts { registered: Kopecks::new(359_000), ..clean() };
    assert_eq!(found(&again), [(kind, blocking, 359_000)], "nothing is due any more");
}

/// Of 3590 roubles: three pieces, and the delivery where it is paid.
fn goods(prices: [i64; 2], delivery_fee: i64) -> Goods {
    let [first, second] = prices.map(Kopecks::new);
    Goods { units: vec![(first, 2), (second, 1)], delivery_fee: Kopecks::new(delivery_fee) }
}

#[test]
fn what_was_taken_in_part_is_a_sum_of_its_pieces() {
    let whole = goods([120_000, 119_000], 0);
    let part = LineFacts { is_partial: true, ..of_amount(239_000) };
    let partial = (FindingKind::PartialDelivery, Severity::Warning, -120_000);
    assert_eq!(found_with(&part, None, Some(&whole)), [partial]);
    let odd = LineFacts { is_partial: true, ..of_amount(130_000) };
    let differs = (FindingKind::AmountDiffers, Severity::Blocking, -229_000);
    assert_eq!(found_with(&odd, None, Some(&whole)), [differs]);
    assert_eq!(found_with(&odd, None, None), [differs]);
}

#[test]
fn what_was_taken_in_part_may_have_the_delivery_beside_it() {
    let with_fee = goods([110_000, 99_000], 40_000);
    let kind = |stated| {
        let part = LineFacts { is_partial: true, ..of_amount(stated) };
        found_with(&part, None, Some(&with_fee))[0].0
    };
    assert_eq!(kind(110_000 + 40_000), FindingKind::PartialDelivery);
    assert_eq!(kind(110_000 + 99_000), FindingKind::PartialDelivery, "the delivery is let go");
    assert_eq!(kind(110_000 + 39_999), FindingKind::AmountDiffers);
    assert_eq!(kind(30_000), FindingKind::AmountDiffers, "less than the delivery");
}

#[test]
fn of_what_was_taken_in_part_the_rest_comes_back() {
    let whole = goods([120_000, 119_000], 0);
    for status in [DeliveryStatus::Returning, DeliveryStatus::Returned, DeliveryStatus::Lost] {
        let part = LineFacts { is_partial: true, status: Some(status), ..of_amount(239_000) };
        let partial = (FindingKind::PartialDelivery, Severity::Warning, -120_000);
        assert_eq!(found_with(&part, None, Some(&whole)), [partial]);
        let back = LineFacts { is_partial: false, ..part };
        assert_eq!(found(&back)[0].0, FindingKind::ReturnedButPaid);
    }
}

#[test]
fn a_parcel_that_was_paid_in_two_ways_is_what_its_lines_come_to() {
    let together = Some(Kopecks::new(359_000));
    let first = LineFacts { together, ..of_amount(159_000) };
    assert_eq!(found(&first), []);
    let second = LineFacts { together, is_repeated: true, ..of_amount(200_000) };
    assert_eq!(found(&second), []);
    let together = Some(Kopecks::new(358_000));
    let kind = |facts: LineFacts| found(&LineFacts { together, ..facts })[0].0;
    assert_eq!(kind(first), FindingKind::AmountDiffers);
    assert_eq!(kind(second), FindingKind::DuplicateLine);
}

#[test]
fn a_line_without_a_parcel_says_why_as_far_as_known() {
    let facts = LineFacts { parcel: None, matched_by: None, ..clean() };
    let kind = |why| found_with(&facts, why, None)[0].0;
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
        vat: None,
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
    assert_eq!(of_line(&more, &unknown, &Beside::default()), []);
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
fn a_delivery_is_compared_with_the_offer_and_with_what_was_invoiced() {
    let more = LineFacts {
        delivery: Some(Kopecks::new(51_200)),
        transferred: Some(Kopecks::new(297_030)),
        vat: None,
        ..clean()
    };
    let warning = Severity::Warning;
    assert_eq!(found(&more), [(FindingKind::DeliveryDiffers, warning, 10_000)]);
    let (invoiced, weight) = (Some(Kopecks::new(51_200)), Some(Grams::new(700)));
    let carried = Some(Carried { line: 2, invoiced, weight });
    let told = of_line(&more, &around(), &Beside { carried, ..Beside::default() });
    assert_eq!(
        (&told[0].args["why"], &told[0].args["weight_g"]),
        (&"as_invoiced".into(), &700.into())
    );
    assert_eq!(
        (&told[0].args["quoted"], &told[0].args["invoiced"]),
        (&41_200.into(), &51_200.into())
    );
    for delivery in [None, Some(Kopecks::ZERO)] {
        let kept_none = LineFacts { delivery, transferred: None, vat: None, ..clean() };
        assert_eq!(found(&kept_none), [], "an invoice will say it");
    }
    let unknown = LineFacts { quoted: None, ..more };
    assert_eq!(found(&unknown), []);
}

#[test]
fn vat_is_inside_by_the_rate_of_the_day() {
    for right in [1_942 + 7_430, 1_942, 7_430] {
        let facts = LineFacts { vat: Some(Kopecks::new(right)), ..clean() };
        assert_eq!(found(&facts), [], "{right}");
    }
    for wrong in [1_795 + 6_867, 0, 9_373] {
        let facts = LineFacts { vat: Some(Kopecks::new(wrong)), ..clean() };
        let differs = (FindingKind::VatDiffers, Severity::Warning, wrong - 9_372);
        assert_eq!(found(&facts), [differs], "{wrong}");
        assert_eq!(raised(&facts)[0].args["percent"], 22);
    }
}

#[test]
fn another_contract_and_another_currency_block() {
    let blocking = Severity::Blocking;
    for other in ["Договор IM-18/26", "7722327689"] {
        let facts = LineFacts { contract: other.to_owned(), ..clean() };
        assert_eq!(found(&facts), [(FindingKind::OtherContract, blocking, 359_000)]);
    }
    for ours in ["", "№ im 17/26 от 1.2.26", "5001007322", "ООО «Склад»"] {
        let facts = LineFacts { contract: ours.to_owned(), ..clean() };
        assert_eq!(found(&facts), [], "{ours}");
    }
    let tenge = LineFacts { currency: "KZT".to_owned(), expected: Kopecks::ZERO, ..clean() };
    assert_eq!(found(&tenge), [(FindingKind::CurrencyForeign, blocking, 359_000)]);
    assert_eq!(raised(&tenge)[0].proposed, Resolution::IgnoreLine);
}

#[test]
fn what_stands_above_the_lines_says_whose_register_it_is() {
    let (known, sum) = (around().known, Kopecks::new(100));
    let of = |contracts: &[&str], inns: &[&str], customers: &[&str]| {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let (contracts, inns, customers) = (list(contracts), list(inns), list(customers));
        let about = About { contracts, inns, customers, ..About::default() };
        contract_of_all(&about, &known, sum)
    };
    assert_eq!(of(&[], &["7722327689"], &[]), None, "the carrier's own");
    assert_eq!(of(&["im-17/26"], &["5001007322", "7722327689"], &["5001007322"]), None);
    let other = of(&[], &["7722327689", "7707083893"], &["7707083893"]).unwrap();
    assert_eq!((other.kind, other.proposed), (FindingKind::OtherContract, Resolution::Acknowledge));
    assert!(fits(other.kind, 0, other.amount, other.proposed));
    assert!(!fits(other.kind, 0, other.amount, Resolution::IgnoreLine), "no line is left out");
    assert!(of(&["im-99"], &[], &[]).is_some());

    let named = About { carriers: vec!["dpd"], ..About::default() };
    let of =
        |about: &About, parts| file_of_other(about, "cdek", parts, sum).map(|one| one.severity);
    assert_eq!(of(&About::default(), (1, 2)), None);
    assert_eq!(of(&About::default(), (2, 3)), Some(Severity::Blocking));
    assert_eq!(of(&named, (0, 3)), Some(Severity::Warning));
}

#[test]
fn every_kind_has_its_sentences_in_both_languages() {
    use crate::i18n::{Language, lookup};
    use crate::registers::told::sentence;
    let words = FindingKind::ALL.iter().map(|kind| format!("finding-name-{kind}"));
    let words = words.chain(Severity::ALL.iter().map(|one| format!("finding-severity-{one}")));
    let words = words.chain(Resolution::ALL.iter().map(|one| format!("finding-resolution-{one}")));
    for key in words {
        for language in Language::ALL {
            assert!(lookup(*language, &key, &[]).is_some(), "{key} in {language}");
        }
    }
    let args = serde_json::json!({ "stated": "cash", "known": "card", "quoted": 100 });
    for kind in FindingKind::ALL {
        for language in Language::ALL {
            let text = sentence(*kind, &args, Some(Kopecks::new(150)), *language);
            assert!(!text.starts_with("finding-") && !text.contains("{$"), "{text}");
        }
    }
    let paid = sentence(FindingKind::MethodDiffers, &args, None, Language::Russian);
    assert!(paid.contains("«наличные»") && paid.contains("«карта»"), "{paid}");
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
    let claim =
        |kind, amount| fits(kind, 2, Some(Kopecks::new(amount)), Resolution::ClaimFromCarrier);
    assert!(claim(FindingKind::AmountDiffers, -50));
    assert!(!claim(FindingKind::AmountDiffers, 50));
    assert!(claim(FindingKind::FeeDiffers, 50), "a fee that is too high is claimed");
    let accepted = Some(Kopecks::new(50));
    assert!(fits(FindingKind::AmountDiffers, 2, accepted, Resolution::AcceptAmount));
}
