//! Which carrier serves which code.

use super::Carrier;
use super::file::FileCarrier;

/// The carrier of a code. Those without a program of their own get files.
pub fn carrier_of(code: &str) -> Box<dyn Carrier> {
    Box::new(FileCarrier::new(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_nobody_knows_is_served_by_files_under_its_own_name() {
        let carrier = carrier_of("Быстрая почта");
        assert_eq!((carrier.code(), carrier.name()), ("Быстрая почта", "Быстрая почта"));
        assert!(carrier.manifests().is_some());
    }
}
