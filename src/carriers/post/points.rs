//! All points, by the unloading passports: one archive for each kind of them.

use super::map::{self, PassportKind};
use super::wire::Passport;
use super::{CODE, Post};
use crate::carriers::archive::json_in;
use crate::carriers::model::{PointModel, PointsPage};
use crate::carriers::{Answer, CarrierError, Points, not_sayable};

/// How long a passport may be when it is unpacked.
const UNPACKED_MAX: u64 = 1 << 29;

impl Points for Post {
    fn points<'a>(&'a self, from: Option<&'a str>) -> Answer<'a, PointsPage> {
        Box::pin(self.points_page(from))
    }
}

impl Post {
    async fn points_page(&self, from: Option<&str>) -> Result<PointsPage, CarrierError> {
        let first = PassportKind::Offices;
        let kind = from.map_or(Some(first), PassportKind::parse);
        let kind = kind.ok_or_else(|| not_sayable(CODE, "from", "is no part of the points"))?;
        let query = [("type", kind.as_str())];
        let path = "/1.0/unloading-passport/zip";
        let archive = self.otpravka()?.file(path, &query, b"PK").await?;
        let reading = tokio::task::spawn_blocking(move || unpack(&archive, kind));
        let points = reading.await.map_err(|error| CarrierError::malformed(CODE, error))??;
        let next = match kind {
            PassportKind::Offices => Some(PassportKind::PickupPoints),
            PassportKind::PickupPoints => Some(PassportKind::Lockers),
            PassportKind::Lockers => None,
        };
        Ok(PointsPage { points, next: next.map(|kind| kind.as_str().to_owned()) })
    }
}

/// The JSON text in the archive, whatever the file is called: its name has the date in it.
fn unpack(archive: &[u8], kind: PassportKind) -> Result<Vec<PointModel>, CarrierError> {
    let passport: Passport = json_in(CODE, archive, UNPACKED_MAX)?;
    Ok(map::points_of(&passport, kind))
}
