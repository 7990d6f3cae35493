//! The keys that codes are hashed under. The newest one seals; of several that are made at once, all are kept, and one of
//! them is the newest to everyone.

use secrecy::{ExposeSecret, SecretString};

use super::{Connection, Store};
use crate::{clock::Millis, error::StoreError, keys::otp_keys::CodeKeys};

/// Reads the keys, on a connection that may be in the middle of a transaction.
pub(super) async fn read(connection: &mut Connection, own: Option<&SecretString>) -> Result<CodeKeys, StoreError> {
    let secrets: Vec<String> =
        sqlx::query_scalar("SELECT secret FROM tenant_code_keys ORDER BY created_at DESC, secret")
            .fetch_all(connection)
            .await?;
    let beside = |secret: String| [own.map_or("", |own| own.expose_secret().trim()), &secret].concat();
    let secrets: Vec<SecretString> = secrets.into_iter().map(|secret| beside(secret).into()).collect();
    let (newest, before) = secrets.split_first().ok_or(StoreError::Malformed("set of code keys"))?;
    Ok(CodeKeys::new(newest, before))
}

impl Store {
    pub(crate) async fn code_keys(&self) -> Result<CodeKeys, StoreError> {
        read(&mut *self.pool.acquire().await?, self.code_key.as_ref()).await
    }

    pub(crate) async fn put_code_key(&self, secret: &SecretString, now: Millis) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO tenant_code_keys (secret, created_at) VALUES ($1, $2)")
            .bind(secret.expose_secret())
            .bind(now.0)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// When each key took over, the newest first.
    pub(crate) async fn code_key_times(&self) -> Result<Vec<Millis>, StoreError> {
        let times: Vec<i64> =
            sqlx::query_scalar("SELECT created_at FROM tenant_code_keys ORDER BY created_at DESC, secret")
                .fetch_all(&self.pool)
                .await?;
        Ok(times.into_iter().map(Millis).collect())
    }

    /// Removes the keys that were retired before `since`: another one had taken over by then.
    pub(super) async fn forget_code_keys(&self, since: Millis) -> Result<u64, StoreError> {
        let removed = sqlx::query(
            "DELETE FROM tenant_code_keys WHERE created_at < \
             (SELECT MAX(created_at) FROM tenant_code_keys WHERE created_at < $1)",
        )
        .bind(since.0)
        .execute(&self.pool)
        .await?;
        Ok(removed.rows_affected())
    }
}
