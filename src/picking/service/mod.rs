//! What picking does, each inside the transaction of its command.

pub mod claim;
pub mod pick;
pub mod put_back;
pub mod trouble;
pub mod waves;
pub mod withdraw;
