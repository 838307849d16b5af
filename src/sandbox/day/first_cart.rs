//! The first cart of the day, on which everything happens: an order is cancelled under the picker's
//! hands, the handheld's battery dies, and one more order is cancelled before it is packed.

use anyhow::Context;
use serde_json::Value;

use super::carts::{Picker, Totes};
use super::sales::Sales;
use super::shops::Market;
use super::site::{DEVICES, PICKERS, Site, label, text_of};
use crate::barcodes::OwnKind;
use crate::sandbox::client::ApiClient;

/// Plays it; answers the picks.
pub(super) async fn play(
    site: &Site,
    market: &Market,
    sales: &mut Sales,
    totes: &Totes,
) -> anyhow::Result<u64> {
    let first = site.person(PICKERS.start).await?;
    let mut first = Picker::new(first, site, market, &[]);
    first.person.scan("PICK").await?;
    first.bind_all(totes).await?;
    first.pick_one(totes).await?;
    first.settle().await?;

    let batch = batch_in_work(&site.dispatch).await?;
    sales.cancel_id(market, &current_order(&batch)?).await?;
    first.task_gone(totes).await?;

    // The battery: another device takes the cart over by its code.
    let reserve = DEVICES - 1;
    let badge = &site.badges[PICKERS.start + 1];
    let second =
        super::person::Person::log_in(site.fleet.handheld(reserve), badge, &site.tally).await?;
    let mut second = Picker::new(second, site, market, &[]);
    second.person.scan("PICK").await?;
    let cart = label(OwnKind::Batch, &text_of(&batch, "number")?)?;
    second.person.scan(&cart).await?;
    site.tally.caught("терминал сменён посреди тележки");
    first.not_yours(totes).await?;
    first.person.scan("LOGOUT").await?;
    second.take_over(&mut first);

    // Finished, and one more order cancelled while its goods lie in the tote.
    let batch = site.dispatch.get(&format!("/v1/batches/{}", text_of(&batch, "id")?)).await?;
    let late = order_with_goods(&batch)?;
    second.pick_all(totes).await?;
    sales.cancel_id(market, &late).await?;
    site.tally.caught("заказ отменён после отбора");
    second.hand_over(totes)?;
    second.person.scan("LOGOUT").await?;
    Ok(first.picks + second.picks)
}

async fn batch_in_work(dispatch: &ApiClient) -> anyhow::Result<Value> {
    let batches = dispatch.list("/v1/batches").await?;
    let found = batches.iter().find(|batch| !batch["device_id"].is_null());
    let id = text_of(found.context("нет партии в отборе")?, "id")?;
    dispatch.get(&format!("/v1/batches/{id}")).await
}

/// The order whose task is on the picker's screen.
fn current_order(batch: &Value) -> anyhow::Result<String> {
    let tasks = batch["tasks_listed"].as_array().context("нет заданий")?;
    let figure = |task: &Value, field: &str| task[field].as_i64().unwrap_or_default();
    let open = tasks
        .iter()
        .find(|task| figure(task, "quantity") > figure(task, "picked") + figure(task, "dropped"));
    text_of(open.context("все задания закрыты")?, "order_id")
}

/// An order of the cart that is still wanted.
fn order_with_goods(batch: &Value) -> anyhow::Result<String> {
    let slots = batch["slots"].as_array().context("нет мест на тележке")?;
    let slot = slots.iter().find(|slot| slot["open"] == true).context("нет заказов")?;
    text_of(slot, "order_id")
}
