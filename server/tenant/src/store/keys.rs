//! The signing key.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::Store;
use crate::{clock::Millis, error::StoreError};

impl Store {
    /// The key in use, PKCS#8, if there is one yet.
    pub(crate) async fn signing_key(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let encoded: Option<String> =
            sqlx::query_scalar("SELECT pkcs8 FROM tenant_signing_keys WHERE slot = 'current'")
                .fetch_optional(&self.pool)
                .await?;
        encoded.map(|text| STANDARD.decode(text).map_err(|_| StoreError::Malformed("signing key"))).transpose()
    }

    /// Offers a key; of two processes that start at once the first one's is kept, and both read it back.
    pub(crate) async fn offer_signing_key(&self, pkcs8: &[u8], now: Millis) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO tenant_signing_keys (slot, pkcs8, created_at) VALUES ('current', $1, $2) \
             ON CONFLICT (slot) DO NOTHING",
        )
        .bind(STANDARD.encode(pkcs8))
        .bind(now.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
