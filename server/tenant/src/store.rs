//! What the tenant keeps. One SQL text for SQLite and PostgreSQL; each statement that decides something is atomic.

mod secrets;

use sqlx::SqlitePool;

use crate::error::StoreError;

pub use secrets::default_client_secret;

/// The tenant's tables.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Creates the tables that are missing.
    pub(crate) async fn open(pool: SqlitePool) -> Result<Self, StoreError> {
        sqlx::raw_sql(include_str!("store/schema.sql")).execute(&pool).await?;
        Ok(Self { pool })
    }
}
