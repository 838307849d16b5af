//! A server that is killed, and a look at its database from outside.

use std::path::PathBuf;

use ambar::args;
use ambar::db::{Arg, Count, DbError, Location, Tx};
use ambar::integrity;
use ambar::sandbox::client::ApiClient;
use ambar::sandbox::crash::Node;

use crate::seed::{self, World};
use crate::support::{self, TestApp};

pub(crate) struct Server {
    /// This process's view of the same database.
    pub(crate) app: TestApp,
    pub(crate) world: World,
    node: Node,
    data_dir: PathBuf,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let app = TestApp::spawn().await;
        let world = seed::world(&app.app).await;
        let data_dir = std::env::temp_dir().join(format!("{}_data", support::unique_name()));
        let (data_dir, url) = match app.location() {
            Location::File(file) => (file.parent().unwrap().to_owned(), String::new()),
            Location::Url(url) => (data_dir, url),
        };
        std::fs::create_dir_all(&data_dir).unwrap();
        let folder = data_dir.to_string_lossy().into_owned();
        let arguments = ["serve", "--data-dir", &folder, "--database-url", &url];
        let arguments = arguments.map(str::to_owned).to_vec();
        let mut node = Node::new(env!("CARGO_BIN_EXE_ambar").into(), arguments).unwrap();
        node.start().await.unwrap();
        Self { app, world, node, data_dir }
    }

    /// An administrator.
    pub(crate) fn desk(&self) -> ApiClient {
        self.client(self.world.admin())
    }

    pub(crate) fn client(&self, token: &str) -> ApiClient {
        ApiClient::new(&self.node.base(), token)
    }

    pub(crate) async fn write(&self, sql: &'static str, args: Vec<Arg>) {
        let work = async move |tx: &mut Tx| tx.execute(sql, args.clone()).await;
        self.app.app.db.write::<u64, DbError, _>(work).await.unwrap();
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.counts(&[sql]).await.remove(0)
    }

    /// All of one moment: a database server may still be at the end of what a killed node asked of it.
    pub(crate) async fn counts(&self, all: &[&'static str]) -> Vec<i64> {
        let all = all.to_vec();
        let look = async move |tx: &mut Tx| {
            let mut counts = Vec::new();
            for &sql in &all {
                counts.push(tx.fetch_one::<Count>(sql, vec![]).await?.value);
            }
            Ok::<_, DbError>(counts)
        };
        self.app.app.db.snapshot(look).await.unwrap()
    }

    /// `kill -9`.
    pub(crate) async fn kill(&mut self) {
        self.node.kill().await.unwrap();
    }

    /// Nobody works any more: the leases of the dead run out, without the test waiting for it. A job
    /// that was at work is not to blame, however often its server was killed.
    pub(crate) async fn revive(&mut self) {
        let sql = "UPDATE job SET lease_until = $1, attempts = 0 WHERE state = 'running'";
        self.write(sql, args![self.app.app.clock.now()]).await;
        self.node.start().await.unwrap();
    }

    /// Nothing differs from the history, whatever was killed.
    pub(crate) async fn verify(&self) {
        let report = integrity::verify(&self.app.app.db).await.unwrap();
        assert_eq!(report.differences, [], "the integrity check found differences");
    }

    pub(crate) async fn finish(mut self) {
        self.kill().await;
        self.app.finish().await;
        if self.data_dir.exists() {
            std::fs::remove_dir_all(self.data_dir).unwrap();
        }
    }
}
