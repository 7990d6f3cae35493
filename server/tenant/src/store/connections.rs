//! Connections to the database: for one statement, or for one transaction.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Connection as _, Transaction, pool::PoolConnection};
use tokio::{
    sync::{Mutex, OnceCell, OwnedMutexGuard},
    time::timeout,
};

use super::{Connection, Pool, SqlEngine};

/// One connection that is held, or those of the pool.
///
/// SQLite writes on one connection at a time, whatever there is, and each write empties the page caches of all others: so one
/// is held, beside the pool, instead of the next one being taken and tested each time; clones share it. PostgreSQL writes on
/// many at once.
#[derive(Clone, Debug)]
pub struct Connections {
    pool: Pool,
    held: Option<Arc<OnceCell<Arc<Mutex<Connection>>>>>,
}

impl From<Pool> for Connections {
    fn from(pool: Pool) -> Self {
        let is_sqlite = pool.connect_options().database_url.scheme() == "sqlite";
        Self { held: is_sqlite.then(Arc::default), pool }
    }
}

impl Connections {
    /// The pool itself.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// A connection, until it is dropped.
    ///
    /// # Errors
    ///
    /// When there is none within the time that the pool has for it.
    pub async fn take(&self) -> sqlx::Result<Taken> {
        let Some(held) = &self.held else { return Ok(Taken::Pooled(self.pool.acquire().await?)) };
        let connect = async || Ok::<_, sqlx::Error>(self.pool.acquire().await?.detach());
        let first = async || Ok::<_, sqlx::Error>(Arc::new(Mutex::new(connect().await?)));
        let connection = Arc::clone(held.get_or_try_init(first).await?);
        let taken = timeout(self.pool.options().get_acquire_timeout(), connection.lock_owned()).await;
        let mut taken = taken.map_err(|_| sqlx::Error::PoolTimedOut)?;
        if taken.is_in_transaction() {
            // What was dropped is rolled back by then. If that fails, as on a full disk, nothing more would be committed.
            let answered = taken.ping().await;
            if answered.is_err() || taken.is_in_transaction() {
                *taken = connect().await?;
            }
        }
        Ok(Taken::Held(taken))
    }
}

/// A connection in use.
#[derive(Debug)]
pub enum Taken {
    /// The one that is held.
    Held(OwnedMutexGuard<Connection>),
    /// One of the pool.
    Pooled(PoolConnection<SqlEngine>),
}

impl Taken {
    /// Begins a transaction; dropped, it is rolled back.
    ///
    /// # Errors
    ///
    /// When the database does not.
    pub async fn begin(&mut self) -> sqlx::Result<Transaction<'_, SqlEngine>> {
        Connection::begin(self).await
    }
}

impl Deref for Taken {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Held(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

impl DerefMut for Taken {
    fn deref_mut(&mut self) -> &mut Connection {
        match self {
            Self::Held(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}
