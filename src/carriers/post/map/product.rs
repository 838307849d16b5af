//! Kinds of mail that goods are sent by.

use crate::carriers::model::DeliveryMode;
use crate::text_enum;

text_enum! {
    /// A kind of mail (`mail-type`): what a tariff is called here.
    pub enum Product {
        /// Посылка онлайн: to a post office, a locker or a pick-up point.
        OnlineParcel = "ONLINE_PARCEL",
        /// Курьер онлайн.
        OnlineCourier = "ONLINE_COURIER",
        /// Посылка нестандартная.
        PostalParcel = "POSTAL_PARCEL",
        /// Посылка 1 класса.
        ParcelClass1 = "PARCEL_CLASS_1",
        Ems = "EMS",
        EmsOptimal = "EMS_OPTIMAL",
        /// ЕКОМ: only to pick-up points and lockers; the buyer may take a part.
        Ecom = "ECOM",
    }
}

impl Product {
    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::OnlineParcel => "Посылка онлайн",
            Self::OnlineCourier => "Курьер онлайн",
            Self::PostalParcel => "Посылка нестандартная",
            Self::ParcelClass1 => "Посылка 1 класса",
            Self::Ems => "EMS",
            Self::EmsOptimal => "EMS оптимальное",
            Self::Ecom => "ЕКОМ",
        }
    }

    /// Where a parcel of this kind may end.
    pub(in super::super) const fn goes(self, mode: DeliveryMode) -> bool {
        match self {
            Self::OnlineParcel | Self::Ecom => !matches!(mode, DeliveryMode::Door),
            Self::PostalParcel | Self::ParcelClass1 => matches!(mode, DeliveryMode::Point),
            Self::OnlineCourier | Self::Ems | Self::EmsOptimal => {
                matches!(mode, DeliveryMode::Door)
            }
        }
    }

    /// Whether lockers and pick-up points of partners take it.
    pub(in super::super) const fn goes_to_partners(self) -> bool {
        matches!(self, Self::OnlineParcel | Self::Ecom)
    }

    /// The number of the kind in the public tariff; nothing where it is not told.
    pub(in super::super) const fn object(self) -> Option<i64> {
        match self {
            Self::OnlineParcel => Some(23),
            Self::OnlineCourier => Some(24),
            Self::PostalParcel => Some(4),
            Self::ParcelClass1 => Some(47),
            Self::Ems => Some(7),
            Self::EmsOptimal => Some(34),
            Self::Ecom => None,
        }
    }

    /// How it is carried, where there is a choice.
    pub(in super::super) const fn transport(self) -> Option<&'static str> {
        match self {
            Self::OnlineParcel | Self::OnlineCourier | Self::PostalParcel | Self::Ecom => {
                Some("SURFACE")
            }
            Self::ParcelClass1 | Self::Ems | Self::EmsOptimal => None,
        }
    }

    /// Whether it goes by sizes S to XL; what is larger is not this kind.
    pub(in super::super) const fn has_sizes(self) -> bool {
        matches!(self, Self::OnlineParcel | Self::OnlineCourier | Self::Ecom)
    }
}
