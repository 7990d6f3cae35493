//! Random secrets made at first start.

use secrecy::SecretString;

use super::{Pool, Store};
use crate::{
    entropy::{self, Entropy},
    error::StoreError,
};

/// The secret of the client that exists without a `tenant.yaml`: generated at the first start and stored, so that a program
/// that holds the database needs no configuration.
///
/// # Errors
///
/// When the database cannot be read or written.
pub async fn default_client_secret(pool: &Pool, entropy: &dyn Entropy) -> Result<SecretString, StoreError> {
    Store::new(pool.clone()).secret("default_client", entropy).await
}

impl Store {
    /// The secret called `name`. Of two processes that start at once, both get what the first one wrote.
    pub(crate) async fn secret(&self, name: &str, entropy: &dyn Entropy) -> Result<SecretString, StoreError> {
        sqlx::query("INSERT INTO tenant_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(entropy::token(entropy))
            .execute(&mut *self.connections.take().await?)
            .await?;
        let value: String = sqlx::query_scalar("SELECT value FROM tenant_secrets WHERE name = $1")
            .bind(name)
            .fetch_one(&mut *self.connections.take().await?)
            .await?;
        Ok(value.into())
    }
}
