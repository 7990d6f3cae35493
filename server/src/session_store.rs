//! Sessions in the database, under a hash of their identifiers: who reads the file cannot take one over.

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::SqlitePool;
use std::{collections::HashMap, time::Duration};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS sessions (
    id_hash    TEXT   NOT NULL PRIMARY KEY,
    data       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
)";
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// The sessions of the app.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseSessions(SqlitePool);

impl DatabaseSessions {
    pub(crate) async fn open(pool: SqlitePool) -> sqlx::Result<Self> {
        sqlx::query(SCHEMA).execute(&pool).await?;
        Ok(Self(pool))
    }

    /// Removes what is over, for as long as the program runs.
    pub(crate) async fn sweep(self) {
        let mut interval = tokio::time::interval(SWEEP_EVERY);
        loop {
            interval.tick().await;
            let now = OffsetDateTime::now_utc().unix_timestamp();
            let swept = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now).execute(&self.0).await;
            if let Err(error) = swept {
                tracing::error!(%error, "sessions that are over could not be removed");
            }
        }
    }
}

#[async_trait]
impl SessionStore for DatabaseSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        const SQL: &str = "INSERT INTO sessions (id_hash, data, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let data = encode(record)?;
        loop {
            let expires_at = record.expiry_date.unix_timestamp();
            let insert = sqlx::query(SQL).bind(hash(record.id)).bind(&data).bind(expires_at);
            if insert.execute(&self.0).await.map_err(backend)?.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// Only what still exists is saved: a session that was ended meanwhile does not come back.
    async fn save(&self, record: &Record) -> Result<()> {
        let update = sqlx::query("UPDATE sessions SET data = $2, expires_at = $3 WHERE id_hash = $1")
            .bind(hash(record.id))
            .bind(encode(record)?)
            .bind(record.expiry_date.unix_timestamp());
        match update.execute(&self.0).await.map_err(backend)?.rows_affected() {
            0 => Err(Error::Backend("the session has ended meanwhile".to_owned())),
            _ => Ok(()),
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row: Option<(String, i64)> =
            sqlx::query_as("SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2")
                .bind(hash(*id))
                .bind(OffsetDateTime::now_utc().unix_timestamp())
                .fetch_optional(&self.0)
                .await
                .map_err(backend)?;
        row.map(|(data, expires_at)| decode(*id, &data, expires_at)).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(hash(*id))
            .execute(&self.0)
            .await
            .map_err(backend)?;
        Ok(())
    }
}

fn hash(id: Id) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &id.0.to_le_bytes()))
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn decode(id: Id, data: &str, expires_at: i64) -> Result<Record> {
    let data: HashMap<_, _> = serde_json::from_str(data).map_err(|error| Error::Decode(error.to_string()))?;
    let expiry_date =
        OffsetDateTime::from_unix_timestamp(expires_at).map_err(|error| Error::Decode(error.to_string()))?;
    Ok(Record { id, data, expiry_date })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn backend(error: sqlx::Error) -> Error {
    Error::Backend(error.to_string())
}
