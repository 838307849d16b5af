//! Carriers: the model and one folder each.
