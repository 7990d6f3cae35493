//! Token buckets that parallel requests cannot overdraw.

use super::{Connection, Store, conversions, spending};
use crate::{
    clock::Millis,
    error::StoreError,
    phone_number::PhoneNumber,
    rate_limit::{
        backoff::Streak,
        bucket::Bucket,
        gcra::Gcra,
        start::{RateLimit, Start, StartLimit, StartLimits, StartRefusal, TooManyStarts},
    },
};

/// Takes one token and returns when the bucket will be full again; `Err` is the moment at which there is a token again.
///
/// A rollback gives the token back; until then, other transactions wait for the bucket.
pub(super) async fn take(
    connection: &mut Connection,
    bucket: &Bucket,
    gcra: Gcra,
    now: Millis,
) -> Result<Result<Millis, Millis>, StoreError> {
    let taken: Option<i64> = sqlx::query_scalar(
        "INSERT INTO tenant_limits (bucket, tat) VALUES ($1, $2) ON CONFLICT (bucket) DO UPDATE \
         SET tat = CASE WHEN tenant_limits.tat > $3 AND tenant_limits.tat <= $6 THEN tenant_limits.tat + $4 ELSE $2 END \
         WHERE tenant_limits.tat <= $5 OR tenant_limits.tat > $6 RETURNING tat",
    )
    .bind(bucket.as_str())
    .bind(gcra.first(now).0)
    .bind(now.0)
    .bind(gcra.interval)
    .bind(gcra.latest(now).0)
    .bind(gcra.possible(now).0)
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(tat) = taken {
        return Ok(Ok(Millis(tat)));
    }
    let tat: Option<i64> = sqlx::query_scalar("SELECT tat FROM tenant_limits WHERE bucket = $1")
        .bind(bucket.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    Ok(Err(gcra.free_again(Millis(tat.unwrap_or(now.0)))))
}

/// Puts a token back.
pub(super) async fn give_back(connection: &mut Connection, bucket: &Bucket, gcra: Gcra) -> Result<(), StoreError> {
    sqlx::query("UPDATE tenant_limits SET tat = tat - $1 WHERE bucket = $2")
        .bind(gcra.interval)
        .bind(bucket.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Fills a bucket.
pub(super) async fn clear(connection: &mut Connection, bucket: &Bucket) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM tenant_limits WHERE bucket = $1").bind(bucket.as_str()).execute(connection).await?;
    Ok(())
}

/// Fills the buckets that count attempts for a number.
pub(super) async fn reset_attempts(connection: &mut Connection, phone_number: &PhoneNumber) -> Result<(), StoreError> {
    for prefix in Bucket::attempt_prefixes(phone_number) {
        sqlx::query("DELETE FROM tenant_limits WHERE SUBSTR(bucket, 1, LENGTH($1)) = $1")
            .bind(prefix)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Counts one more code to the number; `Err` is the moment from which on there can be one.
async fn back_off(connection: &mut Connection, number: &str, now: Millis) -> Result<Result<(), Millis>, StoreError> {
    // Writing first locks the row.
    let (sent, last_at): (i64, i64) = sqlx::query_as(
        "INSERT INTO tenant_sends (phone_number, sent, last_at) VALUES ($1, 0, $2) \
         ON CONFLICT (phone_number) DO UPDATE SET sent = tenant_sends.sent RETURNING sent, last_at",
    )
    .bind(number)
    .bind(now.0)
    .fetch_one(&mut *connection)
    .await?;
    let sent = u32::try_from(sent).map_err(|_| StoreError::Malformed("count of codes"))?;
    let next = match (Streak { sent, last_at: Millis(last_at) }).next(now) {
        Ok(next) => next,
        Err(free) => return Ok(Err(free)),
    };
    sqlx::query("UPDATE tenant_sends SET sent = $1, last_at = $2 WHERE phone_number = $3")
        .bind(i64::from(next.sent))
        .bind(next.last_at.0)
        .bind(number)
        .execute(connection)
        .await?;
    Ok(Ok(()))
}

/// Counts a request for a code against each limit; where it fails, the caller rolls back.
async fn take_all(
    connection: &mut Connection,
    start: &StartLimits,
    now: Millis,
) -> Result<Result<Option<RateLimit>, TooManyStarts>, StoreError> {
    let mut disclosed = None;
    let mut exceeded: Option<(Millis, RateLimit, &'static str)> = None;
    // Waiting for `retry_after` has to be enough, so the longest wait counts.
    let mut refuse = |free: Millis, rate, limit| {
        if exceeded.is_none_or(|(latest, ..)| latest < free) {
            exceeded = Some((free, rate, limit));
        }
    };
    if let Some(number) = &start.backoff
        && let Err(free) = back_off(connection, number, now).await?
    {
        refuse(free, RateLimit::too_fast(free), "backoff");
    }
    for StartLimit { name, bucket, gcra, is_disclosed } in &start.limits {
        match take(connection, bucket, *gcra, now).await? {
            Ok(tat) if *is_disclosed => disclosed = Some(RateLimit::after_taking(*gcra, tat, now)),
            Ok(_) => {}
            Err(free) => refuse(free, RateLimit::exceeded(*gcra, free), name),
        }
    }
    let refused = exceeded.map(|(free, rate, limit)| TooManyStarts::until(free, rate, limit, now));
    Ok(refused.map_or(Ok(disclosed), Err))
}

impl Store {
    /// Counts a request against these limits alone.
    pub(crate) async fn take_limits(
        &self,
        limits: &StartLimits,
        now: Millis,
    ) -> Result<Result<(), TooManyStarts>, StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let taken = take_all(&mut transaction, limits, now).await?;
        if taken.is_ok() {
            transaction.commit().await?;
        }
        Ok(taken.map(drop))
    }

    /// Counts a request for a code against everything that it has to pass or, if it passes not all of it, against nothing.
    pub(crate) async fn take_start(
        &self,
        start: &Start,
        now: Millis,
    ) -> Result<Result<Option<RateLimit>, StartRefusal>, StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let rate = take_all(&mut transaction, &start.limits, now).await?;
        if let Some(recipient) = &start.counted
            && let Err(unentered) =
                conversions::count_sent(&mut transaction, recipient, start.passes_slowed, now).await?
        {
            return Ok(Err(unentered.into()));
        }
        let rate = match rate {
            Ok(rate) => rate,
            Err(too_many) => return Ok(Err(too_many.into())),
        };
        if let Some(charge) = &start.charge
            && let Err(over_budget) = spending::spend(&mut transaction, charge).await?
        {
            return Ok(Err(over_budget.into()));
        }
        transaction.commit().await?;
        Ok(Ok(rate))
    }
}
