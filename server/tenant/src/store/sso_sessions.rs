//! Sign-ins at the tenant itself: what lets a second application in without a second code.

use super::{Connection, Store, hash, logouts};
use crate::{clock::Millis, error::StoreError};

/// A session expires after this long without use.
pub(super) const IDLE_SECONDS: i64 = 3 * 24 * 60 * 60;

/// A session expires after this long in any case.
pub(crate) const ABSOLUTE_SECONDS: i64 = 30 * 24 * 60 * 60;

/// A session.
#[derive(Debug)]
pub(crate) struct SsoSession {
    /// The `sid` in tokens.
    pub(crate) sid: String,
    pub(crate) user_id: String,
    /// When the user entered a code.
    pub(crate) created_at: Millis,
    /// Whether it signs the user in without asking.
    pub(crate) is_confirmed: bool,
}

impl Store {
    pub(crate) async fn put_sso_session(&self, token: &str, session: &SsoSession) -> Result<(), StoreError> {
        let now = session.created_at;
        // In no transaction: nobody has the cookie before both are written.
        let mut connection = self.connections.take().await?;
        sqlx::query(
            "INSERT INTO tenant_sso_sessions (token_hash, sid, user_id, created_at, last_seen_at) \
             VALUES ($1, $2, $3, $4, $4)",
        )
        .bind(hash(token))
        .bind(&session.sid)
        .bind(&session.user_id)
        .bind(now.0)
        .execute(&mut *connection)
        .await?;
        if !session.is_confirmed {
            unconfirm(&mut connection, token).await?;
        }
        Ok(())
    }

    /// From now on the user is asked before the session of this cookie signs them in.
    pub(crate) async fn unconfirm_sso_session(&self, token: &str) -> Result<(), StoreError> {
        unconfirm(&mut *self.connections.take().await?, token).await
    }

    /// The user confirmed the session.
    pub(crate) async fn confirm_sso_session(&self, token: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM tenant_unconfirmed_sessions WHERE token_hash = $1")
            .bind(hash(token))
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }

    /// The session of this cookie, unless it has expired; this extends it.
    pub(crate) async fn sso_session(&self, token: &str, now: Millis) -> Result<Option<SsoSession>, StoreError> {
        let row: Option<(String, String, i64)> = sqlx::query_as(
            "UPDATE tenant_sso_sessions SET last_seen_at = $1 \
             WHERE token_hash = $2 AND last_seen_at >= $3 AND created_at >= $4 RETURNING sid, user_id, created_at",
        )
        .bind(now.0)
        .bind(hash(token))
        .bind(now.plus_seconds(-IDLE_SECONDS).0)
        .bind(now.plus_seconds(-ABSOLUTE_SECONDS).0)
        .fetch_optional(&mut *self.connections.take().await?)
        .await?;
        let Some((sid, user_id, created_at)) = row else { return Ok(None) };
        let unconfirmed: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM tenant_unconfirmed_sessions WHERE token_hash = $1")
                .bind(hash(token))
                .fetch_one(&mut *self.connections.take().await?)
                .await?;
        Ok(Some(SsoSession { sid, user_id, created_at: Millis(created_at), is_confirmed: unconfirmed == 0 }))
    }

    /// Logs out of the session with this `sid`: ends it, and applications are told.
    pub(crate) async fn log_out_by_sid(&self, sid: &str) -> Result<(), StoreError> {
        self.log_out("DELETE FROM tenant_sso_sessions WHERE sid = $1 RETURNING user_id, sid", sid).await
    }

    /// The same for the session of a cookie.
    pub(crate) async fn log_out_by_token(&self, token: &str) -> Result<(), StoreError> {
        self.log_out("DELETE FROM tenant_sso_sessions WHERE token_hash = $1 RETURNING user_id, sid", &hash(token)).await
    }

    async fn log_out(&self, sql: &'static str, key: &str) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let ended: Vec<(String, String)> = sqlx::query_as(sql).bind(key).fetch_all(&mut *transaction).await?;
        for (user_id, sid) in &ended {
            logouts::request(&mut transaction, user_id, Some(sid)).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Ends a session that another one replaces: the user stays signed in to applications.
    pub(crate) async fn end_sso_session(&self, token: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM tenant_sso_sessions WHERE token_hash = $1")
            .bind(hash(token))
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }
}

async fn unconfirm(connection: &mut Connection, token: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO tenant_unconfirmed_sessions (token_hash) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(hash(token))
        .execute(connection)
        .await?;
    Ok(())
}
