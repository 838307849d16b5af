//! A fault of another capability, kept as a whole where naming its type would make a circle.

use super::{Fault, FieldFault, Kind};

/// What another capability refused, with its own code and sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Foreign(Box<dyn FaultError>);

/// What a fault must be to travel in a box.
trait FaultError: Fault + Send + Sync + 'static {}

impl<F: Fault + Send + Sync + 'static> FaultError for F {}

impl Foreign {
    pub fn new(fault: impl Fault + Send + Sync + 'static) -> Self {
        Self(Box::new(fault))
    }
}

impl Fault for Foreign {
    fn code(&self) -> &'static str {
        self.0.code()
    }

    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn args(&self) -> Vec<(&'static str, String)> {
        self.0.args()
    }

    fn fields(&self) -> Vec<FieldFault> {
        self.0.fields()
    }
}
