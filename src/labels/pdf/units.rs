//! Between the units of PDF, 1/72 of an inch in floating point, and micrometres and points.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "PDF and its renderer know no other numbers; pages are checked to have less than 2 m"
)]

const UM_TO_INCH: f64 = 25_400.0;
const UNITS_TO_INCH: f64 = 72.0;

/// Micrometres of so many units. What is no number is 0.
pub(super) fn um(units: f32) -> u64 {
    (f64::from(units) * UM_TO_INCH / UNITS_TO_INCH).round() as u64
}

/// The scale from units to points, where `from` micrometres of the page become `to`.
pub(super) fn points_per_unit(points_per_mm: u32, to: u64, from: u64) -> f64 {
    f64::from(points_per_mm) * UM_TO_INCH / UNITS_TO_INCH / 1_000.0 * (to as f64 / from as f64)
}

/// From the page's corner back by half of so many micrometres, in units.
pub(super) fn back_by_half((x_um, y_um): (u64, u64)) -> (f64, f64) {
    let units = |um: u64| -(um as f64) / 2.0 * UNITS_TO_INCH / UM_TO_INCH;
    (units(x_um), units(y_um))
}

/// The middle of so many points.
pub(super) fn middle(width: u32, height: u32) -> (f64, f64) {
    (f64::from(width) / 2.0, f64::from(height) / 2.0)
}
