//! The newest code of each number.

use super::Store;
use crate::{
    clock::Millis,
    error::StoreError,
    passwordless::challenge::{self, Challenge, CodeKey, Purpose, Refusal},
    phone_number::PhoneNumber,
};

/// How long a dead code is remembered, so that a late try is told that it expired.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

type Row = (String, String, i64, i64, bool);

impl Store {
    /// Puts the challenge in the place of the one before.
    pub(crate) async fn put_challenge(
        &self,
        connection: &str,
        phone_number: &PhoneNumber,
        challenge: &Challenge,
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM tenant_challenges WHERE expires_at < $1")
            .bind(now.plus_seconds(-KEPT_SECONDS).0)
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "INSERT INTO tenant_challenges (connection, phone_number, id, mac, expires_at, failures, redeemed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (connection, phone_number) DO UPDATE SET id = excluded.id, mac = excluded.mac, \
             expires_at = excluded.expires_at, failures = excluded.failures, redeemed = excluded.redeemed",
        )
        .bind(connection)
        .bind(phone_number.as_str())
        .bind(&challenge.id)
        .bind(&challenge.mac)
        .bind(challenge.expires_at.0)
        .bind(i64::from(challenge.failures))
        .bind(challenge.redeemed)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Judges one try and keeps what came of it, in one transaction.
    pub(crate) async fn try_code(
        &self,
        key: &CodeKey,
        (connection, phone_number): (&str, &PhoneNumber),
        attempt: &str,
        now: Millis,
        purpose: Purpose,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        // Writing first locks the row, so that parallel tries wait here and each sees what the one before left.
        let row: Option<Row> = sqlx::query_as(
            "UPDATE tenant_challenges SET failures = failures WHERE connection = $1 AND phone_number = $2 \
             RETURNING id, mac, expires_at, failures, redeemed",
        )
        .bind(connection)
        .bind(phone_number.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else {
            return Ok(Err(Refusal::WrongCode { attempts_left: None }));
        };
        let before = challenge_of(row)?;
        let (verdict, after) = challenge::judge(key, &before, attempt, now, purpose);
        sqlx::query(
            "UPDATE tenant_challenges SET failures = $1, redeemed = $2 WHERE connection = $3 AND phone_number = $4",
        )
        .bind(i64::from(after.failures))
        .bind(after.redeemed)
        .bind(connection)
        .bind(phone_number.as_str())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(verdict)
    }
}

fn challenge_of((id, mac, expires_at, failures, redeemed): Row) -> Result<Challenge, StoreError> {
    let failures = u32::try_from(failures).map_err(|_| StoreError::Malformed("challenge"))?;
    Ok(Challenge { id, mac, expires_at: Millis(expires_at), failures, redeemed })
}
