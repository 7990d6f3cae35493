//! The queue of logouts that applications have to be told: any instance delivers what an operator's command has put there.

use super::{Connection, Store};
use crate::{
    clock::Millis,
    entropy::{self, Entropy},
    error::StoreError,
};

/// Deliveries that are claimed at once.
const BATCH: i64 = 20;

/// Whose sessions end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logout {
    pub(crate) user_id: String,
    /// The session; `None` for all of the user's.
    pub(crate) sid: Option<String>,
}

impl Logout {
    /// The subject of the user's tokens.
    pub(crate) fn subject(&self) -> String {
        format!("sms|{}", self.user_id)
    }
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) client_id: String,
    pub(crate) url: String,
}

/// A logout for one receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogoutDelivery {
    pub(crate) id: String,
    pub(crate) logout: Logout,
    pub(crate) receiver: Receiver,
    /// With this one.
    pub(crate) attempts: u32,
    pub(crate) created_at: Millis,
}

impl Store {
    /// Whether there is anything to do now. Asked often, so it only reads.
    pub(crate) async fn has_logouts(&self, now: Millis) -> Result<bool, StoreError> {
        let found: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT 1 FROM tenant_logouts \
             UNION ALL SELECT 1 FROM tenant_logout_deliveries WHERE due_at <= $1 LIMIT 1) AS waiting",
        )
        .bind(now.0)
        .fetch_one(&mut *self.connections.take().await?)
        .await?;
        Ok(found > 0)
    }

    /// Turns each logout into one delivery a receiver. Of several instances one does.
    pub(crate) async fn plan_logout_deliveries(
        &self,
        receivers: &[Receiver],
        now: Millis,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let logouts: Vec<(String, String)> =
            sqlx::query_as("DELETE FROM tenant_logouts RETURNING user_id, sid").fetch_all(&mut *transaction).await?;
        for (user_id, sid) in &logouts {
            for Receiver { client_id, url } in receivers {
                sqlx::query(
                    "INSERT INTO tenant_logout_deliveries \
                     (id, user_id, sid, client_id, url, attempts, created_at, due_at) \
                     VALUES ($1, $2, $3, $4, $5, 0, $6, $6)",
                )
                .bind(entropy::object_id(entropy))
                .bind(user_id)
                .bind(sid)
                .bind(client_id)
                .bind(url)
                .bind(now.0)
                .execute(&mut *transaction)
                .await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Takes deliveries that are due. If their outcome is not stored until then, they are due again.
    pub(crate) async fn claim_logout_deliveries(
        &self,
        now: Millis,
        until: Millis,
    ) -> Result<Vec<LogoutDelivery>, StoreError> {
        // The second condition holds again once another instance's claim is over.
        let rows: Vec<(String, String, String, String, String, i64, i64)> = sqlx::query_as(
            "UPDATE tenant_logout_deliveries SET due_at = $2, attempts = attempts + 1 WHERE id IN \
             (SELECT id FROM tenant_logout_deliveries WHERE due_at <= $1 ORDER BY due_at LIMIT $3) AND due_at <= $1 \
             RETURNING id, user_id, sid, client_id, url, attempts, created_at",
        )
        .bind(now.0)
        .bind(until.0)
        .bind(BATCH)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        let delivery = |(id, user_id, sid, client_id, url, attempts, created_at): (_, _, String, _, _, i64, _)| {
            let sid = (!sid.is_empty()).then_some(sid);
            let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
            let (logout, receiver) = (Logout { user_id, sid }, Receiver { client_id, url });
            LogoutDelivery { id, logout, receiver, attempts, created_at: Millis(created_at) }
        };
        Ok(rows.into_iter().map(delivery).collect())
    }

    /// The receiver was told, or is given up on.
    pub(crate) async fn end_logout_delivery(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM tenant_logout_deliveries WHERE id = $1")
            .bind(id)
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }

    pub(crate) async fn retry_logout_delivery(&self, id: &str, due_at: Millis) -> Result<(), StoreError> {
        sqlx::query("UPDATE tenant_logout_deliveries SET due_at = $2 WHERE id = $1")
            .bind(id)
            .bind(due_at.0)
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }
}

/// Applications have to end all sessions of a user, or those of one session at the tenant.
pub(super) async fn request(connection: &mut Connection, user_id: &str, sid: Option<&str>) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO tenant_logouts (user_id, sid) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(user_id)
        .bind(sid.unwrap_or_default())
        .execute(connection)
        .await?;
    Ok(())
}
