//! Printers, handhelds and people for the demo, the measurements and the crash test.
//!
//! They speak the real interfaces over real sockets and know nothing of the program's inside.

pub mod carriers;
pub mod client;
pub mod contracts;
pub mod crash;
pub mod day;
pub mod devices;
mod dice;
pub mod floor;
pub mod ground;
pub mod handheld;
pub mod month;
pub mod on_the_way;
pub mod packed;
pub mod picker;
pub mod printer;
pub mod shelves;
mod store;

pub use self::store::QUERIES;
