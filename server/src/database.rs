//! The one database: sessions of the app, and the tenant's tables. SQLite in a file, or PostgreSQL.

mod sqlite_file;

use clap::Args;
use passwordless_tenant::Pool;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AnyConnection, AssertSqlSafe, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers},
    migrate::{MigrateError, Migrator},
};
use std::{
    io,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};
use thiserror::Error;
use url::Url;

/// The database, and how long it may take.
#[expect(clippy::struct_field_names, reason = "they are the names of flags")]
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    /// The database: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`
    #[arg(long, env, global = true, default_value = "sqlite:data/passwordless.db", hide_env_values = true)]
    pub database_url: SecretString,
    /// A file with that URL
    #[arg(long, env, global = true, conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,
    /// Connections to the database
    #[arg(long, env, global = true, default_value = "8")]
    pub database_max_connections: NonZeroU32,
    /// Seconds to wait for a connection to the database
    #[arg(long, env, global = true, default_value = "5")]
    pub database_connect_timeout_seconds: NonZeroU32,
    /// Seconds that one statement may take, and wait for others that write
    #[arg(long, env, global = true, default_value = "10")]
    pub database_statement_timeout_seconds: NonZeroU32,
}

/// The database cannot be used.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// Another engine.
    #[error("DATABASE_URL must begin with `sqlite:` or `postgres:`")]
    UnknownEngine,
    /// The URL does not parse; it may hold a password, so that it is not shown.
    #[error("DATABASE_URL is not a URL")]
    Url,
    /// The folder of the file, or the file, cannot be made.
    #[error("the database cannot be made")]
    Make(#[from] io::Error),
    /// The database cannot be opened.
    #[error("the database cannot be opened")]
    Open(#[from] sqlx::Error),
    /// Its tables cannot be brought up to date.
    #[error("the tables cannot be brought up to date")]
    Migrate(#[from] MigrateError),
}

enum Engine {
    Sqlite,
    Postgres,
}

impl DatabaseArgs {
    /// This database, with the standard settings.
    #[cfg(test)]
    pub(crate) fn new(url: &str) -> Self {
        let [connections, connect, statement] = [8, 5, 10].map(|n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        Self {
            database_url: url.into(),
            database_url_file: None,
            database_max_connections: connections,
            database_connect_timeout_seconds: connect,
            database_statement_timeout_seconds: statement,
        }
    }

    /// Creates the file of an SQLite database that is not there.
    fn engine(&self) -> Result<(Engine, AnyConnectOptions), DatabaseError> {
        let url = self.database_url.expose_secret();
        let parse = |url: &str| {
            let url: Url = url.parse().map_err(|_| DatabaseError::Url)?;
            Ok::<_, DatabaseError>(sqlx::ConnectOptions::from_url(&url)?)
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            // sqlx's way to ask for what is done here anyway.
            let path = path.trim_start_matches("//").trim_end_matches("?mode=rwc");
            sqlite_file::create(Path::new(path))?;
            // What has a meaning in URLs may be in the path.
            let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
            return Ok((Engine::Sqlite, parse(&format!("sqlite:{path}"))?));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok((Engine::Postgres, parse(url)?));
        }
        Err(DatabaseError::UnknownEngine)
    }

    /// What each connection begins with.
    fn session_settings(&self, engine: &Engine) -> String {
        let millis = u64::from(self.database_statement_timeout_seconds.get()) * 1000;
        match engine {
            Engine::Sqlite => {
                format!("PRAGMA busy_timeout = {millis}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
            }
            Engine::Postgres => format!("SET statement_timeout = {millis}; SET lock_timeout = {millis}"),
        }
    }
}

/// Opens the database, and brings its tables up to date.
pub(crate) async fn open(arguments: &DatabaseArgs) -> Result<Pool, DatabaseError> {
    install_default_drivers();
    let (engine, options) = arguments.engine()?;
    let settings = arguments.session_settings(&engine);
    let pool = AnyPoolOptions::new()
        .max_connections(arguments.database_max_connections.get())
        // A file does not hang up.
        .test_before_acquire(matches!(engine, Engine::Postgres))
        .acquire_timeout(Duration::from_secs(arguments.database_connect_timeout_seconds.get().into()))
        .after_connect(move |connection, _| {
            let settings = AssertSqlSafe(settings.clone());
            Box::pin(async move { connection.execute(settings).await.map(drop) })
        })
        .connect_with(options)
        .await?;
    migrate(&mut *pool.acquire().await?, &engine).await?;
    Ok(pool)
}

/// Runs the migrations that have not been run. Programs that start at once wait for each other.
async fn migrate(connection: &mut AnyConnection, engine: &Engine) -> Result<(), DatabaseError> {
    let mut sessions = sqlx::migrate!();
    sessions.dangerous_set_table_name("app_migrations");
    let all = [passwordless_tenant::migrations(), sessions];
    match engine {
        // sqlx locks no SQLite database.
        Engine::Sqlite => {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            run(&mut transaction, &all).await?;
            transaction.commit().await?;
        }
        Engine::Postgres => run(connection, &all).await?,
    }
    Ok(())
}

async fn run(connection: &mut AnyConnection, all: &[Migrator]) -> Result<(), DatabaseError> {
    for migrations in all {
        migrations.run(&mut *connection).await?;
    }
    Ok(())
}
