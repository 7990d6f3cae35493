//! Identifiers of the tokens that clients proved themselves with: each is good once.

use super::{Store, hash};
use crate::{clock::Millis, error::StoreError};

impl Store {
    /// Remembers the token called `name` until it expires; `false` where it had been seen before.
    pub(crate) async fn take_assertion(&self, name: &str, expires_at: Millis) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "INSERT INTO tenant_assertions (name_hash, expires_at) VALUES ($1, $2) ON CONFLICT (name_hash) DO NOTHING",
        )
        .bind(hash(name))
        .bind(expires_at.0)
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() == 1)
    }
}
