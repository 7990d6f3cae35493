//! Refusals in the audit log: similar ones share a row an hour, with their count. Anyone can cause refusals, and would fill
//! the disk with a row for each.

use super::{Store, hash};
use crate::{audit::event::Entry, clock::Millis, error::StoreError, rate_limit::bucket::network};

const HOUR_SECONDS: i64 = 60 * 60;

/// Rows an hour; above that, refusals of all addresses are counted together.
const MAX_ROWS_AN_HOUR: i64 = 300;

impl Store {
    /// Counts a refusal together with similar ones of this hour; of differing details the newest are stored.
    pub(super) async fn count_refusal(&self, entry: &Entry<'_>, now: Millis) -> Result<(), StoreError> {
        let hour = now.seconds().div_euclid(HOUR_SECONDS);
        let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM tenant_refusals WHERE hour = $1")
            .bind(hour)
            .fetch_one(&mut *self.connections.take().await?)
            .await?;
        let ip = entry.ip.filter(|_| rows < MAX_ROWS_AN_HOUR);
        let alike = (hour, entry.event.code(), entry.client_id, entry.connection, ip.map(network), &entry.description);
        let id = serde_json::to_string(&alike).map_err(|_| StoreError::Malformed("refusal"))?;
        sqlx::query(
            "INSERT INTO tenant_refusals \
             (id, hour, count, logged_at, event, client_id, connection, phone_number, user_id, ip, description) \
             VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (id) DO UPDATE SET count = tenant_refusals.count + 1, logged_at = excluded.logged_at, \
             phone_number = excluded.phone_number, user_id = excluded.user_id, ip = excluded.ip",
        )
        .bind(hash(&id))
        .bind(hour)
        .bind(now.0)
        .bind(entry.event.code())
        .bind(entry.client_id)
        .bind(entry.connection)
        .bind(entry.phone_number.as_deref())
        .bind(entry.user_id.as_deref())
        .bind(ip.map(|ip| ip.to_canonical().to_string()))
        .bind(entry.description.as_deref())
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }
}
