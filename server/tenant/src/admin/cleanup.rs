//! Housekeeping beside the requests.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::{Clock, Millis},
    error::StoreError,
    keys::otp_keys,
    store::{Pool, Store},
};

const EVERY: Duration = Duration::from_mins(10);

/// Removes what is over from the tenant's tables, and renews the key that codes are hashed under once a day: now and every
/// ten minutes, for as long as it is polled. Several programs on one database may do it at once.
pub async fn sweep(pool: Pool, clock: Arc<dyn Clock>) {
    let mut interval = tokio::time::interval(EVERY);
    loop {
        interval.tick().await;
        if let Err(error) = sweep_once(&pool, &*clock).await {
            tracing::error!(%error, "what is over could not be removed");
        }
    }
}

/// Renews the key where it is time, and removes what is over, once; says how many rows that were.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn sweep_once(pool: &Pool, clock: &dyn Clock) -> Result<u64, StoreError> {
    let (store, now) = (Store::open(pool.clone()).await?, Millis::of(clock));
    otp_keys::renew(&store, now).await?;
    store.sweep(now).await
}
