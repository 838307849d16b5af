//! What packing does, each inside the transaction of its command.

pub mod close;
pub mod pack;
pub mod packagings;
pub mod scale;
pub mod unpack;
