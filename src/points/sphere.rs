//! Distances on the Earth: the only place with floats.
//!
//! Points lie in the R-tree as unit vectors in space, not as degrees: a chord grows with the way over
//! the ground, so the nearest in space is the nearest on the ground, across 180° and at the poles too.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "geography; values are checked to be finite and in range before they are turned to integers"
)]

use geo::{Distance, Haversine, Point};

/// Mean radius of the Earth (IUGG), as `geo` has it.
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// So much more is taken from the tree than is asked for; the exact distance decides.
const CHORD_MARGIN: f64 = 1e-9;
const UDEG_PER_DEGREE: f64 = 1_000_000.0;

/// A place on the Earth in millionths of a degree, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    latitude_udeg: i64,
    longitude_udeg: i64,
}

impl Place {
    /// Nothing for what is no place.
    pub fn of_udeg(latitude_udeg: i64, longitude_udeg: i64) -> Option<Self> {
        let is_place = latitude_udeg.abs() <= 90_000_000 && longitude_udeg.abs() <= 180_000_000;
        is_place.then_some(Self { latitude_udeg, longitude_udeg })
    }

    /// Nothing for what is no place, and for 0, 0: some write that for "unknown".
    pub fn of_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        if !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0) {
            return None;
        }
        let udeg = |degrees: f64| (degrees * UDEG_PER_DEGREE).round() as i64;
        let (latitude, longitude) = (udeg(latitude), udeg(longitude));
        if latitude == 0 && longitude == 0 { None } else { Self::of_udeg(latitude, longitude) }
    }

    /// `55.75,37.61`: latitude and longitude in degrees.
    pub fn parse(text: &str) -> Option<Self> {
        let (latitude, longitude) = text.split_once(',')?;
        let degrees = |text: &str| text.trim().parse::<f64>().ok();
        Self::of_degrees(degrees(latitude)?, degrees(longitude)?)
    }

    pub const fn latitude_udeg(self) -> i64 {
        self.latitude_udeg
    }

    pub const fn longitude_udeg(self) -> i64 {
        self.longitude_udeg
    }

    pub(super) fn degrees(self) -> (f64, f64) {
        let degrees = |udeg: i64| udeg as f64 / UDEG_PER_DEGREE;
        (degrees(self.latitude_udeg), degrees(self.longitude_udeg))
    }

    /// Where it is on a ball of radius 1.
    pub(super) fn in_space(self) -> [f64; 3] {
        let (latitude, longitude) = self.degrees();
        let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
        let (sine, cosine) = latitude.sin_cos();
        [cosine * longitude.cos(), cosine * longitude.sin(), sine]
    }

    /// The way over the ground (haversine) in metres, rounded.
    pub fn distance_m(self, other: Self) -> i64 {
        let point = |(latitude, longitude): (f64, f64)| Point::new(longitude, latitude);
        Haversine.distance(point(self.degrees()), point(other.degrees())).round() as i64
    }
}

/// The square of the chord behind which everything is farther than so many metres.
pub(super) fn chord_squared(radius_m: i64) -> f64 {
    let angle = (radius_m as f64 / EARTH_RADIUS_M).min(std::f64::consts::PI);
    let chord = 2.0 * (angle / 2.0).sin();
    chord * chord + CHORD_MARGIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ways_have_their_length() {
        let moscow = Place::parse("55.7558, 37.6173").unwrap();
        let petersburg = Place::parse("59.9343,30.3351").unwrap();
        let way = moscow.distance_m(petersburg);
        assert!((630_000..640_000).contains(&way), "{way}");
        assert_eq!(moscow.distance_m(moscow), 0);
        let [west, east] =
            [Place::parse("66.0,-179.9").unwrap(), Place::parse("66,179.9").unwrap()];
        assert!(west.distance_m(east) < 10_000, "across the line of dates");
        let [here, there] =
            [Place::parse("89.99,10").unwrap(), Place::parse("89.99,-170").unwrap()];
        assert!(here.distance_m(there) < 3_000, "across the pole");
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in ["", "55.75", "91,37", "55,181", "NaN,NaN", "inf,0", "a,b", "0,0", "1,2,3"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
        assert_eq!(Place::of_udeg(90_000_001, 0), None);
        let place = Place::parse("-33.865143,151.2099").unwrap();
        assert_eq!((place.latitude_udeg(), place.longitude_udeg()), (-33_865_143, 151_209_900));
    }
}
