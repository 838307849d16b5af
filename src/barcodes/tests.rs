//! Codes as scanners send them: what each good one is, and why each bad one is nothing.

use super::*;

/// What a scan means, in a few words, with the repairs that it took.
fn meaning(raw: &str) -> String {
    let scan = read(raw);
    let what: Vec<String> = scan
        .candidates
        .iter()
        .filter_map(|candidate| match candidate {
            Candidate::Own(own) => Some(format!("own {}", own.code())),
            Candidate::Gs1(gs1) => {
                let ais: Vec<_> = gs1.elements().iter().map(|e| e.ai.as_str()).collect();
                Some(format!("gs1 {}", ais.join(" ")))
            }
            Candidate::Gtin(gtin) => Some(format!("gtin {gtin}")),
            Candidate::Marking(code) => Some(format!("{} {}", code.form, code.piece)),
            Candidate::Postal(number) => Some(format!("post {number}")),
            Candidate::Sscc(number) => Some(format!("sscc {number}")),
            Candidate::Text(_) => None,
        })
        .chain(scan.repairs.iter().map(|repair| format!("!{repair}")))
        .collect();
    what.join(", ")
}

#[test]
fn good_codes_are_what_they_are() {
    for (raw, expected) in [
        ("4601234567893", "gtin 04601234567893"),
        ("]E04601234567893", "gtin 04601234567893"),
        ("]E0036000291452", "gtin 00036000291452"),
        ("96385074", "gtin 00000096385074"),
        ("01234565", "gtin 00000001234565, gtin 00012345000065"),
        ("14601234567890", "gtin 14601234567890, post 14601234567890"),
        ("10200080000014", "gtin 10200080000014, post 10200080000014"),
        ("RR123456785RU", "post RR123456785RU"),
        ("346006820000000014", "sscc 346006820000000014"),
        ("]C100346006820000000014", "gs1 00"),
        ("]d20104670540176099215'W9Um\u{1d}93dGVz", "gs1 01 21 93, gs1 0104670540176099215'W9Um"),
        ("04606203085248lTLKgaMAB5qGxeT", "tobacco_pack 04606203085248lTLKgaM"),
        ("RU-430302-AAA7582720", "fur RU-430302-AAA7582720"),
        ("https://id.gs1.org/01/04601234567893/10/L1", "gs1 01 10"),
        ("(01)04601234567893(10)L1", "gs1 01 10, !brackets_removed"),
        (
            "0104670540176099215'W9Um 93dGVz",
            "gs1 01 21 93, gs1 0104670540176099215'W9Um, !separator_restored",
        ),
        (
            "0104670540176099215'W9UmGS93dGVz",
            "gs1 01 21 93, gs1 0104670540176099215'W9Um, !separator_guessed",
        ),
        ("4601234567893\r4601234567893\r", "gtin 04601234567893, !double_removed"),
        (
            "]D20104670540176099215'w9uM\u{1d}93DgvZ",
            "gs1 01 21 93, gs1 0104670540176099215'W9Um, !case_undone",
        ),
        ("\u{feff}4601234567893\0", "gtin 04601234567893, !control_removed"),
    ] {
        assert_eq!(meaning(raw), expected, "{raw:?}");
    }
}

#[test]
fn bad_codes_are_only_text() {
    for (raw, why) in [
        ("4601234567890", "a wrong check digit"),
        ("460123456789", "cut: twelve digits with a wrong check digit"),
        ("346006820000000015", "a wrong check digit of an SSCC"),
        ("]d20104670540176090215'W9Um", "a wrong check digit of the GTIN inside"),
        ("]C10104601234567893172613", "a cut date"),
        ("]C1010460123456789317261301", "a month 13"),
        ("]C110A B", "a blank inside a GS1 value"),
        ("]C1310", "an AI without the digits it needs"),
        ("RR123456780RU", "a wrong check digit of the post"),
        ("https://id.gs1.org/01/04601234567890", "a wrong check digit in the address"),
        ("04606203085249lTLKgaMAB5qGxeT", "a wrong GTIN of a tobacco pack"),
        ("RU-430302-AAA758272", "a cut fur code"),
        ("46012345678934601234567894", "two different codes in one scan"),
    ] {
        let left = meaning(raw);
        assert!(
            left.split(", ").all(|word| word.is_empty() || word.starts_with('!')),
            "{raw}: {left} ({why})"
        );
    }
}

#[test]
fn goods_of_a_scale_are_looked_up_by_their_pattern() {
    let keys = read("2012345012349").product_keys();
    assert!(keys.contains(&"2012345WWWWWC".to_owned()));
    assert_eq!(keys[0], "02012345012349");
    let own_series = InternalNumber::new(1234).unwrap().ean13();
    assert!(!read(&own_series).product_keys().iter().any(|key| key.contains('W')));
}

#[test]
fn makers_words_for_a_symbology_are_known() {
    let aim = |name: &str| Aim::named(name).map(|aim| aim.to_string());
    assert_eq!(aim("]d2").as_deref(), Some("]d2"));
    assert_eq!(aim("LABEL-TYPE-EAN13").as_deref(), Some("]E0"));
    assert_eq!(aim("LABEL-TYPE-GS1-DATAMATRIX").as_deref(), Some("]d2"));
    assert_eq!(aim("Code 128").as_deref(), Some("]C0"));
    assert_eq!(aim("HAN-XIN"), None);
    let upc_e = read_as("01234565", Aim::named("UPCE"));
    assert_eq!(upc_e.gtin().unwrap().as_14(), "00012345000065");
}
