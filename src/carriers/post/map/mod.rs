//! Ours to the Post's and back: pure.

mod order;
mod point;
mod product;
mod quote;
mod recipient;
mod track;

pub(super) use order::{category, checked_money, dimension, insured, order_ask};
pub(super) use point::{PassportKind, points_of};
pub use product::Product;
pub(super) use quote::{contract_ask, contract_quote, public_query, public_quote};
pub(super) use recipient::{Target, address_of, name_of, phone_of, plain_phone};
pub(super) use track::{history_track, ticket_track, transfer_track};

use super::CODE;

/// The country: domestic mail only.
const RUSSIA: i64 = 643;
/// From the account of the contract.
const CASHLESS: &str = "CASHLESS";
