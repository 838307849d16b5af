//! Secrets at rest: the key, where it comes from, and what happens without the right one.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::Duration;

use ambar::app::App;
use ambar::connections::supervisor;
use ambar::db::{DbError, Tx, migrate};
use ambar::ids::ConnectionId;
use ambar::secrets::{KEY_FILE, KeyVariables, Sealed, Secret, Vault, VaultError};
use ambar::{args, record};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::connections::{Broker, free_port, until_up};
use crate::seed::{self, World};
use crate::support::{TestApp, unique_name};

const PLACE: &str = "carrier/cdek/password";
/// Base64 of 32 bytes each.
const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(unique_name()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn load(folder: &Folder, current: Option<&str>, old: Option<&str>) -> Vault {
    let variables = KeyVariables { current: current.map(Secret::from), old: old.map(Secret::from) };
    Vault::load(&folder.0, &variables)
}

fn opened(vault: &Vault, sealed: &Sealed) -> Result<String, VaultError> {
    Ok(vault.open(PLACE, sealed)?.text()?.to_owned())
}

fn trouble(vault: &Vault) -> String {
    let told = vault.trouble().expect("there is no key");
    assert_eq!(vault.seal(PLACE, b"x").unwrap_err().to_string(), told.to_string());
    told.to_string()
}

#[test]
fn starts_at_once_make_one_key_and_all_use_it() {
    let folder = Folder::new();
    let starts = 16;
    let together = Barrier::new(starts);
    let vaults: Vec<Vault> = std::thread::scope(|scope| {
        let start = || {
            together.wait();
            load(&folder, None, None)
        };
        let threads: Vec<_> = (0..starts).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let sealed = vaults[0].seal(PLACE, b"one").unwrap();
    for vault in vaults.iter().chain([&load(&folder, None, None)]) {
        assert_eq!(opened(vault, &sealed).unwrap(), "one");
    }
    let files: Vec<_> = std::fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 1, "nothing is left beside the key");
    assert_eq!(files[0].file_name(), KEY_FILE);
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_old_key_opens_what_it_sealed_and_seals_no_more() {
    let folder = Folder::new();
    let before = load(&folder, Some(FIRST), None).seal(PLACE, b"old").unwrap();
    let rotated = load(&folder, Some(SECOND), Some(FIRST));
    assert_eq!(opened(&rotated, &before).unwrap(), "old");
    assert!(!rotated.is_current(&before));
    let after = rotated.seal(PLACE, b"new").unwrap();
    assert!(rotated.is_current(&after));
    let forgotten = load(&folder, Some(SECOND), None);
    assert_eq!(opened(&forgotten, &after).unwrap(), "new");
    assert!(matches!(opened(&forgotten, &before), Err(VaultError::KeyWrong { .. })));
    assert!(!folder.0.exists(), "a key in the environment needs no file");
}

#[test]
fn moving_from_the_file_to_the_environment_loses_nothing() {
    let folder = Folder::new();
    let before = load(&folder, None, None).seal(PLACE, b"file").unwrap();
    let moved = load(&folder, Some(FIRST), None);
    assert_eq!(opened(&moved, &before).unwrap(), "file");
    assert!(!moved.is_current(&before));
}

#[test]
fn a_key_that_is_none_is_named_and_left_alone() {
    let folder = Folder::new();
    for wrong in ["nonsense", "AAEC", "АБВ"] {
        let vault = load(&folder, Some(wrong), None);
        assert_eq!(trouble(&vault), "no key of secrets: variable_invalid", "{wrong}");
    }
    let path = folder.0.join(KEY_FILE);
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(&path, "damaged").unwrap();
    assert_eq!(trouble(&load(&folder, None, None)), "no key of secrets: file_invalid");
    assert_eq!(std::fs::read(&path).unwrap(), b"damaged");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(trouble(&load(&folder, None, None)), "no key of secrets: file_unreadable");
    // An old key that is none does not take the new one away.
    assert!(load(&folder, Some(FIRST), Some("nonsense")).trouble().is_none());
}

record! {
    struct Kept {
        address: String,
        password: Option<Sealed>,
    }
}

async fn kept(app: &App, id: ConnectionId) -> Kept {
    const QUERY: &str = "SELECT address, password FROM connection WHERE id = $1";
    let read = async move |tx: &mut Tx| tx.fetch_one::<Kept>(QUERY, args![id]).await;
    app.db.read::<_, DbError, _>(read).await.unwrap()
}

async fn keep(app: &App, id: ConnectionId, password: Sealed) {
    const QUERY: &str = "UPDATE connection SET password = $2 WHERE id = $1";
    let work = async move |tx: &mut Tx| tx.execute(QUERY, args![id, &password]).await;
    assert_eq!(app.db.write::<_, DbError, _>(work).await.unwrap(), 1);
}

/// A connection to a broker with a password.
async fn connect(app: &TestApp, world: &World, name: &str, port: u16) -> ConnectionId {
    let body = json!({
        "warehouse_id": world.warehouse, "name": name, "protocol": "generic-mqtt-json",
        "channel": "mqtt", "address": format!("mqtt://scan:p%40ss%D1%8F@127.0.0.1:{port}/{name}/#"),
    });
    let made = app.post(world.admin(), "/v1/connections", body).await.ok();
    assert_eq!(made["address"], format!("mqtt://scan@127.0.0.1:{port}/{name}/#"));
    made["id"].as_str().unwrap().parse().unwrap()
}

fn password_place(id: ConnectionId) -> String {
    format!("connection/{id}/password")
}

record! {
    struct Told {
        outcome: String,
        request: Option<Value>,
    }
}

#[tokio::test]
async fn the_password_of_a_broker_lies_sealed_and_opens_in_its_own_row_alone() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let one = connect(&app, &world, "one", 1883).await;
    let two = connect(&app, &world, "two", 1884).await;
    let row = kept(&app.app, one).await;
    assert_eq!(row.address, "mqtt://scan@127.0.0.1:1883/one/#");
    let sealed = row.password.unwrap();
    let vault = &app.app.vault;
    assert_eq!(vault.open(&password_place(one), &sealed).unwrap().text().unwrap(), "p@ssя");
    assert!(!sealed.clone().into_bytes().windows(4).any(|bytes| bytes == b"p@ss"));
    // Somebody with the database at hand gives one connection the password of another.
    keep(&app.app, two, sealed).await;
    let moved = kept(&app.app, two).await.password.unwrap();
    let refused = vault.open(&password_place(two), &moved);
    assert!(matches!(refused, Err(VaultError::Damaged)), "{refused:?}");
    let read = async |tx: &mut Tx| {
        tx.fetch_all::<Told>("SELECT outcome, request FROM command", vec![]).await
    };
    let trail = app.app.db.read::<_, DbError, _>(read).await.unwrap();
    assert!(trail.iter().any(|row| row.request.is_some()));
    for row in trail {
        let text = format!("{:?} {:?}", row.request, row.outcome);
        assert!(!text.contains("p@ss") && !text.contains("p%40ss"), "{text}");
    }
    app.finish().await;
}

/// Keeps up connections until the list tells a reason that contains `words`.
async fn until_reason(app: &TestApp, world: &World, words: &str) {
    tokio::time::timeout(Duration::from_mins(1), async {
        loop {
            let list = app.get(world.admin(), "/v1/connections").await.ok();
            if list[0]["reason"].as_str().is_some_and(|reason| reason.contains(words)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .expect("the reason is told");
}

#[tokio::test]
async fn a_node_with_the_wrong_key_says_so_and_one_with_the_right_key_connects() {
    let app = TestApp::spawn().await;
    let world = seed::world(&app.app).await;
    let broker = Broker::start_with_password(free_port().await, "scan", "p@ssя").await;
    connect(&app, &world, "one", broker.port).await;
    let db = migrate::open_migrated(&app.location()).await.unwrap();
    let wrong = App::new(db, app.app.clock.clone(), Vault::of_key([1; 32]));
    let stop = CancellationToken::new();
    let running = tokio::spawn(supervisor::run(wrong.clone(), stop.clone()));
    until_reason(&app, &world, "secret.key").await;
    stop.cancel();
    running.await.unwrap();
    wrong.db.close().await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(supervisor::run(app.app.clone(), stop.clone()));
    until_up(&app, &world).await;
    stop.cancel();
    running.await.unwrap();
    app.finish().await;
}

fn ambar(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ambar"));
    command.arg("--data-dir").arg(folder).args(arguments).stderr(Stdio::inherit());
    command.env_remove("AMBAR_DATABASE_URL").env_remove("AMBAR_SECRET_KEY");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_backup_says_that_the_key_is_not_in_it() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    ambar(&folder.0, &["migrate"]);
    let copy = folder.0.join("copy.db").to_string_lossy().into_owned();
    let told = ambar(&folder.0, &["backup", &copy]);
    assert!(told.contains(KEY_FILE) && told.contains("AMBAR_SECRET_KEY"), "{told}");
    let told = ambar(&elsewhere.0, &["restore", &copy]);
    assert!(told.contains(KEY_FILE), "{told}");
}
