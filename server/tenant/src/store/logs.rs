//! The audit log.

use sqlx::{Database, Row};
use time::OffsetDateTime;

use super::{SqlEngine, Store};
use crate::{
    audit::{Entry, LogEntry},
    clock::Millis,
    entropy::{self, Entropy},
    error::StoreError,
};

/// How long entries are kept; at Auth0 up to 30 days too.
pub(super) const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

impl Store {
    pub(crate) async fn write_log(
        &self,
        entry: &Entry<'_>,
        now: Millis,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tenant_logs \
             (log_id, logged_at, event, client_id, connection, phone_number, user_id, ip, description) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(format!("{:012x}{}", now.0, &entropy::object_id(entropy)[..12]))
        .bind(now.0)
        .bind(entry.event.code())
        .bind(entry.client_id)
        .bind(entry.connection)
        .bind(entry.phone_number.as_deref())
        .bind(entry.user_id.as_deref())
        .bind(entry.ip.map(|ip| ip.to_canonical().to_string()))
        .bind(entry.description.as_deref())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The newest entries, newest first.
    pub(crate) async fn logs(&self, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT log_id, logged_at, event, client_id, connection, phone_number, user_id, ip, description \
             FROM tenant_logs ORDER BY logged_at DESC, log_id DESC LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(entry_of).collect()
    }
}

fn entry_of(row: &<SqlEngine as Database>::Row) -> Result<LogEntry, StoreError> {
    let at: i64 = row.try_get("logged_at")?;
    let at = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000));
    Ok(LogEntry {
        id: row.try_get("log_id")?,
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
