//! VAT (НДС) as dated data: which rate a sale of a day has.
//!
//! A rate is a function of three things: what the seller pays on that day ([`VatMode`], a dated row of
//! its own), what is sold ([`VatClass`] of the product) and the day of the sale. The law's rates are the
//! table of [`rate_on`]: they are the same for every operator and each has its code of the fiscal
//! format, so they come with the program and not by settings.
//!
//! **Invariant:** no rate stands in the code that uses it; a sale keeps the rate of its day for ever,
//! also when it is returned.
//! **Invariant:** a shop's own mode decides on its goods, the operator's on the operator's services.
//!
//! Sources: Налоговый кодекс, art. 164, with laws 303-ФЗ of 03.08.2018 (20 %), 176-ФЗ of 12.07.2024
//! (5 and 7 %) and 425-ФЗ of 28.11.2025 (22 %); codes: orders of the ФНС on the formats of fiscal
//! documents, ЕД-7-20/662@ and ЕД-7-20/1050@, tags 1055 and 1199.

pub mod http;
mod rates;
mod service;
mod store;

pub use self::rates::{TaxSystem, VatClass, VatMode, VatRate, begins, rate_on};
pub use self::service::{is_mode_said, mode_on, mode_set, modes};
pub use self::store::{ModeRow, QUERIES};
use crate::catalog::CatalogError;
use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::units::Day;

faults! {
    /// Why a mode of VAT is not set.
    pub enum TaxError {
        /// The law knew no such mode on that day.
        TooEarly { mode: VatMode, day: Day } => "vat_mode_too_early", Invalid, "{mode} begins on {day}";
        /// This system of taxation has no such mode.
        SystemUnfit { mode: VatMode, system: TaxSystem } => "vat_mode_system_unfit", Invalid, "{system} has no mode {mode}";
    }
    wraps {
        Input(InputError),
        Command(CommandError),
        Catalog(CatalogError),
    }
}
