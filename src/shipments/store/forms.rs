//! What the Post's forms are made of: parcels with their shipments, contracts and points.

use serde_json::Value;

use crate::db::{DbError, Tx};
use crate::ids::{CarrierAccountId, ManifestId, OwnerId, ParcelId};
use crate::{args, record};

record! {
    /// A parcel, with its shipment if it has one.
    #[derive(Debug, Clone)]
    pub(in crate::shipments) struct FormRow {
        pub(in crate::shipments) number: String,
        pub(in crate::shipments) carrier: String,
        pub(in crate::shipments) account: Option<CarrierAccountId>,
        pub(in crate::shipments) track: Option<String>,
        pub(in crate::shipments) ask: Option<Value>,
        pub(in crate::shipments) settings: Option<Value>,
        pub(in crate::shipments) point_region: Option<String>,
        pub(in crate::shipments) point_city: Option<String>,
        pub(in crate::shipments) point_address: Option<String>,
    }
}

const FORM_PARCEL: &str = "SELECT p.number, COALESCE(s.carrier, p.carrier), s.account_id,
         s.track, s.ask, a.settings, d.region, d.city, d.address
     FROM parcel p
     LEFT JOIN shipment s ON s.parcel_id = p.id AND s.state NOT IN ('cancelling', 'cancelled')
     LEFT JOIN carrier_account a ON a.id = s.account_id
     LEFT JOIN delivery_point d ON d.carrier = s.carrier AND d.code = s.point_code
     WHERE p.id = $1 AND (p.owner_id = $2 OR $2 IS NULL)";

const FORM_MANIFEST: &str = "SELECT p.number, COALESCE(s.carrier, p.carrier), s.account_id,
         s.track, s.ask, a.settings, d.region, d.city, d.address
     FROM manifest_parcel mp JOIN parcel p ON p.id = mp.parcel_id
     LEFT JOIN shipment s ON s.parcel_id = p.id AND s.state NOT IN ('cancelling', 'cancelled')
     LEFT JOIN carrier_account a ON a.id = s.account_id
     LEFT JOIN delivery_point d ON d.carrier = s.carrier AND d.code = s.point_code
     WHERE mp.manifest_id = $1 AND mp.state = 'loaded' ORDER BY p.number";

pub(super) const QUERIES: &[&str] = &[FORM_PARCEL, FORM_MANIFEST];

/// A parcel, of this owner if one is named.
pub(in crate::shipments) async fn form_parcel(
    tx: &mut Tx,
    parcel: ParcelId,
    owner: Option<OwnerId>,
) -> Result<Option<FormRow>, DbError> {
    tx.fetch_optional(FORM_PARCEL, args![parcel, owner]).await
}

/// The parcels that are loaded on a manifest, in the order of their numbers.
pub(in crate::shipments) async fn form_manifest(
    tx: &mut Tx,
    manifest: ManifestId,
) -> Result<Vec<FormRow>, DbError> {
    tx.fetch_all(FORM_MANIFEST, args![manifest]).await
}
