//! From the bytes of one scan to everything they can mean.

use std::fmt;

use super::gs1::{GS, Gs1, read_link};
use super::gtin::verify_check_digit;
use super::marking::{self, MarkingCode};
use super::postal::PostalNumber;
use super::repair::{self, Repair};
use super::{BarcodeError, Gtin, InternalNumber, OwnCode, weighed};
use crate::units::Day;

/// The symbology identifier (ISO/IEC 15424) that a scanner may send before the data: `]d2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    /// The letter of the symbology; its case matters.
    pub letter: char,
    pub modifier: char,
}

impl Aim {
    /// What a device says of the symbology: an identifier, or a maker's word for it. Makers' words
    /// do not tell GS1 from plain data.
    pub fn named(name: &str) -> Option<Self> {
        let aim = |letter, modifier| Some(Self { letter, modifier });
        if let Some((found, "")) = Self::split(name) {
            return Some(found);
        }
        let word: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match word.to_ascii_uppercase().trim_start_matches("LABELTYPE") {
            "EAN13" | "UPCA" | "UPCE" | "UPCE0" | "UPCE1" => aim('E', '0'),
            "EAN8" => aim('E', '4'),
            "CODE128" => aim('C', '0'),
            "CODE39" => aim('A', '0'),
            "I2OF5" | "ITF" | "ITF14" => aim('I', '0'),
            "DATAMATRIX" => aim('d', '1'),
            "QRCODE" | "QR" => aim('Q', '1'),
            "EAN128" | "GS1128" => aim('C', '1'),
            "GS1DATAMATRIX" => aim('d', '2'),
            "PDF417" => aim('L', '0'),
            _ => None,
        }
    }

    /// Splits `]`, a letter and a modifier off the beginning.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        let mut characters = text.strip_prefix(']')?.chars();
        let letter = characters.next().filter(char::is_ascii_alphabetic)?;
        let modifier = characters.next().filter(char::is_ascii_alphanumeric)?;
        Some((Self { letter, modifier }, characters.as_str()))
    }

    /// Whether the symbol began with FNC1, so that its data is a GS1 element string.
    pub const fn is_gs1(self) -> bool {
        matches!(
            (self.letter, self.modifier),
            ('C' | 'J', '1') | ('e', '0') | ('d', '2' | '5') | ('Q', '3' | '4')
        )
    }

    const fn is_ean(self) -> bool {
        matches!(self.letter, 'E')
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "]{}{}", self.letter, self.modifier)
    }
}

/// One thing that a scan can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate {
    /// A code that we printed, with a right check character.
    Own(OwnCode),
    /// A GS1 element string, read to its end.
    Gs1(Gs1),
    /// 8, 12, 13 or 14 digits with a right check digit, or UPC-E expanded.
    Gtin(Gtin),
    /// One piece of goods under state marking (Честный ЗНАК).
    Marking(MarkingCode),
    /// A number of the post. Fourteen digits are a product number as well.
    Postal(PostalNumber),
    /// 18 digits with a right check digit: a logistic unit without its application identifier.
    Sscc(String),
    /// The text as it is: an article, a carrier's number, a word typed by hand.
    Text(String),
}

/// What was scanned and what it can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// What the scanner sent. Bytes that are not UTF-8 stand here one character each.
    pub raw: String,
    /// The data alone, repaired.
    pub text: String,
    pub aim: Option<Aim>,
    pub repairs: Vec<Repair>,
    /// Never empty; the likeliest first, [`Candidate::Text`] last.
    pub candidates: Vec<Candidate>,
}

impl Scan {
    /// Our own code, if it is one with a right check character.
    pub fn own(&self) -> Option<&OwnCode> {
        self.candidates.iter().find_map(|candidate| match candidate {
            Candidate::Own(own) => Some(own),
            _ => None,
        })
    }

    /// Why a text that looks like our own code is none: a damaged label or a typing error.
    pub fn own_error(&self) -> Option<BarcodeError> {
        match OwnCode::parse(&self.text) {
            Ok(_) | Err(BarcodeError::NotOwn) => None,
            Err(error) => Some(error),
        }
    }

    /// The marking code of the piece.
    pub fn marking(&self) -> Option<&MarkingCode> {
        self.candidates.iter().find_map(|candidate| match candidate {
            Candidate::Marking(code) => Some(code),
            _ => None,
        })
    }

    /// Whether this was a marking code before something happened to it: it cannot be told any more
    /// where its serial ends.
    pub fn is_broken_marking(&self) -> bool {
        self.marking().is_none() && marking::begins(&self.text)
    }

    pub fn gs1(&self) -> Option<&Gs1> {
        self.candidates.iter().find_map(|candidate| match candidate {
            Candidate::Gs1(gs1) => Some(gs1),
            _ => None,
        })
    }

    /// The product number, from a GS1 element string or a plain symbol.
    pub fn gtin(&self) -> Option<Gtin> {
        self.gtins().into_iter().next()
    }

    /// The repairs that a person should see: those of a code. A word in Russian letters was not
    /// damaged, although its keys may have been meant.
    pub fn told_repairs(&self) -> Vec<Repair> {
        let is_code = |candidate: &Candidate| !matches!(candidate, Candidate::Text(_));
        if self.candidates.iter().any(is_code) { self.repairs.clone() } else { Vec::new() }
    }

    /// The texts to look a product up by among its barcodes: every spelling of every product
    /// number that the scan can be, then the text itself and what a person may have typed.
    pub fn product_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        let gtins = self.gtins();
        let spellings = gtins.iter().flat_map(Gtin::spellings);
        let patterns = gtins.iter().filter_map(weighed_ean).flat_map(weighed::patterns_of);
        for key in spellings.chain(self.texts().map(str::to_owned)).chain(patterns) {
            if !key.is_empty() && !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// The texts that a person may have typed: undone from a Russian layout, and as they came.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.candidates.iter().filter_map(|candidate| match candidate {
            Candidate::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub fn lot(&self) -> Option<&str> {
        self.gs1()?.lot()
    }

    pub fn serial(&self) -> Option<&str> {
        self.gs1()?.serial()
    }

    pub fn expires_on(&self) -> Option<Day> {
        self.gs1()?.expires_on()
    }

    /// How many pieces the label says.
    pub fn count(&self) -> Option<i64> {
        self.gs1()?.count()
    }

    /// The number of the logistic unit (SSCC), with or without its application identifier.
    pub fn sscc(&self) -> Option<&str> {
        self.candidates.iter().find_map(|candidate| match candidate {
            Candidate::Gs1(gs1) => gs1.sscc(),
            Candidate::Sscc(sscc) => Some(sscc.as_str()),
            _ => None,
        })
    }

    fn gtins(&self) -> Vec<Gtin> {
        let of_candidate = |candidate: &Candidate| match candidate {
            Candidate::Gs1(gs1) => gs1.gtin(),
            Candidate::Gtin(gtin) => Some(gtin.clone()),
            Candidate::Marking(code) => code.gtin.clone(),
            _ => None,
        };
        self.candidates.iter().filter_map(of_candidate).collect()
    }
}

/// The EAN-13 of a shop's scales; our own series looks the same but is no weight.
fn weighed_ean(gtin: &Gtin) -> Option<&str> {
    let ean13 = gtin.ean13().filter(|ean13| ean13.starts_with('2'))?;
    InternalNumber::from_ean13(ean13).is_err().then_some(ean13)
}

/// A text under repair, with what was done to it.
struct Workpiece {
    text: String,
    repairs: Vec<Repair>,
}

impl Workpiece {
    fn apply(&mut self, repaired: Option<String>, repair: Repair) {
        if let Some(repaired) = repaired {
            self.text = repaired;
            self.repairs.push(repair);
        }
    }
}

/// Reads what a scanner sent.
pub fn read(raw: &str) -> Scan {
    read_as(raw, None)
}

/// Reads what a scanner sent, with the symbology that it named apart from the data.
pub fn read_as(raw: &str, symbology: Option<Aim>) -> Scan {
    // A line end is how scanners end a scan, not damage.
    let text = raw.trim_end_matches(['\r', '\n']).to_owned();
    let mut work = Workpiece { text, repairs: Vec::new() };
    work.apply(repair::remove_double(&work.text).map(str::to_owned), Repair::DoubleRemoved);
    work.apply(repair::remove_control(&work.text), Repair::ControlRemoved);
    let before_layout = work.text.clone();
    work.apply(repair::undo_layout(&work.text), Repair::LayoutUndone);
    work.apply(repair::undo_case(&work.text), Repair::CaseUndone);
    let split = Aim::split(&work.text).map(|(aim, rest)| (aim, rest.to_owned()));
    let aim = match split {
        Some((aim, rest)) => {
            work.text = rest;
            Some(aim)
        }
        None => symbology,
    };
    let is_gs1 = repair_gs1(&mut work, aim.is_some_and(Aim::is_gs1));
    let Workpiece { text, repairs } = work;
    let mut candidates = candidates(&text, aim, is_gs1);
    if repairs.contains(&Repair::LayoutUndone) {
        // It may have been a Russian word after all.
        candidates.push(Candidate::Text(before_layout.trim().to_owned()));
    }
    Scan { raw: raw.to_owned(), text, aim, repairs, candidates }
}

/// Undoes what happens to element strings, and answers whether the text is one.
fn repair_gs1(work: &mut Workpiece, is_gs1: bool) -> bool {
    let plain = Gs1::parse_bracketed(&work.text).ok().map(|gs1| gs1.text());
    let signed = repair::remove_fnc1(&work.text).map(str::to_owned);
    let is_gs1 = is_gs1 || plain.is_some() || signed.is_some();
    work.apply(plain, Repair::BracketsRemoved);
    work.apply(signed, Repair::Fnc1Removed);
    if is_gs1 || begins_as_gs1(&work.text) {
        work.apply(repair::restore_separators(&work.text), Repair::SeparatorRestored);
        work.apply(marking::separated(&work.text), Repair::SeparatorGuessed);
    }
    is_gs1
}

/// Reads the bytes of a scanner on a wire. Bytes that are not UTF-8 are read as Latin-1, which
/// loses nothing.
pub fn read_bytes(raw: &[u8]) -> Scan {
    if let Ok(text) = std::str::from_utf8(raw) {
        return read(text);
    }
    let text: String = raw.iter().copied().map(char::from).collect();
    let mut scan = read(&text);
    scan.repairs.insert(0, Repair::NotUtf8);
    scan
}

/// Without a symbology identifier only these beginnings are safe to take for GS1: they carry a
/// check digit.
pub(super) fn begins_as_gs1(text: &str) -> bool {
    let key = |ai: &str, length: usize| {
        let value = text.strip_prefix(ai).and_then(|rest| rest.get(..length));
        value.is_some_and(|value| verify_check_digit(value).is_ok())
    };
    key("01", 14) || key("02", 14) || key("00", 18)
}

fn candidates(text: &str, aim: Option<Aim>, is_gs1: bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    if let Ok(own) = OwnCode::parse(text.trim()) {
        found.push(Candidate::Own(own));
    }
    let element_string = if is_gs1 || begins_as_gs1(text) {
        Gs1::parse(text).ok()
    } else {
        read_link(text.trim()).ok()
    };
    let digits = text.trim();
    let marking = match &element_string {
        Some(gs1) => MarkingCode::of_gs1(gs1),
        None => MarkingCode::of_text(digits),
    };
    found.extend(element_string.map(Candidate::Gs1));
    found.extend(marking.map(Candidate::Marking));
    let plain = Gtin::parse(digits).ok().map(Candidate::Gtin);
    let zero_suppressed = Gtin::from_upc_e(digits).ok().map(Candidate::Gtin);
    // EAN-8 has an identifier of its own, so eight digits under that of EAN-13 are UPC-E.
    let is_ean_8 = aim.is_some_and(|aim| aim.is_ean() && aim.modifier == '4');
    if aim.is_some_and(Aim::is_ean) && !is_ean_8 {
        found.extend(zero_suppressed.into_iter().chain(plain));
    } else if is_ean_8 {
        found.extend(plain);
    } else {
        found.extend(plain.into_iter().chain(zero_suppressed));
    }
    if digits.len() == 18 && verify_check_digit(digits).is_ok() {
        found.push(Candidate::Sscc(digits.to_owned()));
    }
    found.extend(PostalNumber::parse(digits).ok().map(Candidate::Postal));
    found.push(Candidate::Text(digits.trim_end_matches(GS).to_owned()));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::OwnKind;
    use super::*;

    #[test]
    fn an_ean_13_is_found_by_all_its_spellings_and_itself() {
        let scan = read("0036000291452\r\n");
        assert_eq!(scan.text, "0036000291452");
        assert!(scan.repairs.is_empty(), "a line end is no damage");
        let keys = ["00036000291452", "0036000291452", "036000291452"];
        assert_eq!(scan.product_keys(), keys);
    }

    #[test]
    fn our_own_code_comes_first_and_survives_a_russian_layout() {
        let printed = OwnCode::new(OwnKind::Bin, "A-01-02").unwrap().to_string();
        let scan = read(&format!("]C0{printed}\r"));
        assert_eq!(scan.aim.map(|aim| aim.to_string()).as_deref(), Some("]C0"));
        assert_eq!(scan.own().unwrap().code(), "A-01-02");
        let scan = read("ИТ-Ф-01-02-");
        assert_eq!(scan.text, "BN-A-01-02-");
        assert_eq!(scan.repairs, [Repair::LayoutUndone]);
        assert!(scan.own_error().is_some(), "its check character is missing");
        assert_eq!(scan.product_keys(), ["BN-A-01-02-", "ИТ-Ф-01-02-"]);
    }

    #[test]
    fn a_marking_code_in_russian_layout_is_read() {
        let scan = read("0104670540176099215эЦ9Гь\u{1d}93вПМя");
        assert_eq!(scan.text, "0104670540176099215'W9Um\u{1d}93dGVz");
        assert_eq!(scan.repairs, [Repair::LayoutUndone]);
        assert_eq!(scan.serial(), Some("5'W9Um"));
        assert_eq!(scan.gtin().unwrap().as_14(), "04670540176099");
        assert!(scan.raw.contains('э'));
    }

    #[test]
    fn a_gs1_label_gives_lot_expiry_and_count() {
        let scan = read("]C1020460123456789337120\u{1d}10AB-77\u{1d}17261200");
        assert_eq!((scan.lot(), scan.count()), (Some("AB-77"), Some(120)));
        assert_eq!(scan.expires_on(), Some("2026-12-31".parse().unwrap()));
        assert!(scan.product_keys().contains(&"4601234567893".to_owned()));
    }

    #[test]
    fn an_sscc_is_read_with_and_without_its_identifier() {
        assert_eq!(read("00346006820000000014").sscc(), Some("346006820000000014"));
        assert_eq!(read("346006820000000014").sscc(), Some("346006820000000014"));
    }

    #[test]
    fn eight_digits_are_ean_8_or_upc_e_as_the_symbology_says() {
        let upc = Gtin::parse("012345000065").unwrap();
        let ean = Gtin::parse("01234565").unwrap();
        assert_eq!(read("01234565").gtin().unwrap(), ean);
        assert_eq!(read("]E001234565").gtin().unwrap(), upc);
        assert_eq!(read("]E401234565").gtin().unwrap(), ean);
        assert!(read("01234565").product_keys().contains(&"012345000065".to_owned()));
    }

    #[test]
    fn a_text_stays_a_text() {
        let scan = read("  Кружка XL \n");
        assert_eq!(scan.candidates, [Candidate::Text("Кружка XL".to_owned())]);
        assert_eq!(read("").candidates, [Candidate::Text(String::new())]);
        assert!(read("").product_keys().is_empty());
    }

    #[test]
    fn damaged_separators_are_named() {
        let scan = read("è0104670540176099215'W9Um|93dGVz");
        assert_eq!(scan.repairs, [Repair::Fnc1Removed, Repair::SeparatorRestored]);
        assert_eq!(scan.serial(), Some("5'W9Um"));
        let scan = read("0104670540176099215'W9Um93dGVz");
        assert_eq!(scan.repairs, [Repair::SeparatorGuessed]);
    }

    #[test]
    fn a_marking_code_is_kept_whole_however_it_came() {
        let tail = "B".repeat(44);
        let whole = format!("01046705401760992152&abcDEF<'xY\u{1d}91EE06\u{1d}92{tail}");
        for raw in [
            whole.clone(),
            format!("]d2{whole}"),
            format!("\u{1d}{whole}\r\n"),
            whole.replace('\u{1d}', "|"),
            whole.replace('\u{1d}', ""),
        ] {
            let scan = read(&raw);
            assert_eq!(
                scan.marking().map(|code| code.full.as_str()),
                Some(whole.as_str()),
                "{raw}"
            );
            assert!(!scan.is_broken_marking());
        }
        let longer = format!("0104670540176099215{}", "x".repeat(40));
        assert!(read(&longer).is_broken_marking(), "no serial is so long");
        assert!(!read("4601234567893").is_broken_marking());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_a_scan(raw in proptest::collection::vec(any::<u8>(), 0..80)) {
            let scan = read_bytes(&raw);
            prop_assert!(matches!(scan.candidates.last(), Some(Candidate::Text(_))));
            let _ = (scan.product_keys(), scan.own_error(), scan.expires_on());
        }

        #[test]
        fn text_near_to_codes_does_not_panic(raw in "(\\]d2|01|21|00|[0-9]{8}|BN-|[\u{1d}A-zА-я|è\\-])*") {
            let scan = read(&raw);
            prop_assert_eq!(&scan.raw, &raw);
            let _ = (scan.product_keys(), scan.own_error(), scan.expires_on(), scan.sscc());
        }
    }
}
