//! Почта's forms over HTTP, read back from the PDF.

use std::sync::Arc;

use ambar::access::Role;
use ambar::args;
use ambar::db::{DbError, Tx};
use ambar::sandbox::carriers::{StandIn, Standing, post};
use serde_json::{Value, json};

use crate::manifests::Packed;
use crate::read_back::{self, ReadPage};
use crate::shipments::Site;

/// The post office where the buyer takes the parcel.
const OFFICE: &str = "630099";
const RECIPIENT: &str = "Иванов Иван";

async fn with_post() -> (Site, Standing, Value) {
    let site = Site::open().await;
    let stand_in: Arc<dyn StandIn> = post::PostStandIn::new();
    let standing = Standing::start(stand_in).await.unwrap();
    let account = site.account("post", &post::account(&standing.url()), post::POSTOFFICE).await;
    (site, standing, account)
}

impl Site {
    async fn form(&self, token: &str, parcel: &Packed, form: &str) -> crate::support::Answer {
        self.app.get(token, &format!("/v1/parcels/{}/forms/{form}", parcel.id)).await
    }

    async fn pages(&self, parcel: &Packed, form: &str) -> Vec<ReadPage> {
        let answer = self.form(&self.world.keys[0], parcel, form).await;
        assert!(answer.status.is_success(), "{form}: {}", answer.problem(200));
        read_back::pages(&answer.bytes)
    }

    async fn without_cod(&self, parcel: &Packed) {
        let id = parcel.id;
        let work = async move |tx: &mut Tx| {
            tx.execute("UPDATE parcel SET cod_kopecks = 0 WHERE id = $1", args![id]).await
        };
        self.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }
}

fn words(page: &ReadPage) -> String {
    page.text().replace('\n', " ")
}

#[tokio::test]
async fn forms_of_a_parcel_say_what_the_post_was_told_and_nothing_else() {
    let (site, post, account) = with_post().await;
    let parcel = site.parcel().await;
    let shop = site.world.keys[0].clone();
    assert_eq!(site.form(&shop, &parcel, "7p").await.problem(409), "post_form_other_carrier");
    let shipment = site.send_by(&parcel, "post", OFFICE).await;
    assert_eq!(site.form(&shop, &parcel, "7p").await.problem(409), "post_form_without_number");
    site.work().await;
    let shipment = site.shipment(&shipment).await;
    assert_eq!(shipment["state"], "registered", "{shipment}");
    let barcode = shipment["track"].as_str().unwrap();
    assert_eq!(post.stand_in.held()[0].track, barcode);

    let page = site.pages(&parcel, "7p").await.remove(0);
    let bars = page.bars_in([15.0, 7.0, 44.0, 14.5]);
    assert_eq!(read_back::decode_itf(&bars).as_deref(), Some(barcode));
    assert_eq!(page.text_in([166.0, 112.4, 29.0, 5.0]), OFFICE);
    assert_eq!(page.text_in([112.0, 112.4, 48.0, 5.0]), "9161234567");
    assert_eq!(page.text_in([75.5, 83.0, 29.0, 5.0]), "", "where it comes from is not known");
    assert!(words(&page).contains(RECIPIENT) && words(&page).contains("ООО Склад"));
    let sum = "999 (девятьсот девяносто девять) руб. 90 коп.";
    assert_eq!(page.text_in([107.0, 43.0, 86.5, 8.0]), sum, "declared");
    assert_eq!(page.text_in([107.0, 55.4, 86.5, 8.0]), sum, "to be paid");

    let page = site.pages(&parcel, "107").await.remove(0);
    assert_eq!(page.text_in([6.2, 24.5, 84.0, 5.6]), barcode);
    assert_eq!(page.text_in([92.6, 130.1, 50.4, 8.0]), "2999,90", "two pieces");

    let page = site.pages(&parcel, "112").await.remove(0);
    let sum = "Девятьсот девяносто девять рублей 90 копеек";
    assert_eq!(page.text_in([58.0, 51.0, 136.0, 5.0]), sum);
    assert_eq!(page.text_in([29.0, 110.0, 41.0, 5.0]), "", "the account is not known");
    assert!(page.text_in([40.0, 95.0, 154.0, 12.0]).starts_with("Заказ SHOP-"));
    with_bank(&site, &account).await;
    let page = site.pages(&parcel, "112").await.remove(0);
    assert_eq!(page.text_in([29.0, 110.0, 41.0, 5.0]), "7701234567");
    assert_eq!(page.text_in([154.3, 123.3, 31.0, 5.0]), "044525000");

    for form in ["113", "116", "117"] {
        let page = site.pages(&parcel, form).await.remove(0);
        assert!(words(&page).contains(RECIPIENT), "{form}");
    }
    let path = format!("/v1/parcels/{}/forms/116?format=json", parcel.id);
    let model = site.app.get(&shop, &path).await.ok();
    assert_eq!(model[0]["barcode"], barcode);
    assert_eq!(model[0]["fee_kopecks"], 0, "nobody knows it");

    let other = &site.world.keys[1];
    assert_eq!(site.form(other, &parcel, "7p").await.problem(404), "shipment_parcel_unknown");
    assert_eq!(site.form(&shop, &parcel, "22").await.problem(404), "post_form_unknown");
    site.app.finish().await;
}

/// The account that money is sent to is written into the contract.
async fn with_bank(site: &Site, account: &Value) {
    let mut settings = account["settings"].clone();
    settings["bank"] = json!({
        "inn": "7701234567", "account": "40702810400000012345", "name": "Банк",
        "corr_account": "30101810100000000900", "bic": "044525",
    });
    let path = format!("/v1/carrier-accounts/{}", account["id"].as_str().unwrap());
    let mut body = json!({
        "warehouse_id": account["warehouse_id"], "carrier": "post", "name": "Почта",
        "base_url": account["base_url"], "settings": settings,
        "sender": account["origin"]["sender"], "from": account["origin"]["from"],
    });
    let put = reqwest::Method::PUT;
    let admin = site.world.admin();
    let told = site.app.send(put.clone(), admin, &path, Some("half"), Some(body.clone())).await;
    assert_eq!(told.problem(422), "carrier_account");
    body["settings"]["bank"]["bic"] = "044525000".into();
    site.app.send(put, admin, &path, Some("whole"), Some(body)).await.ok();
}

#[tokio::test]
async fn the_list_of_a_manifest_is_of_one_kind_of_mail() {
    let (site, _post, _) = with_post().await;
    let (paid, unpaid) = (site.parcel().await, site.parcel().await);
    site.without_cod(&unpaid).await;
    for parcel in [&paid, &unpaid] {
        site.send_by(parcel, "post", OFFICE).await;
    }
    site.work().await;
    let shop = &site.world.keys[0];
    for form in ["112", "113", "117"] {
        let told = site.form(shop, &unpaid, form).await;
        assert_eq!(told.problem(409), "post_form_without_cod", "{form}");
    }
    let dispatcher = site.world.session(Role::Dispatcher);
    let body = json!({ "warehouse_id": site.world.warehouse, "carrier": "post" });
    let manifest = site.app.post(dispatcher, "/v1/manifests", body).await.ok();
    let path = format!("/v1/manifests/{}", manifest["id"].as_str().unwrap());
    let list = format!("{path}/forms/103");
    assert_eq!(site.app.get(dispatcher, &list).await.problem(409), "manifest_not_closed");
    for parcel in [&paid, &unpaid] {
        let load = json!({ "parcel": parcel.number });
        site.app.post(dispatcher, &format!("{path}/load"), load).await.ok();
    }
    let closed = site.app.post(dispatcher, &format!("{path}/close"), json!({})).await.ok();
    assert_eq!(site.app.get(dispatcher, &list).await.problem(409), "post_form_many_lists");
    let mut seen = String::new();
    for number in 1..=2 {
        let answer = site.app.get(dispatcher, &format!("{list}?list={number}")).await;
        let pages = read_back::pages(&answer.bytes);
        seen += &pages.iter().map(words).collect::<String>();
    }
    assert_eq!(seen.matches("Всего сдано отправлений: 1 (одно)").count(), 2, "{seen}");
    assert_eq!(seen.matches("с объявленной ценностью и наложенным платежом").count(), 1, "{seen}");
    assert!(seen.contains(&format!("{}/2", closed["act_number"].as_str().unwrap())), "{seen}");
    assert!(seen.contains(post::POSTOFFICE) && seen.contains("ИНН 7701234567"), "{seen}");
    assert_eq!(seen.matches("пересылку с НДС: ____").count(), 2, "the fee is written by hand");
    assert_eq!(
        site.app.get(dispatcher, &format!("{list}?list=3")).await.problem(409),
        "post_form_many_lists"
    );
    let other = format!("{path}/forms/107");
    assert_eq!(site.app.get(dispatcher, &other).await.problem(404), "post_form_unknown");
    assert_eq!(site.app.get(shop, &list).await.problem(403), "forbidden");
    site.app.finish().await;
}
