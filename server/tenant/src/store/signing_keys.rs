//! The signing keys: the one in use, the one after it, and the public halves of those before.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::Store;
use crate::{
    clock::Millis,
    error::StoreError,
    keys::{
        signing_algorithm::SigningAlgorithm,
        signing_key::{PublicKey, SigningKey},
    },
};

/// The private keys, PKCS#8, and since when each is what it is.
pub(crate) struct StoredKeys {
    pub(crate) current: (Vec<u8>, Millis),
    pub(crate) next: (Vec<u8>, Millis),
}

/// The public half of a key that signs no more.
pub(crate) struct RetiredKey {
    pub(crate) public: PublicKey,
    pub(crate) retired_at: Millis,
}

/// The role of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    Current,
    Next,
}

impl Slot {
    fn name(self, algorithm: SigningAlgorithm) -> &'static str {
        match (algorithm, self) {
            (SigningAlgorithm::Rs256, Self::Current) => "current",
            (SigningAlgorithm::Rs256, Self::Next) => "next",
            (SigningAlgorithm::Es256, Self::Current) => "es256_current",
            (SigningAlgorithm::Es256, Self::Next) => "es256_next",
        }
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, StoreError> {
    STANDARD.decode(text).map_err(|_| StoreError::Malformed("signing key"))
}

impl Store {
    /// Both private keys of an algorithm; `None` where one is missing.
    pub(crate) async fn signing_keys(&self, algorithm: SigningAlgorithm) -> Result<Option<StoredKeys>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT slot, pkcs8, created_at FROM tenant_signing_keys")
                .fetch_all(&mut *self.connections.take().await?)
                .await?;
        let key = |slot: Slot| {
            let row = rows.iter().find(|(name, ..)| name == slot.name(algorithm));
            row.map(|(_, pkcs8, since)| decoded(pkcs8).map(|pkcs8| (pkcs8, Millis(*since)))).transpose()
        };
        let (current, next) = (key(Slot::Current)?, key(Slot::Next)?);
        Ok(current.zip(next).map(|(current, next)| StoredKeys { current, next }))
    }

    /// Stores a key unless there is one: two processes that start at once both use the first one's.
    pub(crate) async fn offer_signing_key(
        &self,
        algorithm: SigningAlgorithm,
        slot: Slot,
        pkcs8: &[u8],
        now: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tenant_signing_keys (slot, pkcs8, created_at) VALUES ($1, $2, $3) \
             ON CONFLICT (slot) DO NOTHING",
        )
        .bind(slot.name(algorithm))
        .bind(STANDARD.encode(pkcs8))
        .bind(now.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// The next key becomes the current one, `fresh` the next one, and of the current one the public half stays. `false`
    /// if another process did so since `keys` were read: then nothing changes.
    pub(crate) async fn rotate_signing_keys(
        &self,
        keys: &StoredKeys,
        fresh: &[u8],
        retired: &RetiredKey,
    ) -> Result<bool, StoreError> {
        let RetiredKey { public, retired_at: now } = retired;
        let mut connection = self.connections.take().await?;
        let mut transaction = connection.begin().await?;
        let moved =
            sqlx::query("UPDATE tenant_signing_keys SET pkcs8 = $1, created_at = $2 WHERE slot = $3 AND pkcs8 = $4")
                .bind(STANDARD.encode(&keys.next.0))
                .bind(now.0)
                .bind(Slot::Current.name(public.algorithm))
                .bind(STANDARD.encode(&keys.current.0))
                .execute(&mut *transaction)
                .await?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("UPDATE tenant_signing_keys SET pkcs8 = $1, created_at = $2 WHERE slot = $3")
            .bind(STANDARD.encode(fresh))
            .bind(now.0)
            .bind(Slot::Next.name(public.algorithm))
            .execute(&mut *transaction)
            .await?;
        let [modulus, exponent] = &public.numbers;
        sqlx::query("INSERT INTO tenant_retired_keys (modulus, exponent, alg, retired_at) VALUES ($1, $2, $3, $4)")
            .bind(STANDARD.encode(modulus))
            .bind(STANDARD.encode(exponent))
            .bind(public.algorithm.name())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The operator supplies the keys from now on: the public halves of the stored ones stay published for a while.
    pub(crate) async fn retire_stored_keys(&self, now: Millis) -> Result<(), StoreError> {
        for algorithm in SigningAlgorithm::ALL {
            let Some(keys) = self.signing_keys(algorithm).await? else { continue };
            if let Ok(key) = SigningKey::from_pkcs8(algorithm, &keys.current.0) {
                self.record_operator_key(&key.public, now).await?;
            }
        }
        sqlx::query("DELETE FROM tenant_signing_keys").execute(&mut *self.connections.take().await?).await?;
        Ok(())
    }

    /// Records that the operator's key signs now: it stays published for a while after that.
    pub(crate) async fn record_operator_key(&self, key: &PublicKey, now: Millis) -> Result<(), StoreError> {
        let [modulus, exponent] = &key.numbers;
        sqlx::query(
            "INSERT INTO tenant_retired_keys (modulus, exponent, alg, retired_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (modulus) DO UPDATE SET retired_at = excluded.retired_at",
        )
        .bind(STANDARD.encode(modulus))
        .bind(STANDARD.encode(exponent))
        .bind(key.algorithm.name())
        .bind(now.0)
        .execute(&mut *self.connections.take().await?)
        .await?;
        Ok(())
    }

    /// Keys that were retired after `since`.
    pub(crate) async fn retired_keys(&self, since: Millis) -> Result<Vec<RetiredKey>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT alg, modulus, exponent, retired_at FROM tenant_retired_keys WHERE retired_at > $1 \
             ORDER BY retired_at DESC",
        )
        .bind(since.0)
        .fetch_all(&mut *self.connections.take().await?)
        .await?;
        let keys = rows.into_iter().map(|(alg, modulus, exponent, retired_at)| {
            let algorithm = SigningAlgorithm::named(&alg).ok_or(StoreError::Malformed("signing key"))?;
            let public = PublicKey::new(algorithm, [decoded(&modulus)?, decoded(&exponent)?]);
            Ok(RetiredKey { public, retired_at: Millis(retired_at) })
        });
        keys.collect()
    }
}
