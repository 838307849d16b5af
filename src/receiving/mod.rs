//! Deliveries: announced and blind, counting, discrepancies, putaway.
