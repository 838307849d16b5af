//! Whatever a scanner sends is read as something, and never as what it cannot be.

#![no_main]

use ambar::barcodes::{Candidate, Gs1, OwnCode, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let scan = read_bytes(bytes);
    assert!(scan.candidates.iter().any(|candidate| matches!(candidate, Candidate::Text(_))));
    for candidate in &scan.candidates {
        match candidate {
            Candidate::Own(own) => assert_eq!(OwnCode::parse(&own.to_string()).as_ref(), Ok(own)),
            Candidate::Gs1(gs1) => assert_eq!(Gs1::parse(&gs1.text()).as_ref(), Ok(gs1)),
            Candidate::Gtin(gtin) => assert!(gtin.spellings().contains(&gtin.to_string())),
            _ => {}
        }
    }
    let _ = (scan.product_keys(), scan.own_error(), scan.expires_on(), scan.sscc());
});
