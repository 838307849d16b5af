//! The chart of accounts.

use uuid::Uuid;

use crate::ids::{BankAccountId, CarrierInvoiceId, CodRegisterId, OwnerId, PayoutId};
use crate::text_enum;

text_enum! {
    /// What an account is for.
    pub enum AccountKind {
        CodAtBuyer = "cod_at_buyer",
        CodAtCarrier = "cod_at_carrier",
        CodRegistered = "cod_registered",
        CodPending = "cod_pending",
        CodReceived = "cod_received",
        OwnerPayable = "owner_payable",
        OwnerCharges = "owner_charges",
        OwnerAdvance = "owner_advance",
        PayoutClearing = "payout_clearing",
        RegisterClearing = "register_clearing",
        PassThrough = "pass_through",
        CarrierSettlement = "carrier_settlement",
        CarrierClaims = "carrier_claims",
        Bank = "bank",
        BankSuspense = "bank_suspense",
        BankOutgoing = "bank_outgoing",
        BankOpening = "bank_opening",
        AgentFee = "agent_fee",
        WriteOff = "write_off",
    }
}

/// An account, by what it is for: each kind has the parties that it needs and no other.
///
/// A debit balance is what somebody owes us or holds for us; a credit balance is what we owe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// To be taken from buyers by a carrier.
    CodAtBuyer(OwnerId, String),
    /// Taken from buyers, in no register yet.
    CodAtCarrier(OwnerId, String),
    /// In a register, not at the bank yet.
    CodRegistered(OwnerId, String),
    /// The shop's, when the bank has it.
    CodPending(OwnerId),
    /// The shop's, at the bank, in no report yet.
    CodReceived(OwnerId),
    /// To be paid to the shop. A debit balance is the shop's debt.
    OwnerPayable(OwnerId),
    /// What the shop owes for carriers' charges and our services.
    OwnerCharges(OwnerId),
    /// Paid to the shop before the bank had it, as its contract allows.
    OwnerAdvance(OwnerId),
    /// One payout: what is paid against what is set off and sent. Comes to zero.
    PayoutClearing(OwnerId, PayoutId),
    /// One register: what it lists against what was withheld and received. Comes to zero.
    RegisterClearing(String, CodRegisterId),
    /// One invoice of a carrier: what it charges against what owners are charged. Comes to zero.
    PassThrough(String, CarrierInvoiceId),
    /// What we owe a carrier, less what it withheld or was paid.
    CarrierSettlement(String),
    /// What a carrier acknowledged to owe beyond registers.
    CarrierClaims(String),
    Bank(BankAccountId),
    /// Came in, and nobody said yet what for.
    BankSuspense(BankAccountId),
    /// Ordered to be paid, not yet gone from the account.
    BankOutgoing(BankAccountId),
    /// What the account held before its earliest statement.
    BankOpening(BankAccountId),
    /// Our fee for collecting, by the shops' contracts.
    AgentFee,
    /// Differences that a person took upon the operator, with a reason.
    WriteOff,
}

impl Account {
    pub const fn kind(&self) -> AccountKind {
        match self {
            Self::CodAtBuyer(..) => AccountKind::CodAtBuyer,
            Self::CodAtCarrier(..) => AccountKind::CodAtCarrier,
            Self::CodRegistered(..) => AccountKind::CodRegistered,
            Self::CodPending(_) => AccountKind::CodPending,
            Self::CodReceived(_) => AccountKind::CodReceived,
            Self::OwnerPayable(_) => AccountKind::OwnerPayable,
            Self::OwnerCharges(_) => AccountKind::OwnerCharges,
            Self::OwnerAdvance(_) => AccountKind::OwnerAdvance,
            Self::PayoutClearing(..) => AccountKind::PayoutClearing,
            Self::RegisterClearing(..) => AccountKind::RegisterClearing,
            Self::PassThrough(..) => AccountKind::PassThrough,
            Self::CarrierSettlement(_) => AccountKind::CarrierSettlement,
            Self::CarrierClaims(_) => AccountKind::CarrierClaims,
            Self::Bank(_) => AccountKind::Bank,
            Self::BankSuspense(_) => AccountKind::BankSuspense,
            Self::BankOutgoing(_) => AccountKind::BankOutgoing,
            Self::BankOpening(_) => AccountKind::BankOpening,
            Self::AgentFee => AccountKind::AgentFee,
            Self::WriteOff => AccountKind::WriteOff,
        }
    }

    pub const fn owner(&self) -> Option<OwnerId> {
        match self {
            Self::CodAtBuyer(owner, _)
            | Self::CodAtCarrier(owner, _)
            | Self::CodRegistered(owner, _)
            | Self::CodPending(owner)
            | Self::CodReceived(owner)
            | Self::OwnerPayable(owner)
            | Self::OwnerCharges(owner)
            | Self::OwnerAdvance(owner)
            | Self::PayoutClearing(owner, _) => Some(*owner),
            _ => None,
        }
    }

    pub fn carrier(&self) -> Option<&str> {
        match self {
            Self::CodAtBuyer(_, carrier)
            | Self::CodAtCarrier(_, carrier)
            | Self::CodRegistered(_, carrier)
            | Self::RegisterClearing(carrier, _)
            | Self::PassThrough(carrier, _)
            | Self::CarrierSettlement(carrier)
            | Self::CarrierClaims(carrier) => Some(carrier),
            _ => None,
        }
    }

    /// The document whose account it is.
    pub const fn document(&self) -> Option<Uuid> {
        match self {
            Self::PayoutClearing(_, payout) => Some(payout.uuid()),
            Self::RegisterClearing(_, register) => Some(register.uuid()),
            Self::PassThrough(_, invoice) => Some(invoice.uuid()),
            Self::Bank(account)
            | Self::BankSuspense(account)
            | Self::BankOutgoing(account)
            | Self::BankOpening(account) => Some(account.uuid()),
            _ => None,
        }
    }

    /// Under which it is opened once.
    pub fn key(&self) -> String {
        let owner = self.owner().map(|owner| owner.to_string()).unwrap_or_default();
        let document = self.document().map(|id| id.simple().to_string()).unwrap_or_default();
        let carrier = self.carrier().unwrap_or_default();
        format!("{}/{owner}/{document}/{carrier}", self.kind())
    }
}
