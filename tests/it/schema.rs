//! The schema: the same on both engines, and brought there once.

use std::collections::BTreeSet;

use ambar::args;
use ambar::db::{Count, DbError, Location, Tx, migrate};
use sqlx::{Connection, Row as _};

use crate::support::TestApp;

/// Lines such as `job.kind TEXT not null` and `job unique kind,subject`.
type Facts = BTreeSet<String>;

fn strings(connection: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// What a fresh file of `SQLite` holds.
fn facts_of_sqlite(connection: &rusqlite::Connection) -> Facts {
    const TABLES: &str = "FROM pragma_table_list AS t";
    const OURS: &str = "t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    // A primary key is never null, but the pragma tells so of declared columns only.
    let columns = format!(
        "SELECT t.name || '.' || c.name || ' ' || c.type
            || CASE WHEN c.\"notnull\" OR c.pk > 0 THEN ' not null' ELSE '' END
         {TABLES} JOIN pragma_table_xinfo(t.name) AS c WHERE {OURS}"
    );
    let indexes = format!(
        "SELECT t.name || CASE i.origin WHEN 'pk' THEN ' primary ' ELSE
                CASE WHEN i.\"unique\" THEN ' unique ' ELSE ' index ' END END
            || (SELECT GROUP_CONCAT(k.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) AS k)
            || CASE WHEN i.partial THEN ' partial' ELSE '' END
         {TABLES} JOIN pragma_index_list(t.name) AS i WHERE {OURS}"
    );
    let foreign = format!(
        "SELECT t.name || ' of ' || GROUP_CONCAT(f.\"from\", ',') || ' -> ' || f.\"table\" || ' '
            || GROUP_CONCAT(f.\"to\", ',')
         {TABLES} JOIN pragma_foreign_key_list(t.name) AS f WHERE {OURS} GROUP BY t.name, f.id, f.\"table\""
    );
    [columns, indexes, foreign].iter().flat_map(|sql| strings(connection, sql)).collect()
}

/// What a database of `PostgreSQL` holds, in the words of [`facts_of_sqlite`].
async fn facts_of_postgres(url: &str) -> Facts {
    const COLUMNS: &str = "SELECT table_name || '.' || column_name || ' '
            || CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'boolean' THEN 'INTEGER'
                    WHEN 'timestamp with time zone' THEN 'INTEGER' WHEN 'date' THEN 'TEXT'
                    WHEN 'uuid' THEN 'BLOB' WHEN 'bytea' THEN 'BLOB'
                    WHEN 'text' THEN 'TEXT' WHEN 'jsonb' THEN 'TEXT' ELSE data_type END
            || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
         FROM information_schema.columns WHERE table_schema = 'public'";
    const INDEXES: &str = "SELECT t.relname
            || CASE WHEN i.indisprimary THEN ' primary ' WHEN i.indisunique THEN ' unique ' ELSE ' index ' END
            || (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                FROM unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.number)
            || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END
         FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
         JOIN pg_namespace AS n ON n.oid = t.relnamespace WHERE n.nspname = 'public'";
    const FOREIGN: &str = "SELECT t.relname || ' of '
            || (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.number)
            || ' -> ' || r.relname || ' '
            || (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
                JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.number)
         FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
         JOIN pg_class AS r ON r.oid = c.confrelid WHERE c.contype = 'f'";
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let mut facts = Facts::new();
    for sql in [COLUMNS, INDEXES, FOREIGN] {
        let rows = sqlx::raw_sql(sql).fetch_all(&mut connection).await.unwrap();
        facts.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    connection.close().await.unwrap();
    facts
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_sqlite_keeps_their_types() {
    let app = TestApp::spawn().await;
    let directory = tempfile_directory();
    let file = directory.join("parity.db");
    migrate::open_migrated(&Location::File(file.clone())).await.unwrap().close().await;
    let connection = rusqlite::Connection::open(&file).unwrap();
    let loose = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                 AND NOT strict AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'";
    assert_eq!(strings(&connection, loose), Vec::<String>::new(), "tables without STRICT");
    let sqlite = facts_of_sqlite(&connection);
    assert!(sqlite.contains("job unique id") || sqlite.contains("job primary id"), "{sqlite:?}");
    if let Location::Url(url) = app.location() {
        let postgres = facts_of_postgres(&url).await;
        let differences: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
        assert!(differences.is_empty(), "only on one engine: {differences:#?}");
    }
    drop(connection);
    std::fs::remove_dir_all(directory).unwrap();
    app.finish().await;
}

fn tempfile_directory() -> std::path::PathBuf {
    let directory = std::env::temp_dir().join(crate::support::unique_name());
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

#[tokio::test]
async fn migrations_run_once_and_a_changed_file_is_refused() {
    let app = TestApp::spawn().await;
    let count = async || {
        let work = async |tx: &mut Tx| {
            tx.fetch_one::<Count>("SELECT COUNT(*) FROM schema_migration", vec![]).await
        };
        app.app.db.read::<Count, DbError, _>(work).await.unwrap()
    };
    let before = count().await;
    migrate::open_migrated(&app.location()).await.unwrap().close().await;
    assert_eq!(count().await, before);
    let change = async |tx: &mut Tx| {
        let sql = "UPDATE schema_migration SET checksum = $1 WHERE name = '0003_warehouse'";
        tx.execute(sql, args!["of another file"]).await
    };
    assert_eq!(app.app.db.write::<u64, DbError, _>(change).await.unwrap(), 1);
    let refused = migrate::open_migrated(&app.location()).await.err();
    let name = match refused {
        Some(DbError::MigrationChanged { name }) => name,
        other => panic!("{other:?}"),
    };
    assert_eq!(name, "0003_warehouse");
    app.finish().await;
}
