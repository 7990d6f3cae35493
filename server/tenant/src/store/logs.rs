//! The audit log.

use sqlx::{Database, Row};
use time::OffsetDateTime;

use super::{SqlEngine, Store};
use crate::{
    audit::event::{Entry, LogEntry},
    clock::Millis,
    entropy::{self, Entropy},
    error::StoreError,
};

/// How long entries are stored; at Auth0 up to 30 days too.
pub(super) const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

impl Store {
    /// Writes an entry; refusals are counted.
    pub(crate) async fn write_log(
        &self,
        entry: &Entry<'_>,
        now: Millis,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        if entry.event.is_refusal() {
            return self.count_refusal(entry, now).await;
        }
        sqlx::query(
            "INSERT INTO tenant_logs \
             (log_id, logged_at, event, client_id, connection, phone_number, user_id, ip, description) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(log_id(now.0, &entropy::object_id(entropy)))
        .bind(now.0)
        .bind(entry.event.code())
        .bind(entry.client_id)
        .bind(entry.connection)
        .bind(entry.phone_number.as_deref())
        .bind(entry.user_id.as_deref())
        .bind(entry.ip.map(|ip| ip.to_canonical().to_string()))
        .bind(entry.description.as_deref())
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// The newest entries, newest first.
    pub(crate) async fn logs(&self, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT log_id, logged_at, event, client_id, connection, phone_number, user_id, ip, description, 0 AS count \
             FROM tenant_logs UNION ALL \
             SELECT id, logged_at, event, client_id, connection, phone_number, user_id, ip, description, count \
             FROM tenant_refusals ORDER BY logged_at DESC, log_id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        rows.iter().map(entry_of).collect()
    }
}

/// A name by which later entries sort after earlier ones.
fn log_id(millis: i64, unique: &str) -> String {
    format!("{millis:012x}{}", unique.get(..12).unwrap_or(unique))
}

pub(super) fn entry_of(row: &<SqlEngine as Database>::Row) -> Result<LogEntry, StoreError> {
    let at: i64 = row.try_get("logged_at")?;
    let (id, count): (String, i64) = (row.try_get("log_id")?, row.try_get("count")?);
    // Only refusals have a count, and no name of their own that sorts.
    let (id, count) = if count > 0 { (log_id(at, &id), count.unsigned_abs()) } else { (id, 1) };
    let at = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000));
    Ok(LogEntry {
        id,
        count,
        at: at.map_err(|_| StoreError::Malformed("log entry"))?,
        event: row.try_get("event")?,
        client_id: row.try_get("client_id")?,
        connection: row.try_get("connection")?,
        phone_number: row.try_get("phone_number")?,
        user_id: row.try_get("user_id")?,
        ip: row.try_get("ip")?,
        description: row.try_get("description")?,
    })
}
