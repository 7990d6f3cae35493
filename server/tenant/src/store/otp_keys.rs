//! The keys that codes are hashed under. The newest one hashes; of several that are generated at once all are stored, and
//! every instance takes the same one for the newest.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use secrecy::{ExposeSecret, SecretString};

use super::{Connection, Store};
use crate::{
    clock::Millis,
    error::StoreError,
    keys::{otp_keys::OtpKeys, signing_key::CACHE_SECONDS},
};

/// The keys as they were read last, and when.
type LastRead = Option<(Arc<OtpKeys>, Millis)>;

/// Keys that all clones of a store remember.
#[derive(Clone, Default)]
pub(super) struct CachedOtpKeys(Arc<RwLock<LastRead>>);

impl CachedOtpKeys {
    /// The keys that were read within a minute, if any.
    pub(super) fn recent(&self, now: Millis) -> Option<Arc<OtpKeys>> {
        let cached = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let recent =
            cached.as_ref().filter(|(_, read_at)| (*read_at..read_at.plus_seconds(CACHE_SECONDS)).contains(&now));
        recent.map(|(keys, _)| Arc::clone(keys))
    }

    fn put(&self, keys: &Arc<OtpKeys>, now: Millis) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(keys), now));
    }
}

impl fmt::Debug for CachedOtpKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CachedOtpKeys(…)")
    }
}

impl Store {
    /// The keys; a newer one may be up to a minute late.
    pub(crate) async fn otp_keys(&self, now: Millis) -> Result<Arc<OtpKeys>, StoreError> {
        match self.otp_keys.recent(now) {
            Some(keys) => Ok(keys),
            None => self.read_otp_keys(&mut *self.connections.take().await?, now).await,
        }
    }

    /// Reads the keys on a connection that may be in the middle of a transaction.
    pub(super) async fn read_otp_keys(
        &self,
        connection: &mut Connection,
        now: Millis,
    ) -> Result<Arc<OtpKeys>, StoreError> {
        let secrets: Vec<String> =
            sqlx::query_scalar("SELECT secret FROM tenant_code_keys ORDER BY created_at DESC, secret")
                .fetch_all(connection)
                .await?;
        let prefix = self.operator_otp_key.as_ref().map_or("", |key| key.expose_secret().trim());
        let secrets: Vec<SecretString> = secrets.into_iter().map(|secret| [prefix, &secret].concat().into()).collect();
        let (newest, before) = secrets.split_first().ok_or(StoreError::Malformed("set of OTP keys"))?;
        let keys = Arc::new(OtpKeys::new(newest, before));
        self.otp_keys.put(&keys, now);
        Ok(keys)
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
