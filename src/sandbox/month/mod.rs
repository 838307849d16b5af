//! A month of cash on delivery: shops' parcels with six carriers, their registers, the bank's
//! statements and carriers' invoices, with every mistake planted that registers and banks make in files.
//!
//! It is played as the accountant works: week by week each register is taken in, compared, decided
//! about and accepted. What is found must be what was planted, each with its kind and row, and nothing
//! else.

mod bank;
mod desk;
mod files;
mod ground;
mod manners;
mod mistakes;
mod payday;
mod plan;
mod till;

pub use self::desk::{MonthReport, play};
pub use self::plan::MonthSize;
