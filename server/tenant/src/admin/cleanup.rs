//! Periodic cleanup of the database.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    entropy::Entropy,
    error::StoreError,
    keys::rotation::rotate_otp_key_if_due,
    store::{Pool, Store},
};

const INTERVAL: Duration = Duration::from_mins(10);

/// Deletes expired rows, and rotates the key that codes are hashed under once a day: now and every ten minutes, for as
/// long as it is polled. Several programs on one database may do so at once.
pub async fn cleanup(pool: Pool, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) {
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        interval.tick().await;
        if let Err(error) = cleanup_once(&pool, &*clock, &*entropy).await {
            tracing::error!(%error, "expired rows could not be deleted");
        }
    }
}

/// Rotates the key if due and deletes expired rows once; returns the number of rows.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn cleanup_once(pool: &Pool, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<u64, StoreError> {
    let (store, now) = (Store::new(pool.clone()), clock.millis());
    rotate_otp_key_if_due(&store, now, entropy).await?;
    store.delete_expired(now).await
}
