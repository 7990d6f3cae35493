//! Sessions in the database, under a hash of their identifiers, so that a leaked file gives no session away.

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos_passwordless::server::{
    CurrentUser, EndSessions, ListSessions, StoredSession, current_user_of, sid_of, user_id_of,
};
use passwordless_tenant::{Connections, Taken};
use std::{collections::HashMap, time::Duration};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// Rows that one statement reads or removes: few enough that no request waits long for it.
const BATCH: i64 = 500;

/// The sessions of the app.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseSessions(Connections);

impl DatabaseSessions {
    /// The table is made by a migration.
    pub(crate) fn new(connections: impl Into<Connections>) -> Self {
        Self(connections.into())
    }

    async fn connection(&self) -> Result<Taken> {
        self.0.take().await.map_err(backend)
    }

    /// The sessions of a user, and when each expires.
    pub(crate) async fn all_of(&self, user_id: &str) -> sqlx::Result<Vec<(CurrentUser, OffsetDateTime)>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT data, expires_at FROM sessions WHERE user_id = $1 ORDER BY expires_at")
                .bind(user_id)
                .fetch_all(&mut *self.0.take().await?)
                .await?;
        let session = |(data, expires_at): (String, i64)| {
            let data: HashMap<_, _> = serde_json::from_str(&data).ok()?;
            Some((current_user_of(&data)?, OffsetDateTime::from_unix_timestamp(expires_at).ok()?))
        };
        Ok(rows.into_iter().filter_map(session).collect())
    }

    /// Deletes expired sessions, for as long as the program runs.
    pub(crate) async fn cleanup(self) {
        let mut interval = tokio::time::interval(SWEEP_EVERY);
        loop {
            interval.tick().await;
            let now = now();
            loop {
                match self.remove_some(now).await {
                    Ok(removed) if removed < BATCH.unsigned_abs() => break,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "expired sessions could not be deleted");
                        break;
                    }
                }
            }
        }
    }

    /// Deletes a batch of expired sessions; returns how many.
    async fn remove_some(&self, now: OffsetDateTime) -> sqlx::Result<u64> {
        const SQL: &str = "DELETE FROM sessions WHERE id_hash IN \
                           (SELECT id_hash FROM sessions WHERE expires_at <= $1 LIMIT $2) RETURNING user_id";
        let query = sqlx::query_as(SQL).bind(now.unix_timestamp()).bind(BATCH);
        let removed: Vec<(Option<String>,)> = query.fetch_all(&mut *self.0.take().await?).await?;
        let of_users = removed.iter().filter(|(user,)| user.is_some()).count();
        // The library counts those that end otherwise.
        metrics::counter!("passwordless_app_sessions_ended_total", "reason" => "expired").increment(of_users as u64);
        Ok(removed.len() as u64)
    }
}

#[async_trait]
impl SessionStore for DatabaseSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        const SQL: &str = "INSERT INTO sessions (id_hash, data, expires_at, user_id, sid) VALUES ($1, $2, $3, $4, $5) \
                           ON CONFLICT DO NOTHING";
        let data = encode(record)?;
        loop {
            let expires_at = record.expiry_date.unix_timestamp();
            let insert = sqlx::query(SQL)
                .bind(hash(record.id))
                .bind(&data)
                .bind(expires_at)
                .bind(user_id_of(&record.data))
                .bind(sid_of(&record.data));
            if insert.execute(&mut *self.connection().await?).await.map_err(backend)?.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// Only what still exists is saved: a session that was ended meanwhile does not come back.
    async fn save(&self, record: &Record) -> Result<()> {
        const SQL: &str = "UPDATE sessions SET data = $2, expires_at = $3, user_id = $4, sid = $5 WHERE id_hash = $1";
        let update = sqlx::query(SQL)
            .bind(hash(record.id))
            .bind(encode(record)?)
            .bind(record.expiry_date.unix_timestamp())
            .bind(user_id_of(&record.data))
            .bind(sid_of(&record.data));
        match update.execute(&mut *self.connection().await?).await.map_err(backend)?.rows_affected() {
            0 => Err(Error::Backend("the session has ended meanwhile".to_owned())),
            _ => Ok(()),
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row: Option<(String, i64)> =
            sqlx::query_as("SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2")
                .bind(hash(*id))
                .bind(now().unix_timestamp())
                .fetch_optional(&mut *self.connection().await?)
                .await
                .map_err(backend)?;
        row.map(|(data, expires_at)| decode(*id, &data, expires_at)).transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(hash(*id))
            .execute(&mut *self.connection().await?)
            .await
            .map_err(backend)?;
        Ok(())
    }
}

#[async_trait]
impl EndSessions for DatabaseSessions {
    async fn end_all_of_user(&self, user_id: &str) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user_id);
        delete.execute(&mut *self.connection().await?).await.map(drop).map_err(backend)
    }

    async fn end_by_sid(&self, sid: &str) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE sid = $1").bind(sid);
        delete.execute(&mut *self.connection().await?).await.map(drop).map_err(backend)
    }
}

#[async_trait]
impl ListSessions for DatabaseSessions {
    fn name_of(&self, id: &Id) -> String {
        hash(*id)
    }

    async fn all_of_user(&self, user_id: &str) -> Result<Vec<StoredSession>> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id_hash, data FROM sessions WHERE user_id = $1 AND expires_at > $2")
                .bind(user_id)
                .bind(now().unix_timestamp())
                .fetch_all(&mut *self.connection().await?)
                .await
                .map_err(backend)?;
        let session = |(name, data): (String, String)| {
            let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
            Ok(StoredSession { name, data })
        };
        rows.into_iter().map(session).collect()
    }

    async fn end_by_name(&self, user_id: &str, name: &str) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE id_hash = $1 AND user_id = $2").bind(name).bind(user_id);
        delete.execute(&mut *self.connection().await?).await.map(drop).map_err(backend)
    }
}

#[expect(clippy::disallowed_methods, reason = "tower-sessions computes when a session expires by the system's clock")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{self, DatabaseArgs};
    use passwordless_tenant::Pool;
    use serde_json::json;
    use std::error::Error;
    use test_database::TestDatabase;

    async fn pool() -> std::result::Result<(Pool, TestDatabase), Box<dyn Error>> {
        let database = TestDatabase::empty().await;
        let pool = database::open(&DatabaseArgs::new(&database.url)).await?;
        Ok((pool, database))
    }

    async fn count(pool: &Pool) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(pool).await
    }

    fn record(user_id: Option<&str>, expiry_date: OffsetDateTime) -> Record {
        let user = user_id.map(|id| ("passwordless.user".to_owned(), json!({ "user_id": id })));
        Record { id: Id::default(), data: user.into_iter().collect(), expiry_date }
    }

    #[tokio::test]
    async fn a_session_belongs_to_who_signed_in_last() -> std::result::Result<(), Box<dyn Error>> {
        let (pool, _database) = pool().await?;
        let sessions = DatabaseSessions::new(pool);
        let mut session = record(None, now() + Duration::from_mins(1));
        sessions.create(&mut session).await?;
        session.data = record(Some("sms|one"), session.expiry_date).data;
        sessions.save(&session).await?;
        sessions.end_all_of_user("sms|two").await?;
        assert!(sessions.load(&session.id).await?.is_some());
        sessions.end_all_of_user("sms|one").await?;
        assert!(sessions.load(&session.id).await?.is_none());
        Ok(())
    }

    #[tokio::test]
    async fn a_session_at_the_tenant_ends_what_began_with_it() -> std::result::Result<(), Box<dyn Error>> {
        let (pool, _database) = pool().await?;
        let sessions = DatabaseSessions::new(pool);
        let expiry_date = now() + Duration::from_mins(1);
        let owner = |sid: &str| json!({ "user_id": "sms|one", "sid": sid });
        let beside = [("passwordless.tokens", owner("a")), ("passwordless.step", json!({ "user": owner("a") }))];
        let mut records: Vec<_> = [("passwordless.user", owner("b")), ("passwordless.user", owner("a"))]
            .into_iter()
            .chain(beside)
            .map(|(key, value)| Record { id: Id::default(), data: [(key.to_owned(), value)].into(), expiry_date })
            .collect();
        for record in &mut records {
            sessions.create(record).await?;
        }
        sessions.end_by_sid("a").await?;
        for (index, record) in records.iter().enumerate() {
            assert_eq!(sessions.load(&record.id).await?.is_some(), index == 0, "{index}");
        }
        let mut renewed = records.remove(0);
        renewed.data = [("passwordless.user".to_owned(), owner("c"))].into();
        sessions.save(&renewed).await?;
        sessions.end_by_sid("b").await?;
        assert!(sessions.load(&renewed.id).await?.is_some());
        sessions.end_by_sid("c").await?;
        assert!(sessions.load(&renewed.id).await?.is_none());
        Ok(())
    }

    #[tokio::test]
    async fn what_is_over_is_removed_a_batch_at_a_time() -> std::result::Result<(), Box<dyn Error>> {
        let (pool, _database) = pool().await?;
        let sessions = DatabaseSessions::new(pool.clone());
        let now = now();
        for minutes in std::iter::repeat_n(0, 1200).chain([1, 2, 3]) {
            sessions.create(&mut record(None, now + Duration::from_mins(minutes))).await?;
        }
        for removed in [500, 500, 200, 0] {
            assert_eq!(sessions.remove_some(now).await?, removed);
        }
        assert_eq!(count(&pool).await?, 3);
        Ok(())
    }
}
