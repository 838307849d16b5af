//! The demo's day, played by the built program.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use std::path::PathBuf;
use std::process::{Command, Output};

use sqlx::{AssertSqlSafe, Connection};

/// A folder for the demo, and on `PostgreSQL` a database, too.
struct Home {
    folder: PathBuf,
    database: Option<Database>,
}

struct Database {
    server: String,
    name: String,
}

async fn execute(server: &str, statement: String) {
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
}

impl Home {
    fn without_database(test: &str) -> Self {
        let name = format!("ambar_demo_{test}_{}", std::process::id());
        Self { folder: std::env::temp_dir().join(name), database: None }
    }

    async fn make(test: &str) -> Self {
        let home = Self::without_database(test);
        let name = format!("ambar_demo_{test}_{}", std::process::id());
        let server = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
        let database = match server {
            Some(server) => {
                execute(&server, format!("CREATE DATABASE {name}")).await;
                Some(Database { server, name })
            }
            None => None,
        };
        Self { database, ..home }
    }

    fn demo(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ambar"));
        command.arg("--data-dir").arg(&self.folder);
        command.args(["demo", "--once", "--listen", "127.0.0.1:0"]);
        command.args(["--scanner-listen", "127.0.0.1:0"]).args(more);
        command.env("AMBAR_LOG", "warn").env_remove("AMBAR_DATABASE_URL");
        if let Some(Database { server, name }) = &self.database {
            let base = server.rsplit_once('/').unwrap().0;
            command.env("AMBAR_DATABASE_URL", format!("{base}/{name}"));
        }
        command.output().unwrap()
    }

    async fn finish(self) {
        if let Some(Database { server, name }) = &self.database {
            execute(server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn told(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}\n{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

#[tokio::test]
async fn the_day_is_played_and_nothing_differs_at_its_end() {
    let home = Home::make("day").await;
    let output = home.demo(&[]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(told(&output).contains(" 0 differences"), "{}", told(&output));
    devices_took_part(&told(&output));
    money_reached_the_shops(&told(&output));
    papers_were_written(&home);
    if home.database.is_none() {
        // Known for a demo's own, and still not thrown away in a folder that somebody named.
        let again = home.demo(&[]);
        assert!(!again.status.success(), "{}", told(&again));
        assert!(told(&again).contains("--fresh"), "{}", told(&again));
        let database = std::fs::read(home.folder.join("ambar.db")).unwrap();
        assert!(database.len() > 1_000_000, "the day is still there");
        the_mark_of_a_demo_gives_no_other_database_away(&home);
    } else {
        let again = home.demo(&[]);
        assert!(!again.status.success(), "{}", told(&again));
        assert!(told(&again).contains("база данных не пуста"), "{}", told(&again));
    }
    home.finish().await;
}

/// An act in three forms and a register in two for each manifest, and what the accountants read and send.
fn papers_were_written(home: &Home) {
    let folder = home.folder.join("papers");
    let names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|paper| paper.unwrap().file_name().into_string().unwrap())
        .collect();
    let count = |end: &str| names.iter().filter(|name| name.ends_with(end)).count();
    for (end, wanted) in [
        ("-act.pdf", 9),
        ("-register.csv", 9),
        ("-findings.xlsx", 8),
        ("-disputes.xlsx", 4),
        ("-pass-through.xlsx", 5),
        ("-agent-report.pdf", 5),
        ("-agent-report.xlsx", 5),
        ("payment-orders.txt", 1),
    ] {
        assert_eq!(count(end), wanted, "{end}: {names:?}");
    }
    assert_eq!(names.len(), 9 * 5 + 28);
}

/// Registers, invoices, reports and payouts; nothing stays between the carriers and the shops.
fn money_reached_the_shops(text: &str) {
    let (_, money) = text.split_once("\nДеньги\n").unwrap();
    let (money, _) = money.split_once("\nОшибки").unwrap();
    let row = |name: &str| {
        let line = money.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.rsplit_once(". ").unwrap().1
    };
    assert_eq!(row("счета-транзиты перевозчиков"), "0,00", "{money}");
    assert!(row("реестры перевозчиков").starts_with("8 на "), "{money}");
    assert!(row("счета перевозчиков").starts_with("7 на "), "{money}");
    assert!(row("отчёты агента").starts_with("5, "), "{money}");
    assert!(figures(row("выплаты магазинам"), "")[0] > 0, "{money}");
}

/// The figure behind a word, in each line where it stands.
fn figures(text: &str, word: &str) -> Vec<u64> {
    let behind = text.lines().filter_map(|line| line.split_once(word));
    let digits = behind.map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect());
    digits.map(|digits: String| digits.parse().unwrap()).collect()
}

/// Handhelds in several languages and scales, all of which the server understood.
fn devices_took_part(text: &str) {
    let (_, devices) = text.split_once("\nУстройства\n").unwrap();
    let (devices, _) = devices.split_once("\nРеестры").unwrap();
    assert!(devices.contains("расхождений устройств с сервером"), "{devices}");
    let (devices, differences) = devices.rsplit_once('\n').unwrap();
    assert!(differences.ends_with(" сканов 0, мест 0"), "{differences}");
    let scans = figures(devices, "сканов ");
    assert!(scans.len() > 4 && scans.iter().all(|scans| *scans > 0), "{devices}");
    assert_eq!(
        figures(text, "  сканов...................................... ")[0],
        scans.iter().sum::<u64>()
    );
    for kind in ["Zebra SSI", "Host ACK", "DataWedge", "JSON", "Сканер со строками"]
    {
        assert!(devices.contains(kind), "{kind}: {devices}");
    }
    let weighed = figures(devices, "взвешено мест ");
    let printed = figures(devices, " этикеток ");
    assert!(printed.len() == 2 && printed.iter().all(|labels| *labels > 0), "{devices}");
    assert!(weighed.len() == 2 && weighed.iter().all(|parcels| *parcels > 0), "{devices}");
}

/// Another database beside a mark that a demo left.
fn the_mark_of_a_demo_gives_no_other_database_away(home: &Home) {
    let other = Home::without_database("other");
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_ambar"));
    migrate.arg("--data-dir").arg(&other.folder).arg("migrate");
    migrate.env("AMBAR_LOG", "warn").env_remove("AMBAR_DATABASE_URL");
    assert!(migrate.output().unwrap().status.success());
    std::fs::copy(home.folder.join("demo.txt"), other.folder.join("demo.txt")).unwrap();
    let output = other.demo(&["--fresh"]);
    assert!(!output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("сделало её не демо"), "{}", told(&output));
    assert!(other.folder.join("ambar.db").exists() && other.folder.join("demo.txt").exists());
    std::fs::remove_dir_all(&other.folder).unwrap();
}

#[tokio::test]
async fn a_database_that_no_demo_made_is_left_alone() {
    let home = Home::without_database("foreign");
    std::fs::create_dir_all(&home.folder).unwrap();
    let file = home.folder.join("ambar.db");
    std::fs::write(&file, "somebody's goods").unwrap();
    for more in [&[] as &[&str], &["--fresh"]] {
        let output = home.demo(more);
        assert!(!output.status.success(), "{}", told(&output));
        assert!(told(&output).contains("сделало её не демо"), "{}", told(&output));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "somebody's goods");
    }
    home.finish().await;
}
