//! Which goods are not taken in, as data: a category, or a limit on the sum of the sides.

use serde::{Deserialize, Serialize};

use super::Product;
use crate::units::Millimetres;
use crate::{record, text_enum};

text_enum! {
    pub enum RuleKind {
        Category = "category",
        SumOfSides = "sum_of_sides",
    }
}

record! {
    /// One rule of the acceptance policy (правило приёма).
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
    pub struct Rule {
        /// Stable; a refusal names it.
        pub code: String,
        pub kind: RuleKind,
        /// For a rule on a category: which one.
        pub category: Option<String>,
        /// For a rule on the sum of sides: the largest that is taken.
        pub limit_mm: Option<Millimetres>,
        pub active: bool,
    }
}

impl Rule {
    /// Whether the rule keeps the goods out. Sizes that nobody took are zero and pass: the goods
    /// are measured when they are received.
    pub fn refuses(&self, product: &Product) -> bool {
        if !self.active {
            return false;
        }
        match self.kind {
            RuleKind::Category => self.category.as_deref() == Some(product.category.as_str()),
            RuleKind::SumOfSides => {
                let sides = [product.length_mm, product.width_mm, product.height_mm];
                let sum = sides.into_iter().try_fold(Millimetres::ZERO, Millimetres::checked_add);
                // A sum beyond 64 bits is beyond every limit, too.
                self.limit_mm.is_some_and(|limit| sum.is_ok_and(|sum| sum > limit) || sum.is_err())
            }
        }
    }
}
