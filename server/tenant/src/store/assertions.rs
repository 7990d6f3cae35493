//! The `jti` of client assertions: each can be used once.

use super::{Store, hash};
use crate::{clock::Millis, error::StoreError};

impl Store {
    /// Stores the assertion's name until it expires; `false` if it was used before.
    pub(crate) async fn use_assertion(&self, name: &str, expires_at: Millis) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "INSERT INTO tenant_assertions (name_hash, expires_at) VALUES ($1, $2) ON CONFLICT (name_hash) DO NOTHING",
        )
        .bind(hash(name))
        .bind(expires_at.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(taken.rows_affected() == 1)
    }
}
