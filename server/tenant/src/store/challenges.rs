//! The newest code of each number, client and transaction.

use std::sync::Arc;

use sqlx::Executor;

use super::{Connection, SqlEngine, Store, rate_limits};
use crate::{
    clock::Millis,
    error::StoreError,
    keys::otp_keys::OtpKeys,
    otp::{
        challenge::{self, Challenge, Judgement, Outcome, Purpose, Refusal},
        repeat::{Redemption, RequestHash},
    },
    phone_number::PhoneNumber,
    rate_limit::attempt::AttemptLimit,
};

/// What a code is valid for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding<'a> {
    pub(crate) connection: &'a str,
    pub(crate) phone_number: &'a PhoneNumber,
    /// The client that requested it; `None` where an attempt names no client, which means the newest code.
    pub(crate) client_id: Option<&'a str>,
    /// Empty where the client names no transaction.
    pub(crate) transaction: &'a str,
}

/// An attempt to use a code.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) binding: Binding<'a>,
    pub(crate) code: &'a str,
    pub(crate) purpose: Purpose,
    pub(crate) limits: &'a [AttemptLimit],
    /// The placeholder that is stored where no code was sent.
    pub(crate) without_code: &'a Challenge,
}

type Row = (String, String, i64, i64, i64);

impl Store {
    /// Replaces the challenge before, which is returned, and whose code is distinguished from a guess until it would have
    /// expired.
    pub(crate) async fn put_challenge(
        &self,
        binding: Binding<'_>,
        challenge: &Challenge,
    ) -> Result<Option<Challenge>, StoreError> {
        let client_id = binding.client_id.unwrap_or_default();
        // Mostly there is none before.
        if lock_or_put(&mut *self.connections.take().await?, &binding, client_id, challenge).await?.id == challenge.id {
            return Ok(None);
        }
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        // No try comes between what is returned and what is put.
        let stored = lock_or_put(&mut *transaction, &binding, client_id, challenge).await?;
        let before = (stored.id != challenge.id).then_some(stored);
        if let Some(before) = &before {
            replace(&mut transaction, before, challenge).await?;
        }
        transaction.commit().await?;
        Ok(before)
    }

    /// Puts the challenge back whose place the one named `newer_id` took, unless yet another one has it, or someone is in
    /// by it. Wrong codes that came meanwhile were wrong for the earlier one too.
    pub(crate) async fn restore_challenge(&self, earlier: &Challenge, newer_id: &str) -> Result<(), StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let put = sqlx::query(
            "UPDATE tenant_otp_challenges SET id = $1, mac = $2, expires_at = $3, failures = failures + $4, redeemed = $5 \
             WHERE id = $6 AND redeemed = FALSE",
        )
        .bind(&earlier.id)
        .bind(&earlier.mac)
        .bind(earlier.expires_at.0)
        .bind(i64::from(earlier.failures))
        .bind(earlier.redeemed)
        .bind(newer_id)
        .execute(&mut *transaction)
        .await?;
        if put.rows_affected() > 0 {
            sqlx::query("DELETE FROM tenant_replaced_codes WHERE id = $1")
                .bind(&earlier.id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Judges an attempt and stores the result, in one transaction.
    pub(crate) async fn try_code(
        &self,
        attempt: &Attempt<'_>,
        now: Millis,
    ) -> Result<Result<Outcome, Refusal>, StoreError> {
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let before = attempt.lock(&mut transaction).await?;
        for limit in attempt.limits {
            if rate_limits::take(&mut transaction, &limit.bucket, limit.gcra, now).await?.is_err() {
                // Not counted: attempts while blocked do not extend the block.
                return Ok(Err(Refusal::TooManyAttempts(limit.counted)));
            }
        }
        let (keys, mut judgement) = self.judge(&mut transaction, attempt, &before, now).await?;
        if let Err(Refusal::WrongCode { attempts_left: Some(_) }) = judgement.verdict
            && attempt.is_of_a_superseded_code(&mut transaction, &keys, now).await?
        {
            judgement = Judgement::on_a_superseded_code(before.clone());
        }
        if judgement.leaves(&before) {
            // The limits are as they were before, too.
            transaction.rollback().await?;
            return Ok(judgement.verdict);
        }
        attempt.keep(&mut transaction, &judgement).await?;
        attempt.settle(&mut transaction, &judgement).await?;
        transaction.commit().await?;
        Ok(judgement.verdict)
    }
}

impl Store {
    /// By the keys that are remembered or, where the code does not fit those, by the ones that there are.
    async fn judge(
        &self,
        connection: &mut Connection,
        attempt: &Attempt<'_>,
        before: &Challenge,
        now: Millis,
    ) -> Result<(Arc<OtpKeys>, Judgement), StoreError> {
        let by = |keys: Arc<OtpKeys>| {
            let judgement = challenge::judge(&keys, before, attempt.code, now, &attempt.purpose);
            (keys, judgement)
        };
        let remembered = self.otp_keys.recent(now).map(by);
        match remembered.filter(|(_, judgement)| judgement.verdict.is_ok()) {
            Some(judged) => Ok(judged),
            None => Ok(by(self.read_otp_keys(connection, now).await?)),
        }
    }
}

impl Attempt<'_> {
    /// Parallel tries wait here, and each sees what the one before left. A number without a code gets a row that nothing
    /// fits, so that its tries take the same steps.
    async fn lock(&self, connection: &mut Connection) -> Result<Challenge, StoreError> {
        let client_id = self.client_id(connection).await?;
        let challenge = lock_or_put(&mut *connection, &self.binding, &client_id, self.without_code).await?;
        let redemption = if challenge.redeemed { redemption(connection, &challenge.id).await? } else { None };
        Ok(Challenge { redemption, ..challenge })
    }

    /// The client that requested the code: the one that the attempt names, else that of the newest code.
    async fn client_id(&self, connection: &mut Connection) -> Result<String, StoreError> {
        if let Some(client_id) = self.binding.client_id {
            return Ok(client_id.to_owned());
        }
        let newest: Option<String> = sqlx::query_scalar(
            "SELECT client_id FROM tenant_otp_challenges \
             WHERE connection = $1 AND phone_number = $2 AND transaction_hash = $3 ORDER BY expires_at DESC LIMIT 1",
        )
        .bind(self.binding.connection)
        .bind(self.binding.phone_number.as_str())
        .bind(self.binding.transaction)
        .fetch_optional(connection)
        .await?;
        Ok(newest.unwrap_or_default())
    }

    /// Whether the code was sent to the number too, and is not the one that counts here: a newer one took its place, or it
    /// was asked for in another browser.
    async fn is_of_a_superseded_code(
        &self,
        connection: &mut Connection,
        keys: &OtpKeys,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, mac FROM tenant_replaced_codes \
             WHERE connection = $1 AND phone_number = $2 AND expires_at > $3 \
             UNION ALL SELECT id, mac FROM tenant_otp_challenges \
             WHERE connection = $1 AND phone_number = $2 AND expires_at > $3 AND mac <> '' AND redeemed = FALSE",
        )
        .bind(self.binding.connection)
        .bind(self.binding.phone_number.as_str())
        .bind(now.0)
        .fetch_all(connection)
        .await?;
        Ok(rows.iter().any(|(id, mac)| keys.verify(id, mac, self.code)))
    }

    async fn keep(&self, connection: &mut Connection, judgement: &Judgement) -> Result<(), StoreError> {
        let after = &judgement.after;
        sqlx::query("UPDATE tenant_otp_challenges SET failures = $1, redeemed = $2 WHERE id = $3")
            .bind(i64::from(after.failures))
            .bind(after.redeemed)
            .bind(&after.id)
            .execute(&mut *connection)
            .await?;
        if let (Ok(Outcome::Redeemed), Some(redemption)) = (&judgement.verdict, &after.redemption) {
            sqlx::query("INSERT INTO tenant_redemptions (challenge_id, redeemed_by, redeemed_at) VALUES ($1, $2, $3)")
                .bind(&after.id)
                .bind(redemption.by.as_str())
                .bind(redemption.at.0)
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    /// Every limit was charged beforehand; here what is not owed is given back.
    async fn settle(&self, connection: &mut Connection, judgement: &Judgement) -> Result<(), StoreError> {
        let signed_in = judgement.verdict == Ok(Outcome::Redeemed);
        for limit in self.limits {
            if signed_in && limit.is_cleared_by_success() {
                rate_limits::clear(connection, &limit.bucket).await?;
            } else if !limit.is_owed(judgement.cost) {
                rate_limits::give_back(connection, &limit.bucket, limit.gcra).await?;
            }
        }
        Ok(())
    }
}

/// The challenge of a number, client and transaction; where there is none, this one is put. Writing locks the row until the
/// end of the transaction, also one that was not there.
async fn lock_or_put(
    executor: impl Executor<'_, Database = SqlEngine>,
    binding: &Binding<'_>,
    client_id: &str,
    challenge: &Challenge,
) -> Result<Challenge, StoreError> {
    let row: Row = sqlx::query_as(
        "INSERT INTO tenant_otp_challenges \
         (connection, phone_number, client_id, transaction_hash, id, mac, expires_at, failures, redeemed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (connection, phone_number, client_id, transaction_hash) \
         DO UPDATE SET failures = tenant_otp_challenges.failures \
         RETURNING id, mac, expires_at, failures, CAST(redeemed AS INTEGER)",
    )
    .bind(binding.connection)
    .bind(binding.phone_number.as_str())
    .bind(client_id)
    .bind(binding.transaction)
    .bind(&challenge.id)
    .bind(&challenge.mac)
    .bind(challenge.expires_at.0)
    .bind(i64::from(challenge.failures))
    .bind(challenge.redeemed)
    .fetch_one(executor)
    .await?;
    challenge_of(row)
}

/// Which request used the code up.
async fn redemption(connection: &mut Connection, challenge_id: &str) -> Result<Option<Redemption>, StoreError> {
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT redeemed_by, redeemed_at FROM tenant_redemptions WHERE challenge_id = $1")
            .bind(challenge_id)
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(by, at)| Redemption { at: Millis(at), by: RequestHash::stored(by) }))
}

/// Puts a challenge in the place of one that is locked.
async fn replace(connection: &mut Connection, before: &Challenge, new: &Challenge) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tenant_replaced_codes (id, connection, phone_number, mac, expires_at) \
         SELECT id, connection, phone_number, mac, expires_at FROM tenant_otp_challenges \
         WHERE id = $1 AND mac <> '' AND redeemed = FALSE ON CONFLICT (id) DO NOTHING",
    )
    .bind(&before.id)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE tenant_otp_challenges SET id = $1, mac = $2, expires_at = $3, failures = $4, redeemed = $5 WHERE id = $6",
    )
    .bind(&new.id)
    .bind(&new.mac)
    .bind(new.expires_at.0)
    .bind(i64::from(new.failures))
    .bind(new.redeemed)
    .bind(&before.id)
    .execute(connection)
    .await?;
    Ok(())
}

fn challenge_of((id, mac, expires_at, failures, redeemed): Row) -> Result<Challenge, StoreError> {
    let failures = u32::try_from(failures).map_err(|_| StoreError::Malformed("challenge"))?;
    Ok(Challenge { id, mac, expires_at: Millis(expires_at), failures, redeemed: redeemed != 0, redemption: None })
}
