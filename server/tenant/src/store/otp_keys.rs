//! The keys that codes are hashed under. The newest one hashes; of several that are generated at once all are stored, and
//! every instance takes the same one for the newest.

use secrecy::{ExposeSecret, SecretString};

use super::{Connection, Store};
use crate::{clock::Millis, error::StoreError, keys::otp_keys::OtpKeys};

/// Reads the keys on a connection that may be in the middle of a transaction.
pub(super) async fn read(connection: &mut Connection, operator: Option<&SecretString>) -> Result<OtpKeys, StoreError> {
    let secrets: Vec<String> =
        sqlx::query_scalar("SELECT secret FROM tenant_code_keys ORDER BY created_at DESC, secret")
            .fetch_all(connection)
            .await?;
    let prefix = operator.map_or("", |key| key.expose_secret().trim());
    let secrets: Vec<SecretString> = secrets.into_iter().map(|secret| [prefix, &secret].concat().into()).collect();
    let (newest, before) = secrets.split_first().ok_or(StoreError::Malformed("set of OTP keys"))?;
    Ok(OtpKeys::new(newest, before))
}

impl Store {
    pub(crate) async fn otp_keys(&self) -> Result<OtpKeys, StoreError> {
        read(&mut *self.connections.take().await?, self.operator_otp_key.as_ref()).await
    }

    pub(crate) async fn put_otp_key(&self, secret: &SecretString, now: Millis) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO tenant_code_keys (secret, created_at) VALUES ($1, $2)")
            .bind(secret.expose_secret())
            .bind(now.0)
            .execute(&mut *self.connections.take().await?)
            .await?;
        Ok(())
    }

    /// When each key took over, the newest first.
    pub(crate) async fn otp_key_times(&self) -> Result<Vec<Millis>, StoreError> {
        let times: Vec<i64> =
            sqlx::query_scalar("SELECT created_at FROM tenant_code_keys ORDER BY created_at DESC, secret")
                .fetch_all(&mut *self.connections.take().await?)
                .await?;
        Ok(times.into_iter().map(Millis).collect())
    }

    /// Deletes the keys that were retired before `since`: another one had taken over by then.
    pub(super) async fn delete_otp_keys(&self, since: Millis) -> Result<u64, StoreError> {
        let deleted = sqlx::query(
            "DELETE FROM tenant_code_keys WHERE created_at < \
             (SELECT MAX(created_at) FROM tenant_code_keys WHERE created_at < $1)",
        )
        .bind(since.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(deleted.rows_affected())
    }
}
