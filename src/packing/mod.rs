//! Packing: parcels, packaging rules, weight control.
