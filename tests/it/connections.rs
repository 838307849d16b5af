//! Devices on every way in: their scans are taken once, their verdicts come back in their language.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use ambar::connections::supervisor;
use ambar::devices::{self, DeviceScan, ScannerEvent, StreamProtocol};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::picking::number;
use crate::seed::{self, World};
use crate::support::{Answer, TestApp, unique_name};
use crate::terminal::{Handheld, badge};

/// Nothing here takes so long unless it never comes.
const PATIENCE: Duration = Duration::from_mins(1);
const SSI_GOOD: &[u8] = b"\x04\xD0\x04\x00\xFF\x28\x05\xE6\x04\x00\x00\xFF\x11";

fn protocol(name: &str) -> &'static StreamProtocol {
    devices::scanner(name).unwrap().stream().unwrap()
}

/// What a scanner sends for a code.
fn bytes_of(name: &str, data: &str) -> Vec<u8> {
    let scan = ScannerEvent::Scan(DeviceScan::of(data));
    protocol(name).device_bytes(&scan).unwrap()
}

/// A port that nobody uses; ports below the usual range of outgoing connections.
pub(crate) async fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 10_000).unwrap() + 15_000;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % 5_000;
        if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return port;
        }
    }
}

/// The connections of a node are kept up until this is dropped.
fn supervised(app: &ambar::app::App) -> DropGuard {
    let stop = CancellationToken::new();
    tokio::spawn(supervisor::run(app.clone(), stop.clone()));
    stop.drop_guard()
}

async fn connect(app: &TestApp, world: &World, body: Value) -> Answer {
    let mut whole = json!({ "warehouse_id": world.warehouse, "name": "стол 1" });
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    app.post(world.admin(), "/v1/connections", whole).await
}

/// A packet scanner of the first device that waits for us.
async fn ssi_scanner(app: &TestApp, world: &World) -> TcpListener {
    let scanner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let body = json!({
        "protocol": "zebra-ssi", "channel": "tcp_client", "device_id": world.devices[0].0,
        "address": scanner.local_addr().unwrap().to_string(),
    });
    connect(app, world, body).await.ok();
    scanner
}

/// The door for scanners that is always open.
async fn usual_door(app: &TestApp) -> (SocketAddr, DropGuard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(ambar::connections::tcp::serve(app.app.clone(), listener, stop.clone()));
    (address, stop.drop_guard())
}

/// Scans that were taken.
async fn scans_taken(app: &TestApp) -> i64 {
    number(app, "SELECT COUNT(*) FROM command WHERE action = 'scan'").await
}

pub(crate) async fn until_up(app: &TestApp, world: &World) {
    tokio::time::timeout(PATIENCE, async {
        loop {
            let list = app.get(world.admin(), "/v1/connections").await.ok();
            if list[0]["state"] == "up" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("the connection comes up");
}

async fn flow(app: &TestApp, token: &str) -> String {
    let screen = app.get(token, "/v1/terminal/screen").await.ok();
    screen["screen"]["flow"].as_str().unwrap().to_owned()
}

async fn read_exact<S: AsyncReadExt + Unpin>(stream: &mut S, expected: &[u8]) {
    let mut heard = vec![0; expected.len()];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_packet_scanner_that_we_connect_to_is_acknowledged_and_told_the_verdict() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let token = &world.devices[0].1;
    let scanner = ssi_scanner(&app, &world).await;
    let _kept = supervised(&app.app);
    let (mut stream, _) = scanner.accept().await.unwrap();
    stream.write_all(&bytes_of("zebra-ssi", &badge(&world))).await.unwrap();
    read_exact(&mut stream, SSI_GOOD).await;
    stream.write_all(&bytes_of("zebra-ssi", "2580")).await.unwrap();
    read_exact(&mut stream, SSI_GOOD).await;
    assert_eq!(flow(&app, token).await, "menu");
    // The scanner restarts: it is connected again, and its worker goes on.
    drop(stream);
    let (mut stream, _) = scanner.accept().await.unwrap();
    stream.write_all(&bytes_of("zebra-ssi", "8")).await.unwrap();
    read_exact(&mut stream, SSI_GOOD).await;
    assert_eq!(flow(&app, token).await, "lookup");
    app.finish().await;
}

#[tokio::test]
async fn a_scanner_that_comes_in_is_enrolled_by_scanning_its_label() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let address = format!("127.0.0.1:{}", free_port().await);
    let body = json!({ "protocol": "stx-etx", "channel": "tcp_server", "address": address });
    connect(&app, &world, body).await.ok();
    let kept = supervised(&app.app);
    until_up(&app, &world).await;
    let (device, token) = &world.devices[1];
    let mut stream = TcpStream::connect(&address).await.unwrap();
    stream.write_all(&bytes_of("stx-etx", token)).await.unwrap();
    stream.write_all(&bytes_of("stx-etx", &badge(&world))).await.unwrap();
    tokio::time::timeout(PATIENCE, async {
        while app.get(token, "/v1/terminal/screen").await.ok()["screen"]["expect"] != "pin" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    drop(kept);
    let mut rest = Vec::new();
    // The listener ends its conversations when it is told to stop.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap();
    let written = CancellationToken::new();
    written.cancel();
    ambar::connections::write_regularly(app.app.clone(), written).await;
    let presence = app.get(world.admin(), "/v1/devices/presence").await.ok();
    let row = presence["items"].as_array().unwrap().iter();
    let row = row.clone().find(|row| row["device_id"] == json!(device)).unwrap();
    assert_eq!((&row["online"], &row["protocol"]), (&json!(false), &json!("stx-etx")));
    assert!(row["last_scan_at"].is_string(), "{row}");
    app.finish().await;
}

#[tokio::test]
async fn a_mad_device_and_a_guesser_are_cut_off_and_others_work_on() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (address, _open) = usual_door(&app).await;
    let mut mad = TcpStream::connect(address).await.unwrap();
    let flood = tokio::spawn(async move {
        let frame = [vec![b'x'; 10_000], b"\r\n".to_vec()].concat();
        for _ in 0..1_000 {
            if mad.write_all(&frame).await.is_err() {
                return true;
            }
        }
        false
    });
    let mut guesser = TcpStream::connect(address).await.unwrap();
    for guess in 0..5 {
        guesser.write_all(format!("amdev-{guess:020}\r\n").as_bytes()).await.unwrap();
    }
    let mut answers = Vec::new();
    tokio::time::timeout(PATIENCE, guesser.read_to_end(&mut answers)).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(answers).unwrap().matches("ERROR").count(), 5);
    assert!(tokio::time::timeout(PATIENCE, flood).await.unwrap().unwrap(), "it is cut off");

    let mut good = TcpStream::connect(address).await.unwrap();
    good.write_all(format!("HELLO {}\r\n", world.devices[0].1).as_bytes()).await.unwrap();
    read_exact(&mut good, b"OK").await;
    app.finish().await;
}

#[tokio::test]
async fn a_scanner_that_lies_before_a_code_has_scanned_it_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (address, _open) = usual_door(&app).await;
    let mut scanner = TcpStream::connect(address).await.unwrap();
    let code = format!("{}\r\n", badge(&world));
    let all = format!("HELLO {}\r\n{}", world.devices[0].1, code.repeat(50));
    scanner.write_all(all.as_bytes()).await.unwrap();
    scanner.shutdown().await.unwrap();
    let mut answers = String::new();
    tokio::time::timeout(PATIENCE, scanner.read_to_string(&mut answers)).await.unwrap().unwrap();
    assert_eq!(answers.matches("OK").count(), 51, "each is answered: {answers}");
    assert_eq!(scans_taken(&app).await, 1, "and one is taken");
    app.finish().await;
}

#[tokio::test]
async fn a_scanner_on_a_serial_port_works_and_comes_back_after_it_was_pulled() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (mut port, theirs) = tokio_serial::SerialStream::pair().unwrap();
    let path = tokio_serial::SerialPort::name(&theirs).unwrap();
    drop(theirs);
    let (device, token) = &world.devices[0];
    let body = json!({
        "protocol": "honeywell-host-ack", "channel": "serial", "device_id": device,
        "address": format!("{path},115200,8N1"),
    });
    connect(&app, &world, body).await.ok();
    let _kept = supervised(&app.app);
    until_up(&app, &world).await;
    port.write_all(&bytes_of("honeywell-host-ack", &badge(&world))).await.unwrap();
    read_exact(&mut port, b"\x1B7,").await;
    port.write_all(&bytes_of("honeywell-host-ack", "wrong")).await.unwrap();
    read_exact(&mut port, b"\x1B8,\x1B8,").await;
    assert_eq!(flow(&app, token).await, "login");
    app.finish().await;
}

#[tokio::test]
async fn messages_of_an_app_are_answered_in_its_language_and_taken_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let token = &world.devices[0].1;
    let path = "/v1/device-messages/zebra-datawedge";
    let scan = |seq: i64, data: &str| {
        let bytes: Vec<i8> = data.bytes().map(|byte| i8::from_ne_bytes([byte])).collect();
        json!({ "com.symbol.datawedge.decode_data": [bytes], "seq": seq })
    };
    let hello = app.post(token, path, scan(1, &badge(&world))).await.ok();
    assert_eq!((&hello["seq"], &hello["verdict"]), (&json!(1), &json!("ok")), "{hello}");
    let menu = app.post(token, path, scan(2, "2580")).await.ok();
    assert_eq!(app.post(token, path, scan(2, "2580")).await.ok(), menu, "the same message again");
    let lookup = app.post(token, path, scan(3, "8")).await.ok();
    assert_eq!(lookup["colour"], "green");
    assert_eq!(flow(&app, token).await, "lookup");
    let wrong = app.post(token, path, json!({ "other": 1 })).await.ok();
    assert_eq!(wrong["colour"], "red", "{wrong}");
    assert_eq!(
        app.post(token, "/v1/device-messages/none", json!({})).await.problem(404),
        "protocol_unknown"
    );
    let stream_only = app.post(token, "/v1/device-messages/zebra-ssi", json!({})).await;
    assert_eq!(stream_only.problem(422), "protocol_no_messages");
    let person = app.post(world.admin(), path, json!({})).await;
    assert_eq!(person.problem(403), "not_a_device");
    app.finish().await;
}

#[tokio::test]
async fn tags_that_lie_before_a_reader_are_each_scanned_once() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut handheld = Handheld::logged_in(&app, &world, 0).await;
    handheld.scan("8").await;
    let before = scans_taken(&app).await;
    let tag = |id: &str| json!({ "type": "INVENTORY", "data": { "format": "epc", "idHex": id } });
    let seen = json!([tag("E280A1"), tag("E280A2"), tag("E280A1"), tag("E280A2")]);
    for _ in 0..5 {
        let answer =
            app.post(&world.devices[0].1, "/v1/device-messages/zebra-iot-mqtt", seen.clone());
        assert!(answer.await.status.is_success());
    }
    assert_eq!(scans_taken(&app).await - before, 2);
    // Another node does not remember, but the scan itself names its event.
    let (beside, base) = app.spawn_beside().await;
    let path = format!("{base}/v1/device-messages/zebra-iot-mqtt");
    let other = app.post(&world.devices[0].1, &path, tag("E280A3")).await;
    assert!(other.status.is_success());
    let again = app.post(&world.devices[0].1, "/v1/device-messages/zebra-iot-mqtt", tag("E280A3"));
    assert!(again.await.status.is_success(), "delivered to another node again");
    assert_eq!(scans_taken(&app).await - before, 3);
    beside.db.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_revoked_device_scans_nothing_more_although_it_stays_connected() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (device, token) = &world.devices[0];
    let (address, _open) = usual_door(&app).await;
    let mut coming_in = TcpStream::connect(address).await.unwrap();
    coming_in.write_all(format!("HELLO {token}\r\n").as_bytes()).await.unwrap();
    read_exact(&mut coming_in, b"OK").await;
    let scanner = ssi_scanner(&app, &world).await;
    let _kept = supervised(&app.app);
    let (mut waiting, _) = scanner.accept().await.unwrap();
    app.post(world.admin(), &format!("/v1/devices/{device}/revoke"), json!({})).await.ok();
    coming_in.write_all(format!("{}\r\n", badge(&world)).as_bytes()).await.unwrap();
    coming_in.shutdown().await.unwrap();
    let mut answers = String::new();
    let read = coming_in.read_to_string(&mut answers);
    tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
    assert!(answers.contains("ERROR"), "{answers}");
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, waiting.read_to_end(&mut rest)).await.unwrap();
    assert!(ended.is_ok() && rest.is_empty(), "its connection is given up");
    assert_eq!(scans_taken(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_web_socket_carries_scans_and_verdicts() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let token = &world.devices[0].1;
    let url = format!("{}/v1/device-socket/generic-mqtt-json", app.base.replace("http", "ws"));
    let refused = tokio_tungstenite::connect_async(&url).await.unwrap_err();
    assert!(matches!(refused, tungstenite::Error::Http(answer) if answer.status() == 401));
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    for (seq, data) in [(1, badge(&world)), (2, "2580".to_owned()), (3, "8".to_owned())] {
        let scan = json!({ "data": data, "seq": seq }).to_string();
        socket.send(Message::text(scan)).await.unwrap();
        let answer = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
        let answer: Value = serde_json::from_str(answer.to_text().unwrap()).unwrap();
        assert_eq!((&answer["seq"], &answer["verdict"]), (&json!(seq), &json!("ok")), "{answer}");
    }
    socket.close(None).await.unwrap();
    assert_eq!(flow(&app, token).await, "lookup");
    app.finish().await;
}

/// A broker of its own for a test.
pub(crate) struct Broker {
    pub(crate) port: u16,
    process: tokio::process::Child,
}

impl Broker {
    async fn start(port: u16) -> Self {
        Self::start_as(port, &["-p".to_owned(), port.to_string()]).await
    }

    /// A broker that lets in one user alone.
    pub(crate) async fn start_with_password(port: u16, user: &str, password: &str) -> Self {
        let path = std::env::temp_dir().join(unique_name());
        let (users, settings) = (path.with_extension("users"), path.with_extension("conf"));
        let mut made = tokio::process::Command::new("mosquitto_passwd");
        made.args(["-b", "-c"]).arg(&users).args([user, password]);
        assert!(made.status().await.unwrap().success());
        let text = format!("listener {port} 127.0.0.1\npassword_file {}\n", users.display());
        std::fs::write(&settings, text).unwrap();
        let broker = Self::start_as(port, &["-c".to_owned(), settings.display().to_string()]).await;
        std::fs::remove_file(users).unwrap();
        std::fs::remove_file(settings).unwrap();
        broker
    }

    async fn start_as(port: u16, arguments: &[String]) -> Self {
        let process = tokio::process::Command::new("mosquitto")
            .args(arguments)
            .kill_on_drop(true)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the MQTT broker mosquitto is installed");
        tokio::time::timeout(PATIENCE, async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
        Self { port, process }
    }
}

#[tokio::test]
async fn scanners_of_a_broker_work_also_after_the_broker_was_away() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let mut broker = Broker::start(free_port().await).await;
    let body = json!({
        "protocol": "generic-mqtt-json", "channel": "mqtt",
        "address": format!("mqtt://127.0.0.1:{}/ambar/scanners/+/scan", broker.port),
    });
    connect(&app, &world, body).await.ok();
    let _kept = supervised(&app.app);
    until_up(&app, &world).await;
    let devices = app.get(world.admin(), "/v1/devices").await.ok();
    let name = devices["items"][0]["name"].as_str().unwrap().to_owned();
    let mut ring = Ring::connect(broker.port, &name).await;
    let hello = ring.scan(1, &badge(&world)).await;
    assert_eq!(hello["verdict"], "ok", "{hello}");
    assert_eq!(ring.scan(2, "2580").await["verdict"], "ok");
    assert_eq!(ring.scan(2, "2580").await["verdict"], "ok", "delivered again, answered again");
    let refused = ring.scan(3, "nonsense").await;
    assert_eq!((&refused["verdict"], &refused["colour"]), (&json!("error"), &json!("red")));
    broker.process.kill().await.unwrap();
    let broker = Broker::start(broker.port).await;
    let mut ring = Ring::connect(broker.port, &name).await;
    let lookup = ring.scan_until_answered(4, "8").await;
    assert_eq!(lookup["verdict"], "ok", "{lookup}");
    assert_eq!(flow(&app, &world.devices[0].1).await, "lookup");
    app.finish().await;
}

/// A ring scanner on a broker.
struct Ring {
    client: rumqttc::AsyncClient,
    answers: tokio::sync::mpsc::UnboundedReceiver<Value>,
    topic: String,
}

impl Ring {
    async fn connect(port: u16, name: &str) -> Self {
        let options = rumqttc::MqttOptions::new(format!("ring-{port}"), "127.0.0.1", port);
        let (client, mut events) = rumqttc::AsyncClient::new(options, 16);
        let feedback = format!("ambar/scanners/{name}/feedback");
        client.subscribe(feedback, rumqttc::QoS::AtLeastOnce).await.unwrap();
        let (sender, answers) = tokio::sync::mpsc::unbounded_channel();
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let mut ready = Some(ready);
            while let Ok(event) = events.poll().await {
                match event {
                    rumqttc::Event::Incoming(rumqttc::Packet::SubAck(_)) => {
                        ready.take().map(|ready| ready.send(()));
                    }
                    rumqttc::Event::Incoming(rumqttc::Packet::Publish(message)) => {
                        let answer = serde_json::from_slice(&message.payload).unwrap();
                        if sender.send(answer).is_err() {
                            return;
                        }
                    }
                    _ => {}
                }
            }
        });
        is_ready.await.unwrap();
        Self { client, answers, topic: format!("ambar/scanners/{name}/scan") }
    }

    async fn publish(&self, seq: i64, data: &str) {
        let body = json!({ "data": data, "seq": seq }).to_string();
        self.client.publish(&self.topic, rumqttc::QoS::AtLeastOnce, false, body).await.unwrap();
    }

    async fn scan(&mut self, seq: i64, data: &str) -> Value {
        self.publish(seq, data).await;
        tokio::time::timeout(PATIENCE, self.answers.recv()).await.unwrap().unwrap()
    }

    /// Scans again until somebody listens, as a man does.
    async fn scan_until_answered(&mut self, seq: i64, data: &str) -> Value {
        tokio::time::timeout(PATIENCE, async {
            loop {
                self.publish(seq, data).await;
                let pause = Duration::from_millis(500);
                if let Ok(Some(answer)) = tokio::time::timeout(pause, self.answers.recv()).await {
                    return answer;
                }
            }
        })
        .await
        .unwrap()
    }
}

#[tokio::test]
async fn one_node_keeps_a_connection_and_another_takes_it_over() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let (beside, _) = app.spawn_beside().await;
    let token = &world.devices[0].1;
    let scanner = ssi_scanner(&app, &world).await;
    let first = supervised(&app.app);
    let (mut stream, _) = scanner.accept().await.unwrap();
    let _second = supervised(&beside);
    stream.write_all(&bytes_of("zebra-ssi", &badge(&world))).await.unwrap();
    read_exact(&mut stream, SSI_GOOD).await;
    drop(first);
    let (mut stream, _) = tokio::time::timeout(PATIENCE, scanner.accept()).await.unwrap().unwrap();
    stream.write_all(&bytes_of("zebra-ssi", "2580")).await.unwrap();
    read_exact(&mut stream, SSI_GOOD).await;
    assert_eq!(flow(&app, token).await, "menu");
    beside.db.close().await;
    app.finish().await;
}

#[tokio::test]
async fn wrong_connections_are_refused_with_what_to_mend() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let right =
        json!({ "protocol": "serial-cr", "channel": "serial", "address": "/dev/ttyUSB0,9600,8N1" });
    let with = |field: &str, value: &str| {
        let mut body = right.clone();
        body[field] = json!(value);
        body
    };
    let unknown = connect(&app, &world, with("protocol", "none")).await;
    assert_eq!(unknown.problem(404), "protocol_unknown");
    assert_eq!(connect(&app, &world, with("channel", "mqtt")).await.problem(422), "channel_wrong");
    let address = connect(&app, &world, with("address", "/dev/ttyUSB0,fast")).await;
    assert_eq!(address.problem(422), "input_invalid");
    let stranger =
        connect(&app, &world, with("device_id", &ambar::ids::DeviceId::new().to_string()));
    assert_eq!(stranger.await.problem(422), "connection_device_unknown");
    let made = connect(&app, &world, right.clone()).await.ok();
    assert_eq!(connect(&app, &world, right.clone()).await.problem(409), "connection_name_taken");
    let shop = app.get(&world.keys[0], "/v1/connections").await;
    assert_eq!(shop.problem(403), "forbidden");
    let path = format!("/v1/connections/{}", made["id"].as_str().unwrap());
    let paused = app.post(world.admin(), &format!("{path}/pause"), json!({})).await.ok();
    assert_eq!(paused["active"], false);
    app.post(world.admin(), &format!("{path}/remove"), json!({})).await.ok();
    let gone = app.post(world.admin(), &format!("{path}/resume"), json!({})).await;
    assert_eq!(gone.problem(404), "connection_unknown");
    app.finish().await;
}

#[tokio::test]
async fn a_set_up_sheet_shows_the_codes_of_the_device() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let token = &world.devices[0].1;
    let body = json!({ "name": "Сканер 17", "token": token, "protocol": "newland" });
    let page = app.post(world.admin(), "/v1/device-sheets", body.clone()).await;
    assert!(page.status.is_success(), "{}", String::from_utf8_lossy(&page.bytes));
    let html = String::from_utf8(page.bytes).unwrap();
    let configured = devices::scanner("newland").unwrap().setup();
    let codes = configured.iter().filter(|setup| setup.scan.is_some()).count();
    assert_eq!(html.matches("data:image/png;base64,").count(), codes + 1);
    assert!(html.contains("Сканер 17") && html.contains("Звук удачного чтения"), "{html}");
    let mut labels = body.clone();
    labels["format"] = json!("zpl");
    let labels = app.post(world.admin(), "/v1/device-sheets", labels).await;
    let zpl = String::from_utf8(labels.bytes).unwrap();
    assert_eq!((zpl.matches("^XA").count(), zpl.matches("^XZ").count()), (codes + 1, codes + 1));
    assert!(zpl.contains(token), "the code of the device is on its label");
    let mut wrong = body;
    wrong["token"] = json!("amkey-1");
    assert_eq!(
        app.post(world.admin(), "/v1/device-sheets", wrong).await.problem(422),
        "input_invalid"
    );
    app.finish().await;
}
