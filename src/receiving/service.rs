//! What is done with deliveries, one file per part of the work.

pub mod closing;
pub mod inbounds;
pub mod putaway;
pub mod receipts;
