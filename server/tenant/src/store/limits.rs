//! Token buckets that parallel requests cannot overdraw.

use super::Store;
use crate::{
    clock::Millis,
    error::StoreError,
    limits::{Bucket, Gcra},
};

impl Store {
    /// Takes one token; `Err` is the moment at which there is one again.
    pub(crate) async fn take(
        &self,
        bucket: &Bucket,
        gcra: Gcra,
        now: Millis,
    ) -> Result<Result<(), Millis>, StoreError> {
        sqlx::query("DELETE FROM tenant_limits WHERE tat < $1").bind(now.0).execute(&self.pool).await?;
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
        .fetch_optional(&self.pool)
        .await?;
        if taken.is_some() {
            return Ok(Ok(()));
        }
        let tat: Option<i64> = sqlx::query_scalar("SELECT tat FROM tenant_limits WHERE bucket = $1")
            .bind(bucket.as_str())
            .fetch_optional(&self.pool)
            .await?;
        Ok(Err(gcra.free_again(Millis(tat.unwrap_or(now.0)))))
    }
}
