//! Printers, handhelds and people for the demo, the measurements and the crash test.
//!
//! They speak the real interfaces over real sockets and know nothing of the program's inside.

pub mod client;
pub mod handheld;
pub mod printer;
