//! A packed order that is taken apart again: changed or cancelled before it left.

use crate::commands::Ctx;
use crate::db::Tx;
use crate::ids::{OrderId, PlaceId};
use crate::packing::{Parcel, ParcelState, UnpackError, store};
use crate::picking::{NewPutBack, put_backs_add};
use crate::shipments::parcel_withdraw;
use crate::stock::{Goods, Spot, StockMove, StockReason, stock_move};

/// Lays everything out of the order's parcels onto the packing bin and the put-back list, and gives
/// the parcels up; their marking codes are free for other parcels. An order without parcels is left as it is, and so is the order's state.
pub async fn order_unpack(tx: &mut Tx, ctx: &Ctx, order: OrderId) -> Result<(), UnpackError> {
    let parcels = store::parcels_live(tx, order).await?;
    for parcel in &parcels {
        let can = matches!(parcel.state, ParcelState::Open | ParcelState::Packed);
        if !can || !store::parcel_cancel(tx, parcel.id).await? {
            return Err(UnpackError::ParcelLoaded { number: parcel.number.clone() });
        }
        store::marks::marks_free(tx, parcel.id, ctx.now).await?;
        parcel_withdraw(tx, ctx, parcel.id).await?;
        empty(tx, ctx, parcel).await?;
    }
    if !parcels.is_empty() {
        store::lines_unpack(tx, order).await?;
    }
    Ok(())
}

async fn empty(tx: &mut Tx, ctx: &Ctx, parcel: &Parcel) -> Result<(), UnpackError> {
    let lines = store::parcel_lines(tx, parcel.id).await?;
    if lines.is_empty() {
        return Ok(());
    }
    let bin = store::packing_bin(tx, parcel.warehouse).await?;
    let bin = bin.ok_or(UnpackError::PackingBinMissing)?;
    let from = Spot::available(PlaceId::from_uuid(parcel.id.uuid()));
    let mut put_backs = Vec::new();
    for line in lines {
        let goods = Goods {
            owner: parcel.owner,
            product: line.product,
            lot: line.lot,
            quantity: line.quantity,
        };
        let entry = StockMove::new(StockReason::Unpack, goods, from, bin, ctx.now)
            .with_document(parcel.order.uuid());
        stock_move(tx, ctx, &entry).await?;
        put_backs.push(NewPutBack {
            warehouse: parcel.warehouse,
            order: parcel.order,
            place: bin.place,
            goods,
        });
    }
    put_backs_add(tx, ctx, &put_backs).await?;
    Ok(())
}
