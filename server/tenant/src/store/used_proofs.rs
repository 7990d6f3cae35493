//! Proofs of work: each can be used once.

use super::{Store, hash};
use crate::{clock::Millis, error::StoreError};

impl Store {
    /// Uses up the proof of a challenge; `false` if it was used before.
    pub(crate) async fn use_proof(&self, challenge: &str, expires_at: Millis) -> Result<bool, StoreError> {
        let taken = sqlx::query(
            "INSERT INTO tenant_used_proofs (challenge_hash, expires_at) VALUES ($1, $2) \
             ON CONFLICT (challenge_hash) DO NOTHING",
        )
        .bind(hash(challenge))
        .bind(expires_at.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(taken.rows_affected() == 1)
    }
}
