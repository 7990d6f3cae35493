//! Empty databases for tests: SQLite in a temporary folder or, where `TEST_DATABASE_URL` names a PostgreSQL server, a schema of
//! its own there. `make test` runs the suites over both.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on should fail where it stands"
)]

use std::{
    env, fs, process,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{
    AnyPool, AssertSqlSafe, Executor,
    any::{AnyPoolOptions, install_default_drivers},
};
use tempfile::TempDir;

const IN_A_FILE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";

/// An empty database. The file goes with it; a schema goes with the server.
#[derive(Debug)]
pub struct TestDatabase {
    /// For the program's `DATABASE_URL`.
    pub url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Schema(String),
}

impl TestDatabase {
    /// Makes one.
    pub async fn empty() -> Self {
        install_default_drivers();
        match env::var("TEST_DATABASE_URL") {
            Ok(server) => Self::in_postgres(&server).await,
            Err(_) => Self::in_a_file(),
        }
    }

    /// Makes one in a file, whatever the variable says.
    #[must_use]
    pub fn in_a_file() -> Self {
        install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("all.db");
        fs::write(&file, "").unwrap();
        Self { url: format!("sqlite:{}", file.display()), place: Place::Folder(folder) }
    }

    async fn in_postgres(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let schema = format!("t{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let pool = AnyPool::connect(server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&pool).await.unwrap();
        pool.close().await;
        let separator = if server.contains('?') { '&' } else { '?' };
        Self { url: format!("{server}{separator}options[search_path]={schema}"), place: Place::Schema(schema) }
    }

    /// Whether it is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Schema(_))
    }

    /// Eight connections to it.
    pub async fn connect(&self) -> AnyPool {
        let settings = if self.is_postgres() { "SELECT 1" } else { IN_A_FILE };
        AnyPoolOptions::new()
            .max_connections(8)
            .after_connect(move |connection, _| Box::pin(async move { connection.execute(settings).await.map(drop) }))
            .connect(&self.url)
            .await
            .unwrap()
    }

    /// Everything that it holds.
    pub async fn content(&self) -> Vec<u8> {
        match &self.place {
            Place::Folder(folder) => {
                let files = ["all.db", "all.db-wal"].map(|name| fs::read(folder.path().join(name)).unwrap_or_default());
                files.concat()
            }
            Place::Schema(schema) => self.rows(schema).await.join("\n").into_bytes(),
        }
    }

    async fn rows(&self, schema: &str) -> Vec<String> {
        const TABLES: &str = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1";
        let pool = self.connect().await;
        let tables: Vec<String> = sqlx::query_scalar(TABLES).bind(schema).fetch_all(&pool).await.unwrap();
        let mut rows = Vec::new();
        for table in tables {
            let sql = AssertSqlSafe(format!("SELECT content::text FROM {table} AS content"));
            rows.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(&pool).await.unwrap());
        }
        rows
    }
}
