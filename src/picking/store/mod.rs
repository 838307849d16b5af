//! The rows of picking.

pub(super) mod batches;
pub(super) mod put_backs;
pub(super) mod tasks;
pub(super) mod waves;

/// Every statement of the capability.
pub fn queries() -> Vec<&'static str> {
    [waves::QUERIES, batches::QUERIES, tasks::QUERIES, put_backs::QUERIES].concat()
}
