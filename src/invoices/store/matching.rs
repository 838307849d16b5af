//! Which parcels the numbers of a carrier mean.

use serde_json::Value;

use crate::db::{Arg, DbError, Tx};
use crate::ids::{OwnerId, ParcelId};
use crate::units::{Grams, Kopecks};
use crate::{args, record};

record! {
    /// A parcel by one of its numbers.
    #[derive(Debug, Clone)]
    pub(in crate::invoices) struct Match {
        pub(in crate::invoices) name: String,
        pub(in crate::invoices) parcel: ParcelId,
        pub(in crate::invoices) owner: OwnerId,
        pub(in crate::invoices) carrier: String,
        pub(in crate::invoices) quoted: Option<Kopecks>,
        pub(in crate::invoices) weighed: Option<Grams>,
        /// What the carrier was told.
        pub(in crate::invoices) ask: Option<Value>,
    }
}

/// By what a parcel is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::invoices) enum Matcher {
    /// The carrier's number.
    Track,
    /// The one that the carrier gave it before.
    TrackBefore,
    /// Our number of the shipment.
    Shipment,
    /// Our number of the parcel.
    Parcel,
    /// The shop's number of the order.
    Order,
    /// The carrier's number without the zeros that a spreadsheet took off its front.
    BareTrack,
}

// What a carrier charges for a shipment that was cancelled somebody has to look at.
const BY_TRACK: &str =
    "SELECT s.track, p.id, p.owner_id, s.carrier, s.quoted_kopecks, p.weight_g, s.ask
     FROM shipment s JOIN parcel p ON p.id = s.parcel_id
     WHERE s.carrier = $1 AND s.track <> '' AND s.track IN (/*list*/)
       AND s.state NOT IN ('cancelling', 'cancelled')";

const BY_TRACK_BEFORE: &str =
    "SELECT t.track, p.id, p.owner_id, s.carrier, s.quoted_kopecks, p.weight_g, s.ask
     FROM shipment_track t JOIN shipment s ON s.id = t.shipment_id
     JOIN parcel p ON p.id = s.parcel_id
     WHERE t.carrier = $1 AND t.track IN (/*list*/)
       AND s.state NOT IN ('cancelling', 'cancelled')";

const BY_SHIPMENT: &str =
    "SELECT s.number, p.id, p.owner_id, s.carrier, s.quoted_kopecks, p.weight_g, s.ask
     FROM shipment s JOIN parcel p ON p.id = s.parcel_id
     WHERE s.number IN (/*list*/) AND s.state NOT IN ('cancelling', 'cancelled')";

const BY_BARE_TRACK: &str =
    "SELECT LTRIM(s.track, '0'), p.id, p.owner_id, s.carrier, s.quoted_kopecks, p.weight_g, s.ask
     FROM shipment s JOIN parcel p ON p.id = s.parcel_id
     WHERE s.carrier = $1 AND SUBSTR(s.track, 1, 1) = '0' AND LTRIM(s.track, '0') IN (/*list*/)
       AND s.state NOT IN ('cancelling', 'cancelled')";

const BY_PARCEL: &str =
    "SELECT p.number, p.id, p.owner_id, COALESCE(s.carrier, p.carrier), s.quoted_kopecks, p.weight_g,
         s.ask
     FROM parcel p LEFT JOIN shipment s ON s.parcel_id = p.id AND s.state NOT IN ('cancelling', 'cancelled')
     WHERE p.number IN (/*list*/)";

const BY_ORDER: &str =
    "SELECT o.external_number, p.id, p.owner_id, COALESCE(s.carrier, p.carrier), s.quoted_kopecks,
         p.weight_g, s.ask
     FROM shop_order o JOIN parcel p ON p.order_id = o.id AND p.state <> 'cancelled'
     LEFT JOIN shipment s ON s.parcel_id = p.id AND s.state NOT IN ('cancelling', 'cancelled')
     WHERE o.external_number IN (/*list*/)";

pub(super) const QUERIES: &[&str] =
    &[BY_TRACK, BY_TRACK_BEFORE, BY_SHIPMENT, BY_PARCEL, BY_ORDER, BY_BARE_TRACK];

/// All parcels that these names mean to the carrier; one name may mean several.
pub(in crate::invoices) async fn matches(
    tx: &mut Tx,
    matcher: Matcher,
    carrier: &str,
    names: &[&str],
) -> Result<Vec<Match>, DbError> {
    let list: Vec<Arg> = names.iter().map(|name| Arg::from(*name)).collect();
    match matcher {
        Matcher::Track => tx.fetch_in(BY_TRACK, args![carrier], list).await,
        Matcher::TrackBefore => tx.fetch_in(BY_TRACK_BEFORE, args![carrier], list).await,
        Matcher::Shipment => tx.fetch_in(BY_SHIPMENT, args![], list).await,
        Matcher::Parcel => tx.fetch_in(BY_PARCEL, args![], list).await,
        Matcher::Order => tx.fetch_in(BY_ORDER, args![], list).await,
        Matcher::BareTrack => tx.fetch_in(BY_BARE_TRACK, args![carrier], list).await,
    }
}
