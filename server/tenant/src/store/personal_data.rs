//! What the store has about one person, for the operator who is asked for it.

use time::OffsetDateTime;

use super::{Store, logs::entry_of};
use crate::{
    admin::export::{CodeData, LimitData, SessionData, TokenData},
    audit::event::LogEntry,
    clock::Millis,
    error::StoreError,
    oauth::grant::Grant,
    phone_number::PhoneNumber,
};

impl Store {
    pub(crate) async fn sessions_of(&self, user_id: &str) -> Result<Vec<SessionData>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT sid, created_at, last_seen_at FROM tenant_sso_sessions WHERE user_id = $1 ORDER BY created_at",
        )
        .bind(user_id)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        let session = |(sid, created_at, last_seen_at)| {
            Ok(SessionData { sid, created_at: time_of(created_at)?, last_seen_at: time_of(last_seen_at)? })
        };
        rows.into_iter().map(session).collect()
    }

    /// Reads every family: no login asks by user, so there is no index.
    pub(crate) async fn refresh_tokens_of(&self, user_id: &str) -> Result<Vec<TokenData>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT client_id, grant_json, created_at, used_at FROM tenant_refresh_families \
             WHERE grant_json LIKE '%' || $1 || '%' ORDER BY created_at",
        )
        .bind(user_id)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        let mut tokens = Vec::new();
        for (client_id, grant, created_at, used_at) in rows {
            let grant: Grant = serde_json::from_str(&grant).map_err(|_| StoreError::Malformed("grant"))?;
            if grant.user_id == user_id {
                let (created_at, used_at) = (Some(time_of(created_at)?), Some(time_of(used_at)?));
                tokens.push(TokenData { client_id, created_at, used_at, expires_at: None });
            }
        }
        Ok(tokens)
    }

    pub(crate) async fn access_tokens_of(&self, user_id: &str) -> Result<Vec<TokenData>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT client_id, expires_at FROM tenant_access_tokens WHERE user_id = $1 ORDER BY expires_at",
        )
        .bind(user_id)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        let token = |(client_id, expires_at)| {
            Ok(TokenData { client_id, created_at: None, used_at: None, expires_at: Some(time_of(expires_at)?) })
        };
        rows.into_iter().map(token).collect()
    }

    pub(crate) async fn codes_of(&self, number: &PhoneNumber) -> Result<Vec<CodeData>, StoreError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT connection, client_id, expires_at, failures FROM tenant_otp_challenges \
             WHERE phone_number = $1 ORDER BY expires_at",
        )
        .bind(number.as_str())
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        let code = |(connection, client_id, expires_at, failures)| {
            Ok(CodeData { connection, client_id, expires_at: time_of(expires_at)?, failures })
        };
        rows.into_iter().map(code).collect()
    }

    /// Counters whose names hold the number, which ends where no digit follows.
    pub(crate) async fn limits_of(&self, number: &PhoneNumber) -> Result<Vec<LimitData>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT bucket, tat FROM tenant_limits WHERE bucket || ':' LIKE '%:' || $1 || ':%' UNION ALL \
             SELECT 'sent:' || phone_number, last_at FROM tenant_sends \
             WHERE phone_number || ':' LIKE $1 || ':%' UNION ALL \
             SELECT 'unentered:' || phone_number, slot FROM tenant_new_numbers WHERE phone_number = $1 UNION ALL \
             SELECT 'spared:' || phone_number, sent_at FROM tenant_spared_codes WHERE phone_number = $1 ORDER BY 1",
        )
        .bind(number.as_str())
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        rows.into_iter().map(|(counter, at)| Ok(LimitData { counter, at: time_of(at)? })).collect()
    }

    /// Entries about a user, newest first. Refusals that are alike share a row, which names the newest user only.
    pub(crate) async fn logs_of(&self, subject: &str) -> Result<Vec<LogEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT log_id, logged_at, event, client_id, connection, phone_number, user_id, ip, description, 0 AS count \
             FROM tenant_logs WHERE user_id = $1 UNION ALL \
             SELECT id, logged_at, event, client_id, connection, phone_number, user_id, ip, description, count \
             FROM tenant_refusals WHERE user_id = $1 ORDER BY logged_at DESC, log_id DESC",
        )
        .bind(subject)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        rows.iter().map(entry_of).collect()
    }
}

fn time_of(millis: i64) -> Result<OffsetDateTime, StoreError> {
    Millis(millis).date_time().ok_or(StoreError::Malformed("time"))
}
