//! Manifests and handover to carriers.
