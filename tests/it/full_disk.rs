//! A disk that is full, for the built program with the embedded database: a limit on the size of its
//! files stands for the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use ambar::app::App;
use ambar::db::{Count, DbError, Location, Tx, migrate};
use ambar::units::Clock;
use futures::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::seed::{self, World};
use crate::support::unique_name;

const CALLERS: usize = 6;
/// What the log of the database may grow to; a few dozen orders.
const SPACE_KIB: u64 = 2_048;

/// A folder with a world in it.
struct Home {
    folder: PathBuf,
    world: World,
}

impl Home {
    async fn make() -> Self {
        let folder = std::env::temp_dir().join(unique_name());
        std::fs::create_dir_all(&folder).unwrap();
        let app = open(&folder).await;
        let world = seed::world(&app).await;
        seed::stock(&app, &world, 0, 0, world.bins[0], 10_000).await;
        app.db.close().await;
        Self { folder, world }
    }

    /// The program on this folder, with as much space as is told.
    async fn start(&self, space_kib: Option<u64>) -> Server {
        // A write beyond the limit is an error only if the signal for it is ignored.
        let limit = space_kib.map_or(String::new(), |kib| {
            let used = std::fs::metadata(self.folder.join("ambar.db")).unwrap().len() / 1024;
            format!("trap '' XFSZ; ulimit -S -f {};", used + kib)
        });
        let mut command = Command::new("bash");
        command.arg("-c").arg(format!("{limit} exec \"$0\" \"$@\""));
        command.arg(env!("CARGO_BIN_EXE_ambar")).arg("--data-dir").arg(&self.folder);
        command.args(["serve", "--listen", "127.0.0.1:0", "--scanner-listen", "off"]);
        command.env("AMBAR_LOG", "off").env_remove("AMBAR_DATABASE_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("the program says where it is");
        let base = first.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        let (base, key) = (base.to_owned(), self.world.keys[0].clone());
        Server { child, lines, base, key, client: ambar::net::client() }
    }

    async fn verify(&self) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ambar"));
        command.arg("--data-dir").arg(&self.folder).arg("verify");
        let output = command.env_remove("AMBAR_DATABASE_URL").output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Each order is there once, and nothing differs from the history.
    async fn finish(self, orders: usize) {
        let told = self.verify().await;
        assert!(told.ends_with(" 0 differences\n"), "{told}");
        let app = open(&self.folder).await;
        let count = async |sql: &'static str| {
            let read = async move |tx: &mut Tx| tx.fetch_one::<Count>(sql, vec![]).await;
            app.db.read::<Count, DbError, _>(read).await.unwrap().value
        };
        let orders = i64::try_from(orders).unwrap();
        assert_eq!(count("SELECT COUNT(*) FROM shop_order").await, orders);
        let kept = "SELECT COUNT(*) FROM command WHERE action = 'order_create'";
        assert_eq!(count(kept).await, orders);
        app.db.close().await;
        std::fs::remove_dir_all(self.folder).unwrap();
    }
}

async fn open(folder: &Path) -> App {
    let location = Location::File(folder.join("ambar.db"));
    App::new(
        migrate::open_migrated(&location).await.unwrap(),
        Clock::system(),
        crate::support::vault(),
    )
}

struct Server {
    child: Child,
    /// Kept open: the program still prints there.
    lines: Lines<BufReader<ChildStdout>>,
    base: String,
    key: String,
    client: reqwest::Client,
}

impl Server {
    async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.key);
        let response = request.send().await.unwrap();
        (response.status(), response.bytes().await.unwrap().to_vec())
    }

    /// Its id, or nothing if there was no space for it.
    async fn order(&self, number: usize) -> Option<String> {
        let body = json!({
            "external_number": format!("N-{number}"), "carrier": "cdek", "pickup_point": "1",
            "recipient": { "name": "Анна" }, "lines": [{ "article": "A-1", "quantity": 1 }],
        });
        let request = self.client.post(format!("{}/v1/orders", self.base)).json(&body);
        let request = request.bearer_auth(&self.key).header("idempotency-key", number);
        let response = request.send().await.unwrap();
        let status = response.status();
        let answer: Value = response.json().await.unwrap();
        if status.is_success() {
            return Some(answer["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
        assert_eq!(answer["code"], "database_unavailable");
        None
    }

    /// Orders until there is no space, and answers each order with its id, if it got one.
    async fn fill(&mut self) -> BTreeMap<usize, Option<String>> {
        let caller = async |caller: usize| {
            let mut answers = Vec::new();
            for number in (caller..).step_by(CALLERS) {
                let id = self.order(number).await;
                let is_full = id.is_none();
                answers.push((number, id));
                if is_full {
                    return answers;
                }
            }
            unreachable!("numbers do not end")
        };
        let answers = join_all((0..CALLERS).map(caller)).await;
        let answers: BTreeMap<_, _> = answers.into_iter().flatten().collect();
        assert!(answers.values().flatten().count() > CALLERS, "there was space at first");
        assert_eq!(self.get("/livez").await.0, StatusCode::OK);
        let (status, list) = self.get("/v1/orders?limit=1").await;
        assert_eq!(status, StatusCode::OK, "reading needs no space");
        let list: Value = serde_json::from_slice(&list).unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert!(self.child.try_wait().unwrap().is_none(), "the program goes on");
        answers
    }

    /// Sends all again: what was acknowledged is the same, and the rest is done now.
    async fn repeat(&self, answers: &BTreeMap<usize, Option<String>>) {
        let again = join_all(answers.keys().map(|number| self.order(*number))).await;
        for ((number, before), after) in answers.iter().zip(again) {
            let after = after.expect("there is space");
            if let Some(before) = before {
                assert_eq!(*before, after, "the order {number} was acknowledged");
            }
        }
    }

    async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().await.unwrap().success());
    }

    /// Tells it to stop and waits until it did.
    async fn stop(mut self) {
        self.signal("-TERM").await;
        while self.lines.next_line().await.unwrap().is_some() {}
        let status = self.child.wait().await.unwrap();
        assert!(status.success(), "{status}");
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_acknowledged_and_space_is_used_without_a_restart() {
    let home = Home::make().await;
    let mut server = home.start(Some(SPACE_KIB)).await;
    let answers = server.fill().await;
    let pid = server.child.id().unwrap().to_string();
    let mut freed = Command::new("prlimit");
    freed.args(["--pid", &pid, "--fsize=unlimited:"]);
    assert!(freed.status().await.unwrap().success());
    server.repeat(&answers).await;
    server.stop().await;
    home.finish(answers.len()).await;
}

#[tokio::test]
async fn after_a_full_disk_a_restart_finds_all_that_was_acknowledged() {
    let home = Home::make().await;
    let mut sent = BTreeSet::new();
    for signal in ["-TERM", "-KILL"] {
        let mut server = home.start(Some(SPACE_KIB)).await;
        let answers = server.fill().await;
        if signal == "-TERM" {
            server.stop().await;
        } else {
            server.signal(signal).await;
            server.child.wait().await.unwrap();
        }
        let told = home.verify().await;
        assert!(told.ends_with(" 0 differences\n"), "{told}");
        let server = home.start(None).await;
        server.repeat(&answers).await;
        server.stop().await;
        sent.extend(answers.into_keys());
    }
    home.finish(sent.len()).await;
}
