//! Who may do what: users and roles, sessions, devices, shops' API keys.
//!
//! **Invariant:** secrets are stored as hashes only: argon2id for what people choose, SHA-256 for
//! our random tokens.
//! **Invariant:** a shop's principal carries its owner everywhere ([`Scope`]); another owner's thing
//! is answered like one that does not exist.

pub mod caller;
pub mod http;
pub mod passwords;
pub mod service;
mod store;
pub mod tokens;

use crate::commands::CommandError;
use crate::fault::InputError;
use crate::faults;
use crate::ids::{ApiKeyId, DeviceId, OwnerId, UserId, WarehouseId};
use crate::text_enum;

pub use self::store::QUERIES;
pub use self::store::doors::{ApiKey, Device};
pub use self::store::users::UserRow;
pub use self::tokens::TokenKind;

faults! {
    /// Why somebody is not let in.
    pub enum AccessError {
        Unauthenticated => "unauthenticated", Unauthenticated, "no valid token";
        /// The role lacks the right.
        Forbidden { right: &'static str } => "forbidden", Forbidden, "the right {right} is missing";
        BadgeUnknown => "badge_unknown", NotFound, "no active user has this badge";
        PinWrong => "pin_wrong", Unauthenticated, "the PIN is wrong";
        /// Which of the two is wrong is not told.
        LoginFailed => "login_failed", Unauthenticated, "the login or the password is wrong";
        /// After too many failures nobody gets in for a while, not even with the right secret.
        LoginLocked { seconds: i64 } => "login_locked", TooMany, "too many failures, locked for {seconds} s";
        /// Used, expired, or never given out.
        LinkInvalid => "link_invalid", NotFound, "the one-time link is not valid";
        NotFound { what: &'static str } => "not_found", NotFound, "no such {what}";
        LoginTaken { login: String } => "login_taken", Conflict, "the login {login} is taken";
        DeviceNameTaken { name: String } => "device_name_taken", Conflict, "a device named {name} exists";
        PasswordWeak { length: usize } => "password_weak", Invalid, "the password has fewer than {length} characters";
        PinWeak => "pin_weak", Invalid, "the PIN is too easy";
        LastAdministrator => "last_administrator", Conflict, "somebody must be able to administrate";
        /// A shop's people belong to their owner, the operator's people to none.
        RolesUnfit => "roles_unfit", Invalid, "the roles do not fit to where the user belongs";
        UserInactive => "user_inactive", Conflict, "the user is deactivated";
    }
    wraps { Input(InputError), Command(CommandError) }
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
        /// To take in shops and to write their contracts.
        OwnersWrite = "owners_write",
        /// To see how the operator's warehouse is laid out.
        WarehouseRead = "warehouse_read",
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
        /// To describe contracts with carriers, their keys included.
        CarriersManage = "carriers_manage",
        AccessManage = "access_manage",
        AuditRead = "audit_read",
        /// To see what the queue could not do, and to retry it.
        JobsManage = "jobs_manage",
        /// To say where events of a shop are sent.
        WebhooksManage = "webhooks_manage",
        /// To see accounts, registers, reports and payouts.
        MoneyRead = "money_read",
        /// To import, match, resolve and prepare.
        MoneyWork = "money_work",
        /// To approve what somebody else prepared.
        MoneyApprove = "money_approve",
    }
}

/// Everything on the floor, but neither people nor their trail.
const DISPATCHER_RIGHTS: &[Right] = &[
    Right::CatalogRead,
    Right::CatalogWrite,
    Right::AcceptanceWaive,
    Right::OwnersWrite,
    Right::WarehouseRead,
    Right::WarehouseWrite,
    Right::ReceivingRead,
    Right::ReceivingAnnounce,
    Right::ReceivingWork,
    Right::StockRead,
    Right::StockAdjust,
    Right::OrdersRead,
    Right::OrdersWrite,
    Right::PickingPlan,
    Right::PickingWork,
    Right::PackingWork,
    Right::ManifestsRead,
    Right::ManifestsWork,
    Right::PrintingWork,
    Right::CarriersManage,
    Right::JobsManage,
    Right::WebhooksManage,
];

impl Role {
    /// What the role may do.
    pub fn rights(self) -> &'static [Right] {
        use Right::{
            AuditRead, CatalogRead, CatalogWrite, ManifestsRead, ManifestsWork, MoneyApprove,
            MoneyRead, MoneyWork, OrdersRead, OrdersWrite, OwnersWrite, PackingWork, PickingWork,
            PrintingWork, ReceivingAnnounce, ReceivingRead, ReceivingWork, StockRead,
            WarehouseRead, WebhooksManage,
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
                WarehouseRead,
            ],
            Self::Picker => {
                &[CatalogRead, StockRead, OrdersRead, PickingWork, PrintingWork, WarehouseRead]
            }
            Self::Packer => &[
                CatalogRead,
                StockRead,
                OrdersRead,
                PackingWork,
                ManifestsRead,
                ManifestsWork,
                PrintingWork,
                WarehouseRead,
            ],
            Self::Dispatcher => DISPATCHER_RIGHTS,
            Self::Accountant => &[
                CatalogRead,
                OwnersWrite,
                WarehouseRead,
                ReceivingRead,
                StockRead,
                OrdersRead,
                ManifestsRead,
                AuditRead,
                MoneyRead,
                MoneyWork,
                MoneyApprove,
            ],
            Self::ShopOwner => &[
                CatalogRead,
                CatalogWrite,
                ReceivingRead,
                ReceivingAnnounce,
                StockRead,
                OrdersRead,
                OrdersWrite,
                WebhooksManage,
                MoneyRead,
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

    /// Whose rows a list shows: a shop's are its own, whatever it names.
    pub fn narrowed(self, named: Option<OwnerId>) -> Option<OwnerId> {
        self.owner().or(named)
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
