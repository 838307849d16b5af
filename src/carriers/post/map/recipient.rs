//! Whom a parcel is for: what the Post's cleaning made of it.

use super::CODE;
use crate::carriers::post::wire::{CleanAddress, CleanName, CleanPhone, Destination, Office};
use crate::carriers::{CarrierError, not_sayable};

/// Where a parcel ends, once the Post was asked.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Target {
    /// An address that was cleaned.
    Address(Box<CleanAddress>),
    /// On demand (до востребования) at a post office.
    Office(Office),
    /// A locker or a pick-up point.
    Partner(Office),
}

impl Target {
    pub(in super::super) fn at(office: Office) -> Result<Self, CarrierError> {
        if office.is_closed || office.is_temporary_closed {
            let why = office.temporary_closed_reason.unwrap_or_default();
            let code = office.postal_code;
            let text = format!("Отделение {code} закрыто {why}");
            return Err(CarrierError::refused(super::CODE, "POINT_CLOSED", text.trim_end()));
        }
        let kind = office.type_code.to_uppercase();
        let is_partner = ["ПОЧТОМАТ", "ПВЗ", "АПС", "АПШ"].iter().any(|word| kind.contains(word));
        Ok(if is_partner { Self::Partner(office) } else { Self::Office(office) })
    }

    pub(in super::super) fn destination(&self) -> Result<Destination, CarrierError> {
        match self {
            Self::Address(address) => Ok(Destination {
                address_type_to: address.address_type.clone().unwrap_or_else(|| "DEFAULT".into()),
                index_to: Some(index(address.index.as_deref().unwrap_or_default())?),
                region_to: text(address.region.as_ref()),
                area_to: address.area.clone(),
                place_to: text(address.place.as_ref()),
                location_to: address.location.clone(),
                street_to: text(address.street.as_ref()),
                house_to: text(address.house.as_ref()),
                slash_to: address.slash.clone(),
                letter_to: address.letter.clone(),
                building_to: address.building.clone(),
                corpus_to: address.corpus.clone(),
                room_to: address.room.clone(),
                hotel_to: address.hotel.clone(),
                num_address_type_to: address.num_address_type.clone(),
            }),
            Self::Office(office) => Ok(Destination {
                address_type_to: "DEMAND".to_owned(),
                index_to: Some(index(&office.postal_code)?),
                region_to: office.region.clone(),
                place_to: office.settlement.clone(),
                ..Destination::default()
            }),
            Self::Partner(office) => Ok(Destination {
                address_type_to: "DEFAULT".to_owned(),
                region_to: office.region.clone(),
                place_to: office.settlement.clone(),
                street_to: office.address_source.clone(),
                ..Destination::default()
            }),
        }
    }
}

fn text(part: Option<&String>) -> String {
    part.cloned().unwrap_or_default()
}

fn index(text: &str) -> Result<i64, CarrierError> {
    let sound = Some(text).filter(|text| crate::carriers::post::account::is_index(text));
    let number = sound.and_then(|text| text.parse().ok());
    number.ok_or_else(|| not_sayable(CODE, "to.postcode", format!("{text:?} is not six digits")))
}

/// The cleaned address, if it is good enough to be written on a parcel.
pub(in super::super) fn address_of(cleaned: CleanAddress) -> Result<CleanAddress, CarrierError> {
    const GOOD: [&str; 4] = ["GOOD", "POSTAL_BOX", "ON_DEMAND", "UNDEF_05"];
    const VALID: [&str; 3] = ["VALIDATED", "OVERRIDDEN", "CONFIRMED_MANUALLY"];
    let quality = cleaned.quality_code.as_str();
    if GOOD.contains(&quality) && VALID.contains(&cleaned.validation_code.as_str()) {
        return Ok(cleaned);
    }
    let problem = match quality {
        "UNDEF_01" => "регион не распознан",
        "UNDEF_02" => "населённый пункт не распознан",
        "UNDEF_03" => "улица не распознана",
        "UNDEF_04" => "дом не распознан",
        "UNDEF_07" => "адрес за границей",
        _ if GOOD.contains(&quality) => "адреса нет в справочнике Почты",
        _ => "адрес не распознан",
    };
    let codes = format!("{quality}, {}", cleaned.validation_code);
    Err(not_sayable(CODE, "to.line", format!("{problem} ({codes})")))
}

/// Surname and given name: without both the Post takes nothing.
pub(in super::super) fn name_of(cleaned: CleanName) -> Result<CleanName, CarrierError> {
    let has = |part: &Option<String>| part.as_ref().is_some_and(|text| !text.trim().is_empty());
    if has(&cleaned.surname) && has(&cleaned.name) {
        return Ok(cleaned);
    }
    Err(not_sayable(CODE, "recipient.name", "нужны фамилия и имя"))
}

/// A mobile number as it stands: `79` and nine digits. Nothing: it is not one yet.
pub(in super::super) fn plain_phone(text: &str) -> Option<i64> {
    let is_usual = |letter: char| letter.is_ascii_digit() || " +-()".contains(letter);
    if !text.chars().all(is_usual) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix('8').filter(|rest| rest.len() == 10) {
        Some(rest) => format!("7{rest}"),
        None => digits,
    };
    (digits.len() == 11 && digits.starts_with("79")).then(|| digits.parse().ok()).flatten()
}

/// The number that the cleaning found.
pub(in super::super) fn phone_of(cleaned: &CleanPhone) -> Result<i64, CarrierError> {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let (country, city) = (part(&cleaned.phone_country_code), part(&cleaned.phone_city_code));
    let whole = format!("{country}{city}{}", part(&cleaned.phone_number));
    let good = cleaned.quality_code.starts_with("GOOD");
    let number = if good { plain_phone(&whole) } else { None };
    number.ok_or_else(|| {
        let quality = &cleaned.quality_code;
        not_sayable(CODE, "recipient.phone", format!("must be +79 and nine digits ({quality})"))
    })
}
