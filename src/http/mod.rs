//! What all endpoints share: problems, bodies, keys, pages, the router.

mod download;
mod extract;
pub mod metrics;
mod pages;
mod paging;
mod problem;
pub mod router;

pub use download::download;
pub use extract::{Body, IdPath, IdempotencyKey, QueryParams, Reads, ReasonIn};
pub use paging::{Page, PageParams};
pub use problem::{HTTP_CODES, Problem, ProblemBody, status_of};
