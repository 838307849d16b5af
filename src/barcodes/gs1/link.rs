//! GS1 Digital Link: the same identifiers in a web address.
//!
//! `https://any.host/stem/01/{gtin}/10/{lot}/21/{serial}?17=261231`: a key and its qualifiers in the
//! path, everything else in the query. The address is only read, never opened.

use percent_encoding::percent_decode_str;
use url::Url;

use super::dictionary::{Identifier, identifier};
use super::{Element, Gs1};
use crate::barcodes::BarcodeError;

/// Reads a Digital Link. A GTIN of 8, 12 or 13 digits is padded to 14.
pub fn read_link(text: &str) -> Result<Gs1, BarcodeError> {
    // The standard takes the scheme in lower or in upper case, not in both at once.
    let schemes = ["https://", "http://", "HTTPS://", "HTTP://"];
    if !schemes.iter().any(|scheme| text.starts_with(scheme)) {
        return Err(BarcodeError::NotALink);
    }
    let url = Url::parse(text).map_err(|_| BarcodeError::NotALink)?;
    let segments: Vec<&str> = url.path_segments().ok_or(BarcodeError::NotALink)?.collect();
    let mut elements = path_elements(&segments)?;
    for pair in url.query().unwrap_or_default().split(['&', ';']) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // Other programs' parameters have names; whatever is a number claims to be an AI.
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let known = identifier(name).filter(|known| known.is_link_attribute);
        if known.is_none() || elements.iter().any(|element| element.ai == name) {
            return Err(BarcodeError::LinkPlace { ai: name.to_owned() });
        }
        elements.push(element_of(name, value)?);
    }
    Gs1::of_elements(elements)
}

/// The key, searched from the right, and its qualifiers.
fn path_elements(segments: &[&str]) -> Result<Vec<Element>, BarcodeError> {
    let segments = segments.strip_suffix(&[""]).unwrap_or(segments);
    let pairs = segments.rchunks_exact(2);
    let key_of =
        |pair: &[&str]| identifier(pair[0]).filter(|known| known.link_qualifiers.is_some());
    let (back, key) = pairs
        .clone()
        .enumerate()
        .find_map(|(back, pair)| Some((back, key_of(pair)?)))
        .ok_or(BarcodeError::LinkKeyMissing)?;
    let first = segments.len() - 2 * (back + 1);
    let elements: Result<Vec<_>, _> =
        segments[first..].chunks_exact(2).map(|pair| element_of(pair[0], pair[1])).collect();
    let elements = elements?;
    check_qualifiers(key, &elements[1..])?;
    Ok(elements)
}

/// Qualifiers may be left out but not exchanged.
fn check_qualifiers(key: &Identifier, qualifiers: &[Element]) -> Result<(), BarcodeError> {
    let Some(first) = qualifiers.first() else { return Ok(()) };
    let is_in_order = |sequence: &Vec<String>| {
        let mut allowed = sequence.iter();
        qualifiers.iter().all(|qualifier| allowed.any(|ai| *ai == qualifier.ai))
    };
    if key.link_qualifiers.iter().flatten().any(is_in_order) {
        Ok(())
    } else {
        Err(BarcodeError::LinkPlace { ai: first.ai.clone() })
    }
}

fn element_of(ai: &str, value: &str) -> Result<Element, BarcodeError> {
    let decoded = percent_decode_str(value).decode_utf8().map_err(|_| BarcodeError::NotALink)?;
    let value = match ai {
        "01" | "02" if matches!(decoded.len(), 8 | 12 | 13) => format!("{decoded:0>14}"),
        _ => decoded.into_owned(),
    };
    Ok(Element { ai: ai.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(link: &str) -> Result<String, BarcodeError> {
        read_link(link).map(|gs1| gs1.text())
    }

    #[test]
    fn addresses_say_the_same_as_element_strings() {
        for (link, text) in [
            ("https://id.gs1.org/01/04601234567893", "0104601234567893"),
            ("HTTPS://ID.GS1.ORG/01/04601234567893", "0104601234567893"),
            ("http://shop.example/a/b/01/4601234567893/", "0104601234567893"),
            (
                "https://x.example/01/04601234567893/10/AB%2F7/21/Z?17=261231&3103=001250&utm=x",
                "010460123456789310AB/7\u{1d}21Z\u{1d}172612313103001250",
            ),
            ("https://x.example/00/346006820000000014?s4t;403=R1", "00346006820000000014403R1"),
            ("https://x.example/01/04601234567893/235/T", "0104601234567893235T"),
            ("https://x.example/414/4601234000000/254/G", "4144601234000000254G"),
        ] {
            assert_eq!(text_of(link).as_deref(), Ok(text), "{link}");
        }
    }

    #[test]
    fn each_defect_has_its_own_error() {
        let place = |ai: &str| BarcodeError::LinkPlace { ai: ai.to_owned() };
        for (link, error) in [
            ("ftp://x.example/01/04601234567893", BarcodeError::NotALink),
            ("Https://x.example/01/04601234567893", BarcodeError::NotALink),
            ("https://", BarcodeError::NotALink),
            ("https://x.example/", BarcodeError::LinkKeyMissing),
            ("https://x.example/10/AB", BarcodeError::LinkKeyMissing),
            ("https://x.example/01/04601234567893/21/Z/10/A", place("21")),
            ("https://x.example/01/04601234567893/10/A/235/T", place("10")),
            ("https://x.example/01/04601234567893?9999=1", place("9999")),
            ("https://x.example/01/04601234567893?01=04601234567893", place("01")),
            ("https://x.example/01/04601234567893?21=A", place("21")),
            (
                "https://x.example/01/04601234567890",
                BarcodeError::ValueCheckDigit { ai: "01".to_owned(), expected: '3', found: '0' },
            ),
            (
                "https://x.example/01/04601234567893?17=261301",
                BarcodeError::ValueNotADay { ai: "17".to_owned() },
            ),
            (
                "https://x.example/01/04601234567893/10/%20",
                BarcodeError::ValueCharacter { ai: "10".to_owned(), character: ' ' },
            ),
        ] {
            assert_eq!(text_of(link), Err(error), "{link}");
        }
    }
}
