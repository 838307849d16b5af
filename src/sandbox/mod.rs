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

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use rand::RngExt;

pub use self::store::QUERIES;

/// Systems give outgoing connections ports above these.
const DOORS: std::ops::Range<u16> = 20_000..30_000;
const DOORS_TRIED: usize = 100;

/// An address that nobody uses now, for a server that will listen there later, or again. Of the ports
/// that the system itself gives, an outgoing connection may have got it by then.
pub fn free_door() -> io::Result<SocketAddr> {
    let mut refused = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..DOORS_TRIED {
        let door = SocketAddr::from((Ipv4Addr::LOCALHOST, rand::rng().random_range(DOORS)));
        match TcpListener::bind(door) {
            Ok(_) => return Ok(door),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}
