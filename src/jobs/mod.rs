//! The queue and outbox: work done after a commit.
