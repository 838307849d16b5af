//! All points, by the unloading passports: one archive for each kind of them.

use std::io::{Cursor, Read};

use super::map::{self, PassportKind};
use super::wire::Passport;
use super::{CODE, Post};
use crate::carriers::model::{PointModel, PointsPage};
use crate::carriers::{Answer, CarrierError, Points};

/// What a passport may be long when it is unpacked.
const UNPACKED_MAX: u64 = 1 << 30;

impl Points for Post {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(self.points_page(from))
    }
}

impl Post {
    async fn points_page(&self, from: Option<&str>) -> Result<PointsPage, CarrierError> {
        let first = PassportKind::Offices;
        let kind = from.map_or(Some(first), PassportKind::parse);
        let kind = kind.ok_or_else(|| map::unsayable("from", "is no part of the points"))?;
        let query = [("type", kind.as_str())];
        let path = "/1.0/unloading-passport/zip";
        let archive = self.otpravka()?.file(path, &query, b"PK").await?;
        let reading = tokio::task::spawn_blocking(move || unpack(archive, kind));
        let points = reading.await.map_err(|error| malformed(error.to_string()))??;
        let next = match kind {
            PassportKind::Offices => Some(PassportKind::PickupPoints),
            PassportKind::PickupPoints => Some(PassportKind::Lockers),
            PassportKind::Lockers => None,
        };
        Ok(PointsPage { points, next: next.map(|kind| kind.as_str().to_owned()) })
    }
}

/// The JSON text in the archive, whatever the file is called: its name has the date in it.
fn unpack(archive: Vec<u8>, kind: PassportKind) -> Result<Vec<PointModel>, CarrierError> {
    let broken = |error: zip::result::ZipError| malformed(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).map_err(broken)?;
    let file = archive.by_index(0).map_err(broken)?;
    let mut text = Vec::new();
    let read = file.take(UNPACKED_MAX).read_to_end(&mut text);
    read.map_err(|error| malformed(error.to_string()))?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let passport: Passport =
        serde_json::from_slice(text).map_err(|error| malformed(error.to_string()))?;
    Ok(map::points_of(&passport, kind))
}

fn malformed(said: String) -> CarrierError {
    CarrierError::Malformed { carrier: CODE, said }
}
