//! The one error path: what every error of a capability can say about itself.
//!
//! A capability declares its errors with [`faults!`]: an enum whose variants are facts with data,
//! each with a stable code and a kind. `http/problem.rs` turns kinds into statuses, the terminal
//! turns codes into a Russian sentence, a sound and a colour. Texts for people are in `locales/`
//! under `problem-<code>`; the `Display` text is for the log.

mod foreign;
mod input;

pub use foreign::Foreign;
pub use input::{FIELD_CODES, FieldFault, InputError, InputFaults, reason_checked};

/// What went wrong, as far as the caller can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request is wrong by itself; sending it again will not help.
    Invalid,
    /// Nobody is logged in, or with the wrong secret.
    Unauthenticated,
    Forbidden,
    /// It does not exist, or belongs to somebody else: the two look the same.
    NotFound,
    /// The state of the data does not allow it now.
    Conflict,
    /// A key was used for something else before.
    Reused,
    TooMany,
    Unavailable,
    /// A defect of this program.
    Internal,
}

impl Kind {
    /// Whether the system is at fault and not the request, which may be sent again as it is.
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Unavailable | Self::Internal)
    }
}

/// A code with what its sentence can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    pub kind: Kind,
    /// The names of the values that the sentence may show.
    pub facts: &'static [&'static str],
}

/// An error that can be told to its causer.
pub trait Fault: std::error::Error {
    /// Stable, in `snake_case`; listed in `docs/problems.md`.
    fn code(&self) -> &'static str;

    fn kind(&self) -> Kind;

    /// The data of the fact, for the sentence in `locales/`.
    fn args(&self) -> Vec<(&'static str, String)>;

    /// For wrong input: which fields, and how.
    fn fields(&self) -> Vec<FieldFault> {
        Vec::new()
    }
}

/// A fault of any capability with what is needed to tell it; the original went to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub code: &'static str,
    pub kind: Kind,
    pub args: Vec<(&'static str, String)>,
    pub fields: Vec<FieldFault>,
}

impl<F: Fault> From<&F> for Told {
    fn from(fault: &F) -> Self {
        Self { code: fault.code(), kind: fault.kind(), args: fault.args(), fields: fault.fields() }
    }
}

impl Fault for crate::db::DbError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::Disconnected(_) | Self::Conflict => "database_unavailable",
            _ => "internal",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unavailable(_) | Self::Disconnected(_) | Self::Conflict => Kind::Unavailable,
            _ => Kind::Internal,
        }
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Declares the errors of a capability.
///
/// ```ignore
/// faults! {
///     pub enum StockError {
///         /// More was asked for than is available.
///         Insufficient { wanted: Pieces } => "stock_insufficient", Conflict, "only … pieces";
///     }
///     wraps { Input(InputError) }
/// }
/// ```
/// A variant `Database(DbError)` is always there. Fields are shown by `Display`.
#[macro_export]
macro_rules! faults {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident $({ $($field:ident : $type:ty),* $(,)? })? => $code:literal, $kind:ident, $text:literal;
            )*
        }
        $(wraps { $($wrap:ident($wrapped:ty)),* $(,)? })?
    ) => {
        $(#[$meta])*
        #[derive(Debug, thiserror::Error)]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                #[error($text)]
                $variant $({ $($field: $type),* })?,
            )*
            $($(
                #[error(transparent)]
                $wrap(#[from] $wrapped),
            )*)?
            #[error(transparent)]
            Database(#[from] $crate::db::DbError),
        }

        impl $name {
            /// All codes of this capability, for the list in `docs/problems.md`.
            pub const CODES: &'static [$crate::fault::Code] = &[$($crate::fault::Code {
                code: $code,
                kind: $crate::fault::Kind::$kind,
                facts: &[$($(stringify!($field)),*)?],
            }),*];
        }

        impl $crate::fault::Fault for $name {
            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $($(Self::$wrap(inner) => inner.code(),)*)?
                    Self::Database(inner) => inner.code(),
                }
            }

            fn kind(&self) -> $crate::fault::Kind {
                match self {
                    $(Self::$variant { .. } => $crate::fault::Kind::$kind,)*
                    $($(Self::$wrap(inner) => inner.kind(),)*)?
                    Self::Database(inner) => inner.kind(),
                }
            }

            fn args(&self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$variant $({ $($field),* })? => {
                        vec![$($((stringify!($field), $field.to_string())),*)?]
                    })*
                    $($(Self::$wrap(inner) => inner.args(),)*)?
                    Self::Database(inner) => inner.args(),
                }
            }

            fn fields(&self) -> Vec<$crate::fault::FieldFault> {
                match self {
                    $($(Self::$wrap(inner) => inner.fields(),)*)?
                    _ => Vec::new(),
                }
            }
        }
    };
}
