//! May this parcel go on this manifest? Pure.

use super::{EntryState, ManifestError, ManifestHead, ManifestState};
use crate::ids::{ManifestId, ParcelId, WarehouseId};
use crate::orders::OrderState;
use crate::packing::{ParcelState, ScanBack};
use crate::shipments::ShipmentState;
use crate::units::UtcMicros;
use crate::{record, text_enum};

text_enum! {
    /// What a scan on loading does.
    pub enum Loading {
        /// The parcel is put on the manifest.
        Now = "now",
        /// It stands there already.
        Already = "already",
    }
}

/// How the parcel was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelSeen {
    /// Its label was scanned.
    Scanned,
    /// Its number was chosen or typed.
    Named,
}

record! {
    /// Everything loading has to know about a parcel.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct ParcelFacts {
        pub(super) id: ParcelId,
        pub(super) number: String,
        pub(super) state: ParcelState,
        pub(super) warehouse: WarehouseId,
        pub(super) carrier: String,
        pub(super) pickup_point: String,
        pub(super) order_state: OrderState,
        /// The manifest that expects it or has it loaded.
        pub(super) manifest: Option<ManifestId>,
        pub(super) manifest_number: Option<String>,
        pub(super) entry: Option<EntryState>,
        pub(super) scan_back: ScanBack,
        pub(super) verified_at: Option<UtcMicros>,
        /// None: it goes with files.
        pub(super) shipment: Option<ShipmentState>,
    }
}

impl ManifestHead {
    pub(super) fn must_be_open(&self) -> Result<(), ManifestError> {
        if self.state == ManifestState::Open {
            return Ok(());
        }
        Err(ManifestError::NotOpen { number: self.number.clone(), state: self.state })
    }

    /// Refuses a foreign parcel with the reason that helps most: where it belongs, not only that it
    /// does not belong here.
    pub(super) fn loading(
        &self,
        facts: &ParcelFacts,
        seen: LabelSeen,
    ) -> Result<Loading, ManifestError> {
        self.must_be_open()?;
        let parcel = facts.number.clone();
        if facts.warehouse != self.warehouse {
            return Err(ManifestError::OtherWarehouse { parcel });
        }
        if facts.state == ParcelState::HandedOver {
            return Err(ManifestError::HandedOver { parcel });
        }
        if facts.state == ParcelState::Cancelled || facts.order_state == OrderState::Cancelled {
            return Err(ManifestError::ParcelCancelled { parcel });
        }
        if facts.carrier != self.carrier {
            let (carrier, expected) = (facts.carrier.clone(), self.carrier.clone());
            return Err(ManifestError::OtherCarrier { parcel, carrier, expected });
        }
        if facts.pickup_point != self.pickup_point {
            let (point, expected) = (facts.pickup_point.clone(), self.pickup_point.clone());
            return Err(ManifestError::OtherPoint { parcel, point, expected });
        }
        if facts.state == ParcelState::Open {
            return Err(ManifestError::NotPacked { parcel });
        }
        if facts.manifest.is_some_and(|manifest| manifest != self.id) {
            let manifest = facts.manifest_number.clone().unwrap_or_default();
            return Err(ManifestError::OnOtherManifest { parcel, manifest });
        }
        if let Some(state) = facts.shipment.filter(|state| *state != ShipmentState::Registered) {
            return Err(ManifestError::NotRegistered { parcel, state });
        }
        facts.label_must_be_seen(seen)?;
        let is_here = facts.entry == Some(EntryState::Loaded);
        Ok(if is_here { Loading::Already } else { Loading::Now })
    }
}

impl ParcelFacts {
    fn label_must_be_seen(&self, seen: LabelSeen) -> Result<(), ManifestError> {
        let parcel = self.number.clone();
        match (self.scan_back, seen) {
            _ if self.verified_at.is_some() => Ok(()),
            (ScanBack::Off, _) | (ScanBack::Loading, LabelSeen::Scanned) => Ok(()),
            (ScanBack::Loading, LabelSeen::Named) => Err(ManifestError::LabelNotScanned { parcel }),
            (ScanBack::Packing, _) => Err(ManifestError::LabelNotVerified { parcel }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    fn head() -> ManifestHead {
        let at = UtcMicros::from_micros(1_780_000_000_000_000);
        ManifestHead {
            id: ManifestId::new(),
            warehouse: WarehouseId::new(),
            number: "M000001".to_owned(),
            carrier: "post".to_owned(),
            pickup_point: "5".to_owned(),
            day: at.moscow_day(),
            state: ManifestState::Open,
            act_number: None,
            created_at: at,
            closed_at: None,
        }
    }

    fn facts(head: &ManifestHead) -> ParcelFacts {
        ParcelFacts {
            id: ParcelId::new(),
            number: "P1".to_owned(),
            state: ParcelState::Packed,
            warehouse: head.warehouse,
            carrier: head.carrier.clone(),
            pickup_point: head.pickup_point.clone(),
            order_state: OrderState::Packed,
            manifest: None,
            manifest_number: None,
            entry: None,
            scan_back: ScanBack::Off,
            verified_at: None,
            shipment: None,
        }
    }

    #[test]
    fn a_packed_parcel_is_loaded_once() {
        let head = head();
        let mut parcel = facts(&head);
        assert_eq!(head.loading(&parcel, LabelSeen::Named).unwrap(), Loading::Now);
        parcel.manifest = Some(head.id);
        parcel.entry = Some(EntryState::Expected);
        assert_eq!(head.loading(&parcel, LabelSeen::Named).unwrap(), Loading::Now);
        parcel.state = ParcelState::Loaded;
        parcel.entry = Some(EntryState::Loaded);
        assert_eq!(head.loading(&parcel, LabelSeen::Named).unwrap(), Loading::Already);
    }

    #[test]
    fn a_foreign_parcel_is_refused_with_its_reason() {
        let head = head();
        let refused = |change: &dyn Fn(&mut ParcelFacts)| {
            let mut parcel = facts(&head);
            change(&mut parcel);
            head.loading(&parcel, LabelSeen::Named).unwrap_err().code()
        };
        assert_eq!(refused(&|p| p.warehouse = WarehouseId::new()), "parcel_other_warehouse");
        assert_eq!(refused(&|p| p.state = ParcelState::HandedOver), "parcel_handed_over");
        assert_eq!(refused(&|p| p.state = ParcelState::Cancelled), "parcel_cancelled");
        assert_eq!(refused(&|p| p.order_state = OrderState::Cancelled), "parcel_cancelled");
        assert_eq!(refused(&|p| p.carrier = "cdek".to_owned()), "parcel_other_carrier");
        assert_eq!(refused(&|p| p.pickup_point = "6".to_owned()), "parcel_other_point");
        assert_eq!(refused(&|p| p.state = ParcelState::Open), "parcel_not_packed");
        let other = |p: &mut ParcelFacts| p.manifest = Some(ManifestId::new());
        assert_eq!(refused(&other), "parcel_on_other_manifest");
    }
    #[test]
    fn a_label_is_scanned_back_where_the_warehouse_wants_it() {
        let head = head();
        let try_it = |scan_back, seen, verified_at| {
            let parcel = ParcelFacts { scan_back, verified_at, ..facts(&head) };
            head.loading(&parcel, seen).map_err(|error| error.code())
        };
        let at = Some(head.created_at);
        let (named, scanned) = (LabelSeen::Named, LabelSeen::Scanned);
        assert_eq!(try_it(ScanBack::Off, named, None), Ok(Loading::Now));
        assert_eq!(try_it(ScanBack::Loading, scanned, None), Ok(Loading::Now));
        assert_eq!(try_it(ScanBack::Loading, named, None), Err("parcel_label_not_scanned"));
        assert_eq!(try_it(ScanBack::Loading, named, at), Ok(Loading::Now));
        assert_eq!(try_it(ScanBack::Packing, scanned, None), Err("parcel_label_not_verified"));
        assert_eq!(try_it(ScanBack::Packing, scanned, at), Ok(Loading::Now));
    }
}
