//! The one database: sessions of the app, and all that the tenant keeps.

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};
use thiserror::Error;

/// The database cannot be used.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// Another engine than SQLite.
    #[error("DATABASE_URL must begin with `sqlite:`")]
    UnknownEngine,
    /// The folder of the file cannot be made.
    #[error("the folder of the database cannot be made")]
    Folder(#[source] std::io::Error),
    /// The file cannot be opened.
    #[error("the database cannot be opened")]
    Open(#[from] sqlx::Error),
}

/// Opens the database, which is made if it is not there.
pub(crate) async fn open(url: &str) -> Result<SqlitePool, DatabaseError> {
    let path = url.strip_prefix("sqlite:").ok_or(DatabaseError::UnknownEngine)?;
    let path = path.trim_start_matches("//");
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(folder).map_err(DatabaseError::Folder)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10));
    Ok(SqlitePoolOptions::new().max_connections(8).connect_with(options).await?)
}
