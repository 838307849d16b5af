//! Who may do what: users and roles, sessions, devices, shops' API keys.
//!
//! **Invariant:** secrets are stored as hashes only: argon2id for what people choose, SHA-256 for
//! our random tokens.
//! **Invariant:** a shop's principal carries its owner everywhere ([`Scope`]); another owner's thing
//! is answered like one that does not exist.

pub mod caller;
pub mod passwords;
pub mod service;
mod store;
pub mod tokens;

use crate::faults;
use crate::ids::{ApiKeyId, DeviceId, OwnerId, UserId, WarehouseId};
use crate::text_enum;

pub use self::store::QUERIES;

faults! {
    /// Why somebody is not let in.
    pub enum AccessError {
        Unauthenticated => "unauthenticated", Unauthenticated, "no valid token";
        /// The role lacks the right.
        Forbidden { right: &'static str } => "forbidden", Forbidden, "the right {right} is missing";
        BadgeUnknown => "badge_unknown", NotFound, "no active user has this badge";
        PinWrong => "pin_wrong", Unauthenticated, "the PIN is wrong";
    }
}

text_enum! {
    /// What a person does at the operator's, or for a shop.
    pub enum Role {
        Administrator = "administrator",
        Receiver = "receiver",
        Picker = "picker",
        Packer = "packer",
        Dispatcher = "dispatcher",
        Accountant = "accountant",
        ShopOwner = "shop_owner",
    }
}

text_enum! {
    /// What can be allowed.
    pub enum Right {
        CatalogRead = "catalog_read",
        CatalogWrite = "catalog_write",
        AcceptanceWaive = "acceptance_waive",
        WarehouseWrite = "warehouse_write",
        ReceivingRead = "receiving_read",
        /// To announce a delivery.
        ReceivingAnnounce = "receiving_announce",
        /// To count, close and put away.
        ReceivingWork = "receiving_work",
        StockRead = "stock_read",
        StockAdjust = "stock_adjust",
        OrdersRead = "orders_read",
        OrdersWrite = "orders_write",
        PickingPlan = "picking_plan",
        PickingWork = "picking_work",
        PackingWork = "packing_work",
        ManifestsRead = "manifests_read",
        ManifestsWork = "manifests_work",
        PrintingWork = "printing_work",
        AccessManage = "access_manage",
        AuditRead = "audit_read",
        /// To see what the queue could not do, and to retry it.
        JobsManage = "jobs_manage",
    }
}

impl Role {
    /// What the role may do.
    pub fn rights(self) -> &'static [Right] {
        use Right::{
            AcceptanceWaive, AuditRead, CatalogRead, CatalogWrite, JobsManage, ManifestsRead,
            ManifestsWork, OrdersRead, OrdersWrite, PackingWork, PickingPlan, PickingWork,
            PrintingWork, ReceivingAnnounce, ReceivingRead, ReceivingWork, StockAdjust, StockRead,
            WarehouseWrite,
        };
        match self {
            Self::Administrator => Right::ALL,
            Self::Receiver => &[
                CatalogRead,
                CatalogWrite,
                ReceivingRead,
                ReceivingAnnounce,
                ReceivingWork,
                StockRead,
                PrintingWork,
            ],
            Self::Picker => &[CatalogRead, StockRead, OrdersRead, PickingWork, PrintingWork],
            Self::Packer => &[
                CatalogRead,
                StockRead,
                OrdersRead,
                PackingWork,
                ManifestsRead,
                ManifestsWork,
                PrintingWork,
            ],
            Self::Dispatcher => &[
                CatalogRead,
                CatalogWrite,
                AcceptanceWaive,
                WarehouseWrite,
                ReceivingRead,
                ReceivingAnnounce,
                ReceivingWork,
                StockRead,
                StockAdjust,
                OrdersRead,
                OrdersWrite,
                PickingPlan,
                PickingWork,
                PackingWork,
                ManifestsRead,
                ManifestsWork,
                PrintingWork,
                JobsManage,
            ],
            Self::Accountant => {
                &[CatalogRead, ReceivingRead, StockRead, OrdersRead, ManifestsRead, AuditRead]
            }
            Self::ShopOwner => &[
                CatalogRead,
                CatalogWrite,
                ReceivingRead,
                ReceivingAnnounce,
                StockRead,
                OrdersRead,
                OrdersWrite,
            ],
        }
    }
}

/// Whose data a principal may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The operator's people.
    All,
    /// One shop.
    Owner(OwnerId),
}

impl Scope {
    /// The owner for a query that takes "this owner or, when null, any".
    pub const fn owner(self) -> Option<OwnerId> {
        match self {
            Self::All => None,
            Self::Owner(owner) => Some(owner),
        }
    }

    pub fn allows(self, owner: OwnerId) -> bool {
        self.owner().is_none_or(|own| own == owner)
    }
}

/// Who sends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    User {
        id: UserId,
        owner: Option<OwnerId>,
        roles: Vec<Role>,
    },
    /// A shop's program.
    ApiKey {
        id: ApiKeyId,
        owner: OwnerId,
    },
    /// A handheld. What it may do is what the person logged in on it may do.
    Device {
        id: DeviceId,
        warehouse: WarehouseId,
    },
}

impl Principal {
    pub fn may(&self, right: Right) -> bool {
        match self {
            Self::User { roles, .. } => roles.iter().any(|role| role.rights().contains(&right)),
            Self::ApiKey { .. } => Role::ShopOwner.rights().contains(&right),
            Self::Device { .. } => false,
        }
    }

    pub const fn scope(&self) -> Scope {
        match self {
            Self::User { owner: Some(owner), .. } | Self::ApiKey { owner, .. } => {
                Scope::Owner(*owner)
            }
            Self::User { owner: None, .. } | Self::Device { .. } => Scope::All,
        }
    }

    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::ApiKey { .. } | Self::Device { .. } => None,
        }
    }

    /// Whose idempotency keys a request uses.
    pub const fn key_scope(&self) -> uuid::Uuid {
        match self {
            Self::User { id, .. } => id.uuid(),
            Self::ApiKey { id, .. } => id.uuid(),
            Self::Device { id, .. } => id.uuid(),
        }
    }
}
