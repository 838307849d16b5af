//! The work behind the receiving dialogue.

use super::scanned;
use crate::access::Scope;
use crate::catalog::{self, BarcodeHit, BarcodeKind, CatalogError};
use crate::commands::Ctx;
use crate::db::Tx;
use crate::receiving::{
    self, AnnounceIn, DiscrepancyKind, InboundKind, InboundRow, Labelling, NoteIn, ReceiveIn,
    ReceivingError, Surplus,
};
use crate::stock::Condition;
use crate::terminal::flows::FlowState;
use crate::terminal::flows::receive::{
    Action, Aside, Counting, Delivery, Draft, Last, Needs, ReceiveState, ask, question, step,
};
use crate::terminal::{Input, Step, TerminalError, Text, Who};
use crate::units::Pieces;

type Next = Result<Step<ReceiveState>, TerminalError>;

/// The first screen of the flow: the deliveries that can be received.
pub(super) async fn start(
    tx: &mut Tx,
    _ctx: &Ctx,
    who: &Who,
) -> Result<Step<FlowState>, TerminalError> {
    Ok(Step::ok(choices(tx, who).await?).map(FlowState::Receive))
}

pub(super) async fn handle(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    state: ReceiveState,
    input: &Input,
) -> Next {
    match (step(&state, input), state) {
        (Action::Choose(delivery), _) => enter(tx, delivery).await,
        (Action::Number(number), state) => by_number(tx, who, state, &number).await,
        (Action::New, _) => Ok(Step::ok(ReceiveState::NewOwner)),
        (Action::Owner(code), state) => blind(tx, ctx, who, state, &code).await,
        (Action::Dock, ReceiveState::Dock { delivery }) => dock(tx, who, delivery, input).await,
        (Action::Times(times), ReceiveState::Item(counting)) => {
            Ok(Step::ok(ReceiveState::Item(Counting { times, ..counting })))
        }
        (Action::Damaged, ReceiveState::Item(counting)) => {
            let condition = match counting.condition {
                Condition::Damaged => Condition::Available,
                _ => Condition::Damaged,
            };
            Ok(Step::ok(ReceiveState::Item(Counting { condition, ..counting })))
        }
        (Action::Scan, ReceiveState::Item(counting)) => scan(tx, ctx, who, counting, input).await,
        (Action::Complete { counting, draft }, _) => {
            complete(tx, ctx, who, (counting, draft), Surplus::Refuse).await
        }
        (Action::Surplus { counting, draft }, _) => {
            complete(tx, ctx, who, (counting, draft), Surplus::Allow).await
        }
        (Action::PutAside { counting, aside, pieces }, _) => {
            put_aside(tx, ctx, counting, aside, pieces).await
        }
        (Action::Back(counting), _) => Ok(Step::ok(ReceiveState::Item(counting))),
        (Action::Undo, ReceiveState::Item(counting)) => undo(tx, ctx, who, counting).await,
        (Action::Print, ReceiveState::Item(counting)) => print(tx, ctx, who, counting).await,
        (Action::AskClose, ReceiveState::Item(counting)) => {
            Ok(Step::ok(ReceiveState::Close { counting }))
        }
        (Action::Close(counting), _) => close(tx, ctx, who, &counting).await,
        (Action::Refuse(why), state) => Ok(Step::error(state, Text::new(why))),
        (_, state) => Ok(Step::error(state, Text::new("receive-item-wanted"))),
    }
}

fn delivery_of(row: InboundRow) -> Delivery {
    Delivery { id: row.id, number: row.number, owner: row.owner, owner_name: row.owner_name }
}

async fn choices(tx: &mut Tx, who: &Who) -> Result<ReceiveState, TerminalError> {
    let open = receiving::inbounds_open(tx, who.warehouse).await?;
    Ok(ReceiveState::Choose { choices: open.into_iter().map(delivery_of).collect() })
}

async fn by_number(tx: &mut Tx, who: &Who, state: ReceiveState, number: &str) -> Next {
    let mut found = receiving::inbounds_by_number(tx, who.warehouse, number).await?;
    if found.len() > 1 {
        let choices = found.into_iter().map(delivery_of).collect();
        return Ok(Step::warn(
            ReceiveState::Choose { choices },
            Text::new("receive-several-deliveries"),
        ));
    }
    if let Some(row) = found.pop() {
        return enter(tx, delivery_of(row)).await;
    }
    let unknown = Text::new("receive-no-delivery").with("number", number);
    Ok(Step::error(state, unknown))
}

/// To the dock, or straight on when the delivery stands at one.
async fn enter(tx: &mut Tx, delivery: Delivery) -> Next {
    let inbound = receiving::inbound_find(tx, Scope::All, delivery.id).await?;
    match inbound.dock {
        None => Ok(Step::ok(ReceiveState::Dock { delivery })),
        Some(dock) => {
            receiving::inbound_start(tx, delivery.id, dock).await?;
            Ok(Step::ok(ReceiveState::counting(delivery)))
        }
    }
}

async fn blind(tx: &mut Tx, ctx: &Ctx, who: &Who, state: ReceiveState, code: &str) -> Next {
    let Some(owner) = catalog::owner_by_code(tx, &code.to_lowercase()).await? else {
        return Ok(Step::error(state, Text::new("receive-owner-unknown").with("code", code)));
    };
    let announce = AnnounceIn {
        owner: owner.id,
        warehouse: who.warehouse,
        external_number: None,
        kind: InboundKind::Blind,
        expected_on: None,
        lines: Vec::new(),
    };
    let id = receiving::inbound_announce(tx, ctx, &announce).await?;
    let inbound = receiving::inbound_find(tx, Scope::All, id).await?;
    Ok(Step::ok(ReceiveState::Dock { delivery: delivery_of(inbound) }))
}

async fn dock(tx: &mut Tx, who: &Who, delivery: Delivery, input: &Input) -> Next {
    let Some(place) = scanned::place(tx, who, input).await? else {
        let state = ReceiveState::Dock { delivery };
        return Ok(Step::error(state, Text::new("place-unknown").with("code", input.shown())));
    };
    receiving::inbound_start(tx, delivery.id, place.id).await?;
    Ok(Step::ok(ReceiveState::counting(delivery)))
}

/// Goods were scanned: whose are they, and what is still to be asked?
async fn scan(tx: &mut Tx, ctx: &Ctx, who: &Who, counting: Counting, input: &Input) -> Next {
    let hits = scanned::products(tx, None, input).await?;
    let (own, foreign): (Vec<BarcodeHit>, Vec<BarcodeHit>) =
        hits.into_iter().partition(|hit| hit.owner == counting.delivery.owner);
    let mut drafts = Vec::new();
    for hit in &own {
        drafts.push(draft_of(tx, &counting, hit, input).await?);
    }
    if drafts.len() > 1 {
        let state = ReceiveState::Product { counting, choices: drafts };
        return Ok(Step::warn(state, Text::new("receive-several-products")));
    }
    if let Some(draft) = drafts.pop() {
        return complete(tx, ctx, who, (counting, draft), Surplus::Refuse).await;
    }
    let barcode = input.scan.raw.clone();
    let aside = match foreign.into_iter().next() {
        Some(hit) => Aside {
            kind: DiscrepancyKind::OtherOwner,
            product: Some(hit.product),
            barcode,
            why: Text::new("receive-foreign")
                .with("article", hit.article)
                .with("owner", hit.owner_name),
        },
        None => Aside {
            kind: DiscrepancyKind::UnknownGoods,
            product: None,
            why: Text::new("receive-unknown").with("code", &barcode),
            barcode,
        },
    };
    let why = aside.why.clone();
    Ok(Step::warn(ReceiveState::Aside { counting, aside }, why))
}

async fn draft_of(
    tx: &mut Tx,
    counting: &Counting,
    hit: &BarcodeHit,
    input: &Input,
) -> Result<Draft, TerminalError> {
    let product = catalog::product_find(tx, Scope::All, hit.product).await?;
    let last = counting.last.as_ref().filter(|last| last.product == product.id);
    let told_lot = input.scan.lot().map(str::to_owned);
    let told_day = input.scan.expires_on();
    // The lot of the scan before goes on, unless this scan says another.
    let is_same = told_lot.is_none() && told_day.is_none();
    let before = last.filter(|_| is_same);
    Ok(Draft {
        product: product.id,
        article: product.article,
        name: product.name,
        barcode: input.scan.raw.clone(),
        pieces: hit.pieces.get().saturating_mul(counting.times),
        condition: counting.condition,
        lot_code: told_lot.or_else(|| before.and_then(|last| last.lot_code.clone())),
        expires_on: told_day.or_else(|| before.and_then(|last| last.expires_on)),
        measures: None,
        is_labelled: hit.kind == BarcodeKind::Internal,
        needs: Needs {
            lot: product.lot_tracked,
            expiry: product.expiry_tracked,
            measures: !product.measured && last.is_none(),
        },
    })
}

/// Takes the portion if nothing is left to ask.
async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    who: &Who,
    (counting, draft): (Counting, Draft),
    surplus: Surplus,
) -> Next {
    if let Some(question) = question(&draft) {
        return Ok(Step::ok(ask(question, counting, draft)));
    }
    let labelling = if draft.is_labelled { Labelling::Never } else { Labelling::WhenNeeded };
    let portion = ReceiveIn {
        inbound: counting.delivery.id,
        product: draft.product,
        lot_code: draft.lot_code.clone(),
        expires_on: draft.expires_on,
        quantity: Pieces::new(draft.pieces),
        condition: draft.condition,
        surplus,
        labelling,
        measures: draft.measures,
        happened_at: who.happened_at,
    };
    let received = match receiving::receive(tx, ctx, &portion).await {
        Ok(received) => received,
        Err(error) => return refused(counting, draft, error),
    };
    let last = Last {
        product: draft.product,
        article: draft.article,
        pieces: draft.pieces,
        expected: received.expected.get(),
        received: received.received.get(),
        lot_code: draft.lot_code,
        expires_on: draft.expires_on,
    };
    let state = ReceiveState::Item(Counting::fresh(counting.delivery, Some(last)));
    match received.internal_barcode {
        Some(barcode) => {
            let printed = Text::new("receive-labels")
                .with("labels", received.labels)
                .with("barcode", barcode);
            Ok(Step::ok(state).saying(printed))
        }
        None => Ok(Step::ok(state)),
    }
}

/// A refusal that the worker can go on from: a surplus is confirmed, refused goods are put aside.
fn refused(counting: Counting, draft: Draft, error: ReceivingError) -> Next {
    let why = scanned::fault_text(&error);
    match error {
        ReceivingError::Surplus { .. } => {
            Ok(Step::warn(ReceiveState::Surplus { counting, draft }, why))
        }
        ReceivingError::ExpiryTooShort { .. }
        | ReceivingError::Catalog(CatalogError::Refused { .. }) => {
            let aside = Aside {
                kind: DiscrepancyKind::Refused,
                product: Some(draft.product),
                barcode: draft.barcode,
                why: why.clone(),
            };
            Ok(Step::warn(ReceiveState::Aside { counting, aside }, why))
        }
        error => Err(error.into()),
    }
}

async fn put_aside(tx: &mut Tx, ctx: &Ctx, counting: Counting, aside: Aside, pieces: i64) -> Next {
    let note = NoteIn {
        inbound: counting.delivery.id,
        kind: aside.kind,
        product: aside.product,
        barcode: Some(aside.barcode),
        quantity: Pieces::new(pieces),
        note: None,
    };
    receiving::discrepancy_note(tx, ctx, note).await?;
    let state = ReceiveState::Item(Counting::fresh(counting.delivery, counting.last));
    Ok(Step::ok(state).saying(Text::new("receive-noted").with("pieces", pieces)))
}

async fn undo(tx: &mut Tx, ctx: &Ctx, who: &Who, counting: Counting) -> Next {
    let inbound = counting.delivery.id;
    let undone = receiving::receive_undo(tx, ctx, inbound, who.happened_at).await?;
    let article = catalog::product_find(tx, Scope::All, undone.product).await?.article;
    let said = Text::new("receive-undone").with("article", article).with("pieces", undone.quantity);
    Ok(Step::ok(ReceiveState::counting(counting.delivery)).saying(said))
}

async fn print(tx: &mut Tx, ctx: &Ctx, who: &Who, counting: Counting) -> Next {
    let Some(last) = &counting.last else {
        let state = ReceiveState::Item(counting);
        return Ok(Step::error(state, Text::new("receive-nothing-to-print")));
    };
    let (product, copies) = (last.product, Pieces::new(counting.times));
    let label = receiving::label_reprint(tx, ctx, who.warehouse, product, copies).await?;
    let said = Text::new("receive-labels")
        .with("labels", label.queued)
        .with("barcode", label.barcode.unwrap_or_default());
    let state = ReceiveState::Item(Counting { times: 1, ..counting });
    Ok(Step::ok(state).saying(said))
}

async fn close(tx: &mut Tx, ctx: &Ctx, who: &Who, counting: &Counting) -> Next {
    let closed = receiving::inbound_close(tx, ctx, counting.delivery.id).await?;
    let said = Text::new("receive-closed")
        .with("document", &counting.delivery.number)
        .with("differences", closed.discrepancies.len());
    Ok(Step::ok(choices(tx, who).await?).saying(said))
}
