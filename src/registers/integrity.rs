//! Registers against what was posted for them: rules of `verify`.

pub use super::store::RULES;
