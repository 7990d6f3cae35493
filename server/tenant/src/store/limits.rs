//! Token buckets that parallel requests cannot overdraw.

use sqlx::SqliteConnection;

use super::Store;
use crate::{
    clock::Millis,
    error::StoreError,
    limits::{Bucket, Gcra},
};

/// Takes one token; `Err` is the moment at which there is one again.
///
/// Taken in a transaction that is rolled back, it never happened; until then, others wait for the bucket.
pub(super) async fn take(
    connection: &mut SqliteConnection,
    bucket: &Bucket,
    gcra: Gcra,
    now: Millis,
) -> Result<Result<(), Millis>, StoreError> {
    let taken: Option<i64> = sqlx::query_scalar(
        "INSERT INTO tenant_limits (bucket, tat) VALUES ($1, $2) ON CONFLICT (bucket) DO UPDATE \
         SET tat = CASE WHEN tenant_limits.tat > $3 THEN tenant_limits.tat + $4 ELSE $2 END \
         WHERE tenant_limits.tat <= $5 RETURNING tat",
    )
    .bind(bucket.as_str())
    .bind(gcra.first(now).0)
    .bind(now.0)
    .bind(gcra.interval)
    .bind(gcra.latest(now).0)
    .fetch_optional(&mut *connection)
    .await?;
    if taken.is_some() {
        return Ok(Ok(()));
    }
    let tat: Option<i64> = sqlx::query_scalar("SELECT tat FROM tenant_limits WHERE bucket = $1")
        .bind(bucket.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    Ok(Err(gcra.free_again(Millis(tat.unwrap_or(now.0)))))
}

/// Puts a token back.
pub(super) async fn give_back(
    connection: &mut SqliteConnection,
    bucket: &Bucket,
    gcra: Gcra,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE tenant_limits SET tat = tat - $1 WHERE bucket = $2")
        .bind(gcra.interval)
        .bind(bucket.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Fills a bucket.
pub(super) async fn clear(connection: &mut SqliteConnection, bucket: &Bucket) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM tenant_limits WHERE bucket = $1").bind(bucket.as_str()).execute(connection).await?;
    Ok(())
}

impl Store {
    /// Takes one token, by itself.
    pub(crate) async fn take(
        &self,
        bucket: &Bucket,
        gcra: Gcra,
        now: Millis,
    ) -> Result<Result<(), Millis>, StoreError> {
        take(&mut *self.pool.acquire().await?, bucket, gcra, now).await
    }
}
