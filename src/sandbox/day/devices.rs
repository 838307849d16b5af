//! What the day's people hold in their hands and what stands on their tables: handhelds of many makes,
//! each in its own language, and scales.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Doors;
use super::carts::Shift;
use super::report::{DeviceFigures, ScaleFigures};
use super::sales::Sales;
use super::site::{DEVICES, text_of};
use super::tables::Packed;
use crate::devices::{self, MessageProtocol, StreamProtocol};
use crate::sandbox::client::ApiClient;
use crate::sandbox::devices::SandboxScale;
use crate::sandbox::free_door;
use crate::sandbox::handheld::{Handheld, MessageWay, ScreenPage, StreamWay, WaitingScanner};

/// ambar's own JSON, with the whole screen on the handheld.
const OWN_SCREEN: &str = "screen";
const OWN_SCREEN_TITLE: &str = "ТСД с экраном ambar (HTTP)";

/// What the handheld of each of the staff speaks, and that in reserve.
///
/// The server slows a stream of bytes down to the pace of a busy man after a burst, and the people here
/// are faster: those who have most to do send messages. Packers need a full screen.
const LANGUAGES: [&str; DEVICES] = [
    OWN_SCREEN,
    "line-tcp",
    "zebra-datawedge",
    "generic-mqtt-json",
    OWN_SCREEN,
    "line-tcp",
    "zebra-ssi",
    "honeywell-host-ack",
    "zebra-datawedge",
    OWN_SCREEN,
    OWN_SCREEN,
    OWN_SCREEN,
    "generic-mqtt-json",
];

/// Which packing tables have a scale: the number of their handheld, and what the scale speaks.
pub(super) const SCALES: [(usize, &str); 2] = [(10, "massa-k-100"), (11, "mt-sics")];

/// How the scans of a device reach the server.
enum Way {
    Screen,
    /// Without a page the scanner has a display.
    Stream(&'static Arc<StreamProtocol>, StreamWay, Option<ScreenPage>),
    Message(&'static Arc<MessageProtocol>, MessageWay),
}

/// A handheld of the warehouse.
struct Device {
    id: String,
    token: String,
    language: &'static str,
    way: Way,
    /// The device's own counter of its scans.
    counter: Arc<AtomicI64>,
}

/// A scale with its connection.
struct Scale {
    connection: String,
    language: &'static str,
    on_table: SandboxScale,
}

/// All of them.
pub(super) struct Fleet {
    devices: Vec<Device>,
    scales: BTreeMap<usize, Scale>,
    client: reqwest::Client,
    base: String,
    page: ScreenPage,
}

/// Sets devices up as an administrator does.
struct Enrolment<'a> {
    desk: &'a ApiClient,
    doors: &'a Doors,
    warehouse: &'a str,
    page: ScreenPage,
}

impl Fleet {
    pub(super) async fn enrol(
        desk: &ApiClient,
        client: &reqwest::Client,
        doors: &Doors,
        warehouse: &str,
    ) -> anyhow::Result<Self> {
        let page = ScreenPage::new(client.clone(), &doors.base);
        let enrolment = Enrolment { desk, doors, warehouse, page: page.clone() };
        let mut all = Vec::with_capacity(DEVICES);
        for (number, language) in (1..).zip(LANGUAGES) {
            all.push(enrolment.device(&name_of(number), language).await?);
        }
        let mut scales = BTreeMap::new();
        for (number, language) in SCALES {
            scales.insert(number, enrolment.scale(&all[number], language).await?);
        }
        let (client, base) = (client.clone(), doors.base.clone());
        Ok(Self { devices: all, scales, client, base, page })
    }

    /// The handheld of this number, to be taken into somebody's hand.
    pub(super) fn handheld(&self, number: usize) -> Handheld {
        let Device { token, way, counter, .. } = &self.devices[number];
        let handheld = match way {
            Way::Screen => Handheld::http(self.client.clone(), vec![self.base.clone()], token),
            Way::Stream(protocol, way, page) => {
                Handheld::stream(protocol, way.clone(), page.clone(), token)
            }
            Way::Message(protocol, way) => {
                Handheld::message(protocol, *way, self.page.clone(), token)
            }
        };
        handheld.counting_on(counter)
    }

    /// How much the one with this handheld can do of a day that lasts seconds.
    pub(super) fn shift(&self, number: usize) -> Shift {
        match self.devices[number].way {
            Way::Screen | Way::Message(..) => Shift::Whole,
            Way::Stream(..) => Shift::Short,
        }
    }

    /// The scale at the table of this handheld.
    pub(super) fn scale(&self, number: usize) -> Option<SandboxScale> {
        self.scales.get(&number).map(|scale| scale.on_table.clone())
    }

    pub(super) fn log_ins(&self) -> Vec<String> {
        let line = |(number, device): (usize, &Device)| {
            format!("терминал {} ({}): {}", name_of(number), title(device.language), device.token)
        };
        (1..).zip(&self.devices).map(line).collect()
    }

    /// Scanners to which the server connects; they are there as long as somebody keeps them.
    pub(super) fn waiting(&self) -> Vec<Arc<WaitingScanner>> {
        let waiting = self.devices.iter().filter_map(|device| match &device.way {
            Way::Stream(_, StreamWay::In(waiting), _) => Some(Arc::clone(waiting)),
            _ => None,
        });
        waiting.collect()
    }

    /// How many scans each language carried. The server has to have taken as many from every device.
    pub(super) async fn figures(&self) -> anyhow::Result<Vec<DeviceFigures>> {
        let mut by_language: BTreeMap<&str, DeviceFigures> = BTreeMap::new();
        for device in &self.devices {
            let sent = device.counter.load(Ordering::Relaxed);
            let (taken, _) = self.page.look(&device.token).await?;
            let figures = by_language.entry(device.language).or_insert_with(|| DeviceFigures {
                title: title(device.language),
                devices: 0,
                scans: 0,
                differences: 0,
            });
            figures.devices += 1;
            figures.scans += sent;
            figures.differences += sent.abs_diff(taken);
        }
        Ok(by_language.into_values().collect())
    }

    /// How many parcels each scale weighed, as the parcels themselves say.
    pub(super) async fn weighed(
        &self,
        desk: &ApiClient,
        sales: &Sales,
        packed: &[Packed],
    ) -> anyhow::Result<Vec<ScaleFigures>> {
        let mut all = Vec::new();
        for (number, Scale { connection, language, .. }) in &self.scales {
            let mut figures = ScaleFigures { title: title(language), parcels: 0, differences: 0 };
            for done in packed.iter().filter(|done| done.scale == Some(*number)) {
                let order = sales.by_number(&done.order)?.id.as_deref().context("заказ без id")?;
                let parcels = desk.get(&format!("/v1/parcels?order_id={order}")).await?;
                let mut parcels = parcels["items"].as_array().into_iter().flatten();
                let parcel = parcels.find(|parcel| parcel["number"] == done.parcel.as_str());
                let weighed =
                    parcel.is_some_and(|parcel| parcel["scale_id"] == connection.as_str());
                figures.parcels += usize::from(weighed);
                figures.differences += usize::from(!weighed);
            }
            all.push(figures);
        }
        Ok(all)
    }
}

impl Enrolment<'_> {
    async fn device(&self, name: &str, language: &'static str) -> anyhow::Result<Device> {
        let body = json!({ "warehouse_id": self.warehouse, "name": name });
        let enrolled = self.desk.post("/v1/devices", &body).await?;
        let (id, token) = (text_of(&enrolled["device"], "id")?, text_of(&enrolled, "token")?);
        let way = self.way(name, &id, language).await?;
        Ok(Device { id, token, language, way, counter: Arc::default() })
    }

    /// How a device of this language is connected here.
    async fn way(&self, name: &str, id: &str, language: &'static str) -> anyhow::Result<Way> {
        let known = devices::scanner(language);
        let stream = || known.and_then(|known| known.stream()).context("нет такого сканера");
        let message = || known.and_then(|known| known.message()).context("нет такого сканера");
        let page = Some(self.page.clone());
        Ok(match language {
            OWN_SCREEN => Way::Screen,
            "line-tcp" => Way::Stream(stream()?, StreamWay::Out(self.doors.scanners), None),
            "zebra-datawedge" => Way::Message(message()?, MessageWay::Http(language)),
            "generic-mqtt-json" => Way::Message(message()?, MessageWay::WebSocket(language)),
            // The server connects to this one.
            "zebra-ssi" => {
                let waiting = Arc::new(WaitingScanner::bind().await?);
                let mut body = self.connection(name, language, "tcp_client");
                body["address"] = json!(waiting.address()?.to_string());
                body["device_id"] = json!(id);
                self.desk.post("/v1/connections", &body).await?;
                Way::Stream(stream()?, StreamWay::In(waiting), page)
            }
            // These connect to a door of their own and scan their labels.
            _ => {
                let door = free_door()?;
                let mut body = self.connection(name, language, "tcp_server");
                body["address"] = json!(door.to_string());
                self.desk.post("/v1/connections", &body).await?;
                Way::Stream(stream()?, StreamWay::Out(door), page)
            }
        })
    }

    fn connection(&self, name: &str, language: &str, channel: &str) -> Value {
        json!({
            "warehouse_id": self.warehouse, "name": format!("{name}: {}", title(language)),
            "protocol": language, "channel": channel,
        })
    }

    async fn scale(&self, table: &Device, language: &'static str) -> anyhow::Result<Scale> {
        let protocol = devices::scale(language).context("нет таких весов")?;
        let on_table = SandboxScale::start(protocol).await?;
        let mut body = self.connection("Стол", language, "tcp_client");
        body["address"] = json!(on_table.address().to_string());
        body["device_id"] = json!(table.id);
        let connection = text_of(&self.desk.post("/v1/connections", &body).await?, "id")?;
        Ok(Scale { connection, language, on_table })
    }
}

/// Puts something onto a scale and waits until somebody has read it twice at rest.
pub(super) async fn put_on(scale: &SandboxScale, grams: i64) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(30);
    const READINGS: u32 = 2;
    let weighing = async {
        // What lay there before has to be seen gone.
        scale.unload();
        scale.told(1).await;
        scale.load(grams);
        scale.told(READINGS).await;
    };
    let told = tokio::time::timeout(PATIENCE, weighing).await;
    ensure!(told.is_ok(), "весы {} никто не спрашивает", scale.address());
    Ok(())
}

fn name_of(number: usize) -> String {
    format!("ТСД-{number:02}")
}

fn title(language: &str) -> String {
    let scanner = devices::scanner(language).map(|known| known.title().ru.clone());
    let known = scanner.or_else(|| devices::scale(language).map(|known| known.title().ru.clone()));
    known.unwrap_or_else(|| OWN_SCREEN_TITLE.to_owned())
}
