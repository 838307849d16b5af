//! Element strings, the same with brackets, and web addresses.

#![no_main]

use ambar::barcodes::Gs1;
use ambar::barcodes::gs1::read_link;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for gs1 in [Gs1::parse(text), Gs1::parse_bracketed(text), read_link(text)].into_iter().flatten()
    {
        assert_eq!(Gs1::parse(&gs1.text()).as_ref(), Ok(&gs1), "what was read is read again");
        let _ = (gs1.findings(), gs1.gtin(), gs1.expires_on(), gs1.count(), gs1.net_weight_g());
    }
});
