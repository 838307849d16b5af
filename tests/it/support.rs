//! A server on a free port with a database of its own, and a client for it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use ambar::app::App;
use ambar::db::{Location, migrate};
use ambar::integrity;
use ambar::secrets::Vault;
use ambar::units::Clock;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};

static COUNTER: AtomicU64 = AtomicU64::new(0);

pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) base: String,
    client: reqwest::Client,
    home: Home,
}

/// Where a test's database lies; it goes with the test.
enum Home {
    Directory(PathBuf),
    Database { server: String, name: String },
}

/// The vault of all tests: nodes of one database share the key.
pub(crate) fn vault() -> Vault {
    Vault::of_key([42; 32])
}

/// A name that no other test uses, of this or another run.
pub(crate) fn unique_name() -> String {
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("ambar_test_{}_{count}", std::process::id())
}

/// The server that `TEST_DATABASE_URL` names; without it the tests run on `SQLite`.
fn postgres_server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

async fn make_home() -> (Home, Location) {
    let name = unique_name();
    if let Some(server) = postgres_server() {
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let create = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
        let base = server.rsplit_once('/').unwrap().0;
        let url = format!("{base}/{name}");
        (Home::Database { server, name }, Location::Url(url))
    } else {
        let directory = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("ambar.db");
        (Home::Directory(directory), Location::File(file))
    }
}

impl TestApp {
    pub(crate) async fn spawn() -> Self {
        Self::spawn_with(Clock::system()).await
    }

    pub(crate) async fn spawn_with(clock: Clock) -> Self {
        let (home, location) = make_home().await;
        let db = migrate::open_migrated(&location).await.unwrap();
        let app = App::new(db, clock, vault());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = ambar::http::router::router(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { app, base, client: ambar::net::client(), home }
    }

    /// Where the database lies.
    pub(crate) fn location(&self) -> Location {
        match &self.home {
            Home::Directory(directory) => Location::File(directory.join("ambar.db")),
            Home::Database { server, name } => {
                Location::Url(format!("{}/{name}", server.rsplit_once('/').unwrap().0))
            }
        }
    }

    /// A second node on the same database.
    pub(crate) async fn spawn_beside(&self) -> (App, String) {
        self.spawn_at(&self.location()).await
    }

    /// A second node that finds the database at `location`.
    pub(crate) async fn spawn_at(&self, location: &Location) -> (App, String) {
        let db = migrate::open_migrated(location).await.unwrap();
        let app = App::new(db, self.app.clock.clone(), vault());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = ambar::http::router::router(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (app, base)
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.send(Method::GET, token, path, None, None).await
    }

    /// Posts with a fresh idempotency key.
    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        let key = unique_name();
        self.send(Method::POST, token, path, Some(&key), Some(body)).await
    }

    pub(crate) async fn post_with_key(
        &self,
        token: &str,
        path: &str,
        key: &str,
        body: Value,
    ) -> Answer {
        self.send(Method::POST, token, path, Some(key), Some(body)).await
    }

    /// `path`: on this node, or the whole address on another.
    pub(crate) async fn send(
        &self,
        method: Method,
        token: &str,
        path: &str,
        key: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let base = if path.starts_with('/') { &self.base } else { "" };
        let mut request = self.client.request(method, format!("{base}{path}"));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let bytes = response.bytes().await.unwrap().to_vec();
        Answer { status, bytes }
    }

    /// Ends a test: nothing may differ from the history.
    pub(crate) async fn finish(self) {
        let report = integrity::verify(&self.app.db).await.unwrap();
        assert_eq!(report.differences, [], "the integrity check found differences");
        self.app.db.close().await;
        match self.home {
            Home::Directory(directory) => std::fs::remove_dir_all(directory).unwrap(),
            Home::Database { server, name } => {
                let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
            }
        }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The body of an answer that must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(
            self.status.is_success(),
            "{}: {}",
            self.status,
            String::from_utf8_lossy(&self.bytes)
        );
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of a problem that must have this status.
    #[track_caller]
    pub(crate) fn problem(self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()["code"].as_str().unwrap().to_owned()
    }
}
