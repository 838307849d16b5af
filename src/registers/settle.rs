//! A register and its money: what is still to come of it, and what happens when all of it came.
//!
//! **Invariant:** what is still to come is what the register lists, less what was given back to buyers,
//! withheld, received and booked as a difference. At zero the register is settled: in the same
//! transaction the money of all its parcels is received, and its clearing account is zero.

use super::RegisterError;
use super::model::RegisterState;
use super::store::registers;
pub use super::store::registers::Due;
use crate::cod::{self, CodError};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::CodRegisterId;
use crate::units::{Day, Kopecks};

/// An accepted register, held until the commit.
pub async fn due(tx: &mut Tx, id: CodRegisterId) -> Result<Due, RegisterError> {
    let held = registers::hold_due(tx, id).await?;
    let held = held.ok_or(RegisterError::NotFound { register: id })?;
    match held.state {
        RegisterState::Accepted => Ok(held),
        state => Err(RegisterError::WrongState { state }),
    }
}

/// So much of it came, or is not to come any more, on that day. Whoever calls posts the transfer that
/// credits the register's clearing account (debits it, for a sum less than zero). Answers what is left.
pub async fn cover(
    tx: &mut Tx,
    ctx: &Ctx,
    register: &Due,
    amount: Kopecks,
    day: Day,
) -> Result<Kopecks, RegisterError> {
    if register.settled_on.is_some() {
        return Err(RegisterError::Settled { register: register.id });
    }
    let open = register.open;
    let is_fitting =
        amount.get().signum() == open.get().signum() && amount.get().abs() <= open.get().abs();
    if !is_fitting {
        return Err(RegisterError::CoverTooBig { amount, open });
    }
    let left = open.checked_sub(amount).map_err(|_| RegisterError::SumTooBig)?;
    leave(tx, ctx, register, left, day).await?;
    Ok(left)
}

/// So much is still to come of an accepted register; nothing settles it.
pub(super) async fn leave(
    tx: &mut Tx,
    ctx: &Ctx,
    register: &Due,
    left: Kopecks,
    day: Day,
) -> Result<(), RegisterError> {
    let day = day.max(register.day);
    registers::due_set(tx, register.id, left, left.is_zero().then_some(day)).await?;
    if left.is_zero() {
        cod::receive(tx, ctx, register.id, day).await?;
    }
    Ok(())
}

/// So much of it did not come after all. When the register was settled, the money of its parcels is
/// taken back; refused once a report or a payout has it.
pub async fn uncover(
    tx: &mut Tx,
    ctx: &Ctx,
    register: &Due,
    amount: Kopecks,
    day: Day,
) -> Result<(), RegisterError> {
    if register.settled_on.is_some() {
        let taken = cod::take_back(tx, ctx, register.id, day.max(register.day)).await;
        taken.map_err(|error| match error {
            CodError::OutOfOrder { .. } => RegisterError::MoneyReported { register: register.id },
            other => other.into(),
        })?;
    }
    let open = register.open.checked_add(amount).map_err(|_| RegisterError::SumTooBig)?;
    Ok(registers::due_set(tx, register.id, open, None).await?)
}
