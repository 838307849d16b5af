//! The built program as a process of its own, killed with `kill -9` again and again: what carriers were
//! told of, and what was done with money, is there once and whole.
//!
//! Whom the program talks to lives in this process, so that it is there after a kill.

#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails here; the shared modules are those of another test"
)]

mod carriers;
mod money;
#[path = "../it/seed.rs"]
#[expect(dead_code, reason = "shared with the other integration tests, which use all of it")]
mod seed;
mod server;
#[path = "../it/support.rs"]
#[expect(dead_code, reason = "shared with the other integration tests, which use all of it")]
mod support;
