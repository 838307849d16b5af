//! Which carrier serves which code.

pub use super::account::Account;
use super::file::FileCarrier;
use super::{Carrier, CarrierError, boxberry, cdek, dellin, dpd, fivepost, own, pek, post};

/// The carrier of a code without a contract: it gets files.
pub fn carrier_of(code: &str) -> Box<dyn Carrier> {
    Box::new(FileCarrier::new(code, known_name(code).unwrap_or(code)))
}

/// A carrier that can be talked to with this contract.
pub fn connect(code: &str, account: &Account) -> Result<Box<dyn Carrier>, CarrierError> {
    match code {
        boxberry::CODE => Ok(Box::new(boxberry::Boxberry::new(account)?)),
        fivepost::CODE => Ok(Box::new(fivepost::Fivepost::connect(account)?)),
        pek::CODE => Ok(Box::new(pek::Pek::connect(account)?)),
        dellin::CODE => Ok(Box::new(dellin::Dellin::connect(account)?)),
        cdek::CODE => Ok(Box::new(cdek::Cdek::new(account)?)),
        post::CODE => Ok(Box::new(post::Post::connect(account)?)),
        dpd::CODE => Ok(Box::new(dpd::Dpd::new(account)?)),
        own::CODE => Ok(Box::new(own::Own::new(account)?)),
        _ => Err(CarrierError::Account {
            carrier: code.to_owned(),
            problem: "there is no program for this carrier: it is served by files".to_owned(),
        }),
    }
}

/// Carriers with a program of their own, and those whose codes old orders may have; with their names.
const NAMES: &[(&str, &str)] = &[
    ("cdek", "СДЭК"),
    ("boxberry", "Boxberry"),
    ("dpd", "DPD"),
    ("post", "Почта России"),
    ("pek", "ПЭК"),
    ("dellin", "Деловые Линии"),
    ("5post", "5post"),
    (own::CODE, own::NAME),
    // They carry nothing any more.
    ("iml", "IML"),
    ("pickpoint", "PickPoint"),
];

fn known_name(code: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// What people call a carrier; one that nobody has programmed is just that.
pub fn name_of(code: &str) -> &'static str {
    known_name(code).unwrap_or("Служба доставки")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_nobody_knows_is_served_by_files_under_its_own_name() {
        let carrier = carrier_of("Быстрая почта");
        assert_eq!((carrier.code(), carrier.name()), ("Быстрая почта", "Быстрая почта"));
        assert!(carrier.manifests().is_some());
        assert_eq!(carrier_of("post").name(), "Почта России", "papers name it as people do");
    }
}
