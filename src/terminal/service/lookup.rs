//! The work behind the look-up dialogue: reads only.

use super::scanned;
use crate::access::Scope;
use crate::catalog::Place;
use crate::commands::Ctx;
use crate::db::Tx;
use crate::receiving;
use crate::stock::floor::{self, StockRow};
use crate::terminal::flows::FlowState;
use crate::terminal::flows::lookup::LookupState;
use crate::terminal::{Input, Step, TerminalError, Text, Who};

/// How many lines a small screen shows.
const LINES_MAX: usize = 12;

/// Devices belong to the operator, whose people see all owners.
pub(super) async fn handle(
    tx: &mut Tx,
    _ctx: &Ctx,
    who: &Who,
    state: LookupState,
    input: &Input,
) -> Result<Step<FlowState>, TerminalError> {
    let mut found = Vec::new();
    if let Some(place) = scanned::place(tx, who, input).await? {
        found.extend(about_place(tx, &place).await?);
    }
    for hit in scanned::products(tx, None, input).await? {
        found.push(
            Text::new("lookup-product")
                .with("article", &hit.article)
                .with("name", &hit.name)
                .with("owner", &hit.owner_name),
        );
        let rows =
            floor::stock_of_product(tx, Scope::All, hit.product, Some(who.warehouse)).await?;
        found.extend(
            rows.iter().map(|row| of_row("lookup-in-place", row).with("place", &row.place_code)),
        );
    }
    for row in receiving::inbounds_by_number(tx, who.warehouse, input.text().trim()).await? {
        let line = Text::new("lookup-inbound").with("document", row.number);
        found.push(line.with("owner", row.owner_name));
    }
    if found.is_empty() {
        let unknown = Text::new("lookup-unknown").with("code", input.shown());
        return Ok(Step::error(FlowState::Lookup(state), unknown));
    }
    found.truncate(LINES_MAX);
    Ok(Step::ok(FlowState::Lookup(LookupState { found })))
}

async fn about_place(tx: &mut Tx, place: &Place) -> Result<Vec<Text>, TerminalError> {
    let rows = floor::stock_in_place(tx, Scope::All, place.id).await?;
    let key = if rows.is_empty() { "lookup-place-empty" } else { "lookup-place" };
    let mut found = vec![Text::new(key).with("place", &place.code)];
    found.extend(rows.iter().map(|row| {
        of_row("lookup-goods", row).with("article", &row.article).with("name", &row.name)
    }));
    Ok(found)
}

fn of_row(key: &str, row: &StockRow) -> Text {
    Text::new(key)
        .with("pieces", row.on_hand)
        .with("reserved", row.reserved)
        .with("lot", &row.lot_code)
        .with("condition", row.condition)
}
