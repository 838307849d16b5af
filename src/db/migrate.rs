//! Brings the schema to the state of this program. The same files, by name, for both engines.
//!
//! **Invariant:** a file that ran anywhere is never edited; its checksum is compared at each start.

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection as _};

use super::{Arg, Db, DbError, Dialect, Location, Row};

struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration {
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),*]
    };
}

const MIGRATIONS: &[Migration] = migrations![
    "0001_commands",
    "0002_catalog",
    "0003_warehouse",
    "0004_printing",
    "0005_access",
    "0006_orders",
    "0007_picking",
    "0008_stock",
    "0009_receiving",
    "0010_packing",
    "0011_manifests",
    "0012_acceptance",
    "0013_connections",
    "0014_shipments",
    "0015_notices",
    "0016_points",
    "0017_money",
    "0018_registers",
    "0019_bank",
    "0020_invoices",
    "0021_reconciliation",
    "0022_agency",
    "0023_payouts",
    "0024_fiscal",
    "0025_shipment_tracks",
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL)";
const FIND: &str = "SELECT checksum FROM schema_migration WHERE name = $1";
const NOTE: &str = "INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)";

impl Migration {
    fn checksum(&self, dialect: Dialect) -> String {
        hex::encode(Sha256::digest(dialect.choose(self.sqlite, self.postgres)))
    }

    /// Whether it has to run, given the checksum that was noted when it ran here.
    fn is_due(&self, dialect: Dialect, noted: Option<&str>) -> Result<bool, DbError> {
        match noted {
            None => Ok(true),
            Some(noted) if noted == self.checksum(dialect) => Ok(false),
            Some(_) => Err(DbError::MigrationChanged { name: self.name.to_owned() }),
        }
    }
}

/// Opens the database and runs what is missing. Safe to call from several nodes at once.
pub async fn open_migrated(location: &Location) -> Result<Db, DbError> {
    match location {
        Location::File(path) => {
            let path = path.clone();
            let migrated = tokio::task::spawn_blocking(move || migrate_sqlite(&path)).await;
            migrated.map_err(|e| DbError::Engine(Box::new(e)))??;
        }
        Location::Url(url) => migrate_postgres(url).await?,
    }
    Db::open(location).await
}

fn migrate_sqlite(path: &std::path::Path) -> Result<(), DbError> {
    let mut connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    tx.execute_batch(TABLE)?;
    for migration in MIGRATIONS {
        let noted = super::sqlite::fetch::<Checksum>(&tx, FIND, &[migration.name.into()])?.pop();
        if migration.is_due(Dialect::Sqlite, noted.as_ref().map(|n| n.text.as_str()))? {
            tx.execute_batch(migration.sqlite)?;
            let note = [Arg::from(migration.name), migration.checksum(Dialect::Sqlite).into()];
            super::sqlite::execute(&tx, NOTE, &note)?;
        }
    }
    tx.commit()?;
    Ok(())
}

/// All nodes of a cluster may start at once: the table itself is the lock.
async fn migrate_postgres(url: &str) -> Result<(), DbError> {
    const LOCK: &str = "LOCK TABLE schema_migration IN ACCESS EXCLUSIVE MODE";
    let mut connection = sqlx::PgConnection::connect(url).await?;
    // Two nodes that make the table at once: one of them fails, and then the table is there.
    if let Err(error) = sqlx::raw_sql(TABLE).execute(&mut connection).await {
        tracing::debug!(%error, "another node made the table of migrations");
        sqlx::raw_sql(TABLE).execute(&mut connection).await?;
    }
    let mut tx = connection.begin().await?;
    sqlx::raw_sql(LOCK).execute(&mut *tx).await?;
    for migration in MIGRATIONS {
        let noted = super::postgres::fetch::<Checksum>(&mut tx, FIND, vec![migration.name.into()])
            .await?
            .pop();
        if migration.is_due(Dialect::Postgres, noted.as_ref().map(|n| n.text.as_str()))? {
            sqlx::raw_sql(AssertSqlSafe(migration.postgres)).execute(&mut *tx).await?;
            let note = vec![migration.name.into(), migration.checksum(Dialect::Postgres).into()];
            super::postgres::execute(&mut tx, NOTE, note).await?;
        }
    }
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

struct Checksum {
    text: String,
}

impl super::Record for Checksum {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self { text: row.text(0)?.ok_or(DbError::UnexpectedNull { index: 0 })? })
    }
}
